/*
** The columns of a regression from its terms: a number is one column, a text one column (0 or 1) for each of its levels
** but one, the reference.
**
** Terms are written 'contract, senior, "odd name", plan[yearly]': a comma between them, double quotes around a name
** with commas or brackets, and in brackets the reference level, which also makes levels of a column of integers.
** Without it the reference is the first level: integers ascending, then texts by bytes. Levels are those of rows that
** take part.
*/
#ifndef RETAIN_CORE_REGRESSION_DESIGN_MATRIX_H
#define RETAIN_CORE_REGRESSION_DESIGN_MATRIX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/status.h"
#include "core/events/customers.h"

#define DESIGN_MATRIX_TERMS_MAX 30
#define DESIGN_MATRIX_LEVELS_MAX 100

typedef enum DesignMatrixKind {
  DESIGN_UNSEEN,
  DESIGN_NUMBER,
  DESIGN_LEVELS
} DesignMatrixKind;

typedef struct DesignMatrixTerm {
  char *name;   /* of the source's column */
  char *stated; /* the reference that was stated; NULL: none */
  DesignMatrixKind kind;
  size_t *uses; /* rows that take part, by level id */
  uint32_t n_uses;
  /* After design_matrix_finish(): */
  char *reference; /* DESIGN_LEVELS: its text */
  int first, n_columns;
  int *place; /* by level id: the column from first on, -1: the reference, or not in use */
} DesignMatrixTerm;

typedef struct DesignMatrixColumn {
  int term;
  char *label; /* 'contract: One year'; the name for a number */
  char *level; /* NULL for a number, or a text of one level */
} DesignMatrixColumn;

/* {0} is a valid empty object; design_matrix_free() may run twice. */
typedef struct DesignMatrix {
  DesignMatrixTerm term[DESIGN_MATRIX_TERMS_MAX];
  int n_terms;
  DesignMatrixColumn *column;
  int n_columns;
} DesignMatrix;

#define DESIGN_MATRIX_PROBLEM 300

/* STATUS_ERROR with what is wrong in `problem`. */
Status design_matrix_parse(DesignMatrix *design, const char *terms, char problem[DESIGN_MATRIX_PROBLEM]);

/* A row with this level takes part. */
Status design_matrix_count(DesignMatrixTerm *term, uint32_t level);

/* Makes the columns; keys(self, i) are the levels of term i, by id. STATUS_ERROR as above. */
Status design_matrix_finish(DesignMatrix *design, const Customers *(*keys)(void *self, int term), void *self,
                            char problem[DESIGN_MATRIX_PROBLEM]);

void design_matrix_free(DesignMatrix *design);

#endif
