/*
** core/measures/cohort.c and core/measures/cohort_table.c against a table computed by hand and against the definitions
** applied naively (every member at every age, all events scanned) on random histories, in time order and shuffled.
*/
#include "core/base/mem.h"
#include "core/events/customers.h"
#include "core/measures/cohort.h"
#include "core/time/time_parse.h"
#include "unit.h"

static const Watch NEVER_STOPS = {0};

typedef struct Row {
  int64_t time;
  int customer;
  double value;
  int attribute; /* 0: NULL */
  int order;
} Row;

static int64_t at(const char *text)
{
  int64_t ms;
  assert_true(time_from_text(text, strlen(text), &ms));
  return ms;
}

static int row_order(const void *a, const void *b)
{
  const Row *x = a, *y = b;
  if (x->customer != y->customer) {
    return x->customer < y->customer ? -1 : 1;
  }
  return x->time != y->time ? (x->time < y->time ? -1 : 1) : x->order - y->order;
}

static Status feed(Cohorts *cohorts, Customers *customers, Customers *attributes, const Row *rows, size_t n)
{
  Accumulator accumulator = cohorts_accumulator(cohorts);
  for (size_t i = 0; i < n; i++) {
    uint32_t id = customers_add_integer(customers, rows[i].customer);
    Event event = {.time = rows[i].time, .value = rows[i].value, .customer = id, .attribute = NO_ATTRIBUTE};
    if (rows[i].attribute) {
      event.attribute = customers_add_integer(attributes, rows[i].attribute);
    }
    Status status = accumulator.step(cohorts, customers_state(customers, id), &event);
    if (status != STATUS_OK) {
      return status;
    }
  }
  return STATUS_OK;
}

/* What a reader does: rows as they come, and sorted again if they cannot be taken so. True if they could. */
static bool replay(Cohorts *cohorts, Customers *customers, Customers *attributes, const Row *rows, size_t n)
{
  Accumulator accumulator = cohorts_accumulator(cohorts);
  customers->state_size = accumulator.state_size;
  Status status = feed(cohorts, customers, attributes, rows, n);
  if (status == STATUS_OK) {
    return true;
  }
  assert_int_equal(status, STATUS_DISORDER);
  Row *sorted = malloc(n * sizeof *sorted);
  memcpy(sorted, rows, n * sizeof *sorted);
  qsort(sorted, n, sizeof *sorted, row_order);
  accumulator.restart(cohorts);
  customers_free(customers);
  assert_int_equal(feed(cohorts, customers, attributes, sorted, n), STATUS_OK);
  free(sorted);
  return false;
}

/* Three customers of January 2024, one of February; worked out by hand from the definitions in cohort.h. */
static const char *const HAND_TIMES[] = {
  "2024-01-01", "2024-01-20", "2024-01-31", "2024-02-10", "2024-02-11", "2024-03-05", "2024-04-01", "2024-04-30",
};
static const int HAND_CUSTOMERS[] = {1, 2, 3, 1, 4, 1, 2, 4};

static void hand_case(CohortMode mode, int64_t max_age, const uint32_t *january, const uint32_t *february)
{
  Row rows[8];
  for (int i = 0; i < 8; i++) {
    rows[i] = (Row){at(HAND_TIMES[i]), HAND_CUSTOMERS[i], 1 << i, 0, i};
  }
  CohortOptions options = {.grain = {GRAIN_MONTH, 1}, .mode = mode, .max_age = max_age};
  Cohorts cohorts;
  Customers customers = {0}, attributes = {0};
  assert_int_equal(cohorts_init(&cohorts, &options), STATUS_OK);
  assert_true(replay(&cohorts, &customers, &attributes, rows, 8));
  assert_int_equal(cohorts_finish(&cohorts, &customers, &attributes, at("2024-05-01") + 1, &NEVER_STOPS), STATUS_OK);
  assert_int_equal(cohorts.n_cohorts, 2);
  assert_int_equal(cohorts.members, 4);
  assert_int_equal(cohorts.cohorts[0].key, 648); /* months since January 1970 */
  assert_int_equal(cohorts.cohorts[0].size, 3);
  assert_int_equal(cohorts.cohorts[0].n_rows, max_age < 0 ? 5 : max_age + 1); /* May has begun */
  assert_int_equal(cohorts.cohorts[1].size, 1);
  for (uint32_t n = 0; n < 4 && n < cohorts.cohorts[0].n_rows; n++) {
    assert_int_equal(cohorts.cohorts[0].rows[n].eligible, 3);
    assert_int_equal(cohorts.cohorts[0].rows[n].active, january[n]);
  }
  for (uint32_t n = 0; n < 3 && n < cohorts.cohorts[1].n_rows; n++) {
    assert_int_equal(cohorts.cohorts[1].rows[n].eligible, 1);
    assert_int_equal(cohorts.cohorts[1].rows[n].active, february[n]);
  }
  if (max_age < 0) {
    assert_int_equal(cohorts.cohorts[0].rows[4].eligible, 0);
    assert_int_equal(cohorts.cohorts[0].rows[4].active, 0);
    assert_true(cohorts.cohorts[0].rows[3].value == 64);
    assert_true(cohorts.cohorts[0].rows[3].cumulative == 7 + 8 + 32 + 64);
  }
  uint32_t slot;
  assert_ptr_equal(cohorts_row(&cohorts, cohorts.n_rows - 1, &slot), cohorts.cohorts + 1);
  assert_int_equal(slot, cohorts.cohorts[1].n_rows - 1);
  cohorts_free(&cohorts);
  cohorts_free(&cohorts);
  customers_free(&customers);
}

static void by_hand(void **unused)
{
  (void)unused;
  hand_case(COHORT_MODE_ON, -1, (uint32_t[]){3, 1, 1, 1}, (uint32_t[]){1, 0, 1});
  hand_case(COHORT_MODE_ON_OR_AFTER, -1, (uint32_t[]){3, 2, 2, 1}, (uint32_t[]){1, 1, 1});
  hand_case(COHORT_MODE_ON_OR_BEFORE, -1, (uint32_t[]){0, 1, 1, 2}, (uint32_t[]){0, 0, 1});
  hand_case(COHORT_MODE_STREAK, -1, (uint32_t[]){3, 1, 1, 0}, (uint32_t[]){1, 0, 0});
  hand_case(COHORT_MODE_ON_OR_AFTER, 1, (uint32_t[]){3, 2}, (uint32_t[]){1, 1}); /* what comes after max_age is later */
  hand_case(COHORT_MODE_ON, 0, (uint32_t[]){3}, (uint32_t[]){1});
}

/* At the end of a period the next one has not begun: no row for it, nor for a cohort that begins there. */
static void no_row_of_no_length(void **unused)
{
  (void)unused;
  const Row rows[] = {{at("2024-01-05"), 1, 1, 0, 0}, {at("2024-02-10"), 1, 2, 0, 1}, {at("2024-03-01"), 2, 4, 0, 2}};
  const CohortClock clocks[] = {COHORT_CLOCK_CALENDAR, COHORT_CLOCK_ROLLING};
  for (int i = 0; i < 2; i++) {
    CohortOptions options = {.grain = {GRAIN_MONTH, 1}, .clock = clocks[i], .max_age = -1};
    Cohorts cohorts;
    Customers customers = {0}, attributes = {0};
    assert_int_equal(cohorts_init(&cohorts, &options), STATUS_OK);
    assert_true(replay(&cohorts, &customers, &attributes, rows, 3));
    assert_int_equal(cohorts_finish(&cohorts, &customers, &attributes, at("2024-03-01"), &NEVER_STOPS), STATUS_OK);
    assert_int_equal(cohorts.n_cohorts, 1);
    assert_int_equal(cohorts.members, 1);
    assert_int_equal(cohorts.n_rows, 2);
    assert_int_equal(cohorts.cohorts[0].rows[0].eligible, 1);
    /* February is complete; of the second 30 days 26 have passed */
    assert_int_equal(cohorts.cohorts[0].rows[1].eligible, clocks[i] == COHORT_CLOCK_CALENDAR);
    cohorts_free(&cohorts);
    customers_free(&customers);
  }
}

/*
** PostHog/posthog issue 25998: 10 members with 20 %, 100 members with 0 %: simple mean 10 %, weighted mean 2/110 =
** 1.8 %.
*/
static void averages(void **unused)
{
  (void)unused;
  Row rows[112];
  size_t n = 0;
  for (int i = 0; i < 110; i++) {
    rows[n++] = (Row){at(i < 10 ? "2024-01-05" : "2024-02-05"), i, 1, 0, 0};
  }
  rows[n++] = (Row){at("2024-02-06"), 3, 1, 0, 0};
  rows[n++] = (Row){at("2024-02-07"), 4, 2, 0, 0};
  CohortOptions options = {.grain = {GRAIN_MONTH, 1}, .max_age = -1};
  Cohorts cohorts;
  Customers customers = {0}, attributes = {0};
  CohortAverage *averages;
  int64_t n_averages;
  assert_int_equal(cohorts_init(&cohorts, &options), STATUS_OK);
  assert_true(replay(&cohorts, &customers, &attributes, rows, n));
  assert_int_equal(cohorts_finish(&cohorts, &customers, &attributes, at("2024-04-01") + 1, &NEVER_STOPS), STATUS_OK);
  assert_int_equal(cohorts_average(&cohorts, &averages, &n_averages, &NEVER_STOPS), STATUS_OK);
  assert_int_equal(n_averages, 4);
  assert_int_equal(averages[1].cohorts, 2);
  assert_int_equal(averages[1].eligible, 110);
  assert_int_equal(averages[1].active, 2);
  assert_int_equal(averages[1].complete_size, 110);
  assert_int_equal(averages[1].complete_active, 2);
  assert_float_equal(averages[1].rate_sum, 0.2, 1e-15);
  assert_float_equal(averages[1].complete_cumulative, 113, 0);
  assert_int_equal(averages[2].complete_cohorts, 1); /* April has only begun */
  assert_int_equal(averages[2].cohorts, 2);
  assert_int_equal(averages[2].eligible, 10);
  mem_free(averages);
  cohorts_free(&cohorts);
  customers_free(&customers);
}

static void reads_brackets(void **unused)
{
  (void)unused;
  int32_t brackets[COHORT_BRACKETS_MAX];
  int n;
  assert_true(cohort_brackets_from_text(" 1, 3 ,7,36525", 14, brackets, &n));
  assert_int_equal(n, 4);
  assert_int_equal(brackets[1], 3);
  assert_int_equal(brackets[3], 36525);
  static const char *const wrong[] = {
    "", " ", "1,", ",1", "0,1", "1,1", "3,2", "1;2", "1,2x", "1 2", "-1", "36526", "1,99999999999999999999", "1.5"};
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    assert_false(cohort_brackets_from_text(wrong[i], strlen(wrong[i]), brackets, &n));
  }
  char many[3 * 65 + 1] = "";
  for (int i = 0; i < 65; i++) {
    char number[4] = {(char)('0' + (i + 11) / 10 % 10), (char)('0' + (i + 11) % 10), ',', 0};
    strcat(many, number);
  }
  assert_true(cohort_brackets_from_text(many, 3 * 64 - 1, brackets, &n));
  assert_int_equal(n, 64);
  assert_false(cohort_brackets_from_text(many, 3 * 65 - 1, brackets, &n));
}

/* xorshift64* (Vigna 2016). */
static uint64_t seed_state;
static uint32_t below(uint32_t n)
{
  seed_state ^= seed_state >> 12;
  seed_state ^= seed_state << 25;
  seed_state ^= seed_state >> 27;
  return (uint32_t)((seed_state * UINT64_C(2685821657736338717)) >> 33) % n;
}

#define MOST 300
#define CUSTOMERS 30

typedef struct Naive {
  const CohortOptions *options;
  const Row *rows;
  size_t n;
  int64_t as_of, length;
} Naive;

static int64_t interval_end(const Naive *naive, int64_t t0, int64_t age)
{
  const CohortOptions *o = naive->options;
  if (o->clock == COHORT_CLOCK_ROUNDED) { /* local hour or midnight, found from the calendar */
    int64_t local = t0 + o->zone.span.offset,
            midnight = period_start((Grain){GRAIN_DAY, 1}, period_index((Grain){GRAIN_DAY, 1}, local));
    int64_t hours = o->grain.unit == GRAIN_DAY && o->grain.count == 1 ? (local - midnight) / MS_PER_HOUR : 0;
    return midnight + hours * MS_PER_HOUR - o->zone.span.offset + (age + 1) * naive->length;
  }
  if (o->clock == COHORT_CLOCK_ROLLING) {
    return t0 + (age + 1) * naive->length;
  }
  return period_start(o->grain, period_index(o->grain, t0 + o->zone.span.offset) + age + 1) - o->zone.span.offset;
}

static int64_t age_of(const Naive *naive, int64_t t0, int64_t t)
{
  int64_t age = 0;
  while (interval_end(naive, t0, age) <= t) {
    age++;
  }
  return age;
}

static int64_t last_age(const CohortOptions *o, int64_t slot)
{
  return o->n_brackets && slot > 0 ? o->brackets[slot - 1] : slot;
}

/* The earliest row of a customer, NULL if there is none. */
static const Row *first_row(const Naive *naive, int customer)
{
  const Row *first = NULL;
  for (size_t i = 0; i < naive->n; i++) {
    const Row *row = naive->rows + i;
    if (row->customer == customer && (!first || row->time < first->time)) {
      first = row;
    }
  }
  return first;
}

static bool active_at(const Naive *naive, int customer, int64_t t0, int64_t from, int64_t to)
{
  for (size_t i = 0; i < naive->n; i++) {
    if (naive->rows[i].customer == customer) {
      int64_t age = age_of(naive, t0, naive->rows[i].time);
      if (from <= age && age <= to) {
        return true;
      }
    }
  }
  return false;
}

static bool member_active(const Naive *naive, int customer, int64_t t0, int64_t slot)
{
  const CohortOptions *o = naive->options;
  int64_t from = slot > 0 ? last_age(o, slot - 1) + 1 : 0, to = last_age(o, slot);
  switch (o->mode) {
    case COHORT_MODE_ON:
      return active_at(naive, customer, t0, from, to);
    case COHORT_MODE_ON_OR_AFTER:
      return active_at(naive, customer, t0, from, INT64_MAX);
    case COHORT_MODE_ON_OR_BEFORE:
      return active_at(naive, customer, t0, 1, to);
    case COHORT_MODE_STREAK:
      for (int64_t s = 1; s <= slot; s++) {
        if (!active_at(naive, customer, t0, last_age(o, s - 1) + 1, last_age(o, s))) {
          return false;
        }
      }
      return true;
  }
  return false;
}

static int64_t key_of(const Naive *naive, const Row *first)
{
  const CohortOptions *o = naive->options;
  return o->by_attribute ? first->attribute : period_index(o->grain, first->time + o->zone.span.offset);
}

static void check_cohort(const Naive *naive, const Cohorts *cohorts, const Cohort *cohort, const Customers *attributes)
{
  int64_t key = cohort->key;
  if (naive->options->by_attribute) {
    key = key == COHORT_NULL ? 0 : customers_key(attributes, (uint32_t)key).integer;
  }
  int64_t cumulative = 0, begun = -1;
  for (uint32_t slot = 0; slot <= cohort->n_rows; slot++) {
    int64_t from = slot > 0 ? last_age(naive->options, slot - 1) + 1 : 0;
    uint32_t size = 0, eligible = 0, active = 0;
    int64_t value = 0;
    if (naive->options->n_brackets > 0 && slot > (uint32_t)naive->options->n_brackets) {
      break;
    }
    int64_t to = last_age(naive->options, slot);
    for (int c = 0; c < CUSTOMERS; c++) {
      const Row *first = first_row(naive, c);
      if (!first || key_of(naive, first) != key) {
        continue;
      }
      size++;
      bool passed = interval_end(naive, first->time, to) <= naive->as_of;
      eligible += passed;
      active += passed && member_active(naive, c, first->time, slot);
      int64_t age = age_of(naive, first->time, naive->as_of - 1);
      bool shown = naive->options->max_age < 0 || to <= naive->options->max_age;
      begun = age >= from && shown && (int64_t)slot > begun ? slot : begun;
      for (size_t i = 0; i < naive->n; i++) {
        if (naive->rows[i].customer == c) {
          int64_t event_age = age_of(naive, first->time, naive->rows[i].time);
          value += from <= event_age && event_age <= to ? (int64_t)(naive->rows[i].value * 4) : 0;
        }
      }
    }
    cumulative += value;
    if (slot < cohort->n_rows) {
      const CohortRow *row = cohort->rows + slot;
      assert_int_equal(cohort->size, size);
      assert_int_equal(row->eligible, eligible);
      assert_int_equal(row->active, active);
      assert_true(row->value == (double)value / 4);
      assert_true(row->cumulative == (double)cumulative / 4);
      assert_int_equal(cohort_slot_first_age(cohorts, slot), from);
      assert_int_equal(cohort_slot_last_age(cohorts, slot), to);
    }
  }
  assert_int_equal(begun, cohort->n_rows - 1);
}

static bool check(const Naive *naive)
{
  Cohorts cohorts;
  Customers customers = {0}, attributes = {0};
  assert_int_equal(cohorts_init(&cohorts, naive->options), STATUS_OK);
  bool in_order = replay(&cohorts, &customers, &attributes, naive->rows, naive->n);
  assert_int_equal(cohorts_finish(&cohorts, &customers, &attributes, naive->as_of, &NEVER_STOPS), STATUS_OK);
  uint32_t members = 0;
  int64_t rows = 0;
  for (int64_t i = 0; i < cohorts.n_cohorts; i++) {
    const Cohort *cohort = cohorts.cohorts + i;
    check_cohort(naive, &cohorts, cohort, &attributes);
    members += cohort->size;
    rows += cohort->n_rows;
    if (i > 0 && !naive->options->by_attribute) {
      assert_true(cohort[-1].key < cohort->key);
    } else if (i > 0 && cohort[-1].key != COHORT_NULL) {
      int64_t before = customers_key(&attributes, (uint32_t)cohort[-1].key).integer;
      assert_true(before < customers_key(&attributes, (uint32_t)cohort->key).integer);
    }
  }
  assert_int_equal(members, customers.count);
  assert_int_equal(cohorts.members, customers.count);
  assert_int_equal(rows, cohorts.n_rows);
  cohorts_free(&cohorts);
  customers_free(&customers);
  customers_free(&attributes);
  return in_order;
}

static int time_order(const void *a, const void *b)
{
  const Row *x = a, *y = b;
  return x->time != y->time ? (x->time < y->time ? -1 : 1) : x->order - y->order;
}

static void against_definitions(void **unused)
{
  (void)unused;
  static const Grain grains[] = {{GRAIN_DAY, 1},  {GRAIN_WEEK, 1, WEEK_ANCHOR}, {GRAIN_MONTH, 1},
                                 {GRAIN_DAY, 10}, {GRAIN_QUARTER, 1},           {GRAIN_YEAR, 1}};
  static const int lengths[] = {1, 7, 30, 10, 0, 0};
  static const int64_t offsets[] = {0, 8 * MS_PER_HOUR, -(3 * MS_PER_HOUR + MS_PER_HOUR / 2)};
  static Row rows[MOST];
  int taken_in_order = 0;
  seed_state = 53;
  for (int round = 0; round < 576; round++) {
    int g = (int)below(6);
    CohortOptions options = {
      .grain = grains[g],
      .zone = zone_fixed(offsets[below(3)]),
      .mode = (CohortMode)(round % 4),
      .clock = !lengths[g] || round / 4 % 2 == 0 ? COHORT_CLOCK_CALENDAR
               : round / 192 % 2                 ? COHORT_CLOCK_ROUNDED
                                                 : COHORT_CLOCK_ROLLING,
      .by_attribute = round / 8 % 2,
      .max_age = -1,
    };
    if (round / 16 % 3 == 1) {
      options.n_brackets = 3;
      memcpy(options.brackets, (int32_t[]){1, 3, 7}, 3 * sizeof(int32_t));
    }
    if (round / 48 % 3 == 1) {
      options.max_age = below(6);
    }
    int64_t span = (g == 0 ? 12 : g == 3 || g == 1 ? 120 : g == 2 ? 400 : 1500) * MS_PER_DAY;
    int64_t start = round % 5 == 0 ? at("1969-12-20") : at("2019-12-20 13:00");
    size_t n = 1 + below(MOST);
    for (size_t i = 0; i < n; i++) {
      int64_t time = start + (int64_t)((double)below(1000000) / 1e6 * (double)span);
      if (below(3) == 0 && i > 0) { /* exactly some intervals after another row, or the millisecond before */
        int64_t days = (int64_t)below(3) * (lengths[g] ? lengths[g] : 30);
        time = rows[below((uint32_t)i)].time + days * MS_PER_DAY - below(2);
      }
      time = time < start ? start : time > start + span ? start + span : time;
      rows[i] = (Row){time, (int)below(CUSTOMERS), (double)below(4000) / 4 - 100, (int)below(4), (int)i};
    }
    if (round % 3) {
      qsort(rows, n, sizeof *rows, time_order);
    }
    Naive naive = {&options, rows, n, start + span + 1 + (int64_t)below(3) * span / 3, lengths[g] * MS_PER_DAY};
    taken_in_order += check(&naive);
  }
  assert_in_range(taken_in_order, 384, 450); /* every history in time order is taken as it comes */
}

/* The last row comes a slot, or a millisecond before the first row, too late; on the boundary it is still taken. */
static void notices_disorder(void **unused)
{
  (void)unused;
  static const struct {
    CohortClock clock;
    bool by_attribute;
    const char *times[3];
    Status status;
  } cases[] = {
    {COHORT_CLOCK_CALENDAR, false, {"2024-01-05", "2024-03-05", "2024-02-05"}, STATUS_DISORDER},
    {COHORT_CLOCK_CALENDAR, false, {"2024-01-05", "2024-03-05", "2024-03-04"}, STATUS_OK},
    {COHORT_CLOCK_CALENDAR, false, {"2024-01-05", "2024-01-06", "2023-12-31 23:59:59.999"}, STATUS_DISORDER},
    {COHORT_CLOCK_CALENDAR, false, {"2024-01-05", "2024-01-06", "2024-01-01"}, STATUS_OK},
    {COHORT_CLOCK_CALENDAR, true, {"2024-01-05", "2024-01-06", "2024-01-04 23:59:59.999"}, STATUS_DISORDER},
    {COHORT_CLOCK_CALENDAR, true, {"2024-01-05", "2024-03-06", "2024-02-01"}, STATUS_DISORDER},
    {COHORT_CLOCK_CALENDAR, true, {"2024-01-05", "2024-01-06", "2024-01-05"}, STATUS_OK},
    {COHORT_CLOCK_ROLLING, false, {"2024-01-05", "2024-01-06", "2024-01-04 23:59:59.999"}, STATUS_DISORDER},
    {COHORT_CLOCK_ROLLING, false, {"2024-01-05", "2024-02-04", "2024-02-03 23:59:59.999"}, STATUS_DISORDER},
    {COHORT_CLOCK_ROLLING, false, {"2024-01-05", "2024-02-05", "2024-02-04"}, STATUS_OK},
    {COHORT_CLOCK_ROUNDED, false, {"2024-01-05 12:00", "2024-01-06", "2024-01-05 11:00"}, STATUS_DISORDER},
    {COHORT_CLOCK_ROUNDED, false, {"2024-01-05 12:00", "2024-02-05", "2024-02-04 00:00"}, STATUS_OK},
    {COHORT_CLOCK_ROUNDED, false, {"2024-01-05 12:00", "2024-02-05", "2024-02-03 23:59"}, STATUS_DISORDER},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    CohortOptions options = {
      .grain = {GRAIN_MONTH, 1},
      .clock = cases[i].clock,
      .by_attribute = cases[i].by_attribute,
      .max_age = -1,
    };
    Cohorts cohorts;
    Customers customers = {0}, attributes = {0};
    assert_int_equal(cohorts_init(&cohorts, &options), STATUS_OK);
    customers.state_size = cohorts_accumulator(&cohorts).state_size;
    Row rows[3];
    for (int k = 0; k < 3; k++) {
      rows[k] = (Row){at(cases[i].times[k]), 1, 1, 0, k};
    }
    assert_int_equal(feed(&cohorts, &customers, &attributes, rows, 3), cases[i].status);
    cohorts_free(&cohorts);
    customers_free(&customers);
  }
}

static void refuses_too_much(void **unused)
{
  (void)unused;
  CohortOptions options = {.grain = {GRAIN_QUARTER, 1}, .clock = COHORT_CLOCK_ROLLING, .max_age = -1};
  Cohorts cohorts;
  Customers customers = {0}, attributes = {0};
  assert_int_equal(cohorts_init(&cohorts, &options), STATUS_ERROR);
  cohorts_free(&cohorts);

  /* A new customer every day for 50 years: 18,000 cohorts of up to 18,000 ages. */
  options = (CohortOptions){.grain = {GRAIN_DAY, 1}, .max_age = -1};
  for (int limited = 0; limited < 2; limited++) {
    options.max_age = limited ? 30 : -1;
    assert_int_equal(cohorts_init(&cohorts, &options), STATUS_OK);
    customers.state_size = cohorts_accumulator(&cohorts).state_size;
    int64_t start = at("1970-01-01");
    for (int day = 0; day < 18000; day++) {
      Row row = {start + day * MS_PER_DAY, day, 1, 0, 0};
      assert_int_equal(feed(&cohorts, &customers, &attributes, &row, 1), STATUS_OK);
    }
    Status status = cohorts_finish(&cohorts, &customers, &attributes, start + 18000 * MS_PER_DAY + 1, &NEVER_STOPS);
    assert_int_equal(status, limited ? STATUS_OK : STATUS_ERROR);
    assert_int_equal(cohorts.too_many, !limited);
    if (limited) {
      assert_int_equal(cohorts.n_cohorts, 18000);
      assert_int_equal(cohorts.cohorts[0].n_rows, 31);
      assert_int_equal(cohorts.cohorts[17999].n_rows, 2);
    }
    cohorts_free(&cohorts);
    customers_free(&customers);
  }
}

static void of_nothing(void **unused)
{
  (void)unused;
  CohortOptions options = {.grain = {GRAIN_MONTH, 1}, .max_age = -1};
  Cohorts cohorts;
  Customers customers = {0}, attributes = {0};
  CohortAverage *averages;
  int64_t n_averages;
  assert_int_equal(cohorts_init(&cohorts, &options), STATUS_OK);
  assert_int_equal(cohorts_finish(&cohorts, &customers, &attributes, 0, &NEVER_STOPS), STATUS_OK);
  assert_int_equal(cohorts.n_rows, 0);
  assert_int_equal(cohorts_average(&cohorts, &averages, &n_averages, &NEVER_STOPS), STATUS_OK);
  assert_int_equal(n_averages, 0);
  assert_null(averages);
  cohorts_free(&cohorts);
}

/* As many cohorts as customers: counted, given rows, settled and summed; each walk asks. */
static void many_cohorts_ask(void **state)
{
  (void)state;
  enum {
    N = 40000
  };
  Row *rows = malloc(N * sizeof *rows);
  for (int i = 0; i < N; i++) {
    rows[i] = (Row){at("2024-01-01"), i, 1, 1 + i, i};
  }
  CohortOptions options = {.grain = {GRAIN_MONTH, 1}, .by_attribute = true, .max_age = -1};
  Cohorts cohorts;
  Customers customers = {0}, attributes = {0};
  int asked = 0;
  assert_int_equal(cohorts_init(&cohorts, &options), STATUS_OK);
  assert_true(replay(&cohorts, &customers, &attributes, rows, N));
  assert_int_equal(
    cohorts_finish(&cohorts, &customers, &attributes, at("2024-05-01"), &(Watch){count_questions, &asked}), STATUS_OK);
  assert_int_equal(cohorts.n_cohorts, N);
  assert_true(asked >= 11);
  cohorts_free(&cohorts);
  customers_free(&customers);
  customers_free(&attributes);
  free(rows);
}

/* Few cohorts of many rows each: given rows and summed, and averaged; each asks by rows. */
static void long_cohorts_ask(void **state)
{
  (void)state;
  enum {
    N = 100
  };
  Row rows[N];
  for (int i = 0; i < N; i++) {
    rows[i] = (Row){at("2001-01-01") + i * MS_PER_DAY, i, 1, 1, i};
  }
  CohortOptions options = {.grain = {GRAIN_DAY, 1}, .max_age = -1};
  Cohorts cohorts;
  Customers customers = {0}, attributes = {0};
  CohortAverage *averages = NULL;
  int64_t n_averages;
  int asked = 0;
  Watch watch = {count_questions, &asked};
  assert_int_equal(cohorts_init(&cohorts, &options), STATUS_OK);
  assert_true(replay(&cohorts, &customers, &attributes, rows, N));
  assert_int_equal(cohorts_finish(&cohorts, &customers, &attributes, at("2024-01-01"), &watch), STATUS_OK);
  assert_true(cohorts.n_rows > 800000);
  assert_true(asked >= 2 * 800000 / (WATCH_EVERY + 9000));
  asked = 0;
  assert_int_equal(cohorts_average(&cohorts, &averages, &n_averages, &watch), STATUS_OK);
  assert_true(asked >= 800000 / (WATCH_EVERY + 9000));
  mem_free(averages);
  cohorts_free(&cohorts);
  customers_free(&customers);
  customers_free(&attributes);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(by_hand),          cmocka_unit_test(no_row_of_no_length), cmocka_unit_test(averages),
    cmocka_unit_test(reads_brackets),   cmocka_unit_test(against_definitions), cmocka_unit_test(notices_disorder),
    cmocka_unit_test(refuses_too_much), cmocka_unit_test(of_nothing),          cmocka_unit_test(many_cohorts_ask),
    cmocka_unit_test(long_cohorts_ask),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
