#include "row_source.h"

#include <math.h>
#include <string.h>

#include "core/base/mem.h"
#include "event_reader.h"

struct RowReader {
  Call *call;
  Field *fields;
  int n_fields;
  NamedTable table;
  Role roles[FIELDS_MAX];
  int argument[FIELDS_MAX];     /* of retain_rows(), by field; -1: no such column */
  int read[FIELDS_MAX], n_read; /* the fields that there are, by argument */
  Status (*step)(void *self, RowReader *reader, const FieldValue *values);
  void *self;
  sqlite3_value **row; /* the one being taken */
  int64_t number;      /* of the row, from 1 */
  TimeMemo memo;
  Status status;
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

Status row_source_fail(RowReader *reader, int field, const char *must)
{
  int argument = reader->argument[field];
  char *what =
    sqlite3_mprintf("%s.%s of row %lld must be %s", reader->table.label ? reader->table.label : "retain_contracts(…)",
                    argument < 0 ? reader->fields[field].noun : reader->roles[field].column, reader->number, must);
  Status status = STATUS_NOMEM;
  if (what && argument >= 0) {
    status = call_fail_row_value(reader->call, what, reader->row[argument]);
  } else if (what) {
    char *shown = replayed_text(&reader->fields[field], &reader->values[field]);
    status = shown ? call_fail(reader->call, "%s, got %s", what, shown) : STATUS_NOMEM;
    sqlite3_free(shown);
  }
  sqlite3_free(what);
  return status;
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
  static const char *const MUST[] = {
    [FIELD_REAL] = A_NUMBER,
    [FIELD_TIME] =
      "a time (ISO text such as '2026-01-31' or '2026-01-31 18:00:00', unix seconds or milliseconds, or a julian day)",
    [FIELD_KEY] = "an integer or text",
    [FIELD_ANY] = (A_NUMBER ", or text"),
    [FIELD_TRUTH] = TRUTH_WORDS};
  Field *field = &reader->fields[i];
  FieldValue *out = &reader->values[i];
  sqlite3_value *value = reader->row[reader->argument[i]];
  int type = sqlite3_value_type(value);
  bool fits = true;
  out->null = type == SQLITE_NULL;
  out->text = false;
  out->key = 0;
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
  }
  if (out->key == CUSTOMER_NONE) {
    return STATUS_NOMEM;
  }
  return fits ? STATUS_OK : row_source_fail(reader, i, MUST[field->kind]);
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
  out->text = false;
  out->real = sqlite3_value_double(value);
  /* | : no branch that events would mislead */
  return kind == FIELD_TRUTH ? (out->real == 0) | (out->real == 1) : fabs(out->real) <= NUMBER_MOST;
}

static void rows_step(sqlite3_context *context, int n_values, sqlite3_value **values)
{
  RowReader *reader = ((const Binding *)sqlite3_user_data(context))->connection->row_reader;
  if (!reader || n_values < 1) {
    sqlite3_result_error(context, "retain_rows() is internal: call the table functions", -1);
    return;
  }
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
    reader->status = status;
    sqlite3_result_error(context, "retain stopped reading", -1);
  }
}

static void rows_final(sqlite3_context *context)
{
  sqlite3_result_null(context);
}

int rows_register(Connection *connection)
{
  Binding *binding = mem_zero(1, sizeof *binding);
  if (!binding) {
    return SQLITE_NOMEM;
  }
  *binding = (Binding){.connection = connection};
  connection->refs++;
  return sqlite3_create_function_v2(connection->db, "retain_rows", -1, SQLITE_UTF8 | SQLITE_DIRECTONLY, binding, NULL,
                                    rows_step, rows_final, binding_free);
}

/* NULL: out of memory. */
static char *reading_sql(RowReader *reader)
{
  sqlite3_str *sql = sqlite3_str_new(NULL);
  sqlite3_str_appendall(sql, "SELECT retain_rows(");
  for (int i = 0; i < reader->n_fields; i++) {
    const char *column = reader->roles[i].column;
    reader->fields[i].found = column != NULL;
    reader->argument[i] = column ? reader->n_read : -1;
    reader->values[i] = (FieldValue){.null = true};
    if (column) {
      sqlite3_str_appendf(sql, reader->n_read ? ", src.\"%w\"" : "src.\"%w\"", column);
      reader->read[reader->n_read++] = i;
    }
  }
  sqlite3_str_appendf(sql, ") FROM %s AS src", reader->table.from);
  return sqlite3_str_finish(sql);
}

/* The contracts of a retain_contracts(…), as if they were rows of a table. */
static Status rows_replay(RowReader *reader, const EventLog *history)
{
  enum {
    CUSTOMER,
    START,
    END,
    AMOUNT,
    PARTS
  };
  static const char *const NOUNS[PARTS] = {"customer", "start", "end", "amount"};
  int field[PARTS] = {-1, -1, -1, -1};
  Call *call = reader->call;
  for (int i = 0; i < reader->n_fields; i++) {
    reader->argument[i] = -1;
    reader->values[i] = (FieldValue){.null = true};
    for (int part = 0; part < PARTS; part++) {
      field[part] = strcmp(NOUNS[part], reader->fields[i].noun) == 0 ? i : field[part];
    }
    if (reader->fields[i].wanted) {
      return call_fail(call, "%s needs a named source: retain_contracts(…) keeps customer, start, end and amount only",
                       reader->fields[i].param_name);
    }
  }
  Customers *keys = &reader->fields[field[CUSTOMER]].keys;
  for (uint32_t id = 0; id < history->customers.count; id++) {
    CustomerKey key = customers_key(&history->customers, id);
    uint32_t same =
      key.text ? customers_add_text(keys, key.text, key.length) : customers_add_integer(keys, key.integer);
    if (same == CUSTOMER_NONE) {
      return STATUS_NOMEM;
    }
  }
  for (size_t i = 0; i < history->events.rows.count; i++) {
    Event event;
    events_get(&history->events, i, &event);
    reader->number = (int64_t)i + 1;
    reader->values[field[CUSTOMER]] = (FieldValue){.key = event.customer};
    reader->values[field[START]] = (FieldValue){.time = event.time};
    reader->values[field[END]] = (FieldValue){.null = event.rowid == INT64_MAX, .time = event.rowid};
    reader->values[field[AMOUNT]] = (FieldValue){.real = event.value};
    Status status = reader->step(reader->self, reader, reader->values);
    if (status == STATUS_OK && i % WATCH_EVERY == 0 && watch_stop(call_watch(call))) {
      status = STATUS_INTERRUPT;
    }
    if (status != STATUS_OK) {
      return status;
    }
  }
  return STATUS_OK;
}

Status contract_log(Call *call, EventLog *history)
{
  static const char *const MUST[] = {"an integer or text", "a time such as '2026-01-31'",
                                     "a time such as '2026-01-31', or NULL", A_NUMBER};
  Event event = {.attribute = NO_ATTRIBUTE, .rowid = INT64_MAX};
  TimeMemo memo = {0};
  int wrong = -1;
  if (call_type(call, 0) == TYPE_NULL || call_type(call, 1) == TYPE_NULL) {
    return STATUS_OK;
  }
  if (!time_of_value(&memo, call->values[1], sqlite3_value_type(call->values[1]), &event.time)) {
    wrong = 1;
  } else if (call_type(call, 2) != TYPE_NULL &&
             !time_of_value(&memo, call->values[2], sqlite3_value_type(call->values[2]), &event.rowid)) {
    wrong = 2;
  } else if (call_type(call, 3) != TYPE_NULL && !number_of_value(call->values[3], &event.value)) {
    wrong = 3;
  } else if (!key_of_value(&history->customers, call->values[0], sqlite3_value_type(call->values[0]),
                           &event.customer)) {
    wrong = 0;
  }
  if (wrong >= 0) {
    return call_fail_argument(call, wrong, "%s", MUST[wrong]);
  }
  history->contracts = true;
  return event.customer == CUSTOMER_NONE ? STATUS_NOMEM : events_add(&history->events, &event, true);
}

static Status rows_run(RowReader *reader)
{
  Call *call = reader->call;
  Connection *connection = call->connection;
  sqlite3_stmt *statement = NULL;
  char *sql = reading_sql(reader);
  int rc = sql ? sqlite3_prepare_v2(connection->db, sql, -1, &statement, NULL) : SQLITE_NOMEM;
  sqlite3_free(sql);
  if (rc == SQLITE_OK) {
    RowReader *outer = connection->row_reader;
    connection->row_reader = reader;
    rc = sqlite3_step(statement);
    connection->row_reader = outer;
  }
  Status status = reader->status;
  if (status == STATUS_OK && rc != SQLITE_ROW) {
    status = source_failed(call, reader->table.label, rc);
  }
  sqlite3_finalize(statement);
  return status;
}

Status row_source_read(Call *call, int param, Field *fields, int n_fields,
                       Status (*step)(void *self, RowReader *reader, const FieldValue *values), void *self)
{
  Role *roles[FIELDS_MAX];
  Status status = STATUS_NOMEM;
  RowReader *reader = mem_zero(1, sizeof *reader);
  if (!reader) {
    return STATUS_NOMEM;
  }
  reader->call = call;
  reader->fields = fields;
  reader->n_fields = n_fields;
  reader->step = step;
  reader->self = self;
  for (int i = 0; i < n_fields; i++) {
    const Field *field = &fields[i];
    reader->roles[i] = (Role){.noun = field->noun,
                              .param_name = field->param_name,
                              .names = field->names,
                              .wanted = field->wanted,
                              .required = field->required};
    roles[i] = &reader->roles[i];
  }
  const EventLog *history = sqlite3_value_pointer(call->values[param], EVENT_LOG_POINTER);
  if (history) {
    status = rows_replay(reader, history);
    mem_free(reader);
    return status;
  }
  status = source_enter(call, param);
  if (status == STATUS_OK) {
    status = named_table_find(call, param, roles, n_fields, &reader->table);
    if (status == STATUS_OK) {
      status = rows_run(reader);
    }
    call->connection->depth--;
  }
  named_table_free(&reader->table);
  for (int i = 0; i < n_fields; i++) {
    role_free(&reader->roles[i]);
  }
  mem_free(reader);
  return status;
}

void fields_free(Field *fields, int n_fields)
{
  for (int i = 0; i < n_fields; i++) {
    customers_free(&fields[i].keys);
  }
}
