/*
** core/base/mem.h on SQLite's allocator and random numbers.
*/
#include "core/base/mem.h"

#include <stdint.h>
#include <string.h>

#include "sqlite.h"

static bool size_fits(size_t count, size_t size, sqlite3_uint64 *bytes)
{
  *bytes = (sqlite3_uint64)count * size;
  return size == 0 || count <= SIZE_MAX / size;
}

void *mem_alloc(size_t count, size_t size)
{
  sqlite3_uint64 bytes;
  return size_fits(count, size, &bytes) ? sqlite3_malloc64(bytes ? bytes : 1) : NULL;
}

void *mem_zero(size_t count, size_t size)
{
  void *p = mem_alloc(count, size);
  if (p) {
    memset(p, 0, count * size);
  }
  return p;
}

void *mem_resize(void *p, size_t count, size_t size)
{
  sqlite3_uint64 bytes;
  return size_fits(count, size, &bytes) ? sqlite3_realloc64(p, bytes ? bytes : 1) : NULL;
}

void mem_free(void *p)
{
  sqlite3_free(p);
}

void mem_random(void *bytes, size_t size)
{
  sqlite3_randomness((int)size, bytes);
}
