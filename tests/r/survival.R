# R's values for tests/stats/test_kernel_survival_r.py. Run in this folder: Rscript survival.R
# R 4.2.2, survival 3.5-3.
library(survival)
source("json.R")

types <- c("plain", "log", "log-log", "logit", "arcsin")
curve <- function(...) {
  out <- list()
  call <- match.call()
  m <- length(pass_on(call, quote(survfit))$time)
  kept <- if (m > 30) seq(1, m, by = 9) else seq_len(m)  # long curves: every ninth time
  for (type in types) {
    fit <- pass_on(call, quote(survfit), conf.type = type)
    out[[type]] <- list(lower = fit$lower[kept], upper = fit$upper[kept])
    q <- quantile(fit, c(.25, .5, .75))
    out[[type]]$quantile <- q$quantile
    out[[type]]$quantile_lower <- q$lower
    out[[type]]$quantile_upper <- q$upper
  }
  se <- if (fit$logse) fit$std.err * fit$surv else fit$std.err
  c(list(time = fit$time[kept], n_risk = fit$n.risk[kept], n_event = fit$n.event[kept],
    n_censor = fit$n.censor[kept], surv = fit$surv[kept], std_err = se[kept], length = m), out)
}
table <- function(fit, tau) summary(fit, rmean = tau)$table

aml$w <- 1 + (seq_len(23) %% 4) / 2
aml$k <- (seq_len(23) - 1) %/% 3
aml$e <- pmin(aml$time - 1, (seq_len(23) * 3) %% 11)
lung$w <- .5 + (seq_len(228) %% 7) / 3
lung$k <- (seq_len(228) * 5) %% 40
m <- aml[aml$x == "Maintained", ]
S <- function(d) Surv(d$time, d$status)

curves <- list(
  aml_maintained = curve(S(m) ~ 1),
  aml = curve(S(aml) ~ 1),
  aml_weighted = curve(S(aml) ~ 1, weights = aml$w, robust = TRUE),
  aml_clustered = curve(S(aml) ~ 1, weights = aml$w, cluster = aml$k, robust = TRUE),
  aml_entry = curve(Surv(aml$e, aml$time, aml$status) ~ 1),
  lung = curve(S(lung) ~ 1),
  lung_weighted = curve(S(lung) ~ 1, weights = lung$w, robust = TRUE),
  lung_clustered = curve(S(lung) ~ 1, weights = lung$w, cluster = lung$k, robust = TRUE),
  lung_reverse = curve(Surv(lung$time, lung$status == 1) ~ 1),
  heart = curve(Surv(start, stop, event) ~ 1, data = heart)
)

rmst <- function(fit, tau) table(fit, tau)[c("rmean", "se(rmean)")]
influence_rmst <- function(fit, tau, w, k) {
  r <- as.vector(residuals(fit, times = tau, type = "auc")) * w
  c(rmst(fit, tau)[1], sqrt(sum(rowsum(r, k)^2)))
}
means <- list(
  aml_maintained_48 = rmst(survfit(S(m) ~ 1), 48),
  lung_730 = rmst(survfit(S(lung) ~ 1), 730),
  aml_weighted_30 = influence_rmst(survfit(S(aml) ~ 1, weights = aml$w, robust = TRUE), 30, aml$w, seq_len(23)),
  aml_clustered_30 = influence_rmst(survfit(S(aml) ~ 1, weights = aml$w, robust = TRUE), 30, aml$w, aml$k)
)

test <- function(...) {
  fit <- pass_on(match.call(), quote(survdiff))
  total <- function(v) if (is.matrix(v)) rowSums(v) else v
  list(observed = total(fit$obs), expected = total(fit$exp), variance = fit$var, statistic = fit$chisq,
    p_value = pchisq(fit$chisq, length(fit$n) - 1, lower.tail = FALSE))
}
aml$s <- seq_len(23) %% 3
lung$s <- lung$ph.karno > 80
tests <- list(
  aml = test(S(aml) ~ x, data = aml),
  aml_rho1 = test(S(aml) ~ x, data = aml, rho = 1),
  aml_stratified = test(S(aml) ~ x + strata(s), data = aml),
  aml_stratified_rho = test(S(aml) ~ x + strata(s), data = aml, rho = .5),
  aml_three_groups = test(S(aml) ~ s, data = aml),
  lung_sex = test(Surv(time, status) ~ sex, data = lung),
  lung_sex_rho1 = test(Surv(time, status) ~ sex, data = lung, rho = 1),
  lung_institution = test(Surv(time, status) ~ sex + strata(inst), data = lung),
  lung_ecog = test(Surv(time, status) ~ ph.ecog, data = lung)
)
write_json(list(curves = curves, means = means, tests = tests), "survival.json")
