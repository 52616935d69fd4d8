# Exact McNemar tests of counts of discordant pairs: expected values of tests/oracles.
#
#   Rscript tests/oracles/proportions.R tests/oracles
#
# writes proportions_expected.csv into the folder named. Needs base R only. The exact test is
# the binomial test of one half: R adds up all outcomes that are no likelier than the one seen.

counts <- expand.grid(first_only = 0:12, second_only = 0:12)
counts <- rbind(counts, data.frame(
  first_only = c(7, 16, 0, 40, 53, 150, 200, 499, 0, 3),
  second_only = c(1, 6, 60, 20, 121, 86, 200, 501, 1000, 1200)))
counts <- counts[counts$first_only + counts$second_only > 0, ]

p_value <- function(first_only, second_only)
  binom.test(first_only, first_only + second_only, 0.5)$p.value

lines <- sprintf("%d,%d,%.17g,%s", counts$first_only, counts$second_only,
                 mapply(p_value, counts$first_only, counts$second_only), getRversion())

folder <- commandArgs(trailingOnly = TRUE)
if (length(folder) != 1) stop("usage: Rscript proportions.R FOLDER")
out <- file(file.path(folder, "proportions_expected.csv"), "wb")
writeLines(c("first_only,second_only,mcnemar_p,r_version", lines), out, sep = "\n")
close(out)
