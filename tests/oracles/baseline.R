# Baseline characteristics of two and three groups of R's own cars: expected values of tests/oracles.
#
#   Rscript tests/oracles/baseline.R tests/oracles
#
# writes baseline_sample.csv (the cars of mtcars, some values taken out) and baseline_expected.csv
# into the folder named. Needs base R only. The standardised difference of a variable with several
# categories (Yang & Dalton, SAS Global Forum 2012, paper 335) is written out from the zeros and
# ones of the cars themselves: the distance of Mahalanobis between the groups' shares, in the mean
# of their covariance matrices (with divisor n).

cars <- data.frame(car = rownames(mtcars), mpg = mtcars$mpg, hp = mtcars$hp, gear = mtcars$gear,
                   vs = mtcars$vs, am = mtcars$am, cyl = mtcars$cyl)
cars$mpg[c(3, 20)] <- NA
cars$hp[7] <- NA
cars$gear[c(1, 30)] <- NA

means <- function(a, b) (mean(a) - mean(b)) / sqrt((var(a) + var(b)) / 2)
categories <- function(a, b, levels) {
  ones <- function(x) sapply(levels[-1], function(level) as.numeric(x == level))
  covariance <- function(x) crossprod(sweep(ones(x), 2, colMeans(ones(x)))) / length(x)
  pooled <- (covariance(a) + covariance(b)) / 2
  sqrt(mahalanobis(colMeans(ones(a)), colMeans(ones(b)), pooled))
}
share <- function(a, b) {
  p <- c(mean(a), mean(b))
  (p[1] - p[2]) / sqrt(mean(p * (1 - p)))
}
limits <- function(d, n_a, n_b) {
  error <- sqrt(1 / n_a + 1 / n_b + d^2 / (2 * (n_a + n_b)))
  d + c(-1, 1) * qnorm(.975) * error
}
text <- function(x) ifelse(is.na(x), "", sprintf("%.17g", x))

number <- function(by, level, first, name, scale) {
  all_x <- cars[[name]][cars[[by]] == level]
  x <- all_x[!is.na(all_x)]
  ref <- na.omit(cars[[name]][cars[[by]] == first])
  on <- if (scale == "log") log else identity
  d <- if (level == first) NA else means(on(ref), on(x))
  ci <- if (is.na(d)) c(NA, NA) else limits(d, length(ref), length(x))
  quartiles <- quantile(x, c(.25, .75), type = 6, names = FALSE)
  values <- c(length(all_x), length(x), NA, mean(x), sd(x), median(x), quartiles, d, ci)
  paste(c(by, level, name, "", text(values)), collapse = ",")
}

classes <- function(by, level, first, name) {
  all_x <- cars[[name]][cars[[by]] == level]
  x <- all_x[!is.na(all_x)]
  ref <- na.omit(cars[[name]][cars[[by]] == first])
  levels <- sort(unique(na.omit(cars[[name]])))
  two <- length(levels) == 2
  d <- if (level == first) NA else if (two) share(ref == levels[1], x == levels[1]) else
    categories(ref, x, levels)
  ci <- if (is.na(d) || !two) c(NA, NA) else limits(d, length(ref), length(x))
  empty <- rep(NA, 5)
  whole <- paste(c(by, level, name, "", text(c(length(all_x), length(x), NA, empty, d, ci))),
                 collapse = ",")
  each <- sapply(levels, function(category) paste(c(by, level, name, category, text(
    c(length(all_x), length(x), sum(x == category), empty, NA, NA, NA))), collapse = ","))
  c(whole, each)
}

rows <- function(by) {
  levels <- sort(unique(cars[[by]]))
  unlist(lapply(levels, function(level) c(
    number(by, level, levels[1], "mpg", "linear"), number(by, level, levels[1], "hp", "log"),
    classes(by, level, levels[1], "gear"), classes(by, level, levels[1], "vs"))))
}

folder <- commandArgs(trailingOnly = TRUE)
if (length(folder) != 1) stop("usage: Rscript baseline.R FOLDER")
write.csv(cars, file.path(folder, "baseline_sample.csv"), row.names = FALSE, na = "", quote = FALSE)
out <- file(file.path(folder, "baseline_expected.csv"), "wb")
header <- paste("by,group,variable,category,n_members,n,count,mean,sd,median,q1,q3",
                "standardised_difference,sd_ci_low,sd_ci_high", sep = ",")
writeLines(c(header, rows("am"), rows("cyl")), out, sep = "\n")
close(out)
