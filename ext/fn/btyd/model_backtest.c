/*
** model_backtest(source[, holdout[, model[, level]]]): how well the models would have predicted the latest part of
** the history.
**
**   SELECT fitted_model, actual, predicted, mae, rmse, correlation, coverage FROM model_backtest('orders')
**   WHERE holdout = '13 weeks' AND section = 'overall';
**   SELECT fitted_model, bucket AS x, 1.0 * actual / customers, predicted / customers FROM model_backtest('orders')
**   WHERE section = 'x';
**   SELECT ends_on, actual, predicted FROM model_backtest('orders', '13 weeks', 'auto') WHERE section = 'week';
**
** R1  The observation runs from the first purchase day to the day of as_of. Its last days, `holdout`, are held out;
**     the models are fitted on the rest, calibrated_until its last day. Left out, the holdout is the last third, in
**     whole weeks.
** R2  Only customers who first bought in the calibration count. Purchases of a civil day are one.
** R3  model = 'all' (default) gives the rows of each; 'auto' of the one that clv_forecast() would choose at that
**     time; or one by name. A model without a finite maximum is tested at its limit, fitted_model says 'bgnbd at its
**     limit', and the reason is there too; a model that could not be fitted has one row, with the reason. Asked for by
**     name either is an error, as is 'auto' where no model can be used.
** R4  section 'overall': a row of totals; 'x': a row per number of repeat purchases in the calibration, bucket 7
**     being 7 and more. customers; actual and predicted purchase days in the holdout, summed; mae, rmse and
**     correlation over customers; coverage: share of customers whose actual lies in the model's central `level`
**     interval (counts are whole, so a good model covers at least that).
** R5  section 'week': cumulative repeat purchases by ends_on, over the whole observation, with the number of
**     customers so far; held_out = 1 after the calibration. The prediction is that of new customers from their own
**     first days. bucket: the week, of which one ends with the calibration; the first and the last may be shorter.
*/
#include "core/btyd/backtest.h"
#include "core/btyd/clv_forecast.h"
#include "fn/events/event_params.h"

#include <string.h>

typedef struct BacktestAnswer {
  Backtest backtest;
  BtydFit fit[CLV_FORECAST_MODELS];
  char name[CLV_FORECAST_MODELS][CLV_FORECAST_MODEL_NAME]; /* of the fits */
} BacktestAnswer;

enum {
  ARG_SOURCE,
  ARG_HOLDOUT,
  ARG_MODEL,
  ARG_LEVEL,
  ARG_COUNT
};

enum {
  CHOICE_ALL,
  CHOICE_AUTO,
  CHOICE_FIRST_NAME
};

#define THIRD_DAYS_MIN 21 /* three weeks: a third of fewer days is no whole week */

/* The last day of the calibration. */
static Status find_cut(Call *call, const EventSource *source, uint32_t first_day, uint32_t end_day, uint32_t *cut_day)
{
  uint32_t days = end_day - first_day + 1;
  if (days > BACKTEST_DAYS) {
    return call_fail(call, "the history is %d days long, more than %d: is a time wrong? as_of leaves later rows out",
                     (int)days, BACKTEST_DAYS);
  }
  if (call_is_null(call, ARG_HOLDOUT)) {
    if (days < THIRD_DAYS_MIN) {
      return call_fail(call, "the history is %d days long: too short to hold out a third in whole weeks", (int)days);
    }
    *cut_day = end_day - days / 21 * 7;
    return STATUS_OK;
  }
  int64_t today = zone_local_at(&source->zone, source->as_of.last);
  int64_t cut = time_add(today, call_duration(call, ARG_HOLDOUT), -1);
  uint32_t day = day_number(cut < TIME_MIN ? TIME_MIN : cut);
  if (day >= end_day) {
    return call_fail_argument(call, ARG_HOLDOUT, "at least a day");
  }
  if (day < first_day || cut < TIME_MIN) {
    return call_fail_argument(call, ARG_HOLDOUT, "shorter than the history, which has %d days", (int)days);
  }
  *cut_day = day;
  return STATUS_OK;
}

/* Fits what was asked for and adds its rows. */
static Status test_models(Call *call, BacktestAnswer *answer, int which)
{
  Backtest *backtest = &answer->backtest;
  double level = call_real(call, ARG_LEVEL);
  Status status = STATUS_OK;
  for (int i = 0; i < CLV_FORECAST_MODELS && status == STATUS_OK; i++) {
    BtydFit *fit = &answer->fit[i];
    if (which >= CHOICE_FIRST_NAME && which - CHOICE_FIRST_NAME != i) {
      continue;
    }
    status = btyd_fit(CLV_FORECAST_MODEL[i], &backtest->calibration, fit, call_watch(call));
    clv_forecast_model_name(fit, answer->name[i]);
    if (status == STATUS_OK && which == CHOICE_ALL) {
      status = backtest_model(backtest, fit, level, call_watch(call));
    }
  }
  if (status != STATUS_OK || which == CHOICE_ALL) {
    return status;
  }
  const BtydFit *chosen = clv_forecast_choose(answer->fit, which == CHOICE_AUTO);
  if (!chosen) {
    char reasons[CLV_FORECAST_REASONS];
    clv_forecast_reasons(answer->fit, reasons);
    return call_fail(call, "no model could be fitted to the days up to the cut: %s", reasons);
  }
  return backtest_model(backtest, chosen, level, call_watch(call));
}

static Status backtest_compute(Call *call, void *state, int64_t *n_rows)
{
  BacktestAnswer *answer = state;
  Backtest *backtest = &answer->backtest;
  EventSource source = {0};
  double level = call_real(call, ARG_LEVEL);
  if (!(level > 0 && level < 1)) {
    return call_fail_argument(call, ARG_LEVEL, "above 0 and below 1");
  }
  backtest->zone = event_source_zone(call);
  Accumulator accumulator = backtest_accumulator();
  Status status = event_source_read(call, &accumulator, backtest, (EventSourceOptions){0}, &source);
  int64_t rows = source.rows;
  if (status == STATUS_OK && rows) {
    uint32_t first_day = day_number(zone_local(&source.zone, source.first_time)), cut_day = 0;
    uint32_t end_day = day_number(zone_local(&source.zone, source.as_of.last));
    status = find_cut(call, &source, first_day, end_day, &cut_day);
    if (status == STATUS_OK) {
      status = backtest_finish(backtest, first_day, cut_day, end_day, call_watch(call));
    }
  }
  event_source_free(&source);
  if (status == STATUS_OK && rows) {
    status = test_models(call, answer, call_choice(call, ARG_MODEL));
  }
  *n_rows = backtest->n_rows;
  return status;
}

enum {
  COLUMN_FITTED_MODEL,
  COLUMN_SECTION,
  COLUMN_BUCKET,
  COLUMN_ENDS_ON,
  COLUMN_HELD_OUT,
  COLUMN_CUSTOMERS,
  COLUMN_ACTUAL,
  COLUMN_PREDICTED,
  COLUMN_MAE,
  COLUMN_RMSE,
  COLUMN_CORRELATION,
  COLUMN_COVERAGE,
  COLUMN_CALIBRATED_UNTIL,
  COLUMN_REASON,
  COLUMN_COUNT
};

static void backtest_cell(const void *state, int64_t row_number, int column, Cell *out)
{
  static const char *const SECTIONS[] = {"overall", "x", "week"};
  const BacktestAnswer *answer = state;
  const Backtest *backtest = &answer->backtest;
  const BacktestRow *row = &backtest->row[row_number];
  const char *name = answer->name[row->fit - answer->fit];
  switch (column) {
    case COLUMN_FITTED_MODEL:
      cell_string(out, name);
      return;
    case COLUMN_SECTION:
      cell_static(out, SECTIONS[row->section]);
      return;
    case COLUMN_BUCKET:
      if (row->section != BACKTEST_OVERALL) {
        cell_integer(out, row->bucket);
        return;
      }
      break;
    case COLUMN_ENDS_ON:
      cell_date(out, day_number_start(row->last_day));
      return;
    case COLUMN_HELD_OUT:
      cell_bool(out, row->held_out);
      return;
    case COLUMN_CUSTOMERS:
      if (row->customers >= 0) {
        cell_integer(out, (int64_t)row->customers);
        return;
      }
      break;
    case COLUMN_ACTUAL:
      if (row->actual >= 0) {
        cell_integer(out, (int64_t)row->actual);
        return;
      }
      break;
    case COLUMN_PREDICTED:
      cell_real(out, row->predicted);
      return;
    case COLUMN_MAE:
      cell_real(out, row->mae);
      return;
    case COLUMN_RMSE:
      cell_real(out, row->rmse);
      return;
    case COLUMN_CORRELATION:
      cell_real(out, row->correlation);
      return;
    case COLUMN_COVERAGE:
      cell_real(out, row->coverage);
      return;
    case COLUMN_CALIBRATED_UNTIL:
      cell_date(out, day_number_start(backtest->cut_day));
      return;
    case COLUMN_REASON:
      if (!row->fit->converged) {
        cell_string(out, row->fit->reason);
        return;
      }
      break;
  }
  cell_null(out);
}

static void backtest_answer_free(void *state)
{
  backtest_free(&((BacktestAnswer *)state)->backtest);
}

static const ColumnSpec COLUMNS[] = {
  [COLUMN_FITTED_MODEL] = {"fitted_model", "TEXT",
                           "bgnbd, mbgnbd or pareto_nbd; followed by 'at its limit' where it has no finite maximum"},
  [COLUMN_SECTION] =
    {"section", "TEXT",
     "overall: all customers; x: by repeat purchases in the calibration; week: the cumulative tracking curve"},
  [COLUMN_BUCKET] =
    {"bucket", "INTEGER",
     "section x: the number of repeat purchases, 7 for 7 and more; section week: the number of the week; NULL overall"},
  [COLUMN_ENDS_ON] = {"ends_on", "TEXT", "the last day that the row counts"},
  [COLUMN_HELD_OUT] = {"held_out", "INTEGER", "1 where that day lies after the calibration, 0 for the weeks in it"},
  [COLUMN_CUSTOMERS] = {"customers", "INTEGER", "customers of the row; section week: those who had bought by then"},
  [COLUMN_ACTUAL] =
    {"actual", "INTEGER",
     "purchase days in the holdout, of all these customers; section week: repeat purchase days since the beginning"},
  [COLUMN_PREDICTED] = {"predicted", "REAL", "what the model expects for actual"},
  [COLUMN_MAE] = {"mae", "REAL", "mean absolute error of a customer's prediction; NULL for weeks"},
  [COLUMN_RMSE] = {"rmse", "REAL", "root of the mean squared error; NULL for weeks"},
  [COLUMN_CORRELATION] = {"correlation", "REAL",
                          "of actual and predicted over customers; NULL for weeks and where either is constant"},
  [COLUMN_COVERAGE] = {"coverage", "REAL",
                       "share of customers whose actual lies in the model's central interval at level; NULL for weeks"},
  [COLUMN_CALIBRATED_UNTIL] = {"calibrated_until", "TEXT", "the last day of the calibration"},
  [COLUMN_REASON] = {"reason", "TEXT", "why the model could not be fitted, or is at its limit; NULL where it was"},
};
_Static_assert(COUNT_OF(COLUMNS) == COLUMN_COUNT, "a column is not numbered");

static const ParamSpec PARAMS[] = {
  [ARG_SOURCE] = EVENT_SOURCE_PARAM(EVENT_TIMES),
  [ARG_HOLDOUT] = {"holdout", PARAM_DURATION, "", 0, 0, NULL,
                   "how much of the history, back from as_of, to hold out and predict, such as '13 weeks'; left out: "
                   "the last third in whole weeks"},
  [ARG_MODEL] = {"model", PARAM_CHOICE, "all", 0, 0, "all|auto|bgnbd|mbgnbd|pareto_nbd",
                 "the model to test: all of them, auto (the lowest AIC on the calibration), or one by name"},
  [ARG_LEVEL] = {"level", PARAM_REAL, "0.95", 0, 1, NULL,
                 "level of the intervals that coverage is about, above 0 and below 1"},
};
_Static_assert(COUNT_OF(PARAMS) == ARG_COUNT, "a parameter is not numbered");

const TableSpec model_backtest_table = {
  .name = "model_backtest",
  .doc =
    {
      .summary = "Tests the customer models on the past: fits them without the latest part of the history and compares "
                 "what they predict with what happened.",
      .result = "Per model a row overall, a row per number of repeat purchases, and a row per week of the cumulative "
                "curve; none for an empty source.",
      .nulls = "Rows with a NULL customer or time do not take part.",
      .errors = "A holdout below a day or not shorter than the history; a history below " NUMBER_TEXT(
        THIRD_DAYS_MIN) " days without a holdout, or above " NUMBER_TEXT(BACKTEST_DAYS) " days; a model asked for that "
                                                                                        "cannot be fitted (the reason "
                                                                                        "is given); a level outside 0 "
                                                                                        "… 1; an unknown source or "
                                                                                        "column; an invalid customer "
                                                                                        "or time.",
      .example = "SELECT fitted_model, calibrated_until, customers, actual, round(predicted, 1) AS predicted, "
                 "round(mae, 3) AS mae, round(correlation, 3) AS correlation, round(coverage, 3) AS coverage FROM "
                 "model_backtest((SELECT retain_log(customer_id, ordered_at) FROM demo_orders(500, 1))) WHERE holdout "
                 "= '26 weeks' AND section = 'overall'",
      .formula = "predicted = sum of E[purchases in the holdout | x, t_x, T]; in section week the sum of E[X(t)] over "
                 "customers, t since the own first day (Fader, Hardie & Lee 2005). coverage: actual between the "
                 "smallest n with P(X <= n) >= (1 - level)/2 and the smallest with P(X <= n) >= (1 + level)/2",
    },
  .columns = COLUMNS,
  .n_columns = COUNT_OF(COLUMNS),
  .params = PARAMS,
  .n_params = COUNT_OF(PARAMS),
  .has_source = true,
  .by_segment = true,
  .value = VALUE_UNUSED,
  .state_size = sizeof(BacktestAnswer),
  .compute = backtest_compute,
  .cell = backtest_cell,
  .free = backtest_answer_free,
};
