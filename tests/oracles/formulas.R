# Formulas of derived markers over grids of inputs: the expected values of test_formulas.py.
#
#   Rscript tests/oracles/formulas.R tests/oracles
#
# writes formulas_expected.csv into the folder named. Needs base R only. Inputs are in the units in
# which the equations are printed (years, mg/dL, U/L, kg, cm, nmol/L, g/L), whatever the library
# computes in, and LDL cholesterol comes out in mg/dL. Each equation is written from its paper.

# --- eGFR and creatinine clearance: creatinine in mg/dL, mL/min/1.73 m2 and mL/min -------------

# Inker 2021 and Levey 2009 as the NKF prints them: one equation for each sex and side of kappa.
ckd_epi <- function(r, constant, base, female, power_female, power_male, above) {
  if (r$sex == "female") {
    power <- if (r$creatinine <= 0.7) power_female else above
    return(constant * (r$creatinine / 0.7)^power * base^r$age * female)
  }
  power <- if (r$creatinine <= 0.9) power_male else above
  constant * (r$creatinine / 0.9)^power * base^r$age
}

ckd_epi_2021 <- function(r) ckd_epi(r, 142, 0.9938, 1.012, -0.241, -0.302, -1.200)
ckd_epi_2009 <- function(r) ckd_epi(r, 141, 0.993, 1.018, -0.329, -0.411, -1.209)

# Levey 2006, on the scale of logarithms.
mdrd_4 <- function(r) {
  log_gfr <- log(175) - 1.154 * log(r$creatinine) - 0.203 * log(r$age)
  exp(log_gfr) * ifelse(r$sex == "female", 0.742, 1)
}

cockcroft_gault <- function(r) {
  clearance <- (140 - r$age) / r$creatinine * r$weight / 72
  if (r$sex == "female") clearance - 0.15 * clearance else clearance
}

# --- LDL cholesterol: all in mg/dL; NA where an equation is not to be used ----------------------

positive <- function(x) if (x < 0) NA else x

friedewald <- function(r) {
  if (r$triglycerides > 400) return(NA)
  positive(r$total - (r$hdl + r$triglycerides / 5))
}

sampson <- function(r) {
  if (r$triglycerides > 800) return(NA)
  non_hdl <- r$total - r$hdl
  positive(r$total / 0.948 - r$hdl / 0.971 -
             (r$triglycerides / 8.56 + r$triglycerides * non_hdl / 2140 -
                r$triglycerides^2 / 16100) - 9.44)
}

# --- Fatty liver index: TG in mg/dL, GGT in U/L, kg, cm -----------------------------------------

fatty_liver <- function(r) {
  bmi <- 10000 * r$weight / r$height^2
  100 * plogis(log(r$triglycerides^0.953 * r$ggt^0.718) + 0.139 * bmi + 0.053 * r$waist - 15.745)
}

# --- Free testosterone: nmol/L, albumin in g/L --------------------------------------------------

# The law of mass action itself and not its solution: free testosterone is where free, bound to
# albumin and bound to SHBG add up to the total. Newton's steps from zero rise to it.
free_testosterone <- function(r) {
  on_albumin <- 3.6e4 * (r$albumin / 69000)
  ks <- 1e9 * 1e-9
  free <- 0
  for (i in 1:200) {
    bound <- r$shbg * ks * free / (1 + ks * free)
    slope <- 1 + on_albumin + r$shbg * ks / (1 + ks * free)^2
    free <- free + (r$testosterone - free - on_albumin * free - bound) / slope
  }
  free
}

# --- The grids ----------------------------------------------------------------------------------

sexes <- c("female", "male")
lipids <- list(total = c(60, 95, 126.5, 180, 200, 263, 400), hdl = c(21, 38, 50.5, 90),
               triglycerides = c(20, 49, 99.5, 150, 380, 400, 400.5, 640, 800, 801))
kidney <- list(sex = sexes, age = c(18, 29, 53.5, 70, 91),
               creatinine = c(0.25, 0.5, 0.69, 0.7, 0.71, 0.89, 0.9, 0.91, 1.4, 2.5, 9.8))

grids <- list(
  ckd_epi_2021 = list(ckd_epi_2021, kidney),
  ckd_epi_2009 = list(ckd_epi_2009, kidney),
  mdrd_4 = list(mdrd_4, kidney),
  cockcroft_gault = list(cockcroft_gault, c(kidney, list(weight = c(44.5, 72, 131)))),
  friedewald = list(friedewald, lipids),
  sampson = list(sampson, lipids),
  fatty_liver = list(fatty_liver, list(triglycerides = c(31, 88.5, 150, 600, 2400),
                                       ggt = c(4, 21, 66.5, 900), weight = c(48, 77.5, 140),
                                       height = c(158, 181.5), waist = c(61, 94, 141))),
  free_testosterone = list(free_testosterone,
                           list(testosterone = c(0.01, 0.4, 1.7, 10, 20, 41.5, 300),
                                shbg = c(0.5, 9, 40, 113, 250), albumin = c(18, 38.5, 43, 55)))
)

INPUTS <- c("sex", "age", "creatinine", "weight", "height", "waist", "total", "hdl",
            "triglycerides", "ggt", "testosterone", "shbg", "albumin")

rows <- function(name) {
  grid <- expand.grid(grids[[name]][[2]], stringsAsFactors = FALSE)
  values <- vapply(seq_len(nrow(grid)),
                   function(i) as.numeric(grids[[name]][[1]](grid[i, , drop = FALSE])), numeric(1))
  text <- ifelse(is.na(values), "", sprintf("%.17g", values))
  cells <- lapply(INPUTS, function(input) {
    if (input %in% names(grid)) as.character(grid[[input]]) else rep("", nrow(grid))
  })
  do.call(paste, c(list(name), cells, list(text, as.character(getRversion())), sep = ","))
}

folder <- commandArgs(trailingOnly = TRUE)
if (length(folder) != 1) stop("usage: Rscript formulas.R FOLDER")
out <- file(file.path(folder, "formulas_expected.csv"), "wb")
writeLines(c(paste(c("formula", INPUTS, "value", "r_version"), collapse = ","),
             unlist(lapply(names(grids), rows))), out, sep = "\n")
close(out)
