#include "data_check.h"

#include <math.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/numerics/stats.h"
#include "purchase_days.h"

#define DAY_WORDS ((1 << DAY_BITS) / 64)

typedef struct DataCheckState {
  double value; /* compensated sum of values > 0 */
  float low;
  uint32_t rows;
  int64_t rowid;
} DataCheckState;

static void count(DataCheckTally *tally, int64_t rowid)
{
  tally->rowid = tally->rows == 0 || rowid < tally->rowid ? rowid : tally->rowid;
  tally->rows++;
}

/* Twins: an open-addressing set of (customer, value) that is emptied by going on to the next round. */

static uint64_t value_bits(double value)
{
  uint64_t bits = UINT64_MAX; /* any NaN */
  if (value == value) {
    value += 0.0; /* -0 is 0 */
    memcpy(&bits, &value, sizeof bits);
  }
  return bits;
}

static DataCheckTwin *twin_slot(const DataCheck *check, uint32_t customer, uint64_t value)
{
  uint32_t mask = check->twins_size - 1;
  for (uint32_t i = (uint32_t)hash_words(&check->secret, value, customer) & mask;; i = (i + 1) & mask) {
    DataCheckTwin *twin = &check->twin[i];
    if (twin->round != check->round || (twin->customer == customer && twin->value == value)) {
      return twin;
    }
  }
}

static Status twins_grow(DataCheck *check)
{
  DataCheckTwin *old = check->twin;
  uint32_t old_size = old ? check->twins_size : 0;
  if (old_size > UINT32_MAX / 4) {
    return STATUS_NOMEM;
  }
  if (!old) {
    check->secret = hash_secret();
  }
  DataCheckTwin *twin = mem_zero(old_size ? 2 * (size_t)old_size : 64, sizeof *twin);
  if (!twin) {
    return STATUS_NOMEM;
  }
  check->twin = twin;
  check->twins_size = old_size ? 2 * old_size : 64;
  for (uint32_t i = 0; i < old_size; i++) {
    if (old[i].round == check->round) {
      *twin_slot(check, old[i].customer, old[i].value) = old[i];
    }
  }
  mem_free(old);
  return STATUS_OK;
}

/* Adds a row to the current round; *known says whether it was there. */
static Status twin_add(DataCheck *check, const Event *event, bool *known)
{
  if (check->n_twins >= check->twins_size / 2) {
    Status status = twins_grow(check);
    if (status) {
      return status;
    }
  }
  uint64_t value = value_bits(event->value);
  DataCheckTwin *twin = twin_slot(check, event->customer, value);
  *known = twin->round == check->round;
  if (!*known) {
    *twin = (DataCheckTwin){value, event->customer, check->round};
    check->n_twins++;
  }
  return STATUS_OK;
}

static void next_round(DataCheck *check)
{
  check->alone = true;
  check->n_twins = 0;
  if (++check->round == 0) {
    memset(check->twin, 0, check->twins_size * sizeof *check->twin);
    check->round = 1;
  }
}

static Status find_twin(DataCheck *check, const Event *event)
{
  bool known;
  if (check->alone) {
    check->alone = false;
    Status status = twin_add(check, &check->last, &known);
    if (status) {
      return status;
    }
  }
  Status status = twin_add(check, event, &known);
  if (status == STATUS_OK && known) {
    count(&check->duplicate, event->rowid);
  }
  return status;
}

static Status mark_day(DataCheck *check, const Event *event)
{
  uint32_t day = day_number(zone_local(&check->zone, event->time));
  if (day == check->last_day) {
    return STATUS_OK;
  }
  if (!check->day) {
    check->day = mem_zero(DAY_WORDS, sizeof *check->day);
    if (!check->day) {
      return STATUS_NOMEM;
    }
  }
  check->day[day / 64] |= (uint64_t)1 << day % 64;
  check->last_day = day;
  return STATUS_OK;
}

static Status data_check_step(void *self, void *customer_state, const Event *event)
{
  DataCheck *check = self;
  DataCheckState *state = customer_state;
  Status status = STATUS_OK;
  bool first = check->rows == 0, later = event->time != check->last.time;
  if (!first && !check->sorted && event->time < check->last.time) {
    return STATUS_DISORDER;
  }
  if (first || later || (check->sorted && event->customer != check->last.customer)) {
    next_round(check);
  } else {
    status = find_twin(check, event);
  }
  check->last = *event;
  check->rows++;
  if (event->value > 0) {
    sum_add_compact(&state->value, &state->low, event->value);
  } else if (event->value < 0) {
    count(&check->negative, event->rowid);
  } else if (event->value == 0) {
    count(&check->zero, event->rowid);
  }
  state->rowid = state->rows == 0 || event->rowid < state->rowid ? event->rowid : state->rowid;
  state->rows++;
  if (event->time > check->today) {
    count(&check->future, event->rowid);
  } else if (status == STATUS_OK) {
    status = mark_day(check, event);
  }
  return status;
}

static void data_check_restart(void *self)
{
  DataCheck *check = self;
  DataCheck fresh = {.zone = check->zone, .today = check->today, .sorted = true};
  data_check_free(check);
  *check = fresh;
}

Accumulator data_check_accumulator(void)
{
  return (Accumulator){.state_size = sizeof(DataCheckState), .step = data_check_step, .restart = data_check_restart};
}

static void find_dominant(DataCheck *check, const Customers *customers)
{
  Sum total = {0};
  uint32_t most_rows = 0, most_value = 0; /* customers */
  for (uint32_t id = 0; id < customers->count; id++) {
    const DataCheckState *state = customers_state(customers, id);
    const DataCheckState *rows = customers_state(customers, most_rows), *value = customers_state(customers, most_value);
    most_rows = state->rows > rows->rows ? id : most_rows;
    most_value = state->value + state->low > value->value + value->low ? id : most_value;
    sum_add(&total, state->value + state->low);
  }
  if (customers->count == 0) {
    return;
  }
  const DataCheckState *rows = customers_state(customers, most_rows), *value = customers_state(customers, most_value);
  double row_share = (double)rows->rows / (double)check->rows;
  double value_share = sum_value(&total) > 0 ? (value->value + value->low) / sum_value(&total) : 0;
  if (row_share > DATA_CHECK_DOMINANT_PERCENT / 100.0 && row_share * customers->count > DATA_CHECK_DOMINANT_TIMES) {
    check->by_rows = (DataCheckDominant){{rows->rows, rows->rowid}, most_rows, row_share};
  }
  if (value_share > DATA_CHECK_DOMINANT_PERCENT / 100.0 && value_share * customers->count > DATA_CHECK_DOMINANT_TIMES) {
    check->by_value = (DataCheckDominant){{value->rows, value->rowid}, most_value, value_share};
  }
}

/* The next day with rows from `day` on; the end of the days where there is none. */
static uint32_t next_day(const DataCheck *check, uint32_t day)
{
  for (uint32_t word = day / 64; word < DAY_WORDS; word++) {
    uint64_t bits = check->day[word];
    if (word == day / 64) {
      bits &= UINT64_MAX << day % 64;
    }
    if (bits) {
      uint32_t bit = 0;
      for (; !(bits & 1); bits >>= 1) {
        bit++;
      }
      return 64 * word + bit;
    }
  }
  return DAY_WORDS * 64;
}

static Status find_gaps(DataCheck *check, const Watch *watch)
{
  static const double P95 = 0.95;
  const uint32_t end = DAY_WORDS * 64;
  size_t n = 0, size = 0;
  double *step = NULL;
  Status status = STATUS_OK;
  check->usual_step = NAN;
  if (!check->day) {
    return STATUS_OK;
  }
  uint32_t first = next_day(check, 0), day = first;
  for (uint32_t next; (next = next_day(check, day + 1)) < end; day = next) {
    if (n == size) {
      size = size + size / 2 + 512;
      double *grown = mem_resize(step, size, sizeof *step);
      if (!grown) {
        status = STATUS_NOMEM;
        goto done;
      }
      step = grown;
    }
    step[n++] = next - day;
  }
  if (n < DATA_CHECK_STEPS_MIN) {
    goto done;
  }
  status = quantiles_select(step, n, &P95, 1, &check->usual_step, watch);
  if (status) {
    goto done;
  }
  day = first;
  for (uint32_t next; (next = next_day(check, day + 1)) < end; day = next) {
    if (next - day > DATA_CHECK_GAP_TIMES * check->usual_step) {
      if (check->gaps == 0 || next - day > check->gap_to - check->gap_from) {
        check->gap_from = day;
        check->gap_to = next;
      }
      check->gaps++;
      check->gap_days += next - day - 1;
    }
  }
done:
  mem_free(step);
  return status;
}

Status data_check_finish(DataCheck *check, const Customers *customers, const Watch *watch)
{
  find_dominant(check, customers);
  return find_gaps(check, watch);
}

void data_check_free(DataCheck *check)
{
  mem_free(check->twin);
  mem_free(check->day);
  check->twin = NULL;
  check->day = NULL;
  check->twins_size = check->n_twins = 0;
}
