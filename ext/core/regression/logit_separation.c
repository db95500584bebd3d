#include "logit_separation.h"

#include <math.h>
#include <string.h>

#define BOUNDARY 1e-6   /* a margin below this share of the range lies on the boundary */
#define NEGLIGIBLE 1e-3 /* share of the largest part of a direction */
#define REDUCE_MAX 60   /* variables, up to which a separating direction is searched for those that are needed */

typedef enum Split {
  SPLIT_NONE,
  SPLIT_QUASI,
  SPLIT_COMPLETE
} Split;

static Split split_of(double highest_negative, double lowest_positive, double range, double tolerance)
{
  if (!(range > 0) || lowest_positive < highest_negative - tolerance * range) {
    return SPLIT_NONE;
  }
  return lowest_positive > highest_negative + tolerance * range ? SPLIT_COMPLETE : SPLIT_QUASI;
}

/* Whether the direction orders the rows by label. */
static Status split_by(LogitFit *fit, const double *direction, Split *split, const Watch *watch)
{
  double low[2], high[2];
  Status status = logit_ranges(fit, direction, low, high, watch);
  if (status != STATUS_OK) {
    return status;
  }
  *split = split_of(high[0], low[1], fmax(high[0], high[1]) - fmin(low[0], low[1]), BOUNDARY);
  return STATUS_OK;
}

void logit_separation_single(const RegressionRows *rows, Logit *logit)
{
  Split best = SPLIT_NONE;
  for (int j = 0; j < rows->n_features; j++) {
    double low0 = rows->low[0][j], low1 = rows->low[1][j], high0 = rows->high[0][j], high1 = rows->high[1][j];
    if (rows->sd[j] == 0) {
      continue;
    }
    bool upward = low1 >= high0;
    Split split = upward ? split_of(high0, low1, 1, 0) : split_of(high1, low0, 1, 0);
    if (split > best) {
      best = split;
      logit->n_separating = 0;
      logit->separating_value[0] = upward ? high0 : high1;
      logit->separating_value[1] = upward ? low1 : low0;
      logit->separating_upward = upward;
    }
    if (split == best && split != SPLIT_NONE) {
      logit->separating[logit->n_separating++] = j;
    }
  }
  logit->separating_alone = best != SPLIT_NONE;
  if (best != SPLIT_NONE) {
    logit->end = best == SPLIT_COMPLETE ? LOGIT_SEPARATED : LOGIT_QUASI_SEPARATED;
  }
}

/* Takes out of a separating direction, smallest part first, what it does not need. */
static Status direction_reduce(LogitFit *fit, double *direction, Split least, const Watch *watch)
{
  double *part = fit->trial;
  memcpy(part, direction, (size_t)fit->m * sizeof *part);
  for (int turn = 1; turn < fit->m && fit->m <= REDUCE_MAX; turn++) {
    int smallest = 0;
    for (int v = 1; v < fit->m; v++) {
      if (!isnan(part[v]) && (!smallest || fabs(part[v]) < fabs(part[smallest]))) {
        smallest = v;
      }
    }
    double kept = direction[smallest];
    Split split;
    direction[smallest] = 0;
    part[smallest] = NAN;
    Status status = split_by(fit, direction, &split, watch);
    if (status != STATUS_OK) {
      return status;
    }
    if (split < least) {
      direction[smallest] = kept;
    }
  }
  return STATUS_OK;
}

Status logit_separation_find(LogitFit *fit, double *direction, Logit *logit, const Watch *watch)
{
  Split split;
  Status status = split_by(fit, direction, &split, watch);
  if (status != STATUS_OK || split == SPLIT_NONE) {
    return status;
  }
  status = direction_reduce(fit, direction, split, watch);
  if (status != STATUS_OK) {
    return status;
  }
  logit->end = split == SPLIT_COMPLETE ? LOGIT_SEPARATED : LOGIT_QUASI_SEPARATED;
  double least = NEGLIGIBLE * largest_size((size_t)(fit->m - 1), direction + 1);
  for (;;) {
    int best = 0;
    for (int v = 1; v < fit->m; v++) {
      best = fabs(direction[v]) > (best ? fabs(direction[best]) : least) ? v : best;
    }
    if (!best) {
      break;
    }
    logit->separating[logit->n_separating++] = fit->column[best];
    direction[best] = 0;
  }
  return STATUS_OK;
}
