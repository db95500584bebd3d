/*
** The calendar as scalars: the period that a time falls into.
**
**   period_start(time, grain[, time_zone])  its first day, 'YYYY-MM-DD'; of hours 'YYYY-MM-DD HH:00:00'
**   period_label(time, grain[, time_zone])  its usual name: '2026-W53', '2026-Q1', 'FY2026-Q1'
**   period_index(time, grain[, time_zone])  its number: consecutive periods have consecutive numbers
**
**   SELECT period_start(ordered_at, 'month') AS month, sum(amount) FROM demo_orders(200, 1) GROUP BY month;
**   SELECT period_index('2024-03-01', 'month') - period_index('2023-12-31', 'month');  -- 3
**
** R1  grain is [N] hour, day, week (ISO: begins on Monday), month, quarter or year, maybe with a beginning: hours, days
**     and weeks 'from 2026-01-05', weeks 'from sunday', months, quarters and years 'from april'.
** R2  Number 0 is the period that holds 1970-01-01 00:00; earlier ones are negative. N of a unit are counted from that
**     day, or from the beginning given.
** R3  time_zone moves the boundary: with '+08:00' a day begins at 16:00 UTC of the day before. The first day is the
**     local date.
** R4  Periods are those of retention_by_period() and cohort_retention() with the same grain and offset.
*/
#include "glue/call.h"
#include "glue/spec.h"
#include "period_params.h"

enum {
  ARG_TIME,
  ARG_GRAIN,
  ARG_TIME_ZONE,
  ARG_COUNT
};

static int64_t index_of_call(const Call *call)
{
  PeriodCursor cursor = {.grain = call_grain(call, ARG_GRAIN), .zone = call_zone(call, ARG_TIME_ZONE)};
  return period_of(&cursor, call_time(call, ARG_TIME));
}

static void period_start_scalar(Call *call, Cell *out)
{
  cell_period(out, call_grain(call, ARG_GRAIN), index_of_call(call));
}

static void period_label_scalar(Call *call, Cell *out)
{
  char label[PERIOD_LABEL_MAX];
  period_label(call_grain(call, ARG_GRAIN), index_of_call(call), label);
  cell_string(out, label);
}

static void period_index_scalar(Call *call, Cell *out)
{
  cell_integer(out, index_of_call(call));
}

static const ParamSpec PERIOD_PARAMS[] = {
  [ARG_TIME] = {"time", PARAM_FIXED_TIME, NULL, 0, 0, NULL,
                "a date or time as text, unix seconds or milliseconds, or a julian day number (REAL)"},
  [ARG_GRAIN] = {"grain", PARAM_GRAIN, NULL, 0, 0, NULL, GRAIN_HELP},
  [ARG_TIME_ZONE] = {"time_zone", PARAM_ZONE, "Z", 0, 0, NULL,
                     "whose civil days count: an offset such as '+08:00', or a name such as 'Europe/Berlin'"},
};
_Static_assert(COUNT_OF(PERIOD_PARAMS) == ARG_COUNT, "a parameter is not numbered");

#define PERIOD_NULLS "NULL if time or grain is NULL; a NULL time_zone is UTC"
#define PERIOD_ERRORS "An invalid time, grain or time_zone; N outside 1 … " NUMBER_TEXT(LENGTH_MAX)

const FunctionSpec period_start_function = {
  .name = "period_start",
  .doc =
    {
      .summary = "Gives the first day (or hour) of the period that a time falls into: day, week, month, fiscal year, N "
                 "days ….",
      .result = "A date 'YYYY-MM-DD', for hours 'YYYY-MM-DD HH:00:00', in local time where time_zone is given: sorts "
                "and groups as it is.",
      .nulls = PERIOD_NULLS ".",
      .errors = PERIOD_ERRORS ".",
      .example = "SELECT period_start(ordered_at, 'month') AS month, count(*) AS orders, sum(amount) AS revenue FROM "
                 "demo_orders(200, 1) GROUP BY month",
      .formula =
        "local time = time in time_zone; weeks begin on Monday (ISO 8601), quarters and years in January, N of "
        "a unit are counted from 1970-01-01, unless the grain says 'from …'",
    },
  .params = PERIOD_PARAMS,
  .n_params = COUNT_OF(PERIOD_PARAMS),
  .scalar = period_start_scalar,
};

const FunctionSpec period_label_function = {
  .name = "period_label",
  .doc =
    {
      .summary = "Names the period that a time falls into, as reports do: 2026-W53, 2026-Q1, FY2026-Q1.",
      .result =
        "Text: '2026-01-31 13:00' of an hour, '2026-01-31' of a day, '2026-W05' of a week, '2026-01' of a month, "
        "'2026-Q1' of a quarter, '2026' of a year; 'FY2026-Q1' and 'FY2026' where these are from another month "
        "than January. Of others, such as '10 days' or 'week from sunday', the first day or hour.",
      .nulls = PERIOD_NULLS ".",
      .errors = PERIOD_ERRORS ".",
      .example = "SELECT period_label(ordered_at, 'quarter from april') AS quarter, count(*) AS orders FROM "
                 "demo_orders(200, 1) GROUP BY quarter",
      .formula = "weeks and their years by ISO 8601: those of the week's Thursday; a fiscal year is named after the "
                 "year that it ends in, and its quarters are counted from its first month",
    },
  .params = PERIOD_PARAMS,
  .n_params = COUNT_OF(PERIOD_PARAMS),
  .scalar = period_label_scalar,
};

const FunctionSpec period_index_function = {
  .name = "period_index",
  .doc =
    {
      .summary =
        "Gives the number of the period that a time falls into: subtract two to get how many periods lie between.",
      .result = "An integer, 0 for the period that holds 1970-01-01, 1 for the next one, -1 for the one before.",
      .nulls = PERIOD_NULLS ".",
      .errors = PERIOD_ERRORS ".",
      .example = "SELECT period_index('2024-03-01', 'month') - period_index('2023-12-31', 'month') AS months_apart",
      .formula = "with m = 12 (year - 1970) + month - 1 and d the local days since 1970-01-01: month: m; quarter: "
                 "floor(m / 3); year: floor(m / 12); day: d; week: floor((d + 3) / 7); N days: floor(d / N); with a "
                 "beginning, m or d less that of the beginning's last period that begins by 1970-01-01",
    },
  .params = PERIOD_PARAMS,
  .n_params = COUNT_OF(PERIOD_PARAMS),
  .scalar = period_index_scalar,
};
