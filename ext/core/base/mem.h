/*
** What core has from its host, defined by glue/mem.c: SQLite's allocator (sqlite3_malloc64), so that memory limits,
** statistics and fault injection see every byte, and its random bytes.
**
** A failed call returns NULL and leaves its input as it was. Sizes are count * size, checked for overflow.
*/
#ifndef RETAIN_CORE_BASE_MEM_H
#define RETAIN_CORE_BASE_MEM_H

#include <stddef.h>

void *mem_alloc(size_t count, size_t size);           /* not initialised */
void *mem_zero(size_t count, size_t size);            /* zero bytes */
void *mem_resize(void *p, size_t count, size_t size); /* p may be NULL */
void mem_free(void *p);                               /* p may be NULL */

void mem_random(void *bytes, size_t size);

#endif
