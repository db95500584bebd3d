/*
** What is read of a source, and how often: rows of a table or view, or of a retain_log(…).
*/
#include "event_source.h"

#include "core/base/mem.h"
#include "event_deal.h"
#include "event_reader.h"
#include "params.h"
#include "source_log.h"

static void forget_rows(EventReader *reader)
{
  EventSource *source = reader->source;
  customers_free(&source->customers);
  customers_free(&source->attributes);
  source->rows = 0;
  source->first_time = INT64_MAX;
  source->newest = NEWEST_NONE;
  reader->check.row = 0;
  reader->queue_head = reader->queue_tail = 0;
  for (int i = 0; i < QUEUE; i++) {
    reader->queue[i] = (struct Queued){.event.attribute = NO_ATTRIBUTE};
  }
  reader->apart = reader->collecting || reader->check.seeking || reader->attribute_at >= 0;
  reader->unusual = reader->apart || reader->check.diagnosis || reader->deal;
  if (reader->check.diagnosis) {
    *reader->check.diagnosis = (Diagnosis){.fold = reader->source->customers.fold};
    reader->check.order_length = 0;
  }
}

/* Reads all rows once, with their rowids where that is asked for and there are any. */
static Status read_once(EventReader *reader, bool with_rowid)
{
  const EventColumns *columns = reader->check.columns;
  Call *call = reader->check.call;
  const char *names[EVENT_COLUMN_COUNT + 1] = {columns->role[EVENT_COLUMN_CUSTOMER].column,
                                               columns->role[EVENT_COLUMN_TIME].column};
  int n = 2;
  reader->value_at = reader->attribute_at = reader->segment_at = reader->order_at = -1;
  reader->check.rowid_at = reader->check.quantity_at = reader->check.order_at = reader->check.currency_at = -1;
  reader->usual_value = SQLITE_FLOAT;
  if (columns->role[EVENT_COLUMN_VALUE].column && reader->value_wanted) {
    names[reader->value_at = n++] = columns->role[EVENT_COLUMN_VALUE].column;
    if (columns->role[EVENT_COLUMN_QUANTITY].column) {
      names[reader->check.quantity_at = n++] = columns->role[EVENT_COLUMN_QUANTITY].column;
      reader->usual_value = -1;
    }
  }
  if (columns->role[EVENT_COLUMN_ATTRIBUTE].column) {
    names[reader->attribute_at = n++] = columns->role[EVENT_COLUMN_ATTRIBUTE].column;
  }
  if (columns->role[EVENT_COLUMN_SEGMENT].column) {
    names[reader->segment_at = n++] = columns->role[EVENT_COLUMN_SEGMENT].column;
  }
  if (reader->order_ids) {
    names[reader->order_at = n++] = columns->role[EVENT_COLUMN_ORDER].column;
  } else if (columns->role[EVENT_COLUMN_ORDER].column && reader->check.diagnosis) {
    names[reader->check.order_at = n++] = columns->role[EVENT_COLUMN_ORDER].column;
  }
  if (columns->role[EVENT_COLUMN_CURRENCY].column) {
    names[reader->check.currency_at = n++] = columns->role[EVENT_COLUMN_CURRENCY].column;
  }
  if (with_rowid && named_table_has_rowid(call, &columns->table)) {
    names[reader->check.rowid_at = n++] = "rowid";
  }
  if (reader->deal) {
    event_deal_start(reader->deal, reader->value_at >= 0, reader->attribute_at >= 0, reader->order_at >= 0);
  }
  reader->source->customers.fold = columns->fold[EVENT_COLUMN_CUSTOMER];
  reader->source->attributes.fold = columns->fold[EVENT_COLUMN_ATTRIBUTE];
  if (reader->deal) {
    reader->deal->segments->keys.fold = columns->fold[EVENT_COLUMN_SEGMENT];
  }
  if (reader->order_ids) {
    reader->order_ids->fold = columns->fold[EVENT_COLUMN_ORDER];
  }
  forget_rows(reader);
  if (!customers_start(&reader->source->customers)) {
    return STATUS_NOMEM;
  }
  Status status = scan_run(&reader->scan, call, &columns->table, names, n);
  return status == STATUS_OK ? event_reader_drain(reader) : status;
}

static Status replay(EventReader *reader, const Events *events, const uint32_t *order, const uint32_t *ids);

/* What was kept goes to the analysis, by customer and time. */
static Status hand_over(EventReader *reader, const Events *events)
{
  uint32_t *order = NULL;
  Status status = events_sort(events, reader->source->customers.count, &order, call_watch(reader->check.call));
  if (status == STATUS_OK) {
    status = replay(reader, events, order, NULL);
  }
  mem_free(order);
  return status;
}

static void restart(EventReader *reader)
{
  if (reader->accumulator.restart) { /* all that answer STATUS_DISORDER have it */
    reader->accumulator.restart(reader->self);
  }
}

/* All rows again: kept, sorted and handed over in order, where the analysis needs that. */
static Status read_sorted(EventReader *reader)
{
  bool with_rowid = reader->check.diagnosis != NULL;
  restart(reader);
  if (reader->accumulator.any_order) {
    return read_once(reader, with_rowid);
  }
  reader->collecting = true;
  Status status = read_once(reader, with_rowid);
  reader->collecting = false;
  if (status == STATUS_OK) {
    status = hand_over(reader, &reader->events);
  }
  events_free(&reader->events);
  return status;
}

/* All rows as lines of orders, which are handed over in order. */
static Status read_orders(EventReader *reader)
{
  Orders orders = {0};
  Customers ids = {0};
  restart(reader); /* nothing but a second, sorted pass comes */
  reader->orders = &orders;
  reader->order_ids = &ids;
  reader->collecting = true;
  Status status = read_once(reader, reader->check.diagnosis != NULL);
  reader->collecting = false;
  reader->orders = NULL;
  reader->order_ids = NULL;
  customers_free(&ids);
  if (status == STATUS_OK) {
    status = orders_finish(&orders, call_watch(reader->check.call));
  }
  if (status == STATUS_OK) {
    reader->source->rows = (int64_t)orders.events.rows.count;
    status = hand_over(reader, &orders.events);
  }
  orders_free(&orders);
  return status;
}

/* Of the rows whose times the clock has not come to: how many, and the newest. */
typedef struct Ahead {
  int64_t now, rows, time, rowid;
} Ahead;

static Status ahead_step(void *self, void *unused, const Event *event)
{
  Ahead *ahead = self;
  (void)unused;
  if (event->time > ahead->now && (ahead->rows++ == 0 || event->time > ahead->time)) {
    ahead->time = event->time;
    ahead->rowid = event->rowid;
  }
  return STATUS_OK;
}

/* One mistyped year would make all customers lost: without as_of, no row may lie in the future. */
static bool lies_ahead(const EventReader *reader, const EventSourceOptions *options)
{
  return options->param == 0 && !options->diagnosis && reader->as_of == INT64_MAX && reader->source->rows &&
         newest_time(reader->source->newest) > call_now_anywhere();
}

static Status fail_ahead(Call *call, const Ahead *ahead, const char *where, const char *rowid)
{
  char time[TIME_TEXT_MAX];
  time_to_text(ahead->time, time);
  return call_fail(
    call,
    "%lld %s of %s in the future, the newest, %s, in %s %lld: give as_of, such as 'now'; later rows do not take part",
    (long long)ahead->rows, ahead->rows == 1 ? "time" : "times", where, time, rowid, (long long)ahead->rowid);
}

/* Reads again, to name the row. */
static Status refuse_ahead(EventReader *reader, const EventColumns *columns)
{
  Ahead ahead = {.now = call_now_anywhere()};
  Diagnosis counted = {0}; /* makes the reader fill rowids in */
  reader->accumulator = (Accumulator){.step = ahead_step, .any_order = true};
  reader->self = &ahead;
  reader->check.diagnosis = &counted;
  Status status = read_once(reader, true);
  if (status != STATUS_OK) {
    return status;
  }
  char *where = sqlite3_mprintf("%s.%s %s", columns->table.label, columns->role[EVENT_COLUMN_TIME].column,
                                ahead.rows == 1 ? "is" : "are");
  status =
    where ? fail_ahead(reader->check.call, &ahead, where, reader->check.by_rowid ? "rowid" : "row") : STATUS_NOMEM;
  sqlite3_free(where);
  return status;
}

static Status read_named(EventReader *reader, const EventSourceOptions *options)
{
  EventColumns columns = {0};
  Call *call = reader->check.call;
  Status status = event_columns_find(call, options, &columns);
  reader->check.columns = &columns;
  if (status == STATUS_OK) {
    bool by_order = columns.role[EVENT_COLUMN_ORDER].wanted != NULL;
    reader->source->by_order = by_order;
    reader->source->has_value = columns.role[EVENT_COLUMN_VALUE].column != NULL;
    if (by_order && reader->deal) {
      reader->order_ids = &reader->deal->order_ids;
    }
    status = by_order && !reader->deal ? read_orders(reader) : read_once(reader, reader->check.diagnosis != NULL);
  }
  if (status == STATUS_DISORDER) {
    status = read_sorted(reader);
  }
  if (status == STATUS_ERROR && reader->check.seeking && !call->message) {
    status = read_once(reader, true);
    if (status == STATUS_OK) { /* gone the second time: the source is not the same when read twice */
      status = call_fail(call, "%s changed while it was read", columns.table.label);
    }
  }
  if (status == STATUS_OK && lies_ahead(reader, options)) {
    status = refuse_ahead(reader, &columns);
  }
  reader->check.columns = NULL;
  event_columns_free(&columns);
  return status;
}

/* Logs. `ids` maps a log's customer to the source's; CUSTOMER_NONE until it has an event that takes part. */

static Status replay(EventReader *reader, const Events *events, const uint32_t *order, const uint32_t *ids)
{
  EventSource *source = reader->source;
  for (size_t i = 0; i < events->rows.count; i++) {
    Event event;
    events_get(events, order ? order[i] : i, &event);
    event.customer = ids ? ids[event.customer] : event.customer;
    if (event.customer != CUSTOMER_NONE && event.time <= reader->as_of) {
      void *state = customers_state(&source->customers, event.customer);
      Status status = reader->accumulator.step(reader->self, state, &event);
      if (status != STATUS_OK) {
        return status;
      }
    }
    if ((i + 1) % WATCH_EVERY == 0 && watch_stop(call_watch(reader->check.call))) {
      return STATUS_INTERRUPT;
    }
  }
  return STATUS_OK;
}

/* Interns the log's customers with an event up to as_of, in order of appearance; counts what a scan would. */
static Status adopt_customers(EventReader *reader, const EventLog *log, uint32_t *ids)
{
  EventSource *source = reader->source;
  for (uint32_t i = 0; i < log->customers.count; i++) {
    ids[i] = CUSTOMER_NONE;
  }
  for (size_t i = 0; i < log->events.rows.count; i++) {
    Event event;
    events_get(&log->events, i, &event);
    if (event.time > reader->as_of) {
      if (reader->check.diagnosis) {
        tally_add(&reader->check.diagnosis->fault[FAULT_AFTER_AS_OF], event.rowid);
      }
      continue;
    }
    if (ids[event.customer] == CUSTOMER_NONE) {
      CustomerKey key = customers_key(&log->customers, event.customer);
      ids[event.customer] = key.text ? customers_add_text(&source->customers, key.text, key.length)
                                     : customers_add_integer(&source->customers, key.integer);
      if (ids[event.customer] == CUSTOMER_NONE) {
        return STATUS_NOMEM;
      }
    }
    event_source_count(source, event.time, newest_mark(event.time, true) == log->newest);
  }
  return STATUS_OK;
}

static Status refuse_log_ahead(Call *call, const EventLog *log)
{
  Ahead ahead = {.now = call_now_anywhere()};
  for (size_t i = 0; i < log->events.rows.count; i++) {
    Event event;
    events_get(&log->events, i, &event);
    event.rowid = (int64_t)i + 1;
    ahead_step(&ahead, NULL, &event);
    if ((i + 1) % WATCH_EVERY == 0 && watch_stop(call_watch(call))) {
      return STATUS_INTERRUPT;
    }
  }
  return fail_ahead(call, &ahead, ahead.rows == 1 ? "retain_log(…) is" : "retain_log(…) are", "row");
}

static Status read_event_log(EventReader *reader, const EventLog *log, const EventSourceOptions *options)
{
  Call *call = reader->check.call;
  uint32_t *order = NULL;
  bool by_order = options->param == 0 && call_text(call, order_param(call->table));
  if (reader->deal || by_order || options->attribute_column || options->attribute == EVENT_ATTRIBUTE_KIND) {
    return call_fail(call, "%s needs a named source: retain_log(…) keeps customer, time and value only",
                     reader->deal                ? "segment_column"
                     : by_order                  ? "order_column"
                     : options->attribute_column ? event_attribute_param(options->attribute)
                                                 : call_param(call, options->param)->name);
  }
  if (call->table->value == VALUE_REQUIRED && log->events.rows.count && !log->has_value) {
    return call_fail(call, "the source has no value: give retain_log(customer, time, value) its third argument");
  }
  uint32_t *ids = mem_alloc((size_t)log->customers.count + 1, sizeof *ids);
  if (!ids) {
    return STATUS_NOMEM;
  }
  reader->source->has_value = log->has_value;
  forget_rows(reader);
  Status status = adopt_customers(reader, log, ids);
  if (status == STATUS_OK) {
    status = replay(reader, &log->events, NULL, ids);
  }
  if (status == STATUS_DISORDER) {
    status = reader->accumulator.any_order ? STATUS_OK
                                           : events_sort(&log->events, log->customers.count, &order, call_watch(call));
    if (status == STATUS_OK) {
      forget_rows(reader);
      reader->accumulator.restart(reader->self);
      status = adopt_customers(reader, log, ids);
    }
    if (status == STATUS_OK) {
      status = replay(reader, &log->events, order, ids);
    }
  }
  mem_free(order);
  mem_free(ids);
  return status == STATUS_OK && lies_ahead(reader, options) ? refuse_log_ahead(call, log) : status;
}

/* All rows of a source: to the analysis, or, where they are dealt, to `deal`. */
static Status read_all(Call *call, const Accumulator *accumulator, void *self, EventSourceOptions options,
                       EventDeal *deal, EventSource *source)
{
  bool bounded = options.param == 0 && event_source_as_of(call, &source->as_of);
  EventReader reader = {
    .scan = {.row = event_reader_row},
    .check = {.call = call,
              .diagnosis = options.diagnosis,
              .rowid_at = -1,
              .quantity_at = -1,
              .order_at = -1,
              .currency_at = -1},
    .accumulator = *accumulator,
    .self = self,
    .source = source,
    .deal = deal,
    .value_wanted = call->value_used || options.param != 0,
    .value_at = -1,
    .attribute_at = -1,
    .segment_at = -1,
    .order_at = -1,
    .as_of = bounded ? source->as_of.last : INT64_MAX,
  };
  source->customers.state_size = accumulator->state_size;
  source->zone = event_source_zone(call);
  const EventLog *log = source_log_of(call->values[options.param]).events;
  Status status = log ? read_event_log(&reader, log, &options) : read_named(&reader, &options);
  if (source->rows == 0) {
    source->first_time = source->newest = 0;
  }
  if (!bounded) {
    source->as_of = bound_of_newest(&source->zone, source->newest);
  }
  if (options.diagnosis) {
    options.diagnosis->rows_read = log ? (int64_t)log->events.rows.count : reader.check.row;
  }
  return status;
}

/* The rows of one segment; reads all where that has not been done. */
static Status read_segment(Call *call, Deal *deal, const Accumulator *accumulator, void *self,
                           EventSourceOptions options, EventSource *source)
{
  static const Accumulator NOTHING = {0}; /* rows go to `kept` */
  Status status = STATUS_OK;
  if (!deal->dealt) {
    EventDeal *kept = event_deal_new(deal);
    if (!kept) {
      return STATUS_NOMEM;
    }
    status = read_all(call, &NOTHING, NULL, options, kept, &kept->source);
    if (status == STATUS_OK) {
      status = event_deal_finish(kept, call_watch(call));
    }
    if (status != STATUS_OK) {
      return status;
    }
    deal->dealt = true;
  }
  EventDeal *kept = deal->kept;
  source->customers.state_size = accumulator->state_size;
  source->zone = kept->source.zone;
  source->has_value = kept->source.has_value;
  source->as_of = kept->source.as_of;
  return event_deal_hand_over(kept, deal->current, accumulator, self, source, call_watch(call));
}

Status event_source_read(Call *call, const Accumulator *accumulator, void *self, EventSourceOptions options,
                         EventSource *source)
{
  Deal *deal = options.param == 0 ? call_deal(call) : NULL;
  Status status = deal ? read_segment(call, deal, accumulator, self, options, source)
                       : read_all(call, accumulator, self, options, NULL, source);
  if (options.param == 0 && source->rows) {
    call_resolve_bound(call, event_param(call->table, EVENT_AS_OF), source->as_of, &source->zone);
  }
  return status;
}

ZoneCursor event_source_zone(const Call *call)
{
  return call_zone(call, event_param(call->table, EVENT_TIME_ZONE));
}

bool event_source_as_of(const Call *call, Bound *as_of)
{
  int param = event_param(call->table, EVENT_AS_OF);
  if (call_is_null(call, param)) {
    return false;
  }
  ZoneCursor zone = event_source_zone(call);
  *as_of = call_bound(call, param, &zone);
  return true;
}
