/*
** Every text of retain_help, data_check and contracts_check has a line in texts_zh.def, and every line there is used:
** no old text, none twice.
*/
#include <string.h>

#include "connection.h"
#include "unit.h"

static const struct {
  const char *english, *chinese;
} LINES[] = {
#define TEXT(english, chinese) {english, chinese},
#include "texts_zh.def"
#undef TEXT
};
enum {
  N_LINES = sizeof LINES / sizeof LINES[0]
};

static const char *const DETAILS[] = {
#define FINDING(NAME, kind, severity, detail) detail,
#define WORDS(NAME, text) text,
#include "fn/contracts/contracts_check.def"
#include "fn/events/data_check.def"
#undef FINDING
#undef WORDS
};

/* The texts that are translated: families, the help of summaries, parameters and columns, and the details. */
static const char TEXTS[] = "SELECT text FROM texts";
static void find_texts(sqlite3 *db)
{
  sqlite3_stmt *insert = NULL;
  connection_must(db, "CREATE TABLE texts (text UNIQUE ON CONFLICT IGNORE);"
                      "INSERT INTO texts SELECT family FROM retain_help;"
                      "INSERT INTO texts SELECT help FROM retain_help('*') WHERE topic IN ('summary', 'parameter', "
                      "'column')");
  assert_int_equal(sqlite3_prepare_v2(db, "INSERT INTO texts VALUES (?1)", -1, &insert, NULL), SQLITE_OK);
  for (size_t i = 0; i < sizeof DETAILS / sizeof *DETAILS; i++) {
    sqlite3_bind_text(insert, 1, DETAILS[i], -1, SQLITE_STATIC);
    assert_int_equal(sqlite3_step(insert), SQLITE_DONE);
    sqlite3_reset(insert);
  }
  sqlite3_finalize(insert);
}

static void every_text_has_a_line(void **state)
{
  (void)state;
  sqlite3 *db = connection_open(":memory:");
  find_texts(db);
  sqlite3_stmt *texts = NULL;
  int missing = 0, found = 0;
  assert_int_equal(sqlite3_prepare_v2(db, TEXTS, -1, &texts, NULL), SQLITE_OK);
  while (sqlite3_step(texts) == SQLITE_ROW) {
    const char *text = (const char *)sqlite3_column_text(texts, 0);
    int line = 0;
    while (line < N_LINES && strcmp(LINES[line].english, text) != 0) {
      line++;
    }
    found++;
    if (line == N_LINES) {
      missing++;
      print_error("ext/texts_zh.def lacks:\nTEXT(\"%s\",\n     \"…\")\n", text);
    }
  }
  sqlite3_finalize(texts);
  assert_int_equal(sqlite3_close(db), SQLITE_OK);
  assert_true(found > 500);
  assert_int_equal(missing, 0);
}

static void every_line_is_used_once(void **state)
{
  (void)state;
  sqlite3 *db = connection_open(":memory:");
  find_texts(db);
  sqlite3_stmt *count = NULL;
  char *sql = sqlite3_mprintf("SELECT count(*) FROM (%s) WHERE text = ?1", TEXTS);
  int bad = 0;
  assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &count, NULL), SQLITE_OK);
  sqlite3_free(sql);
  for (int i = 0; i < N_LINES; i++) {
    sqlite3_bind_text(count, 1, LINES[i].english, -1, SQLITE_STATIC);
    assert_int_equal(sqlite3_step(count), SQLITE_ROW);
    bool used = sqlite3_column_int(count, 0) == 1, twice = false;
    sqlite3_reset(count);
    for (int j = 0; j < i; j++) {
      twice |= strcmp(LINES[j].english, LINES[i].english) == 0;
    }
    if (!used || twice || !*LINES[i].chinese) {
      bad++;
      print_error("ext/texts_zh.def: %s: %s\n", !used ? "no text is" : twice ? "twice" : "empty", LINES[i].english);
    }
  }
  sqlite3_finalize(count);
  assert_int_equal(sqlite3_close(db), SQLITE_OK);
  assert_int_equal(bad, 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_text_has_a_line),
    cmocka_unit_test(every_line_is_used_once),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
