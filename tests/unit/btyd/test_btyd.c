/*
** One contract for all models of core/btyd/btyd.h: what has to hold whatever the formulas are, on parameters as
** published, and fits of simulated customers whose true parameters are known. not under valgrind: hundreds of fits,
** each of which ASan and UBSan see too
*/
#include "feed.h"

#include "core/base/random.h"
#include "core/btyd/btyd.h"

typedef struct Subject {
  const BtydModel *model;
  double theta[BTYD_PARAMETERS];
  /* a customer of the model, seen for T = 40 … 80 (BG/BB: 12) */
  void (*draw)(Random *random, const double *theta, CbsRow *row);
} Subject;

/*
** A gamma-distributed waiting time's customer, who may leave: calls for the time of the next purchase until T or the
** end.
*/
static void live(Random *random, double rate, double end, double dropout, CbsRow *row)
{
  double t = 0;
  while (dropout < 0 || random_uniform(random) >= dropout) {
    t += random_exponential(random) / rate;
    if (t > row->T || t > end) {
      return;
    }
    row->x++;
    row->t_x = t;
  }
}

static double draw_age(Random *random)
{
  return 40 + 40 * random_uniform(random);
}

/*
** Fader, Hardie & Lee 2005: may leave after every repeat purchase. live() asks before each wait, so the first wait is
** free of it.
*/
static void draw_bgnbd(Random *random, const double *theta, CbsRow *row)
{
  double rate = random_gamma(random, theta[0]) / theta[1], p = random_beta(random, theta[2], theta[3]);
  *row = (CbsRow){.T = draw_age(random)};
  double first = random_exponential(random) / rate;
  if (first <= row->T) {
    CbsRow rest = {.T = row->T - first};
    live(random, rate, INFINITY, p, &rest);
    row->x = 1 + rest.x;
    row->t_x = first + rest.t_x;
  }
}

/* Batislam, Denizel & Filiztekin 2007: may leave after the first purchase too. */
static void draw_mbgnbd(Random *random, const double *theta, CbsRow *row)
{
  double rate = random_gamma(random, theta[0]) / theta[1], p = random_beta(random, theta[2], theta[3]);
  *row = (CbsRow){.T = draw_age(random)};
  live(random, rate, INFINITY, p, row);
}

static void draw_pareto_nbd(Random *random, const double *theta, CbsRow *row)
{
  double rate = random_gamma(random, theta[0]) / theta[1];
  double end = random_exponential(random) / (random_gamma(random, theta[2]) / theta[3]);
  *row = (CbsRow){.T = draw_age(random)};
  live(random, rate, end, -1, row);
}

static void draw_bgbb(Random *random, const double *theta, CbsRow *row)
{
  double p = random_beta(random, theta[0], theta[1]), end = random_beta(random, theta[2], theta[3]);
  *row = (CbsRow){.T = 12};
  for (int i = 1; i <= 12 && random_uniform(random) >= end; i++) {
    if (random_uniform(random) < p) {
      row->x++;
      row->t_x = i;
    }
  }
}

static void draw_gamma_gamma(Random *random, const double *theta, CbsRow *row)
{
  double nu = random_gamma(random, theta[1]) / theta[2];
  double x = 1 + floor(5 * random_uniform(random));
  *row = (CbsRow){.x = x, .t_x = random_gamma(random, theta[0] * x) / (nu * x)};
}

/* CDNOW (Fader & Hardie 2005, 2013), BG/BB: donations (Fader, Hardie & Shang 2010); MBG/NBD: CDNOW. */
static const Subject SUBJECTS[] = {
  {&BGNBD, {0.243, 4.414, 0.793, 2.426}, draw_bgnbd},
  {&MBGNBD, {0.525, 6.183, 0.891, 1.614}, draw_mbgnbd},
  {&PARETO_NBD, {0.553, 10.578, 0.606, 11.669}, draw_pareto_nbd},
  {&BGBB, {1.204, 0.750, 0.657, 2.783}, draw_bgbb},
  {&GAMMA_GAMMA, {6.25, 3.74, 15.44}, draw_gamma_gamma},
};
#define N_SUBJECTS ((int)(sizeof SUBJECTS / sizeof *SUBJECTS))

/* Some CBS rows, BG/BB's in whole numbers. */
static const CbsRow CBS_ROWS[] = {{0, 0, 38},   {2, 30, 38}, {1, 1, 50},     {7, 38, 38},
                                  {26, 30, 39}, {0, 0, 1},   {150, 389, 400}};
#define N_CBS_ROWS ((int)(sizeof CBS_ROWS / sizeof *CBS_ROWS))
static const double HORIZONS[] = {1, 13, 52, 400};

static void names(void **unused)
{
  (void)unused;
  int n = 0;
  for (; BTYD_MODELS[n]; n++) {
    assert_ptr_equal(btyd_find(BTYD_MODELS[n]->name), BTYD_MODELS[n]);
  }
  assert_int_equal(n, N_SUBJECTS);
  assert_ptr_equal(btyd_find("Pareto_NBD"), &PARETO_NBD);
  assert_null(btyd_find("pareto"));
  assert_null(btyd_find("bgnbdx"));
}

static void predictions(const Subject *subject)
{
  const BtydModel *model = subject->model;
  const double *theta = subject->theta;
  for (int i = 0; i < N_CBS_ROWS; i++) {
    const CbsRow *row = &CBS_ROWS[i];
    assert_null(btyd_row_problem(model, row));
    double alive = model->p_alive(theta, row), before = 0, last = 1;
    assert_true(alive >= 0 && alive <= 1);
    assert_relative_of(subject->model->name, model->p_alive_at(theta, row, 0), alive, 1e-12);
    assert_true(model->expected(theta, row, 0) == 0);
    for (int h = 0; h < 4; h++) {
      double expected = model->expected(theta, row, HORIZONS[h]), later = model->p_alive_at(theta, row, HORIZONS[h]);
      assert_true(expected > before && later >= 0 && later < alive && later <= last);
      before = expected;
      last = later;
      double none = model->pmf(theta, row, 0, HORIZONS[h]), sum = 0, mean = 0;
      assert_true(none > 1 - alive - 1e-12 && none <= 1);
      for (double n = 0; HORIZONS[h] < 60 && n < 4000; n++) { /* the distribution adds up, to the mean */
        double mass = model->pmf(theta, row, n, HORIZONS[h]);
        assert_true(mass >= 0);
        sum += mass;
        mean += n * mass;
        if (mass < 1e-18 && n > 20 + 3 * expected) {
          break;
        }
      }
      if (HORIZONS[h] < 60) {
        assert_relative_of(subject->model->name, sum, 1, 1e-9);
        assert_relative_of(subject->model->name, mean, expected, 1e-7);
      }
    }
    /* Undiscounted is the same; discounting by short periods tends to the integral. */
    double same, coarse, dert = model->dert(theta, row, 0.2), step = model->discrete ? 1 : 0.002;
    assert_int_equal(btyd_discounted(model, theta, row, 52, 0, 1, &same, &WATCH_NEVER), STATUS_OK);
    assert_true(same == model->expected(theta, row, 52));
    assert_int_equal(btyd_discounted(model, theta, row, 400, expm1(0.2 * step), step, &coarse, &WATCH_NEVER),
                     STATUS_OK);
    assert_relative_of(subject->model->name, dert, coarse, model->discrete ? 1e-9 : 1e-3);
    assert_true(model->dert(theta, row, 0.1) > dert && dert > model->dert(theta, row, 0.3));
  }
  /* A new customer is one who has just bought for the first time. */
  const CbsRow fresh = {0, 0, 0};
  for (int h = 0; h < 4; h++) {
    assert_relative_of(subject->model->name, model->expected(theta, NULL, HORIZONS[h]),
                       model->expected(theta, &fresh, HORIZONS[h]), 1e-11);
    assert_relative_of(subject->model->name, model->pmf(theta, NULL, 2, HORIZONS[h]),
                       model->pmf(theta, &fresh, 2, HORIZONS[h]), 1e-11);
  }
}

/* Ten thousand times the unit: a ten-thousandth of the numbers. */
static void units(const Subject *subject)
{
  const BtydModel *model = subject->model;
  double theta[BTYD_PARAMETERS];
  for (int i = 0; i < BTYD_PARAMETERS; i++) {
    theta[i] = subject->theta[i] * (model->time_parameters >> i & 1 ? 1e-4 : 1);
  }
  for (int i = 0; i < N_CBS_ROWS && !model->discrete && !model->spend; i++) {
    CbsRow row = {CBS_ROWS[i].x, CBS_ROWS[i].t_x * 1e-4, CBS_ROWS[i].T * 1e-4};
    assert_relative_of(subject->model->name, model->p_alive(theta, &row), model->p_alive(subject->theta, &CBS_ROWS[i]),
                       1e-11);
    assert_relative_of(subject->model->name, model->expected(theta, &row, 52e-4),
                       model->expected(subject->theta, &CBS_ROWS[i], 52), 1e-11);
    assert_relative_of(subject->model->name, model->dert(theta, &row, 20),
                       model->dert(subject->theta, &CBS_ROWS[i], 0.002), 1e-11);
  }
}

static Cbs simulate(const Subject *subject, uint64_t seed, int n)
{
  Random random = random_seed(seed, 1);
  Cbs cbs = {0};
  for (int i = 0; i < n; i++) {
    CbsRow row;
    subject->draw(&random, subject->theta, &row);
    assert_null(btyd_row_problem(subject->model, &row));
    assert_int_equal(cbs_add(&cbs, row, NULL, 1, &WATCH_NEVER), STATUS_OK);
  }
  assert_int_equal(cbs_finish(&cbs, &NEVER), STATUS_OK);
  return cbs;
}

static double total(const Subject *subject, const double *theta, const Cbs *cbs)
{
  double sum = 0;
  for (size_t i = 0; i < cbs->n; i++) {
    CbsRow row = {cbs->x[i], cbs->t_x[i], cbs->T[i]};
    sum += cbs->weight[i] * subject->model->log_likelihood(theta, &row);
  }
  return sum;
}

/*
** The gradient (and the Hessian, where there is one) against differences of the value (of the gradient), away from the
** maximum.
*/
static void derivatives(const Subject *subject, const Cbs *cbs)
{
  const BtydModel *model = subject->model;
  void *fitter;
  double at[BTYD_VARIABLES], value, gradient[BTYD_VARIABLES], above[BTYD_VARIABLES], below[BTYD_VARIABLES];
  double hessian[BTYD_VARIABLES * BTYD_VARIABLES];
  int n = model->n_parameters;
  assert_int_equal(model->open(cbs, &fitter, &METER_NEVER), STATUS_OK);
  for (int i = 0; i < n; i++) {
    at[i] = log(subject->theta[i]) + 0.2 * (i % 2 ? -1 : 1);
  }
  model->evaluate(fitter, at, &value, gradient);
  if (model->evaluate_hessian) {
    double same;
    model->evaluate_hessian(fitter, at, &same, above, hessian);
    assert_relative_of(subject->model->name, same, value, 1e-13);
  }
  double theta[BTYD_PARAMETERS];
  for (int i = 0; i < n; i++) {
    theta[i] = exp(at[i]);
  }
  assert_relative_of(subject->model->name, total(subject, theta, cbs), value, 1e-10);
  for (int i = 0; i < n; i++) {
    double width = 1e-5, centre = at[i], high, low;
    at[i] = centre + width;
    model->evaluate(fitter, at, &high, above);
    at[i] = centre - width;
    model->evaluate(fitter, at, &low, below);
    at[i] = centre;
    if (fabs((high - low) / (2 * width) - gradient[i]) > 1e-5 * (1 + fabs(gradient[i]) + 1e-4 * fabs(value))) {
      fail_msg("%s: gradient %d is %.12g, by differences %.12g", model->name, i, gradient[i],
               (high - low) / (2 * width));
    }
    for (int j = 0; model->evaluate_hessian && j <= i; j++) {
      double difference = (above[j] - below[j]) / (2 * width);
      if (fabs(difference - hessian[i * n + j]) > 1e-5 * (1 + fabs(difference) + 1e-4 * fabs(value))) {
        fail_msg("%s: Hessian %d %d is %.12g, by differences %.12g", model->name, i, j, hessian[i * n + j], difference);
      }
    }
  }
  model->close(fitter);
}

/*
** What a fit of simulated customers owes: a maximum above the truth, the truth within four standard errors, the same
** from any presentation.
*/
static void fits(const Subject *subject)
{
  const BtydModel *model = subject->model;
  Cbs cbs = simulate(subject, 7, 6000), doubled = {0}, scaled = {0};
  BtydFit fit, again;
  derivatives(subject, &cbs);
  assert_int_equal(btyd_fit(model, &cbs, &fit, &NEVER), STATUS_OK);
  if (!fit.converged) fail_msg("%s: %s", model->name, fit.reason);
  assert_true(fit.customers == 6000 && fit.rows == cbs.n && fit.reason[0] == 0);
  assert_relative_of(subject->model->name, fit.log_likelihood, total(subject, fit.theta, &cbs), 1e-10);
  double gain = fit.log_likelihood - total(subject, subject->theta, &cbs);
  assert_true(gain > 0 && gain < 15); /* twice it is chi-squared with as many degrees as parameters */
  for (int i = 0; i < model->n_parameters; i++) {
    double error = sqrt(fit.covariance[i * fit.n_variables + i]);
    assert_true(error > 0 && fabs(log(fit.theta[i] / subject->theta[i])) < 4 * error);
  }
  assert_relative_of(subject->model->name, btyd_aic(&fit), 2 * model->n_parameters - 2 * fit.log_likelihood, 1e-15);
  assert_relative_of(subject->model->name, btyd_bic(&fit), model->n_parameters * log(6000) - 2 * fit.log_likelihood,
                     1e-15);
  for (size_t i = 0; i < cbs.n; i++) {
    CbsRow row = {cbs.x[i], cbs.t_x[i], cbs.T[i]};
    assert_int_equal(cbs_add(&doubled, row, NULL, 2 * cbs.weight[i], &WATCH_NEVER), STATUS_OK);
    row.t_x *= model->discrete ? 1 : 604800;
    row.T *= model->discrete ? 1 : 604800;
    assert_int_equal(cbs_add(&scaled, row, NULL, cbs.weight[i], &WATCH_NEVER), STATUS_OK);
  }
  assert_int_equal(cbs_finish(&doubled, &NEVER), STATUS_OK);
  assert_int_equal(cbs_finish(&scaled, &NEVER), STATUS_OK);
  assert_int_equal(btyd_fit(model, &doubled, &again, &NEVER), STATUS_OK);
  assert_true(again.converged);
  assert_relative_of(subject->model->name, again.log_likelihood, 2 * fit.log_likelihood, 1e-12);
  for (int i = 0; i < model->n_parameters; i++) {
    assert_relative_of(subject->model->name, again.theta[i], fit.theta[i], 1e-8);
    assert_relative_of(subject->model->name, again.covariance[i * fit.n_variables + i],
                       0.5 * fit.covariance[i * fit.n_variables + i], 1e-4);
  }
  assert_int_equal(btyd_fit(model, &scaled, &again, &NEVER), STATUS_OK); /* weeks in seconds */
  assert_true(again.converged);
  for (int i = 0; i < model->n_parameters; i++) {
    double unit = !model->discrete && model->time_parameters >> i & 1 ? 604800 : 1;
    assert_relative_of(subject->model->name, again.theta[i], unit * fit.theta[i], 1e-8);
  }
  cbs_free(&cbs);
  cbs_free(&doubled);
  cbs_free(&scaled);
}

/*
** 95 % intervals from the covariance cover the truth in about 95 of 100 shops; Bonferroni over the parameters: 5
** standard deviations.
*/
static void coverage(const Subject *subject)
{
  enum {
    SHOPS = 60
  };
  const BtydModel *model = subject->model;
  int covered[BTYD_PARAMETERS] = {0}, converged = 0;
  for (int shop = 0; shop < SHOPS; shop++) {
    Cbs cbs = simulate(subject, 100 + (uint64_t)shop, 1000);
    BtydFit fit;
    assert_int_equal(btyd_fit(model, &cbs, &fit, &NEVER), STATUS_OK);
    converged += fit.converged;
    for (int i = 0; fit.converged && i < model->n_parameters; i++) {
      double error = sqrt(fit.covariance[i * fit.n_variables + i]);
      covered[i] += fabs(log(fit.theta[i] / subject->theta[i])) <= 1.959963984540054 * error;
    }
    cbs_free(&cbs);
  }
  assert_true(converged >= 54);
  for (int i = 0; i < model->n_parameters; i++) {
    double rate = (double)covered[i] / converged;
    if (rate < 0.95 - 4 * 0.0281)
      fail_msg("%s: parameter %d covered in %d of %d", model->name, i, covered[i], converged);
  }
}

/* What cannot be fitted says so, and why. */
static void refuses(const Subject *subject)
{
  const BtydModel *model = subject->model;
  const CbsRow alike = model->spend ? (CbsRow){2, 30, 0} : (CbsRow){2, 5, 9};
  Cbs cbs = {0};
  BtydFit fit;
  assert_int_equal(cbs_finish(&cbs, &NEVER), STATUS_OK);
  assert_int_equal(btyd_fit(model, &cbs, &fit, &NEVER), STATUS_OK);
  assert_false(fit.converged);
  assert_string_equal(fit.reason, model->spend ? "nobody bought again for a value above 0" : "there are no customers");
  cbs_free(&cbs);
  assert_int_equal(cbs_add(&cbs, alike, NULL, 100, &WATCH_NEVER), STATUS_OK);
  assert_int_equal(cbs_finish(&cbs, &NEVER), STATUS_OK);
  assert_int_equal(btyd_fit(model, &cbs, &fit, &NEVER), STATUS_OK);
  assert_false(fit.converged);
  assert_string_equal(fit.reason, "all customers are alike");
  cbs_free(&cbs);
  for (int i = 0; i < 5 && !model->spend; i++) {
    assert_int_equal(cbs_add(&cbs, (CbsRow){0, 0, 10 + i}, NULL, 10, &WATCH_NEVER), STATUS_OK);
  }
  if (!model->spend) {
    assert_int_equal(cbs_finish(&cbs, &NEVER), STATUS_OK);
    assert_int_equal(btyd_fit(model, &cbs, &fit, &NEVER), STATUS_OK);
    assert_false(fit.converged);
    assert_true(strlen(fit.reason) > 10);
    cbs_free(&cbs);
  }
}

static void contract(void **state)
{
  const Subject *subject = *state;
  if (!subject->model->spend) {
    predictions(subject);
    units(subject);
  }
  fits(subject);
  coverage(subject);
  refuses(subject);
  Cbs cbs = simulate(subject, 3, 200);
  BtydFit fit;
  assert_int_equal(btyd_fit(subject->model, &cbs, &fit, &NOW), STATUS_INTERRUPT);
  if (!subject->model->spend) {
    double sum;
    assert_int_equal(btyd_discounted(subject->model, subject->theta, &CBS_ROWS[0], 400, 0.1, 1, &sum, &NOW), STATUS_OK);
    assert_int_equal(btyd_discounted(subject->model, subject->theta, &CBS_ROWS[0], 4000, 0.1, 1, &sum, &NOW),
                     STATUS_INTERRUPT);
  }
  cbs_free(&cbs);
}

/*
** So many that a sample tells where to begin: the truth is found in few steps, a limit is still a limit, and a stop is
** heard in the sample as well.
*/
static void many_customers(void **unused)
{
  (void)unused;
  for (int i = 0; i < 3; i++) {
    const Subject *subject = &SUBJECTS[i];
    Cbs cbs = simulate(subject, 11, 45000);
    BtydFit fit;
    assert_true(cbs.n >= 40000);
    assert_int_equal(btyd_fit(subject->model, &cbs, &fit, &NEVER), STATUS_OK);
    assert_true(fit.converged && fit.iterations <= 10);
    for (int k = 0; k < fit.n_variables; k++) {
      double error = sqrt(fit.covariance[k * (fit.n_variables + 1)]);
      assert_true(error > 0 && fabs(log(fit.theta[k] / subject->theta[k])) < 4 * error);
    }
    for (int left = 0; left < 64; left = 4 * left + 3) {
      int questions = left;
      Status status = btyd_fit(subject->model, &cbs, &fit, &(Watch){stop_after, &questions});
      assert_int_equal(status, questions >= 0 ? STATUS_OK : STATUS_INTERRUPT);
    }
    cbs_free(&cbs);
  }
  Random random = random_seed(12, 1);
  Cbs cbs = {0};
  BtydFit fit;
  for (int i = 0; i < 45000; i++) { /* nobody leaves */
    CbsRow row = {.T = draw_age(&random)};
    live(&random, random_gamma(&random, 1.5) / 8, INFINITY, -1, &row);
    assert_int_equal(cbs_add(&cbs, row, NULL, 1, &WATCH_NEVER), STATUS_OK);
  }
  assert_int_equal(cbs_finish(&cbs, &NEVER), STATUS_OK);
  assert_int_equal(btyd_fit(&BGNBD, &cbs, &fit, &NEVER), STATUS_OK);
  assert_false(fit.converged);
  assert_true(fit.at_limit && strstr(fit.reason, "(nobody drops out)"));
  assert_absolute(fit.theta[0] / fit.theta[1], 1.5 / 8, 0.005);
  cbs_free(&cbs);
}

static void domains(void **unused)
{
  (void)unused;
  const struct {
    const BtydModel *model;
    CbsRow row;
  } cases[] = {{&BGNBD, {-1, 0, 1}},        {&BGNBD, {1.5, 1, 2}},     {&BGNBD, {1, 3, 2}},
               {&BGNBD, {0, 1, 2}},         {&BGNBD, {1, 0, 2}},       {&BGNBD, {1, NAN, 2}},
               {&BGNBD, {0, 0, -1}},        {&BGBB, {3, 2, 5}},        {&BGBB, {1, 1.5, 5}},
               {&BGBB, {1, 1, 5.5}},        {&GAMMA_GAMMA, {0, 1, 0}}, {&GAMMA_GAMMA, {1, 0, 0}},
               {&GAMMA_GAMMA, {NAN, 1, 0}}, {&PARETO_NBD, {1, 1, NAN}}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    assert_non_null(btyd_row_problem(cases[i].model, &cases[i].row));
  }
}

/* 10^u, u between low and high. */
static double power_between(Random *random, double low, double high)
{
  return pow(10, low + (high - low) * random_uniform(random));
}

/*
** Whatever is asked, a chance is one: parameters, counts and times from 1e-15 to 1e15, horizons to 1e250. Who is alive
** later is alive now.
*/
static void chances_are_chances(void **unused)
{
  (void)unused;
  const BtydModel *const models[] = {&BGNBD, &MBGNBD, &PARETO_NBD, &BGBB};
  Random random = random_seed(7, 0);
  for (int i = 0; i < 4 * 3000; i++) {
    const BtydModel *model = models[i % 4];
    bool discrete = model->discrete;
    double theta[BTYD_PARAMETERS], limit = i % 3 ? 15 : 4;
    for (int k = 0; k < BTYD_PARAMETERS; k++) {
      theta[k] = power_between(&random, -limit, limit);
    }
    double T = discrete ? floor(power_between(&random, 0, 3)) : power_between(&random, -limit, limit);
    double x = random_uniform(&random) < 0.2 ? 0 : floor(power_between(&random, 0, discrete ? 3 : limit));
    x = discrete && x > T ? T : x;
    double t_x = discrete ? floor(x + (T - x) * random_uniform(&random)) : T * random_uniform(&random);
    double horizon =
      discrete ? floor(power_between(&random, 0, 3)) : power_between(&random, -limit, i % 10 ? limit : 250);
    double n = random_uniform(&random) < 0.3 ? 0 : floor(power_between(&random, 0, discrete ? 3 : 5));
    CbsRow row = {x, x > 0 ? t_x : 0, T};
    if (btyd_row_problem(model, &row)) {
      continue;
    }
    double alive = model->p_alive(theta, &row), later = model->p_alive_at(theta, &row, horizon);
    double pmf = model->pmf(theta, &row, n, horizon);
    assert_true(alive >= 0 && alive <= 1);
    assert_true(isnan(later) || (later >= 0 && later <= alive * (1 + 1e-9)));
    assert_true(isnan(pmf) || (pmf >= 0 && pmf <= 1));
  }
  /* was 1.0577…; 1 - a (ln tau + ln s - ln b), tau = later / (alpha + T), s and b about x */
  const double theta[] = {5e-13, 6e-12, 9e-13, 1.6e-12};
  assert_relative(MBGNBD.p_alive_at(theta, &(CbsRow){1e15, 1e15, 1e15}, 1e300), 1 - 9e-13 * 285 * log(10), 1e-10);
}

int main(void)
{
  struct CMUnitTest tests[N_SUBJECTS + 4] = {cmocka_unit_test(chances_are_chances), cmocka_unit_test(names),
                                             cmocka_unit_test(domains), cmocka_unit_test(many_customers)};
  for (int i = 0; i < N_SUBJECTS; i++) {
    tests[4 + i] = (struct CMUnitTest){SUBJECTS[i].model->name, contract, NULL, NULL, (void *)(uintptr_t)&SUBJECTS[i]};
  }
  return cmocka_run_group_tests(tests, NULL, NULL);
}
