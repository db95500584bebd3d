/*
** What a value of a row means.
*/
#ifndef RETAIN_GLUE_ROW_VALUE_H
#define RETAIN_GLUE_ROW_VALUE_H

#include "core/events/customers.h"
#include "core/time/time_parse.h"
#include "spec.h"
#include "sqlite.h"

/* What is accepted, in the words of messages. */
#define A_NUMBER "a number, at most " NUMBER_TEXT(NUMBER_MOST) " in size"
#define A_CUSTOMER "an integer or text"
#define A_TIME ("a time (" TIME_FORMS ")")
#define TIME_FORMS "text such as '2026-01-31' or '2026-01-31 18:00:00', unix seconds or milliseconds, or a julian day"

/*
** Each answers whether the value is one; type is its sqlite3_value_type(). Times of any form. Numbers also as text,
** since a CSV import makes every column text. Keys: a real is a key where it equals an integer, as in SQLite's `=`;
** *id is CUSTOMER_NONE when out of memory.
*/
bool time_of_value(TimeMemo *memo, sqlite3_value *value, int type, int64_t *ms);
bool number_of_value(sqlite3_value *value, double *number);
bool key_of_value(Customers *customers, sqlite3_value *value, int type, uint32_t *id);

/*
** sqlite3_value_numeric_type(), which on newer versions of SQLite takes a text for the number before its first zero
** byte.
*/
int numeric_type_of_value(sqlite3_value *value);

/* Of an SQLITE_TEXT; inline for the scan of most sources. */
static inline bool time_of_text_value(TimeMemo *memo, sqlite3_value *value, int64_t *ms)
{
  const char *text = (const char *)sqlite3_value_text(value);
  return text && time_from_text_memo(memo, text, (size_t)sqlite3_value_bytes(value), ms);
}

#endif
