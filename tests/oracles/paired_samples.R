# Paired samples, and what R makes of them: the expected values of tests/unit/compare.
#
#   Rscript tests/oracles/paired_samples.R tests/oracles
#
# writes paired_samples.csv and paired_expected.csv into the folder named. Needs base R only.
# A sample is held in whole numbers of its last decimal: R then sees the ties and zeros of the
# decimals, and every statistic is brought back to the unit at the end.

# --- A stream of numbers that no version of R changes ---------------------------------------
# Park & Miller's minimal standard generator, 48271 modulo 2^31 - 1 (Commun ACM 1993;36:105-110).
# All its products are exact in a double. It is used with + - * / only, never with exp or log,
# whose last bit belongs to the platform.

MODULUS <- 2147483647

stream <- function(seed) {
  state <- seed
  step <- function() state <<- (48271 * state) %% MODULUS
  for (i in 1:50) step()
  function(n) vapply(seq_len(n), function(i) step(), numeric(1))
}

uniform <- function(draw, n) draw(n) / MODULUS

# Near-normal: the sum of twelve uniforms less six, summed in whole numbers.
bell <- function(draw, n) {
  total <- numeric(n)
  for (i in 1:12) total <- total + draw(n)
  total / MODULUS - 6
}

nearest <- function(x) floor(x + 0.5)

# --- The samples: baseline and follow-up in whole numbers of the last decimal ---------------

samples <- list()

add <- function(name, decimals, baseline, followup) {
  stopifnot(length(baseline) == length(followup), is.null(samples[[name]]),
            baseline == floor(baseline), followup == floor(followup))
  samples[[name]] <<- list(decimals = decimals, baseline = baseline, followup = followup)
}

# Published data.
extra <- nearest(10 * datasets::sleep$extra)
add("student_sleep", 1, extra[1:10], extra[11:20])
# Height of cross- and self-fertilised maize in eighths of an inch: Darwin 1876, in Fisher,
# The Design of Experiments, 1935, table 1. Self stands as baseline.
add("darwin_maize", 0,
    c(139, 163, 160, 160, 147, 149, 149, 122, 132, 144, 130, 144, 102, 124, 144),
    c(188, 96, 168, 176, 153, 172, 177, 163, 146, 173, 186, 168, 177, 184, 96))
# Hamilton depression scale factor IV: Hollander & Wolfe 1973, table 3.1 (R's ?wilcox.test).
add("hollander_depression", 3,
    c(1830, 500, 1620, 2480, 1680, 1880, 1550, 3060, 1300),
    c(878, 647, 598, 2050, 1060, 1290, 1060, 3140, 1290))

# Few pairs.
add("n0", 1, numeric(0), numeric(0))
add("n1", 1, 57, 54)
add("n1_zero", 1, 57, 57)
add("n2", 1, c(57, 61), c(54, 62))
add("n3", 2, c(512, 333, 478), c(498, 339, 401))
add("n4", 1, c(57, 61, 72, 66), c(54, 62, 65, 66))
add("n5", 1, c(57, 61, 72, 66, 80), c(54, 60, 71, 63, 77))
add("n5_ties", 1, c(57, 61, 72, 66, 80), c(56, 62, 71, 67, 79))

# No spread, of differences or of ratios.
add("zeros_n2", 1, c(57, 61), c(57, 61))
add("zeros_n12", 1, 50:61, 50:61)
add("constant_n2", 1, c(11, 12), c(12, 13))
add("constant_n9_up", 1, 11:19, 12:20)
add("constant_n25_down", 2, 501:525, 471:495)
add("constant_ratio_n12", 1, 10 + 2 * (1:12), 3 * (5 + 1:12))

# Zeros and ties.
add("one_change", 1, c(57, 61, 72, 66, 80, 59), c(57, 61, 72, 66, 80, 58))
add("two_opposite_changes", 1, c(57, 61, 72, 66, 80), c(58, 60, 72, 66, 80))
add("balanced_ranks", 0, rep(100, 8), 100 + c(-8, 7, 6, -5, -4, 3, 2, -1))
add("mean_zero_skewed", 0, rep(50, 6), 50 + c(-5, 1, 1, 1, 1, 1))
add("one_size_both_signs", 1, rep(54, 20), 54 + rep(c(3, -3, 3, 3), 5))
add("zeros_and_one_size", 1, rep(54, 15), 54 + rep(c(2, 0, 2), 5))

# One value far from the rest.
add("outlier_up", 1, c(12, 8, 15, 9, 11, 7, 13), c(11, 9, 14, 8, 3100, 6, 12))
add("outlier_down", 2, c(98700, 81, 152, 93, 110, 74, 133, 90), c(95, 79, 160, 99, 108, 80, 130, 91))
add("near_1e9", 0, 1e9 + c(3, 14, 15, 92, 65, 35, 89, 79), 1e9 + c(2, 17, 18, 92, 84, 59, 99, 45))

# Visits of people who differ by `between` around `centre` and change by `change` with spread
# `within`, all in whole numbers of the last decimal.
add_bell <- function(name, seed, n, decimals, centre, between, change, within) {
  draw <- stream(seed)
  person <- centre + between * bell(draw, n)
  add(name, decimals, nearest(person + within * bell(draw, n)),
      nearest(person + change + within * bell(draw, n)))
}
add_bell("hba1c_percent_n6", 101, 6, 1, 58, 9, -2, 2)
add_bell("hba1c_percent_n10", 102, 10, 1, 58, 9, -2, 2)
add_bell("hba1c_percent_n24", 103, 24, 1, 58, 9, -1, 2)
add_bell("hba1c_percent_n47", 104, 47, 1, 58, 9, -1, 2)
add_bell("hba1c_percent_n83", 105, 83, 1, 58, 9, -1, 2)
add_bell("hba1c_percent_n218", 106, 218, 1, 58, 9, 0, 2)
add_bell("creatinine_umol_n51", 107, 51, 0, 84, 18, 2, 6)
add_bell("creatinine_mgdl_n51", 108, 51, 2, 95, 20, 2, 7)
add_bell("ldl_mmol_n83", 109, 83, 2, 310, 80, -12, 45)
add_bell("ldl_mmol_n218", 110, 218, 2, 310, 80, -12, 45)
add_bell("weight_kg_n40", 111, 40, 1, 812, 150, -18, 12)
add_bell("albumin_gl_n33", 112, 33, 0, 44, 2, 0, 1)
add_bell("igf1_ngml_n29", 113, 29, 1, 1540, 420, 95, 180)
add_bell("four_decimals_n60", 114, 60, 4, 51234, 6000, 120, 900)
add_bell("strong_effect_n150", 115, 150, 1, 600, 80, -120, 9)
add_bell("bell_n2000", 116, 2000, 1, 58, 9, 0, 3)
add_bell("bell_n3000", 117, 3000, 2, 520, 90, 3, 40)

# Blood pressure read to the nearest 5.
add_fives <- function(name, seed, n) {
  draw <- stream(seed)
  person <- 26 + 3 * bell(draw, n)
  add(name, 0, 5 * nearest(person + bell(draw, n)), 5 * nearest(person - 0.4 + bell(draw, n)))
}
add_fives("sbp_fives_n30", 201, 30)
add_fives("sbp_fives_n120", 202, 120)

# Extreme skew: 1/u has no mean.
add_skewed <- function(name, seed, n, decimals, scale) {
  draw <- stream(seed)
  person <- scale / uniform(draw, n)
  add(name, decimals, nearest(person * (0.6 + 0.8 * uniform(draw, n))),
      nearest(person * (0.5 + 0.8 * uniform(draw, n))))
}
add_skewed("hscrp_n9", 301, 9, 1, 6)
add_skewed("hscrp_n45", 302, 45, 1, 6)
add_skewed("hscrp_n218", 303, 218, 1, 3)
add_skewed("ggt_n83", 304, 83, 0, 15)
add_skewed("skewed_n2500", 305, 2500, 1, 6)

# --- What R makes of them ------------------------------------------------------------------

describe <- function(prefix, x, scale) {
  n <- length(x)
  some <- function(at_least, value) if (n >= at_least) value else NA
  # Under four values the library prints the range in place of quartiles.
  q6 <- some(4, quantile(x, c(.25, .75), type = 6, names = FALSE))
  q7 <- some(4, quantile(x, c(.25, .75), type = 7, names = FALSE))
  values <- list(
    mean = some(1, mean(x)), sd = some(2, sd(x)), sem = some(2, sd(x) / sqrt(n)),
    median = some(1, median(x)), minimum = some(1, min(x)), maximum = some(1, max(x)),
    q1_type6 = q6[1], q3_type6 = q6[2], iqr_type6 = some(4, IQR(x, type = 6)),
    q1_type7 = q7[1], q3_type7 = q7[2], iqr_type7 = some(4, IQR(x, type = 7)))
  names(values) <- paste(prefix, names(values), sep = "_")
  lapply(values, function(v) v / scale)
}

# t.test refuses a constant difference and less than two pairs; zeros alone give it a t of NaN.
paired_t <- function(baseline, followup, scale) {
  run <- function(level) {
    tryCatch(t.test(followup, baseline, paired = TRUE, conf.level = level), error = function(e) NULL)
  }
  test <- run(0.95)
  if (is.null(test) || is.nan(test$statistic)) {
    return(list(t = NA, t_df = NA, t_p = NA, ci95_low = NA, ci95_high = NA,
                ci99_low = NA, ci99_high = NA))
  }
  ci99 <- run(0.99)$conf.int / scale
  list(t = test$statistic, t_df = test$parameter, t_p = test$p.value,
       ci95_low = test$conf.int[1] / scale, ci95_high = test$conf.int[2] / scale,
       ci99_low = ci99[1], ci99_high = ci99[2])
}

signed_rank <- function(baseline, followup) {
  d <- followup - baseline
  size <- abs(d[d != 0])
  groups <- as.numeric(table(size))
  counts <- list(n_positive = sum(d > 0), n_negative = sum(d < 0), n_zero = sum(d == 0),
                 n_tied = sum(groups[groups > 1]))
  m <- length(size)
  if (m == 0) {
    return(c(counts, list(w_plus = NA, w_minus = NA, z = NA, wilcoxon_p = NA)))
  }
  run <- function(x, y) wilcox.test(x, y, paired = TRUE, exact = FALSE, correct = FALSE)
  up <- run(followup, baseline)
  down <- run(baseline, followup)
  # wilcox.test keeps its z to itself.
  sigma <- sqrt(m * (m + 1) * (2 * m + 1) / 24 - sum(groups^3 - groups) / 48)
  z <- (up$statistic[["V"]] - m * (m + 1) / 4) / sigma
  stopifnot(abs(2 * pnorm(-abs(z)) / up$p.value - 1) < 1e-12)
  c(counts, list(w_plus = up$statistic[["V"]], w_minus = down$statistic[["V"]],
                 z = z, wilcoxon_p = up$p.value))
}

# The permutation distribution of W+: every sign of every mid-rank with equal chance. Written out
# in full up to 18 differences, and there held against a convolution that is used up to 24.
all_sums <- function(ranks) {
  sums <- 0
  for (rank in ranks) sums <- c(sums, sums + rank)
  sums
}

convolved <- function(doubled) {
  p <- 1
  for (rank in doubled) p <- (c(p, numeric(rank)) + c(numeric(rank), p)) / 2
  p
}

exact_signed_rank <- function(d) {
  d <- d[d != 0]
  m <- length(d)
  if (m == 0 || m >= 25) return(list(exact_p = NA))
  ranks <- rank(abs(d))
  off <- abs(sum(ranks[d > 0]) - m * (m + 1) / 4)
  p <- convolved(2 * ranks)
  exact <- sum(p[abs((seq_along(p) - 1) / 2 - m * (m + 1) / 4) >= off])
  if (m <= 18) stopifnot(exact == mean(abs(all_sums(ranks) - m * (m + 1) / 4) >= off))
  if (!anyDuplicated(ranks)) {
    stopifnot(abs(exact / wilcox.test(d, exact = TRUE)$p.value - 1) < 1e-12)
  }
  list(exact_p = exact)
}

# qsignrank has no more than 1000 or so pairs in it; beyond, the library's place of the limits is
# an approximation and is tested elsewhere.
MOST_PAIRS <- 1000

hodges_lehmann <- function(d, scale) {
  n <- length(d)
  walsh <- outer(d, d, "+") / 2
  walsh <- sort(walsh[upper.tri(walsh, diag = TRUE)])
  values <- list(hl = if (n > 0) median(walsh) / scale else NA)
  if (n > MOST_PAIRS) return(values)
  for (level in c(95, 99)) {
    tail <- (1 - level / 100) / 2
    # How many rank sums lie in the tail; psignrank(k - 1) never equals it.
    k <- if (n > 0) qsignrank(tail, n) else 0
    ends <- if (k > 0 && min(d) < max(d)) c(walsh[k], walsh[length(walsh) + 1 - k]) else c(NA, NA)
    if (!anyNA(ends) && n < 50 && all(d != 0) && !anyDuplicated(abs(d))) {
      ours <- c(median(walsh), ends)
      # Only without zeros and ties R's own is this one.
      test <- wilcox.test(d, conf.int = TRUE, conf.level = level / 100)
      stopifnot(all.equal(ours, c(test$estimate[[1]], test$conf.int), tolerance = 1e-12,
                          check.attributes = FALSE))
    }
    values[[sprintf("hl_ci%d_low", level)]] <- ends[1] / scale
    values[[sprintf("hl_ci%d_high", level)]] <- ends[2] / scale
  }
  values
}

# P(T <= t) of the noncentral t, E pnorm(t S - ncp) over S = chi / sqrt(df), by the trapezoidal rule
# in log S, where it converges exponentially. pt(ncp = ) stops at 1e-12 and above ncp = 37.62 is
# a rough approximation.
pt_noncentral <- function(t, df, ncp) {
  width <- 1 / sqrt(2 * df)
  log_s <- seq(-max(45 / df, 12 * width), 12 * width + 0.1, length.out = 8001)
  density <- exp(df * log_s - df * expm1(2 * log_s) / 2)
  p <- sum(pnorm(t * exp(log_s) - ncp) * density) / sum(density)
  if (abs(ncp) < 30) stopifnot(abs(p - pt(t, df, ncp)) < 1e-11)
  p
}

effect_of_t <- function(d) {
  n <- length(d)
  values <- list(d_z = NA, dz_ci95_low = NA, dz_ci95_high = NA)
  if (n < 2 || sd(d) == 0) return(values)
  t <- mean(d) / (sd(d) / sqrt(n))
  limit <- function(p) {
    uniroot(function(ncp) pt_noncentral(t, n - 1, ncp) - p, t + c(-1, 1) * (2 + abs(t) / 4),
            extendInt = "downX", tol = 1e-14)$root / sqrt(n)
  }
  list(d_z = mean(d) / sd(d), dz_ci95_low = limit(0.975), dz_ci95_high = limit(0.025))
}

effect_of_ranks <- function(d) {
  d <- d[d != 0]
  m <- length(d)
  if (m == 0) return(list(rank_biserial = NA, rb_ci95_low = NA, rb_ci95_high = NA))
  ranks <- rank(abs(d))
  total <- m * (m + 1) / 2
  # Var W+ is the sum of the squared ranks over 4, ties and all.
  trials <- 0.25 * total^2 / (sum(ranks^2) / 4)
  rising <- sum(ranks[d > 0]) / total
  # prop.test's interval is Wilson's.
  wilson <- suppressWarnings(prop.test(rising * trials, trials, correct = FALSE)$conf.int)
  list(rank_biserial = (sum(ranks[d > 0]) - sum(ranks[d < 0])) / total,
       rb_ci95_low = 2 * wilson[1] - 1, rb_ci95_high = 2 * wilson[2] - 1)
}

geometric <- function(baseline, followup) {
  n <- length(baseline)
  values <- list(ratio = NA, ratio_ci95_low = NA, ratio_ci95_high = NA, percent_change_median = NA)
  if (n == 0) return(values)
  if (all(baseline > 0)) {
    values$percent_change_median <- median(100 * (followup - baseline) / baseline)
  }
  if (any(c(baseline, followup) <= 0)) return(values)
  values$ratio <- exp(mean(log(followup / baseline)))
  # Ratios are equal where the cross products are.
  if (all(baseline * followup[1] == followup * baseline[1])) return(values)
  ends <- exp(t.test(log(followup), log(baseline), paired = TRUE)$conf.int)
  values$ratio_ci95_low <- ends[1]
  values$ratio_ci95_high <- ends[2]
  values
}

shape <- function(d) {
  n <- length(d)
  values <- list(shapiro_w = NA, shapiro_p = NA, skewness = NA)
  if (n < 3 || sd(d) == 0) return(values)
  test <- shapiro.test(d)
  list(shapiro_w = test$statistic, shapiro_p = test$p.value,
       skewness = n / ((n - 1) * (n - 2)) * sum(((d - mean(d)) / sd(d))^3))
}

detectable <- function(d, scale) {
  n <- length(d)
  if (n < 2 || sd(d) == 0) return(list(detectable = NA))
  # From a bracket of 14 powers of ten: pt warns at the far end.
  test <- suppressWarnings(power.t.test(n = n, sd = 1, power = 0.8, sig.level = 0.05,
                                        type = "paired", strict = TRUE, tol = 1e-14))
  list(detectable = test$delta * sd(d) / scale)
}

expected <- function(name) {
  sample <- samples[[name]]
  scale <- 10^sample$decimals
  baseline <- sample$baseline
  followup <- sample$followup
  values <- c(list(n = length(baseline)),
              describe("baseline", baseline, scale),
              describe("followup", followup, scale),
              describe("change", followup - baseline, scale),
              paired_t(baseline, followup, scale),
              signed_rank(baseline, followup),
              exact_signed_rank(followup - baseline),
              hodges_lehmann(followup - baseline, scale),
              effect_of_t(followup - baseline),
              effect_of_ranks(followup - baseline),
              geometric(baseline, followup),
              shape(followup - baseline),
              detectable(followup - baseline, scale))
  numbers <- vapply(values, as.numeric, numeric(1))
  text <- ifelse(is.na(numbers), "", sprintf("%.17g", numbers))
  sprintf("%s,%s,%s,%s", name, names(values), text, getRversion())
}

rows <- function(name) {
  sample <- samples[[name]]
  n <- length(sample$baseline)
  decimal <- function(x) sprintf("%.*f", sample$decimals, x / 10^sample$decimals)
  if (n == 0) character(0) else
    sprintf("%s,%d,%s,%s", name, seq_len(n), decimal(sample$baseline), decimal(sample$followup))
}

write_lines <- function(lines, path) {
  out <- file(path, "wb")
  on.exit(close(out))
  writeLines(lines, out, sep = "\n")
}

folder <- commandArgs(trailingOnly = TRUE)
if (length(folder) != 1) stop("usage: Rscript paired_samples.R FOLDER")
write_lines(c("sample,pair,baseline,followup", unlist(lapply(names(samples), rows))),
            file.path(folder, "paired_samples.csv"))
write_lines(c("sample,quantity,value,r_version", unlist(lapply(names(samples), expected))),
            file.path(folder, "paired_expected.csv"))
