/*
** How long an answer holds: a table function computes once for a statement that asks the same again and again, and anew
** as soon as what it reads may have changed.
*/
#include "connection.h"
#include "retain.h"
#include "unit.h"

#define CUSTOMERS 60
#define ORDERS \
  "CREATE TABLE orders AS SELECT customer_id, ordered_at, amount FROM demo_orders(60, 1);" \
  "CREATE TABLE customers(id INTEGER PRIMARY KEY); INSERT INTO customers SELECT DISTINCT customer_id FROM orders;" \
  "CREATE TEMP VIEW counted AS SELECT customer_id, ordered_at, amount + 0 * tick() AS amount FROM orders;"

static sqlite3_int64 ticks; /* rows of `counted` that were read */

static void tick(sqlite3_context *context, int n, sqlite3_value **values)
{
  (void)n, (void)values;
  ticks++;
  sqlite3_result_int(context, 0);
}

/* write_row(id): a function of the host that writes, on the connection that calls it. */
static void write_row(sqlite3_context *context, int n, sqlite3_value **values)
{
  sqlite3 *db = sqlite3_context_db_handle(context);
  char *sql = sqlite3_mprintf("INSERT INTO orders(customer_id, ordered_at, amount) VALUES (5000 + %d, 1750000000, 1)",
                              sqlite3_value_int(values[0]));
  (void)n;
  connection_must(db, sql);
  sqlite3_free(sql);
}

/* bump(): likewise, on a table that a view reads; answers 0. */
static void bump(sqlite3_context *context, int n, sqlite3_value **values)
{
  (void)n, (void)values;
  connection_must(sqlite3_context_db_handle(context), "UPDATE price SET amount = amount + 1");
  sqlite3_result_int(context, 0);
}

static sqlite3 *shop(const char *file)
{
  sqlite3 *db = connection_open(file);
  sqlite3_create_function(db, "tick", 0, SQLITE_UTF8, NULL, tick, NULL, NULL);
  sqlite3_create_function(db, "write_row", 1, SQLITE_UTF8, NULL, write_row, NULL, NULL);
  sqlite3_create_function(db, "bump", 0, SQLITE_UTF8, NULL, bump, NULL, NULL);
  connection_must(db, ORDERS);
  return db;
}

static sqlite3_int64 number(sqlite3 *db, const char *sql)
{
  sqlite3_stmt *statement = NULL;
  sqlite3_int64 n = -1;
  if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) == SQLITE_OK && sqlite3_step(statement) == SQLITE_ROW) {
    n = sqlite3_column_int64(statement, 0);
  }
  sqlite3_finalize(statement);
  return n;
}

/* How often `counted` is read while a statement runs, which gives `rows` rows. */
static sqlite3_int64 readings(sqlite3 *db, const char *sql, int rows)
{
  sqlite3_stmt *statement = NULL;
  int n = 0, rc;
  ticks = 0;
  assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &statement, NULL), SQLITE_OK);
  while ((rc = sqlite3_step(statement)) == SQLITE_ROW) {
    n++;
  }
  if (rc != SQLITE_DONE) {
    fail_msg("%s: %s", sql, sqlite3_errmsg(db));
  }
  sqlite3_finalize(statement);
  assert_int_equal(n, rows);
  assert_int_equal(ticks % number(db, "SELECT count(*) FROM orders"), 0);
  return ticks / number(db, "SELECT count(*) FROM orders");
}

static const char CORRELATED[] =
  "SELECT id, (SELECT segment FROM rfm('counted') AS r WHERE r.customer = id) FROM customers";
static const char LEFT_JOIN[] = "SELECT id, r.segment FROM customers LEFT JOIN rfm('counted') AS r ON r.customer = id";

static void a_statement_that_asks_again_reads_once(void **state)
{
  (void)state;
  sqlite3 *db = shop(":memory:");
  for (int other = 0; other < 2; other++) {
    sqlite3_stmt *open = NULL; /* a statement that has nothing to do with it */
    sqlite3_prepare_v2(db, "SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3", -1, &open, NULL);
    assert_int_equal(other ? sqlite3_step(open) : SQLITE_ROW, SQLITE_ROW);
    assert_int_equal(readings(db, CORRELATED, CUSTOMERS), 1);
    assert_int_equal(readings(db, LEFT_JOIN, CUSTOMERS), 1);
    assert_int_equal(
      readings(db,
               "SELECT (SELECT segment FROM rfm('counted') AS r WHERE r.customer = id),"
               " (SELECT segment FROM rfm('counted') AS r WHERE r.customer = id AND bins = 3) FROM customers",
               CUSTOMERS),
      2);
    sqlite3_finalize(open);
  }
  assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void so_does_a_view_that_asks_again_and_is_a_source(void **state)
{
  (void)state;
  sqlite3 *db = shop(":memory:");
  connection_must(db, "CREATE TEMP VIEW segmented AS SELECT customer_id, ordered_at, amount,"
                      " (SELECT segment FROM rfm('counted') AS r WHERE r.customer = customer_id) AS seg FROM orders");
  assert_int_equal(readings(db, "SELECT count(*) FROM cohort_retention('segmented') WHERE cohort_column = 'seg'", 1),
                   1);
  assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

/* The function, not what can be looked up by a key or computed per row, is the outer loop. */
static void a_join_reads_once_and_fits_once(void **state)
{
  (void)state;
  sqlite3 *db = shop(":memory:");
  assert_int_equal(
    readings(db, "SELECT r.segment FROM customers JOIN rfm('counted') AS r ON r.customer = id", CUSTOMERS), 1);
  assert_int_equal(
    readings(db, "SELECT r.segment FROM rfm('counted') AS r JOIN clv_forecast('orders') AS f USING (customer)",
             CUSTOMERS),
    1);
  static const char *const FITS[] = {
    "SELECT s.customer, p_alive(m.fit, s.x, s.t_x, s.T) FROM (SELECT bgnbd_fit(x, t_x, T + 0 * tick()) AS fit"
    " FROM customer_summary('orders')) AS m, customer_summary('orders') AS s",
    "SELECT s.customer, p_alive(m.fit, s.x, s.t_x, s.T) FROM customer_summary('orders') AS s,"
    " (SELECT bgnbd_fit(x, t_x, T + 0 * tick()) AS fit FROM customer_summary('orders')) AS m",
    "WITH m AS (SELECT bgnbd_fit(x, t_x, T + 0 * tick()) AS fit FROM customer_summary('orders'))"
    " SELECT s.customer, p_alive((SELECT fit FROM m), s.x, s.t_x, s.T) FROM customer_summary('orders') AS s",
  };
  for (size_t i = 0; i < sizeof FITS / sizeof *FITS; i++) {
    sqlite3_stmt *statement = NULL;
    int rows = 0;
    ticks = 0;
    assert_int_equal(sqlite3_prepare_v2(db, FITS[i], -1, &statement, NULL), SQLITE_OK);
    while (sqlite3_step(statement) == SQLITE_ROW) {
      rows++;
    }
    assert_int_equal(sqlite3_finalize(statement), SQLITE_OK);
    assert_int_equal(rows, CUSTOMERS);
    assert_int_equal(ticks, CUSTOMERS); /* the fit has seen every customer once */
  }
  assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

/*
** Every row of sql has two equal columns: what a function says and what SQL says at the same moment. rows -1: at least
** one.
*/
static void expect_equal(sqlite3 *db, const char *sql, int rows)
{
  sqlite3_stmt *statement = NULL;
  int n = 0;
  assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &statement, NULL), SQLITE_OK);
  for (; sqlite3_step(statement) == SQLITE_ROW; n++) {
    if (sqlite3_column_int64(statement, 0) != sqlite3_column_int64(statement, 1)) {
      fail_msg("%s: row %d: %lld, and SQL says %lld", sql, n + 1, (long long)sqlite3_column_int64(statement, 0),
               (long long)sqlite3_column_int64(statement, 1));
    }
  }
  if (sqlite3_finalize(statement) != SQLITE_OK) {
    fail_msg("%s: %s", sql, sqlite3_errmsg(db));
  }
  assert_true(rows < 0 ? n > 0 : n == rows);
}

/* Correlated, so that it is asked for every row. */
#define BY_FUNCTION(table, id) "(SELECT count(*) FROM customer_summary('" table "') WHERE customer <> -" id ")"
#define BY_SQL(table, id) "(SELECT count(DISTINCT customer_id) FROM " table " AS o WHERE o.customer_id <> -" id ")"

static void a_statement_that_writes_is_answered_row_by_row(void **state)
{
  (void)state;
  sqlite3 *db = shop(":memory:");
  connection_must(
    db, "CREATE TABLE log(a, b); CREATE TRIGGER tr AFTER INSERT ON orders BEGIN INSERT INTO log SELECT "
        "(SELECT count(*) FROM customer_summary('orders')), (SELECT count(DISTINCT customer_id) FROM orders); END");
  connection_must(db, "INSERT INTO orders SELECT customer + 1000, last_time, 1 FROM rfm('orders')");
  expect_equal(db, "SELECT a, b FROM log", CUSTOMERS);
  expect_equal(db,
               "INSERT INTO orders SELECT id + 2000, 1700000000, 1 FROM customers RETURNING " BY_FUNCTION(
                 "orders", "customer_id") ", " BY_SQL("orders", "orders.customer_id"),
               CUSTOMERS);
  expect_equal(db,
               "DELETE FROM orders WHERE customer_id > 1995 RETURNING " BY_FUNCTION(
                 "orders", "customer_id") ", " BY_SQL("orders", "orders.customer_id"),
               CUSTOMERS);
  connection_must(db, "DROP TRIGGER tr; CREATE TABLE plain AS SELECT * FROM orders");
  connection_must(
    db, "UPDATE orders SET customer_id = 500 + " BY_FUNCTION("orders", "orders.customer_id") " WHERE rowid <= 60");
  connection_must(db,
                  "UPDATE plain SET customer_id = 500 + " BY_SQL("plain", "plain.customer_id") " WHERE rowid <= 60");
  expect_equal(
    db, "SELECT o.customer_id, p.customer_id FROM orders AS o JOIN plain AS p ON p.rowid = o.rowid WHERE o.rowid <= 60",
    60);
  assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

/* Each has the two columns equal in RETURNING, or in `target`, only where what was written is noticed. */
static void whatever_it_writes_is_noticed(void **state)
{
#define RETURNING(source, id) " RETURNING " BY_FUNCTION(source, id) ", " BY_SQL(source, id)
#define COMPARED "SET a = " BY_FUNCTION("orders", "target.new_id") ", b = " BY_SQL("orders", "target.new_id")
  static const struct {
    const char *before, *sql, *after;
  } WRITES[] = {
    {"",
     "INSERT INTO orders(customer_id, ordered_at, amount, new_id) SELECT id + 2000, 1700000000, 1, id FROM "
     "customers" RETURNING("orders", "orders.new_id"),
     NULL},
    {"CREATE VIEW v AS SELECT * FROM orders",
     "INSERT INTO orders(customer_id, ordered_at, amount, new_id) SELECT id + 2000, 1700000000, 1, id FROM "
     "customers" RETURNING("v", "orders.new_id"),
     NULL},
    {"CREATE VIEW v AS SELECT customer AS customer_id, last_time AS ordered_at, 1 AS amount FROM rfm('orders')",
     "INSERT INTO orders(customer_id, ordered_at, amount, new_id) SELECT id + 2000, 1700000000, 1, id FROM "
     "customers" RETURNING("v", "orders.new_id"),
     NULL},
    {"CREATE INDEX i ON orders(customer_id, ordered_at, amount)",
     "UPDATE orders SET customer_id = customer_id + 5000, new_id = rowid WHERE rowid <= 60" RETURNING("orders",
                                                                                                      "orders.new_id"),
     NULL},
    {"", "DELETE FROM orders WHERE customer_id <= 60" RETURNING("orders", "orders.new_id"), NULL},
    {"CREATE TRIGGER tr AFTER UPDATE ON target BEGIN INSERT INTO orders VALUES (7000 + new.new_id, 1700000000, 1, 1); "
     "END",
     "UPDATE target " COMPARED, "SELECT a, b FROM target"},
    {"CREATE TRIGGER tr AFTER UPDATE ON target BEGIN DELETE FROM orders WHERE customer_id = new.new_id; END",
     "UPDATE target " COMPARED, "SELECT a, b FROM target"},
    {"CREATE TRIGGER tr AFTER UPDATE ON target BEGIN INSERT INTO middle VALUES (new.new_id); END;"
     "CREATE TABLE middle(x); CREATE TRIGGER tr2 AFTER INSERT ON middle BEGIN DELETE FROM orders WHERE customer_id = "
     "new.x; END",
     "UPDATE target " COMPARED, "SELECT a, b FROM target"},
    {"PRAGMA foreign_keys = ON; CREATE TABLE parent(new_id INTEGER PRIMARY KEY); INSERT INTO parent SELECT id FROM "
     "customers;"
     "CREATE TABLE kept AS SELECT * FROM orders; DROP TABLE orders;"
     "CREATE TABLE orders(customer_id INTEGER REFERENCES parent ON DELETE CASCADE, ordered_at, amount);"
     "INSERT INTO orders SELECT customer_id, ordered_at, amount FROM kept",
     "DELETE FROM parent WHERE new_id < 50" RETURNING("orders", "parent.new_id"), NULL},
    {"", "UPDATE target " COMPARED ", c = write_row(new_id)", "SELECT a, b FROM target"},
    {"CREATE TEMP TABLE temporary(new_id, a, b); INSERT INTO temporary SELECT id, 0, 0 FROM customers;"
     "CREATE TEMP TRIGGER tr AFTER UPDATE ON temporary BEGIN DELETE FROM orders WHERE customer_id = new.new_id; END",
     "UPDATE temporary SET a = " BY_FUNCTION("orders", "temporary.new_id") ", b = " BY_SQL("orders",
                                                                                           "temporary.new_id"),
     "SELECT a, b FROM temporary"},
  };
  (void)state;
  for (size_t i = 0; i < COUNT_OF(WRITES); i++) {
    sqlite3 *db = shop(":memory:");
    connection_must(db, "ALTER TABLE orders ADD COLUMN new_id; CREATE TABLE target(new_id, a, b, c);"
                        "INSERT INTO target SELECT id, 0, 0, 0 FROM customers");
    connection_must(db, WRITES[i].before);
    if (WRITES[i].after) {
      connection_must(db, WRITES[i].sql);
    }
    expect_equal(db, WRITES[i].after ? WRITES[i].after : WRITES[i].sql, -1);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
  }
}

static int count_call(void *calls)
{
  ++*(long *)calls;
  return 0;
}

/* Hundreds of SQLite's instructions. */
static long work(sqlite3 *db, const char *sql)
{
  long calls = 0;
  sqlite3_progress_handler(db, 100, count_call, &calls);
  connection_must(db, sql);
  sqlite3_progress_handler(db, 0, NULL, NULL);
  return calls;
}

/* As much work as to ask, and to write what is answered: not a reading per row, which is sixty times as much. */
static void a_statement_that_writes_elsewhere_reads_once(void **state)
{
#define LEFT "SELECT id, r.segment FROM customers LEFT JOIN rfm('orders') AS r ON r.customer = id"
#define TWO "SELECT r.segment, s.x FROM rfm('orders') AS r JOIN customer_summary('orders') AS s USING (customer)"
#define INNER "SELECT id, (SELECT segment FROM rfm('orders') AS r WHERE r.customer = id) AS s FROM customers"
  static const struct {
    const char *write, *ask;
  } WRITES[] = {
    {"CREATE TABLE a AS ", LEFT},     {"CREATE TEMP TABLE b AS ", INNER},
    {"CREATE TABLE c AS ", TWO},      {"INSERT INTO target ", LEFT},
    {"INSERT INTO target ", INNER},   {"INSERT INTO target ", TWO},
    {"INSERT INTO temporary ", LEFT}, {"INSERT INTO watched ", LEFT},
    {"INSERT INTO watched ", TWO},    {"REPLACE INTO customers SELECT id + 100 FROM (", LEFT ")"},
  };
  (void)state;
  sqlite3 *db = shop(":memory:");
  connection_must(db, "CREATE TABLE target(a, b); CREATE TEMP TABLE temporary(a, b); CREATE TABLE watched(a, b);"
                      "CREATE TRIGGER tr AFTER INSERT ON watched BEGIN INSERT INTO target VALUES (new.a, new.b); END");
  for (size_t i = 0; i < COUNT_OF(WRITES); i++) {
    char *write = sqlite3_mprintf("%s%s", WRITES[i].write, WRITES[i].ask);
    char *ask = sqlite3_mprintf("SELECT * FROM (%s", WRITES[i].ask);
    long asked = work(db, strchr(WRITES[i].write, '(') ? ask : WRITES[i].ask), written = work(db, write);
    if (written > 5 * asked) {
      fail_msg("%s: %ld hundred instructions, and %ld to ask", write, written, asked);
    }
    sqlite3_free(write);
    sqlite3_free(ask);
  }
  assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void a_function_of_the_host_that_writes_is_noticed(void **state)
{
  (void)state;
  sqlite3 *db = shop(":memory:");
  expect_equal(db, "SELECT " BY_FUNCTION("orders", "id") ", " BY_SQL("orders", "id") ", write_row(id) FROM customers",
               CUSTOMERS);
  assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void data_that_changes_while_it_is_read_is_read_again(void **state)
{
  (void)state;
  sqlite3 *db = shop(":memory:");
  connection_must(db, "CREATE TABLE price AS SELECT 1 AS amount; CREATE TEMP VIEW rising AS"
                      " SELECT customer_id, ordered_at, (SELECT amount FROM price) + bump() AS amount FROM orders");
  assert_int_equal(number(db, "SELECT count(DISTINCT total) FROM (SELECT (SELECT sum(monetary) FROM rfm('rising')"
                              " WHERE customer <> -id) AS total FROM customers LIMIT 5)"),
                   5);
  assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

/* Databases whose places and data versions are exchanged, with a change that SQLite does not count. */
static void databases_are_told_apart(void **state)
{
  (void)state;
  for (int how = 0; how < 36; how++) {
    sqlite3 *db = shop(":memory:");
    sqlite3_stmt *statement = NULL;
    sqlite3_blob *blob = NULL;
    connection_must(db, "ATTACH ':memory:' AS y; ATTACH ':memory:' AS x; CREATE TABLE x.named AS"
                        " SELECT 'n' || customer_id AS customer_id, ordered_at, amount FROM orders");
    for (int i = 0; i <= how % 6; i++) {
      connection_must(db, "CREATE TABLE y.t(a); DROP TABLE y.t;");
    }
    static const char sql[] = "SELECT (SELECT count(*) FROM customer_summary('x.named') WHERE customer <> id) FROM"
                              " (SELECT 1 AS id UNION ALL SELECT 2)";
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &statement, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    assert_int_equal(sqlite3_column_int(statement, 0), CUSTOMERS);
    connection_must(db, "DETACH y");
    assert_int_equal(sqlite3_blob_open(db, "x", "named", "customer_id", 1, 1, &blob), SQLITE_OK);
    assert_int_equal(sqlite3_blob_write(blob, "z", 1, 0), SQLITE_OK);
    assert_int_equal(sqlite3_blob_close(blob), SQLITE_OK);
    connection_must(db, "ATTACH ':memory:' AS z");
    for (int i = 0; i < how / 6; i++) {
      char *create = sqlite3_mprintf("CREATE TABLE z.t%d(a)", i);
      connection_must(db, create);
      sqlite3_free(create);
    }
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    assert_int_equal(sqlite3_column_int(statement, 0), CUSTOMERS + 1);
    sqlite3_finalize(statement);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
  }
}

/* What a host may do between two steps of a SELECT. */
typedef struct Act {
  const char *name;
  const char *source; /* NULL: orders */
  const char *before; /* SQL before the SELECT begins; NULL: none */
  const char *sql;    /* SQL between the steps, which may be refused; NULL: what is done below */
  void (*act)(sqlite3 *db);
} Act;

static void write_blob(sqlite3 *db)
{
  sqlite3_blob *blob = NULL;
  assert_int_equal(sqlite3_blob_open(db, "main", "named", "customer_id", 1, 1, &blob), SQLITE_OK);
  assert_int_equal(sqlite3_blob_write(blob, "z", 1, 0), SQLITE_OK);
  assert_int_equal(sqlite3_blob_close(blob), SQLITE_OK);
}

static sqlite3 *another_shop(void)
{
  sqlite3 *other = connection_open(":memory:");
  connection_must(other,
                  "CREATE TABLE orders(customer_id, ordered_at, amount); INSERT INTO orders VALUES (1, 1700000000, 1)");
  return other;
}

static void back_up(sqlite3 *db)
{
  sqlite3 *other = another_shop();
  sqlite3_backup *backup = sqlite3_backup_init(db, "x", other, "main");
  if (backup) {
    sqlite3_backup_step(backup, -1);
    sqlite3_backup_finish(backup);
  }
  sqlite3_close(other);
}

static void deserialize(sqlite3 *db)
{
  sqlite3 *other = another_shop();
  sqlite3_int64 size = 0;
  unsigned char *bytes = sqlite3_serialize(other, "main", &size, 0);
  sqlite3_deserialize(db, "x", bytes, size, size, SQLITE_DESERIALIZE_FREEONCLOSE | SQLITE_DESERIALIZE_RESIZEABLE);
  sqlite3_close(other);
}

#define ATTACHED \
  "ATTACH ':memory:' AS x; CREATE TABLE x.orders(customer_id, ordered_at, amount);" \
  "INSERT INTO x.orders SELECT * FROM main.orders"

static const Act ACTS[] = {
  {"insert", .sql = "INSERT INTO orders VALUES (77, 1700000000, 1)"},
  {"delete", .sql = "DELETE FROM orders"},
  {"insert in a transaction", .sql = "BEGIN; INSERT INTO orders VALUES (77, 1700000000, 1)"},
  {"insert, rolled back", .sql = "BEGIN; INSERT INTO orders VALUES (77, 1700000000, 1); ROLLBACK"},
  {"roll back to a savepoint", .before = "BEGIN; SAVEPOINT s; DELETE FROM orders WHERE rowid > 9",
   .sql = "ROLLBACK TO s"},
  {"roll back", .before = "BEGIN; DELETE FROM orders WHERE rowid > 9", .sql = "ROLLBACK"},
  {"release", .before = "SAVEPOINT s; DELETE FROM orders WHERE rowid > 9", .sql = "RELEASE s"},
  {"write a blob", .source = "named",
   .before = "CREATE TABLE named AS SELECT 'n' || customer_id AS customer_id, ordered_at, amount FROM orders",
   .act = write_blob},
  {"hide by a temporary table", .sql = "CREATE TEMP TABLE orders AS SELECT * FROM main.orders WHERE customer_id < 3"},
  {"hide by a temporary view", .sql = "CREATE TEMP VIEW orders AS SELECT * FROM main.orders WHERE customer_id < 3"},
  {"change a temporary table", .source = "t", .before = "CREATE TEMP TABLE t AS SELECT * FROM orders",
   .sql = "DELETE FROM t WHERE customer_id > 3"},
  {"roll back a temporary table to a savepoint", .source = "t",
   .before =
     "CREATE TEMP TABLE t AS SELECT * FROM orders; SAVEPOINT r; SAVEPOINT s; DELETE FROM t WHERE customer_id > 3",
   .sql = "ROLLBACK TO s"},
  {"roll back what is attached to a savepoint", .source = "x.orders",
   .before = ATTACHED "; SAVEPOINT r; SAVEPOINT s; DELETE FROM x.orders WHERE customer_id > 3", .sql = "ROLLBACK TO s"},
  {"replace a view", .source = "v", .before = "CREATE VIEW v AS SELECT * FROM orders",
   .sql = "DROP VIEW v; CREATE VIEW v AS SELECT * FROM orders WHERE customer_id < 3"},
  {"replace a table",
   .sql = "ALTER TABLE orders RENAME TO old; CREATE TABLE orders AS SELECT * FROM old WHERE customer_id < 3"},
  {"change what is attached", .source = "x.orders", .before = ATTACHED,
   .sql = "DELETE FROM x.orders WHERE customer_id > 3"},
  {"attach another", .source = "x.orders", .before = ATTACHED,
   .sql = "DETACH x; ATTACH ':memory:' AS x; CREATE TABLE x.orders AS SELECT * FROM main.orders WHERE customer_id < 3"},
  {"back up into it", .source = "x.orders", .before = ATTACHED, .act = back_up},
  {"deserialize into it", .source = "x.orders", .before = ATTACHED, .act = deserialize},
  {"vacuum", .sql = "VACUUM"},
  {"nothing", .sql = "SELECT 1"},
};

/* The second row of a SELECT must be what a new statement says after the act. */
static void act_between_steps(const Act *act, const char *file, const char *journal, const char *outer, bool other)
{
  const char *source = act->source ? act->source : "orders";
  sqlite3_stmt *statement = NULL, *open = NULL;
  remove(file);
  sqlite3 *db = shop(file);
  connection_must(db, journal);
  if (act->before) {
    connection_must(db, act->before);
  }
  if (other) {
    sqlite3_prepare_v2(db, "SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3", -1, &open, NULL);
    sqlite3_step(open);
  }
  char *sql = sqlite3_mprintf(
    "SELECT (SELECT count(*) FROM customer_summary('%s') WHERE customer <> -c.id) FROM %s AS c", source, outer);
  char *plain = sqlite3_mprintf("SELECT count(DISTINCT customer_id) FROM %s", source);
  assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &statement, NULL), SQLITE_OK);
  assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
  assert_int_equal(sqlite3_column_int64(statement, 0), number(db, plain));
  if (act->act) {
    act->act(db);
  } else {
    sqlite3_exec(db, act->sql, NULL, NULL, NULL);
  }
  for (int row = 2; row <= 3; row++) {
    sqlite3_int64 now = number(db, plain);
    int rc = sqlite3_step(statement);
    if (rc == SQLITE_ROW && sqlite3_column_int64(statement, 0) != now) {
      fail_msg("%s over %s, %s: row %d is %lld, and SQL says %lld", act->name, outer, journal, row,
               (long long)sqlite3_column_int64(statement, 0), (long long)now);
    } else if (rc != SQLITE_ROW && rc != SQLITE_DONE && now >= 0 && (rc & 0xff) != SQLITE_ABORT) {
      fail_msg("%s over %s, %s: %s", act->name, outer, journal, sqlite3_errmsg(db));
    }
  }
  sqlite3_finalize(statement);
  sqlite3_finalize(open);
  sqlite3_free(sql);
  sqlite3_free(plain);
  assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void what_happens_between_steps_is_noticed(void **state)
{
  static const char *const OUTER[] = {"customers", "(SELECT 1 AS id UNION ALL SELECT 2 UNION ALL SELECT 3)",
                                      "(SELECT rowid AS id FROM orders)"};
  static const char *const JOURNAL[] = {"PRAGMA journal_mode = DELETE", "PRAGMA journal_mode = WAL"};
  (void)state;
  for (size_t i = 0; i < sizeof ACTS / sizeof *ACTS; i++) {
    for (int how = 0; how < 12; how++) {
      act_between_steps(&ACTS[i], how % 2 ? ":memory:" : BUILD_FOLDER "/answers.db", JOURNAL[how / 2 % 2],
                        OUTER[how / 4], how % 3 == 0);
    }
  }
}

/* Another connection's commits are seen when plain SQL sees them. */
static void other_connections_are_seen_as_by_sql(void **state)
{
  static const char *const JOURNAL[] = {"PRAGMA journal_mode = DELETE", "PRAGMA journal_mode = WAL"};
  (void)state;
  for (int i = 0; i < 2; i++) {
    const char *file = BUILD_FOLDER "/answers.db";
    remove(file);
    sqlite3 *db = shop(file);
    sqlite3 *other = connection_open(file);
    sqlite3_stmt *statement = NULL;
    connection_must(db, JOURNAL[i]);
    static const char sql[] = "SELECT " BY_FUNCTION("orders", "c.id") ", " BY_SQL(
      "orders", "c.id") " FROM (SELECT 1 AS id UNION ALL SELECT 2 UNION ALL SELECT 3) AS c";
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &statement, NULL), SQLITE_OK);
    for (int row = 0; row < 3; row++) {
      assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
      assert_int_equal(sqlite3_column_int64(statement, 0), sqlite3_column_int64(statement, 1));
      sqlite3_exec(other, "INSERT INTO orders VALUES (78, 1700000000, 1)", NULL, NULL, NULL);
    }
    sqlite3_finalize(statement);
    sqlite3_exec(other, "INSERT INTO orders VALUES (79, 1700000000, 1)", NULL, NULL, NULL);
    expect_equal(db, "SELECT " BY_FUNCTION("orders", "id") ", " BY_SQL("orders", "id") " FROM customers", CUSTOMERS);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    assert_int_equal(sqlite3_close(other), SQLITE_OK);
  }
}

/* Answers are kept while a cursor is open, for any statement; a second one must not be given what the first one saw. */
static void a_kept_answer_is_not_given_after_a_change(void **state)
{
  (void)state;
  sqlite3 *db = shop(":memory:");
  sqlite3_stmt *first = NULL;
  static const char count[] = "SELECT count(*) FROM rfm('counted')";
  assert_int_equal(sqlite3_prepare_v2(db, "SELECT customer FROM rfm('counted')", -1, &first, NULL), SQLITE_OK);
  assert_int_equal(sqlite3_step(first), SQLITE_ROW);
  ticks = 0;
  assert_int_equal(number(db, count), CUSTOMERS);
  connection_must(db, "INSERT INTO orders VALUES (77, 1700000000, 1)");
  assert_int_equal(number(db, count), CUSTOMERS + 1);
  sqlite3_finalize(first);
  connection_must(db, "INSERT INTO orders VALUES (78, 1700000000, 1)");
  assert_int_equal(number(db, count), CUSTOMERS + 2);
  assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

/* A virtual table of the host, whose rows lie outside of every database: customers 1 … host_rows. */
static sqlite3_int64 host_rows;

typedef struct HostCursor {
  sqlite3_vtab_cursor base;
  sqlite3_int64 row;
} HostCursor;

static int host_connect(sqlite3 *db, void *aux, int n, const char *const *arguments, sqlite3_vtab **out, char **message)
{
  (void)aux, (void)n, (void)arguments, (void)message;
  *out = sqlite3_malloc(sizeof **out);
  memset(*out, 0, sizeof **out);
  return sqlite3_declare_vtab(db, "CREATE TABLE x(customer_id, ordered_at, amount)");
}

static int host_disconnect(sqlite3_vtab *table)
{
  sqlite3_free(table);
  return SQLITE_OK;
}

static int host_plan(sqlite3_vtab *table, sqlite3_index_info *info)
{
  (void)table, (void)info;
  return SQLITE_OK;
}

static int host_open(sqlite3_vtab *table, sqlite3_vtab_cursor **out)
{
  HostCursor *cursor = sqlite3_malloc(sizeof *cursor);
  (void)table;
  memset(cursor, 0, sizeof *cursor);
  *out = &cursor->base;
  return SQLITE_OK;
}

static int host_close(sqlite3_vtab_cursor *cursor)
{
  sqlite3_free(cursor);
  return SQLITE_OK;
}

static int host_filter(sqlite3_vtab_cursor *cursor, int plan, const char *text, int n, sqlite3_value **values)
{
  (void)plan, (void)text, (void)n, (void)values;
  ((HostCursor *)cursor)->row = 1;
  return SQLITE_OK;
}

static int host_next(sqlite3_vtab_cursor *cursor)
{
  ((HostCursor *)cursor)->row++;
  return SQLITE_OK;
}

static int host_eof(sqlite3_vtab_cursor *cursor)
{
  return ((HostCursor *)cursor)->row > host_rows;
}

static int host_column(sqlite3_vtab_cursor *cursor, sqlite3_context *context, int column)
{
  sqlite3_result_int64(context, column == 1 ? 1700000000 : ((HostCursor *)cursor)->row);
  return SQLITE_OK;
}

static int host_rowid(sqlite3_vtab_cursor *cursor, sqlite3_int64 *rowid)
{
  *rowid = ((HostCursor *)cursor)->row;
  return SQLITE_OK;
}

static int host_update(sqlite3_vtab *table, int n, sqlite3_value **values, sqlite3_int64 *rowid)
{
  (void)table, (void)n, (void)values;
  *rowid = ++host_rows;
  return SQLITE_OK;
}

static const sqlite3_module HOST_MODULE = {.xCreate = host_connect,
                                           .xConnect = host_connect,
                                           .xBestIndex = host_plan,
                                           .xDisconnect = host_disconnect,
                                           .xDestroy = host_disconnect,
                                           .xOpen = host_open,
                                           .xClose = host_close,
                                           .xFilter = host_filter,
                                           .xNext = host_next,
                                           .xEof = host_eof,
                                           .xColumn = host_column,
                                           .xRowid = host_rowid,
                                           .xUpdate = host_update};

/* What is written to it moves no page of a database. */
static void a_change_of_a_virtual_table_is_noticed(void **state)
{
  static const char *const WHERE[] = {"main", "temp", "x"};
  (void)state;
  for (size_t i = 0; i < COUNT_OF(WHERE); i++) {
    sqlite3 *db = shop(":memory:");
    sqlite3_stmt *statement = NULL;
    host_rows = 5;
    assert_int_equal(sqlite3_create_module(db, "host", &HOST_MODULE, NULL), SQLITE_OK);
    char *sql = sqlite3_mprintf("ATTACH ':memory:' AS x; CREATE VIRTUAL TABLE %s.rows_of_host USING host", WHERE[i]);
    connection_must(db, sql);
    sqlite3_free(sql);
    assert_int_equal(sqlite3_prepare_v2(db,
                                        "SELECT (SELECT count(*) FROM customer_summary('rows_of_host') WHERE"
                                        " customer <> -id) FROM customers",
                                        -1, &statement, NULL),
                     SQLITE_OK);
    for (int row = 0; row < 3; row++) {
      assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
      assert_int_equal(sqlite3_column_int64(statement, 0), host_rows);
      connection_must(db, "INSERT INTO rows_of_host VALUES (1, 2, 3)");
    }
    sqlite3_finalize(statement);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_statement_that_asks_again_reads_once),
    cmocka_unit_test(so_does_a_view_that_asks_again_and_is_a_source),
    cmocka_unit_test(a_join_reads_once_and_fits_once),
    cmocka_unit_test(a_statement_that_writes_is_answered_row_by_row),
    cmocka_unit_test(whatever_it_writes_is_noticed),
    cmocka_unit_test(a_statement_that_writes_elsewhere_reads_once),
    cmocka_unit_test(a_function_of_the_host_that_writes_is_noticed),
    cmocka_unit_test(data_that_changes_while_it_is_read_is_read_again),
    cmocka_unit_test(databases_are_told_apart),
    cmocka_unit_test(what_happens_between_steps_is_noticed),
    cmocka_unit_test(other_connections_are_seen_as_by_sql),
    cmocka_unit_test(a_change_of_a_virtual_table_is_noticed),
    cmocka_unit_test(a_kept_answer_is_not_given_after_a_change),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
