/*
** core/weibull: against 50-digit arithmetic and its own equations; and what has no answer.
*/
#include "core/base/mem.h"
#include "core/base/random.h"
#include "core/regression/weibull.h"
#include "unit.h"

/* x: n rows of k. */
static Weibull fit(const double *time, const int *event, const double *x, int n, int k)
{
  WeibullRows rows = {.n_features = k};
  Weibull weibull;
  for (int i = 0; i < n; i++) {
    assert_int_equal(weibull_rows_add(&rows, time[i], event[i], x ? x + i * k : NULL), STATUS_OK);
  }
  assert_int_equal(weibull_fit(&rows, &weibull, &NEVER), STATUS_OK);
  weibull_rows_free(&rows);
  weibull_rows_free(&rows);
  return weibull;
}

static void assert_reason(const Weibull *weibull, const char *want)
{
  Text text = {0};
  weibull_reason(weibull, &text);
  assert_non_null(text.bytes);
  assert_string_equal(text.bytes, want);
  mem_free(text_take(&text));
}

static void assert_dropped(const Weibull *weibull, int i, const char *want)
{
  Text text = {0};
  weibull_dropped(weibull, i, &text);
  assert_string_equal(text.bytes ? text.bytes : "", want);
  mem_free(text_take(&text));
}

static void assert_no_estimates(const Weibull *weibull)
{
  int size = weibull->n_features + 2;
  assert_true(isnan(weibull->intercept) && isnan(weibull->shape) && isnan(weibull->log_sigma) &&
              isnan(weibull->log_likelihood));
  for (int i = 0; i < weibull->n_features; i++) {
    assert_true(isnan(weibull->coefficient[i]));
  }
  for (int i = 0; i < size * size; i++) {
    assert_true(isnan(weibull->covariance[i]));
  }
}

/*
** mpmath 1.3, mp.dps = 50: the root of the derivatives of the log-likelihood, and the inverse of minus its second ones.
*/
static const double TIME[] = {2, 5, 9, 11, 14, 20, 24}, X[] = {3, 1, 4, 1, 5, 9, 2};
static const int EVENT[] = {1, 1, 0, 1, 0, 1, 0};

static void without_features(void **unused)
{
  (void)unused;
  Weibull w = fit(TIME, EVENT, NULL, 7, 0);
  assert_int_equal(w.end, WEIBULL_CONVERGED);
  assert_relative(w.intercept, 2.99701721441159582, 1e-14);
  assert_relative(w.log_sigma, -0.194119454608796507, 1e-13);
  assert_relative(w.shape, exp(0.194119454608796507), 1e-14);
  assert_relative(w.log_likelihood, -16.1310839850275772, 1e-14);
  assert_relative(w.null_log_likelihood, -16.1310839850275772, 1e-14);
  assert_relative(w.covariance[0], 0.181013543156302328, 1e-13);
  assert_relative(w.covariance[1], 0.0459132480464425469, 1e-12);
  assert_relative(w.covariance[2], 0.0459132480464425469, 1e-12);
  assert_relative(w.covariance[3], 0.184091472917914791, 1e-13);
  assert_int_equal(w.rows, 7);
  assert_int_equal(w.events, 4);
  weibull_free(&w);
  weibull_free(&w);
}

static void with_a_feature(void **unused)
{
  (void)unused;
  static const double COVARIANCE[] = {0.436658483465440496,  -0.077615617160375137,  0.0148059717431123971,
                                      -0.077615617160375137, 0.022691662324320543,   0.00769449304466394753,
                                      0.0148059717431123971, 0.00769449304466394753, 0.177898600953423606};
  Weibull w = fit(TIME, EVENT, X, 7, 1);
  assert_int_equal(w.end, WEIBULL_CONVERGED);
  assert_relative(w.intercept, 2.69511279378287021, 1e-13);
  assert_relative(w.coefficient[0], 0.076390355281378067, 1e-13);
  assert_relative(w.log_sigma, -0.218384391250845751, 1e-13);
  assert_relative(w.log_likelihood, -15.9901529933454981, 1e-14);
  for (int i = 0; i < 9; i++) {
    assert_relative(w.covariance[i], COVARIANCE[i], 1e-12);
  }
  weibull_free(&w);
}

/* Without censoring and features: the shape solves sum T^k ln T / sum T^k = 1/k + mean ln T; here as a residual. */
static void all_events(void **unused)
{
  (void)unused;
  static const int ALL[] = {1, 1, 1, 1, 1, 1, 1};
  Weibull w = fit(TIME, ALL, NULL, 7, 0);
  double a = 0, b = 0, c = 0;
  for (int i = 0; i < 7; i++) {
    double power = pow(TIME[i], w.shape);
    a += power * log(TIME[i]);
    b += power;
    c += log(TIME[i]) / 7;
  }
  assert_relative(a / b, 1 / w.shape + c, 1e-14);
  assert_relative(exp(w.intercept), pow(b / 7, 1 / w.shape), 1e-14);
  weibull_free(&w);
}

/* Units change nothing else: times x 1e6, the feature x 1e100 and moved. */
static void units(void **unused)
{
  (void)unused;
  double time[7], x[7];
  for (int i = 0; i < 7; i++) {
    time[i] = TIME[i] * 1e6;
    x[i] = (X[i] - 50) * 1e100;
  }
  Weibull w = fit(time, EVENT, x, 7, 1);
  assert_relative(w.coefficient[0] * 1e100, 0.076390355281378067, 1e-12);
  assert_relative(w.intercept, 2.69511279378287021 + 50 * 0.076390355281378067 + log(1e6), 1e-13);
  assert_relative(w.log_sigma, -0.218384391250845751, 1e-12);
  assert_relative(w.covariance[4] * 1e200, 0.022691662324320543, 1e-12);
  weibull_free(&w);
}

#define N 3000
typedef struct Sample {
  double time[N], x[3 * N];
  int event[N];
} Sample;

/* ln T = 2 + 0.5 x1 - 0.02 x2 + sigma W, censored at 0 ... 30. */
static Sample *sample_make(uint64_t seed, double sigma)
{
  Sample *sample = mem_alloc(1, sizeof *sample);
  Random random = random_seed(seed, 0);
  for (int i = 0; i < N; i++) {
    double *x = sample->x + 3 * i;
    x[0] = random_uniform(&random) < 0.3;
    x[1] = 20 + floor(80 * random_uniform(&random));
    x[2] = x[1] - 3 * x[0];
    double w = log(-log1p(-random_uniform(&random)));
    double time = exp(2 + 0.5 * x[0] - 0.02 * x[1] + sigma * w), end = 30 * random_uniform(&random);
    sample->event[i] = time <= end;
    sample->time[i] = fmin(time, end);
  }
  return sample;
}

/* The truth is within 4 standard errors; collinear and constant columns are named and change nothing. */
static void a_known_truth(void **unused)
{
  (void)unused;
  static const double SIGMA[] = {0.2, 1, 3};
  for (int s = 0; s < 3; s++) {
    Sample *sample = sample_make(7 + (uint64_t)s, SIGMA[s]);
    double more[5 * N], two[2 * N];
    for (int i = 0; i < N; i++) {
      memcpy(two + 2 * i, sample->x + 3 * i, 2 * sizeof *two);
      memcpy(more + 5 * i, sample->x + 3 * i, 3 * sizeof *more);
      more[5 * i + 3] = 7;
      more[5 * i + 4] = sample->x[3 * i + 1] * 2;
    }
    Weibull w = fit(sample->time, sample->event, two, N, 2), v = fit(sample->time, sample->event, more, N, 5);
    assert_int_equal(w.end, WEIBULL_CONVERGED);
    assert_true(fabs(w.intercept - 2) < 4 * sqrt(w.covariance[0]));
    assert_true(fabs(w.coefficient[0] - 0.5) < 4 * sqrt(w.covariance[5]));
    assert_true(fabs(w.coefficient[1] + 0.02) < 4 * sqrt(w.covariance[10]));
    assert_true(fabs(w.log_sigma - log(SIGMA[s])) < 4 * sqrt(w.covariance[15]));
    assert_true(w.log_likelihood > w.null_log_likelihood);
    assert_relative(v.coefficient[0], w.coefficient[0], 1e-12);
    assert_relative(v.covariance[48], w.covariance[15], 1e-12);
    assert_true(v.coefficient[2] == 0 && isnan(v.covariance[3 * 7 + 3]) && isnan(v.covariance[3]));
    assert_dropped(&v, 0, "");
    assert_dropped(&v, 2, "collinear with f2 and f1");
    assert_dropped(&v, 3, "constant");
    assert_dropped(&v, 4, "collinear with f2");
    weibull_free(&w);
    weibull_free(&v);
    mem_free(sample);
  }
}

/* The derivatives of the log-likelihood, summed here row by row, are 0. */
static void the_gradient_is_zero(void **unused)
{
  (void)unused;
  Sample *sample = sample_make(3, 1.5);
  double two[2 * N], gradient[4] = {0}, size = 0;
  for (int i = 0; i < N; i++) {
    memcpy(two + 2 * i, sample->x + 3 * i, 2 * sizeof *two);
  }
  Weibull w = fit(sample->time, sample->event, two, N, 2);
  for (int i = 0; i < N; i++) {
    double z =
      (log(sample->time[i]) - w.intercept - w.coefficient[0] * two[2 * i] - w.coefficient[1] * two[2 * i + 1]) *
      w.shape;
    double u = exp(z), residual = u - sample->event[i];
    gradient[0] += residual;
    gradient[1] += residual * two[2 * i];
    gradient[2] += residual * two[2 * i + 1];
    gradient[3] += z * residual - sample->event[i];
    size += fabs(residual);
  }
  for (int i = 0; i < 4; i++) {
    assert_true(fabs(gradient[i]) < 1e-11 * 100 * size);
  }
  weibull_free(&w);
  mem_free(sample);
}

/*
** The last block is filled up with zeros, which standardised are far from all rows: they must not count, or overflow.
*/
static void a_feature_far_from_zero(void **unused)
{
  (void)unused;
  double near[N], far[N];
  Sample *sample = sample_make(4, 0.3);
  for (int i = 0; i < N; i++) {
    near[i] = sample->x[3 * i];
    far[i] = near[i] + 1e6;
  }
  Weibull a = fit(sample->time, sample->event, near, N - 1, 1), b = fit(sample->time, sample->event, far, N - 1, 1);
  assert_int_equal(b.end, WEIBULL_CONVERGED);
  assert_int_equal(a.iterations, b.iterations);
  assert_relative(b.coefficient[0], a.coefficient[0], 1e-9);
  assert_relative(b.log_likelihood, a.log_likelihood, 1e-12);
  weibull_free(&a);
  weibull_free(&b);
  mem_free(sample);
}

/* One time is a million times the others': Newton's method still gets there. */
static void an_outlier(void **unused)
{
  (void)unused;
  Sample *sample = sample_make(5, 0.1);
  sample->time[0] = 1e300;
  sample->time[1] = 1e-300;
  sample->event[0] = sample->event[1] = 1;
  Weibull w = fit(sample->time, sample->event, NULL, N, 0);
  assert_int_equal(w.end, WEIBULL_CONVERGED);
  weibull_free(&w);
  mem_free(sample);
}

static void no_maximum(void **unused)
{
  (void)unused;
  static const int NONE[7] = {0}, ONE[] = {0, 0, 0, 0, 0, 0, 1};
  static const double SAME[] = {4, 4, 4, 4, 4, 4, 4};
  static const double GROUP[] = {0, 0, 1, 0, 1, 0, 0}, UPPER[] = {2, 2, 1, 2, 2, 2, 0},
                      BOTH[] = {0, 2, 0, 2, 1, 1, 0, 2, 1, 0, 0, 2, 0, 2};
  Weibull w = fit(NULL, NULL, NULL, 0, 0);
  assert_int_equal(w.end, WEIBULL_NO_ROWS);
  assert_reason(&w, "no row takes part");
  assert_no_estimates(&w);
  weibull_free(&w);
  w = fit(TIME, NONE, X, 7, 1);
  assert_reason(&w, "no row has the event, all are censored");
  assert_no_estimates(&w);
  weibull_free(&w);
  w = fit(SAME, EVENT, X, 7, 1);
  assert_reason(&w, "every time is the same");
  weibull_free(&w);
  w = fit(TIME, ONE, X, 7, 1);
  assert_reason(&w, "every event is at the largest time: the shape grows without end");
  weibull_free(&w);
  w = fit(TIME, EVENT, GROUP, 7, 1);
  assert_reason(&w, "every event has f1 = 0 and no row less: no event tells how soon the other rows end, the "
                    "coefficient grows without end");
  assert_no_estimates(&w);
  weibull_free(&w);
  w = fit(TIME, EVENT, UPPER, 7, 1);
  assert_reason(&w, "every event has f1 = 2 and no row more: no event tells how soon the other rows end, the "
                    "coefficient grows without end");
  weibull_free(&w);
  w = fit(TIME, EVENT, BOTH, 7, 2);
  assert_reason(&w, "every event has f1 = 0 and no row less, and the like of f2: no event tells how soon the other "
                    "rows end, the coefficient grows without end");
  weibull_free(&w);
}

/* Two columns of which neither does it alone. */
static void combined(void **unused)
{
  (void)unused;
  static const double SUM[] = {0, 2, 2, 0, 1, 0, 1, 1, 0, 0, 0.5, 1.5, 1, 0.9};
  const double TOLD[] = {log(2), 3, log(5), 1, log(9), 4, log(11), 7, log(15), 2, log(20), 2, log(25), 5};
  Weibull w = fit(TIME, EVENT, SUM, 7, 2);
  assert_int_equal(w.end, WEIBULL_COMBINED);
  assert_int_equal(w.n_apart, 2);
  assert_reason(&w, "a combination of f2 and f1 is the same in every event and on one side of that in every other row: "
                    "the coefficients grow without end");
  assert_no_estimates(&w);
  assert_true(isfinite(w.null_log_likelihood));
  weibull_free(&w);
  w = fit(TIME, EVENT, TOLD, 7, 2); /* events: f1 = ln T; censored: ln T below */
  assert_int_equal(w.end, WEIBULL_TOLD);
  assert_reason(&w, "f1 tells the time of every event without error: the shape grows without end");
  weibull_free(&w);
}

static void zero_times(void **unused)
{
  (void)unused;
  double time[] = {2, 5, 0, 9, 11, 14, 0, 20, 24};
  int event[] = {1, 1, 0, 0, 1, 0, 1, 1, 0};
  Weibull w = fit(time, event, NULL, 9, 0);
  assert_int_equal(w.rows, 7);
  assert_int_equal(w.zero_times, 2);
  assert_relative(w.intercept, 2.99701721441159582, 1e-14);
  weibull_free(&w);
}

/* A second fit of the same rows is the same to the last bit. */
static void fits_again(void **unused)
{
  (void)unused;
  WeibullRows rows = {.n_features = 1};
  Weibull a, b;
  for (int i = 0; i < 7; i++) {
    assert_int_equal(weibull_rows_add(&rows, TIME[i], EVENT[i], X + i), STATUS_OK);
  }
  assert_int_equal(weibull_fit(&rows, &a, &NEVER), STATUS_OK);
  assert_int_equal(weibull_fit(&rows, &b, &NEVER), STATUS_OK);
  assert_true(a.intercept == b.intercept && a.coefficient[0] == b.coefficient[0] &&
              a.log_likelihood == b.log_likelihood);
  weibull_free(&a);
  weibull_free(&b);
  weibull_rows_free(&rows);
}

/* mpmath 1.3: scale, shape, time; residual time, survival, hazard (NAN: not asked). */
static void what_a_distribution_says(void **unused)
{
  (void)unused;
  static const double CASE[][6] = {
    {24, 1.2, 0, 22.5757405981625194, 1, NAN},
    {24, 1.2, 12, 19.5469874349588998, 0.647086511516352382, 0.0435275281648062067},
    {24, 1.2, 1000, 9.46799979737248803, 7.02769640892864053e-39, 0.105421151585687469},
    {24, 0.3, 5, 409.257685260106298, 0.535455823021002406, 0.0374782133514107315},
    {24, 0.3, 1e6, 150952.329710188896, 2.74544935239167318e-11, 7.29554737886004115e-6},
    {24, 0.05, 3, 1.43795058330683779e20, 0.406061577317637628, 0.0150208410435138381},
    {2, 8, 1, 0.887378540154546745, 0.99610136947011749, 0.03125},
    {2, 8, 10, 3.19999283203440615e-6, 0, 312500},
    {24, 1, 7, 24, 0.747017500310432534, 0.0416666666666666667},
    {24, 0.01, 24, 6.08848693344299671e159, 0.367879441171442322, 0.000416666666666666675},
  };
  for (size_t i = 0; i < sizeof CASE / sizeof *CASE; i++) {
    double location = log(CASE[i][0]), shape = CASE[i][1], time = CASE[i][2];
    assert_relative(weibull_residual(location, shape, time), CASE[i][3], 1e-12);
    assert_relative(weibull_survival(location, shape, time), CASE[i][4], 1e-13);
    if (!isnan(CASE[i][5])) assert_relative(weibull_hazard(location, shape, time), CASE[i][5], 1e-13);
  }
  assert_relative(weibull_quantile(log(24), 1.2, 1e-10), 1.11398132011348207e-7, 1e-13);
  assert_relative(weibull_quantile(log(24), 1.2, 0.25), 8.49777524984494945, 1e-14);
  assert_relative(weibull_quantile(log(24), 1.2, 0.5), 17.6834008862361662, 1e-14);
  assert_relative(weibull_quantile(log(24), 1.2, 0.999), 120.131996442409386, 1e-14);
  assert_true(weibull_quantile(log(24), 1.2, 0) == 0);
  assert_true(weibull_hazard(log(24), 1.2, 0) == 0);
  assert_relative(weibull_hazard(log(24), 1, 0), 1.0 / 24, 1e-14);
  assert_true(weibull_hazard(log(24), 0.8, 0) == INFINITY);
  assert_true(weibull_residual(0, 900, 1e15) == 0);
}

/* However late the host asks, the answer is an interrupt and nothing leaks; the rows can be fitted afterwards. */
static void interrupts_are_noticed(void **unused)
{
  (void)unused;
  Sample *sample = sample_make(9, 1);
  WeibullRows rows = {.n_features = 3};
  for (int i = 0; i < N; i++) {
    assert_int_equal(weibull_rows_add(&rows, sample->time[i], sample->event[i], sample->x + 3 * i), STATUS_OK);
  }
  int n = 0;
  for (;; n++) {
    int questions = n;
    Weibull w;
    Status status = weibull_fit(&rows, &w, &(Watch){stop_after, &questions});
    bool ended = status == STATUS_OK && w.end == WEIBULL_CONVERGED;
    weibull_free(&w);
    if (ended) break;
    assert_int_equal(status, STATUS_INTERRUPT);
  }
  assert_true(n > 10);
  weibull_rows_free(&rows);
  mem_free(sample);
}

/* Which of 600 columns depend on others takes long, however few the rows are. */
static void interrupts_are_noticed_in_matrices(void **unused)
{
  (void)unused;
  enum {
    FEATURES = 600
  };
  WeibullRows rows = {.n_features = FEATURES};
  Weibull weibull;
  for (int i = 0; i < 40; i++) {
    double x[FEATURES];
    for (int j = 0; j < FEATURES; j++) {
      x[j] = (i + 1) * 7919 * (j + 3) % 101;
    }
    assert_int_equal(weibull_rows_add(&rows, 1 + i * 31 % 17, i % 3 > 0, x), STATUS_OK);
  }
  int asked = 0;
  assert_int_equal(weibull_fit(&rows, &weibull, &(Watch){count_questions, &asked}), STATUS_OK);
  assert_true(asked > 60); /* some 40 in the steps, of fewer columns */
  weibull_free(&weibull);
  weibull_rows_free(&rows);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(without_features),
    cmocka_unit_test(with_a_feature),
    cmocka_unit_test(all_events),
    cmocka_unit_test(units),
    cmocka_unit_test(a_known_truth),
    cmocka_unit_test(the_gradient_is_zero),
    cmocka_unit_test(a_feature_far_from_zero),
    cmocka_unit_test(an_outlier),
    cmocka_unit_test(no_maximum),
    cmocka_unit_test(combined),
    cmocka_unit_test(zero_times),
    cmocka_unit_test(fits_again),
    cmocka_unit_test(what_a_distribution_says),
    cmocka_unit_test(interrupts_are_noticed),
    cmocka_unit_test(interrupts_are_noticed_in_matrices),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
