# Mean and median of a measurement among persons selected on another, by numerical integration:
# expected values of labcohort.assess.truncated_normal.
#
#   Rscript tests/oracles/regression.R tests/oracles
#
# writes regression_expected.csv into the folder named. Needs base R only. The library has closed
# forms (truncated moments, Owen's T); here the selecting Z is integrated over its band, with the
# measurement W given Z = z normal with mean r*z and variance 1 - r^2.

cases <- expand.grid(
  band = c("above", "below", "between", "upper_tail", "whole"),
  r = c(-0.7, 0, 0.34, 0.61, 0.97, 0.999, 1),
  log = c(FALSE, TRUE),
  stringsAsFactors = FALSE
)
bands <- list(above = c(-0.1657, Inf), below = c(-Inf, -1.2), between = c(-1.4, 0.25),
              upper_tail = c(1.9, 2.6), whole = c(-Inf, Inf))
mu <- c("FALSE" = 82, "TRUE" = log(1.8))
sigma <- c("FALSE" = 21, "TRUE" = 1.1)

# Nothing lies beyond 12 SD in double precision; the pieces keep the integrand's peak in sight.
over <- function(f, low, high) {
  cuts <- seq(max(low, -12), min(high, 12), length.out = 25)
  sum(mapply(function(a, b) integrate(f, a, b, rel.tol = 1e-13, abs.tol = 1e-16)$value,
             head(cuts, -1), tail(cuts, -1)))
}

described <- function(r, low, high, mu, sigma, log) {
  share <- over(dnorm, low, high)
  given <- if (log) function(z) exp(mu + sigma * r * z + sigma^2 * (1 - r^2) / 2)
           else function(z) mu + sigma * r * z
  mean <- over(function(z) dnorm(z) * given(z), low, high) / share
  below <- if (r == 1) function(w) over(dnorm, low, min(w, high))
           else function(w) over(function(z) dnorm(z) * pnorm((w - r * z) / sqrt(1 - r^2)), low, high)
  ends <- if (r == 1) c(max(low, -11), min(high, 11)) + c(1e-9, -1e-9) else c(-11, 11)
  w <- uniroot(function(w) below(w) / share - 0.5, ends, tol = 1e-14)$root
  c(mean = mean, median = if (log) exp(mu + sigma * w) else mu + sigma * w)
}

rows <- lapply(seq_len(nrow(cases)), function(i) {
  case <- cases[i, ]
  limits <- bands[[case$band]]
  scale <- as.character(case$log)
  found <- described(case$r, limits[1], limits[2], mu[[scale]], sigma[[scale]], case$log)
  data.frame(scale = if (case$log) "log" else "linear",
             mu = sprintf("%.17g", mu[[scale]]), sigma = sprintf("%.17g", sigma[[scale]]),
             r = case$r,
             low = if (is.finite(limits[1])) limits[1] else NA,
             high = if (is.finite(limits[2])) limits[2] else NA,
             mean = sprintf("%.12g", found[["mean"]]),
             median = sprintf("%.12g", found[["median"]]))
})
folder <- commandArgs(trailingOnly = TRUE)[1]
write.csv(cbind(do.call(rbind, rows), r_version = paste(R.version$major, R.version$minor, sep = ".")),
          file.path(folder, "regression_expected.csv"), row.names = FALSE, quote = FALSE, na = "")
