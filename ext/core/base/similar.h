/*
** How much a name or a text is like what somebody typed.
*/
#ifndef RETAIN_CORE_BASE_SIMILAR_H
#define RETAIN_CORE_BASE_SIMILAR_H

#include <stdbool.h>
#include <stddef.h>

#define SIMILAR_NAME_MAX 63 /* bytes of a name that is compared */

/*
** Letters to insert, to remove, to replace, or neighbours to exchange, until `a` is `b` (optimal string alignment),
** without regard to case; SIMILAR_NAME_MAX + 1 where one of them is longer than that.
*/
int similar_distance(const char *a, size_t a_length, const char *b, size_t b_length);

/* The next word of a text: a run of letters, digits and bytes beyond ASCII. NULL: there is none. */
const char *similar_word(const char *text, size_t *length);

/*
** Whether a word of the text begins with this one, without regard to case. One in another script than Latin, which may
** be written without spaces, may stand anywhere.
*/
bool similar_has_word(const char *text, const char *word, size_t length);

#endif
