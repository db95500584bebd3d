/*
** core/btyd/btyd_search.c and btyd_climb.c: no place is higher than the one that is found. Small samples against
** searches without derivatives from random starts, of the likelihood of single customers, which the fits do not use;
** many customers by how many evaluations they take. not under valgrind: some hundred fits of random samples
*/
#include "feed.h"

#include "core/base/random.h"
#include "core/btyd/btyd.h"

#define SAMPLES 30
#define STARTS 8
#define STEPS 250

/* Nelder & Mead 1965, upwards: the value that is reached from `at`, of which the first n elements are variables. */
typedef double (*Function)(void *self, const double *at);

static double nelder_mead(Function function, void *self, int n, const double *start)
{
  double at[BTYD_PARAMETERS + 1][BTYD_PARAMETERS], value[BTYD_PARAMETERS + 1];
  for (int i = 0; i <= n; i++) {
    memcpy(at[i], start, sizeof at[i]);
    at[i][i ? i - 1 : 0] += i ? 0.7 : 0;
    value[i] = function(self, at[i]);
  }
  for (int step = 0; step < STEPS; step++) {
    int best = 0, worst = 0;
    for (int i = 1; i <= n; i++) {
      best = value[i] > value[best] ? i : best;
      worst = value[i] < value[worst] ? i : worst;
    }
    double centre[BTYD_PARAMETERS] = {0}, trial[BTYD_PARAMETERS] = {0}, further[BTYD_PARAMETERS] = {0};
    for (int i = 0; i <= n; i++) {
      for (int k = 0; k < n && i != worst; k++) {
        centre[k] += at[i][k] / n;
      }
    }
    for (int k = 0; k < n; k++) {
      trial[k] = 2 * centre[k] - at[worst][k];
      further[k] = 3 * centre[k] - 2 * at[worst][k];
    }
    double high = function(self, trial), higher = high > value[best] ? function(self, further) : -INFINITY;
    if (higher > high) {
      high = higher;
      memcpy(trial, further, sizeof trial);
    } else if (high <= value[worst]) {
      for (int k = 0; k < n; k++) {
        trial[k] = 0.5 * (centre[k] + at[worst][k]);
      }
      high = function(self, trial);
    }
    if (high > value[worst]) {
      memcpy(at[worst], trial, sizeof trial);
      value[worst] = high;
      continue;
    }
    for (int i = 0; i <= n; i++) {
      for (int k = 0; k < n && i != best; k++) {
        at[i][k] = 0.5 * (at[i][k] + at[best][k]);
      }
      value[i] = i == best ? value[i] : function(self, at[i]);
    }
  }
  double best = value[0];
  for (int i = 1; i <= n; i++) {
    best = fmax(best, value[i]);
  }
  return best;
}

typedef struct Sample {
  const BtydModel *model;
  Cbs cbs;
} Sample;

static double total(void *self, const double *logs)
{
  const Sample *sample = self;
  double theta[BTYD_PARAMETERS], sum = 0;
  for (int i = 0; i < sample->model->n_parameters; i++) {
    theta[i] = exp(logs[i]);
    if (!(fabs(logs[i]) < 30)) {
      return -INFINITY;
    }
  }
  for (size_t i = 0; i < sample->cbs.n; i++) {
    CbsRow row = {sample->cbs.x[i], sample->cbs.t_x[i], sample->cbs.T[i]};
    sum += sample->cbs.weight[i] * sample->model->log_likelihood(theta, &row);
  }
  return isfinite(sum) ? sum : -INFINITY;
}

/* A customer like those of CDNOW (Fader & Hardie 2005, 2013), in weeks; bgbb: in months; gamma_gamma: what is spent. */
static CbsRow draw_customer(const BtydModel *model, Random *random)
{
  double end = random_exponential(random) / (random_gamma(random, 0.6) / 11.7), last = 0, x = 0,
         T = 27 + 12 * random_uniform(random);
  double rate = random_gamma(random, 0.55) / 10.6, unit = model->discrete ? 4 : 1.0 / 7, seen = floor(T / unit);
  for (double t = 0; !model->spend;) {
    t += random_exponential(random) / rate;
    double whole = ceil(t / unit);
    if (whole > seen || t > end) {
      break;
    }
    x += whole > last; /* purchases in one unit are one */
    last = whole;
  }
  if (model->spend) {
    double nu = random_gamma(random, 3.74) / 15.44;
    x = 1 + floor(3 * random_uniform(random));
    return (CbsRow){x, floor(100 * random_gamma(random, 6.25 * x) / (nu * x) + 1) / 100, 0};
  }
  return model->discrete ? (CbsRow){x, last, seen} : (CbsRow){x, last / 7, seen / 7};
}

/* The highest of random starts: shapes, and the scales that go with them. */
static double highest(Sample *sample, Random *random)
{
  const BtydModel *model = sample->model;
  double best = -INFINITY, logs[BTYD_PARAMETERS] = {0};
  for (int k = 0; k < STARTS; k++) {
    for (int i = 0; i < BTYD_PAIRS; i++) {
      const BtydPair *pair = &model->pair[i];
      logs[pair->leads] = -4 + 10 * random_uniform(random);
      logs[pair->follows] = logs[pair->leads] + (model->discrete ? 0 : 2.5) + 4 * (random_uniform(random) - 0.5);
    }
    best = fmax(best, nelder_mead(total, sample, model->n_parameters, logs));
  }
  return best;
}

static void random_samples(void **state)
{
  Sample sample = {.model = *state};
  Random random = random_seed(25, 1);
  int fitted = 0, converged = 0;
  for (int k = 0; k < SAMPLES; k++) {
    BtydFit fit;
    sample.cbs = (Cbs){0};
    for (int n = 10 + (int)(50 * random_uniform(&random)); n > 0; n--) {
      assert_int_equal(cbs_add(&sample.cbs, draw_customer(sample.model, &random), NULL, 1, &NEVER), STATUS_OK);
    }
    assert_int_equal(cbs_finish(&sample.cbs, &NEVER), STATUS_OK);
    assert_int_equal(btyd_fit(sample.model, &sample.cbs, &fit, &NEVER), STATUS_OK);
    if (!isnan(fit.log_likelihood)) {
      double best = highest(&sample, &random);
      if (!(fit.log_likelihood > best - 1e-5)) {
        fail_msg("%s, sample %d: %.9g is below %.9g (%s)", sample.model->name, k, fit.log_likelihood, best, fit.reason);
      }
      assert_true(fit.converged ? fit.reason[0] == 0 && !fit.at_limit : fit.at_limit && fit.reason[0]);
      fitted++;
      converged += fit.converged;
    }
    cbs_free(&sample.cbs);
  }
  assert_true(fitted > SAMPLES / 2 && converged > 0);
}

/* All buy at one rate and leave at one rate: a ridge without end, and all limits of nearly one height. */
static void many_alike(void **unused)
{
  (void)unused;
  Random random = random_seed(3, 1);
  Cbs cbs = {0};
  BtydFit fit;
  for (int i = 0; i < 45000; i++) {
    CbsRow row = {.T = 20 + 32 * random_uniform(&random)};
    double end = fmin(random_exponential(&random) / 0.03, row.T);
    for (double t = random_exponential(&random) * 2; t < end; t += random_exponential(&random) * 2) {
      row.x++;
      row.t_x = t;
    }
    assert_int_equal(cbs_add(&cbs, row, NULL, 1, &NEVER), STATUS_OK);
  }
  assert_int_equal(cbs_finish(&cbs, &NEVER), STATUS_OK);
  assert_true(cbs.n >= 40000);
  assert_int_equal(btyd_fit(&PARETO_NBD, &cbs, &fit, &NEVER), STATUS_OK);
  assert_true((fit.converged || fit.at_limit) && fit.evaluations < 200);
  assert_true(fabs(fit.theta[0] / fit.theta[1] - 0.5) < 0.005 && fabs(fit.theta[2] / fit.theta[3] - 0.03) < 0.001);
  cbs_free(&cbs);
}

int main(void)
{
  struct CMUnitTest tests[] = {
    {"bgnbd", random_samples, NULL, NULL, (void *)(uintptr_t)&BGNBD},
    {"mbgnbd", random_samples, NULL, NULL, (void *)(uintptr_t)&MBGNBD},
    {"pareto_nbd", random_samples, NULL, NULL, (void *)(uintptr_t)&PARETO_NBD},
    {"bgbb", random_samples, NULL, NULL, (void *)(uintptr_t)&BGBB},
    {"gamma_gamma", random_samples, NULL, NULL, (void *)(uintptr_t)&GAMMA_GAMMA},
    cmocka_unit_test(many_alike),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
