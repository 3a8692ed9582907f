# R's values for tests/stats/test_nelson_aalen.py and test_log_rank_routes.py. Run in this folder: Rscript survival_hazard.R
# R 4.2.2, survival 3.5-3.
library(survival)
source("json.R")

aml$w <- 1 + (seq_len(23) %% 4) / 2
aml$k <- (seq_len(23) - 1) %/% 3
aml$e <- pmin(aml$time - 1, (seq_len(23) * 3) %% 11)
lung$w <- .5 + (seq_len(228) %% 7) / 3
S <- function(d) Surv(d$time, d$status)

hazard <- function(...) {
  out <- list()
  call <- match.call()
  for (ties in 1:2) {
    fit <- pass_on(call, quote(survfit), stype = 2, ctype = ties, conf.type = "log-log")
    m <- length(fit$time)
    kept <- if (m > 30) seq(1, m, by = 9) else seq_len(m)
    se <- if (fit$logse) fit$std.err * fit$surv else fit$std.err
    one <- list(hazard = fit$cumhaz[kept], std_error = fit$std.chaz[kept], survival = fit$surv[kept],
      rmst = summary(fit, rmean = 30)$table["rmean"])
    # with weights and ctype 1 this version takes the error of log S for that of S (std.err equals
    # std.chaz while logse is FALSE), and its limits follow
    if (fit$logse || ties == 2) one <- c(one, list(survival_error = se[kept], low = fit$lower[kept], high = fit$upper[kept]))
    out[[c("single", "untied")[ties]]] <- one
  }
  out
}
hazards <- list(
  aml = hazard(S(aml) ~ 1),
  aml_entry = hazard(Surv(aml$e, aml$time, aml$status) ~ 1),
  aml_weighted = hazard(S(aml) ~ 1, weights = aml$w, robust = TRUE),
  aml_clustered = hazard(S(aml) ~ 1, weights = aml$w, cluster = aml$k, robust = TRUE),
  lung = hazard(S(lung) ~ 1),
  lung_weighted = hazard(S(lung) ~ 1, weights = lung$w, robust = TRUE)
)

# influences: rows of the 23 patients, columns by time
rows <- function(fit, type, times) {
  r <- residuals(fit, times = times, type = type)
  lapply(setNames(seq_along(times), paste0("t", times)), function(j) r[, j])
}
plain <- survfit(S(aml) ~ 1)
weighted <- survfit(S(aml) ~ 1, weights = aml$w, robust = TRUE)
arms <- survfit(Surv(time, status) ~ x, data = aml)
influences <- list(
  survival = rows(plain, "pstate", c(12, 24, 40)),
  survival_weighted = rows(weighted, "pstate", c(12, 24, 40)),
  hazard = rows(plain, "cumhaz", c(12, 24, 40)),
  rmst = rows(plain, "auc", c(24, 40)),
  rmst_weighted = rows(weighted, "auc", c(24, 40)),
  rmst_by_arm = rows(arms, "auc", c(24, 48))
)

# late entry without ties: the score test of a Cox model is the log-rank test
aml$t <- aml$time + seq_len(23) / 100
score <- function(formula, data) {
  fit <- coxph(formula, data, ties = "breslow")
  list(statistic = fit$score)
}
tests <- list(
  aml_entry = score(Surv(e, t, status) ~ x, aml),
  aml_entry_strata = score(Surv(e, t, status) ~ x + strata(w), aml),
  aml_entry_groups = score(Surv(e, t, status) ~ factor(k %% 3), aml)
)
write_json(list(hazards = hazards, influences = influences, tests = tests), "survival_hazard.json")
