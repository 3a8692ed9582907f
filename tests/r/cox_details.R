# R's values for tests/stats/test_kernel_cox_details_r.py. Run in this folder: Rscript cox_details.R
# R 4.2.2, survival 3.5-3. Tighter convergence than the default, so that 1e-8 can be asked for.
library(survival)
source("json.R")
control <- coxph.control(eps = 1e-14, toler.chol = 1e-15, iter.max = 50)
few <- function(v) { # every third row of short tables, fewer of long ones
  m <- as.matrix(v)
  m[seq(1, nrow(m), by = if (nrow(m) < 60) 3 else 23), , drop = FALSE]
}
table <- function(v) as.vector(t(few(v)))

residual <- function(f, collapse = NULL) {
  kinds <- c(martingale = "martingale", deviance = "deviance", score = "score", dfbeta = "dfbeta", dfbetas = "dfbetas",
    schoenfeld = "schoenfeld", `scaled-schoenfeld` = "scaledsch")
  out <- lapply(kinds, function(k) table(suppressWarnings(residuals(f, type = k))))
  if (!is.null(collapse)) {
    for (k in c("martingale", "score", "dfbeta")) out[[paste0(k, "_collapsed")]] <- table(suppressWarnings(residuals(f, type = k, collapse = collapse)))
  }
  out$expected <- table(predict(f, type = "expected"))
  out
}
curve <- function(f, new) {
  types <- c("plain", "log", "log-log")
  first <- survfit(f, newdata = new, conf.type = "log")
  kept <- first$n.event > 0
  # with strata in the fit and not in the new rows: one row of the result a stratum and time
  out <- list(time = few(first$time[kept]), surv = table(first$surv[kept, , drop = FALSE]),
    std_err = table(first$std.err[kept, , drop = FALSE]), n_risk = few(first$n.risk[kept]))
  for (k in types) {
    g <- survfit(f, newdata = new, conf.type = k)
    out[[k]] <- list(lower = table(g$lower[kept, , drop = FALSE]), upper = table(g$upper[kept, , drop = FALSE]))
  }
  b <- basehaz(f, centered = FALSE)
  b <- b$hazard[c(TRUE, diff(b$hazard) != 0) & b$hazard > 0]
  out$hazard <- few(b)
  out$robust_score <- if (is.null(f$rscore)) list() else f$rscore
  out$loglik <- f$loglik
  out$coef <- coef(f)
  out
}
both <- function(f, new, collapse = NULL) list(residual = residual(f, collapse), curve = curve(f, new))

aml$z <- (seq_len(23) * 7) %% 5
aml$g <- as.numeric(aml$x == "Nonmaintained")
aml$w <- 1 + (seq_len(23) %% 4) / 2
aml$k <- (seq_len(23) - 1) %/% 3
aml$s <- seq_len(23) %% 2
aml$e <- pmin(aml$time - 1, (seq_len(23) * 3) %% 11)
aml$o <- (seq_len(23) %% 3) / 4
new <- data.frame(g = c(0, 1), z = c(1, 3))
lung$w <- .5 + (seq_len(228) %% 7) / 3
out <- list()
for (ties in c("efron", "breslow")) {
  fit <- function(...) pass_on(match.call(), quote(coxph), ties = ties, control = control, x = TRUE, y = TRUE, model = TRUE)
  heart$tx <- as.numeric(heart$transplant == 1)
  veteran$trt2 <- as.numeric(veteran$trt == 2)
  pbc$lb <- log(pbc$bili)
  myeloid$b <- as.numeric(myeloid$trt == "B")
  myeloid$m <- as.numeric(myeloid$sex == "m")
  out[[ties]] <- list(
    aml = both(fit(Surv(time, status) ~ g + z, data = aml), new, aml$k),
    aml_weighted = both(fit(Surv(time, status) ~ g + z, data = aml, weights = w, robust = FALSE), new, aml$k),
    aml_robust = both(fit(Surv(time, status) ~ g + z, data = aml, weights = w, cluster = k), new),
    aml_everything = both(fit(Surv(e, time, status) ~ g + z + strata(s), data = aml, weights = w, cluster = k), new, aml$k),
    lung = both(fit(Surv(time, status) ~ age + sex, data = lung), data.frame(age = c(50, 70), sex = c(1, 2))),
    lung_weighted = both(fit(Surv(time, status) ~ age + sex, data = lung, weights = w, robust = TRUE), data.frame(age = c(50, 70), sex = c(1, 2))),
    heart = both(fit(Surv(start, stop, event) ~ age + surgery + tx, data = heart), data.frame(age = 0, surgery = 0:1, tx = 1), heart$id),
    bladder2 = both(fit(Surv(start, stop, event) ~ rx + size + number, data = bladder2, cluster = id), data.frame(rx = 1:2, size = 1, number = 2), bladder2$id),
    veteran = both(fit(Surv(time, status) ~ trt2 + karno + strata(celltype), data = veteran), data.frame(trt2 = 0:1, karno = c(60, 80))),
    pbc = both(fit(Surv(time, status == 2) ~ age + edema + lb, data = pbc), data.frame(age = c(40, 60), edema = 0, lb = 1)),
    myeloid = both(fit(Surv(futime, death) ~ b + m, data = myeloid), data.frame(b = 0:1, m = 0))
  )
  f <- fit(Surv(time, status) ~ g + z + offset(o), data = aml)
  out[[ties]]$aml_offset <- list(coef = coef(f), var = f$var, loglik = f$loglik, residual = residual(f), lp = few(cbind(aml$g, aml$z) %*% coef(f) + aml$o))
}
exact <- function(...) {
  f <- pass_on(match.call(), quote(coxph), ties = "exact", control = control)
  list(coef = coef(f), var = f$var, loglik = f$loglik, score = f$score)
}
remission <- data.frame(
  time = c(1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23,
    6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35),
  status = c(rep(1, 21), 1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0),
  placebo = rep(1:0, each = 21))
out$exact <- list(
  remission = exact(Surv(time, status) ~ placebo, data = remission),
  aml = exact(Surv(time, status) ~ g + z, data = aml),
  aml_strata = exact(Surv(time, status) ~ g + z + strata(s), data = aml),
  aml_entry = exact(Surv(e, time, status) ~ g + z, data = aml),
  veteran = exact(Surv(time, status) ~ I(trt == 2) + karno + strata(celltype), data = veteran),
  lung_weeks = exact(Surv(time %/% 7, status) ~ age + sex + ph.karno, data = lung),
  aml_offset = exact(Surv(time, status) ~ g + z + offset(o), data = aml)
)
# the fifth row comes and goes between two events: in no risk set, but in the means
passing <- data.frame(time = c(5, 6, 7, 8, 2, 9), status = c(1, 1, 1, 0, 0, 1), x = c(1.5, .2, 1, .3, 10, 2),
  entry = c(0, 0, 0, 0, 1, 0), w = c(1, 2, 1.5, 1, 3, .5))
steps <- function(hazard) hazard[c(TRUE, diff(hazard) != 0) & hazard > 0]
at_weighted_mean <- function(f) steps(survfit(f, newdata = data.frame(x = weighted.mean(passing$x, passing$w)))$cumhaz)
plain <- coxph(Surv(entry, time, status) ~ x, data = passing, control = control)
weighted <- coxph(Surv(time, status) ~ x, data = passing, weights = w, robust = FALSE, control = control)
late <- coxph(Surv(entry, time, status) ~ x, data = passing, weights = w, robust = FALSE, control = control)
out$centred <- list(
  plain = list(coef = coef(plain), hazard = steps(basehaz(plain)$hazard)),
  weighted = list(coef = coef(weighted), hazard = steps(basehaz(weighted)$hazard)),
  # basehaz leaves the weights out of the means with late entry, and only then
  weighted_late = list(coef = coef(late), hazard = at_weighted_mean(late))
)
write_json(out, "cox_details.json")
