#include "sort.h"

#include <stddef.h>
#include <string.h>

#define ASK_EVERY 2048 /* a turn is log n comparisons */

typedef struct Heap {
  char *records;
  size_t size;
  SortBefore before;
  const void *context;
} Heap;

static bool is_before(const Heap *heap, size_t a, size_t b)
{
  return heap->before(heap->records + a * heap->size, heap->records + b * heap->size, heap->context);
}

/* Puts record `root` in its place among its descendants below n. */
static void sift(const Heap *heap, size_t root, size_t n)
{
  _Alignas(max_align_t) char moving[SORT_RECORD_MAX]; /* before() reads it as a record */
  char *records = heap->records;
  size_t size = heap->size;
  memcpy(moving, records + root * size, size);
  for (size_t child; (child = 2 * root + 1) < n; root = child) {
    child += child + 1 < n && is_before(heap, child, child + 1);
    if (!heap->before(moving, records + child * size, heap->context)) {
      break;
    }
    memcpy(records + root * size, records + child * size, size);
  }
  memcpy(records + root * size, moving, size);
}

Status records_sort(void *records, size_t n, size_t size, SortBefore before, const void *context, const Watch *watch)
{
  const Heap heap = {records, size, before, context};
  size_t ordered = 1;
  while (ordered < n && !is_before(&heap, ordered, ordered - 1)) {
    ordered++;
  }
  if (ordered >= n) {
    return STATUS_OK;
  }
  for (size_t root = n / 2; root-- > 0;) {
    if ((root + 1) % ASK_EVERY == 0 && watch_stop(watch)) {
      return STATUS_INTERRUPT;
    }
    sift(&heap, root, n);
  }
  while (n-- > 1) {
    if (n % ASK_EVERY == 0 && watch_stop(watch)) {
      return STATUS_INTERRUPT;
    }
    char last[SORT_RECORD_MAX];
    memcpy(last, heap.records, size);
    memcpy(heap.records, heap.records + n * size, size);
    memcpy(heap.records + n * size, last, size);
    sift(&heap, 0, n);
  }
  return STATUS_OK;
}
