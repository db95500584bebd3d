/*
** Whether a partial likelihood rises for ever in a direction: at every event those who leave have the largest score of
** all at risk.
*/
#include <math.h>

#include "core/base/mem.h"
#include "cox_fit.h"

#define TOLERANCE 1e-9 /* of the range of the scores */

/* The rows at risk by score, the largest on top; who has entered too late is thrown out when it comes to the top. */
typedef struct Heap {
  const CoxFit *fit;
  uint32_t *row;
  size_t n;
} Heap;

static void heap_down(Heap *heap, size_t at)
{
  const double *score = heap->fit->score;
  for (;;) {
    size_t best = at, child = 2 * at + 1;
    for (size_t c = child; c < child + 2 && c < heap->n; c++) {
      best = score[heap->row[c]] > score[heap->row[best]] ? c : best;
    }
    if (best == at) {
      return;
    }
    uint32_t row = heap->row[at];
    heap->row[at] = heap->row[best];
    heap->row[best] = row;
    at = best;
  }
}

static void heap_add(Heap *heap, size_t row)
{
  const double *score = heap->fit->score;
  size_t at = heap->n++;
  for (; at > 0 && score[heap->row[(at - 1) / 2]] < score[row]; at = (at - 1) / 2) {
    heap->row[at] = heap->row[(at - 1) / 2];
  }
  heap->row[at] = (uint32_t)row;
}

static double heap_top(Heap *heap, double time)
{
  while (heap->n && cox_at(heap->fit->rows, COX_ENTRY, heap->row[0]) >= time) {
    heap->row[0] = heap->row[--heap->n];
    heap_down(heap, 0);
  }
  return heap->n ? heap->fit->score[heap->row[0]] : -INFINITY;
}

static Status rises_run(CoxFit *fit, Heap *heap, double tolerance, bool *rises, const Watch *watch)
{
  const CoxRows *rows = fit->rows;
  double high = -INFINITY, least = INFINITY; /* of those at risk; of the events of this time */
  for (size_t i = rows->count; i-- > 0 && *rises;) {
    double score = fit->score[i];
    if (i % WATCH_EVERY == 0 && watch_stop(watch)) {
      return STATUS_INTERRUPT;
    }
    high = score > high ? score : high;
    if (heap->row) {
      heap_add(heap, i);
    }
    if (rows->marks[i] & COX_EVENT) {
      least = score < least ? score : least;
    }
    if (!(rows->marks[i] & COX_FIRST)) {
      continue;
    }
    if (heap->row && least < INFINITY) {
      high = heap_top(heap, cox_at(rows, COX_TIME, i));
    }
    *rises = least >= high - tolerance;
    least = INFINITY;
    if (rows->marks[i] & COX_NEW_STRATUM) {
      high = -INFINITY;
      heap->n = 0;
    }
  }
  return STATUS_OK;
}

Status cox_rises(CoxFit *fit, const double *direction, bool *rises, const Watch *watch)
{
  const CoxRows *rows = fit->rows;
  Heap heap = {.fit = fit};
  double high = -INFINITY, low = INFINITY;
  Status status = cox_scores(fit, direction, watch);
  if (status == STATUS_OK && rows->used[COX_ENTRY]) {
    heap.row = mem_alloc(rows->count, sizeof *heap.row);
    status = heap.row ? STATUS_OK : STATUS_NOMEM;
  }
  for (size_t i = 0; i < rows->count; i++) {
    high = fit->score[i] > high ? fit->score[i] : high;
    low = fit->score[i] < low ? fit->score[i] : low;
  }
  *rises = status == STATUS_OK && high > low;
  if (*rises) {
    status = rises_run(fit, &heap, TOLERANCE * (high - low), rises, watch);
  }
  mem_free(heap.row);
  return status;
}
