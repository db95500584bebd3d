#include "event_fault.h"

#include <math.h>
#include <string.h>

#include "core/time/time_refusal.h"
#include "row_value.h"

/* A view may have the column and yet no value in it, depending on SQLite's version. */
static bool has_rowid(const RowCheck *check, sqlite3_value **values)
{
  return check->rowid_at >= 0 && sqlite3_value_type(values[check->rowid_at]) == SQLITE_INTEGER;
}

static int64_t rowid_of(const RowCheck *check, sqlite3_value **values)
{
  return has_rowid(check, values) ? sqlite3_value_int64(values[check->rowid_at]) : check->row;
}

/* What an error demands; the other faults are none. */
static const struct {
  const char *must;
  EventColumn column;
} ERRORS[FAULT_COUNT] = {
  [FAULT_BAD_CUSTOMER] = {A_CUSTOMER, EVENT_COLUMN_CUSTOMER},
  [FAULT_BAD_TIME] = {A_TIME, EVENT_COLUMN_TIME},
  [FAULT_BAD_VALUE] = {A_NUMBER, EVENT_COLUMN_VALUE},
};

static Status row_error(const RowCheck *check, RowFault fault, sqlite3_value **values, sqlite3_value *value)
{
  bool is_quantity = check->quantity_at >= 0 && value == values[check->quantity_at];
  EventColumn column = is_quantity ? EVENT_COLUMN_QUANTITY : ERRORS[fault].column;
  char *what =
    sqlite3_mprintf("%s.%s of %s %lld must be %s", check->columns->table.label, check->columns->role[column].column,
                    has_rowid(check, values) ? "rowid" : "row", rowid_of(check, values), ERRORS[fault].must);
  Status status = !what                     ? STATUS_NOMEM
                  : fault == FAULT_BAD_TIME ? call_fail_time(check->call, what, value)
                                            : call_fail_row_value(check->call, what, value);
  sqlite3_free(what);
  return status;
}

static bool is_of_no_day(sqlite3_value *value)
{
  const char *text = sqlite3_value_type(value) == SQLITE_TEXT ? (const char *)sqlite3_value_text(value) : NULL;
  return text && time_is_of_no_day(text, (size_t)sqlite3_value_bytes(value));
}

Status row_check_fault(RowCheck *check, RowFault fault, sqlite3_value **values, sqlite3_value *value)
{
  if (check->diagnosis) {
    bool no_day = fault == FAULT_BAD_TIME && is_of_no_day(value);
    tally_add(&check->diagnosis->fault[no_day ? FAULT_NO_DAY : fault], rowid_of(check, values));
    return STATUS_OK;
  }
  if (!ERRORS[fault].must) {
    return STATUS_OK;
  }
  if (sqlite3_value_type(value) == SQLITE_TEXT && !sqlite3_value_text(value)) {
    return STATUS_NOMEM;
  }
  if (!check->seeking && check->rowid_at < 0) {
    check->seeking = true; /* the message waits for the rowid */
    return STATUS_ERROR;
  }
  return row_error(check, fault, values, value);
}

Status row_check_blob(const RowCheck *check, sqlite3_value *value, EventColumn column)
{
  char *what = sqlite3_mprintf("%s.%s of row %lld must be an integer, a number or text", check->columns->table.label,
                               check->columns->role[column].column, check->row);
  Status status = what ? call_fail_value(check->call, what, value) : STATUS_NOMEM;
  sqlite3_free(what);
  return status;
}

/* Of a text that was read as a date and time: no zone begins before its 14th byte. */
static TimeForm form_of_text(const char *text, size_t length)
{
  char last = text[length - 1];
  bool zone = last == 'Z' || last == 'z' || last == 'C';
  for (size_t i = 13; i < length && !zone; i++) {
    zone = text[i] == '+' || text[i] == '-';
  }
  return zone ? FORM_DATE_TIME_ZONE : FORM_DATE_TIME;
}

static TimeForm form_of_number(double number)
{
  double size = fabs(number);
  return number >= JULIAN_START && number < JULIAN_END ? FORM_JULIAN
         : size < UNIX_SECONDS_END                     ? FORM_UNIX_SECONDS
         : size < UNIX_MILLIS_END                      ? FORM_UNIX_MILLISECONDS
         : size < UNIX_MICROS_END                      ? FORM_UNIX_MICROSECONDS
                                                       : FORM_UNIX_NANOSECONDS;
}

/* The form of a row's time, and whether it is hardly the time that was meant. */
static TimeForm judge_time(sqlite3_value *value, int64_t ms, bool is_date, bool *odd)
{
  const char *text = sqlite3_value_type(value) == SQLITE_TEXT ? (const char *)sqlite3_value_text(value) : NULL;
  size_t length = text ? (size_t)sqlite3_value_bytes(value) : 0;
  *odd = false;
  if (is_date) {
    return FORM_DATE;
  }
  if (length > 8 && (text[4] == '-' || text[8] == 'T' || text[8] == ' ' || strchr(text, ':'))) {
    return form_of_text(text, length);
  }
  TimeForm form = form_of_number(sqlite3_value_double(value));
  *odd = form == FORM_UNIX_SECONDS && ms >= 0 && ms < INT64_C(315532800000); /* a small number: before 1980 */
  return form;
}

/* The bytes of a value of a check's own column, at most `most`; 0: NULL, or out of memory, which the scan will see. */
static int bytes_of(sqlite3_value *value, int most, const char **bytes)
{
  *bytes = sqlite3_value_type(value) == SQLITE_NULL ? NULL : (const char *)sqlite3_value_text(value);
  int length = *bytes ? sqlite3_value_bytes(value) : 0;
  return length < most ? length : most;
}

static void take_order(RowCheck *check, sqlite3_value *value, int64_t rowid)
{
  const char *bytes;
  int64_t integer;
  int length = (int)sizeof integer;
  if (sqlite3_value_type(value) == SQLITE_INTEGER) { /* not as text, which takes long to write */
    integer = sqlite3_value_int64(value);
    bytes = (const char *)&integer;
  } else {
    length = bytes_of(value, ORDER_MAX, &bytes);
  }
  if (length > 0 && length == check->order_length && memcmp(bytes, check->order, (size_t)length) == 0) {
    tally_add(&check->diagnosis->same_order, rowid);
  } else if (length > 0) {
    memcpy(check->order, bytes, (size_t)length);
  }
  check->order_length = length;
}

static void take_currency(Diagnosis *diagnosis, sqlite3_value *value, int64_t rowid)
{
  const char *bytes;
  int i = 0, length = bytes_of(value, (int)sizeof diagnosis->currency->text - 1, &bytes);
  if (length == 0) {
    return;
  }
  while (i < diagnosis->n_currencies &&
         (strncmp(diagnosis->currency[i].text, bytes, (size_t)length) != 0 || diagnosis->currency[i].text[length])) {
    i++;
  }
  i = i < CURRENCIES_MAX ? i : CURRENCIES_MAX - 1;
  if (i == diagnosis->n_currencies) {
    diagnosis->n_currencies++;
    memcpy(diagnosis->currency[i].text, bytes, (size_t)length);
  }
  tally_add(&diagnosis->currency[i].tally, rowid);
}

void row_check_event(RowCheck *check, sqlite3_value **values, bool is_date, Event *event)
{
  Diagnosis *diagnosis = check->diagnosis;
  bool odd;
  TimeForm form = judge_time(values[1], event->time, is_date, &odd);
  check->by_rowid = has_rowid(check, values);
  event->rowid = check->by_rowid ? sqlite3_value_int64(values[check->rowid_at]) : check->row;
  tally_add(&diagnosis->form[form], event->rowid);
  if (odd) {
    tally_add(&diagnosis->fault[FAULT_ODD_TIME], event->rowid);
  }
  if (check->order_at >= 0) {
    take_order(check, values[check->order_at], event->rowid);
  }
  if (check->currency_at >= 0) {
    take_currency(diagnosis, values[check->currency_at], event->rowid);
  }
}
