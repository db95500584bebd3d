/*
** What the C test programs share: a connection with retain linked in, a whole result as one text, statements from a
** file. Memory here is libc's, so that SQLite's own counts show only what is tested.
*/
#ifndef RETAIN_TESTS_CONNECTION_H
#define RETAIN_TESTS_CONNECTION_H

#include <stddef.h>

#include <sqlite3.h>

typedef struct Transcript {
  char *bytes; /* ends in a zero byte; NULL while nothing was added */
  size_t length, size;
} Transcript;
void transcript_add(Transcript *text, const char *bytes, size_t length);
void transcript_clear(Transcript *text);
void transcript_free(Transcript *text);

/* Opens and registers; ends the program with a message where that fails. */
sqlite3 *connection_open(const char *file);

/*
** Runs every statement of `sql`; rows as a|b|c lines, NULL as nothing. rows may be NULL. An SQLite result code,
** SQLITE_OK at the end.
*/
int connection_run(sqlite3 *db, const char *sql, Transcript *rows);

/* As connection_run(), but ends the program with a message on an error. */
void connection_must(sqlite3 *db, const char *sql);

/* Single statements, as they are to be run. */
typedef struct Statements {
  char **sql;
  int n;
} Statements;
void statements_add(Statements *statements, const char *sql, size_t length);
void statements_read(Statements *statements, const char *file); /* each ends in ; at the end of a line */
void statements_examples(Statements *statements);               /* the example of every function, from retain_help */
void statements_free(Statements *statements);

/* CPU seconds of this process. */
double cpu_seconds(void);

#endif
