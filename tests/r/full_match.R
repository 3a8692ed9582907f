# R's values for tests/stats/test_strata.py. Run in this folder: Rscript full_match.R
# R 4.2.2, MatchIt 4.5.1 on its own data lalonde: exact strata, coarsened exact strata, subclasses.
suppressMessages(library(MatchIt))
source("json.R")
data("lalonde", package = "MatchIt")
model <- treat ~ age + educ + race + married + nodegree + re74 + re75
lalonde$score <- glm(model, data = lalonde, family = binomial, control = list(epsilon = 1e-14))$fitted.values
rows <- seq(1, 614, by = 4)  # enough of them; the sums are over all
given <- function(m, edges = NULL) {
  s <- as.character(m$subclass)
  list(weight = m$weights[rows], subclass = ifelse(is.na(s), -1, match(s, unique(s[!is.na(s)])))[rows],
    sums = c(sum(m$weights), sum(m$weights^2), sum(!is.na(s)), length(unique(s[!is.na(s)]))), edges = edges)
}
cases <- list()
for (e in c("ATT", "ATE", "ATC")) {
  cases[[paste0("exact_", e)]] <- given(matchit(treat ~ race + married + nodegree, lalonde, method = "exact", estimand = e))
  for (k in c(2, 6, 10)) {
    m <- suppressWarnings(matchit(model, lalonde, method = "subclass", distance = lalonde$score, estimand = e, subclass = k, min.n = 0))
    cases[[paste0("subclass_", e, "_", k)]] <- given(m, m$q.cut)
  }
}
for (rule in c("sturges", "scott"))
  cases[[paste0("cem_", rule)]] <- given(matchit(treat ~ age + educ + re74, lalonde, method = "cem", cutpoints = rule))
cases$cem_fd <- given(matchit(treat ~ age + educ + re74, lalonde, method = "cem", cutpoints = "fd"))
cases$cem_5 <- given(matchit(treat ~ age + educ + re74, lalonde, method = "cem", cutpoints = 5))
cases$cem_ATE <- given(matchit(treat ~ age + educ + re74, lalonde, method = "cem", estimand = "ATE"))
cases$cem_ATC <- given(matchit(treat ~ age + educ + re74, lalonde, method = "cem", estimand = "ATC"))
cases$cem_values <- given(matchit(treat ~ age + educ + race, lalonde, method = "cem",
  cutpoints = list(age = c(20, 25, 30, 40), educ = c(8, 12))))
write_json(lapply(cases, function(v) if (is.list(v)) Filter(Negate(is.null), v) else v), "full_match.json")
