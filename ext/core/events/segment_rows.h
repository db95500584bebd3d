/*
** The rows of a source dealt by segment: which rows each segment has, in the order in which they were read.
**
** Segments are told apart and ordered as SQL does: NULL first and a segment of its own, then numbers, then texts by
** bytes. 4 bytes per row, 8 while they are dealt, and a key per segment. O(rows + segments log segments).
*/
#ifndef RETAIN_CORE_EVENTS_SEGMENT_ROWS_H
#define RETAIN_CORE_EVENTS_SEGMENT_ROWS_H

#include "core/base/status.h"
#include "customers.h"

#define SEGMENT_NULL UINT32_MAX /* in place of a key's id: the segment whose value is NULL */

/* Add keys and rows, segment_rows_deal(). {0} is a valid empty object. */
typedef struct SegmentRows {
  Customers keys; /* the values that are not NULL; see segment_key_add_real() */
  Chunks key_of;  /* of each row the id of its key, or SEGMENT_NULL; until segment_rows_deal() */
  uint32_t n;     /* segments that have rows */
  uint32_t *key;  /* of each segment, in order: the id of its key, or SEGMENT_NULL */
  size_t *first;  /* the rows of segment i are row[first[i]] … row[first[i + 1] - 1] */
  uint32_t *row;  /* numbers of rows, from 0 */
} SegmentRows;

/* The next row. STATUS_OK or STATUS_NOMEM. */
Status segment_rows_add(SegmentRows *rows, uint32_t key);

Status segment_rows_deal(SegmentRows *rows, const Watch *watch);

/* Frees what is known of rows; the segments and their keys stay. */
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
