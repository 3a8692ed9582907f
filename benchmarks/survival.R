# The same jobs in R, on the same data: Rscript survival.R FOLDER JOB REPEATS. Prints the seconds of every run.
args <- commandArgs(trailingOnly = TRUE)
folder <- args[1]; job <- args[2]; repeats <- as.integer(args[3])
suppressMessages(library(survival))
read <- function(name) {
  f <- file.path(folder, name)
  readBin(f, "double", file.size(f) / 8)
}
has <- function(name) file.exists(file.path(folder, name))
time <- read("time"); event <- read("event")
x <- if (has("x")) matrix(read("x"), nrow = length(time)) else NULL
w <- if (has("weight")) read("weight") else NULL
group <- if (has("group")) read("group") else NULL
strata_of <- if (has("strata")) read("strata") else NULL
id <- seq_along(time)
run <- switch(job,
  km = function() survfit(Surv(time, event) ~ 1, conf.type = "log-log"),
  cox = function() coxph(Surv(time, event) ~ x),
  "cox-robust" = function() coxph(Surv(time, event) ~ x, robust = TRUE, cluster = id),
  "cox-weighted" = function() coxph(Surv(time, event) ~ x, weights = w, robust = TRUE, cluster = id),
  "log-rank" = function() survdiff(Surv(time, event) ~ group + strata(strata_of)),
  gray = function() cmprsk::cuminc(time, event, group),
  crr = function() cmprsk::crr(time, event, x),
  finegray = function() {
    d <- data.frame(x)
    names <- paste(colnames(d), collapse = " + ")
    d <- cbind(d, time = time, cause = factor(event, 0:2), id = id)
    long <- finegray(Surv(time, cause) ~ ., data = d, etype = "1")
    coxph(as.formula(paste("Surv(fgstart, fgstop, fgstatus) ~", names)), weights = fgwt, data = long, cluster = id)
  },
  bootstrap = function() for (b in 1:1000) {
    i <- sample.int(length(time), replace = TRUE)
    coxph(Surv(time[i], event[i]) ~ x[i, ])
  })
for (k in seq_len(repeats)) {
  before <- proc.time()[["elapsed"]]
  invisible(run())
  cat(proc.time()[["elapsed"]] - before, "\n")
}
