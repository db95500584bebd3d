/*
** Every name that retain_help('columns') lists is recognised, in any spelling of its case, spaces and underscores; and
** the first names go before the further ones. not under valgrind: hundreds of tables, which ASan and UBSan see too
*/
#include "connection.h"
#include "unit.h"

static char *text_of(sqlite3 *db, const char *sql)
{
  Transcript text = {0};
  if (connection_run(db, sql, &text) != SQLITE_OK) {
    fail_msg("%s: %s", sql, sqlite3_errmsg(db));
  }
  char *copy = sqlite3_mprintf("%s", text.bytes ? text.bytes : "");
  transcript_free(&text);
  return copy;
}

static void must_be(sqlite3 *db, const char *sql, const char *wanted)
{
  char *text = text_of(db, sql);
  if (strcmp(text, wanted) != 0) {
    fail_msg("%s: %s, not %s", sql, text, wanted);
  }
  sqlite3_free(text);
}

/* A table with this column for one role, and columns that are named for the others. */
static void must_recognise(sqlite3 *db, const char *source, const char *param, const char *name)
{
  static const char *const OTHERS[][2] = {{"customer_column", "who"}, {"time_column", "day"},
                                          {"value_column", "worth"},  {"start_column", "from1"},
                                          {"end_column", "until1"},   {"amount_column", "fee1"}};
  bool events = strcmp(source, "events") == 0;
  sqlite3_str *sql = sqlite3_str_new(db), *where = sqlite3_str_new(db), *create = sqlite3_str_new(db);
  sqlite3_str_appendall(create, "DROP TABLE IF EXISTS t; CREATE TABLE t (x");
  for (size_t i = 0; i < COUNT_OF(OTHERS); i++) {
    bool of_events = i < 3, of_contracts = i == 0 || i > 2, is_it = strcmp(OTHERS[i][0], param) == 0;
    if (events ? of_events : of_contracts) {
      sqlite3_str_appendf(create, ", \"%w\"", is_it ? name : OTHERS[i][1]);
      if (!is_it) {
        sqlite3_str_appendf(where, " AND %s = %Q", OTHERS[i][0], OTHERS[i][1]);
      }
    }
  }
  sqlite3_str_appendf(create, "); INSERT INTO t VALUES (0, 1, '2025-01-01', %s)", events ? "5" : "NULL, 5");
  sqlite3_str_appendf(sql, "SELECT DISTINCT %s FROM %s('t') WHERE as_of = '2025-03-01'%s", param,
                      events ? "rfm" : "mrr_movements", sqlite3_str_value(where));
  char *wanted = sqlite3_mprintf("%s\n", name);
  connection_must(db, sqlite3_str_value(create));
  must_be(db, sqlite3_str_value(sql), wanted);
  sqlite3_free(wanted);
  sqlite3_free(sqlite3_str_finish(sql));
  sqlite3_free(sqlite3_str_finish(where));
  sqlite3_free(sqlite3_str_finish(create));
}

static void every_listed_name_is_recognised(void **unused)
{
  (void)unused;
  sqlite3 *help = connection_open(":memory:"), *db = connection_open(":memory:");
  sqlite3_stmt *rows = NULL;
  int names = 0;
  sqlite3_prepare_v2(help,
                     "SELECT name, item, replace(help, '; else ', ', ') FROM retain_help('columns') WHERE item LIKE "
                     "'%_column'",
                     -1, &rows, NULL);
  while (sqlite3_step(rows) == SQLITE_ROW) {
    char *list = sqlite3_mprintf("%s", sqlite3_column_text(rows, 2)), *next;
    for (char *name = list; name; name = next, names++) {
      next = strstr(name, ", ");
      if (next) {
        *next = 0;
        next += 2;
      }
      char *spelt = sqlite3_mprintf("%c_%s ", name[0] >= 'a' && name[0] <= 'z' ? name[0] - 32 : ' ',
                                    name[0] >= 'a' && name[0] <= 'z' ? name + 1 : name);
      must_recognise(db, (const char *)sqlite3_column_text(rows, 0), (const char *)sqlite3_column_text(rows, 1), name);
      must_recognise(db, (const char *)sqlite3_column_text(rows, 0), (const char *)sqlite3_column_text(rows, 1), spelt);
      sqlite3_free(spelt);
    }
    sqlite3_free(list);
  }
  sqlite3_finalize(rows);
  assert_int_equal(sqlite3_close(help), SQLITE_OK);
  assert_true(names > 300);
  assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void first_names_go_before_further_ones(void **unused)
{
  (void)unused;
  sqlite3 *db = connection_open(":memory:");
  connection_must(db, "CREATE TABLE a (uid, customer_id, pay_time, order_date, create_time, \"实付款\");"
                      "INSERT INTO a VALUES (1, 2, '2025-01-01', '2025-01-02', '2025-01-03', 5)");
  must_be(db, "SELECT DISTINCT customer_column, time_column, value_column FROM customer_summary('a')",
          "customer_id|order_date|实付款\n");
  connection_must(db, "ALTER TABLE a DROP COLUMN order_date");
  Transcript text = {0};
  assert_int_equal(connection_run(db, "SELECT 1 FROM customer_summary('a')", &text), SQLITE_ERROR);
  assert_string_equal(
    sqlite3_errmsg(db),
    "customer_summary(): several columns of a could be the time (pay_time, create_time): name one with "
    "WHERE time_column = '…'; the columns of a are: uid, customer_id, pay_time, create_time, 实付款");
  transcript_free(&text);
  must_be(db, "SELECT count(*), count(DISTINCT name) FROM retain_help('COLUMNS') WHERE topic = 'names'", "11|3\n");
  assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_listed_name_is_recognised),
    cmocka_unit_test(first_names_go_before_further_ones),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
