#include "orders.h"

#include <math.h>

#include "core/base/mem.h"
#include "core/numerics/stats.h"

double line_value(double price, double quantity)
{
  Sum product = {price * quantity, 0};
  return sum_is_decimal(&product, 2 * fabs(product.high)) ? sum_decimal(&product) : product.high;
}

/* Beside an order's event, whose value is the high part of the sum. */
typedef struct OrderSum {
  double low, size; /* the part lost to rounding; of the values without their signs */
  uint32_t order, lines;
} OrderSum;

static uint32_t *slot_of(const Orders *orders, uint32_t customer, uint32_t order)
{
  uint32_t mask = orders->n_slots - 1;
  for (uint32_t i = (uint32_t)hash_words(&orders->secret, customer, order) & mask;; i = (i + 1) & mask) {
    uint32_t *slot = orders->slots + i;
    if (*slot == 0) {
      return slot;
    }
    const OrderSum *sum = chunks_at(&orders->sums, *slot - 1);
    const Event *event = chunks_at(&orders->events.rows, *slot - 1);
    if (sum->order == order && event->customer == customer) {
      return slot;
    }
  }
}

/* Doubles the slots, half of which are used at most. */
static Status slots_grow(Orders *orders)
{
  uint32_t n_slots = orders->n_slots ? 2 * orders->n_slots : 64;
  uint32_t *slots = mem_zero(n_slots, sizeof *slots);
  if (!slots) {
    return STATUS_NOMEM;
  }
  if (!orders->slots) {
    orders->secret = hash_secret();
  }
  mem_free(orders->slots);
  orders->slots = slots;
  orders->n_slots = n_slots;
  for (uint32_t i = 0; i < orders->sums.count; i++) {
    const OrderSum *sum = chunks_at(&orders->sums, i);
    const Event *event = chunks_at(&orders->events.rows, i);
    if (sum->order != ORDER_NONE) {
      *slot_of(orders, event->customer, sum->order) = i + 1;
    }
  }
  return STATUS_OK;
}

static Status order_begin(Orders *orders, const Event *line, uint32_t order, bool with_rowid)
{
  if (orders->sums.count >= UINT32_MAX / 2) {
    return STATUS_NOMEM;
  }
  orders->sums.stride = sizeof(OrderSum);
  Status status = events_add(&orders->events, line, with_rowid);
  OrderSum *sum = status == STATUS_OK ? chunks_push(&orders->sums) : NULL;
  if (!sum) {
    return STATUS_NOMEM;
  }
  *sum = (OrderSum){.size = fabs(line->value), .order = order, .lines = 1};
  return STATUS_OK;
}

static void order_continue(Orders *orders, uint32_t i, const Event *line)
{
  OrderSum *sum = chunks_at(&orders->sums, i);
  Event *event = chunks_at(&orders->events.rows, i); /* maybe without its last member */
  if (line->time < event->time) {
    event->time = line->time;
    event->attribute = line->attribute;
    if (orders->events.rows.stride == sizeof *event) {
      event->rowid = line->rowid;
    }
  }
  sum->lines++;
  if (isnan(event->value)) {
    event->value = line->value;
    sum->size = fabs(line->value);
  } else if (!isnan(line->value)) {
    Sum total = {event->value, sum->low};
    sum_add(&total, line->value);
    event->value = total.high;
    sum->low = total.low;
    sum->size += fabs(line->value);
  }
}

Status orders_add(Orders *orders, const Event *line, uint32_t order, bool with_rowid)
{
  if (order == ORDER_NONE) {
    return order_begin(orders, line, order, with_rowid);
  }
  if (2 * orders->sums.count >= orders->n_slots) {
    Status status = slots_grow(orders);
    if (status != STATUS_OK) {
      return status;
    }
  }
  uint32_t *slot = slot_of(orders, line->customer, order);
  if (*slot) {
    order_continue(orders, *slot - 1, line);
    return STATUS_OK;
  }
  Status status = order_begin(orders, line, order, with_rowid);
  if (status == STATUS_OK) {
    *slot = (uint32_t)orders->sums.count;
  }
  return status;
}

Status orders_finish(Orders *orders, const Watch *watch)
{
  mem_free(orders->slots);
  orders->slots = NULL;
  orders->n_slots = 0;
  for (size_t i = 0; i < orders->sums.count; i++) {
    const OrderSum *sum = chunks_at(&orders->sums, i);
    if ((i + 1) % WATCH_EVERY == 0 && watch_stop(watch)) {
      return STATUS_INTERRUPT;
    }
    if (sum->lines > 1) {
      Event *event = chunks_at(&orders->events.rows, i);
      Sum total = {event->value, sum->low};
      event->value = sum_is_decimal(&total, sum->size) ? sum_decimal(&total) : sum_value(&total);
    }
  }
  return STATUS_OK;
}

void orders_free(Orders *orders)
{
  events_free(&orders->events);
  chunks_free(&orders->sums);
  mem_free(orders->slots);
  *orders = (Orders){0};
}
