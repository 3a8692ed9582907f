# R's values for tests/stats/test_consistency.py. Run in this folder: Rscript consistency.R   (R 4.2.2, base only)
source("json.R")
# every denominator up to 400 with which a count prints as a whole or one-decimal percentage, in whole numbers:
# half up means 2 * 10^dec * 100 k >= d (2 p - 1) and < d (2 p + 1), with p the printed digits without their point
fitting <- function(k, digits, dec, half_up = TRUE) {
  d <- max(k, 1):400; x <- 100 * 10^dec * k
  if (half_up) d[2 * x >= d * (2 * digits - 1) & 2 * x < d * (2 * digits + 1)] else d[x >= d * digits & x < d * (digits + 1)]
}
cases <- list(c(44, 92, 0), c(35, 73, 0), c(24, 50, 0), c(5, 10, 0), c(13, 54, 0), c(6, 30, 0), c(91, 827, 1), c(1, 23, 1),
  c(7, 7, 0), c(3, 0, 0), c(50, 100, 0), c(9, 134, 1))
names(cases) <- letters[seq_along(cases)]
denominators <- lapply(cases, function(v) list(case = v, half_up = fitting(v[1], v[2], v[3]),
  truncate = fitting(v[1], v[2], v[3], FALSE)))
tails <- list(t = 2 * pt(-2.20, 28), t_welch = 2 * pt(-3.1, 17.4), F = pf(3.95, 2, 45, lower.tail = FALSE),
  chi2 = pchisq(4.2, 1, lower.tail = FALSE), chi2_5 = pchisq(11.3, 5, lower.tail = FALSE), z = 2 * pnorm(-2.1),
  r = 2 * pt(-.35 * sqrt(48 / (1 - .35^2)), 48))
# the p-values that a ratio with two printed limits allows: a fine grid over everything that prints so
allowed <- function(hr, low, high, half = .005) {
  grid <- expand.grid(l = seq(low - half, low + half, length = 401), u = seq(high - half, high + half, length = 401))
  centre <- exp((log(grid$l) + log(grid$u)) / 2)
  grid <- grid[centre >= hr - half & centre <= hr + half, ]
  se <- (log(grid$u) - log(grid$l)) / (2 * qnorm(.975)); z <- (log(grid$l) + log(grid$u)) / 2 / se
  c(range(2 * pnorm(-abs(z))), range(se))
}
ratios <- list(a = allowed(.81, .70, .94), b = allowed(.43, .26, .73), c = allowed(1.02, .80, 1.30), d = allowed(2.10, 1.30, 3.39))
# means and SDs of every sample of n answers from 0 to 4 (n = 3, 4, 5), in hundredths, halves up
hundredths <- function(v) floor(100 * v + .5 + 1e-9)
samples <- function(n) {
  all <- as.matrix(expand.grid(rep(list(0:4), n)))
  pairs <- unique(cbind(hundredths(rowMeans(all)), hundredths(apply(all, 1, sd))))
  pairs[order(pairs[, 1], pairs[, 2]), ]
}
possible <- lapply(c(n3 = 3, n4 = 4, n5 = 5), function(n) { s <- samples(n); list(mean = s[, 1], sd = s[, 2]) })
limits <- function(x, n) list(counts = c(x, n), cp = 100 * binom.test(x, n)$conf.int,
  wilson = 100 * suppressWarnings(prop.test(x, n, correct = FALSE)$conf.int))
write_json(list(denominators = denominators, tails = tails, ratios = ratios, possible = possible,
  intervals = list(a = limits(44, 48), b = limits(35, 48), c = limits(6, 20), d = limits(9, 67))), "consistency.json")
