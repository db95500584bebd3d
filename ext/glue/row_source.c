#include "row_source.h"

#include <math.h>
#include <string.h>

#include "core/base/mem.h"
#include "deal.h"
#include "key_fold.h"
#include "row_value.h"
#include "scan.h"
#include "source_log.h"

struct RowReader {
  Scan scan;
  Call *call;
  Field *fields;
  int n_fields;
  NamedTable table;
  const Role *roles;            /* by field; NULL for a retain_contracts(…) */
  int argument[FIELDS_MAX];     /* of a row's values, by field; -1: no such column */
  int read[FIELDS_MAX], n_read; /* the fields that there are, by argument */
  Status (*step)(void *self, RowReader *reader, const FieldValue *values);
  void *self;
  sqlite3_value **row; /* the one being taken */
  int64_t number;      /* of the row, from 1 */
  TimeMemo memo;
  FieldValue values[FIELDS_MAX];
};

/* The value of a field of a retain_contracts(…), which keeps times and numbers; NULL: out of memory. */
static char *replayed_text(const Field *field, const FieldValue *value)
{
  char time[TIME_TEXT_MAX];
  if (field->kind != FIELD_TIME) {
    return sqlite3_mprintf("%!.15g", value->real);
  }
  time_to_text(value->time, time);
  return sqlite3_mprintf("'%s'", time);
}

/* `fail` is one of call_fail_row_value() and call_fail_time(). */
static Status fail_with(RowReader *reader, int field, const char *must,
                        Status (*fail)(Call *, const char *, sqlite3_value *))
{
  int argument = reader->argument[field];
  char *what =
    sqlite3_mprintf("%s.%s of row %lld must be %s", reader->table.label ? reader->table.label : "retain_contracts(…)",
                    argument < 0 ? reader->fields[field].noun : reader->roles[field].column, reader->number, must);
  Status status = STATUS_NOMEM;
  if (what && argument >= 0) {
    status = fail(reader->call, what, reader->row[argument]);
  } else if (what) {
    char *shown = replayed_text(&reader->fields[field], &reader->values[field]);
    status = shown ? call_fail(reader->call, "%s, got %s", what, shown) : STATUS_NOMEM;
    sqlite3_free(shown);
  }
  sqlite3_free(what);
  return status;
}

Status row_source_fail(RowReader *reader, int field, const char *must)
{
  return fail_with(reader, field, must, call_fail_row_value);
}

/* The value as a key; false where it is none. */
static bool take_key(Field *field, sqlite3_value *value, int type, FieldValue *out)
{
  return key_of_value(&field->keys, value, type, &out->key);
}

static bool take_any(Field *field, sqlite3_value *value, int type, FieldValue *out)
{
  if (type != SQLITE_TEXT) {
    return number_of_value(value, &out->real);
  }
  out->text = !number_of_value(value, &out->real); /* a CSV import makes every number text */
  return !out->text || take_key(field, value, type, out);
}

static bool take_truth(sqlite3_value *value, int type, FieldValue *out)
{
  int truth = type == SQLITE_TEXT
                ? truth_of_text((const char *)sqlite3_value_text(value), (size_t)sqlite3_value_bytes(value))
                : -1;
  out->real = truth;
  return truth >= 0 || (number_of_value(value, &out->real) && (out->real == 0 || out->real == 1));
}

static Status take_value(RowReader *reader, int i)
{
  static const char *const MUST[] = {[FIELD_REAL] = A_NUMBER,     [FIELD_TIME] = A_TIME,
                                     [FIELD_KEY] = A_CUSTOMER,    [FIELD_ANY] = (A_NUMBER ", or text"),
                                     [FIELD_TRUTH] = TRUTH_WORDS, [FIELD_SEGMENT] = A_SEGMENT,
                                     [FIELD_ROWID] = "a rowid"};
  Field *field = &reader->fields[i];
  FieldValue *out = &reader->values[i];
  sqlite3_value *value = reader->row[reader->argument[i]];
  int type = sqlite3_value_type(value);
  bool fits = true;
  out->null = type == SQLITE_NULL;
  out->text = out->bad = false;
  out->key = field->kind == FIELD_SEGMENT ? SEGMENT_NULL : 0;
  if (out->null) {
    return STATUS_OK;
  }
  if (type == SQLITE_TEXT && !sqlite3_value_text(value)) {
    return STATUS_NOMEM;
  }
  switch (field->kind) {
    case FIELD_REAL:
      fits = number_of_value(value, &out->real);
      break;
    case FIELD_TIME:
      fits = time_of_value(&reader->memo, value, type, &out->time);
      out->is_date = fits && reader->memo.is_date;
      break;
    case FIELD_KEY:
      fits = take_key(field, value, type, out);
      break;
    case FIELD_ANY:
      fits = take_any(field, value, type, out);
      break;
    case FIELD_TRUTH:
      fits = take_truth(value, type, out);
      break;
    case FIELD_SEGMENT:
      fits = deal_segment_of_value(field->segments, value, type, &out->key);
      break;
    case FIELD_ROWID:
      out->rowid = sqlite3_value_int64(value);
      break;
  }
  if (fits && out->key == CUSTOMER_NONE) {
    return STATUS_NOMEM;
  }
  if (!fits && field->lenient) {
    out->bad = true;
    return STATUS_OK;
  }
  return fits
           ? STATUS_OK
           : fail_with(reader, i, MUST[field->kind], field->kind == FIELD_TIME ? call_fail_time : call_fail_row_value);
}

/* The way of most values: a number where one is wanted. False: take_value() is to look at it. */
static inline bool take_number(RowReader *reader, int i, sqlite3_value *value)
{
  FieldKind kind = reader->fields[i].kind;
  if (kind != FIELD_REAL && kind != FIELD_ANY && kind != FIELD_TRUTH) {
    return false;
  }
  int type = sqlite3_value_type(value);
  if (type != SQLITE_INTEGER && type != SQLITE_FLOAT) {
    return false;
  }
  FieldValue *out = &reader->values[i];
  out->null = false;
  out->text = out->bad = false;
  out->real = sqlite3_value_double(value);
  /* | : no branch that events would mislead */
  return kind == FIELD_TRUTH ? (out->real == 0) | (out->real == 1) : fabs(out->real) <= NUMBER_MOST;
}

static void take_row(Scan *scan, sqlite3_value **values)
{
  RowReader *reader = (RowReader *)scan;
  Status status = STATUS_OK;
  reader->row = values;
  reader->number++;
  for (int j = 0; j < reader->n_read; j++) {
    if (reader->fields[reader->read[j]].never_null && sqlite3_value_type(values[j]) == SQLITE_NULL) {
      return;
    }
  }
  for (int j = 0; j < reader->n_read && status == STATUS_OK; j++) {
    int i = reader->read[j];
    if (!take_number(reader, i, values[j])) {
      status = take_value(reader, i);
    }
  }
  if (status == STATUS_OK) {
    status = reader->step(reader->self, reader, reader->values);
  }
  if (status != STATUS_OK) {
    scan_stop(scan, status);
  }
}

/* The log's customers as the keys of a field, by the same ids. */
static Status adopt_customers(Customers *keys, const Customers *customers, const Watch *watch)
{
  for (uint32_t id = 0; id < customers->count; id++) {
    if (id % WATCH_EVERY == 0 && watch_stop(watch)) {
      return STATUS_INTERRUPT;
    }
    CustomerKey key = customers_key(customers, id);
    uint32_t same =
      key.text ? customers_add_text(keys, key.text, key.length) : customers_add_integer(keys, key.integer);
    if (same == CUSTOMER_NONE) {
      return STATUS_NOMEM;
    }
  }
  return STATUS_OK;
}

/* The contracts of a retain_contracts(…), as if they were rows of a table. */
static Status replay(RowReader *reader, const ContractLog *log)
{
  FieldValue *part[CONTRACT_PART_COUNT] = {0};
  FieldValue unused;
  Call *call = reader->call;
  Status status = STATUS_OK;
  for (int i = 0; i < CONTRACT_PART_COUNT; i++) {
    part[i] = &unused;
  }
  for (int i = 0; i < reader->n_fields && status == STATUS_OK; i++) {
    Field *field = &reader->fields[i];
    if (field->wanted) {
      return call_fail(call, "%s needs a named source: retain_contracts(…) keeps customer, start, end and amount only",
                       field->param_name);
    }
    reader->argument[i] = -1;
    reader->values[i] = (FieldValue){.null = true};
    part[field->part] = field->part == CONTRACT_PART_NONE ? &unused : &reader->values[i];
    if (field->part == CONTRACT_PART_CUSTOMER) {
      status = adopt_customers(&field->keys, &log->customers, call_watch(call));
    }
  }
  for (size_t i = 0; i < contract_log_count(log) && status == STATUS_OK; i++) {
    const Contract *contract = contract_log_get(log, i);
    reader->number = (int64_t)i + 1;
    *part[CONTRACT_PART_CUSTOMER] = (FieldValue){.key = contract->customer};
    *part[CONTRACT_PART_START] =
      (FieldValue){.time = contract->start, .is_date = contract->dates & CONTRACT_LOG_START_DATE};
    *part[CONTRACT_PART_END] = (FieldValue){.null = contract->end == CONTRACT_OPEN,
                                            .time = contract->end,
                                            .is_date = contract->dates & CONTRACT_LOG_END_DATE};
    *part[CONTRACT_PART_AMOUNT] = (FieldValue){.real = contract->amount};
    status = reader->step(reader->self, reader, reader->values);
    if (status == STATUS_OK && i % WATCH_EVERY == 0 && watch_stop(call_watch(call))) {
      status = STATUS_INTERRUPT;
    }
  }
  return status;
}

/* How the keys are compared; `columns` are those that are read. */
static Status find_folds(RowReader *reader, const char *const *columns)
{
  const char *names[KEY_COLUMNS_MAX];
  KeyFold folds[KEY_COLUMNS_MAX] = {KEY_EXACT};
  _Static_assert(FIELDS_MAX <= KEY_COLUMNS_MAX, "more fields than columns that can be asked about");
  for (int j = 0; j < reader->n_read; j++) {
    FieldKind kind = reader->fields[reader->read[j]].kind;
    names[j] = kind == FIELD_KEY || kind == FIELD_ANY || kind == FIELD_SEGMENT ? columns[j] : NULL;
  }
  Status status = key_folds(reader->call, &reader->table, names, reader->n_read, folds);
  for (int j = 0; j < reader->n_read && status == STATUS_OK; j++) {
    Field *field = &reader->fields[reader->read[j]];
    (field->segments ? field->segments : &field->keys)->fold = folds[j];
  }
  return status;
}

static Status read_named(RowReader *reader, int param)
{
  Role roles[FIELDS_MAX], *pointers[FIELDS_MAX];
  const char *columns[FIELDS_MAX] = {NULL};
  for (int i = 0; i < reader->n_fields; i++) {
    const Field *field = &reader->fields[i];
    roles[i] = (Role){.noun = field->noun,
                      .param_name = field->param_name,
                      .names = field->names,
                      .wanted = field->wanted,
                      .required = field->required};
    pointers[i] = &roles[i];
  }
  reader->roles = roles;
  Status status = named_table_find(reader->call, param, pointers, reader->n_fields, &reader->table);
  for (int i = 0; i < reader->n_fields; i++) {
    if (reader->fields[i].kind == FIELD_ROWID && status == STATUS_OK) {
      roles[i].column = named_table_has_rowid(reader->call, &reader->table) ? sqlite3_mprintf("rowid") : NULL;
    }
    bool found = roles[i].column != NULL;
    reader->fields[i].found = found;
    reader->argument[i] = found ? reader->n_read : -1;
    reader->values[i] = (FieldValue){.null = true};
    if (found) {
      columns[reader->n_read] = roles[i].column;
      reader->read[reader->n_read++] = i;
    }
  }
  if (status == STATUS_OK) {
    status = find_folds(reader, columns);
  }
  if (status == STATUS_OK) {
    status = scan_run(&reader->scan, reader->call, &reader->table, columns, reader->n_read);
  }
  named_table_free(&reader->table);
  for (int i = 0; i < reader->n_fields; i++) {
    role_free(&roles[i]);
  }
  return status;
}

Status row_source_read(Call *call, int param, Field *fields, int n_fields,
                       Status (*step)(void *self, RowReader *reader, const FieldValue *values), void *self)
{
  RowReader *reader = mem_zero(1, sizeof *reader);
  if (!reader) {
    return STATUS_NOMEM;
  }
  reader->scan.row = take_row;
  reader->call = call;
  reader->fields = fields;
  reader->n_fields = n_fields;
  reader->step = step;
  reader->self = self;
  const ContractLog *log = source_log_of(call->values[param]).contracts;
  Status status = log ? replay(reader, log) : read_named(reader, param);
  mem_free(reader);
  return status;
}

void fields_free(Field *fields, int n_fields)
{
  for (int i = 0; i < n_fields; i++) {
    customers_free(&fields[i].keys);
  }
}
