# Write named lists of numbers as JSON with 17 significant digits (NA and NaN as null).
number <- function(v) ifelse(is.na(v), "null", ifelse(is.infinite(v), ifelse(v > 0, "1e999", "-1e999"), sprintf("%.17g", v)))
as_json <- function(v, pad = "") {
  if (is.list(v)) {
    inner <- paste0(pad, " ")
    items <- sapply(names(v), function(k) sprintf('%s"%s": %s', inner, k, as_json(v[[k]], inner)))
    return(paste0("{\n", paste(items, collapse = ",\n"), "\n", pad, "}"))
  }
  paste0("[", paste(number(as.vector(v)), collapse = ", "), "]")
}
# Pass a call on to another function, with arguments added or replaced.
pass_on <- function(call, to, ...) {
  call[[1]] <- to
  extra <- list(...)
  for (k in names(extra)) call[[k]] <- extra[[k]]
  eval(call, globalenv())
}
write_json <- function(v, file) cat(as_json(v), "\n", file = file, sep = "")
