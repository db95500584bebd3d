/* not under valgrind: hundreds of thousands of draws */
#include "core/btyd/spending.h"
#include "unit.h"

#include "core/base/random.h"
#include "core/numerics/special.h"

static const double BG[] = {0.2426, 4.4136, 0.7929, 2.4259};     /* the CDNOW sample: r, alpha, a, b … */
static const double PARETO[] = {0.5533, 10.578, 0.6061, 11.669}; /* … r, alpha, s, beta */
static const double SPEND[] = {6.25, 3.744, 15.44};

static double sum_of(const PurchaseCounts *counts, bool sizes)
{
  double sum = 0;
  for (int i = 0; i < counts->n; i++) {
    sum += counts->chance[i] * (sizes ? counts->size[i] : 1);
  }
  return sum;
}

/* The mean of the distribution is the model's own closed form, which is computed in another way. */
static void means_are_the_models(void **unused)
{
  (void)unused;
  static const CbsRow ROWS[] = {{0, 0, 39},     {0, 0, 1},        {1, 2, 39},      {2, 30.43, 38.86},
                                {10, 38, 38.9}, {29, 37.5, 38.5}, {300, 38.9, 39}, {3000, 39, 39}};
  static const struct {
    const BtydModel *model;
    const double *theta;
  } MODELS[] = {{&BGNBD, BG}, {&MBGNBD, BG}, {&PARETO_NBD, PARETO}};
  for (size_t k = 0; k < COUNT_OF(MODELS); k++) {
    for (size_t i = 0; i < COUNT_OF(ROWS); i++) {
      for (double horizon = 1; horizon < 500; horizon *= 6) {
        PurchaseCounts counts;
        purchase_counts(MODELS[k].model, MODELS[k].theta, &ROWS[i], horizon, &counts);
        double want = MODELS[k].model->expected(MODELS[k].theta, &ROWS[i], horizon);
        if (fabs(sum_of(&counts, true) - want) > 1e-8 * (1 + want)) {
          fail_msg("%s, row %zu, %g: %.15g, not %.15g", MODELS[k].model->name, i, horizon, sum_of(&counts, true), want);
        }
        assert_true(sum_of(&counts, false) <= MODELS[k].model->p_alive(MODELS[k].theta, &ROWS[i]) + 1e-12);
      }
    }
  }
}

typedef struct Life {
  CbsRow row;
  double m, spent; /* mean of the repeat purchases; of the horizon */
} Life;

/* A customer drawn from the model with gamma-gamma spending, watched for T and then for the horizon. */
static Life live(Random *random, bool pareto, double T, double horizon)
{
  const double *theta = pareto ? PARETO : BG;
  double lambda = random_gamma(random, theta[0]) / theta[1], dies = INFINITY, drops = 0, time = 0, sum = 0;
  double nu = random_gamma(random, SPEND[1]) / SPEND[2];
  Life life = {.row.T = T};
  if (pareto) {
    dies = random_exponential(random) / (random_gamma(random, theta[2]) / theta[3]);
  } else {
    drops = random_beta(random, theta[2], theta[3]);
  }
  while ((time += random_exponential(random) / lambda) < fmin(dies, T + horizon)) {
    double value = random_gamma(random, SPEND[0]) / nu;
    if (time <= T) {
      life.row.x++;
      life.row.t_x = time;
      sum += value;
    } else {
      life.spent += value;
    }
    if (random_uniform(random) < drops) {
      break;
    }
  }
  life.m = life.row.x > 0 ? sum / life.row.x : 0;
  return life;
}

/*
** Where an end of the interval is above 0, spending lies beyond it with exactly half of what the level leaves; the
** whole holds at least the level. Within 4 standard errors.
*/
static void drawn_customers_lie_within(void **unused)
{
  (void)unused;
  enum {
    N = 8000
  };
  static const double LEVELS[] = {0.95, 0.5};
  for (int k = 0; k < 4; k++) {
    bool pareto = k % 2;
    double level = LEVELS[k / 2], half = (1 - level) / 2;
    Random random = random_seed(7, (uint64_t)k);
    int inside = 0, above = 0, ends_above = 0, below = 0, ends_below = 0;
    for (int i = 0; i < N; i++) {
      Life life = live(&random, pareto, 20 + i % 40, 39);
      PurchaseCounts counts;
      purchase_counts(pareto ? &PARETO_NBD : &BGNBD, pareto ? PARETO : BG, &life.row, 39, &counts);
      Interval interval = spending_interval(&counts, SPEND, life.row.x, life.m, level);
      assert_true(interval.low >= 0 && interval.low <= interval.high);
      inside += interval.low <= life.spent && life.spent <= interval.high;
      ends_above += interval.high > 0;
      above += interval.high > 0 && life.spent > interval.high;
      ends_below += interval.low > 0;
      below += interval.low > 0 && life.spent < interval.low;
    }
    assert_true(ends_above > 800 && (k < 2 || ends_below > 200));
    assert_true(inside >= N * level - 4 * sqrt(N * level * (1 - level)));
    assert_true(fabs(above - half * ends_above) < 4 * sqrt(half * ends_above));
    assert_true(fabs(below - half * ends_below) <= 4 * sqrt(half * ends_below) + 1);
  }
}

/* By hand: certain to buy once, the 5 % and 95 % points of a beta prime distribution. */
static void one_purchase_is_a_beta_prime(void **unused)
{
  (void)unused;
  PurchaseCounts once = {1, {1}, {1}};
  Interval interval = spending_interval(&once, SPEND, 2, 30, 0.9);
  double scale = SPEND[2] + 60, q = SPEND[1] + 2 * SPEND[0];
  assert_relative(beta_lower(SPEND[0], q, interval.low / (interval.low + scale)), 0.05, 1e-9);
  assert_relative(beta_lower(SPEND[0], q, interval.high / (interval.high + scale)), 0.95, 1e-9);
  PurchaseCounts seldom = {1, {1}, {0.02}};
  interval = spending_interval(&seldom, SPEND, 0, 0, 0.95);
  assert_true(interval.low == 0 && interval.high == 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(means_are_the_models),
    cmocka_unit_test(drawn_customers_lie_within),
    cmocka_unit_test(one_purchase_is_a_beta_prime),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
