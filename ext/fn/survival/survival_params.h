/*
** The parameters of functions on lifetimes, and what they say of their errors.
*/
#ifndef RETAIN_FN_SURVIVAL_SURVIVAL_PARAMS_H
#define RETAIN_FN_SURVIVAL_SURVIVAL_PARAMS_H

#include "glue/call.h"
#include "glue/spec.h"

/* Times and weights go up to this; levels are within these. */
#define LIFE_MAX 1e15
#define LIFE_LEVEL_MIN 0.5
#define LIFE_LEVEL_MAX 0.999999

/* The first three parameters of all of them; their own begin at LIFE_ARG_COUNT. */
enum {
  ARG_SOURCE,
  ARG_TIME_COLUMN,
  ARG_EVENT_COLUMN,
  LIFE_ARG_COUNT
};
#define LIFE_SOURCE_PARAM \
  ENTRY("source", PARAM_TABLE, NULL, 0, 0, NULL, "the name of a table or view with a row per lifetime")
#define LIFE_TIME_PARAM \
  ENTRY("time_column", PARAM_COLUMN, NULL, 0, 0, NULL, \
        "the column with how long it was observed, a number from 0 to " NUMBER_TEXT( \
          LIFE_MAX) " in any unit, such as the months of tenure; times that differ by rounding alone (1e-9 of them) " \
                    "are one")
#define LIFE_EVENT_PARAM \
  ENTRY("event_column", PARAM_COLUMN, NULL, 0, 0, NULL, \
        "the column with how that ended: 1, yes, y, true or t for the event, such as churn; 0, no, n, false or f " \
        "where it goes on (censored); in any case")
#define LIFE_PARAMS \
  [ARG_SOURCE] = LIFE_SOURCE_PARAM, [ARG_TIME_COLUMN] = LIFE_TIME_PARAM, [ARG_EVENT_COLUMN] = LIFE_EVENT_PARAM
#define LIFE_SEGMENT_PARAM \
  ENTRY("segment_column", PARAM_COLUMN, "", 0, 0, NULL, \
        "the column with the group, an integer or text: a curve for each; left out: all rows are one group")
#define LIFE_ENTRY_PARAM \
  ENTRY("entry_column", PARAM_COLUMN, "", 0, 0, NULL, \
        "the column with the time from which it was observed (left truncation), less than its time; 0: from the " \
        "beginning; NULL: never, the row takes no part")
#define LIFE_WEIGHT_PARAM \
  ENTRY("weight_column", PARAM_COLUMN, "", 0, 0, NULL, \
        "the column with how many times the row counts, 0 to " NUMBER_TEXT(LIFE_MAX))
#define LIFE_INTERVAL_PARAM \
  ENTRY( \
    "interval", PARAM_CHOICE, "log-log", 0, 0, "log-log|log|plain", \
    "the scale on which the interval of S is symmetric: log-log (stays within 0 and 1), log (R's default) or plain")
#define LIFE_LEVEL_PARAM \
  ENTRY("level", PARAM_REAL, "0.95", LIFE_LEVEL_MIN, LIFE_LEVEL_MAX, NULL, \
        "confidence level of the interval, " NUMBER_TEXT(LIFE_LEVEL_MIN) " to " NUMBER_TEXT(LIFE_LEVEL_MAX))

#define LIFE_NULLS \
  "A row with a NULL time, event, or group where a segment_column is named, does not take part. No row: no answer. " \
  "segment is NULL without a segment_column."
#define LIFE_ERRORS \
  "An unknown table or column; a time that is not a number from 0 to " NUMBER_TEXT( \
    LIFE_MAX) "; an event other than 0, 1, yes, no, true, " \
              "false and their first letters; a group that is neither integer nor text, or more than " NUMBER_TEXT( \
                SEGMENTS_MAX) " of them."

/*
** Numbers such as '12, 24, 36' of a text argument, each in low … high, at most `most`: their number in *n; the array
** from mem_alloc().
*/
Status numbers_read(Call *call, int param, double low, double high, int most, double **numbers, int *n);

/* z of a two-sided interval. */
double level_z(double level);

#endif
