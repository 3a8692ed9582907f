# R's values for tests/stats/test_paired.py. Run in this folder: Rscript paired.R
# R 4.2.2, survival 3.5-3.
library(survival)
source("json.R")

stratified <- function(time, status, arm, set) {
  f <- survdiff(Surv(time, status) ~ arm + strata(set))
  o <- rowSums(f$obs)
  e <- rowSums(f$exp)
  list(observed = o[2], expected = e[2], variance = f$var[2, 2], statistic = f$chisq)
}
# the leukemia pairs of Freireich 1963: placebo, then 6-MP
pairs <- data.frame(
  time = c(1, 22, 3, 12, 8, 17, 2, 11, 8, 12, 2, 5, 4, 15, 8, 23, 5, 11, 4, 1, 8,
    10, 7, 32, 23, 22, 6, 16, 34, 32, 25, 11, 20, 19, 6, 17, 35, 6, 13, 9, 6, 10),
  status = c(rep(1, 21), 1, 1, 0, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 1, 1, 0, 0, 0),
  arm = rep(0:1, each = 21), set = rep(1:21, 2))
# the first 90 men and the first 90 women of lung, paired in their order; women take the place of the treated
m <- lung[lung$sex == 1, ][1:90, ]
w <- lung[lung$sex == 2, ][1:90, ]
both <- data.frame(time = c(m$time, w$time), status = c(m$status, w$status) - 1, arm = rep(0:1, each = 90), set = rep(1:90, 2))

# scores of Prentice by the definition; events at one time take the places after one another and share the mean
scores <- function(time, status) {
  at <- order(time, -status)
  n <- length(time):1
  f <- cumprod(ifelse(status[at] == 1, n / (n + 1), 1))
  shared <- ave(f, time[at], status[at], FUN = mean)
  s <- numeric(length(time))
  s[at] <- ifelse(status[at] == 1, 1 - 2 * shared, 1 - f)
  s
}
prentice <- function(t1, d1, t0, d0) {
  short <- pmin(t1, t0)
  open <- ifelse(t1 < t0, d1 == 0, ifelse(t0 < t1, d0 == 0, d1 == 0 & d0 == 0))
  t1[open] <- t0[open] <- short[open]
  d1[open] <- d0[open] <- 0
  s <- scores(c(t1, t0), c(d1, d0))
  n <- length(t1)
  d <- s[1:n] - s[n + 1:n]
  list(z = sum(d) / sqrt(sum(d^2)), nonzero = sum(d != 0))
}
placebo <- pairs[1:21, ]
drug <- pairs[22:42, ]

write_json(list(
  leukemia = with(pairs, stratified(time, status, arm, set)),
  leukemia_scores = prentice(drug$time, drug$status, placebo$time, placebo$status),
  binomial = list(p = binom.test(3, 21)$p.value, less = binom.test(3, 21, alternative = "less")$p.value,
    greater = binom.test(3, 21, alternative = "greater")$p.value),
  lung_pairs = with(both, stratified(time, status, arm, set)),
  lung_scores = prentice(w$time, w$status - 1, m$time, m$status - 1),
  lung = with(lung, stratified(time, status == 2, sex, ph.ecog))
), "paired.json")
