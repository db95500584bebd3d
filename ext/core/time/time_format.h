/*
** Times in a form that the caller describes: strptime's letters, without its locale, and the day numbers of
** spreadsheets.
*/
#ifndef RETAIN_CORE_TIME_TIME_FORMAT_H
#define RETAIN_CORE_TIME_TIME_FORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum TimeFormatResult {
  TIME_FORMAT_OK,
  TIME_FORMAT_MISFIT,  /* the value is not in this form, or no such day */
  TIME_FORMAT_INVALID, /* the format has a letter that is none, no year, or of %I and %p only one */
} TimeFormatResult;

/* What formats may hold, for messages. */
#define TIME_FORMAT_LETTERS "%Y %y %m %b %B %d %e %j %a %A %H %I %p %M %S %f %z %T %R %D %F %n %t %%"

/*
** A value in a form. Numbers may have fewer digits than usual, but for %Y; %b and %B are a month's English name or its
** first three letters, %a and %A of a day of the week, in any case; %y is 1969 … 2068; %f a fraction of a second, cut
** off to milliseconds; %z an offset, taken off. Spaces in the format stand for any number of them. A month or day that
** the format leaves out is the first. *is_date: the format has no time of day.
*/
TimeFormatResult time_from_format(const char *text, size_t length, const char *format, size_t format_length,
                                  int64_t *ms, bool *is_date);

/*
** A spreadsheet's day number: days since 1899-12-30, or with from_1904 since 1904-01-01. Numbers below 1 are times of
** day, and 60 is the 29 February 1900 that did not exist: false, as past 9999. Rounded to the nearest millisecond.
*/
bool time_from_serial(double serial, bool from_1904, int64_t *ms);

#endif
