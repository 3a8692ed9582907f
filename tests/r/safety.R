# R's values for tests/stats/test_safety_r.py and test_time_to_event_rule.py. Run in this folder: Rscript safety.R
# R 4.2.2, package stats only: pbeta, pbinom, qnorm, dbinom, integrate, uniroot.
source("json.R")

# scores of x of n in each family, by R's own distribution functions
score <- list(
  "beta-binomial" = function(x, n, last) -pbeta(.2, .6 + x, 2.4 + n - x, log.p = TRUE),
  "pocock" = function(x, n, last) -pbinom(x - 1, n, .2, lower.tail = FALSE, log.p = TRUE),
  "obrien-fleming exact" = function(x, n, last) -qnorm(pbinom(x - 1, n, .2, lower.tail = FALSE)) * sqrt(n / last),
  "obrien-fleming normal" = function(x, n, last) (x - .2 * n) / sqrt(.16 * n) * sqrt(n / last),
  "wang-tsiatis" = function(x, n, last) -qnorm(pbinom(x - 1, n, .2, lower.tail = FALSE)) * (n / last)^.25,
  "sprt" = function(x, n, last) dbinom(x, n, .4, log = TRUE) - dbinom(x, n, .2, log = TRUE),
  "maxsprt" = function(x, n, last) ifelse(x > .2 * n, dbinom(x, n, x / n, log = TRUE) - dbinom(x, n, .2, log = TRUE), 0)
)

# probability of stopping by patient after patient, state by state; expected events and patients when the trial ends
run <- function(looks, high, p) {
  last <- max(looks)
  f <- 1
  crossed <- patients <- events <- 0
  for (n in 1:last) {
    f <- c(f * (1 - p), 0) + c(0, f * p)
    at <- match(n, looks)
    if (!is.na(at)) {
      out <- 0:n >= high[at]
      crossed <- crossed + sum(f[out])
      patients <- patients + n * sum(f[out])
      events <- events + sum((0:n * f)[out])
      f[out] <- 0
    }
  }
  c(crossed, patients + last * sum(f), events + sum(0:last * f))
}

# the loosest boundary that is crossed with probability alpha or less: every boundary of the family, one after another
loosest <- function(kind, looks, alpha) {
  s <- lapply(looks, function(n) score[[kind]](1:n, n, max(looks)))
  steps <- sort(unlist(s), decreasing = TRUE)
  steps <- steps[c(TRUE, diff(steps) < -1e-9)]
  before <- NULL
  for (c in steps) {
    high <- mapply(function(v, n) { k <- which(v >= c - 1e-9); if (length(k)) k[1] else n + 1 }, s, looks)
    now <- run(looks, high, .2)[1]
    if (now > alpha) break
    before <- list(high = high, alpha = now)
  }
  c(before, list(next_alpha = now))
}

rules <- list()
for (kind in names(score)) {
  rules[[kind]] <- list(each = loosest(kind, 1:30, .1), groups = loosest(kind, c(6, 13, 20, 40), .05))
}
readme <- loosest("beta-binomial", 1:30, .1)$high
characteristics <- lapply(c(.2, .25, .3, .35, .4), function(p) run(1:30, readme, p))
names(characteristics) <- c("p20", "p25", "p30", "p35", "p40")

# P(mu_E > mu_S + delta): the survival function of an inverse gamma against the density of another
longer <- function(events, time, s, e, delta) {
  f <- function(z) dgamma(z, s[1]) * pgamma((e[2] + time) / (s[2] / z + delta), e[1] + events)
  lim <- c(qgamma(c(1e-15, .5), s[1]), qgamma(1e-15, s[1], lower.tail = FALSE))
  sum(sapply(1:2, function(k) integrate(f, lim[k], lim[k + 1], rel.tol = 1e-12, subdivisions = 1000)$value))
}
cases <- list(
  a = list(s = c(60, 295), e = c(3, 10), delta = 1, at = .03),
  b = list(s = c(4, 8), e = c(2, 3), delta = .5, at = .1),
  c = list(s = c(1.5, 20), e = c(.7, 6), delta = 3, at = .02)
)
times <- lapply(cases, function(v) {
  g <- expand.grid(d = 0:4, t = c(0, .3, 7, 60))
  p <- mapply(function(d, t) longer(d, t, v$s, v$e, v$delta), g$d, g$t)
  root <- sapply(1:6, function(d) {
    f <- function(t) longer(d, t, v$s, v$e, v$delta) - v$at
    if (f(0) >= 0) 0 else uniroot(f, c(0, 1000), tol = 1e-13)$root
  })
  list(probability = p, time_on_test = root)
})
write_json(list(rules = rules, characteristics = characteristics, times = times), "safety.json")
