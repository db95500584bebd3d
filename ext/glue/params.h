/*
** Parameters as data, behind spec.h: those of a spec and those that the engine appends.
*/
#ifndef RETAIN_GLUE_PARAMS_H
#define RETAIN_GLUE_PARAMS_H

#include <stdbool.h>

#include "spec.h"

/* Whether a table function reads a table that the caller names. */
bool table_reads(const TableSpec *spec);

/* The number of an event parameter among a table function's parameters; -1 where it has none. */
int event_param(const TableSpec *spec, EventParam param);

/* The number of segment_column; -1 where there is none. */
int segment_param(const TableSpec *spec);

/* The number of order_column; -1 where there is none. */
int order_param(const TableSpec *spec);

/* The number that a spec's numeric default is written as. */
double param_default_number(const char *text);

/* Whether it is 0 or 1. */
bool param_is_bit(const ParamSpec *param);

#endif
