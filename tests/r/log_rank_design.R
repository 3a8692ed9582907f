# R's values for tests/stats/test_log_rank_design.py and test_forecast.py. Run in this folder: Rscript log_rank_design.R
# R 4.2.2. Moments by integrate over the follow-up densities as Wu (2015) writes them, not by our closed forms.
source("json.R")
options(digits = 17)
exact <- function(f, a, b) if (b > a) integrate(f, a, b, rel.tol = 1e-11, abs.tol = 0, subdivisions = 5000)$value else 0

# p1, p0, p00, p01 for a Weibull null with survival s0 at x0; G(t) the probability of being followed beyond t
moments <- function(shape, x0, s0, hr, ta, tf, cap = Inf) {
  h0 <- function(t) -log(s0) / x0^shape * shape * t^(shape - 1)
  H0 <- function(t) -log(s0) * (t / x0)^shape
  G <- function(t) pmin(1, pmax(0, (ta + tf - t) / ta))
  S1 <- function(t) exp(-hr * H0(t))
  end <- min(ta + tf, cap)
  over <- function(f) exact(f, 0, min(tf, end)) + exact(f, min(tf, end), end)
  c(p1 = over(function(t) G(t) * hr * h0(t) * S1(t)), p0 = over(function(t) G(t) * h0(t) * S1(t)),
    p00 = over(function(t) G(t) * h0(t) * S1(t) * H0(t)), p01 = over(function(t) G(t) * hr * h0(t) * S1(t) * H0(t)))
}
variance <- function(p) p["p1"] - p["p1"]^2 + 2 * p["p00"] - p["p0"]^2 - 2 * p["p01"] + 2 * p["p0"] * p["p1"]
need <- function(shape, x0, s0, hr, ta, tf, alpha, beta, cap = Inf) {
  p <- moments(shape, x0, s0, hr, ta, tf, cap)
  (sqrt(p["p0"]) * qnorm(1 - alpha) + sqrt(variance(p)) * qnorm(1 - beta))^2 / (p["p0"] - p["p1"])^2
}
one <- function(shape, x0, s0, hr, tf, rate, alpha, beta, cap = Inf) {
  joint <- uniroot(function(ta) rate * ta - need(shape, x0, s0, hr, ta, tf, alpha, beta, cap), c(.1, 200), tol = 1e-12)$root * rate
  p <- moments(shape, x0, s0, hr, ceiling(joint) / rate, tf, cap)
  list(joint = joint, moments = p[c("p1", "p0")], variance = variance(p),
    exact = need(shape, x0, s0, hr, ceiling(joint) / rate, tf, alpha, beta, cap))
}
# P(X > h, Y > k) with correlation r, one variable given the other
both <- function(h, k, r) exact(function(z) dnorm(z) * pnorm((r * z - h) / sqrt(1 - r^2)), k, k + 40)
h <- c(-1.5, -.3, 0, .2, 1.9, 2.4)
k <- c(.4, 0, 0, -2, 1.7, -.1)
r <- c(.2, .6, .9, .99, -.7, 0)

write_json(list(
  manual = one(.5, 3, .6, .5, 1, 5, .05, .15),
  vignette = one(1, 3, .72, .459, 3, 20, .05, .2),
  restricted = one(1, 3, .72, .459, 3, 20, .05, .2, cap = 3),
  rising = one(1.7, 2, .5, .6, 1.5, 12, .025, .1),
  both = list(h = h, k = k, r = r, p = mapply(both, h, k, r)),
  accrual = list(quantile = 400 * 17 / 20 * qf(c(.025, .5, .975), 34, 40), by_600 = pnbinom(0:16, 20, 400 / 600)),
  events = list(
    at_least = sapply(1:6, function(m) exact(function(v) dgamma(v, 5, 80) * pbinom(m - 1, 6, 1 - exp(-v * 9), lower.tail = FALSE), 0, 3)))
), "log_rank_design.json")
