/*
** A Kaplan-Meier curve for each pair of ids (a row and a column, such as group and cause) that occurs.
**
** Memory: some 200 bytes for each pair that occurs beside what its curve takes (kaplan_meier.h), at most
** CURVE_GRID_PAIRS of them; nothing for those that do not. Expected O(1) to add a row.
*/
#ifndef RETAIN_CORE_SURVIVAL_CURVE_GRID_H
#define RETAIN_CORE_SURVIVAL_CURVE_GRID_H

#include "core/base/chunks.h"
#include "core/base/hash.h"
#include "kaplan_meier.h"

#define CURVE_GRID_PAIRS 1000000

typedef struct CurveCell {
  uint32_t row, column;
  KaplanMeier curve;
} CurveCell;

/* {0} is a valid empty object; curve_grid_free() may run twice. */
typedef struct CurveGrid {
  uint32_t n_rows, n_columns; /* 1 + the largest id */
  bool too_many;              /* why curve_grid_add() answered STATUS_ERROR: more than CURVE_GRID_PAIRS */
  Chunks cells;               /* as they came */
  uint32_t *slots;            /* hash: number of the cell + 1; 0 is free */
  uint32_t n_slots, last;     /* last: the cell of the row before */
  HashSecret secret;
  /* After curve_grid_finish(): */
  uint32_t *order; /* cells by row and column */
  uint32_t *begin; /* where each row begins in `order`; n_rows + 1 */
} CurveGrid;

Status curve_grid_add(CurveGrid *grid, uint32_t row, uint32_t column, double time, bool event);

/* Finishes all curves, and puts the cells in order. */
Status curve_grid_finish(CurveGrid *grid, const Watch *watch);

/* The i-th cell in order, begin[0] <= i < begin[n_rows]. */
static inline const CurveCell *curve_grid_at(const CurveGrid *grid, uint32_t i)
{
  return chunks_at(&grid->cells, grid->order[i]);
}

void curve_grid_free(CurveGrid *grid);

#endif
