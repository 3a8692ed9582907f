# R's values for tests/stats/test_rmst.py and test_milestone.py. Run in this folder: Rscript rmst.R
# R 4.2.2, survival 3.5-3.
library(survival)
source("json.R")

# restricted means of two groups from survfit, and their contrasts (the second group against the first)
two_means <- function(time, status, group, tau) {
  f <- summary(survfit(Surv(time, status) ~ group), rmean = tau)$table
  m <- f[, "rmean"]
  s <- f[, "se(rmean)"]
  contrast <- function(value, se, back) {
    z <- qnorm(.975)
    c(back(value), se, back(value - z * se), back(value + z * se), 2 * pnorm(-abs(value / se)))
  }
  list(mean = m, se = s,
    difference = contrast(m[2] - m[1], sqrt(sum(s^2)), identity),
    ratio = contrast(log(m[2] / m[1]), sqrt(sum((s / m)^2)), exp),
    lost = contrast(log((tau - m[2]) / (tau - m[1])), sqrt(sum((s / (tau - m))^2)), exp))
}
p <- pbc[1:312, ]
p$years <- p$time / 365.25
p$dead <- as.numeric(p$status == 2)
lung$w <- .5 + (seq_len(228) %% 7) / 3
lung$k <- (seq_len(228) * 5) %% 40

# clusters across groups: influence of each row on the difference, by residuals of survfit
clustered <- function(type, at) {
  f <- survfit(Surv(time, status) ~ sex, data = lung, weights = w, robust = TRUE)
  r <- residuals(f, times = at, type = type, weighted = TRUE)
  if (is.matrix(r)) r <- rowSums(r)
  r <- as.vector(r) * ifelse(lung$sex == 2, 1, -1)
  value <- if (type == "pstate") summary(f, times = at)$surv else summary(f, rmean = at)$table[, "rmean"]
  list(value = value, se_rows = sqrt(sum(r^2)), se = sqrt(sum(rowsum(r, lung$k)^2)))
}

# inverse probability of censoring weights by arm; events come before censorings at tied times (shift > 0), or not
ipcw <- function(time, status, arm, tau, x, measure, shift = 1e-6) {
  y <- pmin(time, tau)
  d <- ifelse(time >= tau, 1, status)
  w <- numeric(length(y))
  for (a in unique(arm)) {
    i <- arm == a
    g <- survfit(Surv(y[i] + shift * (d[i] == 0), d[i] == 0) ~ 1)
    w[i] <- d[i] / stepfun(g$time, c(1, g$surv))(y[i])
  }
  if (measure == "difference") return(coef(lm(y ~ x, weights = w)))
  z <- if (measure == "ratio") y else tau - y
  coef(glm(z ~ x, family = quasipoisson, weights = w, control = glm.control(epsilon = 1e-14, maxit = 100)))
}
arm <- as.numeric(p$trt == 1)
x <- cbind(arm, p$age, p$bili, p$albumin)
regression <- lapply(c(difference = "difference", ratio = "ratio", lost = "lost"),
  function(m) ipcw(p$years, p$dead, arm, 10, x, m))
together <- lapply(c(difference = "difference", ratio = "ratio", lost = "lost"),
  function(m) ipcw(p$years, p$dead, arm, 10, x, m, shift = 0))

# least squares on pseudo-values with a robust variance (HC0 is the GEE with an independence working model)
robust <- function(fit) sqrt(diag(sandwich::vcovHC(fit, type = "HC0")))
l <- subset(lung, !is.na(ph.ecog))
l$p <- as.vector(pseudo(survfit(Surv(time, status) ~ 1, data = l), times = 730, type = "RMST"))
line <- lm(p ~ 0 + factor(sex) + ph.ecog, data = l)
km <- survfit(Surv(time, status) ~ 1, data = aml)
leave <- function(value, i) {
  full <- value(aml)
  23 * full - 22 * value(aml[-i, ])
}
surv_at <- function(d) summary(survfit(Surv(time, status) ~ 1, data = d), times = c(13, 30))$surv
mean_to <- function(d) summary(survfit(Surv(time, status) ~ 1, data = d), rmean = 30)$table["rmean"]

milestone <- function(group, at) {
  s <- summary(survfit(Surv(time, status) ~ group, data = lung), times = at)
  f <- function(v) log(-log(v))
  se <- s$std.err / abs(s$surv * log(s$surv))
  list(surv = s$surv, se = s$std.err, z = diff(s$surv) / sqrt(sum(s$std.err^2)),
    cloglog = diff(f(s$surv))^2 / sum(se^2))
}

write_json(list(
  pbc = two_means(p$years, p$dead, factor(p$trt, levels = 2:1), 10),
  lung_sex = two_means(lung$time, lung$status == 2, lung$sex, 730),
  aml = two_means(aml$time, aml$status, factor(aml$x, levels = c("Nonmaintained", "Maintained")), 30),
  clustered_rmst = clustered("auc", 730),
  clustered_surv = clustered("pstate", 365),
  regression = regression,
  together = together,
  pseudo_aml = list(
    surv = t(pseudo(km, times = c(13, 30), type = "survival")),
    rmst = pseudo(km, times = 30, type = "RMST"),
    jack_surv = sapply(1:23, function(i) leave(surv_at, i)),
    jack_rmst = sapply(1:23, function(i) leave(mean_to, i))),
  pseudo_lung = list(coef = coef(line), se = robust(line), classical = sqrt(diag(vcov(line))), n = nrow(l)),
  milestone = milestone(lung$sex, 365)
), "rmst.json")
