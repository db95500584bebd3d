#include "database.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "connection.h"

#define MAX_PROGRESS 2000 /* calls of the progress handler: 2 million VDBE steps */
#define MAX_ROWS 10000

static int progress_left, in_input;

static int progress(void *unused)
{
  (void)unused;
  return --progress_left < 0;
}

/* Nothing outside the database, and nothing that outlives the transaction around an input. */
static int authorize(void *unused, int action, const char *a, const char *b, const char *c, const char *d)
{
  (void)unused, (void)b, (void)c, (void)d;
  switch (action) {
    case SQLITE_ATTACH:
    case SQLITE_DETACH:
    case SQLITE_PRAGMA:
      return SQLITE_DENY;
    case SQLITE_TRANSACTION:
    case SQLITE_SAVEPOINT:
      return in_input ? SQLITE_DENY : SQLITE_OK;
    case SQLITE_FUNCTION:
      return a && strcmp(a, "load_extension") == 0 ? SQLITE_DENY : SQLITE_OK;
    default:
      return SQLITE_OK;
  }
}

sqlite3 *database(void)
{
  static sqlite3 *db;
  if (!db) {
    Statements setup = {0};
    db = connection_open(":memory:");
    statements_read(&setup, "tests/support/shop.sql");
    for (int i = 0; i < setup.n; i++) {
      connection_must(db, setup.sql[i]);
    }
    statements_free(&setup);
    connection_must(db, "CREATE TABLE fuzz(customer_id, ordered_at, amount)");
    sqlite3_limit(db, SQLITE_LIMIT_LENGTH, 1000000);
    sqlite3_limit(db, SQLITE_LIMIT_SQL_LENGTH, 100000);
    sqlite3_limit(db, SQLITE_LIMIT_EXPR_DEPTH, 50);
    sqlite3_limit(db, SQLITE_LIMIT_COMPOUND_SELECT, 8);
    sqlite3_limit(db, SQLITE_LIMIT_VDBE_OP, 25000);
    sqlite3_limit(db, SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 50);
    sqlite3_limit(db, SQLITE_LIMIT_ATTACHED, 0);
    sqlite3_hard_heap_limit64(200 << 20);
    sqlite3_progress_handler(db, 1000, progress, NULL);
    sqlite3_set_authorizer(db, authorize, NULL);
  }
  progress_left = MAX_PROGRESS;
  return db;
}

void database_begin(void)
{
  sqlite3_exec(database(), "BEGIN", NULL, NULL, NULL);
  in_input = 1;
}

void database_rollback(void)
{
  in_input = 0;
  if (sqlite3_exec(database(), "ROLLBACK", NULL, NULL, NULL) != SQLITE_OK && !sqlite3_get_autocommit(database())) {
    abort();
  }
}

void database_check(int rc, const char *sql)
{
  if (rc == SQLITE_MISUSE || rc == SQLITE_INTERNAL || (rc & 0xff) == SQLITE_CORRUPT || rc == SQLITE_NOTADB) {
    fprintf(stderr, "result code %d: %s\nin %s\n", rc, sqlite3_errstr(rc), sql);
    abort();
  }
}

int database_step(sqlite3_stmt *statement)
{
  int rc, rows = 0;
  progress_left = MAX_PROGRESS;
  while ((rc = sqlite3_step(statement)) == SQLITE_ROW && ++rows < MAX_ROWS) {
    for (int i = 0; i < sqlite3_column_count(statement); i++) {
      const unsigned char *text = sqlite3_column_text(statement, i);
      int length = sqlite3_column_bytes(statement, i);
      if (text && text[length] != 0) {
        abort();
      }
    }
  }
  return sqlite3_finalize(statement);
}

const char *database_word(unsigned number)
{
  static const char *const PLAIN[] = {"orders",
                                      "visits",
                                      "recent_orders",
                                      "odd \"name",
                                      "empty_orders",
                                      "fuzz",
                                      "main.orders",
                                      "customer_id",
                                      "who",
                                      "ordered_at",
                                      "seen_at",
                                      "amount",
                                      "spent",
                                      "channel",
                                      "day",
                                      "week",
                                      "month",
                                      "quarter",
                                      "year",
                                      "7 days",
                                      "90 days",
                                      "3 months",
                                      "1 hour",
                                      "2025-01-31",
                                      "2025-02-28 23:59:59.999",
                                      "2024-02-29",
                                      "9999-12-31",
                                      "0000-01-01",
                                      "now",
                                      "+08:00",
                                      "-14:00",
                                      "Z",
                                      "0",
                                      "-1",
                                      "1",
                                      "2",
                                      "10",
                                      "1e308",
                                      "-1e-308",
                                      "9223372036854775807",
                                      "-9223372036854775808",
                                      "NULL",
                                      "''",
                                      "x'00'",
                                      "0.5",
                                      "rf25",
                                      "rfm8",
                                      "[]",
                                      "{}",
                                      "{\"r\":[1,2,3,4],\"f\":[1,2,3,4],\"m\":[1,2,3,4]}",
                                      "OVER ()",
                                      "SELECT",
                                      "FROM",
                                      "WHERE",
                                      "GROUP BY",
                                      "ORDER BY",
                                      "(SELECT retain_log(customer_id, ordered_at, amount) FROM orders)",
                                      "ROWS 2 PRECEDING"};
  static char **names;
  static unsigned n_names;
  unsigned n_plain = sizeof PLAIN / sizeof *PLAIN;
  if (!names) {
    sqlite3_stmt *statement = NULL;
    names = calloc(2000, sizeof *names);
    sqlite3_prepare_v2(
      database(),
      "SELECT DISTINCT name FROM retain_help('*') UNION SELECT item FROM retain_help('*') WHERE item IS NOT NULL", -1,
      &statement, NULL);
    while (names && n_names < 2000 && sqlite3_step(statement) == SQLITE_ROW) {
      const char *name = (const char *)sqlite3_column_text(statement, 0);
      names[n_names] = malloc(strlen(name) + 1);
      strcpy(names[n_names++], name);
    }
    sqlite3_finalize(statement);
  }
  number %= n_plain + n_names;
  return number < n_plain ? PLAIN[number] : names[number - n_plain];
}
