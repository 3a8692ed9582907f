# R's values for tests/stats/test_multistate_r.py. Run in this folder: Rscript multistate.R
# R 4.2.2, survival 3.5-3, etm 1.1.1.
library(survival)
library(etm)
source("json.R")

# Rows of the 646 patients of survival's myeloid data: entry -> CR -> relapse -> death. Where two moves
# fall on one day only the later state counts.
days <- with(myeloid, cbind(cr = crtime, relapse = rltime, death = ifelse(death == 1, futime, NA)))
rows <- do.call(rbind, lapply(seq_len(nrow(myeloid)), function(i) {
  t <- days[i, ]
  to <- names(t)[!is.na(t)]
  t <- t[!is.na(t)]
  keep <- !(duplicated(t, fromLast = TRUE))
  to <- to[keep]
  t <- t[keep]
  if (length(t) == 0 || !("death" %in% to)) {
    if (length(t) > 0 && t[length(t)] == myeloid$futime[i]) end <- NULL else end <- myeloid$futime[i]
    to <- c(to, if (is.null(end)) NULL else "censored")
    t <- c(t, end)
  }
  data.frame(id = i, start = c(0, t[-length(t)]), stop = t, from = c("entry", to[-length(to)]), to = to)
}))
rows$to <- factor(rows$to, c("censored", "cr", "relapse", "death"))
rows$w <- .5 + (rows$id %% 7) / 3
names4 <- c("entry", "cr", "relapse", "death")

curve <- function(fit, tau, w = 1) {
  kept <- seq(1, length(fit$time), by = 60)
  order <- match(if (fit$states[1] == "(s0)") c("(s0)", names4[-1]) else names4, fit$states)
  order <- order[!is.na(order)]
  # influence on the area: the weighted influences on the curve, held from one time to the next
  u <- fit$influence.pstate * w
  before <- dim(u)[2] - length(fit$time)  # 1 where R adds the influence on p0
  knots <- c(if (before) 0, fit$time)
  gaps <- pmax(0, pmin(tau, c(knots[-1], Inf)) - knots)
  area <- apply(u, 3, function(m) m %*% gaps)
  stopifnot(all.equal(sqrt(apply(u^2, 2:3, sum))[before + seq_along(fit$time), ], fit$std.err, check.attributes = FALSE))
  list(time = fit$time[kept], length = length(fit$time), states = length(order),
    p = fit$pstate[kept, order], std_err = fit$std.err[kept, order], n_risk = fit$n.risk[kept, order],
    lower = fit$lower[kept, order], upper = fit$upper[kept, order], p0 = fit$p0[order],
    mean = summary(fit, rmean = tau)$table[order, "rmean"], mean_se = sqrt(colSums(area^2))[order])
}
ms <- function(d, ...) do.call(survfit, c(list(Surv(start, stop, to) ~ 1, data = d, id = quote(id), conf.type = "log-log",
  influence = TRUE), list(...)))

mixed <- rows[!(rows$id %% 3 == 0 & rows$start == 0 & rows$id %in% rows$id[rows$start > 0]), ]
mixed$start[!duplicated(mixed$id)] <- 0
late <- rows
late$start[!duplicated(late$id)] <- pmin((late$id[!duplicated(late$id)] * 5) %% 17, late$stop[!duplicated(late$id)] - 1)

# response = complete remission, end = relapse or death
end <- with(myeloid, pmin(futime, rltime, na.rm = TRUE))
over <- with(myeloid, death == 1 | !is.na(rltime))
cr <- with(myeloid, ifelse(!is.na(crtime) & crtime < end, crtime, NA))
has <- !is.na(cr)
response <- rbind(
  data.frame(id = which(has), start = 0, stop = cr[has], to = "cr"),
  data.frame(id = which(has), start = cr[has], stop = end[has], to = ifelse(over[has], "death", "censored")),
  data.frame(id = which(!has), start = 0, stop = end[!has], to = ifelse(over[!has], "death", "censored")))
response$to <- factor(response$to, c("censored", "cr", "death"))
response <- response[order(response$id, response$start), ]

greenwood <- function(d, s = 0) {
  tra <- matrix(FALSE, 4, 4)
  for (i in seq_len(nrow(d))) if (d$to[i] != "censored") {
    tra[match(d$from[i], names4), match(d$to[i], names4)] <- TRUE
  }
  e <- data.frame(id = d$id, from = match(d$from, names4), to = ifelse(d$to == "censored", "cens", match(d$to, names4)),
    entry = d$start, exit = d$stop)
  fit <- etm(e, as.character(1:4), tra, "cens", s, covariance = TRUE)
  kept <- seq(1, length(fit$time), by = 60)
  out <- list(time = fit$time[kept])
  for (h in 1:3) {
    out[[paste0("p", h)]] <- t(fit$est[h, , kept])
    out[[paste0("se", h)]] <- t(sapply(kept, function(k) {
      sqrt(pmax(0, sapply(1:4, function(l) fit$cov[paste(h, l), paste(h, l), k])))
    }))
  }
  out
}

write_json(list(
  myeloid = curve(ms(rows), 1000),
  weighted = curve(ms(rows, weights = quote(w)), 1000, .5 + (seq_len(646) %% 7) / 3),
  mixed = curve(ms(mixed, istate = quote(from)), 1000),
  late = curve(ms(late), 1000),
  response = curve(ms(response), 1000),
  greenwood = greenwood(rows),
  greenwood_180 = greenwood(rows, 180)
), "multistate.json")
