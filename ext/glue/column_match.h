/*
** Which table and columns the names in a call mean.
*/
#ifndef RETAIN_GLUE_COLUMN_MATCH_H
#define RETAIN_GLUE_COLUMN_MATCH_H

#include "call_private.h"
#include "column_names.h"

/* One column that an analysis wants of a table. */
typedef struct Role {
  const char *noun;         /* what messages call it */
  const char *param_name;   /* the parameter that can name it; NULL: none can */
  const ColumnNames *names; /* by which it is recognised; NULL: only where it is named */
  const char *wanted;       /* the name given by the user; NULL: none */
  bool required;
  bool hint;    /* where several fit there is none */
  char *column; /* out, from sqlite3_malloc: the name as the table spells it; NULL: there is none */
} Role;
void role_free(Role *role);

/* Whether a column has one of these names, which end in NULL. */
bool is_usual_name(const char *const *names, const char *column);

/* A table or view: text for SQL, and how messages call it. From sqlite3_malloc. */
typedef struct NamedTable {
  char *from;  /* "schema"."table", quoted */
  char *label; /* schema.table as the user wrote it */
} NamedTable;

/*
** Resolves the table that argument `param` names, and its columns, against the schema. The message says what there is.
** Free also after a failure.
*/
Status named_table_find(Call *call, int param, Role *const *roles, int n_roles, NamedTable *found);
void named_table_free(NamedTable *table);

/* Whether its rows have numbers: a table WITHOUT ROWID and most views have none. */
bool named_table_has_rowid(Call *call, const NamedTable *table);

/* Whether a column is that number: an INTEGER PRIMARY KEY. */
bool named_table_is_rowid(Call *call, const NamedTable *table, const char *column);

#endif
