/*
** The special functions against mpmath 1.3 (mp.dps = 60 or more), at points either side of every branch and far out;
** then what holds exactly. Each table names its expression; arguments are the doubles that the decimals denote.
*/
#include "core/numerics/special.h"
#include "unit.h"

typedef struct {
  double in[4], out;
} Case;

static void near(const double *in, double got, double expected, double error)
{
  if (!(fabs(got - expected) <= error)) {
    fail_msg("at (%.17g, %.17g, %.17g, %.17g): %.17g, not %.17g", in[0], in[1], in[2], in[3], got, expected);
  }
}

/* Error relative to the result. */
#define EACH_RELATIVE(call, tolerance) \
  for (size_t i = 0; i < COUNT_OF(CASES); i++) { \
    const double *x = CASES[i].in; \
    near(x, call, CASES[i].out, fabs(CASES[i].out) * (tolerance)); \
  }

/* Error relative to the result, absolute where that is below 1: for logarithms. */
#define EACH_LOGARITHM(call, tolerance) \
  for (size_t i = 0; i < COUNT_OF(CASES); i++) { \
    const double *x = CASES[i].in; \
    near(x, call, CASES[i].out, fmax(1, fabs(CASES[i].out)) * (tolerance)); \
  }

/* loggamma(x) */
static void log_gamma_matches(void **state)
{
  (void)state;
  static const Case CASES[] = {
    {{1e-300}, 690.77552789821371},
    {{1e-8}, 18.420680738180209},
    {{0.5}, 0.57236494292470009},
    {{0.999999}, 5.7721648738556524e-7},
    {{1}, 0.0},
    {{1.25}, -0.098271836421813161},
    {{1.9999}, -4.2275208772153458e-5},
    {{2.5}, 0.28468287047291916},
    {{3}, 0.69314718055994531},
    {{5.75}, 4.3667160366222863},
    {{9.99}, 12.779315214350193},
    {{10}, 12.80182748008147},
    {{123.456}, 469.60554712992948},
    {{1e8}, 1742068066.1038347},
    {{1e300}, 6.8977552789821374e302},
  };
  EACH_LOGARITHM(log_gamma(x[0]), 1e-15)
}

/* psi(0, x); the zero in double precision among them */
static void digamma_matches(void **state)
{
  (void)state;
  static const Case CASES[] = {
    {{1e-10}, -10000000000.577215},  {{0.1}, -10.423754940411076},
    {{1}, -0.57721566490153286},     {{1.4616321449683622}, -9.2412655217294275e-17},
    {{1.47}, 0.0080664890113648684}, {{2.5}, 0.70315664064524319},
    {{7.125}, 1.8917959606533553},   {{10}, 2.2517525890667211},
    {{1000}, 6.9072551956488121},    {{1e15}, 34.538776394910685},
  };
  EACH_RELATIVE(digamma(x[0]), 5e-15)
}

/* psi(1, x) */
static void trigamma_matches(void **state)
{
  (void)state;
  static const Case CASES[] = {
    {{1e-10}, 9.9999999999999993e19}, {{0.1}, 101.43329915079275},   {{1}, 1.6449340668482264},
    {{2.5}, 0.49035775610023486},     {{9.75}, 0.10800324333663185}, {{1000}, 0.0010005001666666333},
    {{1e15}, 1.0000000000000005e-15},
  };
  EACH_RELATIVE(trigamma(x[0]), 2e-15)
}

/* loggamma(x + n) - loggamma(x) */
static void log_gamma_rise_matches(void **state)
{
  (void)state;
  static const Case CASES[] = {
    {{0.25, 3}, -0.3522205935893521},   {{2.5, 3.25}, 4.0820331661493672},
    {{0.001, 40}, 99.728257715291085},  {{5, 1e-9}, 1.506117668542462e-9},
    {{1e8, 0.5}, 9.2103403707261827},   {{1e8, 1e-6}, 1.842068073895237e-5},
    {{1e12, 7}, 193.41714781152084},    {{1000000, 1000000}, 14201804.572510533},
    {{50, -49.5}, -143.99337900342019}, {{30, -1e-7}, -3.3844381309907717e-7},
    {{9.5, 2.25}, 5.2050445588369217},
  };
  EACH_RELATIVE(log_gamma_rise(x[0], x[1]), 5e-15)
}

/* loggamma(a) + loggamma(b) - loggamma(a + b) */
static void log_beta_matches(void **state)
{
  (void)state;
  static const Case CASES[] = {
    {{0.5, 1e8}, -8.6379754278014826}, {{1e-6, 1e-6}, 14.508657738522575},      {{1e-6, 1000000}, 13.815496165239374},
    {{0.5, 0.5}, 1.1447298858494002},  {{2, 3}, -2.4849066497880003},           {{9.5, 10.5}, -13.709925546998462},
    {{12, 15}, -18.568172732389435},   {{100000, 100000}, -138633.92706134806}, {{1e8, 11}, -187.52307616040049},
    {{30, 0.001}, 6.9037944303038294},
  };
  EACH_LOGARITHM(log_beta(x[0], x[1]), 2e-15)
}

/* gammainc(a, x, inf, regularized=True), likewise */
static void gamma_upper_matches(void **state)
{
  (void)state;
  static const Case CASES[] = {
    {{0.0001, 0.5}, 5.5980292957401716e-5},
    {{0.0001, 3}, 1.3050855797554128e-6},
    {{0.75, 1.4}, 0.16505445828953125},
    {{0.75, 20}, 7.859885341418839e-10},
    {{3, 2.2}, 0.62271374999631638},
    {{3, 60}, 1.6295866529378224e-23},
    {{10000, 10400}, 3.8880170573988205e-5},
    {{1000000, 1000000}, 0.49986701923912741},
    {{1000000, 1005000}, 2.9874901401146349e-7},
  };
  EACH_RELATIVE(gamma_upper(x[0], x[1]), 1e-13)
}

/* log10(gammainc(df / 2, x / 2, inf, regularized=True)), mp.dps = 400; 1e-250 lies between 1150 and 1151 */
static void chi_square_log10_matches(void **state)
{
  (void)state;
  static const Case CASES[] = {
    {{0.25, 3}, -0.013613299977980939},
    {{3.841458820694124, 1}, -1.3010299956639807},
    {{5, 0.5}, -2.0355636474598088},
    {{1150, 3}, -248.28666095668351},
    {{1151, 1}, -251.56544843886763},
    {{3000, 1}, -653.2784880651405},
    {{2352.8725382593384, 2}, -510.91977999386422},
    {{3259.9160154987076, 12}, -693.89873421388218},
    {{5000, 400}, -782.10599459422555},
    {{1e5, 1}, -21717.322159443943},
    {{1e5, 7}, -21703.498224645329},
    {{1e8, 30}, -21714627.249990761},
    {{2e5, 100000}, -6665.9729049940926},
  };
  EACH_RELATIVE(chi_square_log10(x[0], x[1]), 2e-14)
  assert_true(chi_square_log10(0, 3) == 0);
}

/* x^a (1 - x)^b / (a B(a, b)) * the sum of (a + b)_n / (a + 1)_n x^n at 400 bits, from 1 - x for x >= 1/2 */
static void beta_lower_matches(void **state)
{
  (void)state;
  static const Case CASES[] = {
    {{2, 3, 0.4}, 0.52480000000000004},
    {{0.0001, 0.0001, 0.3}, 0.49995764122791538},
    {{0.0001, 5, 0.1}, 0.99994094178180878},
    {{5, 0.0001, 0.9}, 5.905821819121893e-5},
    {{0.5, 0.5, 1e-12}, 6.3661977236768744e-7},
    {{0.3, 12, 0.6}, 0.99999865053377586},
    {{40, 2.5, 0.7}, 2.2676882706078891e-5},
    {{3000, 0.15, 0.9995}, 0.018023880004069779},
    {{10000, 20000, 0.33}, 0.11020551912741972},
    {{100000, 100000, 0.498}, 0.036818738827976022},
    {{1000000, 1000000, 0.5}, 0.5},
    {{1000000, 3, 0.99999}, 0.0027692595182506893},
  };
  EACH_RELATIVE(beta_lower(x[0], x[1], x[2]), 1e-13)
}

/*
** log(hyp2f1(a, b, c, z)), confirmed by summing the series where z or z / (z - 1) is below 0.999 (hyp2f1 itself fails
** at a = 7500)
*/
static void log_hypergeometric_matches(void **state)
{
  (void)state;
  static const Case CASES[] = {
    {{1.5, 2.5, 3.2, 0.7}, 1.3364546767178273},
    {{0.25, 4.5, 5.25, 0.5}, 0.14202329359350157},
    {{0.6, 3, 2.5, 0.3}, 0.26201025712462544},
    {{0.6, 3, 2.5, 0.98}, 3.5146514192210722},
    {{3.25, 7.5, 7, 0.999999}, 51.404065896811741},
    {{2.4, 2.8, 4.6, 0x1.fffffffffffffp-1}, 24.300609238130023},
    {{10.5, 12.5, 13, 0.96}, 32.29732824644996},
    {{1, 2, 3, 0.995}, 2.1625584700609334},
    {{2, 3, 2.5, 0.9999}, 22.902086155626752},
    {{0.0001, 1, 1, 0.999}, 0.00069077552789821365},
    {{1000.5, 1002, 1001.25, 0.4}, 511.4639310317118},
    {{1000.5, 1002, 1001.25, 0.97}, 3510.940549483713},
    {{7500, 0.5, 10000, 0.9}, 0.56201896611352939},
    {{10000, 10000, 10000, 0.5}, 6931.4718055994531},
    {{4000, 7000, 20000, 0.99}, 1953.1037793218181},
    {{9, 8.5, 2.25, 0.99}, 76.0320900218768},
    {{150, 120, 3.5, 0.9999}, 2622.8446873848418},
    {{1000, 1e-8, 999, 0.99}, 4.7042692850380864e-8},
    {{1.5, 2.5, 3.2, -0.7}, -0.63632841426580821},
    {{3, 4, 5, -0.001}, -0.0023988807217548194},
    {{0.5, 60, 2, -3}, -2.4708398886942878},
    {{4560, 0.0046, 10.7, -0.17}, -0.019977288197114655},
    {{5, 1.25, 1.5, -1000000}, -20.369430870633778},
    {{2, 3, 4, -1e300}, -1380.4524435077593},
    {{3000, 3000, 1, 0.02}, 910.41904751562232},
    {{10000, 9000, 9500, -40}, -34610.073652707806},
    {{2, 3, 2, -9}, -6.9077552789821371},
  };
  EACH_LOGARITHM(log_hypergeometric(x[0], x[1], x[2], x[3]), 5e-15)
}

/* 1, 2 and 3 have exact values; the rest of the domain's edges. */
static void edges_are_exact(void **state)
{
  (void)state;
  assert_true(log_gamma(1) == 0 && log_gamma(2) == 0);
  assert_true(log_gamma_rise(4.5, 0) == 0);
  assert_true(gamma_upper(2, 0) == 1);
  assert_true(gamma_upper(2, INFINITY) == 0);
  assert_true(beta_lower(2, 3, 0) == 0 && beta_lower(2, 3, 1) == 1);
  assert_true(log_hypergeometric(2, 3, 4, 0) == 0);
}

static void outside_the_domain_is_nan(void **state)
{
  (void)state;
  assert_true(isnan(log_gamma(0)) && isnan(log_gamma(-1.5)) && isnan(log_gamma(NAN)));
  assert_true(isnan(log_gamma_rise(0, 1)) && isnan(log_gamma_rise(2, -2)) && isnan(log_gamma_rise(1, NAN)));
  assert_true(isnan(digamma(0)) && isnan(digamma(NAN)) && isnan(trigamma(-1)) && isnan(trigamma(NAN)));
  assert_true(isnan(log_beta(0, 1)) && isnan(log_beta(1, -1)) && isnan(log_beta(NAN, 1)));
  assert_true(isnan(gamma_upper(0, 1)) && isnan(gamma_upper(1, -1)) && isnan(gamma_upper(1, NAN)));
  assert_true(isnan(beta_lower(0, 1, 0.5)) && isnan(beta_lower(1, 1, 1.5)) && isnan(beta_lower(1, 1, NAN)));
  assert_true(isnan(log_hypergeometric(0, 1, 1, 0.5)) && isnan(log_hypergeometric(1, 1, 1, 1)));
  assert_true(isnan(log_hypergeometric(1, 1, NAN, 0.5)) && isnan(log_hypergeometric(INFINITY, 1, 1, 0.5)));
  /* 2F1(2, 2; 1; z) = (1 + z) / (1 - z)^3 is negative there. */
  assert_true(isnan(log_hypergeometric(2, 2, 1, -3)));
}

static const double GRID[] = {1e-4, 0.03, 0.5, 1, 2.5, 9.5, 10, 47, 300, 2000};

static void tails_add_to_one(void **state)
{
  (void)state;
  for (size_t i = 0; i < COUNT_OF(GRID); i++) {
    for (size_t j = 0; j < COUNT_OF(GRID); j++) {
      double a = GRID[i], b = GRID[j];
      double at[4] = {a, b, a / (a + b)};
      near(at, beta_lower(a, b, 0.25) + beta_lower(b, a, 0.75), 1, 1e-13);
      near(at, exp(log_beta(a, b) - log_beta(b, a)), 1, 0);
    }
  }
}

/* 2F1(a, b; b; z) = (1 - z)^-a, DLMF 15.4.6, through the series, the integral and Pfaff's transformation. */
static void binomial_series_is_closed(void **state)
{
  (void)state;
  static const double Z[] = {-1e9, -20, -0.5, 0.1, 0.6, 0.93, 0.999, 0.9999999};
  for (size_t i = 0; i < COUNT_OF(GRID); i++) {
    for (size_t j = 0; j < COUNT_OF(GRID); j++) {
      for (size_t k = 0; k < COUNT_OF(Z); k++) {
        double a = GRID[i], b = GRID[j], expected = -a * log1p(-Z[k]);
        double at[4] = {a, b, b, Z[k]};
        near(at, log_hypergeometric(a, b, b, Z[k]), expected, 1e-13 * fmax(1, fabs(expected)));
      }
    }
  }
}

/*
** The forms that the models use, 2F1(r + x, b + x; a + b + x - 1 + {0, 1}; z), satisfy (DLMF 15.5.15)
** (c - a' - 1) F(c) + a' F(a' + 1; c) = (c - 1) F(c - 1), across the border of series and integral.
*/
static void neighbours_agree(void **state)
{
  (void)state;
  static const double Z[] = {0.2, 0.7, 0.9, 0.96, 0.99, 0.99999};
  for (int x = 0; x < 300; x = 2 * x + 1) {
    for (size_t k = 0; k < COUNT_OF(Z); k++) {
      double a = 1.75 + x, b = 2.25 + x, c = 3.625 + x, z = Z[k];
      double here = exp(log_hypergeometric(a, b, c, z) - log_hypergeometric(a, b, c - 1, z));
      double raised = exp(log_hypergeometric(a + 1, b, c, z) - log_hypergeometric(a, b, c - 1, z));
      double at[4] = {a, b, c, z};
      near(at, (c - a - 1) * here + a * raised, c - 1, 1e-11 * c);
    }
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(log_gamma_matches),          cmocka_unit_test(digamma_matches),
    cmocka_unit_test(trigamma_matches),           cmocka_unit_test(log_gamma_rise_matches),
    cmocka_unit_test(log_beta_matches),           cmocka_unit_test(gamma_upper_matches),
    cmocka_unit_test(chi_square_log10_matches),   cmocka_unit_test(beta_lower_matches),
    cmocka_unit_test(log_hypergeometric_matches), cmocka_unit_test(edges_are_exact),
    cmocka_unit_test(outside_the_domain_is_nan),  cmocka_unit_test(tails_add_to_one),
    cmocka_unit_test(binomial_series_is_closed),  cmocka_unit_test(neighbours_agree),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
