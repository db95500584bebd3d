/*
** What the survival functions share: reading lifetimes, one row each, from a table or view, and the documentation of
** that.
*/
#ifndef RETAIN_FN_SURVIVAL_SURVIVAL_PARAMS_H
#define RETAIN_FN_SURVIVAL_SURVIVAL_PARAMS_H

#include "core/survival/kaplan_meier.h"
#include "glue/row_source.h"
#include "glue/spec.h"

/* The first three parameters of all of them; their own begin at LIFE_ARG_COUNT. */
enum {
  ARG_SOURCE,
  ARG_TIME_COLUMN,
  ARG_EVENT_COLUMN,
  LIFE_ARG_COUNT
};
#define LIFE_SOURCE_PARAM \
  ENTRY("source", PARAM_TABLE, NULL, 0, 0, NULL, "the name of a table or view with a row per lifetime")
#define LIFE_TIME_PARAM \
  ENTRY("time_column", PARAM_COLUMN, NULL, 0, 0, NULL, \
        "the column with how long it was observed, a number from 0 to 1e15 in any unit, such as the months of tenure")
#define LIFE_EVENT_PARAM \
  ENTRY("event_column", PARAM_COLUMN, NULL, 0, 0, NULL, \
        "the column with how that ended: 1, yes, y, true or t for the event, such as churn; 0, no, n, false or f " \
        "where it goes on (censored); in any case")
#define LIFE_PARAMS \
  [ARG_SOURCE] = LIFE_SOURCE_PARAM, [ARG_TIME_COLUMN] = LIFE_TIME_PARAM, [ARG_EVENT_COLUMN] = LIFE_EVENT_PARAM
#define LIFE_GROUP_PARAM \
  ENTRY("group_column", PARAM_COLUMN, "", 0, 0, NULL, \
        "the column with the group, an integer or text: a curve for each; left out: all rows are one group")
#define LIFE_ENTRY_PARAM \
  ENTRY("entry_column", PARAM_COLUMN, "", 0, 0, NULL, \
        "the column with the time from which it was observed (left truncation), less than its time; 0: from the " \
        "beginning; NULL: never, the row takes no part")
#define LIFE_WEIGHT_PARAM \
  ENTRY("weight_column", PARAM_COLUMN, "", 0, 0, NULL, "the column with how many times the row counts, 0 to 1e15")
#define LIFE_INTERVAL_PARAM \
  ENTRY( \
    "interval", PARAM_CHOICE, "log-log", 0, 0, "log-log|log|plain", \
    "the scale on which the interval of S is symmetric: log-log (stays within 0 and 1), log (R's default) or plain")
#define LIFE_LEVEL_PARAM \
  ENTRY("level", PARAM_REAL, "0.95", 0.5, 0.999999, NULL, "confidence level of the interval, 0.5 to 0.999999")

#define LIFE_NULLS \
  "A row with a NULL time, event, or group where a group_column is named, does not take part. No row: no answer. " \
  "group_value is NULL without a group_column."
#define LIFE_ERRORS \
  "A table or column that is not there; a time that is no number from 0 to 1e15; an event other than 0, 1, yes, no, " \
  "true, false and their first letters; a group that is neither integer nor text."

/* The columns that may be read. */
typedef enum LifeField {
  LIFE_TIME,
  LIFE_EVENT_OR_CAUSE,
  LIFE_GROUP,
  LIFE_ENTRY,
  LIFE_WEIGHT,
  LIFE_STRATUM,
  LIFE_CUSTOMER,
  LIFE_FIELDS
} LifeField;

typedef struct Life {
  double time;
  bool event;
  uint32_t cause; /* 0: censored; else 1 + id among the keys of LIFE_EVENT_OR_CAUSE */
  double entry, weight;
  uint32_t group, stratum, customer; /* ids; 0 where there is no such column */
} Life;

typedef struct LifeReader LifeReader;
struct LifeReader {
  int params[LIFE_FIELDS]; /* the number of the parameter that names it; 0: it is not read */
  bool causes;             /* the event column holds causes */
  Status (*take)(LifeReader *reader, const Life *life);
  void *self;
  Field fields[LIFE_FIELDS];
};

/* Reads all rows that take part into take(). To be freed also after a failure. */
Status lives_read(Call *call, LifeReader *reader);
void lives_free(LifeReader *reader);

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

/* A curve per pair of ids, the columns found while reading too. */
typedef struct LifeGrid {
  KaplanMeier **rows; /* n_rows pointers, each to size_of_row[row] curves */
  uint32_t *size_of_row;
  uint32_t n_rows, size, n_columns;
  KaplanMeier *cells; /* after life_grid_finish(): [row n_columns + column] */
} LifeGrid;
Status life_grid_add(LifeGrid *grid, uint32_t row, uint32_t column, double time, bool event);
/* Fails with the message that the pairs are too many where there are more than a million. */
Status life_grid_finish(Call *call, LifeGrid *grid);
void life_grid_free(LifeGrid *grid);

/* The group's value; NULL without group column. */
void life_group_cell(const LifeReader *reader, uint32_t group, Cell *out);

/*
** Numbers such as '12, 24, 36' of a text argument, each in low … high, at most `most`: their number in *n; the array
** from mem_alloc().
*/
Status numbers_read(Call *call, int param, double low, double high, int most, double **numbers, int *n);

/* z of a two-sided interval. */
double level_z(double level);

#endif
