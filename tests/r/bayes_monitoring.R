# R's values for tests/stats/test_posterior_boundary.py, test_predictive.py and test_thall_simon.py.
# Run in this folder: Rscript bayes_monitoring.R     R 4.2.2, nothing but its own distributions and integrate().
source("json.R")

# P(E > S + d): the integral over quantiles of S of E's tail, in pieces at quantiles of both and at the corners
better <- function(aS, bS, aE, bE, x, n, d) {
  above <- function(u) pbeta(qbeta(u, aS, bS) + d, aE + x, bE + n - x, lower.tail = FALSE)
  middle <- qbeta(c(1e-9, 1e-6, 1e-3, .05, .2, .5, .8, .95, .999, 1 - 1e-6, 1 - 1e-9), aE + x, bE + n - x) - d
  cut <- sort(unique(c(0, 1, pbeta(c(-d, 1 - d, middle), aS, bS), 1e-6, .001, .01, .1, .5, .9, .99, .999)))
  total <- 0
  for (i in seq_along(cut)[-1]) total <- total + integrate(above, cut[i - 1], cut[i], rel.tol = 1e-11,
    abs.tol = 1e-16, subdivisions = 5000, stop.on.error = FALSE)$value
  total
}
grid <- rbind(
  c(15, 35, .6, 1.4, 0, 6, 0), c(15, 35, .6, 1.4, 19, 38, 0), c(15, 35, .6, 1.4, 3, 3, .15), c(15, 35, 1, 1, 8, 20, -.1),
  c(8.374, 33.4959, .55, 1.45, 4, 10, .15), c(8.374, 33.4959, .55, 1.45, 30, 65, .15), c(30, 70, .6, 1.4, 0, 6, 0),
  c(20, 60, .5, 1.5, 13, 29, 0), c(25, 75, .5, 1.5, 5, 9, 0), c(1, 1, 1, 1, 7, 10, 0), c(.5, 1.5, 3, .5, 2, 5, .5),
  c(.5, 1.5, 3, .5, 2, 5, -.4), c(.2, .8, .2, .8, 0, 1, 0), c(2000, 3000, .6, 1.4, 210, 500, 0),
  c(2000, 3000, .6, 1.4, 25, 60, .02), c(9, 1, 3, .5, 20, 20, 0), c(9, 1, 3, .5, 20, 20, .05), c(100, 300, .2, .8, 150, 500, 0),
  c(1, 1, .6, 1.4, 200, 500, .1), c(1, 1, .6, 1.4, 200, 500, -.1), c(8, 33, 1, 1, 60, 60, .7), c(3, 3, .05, .05, 0, 0, 0))

# a mixture prior: rows of w, a, b
after <- function(prior, x, n) {
  log_m <- lbeta(prior[, 2] + x, prior[, 3] + n - x) - lbeta(prior[, 2], prior[, 3])
  w <- prior[, 1] * exp(log_m - max(log_m))
  cbind(w / sum(w), prior[, 2] + x, prior[, 3] + n - x)
}
above <- function(prior, x, n, p) {
  post <- after(prior, x, n)
  sum(post[, 1] * pbeta(p, post[, 2], post[, 3], lower.tail = FALSE))
}
predictive <- function(prior, x, n, N, p0, theta) {
  m <- N - n
  y <- 0:m
  post <- after(prior, x, n)
  chance <- sapply(y, function(v) sum(post[, 1] * choose(m, v) * beta(post[, 2] + v, post[, 3] + m - v) /
    beta(post[, 2], post[, 3])))
  sum(chance * sapply(y, function(v) above(prior, x + v, N, p0) > theta))
}
one <- cbind(1, .6, .4)
vague <- cbind(c(.75, .25), c(1, 25), c(1, 15))
half <- cbind(c(.5, .5), c(.6, 1), c(.4, 1))
pp_grid <- expand.grid(x = c(5, 12, 16, 20, 23), n = c(23, 30, 39))

# the rule of a design, patient by patient: probability of success, of stopping early, expected patients
run <- function(looks, low, p) {
  f <- 1
  N <- max(looks)
  early <- 0
  size <- 0
  for (n in 1:N) {
    size <- size + sum(f)
    f <- c(f, 0) * (1 - p) + c(0, f) * p
    if (n %in% looks && n < N) {
      stop <- (0:n) <= low[looks == n]
      early <- early + sum(f[stop])
      f[stop] <- 0
    }
  }
  c(sum(f[(0:N) > low[looks == N]]), early, size)
}
steps <- c(10, 17, 21, 24, 27, 29, 31, 33, 34, 35, 36)
region <- findInterval(10:36, steps) - 1
bounds <- function(prior, n, p0, low, p1, high) {
  x <- 0:n
  below <- 1 - sapply(x, function(v) above(prior, v, n, p0))
  over <- sapply(x, function(v) above(prior, v, n, p1))
  c(max(c(-1, x[below > low])), min(c(n + 1, x[over > high])))
}
looks <- c(5, 12, 20, 33, 50)
elicit <- function(mean, width, level) {
  gap <- function(lc) diff(qbeta(c((1 - level) / 2, (1 + level) / 2), mean * exp(lc), (1 - mean) * exp(lc))) - width
  c <- exp(uniroot(gap, c(log(2), log(1e5)), tol = 1e-14)$root)
  c(mean * c, (1 - mean) * c)
}

write_json(list(
  cases = list(aS = grid[, 1], bS = grid[, 2], aE = grid[, 3], bE = grid[, 4], x = grid[, 5], n = grid[, 6],
    d = grid[, 7]),
  better = apply(grid, 1, function(v) do.call(better, as.list(v))),
  fixed = list(below = mapply(function(x, n) pbeta(.15, 1 + x, 1 + n - x), c(0, 1, 3, 4), c(10, 20, 30, 40)),
    above = mapply(function(x, n) pbeta(.2, 1 + x, 1 + n - x, lower.tail = FALSE), c(2, 5, 7, 9), c(10, 20, 30, 40)),
    low = sapply(looks, function(n) bounds(vague, n, .5, .9, .6, .95)[1]),
    high = sapply(looks, function(n) bounds(vague, n, .5, .9, .6, .95)[2])),
  predictive = list(x = pp_grid$x, n = pp_grid$n,
    one = mapply(function(x, n) predictive(one, x, n, 40, .6, .9), pp_grid$x, pp_grid$n),
    vague = mapply(function(x, n) predictive(vague, x, n, 40, .6, .9), pp_grid$x, pp_grid$n),
    half = mapply(function(x, n) above(half, x, n, .6), pp_grid$x, pp_grid$n)),
  design = list(null = run(10:36, region, .2), aim = run(10:36, region, .4),
    theta = c(above(cbind(1, .2, .8), 10, 36, .2), above(cbind(1, .2, .8), 11, 36, .2))),
  elicit = list(first = elicit(.2, .2, .9), second = elicit(.5, .3, .95), third = elicit(.05, .04, .8))
), "bayes_monitoring.json")
