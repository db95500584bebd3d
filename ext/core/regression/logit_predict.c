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

/* ---- Words ---- */

typedef struct Words {
  char *text;
  size_t length;
  bool full;
} Words;

/* Cuts at the end of the room, and not within a character. */
static void words_add(Words *words, const char *more)
{
  size_t room = LOGIT_REASON - 1 - words->length, n = strlen(more);
  if (words->full) {
    return;
  }
  if (n > room) {
    words->full = true;
    n = room;
    while (n > 0 && ((unsigned char)more[n] & 0xC0) == 0x80) {
      n--;
    }
  }
  memcpy(words->text + words->length, more, n);
  words->length += n;
  words->text[words->length] = 0;
}

static void words_name(Words *words, int feature, const char *const *names)
{
  char number[16];
  snprintf(number, sizeof number, "f%d", feature + 1);
  words_add(words, names ? names[feature] : number);
}

#define NAMES_SHOWN 6

static void words_names(Words *words, const int *features, int n, int shown, const char *const *names)
{
  for (int i = 0; i < n && i < shown; i++) {
    if (i) {
      words_add(words, i + 1 == n ? " and " : ", ");
    }
    words_name(words, features[i], names);
  }
  if (n > shown) {
    char rest[40];
    snprintf(rest, sizeof rest, " and %d more", n - shown);
    words_add(words, rest);
  }
}

static void words_value(Words *words, double x)
{
  char number[NUMBER_TEXT_MAX];
  number_to_text(x, 6, number);
  words_add(words, number);
}

/* What the ranges of one column say. */
static void words_alone(Words *words, const Logit *logit, const char *const *names)
{
  const double *value = logit->separating_value;
  const char *labels[2] = {logit->separating_upward ? "0" : "1", logit->separating_upward ? "1" : "0"};
  words_add(words, logit->n_separating > 1 ? ", each alone: every row with " : " alone: every row with ");
  words_name(words, logit->separating[0], names);
  bool complete = logit->end == LOGIT_SEPARATED;
  words_add(words, complete ? " up to " : " below ");
  words_value(words, value[0]);
  words_add(words, " has label ");
  words_add(words, labels[0]);
  words_add(words, complete ? ", from " : ", above ");
  words_value(words, value[1]);
  words_add(words, " label ");
  words_add(words, labels[1]);
}

void logit_reason(const Logit *logit, const char *const *names, char text[LOGIT_REASON])
{
  Words words = {.text = text};
  text[0] = 0;
  switch (logit->end) {
    case LOGIT_CONVERGED:
      return;
    case LOGIT_NO_ROWS:
      words_add(&words, "no row takes part");
      return;
    case LOGIT_ONE_CLASS:
      words_add(&words, logit->positives ? "every label is 1" : "every label is 0");
      return;
    case LOGIT_UNFINISHED:
      words_add(&words, "the likelihood still rises after the last step; l2 above 0 gives a maximum");
      return;
    default:
      break;
  }
  words_add(&words, logit->end == LOGIT_SEPARATED ? "separation by " : "quasi-separation by ");
  words_names(&words, logit->separating, logit->n_separating, NAMES_SHOWN, names);
  if (logit->separating_alone) {
    words_alone(&words, logit, names);
  }
  words_add(&words, "; the coefficients grow without end, l2 above 0 keeps them finite");
}

void logit_dropped(const Logit *logit, int i, const char *const *names, char text[LOGIT_REASON])
{
  const RegressionFeature *feature = &logit->feature[i];
  Words words = {.text = text};
  text[0] = 0;
  if (feature->state == REGRESSION_CONSTANT) {
    words_add(&words, "constant");
  } else if (feature->state == REGRESSION_COLLINEAR) {
    words_add(&words, "collinear with ");
    words_names(&words, feature->partners, feature->n_partners, REGRESSION_PARTNERS, names);
  }
}
