#include "random.h"

#include <math.h>
#include <string.h>

/* ln 2 = LN2_HIGH + LN2_LOW; LN2_HIGH ends in 21 zero bits, so that n * LN2_HIGH is exact for every exponent n. */
#define LN2_HIGH 0x1.62e42fee00000p-1
#define LN2_LOW 0x1.a39ef35793c76p-33

static uint64_t splitmix64(uint64_t *state)
{
  uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
  z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
  z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
  return z ^ (z >> 31);
}

Random random_seed(uint64_t seed, uint64_t stream)
{
  /* The seed is mixed before the stream is added: seed + stream would give (1, 2) and (2, 1) the same sequence. */
  uint64_t state = splitmix64(&seed) + stream;
  Random random;
  for (int i = 0; i < 4; i++) {
    random.s[i] = splitmix64(&state);
  }
  return random;
}

static uint64_t rotate(uint64_t x, int k)
{
  return (x << k) | (x >> (64 - k));
}

uint64_t random_bits(Random *random)
{
  uint64_t *s = random->s, result = rotate(s[1] * 5, 7) * 9, t = s[1] << 17;
  s[2] ^= s[0];
  s[3] ^= s[1];
  s[1] ^= s[2];
  s[0] ^= s[3];
  s[2] ^= t;
  s[3] = rotate(s[3], 45);
  return result;
}

double random_uniform(Random *random)
{
  uint64_t bits;
  do { /* 0 has no logarithm */
    bits = random_bits(random) >> 11;
  } while (bits == 0);
  return (double)bits * 0x1p-53;
}

double random_exponential(Random *random)
{
  return -portable_log(random_uniform(random));
}

double random_normal(Random *random)
{
  double x, y, q;
  do {
    x = 2 * random_uniform(random) - 1;
    y = 2 * random_uniform(random) - 1;
    q = x * x + y * y;
  } while (q >= 1 || q == 0);
  /* The pair's second value is dropped: keeping it would make a stream depend on who drew before. */
  return x * sqrt(-2 * portable_log(q) / q);
}

double random_gamma(Random *random, double shape)
{
  /* Below 1: Gamma(shape + 1) * U^(1/shape). */
  double boost = shape < 1 ? portable_exp(-fmin(random_exponential(random) / shape, 700)) : 1;
  double d = (shape < 1 ? shape + 1 : shape) - 1.0 / 3, c = 1 / sqrt(9 * d);
  for (;;) {
    double x = random_normal(random), v = 1 + c * x;
    if (v <= 0) {
      continue;
    }
    v = v * v * v;
    if (portable_log(random_uniform(random)) < 0.5 * x * x + d - d * v + d * portable_log(v)) {
      return boost * d * v;
    }
  }
}

double random_beta(Random *random, double a, double b)
{
  double x = random_gamma(random, a), y = random_gamma(random, b);
  return x / (x + y);
}

double portable_log(double x)
{
  uint64_t bits;
  memcpy(&bits, &x, sizeof bits);
  int exponent = (int)(bits >> 52) - 1023;
  bits = (bits & UINT64_C(0x000fffffffffffff)) | UINT64_C(0x3ff0000000000000);
  double m;
  memcpy(&m, &bits, sizeof m);
  if (m > 1.4142135623730951) {
    m *= 0.5;
    exponent++;
  }
  /* ln m = 2 artanh s = 2 (s + s^3/3 + s^5/5 + …), |s| < 0.1716; the first term left out is below 2e-18 s. */
  double s = (m - 1) / (m + 1), z = s * s, series = 0;
  for (int k = 23; k >= 3; k -= 2) {
    series = z * (series + 1.0 / k);
  }
  double n = exponent;
  return n * LN2_HIGH + (2 * s + (2 * s * series + n * LN2_LOW));
}

double portable_exp(double x)
{
  double n = floor(x * 1.4426950408889634 + 0.5);
  double r = (x - n * LN2_HIGH) - n * LN2_LOW;
  /* Taylor, |r| < 0.3466; the first term left out is below 1e-18. */
  double series = 1;
  for (int k = 14; k >= 1; k--) {
    series = 1 + r * series / k;
  }
  uint64_t bits = (uint64_t)(1023 + (int64_t)n) << 52;
  double power;
  memcpy(&power, &bits, sizeof power);
  return series * power;
}
