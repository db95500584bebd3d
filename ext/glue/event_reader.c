/*
** One row: from SQLite's values to an event in the hands of the analysis.
*/
#include "event_reader.h"

#include <math.h>

#include "row_value.h"

static Status take_attribute(EventReader *reader, sqlite3_value *value, uint32_t *attribute)
{
  int type = sqlite3_value_type(value);
  if (type == SQLITE_NULL) {
    return STATUS_OK;
  }
  if (type == SQLITE_BLOB) {
    return row_check_blob(&reader->check, value, EVENT_COLUMN_ATTRIBUTE);
  }
  if (!key_of_value(&reader->source->attributes, value, type, attribute)) {
    key_of_value(&reader->source->attributes, value, SQLITE_TEXT, attribute); /* 9.99 is the key '9.99' */
  }
  return *attribute == CUSTOMER_NONE ? STATUS_NOMEM : STATUS_OK;
}

/* The value of a column whose equal values belong together; NULL is UINT32_MAX, as SEGMENT_NULL and ORDER_NONE are. */
static Status take_key(EventReader *reader, sqlite3_value *value, Customers *keys, EventColumn column, uint32_t *key)
{
  int type = sqlite3_value_type(value);
  if (type == SQLITE_INTEGER) {
    *key = customers_add_integer(keys, sqlite3_value_int64(value));
    return *key == CUSTOMER_NONE ? STATUS_NOMEM : STATUS_OK;
  }
  if (!deal_segment_of_value(keys, value, type, key)) {
    return row_check_blob(&reader->check, value, column);
  }
  return *key == CUSTOMER_NONE && type != SQLITE_NULL ? STATUS_NOMEM : STATUS_OK;
}

static Status take_order(EventReader *reader, sqlite3_value *value, uint32_t *order)
{
  *order = ORDER_NONE;
  bool is_empty = sqlite3_value_type(value) == SQLITE_TEXT && sqlite3_value_bytes(value) == 0;
  return is_empty ? STATUS_OK : take_key(reader, value, reader->order_ids, EVENT_COLUMN_ORDER, order);
}

/* A row that is kept by segment. */
APART static Status deal(EventReader *reader, sqlite3_value **values, int customer_type, const Event *event)
{
  uint32_t segment, id;
  bool is_text = customer_type == SQLITE_TEXT;
  DealtEvent dealt = {2 * event->time + is_text, 0, event->value, NO_ATTRIBUTE, ORDER_NONE};
  Status status =
    take_key(reader, values[reader->segment_at], &reader->deal->segments->keys, EVENT_COLUMN_SEGMENT, &segment);
  if (status == STATUS_OK && reader->attribute_at >= 0) {
    status = take_attribute(reader, values[reader->attribute_at], &dealt.attribute);
  }
  if (status == STATUS_OK && reader->order_at >= 0) {
    status = take_order(reader, values[reader->order_at], &dealt.order);
  }
  if (status != STATUS_OK) {
    return status;
  }
  if (customer_type == SQLITE_INTEGER) {
    dealt.customer = sqlite3_value_int64(values[0]);
  } else {
    if (!key_of_value(&reader->source->customers, values[0], customer_type, &id)) {
      return row_check_fault(&reader->check, FAULT_BAD_CUSTOMER, values, values[0]);
    }
    if (id == CUSTOMER_NONE) {
      return STATUS_NOMEM;
    }
    dealt.customer = is_text ? id : (int64_t)sqlite3_value_double(values[0]);
  }
  event_source_count(reader->source, event->time, reader->memo.is_date);
  if (reader->check.seeking) {
    return STATUS_OK;
  }
  status = deal_count_segments(reader->check.call);
  if (status != STATUS_OK) {
    return status;
  }
  return event_deal_add(reader->deal, segment, &dealt) ? STATUS_OK : STATUS_NOMEM;
}

/* A number of a row's value. false: the row ends here, with *status. */
static bool take_number(EventReader *reader, sqlite3_value **values, int at, double *number, Status *status)
{
  *status = STATUS_OK;
  if (sqlite3_value_type(values[at]) == SQLITE_NULL) {
    *number = NAN;
  } else if (!number_of_value(values[at], number)) {
    *status = row_check_fault(&reader->check, FAULT_BAD_VALUE, values, values[at]);
    return false;
  }
  return true;
}

/* The value of a row. false: the row ends here, with *status. */
static bool take_value(EventReader *reader, sqlite3_value **values, double *number, Status *status)
{
  int quantity_at = reader->check.quantity_at;
  if (!take_number(reader, values, reader->value_at, number, status)) {
    return false;
  }
  if (quantity_at >= 0) {
    double quantity;
    if (!take_number(reader, values, quantity_at, &quantity, status)) {
      return false;
    }
    *number = line_value(*number, quantity);
    if (fabs(*number) > NUMBER_MOST) {
      *status = row_check_fault(&reader->check, FAULT_BAD_VALUE, values, values[quantity_at]);
      return false;
    }
  }
  if (isnan(*number)) {
    *number = reader->check.diagnosis ? NAN : 0; /* a check tells NULL from 0 */
    *status = row_check_fault(&reader->check, FAULT_NULL_VALUE, values, values[reader->value_at]);
  }
  return *status == STATUS_OK;
}

/* What only rows that are kept, a diagnosis or an attribute need. */
static Status take_apart(EventReader *reader, sqlite3_value **values, Event *event)
{
  if (reader->attribute_at >= 0) {
    Status status = take_attribute(reader, values[reader->attribute_at], &event->attribute);
    if (status != STATUS_OK) {
      return status;
    }
  }
  if (reader->check.seeking) {
    return STATUS_OK;
  }
  bool with_rowid = reader->check.diagnosis != NULL;
  if (reader->orders) {
    uint32_t order;
    Status status = take_order(reader, values[reader->order_at], &order);
    return status == STATUS_OK ? orders_add(reader->orders, event, order, with_rowid) : status;
  }
  if (reader->collecting) {
    return events_add(&reader->events, event, with_rowid);
  }
  return reader->accumulator.step(reader->self, customers_state(&reader->source->customers, event->customer), event);
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
  return reader->accumulator.step(reader->self, customers_state(customers, *id), &queued->event);
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

/* A row with an integer key: its event goes to the end of the queue, and the oldest to the analysis. */
static inline Status enqueue(EventReader *reader, struct Queued *queued, int64_t key)
{
  EventSource *source = reader->source;
  Event *event = &queued->event;
  event_source_count(source, event->time, reader->memo.is_date);
  queued->key = key;
  event->customer = customers_hash_integer(&source->customers, key);
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

/*
** A row that is not merely an integer key with its event: one that is diagnosed, kept, dealt or has an attribute, or a
** text customer. Once there is a text customer no row goes through the queue.
*/
APART static Status take_unusual(EventReader *reader, sqlite3_value **values, int customer_type, struct Queued *queued)
{
  if (reader->check.diagnosis) {
    row_check_event(&reader->check, values, reader->memo.is_date, &queued->event);
  } else if (reader->deal) {
    return deal(reader, values, customer_type, &queued->event);
  }
  if (customer_type == SQLITE_INTEGER && !reader->apart) {
    return enqueue(reader, queued, sqlite3_value_int64(values[0]));
  }
  Event direct = queued->event;
  Status status = event_reader_drain(reader);
  reader->apart = reader->unusual = true;
  if (status != STATUS_OK) {
    return status;
  }
  if (!key_of_value(&reader->source->customers, values[0], customer_type, &direct.customer)) {
    return row_check_fault(&reader->check, FAULT_BAD_CUSTOMER, values, values[0]);
  }
  if (direct.customer == CUSTOMER_NONE) {
    return STATUS_NOMEM;
  }
  event_source_count(reader->source, direct.time, reader->memo.is_date);
  return take_apart(reader, values, &direct);
}

/* Runs for every row: the usual types first, everything else out of line. */
static inline Status take(EventReader *reader, sqlite3_value **values)
{
  struct Queued *queued = &reader->queue[reader->queue_tail % QUEUE];
  Event *event = &queued->event;
  Status status;
  reader->check.row++;
  int customer_type = sqlite3_value_type(values[0]);
  if (customer_type == SQLITE_NULL) {
    return row_check_fault(&reader->check, FAULT_NULL_CUSTOMER, values, values[0]);
  }
  int time_type = sqlite3_value_type(values[1]);
  if (time_type == SQLITE_NULL) {
    return row_check_fault(&reader->check, FAULT_NULL_TIME, values, values[1]);
  }
  bool is_time = time_type == SQLITE_TEXT ? time_of_text_value(&reader->memo, values[1], &event->time)
                                          : time_of_value(&reader->memo, values[1], time_type, &event->time);
  if (!is_time) {
    return row_check_fault(&reader->check, FAULT_BAD_TIME, values, values[1]);
  }
  if (reader->value_at >= 0) { /* else it stays 0, as it was made */
    sqlite3_value *value = values[reader->value_at];
    bool usual = sqlite3_value_type(value) == reader->usual_value;
    if (usual) {
      event->value = sqlite3_value_double(value);
    }
    if ((!usual || !(fabs(event->value) <= NUMBER_MOST)) && !take_value(reader, values, &event->value, &status)) {
      return status;
    }
  }
  if (event->time > reader->as_of) {
    return row_check_fault(&reader->check, FAULT_AFTER_AS_OF, values, values[1]);
  }
  if (customer_type != SQLITE_INTEGER || reader->unusual) {
    return take_unusual(reader, values, customer_type, queued);
  }
  return enqueue(reader, queued, sqlite3_value_int64(values[0]));
}

void event_reader_row(Scan *scan, sqlite3_value **values)
{
  Status status = take((EventReader *)scan, values);
  if (status != STATUS_OK) {
    scan_stop(scan, status);
  }
}
