/*
** A step of Newton's method on a function that has one maximum, halved until the value does not fall.
*/
#ifndef RETAIN_CORE_NUMERICS_NEWTON_H
#define RETAIN_CORE_NUMERICS_NEWTON_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/status.h"

/* The function at a point; what else it finds there is kept in `self`. NaN and infinities are no place to go. */
typedef Status (*NewtonEvaluate)(void *self, const double *at, double *value, const Watch *watch);

typedef struct Newton {
  size_t m;
  int halvings; /* at most */
  NewtonEvaluate evaluate;
  void *self;
  double *at, *trial; /* m each; trial: room */
  const double *step;
  double value; /* at `at` */
} Newton;

/* Moves `at` and sets `value`. *moved false: there is no such step, and both are as they were. */
Status newton_move(Newton *newton, bool *moved, const Watch *watch);

#endif
