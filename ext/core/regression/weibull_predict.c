/*
** What a Weibull regression says: survival, hazard, quantiles and residual times, and why there is none.
*/
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/numerics/special.h"
#include "weibull.h"

#define NAMES_SHOWN 6
#define FRACTION_MAX 500

/* ---- The distribution */

/* ln u of u = (t / lambda)^shape. */
static double log_exposure(double location, double shape, double time)
{
  return shape * (log(time) - location);
}

double weibull_survival(double location, double shape, double time)
{
  return time > 0 ? exp(-exp(log_exposure(location, shape, time))) : 1;
}

double weibull_hazard(double location, double shape, double time)
{
  if (time > 0) {
    return exp(log(shape) + log_exposure(location, shape, time) - log(time));
  }
  return shape > 1 ? 0 : shape < 1 ? INFINITY : exp(-location);
}

double weibull_quantile(double location, double shape, double p)
{
  return p > 0 ? exp(location + log(-log1p(-p)) / shape) : 0;
}

/* Gamma(a, u) e^u u^-a for u > a + 1, by Legendre's continued fraction (modified Lentz; DLMF 8.9.2). */
static double upper_fraction(double a, double u)
{
  double b = u + 1 - a, c = 1e300, d = 1 / b, value = d;
  for (int i = 1; i < FRACTION_MAX; i++) {
    double numerator = -i * (i - a);
    b += 2;
    d = 1 / (numerator * d + b);
    c = b + numerator / c;
    double factor = d * c;
    value *= factor;
    if (fabs(factor - 1) < 1e-16) {
      break;
    }
  }
  return value;
}

/*
** The integral of S from t on over S(t): sigma t Gamma(sigma, u) e^u u^-sigma, where e^u and Gamma(sigma, u) would
** leave the range.
*/
double weibull_residual(double location, double shape, double time)
{
  double sigma = 1 / shape, log_u = log_exposure(location, shape, time), u = time > 0 ? exp(log_u) : 0;
  if (u > sigma + 1 && u > 1) {
    return isfinite(u) ? sigma * time * upper_fraction(sigma, u) : 0;
  }
  return exp(location + log(sigma) + log_gamma(sigma) + u) * gamma_upper(sigma, u);
}

/* ---- Reasons */

static void add_name(Text *text, int feature)
{
  char name[16];
  snprintf(name, sizeof name, "f%d", feature + 1);
  text_add(text, name);
}

static void add_names(Text *text, const int *features, int n, int shown)
{
  for (int i = 0; i < n && i < shown; i++) {
    if (i) {
      text_add(text, i + 1 == n ? " and " : ", ");
    }
    add_name(text, features[i]);
  }
  if (n > shown) {
    char rest[40];
    snprintf(rest, sizeof rest, " and %d more", n - shown);
    text_add(text, rest);
  }
}

static void add_value(Text *text, double x)
{
  char number[NUMBER_TEXT_MAX];
  number_to_text(x, 6, number);
  text_add(text, number);
}

static void add_one_sided(Text *text, const Weibull *weibull)
{
  text_add(text, "every event has ");
  add_name(text, weibull->apart[0]);
  text_add(text, " = ");
  add_value(text, weibull->apart_at);
  text_add(text, weibull->apart_above ? " and no row more" : " and no row less");
  if (weibull->n_apart > 1) {
    text_add(text, ", and the like of ");
    add_names(text, weibull->apart + 1, weibull->n_apart - 1, NAMES_SHOWN);
  }
  text_add(text, ": no event tells how soon the other rows end, the coefficient grows without end");
}

void weibull_reason(const Weibull *weibull, Text *text)
{
  switch (weibull->end) {
    case WEIBULL_CONVERGED:
      return;
    case WEIBULL_NO_ROWS:
      text_add(text, "no row takes part");
      return;
    case WEIBULL_NO_EVENTS:
      text_add(text, "no row has the event, all are censored");
      return;
    case WEIBULL_ONE_TIME:
      text_add(text, "every time is the same");
      return;
    case WEIBULL_LARGEST:
      text_add(text, "every event is at the largest time: the shape grows without end");
      return;
    case WEIBULL_ONE_SIDED:
      add_one_sided(text, weibull);
      return;
    case WEIBULL_COMBINED:
      text_add(text, "a combination of ");
      add_names(text, weibull->apart, weibull->n_apart, NAMES_SHOWN);
      text_add(
        text,
        " is the same in every event and on one side of that in every other row: the coefficients grow without end");
      return;
    case WEIBULL_TOLD:
      add_names(text, weibull->apart, weibull->n_apart, NAMES_SHOWN);
      text_add(text, weibull->n_apart > 1 ? " tell" : weibull->n_apart ? " tells" : "the rows tell");
      text_add(text, " the time of every event without error: the shape grows without end");
      return;
    case WEIBULL_UNFINISHED:
      text_add(text, "the log-likelihood still rises after the last step");
      return;
  }
}

void weibull_dropped(const Weibull *weibull, int i, Text *text)
{
  const RegressionFeature *feature = &weibull->feature[i];
  if (feature->state == REGRESSION_CONSTANT) {
    text_add(text, "constant");
  } else if (feature->state == REGRESSION_COLLINEAR) {
    text_add(text, "collinear with ");
    add_names(text, feature->partners, feature->n_partners, REGRESSION_PARTNERS);
  }
}
