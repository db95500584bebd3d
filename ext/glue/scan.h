/*
** One pass over the rows of a table or view: the only place where a source is read.
**
** SELECT retain_scan(src."a", src."b", …) FROM source AS src is stepped once, so that SQLite's VDBE feeds the step of
** an aggregate, at about half the cost per row of a step/column loop.
**
** The source may be a view that calls retain_scan() itself. A scan takes the rows of one aggregate only, and accepts
** them only where that aggregate's result, a pointer to the scan, is what the statement answers: then it was the
** outermost, the scan's own. Anything else is an error. (A bound pointer as an argument would tell the same at once,
** and cost 5 % of a scan: SQLite copies it for every row.)
*/
#ifndef RETAIN_GLUE_SCAN_H
#define RETAIN_GLUE_SCAN_H

#include "call_private.h"
#include "column_match.h"

/* The first member of a reader of rows. */
typedef struct Scan Scan;
struct Scan {
  /* takes one row; values[i] is that of columns[i]. Where it cannot it calls scan_stop() */
  void (*row)(Scan *scan, sqlite3_value **values);
  /* scan_run()'s own: */
  sqlite3_context *context;
  int n_columns;
  bool taken; /* an aggregate has begun to bring rows */
  Status status;
};

/* Reads the named columns of every row. On an error the message is set. */
Status scan_run(Scan *scan, Call *call, const NamedTable *table, const char *const *columns, int n_columns);

/* From row(): ends the scan, with this status. */
void scan_stop(Scan *scan, Status status);

int scan_register(Connection *connection); /* an SQLite result code */
void scan_unregister(sqlite3 *db);

#endif
