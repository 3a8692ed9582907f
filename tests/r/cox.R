# R's values for tests/stats/test_kernel_cox_r.py. Run in this folder: Rscript cox.R
# R 4.2.2, survival 3.5-3. Tighter convergence than the default, so that 1e-8 can be asked for.
library(survival)
source("json.R")
control <- coxph.control(eps = 1e-14, toler.chol = 1e-15, iter.max = 50)

fit <- function(call, ties) {
  f <- pass_on(call, quote(coxph), ties = ties, control = control)
  s <- summary(f)
  out <- list(coef = coef(f), var = vcov(f), loglik = f$loglik, wald = f$wald.test, score = f$score,
    lr = 2 * diff(f$loglik), p_value = s$coefficients[, "Pr(>|z|)"], low = log(s$conf.int[, 3]), high = log(s$conf.int[, 4]))
  if (!is.null(f$naive.var)) out$naive <- f$naive.var
  out
}
aml$z <- (seq_len(23) * 7) %% 5
aml$g <- as.numeric(aml$x == "Nonmaintained")
aml$w <- 1 + (seq_len(23) %% 4) / 2
aml$k <- (seq_len(23) - 1) %/% 3
aml$s <- seq_len(23) %% 2
aml$e <- pmin(aml$time - 1, (seq_len(23) * 3) %% 11)
lung$w <- .5 + (seq_len(228) %% 7) / 3

cases <- list()
for (ties in c("efron", "breslow")) {
  f <- function(...) fit(match.call(), ties)
  cases[[ties]] <- list(
    aml = f(Surv(time, status) ~ g + z, data = aml),
    aml_weighted = f(Surv(time, status) ~ g + z, data = aml, weights = w, robust = TRUE),
    aml_clustered = f(Surv(time, status) ~ g + z, data = aml, weights = w, cluster = k),
    aml_strata = f(Surv(time, status) ~ g + z + strata(s), data = aml),
    aml_entry = f(Surv(e, time, status) ~ g + z, data = aml),
    aml_everything = f(Surv(e, time, status) ~ g + z + strata(s), data = aml, weights = w, cluster = k),
    lung = f(Surv(time, status) ~ age + sex, data = lung),
    lung_weighted = f(Surv(time, status) ~ age + sex, data = lung, weights = w, robust = TRUE),
    lung_strata = f(Surv(time, status) ~ age + sex + strata(inst), data = lung),
    lung_three = f(Surv(time, status) ~ age + sex + wt.loss, data = lung),
    heart = f(Surv(start, stop, event) ~ age + year + surgery + as.numeric(transplant), data = heart),
    bladder2 = f(Surv(start, stop, event) ~ rx + size + number, data = bladder2, cluster = id),
    bladder2_strata = f(Surv(start, stop, event) ~ rx + size + number + strata(enum), data = bladder2, cluster = id)
  )
}
write_json(cases, "cox.json")
