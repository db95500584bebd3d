#include "logit_predict.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/text.h"
#include "core/numerics/stats.h"

Status logit_alloc(Logit *logit, int n_features)
{
  size_t n = (size_t)n_features;
  *logit = (Logit){.n_features = n_features};
  logit->coefficient = mem_zero(4 * n + 1, sizeof *logit->coefficient);
  logit->feature = mem_zero(n + 1, sizeof *logit->feature);
  logit->separating = mem_zero(n + 1, sizeof *logit->separating);
  if (!logit->coefficient || !logit->feature || !logit->separating) {
    logit_free(logit);
    return STATUS_NOMEM;
  }
  logit->error = logit->coefficient + n;
  logit->mean = logit->error + n;
  logit->sd = logit->mean + n;
  return STATUS_OK;
}

void logit_free(Logit *logit)
{
  mem_free(logit->coefficient);
  mem_free(logit->feature);
  mem_free(logit->separating);
  *logit = (Logit){0};
}

double logit_probability(double log_odds)
{
  double e = exp(-fabs(log_odds));
  return log_odds < 0 ? e / (1 + e) : 1 / (1 + e);
}

double logit_log_odds(const Logit *logit, const double *x)
{
  Sum sum = {0};
  sum_add(&sum, logit->intercept);
  for (int j = 0; j < logit->n_features; j++) {
    sum_add(&sum, logit->coefficient[j] * x[j]);
  }
  double log_odds = sum_value(&sum);
  if (isfinite(log_odds)) {
    return log_odds;
  }
  log_odds = logit->intercept; /* compensation makes any infinite term NaN, a plain sum only two that disagree */
  for (int j = 0; j < logit->n_features; j++) {
    log_odds += logit->coefficient[j] * x[j];
  }
  return log_odds;
}

double logit_predict(const Logit *logit, const double *x)
{
  return logit_probability(logit_log_odds(logit, x));
}

void logit_contributions(const Logit *logit, const double *x, double *contribution)
{
  for (int j = 0; j < logit->n_features; j++) {
    contribution[j] = logit->coefficient[j] * (x[j] - logit->mean[j]);
  }
}

/* ---- Reasons ---- */

typedef struct Reason {
  char *text;
  size_t length;
  bool full;
} Reason;

/* Cuts at the end of the room, and not within a character. */
static void reason_add(Reason *reason, const char *more)
{
  size_t room = LOGIT_REASON - 1 - reason->length, n = strlen(more);
  if (reason->full) {
    return;
  }
  if (n > room) {
    reason->full = true;
    n = room;
    while (n > 0 && ((unsigned char)more[n] & 0xC0) == 0x80) {
      n--;
    }
  }
  memcpy(reason->text + reason->length, more, n);
  reason->length += n;
  reason->text[reason->length] = 0;
}

static void reason_add_name(Reason *reason, int feature, const char *const *names)
{
  char number[16];
  snprintf(number, sizeof number, "f%d", feature + 1);
  reason_add(reason, names ? names[feature] : number);
}

#define NAMES_SHOWN 6

static void reason_add_names(Reason *reason, const int *features, int n, int shown, const char *const *names)
{
  for (int i = 0; i < n && i < shown; i++) {
    if (i) {
      reason_add(reason, i + 1 == n ? " and " : ", ");
    }
    reason_add_name(reason, features[i], names);
  }
  if (n > shown) {
    char rest[40];
    snprintf(rest, sizeof rest, " and %d more", n - shown);
    reason_add(reason, rest);
  }
}

static void reason_add_value(Reason *reason, double x)
{
  char number[NUMBER_TEXT_MAX];
  number_to_text(x, 6, number);
  reason_add(reason, number);
}

/* What the ranges of one column say. */
static void reason_add_single(Reason *reason, const Logit *logit, const char *const *names)
{
  const double *value = logit->separating_value;
  const char *labels[2] = {logit->separating_upward ? "0" : "1", logit->separating_upward ? "1" : "0"};
  reason_add(reason, logit->n_separating > 1 ? ", each alone: every row with " : " alone: every row with ");
  reason_add_name(reason, logit->separating[0], names);
  bool complete = logit->end == LOGIT_SEPARATED;
  reason_add(reason, complete ? " up to " : " below ");
  reason_add_value(reason, value[0]);
  reason_add(reason, " has label ");
  reason_add(reason, labels[0]);
  reason_add(reason, complete ? ", from " : ", above ");
  reason_add_value(reason, value[1]);
  reason_add(reason, " label ");
  reason_add(reason, labels[1]);
}

void logit_reason(const Logit *logit, const char *const *names, char text[LOGIT_REASON])
{
  Reason reason = {.text = text};
  text[0] = 0;
  switch (logit->end) {
    case LOGIT_CONVERGED:
      return;
    case LOGIT_NO_ROWS:
      reason_add(&reason, "no row takes part");
      return;
    case LOGIT_ONE_CLASS:
      reason_add(&reason, logit->positives ? "every label is 1" : "every label is 0");
      return;
    case LOGIT_UNFINISHED:
      reason_add(&reason, "the likelihood still rises after the last step; l2 above 0 gives a maximum");
      return;
    default:
      break;
  }
  reason_add(&reason, logit->end == LOGIT_SEPARATED ? "separation by " : "quasi-separation by ");
  reason_add_names(&reason, logit->separating, logit->n_separating, NAMES_SHOWN, names);
  if (logit->separating_alone) {
    reason_add_single(&reason, logit, names);
  }
  reason_add(&reason, "; the coefficients grow without end, l2 above 0 keeps them finite");
}

void logit_dropped(const Logit *logit, int i, const char *const *names, char text[LOGIT_REASON])
{
  const RegressionFeature *feature = &logit->feature[i];
  Reason reason = {.text = text};
  text[0] = 0;
  if (feature->state == REGRESSION_CONSTANT) {
    reason_add(&reason, "constant");
  } else if (feature->state == REGRESSION_COLLINEAR) {
    reason_add(&reason, "collinear with ");
    reason_add_names(&reason, feature->partners, feature->n_partners, REGRESSION_PARTNERS, names);
  }
}
