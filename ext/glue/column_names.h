/*
** The usual names of columns, by which they are recognised where no parameter names them. They are compared without
** case, spaces and underscores, and stand here so: lower case, without either.
**
** A table where none or several of a role fit is asked about, never guessed; but the further names count only where
** none of the first does, so that an order's date is not in doubt because the table also says when a row was created.
*/
#ifndef RETAIN_GLUE_COLUMN_NAMES_H
#define RETAIN_GLUE_COLUMN_NAMES_H

typedef enum NamesRole {
  NAMES_CUSTOMER,
  NAMES_TIME,
  NAMES_VALUE,
  NAMES_QUANTITY, /* beside which a price is not the value of a row */
  NAMES_ORDER,    /* hints for a check of the data, … */
  NAMES_CURRENCY, /* … as this one */
  NAMES_KIND,
  NAMES_SUBSCRIBER,
  NAMES_START,
  NAMES_END,
  NAMES_AMOUNT,
  NAMES_COUNT
} NamesRole;

typedef struct ColumnNames {
  const char *source, *param; /* for help: of which sources, and the parameter that can name it */
  const char *const *names;   /* end in NULL */
  const char *const *further; /* likewise; NULL: there are none */
} ColumnNames;

extern const ColumnNames COLUMN_NAMES[NAMES_COUNT];

#endif
