#!/usr/bin/env Rscript
# SPDX-License-Identifier: MIT
# Prints reference values for heaplens/tests/bench/test_signed_rank.c, test_comparison.c and
# test_independent.c.
#
#     tools/comparison_goldens.R       R 4.2.2, no packages; run 2026-11-26
#
# Intervals and exact probabilities of signed ranks are those of wilcox.test(); with ties, which it
# only approximates, every assignment of signs is counted. Probabilities of rank sums count every
# choice. Quantiles of bootstrapped medians are exact: the distribution of the median of a resample
# is a binomial one.

set.seed(20261126)
show <- function(x) paste(sprintf("%.17g", x), collapse = ", ")

cat("signed ranks without ties\n")
for (n in c(6, 9, 24, 60)) {
  x <- round(rt(n, 3) * 0.02 + 0.015, 6)
  cat("x =", show(x), "\n")
  for (shift in c(0, 0.01)) {
    above <- wilcox.test(x, mu = shift, alternative = "greater", exact = TRUE)$p.value
    below <- wilcox.test(x, mu = shift, alternative = "less", exact = TRUE)$p.value
    cat("  shift", shift, "above", show(above), "below", show(below), "\n")
  }
  for (alpha in c(0.05, 0.005)) {
    if (2 * 0.5^n > alpha) next
    t <- wilcox.test(x, conf.int = TRUE, conf.level = 1 - alpha, exact = TRUE)
    cat("  alpha", alpha, "centre", show(t$estimate), "interval", show(t$conf.int), "\n")
  }
}

cat("signed ranks with ties, a zero\n")
x <- c(0, 1, 1, -1, 2, 2, 3, -2, 4, 4, 5)
y <- x[x != 0]
ranks <- rank(abs(y))
signs <- as.matrix(expand.grid(rep(list(0:1), length(y))))
sums <- signs %*% ranks
seen <- sum(ranks[y > 0])
cat("x =", show(x), "above", show(mean(sums >= seen)), "below", show(mean(sums <= seen)), "\n")

cat("Benjamini and Hochberg\n")
p <- c(0.001, 0.8, 0.012, 0.04, 0.03, 0.25, 0.0004, 0.04, 0.5, 0.011)
cat("p =", show(p), "\nadjusted =", show(p.adjust(p, "BH")), "\n")

cat("rank sums\n")
base <- round(exp(rnorm(9, 0, 0.03)) * 100, 3)
head <- round(exp(rnorm(7, 0.05, 0.03)) * 100, 3)
base[3] <- head[2]  # a tie
cat("base =", show(base), "\nhead =", show(head), "\n")
for (margin in c(0, 0.02)) {
  side <- function(shift, above) {
    ranks <- rank(c(log(head) - shift, log(base)))
    all <- combn(length(ranks), length(head), function(i) sum(ranks[i]))
    seen <- sum(ranks[seq_along(head)])
    mean(if (above) all >= seen - 1e-9 else all <= seen + 1e-9)
  }
  cat("  margin", margin, "over", show(side(log1p(margin), TRUE)),
      "under", show(side(-log1p(margin), FALSE)), "\n")
}

cat("bootstrap of the ratio of medians\n")
# P(median of a resample <= k-th smallest) for odd n: at least (n+1)/2 of n draws are among k.
weights <- function(n) diff(c(0, 1 - pbinom((n - 1) / 2, n, seq_len(n) / n)))
ratios <- outer(sort(head), sort(base), "/")
mass <- outer(weights(length(head)), weights(length(base)))
order <- order(ratios)
cumulative <- cumsum(mass[order])
for (q in c(0.025, 0.05, 0.95, 0.975)) {
  i <- which(cumulative >= q)[1]
  cat("  quantile", q, show(ratios[order][i]), "of cumulative", show(cumulative[c(i - 1, i)]), "\n")
}
