/* core/survival/curve_grid.c: the cells that occur, in order; not more of them than are allowed. */
#include "lifetimes.h"

/* Pairs far apart, in a scrambled order, each met again later. */
static void cells_in_order(void **unused)
{
  (void)unused;
  enum {
    N = 3001
  };
  CurveGrid grid = {0};
  for (uint32_t i = 0; i < 3 * N; i++) {
    uint32_t pair = i * 1234 % N;
    assert_int_equal(curve_grid_add(&grid, pair / 5 * 7, pair % 5 * 100000, i / N, i % 2), STATUS_OK);
  }
  assert_int_equal(grid.cells.count, N);
  assert_true(grid.n_rows == (N - 1) / 5 * 7 + 1 && grid.n_columns == 400001);
  assert_int_equal(curve_grid_finish(&grid, &NEVER), STATUS_OK);
  assert_int_equal(grid.begin[grid.n_rows], N);
  for (uint32_t pair = 0; pair < N; pair++) {
    const CurveCell *cell = curve_grid_at(&grid, pair);
    assert_true(cell->row == pair / 5 * 7 && cell->column == pair % 5 * 100000);
    assert_true(cell->curve.rows == 3 && cell->curve.n_points == 3);
    assert_true(grid.begin[cell->row] <= pair && pair < grid.begin[cell->row + 1]);
  }
  curve_grid_free(&grid);
  curve_grid_free(&grid);
}

/* Diagonal pairs, of which a rectangle of ids would have the square; the last one is too many. */
static void too_many(void **unused)
{
  (void)unused;
  CurveGrid grid = {0};
  for (uint32_t i = 0; i < CURVE_GRID_PAIRS; i++) {
    assert_int_equal(curve_grid_add(&grid, i, i, 1, true), STATUS_OK);
  }
  assert_int_equal(curve_grid_add(&grid, 5, 5, 1, true), STATUS_OK);
  assert_false(grid.too_many);
  assert_int_equal(curve_grid_add(&grid, 5, 6, 1, true), STATUS_ERROR);
  assert_true(grid.too_many);
  assert_true(sqlite3_memory_used() < INT64_C(300) * CURVE_GRID_PAIRS);
  curve_grid_free(&grid);
}

static void stops(void **unused)
{
  (void)unused;
  Status status = STATUS_INTERRUPT;
  int questions = 0;
  for (; status == STATUS_INTERRUPT; questions++) {
    int left = questions;
    const Watch watch = {stop_after, &left};
    CurveGrid grid = {0};
    for (uint32_t i = 0; i < 20000; i++) {
      assert_int_equal(curve_grid_add(&grid, i * 7 % 20000, 0, 1, true), STATUS_OK);
    }
    status = curve_grid_finish(&grid, &watch);
    curve_grid_free(&grid);
  }
  assert_int_equal(status, STATUS_OK);
  assert_true(questions > 20); /* 19 for the curves, and some for the sort */
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(cells_in_order),
    cmocka_unit_test(too_many),
    cmocka_unit_test(stops),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
