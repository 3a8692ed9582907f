# R's values for tests/stats/test_kernel_binomial.py. Run in this folder: Rscript binomial.R   (R 4.2.2, base only)
source("json.R")
one <- function(x, n) {
  wilson <- function(correct) suppressWarnings(prop.test(x, n, correct = correct)$conf.int)
  cp <- binom.test(x, n)$conf.int
  jeffreys <- c(if (x == 0) 0 else qbeta(.025, x + .5, n - x + .5), if (x == n) 1 else qbeta(.975, x + .5, n - x + .5))
  # Blaker 2000: acceptability on a fine grid either side of the exact limits, as in the paper's own code
  accept <- function(p) {
    p1 <- 1 - pbinom(x - 1, n, p); p2 <- pbinom(x, n, p)
    a1 <- p1 + pbinom(qbinom(p1, n, p) - 1, n, p); a2 <- p2 + 1 - pbinom(qbinom(1 - p2, n, p), n, p)
    pmin(a1, a2, 1)
  }
  step <- 1e-6
  low <- cp[1]; while (x > 0 && accept(low) < .05) low <- low + step
  high <- cp[2]; while (x < n && accept(high) < .05) high <- high - step
  list(counts = c(x, n), clopper_pearson = cp, wilson = wilson(FALSE), wilson_cc = wilson(TRUE), jeffreys = jeffreys,
    blaker_grid = c(low, high))
}
test <- function(x, n, p) c(x, n, p, sapply(c("two.sided", "greater", "less"), function(a) binom.test(x, n, p, a)$p.value))
fisher <- function(a, b, c, d) {
  f <- fisher.test(matrix(c(a, b, c, d), 2, byrow = TRUE))
  list(table = c(a, b, c, d), p_value = f$p.value, odds_ratio = f$estimate)
}
write_json(list(
  intervals = list(a = one(44, 48), b = one(35, 48), c = one(0, 48), d = one(48, 48), e = one(36, 154), f = one(1, 29),
    g = one(81, 263), h = one(5, 10), i = one(520, 1000)),
  tests = list(a = test(520, 1000, .5), b = test(44, 48, .8), c = test(0, 20, .1), d = test(20, 20, .9), e = test(7, 43, .2),
    f = test(5, 10, .5), g = test(12, 40, .3)),
  fisher = list(a = fisher(3, 1, 1, 3), b = fisher(44, 4, 30, 18), c = fisher(10, 2, 3, 15), d = fisher(0, 5, 4, 1),
    e = fisher(390, 110, 280, 120), f = fisher(5, 0, 3, 2))
), "binomial.json")
