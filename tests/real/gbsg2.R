# Values of R for the GBSG-2 breast cancer trial, hormone-treated women as the arm, the others as external controls.
# usage: Rscript gbsg2.R gbsg2.csv > gbsg2.json     (the csv holds lifelines' copy of the data, in its order)
suppressMessages(library(survival))
d <- read.csv(commandArgs(TRUE)[1], stringsAsFactors = FALSE)
d$treat <- as.integer(d$horTh == "yes")
d$menostat <- factor(d$menostat, levels = c("Pre", "Post"))
d$tgrade <- factor(d$tgrade, levels = c("I", "II", "III"))
out <- list()
put <- function(name, value) out[[name]] <<- as.numeric(value)
month <- 30.4375

arm <- d[d$treat == 1, ]
km <- survfit(Surv(time, cens) ~ 1, data = arm, conf.type = "log-log")
q <- quantile(km, 0.5)
put("pfs.median", c(q$quantile, q$lower, q$upper) / month)
s <- summary(km, times = c(24, 60) * month)
put("pfs.survival@24mo", c(s$surv[1], s$lower[1], s$upper[1], s$std.err[1]))
put("pfs.survival@60mo", c(s$surv[2], s$lower[2], s$upper[2], s$std.err[2]))
put("pfs.events", sum(arm$cens))
rk <- quantile(survfit(Surv(time, 1 - cens) ~ 1, data = arm, conf.type = "log-log"), 0.5)
put("follow_up.median", c(rk$quantile, rk$lower, rk$upper) / month)
put("age", c(median(arm$age), quantile(arm$age, c(.25, .75)), mean(arm$age), sd(arm$age)))
put("post", binom.test(sum(arm$menostat == "Post"), nrow(arm))$conf.int)

f <- treat ~ age + menostat + tsize + tgrade + pnodes + progrec + estrec
# Greedy 1:1 matching without replacement, largest score first, within 0.2 SD (everybody) of the logit. Written out,
# because MatchIt 4.5.1 returns pairs beyond the caliper on these data (largest distance 0.75 against 0.134).
logit <- glm(f, data = d, family = binomial, control = glm.control(epsilon = 1e-14))$linear.predictors
caliper <- 0.2 * sd(logit)
put("caliper", caliper)
treated <- which(d$treat == 1)
free <- d$treat == 0
pairs <- NULL
for (i in treated[order(-logit[treated])]) {
  distance <- ifelse(free, abs(logit - logit[i]), Inf)
  j <- which.min(distance)
  if (distance[j] <= caliper) { pairs <- rbind(pairs, c(i, j)); free[j] <- FALSE }
}
pairs <- pairs[order(pairs[, 1]), ]
put("pairs", nrow(pairs))
put("pairs.treated", pairs[, 1])
put("pairs.control", pairs[, 2])
smd <- function(v) c((mean(v[treated]) - mean(v[d$treat == 0])) / sd(v[treated]),
                     (mean(v[pairs[, 1]]) - mean(v[pairs[, 2]])) / sd(v[treated]))
put("smd.age", smd(d$age))
put("smd.pnodes", smd(d$pnodes))
put("vr.after.pnodes", var(d$pnodes[pairs[, 1]]) / var(d$pnodes[pairs[, 2]]))
# the deviation of a category is that of a proportion, sqrt(p (1 - p)), as MatchIt and cobalt have it
two <- as.numeric(d$tgrade == "II")
p <- mean(two[treated])
put("smd.after.tgrade=II", (mean(two[pairs[, 1]]) - mean(two[pairs[, 2]])) / sqrt(p * (1 - p)))
md <- d[c(pairs[, 1], pairs[, 2]), ]
md$pair <- rep(seq_len(nrow(pairs)), 2)
c1 <- coxph(Surv(time, cens) ~ treat, data = md, cluster = pair, ties = "efron")
s1 <- summary(c1)
put("hr.matched", c(s1$conf.int[1, c(1, 3, 4)], s1$coefficients[1, "robust se"], s1$coefficients[1, 6]))
put("log_rank_p.matched", 1 - pchisq(survdiff(Surv(time, cens) ~ treat, data = md)$chisq, 1))
c0 <- summary(coxph(Surv(time, cens) ~ treat, data = d, ties = "efron"))
put("hr.unmatched", c(c0$conf.int[1, c(1, 3, 4)], c0$coefficients[1, "se(coef)"]))
for (g in c(1, 0)) {
  k <- survfit(Surv(time, cens) ~ 1, data = md[md$treat == g, ], conf.type = "log-log")
  qq <- quantile(k, 0.5)
  put(paste0("median.matched.", g), c(qq$quantile, qq$lower, qq$upper) / month)
  put(paste0("s24.matched.", g), summary(k, times = 24 * month)$surv)
}
cat("{\n")
lines <- sapply(names(out), function(n) sprintf("  \"%s\": [%s]", n, paste(ifelse(is.na(out[[n]]), "null",
  sprintf("%.17g", out[[n]])), collapse = ", ")))
cat(paste(lines, collapse = ",\n"), "\n}\n")
