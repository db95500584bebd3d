/*
** The columns of a regression from its terms: a number is one column, a text one column (0 or 1) for each of its levels but one, the reference.
**
** Terms are written 'contract, senior, "odd name", plan[yearly]': a comma between them, double quotes around a name with commas or brackets, and in
** brackets the reference level, which also makes levels of a column of integers. Without it the reference is the first level: integers
** ascending, then texts by bytes. Levels are those of rows that take part.
*/
#ifndef RETAIN_CORE_REGRESSION_DESIGN_MATRIX_H
#define RETAIN_CORE_REGRESSION_DESIGN_MATRIX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/status.h"
#include "core/events/customers.h"

#define DESIGN_TERMS_MAX 30
#define DESIGN_LEVELS_MAX 100

typedef enum DesignKind {
  DESIGN_UNSEEN,
  DESIGN_NUMBER,
  DESIGN_LEVELS
} DesignKind;

typedef struct DesignTerm {
  char *name;   /* of the source's column */
  char *stated; /* the reference that was stated; NULL: none */
  DesignKind kind;
  size_t *uses; /* rows that take part, by level id */
  uint32_t n_uses;
  /* After design_finish(): */
  char *reference; /* DESIGN_LEVELS: its text */
  int first, n_columns;
  int *place; /* by level id: the column from first on, -1: the reference, or not in use */
} DesignTerm;

typedef struct DesignColumn {
  int term;
  char *label; /* 'contract: One year'; the name for a number */
  char *level; /* NULL for a number, or a text of one level */
} DesignColumn;

/* {0} is a valid empty object; design_free() may run twice. */
typedef struct Design {
  DesignTerm term[DESIGN_TERMS_MAX];
  int n_terms;
  DesignColumn *column;
  int n_columns;
} Design;

#define DESIGN_PROBLEM 300

/* STATUS_ERROR with what is wrong in `problem`. */
Status design_parse(Design *design, const char *terms, char problem[DESIGN_PROBLEM]);

/* A row with this level takes part. */
Status design_count(DesignTerm *term, uint32_t level);

/* Makes the columns; keys(self, i) are the levels of term i, by id. STATUS_ERROR as above. */
Status design_finish(Design *design, const Customers *(*keys)(void *self, int term), void *self, char problem[DESIGN_PROBLEM]);

void design_free(Design *design);

#endif
