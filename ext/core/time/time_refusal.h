/*
** Why a value is no time (time_parse.h), for messages: what it looks like, and what would read it.
*/
#ifndef RETAIN_CORE_TIME_TIME_REFUSAL_H
#define RETAIN_CORE_TIME_TIME_REFUSAL_H

#include <stdbool.h>
#include <stddef.h>

/*
** In static memory, to follow "got VALUE". NULL: it is a time, or nothing is to be said beyond what is
** accepted. No byte at or after text[length] is read.
*/
const char *time_refusal_of_number(double number);
const char *time_refusal_of_text(const char *text, size_t length);

/* Whether the text is a date, maybe with a time, of a day that its month does not have. */
bool time_is_of_no_day(const char *text, size_t length);

#endif
