# R's values for tests/stats/test_bop2.py, test_bop2_design.py and test_top.py. Run in this folder: Rscript bop2.R
# R 4.2.2, base only: pbeta, dbinom, uniroot.
source("json.R")

better <- function(x, n, p) pbeta(p, p + x, 1 - p + n - x, lower.tail = FALSE)
safer <- function(x, n, p) pbeta(p, p + x, 1 - p + n - x)
low <- function(n, p, cut) sapply(seq_along(n), function(i) sum(better(0:n[i], n[i], p) < cut[i]) - 1)
high <- function(n, p, cut) sapply(seq_along(n), function(i) n[i] + 1 - sum(safer(0:n[i], n[i], p) < cut[i]))

# chance never to stop, and expected patients, of limits on one count
one <- function(n, lo, p) {
  f <- 1
  before <- 0
  patients <- 0
  for (i in seq_along(n)) {
    patients <- patients + sum(f) * (n[i] - before)
    g <- rep(0, n[i] + 1)
    added <- dbinom(0:(n[i] - before), n[i] - before, p)
    for (x in seq_along(f)) g[x + seq_along(added) - 1] <- g[x + seq_along(added) - 1] + f[x] * added
    g[0:n[i] <= lo[i]] <- 0
    f <- g
    before <- n[i]
  }
  c(sum(f), patients)
}

# the same of two counts, one patient after another; cells: both, first only, second only, none; stops(x, y, i)
two <- function(n, cells, stops) {
  f <- matrix(1)
  patients <- 0
  for (m in seq_len(max(n))) {
    patients <- patients + sum(f)
    g <- matrix(0, m + 1, m + 1)
    s <- seq_len(m)
    g[s + 1, s + 1] <- g[s + 1, s + 1] + cells[1] * f
    g[s + 1, s] <- g[s + 1, s] + cells[2] * f
    g[s, s + 1] <- g[s, s + 1] + cells[3] * f
    g[s, s] <- g[s, s] + cells[4] * f
    i <- match(m, n)
    if (!is.na(i)) g[outer(0:m, 0:m, function(x, y) stops(x, y, i))] <- 0
    f <- g
  }
  c(sum(f), patients)
}
apart <- function(p, q) c(p * q, p * (1 - q), (1 - p) * q, (1 - p) * (1 - q))

n <- c(10, 15, 20, 25, 30, 35, 40)
share <- n / 40
b <- low(n, .2, .9 * share)
cr <- low(n, .15, .9 * share^.3)
or <- low(n, .30, .9 * share^.3)
first <- low(n, .10, .9 * share^.3)
second <- low(n, .20, .9 * share^.3)
futile <- low(n, .45, .7 * share^.8)
toxic <- high(n, .30, .7 * share^.8)
nested <- function(p, q) two(n, c(p, 0, q - p, 1 - q), function(x, y, i) x <= cr[i] & y <= or[i])
coprimary <- function(cells) two(n, cells, function(x, y, i) x <= first[i] & y <= second[i])
joint <- function(cells) two(n, cells, function(x, y, i) x <= futile[i] | y >= toxic[i])

# every pair of a grid, binary: the largest power with type I error at most 0.1
grid <- expand.grid(lam = seq(.5, .98, .02), gamma = seq(0, 1, .05))
tried <- t(apply(grid, 1, function(g) {
  lo <- low(n, .2, g[1] * share^g[2])
  c(one(n, lo, .2), one(n, lo, .4))
}))
kept <- tried[, 1] <= .1
best <- max(tried[kept, 3])
enough <- kept & tried[, 3] >= .85
# the same for response and toxicity, independent, on a coarse grid
coarse <- expand.grid(lam = seq(.4, .9, .02), gamma = c(.4, .7, 1))
both <- t(apply(coarse, 1, function(g) {
  lo <- low(n, .45, g[1] * share^g[2])
  hi <- high(n, .30, g[1] * share^g[2])
  rule <- function(x, y, i) x <= lo[i] | y >= hi[i]
  c(two(n, apart(.45, .30), rule), two(n, apart(.6, .2), rule))
}))
allowed <- both[, 1] <= .1

crossing <- function(r, n, N, p, lam, gamma) {
  uniroot(function(e) pbeta(p, p + r, 1 - p + e - r, lower.tail = FALSE) - lam * (n / N)^gamma, c(r, n), tol = 1e-14)$root
}
write_json(list(
  binary = b, binary_posterior = better(b, n, .2), binary_next = better(b + 1, n, .2),
  binary_null = one(n, b, .2), binary_better = one(n, b, .4),
  cr = cr, or = or, nested_null = nested(.15, .30), nested_better = nested(.25, .50),
  first = first, second = second, coprimary_null = coprimary(apart(.1, .2)), coprimary_related = coprimary(c(.05, .05, .15, .75)),
  futile = futile, toxic = toxic, joint_null = joint(apart(.45, .30)), joint_better = joint(apart(.6, .2)),
  joint_related = joint(c(.15, .30, .15, .40)),
  grid_best = c(best, min(tried[kept & tried[, 3] >= best - 1e-12, 2])),
  grid_fewest = min(tried[enough, 2]),
  joint_grid_best = c(max(both[allowed, 3]), min(both[allowed & both[, 3] >= max(both[allowed, 3]) - 1e-12, 2])),
  top = c(crossing(3, 20, 40, .2, .86, .95), crossing(1, 10, 40, .2, .86, .95), crossing(7, 30, 40, .2, .86, .95)),
  top_posterior = pbeta(.2, .2 + 3, .8 + 14 - 3, lower.tail = FALSE)
), "bop2.json")
