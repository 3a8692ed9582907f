# R's values for tests/stats/test_intercurrent_r.py. Run in this folder: Rscript intercurrent.R
# R 4.2.2, survival 3.5-3.
library(survival)
source("json.R")

# Stanford heart transplants: survival's heart has the rows cut at the transplant
h <- heart
h$tx <- as.integer(h$transplant == 1)
km <- function(d) {
  fit <- survfit(Surv(start, stop, event) ~ 1, d, conf.type = "log-log")
  se <- if (fit$logse) fit$std.err * fit$surv else fit$std.err
  kept <- seq(1, length(fit$time), by = 4)
  list(time = fit$time[kept], n_risk = fit$n.risk[kept], surv = fit$surv[kept], std_err = se[kept],
    lower = fit$lower[kept], upper = fit$upper[kept], length = length(fit$time))
}
from_30 <- subset(h, stop > 30)
from_30$start <- pmax(from_30$start, 30)
score <- function(ties, f = Surv(start, stop, event) ~ tx) coxph(f, h, ties = ties)$score
observed <- function(d) {  # O and E of the switched, event time by event time
  r <- sapply(sort(unique(d$stop[d$event == 1])), function(t) {
    at <- d$start < t & d$stop >= t
    dead <- at & d$stop == t & d$event == 1
    n <- sum(at)
    p <- mean(d$tx[at])
    c(sum(dead & d$tx == 1), sum(dead) * p, if (n > 1) sum(dead) * (n - sum(dead)) / (n - 1) * p * (1 - p) else 0)
  })
  rowSums(r)
}
strata <- sapply(split(h, h$surgery), observed)
model <- function(f, ...) {
  fit <- coxph(f, h, ...)
  list(coef = coef(fit), std_err = sqrt(diag(vcov(fit))), lr = 2 * diff(fit$loglik))
}
one <- do.call(rbind, lapply(split(h, h$id), function(d) data.frame(id = d$id[1], time = max(d$stop),
  event = max(d$event), switch = if (any(d$tx == 1)) d$start[d$tx == 1] else Inf, age = d$age[1], surgery = d$surgery[1])))
one$ever <- is.finite(one$switch)
naive <- survdiff(Surv(time, event) ~ ever, one)

# Clone, censor, weight on long rows cut at every time: n rows of id, time, event, switch and covariates
ccw <- function(d, window, covariates, horizon) {
  within <- d$switch <= window
  cuts <- sort(unique(c(d$time, d$switch[within], window)))
  arm <- function(deviation, k) {
    d$stop <- pmin(d$time, deviation)
    d$off <- as.integer(deviation < d$time)
    d$seen <- ifelse(d$off == 1, 0, d$event)
    end <- d$stop
    L <- survSplit(Surv(stop, seen) ~ ., d, cut = cuts, start = "begin")
    L$off <- as.integer(L$off == 1 & L$stop == end[match(L$id, d$id)])
    hazard <- function(f) {
      b <- basehaz(f, centered = FALSE)
      H <- b$hazard[match(L$begin, b$time)]
      ifelse(is.na(H), 0, H)
    }
    f <- coxph(reformulate(covariates, "Surv(begin, stop, off)"), L)
    L$w <- exp(hazard(f) * exp(drop(as.matrix(L[, covariates]) %*% coef(f))))
    L$sw <- L$w / exp(hazard(coxph(Surv(begin, stop, off) ~ 1, L)))
    L$arm <- k
    L
  }
  L <- rbind(arm(ifelse(within, Inf, window), 1), arm(ifelse(within, d$switch, Inf), 0))
  out <- list(events = sum(L$seen))
  for (v in c("w", "sw")) {
    L$v <- L[[v]]
    fit <- coxph(Surv(begin, stop, seen) ~ arm, L, weights = v, cluster = id)
    curve <- lapply(1:0, function(k) survfit(Surv(begin, stop, seen) ~ 1, L[L$arm == k, ], weights = v, id = id))
    at <- lapply(curve, function(s) summary(s, times = c(10, 30, 60, 100, horizon)))
    out[[v]] <- list(coef = coef(fit), se = sqrt(vcov(fit)), naive_se = sqrt(fit$naive.var),
      switch = at[[1]]$surv, stay = at[[2]]$surv, switch_se = at[[1]]$std.err, stay_se = at[[2]]$std.err,
      rmst = sapply(curve, function(s) summary(s, rmean = horizon)$table["rmean"]))
  }
  out
}

# The example of the survivalCCW package: its random draws, with one id a patient. (The package repeats three
# ids, which mixes up their censoring: it gets 1.2368 for the hazard ratio.)
set.seed(123)
n <- 200
invisible(sample(1000:9999, n, replace = TRUE))
made <- data.frame(id = seq_len(n), c1 = rbinom(n, 1, .5), c2 = rnorm(n, 50, 10))
made$time <- round(runif(n, 1, 365) + made$c2 * .2)
treated <- rbinom(n, 1, .5) == 1
made$switch <- ifelse(treated, round(runif(n, 1, 100) + made$c2 * .1), Inf)
made$time <- ifelse(treated & made$time <= made$switch, made$switch + 1, made$time)
made$event <- as.integer(rbinom(n, 1, .5) == 1 & made$time <= 365)
made$time <- ifelse(made$event == 0, pmin(made$time, 365), made$time)

write_json(list(
  before = km(subset(h, tx == 0)),
  after = km(subset(h, tx == 1)),
  before_30 = km(subset(from_30, tx == 0)),
  after_30 = km(subset(from_30, tx == 1)),
  score = list(exact = score("exact"), efron = score("efron"), breslow = score("breslow"),
    stratified = score("exact", Surv(start, stop, event) ~ tx + strata(surgery))),
  observed = observed(h),
  observed_stratified = rowSums(strata),
  alone = model(Surv(start, stop, event) ~ tx),
  interaction = model(Surv(start, stop, event) ~ tx * (age + surgery)),
  stratified = model(Surv(start, stop, event) ~ tx + age + strata(surgery)),
  naive = list(statistic = naive$chisq, observed = naive$obs, expected = naive$exp,
    coef = coef(coxph(Surv(time, event) ~ ever, one))),
  ccw_heart = ccw(one, 60, c("age", "surgery"), 365),
  ccw_made = ccw(made, 100, c("c1", "c2"), 300),
  made = list(time = made$time, event = made$event, switch = ifelse(treated, made$switch, NA), c1 = made$c1, c2 = made$c2)
), "intercurrent.json")
