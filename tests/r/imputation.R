# R's values for tests/stats/test_imputation_r.py. Run in this folder: Rscript imputation.R
# R 4.2.2, nnet 7.3-18. The data are made by the same formulas in the test.
suppressMessages(library(nnet))
source("json.R")
i <- 1:60
a <- (i * 7) %% 11 + i / 10
b <- (i * 5) %% 13 - i / 20
g <- as.numeric(i > 24)
y <- 3 + 2 * a - b + 4 * g + ((i * 17) %% 19 - 9) / 3
two <- as.numeric((i * 3) %% 7 + g > 3)
three <- (i * 11) %% 3
new <- data.frame(a = c(2, 5, 9), b = c(-1, 3, 8), g = c(0, 1, 1))

f <- lm(y ~ a + b + g)
p <- predict(f, new, se.fit = TRUE)
line <- list(fit = p$fit, variance = (p$se.fit / p$residual.scale)^2, rss = sum(resid(f)^2), df = f$df.residual)

# the added data of White, Daniel & Royston: each class at one standard deviation above and below the mean of each predictor
scale1 <- function(v) (v - mean(v)) / sqrt(mean((v - mean(v))^2))
z <- cbind(scale1(a), scale1(b), scale1(g))
added <- function(k) {
  s <- rbind(diag(3), -diag(3))
  list(z = s[rep(1:6, each = k), ], y = rep(0:(k - 1), 6), w = rep(4 / (6 * k), 6 * k))
}
with_added <- function(y, k) {
  e <- added(k)
  d <- data.frame(rbind(z, e$z)); d$y <- c(y, e$y); d$w <- c(rep(1, 60), e$w); d
}
d2 <- with_added(two, 2)
f2 <- suppressWarnings(glm(y ~ X1 + X2 + X3, binomial, d2, weights = w, control = glm.control(1e-15, 100)))
mu <- f2$fitted
x2 <- cbind(1, as.matrix(d2[, 1:3]))
info2 <- t(x2) %*% (x2 * (d2$w * mu * (1 - mu)))
d3 <- with_added(three, 3)
f3 <- multinom(factor(y) ~ X1 + X2 + X3, d3, weights = w, reltol = 1e-16, abstol = 1e-16, maxit = 5000, trace = FALSE)
# separated: the class is which side of the middle a lies on
apart <- as.numeric(a > 6)
d4 <- with_added(apart, 2)
f4 <- suppressWarnings(glm(y ~ X1 + X2 + X3, binomial, d4, weights = w, control = glm.control(1e-15, 200)))

# Rubin's rules, written out
pool <- function(q, u, v, level) {
  m <- length(q); w <- mean(u); b <- var(q); t <- w + (1 + 1 / m) * b; lambda <- (1 + 1 / m) * b / t
  old <- (m - 1) / lambda^2
  df <- if (is.finite(v)) { obs <- (v + 1) / (v + 3) * v * (1 - lambda); old * obs / (old + obs) } else old
  r <- (1 + 1 / m) * b / w
  s <- sqrt(t); c(mean(q), s, df, r, lambda, (r + 2 / (df + 3)) / (r + 1), 2 * pt(-abs(mean(q) / s), df),
    mean(q) - qt((1 + level) / 2, df) * s, mean(q) + qt((1 + level) / 2, df) * s)
}
q <- c(.31, .52, .44, .28, .61, .47); u <- c(.041, .037, .044, .039, .052, .04)
write_json(list(
  line = line,
  two = list(coef = coef(f2), information = info2),
  three = list(coef = t(coef(f3))),
  apart = list(coef = coef(f4)),
  pool = list(small = pool(q, u, 46, .95), large = pool(q, u, Inf, .9))
), "imputation.json")
