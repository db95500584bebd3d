#include "backtest.h"

#include <math.h>

#include "core/base/mem.h"

#define DAYS_PER_WEEK 7

/* Reading */

/* A customer's latest purchase day so far: most rows of a day come one after the other. */
typedef struct DayState {
  uint32_t day;
} DayState;

static Status day_step(void *self, void *state, const Event *event)
{
  Backtest *backtest = self;
  DayState *last = state;
  uint32_t day = day_number(zone_local(&backtest->zone, event->time));
  if (day == last->day) {
    return STATUS_OK;
  }
  last->day = day;
  return purchase_days_add(&backtest->days, event->customer, day);
}

Accumulator backtest_accumulator(void)
{
  return (Accumulator){.state_size = sizeof(DayState), .step = day_step, .any_order = true};
}

/* From days to CBS rows and outcomes */

/* One customer's days, sorted: key[0 … n). */
static Status add_customer(Backtest *backtest, const uint32_t *key, size_t n, const Watch *watch)
{
  uint32_t first = key[0] & DAY_MASK, last = first, before = first;
  double x = 0, actual = 0;
  if (first > backtest->cut_day) {
    return STATUS_OK;
  }
  for (size_t i = 1; i < n; i++) {
    uint32_t day = key[i] & DAY_MASK;
    if (day == before) {
      continue;
    }
    before = day;
    backtest->repeats[day - backtest->first_day]++;
    if (day <= backtest->cut_day) {
      x++;
      last = day;
    } else {
      actual++;
    }
  }
  backtest->firsts[first - backtest->first_day]++;
  CbsRow row = {x, (double)(last - first) / DAYS_PER_WEEK, (double)(backtest->cut_day - first) / DAYS_PER_WEEK};
  Status status = cbs_add(&backtest->calibration, row, NULL, 1, watch);
  return status == STATUS_OK ? cbs_add(&backtest->outcomes, row, &actual, 1, watch) : status;
}

static Status add_bucket(Backtest *backtest, const DayBucket *bucket, const Watch *watch)
{
  Status status = STATUS_OK;
  for (size_t i = 0; i < bucket->count && status == STATUS_OK;) {
    size_t begin = i;
    uint32_t local = bucket->key[i] >> DAY_BITS;
    while (i < bucket->count && bucket->key[i] >> DAY_BITS == local) {
      i++;
    }
    status = add_customer(backtest, bucket->key + begin, i - begin, watch);
  }
  return status;
}

Status backtest_finish(Backtest *backtest, uint32_t first_day, uint32_t cut_day, uint32_t end_day, const Watch *watch)
{
  size_t n_days = (size_t)(end_day - first_day) + 1;
  backtest->first_day = first_day;
  backtest->cut_day = cut_day;
  backtest->end_day = end_day;
  backtest->outcomes.n_covariates = 1;
  backtest->firsts = mem_zero(n_days, sizeof *backtest->firsts);
  backtest->repeats = mem_zero(n_days, sizeof *backtest->repeats);
  uint32_t *spare = mem_alloc(purchase_days_most(&backtest->days) + 1, sizeof *spare);
  Status status = spare && backtest->firsts && backtest->repeats ? STATUS_OK : STATUS_NOMEM;
  for (size_t i = 0; i < backtest->days.count && status == STATUS_OK; i++) {
    status = watch_stop(watch) ? STATUS_INTERRUPT : day_bucket_sort(&backtest->days.bucket[i], spare, watch);
    if (status == STATUS_OK) {
      status = add_bucket(backtest, &backtest->days.bucket[i], watch);
    }
  }
  mem_free(spare);
  purchase_days_free(&backtest->days);
  if (status == STATUS_OK) {
    status = cbs_finish(&backtest->calibration, watch);
  }
  return status == STATUS_OK ? cbs_finish(&backtest->outcomes, watch) : status;
}

/* Measuring */

/* Sums over customers; means and products of deviations by West's update (1979). */
typedef struct Measure {
  double customers, actual, predicted, absolute, squared, covered;
  double mean_actual, mean_predicted, s_aa, s_pp, s_ap;
} Measure;

static void measure_add(Measure *measure, double actual, double predicted, bool covered, double weight)
{
  double error = predicted - actual;
  measure->customers += weight;
  measure->actual += weight * actual;
  measure->predicted += weight * predicted;
  measure->absolute += weight * fabs(error);
  measure->squared += weight * error * error;
  measure->covered += covered ? weight : 0;
  double share = weight / measure->customers;
  double da = actual - measure->mean_actual, dp = predicted - measure->mean_predicted;
  measure->mean_actual += share * da;
  measure->mean_predicted += share * dp;
  measure->s_aa += weight * da * (actual - measure->mean_actual);
  measure->s_pp += weight * dp * (predicted - measure->mean_predicted);
  measure->s_ap += weight * da * (predicted - measure->mean_predicted);
}

static BacktestRow *add_row(Backtest *backtest, const BtydFit *fit, BacktestSection section, int bucket,
                            uint32_t last_day)
{
  BacktestRow *row = &backtest->row[backtest->n_rows++]; /* there is room: rows_reserve() */
  *row = (BacktestRow){.fit = fit, .section = section, .bucket = bucket, .last_day = last_day, .held_out = true};
  row->customers = row->actual = row->predicted = NAN;
  row->mae = row->rmse = row->correlation = row->coverage = NAN;
  return row;
}

static void measure_row(Backtest *backtest, const BtydFit *fit, BacktestSection section, int bucket,
                        const Measure *measure)
{
  BacktestRow *row = add_row(backtest, fit, section, bucket, backtest->end_day);
  double n = measure->customers;
  row->customers = n;
  row->actual = measure->actual;
  row->predicted = measure->predicted;
  row->mae = measure->absolute / n;
  row->rmse = sqrt(measure->squared / n);
  row->correlation = measure->s_aa > 0 && measure->s_pp > 0 ? measure->s_ap / sqrt(measure->s_aa * measure->s_pp) : NAN;
  row->coverage = measure->covered / n;
}

/* The distribution of one CBS row, summed up as far as was asked. */
typedef struct Distribution {
  const BtydFit *fit;
  CbsRow row;
  double holdout;
  int n;
  double below; /* P(X < n) */
} Distribution;

static double chance_of(const Distribution *distribution, int n)
{
  const BtydFit *fit = distribution->fit;
  return fit->model->pmf(fit->theta, &distribution->row, n, distribution->holdout);
}

/* Whether n lies in the central interval; n must not fall from call to call. */
static bool is_covered(Distribution *distribution, int n, double level)
{
  double high = (1 + level) / 2, low = (1 - level) / 2;
  for (; distribution->n < n && distribution->below < high; distribution->n++) {
    distribution->below += chance_of(distribution, distribution->n);
  }
  return distribution->below < high &&
         (distribution->below >= low || distribution->below + chance_of(distribution, n) >= low);
}

static Status measure_customers(Backtest *backtest, const BtydFit *fit, double level, const Watch *watch)
{
  const Cbs *outcomes = &backtest->outcomes;
  Measure overall = {0}, bucket[BACKTEST_BUCKETS] = {0};
  double holdout = (double)(backtest->end_day - backtest->cut_day) / DAYS_PER_WEEK;
  Distribution distribution = {.fit = fit, .row = {-1, 0, 0}, .holdout = holdout};
  double predicted = 0;
  for (size_t i = 0; i < outcomes->n; i++) {
    CbsRow row = {outcomes->x[i], outcomes->t_x[i], outcomes->T[i]};
    const CbsRow *known = &distribution.row;
    if (row.x != known->x || row.t_x != known->t_x || row.T != known->T) {
      distribution.row = row;
      distribution.n = 0;
      distribution.below = 0;
      predicted = fit->model->expected(fit->theta, &row, holdout);
    }
    bool covered = is_covered(&distribution, (int)outcomes->z[i], level);
    int b = row.x < BACKTEST_BUCKETS - 1 ? (int)row.x : BACKTEST_BUCKETS - 1;
    measure_add(&overall, outcomes->z[i], predicted, covered, outcomes->weight[i]);
    measure_add(&bucket[b], outcomes->z[i], predicted, covered, outcomes->weight[i]);
    if (i % 64 == 0 && watch_stop(watch)) {
      return STATUS_INTERRUPT;
    }
  }
  measure_row(backtest, fit, BACKTEST_OVERALL, 0, &overall);
  for (int b = 0; b < BACKTEST_BUCKETS; b++) {
    if (bucket[b].customers > 0) {
      measure_row(backtest, fit, BACKTEST_X, b, &bucket[b]);
    }
  }
  return STATUS_OK;
}

/* The tracking curve */

/* expected[t]: E[purchases of a new customer in t days]. */
static Status expected_make(const Backtest *backtest, const BtydFit *fit, double **out, const Watch *watch)
{
  uint32_t n = backtest->end_day - backtest->first_day + 1;
  double *expected = *out = mem_alloc(n, sizeof *expected);
  if (!expected) {
    return STATUS_NOMEM;
  }
  expected[0] = 0;
  for (uint32_t t = 1; t < n; t++) {
    expected[t] = fit->model->expected(fit->theta, NULL, (double)t / DAYS_PER_WEEK);
    if (t % 1024 == 0 && watch_stop(watch)) {
      return STATUS_INTERRUPT;
    }
  }
  return STATUS_OK;
}

static uint32_t weeks_of(uint32_t days)
{
  return (days + DAYS_PER_WEEK - 1) / DAYS_PER_WEEK;
}

static Status track(Backtest *backtest, const BtydFit *fit, const Watch *watch)
{
  uint32_t before = weeks_of(backtest->cut_day - backtest->first_day + 1);
  uint32_t weeks = before + weeks_of(backtest->end_day - backtest->cut_day);
  double *expected = NULL, customers = 0, actual = 0;
  Status status = expected_make(backtest, fit, &expected, watch);
  uint32_t done = 0; /* days counted */
  for (uint32_t week = 1; week <= weeks && status == STATUS_OK; week++) {
    uint32_t last_day = backtest->cut_day - DAYS_PER_WEEK * before + DAYS_PER_WEEK * week;
    last_day = week < weeks ? last_day : backtest->end_day;
    uint32_t end = last_day - backtest->first_day;
    double predicted = 0;
    for (; done <= end; done++) {
      customers += backtest->firsts[done];
      actual += backtest->repeats[done];
    }
    for (uint32_t day = 0; day <= end; day++) {
      predicted += backtest->firsts[day] * expected[end - day];
    }
    BacktestRow *row = add_row(backtest, fit, BACKTEST_WEEK, (int)week, last_day);
    row->held_out = week > before;
    row->customers = customers;
    row->actual = actual;
    row->predicted = predicted;
    status = week % 64 == 0 && watch_stop(watch) ? STATUS_INTERRUPT : STATUS_OK;
  }
  mem_free(expected);
  return status;
}

static bool rows_reserve(Backtest *backtest, uint32_t n)
{
  int capacity = backtest->n_rows + (int)n;
  BacktestRow *row = mem_resize(backtest->row, (size_t)capacity, sizeof *row);
  backtest->row = row ? row : backtest->row;
  return row != NULL;
}

Status backtest_model(Backtest *backtest, const BtydFit *fit, double level, const Watch *watch)
{
  if (!rows_reserve(backtest, 3 + BACKTEST_BUCKETS + weeks_of(backtest->end_day - backtest->first_day + 1))) {
    return STATUS_NOMEM;
  }
  if (!fit->converged && !fit->at_limit) {
    add_row(backtest, fit, BACKTEST_OVERALL, 0, backtest->end_day);
    return STATUS_OK;
  }
  Status status = measure_customers(backtest, fit, level, watch);
  return status == STATUS_OK ? track(backtest, fit, watch) : status;
}

void backtest_free(Backtest *backtest)
{
  purchase_days_free(&backtest->days);
  cbs_free(&backtest->calibration);
  cbs_free(&backtest->outcomes);
  mem_free(backtest->firsts);
  mem_free(backtest->repeats);
  mem_free(backtest->row);
  backtest->firsts = backtest->repeats = NULL;
  backtest->row = NULL;
  backtest->n_rows = 0;
}
