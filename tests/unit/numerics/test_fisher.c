/*
** core/numerics/fisher.c against published values, and against fractions summed without rounding.
*/
#include "unit.h"

#include <math.h>

#include "core/numerics/fisher.h"

static void published(void **unused)
{
  (void)unused;
  /* Fisher's lady tasting tea, two-sided; his criminal twins: both in R's ?fisher.test */
  assert_relative(fisher_exact(3, 4, 1, 4), 17.0 / 35, 1e-14);
  assert_true(fabs(fisher_exact(2, 12, 15, 18) - 0.0005367241) < 5e-11);
}

static void edges(void **unused)
{
  (void)unused;
  assert_true(fisher_exact(0, 0, 0, 0) == 1);
  assert_true(fisher_exact(0, 5, 0, 9) == 1 && fisher_exact(5, 5, 9, 9) == 1);
  assert_true(fisher_exact(5, 10, 5, 10) == 1 && fisher_exact(300, 1000, 30, 100) == 1);
  assert_relative(fisher_exact(10, 10, 0, 10), 2.0 / 184756, 1e-14);
  assert_relative(fisher_exact(0, 10, 10, 10), 2.0 / 184756, 1e-14);
  assert_true(fisher_exact(0, 1000000, 1000000, 1000000) == 0);
}

/* Every table of two groups of up to 14: outcomes are ways to choose, whole numbers. */
static double ways(int n, int k)
{
  double product = 1;
  for (int i = 1; i <= k; i++) {
    product = product * (n - k + i) / i;
  }
  return product;
}

static void every_small_table(void **unused)
{
  (void)unused;
  for (int n1 = 0; n1 <= 14; n1++) {
    for (int n2 = 0; n2 <= 14; n2++) {
      for (int k1 = 0; k1 <= n1; k1++) {
        for (int k2 = 0; k2 <= n2; k2++) {
          double observed = ways(n1, k1) * ways(n2, k2), sum = 0;
          for (int x = 0; x <= n1 && x <= k1 + k2; x++) {
            double outcome = k1 + k2 - x <= n2 ? ways(n1, x) * ways(n2, k1 + k2 - x) : 0;
            sum += outcome <= observed ? outcome : 0;
          }
          assert_relative(fisher_exact(k1, n1, k2, n2), sum / ways(n1 + n2, k1 + k2), 1e-14);
          assert_relative(fisher_exact(k1, n1, k2, n2), fisher_exact(k2, n2, k1, n1), 1e-13);
        }
      }
    }
  }
}

/* Summed with fractions in Python, and rounded once. */
static void large_tables(void **unused)
{
  (void)unused;
  static const struct {
    int64_t k1, n1, k2, n2;
    double p;
  } TABLES[] = {
    {120, 1000, 151, 1000, 0.04984643681587482},   {30, 400, 61, 500, 0.025623308945659722},
    {812, 1200, 770, 1250, 0.0017702417139109686}, {5000, 20000, 5200, 20000, 0.022437314742718366},
    {3, 5000, 40, 4000, 2.6407307278355468e-11},   {600, 1000, 200, 1000, 1.1632059119805307e-76},
    {17, 3000, 9, 200, 1.4980780066558053e-05},    {700, 7000, 651, 6500, 0.97711398742916766},
  };
  for (size_t i = 0; i < COUNT_OF(TABLES); i++) {
    assert_relative(fisher_exact(TABLES[i].k1, TABLES[i].n1, TABLES[i].k2, TABLES[i].n2), TABLES[i].p, 1e-12);
  }
  double p = fisher_exact(500000000, 1000000000, 500030000, 1000000000);
  assert_true(p > 0.17 && p < 0.19);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(published),
    cmocka_unit_test(edges),
    cmocka_unit_test(every_small_table),
    cmocka_unit_test(large_tables),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
