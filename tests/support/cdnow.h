/*
** The CDNOW 1/10 sample (Fader, Hardie & Lee 2005) as rows to feed(), from the reference data beside the repository;
** the test skips, saying so, where they are absent.
*/
#ifndef RETAIN_TESTS_CDNOW_H
#define RETAIN_TESTS_CDNOW_H

#include <stdio.h>

#include "feed.h"

#define CDNOW_ORDERS "../shared/data/cdnow_sample_orders.csv"
#define CDNOW_ROWS 6919

/* The caller's, from malloc(). */
static inline Row *cdnow_rows(size_t *n)
{
  FILE *file = open_or_skip(CDNOW_ORDERS);
  char line[256], date[16];
  Row *rows = malloc(CDNOW_ROWS * sizeof *rows);
  *n = 0;
  while (fgets(line, sizeof line, file)) {
    int customer;
    double value;
    if (sscanf(line, "%d,%10[0-9-],%*d,%lf", &customer, date, &value) == 3 && *n < CDNOW_ROWS) {
      rows[*n] = (Row){at(date), customer, value, (int64_t)*n + 1};
      ++*n;
    }
  }
  fclose(file);
  assert_int_equal(*n, CDNOW_ROWS);
  return rows;
}

#endif
