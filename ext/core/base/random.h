/*
** Random numbers that are the same on every platform.
**
** xoshiro256** (Blackman & Vigna 2018), its state filled by SplitMix64 (Steele, Lea & Flood 2014). libm's log() and
** exp() differ in their last bits from one platform to the next, so the samplers use only + - * / and sqrt(), which
** IEEE 754 fixes to the bit, and the logarithm and exponential below, which are made of them. What a given state
** returns never changes. Needs -ffp-contract=off and doubles evaluated as doubles (FLT_EVAL_METHOD 0).
*/
#ifndef RETAIN_CORE_BASE_RANDOM_H
#define RETAIN_CORE_BASE_RANDOM_H

#include <stdint.h>

typedef struct Random {
  uint64_t s[4]; /* never all zero */
} Random;

/* Independent streams: every (seed, stream) starts a sequence of its own. */
Random random_seed(uint64_t seed, uint64_t stream);

uint64_t random_bits(Random *random);
double random_uniform(Random *random);     /* 0 < u < 1, on a grid of 2^-53 */
double random_exponential(Random *random); /* mean 1 */
/* mean 0, variance 1: the polar method (Marsaglia & Bray 1964) */
double random_normal(Random *random);
double random_gamma(Random *random, double shape);      /* shape > 0, scale 1: Marsaglia & Tsang 2000 */
double random_beta(Random *random, double a, double b); /* a, b > 0; 0 < x < 1 for a, b of everyday size */

/* ln x for normal x > 0; e^x for |x| <= 700. Relative error < 5e-16. */
double portable_log(double x);
double portable_exp(double x);

#endif
