/*
** One row: from SQLite's values to an event in the hands of the analysis. retain_accumulate() is where SQLite's VDBE
** brings the rows.
*/
#include "event_reader.h"

#include <math.h>
#include <string.h>

#include "core/base/mem.h"

static inline bool time_of_text(TimeMemo *memo, sqlite3_value *value, int64_t *ms)
{
  const char *text = (const char *)sqlite3_value_text(value);
  return text && time_from_text_memo(memo, text, (size_t)sqlite3_value_bytes(value), ms);
}

bool time_of_value(TimeMemo *memo, sqlite3_value *value, int type, int64_t *ms)
{
  switch (type) {
    case SQLITE_TEXT:
      return time_of_text(memo, value, ms);
    case SQLITE_INTEGER:
      return time_from_integer(sqlite3_value_int64(value), ms);
    case SQLITE_FLOAT:
      return time_from_real(sqlite3_value_double(value), ms);
    default:
      return false;
  }
}

bool number_of_value(sqlite3_value *value, double *number)
{
  int type = sqlite3_value_numeric_type(value);
  *number = sqlite3_value_double(value);
  return (type == SQLITE_FLOAT && fabs(*number) <= NUMBER_MOST) || type == SQLITE_INTEGER;
}

bool key_of_value(Customers *customers, sqlite3_value *value, int type, uint32_t *id)
{
  switch (type) {
    case SQLITE_INTEGER:
      *id = customers_add_integer(customers, sqlite3_value_int64(value));
      return true;
    case SQLITE_TEXT: {
      const char *text = (const char *)sqlite3_value_text(value);
      *id = text ? customers_add_text(customers, text, (size_t)sqlite3_value_bytes(value)) : CUSTOMER_NONE;
      return true;
    }
    case SQLITE_FLOAT: {
      double real = sqlite3_value_double(value);
      if (real >= -9007199254740992.0 && real <= 9007199254740992.0 && real == floor(real)) {
        *id = customers_add_integer(customers, (int64_t)real);
        return true;
      }
      return false;
    }
    default:
      return false;
  }
}

static TimeForm form_of_value(sqlite3_value *value, int type)
{
  const char *text = type == SQLITE_TEXT ? (const char *)sqlite3_value_text(value) : NULL;
  size_t n = text ? strlen(text) : 0;
  if (n > 4 && (text[4] == '-' || memchr(text, ':', n))) {
    bool zone = text[n - 1] == 'Z' || text[n - 1] == 'z' || (n > 16 && strpbrk(text + 16, "+-"));
    return n <= 10 ? FORM_DATE : zone ? FORM_DATE_TIME_ZONE : FORM_DATE_TIME;
  }
  double number = sqlite3_value_double(value);
  if (type != SQLITE_INTEGER && number >= 0 && number <= 5373484.5) {
    return FORM_JULIAN;
  }
  return number > 253402300799.0 || number < -62167219200.0 ? FORM_UNIX_MILLISECONDS : FORM_UNIX_SECONDS;
}

/* A view may have the column and yet no value in it, depending on SQLite's version. */
static bool has_rowid(const EventReader *reader, sqlite3_value **values)
{
  return reader->rowid_at >= 0 && sqlite3_value_type(values[reader->rowid_at]) == SQLITE_INTEGER;
}

static int64_t rowid_of(const EventReader *reader, sqlite3_value **values)
{
  return has_rowid(reader, values) ? sqlite3_value_int64(values[reader->rowid_at]) : reader->row;
}

/*
** A row that is not as it should be: counted where a diagnosis is made; else left out if it is merely NULL, and an
** error otherwise.
*/
static Status row_fault(EventReader *reader, RowFault fault, sqlite3_value **values, sqlite3_value *value)
{
  static const char *const WRONG[FAULT_COUNT] = {
    [FAULT_BAD_CUSTOMER] = "is no customer (an integer or text)",
    [FAULT_BAD_TIME] = "is no time (ISO text such as '2026-01-31' or '2026-01-31 18:00:00', unix seconds or "
                       "milliseconds, or a julian day)",
    [FAULT_BAD_VALUE] = "is no number of at most 1e100 in size",
  };
  if (reader->diagnosis) {
    tally(&reader->diagnosis->fault[fault], rowid_of(reader, values));
    return STATUS_OK;
  }
  if (!WRONG[fault]) {
    return STATUS_OK;
  }
  if (sqlite3_value_type(value) == SQLITE_TEXT && !sqlite3_value_text(value)) {
    return STATUS_NOMEM;
  }
  if (!reader->seeking && reader->rowid_at < 0) {
    reader->seeking = true; /* the message waits for the rowid */
    return STATUS_ERROR;
  }
  const char *column = fault == FAULT_BAD_CUSTOMER ? reader->named->customer.column
                       : fault == FAULT_BAD_TIME   ? reader->named->time.column
                                                   : reader->named->value.column;
  char *what = sqlite3_mprintf("%s.%s of %s %lld %s", reader->named->table.label, column,
                               has_rowid(reader, values) ? "rowid" : "row", rowid_of(reader, values), WRONG[fault]);
  Status status = what ? call_fail_row_value(reader->call, what, value) : STATUS_NOMEM;
  sqlite3_free(what);
  return status;
}

static Status take_attribute(EventReader *reader, sqlite3_value *value, uint32_t *attribute)
{
  int type = sqlite3_value_type(value);
  if (type == SQLITE_NULL) {
    return STATUS_OK;
  }
  if (type == SQLITE_BLOB) {
    return call_fail(reader->call, "%s.%s of row %lld is a blob; a %s is an integer, a number or text",
                     reader->named->table.label, reader->named->attribute.column, reader->row,
                     reader->named->attribute.noun);
  }
  if (!key_of_value(&reader->source->attributes, value, type, attribute)) {
    key_of_value(&reader->source->attributes, value, SQLITE_TEXT, attribute); /* 9.99 is the key '9.99' */
  }
  return *attribute == CUSTOMER_NONE ? STATUS_NOMEM : STATUS_OK;
}

/* The value of a row. false: the row ends here, with *status. */
static bool take_value(EventReader *reader, sqlite3_value **values, double *number, Status *status)
{
  sqlite3_value *value = values[reader->value_at];
  int type = sqlite3_value_type(value);
  *status = STATUS_OK;
  if (type == SQLITE_NULL) {
    *number = reader->diagnosis ? NAN : 0; /* a check tells NULL from 0 */
    *status = row_fault(reader, FAULT_NULL_VALUE, values, value);
  } else if (!number_of_value(value, number)) {
    *status = row_fault(reader, FAULT_BAD_VALUE, values, value);
    return false;
  }
  return *status == STATUS_OK;
}

/* What only a second pass, a diagnosis or an attribute needs. */
static Status take_apart(EventReader *reader, sqlite3_value **values, Event *event)
{
  if (reader->attribute_at >= 0) {
    Status status = take_attribute(reader, values[reader->attribute_at], &event->attribute);
    if (status != STATUS_OK) {
      return status;
    }
  }
  if (reader->seeking) {
    return STATUS_OK;
  }
  if (reader->collecting) {
    return events_add(&reader->events, event, reader->diagnosis != NULL);
  }
  return reader->accumulator->step(reader->self, customers_state(&reader->source->customers, event->customer), event);
}

/*
** Rows with an integer key wait in a short queue while their customer's memory is fetched: with 100,000 customers that
** takes a tenth off the time of the whole scan (longer queues gain no more).
*/
static inline Status pass_queued(EventReader *reader, struct Queued *queued)
{
  Customers *customers = &reader->source->customers;
  uint32_t *id = &queued->event.customer;
  if (*id >= customers->count || *(int64_t *)chunks_at(&customers->records, *id) != queued->key) {
    *id = customers_add_integer_slow(customers, queued->key);
    if (*id == CUSTOMER_NONE) {
      return STATUS_NOMEM;
    }
  }
  return reader->accumulator->step(reader->self, customers_state(customers, *id), &queued->event);
}

Status event_reader_drain(EventReader *reader)
{
  Status status = STATUS_OK;
  while (reader->queue_head != reader->queue_tail && status == STATUS_OK) {
    struct Queued *queued = &reader->queue[reader->queue_head++ % QUEUE];
    queued->event.customer = CUSTOMER_NONE; /* a hash or a guess: look it up */
    status = pass_queued(reader, queued);
  }
  return status;
}

/*
** A day that its month does not have, which SQLite and we read as one of the next month; a small number that as unix
** time lies before 1980.
*/
static bool is_odd_time(EventReader *reader, sqlite3_value *value, TimeForm form, int64_t ms)
{
  if (form == FORM_UNIX_SECONDS) {
    return ms >= 0 && ms < INT64_C(315532800000);
  }
  const char *given = form <= FORM_DATE_TIME_ZONE ? (const char *)sqlite3_value_text(value) : NULL;
  if (!given || strlen(given) < 10) {
    return false;
  }
  if (memcmp(given, reader->judged.date, 10) != 0) {
    char text[TIME_TEXT_MAX];
    bool is_date = time_from_text(given, 10, &reader->judged.day_ms);
    memcpy(reader->judged.date, given, 10);
    date_to_text(floor_div(reader->judged.day_ms, MS_PER_DAY), text);
    reader->odd = is_date && memcmp(text, given, 10) != 0;
  }
  return reader->odd;
}

static void diagnose(EventReader *reader, sqlite3_value **values, const Event *event)
{
  Diagnosis *diagnosis = reader->diagnosis;
  int type = sqlite3_value_type(values[1]);
  TimeForm form = form_of_value(values[1], type);
  tally(&diagnosis->form[form], event->rowid);
  if (is_odd_time(reader, values[1], form, event->time)) {
    tally(&diagnosis->fault[FAULT_ODD_TIME], event->rowid);
  }
  if (sqlite3_value_type(values[0]) == SQLITE_TEXT) {
    const char *customer = (const char *)sqlite3_value_text(values[0]);
    if (customer && customer[strspn(customer, " ")] == 0) {
      tally(&diagnosis->fault[FAULT_EMPTY_CUSTOMER], event->rowid);
    }
  }
}

/*
** A row that does not go through the queue: a text customer, or one that is kept or has an attribute. Once there is a
** text customer no row does.
*/
static Status take_directly(EventReader *reader, sqlite3_value **values, int customer_type, Event *event)
{
  Event direct = *event;
  Status status = event_reader_drain(reader);
  reader->apart = true;
  if (status != STATUS_OK) {
    return status;
  }
  if (!key_of_value(&reader->source->customers, values[0], customer_type, &direct.customer)) {
    return row_fault(reader, FAULT_BAD_CUSTOMER, values, values[0]);
  }
  if (direct.customer == CUSTOMER_NONE) {
    return STATUS_NOMEM;
  }
  event_source_count(reader->source, direct.time);
  return take_apart(reader, values, &direct);
}

/* One row of a named source. Runs for every row: the usual types first, everything else out of line. */
static inline Status take_row(EventReader *reader, sqlite3_value **values)
{
  EventSource *source = reader->source;
  struct Queued *queued = &reader->queue[reader->queue_tail % QUEUE];
  Event *event = &queued->event;
  Status status;
  reader->row++;
  int customer_type = sqlite3_value_type(values[0]);
  if (customer_type == SQLITE_NULL) {
    return row_fault(reader, FAULT_NULL_CUSTOMER, values, values[0]);
  }
  int time_type = sqlite3_value_type(values[1]);
  if (time_type == SQLITE_NULL) {
    return row_fault(reader, FAULT_NULL_TIME, values, values[1]);
  }
  bool is_time = time_type == SQLITE_TEXT ? time_of_text(&reader->memo, values[1], &event->time)
                                          : time_of_value(&reader->memo, values[1], time_type, &event->time);
  if (!is_time) {
    return row_fault(reader, FAULT_BAD_TIME, values, values[1]);
  }
  if (reader->value_at >= 0) { /* else it stays 0, as it was made */
    sqlite3_value *value = values[reader->value_at];
    bool usual = sqlite3_value_type(value) == SQLITE_FLOAT;
    if (usual) {
      event->value = sqlite3_value_double(value);
    }
    if ((!usual || !(fabs(event->value) <= NUMBER_MOST)) && !take_value(reader, values, &event->value, &status)) {
      return status;
    }
  }
  if (event->time > reader->as_of) {
    return row_fault(reader, FAULT_AFTER_AS_OF, values, values[1]);
  }
  if (reader->diagnosis) {
    event->rowid = rowid_of(reader, values);
    diagnose(reader, values, event);
  }
  if (customer_type != SQLITE_INTEGER || reader->apart) {
    return take_directly(reader, values, customer_type, event);
  }
  event_source_count(source, event->time);
  queued->key = sqlite3_value_int64(values[0]);
  event->customer = customers_hash_integer(queued->key);
  PREFETCH(&source->customers.slots[event->customer >> source->customers.shift]);

  uint32_t tail = ++reader->queue_tail;
  uint32_t *guess = &reader->queue[(tail - QUEUE / 2) % QUEUE].event.customer;
  *guess = customers_guess(&source->customers, *guess);
  if (*guess < source->customers.count) {
    PREFETCH(chunks_at(&source->customers.records, *guess));
  }
  return tail - reader->queue_head < QUEUE ? STATUS_OK
                                           : pass_queued(reader, &reader->queue[reader->queue_head++ % QUEUE]);
}

/* The internal aggregate that SQLite's VDBE feeds */

static void accumulate_step(sqlite3_context *context, int n_values, sqlite3_value **values)
{
  EventReader *reader = ((const Binding *)sqlite3_user_data(context))->connection->reader;
  if (!reader || n_values < 2) {
    sqlite3_result_error(context, "retain_accumulate() is internal: call the table functions", -1);
    return;
  }
  Status status = take_row(reader, values);
  if (status != STATUS_OK) {
    reader->status = status;
    sqlite3_result_error(context, "retain stopped reading", -1);
  }
}

static void accumulate_final(sqlite3_context *context)
{
  sqlite3_result_null(context);
}

int accumulate_register(Connection *connection)
{
  Binding *binding = mem_zero(1, sizeof *binding);
  if (!binding) {
    return SQLITE_NOMEM;
  }
  *binding = (Binding){.connection = connection};
  connection->refs++;
  return sqlite3_create_function_v2(connection->db, "retain_accumulate", -1, SQLITE_UTF8 | SQLITE_DIRECTONLY, binding,
                                    NULL, accumulate_step, accumulate_final, binding_free);
}
