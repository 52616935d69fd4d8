# Independent calculation of the iPOP comparisons, in base R, for the tests to hold the workflow to.
#
#   Rscript tests/studies/ipop/oracle.R DATA_FOLDER [OUTPUT_FOLDER]
#
# Reads clinical_tests.txt and SubjectInfo.csv of DATA_FOLDER; writes expected_comparisons.csv,
# expected_specifications.csv and expected_counts.csv to OUTPUT_FOLDER (default: the working
# directory). All hold summaries only.
# It shares nothing with the workflow: neither code nor tables of conversions, limits or markers.

options(stringsAsFactors = FALSE, warn = 2)
arguments <- commandArgs(trailingOnly = TRUE)
if (!length(arguments) %in% 1:2) stop("usage: Rscript oracle.R DATA_FOLDER [OUTPUT_FOLDER]")
data_folder <- arguments[1]
output_folder <- if (length(arguments) == 2) arguments[2] else "."

# ---- The mapped tests: canonical = file value x factor; hard limits in the canonical unit --------

mapped <- read.table(header = TRUE, text = "
column  marker              factor      low  high
A1C     HBA1C               1           2    25
GLU     FBS                 0.055507449 0.3  90
INSF    INSULIN             1           0    5000
HSCRP   HSCRP               1           0    600
CHOL    TC                  0.025862247 0.5  60
HDL     HDL                 0.025862247 0.05 8
LDL     LDL                 0.025862247 0.05 50
TGL     TG                  0.011293654 0.05 160
ALT     ALT                 1           0    30000
AST     AST                 1           0    30000
ALKP    ALP                 1           0    30000
TP      TP                  10          10   200
ALB     ALB                 10          5    80
CR      CREAT               88.4        5    4000
BUN     BUN                 0.35696437  0.2  150
EGFR    EGFR_REPORTED       1           -Inf Inf
GLOB    GLOB_REPORTED       10          1    150
NHDL    NON_HDL_REPORTED    0.025862247 -Inf Inf
CHOLHDL HDL_RATIO_REPORTED  1           -Inf Inf
")
rownames(mapped) <- mapped$marker
inputs <- list(HOMA_IR = c("FBS", "INSULIN"), HDL_RATIO = c("TC", "HDL"), NON_HDL = c("TC", "HDL"),
               GLOB = c("TP", "ALB"), EGFR = "CREAT")
derived_markers <- names(inputs)
# Right-skewed markers, whose changes are given as ratios too.
skewed <- c("INSULIN", "HOMA_IR", "TG", "ALT", "AST", "HSCRP")
context_columns <- c("VisitID", "SubjectID", "CollectionDate", "CL1", "CL2", "CL3", "CL4")

counts <- NULL
count <- function(quantity, marker, n)
  counts <<- rbind(counts, data.frame(quantity = quantity, marker = marker, n = n))

# ---- Reading -------------------------------------------------------------------------------------

path <- file.path(data_folder, "clinical_tests.txt")
text <- rawToChar(readBin(path, "raw", file.size(path)))
fields <- strsplit(strsplit(text, "\r", fixed = TRUE)[[1]], "\t", fixed = TRUE)
header <- fields[[1]]
# strsplit drops a last empty field, so short lines are filled, never cut.
fields <- lapply(fields[-1], function(line) c(line, rep("", length(header) - length(line))))
stopifnot(all(lengths(fields) == length(header)))
visits <- as.data.frame(do.call(rbind, fields))
names(visits) <- header
tests <- setdiff(header, context_columns)
stopifnot(length(tests) == 51, mapped$column %in% tests)

subjects <- read.csv(file.path(data_folder, "SubjectInfo.csv"), colClasses = "character",
                     na.strings = "NA")
stopifnot(!anyDuplicated(subjects$SubjectID), subjects$Sex %in% c("M", "F"))
rownames(subjects) <- subjects$SubjectID
age <- setNames(as.numeric(subjects$Age), subjects$SubjectID)
sex <- setNames(subjects$Sex, subjects$SubjectID)

visit_person <- sub("-.*$", "", visits$VisitID)
visit_date <- as.Date(sub(" .*$", "", visits$CollectionDate), format = "%m/%d/%y")
stopifnot(!is.na(visit_date))
known <- visit_person %in% subjects$SubjectID

# ---- Counts of the file as it lies ---------------------------------------------------------------

is_missing <- function(x) trimws(x) %in% c("", "NA")
count("data_rows", "", nrow(visits))
count("test_columns", "", length(tests))
count("result_cells", "", nrow(visits) * length(tests))
count("persons", "", length(unique(visit_person)))
count("persons_in_subject_info", "", nrow(subjects))
count("persons_not_in_subject_info", "", length(unique(visit_person[!known])))
count("rows_of_persons_not_in_subject_info", "", sum(!known))
count("subjects_without_visit", "", sum(!subjects$SubjectID %in% visit_person))
count("persons_with_visits_without_age", "", sum(is.na(age[unique(visit_person[known])])))
count("dates_with_a_time", "", sum(grepl(" ", visits$CollectionDate)))
count("repeated_visit_ids", "", length(unique(visits$VisitID[duplicated(visits$VisitID)])))
count("rows_beyond_the_first_of_a_visit_id", "", sum(duplicated(visits$VisitID)))
person_date <- paste(visit_person, visit_date)
count("person_dates", "", length(unique(person_date)))
count("person_dates_with_several_rows", "", length(unique(person_date[duplicated(person_date)])))
number_pattern <- "^[<>]?[0-9]+([.][0-9]+)?$"
for (test in tests) {
  cells <- trimws(visits[[test]])
  present <- !is_missing(cells)
  count("missing_cells", test, sum(!present))
  count("present_cells", test, sum(present))
  count("missing_cells_written_NA", test, sum(cells == "NA"))
  count("censored_below_cells", test, sum(grepl("^<", cells)))
  count("censored_above_cells", test, sum(grepl("^>", cells)))
  count("censored_cells", test, sum(grepl("^[<>]", cells)))
  count("unparseable_cells", test, sum(present & !grepl(number_pattern, cells)))
}
count("present_cells_of_mapped_tests", "", sum(!is_missing(unlist(visits[mapped$column]))))
count("present_cells_of_other_tests", "",
      sum(!is_missing(unlist(visits[setdiff(tests, mapped$column)]))))

# ---- Mapped values on an integer grid ------------------------------------------------------------

decimals_of <- function(x) ifelse(grepl(".", x, fixed = TRUE), nchar(sub("^.*[.]", "", x)), 0)

# grid: the file's value as an integer count of 10^-digits; a limit's half needs one digit more.
long <- NULL
digits <- column_decimals <- c()
for (marker in mapped$marker) {
  cells <- trimws(visits[[mapped[marker, "column"]]])
  row <- which(!is_missing(cells))
  cells <- cells[row]
  stopifnot(grepl(number_pattern, cells))
  bare <- sub("^[<>]", "", cells)
  column_decimals[marker] <- max(decimals_of(bare))
  digits[marker] <- column_decimals[marker] + 1
  file_value <- as.numeric(bare) / ifelse(grepl("^<", cells), 2, 1)
  long <- rbind(long, data.frame(
    row = row, person = visit_person[row], date = visit_date[row], marker = marker, cell = cells,
    grid = round(file_value * 10^digits[marker]), value = file_value * mapped[marker, "factor"]))
}

long_known <- long$person %in% subjects$SubjectID
for (marker in mapped$marker)
  count("cells_of_persons_not_in_subject_info", marker, sum(long$marker == marker & !long_known))
long <- long[long_known, ]

outside <- long$value < mapped[long$marker, "low"] | long$value > mapped[long$marker, "high"]
for (marker in mapped$marker)
  count("hard_limit_hits", marker, sum(outside[long$marker == marker]))
long <- long[!outside, ]

# ---- Repeats: one person, marker and date --------------------------------------------------------

key <- paste(long$person, long$marker, long$date)
several <- tapply(long$grid, key, function(g) length(unique(g)) > 1)
cells_differ <- tapply(long$cell, key, function(g) length(unique(g)) > 1)
# "<0.2" beside "0.1" would need a ruling; the file has no such pair.
stopifnot(several == cells_differ)
contradictory <- as.vector(several[key])
duplicate <- !contradictory & duplicated(key)
for (marker in mapped$marker) {
  count("duplicates", marker, sum(duplicate[long$marker == marker]))
  count("contradictory_repeats_set_aside", marker, sum(contradictory[long$marker == marker]))
}
long <- long[!contradictory & !duplicate, ]
for (marker in mapped$marker) count("values_surviving", marker, sum(long$marker == marker))

# ---- Derived markers per person and date ---------------------------------------------------------

wide <- unique(long[c("person", "date")])
wide_key <- paste(wide$person, wide$date)
long_key <- paste(long$person, long$date)
pick <- function(marker, what) {
  mine <- long$marker == marker
  long[[what]][mine][match(wide_key, long_key[mine])]
}
v <- lapply(setNames(nm = mapped$marker), pick, what = "value")
g <- lapply(setNames(nm = mapped$marker), pick, what = "grid")
sent <- lapply(setNames(nm = mapped$marker), pick, what = "cell")
# Sent as a limit; of a derived marker: computed from one that was.
limited <- lapply(sent, function(cell) grepl("^[<>]", cell))
limited <- c(limited, lapply(inputs, function(from) Reduce(`|`, limited[from])))
below <- lapply(sent, function(cell) grepl("^<", cell))

wide_sex <- sex[wide$person]
wide_age <- age[wide$person]
wide_age[!is.na(wide_age) & wide_age < 18] <- NA
creatinine <- v$CREAT / 88.4
kappa <- ifelse(wide_sex == "F", 0.7, 0.9)
alpha <- ifelse(wide_sex == "F", -0.241, -0.302)
# Inker et al. 2021, N Engl J Med 385:1737.
egfr <- 142 * pmin(creatinine / kappa, 1)^alpha * pmax(creatinine / kappa, 1)^-1.200 *
  0.9938^wide_age * ifelse(wide_sex == "F", 1.012, 1)

stopifnot(digits["TC"] == digits["HDL"], digits["TP"] == digits["ALB"])
values <- c(v, list(HOMA_IR = v$FBS * v$INSULIN / 22.5, HDL_RATIO = v$TC / v$HDL,
                    NON_HDL = v$TC - v$HDL, GLOB = v$TP - v$ALB, EGFR = unname(egfr)))
# The same derived values as exact fractions (up to a constant), to prove the tolerance on ties.
one <- rep(1, nrow(wide))
numerator <- list(HOMA_IR = g$FBS * g$INSULIN, HDL_RATIO = g$TC, NON_HDL = g$TC - g$HDL,
                  GLOB = g$TP - g$ALB)
denominator <- list(HOMA_IR = one, HDL_RATIO = g$HDL, NON_HDL = one, GLOB = one)
stopifnot(values$GLOB > 0 | is.na(values$GLOB), values$NON_HDL > 0 | is.na(values$NON_HDL))
for (marker in derived_markers) count("values_derived", marker, sum(!is.na(values[[marker]])))

# ---- The laboratory's own derived values beside ours, in the file's units ------------------------

# floor(x + 1/2) of a ratio of integers, without leaving integers: half away from zero.
half_up <- function(numerator, denominator) (2 * numerator + denominator) %/% (2 * denominator)
compare_reported <- function(column, reported, ours_numerator, ours_denominator) {
  places <- column_decimals[reported]
  theirs <- g[[reported]] / 10
  ours <- half_up(ours_numerator * 10^places, ours_denominator)
  both <- !is.na(theirs) & !is.na(ours)
  difference <- abs(theirs - ours)[both]
  count("reported_and_ours", column, sum(both))
  count("reported_differs_from_ours_rounded", column, sum(difference > 0))
  count("reported_largest_difference_from_ours_rounded", column, max(difference) / 10^places)
  for (steps in sort(unique(difference[difference > 0])))
    count(sprintf("reported_differs_by_%g_of_the_last_place", steps), column,
          sum(difference == steps))
}
compare_reported("GLOB", "GLOB_REPORTED", g$TP - g$ALB, 10^digits["TP"])
compare_reported("NHDL", "NON_HDL_REPORTED", g$TC - g$HDL, 10^digits["TC"])
compare_reported("CHOLHDL", "HDL_RATIO_REPORTED", g$TC, g$HDL)

# ---- Timepoints: per marker, from its own first result -------------------------------------------

windows <- list(month_6 = 182, month_12 = 365)
# chosen[[marker]][[timepoint]]: for each person, the row of `wide` that stands for the timepoint.
choose_rows <- function(marker, half_width = 60, offered = values[[marker]]) {
  has <- which(!is.na(offered))
  has <- has[order(wide$person[has], wide$date[has])]
  by_person <- split(has, wide$person[has])
  first <- sapply(by_person, function(rows) rows[1])
  nearest <- function(rows, target) {
    day <- as.numeric(wide$date[rows] - wide$date[rows[1]])
    distance <- abs(day - target)
    if (min(distance) > half_width) return(NA)
    rows[which.min(distance)]
  }
  c(list(baseline = first),
    lapply(windows, function(target) {
      rows <- sapply(by_person, nearest, target = target)
      rows[!is.na(rows)]
    }))
}
chosen <- lapply(setNames(nm = names(values)), choose_rows)

# ---- Cohorts -------------------------------------------------------------------------------------

everyone <- unique(wide$person)
first_hscrp <- chosen$HSCRP$baseline
first_egfr <- chosen$EGFR$baseline
stage_2 <- floor(values$EGFR[first_egfr] + 0.5)
cohorts <- list(
  all = everyone,
  male = everyone[sex[everyone] == "M"],
  female = everyone[sex[everyone] == "F"],
  hscrp_ge_1_50 = names(first_hscrp)[g$HSCRP[first_hscrp] >= 1.5 * 10^digits["HSCRP"]],
  ckd_2 = names(first_egfr)[stage_2 >= 60 & stage_2 <= 89])
members <- function(cohort, timepoint) {
  seen <- unique(unlist(lapply(chosen, function(rows) names(rows[[timepoint]]))))
  intersect(cohorts[[cohort]], seen)
}
count("eligible", "", length(everyone))
for (cohort in names(cohorts)) {
  count("cohort_size", cohort, length(cohorts[[cohort]]))
  for (timepoint in names(windows))
    count(paste0("members_", timepoint), cohort, length(members(cohort, timepoint)))
}
for (marker in names(values)) for (timepoint in c("baseline", names(windows)))
  count(paste0("persons_at_", timepoint), marker, length(chosen[[marker]][[timepoint]]))

# ---- Differences with true zeros and true ties ---------------------------------------------------

gcd <- function(a, b) if (b == 0) a else gcd(b, a %% b)

# Differences equal within 1e-12 of the largest value are made equal, and zero within it, zero.
settle_ties <- function(x, y) {
  d <- y - x
  tolerance <- 1e-12 * max(abs(x), abs(y))
  size <- abs(d)
  o <- order(size)
  group <- cumsum(c(1, diff(size[o]) > tolerance))
  settled <- ave(size[o], group, FUN = function(s) s[1])
  settled[settled <= tolerance] <- 0
  size[o] <- settled
  sign(d) * size
}

tie_sizes <- function(d) {
  d <- abs(d)
  list(zeros = sum(d == 0), groups = unname(sort(as.vector(table(rank(d[d != 0]))))))
}

differences <- function(marker, from, to) {
  if (marker %in% mapped$marker)
    return((g[[marker]][to] - g[[marker]][from]) * mapped[marker, "factor"] / 10^digits[marker])
  d <- settle_ties(values[[marker]][from], values[[marker]][to])
  if (marker %in% names(numerator)) {
    a <- numerator[[marker]]; b <- denominator[[marker]]
    top <- abs(a[to] * b[from] - a[from] * b[to])
    bottom <- b[to] * b[from]
    stopifnot(a[c(from, to)] < 2^26, bottom < 2^26)
    common <- mapply(gcd, top, bottom)
    exact <- table(paste(top / common, bottom / common)[top != 0])
    stopifnot(identical(tie_sizes(d)$groups, unname(sort(as.vector(exact)))),
              tie_sizes(d)$zeros == sum(top == 0))
  } else {
    stopifnot((d == 0) == (g$CREAT[to] == g$CREAT[from]))
  }
  d
}

# ---- The two tests -------------------------------------------------------------------------------

paired_t <- function(d) {
  if (length(d) < 2 || sd(d) == 0) return(c(statistic = NA, df = NA, p_value = NA))
  df <- length(d) - 1
  t <- mean(d) / (sd(d) / sqrt(length(d)))
  stopifnot(all.equal(unname(t.test(d)$statistic), t, tolerance = 1e-12))
  c(statistic = t, df = df, p_value = 2 * pt(-abs(t), df))
}

# Zeros dropped, mid-ranks, variance corrected for ties, no continuity correction (SPSS form).
wilcoxon <- function(d) {
  d <- d[d != 0]
  m <- length(d)
  if (m == 0) return(c(statistic = NA, df = NA, p_value = NA))
  r <- rank(abs(d))
  ties <- as.vector(table(r))
  plus <- sum(r[d > 0])
  z <- (plus - m * (m + 1) / 4) / sqrt(m * (m + 1) * (2 * m + 1) / 24 - sum(ties^3 - ties) / 48)
  p <- 2 * pnorm(-abs(z))
  stopifnot(all.equal(wilcox.test(d, exact = FALSE, correct = FALSE)$p.value, p,
                      tolerance = 1e-12))
  c(statistic = z, df = NA, p_value = p)
}

# ---- What stands beside the tests ----------------------------------------------------------------

# P of the observed distance of W+ from its mean or more, every sign of every mid-rank with equal
# chance: for fewer than 25 non-zero differences.
exact_p <- function(d) {
  d <- d[d != 0]
  m <- length(d)
  if (m == 0 || m >= 25) return(NA)
  doubled <- 2 * rank(abs(d))
  p <- 1
  for (rank in doubled) p <- (c(p, numeric(rank)) + c(numeric(rank), p)) / 2
  off <- abs(2 * sum(doubled[d > 0]) - m * (m + 1))
  sum(p[abs(2 * (seq_along(p) - 1) - m * (m + 1)) >= off])
}

signed_ranks <- function(d) {
  d <- d[d != 0]
  m <- length(d)
  if (m == 0) return(c(n_ties = 0, w_plus = NA, w_minus = NA, rank_biserial = NA, rb_ci_low = NA,
                       rb_ci_high = NA))
  r <- rank(abs(d))
  plus <- sum(r[d > 0])
  total <- m * (m + 1) / 2
  # Wilson's interval in 0.25 T^2 / V trials; V of W+ is the sum of the squared mid-ranks over 4.
  trials <- total^2 / sum(r^2)
  ends <- suppressWarnings(prop.test(plus / total * trials, trials, correct = FALSE)$conf.int)
  c(n_ties = sum(r %in% r[duplicated(r)]), w_plus = plus, w_minus = total - plus,
    rank_biserial = 2 * plus / total - 1, rb_ci_low = 2 * ends[1] - 1, rb_ci_high = 2 * ends[2] - 1)
}

# Median of all Walsh averages, zeros kept; the k-th from both ends, 2 P(W+ <= k - 1) <= 0.05.
hodges_lehmann <- function(d) {
  walsh <- outer(d, d, "+") / 2
  walsh <- sort(walsh[upper.tri(walsh, diag = TRUE)])
  k <- qsignrank(0.025, length(d))
  ends <- if (k > 0 && min(d) < max(d)) c(walsh[k], walsh[length(walsh) + 1 - k]) else c(NA, NA)
  c(hodges_lehmann = median(walsh), hl_ci_low = ends[1], hl_ci_high = ends[2])
}

ratios <- function(marker, from, to) {
  none <- c(geometric_ratio = NA, gr_ci_low = NA, gr_ci_high = NA, percent_change_median = NA)
  if (!marker %in% skewed) return(none)
  x <- values[[marker]][from]; y <- values[[marker]][to]
  test <- t.test(log(y / x))
  c(geometric_ratio = exp(mean(log(y / x))), gr_ci_low = exp(test$conf.int[1]),
    gr_ci_high = exp(test$conf.int[2]), percent_change_median = median(100 * (y - x) / x))
}

# Of the mean change: interval of d_z by the noncentral t, shape, and the change that the paired t
# test finds with 80 % power.
of_the_mean <- function(d) {
  n <- length(d)
  t <- mean(d) / (sd(d) / sqrt(n))
  limit <- function(p) uniroot(function(ncp) suppressWarnings(pt(t, n - 1, ncp)) - p,
                               t + c(-1, 1) * (3 + abs(t) / 4), extendInt = "downX",
                               tol = 1e-14)$root / sqrt(n)
  shape <- shapiro.test(d)
  power <- suppressWarnings(power.t.test(n = n, sd = sd(d), power = 0.8, sig.level = 0.05,
                                         type = "paired", strict = TRUE, tol = 1e-14))
  c(d_z = mean(d) / sd(d), dz_ci_low = limit(0.975), dz_ci_high = limit(0.025),
    shapiro_w = unname(shape$statistic), shapiro_p = shape$p.value,
    skewness = n / ((n - 1) * (n - 2)) * sum(((d - mean(d)) / sd(d))^3),
    detectable_change = power$delta)
}

# Quartiles at (n + 1)p, Hyndman and Fan's type 6.
describe <- function(x, prefix) {
  n <- length(x)
  q <- if (n) unname(quantile(x, c(.25, .5, .75), type = 6)) else rep(NA, 3)
  s <- if (n > 1) sd(x) else NA
  setNames(c(if (n) mean(x) else NA, s, s / sqrt(n), q[2], q[1], q[3], q[3] - q[1]),
           paste(prefix, c("mean", "sd", "sem", "median", "q1", "q3", "iqr"), sep = "_"))
}

# Of fewer pairs, quartiles are single people's values, which have no place in a committed file.
smallest_described <- 5
# Over this share of a visit's values that rest on limits, nothing is said of means.
most_limited <- 0.15

compare <- function(marker, cohort, timepoint) {
  who <- members(cohort, timepoint)
  at_baseline <- intersect(who, names(chosen[[marker]]$baseline))
  at_followup <- intersect(who, names(chosen[[marker]][[timepoint]]))
  pairs <- sort(intersect(at_baseline, at_followup))
  from <- chosen[[marker]]$baseline[pairs]
  to <- chosen[[marker]][[timepoint]][pairs]
  d <- differences(marker, from, to)
  n <- length(d)
  s <- if (n > 1) sd(d) else NA
  margin <- if (n > 1) qt(0.975, n - 1) * s / sqrt(n) else NA
  numbers <- c(
    describe(values[[marker]][from], "baseline"), describe(values[[marker]][to], "followup"),
    change_mean = if (n) mean(d) else NA, change_sd = s,
    change_ci_low = mean(d) - margin, change_ci_high = mean(d) + margin)
  of_mean <- of_the_mean(d)
  numbers <- c(numbers, change_median = median(d), hodges_lehmann(d), ratios(marker, from, to),
               of_mean)
  limits <- rbind(limited[[marker]][from], limited[[marker]][to])
  no_mean <- any(rowMeans(limits) > most_limited)
  if (no_mean) numbers[
    grepl("_(mean|sd|sem)$|^change_ci|^gr_|^geometric", names(numbers)) |
      names(numbers) %in% names(of_mean)] <- NA
  if (n < smallest_described) numbers[] <- NA
  numbers <- c(
    numbers, descriptives_withheld = as.numeric(n < smallest_described),
    n_positive = sum(d > 0), n_negative = sum(d < 0), n_zero = sum(d == 0), signed_ranks(d),
    n_censored = sum(limits), n_below_baseline = sum(below[[marker]][from]),
    n_below_followup = sum(below[[marker]][to]))
  t_test <- if (no_mean) c(statistic = NA, df = NA, p_value = NA) else paired_t(d)
  rows <- rbind(c(t_test, p_exact = NA), c(wilcoxon(d), p_exact = exact_p(d)))
  data.frame(r_version = as.character(getRversion()), profile = "plan", family = "exploratory",
             marker = marker, cohort = cohort, timepoint = timepoint,
             test = c("paired_t", "wilcoxon_signed_rank"), primary = c("true", "false"),
             n_baseline = length(at_baseline), n_followup = length(at_followup), n_pairs = n,
             rows, t(numbers))
}

in_all <- c("HBA1C", "FBS", "INSULIN", "HOMA_IR", "TC", "TG", "HDL", "LDL", "HDL_RATIO", "NON_HDL",
            "ALT", "AST", "ALP", "TP", "ALB", "GLOB", "CREAT", "BUN", "EGFR", "HSCRP")
plan <- rbind(
  data.frame(marker = in_all, cohort = "all"),
  data.frame(marker = "HSCRP", cohort = c("male", "female", "hscrp_ge_1_50")),
  data.frame(marker = c("EGFR", "CREAT"), cohort = "ckd_2"))
comparisons <- NULL
for (i in seq_len(nrow(plan))) for (timepoint in names(windows))
  comparisons <- rbind(comparisons, compare(plan$marker[i], plan$cohort[i], timepoint))

# One family of the primary tests; one without a p value does not count.
primary <- comparisons$primary == "true"
comparisons$p_adjusted <- NA
comparisons$p_adjusted[primary] <- p.adjust(comparisons$p_value[primary], "BH")

# ---- hs-CRP by other rules for limits and other windows ------------------------------------------

# A limit is taken as the rule says, or (`excluded`) left out before the timepoints are chosen, so
# that another visit may stand for it: the first one that is no limit is baseline and day 0.
rules <- list(lod_half = 1 / 2, lod = 1, sqrt2 = 1 / sqrt(2), excluded = NA)
half_widths <- c(60, 30, 90)
hscrp <- values$HSCRP
specified <- function(rule, width, timepoint, cohort) {
  offered <- if (rule == "excluded") ifelse(below$HSCRP, NA, hscrp) else hscrp
  rows <- choose_rows("HSCRP", width, offered)
  first <- rows$baseline
  who <- if (cohort != "hscrp_ge_1_50") cohorts[[cohort]] else
    names(first)[g$HSCRP[first] >= 1.5 * 10^digits["HSCRP"]]
  pairs <- sort(intersect(intersect(names(first), names(rows[[timepoint]])), who))
  from <- first[pairs]
  to <- rows[[timepoint]][pairs]
  stopifnot(identical(limited$HSCRP, below$HSCRP))
  # `<x` lies there as x / 2.
  at <- ifelse(below$HSCRP, hscrp * 2 * rules[[rule]], hscrp)
  complete <- !is.na(at[from]) & !is.na(at[to])
  from <- from[complete]
  to <- to[complete]
  d <- settle_ties(at[from], at[to])
  limits <- if (is.na(rules[[rule]])) 0 else
    max(mean(limited$HSCRP[from]), mean(limited$HSCRP[to]))
  data.frame(r_version = as.character(getRversion()), marker = "HSCRP", cohort = cohort,
             timepoint = timepoint, censored = rule, half_width = width,
             test = c("paired_t", "wilcoxon_signed_rank"), n_pairs = length(d),
             share_limited = limits, rbind(paired_t(d), wilcoxon(d))[, c("statistic", "p_value")])
}
specifications <- NULL
for (cohort in c("all", "male", "female", "hscrp_ge_1_50")) for (timepoint in names(windows))
  for (rule in names(rules)) for (width in half_widths)
    specifications <- rbind(specifications, specified(rule, width, timepoint, cohort))

# ---- Writing -------------------------------------------------------------------------------------

write_table <- function(table, name) {
  for (column in names(table)) if (is.numeric(table[[column]]))
    table[[column]] <- ifelse(is.na(table[[column]]), "",
                              formatC(table[[column]], digits = 17, format = "g", width = 1))
  write.table(table, file.path(output_folder, name), sep = ",", row.names = FALSE, quote = FALSE,
              na = "", eol = "\n")
}
counts <- cbind(r_version = as.character(getRversion()), counts)
write_table(comparisons, "expected_comparisons.csv")
write_table(specifications, "expected_specifications.csv")
write_table(counts, "expected_counts.csv")
