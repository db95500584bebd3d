/*
** data_check(source[, today]): what is odd about a purchase history, before anything is concluded from it.
**
**   SELECT severity, kind, rows, example_rowid, detail FROM data_check('orders');
**
** R1  One row per finding, the gravest first; then always a row of kind 'summary' that says how much was read.
**     severity: error (the other functions refuse such a row), warning, info.
** R2  bad_customer, bad_time, bad_value: neither NULL nor a customer, a time, a finite number. null_customer,
**     null_time: such rows take no part anywhere; null_value counts as 0. A row has the first of these that applies.
**     after_as_of: rows after a given as_of, not looked at further. empty_customer: '' or spaces. no_such_day: a bad
**     time of a day such as 30 February. odd_times: a number that as unix seconds lies in 1973 … 1979.
** R3  duplicates: rows beyond the first of the same customer, time and value, found exactly.
** R4  future_times: rows after `today` (default: now). Rows up to today also make the days of R8.
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
** R10 example_rowid: the smallest rowid of the finding (R2, R6: the first one read); the row's number where the
**     source has no rowid.
*/
#include <stdio.h>
#include <string.h>

#include "core/events/data_check.h"
#include "core/events/purchase_days.h"
#include "event_params.h"
#include "glue/spec.h"

typedef enum Severity {
  SEVERITY_ERROR,
  SEVERITY_WARNING,
  SEVERITY_INFO
} Severity;

#define DETAIL_MAX 256
#define FINDINGS_MAX 24
#define KEY_MAX 60 /* bytes of a customer's key that are shown */

typedef struct Finding {
  Severity severity;
  const char *kind;
  DataCheckTally tally;
  bool has_rowid;
  char detail[DETAIL_MAX];
} Finding;

typedef struct CheckAnswer {
  int n;
  Finding finding[FINDINGS_MAX];
} CheckAnswer;

static const char *const FORM_NAMES[FORM_COUNT] = {
  [FORM_DATE] = "date",
  [FORM_DATE_TIME] = "date and time",
  [FORM_DATE_TIME_ZONE] = "date and time with zone",
  [FORM_UNIX_SECONDS] = "unix seconds",
  [FORM_UNIX_MILLISECONDS] = "unix milliseconds",
  [FORM_UNIX_MICROSECONDS] = "unix microseconds",
  [FORM_UNIX_NANOSECONDS] = "unix nanoseconds",
  [FORM_JULIAN] = "julian day",
};

/* Returns where the finding's detail goes. */
static char *finding_add(CheckAnswer *answer, Severity severity, const char *kind, DataCheckTally tally)
{
  Finding *finding = &answer->finding[answer->n++];
  *finding = (Finding){.severity = severity, .kind = kind, .tally = tally, .has_rowid = tally.rows > 0};
  return finding->detail;
}

/* A finding with a fixed text, unless there are no such rows. */
static void add_said(CheckAnswer *answer, Severity severity, const char *kind, DataCheckTally tally, const char *detail)
{
  if (tally.rows > 0) {
    snprintf(finding_add(answer, severity, kind, tally), DETAIL_MAX, "%s", detail);
  }
}

static void add_faults(CheckAnswer *answer, const Diagnosis *diagnosis, Severity severity)
{
  static const struct {
    RowFault fault;
    Severity severity;
    const char *kind, *detail;
  } FAULTS[] = {
    {FAULT_BAD_CUSTOMER, SEVERITY_ERROR, "bad_customer", "the customer is neither an integer nor text"},
    {FAULT_BAD_TIME, SEVERITY_ERROR, "bad_time",
     "the time is neither a year-first date or time as text nor unix time or a julian day"},
    {FAULT_NO_DAY, SEVERITY_ERROR, "no_such_day", "the time is of a day that its month does not have"},
    {FAULT_BAD_VALUE, SEVERITY_ERROR, "bad_value",
     "the value is not a number of at most " NUMBER_TEXT(NUMBER_MOST) " in size"},
    {FAULT_NULL_CUSTOMER, SEVERITY_WARNING, "null_customer", "the customer is NULL; such rows take no part"},
    {FAULT_NULL_TIME, SEVERITY_WARNING, "null_time", "the time is NULL; such rows take no part"},
    {FAULT_EMPTY_CUSTOMER, SEVERITY_WARNING, "empty_customer",
     "the customer is empty text, and all such rows one customer: use nullif(customer, '') in a view or retain_log(…)"},
    {FAULT_ODD_TIME, SEVERITY_WARNING, "odd_times", "the time is a number that as unix time lies before 1980"},
    {FAULT_NULL_VALUE, SEVERITY_INFO, "null_value", "the value is NULL and counts as 0"},
    {FAULT_AFTER_AS_OF, SEVERITY_INFO, "after_as_of", "the time is after as_of; such rows take no part"},
  };
  for (int i = 0; i < COUNT_OF(FAULTS); i++) {
    Tally tally = diagnosis->fault[FAULTS[i].fault];
    if (FAULTS[i].severity == severity) {
      add_said(answer, severity, FAULTS[i].kind, (DataCheckTally){tally.rows, tally.first_rowid}, FAULTS[i].detail);
    }
  }
}

/* "guest (23.4 % of the rows)"; the key is cut between characters. No %f: it would write the locale's decimal sign. */
static void add_dominant(CheckAnswer *answer, const Customers *customers, const DataCheckDominant *dominant,
                         const char *kind, const char *of)
{
  if (dominant->tally.rows == 0) {
    return;
  }
  CustomerKey key = customers_key(customers, dominant->customer);
  char number[24];
  snprintf(number, sizeof number, "%lld", (long long)key.integer);
  const char *text = key.text ? key.text : number;
  size_t length = key.text ? key.length : strlen(number), shown = length < KEY_MAX ? length : KEY_MAX;
  while (shown < length && shown > 0 && ((unsigned char)text[shown] & 0xC0) == 0x80) {
    shown--;
  }
  int tenths = (int)(dominant->share * 1000 + 0.5);
  snprintf(finding_add(answer, SEVERITY_WARNING, kind, dominant->tally), DETAIL_MAX,
           "customer %.*s%s has %d.%d %% of %s", (int)shown, text, shown < length ? "…" : "", tenths / 10, tenths % 10,
           of);
}

static void add_forms(CheckAnswer *answer, const Diagnosis *diagnosis)
{
  int most = 0, n = 0;
  size_t used = 0;
  Tally rarest = {.rows = INT64_MAX};
  DataCheckTally others = {0};
  for (int form = 0; form < FORM_COUNT; form++) {
    most = diagnosis->form[form].rows > diagnosis->form[most].rows ? form : most;
  }
  for (int form = 0; form < FORM_COUNT; form++) {
    Tally tally = diagnosis->form[form];
    n += tally.rows > 0;
    others.rows += form == most ? 0 : tally.rows;
    rarest = form != most && tally.rows > 0 && tally.rows < rarest.rows ? tally : rarest;
  }
  if (n < 2) {
    return;
  }
  others.rowid = rarest.first_rowid;
  char *detail = finding_add(answer, SEVERITY_WARNING, "mixed_time_formats", others);
  for (int form = 0; form < FORM_COUNT && used < DETAIL_MAX; form++) {
    if (diagnosis->form[form].rows > 0) {
      used += (size_t)snprintf(detail + used, DETAIL_MAX - used, "%s%lld x %s", used ? ", " : "",
                               (long long)diagnosis->form[form].rows, FORM_NAMES[form]);
    }
  }
}

static void add_gaps(CheckAnswer *answer, const DataCheck *check)
{
  if (check->gaps == 0) {
    return;
  }
  char from[TIME_TEXT_MAX], to[TIME_TEXT_MAX];
  date_to_text((int64_t)check->gap_from + 1 - DAY_BIAS, from);
  date_to_text((int64_t)check->gap_to - 1 - DAY_BIAS, to);
  snprintf(finding_add(answer, SEVERITY_WARNING, "missing_days", (DataCheckTally){0}), DETAIL_MAX,
           "%lld days without a row in %lld unusually long run%s; the longest: %s to %s (%lld days)",
           (long long)check->gap_days, (long long)check->gaps, check->gaps == 1 ? "" : "s", from, to,
           (long long)check->gap_to - check->gap_from - 1);
}

static void add_summary(CheckAnswer *answer, const Diagnosis *diagnosis, const EventSource *source)
{
  char *detail = finding_add(answer, SEVERITY_INFO, "summary", (DataCheckTally){diagnosis->rows_read, 0});
  answer->finding[answer->n - 1].has_rowid = false;
  if (source->rows == 0) {
    snprintf(detail, DETAIL_MAX, "no row can be analysed");
    return;
  }
  char from[TIME_TEXT_MAX], to[TIME_TEXT_MAX];
  time_to_text(source->first_time, from);
  time_to_text(newest_time(source->newest), to);
  snprintf(detail, DETAIL_MAX, "%lld of these rows can be analysed: %lu customers, %s to %s%s", (long long)source->rows,
           (unsigned long)source->customers.count, from, to, source->has_value ? "" : ", without a value");
}

enum {
  ARG_SOURCE,
  ARG_TODAY,
  ARG_COUNT
};

static Status check_compute(Call *call, void *state, int64_t *n_rows)
{
  CheckAnswer *answer = state;
  DataCheck check = {.zone = event_source_zone(call), .today = call_time(call, ARG_TODAY)};
  Diagnosis diagnosis = {0};
  EventSource source = {0};
  Accumulator accumulator = data_check_accumulator();
  Status status = event_source_read(call, &accumulator, &check, (EventSourceOptions){.diagnosis = &diagnosis}, &source);
  if (status == STATUS_OK) {
    status = data_check_finish(&check, &source.customers, call_watch(call));
  }
  if (status == STATUS_OK) {
    add_faults(answer, &diagnosis, SEVERITY_ERROR);
    add_said(answer, SEVERITY_WARNING, "duplicates", check.duplicate,
             source.has_value ? "copies of an earlier row: same customer, time and value"
                              : "copies of an earlier row: same customer and time");
    add_said(answer, SEVERITY_WARNING, "future_times", check.future, "the time is after today");
    if (source.has_value) {
      add_said(answer, SEVERITY_WARNING, "negative_values", check.negative,
               "the value is below 0, as of a refund; the row still counts as a purchase");
    }
    if (source.customers.n_text > 0 && source.customers.n_text < source.customers.count) {
      snprintf(finding_add(answer, SEVERITY_WARNING, "mixed_customer_types", (DataCheckTally){0}), DETAIL_MAX,
               "%lu customers are text and %lu integers: 1 and '1' are two customers",
               (unsigned long)source.customers.n_text,
               (unsigned long)(source.customers.count - source.customers.n_text));
    }
    add_forms(answer, &diagnosis);
    add_dominant(answer, &source.customers, &check.by_rows, "dominant_customer_rows", "the rows");
    add_dominant(answer, &source.customers, &check.by_value, "dominant_customer_value", "the value");
    add_gaps(answer, &check);
    add_faults(answer, &diagnosis, SEVERITY_WARNING);
    if (source.has_value) {
      add_said(answer, SEVERITY_INFO, "zero_values", check.zero, "the value is 0");
    }
    add_faults(answer, &diagnosis, SEVERITY_INFO);
    add_summary(answer, &diagnosis, &source);
    *n_rows = answer->n;
  }
  data_check_free(&check);
  event_source_free(&source);
  return status;
}

enum {
  COLUMN_KIND,
  COLUMN_SEVERITY,
  COLUMN_ROWS,
  COLUMN_EXAMPLE_ROWID,
  COLUMN_DETAIL,
  COLUMN_COUNT
};

static void check_cell(const void *state, int64_t row, int column, Cell *out)
{
  static const char *const SEVERITIES[] = {"error", "warning", "info"};
  const Finding *finding = &((const CheckAnswer *)state)->finding[row];
  switch (column) {
    case COLUMN_KIND:
      cell_static(out, finding->kind);
      break;
    case COLUMN_SEVERITY:
      cell_static(out, SEVERITIES[finding->severity]);
      break;
    case COLUMN_ROWS:
      cell_integer(out, finding->tally.rows);
      break;
    case COLUMN_EXAMPLE_ROWID:
      if (finding->has_rowid) {
        cell_integer(out, finding->tally.rowid);
      } else {
        cell_null(out);
      }
      break;
    case COLUMN_DETAIL:
      cell_string(out, finding->detail);
      break;
  }
}

static const ColumnSpec COLUMNS[] = {
  [COLUMN_KIND] =
    {"kind", "TEXT",
     "what was found: bad_customer, bad_time, no_such_day, bad_value, duplicates, future_times, negative_values, "
     "mixed_customer_types, mixed_time_formats, dominant_customer_rows, dominant_customer_value, missing_days, "
     "null_customer, null_time, empty_customer, odd_times, zero_values, null_value, after_as_of, summary"},
  [COLUMN_SEVERITY] = {"severity", "TEXT",
                       "error: the other functions refuse such rows; warning: look before you conclude; info"},
  [COLUMN_ROWS] = {"rows", "INTEGER", "rows concerned (missing_days, mixed_customer_types: 0; summary: rows read)"},
  [COLUMN_EXAMPLE_ROWID] =
    {"example_rowid", "INTEGER",
     "the rowid of one of them, or the row's number in a source without rowids; NULL where there is none"},
  [COLUMN_DETAIL] = {"detail", "TEXT", "the finding in words"},
};
_Static_assert(COUNT_OF(COLUMNS) == COLUMN_COUNT, "a column is not numbered");

static const ParamSpec PARAMS[] = {
  [ARG_SOURCE] = EVENT_SOURCE_PARAM(EVENT_VALUES),
  [ARG_TODAY] = {"today", PARAM_TIME, "now", 0, 0, NULL,
                 "rows after this instant lie in the future; a fixed one makes the answer repeatable"},
};
_Static_assert(COUNT_OF(PARAMS) == ARG_COUNT, "a parameter is not numbered");

#define PERCENT NUMBER_TEXT(DATA_CHECK_DOMINANT_PERCENT)
#define TIMES NUMBER_TEXT(DATA_CHECK_DOMINANT_TIMES)
#define GAP NUMBER_TEXT(DATA_CHECK_GAP_TIMES)
#define STEPS NUMBER_TEXT(DATA_CHECK_STEPS_MIN)

const TableSpec data_check_table = {
  .name = "data_check",
  .doc =
    {
      .summary = "Checks a purchase history for what spoils analyses: duplicates, bad or future times, refunds, a "
                 "dominant customer, missing days.",
      .result = "A row per finding, the gravest first, then one of kind 'summary'. Of a clean source only that one.",
      .nulls = "A NULL customer, time or value is a finding. example_rowid is NULL where no row can be pointed at.",
      .errors = "An unknown source or column. Bad rows are findings here, not errors.",
      .example = "SELECT kind, severity, rows, detail FROM data_check((SELECT retain_log(customer_id, ordered_at, "
                 "amount) FROM demo_orders(200, 1))) WHERE today = '2026-01-01'",
      .formula =
        "duplicates: rows beyond the first of one customer, time and value. dominant: above " PERCENT " % of all "
        "and " TIMES " times the average customer. missing days: steps between days with rows above " GAP " times "
        "their 95 % quantile (type 7), from " STEPS " steps on.",
    },
  .columns = COLUMNS,
  .n_columns = COUNT_OF(COLUMNS),
  .params = PARAMS,
  .n_params = COUNT_OF(PARAMS),
  .has_source = true,
  .value = VALUE_OPTIONAL,
  .state_size = sizeof(CheckAnswer),
  .compute = check_compute,
  .cell = check_cell,
};
