# The same jobs in R, on the same data: Rscript external.R FOLDER JOB REPEATS. A line for every run: its seconds, a
# number that has to agree (total distance, a coefficient, a difference), and seconds of the processor. Replicates are as many as `replicates` says.
args <- commandArgs(trailingOnly = TRUE)
folder <- args[1]; job <- args[2]; repeats <- as.integer(args[3])
read <- function(name) {
  f <- file.path(folder, name)
  if (file.exists(f)) readBin(f, "double", file.size(f) / 8) else NULL
}
treated <- read("treated"); control <- read("control"); caliper <- read("caliper")
time <- read("time"); event <- read("event"); z <- read("z"); w <- read("weights"); replicates <- read("replicates")
x <- read("x")
if (!is.null(x)) x <- matrix(x, nrow = length(z))
if (!is.null(w)) w <- matrix(w, nrow = length(z))
if (!is.null(treated)) {
  d <- data.frame(z = rep(1:0, c(length(treated), length(control))), s = c(treated, control))
}

matchit <- function(method) {
  m <- MatchIt::matchit(z ~ s, data = d, method = method, distance = d$s, caliper = caliper, std.caliper = FALSE,
                        m.order = if (method == "nearest") "largest")
  m$match.matrix
}
distance_of <- function(found) {
  rows <- as.integer(rownames(found)); partner <- as.integer(found[, 1])
  sum(abs(d$s[rows] - d$s[partner]), na.rm = TRUE)
}
# The definition of nearest pairs, largest score first, for what they have to add up to.
greedy <- function() {
  free <- control; total <- 0
  for (s in sort(treated, decreasing = TRUE)) {
    gap <- abs(free - s); j <- which.min(gap)
    if (is.null(caliper) || gap[j] <= caliper) { total <- total + gap[j]; free[j] <- Inf }
  }
  total
}

# Balance: one covariate and one weighting after the other; two of the eleven, each costs the same.
balance <- function() {
  last <- 0
  ones <- rep(1, nrow(x))
  for (k in c(0, ncol(w))) {
    weight <- if (k == 0) ones else w[, k]
    for (j in seq_len(ncol(x))) {
      column <- x[, j]
      one <- z == 1
      spread <- sd(column[one])
      m1 <- weighted.mean(column[one], weight[one]); m0 <- weighted.mean(column[!one], weight[!one])
      v1 <- weighted.mean((column[one] - m1)^2, weight[one]); v0 <- weighted.mean((column[!one] - m0)^2, weight[!one])
      last <- c((m1 - m0) / spread, v1 / v0)
    }
  }
  last[1]
}

# One draw within the arms.
drawn <- function() c(sample(which(z == 1), replace = TRUE), sample(which(z == 0), replace = TRUE))
width <- function(s, side) 0.2 * sqrt((var(s[side == 1]) + var(s[side == 0])) / 2)
whole <- function() {
  b <- numeric(replicates)
  for (r in seq_along(b)) {
    i <- drawn()
    e <- data.frame(x[i, ], z = z[i], time = time[i], event = event[i])
    e$s <- glm(z ~ . - time - event, data = e, family = binomial)$linear.predictors
    m <- MatchIt::matchit(z ~ s, data = e, distance = e$s, caliper = width(e$s, e$z), std.caliper = FALSE,
                          m.order = "largest")
    b[r] <- coef(survival::coxph(survival::Surv(time, event) ~ z, data = MatchIt::match.data(m)))
  }
  sd(b)
}
# The same with bare functions: IRLS without a formula, a search over what is free, the fitter of the Cox model.
lean <- function() {
  b <- numeric(replicates)
  strata <- NULL
  for (r in seq_along(b)) {
    i <- drawn()
    side <- z[i]
    s <- glm.fit(cbind(1, x[i, ]), side, family = binomial())$linear.predictors
    reach <- width(s, side)
    ours <- which(side == 1); theirs <- which(side == 0)
    free <- s[theirs]
    kept <- integer(0)
    for (t in ours[order(-s[ours])]) {
      gap <- abs(free - s[t])
      j <- which.min(gap)
      if (gap[j] <= reach) { kept <- c(kept, t, theirs[j]); free[j] <- Inf }
    }
    y <- survival::Surv(time[i][kept], event[i][kept])
    b[r] <- survival::coxph.fit(matrix(side[kept]), y, strata, NULL, NULL, survival::coxph.control(), NULL, "efron",
                                as.character(kept))$coefficients
  }
  sd(b)
}

run <- switch(job,
  nearest = function() matchit("nearest"), greedy = greedy,
  matching = function() {
    set.seed(1)
    m <- Matching::Match(Tr = d$z, X = d$s, replace = FALSE, ties = FALSE,
                         caliper = if (is.null(caliper)) NULL else caliper / sd(d$s))
    sum(abs(d$s[m$index.treated] - d$s[m$index.control]))
  },
  optimal = function() matchit("optimal"),
  logistic = function() glm.fit(cbind(1, x), z, family = binomial(), control = list(epsilon = 1e-14))$coefficients[[2]],
  balance = balance, whole = function() { set.seed(1); whole() }, lean = function() { set.seed(1); lean() })
invisible(suppressPackageStartupMessages({library(survival); loadNamespace("MatchIt")}))
for (k in seq_len(repeats)) {
  before <- proc.time()
  found <- run()
  taken <- proc.time() - before
  if (is.matrix(found)) found <- distance_of(found)
  cat(sprintf("%.4f %.15g %.4f\n", taken[["elapsed"]], found, taken[["user.self"]] + taken[["sys.self"]]))
}
