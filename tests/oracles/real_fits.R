# R's fits on real data for tests/oracles/test_real_fits.py. Run in this folder: Rscript real_fits.R
# R 4.2.2, survival 3.5-3, cmprsk 2.2-11.
suppressMessages({library(survival); library(cmprsk)})
source("../r/json.R")
options(contrasts = c("contr.treatment", "contr.poly"))
tight <- coxph.control(eps = 1e-12, toler.chol = 1e-13, iter.max = 50)
made <- tempfile()  # the rows that data.R derives
dir.create(made)
stopifnot(system2("Rscript", c("data.R", made)) == 0)
derived <- function(name) read.csv(file.path(made, paste0(name, ".csv")))
# the same call to another function, without the arguments named in drop, with those in ...
send <- function(call, to, drop = NULL, ...) {
  call[[1]] <- to
  if (!is.null(names(call))) call <- call[!names(call) %in% drop]
  extra <- list(...)
  for (k in names(extra)) call[[k]] <- extra[[k]]
  eval(call, parent.frame(2))
}

# long vectors: how many, how many missing, sum and sum of squares of the rest, and the first ten
short <- function(v) {
  v <- as.numeric(as.vector(v))
  if (length(v) <= 60) return(v)
  c(length(v), sum(is.na(v)), sum(v, na.rm = TRUE), sum(v^2, na.rm = TRUE), v[1:10])
}
km <- function(formula, ..., at = NULL, kind = "log-log") {
  fit <- send(match.call(), quote(survfit), c("at", "kind"), conf.type = kind)
  keep <- fit$surv > 0 & fit$surv < 1  # at 0 and 1 the limits are a convention
  se <- if (fit$logse) fit$std.err * fit$surv else fit$std.err
  q <- quantile(fit, c(.25, .5, .75))
  out <- list(time = short(fit$time[keep]), n_risk = short(fit$n.risk[keep]), surv = short(fit$surv[keep]),
    std_err = short(se[keep]), lower = short(fit$lower[keep]), upper = short(fit$upper[keep]),
    quantile = q$quantile)
  if (!is.null(at)) out$mean <- summary(fit, rmean = at)$table[c("rmean", "se(rmean)")]
  out
}
hazard <- function(formula, ctype, ...) {
  fit <- send(match.call(), quote(survfit), stype = 1)
  list(time = short(fit$time), cumhaz = short(fit$cumhaz), std = short(fit$std.chaz))
}
test <- function(...) {
  fit <- send(match.call(), quote(survdiff))
  total <- function(v) if (is.matrix(v)) rowSums(v) else v
  list(observed = total(fit$obs), expected = total(fit$exp), variance = fit$var, statistic = fit$chisq,
    p_value = fit$pvalue)
}
cox <- function(..., ties = "efron") {
  fit <- send(match.call(), quote(coxph), ties = ties, control = tight, x = TRUE)
  z <- fit$coefficients / sqrt(diag(fit$var))
  half <- qnorm(.975) * sqrt(diag(fit$var))
  list(coef = fit$coefficients, var = short(fit$var), loglik = fit$loglik, score = fit$score, wald = fit$wald.test,
    lr = 2 * diff(fit$loglik), lower = fit$coefficients - half, upper = fit$coefficients + half,
    p_value = 2 * pnorm(-abs(z)), n = fit$n, events = fit$nevent)
}
fitted <- function(...) send(match.call(), quote(coxph), control = tight, x = TRUE)
zph <- function(fit, ...) { z <- cox.zph(fit, ...); list(table = z$table) }
agree <- function(...) {
  fit <- send(match.call(), quote(concordance))
  counts <- if (is.matrix(fit$count)) colSums(fit$count) else fit$count
  list(value = fit$concordance, se = sqrt(fit$var), counts = counts)
}
aft <- function(...) {
  fit <- send(match.call(), quote(survreg), control = survreg.control(rel.tolerance = 1e-12, maxiter = 100))
  list(coef = coef(fit), scale = fit$scale, var = fit$var, loglik = fit$loglik)
}
res <- function(fit, ...) {
  out <- list()
  for (k in list(...)) out[[k]] <- short(as.matrix(residuals(fit, type = k)))
  out
}
states <- function(fit, times) {
  s <- summary(fit, times = times)
  list(pstate = s$pstate, std_err = s$std.err, states = seq_along(fit$states))
}
cif <- function(time, cause, group, at, ...) {
  fit <- if (missing(group)) cuminc(time, cause, ...) else cuminc(time, cause, group, ...)
  tp <- timepoints(fit, at)
  c(list(est = t(tp$est), var = t(tp$var)), if (!is.null(fit$Tests)) list(tests = t(fit$Tests)))
}
subhazard <- function(...) {
  fit <- crr(..., gtol = 1e-12, maxiter = 50)
  list(coef = fit$coef, var = fit$var, loglik = c(fit$loglik.null, fit$loglik))
}
curve <- function(fit, newdata, times, ...) {
  s <- summary(survfit(fit, newdata, ...), times = times)
  list(surv = as.matrix(s$surv), se = as.matrix(s$std.err), lower = as.matrix(s$lower), upper = as.matrix(s$upper))
}

# the rows -------------------------------------------------------------------------------------------
lung$died <- lung$status == 2
colon_death <- subset(colon, etype == 2)
mgus2$etime <- with(mgus2, ifelse(pstat == 0, futime, ptime))
mgus2$cause <- with(mgus2, ifelse(pstat == 0, 2 * death, 1))
mgus2$male <- as.numeric(mgus2$sex == "M")
mgus2$end <- mgus2$age + (mgus2$futime + .5) / 12
i <- seq_len(nrow(rotterdam))
rotterdam$w <- 1 + (i %% 4) / 2
rotterdam$k <- i %% 400
rotterdam$rfs <- with(rotterdam, pmax(recur, death))
rotterdam$rfstime <- with(rotterdam, ifelse(recur == 1, rtime, dtime))
pbc2 <- pbc[1:312, ]
flchain$s <- flchain$kappa + flchain$lambda
flchain7 <- subset(flchain, futime > 6)
nw <- subset(nwtco, rel == 1 | in.subcohort)

real <- list()
real$km_lung_plain <- km(Surv(time, died) ~ 1, lung, at = 730, kind = "plain")
real$km_lung_log <- km(Surv(time, died) ~ 1, lung, at = 365, kind = "log")
real$km_veteran_logit <- km(Surv(time, status) ~ 1, veteran, at = 300, kind = "logit")
real$km_pbc_arcsine <- km(Surv(time, status == 2) ~ 1, pbc, at = 3650, kind = "arcsin")
real$km_colon_loglog <- km(Surv(time, status) ~ 1, colon_death, at = 1825)
real$km_kidney_clusters <- km(Surv(time, status) ~ 1, kidney, cluster = id, robust = TRUE)
real$km_heart_entry <- km(Surv(start, stop, event) ~ 1, heart, kind = "log")
real$km_mgus2_age_scale <- km(Surv(age, end, death) ~ 1, mgus2, kind = "log")
real$km_rotterdam_weights_clusters <- km(Surv(dtime, death) ~ 1, rotterdam, weights = w, cluster = k, robust = TRUE)
real$km_ovarian_fleming_harrington <- local({
  fit <- survfit(Surv(futime, fustat) ~ 1, ovarian, ctype = 2, stype = 2)
  list(time = fit$time, surv = fit$surv)
})
real$hazard_ovarian <- hazard(Surv(futime, fustat) ~ 1, 1, data = ovarian)
real$hazard_gbsg <- hazard(Surv(rfstime, status) ~ 1, 1, data = gbsg)
real$hazard_veteran_ties <- hazard(Surv(time, status) ~ 1, 2, data = veteran)
real$reverse_gbsg <- km(Surv(rfstime, 1 - status) ~ 1, gbsg, kind = "log")

real$test_colon_three_arms <- test(Surv(time, status) ~ rx, colon_death)
real$test_colon_strata_rho <- test(Surv(time, status) ~ rx + strata(differ, extent), colon_death, rho = 1)
real$test_rats_litters <- test(Surv(time, status) ~ rx + strata(litter), rats)
real$test_kidney_half_rho <- test(Surv(time, status) ~ disease, kidney, rho = .5)
real$test_lung_institutions <- test(Surv(time, status) ~ ph.ecog + strata(inst), lung)
real$test_veteran_cells <- test(Surv(time, status) ~ celltype, veteran, rho = 1)
real$test_gehan <- test(Surv(time, cens) ~ treat, derived("gehan"))

real$cox_ovarian_exact <- cox(Surv(futime, fustat) ~ age + rx, ovarian, ties = "exact")
real$cox_veteran_exact <- cox(Surv(time, status) ~ trt + karno + diagtime + age, veteran, ties = "exact")
real$cox_heart_exact <- cox(Surv(start, stop, event) ~ age + year + surgery + as.numeric(transplant), heart,
  ties = "exact")
real$cox_lung_strata <- cox(Surv(time, died) ~ age + sex + strata(inst), lung)
real$cox_veteran_interaction <- cox(Surv(time, status) ~ trt * karno + age, veteran)
real$cox_pbc_efron <- cox(Surv(time, status == 2) ~ age + edema + log(bili) + log(protime) + log(albumin), pbc)
real$cox_pbc_breslow <- cox(Surv(time, status == 2) ~ age + edema + log(bili) + log(protime) + log(albumin), pbc,
  ties = "breslow")
real$cox_colon_marginal <- cox(Surv(time, status) ~ I(rx == "Lev") + I(rx == "Lev+5FU") + strata(etype), colon,
  cluster = id)
real$cox_bladder_gap <- cox(Surv(stop - start, event) ~ rx + number + size + strata(enum), bladder2, cluster = id)
real$cox_bladder_breslow <- cox(Surv(start, stop, event) ~ rx + number + size + strata(enum), bladder2, cluster = id,
  ties = "breslow")
real$cox_cgd <- cox(Surv(tstart, tstop, status) ~ I(treat == "rIFN-g") + I(inherit == "X-linked") + age + steroids
  + strata(hos.cat), cgd, cluster = id)
real$cox_rotterdam_weights <- cox(Surv(dtime, death) ~ age + nodes + log(er + 1) + hormon, rotterdam, weights = w,
  cluster = k)
real$cox_rotterdam_frequencies <- cox(Surv(dtime, death) ~ age + nodes + log(er + 1) + hormon, rotterdam,
  weights = 1 + i %% 3, robust = FALSE)
real$cox_gbsg_offset <- cox(Surv(rfstime, status) ~ age + grade + hormon + offset(.05 * nodes), gbsg)
real$cox_stanford2_square <- cox(Surv(time, status) ~ age + I(age^2), stanford2)
real$cox_mgus2_age_scale <- cox(Surv(age, end, death) ~ male + hgb, mgus2)
real$cox_flchain <- cox(Surv(futime, death) ~ age + I(sex == "M") + s + mgus, flchain7)
real$cox_retinopathy <- cox(Surv(futime, status) ~ trt * I(type == "adult"), retinopathy, cluster = id)
real$cox_rats <- cox(Surv(time, status) ~ rx + strata(litter), subset(rats, sex == "f"), ties = "breslow")
real$cox_logan_choice <- local({
  d <- derived("logan_choice")
  cox(Surv(rep(1, nrow(d)), d$case) ~ as.matrix(d[, -(1:2)]) + strata(d$id), ties = "exact")
})

pbc_fit <- fitted(Surv(time, status == 2) ~ age + edema + log(bili) + log(protime) + log(albumin), pbc)
veteran_fit <- fitted(Surv(time, status) ~ trt + karno + celltype, veteran)
real$zph_pbc_km <- zph(pbc_fit)
real$zph_pbc_rank <- zph(pbc_fit, transform = "rank")
real$zph_veteran_identity <- zph(veteran_fit, transform = "identity", terms = FALSE)
real$zph_pbc_old <- local({  # the test of Grambsch and Therneau, as cox.zph had it before 3.0
  y <- pbc_fit$y
  curve <- survfit(y ~ 1)
  g <- c(0, 1 - curve$surv)[findInterval(y[, 1], curve$time, left.open = TRUE) + 1]
  death <- order(y[, 1])[y[order(y[, 1]), 2] == 1]
  x <- g[death] - mean(g[death])
  v <- pbc_fit$var
  y <- x %*% residuals(pbc_fit, "schoenfeld") %*% v * length(x)
  each <- as.vector(y^2) / (diag(v) * length(x) * sum(x^2))
  u <- x %*% residuals(pbc_fit, "schoenfeld")
  list(statistic = c(each, u %*% v %*% t(u) * length(x) / sum(x^2)))
})
real$zph_heart_km <- zph(fitted(Surv(start, stop, event) ~ age + year + surgery, heart))
real$zph_lung_strata <- zph(fitted(Surv(time, died) ~ age + sex + strata(inst), lung))

real$concordance_lung <- agree(Surv(time, died) ~ age, lung)
real$concordance_veteran_S <- agree(Surv(time, status) ~ karno, veteran, timewt = "S")
real$concordance_veteran_SG <- agree(Surv(time, status) ~ karno, veteran, timewt = "S/G")
real$concordance_colon_nG2 <- agree(Surv(time, status) ~ nodes, colon_death, timewt = "n/G2")
real$concordance_heart_entry <- agree(Surv(start, stop, event) ~ age, heart)
real$concordance_lung_strata <- agree(Surv(time, died) ~ age + strata(sex), lung)
real$concordance_pbc_model <- agree(pbc_fit)
real$concordance_rotterdam_weights <- agree(Surv(dtime, death) ~ nodes, rotterdam, weights = w)

for (dist in c("weibull", "exponential", "lognormal", "loglogistic")) {
  real[[paste0("aft_lung_", dist)]] <- aft(Surv(time, died) ~ age + sex + ph.karno, lung, dist = dist)
}
real$aft_mgus2_weibull <- aft(Surv(futime + .5, death) ~ age + male, mgus2)
real$aft_veteran_weights <- aft(Surv(time, status) ~ karno + trt, veteran, weights = 1 + seq_len(137) %% 3,
  dist = "lognormal")

lung_fit <- fitted(Surv(time, died) ~ age + sex, lung)
heart_fit <- fitted(Surv(start, stop, event) ~ age + year + surgery, heart, ties = "breslow")
real$residuals_lung <- res(lung_fit, "martingale", "deviance", "score", "schoenfeld", "scaledsch", "dfbeta", "dfbetas")
real$residuals_ovarian <- res(fitted(Surv(futime, fustat) ~ age + rx, ovarian), "martingale", "deviance", "score",
  "schoenfeld", "dfbeta", "dfbetas")
real$residuals_heart_breslow <- res(heart_fit, "martingale", "deviance", "score", "schoenfeld", "dfbeta")
real$residuals_lung_strata <- res(fitted(Surv(time, died) ~ age + sex + strata(inst), lung), "martingale", "score",
  "dfbeta")
real$residuals_rotterdam_weights <- res(fitted(Surv(dtime, death) ~ age + nodes + hormon, rotterdam, weights = w),
  "martingale", "score", "dfbeta")

base <- function(fit, ...) {  # R lists censoring times too: those at which the hazard grows are kept
  b <- basehaz(fit, ...)
  stratum <- if (is.null(b$strata)) rep(1, nrow(b)) else b$strata
  grows <- ave(b$hazard, stratum, FUN = function(h) diff(c(0, h))) > 0
  list(time = short(b$time[grows]), hazard = short(b$hazard[grows]))
}
real$baseline_lung <- base(lung_fit, centered = FALSE)
real$baseline_heart_breslow <- base(heart_fit, centered = FALSE)
real$baseline_veteran_strata <- base(fitted(Surv(time, status) ~ karno + strata(trt), veteran), centered = FALSE)
two <- data.frame(age = c(50, 70), sex = c(1, 2))
real$predict_lung_log <- curve(lung_fit, two, c(100, 365, 730), conf.type = "log")
real$predict_lung_loglog <- curve(lung_fit, two, c(100, 365, 730), conf.type = "log-log")
real$predict_heart_breslow <- curve(heart_fit, data.frame(age = c(-5, 5), year = c(1, 4), surgery = c(0, 1)),
  c(30, 180, 700), conf.type = "log")
real$predict_veteran_strata <- curve(fitted(Surv(time, status) ~ karno + strata(trt), veteran),
  data.frame(karno = c(40, 80), trt = c(1, 2)), c(30, 180), conf.type = "log")
real$predict_rotterdam_weights <- curve(fitted(Surv(dtime, death) ~ age + nodes, rotterdam, weights = w, cluster = k),
  data.frame(age = c(40, 60), nodes = c(0, 10)), c(365, 3650), conf.type = "log-log")
real$pseudo_lung <- local({
  fit <- survfit(Surv(time, died) ~ 1, lung)
  list(surv = short(pseudo(fit, times = c(180, 365))), rmst = short(pseudo(fit, times = 730, type = "rmst")))
})
real$predict_lung_terms <- list(lp = short(predict(lung_fit, reference = "zero")),
  expected = short(predict(lung_fit, type = "expected")))

real$cuminc_mgus2 <- with(mgus2, cif(etime, cause, sex, c(60, 120, 240)))
real$cuminc_mgus2_one_group <- with(mgus2, cif(etime, cause, at = c(60, 120, 240)))
real$cuminc_transplant <- with(subset(transplant, futime > 0), cif(futime, as.numeric(event) - 1, abo, c(90, 365)))
real$cuminc_pbc_rho <- with(pbc2, cif(time, 3 - status - (status == 0) * 3, trt, c(730, 2555), rho = 1))
real$cuminc_mgus2_strata <- with(mgus2, cif(etime, cause, sex, c(60, 120, 240), strata = as.numeric(age > 70)))
real$crr_mgus2 <- with(mgus2, subhazard(etime, cause, cbind(age, male)))
real$crr_mgus2_death <- with(subset(mgus2, !is.na(hgb)), subhazard(etime, cause, cbind(age, male, hgb), failcode = 2))
real$crr_pbc <- with(pbc2, subhazard(time, 3 - status - (status == 0) * 3, cbind(trt, age, log(bili))))
real$finegray_mgus2 <- local({
  d <- finegray(Surv(etime, factor(cause)) ~ ., mgus2[, c("id", "etime", "cause", "age", "male")], etype = "1", id = id)
  fit <- coxph(Surv(fgstart, fgstop, fgstatus) ~ age + male, d, weights = fgwt, control = tight)
  list(coef = coef(fit), naive = fit$naive.var, var = fit$var, loglik = fit$loglik)
})

real$states_mgus2 <- states(survfit(Surv(etime, factor(cause)) ~ 1, mgus2), c(60, 120, 240))
real$states_transplant <- states(survfit(Surv(futime, event) ~ 1, subset(transplant, futime > 0)), c(30, 90, 365))
real$states_rotterdam <- local({
  d <- rotterdam
  d$rtime[d$rtime == d$dtime & d$recur == 1] <- d$rtime[d$rtime == d$dtime & d$recur == 1] - .5
  first <- data.frame(pid = d$pid, t1 = 0, t2 = ifelse(d$recur == 1, d$rtime, d$dtime),
    to = ifelse(d$recur == 1, 1, 2 * d$death))
  later <- with(subset(d, recur == 1), data.frame(pid = pid, t1 = rtime, t2 = dtime, to = 2 * death))
  long <- rbind(first, later)
  long$to <- factor(long$to, 0:2, c("censor", "recurrence", "death"))
  fit <- survfit(Surv(t1, t2, to) ~ 1, long[order(long$pid, long$t1), ], id = pid)
  states(fit, 365 * c(1, 2, 5, 10))
})

one <- function(d) list(value = c(sum(d$event), sum(d$hazard), (sum(d$event) - sum(d$hazard)) / sqrt(sum(d$hazard))))
real$one_sample_jasa <- one(derived("jasa_us"))
write_json(real, "real_fits.json")
