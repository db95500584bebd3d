/*
** The interval that every observed rate has beside it.
*/
#ifndef RETAIN_FN_NUMERICS_WILSON_CELL_H
#define RETAIN_FN_NUMERICS_WILSON_CELL_H

#include "glue/call.h"

/* The ends of the 95 % Wilson interval of k of n; NULL where n is 0. */
void wilson_low_cell(Cell *out, double k, double n);
void wilson_high_cell(Cell *out, double k, double n);

#endif
