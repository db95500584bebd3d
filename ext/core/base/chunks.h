/*
** An array that grows without moving: fixed-size elements in chunks of CHUNK_ELEMENTS.
**
** No slack beyond one chunk, no copying while it grows, and pointers to elements stay valid until chunks_free().
** {0} is a valid empty object once `stride` is set; elements start as zero bytes.
*/
#ifndef RETAIN_CORE_BASE_CHUNKS_H
#define RETAIN_CORE_BASE_CHUNKS_H

#include <stddef.h>
#include <stdint.h>

#define CHUNK_SHIFT 10
#define CHUNK_ELEMENTS ((size_t)1 << CHUNK_SHIFT)

typedef struct Chunks {
  size_t stride; /* bytes per element, a multiple of 8 where elements hold 8-byte fields */
  size_t count;  /* elements in use */
  size_t most;   /* set before the first: there will not be more, and memory is taken for no more; 0: unknown */
  char **chunk;
  size_t n_chunks, n_slots;
} Chunks;

/* Element i, i < count. */
static inline void *chunks_at(const Chunks *chunks, size_t i)
{
  return chunks->chunk[i >> CHUNK_SHIFT] + (i & (CHUNK_ELEMENTS - 1)) * chunks->stride;
}

/* A new zeroed element at the end; NULL when out of memory. */
void *chunks_push(Chunks *chunks);

/* Frees all; keeps the stride. May run twice. */
void chunks_free(Chunks *chunks);

#endif
