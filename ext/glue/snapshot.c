#include "snapshot.h"

#include <stddef.h>
#include <stdint.h>

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

/* The only statement that runs, but for sources being read, if it writes; NULL: there is none. */
static sqlite3_stmt *lone_writer(const Connection *connection)
{
  sqlite3_stmt *writer = NULL;
  int busy = 0;
  for (sqlite3_stmt *s = sqlite3_next_stmt(connection->db, NULL); s; s = sqlite3_next_stmt(connection->db, s)) {
    if (sqlite3_stmt_busy(s)) {
      busy++;
      writer = sqlite3_stmt_readonly(s) ? writer : s;
    }
  }
  return busy == 1 + connection->depth ? writer : NULL;
}

void snapshot_take(const Connection *connection, Snapshot *snapshot)
{
  sqlite3 *db = connection->db;
  const char *name = database_name(db, 0);
  *snapshot = (Snapshot){.changes = sqlite3_total_changes64(db)};
  int state = sqlite3_txn_state(db, NULL);
  if (state == SQLITE_TXN_WRITE && (snapshot->writer = lone_writer(connection))) {
    int runs = sqlite3_stmt_status(snapshot->writer, SQLITE_STMTSTATUS_RUN, 0);
    snapshot->writing = ((uintptr_t)snapshot->writer ^ (sqlite3_uint64)runs << 48) | 1;
  }
  snapshot->settled = name && (state == SQLITE_TXN_READ || snapshot->writing);
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
  bool same = before->settled && after->settled && before->writing == after->writing &&
              before->changes == after->changes && before->n == after->n;
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
