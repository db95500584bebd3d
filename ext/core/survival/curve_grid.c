#include "curve_grid.h"

#include "core/base/mem.h"
#include "core/base/sort.h"

static CurveCell *cell_at(const CurveGrid *grid, uint32_t i)
{
  return chunks_at(&grid->cells, i);
}

/* The slot of a pair, or the free one where it belongs. */
static uint32_t *slot_of(const CurveGrid *grid, uint32_t row, uint32_t column)
{
  uint32_t mask = grid->n_slots - 1;
  for (uint32_t i = (uint32_t)hash_words(&grid->secret, row, column) & mask;; i = (i + 1) & mask) {
    uint32_t *slot = &grid->slots[i];
    if (*slot == 0 || (cell_at(grid, *slot - 1)->row == row && cell_at(grid, *slot - 1)->column == column)) {
      return slot;
    }
  }
}

static Status slots_grow(CurveGrid *grid)
{
  uint32_t n_slots = grid->n_slots ? 2 * grid->n_slots : 64;
  uint32_t *slots = mem_zero(n_slots, sizeof *slots);
  if (!slots) {
    return STATUS_NOMEM;
  }
  if (!grid->slots) {
    grid->secret = hash_secret();
  }
  mem_free(grid->slots);
  grid->slots = slots;
  grid->n_slots = n_slots;
  for (uint32_t i = 0; i < grid->cells.count; i++) {
    *slot_of(grid, cell_at(grid, i)->row, cell_at(grid, i)->column) = i + 1;
  }
  return STATUS_OK;
}

/* Sets grid->last. */
static Status cell_find(CurveGrid *grid, uint32_t row, uint32_t column)
{
  if (2 * grid->cells.count >= grid->n_slots) {
    Status status = slots_grow(grid);
    if (status) {
      return status;
    }
  }
  uint32_t *slot = slot_of(grid, row, column);
  if (*slot == 0) {
    if (grid->cells.count == CURVE_GRID_PAIRS) {
      grid->too_many = true;
      return STATUS_ERROR;
    }
    grid->cells.stride = sizeof(CurveCell);
    CurveCell *cell = chunks_push(&grid->cells);
    if (!cell) {
      return STATUS_NOMEM;
    }
    cell->row = row;
    cell->column = column;
    *slot = (uint32_t)grid->cells.count;
    grid->n_rows = row >= grid->n_rows ? row + 1 : grid->n_rows;
    grid->n_columns = column >= grid->n_columns ? column + 1 : grid->n_columns;
  }
  grid->last = *slot - 1;
  return STATUS_OK;
}

Status curve_grid_add(CurveGrid *grid, uint32_t row, uint32_t column, double time, bool event)
{
  const CurveCell *last = grid->last < grid->cells.count ? cell_at(grid, grid->last) : NULL;
  if (!last || last->row != row || last->column != column) {
    Status status = cell_find(grid, row, column);
    if (status) {
      return status;
    }
  }
  return kaplan_meier_add(&cell_at(grid, grid->last)->curve, time, event);
}

typedef struct Place {
  uint32_t row, column, cell;
} Place;

static bool place_before(const void *a, const void *b, const void *unused)
{
  const Place *x = a, *y = b;
  (void)unused;
  return x->row < y->row || (x->row == y->row && x->column < y->column);
}

static Status cells_order(CurveGrid *grid, const Watch *watch)
{
  uint32_t n = (uint32_t)grid->cells.count;
  grid->order = mem_alloc((size_t)n + 1, sizeof *grid->order);
  grid->begin = mem_zero((size_t)grid->n_rows + 1, sizeof *grid->begin);
  Place *places = mem_alloc((size_t)n + 1, sizeof *places);
  Status status = grid->order && grid->begin && places ? STATUS_OK : STATUS_NOMEM;
  for (uint32_t i = 0; i < n && status == STATUS_OK; i++) {
    places[i] = (Place){cell_at(grid, i)->row, cell_at(grid, i)->column, i};
    grid->begin[places[i].row + 1]++;
  }
  if (status == STATUS_OK) {
    status = records_sort(places, n, sizeof *places, place_before, NULL, watch);
  }
  for (uint32_t i = 0; i < n && status == STATUS_OK; i++) {
    grid->order[i] = places[i].cell;
  }
  for (uint32_t row = 0; row < grid->n_rows && status == STATUS_OK; row++) {
    grid->begin[row + 1] += grid->begin[row];
  }
  mem_free(places);
  return status;
}

Status curve_grid_finish(CurveGrid *grid, const Watch *watch)
{
  mem_free(grid->slots);
  grid->slots = NULL;
  grid->n_slots = 0;
  Status status = cells_order(grid, watch);
  for (uint32_t i = 0; i < grid->cells.count && status == STATUS_OK; i++) {
    status =
      i % 1024 == 1023 && watch_stop(watch) ? STATUS_INTERRUPT : kaplan_meier_finish(&cell_at(grid, i)->curve, watch);
  }
  return status;
}

void curve_grid_free(CurveGrid *grid)
{
  for (uint32_t i = 0; i < grid->cells.count; i++) {
    kaplan_meier_free(&cell_at(grid, i)->curve);
  }
  chunks_free(&grid->cells);
  mem_free(grid->slots);
  mem_free(grid->order);
  mem_free(grid->begin);
  *grid = (CurveGrid){0};
}
