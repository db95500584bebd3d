#include "revenue_cohorts.h"

#include <string.h>

#include "core/base/mem.h"

#define CELL_WORK 20         /* of a WatchMeter, to run a cell on */
#define CELLS_BETWEEN 100000 /* cleared between two questions to the watch: some ms */

static RevenueCell *cohort_cells(const RevenueCohorts *cohorts, int64_t cohort)
{
  return cohorts->cells + cohort * cohorts->periods - cohort * (cohort - 1) / 2;
}

/* A level of one customer at the ends of ages low … high - 1. */
static void cells_add(RevenueCell *cells, int64_t ages, int64_t low, int64_t high, double level, double base)
{
  if (low >= high || level == 0) {
    return;
  }
  double kept = level < base ? level : base;
  sum_add(&cells[low].revenue, level);
  sum_add(&cells[low].kept, kept);
  cells[low].customers++;
  if (high < ages) {
    sum_add(&cells[high].revenue, -level);
    sum_add(&cells[high].kept, -kept);
    cells[high].customers--;
  }
}

static void run_add(RevenueCohorts *cohorts, const ContractSteps *steps, PeriodCursor *cursor)
{
  size_t i = 0;
  while (i < steps->count && !(steps->steps[i].level > 0)) {
    i++;
  }
  if (i == steps->count) {
    return; /* never paid */
  }
  int64_t first = period_of(cursor, steps->steps[i].time), cohort = first - cohorts->first;
  int64_t ages = cohorts->periods - cohort, age = 0;
  if (ages <= 0) {
    return; /* begins at as_of, with a period of which nothing has passed */
  }
  RevenueCell *cells = cohort_cells(cohorts, cohort);
  double level = 0, base = 0;
  bool has_base = false;
  cohorts->sizes[cohort]++;
  for (; i < steps->count; i++) {
    int64_t next = period_of(cursor, steps->steps[i].time) - first;
    if (next > age) {
      base = has_base ? base : level;
      has_base = true;
      cells_add(cells, ages, age, next, level, base);
      age = next;
    }
    level = steps->steps[i].level;
  }
  cells_add(cells, ages, age, ages, level, has_base ? base : level);
}

static void cells_run_on(RevenueCell *cells, int64_t ages)
{
  for (int64_t age = 1; age < ages; age++) {
    cells[age].customers += cells[age - 1].customers;
    sum_add(&cells[age].revenue, cells[age - 1].revenue.high);
    sum_add(&cells[age].revenue, cells[age - 1].revenue.low);
    sum_add(&cells[age].kept, cells[age - 1].kept.high);
    sum_add(&cells[age].kept, cells[age - 1].kept.low);
    if (cells[age].customers == 0) {
      cells[age].revenue = cells[age].kept = (Sum){0};
    }
  }
}

/* All at once they may take longer than a stop may wait. */
static Status cells_clear(RevenueCohorts *cohorts, const Watch *watch)
{
  for (int64_t i = 0; i < cohorts->n_cells; i += CELLS_BETWEEN) {
    int64_t n = cohorts->n_cells - i;
    memset(cohorts->cells + i, 0, (size_t)(n < CELLS_BETWEEN ? n : CELLS_BETWEEN) * sizeof *cohorts->cells);
    if (watch_stop(watch)) {
      return STATUS_INTERRUPT;
    }
  }
  return STATUS_OK;
}

/* The rows of cohorts that somebody is in. */
static Status rows_make(RevenueCohorts *cohorts, const Watch *watch)
{
  WatchMeter meter = {.watch = watch};
  int64_t n = 0;
  for (int64_t cohort = 0; cohort < cohorts->periods; cohort++) {
    n += cohorts->sizes[cohort] ? cohorts->periods - cohort : 0;
  }
  cohorts->rows = mem_alloc((size_t)n + 1, sizeof *cohorts->rows);
  if (!cohorts->rows) {
    return STATUS_NOMEM;
  }
  for (int64_t cohort = 0; cohort < cohorts->periods; cohort++) {
    int64_t size = cohorts->sizes[cohort], ages = cohorts->periods - cohort;
    RevenueCell *cells = cohort_cells(cohorts, cohort);
    if (watch_spend(&meter, CELL_WORK * (size_t)ages)) {
      return STATUS_INTERRUPT;
    }
    if (size) {
      cells_run_on(cells, ages);
    }
    for (int64_t age = 0; size && age < ages; age++) {
      cohorts->rows[cohorts->n_rows++] = (RevenueRow){(uint32_t)cohort, (uint32_t)age, cells + age, cells, size};
    }
  }
  return STATUS_OK;
}

Status revenue_cohorts_build(RevenueCohorts *cohorts, const Contracts *contracts, Grain grain, ZoneCursor zone,
                             const Watch *watch)
{
  *cohorts = (RevenueCohorts){0};
  if (contracts->count == 0) {
    return STATUS_OK;
  }
  PeriodCursor cursor = {.grain = grain, .zone = zone};
  cohorts->first = period_of(&cursor, contracts->first);
  cohorts->periods = period_of(&cursor, contracts->as_of.end - 1) - cohorts->first + 1;
  if (cohorts->periods <= 0) {
    cohorts->periods = 0;
    return STATUS_OK;
  }
  cohorts->n_cells =
    cohorts->periods > REVENUE_CELLS_MAX ? cohorts->periods : cohorts->periods * (cohorts->periods + 1) / 2;
  if (cohorts->n_cells > REVENUE_CELLS_MAX) {
    cohorts->too_long = true;
    return STATUS_ERROR;
  }
  cohorts->cells = mem_alloc((size_t)cohorts->n_cells, sizeof *cohorts->cells);
  cohorts->sizes = mem_zero((size_t)cohorts->periods, sizeof *cohorts->sizes);
  if (!cohorts->cells || !cohorts->sizes) {
    return STATUS_NOMEM;
  }
  ContractSteps steps = {0};
  Status status = cells_clear(cohorts, watch);
  for (size_t from = 0, turn = 0; from < contracts->count && status == STATUS_OK; turn++) {
    size_t to = contracts_run(contracts, from);
    status = turn % WATCH_EVERY == 0 && watch_stop(watch) ? STATUS_INTERRUPT
                                                          : contract_steps(contracts, from, to, false, &steps, watch);
    if (status == STATUS_OK) {
      run_add(cohorts, &steps, &cursor);
    }
    from = to;
  }
  contract_steps_free(&steps);
  return status == STATUS_OK ? rows_make(cohorts, watch) : status;
}

void revenue_cohorts_free(RevenueCohorts *cohorts)
{
  mem_free(cohorts->cells);
  mem_free(cohorts->sizes);
  mem_free(cohorts->rows);
  *cohorts = (RevenueCohorts){0};
}
