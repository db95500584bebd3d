/*
** churn_threshold(source[, horizon, lang, …]): after how many days of silence "gone" is the better guess.
**
**   SELECT segment, threshold_days, type_1_error, type_2_error FROM churn_threshold('orders') WHERE segment_column =
**   'channel';
**
** R1  One row; none of a source without rows.
** R2  Customers: those who bought up to the cut-off, as_of - horizon. Each has been silent for whole days since the
**     last purchase up to it, and came back (bought after it, up to as_of) or was gone.
** R3  Calling gone who has been silent for more than g days: type I error, those called so among those who came back;
**     type II error, those not called so among the gone. threshold_days is the smallest g of least type I + type II
**     error (core/churn/churn_threshold.h). NULL where nobody had bought up to the cut-off, everybody or nobody came
**     back, or no g does better than a sum of 1: `reason` says which.
** R4  right_rate: of those silent for more than threshold_days, the share that was gone, with its 95 % Wilson
**     interval.
*/
#include "core/churn/churn_threshold.h"
#include "churn_params.h"
#include "fn/numerics/wilson_cell.h"

enum {
  ARG_LANG = ARG_HORIZON + 1,
  ARG_COUNT
};

typedef struct Answer {
  ChurnThreshold threshold;
  Language language;
} Answer;

static Status threshold_compute(Call *call, void *state, int64_t *n_rows)
{
  Answer *answer = state;
  ChurnTimes times;
  EventSource source = {0};
  Status status = churn_times_read(call, &times);
  if (status == STATUS_OK) {
    status = event_source_read(call, &CHURN_THRESHOLD_ACCUMULATOR, &times, (EventSourceOptions){0}, &source);
  }
  if (status == STATUS_OK) {
    status = churn_threshold_find(&times, &source.customers, &answer->threshold, call_watch(call));
  }
  answer->language = call_language(call, ARG_LANG);
  *n_rows = source.customers.count > 0;
  event_source_free(&source);
  return status;
}

enum {
  COLUMN_THRESHOLD_DAYS,
  COLUMN_TYPE_1_ERROR,
  COLUMN_TYPE_2_ERROR,
  COLUMN_CUSTOMERS,
  COLUMN_CAME_BACK,
  COLUMN_GONE,
  COLUMN_CALLED_GONE,
  COLUMN_RIGHT_RATE,
  COLUMN_LOW,
  COLUMN_HIGH,
  COLUMN_REASON,
  COLUMN_COUNT
};

/* Why there is no threshold; NULL: there is one. */
static const char *reason_of(const ChurnThreshold *threshold, Language language)
{
  static const char *const NOBODY_YET[LANGUAGES] = {"nobody had bought up to the cut-off, as_of - horizon",
                                                    "截至截断点（as_of - horizon）没有客户购买过"};
  static const char *const ALL_BACK[LANGUAGES] = {"everybody came back within the horizon", "所有客户都在期限内回购"};
  static const char *const NONE_BACK[LANGUAGES] = {"nobody came back within the horizon", "没有客户在期限内回购"};
  static const char *const NO_MATTER[LANGUAGES] = {"silence does not tell those who came back from those who did not",
                                                   "沉默时长不能区分回购的客户与未回购的客户"};
  return threshold->days >= 0        ? NULL
         : threshold->customers == 0 ? NOBODY_YET[language]
         : threshold->gone == 0      ? ALL_BACK[language]
         : threshold->came_back == 0 ? NONE_BACK[language]
                                     : NO_MATTER[language];
}

static void threshold_cell(const void *state, int64_t row, int column, Cell *out)
{
  const Answer *answer = state;
  const ChurnThreshold *threshold = &answer->threshold;
  (void)row;
  double right = (double)threshold->right, called = (double)threshold->called;
  switch (column) {
    case COLUMN_CUSTOMERS:
      cell_integer(out, threshold->customers);
      return;
    case COLUMN_CAME_BACK:
      cell_integer(out, threshold->came_back);
      return;
    case COLUMN_GONE:
      cell_integer(out, threshold->gone);
      return;
    case COLUMN_REASON:
      cell_static(out, reason_of(threshold, answer->language));
      return;
  }
  if (threshold->days < 0) {
    cell_null(out);
    return;
  }
  switch (column) {
    case COLUMN_THRESHOLD_DAYS:
      cell_integer(out, threshold->days);
      return;
    case COLUMN_TYPE_1_ERROR:
      cell_real(out, threshold->type_1);
      return;
    case COLUMN_TYPE_2_ERROR:
      cell_real(out, threshold->type_2);
      return;
    case COLUMN_CALLED_GONE:
      cell_integer(out, threshold->called);
      return;
    case COLUMN_RIGHT_RATE:
      cell_ratio(out, right, called);
      return;
    case COLUMN_LOW:
      wilson_low_cell(out, right, called);
      return;
    default:
      wilson_high_cell(out, right, called);
  }
}

static const ColumnSpec COLUMNS[] = {
  [COLUMN_THRESHOLD_DAYS] =
    {"threshold_days", "INTEGER",
     "who has been silent for more days than this is better called gone; NULL where there is no such number"},
  [COLUMN_TYPE_1_ERROR] = {"type_1_error", "REAL", "of those who came back, the share that is called gone"},
  [COLUMN_TYPE_2_ERROR] = {"type_2_error", "REAL", "of those who were gone, the share that is not"},
  [COLUMN_CUSTOMERS] = {"customers", "INTEGER", "who had bought up to the cut-off, as_of - horizon"},
  [COLUMN_CAME_BACK] = {"came_back", "INTEGER", "of these, who bought within the horizon after it"},
  [COLUMN_GONE] = {"gone", "INTEGER", "of these, who did not"},
  [COLUMN_CALLED_GONE] = {"called_gone", "INTEGER", "who had been silent for more than threshold_days"},
  [COLUMN_RIGHT_RATE] = {"right_rate", "REAL", "of those called gone, the share that was"},
  [COLUMN_LOW] = {"low", "REAL", "lower end of the 95 % Wilson interval of right_rate"},
  [COLUMN_HIGH] = {"high", "REAL", "upper end of the 95 % Wilson interval of right_rate"},
  [COLUMN_REASON] = {"reason", "TEXT", "why there is no threshold_days; NULL where there is"},
};
_Static_assert(COUNT_OF(COLUMNS) == COLUMN_COUNT, "a column is not numbered");

static const ParamSpec PARAMS[] = {
  [ARG_SOURCE] = EVENT_SOURCE_PARAM(EVENT_TIMES),
  [ARG_HORIZON] = CHURN_HORIZON_PARAM,
  [ARG_LANG] = {"lang", PARAM_LANGUAGE, "en", 0, 0, NULL, "language of reason: en or zh"},
};
_Static_assert(COUNT_OF(PARAMS) == ARG_COUNT, "a parameter is not numbered");

const TableSpec churn_threshold_table = {
  .name = "churn_threshold",
  .doc =
    {
      .summary = "Finds the days without a purchase that best tell customers who are gone from those who come back.",
      .result = "A row; none of an empty source.",
      .nulls = "Rows with a NULL customer or time do not take part. threshold_days and what follows from it are NULL "
               "where everybody or nobody came back, or silence tells nothing.",
      .errors = "A horizon under a day or over " NUMBER_TEXT(
        CHURN_HORIZON_YEARS_MAX) " years; an unknown source or column; an invalid customer or time.",
      .example = "SELECT threshold_days, round(type_1_error, 3) AS type_1_error, round(type_2_error, 3) AS "
                 "type_2_error, customers, round(right_rate, 3) AS right_rate FROM churn_threshold((SELECT "
                 "retain_log(customer_id, ordered_at) FROM demo_orders(2000, 1)), '90 days')",
      .formula = "type I = #(came back, silence > g) / #(came back), type II = #(gone, silence <= g) / #(gone), "
                 "silence up to as_of - horizon and what happened in the horizon after it; threshold_days: the least g "
                 "that minimises their sum (the greatest Youden index, Youden 1950)",
    },
  .columns = COLUMNS,
  .n_columns = COUNT_OF(COLUMNS),
  .params = PARAMS,
  .n_params = COUNT_OF(PARAMS),
  .has_source = true,
  .by_segment = true,
  .value = VALUE_UNUSED,
  .state_size = sizeof(Answer),
  .compute = threshold_compute,
  .cell = threshold_cell,
};
