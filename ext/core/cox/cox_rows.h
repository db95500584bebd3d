/*
** The rows of a proportional-hazards model: times, who left, and features, collected column by column and then put in
** order of time.
**
** Columns lie in chunks of COX_CHUNK rows, so that sorting needs room for one column more and not for all of them
** twice. Memory: 8 bytes a row and column (time, the features, and each of entry, weight, stratum and cluster that is
** used), 1 byte of marks; 24 bytes more while the order is found. Sorting is O(rows * columns): by radix, digits in
** which all times agree are skipped.
*/
#ifndef RETAIN_CORE_COX_COX_ROWS_H
#define RETAIN_CORE_COX_COX_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/status.h"

#define COX_FEATURES_MAX 400 /* columns, after texts became one for each level */
#define COX_VALUE_MAX 1e100
#define COX_BLOCK 64 /* rows that are worked on at once */
/* not a multiple of a page: the columns of a block do not share cache sets */
#define COX_CHUNK ((size_t)(63 * COX_BLOCK))

typedef enum CoxColumn {
  COX_TIME,
  COX_ENTRY,
  COX_WEIGHT,
  COX_STRATUM,
  COX_CLUSTER,
  COX_FEATURE /* the first one */
} CoxColumn;

/* Marks of a row, after the sort. */
#define COX_EVENT 1
#define COX_FIRST 2       /* the first row of its time, in its stratum; those with the event come first */
#define COX_NEW_STRATUM 4 /* the first row of its stratum */

/* How events of one time are counted. */
typedef enum CoxTies {
  COX_EFRON,
  COX_BRESLOW
} CoxTies;

/* {0} is a valid empty object; cox_rows_free() may run twice. */
typedef struct CoxRows {
  int n_features;
  bool used[COX_FEATURE];
  double ***column; /* column[c][chunk][row of the chunk]; NULL: not used */
  size_t n_chunks, n_slots;
  size_t count, events;
  uint32_t n_strata, n_clusters; /* 1 + the largest of each */
  bool sorted;
  unsigned char *marks; /* sorted: by row */
  uint32_t *by_entry;   /* sorted, with entries: rows by stratum and entry, ascending */
} CoxRows;

typedef struct CoxRow {
  /*
  ** time >= 0, entry <= time, negative where it was there from the beginning, also for an event at 0; weight > 0; all
  ** finite
  */
  double time, entry, weight;
  uint32_t stratum, cluster;
  bool event;
} CoxRow;

/* used[c]: whether there is such a column (COX_TIME: always). */
Status cox_rows_open(CoxRows *rows, int n_features, const bool used[COX_FEATURE]);

/* x: n_features finite numbers of at most COX_VALUE_MAX in magnitude. */
Status cox_rows_add(CoxRows *rows, const CoxRow *row, const double *x);

/* Into the order of stratum, time, and those with the event first. No rows may be added any more. */
Status cox_rows_sort(CoxRows *rows, const Watch *watch);

/*
** Replaces a feature that holds codes 0, 1, 2 … by n_new columns: the one that place[code] names is 1 and the others
** are 0; all of them for -1. After the sort.
*/
Status cox_rows_expand(CoxRows *rows, int feature, const int *place, int n_new, const Watch *watch);

/* rank[i]: how many different smaller numbers there are among the n finite x. */
Status cox_ranks(const double *x, size_t n, uint32_t *rank, uint32_t *n_ranks, const Watch *watch);

void cox_rows_free(CoxRows *rows);

static inline double *cox_chunk(const CoxRows *rows, int column, size_t row)
{
  return rows->column[column][row / COX_CHUNK];
}

static inline double cox_at(const CoxRows *rows, int column, size_t row)
{
  return rows->column[column][row / COX_CHUNK][row % COX_CHUNK];
}

#endif
