/*
** The parameter of functions that count by calendar period.
*/
#ifndef RETAIN_FN_TIME_PERIOD_PARAMS_H
#define RETAIN_FN_TIME_PERIOD_PARAMS_H

#include "glue/spec.h"

#define GRAIN_HELP \
  "hour, day, week (from Monday), month, quarter, year, a number of them ('10 days'), or with another beginning " \
  "('week " \
  "from sunday', 'quarter from april', '14 days from 2026-01-05')"

#define GRAIN_PARAM ENTRY("grain", PARAM_GRAIN, "month", 0, 0, NULL, "length of a period: " GRAIN_HELP)

#endif
