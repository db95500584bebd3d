/*
** The one reading path: rows of a source -> events of an analysis.
**
** A named source is read by stepping SELECT retain_accumulate(customer, time, value) FROM source once: SQLite's VDBE
** then feeds an aggregate's step function, at about half the cost per row of a step/column loop. Rows of a retain_log()
** are handed over from memory.
*/
#include "event_source.h"

#include <string.h>

#include "core/base/mem.h"
#include "event_reader.h"

#define DEEPEST 8 /* sources read inside each other: a view over a table function over a view … */

/* Event parameters and their documentation */

static const ParamSpec EVENT_PARAMS[EVENT_PARAM_COUNT] = {
  {"customer_column", PARAM_COLUMN, "", 0, 0, NULL,
   "the source's customer column; left out, it is recognised from the usual names (customer_id, user_id, …)"},
  {"time_column", PARAM_COLUMN, "", 0, 0, NULL,
   "the source's time column; left out, it is recognised from the usual names (ordered_at, created_at, …)"},
  {"value_column", PARAM_COLUMN, "", 0, 0, NULL,
   "the source's value column; left out, it is recognised from the usual names (amount, total, …)"},
  {"as_of", PARAM_TIME, "", 0, 0, NULL,
   "the instant of the analysis, UTC; a date alone is its first instant. Rows after it do not take part. Left out: the "
   "newest time in the source"},
  {"utc_offset", PARAM_OFFSET, "+00:00", 0, 0, NULL,
   "where the civil day begins, as an offset from UTC such as '+08:00'"},
};

int table_param_count(const TableSpec *spec)
{
  return spec->n_params + (spec->has_source ? EVENT_PARAM_COUNT - (spec->value == VALUE_UNUSED) : 0);
}

const ParamSpec *table_param(const TableSpec *spec, int i)
{
  if (i < spec->n_params) {
    return &spec->params[i];
  }
  i -= spec->n_params;
  return &EVENT_PARAMS[spec->value == VALUE_UNUSED && i >= EVENT_VALUE_COLUMN ? i + 1 : i];
}

/* Named sources */

static char *reading_sql(EventReader *reader, const NamedSource *named, bool with_rowid)
{
  int n = 2;
  char *sql =
    sqlite3_mprintf("SELECT retain_accumulate(src.\"%w\", src.\"%w\"", named->customer.column, named->time.column);
  reader->value_at = reader->attribute_at = reader->rowid_at = -1;
  if (named->value.column && (reader->call->value_used || reader->second)) {
    sql = sqlite3_mprintf("%z, src.\"%w\"", sql, named->value.column);
    reader->value_at = n++;
  }
  if (named->attribute.column) {
    sql = sqlite3_mprintf("%z, src.\"%w\"", sql, named->attribute.column);
    reader->attribute_at = n++;
  }
  if (with_rowid) {
    sql = sqlite3_mprintf("%z, src.rowid", sql);
    reader->rowid_at = n++;
  }
  return sqlite3_mprintf("%z) FROM %s AS src", sql, named->table.from);
}

static void forget_rows(EventReader *reader)
{
  EventSource *source = reader->source;
  customers_free(&source->customers);
  customers_free(&source->attributes);
  source->rows = 0;
  source->first_time = INT64_MAX;
  source->last_time = INT64_MIN;
  reader->row = 0;
  reader->queue_head = reader->queue_tail = 0;
  for (int i = 0; i < QUEUE; i++) {
    reader->queue[i] = (struct Queued){.event.attribute = NO_ATTRIBUTE};
  }
  reader->apart = reader->collecting || reader->seeking || reader->attribute_at >= 0;
  reader->status = STATUS_OK;
  if (reader->diagnosis) {
    *reader->diagnosis = (Diagnosis){0};
  }
}

Status source_enter(Call *call, int param)
{
  if (call->connection->depth >= DEEPEST) {
    return call_fail(call, "source '%s' reads itself: views and table functions are nested %d deep",
                     call_text(call, param), DEEPEST);
  }
  call->connection->depth++;
  return STATUS_OK;
}

Status source_failed(Call *call, const char *label, int rc)
{
  if (rc == SQLITE_NOMEM || rc == SQLITE_INTERRUPT) {
    return rc == SQLITE_NOMEM ? STATUS_NOMEM : STATUS_INTERRUPT;
  }
  Status status;
  const char *why = sqlite3_errmsg(call->connection->db);
  if (strstr(why, "(): reading ")) { /* from a source inside this one: one "reading" says enough */
    call->message = sqlite3_mprintf("%s", why);
    status = call->message ? STATUS_ERROR : STATUS_NOMEM;
  } else {
    status = call_fail(call, "reading %s: %s", label, why);
  }
  call->rc = rc;
  return status;
}

/* Reads all rows once. The reader's own status is what stopped it, if it did. */
static Status read_once(EventReader *reader, const NamedSource *named, bool with_rowid)
{
  Call *call = reader->call;
  Connection *connection = call->connection;
  sqlite3_stmt *statement = NULL;
  char *sql = reading_sql(reader, named, with_rowid);
  if (!sql) {
    return STATUS_NOMEM;
  }
  int rc = sqlite3_prepare_v2(connection->db, sql, -1, &statement, NULL);
  if (rc == SQLITE_ERROR && with_rowid) { /* a table WITHOUT ROWID, a view */
    sqlite3_free(sql);
    sql = reading_sql(reader, named, false);
    rc = sql ? sqlite3_prepare_v2(connection->db, sql, -1, &statement, NULL) : SQLITE_NOMEM;
  }
  sqlite3_free(sql);
  forget_rows(reader);
  if (rc == SQLITE_OK && !customers_start(&reader->source->customers)) {
    rc = SQLITE_NOMEM;
  }
  if (rc == SQLITE_OK) {
    struct EventReader *outer = connection->reader;
    connection->reader = reader;
    rc = sqlite3_step(statement);
    connection->reader = outer;
  }
  Status status = reader->status;
  if (status == STATUS_OK && rc == SQLITE_ROW) {
    status = event_reader_drain(reader);
  } else if (status == STATUS_OK) {
    status = source_failed(call, named->table.label, rc);
  }
  sqlite3_finalize(statement);
  return status;
}

static Status replay(EventReader *reader, const Events *events, const uint32_t *order, const uint32_t *ids);

/* All rows again: kept, sorted and handed over in order, where the analysis needs that. */
static Status read_sorted(EventReader *reader, const NamedSource *named)
{
  uint32_t *order = NULL;
  reader->accumulator->restart(reader->self);
  if (reader->accumulator->any_order) {
    return read_once(reader, named, reader->diagnosis != NULL);
  }
  reader->collecting = true;
  Status status = read_once(reader, named, reader->diagnosis != NULL);
  if (status == STATUS_OK) {
    status = events_sort(&reader->events, reader->source->customers.count, &order, call_watch(reader->call));
  }
  reader->collecting = false;
  if (status == STATUS_OK) {
    status = replay(reader, &reader->events, order, NULL);
  }
  mem_free(order);
  events_free(&reader->events);
  return status;
}

static Status read_named(EventReader *reader, const EventSourceOptions *options)
{
  NamedSource named = {0};
  Status status = source_enter(reader->call, options->param);
  if (status != STATUS_OK) {
    return status;
  }
  status = named_source_find(reader->call, options, &named);
  reader->named = &named;
  if (status == STATUS_OK) {
    reader->source->has_value = named.value.column != NULL;
    status = read_once(reader, &named, reader->diagnosis != NULL);
  }
  if (status == STATUS_DISORDER) {
    status = read_sorted(reader, &named);
  }
  if (status == STATUS_ERROR && reader->seeking && !reader->call->message) {
    status = read_once(reader, &named, true);
    if (status == STATUS_OK) { /* gone the second time: the source is not the same when read twice */
      status = call_fail(reader->call, "%s changed while it was read", named.table.label);
    }
  }
  reader->call->connection->depth--;
  reader->named = NULL;
  named_source_free(&named);
  return status;
}

/* Histories. `ids` maps a history's customer to the source's; CUSTOMER_NONE until it has an event that takes part. */

static Status replay(EventReader *reader, const Events *events, const uint32_t *order, const uint32_t *ids)
{
  EventSource *source = reader->source;
  for (size_t i = 0; i < events->rows.count; i++) {
    Event event;
    events_get(events, order ? order[i] : i, &event);
    event.customer = ids ? ids[event.customer] : event.customer;
    if (event.customer != CUSTOMER_NONE && event.time <= reader->as_of) {
      void *state = customers_state(&source->customers, event.customer);
      Status status = reader->accumulator->step(reader->self, state, &event);
      if (status != STATUS_OK) {
        return status;
      }
    }
    if (i % WATCH_EVERY == 0 && watch_stop(call_watch(reader->call))) {
      return STATUS_INTERRUPT;
    }
  }
  return STATUS_OK;
}

/* Interns the history's customers with an event up to as_of, in order of appearance; counts what take_event() would. */
static Status adopt_customers(EventReader *reader, const EventLog *history, uint32_t *ids)
{
  EventSource *source = reader->source;
  for (uint32_t i = 0; i < history->customers.count; i++) {
    ids[i] = CUSTOMER_NONE;
  }
  for (size_t i = 0; i < history->events.rows.count; i++) {
    Event event;
    events_get(&history->events, i, &event);
    if (event.time > reader->as_of) {
      if (reader->diagnosis) {
        tally(&reader->diagnosis->fault[FAULT_AFTER_AS_OF], event.rowid);
      }
      continue;
    }
    if (ids[event.customer] == CUSTOMER_NONE) {
      CustomerKey key = customers_key(&history->customers, event.customer);
      ids[event.customer] = key.text ? customers_add_text(&source->customers, key.text, key.length)
                                     : customers_add_integer(&source->customers, key.integer);
      if (ids[event.customer] == CUSTOMER_NONE) {
        return STATUS_NOMEM;
      }
    }
    event_source_count(source, event.time);
  }
  return STATUS_OK;
}

static Status read_event_log(EventReader *reader, const EventLog *history, const EventSourceOptions *options)
{
  Call *call = reader->call;
  uint32_t *order = NULL;
  if (options->attribute_column || options->kinds) {
    return call_fail(call, "%s needs a named source: retain_log(…) keeps customer, time and value only",
                     options->kinds ? call_param(call, options->param)->name : options->attribute_param);
  }
  if (call->table->value == VALUE_REQUIRED && history->events.rows.count && !history->has_value) {
    return call_fail(call, "the source has no value: give retain_log(customer, time, value) its third argument");
  }
  uint32_t *ids = mem_alloc((size_t)history->customers.count + 1, sizeof *ids);
  if (!ids) {
    return STATUS_NOMEM;
  }
  reader->source->has_value = history->has_value;
  forget_rows(reader);
  Status status = adopt_customers(reader, history, ids);
  if (status == STATUS_OK) {
    status = replay(reader, &history->events, NULL, ids);
  }
  if (status == STATUS_DISORDER) {
    status = reader->accumulator->any_order
               ? STATUS_OK
               : events_sort(&history->events, history->customers.count, &order, call_watch(call));
    if (status == STATUS_OK) {
      forget_rows(reader);
      reader->accumulator->restart(reader->self);
      status = adopt_customers(reader, history, ids);
    }
    if (status == STATUS_OK) {
      status = replay(reader, &history->events, order, ids);
    }
  }
  mem_free(order);
  mem_free(ids);
  return status;
}

Status event_source_read(Call *call, const Accumulator *accumulator, void *self, EventSourceOptions options,
                         EventSource *source)
{
  int as_of = event_param(call->table, EVENT_AS_OF);
  EventReader reader = {
    .call = call,
    .accumulator = accumulator,
    .self = self,
    .source = source,
    .diagnosis = options.diagnosis,
    .value_at = -1,
    .attribute_at = -1,
    .rowid_at = -1,
    .second = options.param != 0,
    .as_of = options.param || call_is_null(call, as_of) ? INT64_MAX : call_time(call, as_of),
  };
  source->customers.state_size = accumulator->state_size;
  source->offset_ms = call_offset(call, event_param(call->table, EVENT_UTC_OFFSET));
  EventLog *history = sqlite3_value_pointer(call->values[options.param], EVENT_LOG_POINTER);
  Status status = history ? read_event_log(&reader, history, &options) : read_named(&reader, &options);
  if (source->rows == 0) {
    source->first_time = source->last_time = 0;
  }
  source->as_of = reader.as_of == INT64_MAX ? source->last_time : reader.as_of;
  if (options.param == 0 && source->rows) {
    call_resolve(call, as_of, source->as_of);
  }
  if (reader.diagnosis) {
    reader.diagnosis->rows_read = history ? (int64_t)history->events.rows.count : reader.row;
  }
  return status;
}

void event_source_free(EventSource *source)
{
  customers_free(&source->customers);
  customers_free(&source->attributes);
}

/* retain_log() */

Status source_log(Call *call, EventLog *history)
{
  static const char *const MUST[] = {
    "an integer or text",
    "ISO text such as '2026-01-31' or '2026-01-31 18:00:00', unix seconds or milliseconds, or a julian day", A_NUMBER};
  Event event = {.attribute = NO_ATTRIBUTE};
  TimeMemo memo = {0};
  int wrong = -1;
  if (call_type(call, 0) == TYPE_NULL || call_type(call, 1) == TYPE_NULL) {
    return STATUS_OK;
  }
  if (!time_of_value(&memo, call->values[1], sqlite3_value_type(call->values[1]), &event.time)) {
    wrong = 1;
  } else if (call->values[2] && sqlite3_value_type(call->values[2]) != SQLITE_NULL &&
             !number_of_value(call->values[2], &event.value)) {
    wrong = 2;
  } else if (!key_of_value(&history->customers, call->values[0], sqlite3_value_type(call->values[0]),
                           &event.customer)) {
    wrong = 0;
  }
  if (wrong >= 0) {
    return call_fail_argument(call, wrong, "%s", MUST[wrong]);
  }
  history->has_value = history->has_value || call->values[2];
  return event.customer == CUSTOMER_NONE ? STATUS_NOMEM : events_add(&history->events, &event, false);
}
