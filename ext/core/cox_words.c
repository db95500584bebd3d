/*
** What a proportional-hazards fit has to say in words; and the tail of chi-square in logarithms.
*/
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "cox.h"
#include "special.h"

static void words_add(char out[COX_REASON], const char *format, ...)
{
  size_t length = strlen(out);
  va_list list;
  va_start(list, format);
  if (length < COX_REASON - 1) vsnprintf(out + length, COX_REASON - length, format, list);
  va_end(list);
}

void cox_reason(const Cox *cox, const char *const *names, char out[COX_REASON])
{
  int n = 0, of = 0;
  out[0] = 0;
  if (cox->end == COX_NO_ROWS) words_add(out, "no row has a time, an event and all features");
  if (cox->end == COX_NO_EVENTS) words_add(out, "no row has the event: all are censored");
  if (cox->end == COX_UNFINISHED) words_add(out, "the estimates did not settle, and no feature was found to cause it");
  if (cox->end != COX_MONOTONE) return;
  for (int j = 0; j < cox->n_features; j++) {
    of += cox->feature[j].monotone;
  }
  words_add(out, "the likelihood has no maximum, because at every event whoever leaves has the %s of all at risk in ",
            of == 1 ? "extreme value" : "extreme combination");
  for (int j = 0; j < cox->n_features; j++) {
    if (!cox->feature[j].monotone) continue;
    if (n < COX_PARTNERS) words_add(out, n == 0 ? "'%.60s'" : n + 1 == of ? " and '%.60s'"
                                                                          : ", '%.60s'",
                                    names[j]);
    n++;
  }
  if (n > COX_PARTNERS) words_add(out, " and %d more", n - COX_PARTNERS);
  words_add(out, ": its hazard ratio is 0 or infinite. Leave it out, or merge its level with another one");
}

void cox_dropped(const Cox *cox, int feature, const char *const *names, char out[COX_REASON])
{
  const CoxFeature *of = &cox->feature[feature];
  out[0] = 0;
  if (of->state == COX_CONSTANT) words_add(out, of->sd > 0 ? "constant among those at risk" : "constant");
  if (of->state != COX_COLLINEAR) return;
  words_add(out, "collinear with ");
  for (int p = 0; p < of->n_partners && p < COX_PARTNERS; p++) {
    words_add(out, p == 0 ? "%.60s" : p + 1 == of->n_partners ? " and %.60s"
                                                              : ", %.60s",
              names[of->partners[p]]);
  }
  if (of->n_partners > COX_PARTNERS) words_add(out, " and %d more", of->n_partners - COX_PARTNERS);
}

/* Where the chance underflows: Legendre's continued fraction of the upper incomplete gamma function (Lentz), for x far above the mean. */
double chi_square_log10(double x, double df)
{
  double a = df / 2, y = x / 2, p = gamma_upper(a, y);
  if (p > 1e-280 || isnan(p)) return log10(p);
  double b = y + 1 - a, c = 1e300, d = 1 / b, h = d;
  for (int i = 1; i < 1000; i++) {
    double an = -i * (i - a);
    b += 2;
    d = 1 / (an * d + b);
    c = b + an / c;
    double change = c * d;
    h *= change;
    if (fabs(change - 1) < 1e-15) break;
  }
  return (a * log(y) - y - log_gamma(a) + log(h)) / log(10);
}
