/*
** A text that grows, for JSON results and lists in messages; numbers in messages.
*/
#ifndef RETAIN_CORE_BASE_TEXT_H
#define RETAIN_CORE_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* {0} is an empty text. After a failed allocation `failed` stays set and nothing is added. */
typedef struct Text {
  char *bytes; /* ends in a zero byte once something was added; from mem_alloc() */
  size_t length, size;
  bool failed;
} Text;

void text_add(Text *text, const char *more);
void text_add_bytes(Text *text, const char *more, size_t length);
void text_add_json_string(Text *text, const char *string); /* with its quotes */

/* A number with at most so many decimals, 0 … 6, zeros at the end left out; NaN and infinities as null. */
void text_add_decimal(Text *text, double x, int decimals);

/* The bytes, which are the caller's; NULL when out of memory. The text is {0} again. */
char *text_take(Text *text);

/*
** x to n_digits, 1 … 10, significant digits, shortest, as printf's %g would in the C locale: that writes the decimal
** sign of the host's.
*/
#define NUMBER_TEXT_MAX 48
void number_to_text(double x, int n_digits, char out[NUMBER_TEXT_MAX]);

#endif
