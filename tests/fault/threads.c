/*
** Eight connections at once:  threads DATABASE SETUP.sql STATEMENTS.sql [ROUNDS]
**
** SETUP.sql makes the database anew. Every thread opens its own connection, runs every statement from its own starting
** point, and must get the rows that one thread alone got. Under the thread sanitizer this shows shared mutable state;
** without it, it still shows wrong rows.
*/
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "connection.h"

#define THREADS 8

typedef struct Expected {
  int rc;
  Transcript rows;
} Expected;

typedef struct Work {
  const char *file;
  const Statements *statements;
  const Expected *expected;
  int number, rounds, wrong, runs;
} Work;

static void *work_run(void *argument)
{
  Work *work = argument;
  Transcript rows = {0};
  sqlite3 *db = connection_open(work->file);
  int n = work->statements->n;
  for (int i = 0; i < n * work->rounds; i++) {
    int k = (i + work->number * n / THREADS) % n;
    int rc = connection_run(db, work->statements->sql[k], &rows);
    work->runs++;
    if (rc != work->expected[k].rc || strcmp(rows.bytes, work->expected[k].rows.bytes) != 0) {
      work->wrong++;
      printf("FAIL threads: another result in thread %d: %s\n", work->number, work->statements->sql[k]);
    }
  }
  sqlite3_close(db);
  transcript_free(&rows);
  return NULL;
}

int main(int argc, char **argv)
{
  Statements statements = {0}, setup = {0};
  Work work[THREADS];
  pthread_t threads[THREADS];
  int wrong = 0, runs = 0;
  if (argc < 4) {
    fprintf(stderr, "usage: threads DATABASE SETUP.sql STATEMENTS.sql [ROUNDS]\n");
    return 2;
  }
  remove(argv[1]);
  sqlite3 *db = connection_open(argv[1]);
  statements_read(&setup, argv[2]);
  for (int i = 0; i < setup.n; i++) {
    connection_must(db, setup.sql[i]);
  }
  statements_read(&statements, argv[3]);
  statements_examples(&statements);
  Expected *expected = calloc((size_t)statements.n, sizeof *expected);
  for (int i = 0; i < statements.n; i++) {
    expected[i].rc = connection_run(db, statements.sql[i], &expected[i].rows);
  }
  sqlite3_close(db);
  for (int i = 0; i < THREADS; i++) {
    work[i] = (Work){argv[1], &statements, expected, i, argc > 4 ? (int)strtol(argv[4], NULL, 10) : 3, 0, 0};
    pthread_create(&threads[i], NULL, work_run, &work[i]);
  }
  for (int i = 0; i < THREADS; i++) {
    pthread_join(threads[i], NULL);
    wrong += work[i].wrong;
    runs += work[i].runs;
  }
  for (int i = 0; i < statements.n; i++) {
    transcript_free(&expected[i].rows);
  }
  free(expected);
  statements_free(&statements);
  statements_free(&setup);
  printf("%s threads: %d connections at once, %d runs, %d wrong\n", wrong || !runs ? "FAIL" : "ok", THREADS, runs,
         wrong);
  return wrong || !runs;
}
