# Exact p of Wilcoxon's signed-rank test on mid-ranks, by two packages that know nothing of each
# other: coin (zero.method = "Wilcoxon": its default is Pratt's) and exactRankTests.
#
#   Rscript tests/oracles/exact_signed_rank.R tests/oracles
#
# reads paired_samples.csv in the folder named and writes exact_signed_rank_expected.csv there:
# every sample with 1 to 24 non-zero differences. Needs both packages (Debian: r-cran-coin,
# r-cran-exactranktests).

folder <- commandArgs(trailingOnly = TRUE)
if (length(folder) != 1) stop("usage: Rscript exact_signed_rank.R FOLDER")
pairs <- read.csv(file.path(folder, "paired_samples.csv"), colClasses = c(baseline = "character",
                                                                       followup = "character"))

# Whole numbers of the last decimal: ties and zeros are then those of the decimals.
decimals <- function(text) max(0, nchar(sub("^[^.]*[.]?", "", text)))
whole <- function(text, places) round(as.numeric(text) * 10^places)

expected <- function(name) {
  own <- pairs[pairs$sample == name, ]
  places <- decimals(c(own$baseline, own$followup))
  d <- whole(own$followup, places) - whole(own$baseline, places)
  m <- sum(d != 0)
  if (m == 0 || m >= 25) return(character(0))
  x <- d
  y <- rep(0, length(d))
  test <- coin::wilcoxsign_test(x ~ y, zero.method = "Wilcoxon", distribution = "exact")
  by_coin <- as.numeric(coin::pvalue(test))
  by_ranks <- exactRankTests::perm.test(sign(d[d != 0]) * 2 * rank(abs(d[d != 0])),
                                        paired = FALSE, exact = TRUE)$p.value
  sprintf("%s,%d,%.17g,%.17g,%s,%s,%s", name, m, by_coin, by_ranks, getRversion(),
          packageVersion("coin"), packageVersion("exactRankTests"))
}

out <- file(file.path(folder, "exact_signed_rank_expected.csv"), "wb")
lines <- unlist(lapply(unique(pairs$sample), expected))
writeLines(c("sample,n_nonzero,coin_p,exactranktests_p,r_version,coin_version,exactranktests_version",
             lines), out, sep = "\n")
close(out)
