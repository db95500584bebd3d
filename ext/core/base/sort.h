/*
** One sort for records of any type, where a radix sort or that of stats.h does not fit: heap sort, in place, O(n log n)
** at worst (Williams 1964); O(n) where they are in order already. Not stable: `before` decides also between equal ones
** where their order matters.
*/
#ifndef RETAIN_CORE_BASE_SORT_H
#define RETAIN_CORE_BASE_SORT_H

#include <stddef.h>

#include "status.h"

#define SORT_RECORD_MAX 64 /* bytes of a record */

/* Whether record a comes before b: a strict weak order. */
typedef bool (*SortBefore)(const void *a, const void *b, const void *context);

/* STATUS_INTERRUPT leaves the same records in some order. */
Status records_sort(void *records, size_t n, size_t size, SortBefore before, const void *context, const Watch *watch);

#endif
