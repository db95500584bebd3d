/*
** Customers reduced to what a model sees of them, equal ones merged: a fit costs by distinct rows.
**
** Rows are kept in the order of (x, t_x, T, covariates), so that sums over them do not depend on the order of arrival;
** whole-number weights add exactly: a summary grouped elsewhere, with its counts as weights, fits to the same digits.
** Expected O(1) to add a row. Memory per distinct row: 32 + 8 n_covariates bytes once it is finished. While rows are
** added there is room for up to twice as many: 48 … 96 + 8 … 16 n_covariates; cbs_finish() needs 40 more to sort, then
** 32 + 8 n_covariates for the result.
*/
#ifndef RETAIN_CORE_BTYD_CBS_H
#define RETAIN_CORE_BTYD_CBS_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/hash.h"
#include "core/base/status.h"

/*
** One customer, in units of time: x repeat purchases, the last at t_x (0 where x = 0), seen until T, counted
** from the first purchase. BG/BB: x transactions in T opportunities, the last in t_x. Gamma-Gamma: t_x is the mean
** value m, T is 0.
*/
typedef struct CbsRow {
  double x, t_x, T;
} CbsRow;

/* {0} with n_covariates set is a valid empty object; cbs_free() may run twice. */
typedef struct Cbs {
  int n_covariates;
  size_t n;                     /* distinct rows */
  double *x, *t_x, *T, *weight; /* after cbs_finish() */
  double *z;                    /* n * n_covariates, a row's beside each other; NULL without covariates */
  /* While it is built: rows as they came, and their hash (row + 1, 0 is free; n_slots is a power of two). */
  HashSecret secret;
  struct CbsSlot *rows;
  size_t capacity;
  uint32_t *slots;
  size_t n_slots;
} Cbs;

/* Adds a row of weight > 0 (rows of weight 0: do not add). z: n_covariates numbers. All finite. */
Status cbs_add(Cbs *cbs, CbsRow row, const double *z, double weight, const Watch *watch);

/* Sorts; after it nothing may be added. */
Status cbs_finish(Cbs *cbs, const Watch *watch);

double cbs_customers(const Cbs *cbs); /* the sum of the weights */

void cbs_free(Cbs *cbs);

#endif
