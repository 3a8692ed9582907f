# The same jobs in R, on the same data: Rscript designs.R FOLDER JOB REPEATS. A line for every run: its seconds, seconds
# of the processor, and the numbers found. What takes little is repeated until half a second has passed, and divided.
# A package that is missing ends the script with the word MISSING.
args <- commandArgs(trailingOnly = TRUE)
folder <- args[1]; job <- args[2]; repeats <- as.integer(args[3])
read <- function(name) {
  f <- file.path(folder, name)
  if (file.exists(f)) readBin(f, "double", file.size(f) / 8) else NULL
}
limits <- read("limits"); low <- read("low"); high <- read("high"); trials <- read("trials")
pairs <- read("pairs")
if (!is.null(pairs)) pairs <- matrix(pairs, ncol = 2)
needs <- function(package) if (!suppressWarnings(requireNamespace(package, quietly = TRUE))) stop("MISSING")

# clinfun: optimal, minimax and admissible designs, minimax first.
clinfun_designs <- function() {
  found <- clinfun::twostage.admissible(clinfun::ph2simon(limits[1], limits[2], limits[3], limits[4], limits[5]))
  t(found[, 1:6])
}

# Simon's definition, every n1, r1 and r of every n: success is X1 > r1 and X > r.
simon_designs <- function() {
  p0 <- limits[1]; p1 <- limits[2]; n_max <- limits[5]
  chances <- function(n1, n2, p) { # r1 in the rows, r in the columns
    terms <- dbinom(0:n1, n1, p) * outer(0:n1, 0:(n1 + n2 - 1), function(x, r) pbinom(r - x, n2, p, lower.tail = FALSE))
    beyond <- apply(terms[(n1 + 1):1, , drop = FALSE], 2, cumsum)[(n1 + 1):1, , drop = FALSE]
    beyond[-1, , drop = FALSE] # x above r1 = 0 .. n1 - 1
  }
  out <- NULL
  for (n in 2:n_max) {
    best <- NULL
    for (n1 in 1:(n - 1)) {
      if (pbinom(0, n1, p1) > limits[4]) next
      works <- chances(n1, n - n1, p1) >= 1 - limits[4] & chances(n1, n - n1, p0) <= limits[3]
      r1 <- which(apply(works, 1, any))
      if (!length(r1)) next
      r1 <- max(r1)
      pet <- pbinom(r1 - 1, n1, p0)
      size <- n1 + (1 - pet) * (n - n1)
      if (is.null(best) || size < best[5] - 1e-9) best <- c(r1 - 1, n1, max(which(works[r1, ])) - 1, n, size, pet)
    }
    out <- rbind(out, best)
  }
  last <- which.min(out[, 5])
  kept <- 1
  while (tail(kept, 1) < last) {
    k <- tail(kept, 1)
    ahead <- (k + 1):last
    kept <- c(kept, ahead[which.min((out[ahead, 5] - out[k, 5]) / (out[ahead, 4] - out[k, 4]))])
  }
  t(out[kept, ])
}

# A trial patient by patient, with a look after each.
endings_loop <- function() {
  set.seed(5)
  out <- NULL
  for (k in seq_len(nrow(pairs))) {
    ends <- numeric(4); patients <- 0
    for (i in seq_len(trials)) {
      x <- 0; y <- 0; ended <- 4; n <- length(low) + 1
      for (j in seq_along(low)) {
        if (runif(1) < pairs[k, 1]) x <- x + 1
        if (runif(1) < pairs[k, 2]) y <- y + 1
        few <- x <= low[j]; many <- y >= high[j]
        if (few || many) { ended <- if (few && many) 3 else if (few) 1 else 2; n <- j; break }
      }
      ends[ended] <- ends[ended] + 1
      patients <- patients + n
    }
    out <- c(out, ends / trials, patients / trials)
  }
  out
}

# Lee and Liu's rule by its definition: every size, every count that is a success, every theta_L from .001 to .200.
predictive <- function() {
  p0 <- limits[1]; p1 <- limits[2]; a <- p0; b <- 1 - p0
  for (n_max in 11:300) {
    best <- NULL
    for (need in (floor(n_max * p0) + 1):n_max) {
      if (pbinom(need - 1, n_max, p1, lower.tail = FALSE) < 1 - limits[4]) break
      chance <- lapply(10:(n_max - 1), function(n) sapply(0:n, function(x) { # of at least `need` in the end
        y <- max(need - x, 0); m <- n_max - n
        if (y > m) 0 else sum(exp(lchoose(m, y:m) + lbeta(a + x + y:m, b + n - x + m - y:m) - lbeta(a + x, b + n - x)))
      }))
      seen <- character(0)
      for (theta in seq_len(200) / 1000) {
        limit <- c(sapply(chance, function(pp) sum(pp < theta) - 1), need - 1)
        key <- paste(limit, collapse = " ")
        if (key %in% seen) next
        seen <- c(seen, key)
        null <- walk(limit, n_max, p0)
        if (null[1] > limits[3]) next
        power <- walk(limit, n_max, p1)[1]
        if (power >= 1 - limits[4] && (is.null(best) || power > best[4] + 1e-12)) best <- c(n_max, need, null[1], power, null[2:3])
      }
    }
    if (!is.null(best)) return(best)
  }
}
walk <- function(limit, n_max, p) { # success, expected patients, probability of an early stop
  state <- dbinom(0:10, 10, p); size <- 0; early <- 0
  for (n in 10:n_max) {
    if (n > 10) state <- c(state * (1 - p), 0) + c(0, state * p)
    stops <- seq_len(limit[n - 9] + 1)
    gone <- sum(state[stops])
    if (n < n_max) { size <- size + n * gone; early <- early + gone; state[stops] <- 0 }
  }
  c(sum(state[-stops]), size + n_max * (1 - early), early)
}

if (job %in% c("clinfun", "rpact")) needs(job)
run <- switch(job,
  clinfun = clinfun_designs, simon = simon_designs, endings = endings_loop, predictive = predictive,
  rpact = function() {
    one <- rpact::getDesignGroupSequential(kMax = 1, alpha = limits[3], beta = limits[4], sided = 1)
    rpact::getSampleSizeRates(one, groups = 1, normalApproximation = FALSE, thetaH0 = limits[1], pi1 = limits[2])$nFixed
  })
if (job %in% c("clinfun", "rpact")) invisible(run())
for (k in seq_len(repeats)) {
  before <- proc.time()
  times <- 0
  repeat {
    found <- run()
    times <- times + 1
    taken <- proc.time() - before
    if (taken[["elapsed"]] >= 0.5) break
  }
  seconds <- c(taken[["elapsed"]], taken[["user.self"]] + taken[["sys.self"]]) / times
  cat(sprintf("%.9f %.9f %s\n", seconds[1], seconds[2], paste(sprintf("%.15g", as.vector(found)), collapse = " ")))
}
