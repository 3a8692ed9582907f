# R's values for tests/stats/test_simon.py and test_two_stage.py. Run in this folder: Rscript simon.R   (R 4.2.2, base only)
source("json.R")
success <- function(r1, n1, r, n, p) {
  x <- seq_len(n1 - r1) + r1
  sum(dbinom(x, n1, p) * pbinom(r - x, n - n1, p, lower.tail = FALSE))
}
# the best design of each n, by trying every r1, n1 and r
curve <- function(p0, p1, alpha, beta, n_max) {
  out <- NULL
  for (n in 2:n_max) {
    best <- NULL
    for (n1 in 1:(n - 1)) for (r1 in 0:(n1 - 1)) {
      if (pbinom(r1, n1, p1) > beta) break
      r <- n - 1
      while (r >= r1 && success(r1, n1, r, n, p1) < 1 - beta) r <- r - 1
      if (r < r1) break
      en <- n1 + pbinom(r1, n1, p0, lower.tail = FALSE) * (n - n1)
      if (success(r1, n1, r, n, p0) <= alpha && (is.null(best) || en < best[5] - 1e-9)) best <- c(n, r1, n1, r, en)
    }
    out <- rbind(out, best)
  }
  list(limits = c(p0, p1, alpha, beta, n_max), n = out[, 1], r1 = out[, 2], n1 = out[, 3], r = out[, 4], expected_n = out[, 5])
}
# Koyama and Chen: the p-value of x, and the rates at which it is .05, .5 and .95
inference <- function(x, r1, n1, n, p0) {
  higher <- function(p, x) if (x <= r1) pbinom(x - 1, n1, p, lower.tail = FALSE) else {
    k <- (r1 + 1):n1
    sum(dbinom(k, n1, p) * pbinom(x - k - 1, n - n1, p, lower.tail = FALSE))
  }
  rate <- function(x, value) uniroot(function(p) higher(p, x) - value, c(1e-9, 1 - 1e-9), tol = 1e-14)$root
  k <- max(r1 + 1, x - n + n1):min(x, n1)
  paths <- choose(n1, k) * choose(n - n1, x - k)
  list(case = c(x, r1, n1, n, p0), p_value = higher(p0, x), low = rate(x, .05), median = rate(x, .5), high = rate(x, .95),
    high_exact = rate(x + 1, .95), umvue = if (x <= r1) x / n1 else sum(paths * k / n1) / sum(paths))
}
# Koyama and Chen, second stage of m instead of n - n1 patients
unplanned <- function(x1, x2, m, r1, n1, r, n, p0) {
  value <- function(p) {
    s <- qbeta(pbinom(x2 - 1, m, p, lower.tail = FALSE), r + 1 - x1, n - n1 - r + x1)
    k <- (r1 + 1):n1
    sum(dbinom(k, n1, p) * pbinom(r - k, n - n1, s, lower.tail = FALSE))
  }
  rate <- function(v) uniroot(function(p) value(p) - v, c(1e-6, 1 - 1e-6), tol = 1e-14)$root
  list(case = c(x1, x2, m, r1, n1, r, n, p0), values = c(value(p0), rate(.5), rate(.05), rate(.95)))
}
# every n at which one stage works
single <- function(p0, p1, alpha, beta, n_max) {
  n <- 1:n_max
  r <- qbinom(alpha, n, p0, lower.tail = FALSE)
  list(limits = c(p0, p1, alpha, beta), n = n[pbinom(r, n, p1, lower.tail = FALSE) >= 1 - beta])
}
rates <- function(r1, n1, r, n, p0, p1) {
  pet <- pbinom(r1, n1, p0)
  c(r1, n1, r, n, p0, p1, success(r1, n1, r, n, p0), success(r1, n1, r, n, p1), n1 + (1 - pet) * (n - n1), pet)
}
write_json(list(
  curves = list(a = curve(.1, .3, .05, .2, 60), b = curve(.05, .25, .1, .1, 40),
    c = curve(.7, .9, .05, .2, 45), d = curve(.45, .7, .1, .1, 45)),
  rates = list(a = rates(1, 10, 5, 29, .1, .3), b = rates(9, 27, 30, 81, .3, .45), c = rates(13, 40, 40, 110, .3, .45),
    d = rates(0, 9, 2, 17, .05, .25), e = rates(60, 150, 130, 300, .4, .5)),
  inference = list(a = inference(6, 1, 10, 29, .1), b = inference(7, 3, 13, 43, .2), c = inference(16, 2, 11, 39, .2),
    d = inference(1, 1, 10, 29, .1), e = inference(2, 1, 10, 29, .1), f = inference(28, 1, 10, 29, .1),
    g = inference(20, 5, 22, 72, .2)),
  unplanned = list(a = unplanned(3, 3, 15, 1, 10, 5, 29, .1), b = unplanned(3, 5, 25, 1, 10, 5, 29, .1),
    c = unplanned(6, 10, 40, 5, 22, 19, 72, .2), d = unplanned(12, 20, 60, 5, 22, 19, 72, .2),
    e = unplanned(2, 0, 12, 1, 10, 5, 29, .1)),
  single = list(a = single(.1, .3, .05, .2, 60), b = single(.4, .6, .1, .1, 80), c = single(.2, .4, .05, .1, 90))
), "simon.json")
