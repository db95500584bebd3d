/*
** Lifetimes for the unit tests of survival analyses: the leukaemia remissions of Miller (1997), table 1.1, which R's
** survival has as `aml`.
*/
#ifndef RETAIN_TESTS_LIFETIMES_H
#define RETAIN_TESTS_LIFETIMES_H

#include "core/survival/curve_grid.h"
#include "unit.h"

typedef struct Lifetime {
  double time;
  bool event;
} Lifetime;

static const Lifetime MAINTAINED[] = {{9, 1},  {13, 1}, {13, 0}, {18, 1}, {23, 1}, {28, 0},
                                      {31, 1}, {34, 1}, {45, 0}, {48, 1}, {161, 0}};
static const Lifetime NOT_MAINTAINED[] = {{5, 1},  {5, 1},  {8, 1},  {8, 1},  {12, 1}, {16, 0},
                                          {23, 1}, {27, 1}, {30, 1}, {33, 1}, {43, 1}, {45, 1}};
#define N_MAINTAINED 11
#define N_NOT_MAINTAINED 12

static inline KaplanMeier curve_of(const Lifetime *lifetimes, size_t n)
{
  KaplanMeier curve = {0};
  for (size_t i = 0; i < n; i++) {
    assert_int_equal(kaplan_meier_add(&curve, lifetimes[i].time, lifetimes[i].event), STATUS_OK);
  }
  assert_int_equal(kaplan_meier_finish(&curve, &NEVER), STATUS_OK);
  return curve;
}

static inline void grid_add(CurveGrid *grid, uint32_t row, uint32_t column, const Lifetime *lifetimes, size_t n)
{
  for (size_t i = 0; i < n; i++) {
    assert_int_equal(curve_grid_add(grid, row, column, lifetimes[i].time, lifetimes[i].event), STATUS_OK);
  }
}

#endif
