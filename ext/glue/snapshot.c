#include "snapshot.h"

#include <stddef.h>

#ifndef SQLITE_FCNTL_DATA_VERSION
#define SQLITE_FCNTL_DATA_VERSION 35
#endif

/* NULL: there are no more. SQLite 3.38 cannot tell, and what it answers is then never settled. */
static const char *database_name(sqlite3 *db, int i)
{
#if SQLITE_VERSION_NUMBER >= 3039000
  return sqlite3_libversion_number() >= 3039000 ? sqlite3_db_name(db, i) : NULL;
#else
  (void)db, (void)i;
  return NULL;
#endif
}

void snapshot_take(sqlite3 *db, Snapshot *snapshot)
{
  const char *name = database_name(db, 0);
  *snapshot = (Snapshot){.changes = sqlite3_total_changes64(db)};
  snapshot->settled = name && sqlite3_txn_state(db, NULL) == SQLITE_TXN_READ;
  for (int i = 0; snapshot->settled && name; i++) {
    if (i == SNAPSHOT_DATABASES) {
      snapshot->settled = false;
      return;
    }
    snapshot->n = i + 1;
    snapshot->database[i].held = sqlite3_txn_state(db, name) == SQLITE_TXN_READ;
    if (sqlite3_file_control(db, name, SQLITE_FCNTL_FILE_POINTER, &snapshot->database[i].file) != SQLITE_OK ||
        sqlite3_file_control(db, name, SQLITE_FCNTL_DATA_VERSION, &snapshot->database[i].version) != SQLITE_OK) {
      snapshot->database[i].file = NULL;
      snapshot->database[i].version = 0;
    }
    name = database_name(db, i + 1);
  }
}

bool snapshot_unmoved(const Snapshot *before, const Snapshot *after)
{
  bool same = before->settled && after->settled && before->changes == after->changes && before->n == after->n;
  for (int i = 0; same && i < before->n; i++) {
    same =
      before->database[i].file == after->database[i].file && before->database[i].version == after->database[i].version;
  }
  return same;
}

bool snapshot_same(const Snapshot *a, const Snapshot *b)
{
  bool same = snapshot_unmoved(a, b);
  for (int i = 0; same && i < a->n; i++) {
    same = a->database[i].held == b->database[i].held;
  }
  return same;
}
