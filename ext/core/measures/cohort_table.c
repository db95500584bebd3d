/*
** The second half of cohort.h: from what was counted while rows came in to the final table, and its average.
*/
#include "cohort.h"

#include <math.h>

#include "core/base/mem.h"
#include "core/base/sort.h"
#include "core/numerics/stats.h"

#define ROWS_SHARED 128 /* rows of a block that small cohorts share */

/* A cohort whose period had not begun, or had just begun, at the end has no row: nobody was there for any time. */
static void cohort_drop(Cohort *cohort)
{
  mem_free(cohort->cells);
  *cohort = (Cohort){0};
}

/* Sets n_rows of every cohort, the slots that have begun for its first member, and of all. */
static Status rows_count(Cohorts *cohorts, int64_t end, const Watch *watch)
{
  int64_t now = period_of(&cohorts->cursor, end - 1);
  for (int64_t i = 0; i < cohorts->n_cohorts; i++) {
    Cohort *cohort = cohorts->cohorts + i;
    if ((i + 1) % WATCH_EVERY == 0 && watch_stop(watch)) {
      return STATUS_INTERRUPT;
    }
    if (cohort->size == 0) {
      continue;
    }
    int64_t place = cohorts->base + i, age;
    cohort->key = cohorts->options.by_attribute ? place - 1 : place;
    if (cohorts->length) {
      age = cohort->earliest < end ? cohorts_age(cohorts, cohort->earliest, end - 1) : -1;
    } else {
      age = now - period_of(&cohorts->cursor, cohort->earliest);
    }
    if (age < 0) {
      cohort_drop(cohort);
      continue;
    }
    uint32_t slot = cohorts_slot(cohorts, age);
    cohort->n_rows = slot < cohorts->n_slots ? slot + 1 : cohorts->n_slots;
    cohorts->n_rows += cohort->n_rows;
    if (cohorts->n_rows > COHORT_CELLS_MAX) {
      cohorts->too_many = true;
      return STATUS_ERROR;
    }
  }
  return STATUS_OK;
}

/* Asks, in a loop over cohorts, every so many rows of theirs; a cohort itself counts as one. */
static bool rows_stop(int64_t *rows, const Cohort *cohort, const Watch *watch)
{
  *rows += 1 + cohort->n_rows;
  if (*rows < WATCH_EVERY) {
    return false;
  }
  *rows = 0;
  return watch_stop(watch);
}

/* Small cohorts share a block of rows, which the first of them owns: a block for each would take long to give back. */
static Status rows_alloc(Cohorts *cohorts, const Watch *watch)
{
  CohortRow *block = NULL;
  int64_t asked = 0, to_come = cohorts->n_rows, left = 0;
  for (int64_t i = 0; i < cohorts->n_cohorts; i++) {
    Cohort *cohort = cohorts->cohorts + i;
    if (rows_stop(&asked, cohort, watch)) {
      return STATUS_INTERRUPT;
    }
    if (cohort->n_rows == 0) {
      continue;
    }
    if (cohort->n_rows > left) {
      left = to_come < ROWS_SHARED ? to_come : ROWS_SHARED;
      left = cohort->n_rows > left ? cohort->n_rows : left;
      block = mem_zero((size_t)left, sizeof *block);
      if (!block) {
        return STATUS_NOMEM;
      }
      cohort->owns_rows = true;
    }
    cohort->rows = block;
    block += cohort->n_rows;
    left -= cohort->n_rows;
    to_come -= cohort->n_rows;
  }
  return STATUS_OK;
}

/*
** Settles one member, of whose slots `passed` have passed: takes back what was counted in a slot that has not, and
** notes where the member stops to be eligible. Until cohort_sum(), rows[n].eligible holds the members whose last
** passed slot is n, and rows[n].active, of these, COHORT_MODE_ON_OR_AFTER: those whose last eligible activity is n (the
** last passed slot n stands for all later ones), COHORT_MODE_ON_OR_BEFORE: those who came back.
*/
static void member_settle(const Cohorts *cohorts, Cohort *cohort, uint32_t reached, uint32_t passed)
{
  uint32_t last = (reached >> 1) - 1;
  bool flag = reached & COHORT_FLAG;
  bool open = last >= passed; /* the last slot has not passed; or it is beyond, and both are n_slots */
  CohortCell *early = open && last < cohorts->n_slots ? cohort->cells + last : NULL;
  CohortRow *end = passed > 0 ? cohort->rows + (passed - 1) : NULL;
  if (end) {
    end->eligible++;
  }
  switch (cohorts->options.mode) {
    case COHORT_MODE_ON:
      if (early) {
        early->active--;
      }
      break;
    case COHORT_MODE_STREAK:
      if (early && flag) {
        early->active--;
      }
      break;
    case COHORT_MODE_ON_OR_AFTER:
      if (end) {
        cohort->rows[open ? passed - 1 : last].active++;
      }
      break;
    case COHORT_MODE_ON_OR_BEFORE:
      if (last > 0 && early) { /* counted too early, or no longer eligible just there */
        early->active--;
      } else if (last > 0 && end) {
        end->active++;
      }
      break;
  }
}

static Status members_settle(Cohorts *cohorts, const Customers *customers, int64_t end, const Watch *watch)
{
  int64_t now = period_of(&cohorts->cursor, end);
  bool by_period = cohorts_by_period(cohorts), rolling = cohorts->length > 0;
  for (uint32_t id = 0; id < customers->count; id++) {
    if ((id + 1) % WATCH_EVERY == 0 && watch_stop(watch)) {
      return STATUS_INTERRUPT;
    }
    void *state = customers_state(customers, id);
    uint32_t reached;
    int64_t place, age;
    if (by_period) {
      const PeriodMember *member = state;
      reached = member->reached;
      place = member->period;
      age = now - place;
    } else {
      const Member *member = state;
      reached = member->reached;
      place = member->place;
      if (reached == 0) {
        continue;
      }
      if (rolling) {
        age = cohorts_age(cohorts, member->first, end);
      } else {
        age = now - cohorts->origins[place].period;
        place = cohorts->origins[place].place;
      }
    }
    Cohort *cohort = cohorts->cohorts + (place - cohorts->base);
    if (reached != 0 && cohort->size > 0) {
      cohorts->members++;
      member_settle(cohorts, cohort, reached, cohorts_slot(cohorts, age));
    }
  }
  return STATUS_OK;
}

/* Whether all values were money: every cell adds up to a number of four decimals, but for the rounding of values. */
static Status decimal_find(Cohorts *cohorts, const Watch *watch)
{
  int64_t asked = 0;
  cohorts->decimal = true;
  for (int64_t i = 0; i < cohorts->n_cohorts && cohorts->decimal; i++) {
    const Cohort *cohort = cohorts->cohorts + i;
    if (rows_stop(&asked, cohort, watch)) {
      return STATUS_INTERRUPT;
    }
    for (uint32_t n = 0; n < cohort->n_cells && cohorts->decimal; n++) {
      Sum sum = {cohort->cells[n].high, (double)cohort->cells[n].low};
      cohorts->decimal = sum.high == 0 || sum_is_decimal(&sum, fabs(sum.high) + 2 * cohorts->refunds);
    }
  }
  return STATUS_OK;
}

/* A sum of values, exact where they were money. */
static double value_of(const Cohorts *cohorts, const Sum *sum)
{
  return cohorts->decimal ? sum_decimal(sum) : sum_value(sum);
}

/* From the marks of members_settle() and the cells to the final rows. */
static void cohort_sum(const Cohorts *cohorts, Cohort *cohort)
{
  CohortMode mode = cohorts->options.mode;
  CohortRow *rows = cohort->rows;
  for (uint32_t n = cohort->n_rows - 1; n > 0; n--) {
    rows[n - 1].eligible += rows[n].eligible;
    if (mode == COHORT_MODE_ON_OR_AFTER) {
      rows[n - 1].active += rows[n].active;
    }
  }
  Sum cumulative = {0};
  uint32_t returned = 0;
  for (uint32_t n = 0; n < cohort->n_rows; n++) {
    static const CohortCell nothing = {0};
    const CohortCell *cell = n < cohort->n_cells ? cohort->cells + n : &nothing;
    if (mode == COHORT_MODE_ON_OR_BEFORE) {
      uint32_t leaving = rows[n].active;
      rows[n].active = returned += cell->active;
      returned -= leaving;
    } else if (mode != COHORT_MODE_ON_OR_AFTER) {
      rows[n].active = cell->active;
    }
    rows[n].orders = cell->orders;
    rows[n].value = value_of(cohorts, &(Sum){cell->high, (double)cell->low});
    sum_add(&cumulative, cell->high);
    sum_add(&cumulative, (double)cell->low);
    rows[n].cumulative = value_of(cohorts, &cumulative);
  }
}

/* NULL, then the order of keys; no two are equal. */
static bool cohort_before(const void *a, const void *b, const void *attributes)
{
  int64_t x = ((const Cohort *)a)->key, y = ((const Cohort *)b)->key;
  if (x == COHORT_NULL || y == COHORT_NULL) {
    return x == COHORT_NULL && y != COHORT_NULL;
  }
  return customers_key_before(customers_key(attributes, (uint32_t)x), customers_key(attributes, (uint32_t)y));
}

Status cohorts_finish(Cohorts *cohorts, const Customers *customers, const Customers *attributes, int64_t end,
                      const Watch *watch)
{
  if (cohorts->n_cohorts == 0) {
    return STATUS_OK;
  }
  Status status = rows_count(cohorts, end, watch);
  if (status == STATUS_OK) {
    status = rows_alloc(cohorts, watch);
  }
  if (status == STATUS_OK) {
    status = members_settle(cohorts, customers, end, watch);
  }
  if (status == STATUS_OK) {
    status = decimal_find(cohorts, watch);
  }
  if (status != STATUS_OK) {
    return status;
  }
  int64_t n = 0, rows = 0;
  for (int64_t i = 0; i < cohorts->n_cohorts; i++) {
    Cohort *cohort = cohorts->cohorts + i;
    if (rows_stop(&rows, cohort, watch)) {
      return STATUS_INTERRUPT;
    }
    if (cohort->size > 0) {
      cohort_sum(cohorts, cohort);
      mem_free(cohort->cells);
      cohort->cells = NULL;
      Cohort found = *cohort;
      *cohort = (Cohort){0};
      cohorts->cohorts[n++] = found;
    }
  }
  cohorts->n_cohorts = n;
  if (cohorts->options.by_attribute) {
    status = records_sort(cohorts->cohorts, (size_t)n, sizeof *cohorts->cohorts, cohort_before, attributes, watch);
    if (status != STATUS_OK) {
      return status;
    }
  }
  cohorts->row_ends = mem_alloc((size_t)n, sizeof *cohorts->row_ends);
  if (!cohorts->row_ends) {
    return STATUS_NOMEM;
  }
  rows = 0;
  for (int64_t i = 0; i < n; i++) {
    cohorts->row_ends[i] = rows += cohorts->cohorts[i].n_rows;
  }
  return STATUS_OK;
}

const Cohort *cohorts_row(const Cohorts *cohorts, int64_t i, uint32_t *slot)
{
  int64_t lo = 0, hi = cohorts->n_cohorts - 1; /* the first cohort whose rows end after i */
  while (lo < hi) {
    int64_t middle = (lo + hi) / 2;
    if (cohorts->row_ends[middle] > i) {
      hi = middle;
    } else {
      lo = middle + 1;
    }
  }
  *slot = (uint32_t)(i - (lo > 0 ? cohorts->row_ends[lo - 1] : 0));
  return cohorts->cohorts + lo;
}

/* Sums of a slot while the cohorts are gone through. */
typedef struct SlotSums {
  Sum rates, value, cumulative, actives, squares;
} SlotSums;

static void slots_add(const Cohort *cohort, CohortAverage *averages, SlotSums *sums)
{
  for (uint32_t slot = 0; slot < cohort->n_rows; slot++) {
    const CohortRow *row = cohort->rows + slot;
    CohortAverage *average = averages + slot;
    average->cohorts++;
    average->size += cohort->size;
    average->eligible += row->eligible;
    average->active += row->active;
    average->orders += row->orders;
    sum_add(&sums[slot].value, row->value);
    if (row->eligible == cohort->size) {
      average->complete_cohorts++;
      average->complete_size += cohort->size;
      average->complete_active += row->active;
      sum_add(&sums[slot].rates, (double)row->active / (double)cohort->size);
      sum_add(&sums[slot].cumulative, row->cumulative);
      sum_add(&sums[slot].actives, (double)cohort->size * row->active);
      sum_add(&sums[slot].squares, (double)cohort->size * cohort->size);
    }
  }
}

Status cohorts_average(const Cohorts *cohorts, CohortAverage **averages, int64_t *n_averages, const Watch *watch)
{
  uint32_t n = 0;
  for (int64_t i = 0; i < cohorts->n_cohorts; i++) {
    n = cohorts->cohorts[i].n_rows > n ? cohorts->cohorts[i].n_rows : n;
  }
  *n_averages = 0;
  *averages = NULL;
  if (n == 0) {
    return STATUS_OK;
  }
  SlotSums *sums = mem_zero(n, sizeof *sums);
  *averages = mem_zero(n, sizeof **averages);
  Status status = sums && *averages ? STATUS_OK : STATUS_NOMEM;
  int64_t rows = 0;
  for (int64_t i = 0; i < cohorts->n_cohorts && status == STATUS_OK; i++) {
    slots_add(cohorts->cohorts + i, *averages, sums);
    status = rows_stop(&rows, cohorts->cohorts + i, watch) ? STATUS_INTERRUPT : STATUS_OK;
  }
  for (uint32_t slot = 0; slot < n && status == STATUS_OK; slot++) {
    CohortAverage *average = *averages + slot;
    average->rate_sum = sum_value(&sums[slot].rates);
    average->value = value_of(cohorts, &sums[slot].value);
    average->complete_cumulative = value_of(cohorts, &sums[slot].cumulative);
    average->complete_actives = sum_value(&sums[slot].actives);
    average->complete_squares = sum_value(&sums[slot].squares);
  }
  mem_free(sums);
  *n_averages = status == STATUS_OK ? n : 0;
  return status;
}
