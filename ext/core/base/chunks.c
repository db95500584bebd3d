#include "chunks.h"

#include "mem.h"

void *chunks_push(Chunks *chunks)
{
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
    size_t left = chunks->most > chunks->count ? chunks->most - chunks->count : CHUNK_ELEMENTS;
    char *fresh = mem_zero(left < CHUNK_ELEMENTS ? left : CHUNK_ELEMENTS, chunks->stride);
    if (!fresh) {
      return NULL;
    }
    chunks->chunk[chunks->n_chunks++] = fresh;
  }
  return chunks_at(chunks, chunks->count++);
}

void chunks_free(Chunks *chunks)
{
  for (size_t i = 0; i < chunks->n_chunks; i++) {
    mem_free(chunks->chunk[i]);
  }
  mem_free(chunks->chunk);
  *chunks = (Chunks){.stride = chunks->stride};
}
