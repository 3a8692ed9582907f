# R's values for tests/endpoints/test_survival_rows.py: quartiles with log-log limits and numbers at risk.
# Run in this folder: Rscript survival_rows.R (R 4.2.2, survival 3.5-3).
library(survival)
source("json.R")
fit <- survfit(Surv(time, status) ~ 1, data = aml, conf.type = "log-log")
q <- quantile(fit, c(0.25, 0.75))
at <- c(10, 30, 45)
write_json(list(
  time = aml$time, status = aml$status,
  quantile = q$quantile, lower = q$lower, upper = q$upper,
  at = at, n_risk = summary(fit, times = at)$n.risk
), "survival_rows.json")
