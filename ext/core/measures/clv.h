/*
** Simple customer value: how many periods of income a lifespan is worth today.
**
** Income is one unit per period for `lifespan` periods (0 or more, fractions allowed), each period's unit paid at its
** end and discounted at rate d >= 0 per period. For a whole lifespan L that is the sum over i = 1 … L of 1/(1+d)^i,
** the ordinary annuity
**   a(L) = (1 - (1+d)^-L) / d,
** and the same closed form defines it between whole numbers: for L = n + f the last, partial period pays ((1+d)^f -
** 1)/d at time L (Kellison, The Theory of Interest, chapter 3). So a() is continuous and increasing in L, decreasing
** in d, at most L and at most 1/d, and a(L) = L exactly where d = 0.
**
** Rejected: the continuous flow (1 - (1+d)^-L)/ln(1+d), which is not the sum that a spreadsheet shows, and rounding L
** to whole periods, which makes a lifespan of 1.4 worth as much as 1.0.
**
** Relative error a few units in the last place for every d, subnormal ones included. O(1).
*/
#ifndef RETAIN_CORE_MEASURES_CLV_H
#define RETAIN_CORE_MEASURES_CLV_H

double clv_periods(double lifespan, double discount_rate);

#endif
