/*
** core/measures/retention.c against a table computed by hand and against the definitions applied naively (every
** customer at every boundary, all events scanned) on random histories, in time order and shuffled.
*/
#include "core/events/customers.h"
#include "core/measures/retention.h"
#include "core/time/time_parse.h"
#include "unit.h"

static const Watch NEVER_STOPS = {0};

typedef struct Row {
  int64_t time;
  int customer;
  double value;
} Row;

static int64_t at(const char *text)
{
  int64_t ms;
  assert_true(time_from_text(text, strlen(text), &ms));
  return ms;
}

/* What a reader does: rows as they come, and sorted again if they cannot be taken so. */
static int row_order(const void *a, const void *b)
{
  const Row *x = a, *y = b;
  if (x->customer != y->customer) {
    return x->customer < y->customer ? -1 : 1;
  }
  return x->time < y->time ? -1 : x->time > y->time;
}

static Status feed(Retention *retention, Customers *customers, const Row *rows, size_t n)
{
  Accumulator accumulator = retention_accumulator(retention);
  for (size_t i = 0; i < n; i++) {
    uint32_t id = customers_add_integer(customers, rows[i].customer);
    Event event = {.time = rows[i].time, .value = rows[i].value, .customer = id, .attribute = NO_ATTRIBUTE};
    Status status = accumulator.step(retention, customers_state(customers, id), &event);
    if (status != STATUS_OK) {
      return status;
    }
  }
  return STATUS_OK;
}

static bool replay(Retention *retention, Customers *customers, const Row *rows, size_t n)
{
  Accumulator accumulator = retention_accumulator(retention);
  customers->state_size = accumulator.state_size;
  Status status = feed(retention, customers, rows, n);
  if (status == STATUS_OK) {
    return true;
  }
  assert_int_equal(status, STATUS_DISORDER);
  Row *sorted = malloc(n * sizeof *sorted);
  memcpy(sorted, rows, n * sizeof *sorted);
  qsort(sorted, n, sizeof *sorted, row_order);
  accumulator.restart(retention);
  customers_free(customers);
  assert_int_equal(feed(retention, customers, sorted, n), STATUS_OK);
  free(sorted);
  return false;
}

static void finish(Retention *retention, const Customers *customers, int64_t as_of)
{
  assert_int_equal(retention_finish(retention, customers, as_of, INT64_MIN, INT64_MAX, &NEVER_STOPS), STATUS_OK);
}

/* Four customers, January to April 2024; the table is worked out by hand from the definitions in retention.h. */
static void by_hand(void **unused)
{
  (void)unused;
  const Row rows[] = {
    {at("2024-01-05"), 1, 10},  {at("2024-01-31 23:59:59.999"), 2, 20},
    {at("2024-02-01"), 1, 5},   {at("2024-02-29 12:00"), 3, 7},
    {at("2024-04-02"), 2, 1},   {at("2024-04-03"), 2, 2},
    {at("2024-04-30"), 4, 100},
  };
  const RetentionRow expected[] = {
    /* start new retained resurrected lost end new_lost total retained complete */
    {0, 0, 2, 0, 0, 0, 2, 0, 30, 0, true},   /* 1 and 2 are new */
    {0, 2, 1, 1, 0, 1, 2, 0, 12, 5, true},   /* 1 retained, 2 lost, 3 new */
    {0, 2, 0, 0, 0, 2, 0, 0, 0, 0, true},    /* nobody: 1 and 3 lost */
    {0, 0, 1, 0, 1, 0, 2, 0, 103, 0, false}, /* 2 is back, 4 new; April has not passed */
  };
  Retention retention;
  Customers customers = {0};
  Grain grain = {GRAIN_MONTH, 1};
  assert_true(retention_init(&retention, grain, zone_fixed(0), NULL));
  assert_true(replay(&retention, &customers, rows, sizeof rows / sizeof *rows));
  finish(&retention, &customers, at("2024-04-30"));
  assert_int_equal(retention.n_rows, 4);
  for (int i = 0; i < 4; i++) {
    const RetentionRow *row = retention.rows + i, *want = expected + i;
    assert_int_equal(row->period, 54 * 12 + i); /* months since January 1970 */
    assert_int_equal(row->start, want->start);
    assert_int_equal(row->new_customers, want->new_customers);
    assert_int_equal(row->retained, want->retained);
    assert_int_equal(row->resurrected, want->resurrected);
    assert_int_equal(row->lost, want->lost);
    assert_int_equal(row->end, want->end);
    assert_int_equal(row->new_lost, want->new_lost);
    assert_true(row->value_total == want->value_total);
    assert_true(row->value_retained == want->value_retained);
    assert_int_equal(row->complete, want->complete);
  }
  retention_free(&retention);
  retention_free(&retention);
  customers_free(&customers);
}

/* At the end of a month the next one has not begun: no row for it. */
static void no_row_of_no_length(void **unused)
{
  (void)unused;
  const Row rows[] = {{at("2024-01-05"), 1, 10}, {at("2024-02-10"), 1, 20}, {at("2024-03-01"), 2, 4}};
  Retention retention;
  Customers customers = {0};
  assert_true(retention_init(&retention, (Grain){GRAIN_MONTH, 1}, zone_fixed(0), NULL));
  assert_true(replay(&retention, &customers, rows, 3));
  finish(&retention, &customers, at("2024-03-01"));
  assert_int_equal(retention.n_rows, 2);
  assert_true(retention.rows[0].complete && retention.rows[1].complete);
  assert_int_equal(retention.rows[1].retained, 1);
  retention_free(&retention);
  customers_free(&customers);
}

/*
** A window of 10 days: a customer of early January is none at its end (new_lost), and a later event of a month can make
** a customer where the first does not.
*/
static void by_hand_short_window(void **unused)
{
  (void)unused;
  const Row rows[] = {
    {at("2024-01-05"), 1, 10}, {at("2024-01-25"), 2, 20}, {at("2024-02-02"), 2, 4},
    {at("2024-02-03"), 1, 1},  {at("2024-02-20"), 2, 5},  {at("2024-02-25"), 1, 6},
  };
  Retention retention;
  Customers customers = {0};
  Duration within = {.ms = 10 * MS_PER_DAY};
  assert_true(retention_init(&retention, (Grain){GRAIN_MONTH, 1}, zone_fixed(0), &within));
  assert_true(replay(&retention, &customers, rows, sizeof rows / sizeof *rows));
  finish(&retention, &customers, at("2024-03-01") + 1);
  assert_int_equal(retention.n_rows, 3);
  const RetentionRow *january = retention.rows, *february = retention.rows + 1, *march = retention.rows + 2;
  assert_int_equal(january->new_customers, 2);
  assert_int_equal(january->new_lost, 1); /* 1: the window before 1 February begins on 22 January */
  assert_int_equal(january->end, 1);
  assert_int_equal(february->start, 1);
  assert_int_equal(february->retained, 1);    /* 2: the window before 1 March begins at its event */
  assert_int_equal(february->resurrected, 1); /* 1, by its second event of the month */
  assert_true(february->value_retained == 9);
  assert_true(february->value_total == 16);
  assert_true(february->complete);
  assert_int_equal(march->start, 2);
  assert_int_equal(march->lost, 2);
  assert_false(march->complete);
  retention_free(&retention);
  customers_free(&customers);
}

/* Sums are compensated: 1e16 + 1 - 1e16 is 1, also when the value of a period is only placed at its end. */
static void sums_are_compensated(void **unused)
{
  (void)unused;
  const Row rows[] = {
    {at("2024-01-25"), 1, 0}, {at("2024-02-25"), 1, 1e16}, {at("2024-02-26"), 1, 1}, {at("2024-02-27"), 1, -1e16}};
  const Duration windows[] = {{.ms = 10 * MS_PER_DAY}, {.months = 1}};
  for (int w = 0; w < 2; w++) {
    Retention retention;
    Customers customers = {0};
    assert_true(retention_init(&retention, (Grain){GRAIN_MONTH, 1}, zone_fixed(0), windows + w));
    replay(&retention, &customers, rows, 4);
    finish(&retention, &customers, at("2024-03-01"));
    assert_true(retention.rows[1].value_retained == 1);
    assert_true(retention.rows[1].value_total == 1);
    retention_free(&retention);
    customers_free(&customers);
  }
}

/* xorshift64* (Vigna 2016): the same histories on every platform. */
static uint64_t seed_state;
static uint32_t below(uint32_t n)
{
  seed_state ^= seed_state >> 12;
  seed_state ^= seed_state << 25;
  seed_state ^= seed_state >> 27;
  return (uint32_t)((seed_state * UINT64_C(2685821657736338717)) >> 33) % n;
}

static bool is_customer(const Row *rows, size_t n, int customer, int64_t from, int64_t to)
{
  for (size_t i = 0; i < n; i++) {
    if (rows[i].customer == customer && from <= rows[i].time && rows[i].time < to) {
      return true;
    }
  }
  return false;
}

static int time_order(const void *a, const void *b)
{
  const Row *x = a, *y = b;
  return x->time < y->time ? -1 : x->time > y->time;
}

#define MOST 400
#define CUSTOMERS 25

static void check(const Row *rows, size_t n, Grain grain, int64_t offset, const Duration *within, int64_t as_of)
{
  Retention retention;
  Customers customers = {0};
  assert_true(retention_init(&retention, grain, zone_fixed(offset), within));
  replay(&retention, &customers, rows, n);
  finish(&retention, &customers, as_of);
  int64_t first = INT64_MAX;
  for (size_t i = 0; i < n; i++) {
    int64_t p = period_index(grain, rows[i].time + offset);
    first = p < first ? p : first;
  }
  int64_t last = period_index(grain, as_of - 1 + offset);
  assert_int_equal(retention.n_rows, last - first + 1);
  for (int64_t p = first; p <= last; p++) {
    int64_t b0 = period_start(grain, p) - offset, b1 = period_start(grain, p + 1) - offset;
    int64_t w0 = within ? time_add(b0 + offset, *within, -1) - offset : period_start(grain, p - 1) - offset;
    int64_t w1 = within ? time_add(b1 + offset, *within, -1) - offset : b0;
    RetentionRow want = {.period = p, .complete = b1 <= as_of};
    for (int c = 0; c < CUSTOMERS; c++) {
      bool before = is_customer(rows, n, c, INT64_MIN, b0), in = is_customer(rows, n, c, b0, b1);
      bool start = is_customer(rows, n, c, w0, b0), end = is_customer(rows, n, c, w1, b1);
      bool new_one = in && !before;
      want.start += start;
      want.end += end;
      want.new_customers += new_one;
      want.retained += start && end;
      want.lost += start && !end;
      want.resurrected += end && !start && !new_one;
      want.new_lost += new_one && !end;
      for (size_t i = 0; i < n; i++) {
        if (rows[i].customer == c && b0 <= rows[i].time && rows[i].time < b1) {
          want.value_total += rows[i].value;
          want.value_retained += start && end ? rows[i].value : 0;
        }
      }
    }
    const RetentionRow *row = retention.rows + (p - first);
    assert_int_equal(row->period, want.period);
    assert_int_equal(row->start, want.start);
    assert_int_equal(row->end, want.end);
    assert_int_equal(row->new_customers, want.new_customers);
    assert_int_equal(row->retained, want.retained);
    assert_int_equal(row->lost, want.lost);
    assert_int_equal(row->resurrected, want.resurrected);
    assert_int_equal(row->new_lost, want.new_lost);
    assert_true(row->value_total == want.value_total); /* quarters: sums are exact */
    assert_true(row->value_retained == want.value_retained);
    assert_int_equal(row->complete, want.complete);
  }
  retention_free(&retention);
  customers_free(&customers);
}

static void against_definitions(void **unused)
{
  (void)unused;
  static const Grain grains[] = {{GRAIN_DAY, 1},   {GRAIN_WEEK, 1, WEEK_ANCHOR},
                                 {GRAIN_MONTH, 1}, {GRAIN_QUARTER, 1},
                                 {GRAIN_YEAR, 1},  {GRAIN_DAY, 10}};
  static const Duration windows[] = {
    {.ms = 5 * MS_PER_HOUR}, {.ms = 3 * MS_PER_DAY}, {.ms = 28 * MS_PER_DAY}, {.ms = 31 * MS_PER_DAY},
    {.months = 1},           {.months = 3},          {.months = 12},          {.ms = 100 * MS_PER_DAY},
  };
  static const int64_t offsets[] = {0, 8 * MS_PER_HOUR, -(3 * MS_PER_HOUR + MS_PER_HOUR / 2)};
  static Row rows[MOST];
  seed_state = 20240229;
  for (int round = 0; round < 160; round++) {
    Grain grain = grains[round % 6];
    int64_t days = grain.unit == GRAIN_WEEK || grain.count > 1 ? 300 : grain.unit == GRAIN_DAY ? 60 : 900;
    int64_t span = days * MS_PER_DAY;
    int64_t start = round % 5 == 0 ? at("1969-11-15") : at("2019-11-15"), end = start + span;
    size_t n = 1 + below(MOST);
    for (size_t i = 0; i < n; i++) {
      int64_t time = start + (int64_t)((double)below(1000000) / 1e6 * (double)span);
      if (below(4) == 0) { /* on a boundary, or the last millisecond before one */
        time = period_start(grain, period_index(grain, time)) - offsets[round % 3] - below(2);
        time = time < start ? start : time;
      }
      rows[i] = (Row){time, (int)below(CUSTOMERS), (double)below(4000) / 4 - 100};
    }
    if (round % 2 == 0) {
      qsort(rows, n, sizeof *rows, time_order);
    }
    for (int w = -1; w < 8; w++) {
      if (w < 0 || (round + w) % 2 == 0) {
        check(rows, n, grain, offsets[round % 3], w < 0 ? NULL : &windows[w], end + (int64_t)below(40) * MS_PER_DAY);
      }
    }
  }
}

static void shows_since_until(void **unused)
{
  (void)unused;
  const Row rows[] = {
    {at("2024-01-05"), 1, 1}, {at("2024-02-05"), 1, 1}, {at("2024-03-05"), 1, 1}, {at("2024-04-05"), 2, 1}};
  Retention retention;
  Customers customers = {0};
  assert_true(retention_init(&retention, (Grain){GRAIN_MONTH, 1}, zone_fixed(0), NULL));
  replay(&retention, &customers, rows, 4);
  assert_int_equal(retention_finish(&retention, &customers, at("2024-05-10"), 649, 650, &NEVER_STOPS), STATUS_OK);
  assert_int_equal(retention.n_rows, 2); /* February and March 2024 */
  assert_int_equal(retention.rows[0].period, 649);
  assert_int_equal(retention.rows[0].start, 1); /* January's customer is known */
  assert_int_equal(retention.rows[0].new_customers, 0);
  assert_int_equal(retention.rows[1].retained, 1);
  retention_free(&retention);
  customers_free(&customers);
}

static void refuses_too_much(void **unused)
{
  (void)unused;
  Retention retention;
  Customers customers = {0};
  Duration within = {.months = 1201};
  assert_false(retention_init(&retention, (Grain){GRAIN_MONTH, 1}, zone_fixed(0), &within));
  const Row rows[] = {{at("0001-01-01"), 1, 1}, {at("9999-12-31"), 2, 1}};
  assert_true(retention_init(&retention, (Grain){GRAIN_DAY, 1}, zone_fixed(0), NULL));
  customers.state_size = retention_accumulator(&retention).state_size;
  assert_int_equal(feed(&retention, &customers, rows, 2), STATUS_ERROR);
  assert_true(retention.too_long);
  retention_free(&retention);
  customers_free(&customers);
  assert_true(retention_init(&retention, (Grain){GRAIN_YEAR, 1}, zone_fixed(0), NULL));
  replay(&retention, &customers, rows, 2);
  finish(&retention, &customers, rows[1].time);
  assert_int_equal(retention.n_rows, 9999);
  retention_free(&retention);
  customers_free(&customers);
}

static void of_nothing(void **unused)
{
  (void)unused;
  Retention retention;
  Customers customers = {0};
  assert_true(retention_init(&retention, (Grain){GRAIN_MONTH, 1}, zone_fixed(0), NULL));
  finish(&retention, &customers, 0);
  assert_int_equal(retention.n_rows, 0);
  retention_free(&retention);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(by_hand),
    cmocka_unit_test(no_row_of_no_length),
    cmocka_unit_test(by_hand_short_window),
    cmocka_unit_test(against_definitions),
    cmocka_unit_test(sums_are_compensated),
    cmocka_unit_test(shows_since_until),
    cmocka_unit_test(refuses_too_much),
    cmocka_unit_test(of_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
