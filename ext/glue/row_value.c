#include "row_value.h"

#include <math.h>
#include <string.h>

bool time_of_value(TimeMemo *memo, sqlite3_value *value, int type, int64_t *ms)
{
  memo->is_date = false;
  switch (type) {
    case SQLITE_TEXT:
      return time_of_text_value(memo, value, ms);
    case SQLITE_INTEGER:
      return time_from_integer(sqlite3_value_int64(value), ms);
    case SQLITE_FLOAT:
      return time_from_real(sqlite3_value_double(value), ms);
    default:
      return false;
  }
}

int numeric_type_of_value(sqlite3_value *value)
{
  if (sqlite3_value_type(value) == SQLITE_TEXT) {
    const void *text = sqlite3_value_text(value);
    if (text && memchr(text, 0, (size_t)sqlite3_value_bytes(value))) {
      return SQLITE_TEXT;
    }
  }
  return sqlite3_value_numeric_type(value);
}

bool number_of_value(sqlite3_value *value, double *number)
{
  int type = numeric_type_of_value(value);
  *number = sqlite3_value_double(value);
  return (type == SQLITE_FLOAT && fabs(*number) <= NUMBER_MOST) || type == SQLITE_INTEGER;
}

bool key_of_value(Customers *customers, sqlite3_value *value, int type, uint32_t *id)
{
  switch (type) {
    case SQLITE_INTEGER:
      *id = customers_add_integer(customers, sqlite3_value_int64(value));
      return true;
    case SQLITE_TEXT: {
      const char *text = (const char *)sqlite3_value_text(value);
      *id = text ? customers_add_text(customers, text, (size_t)sqlite3_value_bytes(value)) : CUSTOMER_NONE;
      return true;
    }
    case SQLITE_FLOAT: {
      double real = sqlite3_value_double(value);
      if (real >= -9007199254740992.0 && real <= 9007199254740992.0 && real == floor(real)) {
        *id = customers_add_integer(customers, (int64_t)real);
        return true;
      }
      return false;
    }
    default:
      return false;
  }
}
