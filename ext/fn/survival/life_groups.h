/*
** Where lifetimes go: a curve per group, or per pair of ids, in the order of output.
*/
#ifndef RETAIN_FN_SURVIVAL_LIFE_GROUPS_H
#define RETAIN_FN_SURVIVAL_LIFE_GROUPS_H

#include "core/survival/kaplan_meier.h"
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
} LifeGroups;

/*
** Reads lifetimes into the curves of their groups: set reader.params before; reader.take where it wants each row too,
** which then calls life_groups_take().
*/
Status life_groups_read(Call *call, LifeGroups *groups);
Status life_groups_take(LifeReader *reader, const Life *life);
void life_groups_free(LifeGroups *groups);

#define LIFE_PAIRS_MAX 1000000

/* A curve per pair of ids, the columns found while reading too. */
typedef struct LifeGrid {
  KaplanMeier **rows; /* n_rows pointers, each to size_of_row[row] curves */
  uint32_t *size_of_row;
  uint32_t n_rows, size, n_columns;
  KaplanMeier *cells; /* after life_grid_finish(): [row n_columns + column] */
} LifeGrid;
Status life_grid_add(LifeGrid *grid, uint32_t row, uint32_t column, double time, bool event);
/* Fails with the message that the pairs are too many where there are more than LIFE_PAIRS_MAX. */
Status life_grid_finish(Call *call, LifeGrid *grid);
void life_grid_free(LifeGrid *grid);

/* The group's value; NULL without group column. */
void life_group_cell(const LifeReader *reader, uint32_t group, Cell *out);

/* The group that a row is in: rows of group i begin at first_row[i], and first_row[n] is the end. */
uint32_t life_group_of_row(const int64_t *first_row, uint32_t n, int64_t row);

#endif
