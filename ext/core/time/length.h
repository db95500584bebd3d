/*
** Lengths of time in words, '90 days', and the words that stand around them.
*/
#ifndef RETAIN_CORE_TIME_LENGTH_H
#define RETAIN_CORE_TIME_LENGTH_H

#include "calendar.h"

typedef enum LengthUnit {
  LENGTH_HOUR,
  LENGTH_DAY,
  LENGTH_WEEK,
  LENGTH_MONTH,
  LENGTH_QUARTER,
  LENGTH_YEAR,
  LENGTH_UNIT_COUNT
} LengthUnit;

/*
** Reads '[N ]unit[s]' at *text, any case, spaces around and between, and moves behind it and the spaces that follow.
** N: 0 … LENGTH_MAX; *count is -1 where it is left out.
*/
bool length_from_text(const char **text, const char *end, int32_t *count, LengthUnit *unit);

/* Reads a word in any case, and moves behind it and the spaces that follow. `word` is in lower case. */
bool word_from_text(const char **text, const char *end, const char *word);

/* The number of the name that the text is, whole or by its first three letters, with spaces behind; -1: none. */
int name_from_text(const char *text, const char *end, const char *const *names, int n_names);

/* 'N hours|days|weeks|months|quarters|years' (N 0 … LENGTH_MAX, singular and 'day' alone allowed). */
bool duration_from_text(const char *text, size_t length, Duration *duration);

#endif
