# R's values for tests/stats/test_curve_robust.py: the same weights as counts and as weights of any origin.
# Run in this folder: Rscript robust.R
# R 4.2.2, survival 3.5-3.
library(survival)
source("json.R")

aml$w <- 1 + seq_len(23) %% 3
value <- function(fit) {
  s <- summary(fit, rmean = 30)
  list(survival = fit$surv, std_error = fit$std.err * (if (fit$logse) fit$surv else 1), low = fit$lower, high = fit$upper,
    rmst_se = s$table["se(rmean)"])
}
kept <- function(out) lapply(out, function(v) v[!is.na(v)])
write_json(list(
  counts = kept(value(survfit(Surv(time, status) ~ 1, aml, weights = w, robust = FALSE, conf.type = "log-log"))),
  rows = kept(value(survfit(Surv(time, status) ~ 1, aml, robust = TRUE, conf.type = "log-log")))
), "robust.json")
