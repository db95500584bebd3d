#include "data_check.h"

#include <math.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/numerics/stats.h"
#include "key_check.h"
#include "purchase_days.h"

typedef struct DataCheckState {
  double value; /* compensated sum of values > 0 */
  float low;
  uint32_t rows;
  int64_t rowid;
  uint32_t round; /* of the last row */
  uint32_t lines; /* rows that follow another of the same round and are no copies */
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

/* A row that shares its instant with the one before. */
static Status find_twin(DataCheck *check, DataCheckState *state, const Event *event)
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
  } else if (status == STATUS_OK && state->rows > 0 && state->round == check->round) {
    count(&check->lines, event->rowid);
    check->line_customers += state->lines++ == 0;
  }
  return status;
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
    status = find_twin(check, state, event);
  }
  check->last = *event;
  state->round = check->round;
  if (check->rows++ == 0 || event->time > check->newest) {
    check->newest = event->time;
    check->newest_rowid = event->rowid;
  }
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
  } else if (status == STATUS_OK && !day_check_add(&check->days, day_number(zone_local(&check->zone, event->time)))) {
    status = STATUS_NOMEM;
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

static void add_tally(DataCheckTally *sum, const DataCheckState *state)
{
  sum->rowid = sum->rows == 0 || state->rowid < sum->rowid ? state->rowid : sum->rowid;
  sum->rows += state->rows;
}

static Status check_key(DataCheck *check, const Customers *customers, uint32_t id, Customers *alike)
{
  const DataCheckState *state = customers_state(customers, id);
  CustomerKey key = customers_key(customers, id);
  KeyOddity oddity = key_oddity(key);
  uint32_t first = id;
  if (oddity == KEY_BLANK) {
    add_tally(&check->blank, state);
    return STATUS_OK;
  }
  if (oddity == KEY_NOBODY) {
    const DataCheckState *most = customers_state(customers, check->nobody_id);
    check->nobody_id = check->nobody.rows == 0 || state->rows > most->rows ? id : check->nobody_id;
    add_tally(&check->nobody, state);
  }
  Status status = key_first_alike(alike, key, id, &first);
  if (status == STATUS_OK && first != id) {
    add_tally(&check->similar, state);
    if (check->n_similar++ == 0) {
      check->similar_id = id;
      check->similar_before = first;
    }
  }
  return status;
}

static Status check_keys(DataCheck *check, const Customers *customers, const Watch *watch)
{
  Customers alike = KEY_ALIKE;
  Status status = STATUS_OK;
  if (customers->n_text == 0) { /* integers are what they are */
    return STATUS_OK;
  }
  for (uint32_t id = 0; id < customers->count && status == STATUS_OK; id++) {
    status = id % WATCH_EVERY == 0 && watch_stop(watch) ? STATUS_INTERRUPT : check_key(check, customers, id, &alike);
  }
  customers_free(&alike);
  return status;
}

static void judge_lines(DataCheck *check)
{
  double share = check->rows > 0 ? (double)check->lines.rows / (double)check->rows : 0;
  if (!(share > DATA_CHECK_LINES_PERCENT / 100.0) || check->line_customers < DATA_CHECK_LINES_CUSTOMERS) {
    check->lines = (DataCheckTally){0};
  }
}

Status data_check_finish(DataCheck *check, const Customers *customers, const Watch *watch)
{
  find_dominant(check, customers);
  judge_lines(check);
  Status status = check_keys(check, customers, watch);
  return status == STATUS_OK ? day_check_finish(&check->days, watch) : status;
}

void data_check_free(DataCheck *check)
{
  mem_free(check->twin);
  day_check_free(&check->days);
  check->twin = NULL;
  check->twins_size = check->n_twins = 0;
}
