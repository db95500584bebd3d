#include "wilson_cell.h"

#include "core/numerics/stats.h"

#define LEVEL 0.95

void wilson_low_cell(Cell *out, double k, double n)
{
  if (n > 0) {
    cell_real(out, wilson_interval(k, n, LEVEL).low);
  } else {
    cell_null(out);
  }
}

void wilson_high_cell(Cell *out, double k, double n)
{
  if (n > 0) {
    cell_real(out, wilson_interval(k, n, LEVEL).high);
  } else {
    cell_null(out);
  }
}
