# R's values for tests/stats/test_adjusted_effects.py, test_standardise.py and test_aipw.py. Run in this folder.
# R 4.2.2, survival 3.5-3, sandwich 3.0-2, riskRegression 2022.11.28.
suppressMessages({library(survival); library(sandwich); library(riskRegression)})
source("json.R")

d <- lung[!is.na(lung$ph.ecog), c("time", "status", "age", "sex", "ph.ecog")]
i <- seq_len(nrow(d))
d$dead <- d$status - 1
d$z <- as.integer(d$sex == 2)
d$w <- 0.5 + i %% 7 / 3
d$k <- (i * 5) %% 40
d$cause <- ifelse(d$dead == 1, ifelse(i %% 3 == 0, 2, 1), 0)
d$y <- as.integer(d$time > 250)
d$s <- d$time + i / 1000 # no ties

# weighted risks: identity, log and logit links give the covariance of difference, log ratio, log odds ratio
binary <- function(link, ...) {
  start <- if (link == "log") c(-1, 0) else NULL
  f <- suppressWarnings(glm(y ~ z, family = quasibinomial(link), data = d, weights = w, start = start,
    control = glm.control(epsilon = 1e-15, maxit = 200)))
  v <- vcovCL(f, type = "HC0", cadjust = FALSE, ...)
  c(coef(f)[2], sqrt(v[2, 2]))
}
# weighted curves: covariance of the two arms by influence, summed over clusters that reach across arms
both <- function(get) {
  one <- get(d[d$z == 1, ])
  zero <- get(d[d$z == 0, ])
  u <- matrix(0, nrow(d), 2)
  u[d$z == 1, 1] <- one$u
  u[d$z == 0, 2] <- zero$u
  list(estimate = c(one$e, zero$e), rows = crossprod(u), clusters = crossprod(rowsum(u, d$k)))
}
km <- both(function(e) {
  f <- survfit(Surv(time, dead) ~ 1, e, weights = w, influence = 1, robust = TRUE, id = seq_len(nrow(e)))
  j <- findInterval(300, f$time)
  list(e = f$surv[j], u = f$influence.surv[, j])
})
aj <- both(function(e) {
  f <- survfit(Surv(time, factor(cause, 0:2)) ~ 1, e, weights = w, influence = 1, id = seq_len(nrow(e)))
  j <- findInterval(300, f$time)
  list(e = f$pstate[j, 2], u = f$influence.pstate[, j, 2] * e$w) # of several states it comes without weights
})
area <- both(function(e) {
  f <- survfit(Surv(time, dead) ~ 1, e, weights = w, influence = 1, robust = TRUE, id = seq_len(nrow(e)))
  keep <- f$time < 500
  width <- diff(c(f$time[keep], 500))
  list(e = f$time[1] + sum(width * f$surv[keep]), u = drop(f$influence.surv[, keep] %*% width))
})

# log-rank with weights: the robust score test of a Cox model with Breslow's ties
score <- function() {
  f <- coxph(Surv(time, dead) ~ z, d, weights = w, ties = "breslow", robust = TRUE)
  g <- coxph(Surv(time, dead) ~ z, d, weights = w, ties = "breslow", cluster = k)
  c(f$rscore, g$rscore)
}
# the variance of Xie and Liu by its definition
xie <- function() {
  v <- 0
  o <- 0
  for (t in unique(d$time[d$dead == 1])) {
    r <- d$time >= t
    hit <- d$time == t & d$dead == 1
    n <- sum(r)
    m <- sum(hit)
    p <- sum(d$w[r & d$z == 1]) / sum(d$w[r])
    o <- o + sum(d$w[hit & d$z == 1]) - p * sum(d$w[hit])
    if (n > 1) v <- v + m * (n - m) / (n * (n - 1)) * sum(d$w[r]^2 * (d$z[r] - p)^2)
  }
  c(o, v)
}

# g-computation and doubly robust risks at 200 and 400 days, no ties; all subjects are the target
d$f <- factor(d$z)
times <- c(200, 400)
separate <- coxph(Surv(s, dead) ~ strata(f) + age:f + ph.ecog:f, d, x = TRUE, y = TRUE, ties = "breslow")
shared <- coxph(Surv(s, dead) ~ f + age + ph.ecog, d, x = TRUE, y = TRUE, ties = "breslow")
censor <- coxph(Surv(s, dead == 0) ~ strata(f) + age:f + ph.ecog:f, d, x = TRUE, y = TRUE, ties = "breslow")
score_model <- glm(f ~ age + ph.ecog, binomial, d)
run <- function(event, treatment, times, estimator, ...) {
  a <- ate(event, treatment = treatment, data = d, times = times, se = TRUE, verbose = FALSE, estimator = estimator, ...)
  m <- as.data.frame(a$meanRisk)
  b <- as.data.frame(a$diffRisk)
  m <- m[m$estimator == estimator, ] # controls at each time, then treated
  b <- b[b$estimator == estimator, ]
  list(risk = m$estimate, se = m$se, difference = b$estimate, difference_se = b$se)
}
survival_runs <- list(
  shared = run(shared, "f", times, "GFORMULA", product.limit = FALSE),
  separate = run(separate, "f", times, "GFORMULA", product.limit = FALSE),
  aipw = run(separate, score_model, times, "AIPTW", censor = censor, known.nuisance = TRUE, product.limit = FALSE)
)
logit <- glm(y ~ f * (age + ph.ecog), binomial, d)
simple <- glm(y ~ f + age + ph.ecog, binomial, d)
binary_runs <- list(
  shared = run(simple, "f", NA, "GFORMULA"), separate = run(logit, "f", NA, "GFORMULA"),
  aipw = run(logit, score_model, NA, "AIPTW", known.nuisance = TRUE)
)

# the effect in the treated, term by term
e <- fitted(score_model)
hazard <- function(event, arm) { # a Cox model of one arm: function of (time, rows) for everyone's cumulative hazard
  f <- coxph(Surv(s, event) ~ age + ph.ecog, data.frame(d, event = event)[d$z == arm, ], ties = "breslow")
  h <- basehaz(f, centered = FALSE)
  r <- exp(as.matrix(d[, c("age", "ph.ecog")]) %*% coef(f))
  function(t, before = FALSE) r * (if (before) max(c(0, h$hazard[h$time < t])) else max(c(0, h$hazard[h$time <= t])))
}
treated_only <- function(arm, t, km = FALSE) {
  own <- which(d$z == arm)
  H <- hazard(d$dead, arm)
  C <- hazard(1 - d$dead, arm)
  F <- 1 - exp(-H(t))
  if (km) {
    fit <- survfit(Surv(s, 1 - dead) ~ 1, d[own, ])
    G <- function(u, before = FALSE) rep(min(c(1, fit$surv[if (before) fit$time < u else fit$time <= u])), nrow(d))
    step <- function(u) 1 - G(u)[1] / G(u, TRUE)[1]
  } else {
    G <- function(u, before = FALSE) exp(-C(u, TRUE))
    step <- function(u) drop(C(u) - C(u, TRUE))
  }
  star <- rep(0, nrow(d))
  at <- sort(d$s[own][d$dead[own] == 0])
  at <- at[at <= t]
  for (i in own) if (d$dead[i] == 1 && d$s[i] <= t) star[i] <- 1 / G(d$s[i], TRUE)[i]
  for (u in at) {
    i <- own[d$s[own] >= u]
    m <- (d$s[i] == u & d$dead[i] == 0) - rep_len(step(u), nrow(d))[i]
    star[i] <- star[i] + (1 - exp(-(H(t) - H(u))[i])) / G(u)[i] * m
  }
  w <- if (arm == 1) d$z else (1 - d$z) * e / (1 - e)
  term <- w * (star - F) + d$z * F
  p <- sum(term) / sum(d$z)
  list(p = p, u = (term - d$z * p) / sum(d$z))
}
att <- lapply(list(c(200, 0), c(400, 0), c(400, 1)), function(v) {
  one <- treated_only(1, v[1], v[2] == 1)
  zero <- treated_only(0, v[1], v[2] == 1)
  c(zero$p, one$p, sqrt(sum(zero$u^2)), sqrt(sum(one$u^2)), sqrt(sum((one$u - zero$u)^2)))
})
att_binary <- function() {
  get <- function(arm) {
    m <- predict(glm(y ~ age + ph.ecog, binomial, d[d$z == arm, ]), d, type = "response")
    w <- if (arm == 1) d$z else (1 - d$z) * e / (1 - e)
    term <- w * (d$y - m) + d$z * m
    p <- sum(term) / sum(d$z)
    list(p = p, u = (term - d$z * p) / sum(d$z))
  }
  one <- get(1)
  zero <- get(0)
  c(zero$p, one$p, sqrt(sum(zero$u^2)), sqrt(sum(one$u^2)), sqrt(sum((one$u - zero$u)^2)))
}

# score, greedy pairs within 0.2 pooled standard deviations, Cox model, of rows written out as often as a formula says
d$v <- d$age + i / 1000
pipeline <- function(r) {
  rows <- rep(i, ((i * (2 * r + 1)) %% 11) %% 3)
  b <- d[rows, ]
  lp <- glm(z ~ v + ph.ecog, binomial, b, control = glm.control(epsilon = 1e-14))$linear.predictors
  one <- which(b$z == 1)
  zero <- which(b$z == 0)
  reach <- 0.2 * sqrt((var(lp[one]) + var(lp[zero])) / 2)
  free <- lp[zero]
  keep <- NULL
  for (k in one[order(-lp[one])]) {
    gap <- abs(free - lp[k])
    j <- which.min(gap)
    if (gap[j] <= reach) {
      keep <- c(keep, k, zero[j])
      free[j] <- Inf
    }
  }
  e <- plogis(lp)
  hr <- function(u) unname(coef(coxph(Surv(time, dead) ~ z, cbind(b, u = u), weights = u, control = coxph.control(eps = 1e-11, toler.chol = 1e-13))))
  c(unname(coef(coxph(Surv(time, dead) ~ z, b[keep, ], control = coxph.control(eps = 1e-11, toler.chol = 1e-13)))), length(keep) / 2,
    hr(ifelse(b$z == 1, 1, e / (1 - e))), hr(ifelse(b$z == 1, 1 / e, 1 / (1 - e))),
    hr(ifelse(b$z == 1, 1 - e, e)), hr(pmin(e, 1 - e) / ifelse(b$z == 1, e, 1 - e)))
}

write_json(list(
  binary = list(difference = binary("identity"), ratio = binary("log"), odds = binary("logit"),
    difference_clusters = binary("identity", cluster = d$k), odds_clusters = binary("logit", cluster = d$k)),
  survival = km, incidence = aj, area = area,
  log_rank = list(scores = score(), xie = xie()),
  cox = survival_runs, logistic = binary_runs, att_200 = att[[1]], att_400 = att[[2]], att_km = att[[3]], pipeline = t(sapply(1:4, pipeline)), att_binary = att_binary()
), "effects.json")
