# R's values for tests/stats/test_parametric.py and test_piecewise.py. Run in this folder: Rscript parametric.R
# R 4.2.2, survival 3.5-3.
library(survival)
source("json.R")

names_r <- c(exponential = "exponential", weibull = "weibull", `log-normal` = "lognormal", `log-logistic` = "loglogistic")
lung$w <- .5 + (seq_len(228) %% 7) / 3
lung$k <- (seq_len(228) * 5) %% 40
aml$g <- as.numeric(aml$x == "Nonmaintained")
aml$z <- (seq_len(23) * 7) %% 5
aml$w <- 1 + (seq_len(23) %% 4) / 2
aml$k <- (seq_len(23) - 1) %/% 3
tight <- survreg.control(rel.tolerance = 1e-14, maxiter = 100)
values <- function(fit, new = NULL, p = c(.1, .5, .9)) {
  out <- list(coef = coef(fit), scale = fit$scale, loglik = fit$loglik, var = fit$var)
  if (!is.null(fit$naive.var)) out$naive <- fit$naive.var
  if (!is.null(new)) {
    q <- predict(fit, new, type = "quantile", p = p, se.fit = TRUE)
    out$quantile <- q$fit
    out$quantile_se <- q$se.fit
  }
  out
}
# survreg's own robust variance leaves the case weights out of the residuals; here they are in
sandwich <- function(fit, k) list(coef = coef(fit), scale = fit$scale, loglik = fit$loglik, naive = fit$var,
  var = crossprod(rowsum(residuals(fit, "dfbeta", weighted = TRUE), k)))
out <- list()
for (d in names(names_r)) {
  r <- names_r[[d]]
  out[[d]] <- list(
    lung = values(survreg(Surv(time, status) ~ 1, lung, dist = r, control = tight), data.frame(a = 1)),
    lung_three = values(survreg(Surv(time, status) ~ sex + age + ph.ecog, lung, dist = r, control = tight),
      data.frame(sex = 2, age = 60, ph.ecog = 1)),
    lung_weighted = values(survreg(Surv(time, status) ~ sex + age, lung, dist = r, weights = w, control = tight)),
    lung_robust = sandwich(survreg(Surv(time, status) ~ sex + age, lung, dist = r, weights = w, control = tight), 1:228),
    lung_clustered = values(survreg(Surv(time, status) ~ sex + age, lung, dist = r, cluster = k, control = tight)),
    aml = values(survreg(Surv(time, status) ~ g + z, aml, dist = r, control = tight), data.frame(g = 1, z = 2)),
    aml_clustered = sandwich(survreg(Surv(time, status) ~ g + z, aml, dist = r, weights = w, control = tight), aml$k)
  )
}

split_at <- function(d, cuts) {
  s <- survSplit(Surv(time, status) ~ ., d, cut = cuts, episode = "interval")
  s$spent <- s$time - s$tstart
  s$died <- if (max(d$status) == 2) as.numeric(s$status == 2) else s$status
  s
}
rates <- function(s, formula) {
  fit <- glm(formula, poisson, s, epsilon = 1e-15, maxit = 100)
  list(coef = coef(fit), var = vcov(fit))
}
lung$status <- lung$status - 1
out$piecewise <- list(
  lung = rates(split_at(lung, c(180, 365)), died ~ 0 + factor(interval) + offset(log(spent))),
  lung_two = rates(split_at(lung, c(180, 365)), died ~ 0 + factor(interval) + sex + age + offset(log(spent))),
  aml_two = rates(split_at(aml, c(13, 30)), died ~ 0 + factor(interval) + g + z + offset(log(spent))),
  exact = list(poisson.test(7, 261)$conf.int, poisson.test(0, 12)$conf.int)
)
names(out$piecewise$exact) <- c("seven", "none")
write_json(out, "parametric.json")
