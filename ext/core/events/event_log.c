#include "event_log.h"

#include <string.h>

#include "core/base/mem.h"

static const size_t WITHOUT_ROWID = offsetof(Event, rowid);

Status events_add(Events *events, const Event *event, bool with_rowid)
{
  if (events->rows.count == 0) {
    events->rows.stride = with_rowid ? sizeof(Event) : WITHOUT_ROWID;
  }
  void *row = events->rows.count < UINT32_MAX ? chunks_push(&events->rows) : NULL;
  if (!row) {
    return STATUS_NOMEM;
  }
  memcpy(row, event, events->rows.stride);
  return STATUS_OK;
}

void events_get(const Events *events, size_t i, Event *event)
{
  event->rowid = (int64_t)i + 1;
  memcpy(event, chunks_at(&events->rows, i), events->rows.stride);
}

void events_free(Events *events)
{
  chunks_free(&events->rows);
}

static int64_t time_of(const Events *events, uint32_t i)
{
  return ((const Event *)chunks_at(&events->rows, i))->time;
}

/*
** A stable merge sort of one customer's indexes by time; `spare` has room for n. Bottom-up, so that depth costs no
** stack.
*/
static Status sort_by_time(const Events *events, uint32_t *order, size_t n, uint32_t *spare, const Watch *watch)
{
  size_t turns = 0;
  uint32_t *from = order, *to = spare;
  for (size_t width = 1; width < n; width *= 2) {
    for (size_t start = 0; start < n; start += 2 * width) {
      size_t middle = start + width < n ? start + width : n;
      size_t end = start + 2 * width < n ? start + 2 * width : n;
      size_t a = start, b = middle;
      for (size_t i = start; i < end; i++) {
        bool take_a = a < middle && (b >= end || time_of(events, from[a]) <= time_of(events, from[b]));
        to[i] = take_a ? from[a++] : from[b++];
        if (++turns % WATCH_EVERY == 0 && watch_stop(watch)) {
          return STATUS_INTERRUPT;
        }
      }
    }
    uint32_t *swap = from;
    from = to;
    to = swap;
  }
  if (from != order) {
    memcpy(order, from, n * sizeof *order);
  }
  return STATUS_OK;
}

static bool in_time_order(const Events *events, const uint32_t *order, size_t n)
{
  for (size_t i = 1; i < n; i++) {
    if (time_of(events, order[i - 1]) > time_of(events, order[i])) {
      return false;
    }
  }
  return true;
}

Status events_sort(const Events *events, uint32_t n_customers, uint32_t **out, const Watch *watch)
{
  size_t n = events->rows.count, most = 0;
  Status status = STATUS_NOMEM;
  uint32_t *spare = NULL;
  uint32_t *order = mem_alloc(n + 1, sizeof *order);
  uint32_t *ends = mem_zero((size_t)n_customers + 1, sizeof *ends); /* of each customer's part, once filled */
  if (!order || !ends) {
    goto done;
  }
  for (size_t i = 0; i < n; i++) {
    ends[((const Event *)chunks_at(&events->rows, i))->customer + 1]++;
    if (i % WATCH_EVERY == 0 && watch_stop(watch)) {
      status = STATUS_INTERRUPT;
      goto done;
    }
  }
  for (uint32_t id = 0; id < n_customers; id++) {
    most = ends[id + 1] > most ? ends[id + 1] : most;
    ends[id + 1] += ends[id];
  }
  spare = mem_alloc(most + 1, sizeof *spare);
  if (!spare) {
    goto done;
  }
  for (size_t i = 0; i < n; i++) {
    order[ends[((const Event *)chunks_at(&events->rows, i))->customer]++] = (uint32_t)i;
    if (i % WATCH_EVERY == 0 && watch_stop(watch)) {
      status = STATUS_INTERRUPT;
      goto done;
    }
  }
  size_t start = 0, turns = 0;
  for (uint32_t id = 0; id < n_customers; id++) {
    size_t k = ends[id] - start;
    if (!in_time_order(events, order + start, k)) {
      status = sort_by_time(events, order + start, k, spare, watch);
      if (status != STATUS_OK) {
        goto done;
      }
    }
    start = ends[id];
    turns += k + 1;
    if (turns >= WATCH_EVERY) {
      turns = 0;
      if (watch_stop(watch)) {
        status = STATUS_INTERRUPT;
        goto done;
      }
    }
  }
  *out = order;
  order = NULL;
  status = STATUS_OK;
done:
  mem_free(spare);
  mem_free(ends);
  mem_free(order);
  return status;
}

EventLog *event_log_new(void)
{
  EventLog *log = mem_zero(1, sizeof *log);
  if (log) {
    log->refs = 1;
  }
  return log;
}

EventLog *event_log_share(EventLog *log)
{
  log->refs++;
  return log;
}

void event_log_release(EventLog *log)
{
  if (log && --log->refs == 0) {
    customers_free(&log->customers);
    events_free(&log->events);
    mem_free(log);
  }
}
