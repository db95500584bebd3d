#include "segment_rows.h"

#include <string.h>

#include "core/base/mem.h"
#include "core/base/sort.h"

#define REAL_LENGTH (1 + sizeof(double))

uint32_t segment_key_add_real(Customers *keys, double real)
{
  char bytes[REAL_LENGTH] = {0};
  memcpy(bytes + 1, &real, sizeof real);
  return customers_add_text(keys, bytes, sizeof bytes);
}

bool segment_key_is_real(CustomerKey key, double *real)
{
  bool is_real = key.text && key.length == REAL_LENGTH && key.text[0] == 0;
  if (is_real) {
    memcpy(real, key.text + 1, sizeof *real);
  }
  return is_real;
}

/* -1, 0, 1. A real key is no integer, so two of a kind alone can be equal. */
static int compare_numbers(CustomerKey a, CustomerKey b)
{
  double x, y;
  bool is_x = segment_key_is_real(a, &x), is_y = segment_key_is_real(b, &y);
  if (!is_x && !is_y) {
    return a.integer < b.integer ? -1 : a.integer > b.integer;
  }
  x = is_x ? x : (double)a.integer;
  y = is_y ? y : (double)b.integer;
  return x < y ? -1 : x > y;
}

bool segment_key_before(CustomerKey a, CustomerKey b)
{
  double real;
  bool is_number = !a.text || segment_key_is_real(a, &real), is_other = !b.text || segment_key_is_real(b, &real);
  if (is_number && is_other) {
    return compare_numbers(a, b) < 0;
  }
  return is_number != is_other ? is_number : customers_key_before(a, b);
}

Status segment_rows_add(SegmentRows *rows, uint32_t key)
{
  rows->key_of.stride = sizeof key;
  uint32_t *of_row = rows->key_of.count < UINT32_MAX ? chunks_push(&rows->key_of) : NULL;
  if (!of_row) {
    return STATUS_NOMEM;
  }
  *of_row = key;
  return STATUS_OK;
}

static bool id_before(const void *a, const void *b, const void *keys)
{
  uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
  if (x == SEGMENT_NULL || y == SEGMENT_NULL) {
    return x == SEGMENT_NULL && y != SEGMENT_NULL;
  }
  return segment_key_before(customers_key(keys, x), customers_key(keys, y));
}

/* The element of an array by key that a row's segment has; that of NULL is the last. */
static uint32_t key_at(const SegmentRows *rows, size_t row)
{
  uint32_t key = *(const uint32_t *)chunks_at(&rows->key_of, row);
  return key == SEGMENT_NULL ? rows->keys.count : key;
}

/* The keys that have rows, in order. `next` is by key: rows in, places in `key` out. */
static Status put_in_order(SegmentRows *rows, size_t *next, const Watch *watch)
{
  uint32_t n_keys = rows->keys.count + 1;
  for (uint32_t key = 0; key < n_keys; key++) {
    if (next[key] > 0) {
      rows->key[rows->n++] = key < rows->keys.count ? key : SEGMENT_NULL;
    }
  }
  return records_sort(rows->key, rows->n, sizeof *rows->key, id_before, &rows->keys, watch);
}

Status segment_rows_deal(SegmentRows *rows, const Watch *watch)
{
  size_t n = rows->key_of.count, n_keys = (size_t)rows->keys.count + 1;
  size_t *next = mem_zero(n_keys, sizeof *next);
  rows->key = mem_alloc(n_keys, sizeof *rows->key);
  Status status = next && rows->key ? STATUS_OK : STATUS_NOMEM;
  for (size_t i = 0; i < n && status == STATUS_OK; i++) {
    next[key_at(rows, i)]++;
    status = i % WATCH_EVERY == 0 && watch_stop(watch) ? STATUS_INTERRUPT : STATUS_OK;
  }
  if (status == STATUS_OK) {
    status = put_in_order(rows, next, watch);
  }
  if (status == STATUS_OK) {
    rows->first = mem_alloc((size_t)rows->n + 1, sizeof *rows->first);
    rows->row = mem_alloc(n + 1, sizeof *rows->row);
    status = rows->first && rows->row ? STATUS_OK : STATUS_NOMEM;
  }
  if (status == STATUS_OK) {
    rows->first[0] = 0;
    for (uint32_t i = 0; i < rows->n; i++) {
      size_t *of_key = &next[rows->key[i] == SEGMENT_NULL ? rows->keys.count : rows->key[i]];
      rows->first[i + 1] = rows->first[i] + *of_key;
      *of_key = rows->first[i];
    }
  }
  for (size_t i = 0; i < n && status == STATUS_OK; i++) {
    rows->row[next[key_at(rows, i)]++] = (uint32_t)i;
    status = i % WATCH_EVERY == 0 && watch_stop(watch) ? STATUS_INTERRUPT : STATUS_OK;
  }
  mem_free(next);
  chunks_free(&rows->key_of);
  return status;
}

void segment_rows_forget(SegmentRows *rows)
{
  chunks_free(&rows->key_of);
  mem_free(rows->first);
  mem_free(rows->row);
  rows->first = NULL;
  rows->row = NULL;
}

void segment_rows_free(SegmentRows *rows)
{
  segment_rows_forget(rows);
  customers_free(&rows->keys);
  mem_free(rows->key);
  *rows = (SegmentRows){0};
}
