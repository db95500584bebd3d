/*
** What cohort_retention() and cohort_average() share: their parameters and the reading of the source.
*/
#ifndef RETAIN_FN_MEASURES_COHORT_PARAMS_H
#define RETAIN_FN_MEASURES_COHORT_PARAMS_H

#include "core/measures/cohort.h"
#include "glue/event_source.h"

enum {
  ARG_SOURCE,
  ARG_GRAIN,
  ARG_MODE,
  ARG_BRACKETS,
  ARG_CLOCK,
  ARG_MAX_AGE,
  ARG_COHORT_COLUMN,
  ARG_DIALECT,
  ARG_AVERAGING, /* cohort_average() only */
  ARG_COUNT
};

/* All ARG_COUNT of them are cohort_average()'s own, the first ARG_AVERAGING are cohort_retention()'s. */
extern const ParamSpec COHORT_PARAMS[];

/* Whose defaults hold where mode, clock or averaging is left out. */
typedef enum CohortAveraging {
  AVERAGING_POOLED,
  AVERAGING_SIMPLE,
  AVERAGING_WEIGHTED,
  AVERAGING_TWICE_WEIGHTED
} CohortAveraging;
typedef struct CohortDefaults {
  CohortMode mode;
  CohortClock clock;
  CohortAveraging averaging;
} CohortDefaults;
const CohortDefaults *cohort_defaults(const Call *call);

/*
** Reads the source into finished cohorts. Of *source only the attributes and the counts are kept. The caller frees
** both.
*/
Status cohorts_compute(Call *call, Cohorts *cohorts, EventSource *source);

#define COHORT_NULLS \
  "Rows whose customer or time is NULL do not take part; a NULL value counts as 0; a NULL in cohort_column makes a " \
  "cohort NULL; a rate of nobody (0/0) is NULL"
#define COHORT_ERRORS \
  "A grain of quarter or year with the clock rolling or rounded; brackets that are not ascending numbers; more " \
  "than " NUMBER_TEXT(COHORT_CELLS_MAX) " cells"

#endif
