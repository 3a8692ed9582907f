# R's values for tests/external/test_effects_bundled.py: weighted effects in the bundled trial. Run in this folder.
# R 4.2.2, survival 3.5-3, sandwich 3.0-2.
suppressMessages({library(survival); library(sandwich)})
source("json.R")

root <- "../../examples/mini-hcvd-ino"
covariates <- c("age", "sex", "performance_status", "wbc", "marrow_blasts", "cytogenetics", "cr1_duration", "prior_asct")
table_of <- function(folder, name) read.csv(file.path(root, folder, name), na.strings = "", colClasses = "character")
side <- function(folder, z) {
  s <- merge(table_of(folder, "subjects.csv"), table_of(folder, "followup.csv"), by = "subject")
  for (k in c("age", "wbc", "marrow_blasts", "cr1_duration", "salvage")) s[[k]] <- as.numeric(s[[k]])
  s <- s[!is.na(s$treatment_start), ]
  off <- (s$age < 18) | (s$philadelphia != "negative") | (s$salvage > 1)
  s <- s[!(off %in% TRUE), ]
  s <- s[complete.cases(s[, covariates]), ]
  s$time <- as.numeric(as.Date(s$last_contact) - as.Date(s$treatment_start)) + 1
  s$dead <- as.integer(!is.na(s$death))
  r <- merge(table_of(folder, "responses.csv"), s[, c("subject", "relapse")], by = "subject")
  r <- r[is.na(r$relapse) | as.Date(r$date) < as.Date(r$relapse), ]
  s$cr <- as.integer(s$subject %in% r$subject[r$response == "CR"])
  s$z <- z
  s
}
both <- function(name) {
  one <- side("data", 1)
  zero <- side(file.path("external", name), 0)
  shared <- c("z", "time", "dead", "cr", covariates)
  rbind(one[, shared], zero[, shared])
}

effects <- function(d, w) {
  d$w <- w
  f <- coxph(Surv(time, dead) ~ z, d, weights = w, robust = TRUE)
  at <- sapply(1:0, function(z) {
    k <- survfit(Surv(time, dead) ~ 1, d[d$z == z, ], weights = w, robust = TRUE, id = seq_len(sum(d$z == z)))
    unlist(summary(k, times = 365.25)[c("surv", "std.err")])
  })
  g <- lm(cr ~ z, d, weights = w)
  list(
    log_hazard_ratio = c(coef(f), sqrt(f$var)), survival = c(at[1, ], at[1, 1] - at[1, 2], sqrt(sum(at[2, ]^2))),
    risk = c(sum(coef(g)), coef(g)[1], coef(g)[2], sqrt(vcovCL(g, type = "HC0", cadjust = FALSE)[2, 2])))
}

# entropy balancing of the controls to the means of the treated: Newton's steps on the dual
entropy <- function(d) {
  x <- model.matrix(reformulate(covariates), d)[, -1]
  x <- scale(x)
  target <- colMeans(x[d$z == 1, ])
  c0 <- sweep(x[d$z == 0, ], 2, target)
  b <- rep(0, ncol(c0))
  for (i in 1:60) {
    q <- exp(drop(c0 %*% b))
    q <- q / sum(q)
    m <- colSums(q * c0)
    b <- b - solve(crossprod(c0, q * c0) - tcrossprod(m), m) * min(1, i / 5)
  }
  w <- rep(1, nrow(d))
  q <- exp(drop(c0 %*% b))
  w[d$z == 0] <- q / sum(q) * sum(d$z)
  stopifnot(max(abs(colSums(w[d$z == 0] * c0))) < 1e-8)
  w
}

out <- list()
for (name in c("salvage_chemo", "inotuzumab_alone")) {
  d <- both(name)
  e <- fitted(glm(reformulate(covariates, "z"), binomial, d, control = glm.control(epsilon = 1e-14, maxit = 100)))
  z <- d$z
  conditional <- coxph(reformulate(c("z", covariates), "Surv(time, dead)"), d)
  out[[name]] <- list(
    n = c(sum(z), sum(1 - z)),
    att = effects(d, ifelse(z == 1, 1, e / (1 - e))),
    ate = effects(d, ifelse(z == 1, 1 / e, 1 / (1 - e))),
    overlap = effects(d, ifelse(z == 1, 1 - e, e)),
    matching = effects(d, pmin(e, 1 - e) / ifelse(z == 1, e, 1 - e)),
    entropy = effects(d, entropy(d)),
    conditional = c(coef(conditional)[1], sqrt(vcov(conditional)[1, 1])))
}
write_json(out, "comparison.json")
