/*
** time_parse(value, format): a time in any form, as the ISO text that every function reads.
**
**   SELECT time_parse('03/05/2024', '%d/%m/%Y');            -- 2024-05-03
**   SELECT time_parse('Mar 5, 2024 7:30 PM', '%b %d, %Y %I:%M %p');  -- 2024-03-05 19:30:00
**   SELECT time_parse(45356.75, 'excel');                   -- 2024-03-05 18:00:00
**
** R1  format: strptime's letters (core/time/time_format.h), English names, no locale; 'excel' and 'excel1904' for the
**     day numbers of spreadsheets.
** R2  'YYYY-MM-DD' where the format has no time of day or the day number is whole, else 'YYYY-MM-DD HH:MM:SS[.SSS]'.
**     An offset (%z) is taken off: the answer is UTC.
** R3  A value that is not in the form, or of a day that does not exist, is an error; NULL gives NULL.
*/
#include <string.h>

#include "core/time/time_format.h"
#include "core/time/time_parse.h"
#include "glue/call.h"
#include "glue/spec.h"

enum {
  ARG_VALUE,
  ARG_FORMAT,
  ARG_COUNT
};

static bool is_format(const Call *call, const char *name)
{
  return strcmp(call_text(call, ARG_FORMAT), name) == 0;
}

static void put_time(Cell *out, int64_t ms, bool is_date)
{
  if (is_date) {
    cell_date(out, ms);
  } else {
    cell_time(out, ms);
  }
}

static void time_parse_scalar(Call *call, Cell *out)
{
  const char *text = call_text(call, ARG_VALUE);
  size_t length = call_length(call, ARG_VALUE);
  bool from_1904 = is_format(call, "excel1904"), is_date;
  int64_t ms;
  if (from_1904 || is_format(call, "excel")) {
    double serial;
    if (number_from_text(text, text + length, &serial) && time_from_serial(serial, from_1904, &ms)) {
      put_time(out, ms, ms % MS_PER_DAY == 0);
    } else {
      call_fail_argument(call, ARG_VALUE,
                         from_1904 ? "the day number of a spreadsheet, 0 … 2957003"
                                   : "the day number of a spreadsheet, 1 … 2958465 (in 1900 there was "
                                     "no day 60)");
    }
    return;
  }
  switch (time_from_format(text, length, call_text(call, ARG_FORMAT), call_length(call, ARG_FORMAT), &ms, &is_date)) {
    case TIME_FORMAT_OK:
      put_time(out, ms, is_date);
      break;
    case TIME_FORMAT_MISFIT:
      call_fail_argument(call, ARG_VALUE, "a time in the form '%s'", call_text(call, ARG_FORMAT));
      break;
    case TIME_FORMAT_INVALID:
      call_fail_argument(call, ARG_FORMAT,
                         "'excel', 'excel1904', or text of the letters %s with a year, and %%I only with %%p",
                         TIME_FORMAT_LETTERS);
      break;
  }
}

static const ParamSpec PARAMS[] = {
  [ARG_VALUE] = {"value", PARAM_PLAIN, NULL, 0, 0, NULL, "the time as it stands: text, or a number"},
  [ARG_FORMAT] = {"format", PARAM_TEXT, NULL, 0, 0, NULL,
                  "its form: '%d/%m/%Y', '%b %d, %Y %I:%M %p', … of the letters " TIME_FORMAT_LETTERS
                  "; or 'excel', 'excel1904' for the day numbers of spreadsheets"},
};
_Static_assert(COUNT_OF(PARAMS) == ARG_COUNT, "a parameter is not numbered");

const FunctionSpec time_parse_function = {
  .name = "time_parse",
  .doc =
    {
      .summary = "Reads a time in a form that you describe, such as 03/05/2024 or an Excel serial.",
      .result = "ISO text, which every function reads: a date where the form has no time of day, else date and time in "
                "UTC.",
      .nulls = "NULL if value or format is NULL.",
      .errors = "A value that is not in this form, or of a day that does not exist; a letter that is none; a form "
                "without a year; of %I and %p only one.",
      .example = "SELECT time_parse('03/05/2024', '%d/%m/%Y') AS day_first, time_parse('03/05/2024', '%m/%d/%Y') AS "
                 "month_first, time_parse(45356.75, 'excel') AS serial",
      .formula =
        "strptime's letters with English names; %y is 1969 … 2068; %z is taken off; a month or day left out is "
        "the first. excel: days since 1899-12-30 (before 1900-03-01 since 1899-12-31); excel1904: since "
        "1904-01-01",
    },
  .params = PARAMS,
  .n_params = COUNT_OF(PARAMS),
  .scalar = time_parse_scalar,
};
