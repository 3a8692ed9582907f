# R's values for tests/stats/test_balance.py and test_overlap.py. Run in this folder: Rscript balance.R
# R 4.2.2, MatchIt 4.5.1 (eCDF statistics; lalonde), energy 1.7-11 (energy statistic), stats (ks.test, cov, density).
suppressMessages({library(MatchIt); library(energy)})
source("json.R")
data("lalonde", package = "MatchIt")
x <- cbind(age = lalonde$age, educ = lalonde$educ, married = lalonde$married, nodegree = lalonde$nodegree,
  re74 = lalonde$re74, re75 = lalonde$re75)
z <- lalonde$treat == 1
ecdf_of <- function(weights) {
  m <- suppressWarnings(matchit(treat ~ age + educ + married + nodegree + re74 + re75, data = lalonde))
  m$weights <- weights
  s <- summary(m, improvement = FALSE)
  found <- s$sum.matched[rownames(s$sum.matched) != "distance", ]
  list(mean = found[, "eCDF Mean"], largest = found[, "eCDF Max"])
}
# energy's statistic is n1 n0 / (n1 + n0) times the distance
distance <- function(v) {
  v <- scale(v)
  as.numeric(edist(rbind(v[z, , drop = FALSE], v[!z, , drop = FALSE]), sizes = c(sum(z), sum(!z)))) * length(z) / (sum(z) * sum(!z))
}
sizes <- c(sum(z), sum(!z))
pooled <- ((sizes[1] - 1) * cov(x[z, ]) + (sizes[2] - 1) * cov(x[!z, ])) / (sum(sizes) - 2)
ks <- function(v) unname(suppressWarnings(ks.test(v[z], v[!z])$statistic))
w <- ifelse(z, 1, .25 + seq_along(z) %% 4)
d <- density(lalonde$age, bw = "nrd0")
mean_of <- function(v, part) sum(w[part] * v[part]) / sum(w[part])
variance_of <- function(v, part) cov.wt(cbind(v[part]), wt = w[part] / sum(w[part]))$cov[1, 1]
continuous <- c("age", "educ", "re74", "re75")
write_json(list(
  raw = ecdf_of(rep(1, length(z))), weighted = ecdf_of(w),
  ks = list(all = apply(x, 2, ks)),
  energy = list(continuous = distance(x[, continuous]), age = distance(x[, "age", drop = FALSE])),
  mahalanobis = list(distance = sqrt(mahalanobis(colMeans(x[z, ]), colMeans(x[!z, ]), pooled))),
  moments = list(
    mean_treated = apply(x, 2, mean_of, part = z), mean_control = apply(x, 2, mean_of, part = !z),
    ratio = apply(x[, continuous], 2, function(v) variance_of(v, z) / variance_of(v, !z))),
  density = list(bandwidth = d$bw, at = c(20, 30, 45),
    exact = sapply(c(20, 30, 45), function(g) mean(dnorm(g, lalonde$age, d$bw))))
), "balance.json")
