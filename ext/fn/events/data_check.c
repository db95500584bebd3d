/*
** data_check(source[, today, lang]): what is odd about a purchase history, before anything is concluded from it.
**
**   SELECT severity, kind, rows, example_rowid, detail FROM data_check('orders');
**
** R1  One row per finding, the gravest first; then always a row of kind 'summary' that says how much was read and
**     which row is the newest: what as_of is where it is left out. The kinds and texts are in data_check.def.
**     severity: error (the other functions refuse such a row), warning, info.
** R2  bad_customer, bad_time, bad_value: neither NULL nor a customer, a time, a finite number. null_customer,
**     null_time: such rows take no part anywhere; null_value counts as 0. A row has the first of these that applies.
**     after_as_of: rows after a given as_of, not looked at further. no_such_day: a bad time of a day such as
**     30 February. odd_times: a number that as unix seconds lies in 1973 … 1979.
** R3  duplicates: rows beyond the first of the same customer, time and value, found exactly.
** R4  future_times: rows after `today` (default: now). Rows up to today also make the days of R8 and R13.
** R5  negative_values, zero_values: NULL is neither.
** R6  mixed_time_formats: the time column holds more than one form (date; date and time; with a zone; unix seconds;
**     milliseconds, microseconds, nanoseconds; julian day). rows: those in another form than the most frequent.
** R7  dominant_customer_rows, dominant_customer_value: one customer has more than 10 % of the rows (of the sum of
**     positive values), and more than ten times the average customer's: a test account, a guest checkout, a reseller.
**     rows: that customer's.
** R8  missing_days: civil days in time_zone without any row, in runs longer than usual: the step from one day with
**     rows to the next is longer than 3 times the 95 % quantile of all steps, judged from 20 steps on. rows is 0,
**     there are none to point at.
** R9  mixed_customer_types: some customers are integers and some text. rows is 0.
** R10 example_rowid: the smallest rowid of the finding (R2, R6, R11 and R12 by order number: the first one read); the
**     row's number where the source has no rowid.
** R11 order_lines: more than 10 % of the rows, of at least 10 customers, follow another of their customer at the same
**     instant without being its copy; or more than 10 % have the order number of the row before, in a column called
**     order_id or the like that is not the rowid.
** R12 mixed_currencies: a column called currency or the like has several values. rows: those not in the most frequent.
** R13 sparse_end: the last 28 days have far fewer rows than the spans of 28 days before (day_check.h). rows: those.
** R14 similar_customers: rows of customers that are another, read before, but for letters A to Z of either case, white
**     space around them, or type. empty_customer: no text, or white space. guest_customer: 'guest', 'NULL' and their
**     like (key_check.c).
*/
#include <stdio.h>
#include <string.h>

#include "core/events/data_check.h"
#include "core/events/purchase_days.h"
#include "event_params.h"
#include "finding.h"

enum {
#define FINDING(NAME, kind, severity, detail) NAME,
#define WORDS(NAME, text)
#include "data_check.def"
#undef FINDING
#undef WORDS
  KINDS
};

static const FindingKind FINDING_KINDS[KINDS] = {
#define FINDING(NAME, kind, severity, detail) {kind, SEVERITY_##severity, detail},
#define WORDS(NAME, text)
#include "data_check.def"
#undef FINDING
#undef WORDS
};
_Static_assert(KINDS <= FINDINGS_MAX, "more kinds than an answer has room for");

#define FINDING(NAME, kind, severity, detail)
#define WORDS(NAME, text) static const char WORDS_##NAME[] = text;
#include "data_check.def"
#undef FINDING
#undef WORDS

static const char *const FORM_NAMES[FORM_COUNT] = {
  [FORM_DATE] = WORDS_DATE,
  [FORM_DATE_TIME] = WORDS_DATE_TIME,
  [FORM_DATE_TIME_ZONE] = WORDS_DATE_TIME_ZONE,
  [FORM_UNIX_SECONDS] = WORDS_UNIX_SECONDS,
  [FORM_UNIX_MILLISECONDS] = WORDS_UNIX_MILLISECONDS,
  [FORM_UNIX_MICROSECONDS] = WORDS_UNIX_MICROSECONDS,
  [FORM_UNIX_NANOSECONDS] = WORDS_UNIX_NANOSECONDS,
  [FORM_JULIAN] = WORDS_JULIAN_DAY,
};

/* A count in words. */
typedef struct Number {
  char text[24];
} Number;

static Number number(int64_t n)
{
  Number out;
  snprintf(out.text, sizeof out.text, "%lld", (long long)n);
  return out;
}

/* A finding, unless there are no such rows. */
static bool add(Findings *findings, int kind, DataCheckTally tally)
{
  if (tally.rows > 0) {
    findings_add(findings, kind, tally.rows, &tally.rowid);
  }
  return tally.rows > 0;
}

static void add_faults(Findings *findings, const Diagnosis *diagnosis)
{
  static const struct {
    RowFault fault;
    int kind;
  } FAULTS[] = {
    {FAULT_BAD_CUSTOMER, BAD_CUSTOMER}, {FAULT_BAD_TIME, BAD_TIME},           {FAULT_NO_DAY, NO_SUCH_DAY},
    {FAULT_BAD_VALUE, BAD_VALUE},       {FAULT_NULL_CUSTOMER, NULL_CUSTOMER}, {FAULT_NULL_TIME, NULL_TIME},
    {FAULT_ODD_TIME, ODD_TIMES},        {FAULT_NULL_VALUE, NULL_VALUE},       {FAULT_AFTER_AS_OF, AFTER_AS_OF},
  };
  for (int i = 0; i < COUNT_OF(FAULTS); i++) {
    Tally tally = diagnosis->fault[FAULTS[i].fault];
    add(findings, FAULTS[i].kind, (DataCheckTally){tally.rows, tally.first_rowid});
  }
}

static void add_lines(Findings *findings, const DataCheck *check, Tally same_order)
{
  if (same_order.rows * 100 > check->rows * DATA_CHECK_LINES_PERCENT) {
    add(findings, ORDER_LINES, (DataCheckTally){same_order.rows, same_order.first_rowid});
    finding_say(findings, ORDER_LINES, WORDS_ORDER_NUMBERS, NULL, 0);
  } else if (add(findings, ORDER_LINES, check->lines)) {
    Number customers = number(check->line_customers);
    finding_say(findings, ORDER_LINES, NULL, (const char *[]){customers.text}, 1);
  }
}

/* Tallies of which the most frequent is what the others differ from. */
static DataCheckTally others(const Tally *const *tally, int n)
{
  int most = 0;
  Tally rarest = {.rows = INT64_MAX};
  DataCheckTally sum = {0};
  for (int i = 0; i < n; i++) {
    most = tally[i]->rows > tally[most]->rows ? i : most;
  }
  for (int i = 0; i < n; i++) {
    sum.rows += i == most ? 0 : tally[i]->rows;
    rarest = i != most && tally[i]->rows > 0 && tally[i]->rows < rarest.rows ? *tally[i] : rarest;
  }
  sum.rowid = rarest.first_rowid;
  return sum;
}

static void add_currencies(Findings *findings, const Diagnosis *diagnosis)
{
  const Tally *tally[CURRENCIES_MAX];
  char list[DETAIL_MAX] = "";
  size_t used = 0;
  for (int i = 0; i < diagnosis->n_currencies; i++) {
    tally[i] = &diagnosis->currency[i].tally;
    used += (size_t)snprintf(list + used, sizeof list - used, "%s%s", i ? ", " : "", diagnosis->currency[i].text);
  }
  if (diagnosis->n_currencies > 1 && add(findings, MIXED_CURRENCIES, others(tally, diagnosis->n_currencies))) {
    snprintf(list + used, sizeof list - used, "%s", diagnosis->n_currencies == CURRENCIES_MAX ? ", …" : "");
    Number n = number(diagnosis->n_currencies);
    finding_say(findings, MIXED_CURRENCIES, NULL, (const char *[]){n.text, list}, 2);
  }
}

static void add_forms(Findings *findings, const Diagnosis *diagnosis)
{
  const Tally *tally[FORM_COUNT];
  char list[DETAIL_MAX] = "";
  size_t used = 0;
  for (int form = 0; form < FORM_COUNT; form++) {
    tally[form] = &diagnosis->form[form];
    if (tally[form]->rows > 0 && used < sizeof list) {
      used += (size_t)snprintf(list + used, sizeof list - used, "%s%lld x %s", used ? ", " : "",
                               (long long)tally[form]->rows, findings_text(findings, FORM_NAMES[form]));
    }
  }
  if (add(findings, MIXED_TIME_FORMATS, others(tally, FORM_COUNT))) {
    finding_say(findings, MIXED_TIME_FORMATS, NULL, (const char *[]){list}, 1);
  }
}

static void add_customers(Findings *findings, const DataCheck *check, const Customers *customers)
{
  char key[FINDING_KEY_MAX], other[FINDING_KEY_MAX];
  if (customers->n_text > 0 && customers->n_text < customers->count) {
    Number texts = number(customers->n_text), integers = number(customers->count - customers->n_text);
    findings_add(findings, MIXED_CUSTOMER_TYPES, 0, NULL);
    finding_say(findings, MIXED_CUSTOMER_TYPES, NULL, (const char *[]){texts.text, integers.text}, 2);
  }
  if (add(findings, SIMILAR_CUSTOMERS, check->similar)) {
    Number n = number(check->n_similar);
    finding_key(key, customers, check->similar_before, true);
    finding_key(other, customers, check->similar_id, true);
    finding_say(findings, SIMILAR_CUSTOMERS, NULL, (const char *[]){n.text, key, other}, 3);
  }
  add(findings, EMPTY_CUSTOMER, check->blank);
  if (add(findings, GUEST_CUSTOMER, check->nobody)) {
    finding_key(key, customers, check->nobody_id, true);
    finding_say(findings, GUEST_CUSTOMER, NULL, (const char *[]){key}, 1);
  }
}

/* No %f: it would write the locale's decimal sign. */
static void add_dominant(Findings *findings, int kind, const Customers *customers, const DataCheckDominant *dominant)
{
  if (add(findings, kind, dominant->tally)) {
    char key[FINDING_KEY_MAX], share[24];
    int tenths = (int)(dominant->share * 1000 + 0.5);
    snprintf(share, sizeof share, "%d.%d", tenths / 10, tenths % 10);
    finding_key(key, customers, dominant->customer, false);
    finding_say(findings, kind, NULL, (const char *[]){key, share}, 2);
  }
}

static void add_days(Findings *findings, const DataCheck *check)
{
  const DayCheck *days = &check->days;
  char from[TIME_TEXT_MAX], to[TIME_TEXT_MAX];
  if (days->gaps > 0) {
    Number n = number(days->gap_days), runs = number(days->gaps);
    Number longest = number((int64_t)days->gap_to - days->gap_from - 1);
    date_to_text((int64_t)days->gap_from + 1 - DAY_BIAS, from);
    date_to_text((int64_t)days->gap_to - 1 - DAY_BIAS, to);
    findings_add(findings, MISSING_DAYS, 0, NULL);
    finding_say(findings, MISSING_DAYS, NULL, (const char *[]){n.text, runs.text, from, to, longest.text}, 5);
  }
  if (days->sparse) {
    Number n = number(days->sparse_rows), span = number(DAY_CHECK_SPAN), usual = number((int64_t)days->usual_rows);
    date_to_text((int64_t)days->sparse_from - DAY_BIAS, from);
    date_to_text((int64_t)days->sparse_to - DAY_BIAS, to);
    findings_add(findings, SPARSE_END, days->sparse_rows, NULL);
    finding_say(findings, SPARSE_END, NULL, (const char *[]){n.text, span.text, from, to, usual.text}, 5);
  }
}

/* `as_of`: the default; NULL where there is none. */
static void add_summary(Findings *findings, const DataCheck *check, int64_t rows_read, const EventSource *source,
                        const Bound *as_of)
{
  char from[TIME_TEXT_MAX], to[TIME_TEXT_MAX], newest[TIME_TEXT_MAX], by_default[DETAIL_MAX] = "";
  bool nothing_odd = findings->n == 0;
  findings_add(findings, SUMMARY, rows_read, as_of && source->rows > 0 ? &check->newest_rowid : NULL);
  if (source->rows == 0) {
    finding_say(findings, SUMMARY, WORDS_NO_ROW, NULL, 0);
    return;
  }
  time_to_text(source->first_time, from);
  time_to_text(newest_time(source->newest), to);
  if (as_of) {
    ZoneCursor zone = source->zone;
    if (bound_is_day(*as_of)) {
      date_to_text(floor_div(zone_local(&zone, as_of->last), MS_PER_DAY), newest);
    } else {
      time_to_text(as_of->last, newest);
    }
    finding_fill(by_default, sizeof by_default, findings_text(findings, WORDS_DEFAULT_AS_OF), (const char *[]){newest},
                 1);
  }
  Number rows = number(source->rows), customers = number(source->customers.count);
  finding_say(findings, SUMMARY, source->by_order ? WORDS_ORDERS : NULL,
              (const char *[]){rows.text, customers.text, from, to,
                               source->has_value ? "" : findings_text(findings, WORDS_WITHOUT_VALUE), by_default,
                               nothing_odd ? findings_text(findings, WORDS_NOTHING_ODD) : ""},
              7);
}

enum {
  ARG_SOURCE,
  ARG_TODAY,
  ARG_LANG,
  ARG_COUNT
};

static void add_all(Findings *findings, const DataCheck *check, const Diagnosis *diagnosis, const EventSource *source,
                    const Bound *as_of)
{
  add_faults(findings, diagnosis);
  if (add(findings, DUPLICATES, check->duplicate) && !source->has_value) {
    finding_say(findings, DUPLICATES, WORDS_COPIES_WITHOUT_VALUE, NULL, 0);
  }
  add_lines(findings, check, diagnosis->same_order);
  add(findings, FUTURE_TIMES, check->future);
  if (source->has_value) {
    add(findings, NEGATIVE_VALUES, check->negative);
    add(findings, ZERO_VALUES, check->zero);
    add_currencies(findings, diagnosis);
  }
  add_customers(findings, check, &source->customers);
  add_forms(findings, diagnosis);
  add_dominant(findings, DOMINANT_CUSTOMER_ROWS, &source->customers, &check->by_rows);
  add_dominant(findings, DOMINANT_CUSTOMER_VALUE, &source->customers, &check->by_value);
  add_days(findings, check);
  if (diagnosis->fold == KEY_OTHER && source->customers.n_text > 0) {
    findings_add(findings, UNKNOWN_COLLATION, 0, NULL);
  }
  add_summary(findings, check, diagnosis->rows_read, source, as_of);
}

static Status check_compute(Call *call, void *state, int64_t *n_rows)
{
  Findings *findings = state;
  DataCheck check = {.zone = event_source_zone(call), .today = call_time(call, ARG_TODAY)};
  Diagnosis diagnosis = {0};
  EventSource source = {0};
  Bound given;
  Accumulator accumulator = data_check_accumulator();
  Status status = event_source_read(call, &accumulator, &check, (EventSourceOptions){.diagnosis = &diagnosis}, &source);
  if (status == STATUS_OK) {
    status = data_check_finish(&check, &source.customers, call_watch(call));
  }
  if (status == STATUS_OK) {
    findings_begin(findings, call, FINDING_KINDS, call_language(call, ARG_LANG));
    bool by_default = !event_source_as_of(call, &given) && check.future.rows == 0; /* else it has to be given */
    add_all(findings, &check, &diagnosis, &source, by_default ? &source.as_of : NULL);
    findings_end(findings, KINDS);
    *n_rows = findings->n;
  }
  data_check_free(&check);
  event_source_free(&source);
  return status;
}

static void check_cell(const void *state, int64_t row, int column, Cell *out)
{
  findings_cell(state, row, column, out);
}

static const ColumnSpec COLUMNS[] = {
  [FINDING_KIND] =
    {"kind", "TEXT",
     "what was found: bad_customer, bad_time, no_such_day, bad_value, duplicates, order_lines, future_times, "
     "negative_values, mixed_currencies, mixed_customer_types, similar_customers, mixed_time_formats, "
     "dominant_customer_rows, dominant_customer_value, missing_days, sparse_end, null_customer, null_time, "
     "empty_customer, guest_customer, odd_times, unknown_collation, zero_values, null_value, after_as_of, summary"},
  [FINDING_SEVERITY] = {"severity", "TEXT",
                        "error: the other functions refuse such rows; warning: look before you conclude; info"},
  [FINDING_ROWS] = {"rows", "INTEGER",
                    "rows concerned (missing_days, mixed_customer_types, unknown_collation: 0; summary: rows read)"},
  [FINDING_EXAMPLE_ROWID] =
    {"example_rowid", "INTEGER",
     "the rowid of one of them, or the row's number in a source without rowids; NULL where there is none. summary: the "
     "row with the newest time, which sets as_of where that is left out"},
  [FINDING_DETAIL] = {"detail", "TEXT", "the finding in words, and what to do"},
};
_Static_assert(COUNT_OF(COLUMNS) == FINDING_COLUMNS, "a column is not numbered");

static const ParamSpec PARAMS[] = {
  [ARG_SOURCE] = EVENT_SOURCE_PARAM(EVENT_VALUES),
  [ARG_TODAY] = {"today", PARAM_TIME, "now", 0, 0, NULL,
                 "rows after this instant lie in the future; a fixed one makes the answer repeatable"},
  [ARG_LANG] = FINDING_LANG_PARAM,
};
_Static_assert(COUNT_OF(PARAMS) == ARG_COUNT, "a parameter is not numbered");

#define PERCENT NUMBER_TEXT(DATA_CHECK_DOMINANT_PERCENT)
#define TIMES NUMBER_TEXT(DATA_CHECK_DOMINANT_TIMES)
#define GAP NUMBER_TEXT(DAY_CHECK_GAP_TIMES)
#define STEPS NUMBER_TEXT(DAY_CHECK_STEPS_MIN)
#define LINES NUMBER_TEXT(DATA_CHECK_LINES_PERCENT)
#define LINE_CUSTOMERS NUMBER_TEXT(DATA_CHECK_LINES_CUSTOMERS)
#define SPAN NUMBER_TEXT(DAY_CHECK_SPAN)
#define SPANS_MIN NUMBER_TEXT(DAY_CHECK_SPANS_MIN)
#define SPANS_MAX NUMBER_TEXT(DAY_CHECK_SPANS_MAX)
#define USUAL NUMBER_TEXT(DAY_CHECK_USUAL_MIN)

const TableSpec data_check_table = {
  .name = "data_check",
  .doc =
    {
      .summary = "Checks a purchase history for what spoils analyses: duplicates, lines of orders, bad times, refunds, "
                 "doubtful customers, missing days.",
      .result = "A row per finding, the gravest first, then one of kind 'summary'. Of a clean source only that one.",
      .nulls = "A NULL customer, time or value is a finding. example_rowid is NULL where no row can be pointed at.",
      .errors = "An unknown source or column. Bad rows are findings here, not errors.",
      .example = "SELECT kind, severity, rows, detail FROM data_check((SELECT retain_log(customer_id, ordered_at, "
                 "amount) FROM demo_orders(200, 1))) WHERE today = '2026-01-01'",
      .formula =
        "duplicates: rows beyond the first of one customer, time and value. order_lines: above " LINES
        " % of the rows, of at least " LINE_CUSTOMERS " customers, follow another at their instant that they are no "
        "copy of, or have its order number. dominant: above " PERCENT " % of all and " TIMES
        " times the average customer. missing days: steps between days with rows above " GAP
        " times their 95 % quantile (type 7), from " STEPS " steps on. sparse_end: fewer rows in the last " SPAN
        " days than a quarter of the median of up to " SPANS_MAX " such spans before (from " SPANS_MIN
        " on, median at least " USUAL "), and than half of the span 364 days before, if there is one.",
    },
  .columns = COLUMNS,
  .n_columns = COUNT_OF(COLUMNS),
  .params = PARAMS,
  .n_params = COUNT_OF(PARAMS),
  .has_source = true,
  .value = VALUE_OPTIONAL,
  .state_size = sizeof(Findings),
  .compute = check_compute,
  .cell = check_cell,
};
