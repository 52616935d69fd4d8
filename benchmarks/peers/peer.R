# The statistics alone, as one writes them in R.
#
#   Rscript peer.R RESULTS.csv PATIENTS.csv OUT.csv
#
# Reads with data.table where that is installed, else with read.csv. No validation, no ledger: what
# cannot be read as a number is passed over. A row of OUT is a marker and timepoint, in the names of
# labcohort's comparisons.

files <- commandArgs(trailingOnly = TRUE)
read <- function(file) {
  if (requireNamespace("data.table", quietly = TRUE)) {
    as.data.frame(data.table::fread(file, colClasses = "character"))
  } else {
    read.csv(file, colClasses = "character", na.strings = NULL)
  }
}
people <- read(files[2])
people <- people[people$diabetes_type == "type 2", ]
results <- read(files[1])

person <- match(results$patient_id, people$patient_id)
infusion <- as.Date(people$infusion_date)[person]
# the days are few, the rows many
days <- unique(results$collected)
day <- as.integer(as.Date(days)[match(results$collected, days)] - infusion)
timepoint <- rep(NA_character_, length(day))
timepoint[day >= -90 & day <= 0] <- "baseline"
timepoint[abs(day - 182) <= 45] <- "month_6"
timepoint[abs(day - 365) <= 60] <- "month_12"

below <- startsWith(results$result, "<")
value <- suppressWarnings(as.numeric(sub("<", "", results$result, fixed = TRUE)))
value[below] <- value[below] / 2
used <- !is.na(timepoint) & !is.na(value)
kept <- data.frame(person, timepoint, value)[used, ]
of_marker <- split(kept, results$analyte[used])

describe <- function(values, visit) {
  quartiles <- quantile(values, c(.25, .5, .75), type = 6, names = FALSE)
  setNames(
    data.frame(mean(values), sd(values), quartiles[1], quartiles[2], quartiles[3]),
    paste(visit, c("mean", "sd", "q1", "median", "q3"), sep = "_")
  )
}
compare <- function(marker, followup) {
  visits <- split(of_marker[[marker]], of_marker[[marker]]$timepoint)
  pairs <- merge(visits$baseline, visits[[followup]], by = "person")
  x <- pairs$value.x
  y <- pairs$value.y
  change <- round(y - x, 6) # differences that are equal in decimals are ties
  t <- t.test(y, x, paired = TRUE)
  w <- wilcox.test(change, exact = FALSE, correct = FALSE)
  cbind(
    data.frame(
      marker, timepoint = followup, n_pairs = length(x), change_mean = mean(change),
      t = unname(t$statistic), t_p = t$p.value, w_plus = unname(w$statistic),
      wilcoxon_p = w$p.value
    ),
    describe(x, "baseline"), describe(y, "followup")
  )
}
planned <- expand.grid(marker = names(of_marker), followup = c("month_6", "month_12"))
rows <- Map(compare, as.character(planned$marker), as.character(planned$followup))
out <- do.call(rbind, rows)
numbers <- vapply(out, is.numeric, logical(1))
out[numbers] <- lapply(out[numbers], function(column) sprintf("%.17g", column))
write.csv(out, files[3], row.names = FALSE, quote = FALSE)
