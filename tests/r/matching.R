# R's values for tests/stats/test_distance.py. Run in this folder: Rscript matching.R
# R 4.2.2, MatchIt 4.5.1.
suppressMessages(library(MatchIt))
source("json.R")

# numbers that both sides can make, without ties: fractional parts of multiples of irrational numbers
wave <- function(i, a) (i * a) %% 1
draw <- function(k, n1, n0) {
  i <- seq_len(n1 + n0) + 1000 * k
  z <- rep(1:0, c(n1, n0))
  data.frame(z = z, x1 = wave(i, sqrt(2)) * 9 + z, x2 = wave(i, sqrt(3)) + wave(i, sqrt(2)), x3 = exp(2 * wave(i, sqrt(5))),
    score = wave(sqrt(i), 100) + 0.3 * z)
}
partners <- function(m, n1) {
  found <- m$match.matrix
  found[] <- as.integer(found) - n1
  as.integer(t(found))
}
formula <- z ~ x1 + x2 + x3
# on a score MatchIt 4.5.1 errs (it gives subject 4 of the first set control 22, at .0224, where 64 lies at .0054, and one
# control twice to the same subject), so the greedy search is written out; on covariates it is right
greedy <- function(t, c, order, ratio = 1, reuse = 1, caliper = Inf) {
  found <- matrix(NA_integer_, length(t), ratio)
  uses <- integer(length(c))
  for (r in 1:ratio) for (i in order) {
    gap <- abs(c - t[i])
    gap[uses >= reuse | seq_along(c) %in% found[i, ] | gap > caliper] <- Inf
    if (min(gap) < Inf) {
      found[i, r] <- which.min(gap)
      uses[which.min(gap)] <- uses[which.min(gap)] + 1L
    }
  }
  as.integer(t(found))
}
one <- function(k, n1, n0) {
  d <- draw(k, n1, n0)
  rownames(d) <- seq_len(nrow(d))
  near <- function(...) partners(suppressWarnings(matchit(formula, d, method = "nearest", ...)), n1)
  t <- d$score[1:n1]
  c <- d$score[-(1:n1)]
  list(
    largest = greedy(t, c, order(-t)),
    smallest = greedy(t, c, order(t)),
    data = greedy(t, c, seq_along(t)),
    two = greedy(t, c, seq_along(t), ratio = 2),
    again = greedy(t, c, seq_along(t), ratio = 2, reuse = Inf),
    reused = greedy(t, c, order(-t), reuse = 2),
    near = greedy(t, c, order(-t), ratio = 3, caliper = 0.05),
    mahalanobis = near(distance = "mahalanobis", m.order = "data"),
    euclidean = near(distance = "scaled_euclidean", m.order = "data"),
    inside = near(distance = d$score, mahvars = ~ x1 + x2, caliper = 0.25, std.caliper = FALSE, m.order = "data"))
}
m <- function(f, d) as.vector(t(f(formula, d)))
d <- draw(9, 6, 8)
r <- apply(d[c("x1", "x2", "x3")], 2, rank)
v <- cov(r)
f <- sd(seq_len(nrow(r))) / sqrt(diag(v))
robust <- sapply(7:14, function(j) sqrt(sapply(1:6, function(i) mahalanobis(r[i, ], r[j, ], v * outer(f, f)))))
write_json(list(
  distances = list(mahalanobis = m(mahalanobis_dist, d), euclidean = m(scaled_euclidean_dist, d),
    robust = as.vector(t(robust))),
  pairs_20_60 = one(1, 20, 60), pairs_40_50 = one(2, 40, 50), pairs_30_200 = one(3, 30, 200)
), "matching.json")
