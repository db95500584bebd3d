/*
** Runs an SQL script the way the sqlite3 shell's list mode does, on whatever SQLite it was linked with, with retain
** either linked in or loaded:
**
**   sqlhost [-load FILE] [-db FILE] [SCRIPT]
**
** Rows print as a|b|c, NULL as nothing. The first statement that fails ends the run with status 1, unless the line
** before it is `-- expect error`: then `error: <message>` is printed, and a statement that works is the failure.
** Dot commands: .import --csv [--skip N] FILE TABLE, .print TEXT, .headers on|off, .nullvalue TEXT.
**
** A script checks values by inserting into the table below; each check prints at once as `ok …` or `FAIL …`. The last
** line is `assertions: N`: checks, expected errors and queries whose rows were printed. What cannot fail is a failure:
** an INSERT INTO checks that adds no row, a query that prints none.
*/
#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sqlite3.h>

#include "retain.h"

/* One row, one check: `got` must be `want`, NULL included, or be a number within `tolerance` of the number `want`. */
static const char checks_table[] =
  "CREATE TEMP TABLE checks (id INTEGER PRIMARY KEY, what TEXT NOT NULL, got, want, tolerance)";

static const char checks_result[] = "SELECT iif(passed, 'ok ' || what, printf('FAIL %s: got %s, want %s', what, "
                                    "quote(got), quote(want)) || coalesce(' within ' || tolerance, '')), id"
                                    " FROM (SELECT *, got IS want OR coalesce(typeof(got) IN ('integer', 'real') AND "
                                    "typeof(want) IN ('integer', 'real') AND abs(got - want) <= tolerance, 0) AS passed"
                                    " FROM temp.checks WHERE id > ?1) ORDER BY id";

typedef struct Text {
  char *bytes;
  size_t length, size;
} Text;

typedef struct Host {
  sqlite3 *db;
  const char *script;
  long line;
  bool headers, expect_error;
  char null[32];
  sqlite3_int64 last_check; /* the id of the last one printed */
  long assertions;
} Host;

static void text_add(Text *text, const char *bytes, size_t length)
{
  if (text->length + length + 1 > text->size) {
    text->size = (text->length + length + 1) * 2;
    text->bytes = realloc(text->bytes, text->size);
    if (!text->bytes) {
      abort();
    }
  }
  memcpy(text->bytes + text->length, bytes, length);
  text->length += length;
  text->bytes[text->length] = 0;
}

static bool read_line(FILE *in, Text *line)
{
  int c;
  line->length = 0;
  text_add(line, "", 0);
  while ((c = getc(in)) != EOF) {
    char byte = (char)c;
    text_add(line, &byte, 1);
    if (c == '\n') {
      return true;
    }
  }
  return line->length > 0;
}

static bool fail(const Host *host, const char *message)
{
  printf("FAIL %s line %ld: %s\n", host->script, host->line, message);
  return false;
}

static void print_row(const Host *host, sqlite3_stmt *statement)
{
  int n = sqlite3_column_count(statement);
  for (int i = 0; i < n; i++) {
    const char *cell = (const char *)sqlite3_column_text(statement, i);
    printf("%s%s", i ? "|" : "", cell ? cell : host->null);
  }
  putchar('\n');
}

/* Prints the checks that were added since the last time. */
static bool print_checks(Host *host)
{
  sqlite3_stmt *statement = NULL;
  sqlite3_int64 before = host->last_check;
  int rc = sqlite3_prepare_v2(host->db, checks_result, -1, &statement, NULL);
  if (rc == SQLITE_OK) {
    sqlite3_bind_int64(statement, 1, before);
    while ((rc = sqlite3_step(statement)) == SQLITE_ROW) {
      puts((const char *)sqlite3_column_text(statement, 0));
      host->last_check = sqlite3_column_int64(statement, 1);
      host->assertions++;
    }
  }
  sqlite3_finalize(statement);
  if (rc != SQLITE_DONE) {
    return fail(host, sqlite3_errmsg(host->db));
  }
  return host->last_check > before ? true : fail(host, "no check was added");
}

/* Runs one statement and prints its rows; the result code is left to the caller. */
static int print_rows(Host *host, sqlite3_stmt *statement, long *rows)
{
  int rc, n = sqlite3_column_count(statement);
  while ((rc = sqlite3_step(statement)) == SQLITE_ROW) {
    for (int i = 0; host->headers && *rows == 0 && i < n; i++) {
      printf("%s%s%s", i ? "|" : "", sqlite3_column_name(statement, i), i + 1 < n ? "" : "\n");
    }
    print_row(host, statement);
    ++*rows;
  }
  return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

static bool run_sql(Host *host, const char *sql)
{
  bool expect = host->expect_error;
  host->expect_error = false;
  while (*sql) {
    sqlite3_stmt *statement = NULL;
    long rows = 0;
    int rc = sqlite3_prepare_v2(host->db, sql, -1, &statement, &sql);
    if (rc == SQLITE_OK && statement) {
      rc = print_rows(host, statement, &rows);
    }
    bool query = statement && sqlite3_stmt_readonly(statement) && sqlite3_column_count(statement) > 0;
    bool checks = statement && strstr(sqlite3_sql(statement), "INTO checks ") != NULL;
    sqlite3_finalize(statement);
    if (rc != SQLITE_OK) {
      if (!expect) {
        return fail(host, sqlite3_errmsg(host->db));
      }
      printf("error: %s\n", sqlite3_errmsg(host->db));
      host->assertions++;
      return true;
    }
    if (checks && !print_checks(host)) {
      return false;
    }
    if (query && rows == 0) {
      return fail(host, "the query gave no rows");
    }
    host->assertions += rows > 0;
  }
  return expect ? fail(host, "expected an error, got none") : true;
}

/* One CSV record; false at the end of the file. Fields are stored one after another, each with its zero byte. */
static bool csv_record(FILE *in, Text *fields, int *n)
{
  int c = getc(in);
  bool quoted = false, any = c != EOF;
  fields->length = 0;
  *n = 0;
  for (; c != EOF; c = getc(in)) {
    char byte = (char)c;
    if (c == '"') {
      if (quoted) {
        int next = getc(in);
        if (next == '"') {
          text_add(fields, &byte, 1);
          continue;
        }
        ungetc(next, in);
      }
      quoted = !quoted;
    } else if (!quoted && (c == ',' || c == '\n')) {
      text_add(fields, "", 1);
      ++*n;
      if (c == '\n') {
        return true;
      }
    } else if (quoted || c != '\r') {
      text_add(fields, &byte, 1);
    }
  }
  if (any) {
    text_add(fields, "", 1);
    ++*n;
  }
  return any;
}

/* A table that does not exist is created from the first record, as the shell does. */
static bool import_csv(Host *host, const char *file, const char *table, long skip)
{
  Text fields = {0}, sql = {0};
  sqlite3_stmt *insert = NULL;
  int n = 0, columns = 0;
  bool ok = false, begun = false;
  char *quoted = NULL;
  FILE *in = fopen(file, "rb");
  if (!in) {
    return fail(host, "cannot open the file to import");
  }
  quoted = sqlite3_mprintf("%w", table);
  while (skip-- > 0 && csv_record(in, &fields, &n)) {
  }
  if (sqlite3_table_column_metadata(host->db, NULL, table, NULL, NULL, NULL, NULL, NULL, NULL) != SQLITE_OK) {
    if (!csv_record(in, &fields, &n)) {
      fail(host, "the file to import is empty");
      goto done;
    }
    char *create = sqlite3_mprintf("CREATE TABLE \"%s\"(", quoted);
    const char *field = fields.bytes;
    for (int i = 0; i < n; i++, field += strlen(field) + 1) {
      char *more = sqlite3_mprintf("%s%s\"%w\" TEXT", create, i ? "," : "", field);
      sqlite3_free(create);
      create = more;
    }
    text_add(&sql, create, strlen(create));
    text_add(&sql, ")", 1);
    sqlite3_free(create);
    if (!run_sql(host, sql.bytes)) {
      goto done;
    }
  }
  {
    char *select = sqlite3_mprintf("SELECT * FROM \"%s\"", quoted);
    sqlite3_stmt *statement = NULL;
    int rc = sqlite3_prepare_v2(host->db, select, -1, &statement, NULL);
    columns = rc == SQLITE_OK ? sqlite3_column_count(statement) : 0;
    sqlite3_finalize(statement);
    sqlite3_free(select);
  }
  sql.length = 0;
  text_add(&sql, "INSERT INTO \"", 13);
  text_add(&sql, quoted, strlen(quoted));
  text_add(&sql, "\" VALUES(", 9);
  for (int i = 0; i < columns; i++) {
    text_add(&sql, i ? ",?" : "?", i ? 2 : 1);
  }
  text_add(&sql, ")", 1);
  if (sqlite3_prepare_v2(host->db, sql.bytes, -1, &insert, NULL) != SQLITE_OK) {
    fail(host, sqlite3_errmsg(host->db));
    goto done;
  }
  if (sqlite3_get_autocommit(host->db)) {
    begun = run_sql(host, "BEGIN");
  }
  while (csv_record(in, &fields, &n)) {
    const char *field = fields.bytes;
    sqlite3_clear_bindings(insert);
    for (int i = 0; i < n && i < columns; i++, field += strlen(field) + 1) {
      sqlite3_bind_text(insert, i + 1, field, -1, SQLITE_TRANSIENT);
    }
    sqlite3_step(insert);
    if (sqlite3_reset(insert) != SQLITE_OK) {
      fail(host, sqlite3_errmsg(host->db));
      goto done;
    }
  }
  ok = true;
done:
  sqlite3_finalize(insert);
  if (begun && !run_sql(host, "COMMIT")) {
    ok = false;
  }
  sqlite3_free(quoted);
  free(sql.bytes);
  free(fields.bytes);
  fclose(in);
  return ok;
}

static bool run_dot(Host *host, char *line)
{
  char *word[8] = {0};
  int n = 0;
  for (char *p = line; *p && n < 8;) {
    while (isspace((unsigned char)*p)) {
      *p++ = 0;
    }
    if (*p) {
      char end = *p == '\'' || *p == '"' ? *p++ : 0;
      word[n++] = p;
      while (*p && (end ? *p != end : !isspace((unsigned char)*p))) {
        p++;
      }
      if (end && *p) {
        *p++ = 0;
      }
    }
  }
  if (strcmp(word[0], ".print") == 0) {
    for (int i = 1; i < n; i++) {
      printf("%s%s", i > 1 ? " " : "", word[i]);
    }
    putchar('\n');
    return true;
  }
  if (strcmp(word[0], ".headers") == 0 && n == 2) {
    host->headers = strcmp(word[1], "on") == 0;
    return true;
  }
  if (strcmp(word[0], ".nullvalue") == 0 && n == 2) {
    snprintf(host->null, sizeof host->null, "%s", word[1]);
    return true;
  }
  if (strcmp(word[0], ".import") == 0 && n >= 4 && strcmp(word[1], "--csv") == 0) {
    bool skip = n == 6 && strcmp(word[2], "--skip") == 0;
    if (skip || n == 4) {
      return import_csv(host, word[n - 2], word[n - 1], skip ? strtol(word[3], NULL, 10) : 0);
    }
  }
  return fail(host, "unknown dot command (see tests/README.md)");
}

static bool blank(const char *text)
{
  while (isspace((unsigned char)*text)) {
    text++;
  }
  return *text == 0;
}

static bool run_script(Host *host, FILE *in)
{
  Text line = {0}, sql = {0};
  bool ok = true;
  text_add(&sql, "", 0);
  while (ok && read_line(in, &line)) {
    host->line++;
    if (sql.length == 0) {
      if (line.bytes[0] == '.') {
        ok = run_dot(host, line.bytes);
        continue;
      }
      if (strncmp(line.bytes, "-- expect error", 15) == 0) {
        host->expect_error = true;
        continue;
      }
      if (blank(line.bytes) || strncmp(line.bytes, "--", 2) == 0) {
        continue;
      }
    }
    text_add(&sql, line.bytes, line.length);
    if (sqlite3_complete(sql.bytes)) {
      ok = run_sql(host, sql.bytes);
      sql.length = 0;
    }
    fflush(stdout);
  }
  if (ok && sql.length && !blank(sql.bytes)) {
    ok = run_sql(host, sql.bytes);
  }
  free(line.bytes);
  free(sql.bytes);
  return ok;
}

int main(int argc, char **argv)
{
  Host host = {.script = "stdin"};
  const char *load = NULL, *database = ":memory:";
  char *message = NULL;
  FILE *in = stdin;
  int rc;
  for (int i = 1; i < argc; i++) {
    if (strcmp(argv[i], "-load") == 0 && i + 1 < argc) {
      load = argv[++i];
    } else if (strcmp(argv[i], "-db") == 0 && i + 1 < argc) {
      database = argv[++i];
    } else {
      host.script = argv[i];
      in = fopen(argv[i], "rb");
      if (!in) {
        fprintf(stderr, "sqlhost: cannot open %s\n", argv[i]);
        return 2;
      }
    }
  }
  if (sqlite3_open(database, &host.db) != SQLITE_OK) {
    fprintf(stderr, "sqlhost: %s\n", sqlite3_errmsg(host.db));
    return 2;
  }
  if (load) {
    sqlite3_enable_load_extension(host.db, 1);
    rc = sqlite3_load_extension(host.db, load, "sqlite3_retain_init", &message);
  } else {
    rc = sqlite3_retain_init(host.db, &message, NULL);
  }
  if (rc != SQLITE_OK) {
    printf("FAIL %s: retain did not load: %s\n", host.script, message ? message : sqlite3_errmsg(host.db));
    return 2;
  }
  bool ok = run_sql(&host, checks_table) && run_script(&host, in);
  printf("assertions: %ld\n", host.assertions);
  if (in != stdin) {
    fclose(in);
  }
  /* A statement that is still open keeps the connection alive: that is a leak of ours. */
  if (sqlite3_close(host.db) != SQLITE_OK) {
    ok = fail(&host, "the connection did not close");
  }
  sqlite3_shutdown();
  if (sqlite3_memory_used() > 0) {
    ok = fail(&host, "memory was not freed");
  }
  return ok ? 0 : 1;
}
