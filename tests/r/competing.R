# R's values for tests/stats/test_competing_r.py, test_gray.py and test_fine_gray_r.py.
# Run in this folder: Rscript competing.R
# R 4.2.2, survival 3.5-3, cmprsk 2.2-11.
library(survival)
library(cmprsk)
source("json.R")

# Quasi-random rows that any program can make again: fractional parts of multiples of three irrationals.
made <- function(n, whole) {
  i <- seq_len(n)
  u <- (i * 0.6180339887498949) %% 1
  v <- (i * 0.7548776662466927) %% 1
  x <- (i * 0.5698402909980532) %% 1
  time <- -20 * log(u) / exp(x - 0.5)
  if (whole) time <- floor(time) + 1
  cause <- ifelse(v < 0.4, 1, ifelse(v < 0.6, 2, ifelse(v < 0.7, 3, 0)))
  data.frame(time, cause, x1 = x, x2 = i %% 2, x3 = (i * 7) %% 5 - 2, g = i %% 4, s = (i * 3) %% 7 %% 3,
    w = 0.5 + i %% 7 / 3, k = (i * 5) %% 37, e = pmin(time - 1, (i * 3) %% 11))
}
tied <- made(160, TRUE)
apart <- made(160, FALSE)
liver <- subset(pbc, select = c(time, status, age, sex, bili, edema, stage))
liver$f <- as.numeric(liver$sex == "f")

# cmprsk keeps each step twice; one value at every third time of a failure from the cause
aalen <- function(d) {
  fit <- cuminc(d$time, d$cause)
  out <- list()
  for (k in sort(unique(d$cause[d$cause > 0]))) {
    f <- fit[[paste("1", k)]]
    step <- seq(3, length(f$time) - 1, by = 6)
    out[[paste0("cause", k)]] <- list(time = f$time[step], est = f$est[step], var = f$var[step])
  }
  out
}
jackknife <- function(fit) {
  kept <- seq(1, length(fit$time), by = 4)
  out <- list(time = fit$time[kept], length = length(fit$time))
  for (j in seq_len(ncol(fit$pstate))) {
    out[[paste0("state", j - 1)]] <- list(p = fit$pstate[kept, j], se = fit$std.err[kept, j],
      low = fit$lower[kept, j], high = fit$upper[kept, j])
  }
  out
}
status <- function(cause) factor(cause, 0:3)
area <- function(fit, tau, w, k) {
  r <- residuals(fit, times = tau, type = "auc")  # rows by states
  r <- rowsum(as.matrix(r) * w, k)
  sqrt(colSums(r^2))
}
weighted <- survfit(Surv(time, status(cause)) ~ 1, tied, weights = w, id = seq_len(160), cluster = k)
plain <- survfit(Surv(time, status(cause)) ~ 1, tied)
# survfit's own standard errors with clusters are not the sums of its residuals by cluster; these are
kept <- seq(1, length(weighted$time), by = 9)
parts <- residuals(weighted, times = weighted$time[kept], type = "pstate")
by_cluster <- function(r) sqrt(colSums(rowsum(r * tied$w, tied$k)^2))
curves <- list(
  aalen_tied = aalen(tied),
  aalen_apart = aalen(apart),
  plain = jackknife(survfit(Surv(time, status(cause)) ~ 1, data = tied, conf.type = "log-log")),
  plain_log = jackknife(survfit(Surv(time, status(cause)) ~ 1, data = tied, conf.type = "log")),
  weighted = jackknife(survfit(Surv(time, status(cause)) ~ 1, data = tied, weights = w, conf.type = "log-log", robust = TRUE)),
  clustered = list(time = weighted$time[kept], se = apply(parts, 3, by_cluster)),
  entry = jackknife(survfit(Surv(e, time, status(cause)) ~ 1, data = tied, id = seq_len(160), conf.type = "plain")),
  area_plain = area(plain, 25, rep(1, 160), seq_len(160)),
  area_weighted = area(weighted, 25, tied$w, seq_len(160)),
  area_clustered = area(weighted, 25, tied$w, tied$k)
)

gray <- function(...) {
  t <- cuminc(...)$Tests
  list(statistic = t[, "stat"], p_value = t[, "pv"], df = t[, "df"])
}
p <- liver[!is.na(liver$stage), ]
tests <- list(
  tied_2 = gray(tied$time, tied$cause, tied$x2),
  tied_3 = gray(tied$time, tied$cause, tied$s),
  tied_4 = gray(tied$time, tied$cause, tied$g),
  tied_4_rho = gray(tied$time, tied$cause, tied$g, rho = 1),
  tied_4_rho_half = gray(tied$time, tied$cause, tied$g, rho = -0.5),
  tied_2_strata = gray(tied$time, tied$cause, tied$x2, strata = tied$s),
  tied_4_strata_rho = gray(tied$time, tied$cause, tied$g, strata = tied$s, rho = 1),
  apart_4 = gray(apart$time, apart$cause, apart$g),
  apart_3_strata = gray(apart$time, apart$cause, apart$s, strata = apart$x2),
  pbc_sex = gray(liver$time, liver$status, liver$f),
  pbc_stage = gray(p$time, p$status, p$stage),
  pbc_stage_sex = gray(p$time, p$status, p$stage, strata = p$f, rho = 1)
)

# crr stops where its line search no longer sees a gain; two plain Newton steps more end at the maximum itself
subdistribution <- function(..., rows = NULL, rows2 = NULL) {
  fit <- crr(...)
  for (i in 1:2) fit <- crr(..., init = fit$coef + c(fit$invinf %*% fit$score), maxiter = 0)
  out <- list(coef = fit$coef, var = fit$var, invinf = fit$invinf, loglik = c(fit$loglik.null, fit$loglik),
    time = fit$uftime, jump = fit$bfitj)
  if (!is.null(rows) || !is.null(rows2)) {
    f <- if (is.null(rows2)) predict(fit, rows) else if (is.null(rows)) predict(fit, cov2 = rows2) else predict(fit, rows, rows2)
    out$curve <- f[, 2]
  }
  out
}
X <- function(d) as.matrix(d[, c("x1", "x2", "x3")])
L <- as.matrix(liver[, c("age", "f", "bili", "edema")])
straight <- function(t) t / 10
two <- function(t) cbind(log(t), (t > 10) * 1)
models <- list(
  tied = subdistribution(tied$time, tied$cause, X(tied), rows = c(0.5, 1, -1)),
  tied_2 = subdistribution(tied$time, tied$cause, X(tied), failcode = 2),
  apart = subdistribution(apart$time, apart$cause, X(apart)),
  tied_strata = subdistribution(tied$time, tied$cause, X(tied), cengroup = tied$s),
  apart_strata = subdistribution(apart$time, apart$cause, X(apart), cengroup = apart$g),
  tied_varying = subdistribution(tied$time, tied$cause, X(tied), cov2 = tied$x1, tf = straight, rows = c(0.5, 1, -1),
    rows2 = 0.5),
  apart_varying_2 = subdistribution(apart$time, apart$cause, X(apart)[, 3], cov2 = cbind(apart$x1, apart$x2), tf = two),
  tied_varying_strata = subdistribution(tied$time, tied$cause, X(tied), cov2 = tied$x1, tf = straight,
    cengroup = tied$s),
  tied_only_varying = subdistribution(tied$time, tied$cause, cov2 = tied$x1, tf = straight, rows2 = 0.5),
  pbc_death = subdistribution(liver$time, liver$status, L, failcode = 2),
  pbc_transplant = subdistribution(liver$time, liver$status, L)
)

# survival's own route: weighted rows, Cox with Breslow ties, robust variance with G taken as known
expanded <- function(d, model = Surv(fgstart, fgstop, fgstatus) ~ x1 + x2 + x3) {
  d$id <- seq_len(nrow(d))
  d$status <- factor(d$cause, 0:3)
  one <- finegray(Surv(time, status) ~ ., d, etype = "1", id = id)
  fit <- coxph(model, one, weights = fgwt, cluster = id, ties = "breslow",
    control = coxph.control(eps = 1e-13, toler.chol = 1e-14))
  list(coef = coef(fit), var = vcov(fit), naive = fit$naive.var)
}
specific <- coxph(Surv(time, cause == 1) ~ x1 + x2 + x3, tied,
  control = coxph.control(eps = 1e-13, toler.chol = 1e-14))
m <- mgus2
m$time <- ifelse(m$pstat == 1, m$ptime, m$futime)
m$cause <- ifelse(m$pstat == 1, 1, 2 * m$death)
m <- m[, c("time", "cause", "age", "sex")]
routes <- list(
  apart = expanded(apart),
  tied = expanded(tied),
  cause_specific = list(coef = coef(specific), var = vcov(specific)),
  mgus2 = subdistribution(m$time, m$cause, cbind(m$age, m$sex == "M"))[c("coef", "var")],
  mgus2_expanded = expanded(m, Surv(fgstart, fgstop, fgstatus) ~ age + sex)
)
write_json(list(curves = curves, tests = tests, models = models, routes = routes), "competing.json")
