#include "newton.h"

#include <math.h>
#include <string.h>

#define ROUNDING 1e-13 /* of a value that is a sum over many rows */

Status newton_move(Newton *newton, bool *moved, const Watch *watch)
{
  *moved = false;
  for (int halving = 0; halving < newton->halvings && !*moved; halving++) {
    double share = ldexp(1, -halving), value;
    for (size_t v = 0; v < newton->m; v++) {
      newton->trial[v] = newton->at[v] + share * newton->step[v];
    }
    Status status = newton->evaluate(newton->self, newton->trial, &value, watch);
    if (status != STATUS_OK) {
      return status;
    }
    if (value >= newton->value - ROUNDING * fabs(newton->value)) { /* also no NaN */
      memcpy(newton->at, newton->trial, newton->m * sizeof *newton->at);
      newton->value = value;
      *moved = true;
    }
  }
  return STATUS_OK;
}
