#include "chunks.h"

#include <string.h>

#include "mem.h"

#define ZEROED 64 /* elements at a time, so that what is not used costs no time */
_Static_assert(CHUNK_ELEMENTS % ZEROED == 0, "a chunk is zeroed in whole parts");

static size_t least(size_t a, size_t b)
{
  return a < b ? a : b;
}

void *chunks_push(Chunks *chunks)
{
  size_t left = chunks->most > chunks->count ? chunks->most - chunks->count : CHUNK_ELEMENTS;
  if (chunks->count >> CHUNK_SHIFT == chunks->n_chunks) {
    if (chunks->n_chunks == chunks->n_slots) {
      size_t n_slots = chunks->n_slots ? 2 * chunks->n_slots : 4;
      char **grown = mem_resize(chunks->chunk, n_slots, sizeof *grown);
      if (!grown) {
        return NULL;
      }
      chunks->chunk = grown;
      chunks->n_slots = n_slots;
    }
    char *fresh = mem_alloc(least(left, CHUNK_ELEMENTS), chunks->stride);
    if (!fresh) {
      return NULL;
    }
    chunks->chunk[chunks->n_chunks++] = fresh;
  }
  char *element = chunks_at(chunks, chunks->count);
  if (chunks->count % ZEROED == 0) {
    memset(element, 0, least(left, ZEROED) * chunks->stride);
  }
  chunks->count++;
  return element;
}

void chunks_free(Chunks *chunks)
{
  for (size_t i = 0; i < chunks->n_chunks; i++) {
    mem_free(chunks->chunk[i]);
  }
  mem_free(chunks->chunk);
  *chunks = (Chunks){.stride = chunks->stride};
}
