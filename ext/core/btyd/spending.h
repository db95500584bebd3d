/*
** Where one customer's own purchases and spending of a horizon will lie, given the parameters: the predictive
** distribution, which is far wider than what is unsure about its mean.
**
** N, purchase days in t: 0 where the customer has gone; else, of BG/NBD and MBG/NBD, with rho = r + x, z = t / (alpha +
** T + t) and b' = b + x (+ 1),
**   P(N >= n) = I_z(n, rho) * product over j < n - 1 of (b' + j) / (a + b' + j)
** since lambda ~ Gamma(rho, alpha + T) and p ~ Beta(a, b') are independent there; and of Pareto/NBD
**   P(N >= n) = E[I_w(n, rho)] over the time of death, w = u / (alpha + T + u) of the time u lived in the horizon
** with P(death after u) = ((beta + T) / (beta + T + u))^s, by Gauss-Legendre quadrature. Their sums are the models'
** expected purchases (Fader, Hardie & Lee 2005; Batislam et al. 2007; Schmittlein et al. 1987).
**
** S, their value by Gamma-Gamma (Fader & Hardie 2013): of n purchases S / (gamma + x m) is beta prime of (p n, q + p
** x), so P(S <= s) = P(N = 0) + sum of P(N = n) I_y(p n, q + p x), y = s / (s + gamma + x m).
*/
#ifndef RETAIN_CORE_BTYD_SPENDING_H
#define RETAIN_CORE_BTYD_SPENDING_H

#include "btyd.h"
#include "core/numerics/stats.h"

#define SPENDING_POINTS 128

/* The chances of N > 0; neighbours are one point, of their mean, where they are too many. */
typedef struct PurchaseCounts {
  int n;
  double size[SPENDING_POINTS], chance[SPENDING_POINTS];
} PurchaseCounts;

/* Of &BGNBD, &MBGNBD or &PARETO_NBD. O(purchases), at most SPENDING_COUNT_MAX. */
#define SPENDING_COUNT_MAX 100000
void purchase_counts(const BtydModel *model, const double *theta, const CbsRow *row, double horizon,
                     PurchaseCounts *counts);

/* The middle `level` of S; `spend`: p, q and gamma. .1 ms; a millisecond where hundreds of purchases are likely. */
Interval spending_interval(const PurchaseCounts *counts, const double *spend, double x, double m, double level);

#endif
