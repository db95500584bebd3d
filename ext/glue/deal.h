/*
** A call with segment_column: its source is read once and dealt by segment; then each segment is answered as if its
** rows were all, one after the other.
**
** The engine runs compute() once for each segment. The first one that reads the source keeps the rows of all segments,
** and each gets those of the segment that it is for.
*/
#ifndef RETAIN_GLUE_DEAL_H
#define RETAIN_GLUE_DEAL_H

#include "call.h"
#include "core/events/segment_rows.h"

typedef struct Deal {
  const char *column; /* the argument */
  SegmentRows rows;
  bool dealt;                    /* `rows` are known: segment `current` is asked for */
  uint32_t current;              /* 0 ≤ current < rows.n, or 0 where there is none */
  void *kept;                    /* what the reader kept of the rows … */
  void (*free_kept)(void *kept); /* … and how it frees it */
} Deal;

/* NULL: one answer is wanted. */
Deal *call_deal(const Call *call);

/* Frees all but the segments and their keys. */
void deal_forget_rows(Deal *deal);

struct sqlite3_value;

/* The key of a value; false where it is a blob. *key is CUSTOMER_NONE when out of memory, and SEGMENT_NULL of NULL. */
bool deal_segment_of_value(Customers *keys, struct sqlite3_value *value, int type, uint32_t *key);

#define A_SEGMENT "an integer, a number or text" /* in the words of messages */

/* The value of a segment. */
void deal_segment_cell(Cell *cell, const SegmentRows *rows, uint32_t segment);

/* "name(): text" becomes "name(): text (segment 'north')". */
void deal_name_segment(Call *call, const SegmentRows *rows, uint32_t segment);

#endif
