/*
** The parameters `unit` and `until` of functions that summarise customers as x, t_x, T and m.
*/
#ifndef RETAIN_FN_BTYD_SUMMARY_PARAMS_H
#define RETAIN_FN_BTYD_SUMMARY_PARAMS_H

#include "core/btyd/customer_summary.h"
#include "glue/call.h"
#include "glue/spec.h"

#define UNIT_PARAM(of) ENTRY("unit", PARAM_CHOICE, "week", 0, 0, UNIT_CHOICES, "the unit of " of ": " UNITS_HELP)
#define UNITS_HELP \
  "day, week (7 days), month (" NUMBER_TEXT(DAYS_PER_MONTH) " days) or year (" NUMBER_TEXT(DAYS_PER_YEAR) " days)"

/*
** Sets what a summary has to know before rows are read: time_zone, and the end of observation where argument `until`
** is given. STATUS_ERROR, with the message, where that lies after a given as_of.
*/
Status summary_params_read(Call *call, int until, CustomerSummary *summary);

#endif
