# R's values for tests/stats/test_m_estimation.py and test_kernel_weighting.py. Run in this folder: Rscript weighting.R (minutes)
# R 4.2.2, survival 3.5-3, numDeriv 2016.8-1.1, sandwich 3.0-2, MatchIt 4.5.1 (for lalonde).
# Two routes to a variance that counts the estimation of weights, both by numerical differentiation:
#   derivative of the whole analysis (score, weights, effect) in a case weight of each subject, squares added up;
#   stacked estimating equations (score, weights, means), Jacobian by numDeriv, sandwich.
suppressMessages({library(survival); library(numDeriv); library(sandwich)})
source("json.R")
tight <- glm.control(epsilon = 1e-15, maxit = 100)
score <- function(x, z, s) suppressWarnings(fitted(glm(z ~ x, family = binomial, weights = s, control = tight)))
kinds <- list(
  ATT = function(e, z) ifelse(z == 1, 1, e / (1 - e)),
  ATE = function(e, z) ifelse(z == 1, 1 / e, 1 / (1 - e)),
  ATC = function(e, z) ifelse(z == 1, (1 - e) / e, 1),
  ATO = function(e, z) ifelse(z == 1, 1 - e, e),
  ATM = function(e, z) pmin(e, 1 - e) / ifelse(z == 1, e, 1 - e))
# entropy balancing by Newton's method on the dual: rows of x with base weights s to the means t
ebal <- function(x, t, s) {
  x <- sweep(as.matrix(x), 2, t)
  unit <- apply(x, 2, sd)
  x <- sweep(x, 2, unit, "/")
  dual <- function(a) log(sum(s * exp(x %*% a)))
  a <- rep(0, ncol(x))
  for (i in 1:200) {
    p <- as.vector(s * exp(x %*% a)); p <- p / sum(p)
    g <- colSums(p * x)
    if (max(abs(g)) < 1e-14) break
    step <- solve(crossprod(x * sqrt(p)) - tcrossprod(g), -g)
    k <- 1
    while (dual(a + k * step) > dual(a) + 1e-14 && k > 1e-8) k <- k / 2
    a <- a + k * step
  }
  list(w = as.vector(exp(x %*% a)), a = a / unit)
}
# without case weights: the entropy weights of everyone, groups adding up to the size of the population or their own
entropy <- function(x, z, s, kind, total) {
  into <- switch(kind, ATT = z == 1, ATC = z == 0, ATE = rep(TRUE, length(z)))
  t <- colSums(s[into] * x[into, , drop = FALSE]) / sum(s[into])
  w <- rep(1, length(z))
  for (g in 0:1) if (!all((z == g) == into)) {
    i <- z == g
    v <- ebal(x[i, , drop = FALSE], t, s[i])$w
    w[i] <- v / sum(s[i] * v) * (if (total == "population") sum(s[into]) else sum(s[i]))
  }
  w
}
area <- function(fit, tau) sum(diff(c(0, pmin(fit$time, tau), tau)) * c(1, fit$surv))
effects <- function(d, w, at, tau) {
  d$w <- w
  m <- sapply(1:0, function(g) weighted.mean(d$y[d$z == g], w[d$z == g]))
  r <- sapply(1:0, function(g) weighted.mean(d$event[d$z == g], w[d$z == g]))
  hr <- sapply(c("efron", "breslow"), function(ties) coef(coxph(Surv(time, event) ~ z, d, weights = w, ties = ties,
    control = coxph.control(eps = 1e-14, iter.max = 60, toler.chol = 1e-14))))
  km <- lapply(1:0, function(g) survfit(Surv(time, event) ~ 1, d[d$z == g, ], weights = w))
  s <- sapply(km, function(f) summary(f, times = at)$surv)
  c(m[1] - m[2], r[1] - r[2], log(r[1] / r[2]), qlogis(r[1]) - qlogis(r[2]), hr, s[, 1] - s[, 2],
    area(km[[1]], tau) - area(km[[2]], tau))
}
whole <- function(d, x, weigh, at, tau) {
  run <- function(s) effects(d, s * weigh(x, d$z, s), at, tau)
  one <- rep(1, nrow(d))
  w <- weigh(x, d$z, one)
  J <- jacobian(run, one)
  robust <- sapply(c("efron", "breslow"), function(ties) sqrt(vcov(coxph(Surv(time, event) ~ z, d, weights = w,
    robust = TRUE, ties = ties, control = coxph.control(eps = 1e-14, iter.max = 60)))))
  curve <- lapply(1:0, function(g) summary(survfit(Surv(time, event) ~ 1, d[d$z == g, ], weights = w[d$z == g],
    robust = TRUE), times = at)$std.err)
  ols <- lm(y ~ z, d, weights = w)
  list(estimate = run(one), std_error = sqrt(rowSums(J^2)), ess = sapply(1:0, function(g) sum(w[d$z == g])^2 /
    sum(w[d$z == g]^2)), robust = robust, curve = sqrt(curve[[1]]^2 + curve[[2]]^2),
    mean_fixed = sqrt(vcovHC(ols, type = "HC0")[2, 2]))
}
routes <- function(d, x, at, tau) {
  out <- lapply(kinds, function(k) whole(d, x, function(x, z, s) k(score(x, z, s), z), at, tau))
  out$stabilized <- whole(d, x, function(x, z, s) {
    p <- sum(s * z) / sum(s)
    kinds$ATE(score(x, z, s), z) * ifelse(z == 1, p, 1 - p)
  }, at, tau)
  for (kind in c("ATT", "ATC", "ATE")) for (total in c("population", "group"))
    out[[paste("entropy", kind, total, sep = "_")]] <- whole(d, x, function(x, z, s) entropy(x, z, s, kind, total), at, tau)
  out
}
# stacked equations of a penalized score and two weighted means
stacked <- function(x, z, y, kind, penalty = 0, firth = FALSE) {
  X <- cbind(1, x); n <- nrow(X); q <- ncol(X)
  ridge <- c(0, rep(penalty, q - 1))
  terms <- function(b) {
    e <- as.vector(plogis(X %*% b))
    h <- if (firth) { v <- e * (1 - e); v * rowSums((X %*% solve(crossprod(X * sqrt(v)))) * X) } else 0
    X * (z - e + h * (.5 - e)) - matrix(ridge * b / n, n, q, byrow = TRUE)
  }
  b <- coef(glm(z ~ x, family = binomial))
  for (i in 1:60) b <- b - solve(jacobian(function(b) colSums(terms(b)), b), colSums(terms(b)))
  psi <- function(theta) {
    w <- kinds[[kind]](as.vector(plogis(X %*% theta[1:q])), z)
    cbind(terms(theta[1:q]), w * z * (y - theta[q + 1]), w * (1 - z) * (y - theta[q + 2]))
  }
  w <- kinds[[kind]](as.vector(plogis(X %*% b)), z)
  theta <- c(b, weighted.mean(y[z == 1], w[z == 1]), weighted.mean(y[z == 0], w[z == 0]))
  bread <- solve(jacobian(function(t) colSums(psi(t)), theta))
  V <- bread %*% crossprod(psi(theta)) %*% t(bread)
  k <- c(rep(0, q), 1, -1)
  list(coef = b, estimate = sum(k * theta), std_error = sqrt(sum(k * (V %*% k))))
}
aml$z <- as.numeric(aml$x == "Maintained")
aml$event <- aml$status
aml$y <- aml$time
i <- seq_len(23)
x <- cbind((i * 7) %% 5, i %% 2)
veteran$z <- veteran$trt - 1
veteran$event <- veteran$status
veteran$y <- veteran$time
v <- as.matrix(veteran[, c("karno", "age", "diagtime", "prior")])
data("lalonde", package = "MatchIt")
L <- model.matrix(~ age + educ + I(race == "black") + I(race == "hispan") + married + nodegree + re74 + re75, lalonde)[, -1]
unit <- scale(L)
write_json(list(
  aml = routes(aml, x, c(12, 30), 40),
  veteran = routes(veteran, v, c(60, 180), 300),
  aml_ridge = stacked(x, aml$z, aml$y, "ATT", penalty = .7),
  aml_firth = stacked(x, aml$z, aml$y, "ATE", firth = TRUE),
  veteran_ridge = stacked(v / 10, veteran$z, veteran$y, "ATO", penalty = 2),
  veteran_firth = stacked(v / 10, veteran$z, veteran$y, "ATT", firth = TRUE),
  lalonde = sapply(names(kinds), function(k) stacked(unit, lalonde$treat, lalonde$re78, k)[c("estimate", "std_error")],
    simplify = FALSE)
), "weighting.json")
