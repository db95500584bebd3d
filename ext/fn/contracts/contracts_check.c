/*
** contracts_check(source[, today, lang, …]): what is odd about contracts, before anything is concluded from them.
**
**   SELECT severity, kind, rows, example_rowid, detail FROM contracts_check('contracts');
**
** R1  One row per finding, the gravest first; then always a row of kind 'summary'. Kinds and texts are in
**     contracts_check.def. severity: error (the other functions refuse such a row), warning, info.
** R2  A row has the first that applies of bad_customer, null_customer, bad_start, null_start, bad_end,
**     end_before_start, bad_interval (a NULL one too), bad_amount, negative_amount; the others are contracts.
** R3  Of contracts: copies, overlaps, gaps (longer than an hour) and, where they are at least 3 and half of all gaps,
**     last_day_ends: gaps of exactly a day. A customer's contracts are in the order of start and end.
** R4  example_rowid: the smallest rowid of the finding; the row's number where the source has no rowid.
*/
#include <stdio.h>

#include "contract_source.h"
#include "core/base/chunks.h"
#include "core/base/mem.h"
#include "core/contracts/contract_check.h"
#include "core/contracts/interval.h"
#include "fn/events/finding.h"

enum {
#define FINDING(NAME, kind, severity, detail) NAME,
#define WORDS(NAME, text)
#include "contracts_check.def"
#undef FINDING
#undef WORDS
  KINDS
};

static const FindingKind FINDING_KINDS[KINDS] = {
#define FINDING(NAME, kind, severity, detail) {kind, SEVERITY_##severity, detail},
#define WORDS(NAME, text)
#include "contracts_check.def"
#undef FINDING
#undef WORDS
};
_Static_assert(KINDS <= FINDINGS_MAX, "more kinds than an answer has room for");

#define FINDING(NAME, kind, severity, detail)
#define WORDS(NAME, text) static const char WORDS_##NAME[] = text;
#include "contracts_check.def"
#undef FINDING
#undef WORDS

enum {
  ARG_SOURCE,
  ARG_TODAY,
  ARG_LANG,
  ARG_CUSTOMER_COLUMN,
  ARG_START_COLUMN,
  ARG_END_COLUMN,
  ARG_AMOUNT_COLUMN,
  ARG_INTERVAL_COLUMN,
  ARG_COUNT
};

enum {
  FIELD_OF_CUSTOMER,
  FIELD_OF_START,
  FIELD_OF_END,
  FIELD_OF_AMOUNT,
  FIELD_OF_INTERVAL,
  FIELD_OF_ROWID,
  FIELDS
};

typedef struct Check {
  Field fields[FIELDS];
  ContractTally tally[KINDS];
  Chunks contracts; /* CheckedContract */
  int64_t rows, today, first, last, open;
} Check;

static void count(Check *check, int kind, int64_t rowid)
{
  ContractTally *tally = &check->tally[kind];
  tally->rowid = tally->rows++ == 0 || rowid < tally->rowid ? rowid : tally->rowid;
}

static bool is_interval(const Field *field, const FieldValue *value)
{
  BillingInterval interval;
  if (!field->found) {
    return true;
  }
  CustomerKey key = value->null || value->bad ? (CustomerKey){0} : customers_key(&field->keys, value->key);
  return key.text && billing_interval_from_text(key.text, key.length, &interval);
}

/* Why a row is no contract; KINDS: it is one. */
static int fault_of(const Check *check, const FieldValue *values)
{
  const FieldValue *start = &values[FIELD_OF_START], *end = &values[FIELD_OF_END], *amount = &values[FIELD_OF_AMOUNT];
  const FieldValue *customer = &values[FIELD_OF_CUSTOMER];
  bool wrong_amount = amount->bad || (!amount->null && amount->real > CONTRACT_AMOUNT_MAX);
  return customer->bad                                                                 ? BAD_CUSTOMER
         : customer->null                                                              ? NULL_CUSTOMER
         : start->bad                                                                  ? BAD_START
         : start->null                                                                 ? NULL_START
         : end->bad                                                                    ? BAD_END
         : !end->null && end->time < start->time                                       ? END_BEFORE_START
         : !is_interval(&check->fields[FIELD_OF_INTERVAL], &values[FIELD_OF_INTERVAL]) ? BAD_INTERVAL
         : wrong_amount                                                                ? BAD_AMOUNT
         : !amount->null && amount->real < 0                                           ? NEGATIVE_AMOUNT
                                                                                       : KINDS;
}

static bool is_blank(const Field *field, uint32_t id)
{
  CustomerKey key = customers_key(&field->keys, id);
  size_t n = 0;
  while (key.text && n < key.length && key.text[n] == ' ') {
    n++;
  }
  return key.text && n == key.length;
}

static Status take(void *self, RowReader *reader, const FieldValue *values)
{
  Check *check = self;
  (void)reader;
  check->rows++;
  int64_t rowid = values[FIELD_OF_ROWID].null ? check->rows : values[FIELD_OF_ROWID].rowid;
  int fault = fault_of(check, values);
  if (fault != KINDS) {
    count(check, fault, rowid);
    return STATUS_OK;
  }
  const FieldValue *start = &values[FIELD_OF_START], *end = &values[FIELD_OF_END], *amount = &values[FIELD_OF_AMOUNT];
  CheckedContract *row = chunks_push(&check->contracts);
  if (!row) {
    return STATUS_NOMEM;
  }
  *row = (CheckedContract){{.customer = values[FIELD_OF_CUSTOMER].key,
                            .start = start->time,
                            .end = end->null ? CONTRACT_OPEN : end->time,
                            .amount = amount->null ? 0 : amount->real},
                           rowid};
  check->first = check->contracts.count == 1 || start->time < check->first ? start->time : check->first;
  check->last = check->contracts.count == 1 || start->time > check->last ? start->time : check->last;
  check->open += end->null;
  const struct {
    bool is;
    int kind;
  } ODD[] = {{row->contract.start == row->contract.end, NO_LENGTH},
             {is_blank(&check->fields[FIELD_OF_CUSTOMER], row->contract.customer), EMPTY_CUSTOMER},
             {!amount->null && amount->real == 0, ZERO_AMOUNT},
             {amount->null && check->fields[FIELD_OF_AMOUNT].found, NULL_AMOUNT},
             {start->time > check->today, FUTURE_STARTS}};
  for (int i = 0; i < COUNT_OF(ODD); i++) {
    if (ODD[i].is) {
      count(check, ODD[i].kind, rowid);
    }
  }
  return STATUS_OK;
}

static void fields_start(Call *call, Field *fields)
{
  static const struct {
    FieldKind kind;
    const char *noun, *param_name;
    NamesRole names;
    bool required;
  } OF[FIELD_OF_INTERVAL] = {
    [FIELD_OF_CUSTOMER] = {FIELD_KEY, "customer", "customer_column", NAMES_SUBSCRIBER, true},
    [FIELD_OF_START] = {FIELD_TIME, "start", "start_column", NAMES_START, true},
    [FIELD_OF_END] = {FIELD_TIME, "end", "end_column", NAMES_END, true},
    [FIELD_OF_AMOUNT] = {FIELD_REAL, "amount", "amount_column", NAMES_AMOUNT, false},
  };
  for (int i = 0; i < FIELD_OF_INTERVAL; i++) {
    fields[i] = (Field){.kind = OF[i].kind,
                        .noun = OF[i].noun,
                        .param_name = OF[i].param_name,
                        .names = &COLUMN_NAMES[OF[i].names],
                        .wanted = call_text(call, ARG_CUSTOMER_COLUMN + i),
                        .required = OF[i].required,
                        .lenient = true};
  }
  fields[FIELD_OF_INTERVAL] = (Field){.kind = FIELD_KEY,
                                      .noun = "interval",
                                      .param_name = "interval_column",
                                      .wanted = call_text(call, ARG_INTERVAL_COLUMN),
                                      .lenient = true};
  fields[FIELD_OF_ROWID] = (Field){.kind = FIELD_ROWID, .noun = "rowid"};
}

typedef struct Number {
  char text[24];
} Number;

static Number number(int64_t n)
{
  Number out;
  snprintf(out.text, sizeof out.text, "%lld", (long long)n);
  return out;
}

/* A finding that names how many customers, and one by its row. */
static void add_customers(Findings *findings, int kind, const ContractTally *tally, int64_t customers)
{
  if (tally->rows > 0) {
    Number n = number(customers), row = number(tally->rowid);
    char where[40];
    snprintf(where, sizeof where, "rowid %s", row.text);
    findings_add(findings, kind, tally->rows, &tally->rowid);
    finding_say(findings, kind, NULL, (const char *[]){n.text, where}, 2);
  }
}

static void add_all(Findings *findings, const Check *check, const ContractCheck *odd)
{
  for (int kind = 0; kind < KINDS; kind++) {
    if (check->tally[kind].rows > 0) {
      findings_add(findings, kind, check->tally[kind].rows, &check->tally[kind].rowid);
    }
  }
  if (odd->copies.rows > 0) {
    findings_add(findings, COPIES, odd->copies.rows, &odd->copies.rowid);
  }
  if (odd->last_days.rows > 0) {
    findings_add(findings, LAST_DAY_ENDS, odd->last_days.rows, &odd->last_days.rowid);
  }
  add_customers(findings, OVERLAPS, &odd->overlaps, odd->customers_overlapping);
  add_customers(findings, GAPS, &odd->gaps, odd->customers_with_gaps);
  bool clean = findings->n == 0;
  findings_add(findings, SUMMARY, check->rows, NULL);
  if (check->contracts.count == 0) {
    finding_say(findings, SUMMARY, WORDS_NO_CONTRACT, NULL, 0);
    return;
  }
  char from[TIME_TEXT_MAX], to[TIME_TEXT_MAX];
  time_to_text(check->first, from);
  time_to_text(check->last, to);
  Number rows = number((int64_t)check->contracts.count), customers = number(odd->customers), open = number(check->open);
  finding_say(
    findings, SUMMARY, NULL,
    (const char *[]){rows.text, customers.text, from, to, open.text, clean ? findings_text(findings, WORDS_CLEAN) : ""},
    6);
}

/* The contracts in one piece, to be sorted. */
static Status check_contracts(const Check *check, ContractCheck *odd, const Watch *watch)
{
  CheckedContract *rows = mem_alloc(check->contracts.count + 1, sizeof *rows);
  Status status = rows ? STATUS_OK : STATUS_NOMEM;
  for (size_t i = 0; status == STATUS_OK && i < check->contracts.count; i++) {
    rows[i] = *(const CheckedContract *)chunks_at(&check->contracts, i);
    status = i % WATCH_EVERY == 0 && watch_stop(watch) ? STATUS_INTERRUPT : STATUS_OK;
  }
  if (status == STATUS_OK) {
    status = contract_check(rows, check->contracts.count, odd, watch);
  }
  mem_free(rows);
  return status;
}

static Status compute(Call *call, void *state, int64_t *n_rows)
{
  Findings *findings = state;
  Check check = {.contracts.stride = sizeof(CheckedContract), .today = call_time(call, ARG_TODAY)};
  ContractCheck odd = {0};
  fields_start(call, check.fields);
  findings_begin(findings, call, FINDING_KINDS, call_language(call, ARG_LANG));
  Status status = row_source_read(call, 0, check.fields, FIELDS, take, &check);
  if (status == STATUS_OK) {
    status = check_contracts(&check, &odd, call_watch(call));
  }
  if (status == STATUS_OK) {
    add_all(findings, &check, &odd);
    findings_end(findings, KINDS);
    *n_rows = findings->n;
  }
  fields_free(check.fields, FIELDS);
  chunks_free(&check.contracts);
  return status;
}

static void cell(const void *state, int64_t row, int column, Cell *out)
{
  findings_cell(state, row, column, out);
}

static const ColumnSpec COLUMNS[] = {
  [FINDING_KIND] = {"kind", "TEXT",
                    "what was found: bad_customer, bad_start, bad_end, end_before_start, bad_amount, negative_amount, "
                    "bad_interval, copies, overlaps, last_day_ends, no_length, null_customer, null_start, "
                    "empty_customer, gaps, zero_amount, null_amount, future_starts, summary"},
  [FINDING_SEVERITY] = {"severity", "TEXT",
                        "error: the other functions refuse such rows; warning: look before you conclude; info"},
  [FINDING_ROWS] = {"rows", "INTEGER", "rows concerned; summary: rows read"},
  [FINDING_EXAMPLE_ROWID] = {"example_rowid", "INTEGER",
                             "the smallest rowid of them, or the row's number in a source without rowids"},
  [FINDING_DETAIL] = {"detail", "TEXT", "the finding in words, and what to do"},
};
_Static_assert(COUNT_OF(COLUMNS) == FINDING_COLUMNS, "a column is not numbered");

static const ParamSpec PARAMS[] = {
  [ARG_SOURCE] = {"source", PARAM_TABLE, NULL, 0, 0, NULL,
                  "the name of a table or view with a row per contract: customer, start, end (NULL: none) and maybe "
                  "amount"},
  [ARG_TODAY] = {"today", PARAM_TIME, "now", 0, 0, NULL,
                 "starts after this instant lie in the future; a fixed one makes the answer repeatable"},
  [ARG_LANG] = FINDING_LANG_PARAM,
  [ARG_CUSTOMER_COLUMN] = CONTRACT_CUSTOMER_PARAM,
  [ARG_START_COLUMN] = CONTRACT_START_PARAM,
  [ARG_END_COLUMN] = CONTRACT_END_PARAM,
  [ARG_AMOUNT_COLUMN] = CONTRACT_AMOUNT_PARAM,
  [ARG_INTERVAL_COLUMN] = CONTRACT_INTERVAL_PARAM,
};
_Static_assert(COUNT_OF(PARAMS) == ARG_COUNT, "a parameter is not numbered");

const TableSpec contracts_check_table = {
  .name = "contracts_check",
  .doc =
    {
      .summary =
        "Checks contracts for what spoils analyses: ends before starts, overlaps, gaps, bad times and amounts.",
      .result = "A row per finding, the gravest first, then one of kind 'summary'. Of clean contracts only that one.",
      .nulls =
        "A NULL customer, start or amount is a finding; a NULL end is none. example_rowid is NULL in the summary.",
      .errors = "An unknown table or column. Bad rows are findings here, not errors.",
      .example =
        "SELECT kind, severity, rows, detail FROM contracts_check('demo_contracts') WHERE today = '2026-01-01'",
      .formula = "overlap: start < the latest end before; gap: start - the latest end before > 1 hour; last_day_ends: "
                 "gaps of 24 hours, where they are at least " NUMBER_TEXT(CONTRACT_CHECK_LAST_DAYS) " and half of all.",
    },
  .columns = COLUMNS,
  .n_columns = COUNT_OF(COLUMNS),
  .params = PARAMS,
  .n_params = COUNT_OF(PARAMS),
  .state_size = sizeof(Findings),
  .compute = compute,
  .cell = cell,
};
