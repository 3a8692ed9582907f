# R's own drawing of the two curves of aml, for tests/io/test_digitised_figure.py. Run in this folder: Rscript figure.R
# R 4.2.2, survival 3.5-3.
library(survival)
draw <- function() {
  plot(survfit(Surv(time, status) ~ x, aml), col = c("red", "blue"), mark.time = TRUE, conf.int = TRUE, xlab = "weeks")
}
pdf("../io/figures/aml.pdf", width = 7, height = 5)
draw()
dev.off()
svg("../io/figures/aml.svg", width = 7, height = 5)
draw()
dev.off()
