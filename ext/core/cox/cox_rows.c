#include "cox_rows.h"

#include <math.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/numerics/same_time.h"

#define DIGIT 11
#define DIGITS ((size_t)1 << DIGIT)
#define PASSES 6
#define PLACE 12 /* bits of a row of a chunk */

Status cox_rows_open(CoxRows *rows, int n_features, const bool used[COX_FEATURE])
{
  *rows = (CoxRows){.n_features = n_features};
  memcpy(rows->used, used, sizeof rows->used);
  rows->used[COX_TIME] = true;
  rows->column = mem_zero((size_t)COX_FEATURE + (size_t)n_features, sizeof *rows->column);
  return rows->column ? STATUS_OK : STATUS_NOMEM;
}

static bool is_used(const CoxRows *rows, int column)
{
  return column >= COX_FEATURE || rows->used[column];
}

static Status chunk_add(CoxRows *rows)
{
  int n = COX_FEATURE + rows->n_features;
  if (rows->n_chunks == rows->n_slots) {
    size_t n_slots = rows->n_slots ? 2 * rows->n_slots : 4;
    for (int c = 0; c < n; c++) {
      double **grown = is_used(rows, c) ? mem_resize(rows->column[c], n_slots, sizeof *grown) : NULL;
      if (!grown && is_used(rows, c)) {
        return STATUS_NOMEM;
      }
      if (grown) {
        memset(grown + rows->n_slots, 0, (n_slots - rows->n_slots) * sizeof *grown);
      }
      rows->column[c] = grown;
    }
    rows->n_slots = n_slots;
  }
  for (int c = 0; c < n; c++) {
    double **chunk = is_used(rows, c) ? &rows->column[c][rows->n_chunks] : NULL;
    if (chunk && !*chunk) {
      *chunk = mem_alloc(COX_CHUNK, sizeof **chunk); /* not NULL: left by a call that failed */
    }
    if (chunk && !*chunk) {
      return STATUS_NOMEM;
    }
  }
  rows->n_chunks++;
  return STATUS_OK;
}

Status cox_rows_add(CoxRows *rows, const CoxRow *row, const double *x)
{
  size_t at = rows->count % COX_CHUNK;
  if (rows->count >= COX_CHUNK << (32 - PLACE)) {
    return STATUS_NOMEM;
  }
  if (at == 0) {
    Status status = chunk_add(rows);
    if (status != STATUS_OK) {
      return status;
    }
  }
  size_t last = rows->n_chunks - 1;
  const double head[] = {[COX_TIME] = row->event ? fabs(row->time) : -fabs(row->time),
                         [COX_ENTRY] = row->entry,
                         [COX_WEIGHT] = row->weight,
                         [COX_STRATUM] = row->stratum,
                         [COX_CLUSTER] = row->cluster};
  for (int c = 0; c < COX_FEATURE; c++) {
    if (rows->used[c]) {
      rows->column[c][last][at] = head[c];
    }
  }
  for (int j = 0; j < rows->n_features; j++) {
    rows->column[COX_FEATURE + j][last][at] = x[j];
  }
  rows->n_strata = row->stratum >= rows->n_strata ? row->stratum + 1 : rows->n_strata;
  rows->n_clusters = row->cluster >= rows->n_clusters ? row->cluster + 1 : rows->n_clusters;
  rows->count++;
  rows->events += row->event;
  return STATUS_OK;
}

static void column_free(CoxRows *rows, double **column)
{
  for (size_t i = 0; column && i < rows->n_slots; i++) {
    mem_free(column[i]);
  }
  mem_free(column);
}

void cox_rows_free(CoxRows *rows)
{
  for (int c = 0; rows->column && c < COX_FEATURE + rows->n_features; c++) {
    column_free(rows, rows->column[c]);
  }
  mem_free(rows->column);
  mem_free(rows->marks);
  mem_free(rows->by_entry);
  *rows = (CoxRows){0};
}

/* ---- Order */

/* Room for a radix sort: rows and their keys, twice. */
typedef struct Order {
  uint64_t *key, *other_key;
  uint32_t *row, *other_row;
  size_t n;
} Order;

static void order_free(Order *order)
{
  mem_free(order->key);
  mem_free(order->other_key);
  mem_free(order->row);
  mem_free(order->other_row);
}

static Status order_open(Order *order, size_t n)
{
  *order = (Order){.n = n};
  order->key = mem_alloc(n, sizeof *order->key);
  order->other_key = mem_alloc(n, sizeof *order->other_key);
  order->row = mem_alloc(n, sizeof *order->row);
  order->other_row = mem_alloc(n, sizeof *order->other_row);
  return order->key && order->other_key && order->row && order->other_row ? STATUS_OK : STATUS_NOMEM;
}

/* Stable, by the keys, which are below 2^66. */
static Status order_sort(Order *order, const Watch *watch)
{
  size_t(*start)[DIGITS] = mem_zero(PASSES, sizeof *start);
  if (!start) {
    return STATUS_NOMEM;
  }
  Status status = STATUS_OK;
  for (size_t i = 0; i < order->n && status == STATUS_OK; i++) {
    for (int p = 0; p < PASSES; p++) {
      start[p][order->key[i] >> (DIGIT * p) & (DIGITS - 1)]++;
    }
    status = (i + 1) % WATCH_EVERY == 0 && watch_stop(watch) ? STATUS_INTERRUPT : STATUS_OK;
  }
  for (int p = 0; p < PASSES && status == STATUS_OK; p++) {
    size_t sum = 0;
    if (order->n == 0 || start[p][order->key[0] >> (DIGIT * p) & (DIGITS - 1)] == order->n) {
      continue; /* all the same */
    }
    for (size_t d = 0; d < DIGITS; d++) {
      size_t count = start[p][d];
      start[p][d] = sum;
      sum += count;
    }
    for (size_t i = 0; i < order->n && status == STATUS_OK; i++) {
      size_t to = start[p][order->key[i] >> (DIGIT * p) & (DIGITS - 1)]++;
      order->other_key[to] = order->key[i];
      order->other_row[to] = order->row[i];
      status = (i + 1) % WATCH_EVERY == 0 && watch_stop(watch) ? STATUS_INTERRUPT : STATUS_OK;
    }
    Order was = *order;
    order->key = was.other_key;
    order->row = was.other_row;
    order->other_key = was.key;
    order->other_row = was.row;
  }
  mem_free(start);
  return status;
}

/* In the order of finite numbers. */
static uint64_t key_of(double x)
{
  uint64_t bits;
  x += 0.0; /* one zero */
  memcpy(&bits, &x, sizeof bits);
  return bits >> 63 ? ~bits : bits | UINT64_C(1) << 63;
}

Status cox_ranks(const double *x, size_t n, uint32_t *rank, uint32_t *n_ranks, const Watch *watch)
{
  Order order;
  Status status = order_open(&order, n);
  for (size_t i = 0; i < n && status == STATUS_OK; i++) {
    order.key[i] = key_of(x[i]);
    order.row[i] = (uint32_t)i;
    status = (i + 1) % WATCH_EVERY == 0 && watch_stop(watch) ? STATUS_INTERRUPT : STATUS_OK;
  }
  if (status == STATUS_OK) {
    status = order_sort(&order, watch);
  }
  *n_ranks = 0;
  for (size_t i = 0; i < n && status == STATUS_OK; i++) {
    *n_ranks += i == 0 || order.key[i] != order.key[i - 1];
    rank[order.row[i]] = *n_ranks - 1;
  }
  order_free(&order);
  return status;
}

/* By a column that is used, keeping the order that order->row has between equal ones. */
static Status order_find(const CoxRows *rows, Order *order, CoxColumn column, const Watch *watch)
{
  for (size_t i = 0; i < order->n; i++) {
    double x = cox_at(rows, (int)column, order->row[i]);
    order->key[i] = column == COX_STRATUM ? (uint64_t)x : key_of(column == COX_TIME ? fabs(x) : x);
    if ((i + 1) % WATCH_EVERY == 0 && watch_stop(watch)) {
      return STATUS_INTERRUPT;
    }
  }
  return order_sort(order, watch);
}

/* Then by stratum, where there are strata. */
static Status order_strata(const CoxRows *rows, Order *order, const Watch *watch)
{
  return rows->used[COX_STRATUM] ? order_find(rows, order, COX_STRATUM, watch) : STATUS_OK;
}

/* The rows first … end - 1 of the order, which are of one time: all get the first one's, and events come first. */
static void tie_set(CoxRows *rows, Order *order, size_t first, size_t end)
{
  double time = fabs(cox_at(rows, COX_TIME, order->row[first]));
  size_t events = 0, others = 0;
  for (size_t i = first; i < end; i++) {
    uint32_t row = order->row[i];
    double *own = &cox_chunk(rows, COX_TIME, row)[row % COX_CHUNK];
    bool event = !signbit(*own);
    *own = event ? time : -time;
    if (event) {
      order->row[first + events++] = row;
    } else {
      order->other_row[others++] = row;
    }
  }
  memcpy(order->row + first + events, order->other_row, others * sizeof *order->row);
}

/* Of an order by time: times that differ by rounding alone become one (same_time.h). */
static Status ties_find(CoxRows *rows, Order *order, const Watch *watch)
{
  for (size_t first = 0, end; first < order->n; first = end) {
    double time = fabs(cox_at(rows, COX_TIME, order->row[first])), last = time;
    for (end = first + 1; end < order->n; end++) {
      double next = fabs(cox_at(rows, COX_TIME, order->row[end]));
      if (!same_time(time, next)) {
        break;
      }
      last = next;
      if (end % WATCH_EVERY == 0 && watch_stop(watch)) {
        return STATUS_INTERRUPT;
      }
    }
    if (last != time) {
      tie_set(rows, order, first, end);
    }
    if (first % WATCH_EVERY == 0 && watch_stop(watch)) {
      return STATUS_INTERRUPT;
    }
  }
  return STATUS_OK;
}

/* An entry that differs from a time by rounding alone is that time. `order` is one by time. */
static Status entries_tie(CoxRows *rows, const Order *order, const Watch *watch)
{
  double *times = mem_alloc(order->n + 1, sizeof *times); /* different ones */
  size_t n = 0;
  Status status = times ? STATUS_OK : STATUS_NOMEM;
  for (size_t i = 0; i < order->n && status == STATUS_OK; i++) {
    double time = fabs(cox_at(rows, COX_TIME, order->row[i]));
    if (n == 0 || times[n - 1] != time) {
      times[n++] = time;
    }
    status = (i + 1) % WATCH_EVERY == 0 && watch_stop(watch) ? STATUS_INTERRUPT : STATUS_OK;
  }
  for (size_t i = 0; i < rows->count && status == STATUS_OK; i++) {
    double *entry = &cox_chunk(rows, COX_ENTRY, i)[i % COX_CHUNK];
    size_t low = 0, high = *entry > 0 ? n : 0; /* the first time at or after the entry */
    while (low < high) {
      size_t middle = low + (high - low) / 2;
      if (time_before(times[middle], *entry)) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    if (*entry > 0 && low < n && same_time(times[low], *entry)) {
      *entry = times[low];
    }
    status = (i + 1) % WATCH_EVERY == 0 && watch_stop(watch) ? STATUS_INTERRUPT : STATUS_OK;
  }
  mem_free(times);
  return status;
}

/* order: places, chunk << PLACE | row of the chunk. */
static Status column_gather(CoxRows *rows, int column, const uint32_t *order, const Watch *watch)
{
  double **from = rows->column[column], **to = mem_zero(rows->n_slots, sizeof *to);
  if (!to) {
    return STATUS_NOMEM;
  }
  for (size_t i = 0; i < rows->n_chunks; i++) {
    size_t first = i * COX_CHUNK, n = rows->count - first < COX_CHUNK ? rows->count - first : COX_CHUNK;
    to[i] = mem_alloc(COX_CHUNK, sizeof **to);
    if (!to[i]) {
      column_free(rows, to);
      return STATUS_NOMEM;
    }
    memset(to[i] + n, 0, (COX_CHUNK - n) * sizeof **to); /* blocks are worked on whole */
    for (size_t r = 0; r < n; r++) {
      to[i][r] = from[order[first + r] >> PLACE][order[first + r] & (((uint32_t)1 << PLACE) - 1)];
    }
  }
  rows->column[column] = to;
  column_free(rows, from);
  return watch_stop(watch) ? STATUS_INTERRUPT : STATUS_OK;
}

static void marks_set(CoxRows *rows)
{
  double last = -1, stratum = -1;
  for (size_t i = 0; i < rows->count; i++) {
    double *time = &cox_chunk(rows, COX_TIME, i)[i % COX_CHUNK],
           of = rows->used[COX_STRATUM] ? cox_at(rows, COX_STRATUM, i) : 0;
    bool fresh = of != stratum;
    rows->marks[i] = (unsigned char)((signbit(*time) ? 0 : COX_EVENT) | (fresh || fabs(*time) != last ? COX_FIRST : 0) |
                                     (fresh ? COX_NEW_STRATUM : 0));
    *time = last = fabs(*time);
    stratum = of;
  }
}

Status cox_rows_sort(CoxRows *rows, const Watch *watch)
{
  Order order;
  size_t n = rows->count;
  Status status = rows->sorted ? STATUS_OK : order_open(&order, n);
  if (rows->sorted) {
    return STATUS_OK;
  }
  if (status == STATUS_OK) {
    size_t event = 0, other = rows->events;
    for (size_t i = 0; i < n; i++) {
      order.row[signbit(cox_at(rows, COX_TIME, i)) ? other++ : event++] = (uint32_t)i;
    }
    status = order_find(rows, &order, COX_TIME, watch);
  }
  if (status == STATUS_OK) {
    status = ties_find(rows, &order, watch);
  }
  if (status == STATUS_OK && rows->used[COX_ENTRY]) {
    status = entries_tie(rows, &order, watch);
  }
  if (status == STATUS_OK) {
    status = order_strata(rows, &order, watch);
  }
  mem_free(order.key);
  mem_free(order.other_key);
  mem_free(order.other_row);
  order.key = order.other_key = NULL;
  order.other_row = NULL;
  for (size_t i = 0; i < n && status == STATUS_OK; i++) {
    order.row[i] = (uint32_t)(order.row[i] / COX_CHUNK << PLACE | order.row[i] % COX_CHUNK);
  }
  for (int c = 0; c < COX_FEATURE + rows->n_features && status == STATUS_OK; c++) {
    if (is_used(rows, c)) {
      status = column_gather(rows, c, order.row, watch);
    }
  }
  order_free(&order);
  if (status != STATUS_OK) {
    return status;
  }
  rows->marks = mem_alloc(n, 1);
  if (!rows->marks) {
    return STATUS_NOMEM;
  }
  marks_set(rows);
  if (rows->used[COX_ENTRY]) {
    status = order_open(&order, n);
    for (size_t i = 0; i < n && status == STATUS_OK; i++) {
      order.row[i] = (uint32_t)i;
    }
    if (status == STATUS_OK) {
      status = order_find(rows, &order, COX_ENTRY, watch);
    }
    if (status == STATUS_OK) {
      status = order_strata(rows, &order, watch);
    }
    if (status == STATUS_OK) {
      rows->by_entry = order.row;
      order.row = NULL;
    }
    order_free(&order);
  }
  rows->sorted = status == STATUS_OK;
  return status;
}

/* ---- Texts */

Status cox_rows_expand(CoxRows *rows, int feature, const int *place, int n_new, const Watch *watch)
{
  int n = COX_FEATURE + rows->n_features, at = COX_FEATURE + feature;
  double ***column = mem_zero((size_t)n - 1 + (size_t)n_new, sizeof *column);
  if (!column) {
    return STATUS_NOMEM;
  }
  Status status = STATUS_OK;
  WatchMeter meter = {.watch = watch};
  for (int k = 0; k < n_new && status == STATUS_OK; k++) {
    column[at + k] = mem_zero(rows->n_slots, sizeof **column);
    for (size_t i = 0; i < rows->n_chunks && column[at + k] && status == STATUS_OK; i++) {
      column[at + k][i] = mem_zero(COX_CHUNK, sizeof(double));
      if (!column[at + k][i]) {
        status = STATUS_NOMEM;
      } else if (watch_spend(&meter, 64 * COX_CHUNK)) { /* a page that is touched first takes long */
        status = STATUS_INTERRUPT;
      }
    }
    if (!column[at + k]) {
      status = STATUS_NOMEM;
    }
  }
  for (size_t i = 0; i < rows->count && status == STATUS_OK; i++) {
    int to = place[(size_t)cox_at(rows, at, i)];
    if (to >= 0) {
      column[at + to][i / COX_CHUNK][i % COX_CHUNK] = 1;
    }
    if (i % WATCH_EVERY == 0 && watch_stop(watch)) {
      status = STATUS_INTERRUPT;
    }
  }
  if (status != STATUS_OK) {
    for (int k = 0; k < n_new; k++) {
      column_free(rows, column[at + k]);
    }
    mem_free(column);
    return status;
  }
  column_free(rows, rows->column[at]);
  memcpy(column, rows->column, (size_t)at * sizeof *column);
  memcpy(column + at + n_new, rows->column + at + 1, (size_t)(n - at - 1) * sizeof *column);
  mem_free(rows->column);
  rows->column = column;
  rows->n_features += n_new - 1;
  return STATUS_OK;
}
