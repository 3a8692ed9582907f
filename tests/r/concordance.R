# R's values for tests/stats/test_concordance.py. Run in this folder: Rscript concordance.R
# R 4.2.2, survival 3.5-3.
library(survival)
source("json.R")

aml$w <- 1 + (seq_len(23) %% 4) / 2
aml$z <- (seq_len(23) * 7) %% 5
aml$s <- seq_len(23) %% 2
aml$k <- (seq_len(23) - 1) %/% 3
aml$e <- pmin(aml$time - 1, (seq_len(23) * 3) %% 11)
lung$w <- .5 + (seq_len(228) %% 7) / 3
lung$k <- (seq_len(228) * 5) %% 40
bladder2$w <- 1 + (bladder2$id %% 3) / 2

value <- function(object, data, ...) {
  fit <- pass_on(match.call(), quote(concordance), reverse = TRUE)
  count <- if (is.matrix(fit$count)) colSums(fit$count) else fit$count
  list(concordance = fit$concordance, std_error = sqrt(fit$var), count = count)
}
out <- list()
for (timewt in c("n", "S", "S/G", "n/G2")) {
  name <- function(what) paste(what, gsub("/", "", timewt), sep = "_")
  out[[name("aml")]] <- value(Surv(time, status) ~ z, aml, timewt = timewt)
  out[[name("aml_weighted")]] <- value(Surv(time, status) ~ z, aml, weights = w, timewt = timewt)
  out[[name("aml_stratified")]] <- value(Surv(time, status) ~ z + strata(s), aml, weights = w, timewt = timewt)
  out[[name("aml_tau")]] <- value(Surv(time, status) ~ z, aml, timewt = timewt, ymax = 27)
  out[[name("lung")]] <- value(Surv(time, status) ~ ph.ecog, lung, timewt = timewt)
  out[[name("lung_age")]] <- value(Surv(time, status) ~ age, lung, weights = w, cluster = k, timewt = timewt)
  out[[name("veteran")]] <- value(Surv(time, status) ~ karno + strata(celltype), veteran, timewt = timewt)
}
out$aml_clustered <- value(Surv(time, status) ~ z, aml, cluster = k)
out$aml_entry <- value(Surv(e, time, status) ~ z, aml, weights = w)
out$bladder2 <- value(Surv(start, stop, event) ~ size, bladder2, weights = w, cluster = id)
out$lung_strata <- value(Surv(time, status) ~ age + strata(inst), lung)

# scores given by hand, so that no rounding of a linear predictor makes or breaks ties
veteran$one <- -33 * veteran$karno + 2 * veteran$age
veteran$two <- veteran$one + 800 * (veteran$celltype == "smallcell") + 1000 * (veteran$celltype == "adeno")
first <- value(Surv(time, status) ~ one, veteran)
second <- value(Surv(time, status) ~ two, veteran)
change <- concordance(Surv(time, status) ~ two, veteran, reverse = TRUE, influence = 1)$dfbeta -
  concordance(Surv(time, status) ~ one, veteran, reverse = TRUE, influence = 1)$dfbeta
out$difference <- list(estimate = second$concordance - first$concordance, std_error = sqrt(sum(change^2)))
# the models of the package's concordance vignette
small <- coxph(Surv(time, status) ~ karno + age + trt, veteran)
large <- update(small, . ~ . + celltype)
both <- concordance(large, small)
out$models <- list(small = coef(small), large = coef(large), concordance = both$concordance,
  std_error = sqrt(diag(both$var)), change = sqrt(c(1, -1) %*% both$var %*% c(1, -1)))
write_json(out, "concordance.json")
