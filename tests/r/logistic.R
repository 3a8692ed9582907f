# R's values for tests/stats/test_kernel_logistic.py. Run in this folder: Rscript logistic.R
# R 4.2.2, MatchIt 4.5.1 (for lalonde), survival 3.5-3 (for aml).
suppressMessages({library(MatchIt); library(survival)})
source("json.R")
fit <- function(...) {
  f <- suppressWarnings(pass_on(match.call(), quote(glm), family = quote(binomial),
    control = quote(glm.control(epsilon = 1e-15, maxit = 100))))
  # vcov(f) belongs to the weights of the iteration before the last (off by 1e-8); take those at the end
  w <- f$prior.weights * f$fitted * (1 - f$fitted)
  var <- chol2inv(qr.R(qr(model.matrix(f) * sqrt(w))))
  list(coef = coef(f), var = var, fitted = fitted(f)[seq(1, length(fitted(f)), by = 11)], log_likelihood = -f$deviance / 2)
}
data("lalonde", package = "MatchIt")
lalonde$w <- .5 + (seq_len(614) %% 5) / 2
lalonde$race <- relevel(factor(lalonde$race), "black")
aml$z <- (seq_len(23) * 7) %% 5
aml$g <- as.numeric(aml$x == "Nonmaintained")
aml$w <- 1 + seq_len(23) %% 4
model <- treat ~ age + educ + I(race == "hispan") + I(race == "white") + married + nodegree + re74 + re75
write_json(list(
  aml = fit(g ~ time + z, data = aml),
  aml_weighted = fit(g ~ time + z, data = aml, weights = w),
  lalonde = fit(model, data = lalonde),
  lalonde_weighted = fit(model, data = lalonde, weights = w)
), "logistic.json")
