# R's values for tests/stats/test_resampling_survival.py. Run in this folder: Rscript resampling.R
# Replicates with made-up counts, as an R loop over data[i, ] would see them. R 4.2.2, survival 3.5-3.
library(survival)
source("json.R")

counts <- function(n, r) (seq_len(n) * (2 * r + 1) + seq_len(n) %/% (r + 1)) %% 4
lung$k <- seq_len(228) %% 3
lung$w <- .5 + (seq_len(228) %% 7) / 3
lung$e <- lung$time * (seq_len(228) %% 5) / 6
heart$n <- seq_len(nrow(heart))
tight <- coxph.control(eps = 1e-11, toler.chol = 1e-13, iter.max = 50)
out <- list()
for (r in 1:3) {
  d <- lung[rep(seq_len(228), counts(228, r)), ]
  km <- survfit(Surv(time, status) ~ 1, d)
  late <- survfit(Surv(e, time, status) ~ 1, d)
  h <- heart[rep(heart$n, counts(nrow(heart), r)), ]
  cph <- function(...) coef(pass_on(match.call(), quote(coxph), control = tight))
  out[[paste0("r", r)]] <- list(
    efron = cph(Surv(time, status) ~ sex + age, d),
    breslow = cph(Surv(time, status) ~ sex + age, d, ties = "breslow"),
    strata = cph(Surv(time, status) ~ sex + age + strata(k), d),
    weighted = cph(Surv(time, status) ~ sex + age, d, weights = w),
    entry = cph(Surv(e, time, status) ~ sex + age, d),
    heart = cph(Surv(start, stop, event) ~ age + year + surgery + transplant, h),
    survival = summary(km, c(100, 365, 700), extend = TRUE)$surv,
    survival_entry = summary(late, c(100, 365, 700), extend = TRUE)$surv,
    rmst = summary(km, rmean = 730)$table["rmean"]
  )
}
write_json(out, "resampling.json")
