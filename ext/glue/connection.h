/*
** What the functions of one connection share, and what a registered SQL name leads to.
*/
#ifndef RETAIN_GLUE_CONNECTION_H
#define RETAIN_GLUE_CONNECTION_H

#include "memo.h"
#include "spec.h"
#include "sqlite.h"
#include "zones.h"

#define SCAN_FUNCTION "retain_scan" /* the internal aggregate: see scan.h */

#define FOLD_MODULE "retain_key_fold" /* the internal module: see key_fold.h */

struct Trees;    /* see program.h */
struct KeyFolds; /* see key_fold.c */

/* One per connection; lives until the last function or module registered with it is dropped. */
typedef struct Connection {
  int refs;
  int depth;              /* of sources being read inside each other */
  struct Scan *scan;      /* the innermost one that is running */
  struct Trees *reads;    /* what is read is added; NULL: nobody asks */
  struct KeyFolds *folds; /* what is asked about columns; NULL: nobody asks */
  sqlite3 *db;
  const Registry *registry;
  Zones zones; /* that calls have named */
} Connection;

Connection *connection_new(sqlite3 *db, const Registry *registry); /* with one reference; NULL when out of memory */
void connection_release(Connection *connection);

/* User data of a function, aux data of a module. */
typedef struct Binding {
  Connection *connection;
  const FunctionSpec *function;
  const TableSpec *table;
  Memos memos;
} Binding;

/* Holds a reference to the connection until binding_free(), which SQLite calls also where a registration fails. */
Binding *binding_new(Connection *connection, const FunctionSpec *function, const TableSpec *table);
void binding_free(void *binding);

#endif
