/*
** A condition on `customer` that the engine answers by looking one customer up finds the rows that SQLite's own
** comparison finds in a table with the same rows: whatever the type, affinity and collation of the other side.
*/
#include "connection.h"
#include "unit.h"

/* Customers of each source: what a column without type, with one type, and with both holds. */
static const char *const SOURCES[] = {"(5), (7)", "('5'), ('7'), ('Ann'), ('ann')", "(5), ('7'), ('Ann'), (9), ('5')"};
static const char *const DECLARED[] = {
  "", "TEXT", "INTEGER", "REAL", "NUMERIC", "BLOB", "TEXT COLLATE NOCASE", "COLLATE NOCASE", "TEXT COLLATE RTRIM"};
static const char *const CONDITIONS[] = {"r.customer = c.id",
                                         "c.id = r.customer",
                                         "r.customer IS c.id",
                                         "r.customer = c.id COLLATE NOCASE",
                                         "r.customer COLLATE NOCASE = c.id",
                                         "r.customer IN (c.id)",
                                         "r.customer IN (SELECT id FROM c AS other WHERE other.id IS c.id)",
                                         "+r.customer = c.id"};

/* The rows of `sql`, %s of which is the relation. */
static void rows_of(sqlite3 *db, const char *sql, const char *relation, Transcript *rows)
{
  char text[1000];
  snprintf(text, sizeof text, sql, relation);
  if (connection_run(db, text, rows) != SQLITE_OK) {
    fail_msg("%s: %s", text, sqlite3_errmsg(db));
  }
}

static void as_a_table_would(void **unused)
{
  (void)unused;
  Transcript found = {0}, wanted = {0};
  int compared = 0, met = 0;
  for (size_t s = 0; s < COUNT_OF(SOURCES); s++) {
    for (size_t d = 0; d < COUNT_OF(DECLARED); d++) {
      char sql[1000];
      sqlite3 *db = connection_open(":memory:");
      snprintf(
        sql, sizeof sql,
        "CREATE TABLE orders (customer_id, ordered_at, amount);"
        "INSERT INTO orders SELECT column1, '2026-01-01', 1 FROM (VALUES %s);"
        "CREATE TABLE same (customer); INSERT INTO same SELECT customer FROM rfm('orders');"
        "CREATE TABLE c (id %s); INSERT INTO c VALUES (5), ('5'), (5.0), ('5.0'), ('7'), (7), (9), ('9'), ('Ann'), "
        "('ANN'), ('Ann '), (NULL), (x'35'), (5.5), (9223372036854775807), (9223372036854775807.0);",
        SOURCES[s], DECLARED[d]);
      connection_must(db, sql);
      connection_must(db, "PRAGMA automatic_index = OFF"); /* whose Bloom filter of 3.40 knows no RTRIM */
      for (size_t i = 0; i < COUNT_OF(CONDITIONS); i++) {
        for (int left = 0; left < 2; left++) {
          snprintf(sql, sizeof sql,
                   "SELECT c.rowid, typeof(c.id), c.id, typeof(r.customer), r.customer FROM c %s JOIN %%s AS r ON %s "
                   "ORDER BY 1, 2, 3, 4, 5",
                   left ? "LEFT" : "CROSS", CONDITIONS[i]);
          rows_of(db, sql, "rfm('orders')", &found);
          rows_of(db, sql, "same", &wanted);
          if (strcmp(found.bytes, wanted.bytes) != 0) {
            fail_msg("%s, c (id %s), customers %s:\n%s, not\n%s", sql, DECLARED[d], SOURCES[s], found.bytes,
                     wanted.bytes);
          }
          compared++;
          met += wanted.length > 0;
        }
      }
      sqlite3_close(db);
    }
  }
  assert_int_equal(compared, 3 * 9 * 8 * 2);
  assert_true(met > compared / 2);
  transcript_free(&found);
  transcript_free(&wanted);
}

/* The same where the customer is said once, with a constant: by text, by number, by what is no key at all. */
static void constants(void **unused)
{
  (void)unused;
  static const char *const KEYS[] = {"5",
                                     "'5'",
                                     "5.0",
                                     "'5.0'",
                                     "5.5",
                                     "'Ann'",
                                     "'ANN'",
                                     "x'35'",
                                     "NULL",
                                     "'ANN' COLLATE NOCASE",
                                     "'Ann ' COLLATE RTRIM",
                                     "1e300",
                                     "-1"};
  Transcript found = {0}, wanted = {0};
  for (size_t s = 0; s < COUNT_OF(SOURCES); s++) {
    sqlite3 *db = connection_open(":memory:");
    char sql[1000];
    snprintf(sql, sizeof sql,
             "CREATE TABLE orders (customer_id, ordered_at, amount);"
             "INSERT INTO orders SELECT column1, '2026-01-01', 1 FROM (VALUES %s);"
             "CREATE TABLE same (customer); INSERT INTO same SELECT customer FROM rfm('orders');",
             SOURCES[s]);
    connection_must(db, sql);
    for (size_t k = 0; k < COUNT_OF(KEYS); k++) {
      snprintf(sql, sizeof sql, "SELECT typeof(customer), customer FROM %%s WHERE customer = %s ORDER BY 1, 2",
               KEYS[k]);
      rows_of(db, sql, "rfm('orders')", &found);
      rows_of(db, sql, "same", &wanted);
      assert_string_equal(found.bytes, wanted.bytes);
    }
    sqlite3_close(db);
  }
  transcript_free(&found);
  transcript_free(&wanted);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(as_a_table_would),
    cmocka_unit_test(constants),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
