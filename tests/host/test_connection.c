/*
** What the connection's own rules mean for a function that reads tables by name, and what happens when a source changes
** under a statement.
*/
#include "connection.h"
#include "retain.h"
#include "unit.h"

#define ORDERS \
  "CREATE TABLE orders(order_id INTEGER PRIMARY KEY, customer_id INTEGER, ordered_at TEXT, amount REAL);" \
  "INSERT INTO orders SELECT order_id, customer_id, ordered_at, amount FROM demo_orders(20, 1);"
#define COUNT "SELECT count(*) FROM customer_summary('orders')"

static sqlite3 *shop(const char *file)
{
  sqlite3 *db = connection_open(file);
  connection_must(db, ORDERS);
  return db;
}

static void expect_rows(sqlite3 *db, const char *sql, const char *rows)
{
  Transcript text = {0};
  if (connection_run(db, sql, &text) != SQLITE_OK) {
    print_error("%s: %s\n", sql, sqlite3_errmsg(db));
  }
  assert_string_equal(text.bytes, rows);
  transcript_free(&text);
}

static void expect_error(sqlite3 *db, const char *sql, int rc, const char *part)
{
  int found = connection_run(db, sql, NULL);
  if ((found & 0xff) != rc || !strstr(sqlite3_errmsg(db), part)) {
    fail_msg("%s: wanted code %d with '%s', got %d: %s", sql, rc, part, found, sqlite3_errmsg(db));
  }
}

static int deny_amount(void *unused, int action, const char *a, const char *b, const char *c, const char *d)
{
  (void)unused, (void)c, (void)d;
  return action == SQLITE_READ && a && b && strcmp(a, "orders") == 0 && strcmp(b, "amount") == 0 ? SQLITE_DENY
                                                                                                 : SQLITE_OK;
}

/* The caller may use the function but not read the column: the function must not read it for them. */
static void authorizer_applies_to_what_a_function_reads(void **state)
{
  (void)state;
  sqlite3 *db = shop(":memory:");
  sqlite3_set_authorizer(db, deny_amount, NULL);
  expect_error(db, "SELECT amount FROM orders", SQLITE_AUTH, "prohibited");
  expect_error(db, "SELECT monetary FROM rfm('orders')", SQLITE_AUTH, "prohibited");
  sqlite3_set_authorizer(db, NULL, NULL);
  expect_rows(db, COUNT, "20\n");
  assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static int by_first_letter(void *unused, int a_length, const void *a, int b_length, const void *b)
{
  (void)unused, (void)a_length, (void)b_length;
  return *(const char *)a - *(const char *)b;
}

/* It cannot be asked whether two keys are one: they are compared exactly, and the check of the data says so. */
static void collation_of_the_host_is_unknown(void **state)
{
  (void)state;
  sqlite3 *db = connection_open(":memory:");
  assert_int_equal(sqlite3_create_collation_v2(db, "ours", SQLITE_UTF8, NULL, by_first_letter, NULL), SQLITE_OK);
  connection_must(db, "CREATE TABLE o (customer TEXT COLLATE ours, time, amount);"
                      "INSERT INTO o VALUES ('ab', '2025-01-01', 1), ('ac', '2025-01-02', 1), ('b', '2025-01-03', 1);"
                      "CREATE TABLE numbers (customer INTEGER COLLATE ours, time, amount);"
                      "INSERT INTO numbers VALUES (1, '2025-01-01', 1)");
  expect_rows(db, "SELECT count(DISTINCT customer) FROM o", "2\n");
  expect_rows(db, "SELECT count(*) FROM rfm('o')", "3\n");
  expect_rows(db, "SELECT group_concat(kind) FROM data_check('o')", "unknown_collation,summary\n");
  expect_rows(db, "SELECT group_concat(kind) FROM data_check('numbers')", "summary\n");
  /* nor where the connection does not have it, which only a comparison needs; other columns are asked all the same */
  connection_must(db,
                  "CREATE TABLE p (customer TEXT COLLATE NOCASE, time, amount, store TEXT COLLATE ours);"
                  "INSERT INTO p SELECT customer, time, amount, 's' FROM o UNION ALL SELECT 'AB', time, 1, 'S' FROM o");
  assert_int_equal(sqlite3_create_collation_v2(db, "ours", SQLITE_UTF8, NULL, NULL, NULL), SQLITE_OK);
  expect_error(db, "SELECT count(DISTINCT customer) FROM o", SQLITE_ERROR, "no such collation");
  expect_rows(db, "SELECT count(*) FROM rfm('o')", "3\n");
  expect_rows(db, "SELECT count(*), count(DISTINCT segment_value) FROM rfm('p') WHERE segment_column = 'store'",
              "4|2\n");
  assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void read_only_database_is_enough(void **state)
{
  (void)state;
  const char *file = BUILD_FOLDER "/read-only.db";
  remove(file);
  assert_int_equal(sqlite3_close(shop(file)), SQLITE_OK);
  sqlite3 *db = NULL;
  assert_int_equal(sqlite3_open_v2(file, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
  assert_int_equal(sqlite3_retain_init(db, NULL, NULL), SQLITE_OK);
  expect_rows(db, COUNT, "20\n");
  expect_rows(db, "SELECT count(*) > 0 FROM rfm((SELECT retain_log(customer_id, ordered_at, amount) FROM orders))",
              "1\n");
  expect_rows(db, "PRAGMA query_only", "0\n");
  assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void uncommitted_rows_of_the_own_transaction_are_seen(void **state)
{
  (void)state;
  sqlite3 *db = shop(":memory:");
  connection_must(db, "BEGIN; INSERT INTO orders(customer_id, ordered_at, amount) VALUES(999, '2025-06-01', 1);");
  expect_rows(db, COUNT, "21\n");
  connection_must(db, "ROLLBACK");
  expect_rows(db, COUNT, "20\n");
  assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static sqlite3_stmt *prepared(sqlite3 *db)
{
  sqlite3_stmt *statement = NULL;
  assert_int_equal(sqlite3_prepare_v2(db, COUNT, -1, &statement, NULL), SQLITE_OK);
  return statement;
}

static void source_dropped_after_prepare_is_an_error_that_names_it(void **state)
{
  (void)state;
  sqlite3 *db = shop(":memory:");
  sqlite3_stmt *statement = prepared(db);
  connection_must(db, "DROP TABLE orders");
  assert_int_equal(sqlite3_step(statement), SQLITE_ERROR);
  assert_non_null(strstr(sqlite3_errmsg(db), "orders"));
  sqlite3_reset(statement);
  connection_must(db, ORDERS);
  assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
  assert_int_equal(sqlite3_column_int(statement, 0), 20);
  sqlite3_finalize(statement);
  assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void source_altered_after_prepare_is_read_as_it_is_now(void **state)
{
  (void)state;
  sqlite3 *db = shop(":memory:");
  sqlite3_stmt *statement = prepared(db);
  connection_must(db, "ALTER TABLE orders ADD COLUMN note; UPDATE orders SET customer_id = 1;");
  assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
  assert_int_equal(sqlite3_column_int(statement, 0), 1);
  sqlite3_reset(statement);
  connection_must(db, "ALTER TABLE orders RENAME COLUMN customer_id TO unheard_of");
  assert_int_equal(sqlite3_step(statement), SQLITE_ERROR);
  assert_non_null(strstr(sqlite3_errmsg(db), "customer"));
  sqlite3_finalize(statement);
  assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void source_changed_between_rows_does_not_disturb_the_rows_under_way(void **state)
{
  (void)state;
  sqlite3 *db = shop(":memory:");
  sqlite3_stmt *statement = NULL;
  int rows = 0, rc;
  assert_int_equal(
    sqlite3_prepare_v2(db, "SELECT customer, orders FROM customer_summary('orders')", -1, &statement, NULL), SQLITE_OK);
  while ((rc = sqlite3_step(statement)) == SQLITE_ROW) {
    if (++rows == 3) {
      connection_must(db, "DELETE FROM orders");
    }
    assert_true(sqlite3_column_int(statement, 1) > 0);
  }
  assert_int_equal(rc, SQLITE_DONE);
  assert_int_equal(rows, 20);
  sqlite3_finalize(statement);
  expect_rows(db, COUNT, "0\n");
  assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void a_statement_may_be_left_half_way_and_run_again(void **state)
{
  (void)state;
  sqlite3 *db = shop(":memory:");
  sqlite3_stmt *statement = NULL;
  assert_int_equal(sqlite3_prepare_v2(db, "SELECT customer FROM rfm(?1) WHERE bins = ?2", -1, &statement, NULL),
                   SQLITE_OK);
  sqlite3_bind_text(statement, 1, "orders", -1, SQLITE_STATIC);
  for (int bins = 2; bins <= 5; bins++) {
    sqlite3_bind_int(statement, 2, bins);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    assert_int_equal(sqlite3_reset(statement), SQLITE_OK);
  }
  sqlite3_bind_int(statement, 2, 1);
  assert_int_equal(sqlite3_step(statement), SQLITE_ERROR);
  assert_non_null(strstr(sqlite3_errmsg(db), "bins"));
  sqlite3_reset(statement);
  sqlite3_bind_int(statement, 2, 3);
  assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
  /* an open statement keeps the connection; finalized, it closes without a trace */
  assert_int_equal(sqlite3_close(db), SQLITE_BUSY);
  sqlite3_finalize(statement);
  assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static int deny_functions(void *unused, int action, const char *a, const char *b, const char *c, const char *d)
{
  (void)unused, (void)a, (void)c, (void)d;
  return action == SQLITE_FUNCTION && b && strncmp(b, "retain", 6) != 0 ? SQLITE_DENY : SQLITE_OK;
}

static int stop(void *unused)
{
  (void)unused;
  return 1;
}

/* Work outside SQLite's own instructions, of which the statement itself has a handful. */
static void work_is_stopped_also_where_an_authorizer_denies_functions(void **state)
{
  static const char sql[] = "SELECT customer_id > 0 FROM demo_orders(20000, 1) LIMIT 1";
  (void)state;
  sqlite3 *db = shop(":memory:");
  expect_rows(db, sql, "1\n");
  sqlite3_progress_handler(db, 1000, stop, NULL);
  expect_error(db, sql, SQLITE_INTERRUPT, "interrupt");
  sqlite3_set_authorizer(db, deny_functions, NULL);
  expect_error(db, sql, SQLITE_INTERRUPT, "interrupt");
  expect_error(db, "SELECT count(*) FROM orders", SQLITE_ERROR, "not authorized");
  assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void registering_twice_is_harmless(void **state)
{
  (void)state;
  sqlite3 *db = shop(":memory:");
  assert_int_equal(sqlite3_retain_init(db, NULL, NULL), SQLITE_OK);
  expect_rows(db, COUNT, "20\n");
  assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

/* A model and cuts kept as JSONB. */
static void jsonb_is_json(void **state)
{
  (void)state;
  if (sqlite3_libversion_number() < 3045000) {
    print_message("skip: JSONB needs SQLite 3.45\n");
    skip();
  }
  sqlite3 *db = shop(":memory:");
  connection_must(db,
                  "CREATE TABLE kept AS SELECT jsonb('{\"model\":\"bgnbd\",\"parameters\":{\"r\":0.25,\"alpha\":4.5,"
                  "\"a\":0.8,\"b\":2.5}}') AS model, jsonb('{\"recency\":[30,90],\"frequency\":[1,3],\"monetary\":"
                  "[50,100]}') AS cuts, jsonb('{\"x\":1}') AS features");
  expect_rows(db, "SELECT typeof(model), p_alive(model, 2, 30, 38) = p_alive(json(model), 2, 30, 38) FROM kept",
              "blob|1\n");
  expect_rows(db, "SELECT rfm_score(20, 2, 70, cuts) FROM kept", "322\n");
  expect_rows(db,
              "SELECT json(logit_fit_named(column1, features)) = json(logit_fit_named(column1, json(features))) "
              "FROM kept, (VALUES (0), (1), (1))",
              "1\n");
  expect_error(db, "SELECT p_alive(x'ffff', 2, 30, 38)", SQLITE_ERROR, "model must be JSON, got a blob of 2 bytes");
  assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(jsonb_is_json),
    cmocka_unit_test(authorizer_applies_to_what_a_function_reads),
    cmocka_unit_test(collation_of_the_host_is_unknown),
    cmocka_unit_test(read_only_database_is_enough),
    cmocka_unit_test(uncommitted_rows_of_the_own_transaction_are_seen),
    cmocka_unit_test(source_dropped_after_prepare_is_an_error_that_names_it),
    cmocka_unit_test(source_altered_after_prepare_is_read_as_it_is_now),
    cmocka_unit_test(source_changed_between_rows_does_not_disturb_the_rows_under_way),
    cmocka_unit_test(a_statement_may_be_left_half_way_and_run_again),
    cmocka_unit_test(work_is_stopped_also_where_an_authorizer_denies_functions),
    cmocka_unit_test(registering_twice_is_harmless),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
