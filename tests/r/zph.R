# R's values for tests/stats/test_zph.py and test_split.py. Run in this folder: Rscript zph.R
# R 4.2.2, survival 3.5-3.
library(survival)
source("json.R")

aml$w <- 1 + (seq_len(23) %% 4) / 2
aml$z <- (seq_len(23) * 7) %% 5
aml$g <- as.numeric(aml$x == "Nonmaintained")
aml$s <- seq_len(23) %% 2
aml$e <- pmin(aml$time - 1, (seq_len(23) * 3) %% 11)
lung$w <- .5 + (seq_len(228) %% 7) / 3
lung$k <- (seq_len(228) * 5) %% 40
lung$half <- (seq_len(228) %% 3 == 0) * (lung$sex == 1)  # constant among the women
bladder2$w <- 1 + (bladder2$id %% 3) / 2

test <- function(fit, transform = "km", curve = FALSE) {
  z <- cox.zph(fit, transform = transform)
  order <- order(if (is.null(z$strata)) rep(1, length(z$time)) else as.integer(z$strata), z$time)
  kept <- order[if (length(order) > 18) seq(1, length(order), by = 15) else seq_along(order)]
  out <- list(statistic = z$table[, 1], df = z$table[, 2], p_value = z$table[, 3], time = z$time[kept],
    transformed = z$x[kept], total = colSums(z$y, na.rm = TRUE), squares = colSums(z$y^2, na.rm = TRUE), var = z$var,
    events = length(z$time))
  if (curve) {  # what plot.cox.zph draws
    at <- seq(min(z$x), max(z$x), length = 40)
    basis <- splines::ns(c(at, z$x), df = 4, intercept = TRUE)
    outer <- basis[1:40, ]
    inner <- basis[-(1:40), ]
    shown <- seq(1, 40, by = 6)
    out$curve <- (outer %*% qr.coef(qr(inner), z$y))[shown, ]
    out$curve_error <- (sqrt(rowSums((outer %*% solve(crossprod(inner))) * outer) %o% diag(z$var)))[shown, ]
  }
  out
}
out <- list()
for (ties in c("efron", "breslow")) {
  for (transform in c("km", "rank", "log", "identity")) {
    name <- function(data) paste(data, transform, ties, sep = "_")
    out[[name("aml")]] <- test(coxph(Surv(time, status) ~ g + z, aml, ties = ties), transform, TRUE)
    out[[name("lung")]] <- test(coxph(Surv(time, status) ~ age + sex + ph.ecog, lung, ties = ties), transform, TRUE)
    out[[name("veteran")]] <- test(coxph(Surv(time, status) ~ trt + karno + celltype, veteran, ties = ties), transform)
    out[[name("bladder2")]] <- test(coxph(Surv(start, stop, event) ~ rx + size + number, bladder2, ties = ties,
      weights = w, cluster = id), transform)
  }
  name <- function(data) paste(data, ties, sep = "_")
  out[[name("aml_weighted")]] <- test(coxph(Surv(time, status) ~ g + z, aml, weights = w, ties = ties))
  out[[name("aml_stratified")]] <- test(coxph(Surv(time, status) ~ g + z + strata(s), aml, ties = ties))
  out[[name("aml_entry")]] <- test(coxph(Surv(e, time, status) ~ g + z, aml, ties = ties))
  out[[name("lung_weighted")]] <- test(coxph(Surv(time, status) ~ age + sex, lung, weights = w, ties = ties))
  out[[name("lung_clustered")]] <- test(coxph(Surv(time, status) ~ age + sex, lung, cluster = k, ties = ties))
  out[[name("lung_stratified")]] <- test(coxph(Surv(time, status) ~ age + sex + strata(inst), lung, ties = ties))
  out[[name("lung_constant")]] <- test(coxph(Surv(time, status) ~ age + half + strata(sex), lung, ties = ties))
}

# coefficients that change with time: rows split at cut points
split <- function(cut) survSplit(Surv(time, status) ~ ., data = veteran, cut = cut, start = "from", episode = "part")
cox <- function(fit) list(coef = coef(fit), std_error = sqrt(diag(vcov(fit))), log_likelihood = fit$loglik)
parts <- split(c(60, 120))
fine <- split(unique(veteran$time[veteran$status == 1]))
out$split_parts <- c(list(rows = nrow(parts), from = sum(parts$from), to = sum(parts$time), part = sum(parts$part)),
  cox(coxph(Surv(from, time, status) ~ age + trt + karno:strata(part), parts)))
out$split_fine <- c(list(rows = nrow(fine), from = sum(fine$from), to = sum(fine$time)),
  cox(coxph(Surv(time, status) ~ trt + celltype + karno + tt(karno), veteran, tt = function(x, t, ...) x * t)))
write_json(out, "zph.json")
