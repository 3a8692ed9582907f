# The rows of R's own data sets as CSV files, for tests that have no other way to them.
# Run: Rscript data.R FOLDER
suppressMessages(library(survival))
folder <- commandArgs(trailingOnly = TRUE)[1]
write <- function(rows, name) {
  for (k in names(rows)) if (is.double(rows[[k]]) && !inherits(rows[[k]], "Date")) {
    rows[[k]] <- ifelse(is.na(rows[[k]]), NA, sprintf("%.17g", as.numeric(rows[[k]])))
  }
  write.csv(rows, file.path(folder, paste0(name, ".csv")), row.names = FALSE)
}
for (name in c("aml", "bladder2", "cgd", "colon", "flchain", "gbsg", "heart", "imotor", "jasa", "kidney", "logan",
  "lung", "mgus2", "nwtco", "ovarian", "pbc", "rats", "retinopathy", "rotterdam", "stanford2", "transplant", "udca",
  "veteran")) write(get(name), name)

# 6-mercaptopurine against placebo (Freireich 1963; Gehan 1965)
write(data.frame(
  time = c(6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35,
    1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23),
  cens = c(1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, rep(0, 5), rep(1, 21)),
  treat = rep(c("6-MP", "control"), each = 21)
), "gehan")

# one row a subject with the cumulative hazard of the general population over the follow-up
expected <- survexp(futime ~ 1, data = jasa, cohort = FALSE, ratetable = survexp.us,
  rmap = list(age = (accept.dt - birth.dt), sex = 1, year = accept.dt))
write(data.frame(time = as.numeric(jasa$futime), event = jasa$fustat, hazard = -log(expected)), "jasa_us")
expected <- survexp(futime ~ 1, data = flchain, cohort = FALSE, ratetable = survexp.mn,
  rmap = list(sex = sex, age = age * 365.25, year = as.Date(paste0(sample.yr, "-07-01"))))
write(data.frame(time = flchain$futime, event = flchain$death, hazard = -log(expected)), "flchain_mn")

# the conditional logit model of ?clogit: each man against the other occupations, father's occupation crossed
# with schooling
n <- nrow(logan)
chosen <- data.frame(logan[rep(1:n, 5), ], id = rep(1:n, 5), tocc = factor(rep(levels(logan$occupation), each = n)))
chosen$case <- as.numeric(chosen$occupation == chosen$tocc)
x <- model.matrix(~ tocc + tocc:education, chosen)[, -1]
write(data.frame(case = chosen$case, id = chosen$id, x), "logan_choice")

# the samples of cmprsk's own tests, from the generator of R 1.6.2
suppressWarnings(RNGversion("1.6.2"))
set.seed(2)
time <- rexp(100)
group <- sample(1:3, 100, replace = TRUE)
cause <- sample(0:2, 100, replace = TRUE)
strata <- sample(1:2, 100, replace = TRUE)
other <- abs(rnorm(100))
x <- matrix(sample(0:1, 300, replace = TRUE), ncol = 3)
x[c(1, 10, 20)] <- NA
write(data.frame(time, group, cause, strata, other, x), "cmprsk_test")
