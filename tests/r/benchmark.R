# R's values for tests/stats/test_benchmark.py. Run in this folder: Rscript benchmark.R
# R 4.2.2, survival 3.5-3.
library(survival)
source("json.R")

# trial: aml's maintained arm; reference: the other arm, its Nelson-Aalen steps taken off survfit
trial <- aml[aml$x == "Maintained", ]
ref <- aml[aml$x == "Nonmaintained", ]
end <- max(ref$time)
f <- survfit(Surv(time, status) ~ 1, ref)
step <- f$n.event / f$n.risk
at_risk <- sapply(f$time, function(t) sum(pmin(trial$time, end) >= t))
observed <- sum(trial$status[trial$time <= end])
expected <- sum(at_risk * step)
extra <- sum(at_risk^2 * f$n.event / f$n.risk^2)
z <- (observed - expected) / sqrt(c(expected, (observed + expected) / 2) + extra)

# the curve as known: the last value before it falls to 0 is the end
known <- stepfun(f$time, c(1, f$surv))
stop_at <- min(f$time[f$surv == 0]) - 1e-9
cut <- pmin(trial$time, stop_at)
s <- known(cut)
d <- survdiff(Surv(cut, trial$status * (trial$time <= stop_at)) ~ offset(s))

# posterior: Beta(x + 1/2, n - x + 1/2) above Beta(y + 1/2, m - y + 1/2)
higher <- function(x, n, y, m) integrate(function(p) dbeta(p, y + .5, m - y + .5) *
  pbeta(p, x + .5, n - x + .5, lower.tail = FALSE), 0, 1, rel.tol = 1e-12, subdivisions = 2000)$value

write_json(list(
  sample = list(observed = observed, expected = expected, extra = extra, z = z, p = 2 * pnorm(-abs(z))),
  curve = list(observed = d$obs, expected = d$exp, chisq = d$chisq),
  fixed = list(p = c(binom.test(44, 48, .7)$p.value, binom.test(44, 48, .7, "greater")$p.value),
    limits = as.vector(binom.test(44, 48)$conf.int), posterior = pbeta(.7, 44.5, 4.5, lower.tail = FALSE)),
  counts = list(posterior = c(higher(44, 48, 70, 100), higher(3, 20, 9, 25), higher(1, 10, 8, 10)))
), "benchmark.json")
