/*
** The rows that the regressions of this family are fitted to, in blocks; and what becomes of a feature in a fit.
*/
#ifndef RETAIN_CORE_REGRESSION_REGRESSION_ROWS_H
#define RETAIN_CORE_REGRESSION_REGRESSION_ROWS_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/status.h"

#define REGRESSION_FEATURES_MAX 1000
#define REGRESSION_VALUE_MAX 1e250
#define REGRESSION_PARTNERS 4

/*
** The rows of a fit. {.n_features = n} is a valid empty object; regression_rows_free() may run twice. In blocks of
** REGRESSION_BLOCK rows, column by column; the last column is the weight, negative where the label is 0. A fit
** standardises them in place, once: several fits may share the rows, but none may be added afterwards.
*/
#define REGRESSION_BLOCK 64
typedef struct RegressionRows {
  int n_features;
  bool weighted;   /* some weight is not 1 */
  bool measured;   /* mean, sd, low and high are set; no rows may be added any more */
  size_t n_scaled; /* blocks that are standardised */
  size_t count, positives;
  double **block;
  size_t n_blocks, n_slots;
  double *mean, *sd, *low[2], *high[2]; /* of measured rows: by feature, the ranges of label 0 and 1; one allocation */
  double weight[2];                     /* sums by label */
} RegressionRows;

Status regression_rows_add(RegressionRows *rows, const double *x, bool positive, double weight);
Status regression_rows_standardise(RegressionRows *rows, const Watch *watch); /* what a fit does first */
void regression_rows_free(RegressionRows *rows);

typedef enum RegressionFeatureState {
  REGRESSION_USED,
  REGRESSION_CONSTANT,
  REGRESSION_COLLINEAR
} RegressionFeatureState;

typedef struct RegressionFeature {
  RegressionFeatureState state;
  int partners[REGRESSION_PARTNERS]; /* REGRESSION_COLLINEAR: the features that explain it, strongest first */
  int n_partners;                    /* may be more than the array holds */
} RegressionFeature;

#endif
