/*
** What the program of a statement reads and writes: the b-trees that EXPLAIN says it opens, those of its views,
** triggers and foreign keys included.
*/
#ifndef RETAIN_GLUE_PROGRAM_H
#define RETAIN_GLUE_PROGRAM_H

#include "connection.h"

/* A set of b-trees. {0} is the empty set. */
typedef struct Trees {
  bool all; /* nothing is known: memory ran out, or code of the host takes part */
  struct Tree {
    sqlite3_int64 database, root;
  } * tree;
  size_t n, size;
} Trees;

bool trees_meet(const Trees *a, const Trees *b);
void trees_free(Trees *trees); /* the empty set again */

/* Adds what a statement reads; sql: NULL for out of memory. */
void program_reads(const Connection *connection, const char *sql, Trees *reads);

/* Adds what a statement writes; sql: NULL where it is not known. */
void program_writes(const Connection *connection, const char *sql, Trees *writes);

#endif
