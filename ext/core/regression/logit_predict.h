/*
** A fitted logistic regression and what it says: predictions, contributions, and the reasons where there is none.
*/
#ifndef RETAIN_CORE_REGRESSION_LOGIT_PREDICT_H
#define RETAIN_CORE_REGRESSION_LOGIT_PREDICT_H

#include "regression_rows.h"

#define LOGIT_REASON 400

typedef enum LogitEnd {
  LOGIT_CONVERGED,
  LOGIT_NO_ROWS,
  LOGIT_ONE_CLASS,
  LOGIT_SEPARATED,       /* completely: every row is predicted without error */
  LOGIT_QUASI_SEPARATED, /* some rows are, the others lie on the boundary */
  LOGIT_UNFINISHED       /* no convergence and no separation found */
} LogitEnd;

/* {0} is a valid empty object; logit_free() may run twice. */
typedef struct Logit {
  int n_features;
  LogitEnd end;
  double intercept, intercept_error;
  double *coefficient, *error; /* of each feature; error: standard error, from the inverse (penalised) information */
  double *mean, *sd;           /* of each column, weighted; population standard deviation */
  RegressionFeature *feature;
  int n_separating, *separating; /* features, strongest first */
  bool separating_alone;         /* each of them does it alone; of the first: */
  double separating_value[2];    /* largest value of the lower class, smallest of the upper */
  bool separating_upward;        /* label 1 is above */
  double l2;
  double log_likelihood, null_log_likelihood; /* without the penalty; of the intercept alone */
  size_t rows, positives;
  double weight; /* sum of weights */
  int iterations;
} Logit;

/*
** A model whose numbers come from elsewhere: zeroed arrays for n features, coefficients to be filled in.
** STATUS_NOMEM.
*/
Status logit_alloc(Logit *logit, int n_features);
void logit_free(Logit *logit);

static inline bool logit_converged(const Logit *logit)
{
  return logit->end == LOGIT_CONVERGED;
}

/* The log-odds and the probability for a row of features; NaN where the fit did not converge. */
double logit_log_odds(const Logit *logit, const double *x);
double logit_predict(const Logit *logit, const double *x);

/* 1 / (1 + exp(-log_odds)), without overflow. */
double logit_probability(double log_odds);

/* By feature coefficient * (x - mean): what it adds to the log-odds of an average row. */
void logit_contributions(const Logit *logit, const double *x, double *contribution);

/* Why it did not converge; "" where it did. names: of the features; NULL: f1, f2, ... */
void logit_reason(const Logit *logit, const char *const *names, char text[LOGIT_REASON]);

/* Why feature i was dropped: "constant", "collinear with f1, f2"; "" where it was not. */
void logit_dropped(const Logit *logit, int i, const char *const *names, char text[LOGIT_REASON]);

#endif
