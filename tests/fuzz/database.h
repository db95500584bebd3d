/*
** The database that fuzz targets run on: tests/support/shop.sql in memory, with limits, and what may go wrong and what
** not.
*/
#ifndef RETAIN_TESTS_FUZZ_DATABASE_H
#define RETAIN_TESTS_FUZZ_DATABASE_H

#include <sqlite3.h>

/* One connection for the whole process, made at the first call. Must be called from the top folder. */
sqlite3 *database(void);

/* Around one input: nothing of it stays. */
void database_begin(void);
void database_rollback(void);

/* Ends the process on a result that no input may cause. Errors of the input are fine. */
void database_check(int rc, const char *sql);

/* Steps to the end, at most 10,000 rows, reading every cell; finalizes. The time limit counts from here. */
int database_step(sqlite3_stmt *statement);

/* Words that mean something: names of functions, parameters and columns, tables, choices, times. */
const char *database_word(unsigned number);

#endif
