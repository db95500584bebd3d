/*
** Fisher's exact test of two rates (Fisher 1935).
**
** Given how many did in both groups together, k1 is hypergeometric where the rates are the same. Two-sided: p is the
** probability of all outcomes that are not likelier than the one observed, those within a part of 1e-7 of it included,
** as in R's fisher.test.
*/
#ifndef RETAIN_CORE_NUMERICS_FISHER_H
#define RETAIN_CORE_NUMERICS_FISHER_H

#include <stdint.h>

#define FISHER_COUNT_MAX INT64_C(1000000000)

/*
** p for k1 of n1 and k2 of n2, 0 <= k <= n <= FISHER_COUNT_MAX. Relative error < 1e-12, however small p is, down to
** 1e-300; 0 below that. O(sqrt(n)): milliseconds at most.
*/
double fisher_exact(int64_t k1, int64_t n1, int64_t k2, int64_t n2);

#endif
