/*
** The cells of a result.
*/
#include "call.h"

#include <math.h>

#include "core/base/mem.h"
#include "sqlite.h"

static sqlite3_context *context_of(Cell *cell)
{
  return (sqlite3_context *)(void *)cell;
}

void cell_null(Cell *cell)
{
  sqlite3_result_null(context_of(cell));
}

void cell_integer(Cell *cell, int64_t value)
{
  sqlite3_result_int64(context_of(cell), value);
}

void cell_bool(Cell *cell, bool value)
{
  sqlite3_result_int(context_of(cell), value);
}

void cell_real(Cell *cell, double value)
{
  sqlite3_result_double(context_of(cell), value); /* SQLite makes a NaN NULL */
}

void cell_finite(Cell *cell, double value)
{
  if (isfinite(value)) {
    cell_real(cell, value);
  } else {
    cell_null(cell);
  }
}

void cell_text(Cell *cell, const char *text, size_t length)
{
  sqlite3_result_text64(context_of(cell), text, length, SQLITE_TRANSIENT, SQLITE_UTF8);
}

void cell_static(Cell *cell, const char *text)
{
  sqlite3_result_text(context_of(cell), text, -1, SQLITE_STATIC);
}

void cell_owned(Cell *cell, char *text, size_t length)
{
  if (!text) {
    sqlite3_result_error_nomem(context_of(cell));
    return;
  }
  sqlite3_result_text64(context_of(cell), text, length, mem_free, SQLITE_UTF8);
}

void cell_json(Cell *cell, char *text, size_t length)
{
  cell_owned(cell, text, length);
  sqlite3_result_subtype(context_of(cell), 'J');
}

/* Without a length: SQLite then keeps the final zero byte, and need not reallocate the copy when it is read. */
void cell_string(Cell *cell, const char *text)
{
  sqlite3_result_text(context_of(cell), text, -1, SQLITE_TRANSIENT);
}

void cell_time(Cell *cell, int64_t ms)
{
  char text[TIME_TEXT_MAX];
  time_to_text(ms, text);
  cell_string(cell, text);
}

void cell_date(Cell *cell, int64_t local_ms)
{
  char text[TIME_TEXT_MAX];
  date_to_text(floor_div(local_ms, MS_PER_DAY), text);
  cell_string(cell, text);
}

void cell_period(Cell *cell, Grain grain, int64_t index)
{
  int64_t start = period_start(grain, index);
  if (grain.unit == GRAIN_HOUR) {
    cell_time(cell, start);
  } else {
    cell_date(cell, start);
  }
}

void cell_ratio(Cell *cell, double k, double n)
{
  if (n == 0) {
    cell_null(cell);
  } else {
    cell_finite(cell, k / n);
  }
}

void cell_customer(Cell *cell, const Customers *customers, uint32_t id)
{
  CustomerKey key = customers_key(customers, id);
  if (key.text) {
    cell_text(cell, key.text, key.length);
  } else {
    cell_integer(cell, key.integer);
  }
}
