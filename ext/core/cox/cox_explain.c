/*
** Why a proportional-hazards fit has no estimate, or dropped a feature.
*/
#include <stdio.h>
#include <string.h>

#include "cox.h"

static void reason_add(char out[COX_REASON], const char *text)
{
  size_t length = strlen(out);
  snprintf(out + length, COX_REASON - length, "%s", text);
}

/* Name number n of `of`, of which only the first COX_PARTNERS are written; a name at most 60 bytes long. */
static void reason_add_name(char out[COX_REASON], int n, int of, const char *quote, const char *name)
{
  size_t length = strlen(out);
  if (n < COX_PARTNERS) {
    snprintf(out + length, COX_REASON - length, "%s%s%.60s%s",
             n == 0        ? ""
             : n + 1 == of ? " and "
                           : ", ",
             quote, name, quote);
  } else if (n + 1 == of) {
    snprintf(out + length, COX_REASON - length, " and %d more", of - COX_PARTNERS);
  }
}

void cox_reason(const Cox *cox, const char *const *names, char out[COX_REASON])
{
  int n = 0, of = 0;
  out[0] = 0;
  if (cox->end == COX_NO_ROWS) {
    reason_add(out, "no row has a time, an event and all features");
  }
  if (cox->end == COX_NO_EVENTS) {
    reason_add(out, "no row has the event: all are censored");
  }
  if (cox->end == COX_UNFINISHED) {
    reason_add(out, "the estimates did not settle, and no feature was found to cause it");
  }
  if (cox->end != COX_MONOTONE) {
    return;
  }
  for (int j = 0; j < cox->n_features; j++) {
    of += cox->feature[j].monotone;
  }
  reason_add(out, "the likelihood has no maximum, because at every event whoever leaves has the extreme ");
  reason_add(out, of == 1 ? "value of all at risk in " : "combination of all at risk in ");
  for (int j = 0; j < cox->n_features; j++) {
    if (cox->feature[j].monotone) {
      reason_add_name(out, n++, of, "'", names[j]);
    }
  }
  reason_add(out, ": its hazard ratio is 0 or infinite. Leave it out, or merge its level with another one");
}

void cox_dropped(const Cox *cox, int feature, const char *const *names, char out[COX_REASON])
{
  const CoxFeature *of = &cox->feature[feature];
  out[0] = 0;
  if (of->state == COX_CONSTANT) {
    reason_add(out, of->sd > 0 ? "constant among those at risk" : "constant");
  }
  if (of->state != COX_COLLINEAR) {
    return;
  }
  reason_add(out, "collinear with ");
  for (int p = 0; p < of->n_partners; p++) {
    reason_add_name(out, p, of->n_partners, "", p < COX_PARTNERS ? names[of->partners[p]] : "");
  }
}
