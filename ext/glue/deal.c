#include "deal.h"

#include "call_private.h"
#include "core/base/mem.h"
#include "row_value.h"

#define INTEGER_END 9223372036854775808.0 /* 2^63 */

Deal *call_deal(const Call *call)
{
  return call->deal;
}

Status deal_count_rows(Call *call, int64_t n)
{
  Deal *deal = call->deal;
  if (!deal || (deal->n_rows += n) <= SEGMENT_ROWS_MAX) {
    return STATUS_OK;
  }
  deal->of_all = true;
  return call_fail(call, "the segments of '%s' have more than %d rows together; take a coarser grain or fewer segments",
                   deal->column, SEGMENT_ROWS_MAX);
}

Status deal_count_segments(Call *call)
{
  const Deal *deal = call->deal;
  return deal->rows.keys.count <= SEGMENTS_MAX
           ? STATUS_OK
           : call_fail(call, "segment_column '%s' has more than %d different values", deal->column, SEGMENTS_MAX);
}

void deal_forget_rows(Deal *deal)
{
  if (deal->kept) {
    deal->free_kept(deal->kept);
    deal->kept = NULL;
  }
  segment_rows_forget(&deal->rows);
}

bool dealt_keys_start(DealtKeys *dealt, uint32_t n)
{
  dealt->keys = mem_zero((size_t)n + 1, sizeof *dealt->keys);
  return dealt->keys != NULL;
}

void dealt_keys_free(DealtKeys *dealt)
{
  mem_free(dealt->keys);
  dealt->keys = NULL;
}

bool deal_segment_of_value(Customers *keys, sqlite3_value *value, int type, uint32_t *key)
{
  *key = SEGMENT_NULL;
  if (type == SQLITE_NULL) {
    return true;
  }
  if (type == SQLITE_FLOAT) {
    double real = sqlite3_value_double(value);
    bool is_integer = real >= -INTEGER_END && real < INTEGER_END && real == (double)(int64_t)real;
    *key = is_integer ? customers_add_integer(keys, (int64_t)real) : segment_key_add_real(keys, real);
    return true;
  }
  return key_of_value(keys, value, type, key);
}

void deal_segment_cell(Cell *cell, const SegmentRows *rows, uint32_t segment)
{
  double real;
  if (segment >= rows->n || rows->key[segment] == SEGMENT_NULL) {
    cell_null(cell);
  } else if (segment_key_is_real(customers_key(&rows->keys, rows->key[segment]), &real)) {
    cell_real(cell, real);
  } else {
    cell_customer(cell, &rows->keys, rows->key[segment]);
  }
}

void deal_name_segment(Call *call, const SegmentRows *rows, uint32_t segment)
{
  if (!call->message || segment >= rows->n) {
    return;
  }
  double real;
  char *named;
  CustomerKey key =
    rows->key[segment] == SEGMENT_NULL ? (CustomerKey){0} : customers_key(&rows->keys, rows->key[segment]);
  if (rows->key[segment] == SEGMENT_NULL) {
    named = sqlite3_mprintf("%s (segment NULL)", call->message);
  } else if (segment_key_is_real(key, &real)) {
    named = sqlite3_mprintf("%s (segment %!.15g)", call->message, real);
  } else if (key.text) {
    named = sqlite3_mprintf("%s (segment '%!.60q')", call->message, key.text);
  } else {
    named = sqlite3_mprintf("%s (segment %lld)", call->message, key.integer);
  }
  if (named) { /* else the message is still right */
    sqlite3_free(call->message);
    call->message = named;
  }
}
