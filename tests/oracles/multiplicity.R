# Adjusted p values by p.adjust: expected values of tests/oracles.
#
#   Rscript tests/oracles/multiplicity.R tests/oracles
#
# writes multiplicity_expected.csv into the folder named. Needs base R only. A missing p value
# (an empty cell) does not count.

# Park & Miller's minimal standard generator (Commun ACM 1993;36:105-110): no version of R
# changes it, and its products are exact in a double.
MODULUS <- 2147483647
stream <- function(seed, n) {
  state <- seed
  vapply(seq_len(n), function(i) state <<- (48271 * state) %% MODULUS, numeric(1)) / MODULUS
}

families <- list(
  # Benjamini & Hochberg, J R Stat Soc B 1995;57:289-300, section 3.2: fifteen comparisons.
  benjamini_hochberg_1995 = c(.0001, .0004, .0019, .0095, .0201, .0278, .0298, .0344, .0459,
                              .3240, .4262, .5719, .6528, .7590, 1.0000),
  one = .03,
  one_missing = NA,
  none_there = c(NA, NA),
  ties = c(.04, .01, .04, .01, .01, .5),
  zero_and_one = c(0, 1, .2, 0, 1),
  capped = c(.6, .7, .8, .9),
  six_primary = c(.0021, .012, .9, .0499, .0501, .31),
  missing_between = c(.04, NA, .001, NA, .02, .5, NA),
  uniform_98 = stream(501, 98),
  small_98 = stream(502, 98)^4,
  missing_98 = replace(stream(503, 98)^2, seq(1, 98, 9), NA),
  uniform_300 = stream(504, 300))

rows <- function(name) {
  p <- families[[name]]
  text <- function(x) ifelse(is.na(x), "", sprintf("%.17g", x))
  sprintf("%s,%d,%s,%s,%s,%s", name, seq_along(p), text(p), text(p.adjust(p, "holm")),
          text(p.adjust(p, "BH")), getRversion())
}

folder <- commandArgs(trailingOnly = TRUE)
if (length(folder) != 1) stop("usage: Rscript multiplicity.R FOLDER")
out <- file(file.path(folder, "multiplicity_expected.csv"), "wb")
writeLines(c("family,place,p_value,holm,bh,r_version", unlist(lapply(names(families), rows))),
           out, sep = "\n")
close(out)
