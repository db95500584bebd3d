/*
** The parameter of functions that count by calendar period.
*/
#ifndef RETAIN_FN_TIME_PERIOD_PARAMS_H
#define RETAIN_FN_TIME_PERIOD_PARAMS_H

#include "glue/spec.h"

#define GRAIN_PARAM \
  ENTRY("grain", PARAM_GRAIN, "month", 0, 0, NULL, \
        "length of a period: day, week (from Monday), month, quarter, year, or 'N days'")

#endif
