#define _POSIX_C_SOURCE 200809L
#include "connection.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "retain.h"

static void die(const char *what, const char *message)
{
  fflush(stdout);
  fprintf(stderr, "FAIL %s: %s\n", what, message);
  exit(2);
}

static void *resize(void *p, size_t size)
{
  p = realloc(p, size);
  if (!p) {
    die("test", "out of memory");
  }
  return p;
}

void transcript_add(Transcript *text, const char *bytes, size_t length)
{
  if (text->length + length + 1 > text->size) {
    text->size = (text->length + length + 1) * 2;
    text->bytes = resize(text->bytes, text->size);
  }
  memcpy(text->bytes + text->length, bytes, length);
  text->length += length;
  text->bytes[text->length] = 0;
}

void transcript_clear(Transcript *text)
{
  text->length = 0;
  transcript_add(text, "", 0);
}

void transcript_free(Transcript *text)
{
  free(text->bytes);
  *text = (Transcript){0};
}

sqlite3 *connection_open(const char *file)
{
  sqlite3 *db = NULL;
  char *message = NULL;
  if (sqlite3_open(file, &db) != SQLITE_OK) {
    die(file, sqlite3_errmsg(db));
  }
  if (sqlite3_retain_init(db, &message, NULL) != SQLITE_OK) {
    die(file, message ? message : "retain did not load");
  }
  return db;
}

/* False when a value could not be turned into text for lack of memory. */
static int add_row(sqlite3_stmt *statement, Transcript *rows)
{
  int n = sqlite3_column_count(statement);
  for (int i = 0; i < n; i++) {
    int type = sqlite3_column_type(statement, i);
    const char *cell = (const char *)sqlite3_column_text(statement, i);
    if (!cell && type != SQLITE_NULL) {
      return 0;
    }
    if (rows) {
      transcript_add(rows, "|", i > 0);
      transcript_add(rows, cell ? cell : "", cell ? strlen(cell) : 0);
    }
  }
  if (rows) {
    transcript_add(rows, "\n", 1);
  }
  return 1;
}

int connection_run(sqlite3 *db, const char *sql, Transcript *rows)
{
  int rc = SQLITE_OK;
  if (rows) {
    transcript_clear(rows);
  }
  while (rc == SQLITE_OK && *sql) {
    sqlite3_stmt *statement = NULL;
    rc = sqlite3_prepare_v2(db, sql, -1, &statement, &sql);
    if (rc != SQLITE_OK) {
      return rc;
    }
    while (statement && (rc = sqlite3_step(statement)) == SQLITE_ROW) {
      if (!add_row(statement, rows)) {
        sqlite3_finalize(statement);
        return SQLITE_NOMEM;
      }
    }
    if (statement) {
      rc = sqlite3_finalize(statement);
    }
  }
  return rc;
}

void connection_must(sqlite3 *db, const char *sql)
{
  if (connection_run(db, sql, NULL) != SQLITE_OK) {
    die(sql, sqlite3_errmsg(db));
  }
}

void statements_add(Statements *statements, const char *sql, size_t length)
{
  statements->sql = resize(statements->sql, sizeof(char *) * (size_t)(statements->n + 1));
  char *copy = resize(NULL, length + 1);
  memcpy(copy, sql, length);
  copy[length] = 0;
  statements->sql[statements->n++] = copy;
}

void statements_read(Statements *statements, const char *file)
{
  Transcript sql = {0};
  char line[4096];
  FILE *in = fopen(file, "rb");
  if (!in) {
    die(file, "cannot be opened");
  }
  while (fgets(line, sizeof line, in)) {
    if (sql.length == 0 && (line[0] == '\n' || strncmp(line, "--", 2) == 0)) {
      continue;
    }
    transcript_add(&sql, line, strlen(line));
    if (sqlite3_complete(sql.bytes)) {
      statements_add(statements, sql.bytes, sql.length - 1);
      transcript_clear(&sql);
    }
  }
  fclose(in);
  transcript_free(&sql);
}

void statements_examples(Statements *statements)
{
  sqlite3 *db = connection_open(":memory:");
  sqlite3_stmt *statement = NULL;
  const char *sql = "SELECT DISTINCT help FROM retain_help('*') WHERE topic = 'example'";
  if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) != SQLITE_OK) {
    die("retain_help", sqlite3_errmsg(db));
  }
  while (sqlite3_step(statement) == SQLITE_ROW) {
    const char *example = (const char *)sqlite3_column_text(statement, 0);
    statements_add(statements, example, strlen(example));
  }
  sqlite3_finalize(statement);
  sqlite3_close(db);
  if (statements->n == 0) {
    die("retain_help", "no examples");
  }
}

void statements_free(Statements *statements)
{
  for (int i = 0; i < statements->n; i++) {
    free(statements->sql[i]);
  }
  free(statements->sql);
  *statements = (Statements){0};
}

double cpu_seconds(void)
{
  struct timespec now;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}
