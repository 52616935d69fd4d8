# Standardised differences between groups of R's own data sets: expected values of tests/oracles.
#
#   Rscript tests/oracles/standardised_difference.R tests/oracles
#
# writes standardised_difference_expected.csv into the folder named. Needs base R only. Base R has
# no function for it: the definition is written out here, from values of the people (or cars)
# themselves: a share is the mean of zeros and ones, its variance that with divisor n.

limits <- function(d, n_a, n_b, level) {
  error <- sqrt(1 / n_a + 1 / n_b + d^2 / (2 * (n_a + n_b)))
  d + c(-1, 1) * qnorm(1 - (1 - level) / 2) * error
}

row <- function(name, kind, a, b, level) {
  variance <- if (kind == "mean") var else function(x) mean((x - mean(x))^2)
  d <- (mean(a) - mean(b)) / sqrt(mean(c(variance(a), variance(b))))
  ci <- limits(d, length(a), length(b), level)
  spread <- function(x) if (kind == "mean") sd(x) else NA
  numbers <- c(mean(a), spread(a), length(a), mean(b), spread(b), length(b), level, d, ci)
  text <- ifelse(is.na(numbers), "", sprintf("%.17g", numbers))
  paste(c(name, kind, text, as.character(getRversion())), collapse = ",")
}

zeros_and_ones <- function(yes, no) rep(c(1, 0), c(yes, no))
by <- function(data, value, group, level) data[[value]][data[[group]] == level]
berkeley <- apply(UCBAdmissions, c("Gender", "Admit"), sum)
titanic <- apply(Titanic, c("Sex", "Survived"), sum)
admitted <- function(sex) zeros_and_ones(berkeley[sex, "Admitted"], berkeley[sex, "Rejected"])
survived <- function(sex) zeros_and_ones(titanic[sex, "Yes"], titanic[sex, "No"])

lines <- c(
  row("mtcars_mpg_by_am", "mean", by(mtcars, "mpg", "am", 0), by(mtcars, "mpg", "am", 1), .95),
  row("mtcars_log_hp_by_vs", "mean", log(by(mtcars, "hp", "vs", 0)),
      log(by(mtcars, "hp", "vs", 1)), .95),
  row("tooth_growth_by_supplement", "mean", by(ToothGrowth, "len", "supp", "OJ"),
      by(ToothGrowth, "len", "supp", "VC"), .99),
  row("warpbreaks_by_wool", "mean", by(warpbreaks, "breaks", "wool", "A"),
      by(warpbreaks, "breaks", "wool", "B"), .90),
  row("sleep_by_drug", "mean", by(sleep, "extra", "group", 1), by(sleep, "extra", "group", 2), .95),
  row("mtcars_manual_by_vs", "share", by(mtcars, "am", "vs", 0), by(mtcars, "am", "vs", 1), .95),
  row("berkeley_admitted", "share", admitted("Male"), admitted("Female"), .95),
  row("titanic_survived", "share", survived("Male"), survived("Female"), .99),
  row("none_against_some", "share", zeros_and_ones(0, 12), zeros_and_ones(3, 17), .95))

folder <- commandArgs(trailingOnly = TRUE)
if (length(folder) != 1) stop("usage: Rscript standardised_difference.R FOLDER")
out <- file(file.path(folder, "standardised_difference_expected.csv"), "wb")
writeLines(c(paste("sample,kind,mean_a,sd_a,n_a,mean_b,sd_b,n_b,confidence,difference,ci_low",
                   "ci_high,r_version", sep = ","), lines), out, sep = "\n")
close(out)
