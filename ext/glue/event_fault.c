#include "event_fault.h"

#include <string.h>

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
  char *what = sqlite3_mprintf("%s.%s of %s %lld must be %s", check->columns->table.label,
                               check->columns->role[ERRORS[fault].column].column,
                               has_rowid(check, values) ? "rowid" : "row", rowid_of(check, values), ERRORS[fault].must);
  Status status = what ? call_fail_row_value(check->call, what, value) : STATUS_NOMEM;
  sqlite3_free(what);
  return status;
}

Status row_check_fault(RowCheck *check, RowFault fault, sqlite3_value **values, sqlite3_value *value)
{
  if (check->diagnosis) {
    tally_add(&check->diagnosis->fault[fault], rowid_of(check, values));
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

Status row_check_blob(const RowCheck *check, sqlite3_value *value)
{
  char *what = sqlite3_mprintf("%s.%s of row %lld must be an integer, a number or text", check->columns->table.label,
                               check->columns->role[EVENT_COLUMN_ATTRIBUTE].column, check->row);
  Status status = what ? call_fail_value(check->call, what, value) : STATUS_NOMEM;
  sqlite3_free(what);
  return status;
}

static TimeForm form_of_text(const char *text, size_t n)
{
  bool zone = text[n - 1] == 'Z' || text[n - 1] == 'z' || (n > 16 && strpbrk(text + 16, "+-"));
  return n <= 10 ? FORM_DATE : zone ? FORM_DATE_TIME_ZONE : FORM_DATE_TIME;
}

static TimeForm form_of_number(double number, bool is_integer)
{
  if (!is_integer && number >= 0 && number <= 5373484.5) {
    return FORM_JULIAN;
  }
  return number > 253402300799.0 || number < -62167219200.0 ? FORM_UNIX_MILLISECONDS : FORM_UNIX_SECONDS;
}

/* Whether a date names a day that its month does not have, which SQLite and we read as one of the next month. */
static bool is_odd_date(RowCheck *check, const char *date)
{
  if (memcmp(date, check->judged.date.date, 10) != 0) {
    char text[TIME_TEXT_MAX];
    bool is_date = time_from_text(date, 10, &check->judged.date.day_ms);
    memcpy(check->judged.date.date, date, 10);
    date_to_text(floor_div(check->judged.date.day_ms, MS_PER_DAY), text);
    check->judged.is_odd = is_date && memcmp(text, date, 10) != 0;
  }
  return check->judged.is_odd;
}

/* The form of a row's time, and whether it reads as a time but hardly the one that was meant. */
static TimeForm judge_time(RowCheck *check, sqlite3_value *value, int64_t ms, bool *odd)
{
  int type = sqlite3_value_type(value);
  const char *text = type == SQLITE_TEXT ? (const char *)sqlite3_value_text(value) : NULL;
  size_t n = text ? (size_t)sqlite3_value_bytes(value) : 0;
  if (n > 4 && (text[4] == '-' || memchr(text, ':', n))) {
    *odd = n >= 10 && is_odd_date(check, text);
    return form_of_text(text, n);
  }
  TimeForm form = form_of_number(sqlite3_value_double(value), type == SQLITE_INTEGER);
  *odd = form == FORM_UNIX_SECONDS && ms >= 0 && ms < INT64_C(315532800000); /* a small number: before 1980 */
  return form;
}

static bool is_blank(sqlite3_value *value)
{
  const char *text = sqlite3_value_type(value) == SQLITE_TEXT ? (const char *)sqlite3_value_text(value) : NULL;
  return text && strspn(text, " ") == (size_t)sqlite3_value_bytes(value);
}

void row_check_event(RowCheck *check, sqlite3_value **values, Event *event)
{
  Diagnosis *diagnosis = check->diagnosis;
  bool odd;
  TimeForm form = judge_time(check, values[1], event->time, &odd);
  event->rowid = rowid_of(check, values);
  tally_add(&diagnosis->form[form], event->rowid);
  if (odd) {
    tally_add(&diagnosis->fault[FAULT_ODD_TIME], event->rowid);
  }
  if (is_blank(values[0])) {
    tally_add(&diagnosis->fault[FAULT_EMPTY_CUSTOMER], event->rowid);
  }
}
