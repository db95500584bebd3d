/*
** What a connection sees of its databases at a moment, so that two moments can be compared.
**
** Everything that changes what a statement reads moves one of these:
** - a commit, on this connection or another, by any means (rows, schema, blob handles, backup): the data version that
**   SQLite's pager keeps for each database. While a statement runs, the databases that it has read are held by its read
**   transaction: others' commits are not seen, and none can be detached
** - a change that is not committed yet: a write transaction, which makes a moment that is not `settled`, since it may
**   be rolled back to any savepoint without a trace. A statement that writes holds one from its first instruction on;
**   where it runs alone, nothing but itself changes anything, and the moment is settled but for what it writes
** - a change to a virtual table of the host: the connection's count of changes
**
** Not seen: what the host's own functions and virtual tables answer, where it changes by itself; and uncommitted
** changes of others under PRAGMA read_uncommitted.
*/
#ifndef RETAIN_GLUE_SNAPSHOT_H
#define RETAIN_GLUE_SNAPSHOT_H

#include "connection.h"

#define SNAPSHOT_DATABASES 16 /* attached ones included; with more than that no moment is settled */

typedef struct Snapshot {
  bool settled;           /* nothing that is seen can be taken back */
  sqlite3_stmt *writer;   /* the statement that writes and runs alone … */
  sqlite3_uint64 writing; /* … and this run of it; 0: there is none */
  sqlite3_int64 changes;
  int n;
  struct {
    void *file; /* the identity of the database; NULL: it has none yet (temp) */
    unsigned version;
    bool held; /* by a read transaction: only then is the version that of now */
  } database[SNAPSHOT_DATABASES];
} Snapshot;

/* From inside a statement that runs. */
void snapshot_take(const Connection *connection, Snapshot *snapshot);

/* Whether nothing was seen to change from before a reading to after it, both settled. */
bool snapshot_unmoved(const Snapshot *before, const Snapshot *after);

/* The same of any two moments: what was held then has to be held now. */
bool snapshot_same(const Snapshot *a, const Snapshot *b);

#endif
