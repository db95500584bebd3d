/*
** What the proportional-hazards table functions share: reading a table's lifetimes and features, the fit, and the
** documentation of that.
*/
#ifndef RETAIN_FN_COX_COX_PARAMS_H
#define RETAIN_FN_COX_COX_PARAMS_H

#include "core/cox/cox.h"
#include "core/regression/design_matrix.h"
#include "glue/row_source.h"
#include "glue/spec.h"

/* Times and weights go up to this; levels are within these. */
#define COX_TIME_MAX 1e15
#define COX_LEVEL_MIN 0.5
#define COX_LEVEL_MAX 0.999999

/* The parameters of all of them; their own begin at COX_ARG_COUNT. */
enum {
  ARG_SOURCE,
  ARG_TIME_COLUMN,
  ARG_EVENT_COLUMN,
  ARG_TERMS,
  ARG_TIES,
  ARG_ENTRY_COLUMN,
  ARG_STRATA_COLUMN,
  ARG_WEIGHT_COLUMN,
  COX_ARG_COUNT
};

#define COX_SOURCE_PARAM \
  ENTRY("source", PARAM_TABLE, NULL, 0, 0, NULL, "the name of a table or view with a row per lifetime")
#define COX_TIME_PARAM \
  ENTRY("time_column", PARAM_COLUMN, NULL, 0, 0, NULL, \
        "the column with how long it was observed, a number from 0 to " NUMBER_TEXT( \
          COX_TIME_MAX) " in any unit, such as the months of tenure; times that differ by rounding alone (1e-9 of " \
                        "them) are one")
#define COX_EVENT_PARAM \
  ENTRY("event_column", PARAM_COLUMN, NULL, 0, 0, NULL, \
        "the column with how that ended: 1, yes, y, true or t for the event, such as churn; 0, no, n, false or f " \
        "where it goes on (censored)")
#define COX_TERMS_PARAM \
  ENTRY("terms", PARAM_TEXT, NULL, 0, 0, NULL, \
        "the features: 1 to " NUMBER_TEXT( \
          DESIGN_MATRIX_TERMS_MAX) " columns with commas between them. A number is one term. A text is a term for " \
                                   "each of " \
                                   "its levels (2 to " NUMBER_TEXT( \
                                     DESIGN_MATRIX_LEVELS_MAX) ") but the reference, which is the first one; " \
                                                               "contract[Two year] states another " \
                                                               "reference, and makes levels of a column of integers. " \
                                                               "Double quotes around a name with commas or brackets")
#define COX_TIES_PARAM \
  ENTRY("ties", PARAM_CHOICE, "efron", 0, 0, "efron|breslow", \
        "how events at the same time are counted; efron is the more exact one")
#define COX_ENTRY_PARAM \
  ENTRY("entry_column", PARAM_COLUMN, "", 0, 0, NULL, \
        "the column with the time from which it was observed (left truncation), less than its time; 0: from the " \
        "beginning; NULL: never, the row takes no part")
#define COX_STRATA_PARAM \
  ENTRY("strata_column", PARAM_COLUMN, "", 0, 0, NULL, \
        "the column with strata, integers or text, each with a baseline of its own; left out: one stratum")
#define COX_WEIGHT_PARAM \
  ENTRY("weight_column", PARAM_COLUMN, "", 0, 0, NULL, \
        "the column with how many times the row counts, 0 to " NUMBER_TEXT(COX_TIME_MAX))
#define COX_PARAMS \
  [ARG_SOURCE] = COX_SOURCE_PARAM, [ARG_TIME_COLUMN] = COX_TIME_PARAM, [ARG_EVENT_COLUMN] = COX_EVENT_PARAM, \
  [ARG_TERMS] = COX_TERMS_PARAM, [ARG_TIES] = COX_TIES_PARAM, [ARG_ENTRY_COLUMN] = COX_ENTRY_PARAM, \
  [ARG_STRATA_COLUMN] = COX_STRATA_PARAM, [ARG_WEIGHT_COLUMN] = COX_WEIGHT_PARAM
#define COX_LEVEL_PARAM \
  ENTRY("level", PARAM_REAL, "0.95", COX_LEVEL_MIN, COX_LEVEL_MAX, NULL, \
        "confidence level of low … high, " NUMBER_TEXT(COX_LEVEL_MIN) " to " NUMBER_TEXT(COX_LEVEL_MAX))

#define COX_NULLS \
  "A row with a NULL time, event, or feature, or stratum, cluster or weight where such a column is named, does not " \
  "take part. An empty source: no answer."
#define COX_ERRORS \
  "An unknown table or column; a time that is not a number from 0 to " NUMBER_TEXT( \
    COX_TIME_MAX) "; an invalid event; a column that mixes " \
                  "numbers and text, or has more than " NUMBER_TEXT( \
                    DESIGN_MATRIX_LEVELS_MAX) " levels; an entry that is not less than the time; all rows censored; " \
                                              "a term " \
                                              "of which the likelihood has no maximum, because its hazard ratio is 0 " \
                                              "or infinite (such as a level at which " \
                                              "nobody left): it is named; rows of which none takes part; no more " \
                                              "clusters than terms."
#define COX_FORMULA \
  "hazard(t | x) = h0(t) exp(Σ coef x); maximum of the partial likelihood (Cox 1972), ties by Efron (1977) or " \
  "Breslow (1974), Newton's method. At risk at t: entry < t <= time. Weights, strata and tied weights as in Therneau " \
  "& Grambsch 2000"

typedef struct CoxModel {
  Field fields[FIELDS_MAX];
  DesignMatrix design;
  CoxRows rows;
  Cox cox;
  const char **names; /* labels of the design's columns */
  int cluster_param;  /* 0: none */
  double x[DESIGN_MATRIX_TERMS_MAX];
  int64_t left_out;       /* rows that take no part, */
  bool known[FIELDS_MAX]; /* and which fields are not NULL in one of them */
} CoxModel;

/* Reads and fits. cox.end is COX_CONVERGED afterwards, or COX_NO_ROWS; anything else is an error with its reason. */
Status cox_model_fit(Call *call, CoxModel *model);

/* Frees what is as large as the table. */
void cox_model_close(CoxModel *model);
void cox_model_free(CoxModel *model);

/* The keys of strata. */
const Customers *cox_model_strata(const CoxModel *model);

/* A statistic with its chance: p of a chi-square. */
void chi_square_cell(double chi, double df, Cell *out);
void chi_square_log10_cell(double chi, double df, Cell *out);

#endif
