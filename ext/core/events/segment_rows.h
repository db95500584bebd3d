/*
** The rows of a source dealt by segment: a list of records for each, in the order in which they came.
**
** Segments are told apart and ordered as SQL does: NULL first and a segment of its own, then numbers, then texts by
** bytes. A list grows by blocks of up to SEGMENT_BLOCK_MAX records, each twice as long as the one before; a segment
** costs its key, 40 bytes and 16 for each block. O(rows + segments log segments).
*/
#ifndef RETAIN_CORE_EVENTS_SEGMENT_ROWS_H
#define RETAIN_CORE_EVENTS_SEGMENT_ROWS_H

#include "core/base/status.h"
#include "customers.h"

#define SEGMENT_NULL UINT32_MAX /* in place of a key's id: the segment whose value is NULL */
#define SEGMENT_BLOCK_MAX 256

typedef struct SegmentBlock SegmentBlock;
struct SegmentBlock {
  SegmentBlock *next;
  size_t size; /* records that it has room for: all but the last block of a list are full */
  int64_t records[];
};
typedef struct SegmentList {
  char *at, *end; /* in the last block: the place for the next record, and the end of the room */
  SegmentBlock *first, *last;
  size_t before; /* records in the blocks before the last */
} SegmentList;

/* segment_rows_init(), add keys and records, segment_rows_deal(). {0} may be freed. */
typedef struct SegmentRows {
  size_t stride;    /* bytes of a record, a multiple of 8 */
  Customers keys;   /* the values that are not NULL, with their lists; see segment_key_add_real() */
  SegmentList null; /* of the rows whose value is NULL */
  uint32_t n;       /* segments that have rows */
  uint32_t *key;    /* of each segment, in order: the id of its key, or SEGMENT_NULL */
} SegmentRows;

void segment_rows_init(SegmentRows *rows, size_t stride);

/* A place for the next record of a list whose last block is full; NULL when out of memory. */
void *segment_list_grow(SegmentList *list, size_t stride);

static inline SegmentList *segment_list(SegmentRows *rows, uint32_t key)
{
  return key == SEGMENT_NULL ? &rows->null : customers_state(&rows->keys, key);
}

/* A place for the next record of a segment, not initialised; NULL when out of memory. */
static inline void *segment_rows_add(SegmentRows *rows, uint32_t key)
{
  SegmentList *list = segment_list(rows, key);
  if (list->at == list->end) {
    return segment_list_grow(list, rows->stride);
  }
  char *record = list->at;
  list->at += rows->stride;
  return record;
}

/* Of a block of a list, and of the list. */
static inline size_t segment_block_count(const SegmentList *list, const SegmentBlock *block, size_t stride)
{
  return block == list->last ? (size_t)(list->at - (const char *)block->records) / stride : block->size;
}
static inline size_t segment_list_count(const SegmentList *list, size_t stride)
{
  return list->last ? list->before + segment_block_count(list, list->last, stride) : 0;
}

/* Puts the segments in order. */
Status segment_rows_deal(SegmentRows *rows, const Watch *watch);

/* Frees the records; the segments and their keys stay. */
void segment_rows_forget(SegmentRows *rows);
void segment_rows_free(SegmentRows *rows); /* may run twice */

/*
** A number that is no integer is kept as a text with a zero byte, which no text of a source begins with. The id of its
** key, CUSTOMER_NONE when out of memory; and whether a key is one.
*/
uint32_t segment_key_add_real(Customers *keys, double real);
bool segment_key_is_real(CustomerKey key, double *real);

/* SQL's order. */
bool segment_key_before(CustomerKey a, CustomerKey b);

#endif
