# R's values for tests/stats/test_kernel_logistic.py. Run in this folder: Rscript logistic.R
# R 4.2.2, MatchIt 4.5.1 (for lalonde), survival 3.5-3 (for aml), brglm2 0.9 (Firth's penalty: adjusted scores, "AS_mean").
suppressMessages({library(MatchIt); library(survival); library(brglm2)})
source("json.R")
fit <- function(...) {
  f <- suppressWarnings(pass_on(match.call(), quote(glm), family = quote(binomial),
    control = quote(glm.control(epsilon = 1e-15, maxit = 100))))
  # vcov(f) belongs to the weights of the iteration before the last (off by 1e-8); take those at the end
  w <- f$prior.weights * f$fitted * (1 - f$fitted)
  var <- chol2inv(qr.R(qr(model.matrix(f) * sqrt(w))))
  list(coef = coef(f), var = var, fitted = fitted(f)[seq(1, length(fitted(f)), by = 11)], log_likelihood = -f$deviance / 2)
}
firth <- function(...) {
  f <- suppressWarnings(pass_on(match.call(), quote(glm), family = quote(binomial), method = quote(brglmFit),
    type = "AS_mean", epsilon = 1e-13, maxit = 1000))
  w <- f$prior.weights * f$fitted * (1 - f$fitted)
  list(coef = coef(f), var = chol2inv(qr.R(qr(model.matrix(f) * sqrt(w)))), log_likelihood = sum(f$prior.weights *
    (f$y * log(f$fitted) + (1 - f$y) * log(1 - f$fitted))))
}
data("lalonde", package = "MatchIt")
lalonde$w <- .5 + (seq_len(614) %% 5) / 2
lalonde$race <- relevel(factor(lalonde$race), "black")
aml$z <- (seq_len(23) * 7) %% 5
aml$g <- as.numeric(aml$x == "Nonmaintained")
aml$w <- 1 + seq_len(23) %% 4
apart <- data.frame(x = c(1, 2, 3, 4, 5, 6, 7, 8), z = c(0, 1, 1, 0, 1, 0, 0, 1), y = c(0, 0, 0, 0, 1, 1, 1, 1))
model <- treat ~ age + educ + I(race == "hispan") + I(race == "white") + married + nodegree + re74 + re75
write_json(list(
  aml = fit(g ~ time + z, data = aml),
  aml_weighted = fit(g ~ time + z, data = aml, weights = w),
  lalonde = fit(model, data = lalonde),
  lalonde_weighted = fit(model, data = lalonde, weights = w),
  firth_aml = firth(g ~ time + z, data = aml),
  firth_aml_weighted = firth(g ~ time + z, data = aml, weights = w),
  firth_separated = firth(y ~ x + z, data = apart),
  firth_lalonde = firth(model, data = lalonde)
), "logistic.json")
