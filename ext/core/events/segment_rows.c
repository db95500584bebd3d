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

void segment_rows_init(SegmentRows *rows, size_t stride)
{
  *rows = (SegmentRows){.stride = stride, .keys.state_size = sizeof(SegmentList)};
}

void *segment_list_grow(SegmentList *list, size_t stride)
{
  size_t size = list->last ? 2 * list->last->size : 4;
  size = size < SEGMENT_BLOCK_MAX ? size : SEGMENT_BLOCK_MAX;
  SegmentBlock *block = mem_alloc(1, sizeof *block + size * stride);
  if (!block) {
    return NULL;
  }
  block->next = NULL;
  block->size = size;
  if (list->last) {
    list->last->next = block;
    list->before += list->last->size;
  } else {
    list->first = block;
  }
  list->last = block;
  list->at = (char *)block->records + stride;
  list->end = (char *)block->records + size * stride;
  return block->records;
}

static void list_free(SegmentList *list)
{
  while (list->first) {
    SegmentBlock *next = list->first->next;
    mem_free(list->first);
    list->first = next;
  }
  *list = (SegmentList){0};
}

static bool id_before(const void *a, const void *b, const void *keys)
{
  return segment_key_before(customers_key(keys, *(const uint32_t *)a), customers_key(keys, *(const uint32_t *)b));
}

Status segment_rows_deal(SegmentRows *rows, const Watch *watch)
{
  uint32_t with_null = rows->null.first != NULL;
  rows->key = mem_alloc((size_t)rows->keys.count + 1, sizeof *rows->key);
  if (!rows->key) {
    return STATUS_NOMEM;
  }
  if (with_null) {
    rows->key[rows->n++] = SEGMENT_NULL;
  }
  for (uint32_t key = 0; key < rows->keys.count; key++) {
    if (segment_list(rows, key)->first) {
      rows->key[rows->n++] = key;
    }
  }
  return records_sort(rows->key + with_null, rows->n - with_null, sizeof *rows->key, id_before, &rows->keys, watch);
}

void segment_rows_forget(SegmentRows *rows)
{
  list_free(&rows->null);
  for (uint32_t key = 0; key < rows->keys.count; key++) {
    list_free(segment_list(rows, key));
  }
}

void segment_rows_free(SegmentRows *rows)
{
  segment_rows_forget(rows);
  customers_free(&rows->keys);
  mem_free(rows->key);
  *rows = (SegmentRows){0};
}
