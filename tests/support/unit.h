/*
** What every cmocka program here includes: cmocka with the headers it asks for, comparisons of numbers, watches that
** stop a computation, and files beside the repository.
*/
#ifndef RETAIN_TESTS_UNIT_H
#define RETAIN_TESTS_UNIT_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "core/base/status.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* Whatever the tests of a program allocated by mem.h or SQLite has to be free when it ends. */
__attribute__((destructor)) static void nothing_leaks(void)
{
  sqlite3_shutdown();
  if (sqlite3_memory_used() > 0) {
    printf("[  FAILED  ] nothing_leaks\n%lld bytes were not freed\n", (long long)sqlite3_memory_used());
    fflush(stdout);
    _Exit(99);
  }
}

/* ---- Numbers: an infinity is itself; NaN is NaN and nothing else. */

static inline void assert_number(const char *what, double got, double want, double absolute, double relative,
                                 const char *file, int line)
{
  double most = absolute + relative * fabs(want);
  if (isnan(want) ? !isnan(got) : !(got == want || fabs(got - want) <= most)) {
    print_error("%s: got %.17g, want %.17g, off by %.2g, allowed %.2g\n", what, got, want, fabs(got - want), most);
    _fail(file, line);
  }
}

/* Within `tolerance` of `want`. */
#define assert_absolute(got, want, tolerance) assert_number(#got, got, want, tolerance, 0, __FILE__, __LINE__)

/* Within `tolerance` times |want|; 1e-320 for the digits that denormal numbers do not have. */
#define assert_relative(got, want, tolerance) assert_relative_of(#got, got, want, tolerance)

/* The same with what is compared in words. */
#define assert_relative_of(what, got, want, tolerance) \
  assert_number(what, got, want, 1e-320, tolerance, __FILE__, __LINE__)

/* ---- Watches */

static const Watch NEVER = {0};
#define METER_NEVER ((WatchMeter){.watch = &NEVER})

static inline bool stop_now(void *unused)
{
  (void)unused;
  return true;
}
static const Watch NOW = {stop_now, NULL};

/* {stop_after, &left}: says no `left` times, then stop for good; left is below 0 if it was asked to. */
static inline bool stop_after(void *left)
{
  return --*(int *)left < 0;
}

/* {stop_once, &left}: says stop at question number `left` alone; left is 0 or less if it was asked to. */
static inline bool stop_once(void *left)
{
  return --*(int *)left == 0;
}

/* {count_questions, &asked}: never says stop; how often long work asks is how soon it stops. */
static inline bool count_questions(void *asked)
{
  ++*(int *)asked;
  return false;
}

/* ---- Files beside the repository */

/* The test is skipped, saying so, where the file is absent. */
static inline FILE *open_or_skip(const char *path)
{
  FILE *file = fopen(path, "r");
  if (!file) {
    print_message("skip: no %s\n", path);
    skip();
  }
  return file;
}

/* The numbers of a line of CSV after its first `skip` fields: how many. */
static inline int csv_numbers(const char *line, int skip, double *out, int most)
{
  int n = 0;
  for (const char *field = line; field && n < most; skip--) {
    if (skip <= 0) {
      out[n++] = strtod(field, NULL);
    }
    field = strchr(field, ',');
    field = field ? field + 1 : NULL;
  }
  return n;
}

#endif
