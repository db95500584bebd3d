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
#include "spec.h"

typedef struct Deal {
  const char *column; /* the argument */
  SegmentRows rows;
  bool dealt;                    /* `rows` are known: segment `current` is asked for */
  uint32_t current;              /* 0 ≤ current < rows.n, or 0 where there is none */
  int64_t n_rows;                /* see deal_count_rows() */
  bool of_all;                   /* an error is one of all segments together */
  void *kept;                    /* what the reader kept of the rows … */
  void (*free_kept)(void *kept); /* … and how it frees it */
} Deal;

/* The ids that keys of the whole source have in one segment after the other. {0} is a valid empty object. */
typedef struct DealtKeys {
  struct DealtKey {
    uint32_t turn, id;
  } * keys;
  uint32_t turn;
} DealtKeys;

/* Room for n keys; false when out of memory. dealt_keys_free() may run twice. */
bool dealt_keys_start(DealtKeys *dealt, uint32_t n);
void dealt_keys_free(DealtKeys *dealt);

/* On to another segment, where no key has an id yet. */
static inline void dealt_keys_next(DealtKeys *dealt)
{
  dealt->turn++;
}

/* The id in the segment, `own`, of key `number` of `all`; added where it is new. CUSTOMER_NONE when out of memory. */
static inline uint32_t dealt_key(DealtKeys *dealt, uint32_t number, const Customers *all, Customers *own)
{
  struct DealtKey *dealt_key = &dealt->keys[number];
  if (dealt_key->turn != dealt->turn) {
    CustomerKey key = customers_key(all, number);
    dealt_key->id = key.text ? customers_add_text(own, key.text, key.length) : customers_add_integer(own, key.integer);
    dealt_key->turn = dealt->turn;
  }
  return dealt_key->id;
}

/* NULL: one answer is wanted. */
Deal *call_deal(const Call *call);

/*
** Counts what the segment that is asked for holds in memory: n rows of the answer, or what they are made from. An error
** where all segments together have more than SEGMENT_ROWS_MAX. STATUS_OK where one answer is wanted.
*/
#define SEGMENT_ROWS_MAX 5000000
Status deal_count_rows(Call *call, int64_t n);

/* An error where there are too many segments. */
Status deal_count_segments(Call *call);

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
