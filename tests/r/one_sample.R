# R's values for tests/stats/test_one_sample.py and test_beta_product.py. Run in this folder: Rscript one_sample.R
# R 4.2.2, survival 3.5-3.
library(survival)
source("json.R")

# survdiff with an offset of reference survival is the one-sample log-rank test; its chi-square is (O - E)^2 / E
one <- function(time, status, hazard) {
  f <- survdiff(Surv(time, status) ~ offset(exp(-hazard)))
  sided <- ppois(f$obs - c(0, 1), f$exp) # P(N <= O), P(N <= O - 1)
  list(observed = f$obs, expected = f$exp, statistic = f$chisq, p_value = pchisq(f$chisq, 1, lower.tail = FALSE),
    fewer = sided[1], more = ppois(f$obs - 1, f$exp, lower.tail = FALSE), limits = as.vector(poisson.test(f$obs, f$exp)$conf.int))
}
j <- jasa
j$years <- j$futime / 365.25
limits <- function(n, level) as.vector(poisson.test(n, conf.level = level)$conf.int)

# the beta product procedure by its definition, one event time after another: two moments of the product matched
match <- function(x, y) {
  m <- x[1] / sum(x) * y[1] / sum(y)
  s <- x[1] * (x[1] + 1) / (sum(x) * (sum(x) + 1)) * y[1] * (y[1] + 1) / (sum(y) * (sum(y) + 1))
  c((m - s) * m, (m - s) * (1 - m)) / (s - m^2)
}
beta_product <- function(time, status) {
  f <- survfit(Surv(time, status) ~ 1)
  so_far <- NULL
  out <- NULL
  for (i in seq_along(f$time)) {
    if (f$n.event[i] > 0) {
      step <- c(f$n.risk[i] - f$n.event[i] + 1, f$n.event[i])
      so_far <- if (is.null(so_far)) step else match(so_far, step)
    }
    left <- f$n.risk[i] - f$n.event[i] - f$n.censor[i]
    high <- if (is.null(so_far)) 1 else qbeta(.975, so_far[1], so_far[2])
    low <- if (left == 0) 0 else if (is.null(so_far)) qbeta(.025, left, 1) else {
      ab <- match(so_far, c(left, 1))
      qbeta(.025, ab[1], ab[2])
    }
    out <- rbind(out, c(low, high))
  }
  list(time = f$time, low = out[, 1], high = out[, 2])
}
drug <- list(
  time = c(6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35),
  status = c(1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0))

write_json(list(
  drug = one(drug$time, drug$status, 21 / 182 * drug$time),
  aml = one(aml$time, aml$status, .03 * aml$time),
  jasa = one(j$years, j$fustat, .25 * j$years^.5),
  count_4 = list(limits = limits(4, .95), wide = limits(4, .999999)),
  count_0 = list(limits = limits(0, .95)),
  count_250 = list(limits = limits(250, .9)),
  beta_drug = beta_product(drug$time, drug$status),
  beta_aml = beta_product(aml$time, aml$status),
  beta_veteran = beta_product(veteran$time, veteran$status)
), "one_sample.json")
