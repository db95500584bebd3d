/* core/numerics/cholesky.c on matrices whose factor is known. */
#include "feed.h"

#include "core/numerics/cholesky.h"

/* {4, 12, -16; 12, 37, -43; -16, -43, 98} = L L' with L = {2; 6, 1; -8, 5, 3}: multiplied out by hand. */
static const double MATRIX[] = {4, NAN, NAN, 12, 37, NAN, -16, -43, 98};

static void factors_and_solves(void **unused)
{
  (void)unused;
  /* MATRIX times (1, 2, 3) */
  double factor[9] = {0}, x[] = {4 * 1 + 12 * 2 - 16 * 3, 12 * 1 + 37 * 2 - 43 * 3, -16 * 1 - 43 * 2 + 98 * 3};
  assert_true(cholesky_factor(3, MATRIX, LEAST_PIVOT, factor));
  const double want[] = {2, 0, 0, 6, 1, 0, -8, 5, 3};
  assert_memory_equal(factor, want, sizeof want);
  cholesky_solve(3, factor, x, x);
  for (int i = 0; i < 3; i++) {
    assert_absolute(x[i], (i + 1), 1e-12);
  }
}

static void refuses_what_is_not_positive_definite(void **unused)
{
  (void)unused;
  const double singular[] = {1, NAN, 1, 1}, indefinite[] = {1, NAN, 2, 1}, negative[] = {-1}, zero[] = {0},
               infinite[] = {INFINITY}, none[] = {NAN};
  double factor[4];
  assert_false(cholesky_factor(2, singular, LEAST_PIVOT, factor));
  assert_false(cholesky_factor(2, indefinite, LEAST_PIVOT, factor));
  assert_false(cholesky_factor(1, negative, LEAST_PIVOT, factor));
  assert_false(cholesky_factor(1, zero, LEAST_PIVOT, factor));
  assert_false(cholesky_factor(1, infinite, LEAST_PIVOT, factor));
  assert_false(cholesky_factor(1, none, LEAST_PIVOT, factor));
  const double nearly[] = {1, NAN, 1, 1 + 1e-14};
  assert_true(cholesky_factor(2, nearly, LEAST_PIVOT, factor));
  assert_false(cholesky_factor(2, nearly, 1e-13, factor));
}

/*
** Of three orthogonal columns of squares 4, 9 and 1 a fourth is twice the first less the third: products 8, 0, -1,
** square 17.
*/
static void names_what_explains_a_column(void **unused)
{
  (void)unused;
  const double products[] = {8, 0, -1};
  const int was[] = {0, 1, 2};
  double factor[16] = {[0] = 2, [5] = 3, [10] = 1}, share[3];
  int places[2];
  assert_true(fabs(cholesky_row(4, factor, 3, was, products, 17, factor + 12)) < 1e-12);
  assert_int_equal(cholesky_partners(4, factor, 3, factor + 12, share, places, 2), 2);
  assert_int_equal(places[0], 0);
  assert_int_equal(places[1], 2);
  /* it says how many, and writes what there is room for */
  assert_int_equal(cholesky_partners(4, factor, 3, factor + 12, share, places, 1), 2);
  assert_int_equal(places[0], 0);
}

static void knows_the_empty(void **unused)
{
  (void)unused;
  const double x[] = {-3, 2}, y[] = {1, 4};
  assert_true(largest_size(0, x) == 0 && largest_size(2, x) == 3);
  assert_true(dot_product(0, x, y) == 0 && dot_product(2, x, y) == 5);
  assert_true(cholesky_factor(0, NULL, LEAST_PIVOT, NULL));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(factors_and_solves),
    cmocka_unit_test(refuses_what_is_not_positive_definite),
    cmocka_unit_test(names_what_explains_a_column),
    cmocka_unit_test(knows_the_empty),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
