/*
** Where lifetimes go: a curve per group, or per pair of ids, in the order of output.
*/
#ifndef RETAIN_FN_SURVIVAL_LIFE_GROUPS_H
#define RETAIN_FN_SURVIVAL_LIFE_GROUPS_H

#include "core/survival/curve_grid.h"
#include "lives.h"

/*
** The ids 0 … n - 1 of keys in the order of output: integers first, ascending, then text by bytes. From mem_alloc(),
** the caller's also after a failure.
*/
Status keys_in_order(const Customers *keys, uint32_t n, uint32_t **order, const Watch *watch);

/* A curve per group. */
typedef struct LifeGroups {
  LifeReader reader;
  KaplanMeier *curves; /* by group id */
  uint32_t n, size;
  uint32_t *order; /* n ids */
  bool ties_broken;
  bool too_many; /* more than SEGMENTS_MAX */
} LifeGroups;

/*
** Reads lifetimes into the curves of their groups: set reader.params before; reader.take where it wants each row too,
** which then calls life_groups_take().
*/
Status life_groups_read(Call *call, LifeGroups *groups);
Status life_groups_take(LifeReader *reader, const Life *life);
void life_groups_free(LifeGroups *groups);

/*
** Reads lifetimes into the curves of pairs of ids, and finishes these: reader.take calls curve_grid_add(). Fails where
** the columns of parameters `rows` and `columns` have too many pairs of values.
*/
Status life_grid_read(Call *call, LifeReader *reader, CurveGrid *grid, int rows, int columns);

/* The group's value; NULL without group column. */
void life_group_cell(const LifeReader *reader, uint32_t group, Cell *out);

/* The group that a row is in: rows of group i begin at first_row[i], and first_row[n] is the end. */
uint32_t life_group_of_row(const int64_t *first_row, uint32_t n, int64_t row);

#endif
