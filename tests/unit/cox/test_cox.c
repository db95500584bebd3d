/*
** The proportional-hazards model: against R's survival 3.5-3 and long doubles (../shared/reference/survival), and by
** hand.
*/
#include "core/base/mem.h"
#include "core/cox/cox.h"
#include "unit.h"

#define FOLDER "../shared/reference/survival/"
#define DESIGN "../shared/data/telco_design.csv"
#define COLUMNS 12

static const char *const NAMES[COLUMNS] = {
  "senior_citizen",       "partner",          "dependents",        "internet_fiber",    "internet_no",
  "online_security_yes",  "tech_support_yes", "contract_one_year", "contract_two_year", "paperless_billing",
  "pay_electronic_check", "monthly_charges"};
static double largest_error;

/* Relative, against at least 1e-300. */
static void close_to(double got, double want, double tolerance, const char *what, const char *name)
{
  char text[200];
  snprintf(text, sizeof text, "%s of %s", what, name);
  largest_error = fmax(largest_error, fabs(got - want) / fabs(want));
  assert_relative_of(text, got, want, tolerance);
}

/* ---- Files: fields of a line of CSV without quotes that matter */

static int split(char *line, char **field, int max)
{
  int n = 0;
  line[strcspn(line, "\r\n")] = 0;
  for (char *at = line; at && n < max; n++) {
    char *comma = strchr(at, ',');
    if (comma) *comma = 0;
    if (*at == '"') {
      at++;
      at[strlen(at) - 1] = 0;
    }
    field[n] = at;
    at = comma ? comma + 1 : NULL;
  }
  return n;
}

static int column_of(char **head, int n, const char *name)
{
  for (int i = 0; i < n; i++) {
    if (strcmp(head[i], name) == 0) return i;
  }
  fail_msg("no column %s", name);
  return -1;
}

typedef struct Options {
  bool strata, cluster;
  const double *weight; /* by row; NULL: none */
  double entry;         /* of rows of a longer time; 0: none */
} Options;

/* The telco set; with strata the two columns of contracts are left out and make the strata. */
static void telco_read(CoxRows *rows, Options options)
{
  FILE *file = open_or_skip(DESIGN);
  char line[1000], head_line[1000], *head[40], *field[40];
  assert_non_null(fgets(head_line, sizeof head_line, file));
  int n = split(head_line, head, 40), at[COLUMNS], n_features = 0;
  for (int i = 0; i < COLUMNS; i++) {
    if (!options.strata || strncmp(NAMES[i], "contract", 8) != 0) at[n_features++] = column_of(head, n, NAMES[i]);
  }
  int one = column_of(head, n, "contract_one_year"), two = column_of(head, n, "contract_two_year");
  int time = column_of(head, n, "tenure"), event = column_of(head, n, "churned");
  bool used[COX_FEATURE] = {[COX_STRATUM] = options.strata,
                            [COX_CLUSTER] = options.cluster,
                            [COX_ENTRY] = options.entry > 0,
                            [COX_WEIGHT] = options.weight};
  assert_int_equal(cox_rows_open(rows, n_features, used), STATUS_OK);
  for (uint32_t row = 0; fgets(line, sizeof line, file); row++) {
    double x[COLUMNS];
    split(line, field, 40);
    CoxRow head_of = {.time = atof(field[time]), .weight = 1, .event = *field[event] == '1', .cluster = row};
    head_of.stratum = atof(field[two]) != 0 ? 2 : atof(field[one]) != 0;
    head_of.entry = head_of.time > options.entry ? options.entry : 0;
    head_of.weight = options.weight ? options.weight[row % 7] : 1;
    for (int i = 0; i < n_features; i++) {
      x[i] = atof(field[at[i]]);
    }
    assert_int_equal(cox_rows_add(rows, &head_of, x), STATUS_OK);
  }
  fclose(file);
}

static CoxTies ties_of(const char *name)
{
  return strcmp(name, "efron") == 0 ? COX_EFRON : COX_BRESLOW;
}

static int name_index(const char *name)
{
  for (int i = 0; i < COLUMNS; i++) {
    if (strcmp(NAMES[i], name) == 0) return i;
  }
  return -1;
}

typedef void (*Line)(const Cox *cox, char **field, void *self);

/* Calls for each line of the file whose second column is these ties. */
static void lines_of(const char *name, const Cox *cox, Line line_of, void *self)
{
  FILE *file = open_or_skip(name);
  char line[1000], *field[40];
  int n = 0;
  assert_non_null(fgets(line, sizeof line, file));
  while (fgets(line, sizeof line, file)) {
    split(line, field, 40);
    if (ties_of(field[1]) != cox->ties) continue;
    line_of(cox, field, self);
    n++;
  }
  fclose(file);
  assert_true(n > 0);
}

/* ---- The references */

static void line_longdouble(const Cox *cox, char **field, void *self)
{
  const CoxFeature *feature = &cox->feature[name_index(field[2])];
  (void)self;
  close_to(feature->coefficient, atof(field[3]), 1e-10, "coefficient", field[2]);
  close_to(feature->error, atof(field[4]), 1e-10, "error", field[2]);
  close_to(cox->null_log_likelihood, atof(field[5]), 1e-12, "null log-likelihood", field[1]);
  close_to(cox->log_likelihood, atof(field[6]), 1e-12, "log-likelihood", field[1]);
}

static void line_coef(const Cox *cox, char **field, void *self)
{
  const CoxFeature *feature = &cox->feature[name_index(field[2])];
  (void)self;
  close_to(feature->coefficient, atof(field[3]), 1e-9, "coefficient", field[2]);
  close_to(feature->error, atof(field[4]), 1e-9, "error", field[2]);
}

static void line_cov(const Cox *cox, char **field, void *self)
{
  (void)self;
  int i = name_index(field[2]), j = name_index(field[3]);
  close_to(cox->covariance[i * COLUMNS + j], atof(field[4]), 1e-9, "covariance", field[2]);
}

static void line_summary(const Cox *cox, char **field, void *self)
{
  const CoxConcordance *pairs = self;
  assert_int_equal(cox->rows, atoi(field[2]));
  assert_int_equal(cox->events, atoi(field[3]));
  close_to(cox->null_log_likelihood, atof(field[4]), 1e-12, "loglik0", field[1]);
  close_to(cox->log_likelihood, atof(field[5]), 1e-12, "loglik", field[1]);
  close_to(2 * (cox->log_likelihood - cox->null_log_likelihood), atof(field[6]), 1e-10, "likelihood ratio", field[1]);
  close_to(cox->wald, atof(field[7]), 1e-9, "wald", field[1]);
  close_to(cox->score, atof(field[8]), 1e-10, "score", field[1]);
  close_to(pairs->value, atof(field[10]), 1e-14, "concordance", field[1]);
  close_to(pairs->error, atof(field[11]), 1e-10, "its error", field[1]);
  assert_true(pairs->concordant == atof(field[12]) && pairs->discordant == atof(field[13]) &&
              pairs->tied_risk == atof(field[14]));
}

static void line_zph(const Cox *cox, char **field, void *self)
{
  static const char *const TRANSFORM[] = {"km", "identity", "rank", "log"};
  const double *chi = self; /* of the columns and of all; then the transform */
  if (strcmp(field[2], TRANSFORM[(int)chi[COLUMNS + 1]]) != 0) return;
  (void)cox;
  close_to(chi[strcmp(field[3], "GLOBAL") == 0 ? COLUMNS : name_index(field[3])], atof(field[4]), 1e-9, field[2],
           field[3]);
}

typedef struct Base {
  const CoxStep *step;
  size_t n;
  double mean;
} Base;

static void line_base(const Cox *cox, char **field, void *self)
{
  const Base *base = self;
  if (ties_of(field[2]) != cox->ties) return;
  for (size_t i = 0; i < base->n; i++) {
    const CoxStep *step = &base->step[i];
    if (step->time != atof(field[3])) continue;
    assert_true(step->at_risk == atof(field[4]) && step->events == atof(field[5]));
    if (atof(field[5]) == 0 && atof(field[6]) == 0) return; /* before the first event */
    close_to(step->hazard, atof(field[7]), 1e-9, "hazard at the means", field[3]);
    close_to(step->hazard * exp(-base->mean), atof(field[6]), 1e-9, "hazard at 0", field[3]);
    close_to(step->error, atof(field[8]), 1e-9, "its error", field[3]);
    return;
  }
  fail_msg("no step at %s", field[3]);
}

static void telco_check(CoxTies ties)
{
  CoxRows rows = {0};
  Cox cox = {0};
  CoxConcordance pairs;
  Base base = {0};
  double chi[COLUMNS + 2], chi_group[COLUMNS];
  int group[COLUMNS], df[COLUMNS];
  telco_read(&rows, (Options){0});
  assert_int_equal(cox_fit(&rows, ties, &cox, &NEVER), STATUS_OK);
  assert_int_equal(cox.end, COX_CONVERGED);
  lines_of(FOLDER "ref_cox_longdouble.csv", &cox, line_longdouble, NULL);
  print_message("long doubles: %.2g, %d iterations\n", largest_error, cox.iterations);
  lines_of(FOLDER "ref_cox_coef_R.csv", &cox, line_coef, NULL);
  lines_of(FOLDER "ref_cox_cov_R.csv", &cox, line_cov, NULL);
  print_message("covariances: %.2g\n", largest_error);
  assert_int_equal(cox_concordance(&cox, &pairs, &NEVER), STATUS_OK);
  lines_of(FOLDER "ref_cox_summary_R.csv", &cox, line_summary, &pairs);
  for (int j = 0; j < COLUMNS; j++) {
    group[j] = j;
  }
  for (int transform = 0; transform < 3; transform++) {
    largest_error = 0;
    assert_int_equal(cox_zph(&cox, (CoxTransform)transform, group, COLUMNS, chi, chi_group, df, &chi[COLUMNS], &NEVER),
                     STATUS_OK);
    chi[COLUMNS + 1] = transform;
    lines_of(FOLDER "ref_cox_zph_R.csv", &cox, line_zph, chi);
    print_message("proportional hazards: %.2g\n", largest_error);
    for (int j = 0; j < COLUMNS; j++) {
      assert_true(chi_group[j] == chi[j] && df[j] == 1);
    }
  }
  largest_error = 0;
  base.mean = cox_mean_score(&cox);
  CoxStep *step;
  assert_int_equal(cox_baseline(&cox, &step, &base.n, &NEVER), STATUS_OK);
  base.step = step;
  lines_of(FOLDER "ref_cox_basehaz_R.csv", &cox, line_base, &base);
  print_message("baseline: %.2g\n", largest_error);
  mem_free(step);
  cox_free(&cox);
  cox_rows_free(&rows);
}

static void test_telco(void **state)
{
  (void)state;
  telco_check(COX_EFRON);
  telco_check(COX_BRESLOW);
}

static void strata_robust_check(const char *model, CoxTies ties)
{
  bool strata = strcmp(model, "telco_strata_contract") == 0;
  for (int cluster = 0; cluster < 2; cluster++) {
    CoxRows rows = {0};
    Cox cox = {0};
    char line[1000], *field[10];
    int n = 0;
    size_t n_clusters;
    telco_read(&rows, (Options){.strata = strata, .cluster = cluster});
    assert_int_equal(cox_fit(&rows, ties, &cox, &NEVER), STATUS_OK);
    assert_int_equal(cox.end, COX_CONVERGED);
    assert_int_equal(cox_robust(&cox, &n_clusters, &NEVER), STATUS_OK);
    FILE *file = open_or_skip(FOLDER "ref_cox_strata_robust_R.csv");
    assert_non_null(fgets(line, sizeof line, file));
    while (fgets(line, sizeof line, file)) {
      split(line, field, 10);
      if (strcmp(field[0], model) != 0 || ties_of(field[1]) != ties) continue;
      const CoxFeature *feature = &cox.feature[n++];
      close_to(feature->coefficient, atof(field[3]), 1e-9, "coefficient", field[2]);
      close_to(strata ? feature->error : feature->robust_error, atof(field[4]), 1e-9, "error", field[2]);
      close_to(cox.null_log_likelihood, atof(field[5]), 1e-12, "null log-likelihood", field[2]);
      close_to(cox.log_likelihood, atof(field[6]), 1e-12, "log-likelihood", field[2]);
    }
    fclose(file);
    assert_int_equal(n, cox.n_features);
    cox_free(&cox);
    cox_rows_free(&rows);
  }
}

static void test_strata_robust(void **state)
{
  (void)state;
  largest_error = 0;
  strata_robust_check("telco_strata_contract", COX_EFRON);
  strata_robust_check("telco_strata_contract", COX_BRESLOW);
  strata_robust_check("telco_robust_se", COX_EFRON);
  print_message("strata, robust: %.2g\n", largest_error);
}

/* ---- Entries, weights, strata and clusters together */

typedef struct Expected {
  double null, score, coefficient[2], error[2], log_likelihood, wald, cluster[2], rows[2], chi[3], base[2],
    base_error[2];
} Expected;

/*
** By the sums over risk sets as they are defined, row by row (numpy): 60 rows, time 1 + 7i mod 13, entry floor(time/2)
** where i mod 4 = 1, event where 5i mod 7 < 4, x1 = (i^2 mod 11)/3, x2 = [i mod 3 = 0], weight 1 + (i mod 3)/2, stratum
** i mod 2, cluster i/4.
*/
static const Expected EXPECTED[] = {
  {-150.77940990778205,
   1.3853857556622633,
   {0.1815022363729821, 0.08782079989983962},
   {0.16437180214860692, 0.3356474372723355},
   -150.095542348285,
   1.3796888660774733,
   {0.13969079369601964, 0.318946022192063},
   {0.1995636757293399, 0.3249584739064294},
   {1.5713936946411329, 0.566345176287154, 1.9140801377809757},
   {1.7690440740301698, 2.155609251856044},
   {0.4900778467373353, 0.5880009836324696}},
  {-152.0094531029464,
   1.2582670623170187,
   {0.17292401164769564, 0.08455771223758432},
   {0.16466483837966708, 0.33559821094777603},
   -151.3880972516353,
   1.2536718371516742,
   {0.1383878682311703, 0.3168521755051392},
   {0.19594063500615683, 0.31982774721915413},
   {1.3980604715345053, 0.5185858302026333, 1.713031900164486},
   {1.7521012989125901, 2.029108901527274},
   {0.4875874003438158, 0.5509480877245817}},
};

static void small_read(CoxRows *rows, bool cluster)
{
  const bool used[COX_FEATURE] = {
    [COX_ENTRY] = true, [COX_WEIGHT] = true, [COX_STRATUM] = true, [COX_CLUSTER] = cluster};
  assert_int_equal(cox_rows_open(rows, 2, used), STATUS_OK);
  for (uint32_t i = 0; i < 60; i++) {
    const double x[] = {i * i % 11 / 3.0, i % 3 == 0};
    CoxRow row = {.time = 1 + i * 7 % 13,
                  .entry = -1,
                  .weight = 1 + i % 3 * 0.5,
                  .stratum = i % 2,
                  .cluster = i / 4,
                  .event = i * 5 % 7 < 4};
    if (i % 4 == 1 && row.time > 1) row.entry = floor(row.time / 2);
    assert_int_equal(cox_rows_add(rows, &row, x), STATUS_OK);
  }
}

static void test_small(void **state)
{
  static const char *const X[] = {"x1", "x2"};
  (void)state;
  for (int ties = 0; ties < 2; ties++) {
    const Expected *want = &EXPECTED[ties];
    for (int cluster = 0; cluster < 2; cluster++) {
      CoxRows rows = {0};
      Cox cox = {0};
      CoxConcordance pairs;
      CoxStep *step;
      size_t n, n_clusters;
      double chi[2], chi_group[1], global;
      int df[1];
      small_read(&rows, cluster);
      assert_int_equal(cox_fit(&rows, (CoxTies)ties, &cox, &NEVER), STATUS_OK);
      assert_int_equal(cox.end, COX_CONVERGED);
      close_to(cox.null_log_likelihood, want->null, 1e-13, "null log-likelihood", "small");
      close_to(cox.log_likelihood, want->log_likelihood, 1e-13, "log-likelihood", "small");
      close_to(cox.score, want->score, 1e-12, "score", "small");
      close_to(cox.wald, want->wald, 1e-12, "wald", "small");
      assert_int_equal(cox_robust(&cox, &n_clusters, &NEVER), STATUS_OK);
      for (int j = 0; j < 2; j++) {
        close_to(cox.feature[j].coefficient, want->coefficient[j], 1e-12, "coefficient", X[j]);
        close_to(cox.feature[j].error, want->error[j], 1e-12, "error", X[j]);
        close_to(cox.feature[j].robust_error, cluster ? want->cluster[j] : want->rows[j], 1e-12, "robust error", X[j]);
      }
      assert_int_equal(cox_zph(&cox, COX_KM, (const int[]){0, 0}, 1, chi, chi_group, df, &global, &NEVER), STATUS_OK);
      close_to(chi[0], want->chi[0], 1e-11, "chi", "x1");
      close_to(chi[1], want->chi[1], 1e-11, "chi", "x2");
      close_to(global, want->chi[2], 1e-11, "chi", "all");
      assert_true(chi_group[0] == global && df[0] == 2);
      assert_int_equal(cox_concordance(&cox, &pairs, &NEVER), STATUS_OK);
      assert_true(pairs.concordant == 475.5 && pairs.discordant == 467.75 && pairs.tied_risk == 90.25 &&
                  pairs.tied_time == 19);
      close_to(pairs.value, 0.5037493952588292, 1e-14, "concordance", "small");
      close_to(pairs.error, 0.05833733653627113, 1e-12, "its error", "small");
      assert_int_equal(cox_baseline(&cox, &step, &n, &NEVER), STATUS_OK);
      for (size_t i = 0; i < n; i++) {
        if (i + 1 < n && step[i + 1].stratum == step[i].stratum) continue;
        close_to(step[i].hazard, want->base[step[i].stratum], 1e-12, "hazard", "the last time");
        close_to(step[i].error, want->base_error[step[i].stratum], 1e-12, "its error", "the last time");
      }
      mem_free(step);
      cox_free(&cox);
      cox_rows_free(&rows);
    }
  }
}

/*
** A life cut in two, the second part entering where the first one is lost, is the same life; a weight of 2 is the row
** twice (Breslow).
*/
static void test_same(void **state)
{
  (void)state;
  Cox whole = {0}, other = {0};
  CoxRows rows = {0};
  telco_read(&rows, (Options){0});
  assert_int_equal(cox_fit(&rows, COX_BRESLOW, &whole, &NEVER), STATUS_OK);
  cox_close(&whole);
  cox_rows_free(&rows);
  for (int doubled = 0; doubled < 2; doubled++) {
    CoxRows source = {0};
    telco_read(&source, (Options){0});
    const bool used[COX_FEATURE] = {[COX_ENTRY] = !doubled};
    assert_int_equal(cox_rows_open(&rows, COLUMNS, used), STATUS_OK);
    for (size_t i = 0; i < source.count; i++) {
      double x[COLUMNS], time = fabs(cox_at(&source, COX_TIME, i)), cut = floor(time / 2);
      CoxRow row = {.time = time, .entry = -1, .weight = 1, .event = !signbit(cox_at(&source, COX_TIME, i))};
      for (int j = 0; j < COLUMNS; j++) {
        x[j] = cox_at(&source, COX_FEATURE + j, i);
      }
      if (doubled) {
        assert_int_equal(cox_rows_add(&rows, &row, x), STATUS_OK);
      } else if (cut > 0) {
        const CoxRow first = {.time = cut, .entry = -1, .weight = 1};
        assert_int_equal(cox_rows_add(&rows, &first, x), STATUS_OK);
        row.entry = cut;
      }
      assert_int_equal(cox_rows_add(&rows, &row, x), STATUS_OK);
    }
    cox_rows_free(&source);
    assert_int_equal(cox_fit(&rows, COX_BRESLOW, &other, &NEVER), STATUS_OK);
    assert_int_equal(other.end, COX_CONVERGED);
    for (int j = 0; j < COLUMNS; j++) {
      close_to(other.feature[j].coefficient, whole.feature[j].coefficient, 1e-10, "coefficient", NAMES[j]);
      close_to(other.feature[j].error * (doubled ? sqrt(2) : 1), whole.feature[j].error, 1e-10, "error", NAMES[j]);
    }
    cox_free(&other);
    cox_rows_free(&rows);
  }
  cox_free(&whole);
}

/* ---- What has no answer */

static void rows_of(CoxRows *rows, int n_features, int n, const double (*data)[6])
{
  const bool used[COX_FEATURE] = {0};
  assert_int_equal(cox_rows_open(rows, n_features, used), STATUS_OK);
  for (int i = 0; i < n; i++) {
    const CoxRow row = {.time = data[i][0], .entry = -1, .weight = 1, .event = data[i][1] != 0};
    assert_int_equal(cox_rows_add(rows, &row, data[i] + 2), STATUS_OK);
  }
}

static const char *const LETTERS[] = {"a", "b", "c", "d"};

static void reason_check(int n_features, int n, const double (*data)[6], CoxEnd end, const char *words)
{
  CoxRows rows = {0};
  Cox cox = {0};
  char reason[COX_REASON];
  rows_of(&rows, n_features, n, data);
  assert_int_equal(cox_fit(&rows, COX_EFRON, &cox, &NEVER), STATUS_OK);
  assert_int_equal(cox.end, end);
  cox_reason(&cox, LETTERS, reason);
  if (!strstr(reason, words)) fail_msg("'%s' does not say '%s'", reason, words);
  for (int j = 0; j < n_features; j++) {
    assert_true(isnan(cox.feature[j].coefficient) && isnan(cox.feature[j].error));
  }
  cox_free(&cox);
  cox_rows_free(&rows);
}

static void test_no_answer(void **state)
{
  /* time, event, features */
  static const double LEVEL[][6] = {{1, 1, 1, 3}, {2, 1, 1, 1}, {3, 0, 0, 2}, {4, 1, 1, 5},
                                    {5, 0, 0, 1}, {6, 1, 1, 2}, {7, 0, 0, 4}, {8, 0, 1, 1}};
  static const double ORDER[][6] = {{1, 1, 9, 1}, {2, 1, 8, 4}, {3, 1, 7, 1}, {4, 1, 5, 5}, {5, 1, 4, 2}, {6, 0, 3, 1}};
  /* a + b is the largest at every event, neither a nor b is. */
  static const double SUM[][6] = {{1, 1, 9, 1}, {2, 1, 2, 7}, {3, 1, 6, 2}, {4, 1, 1, 6},
                                  {5, 1, 4, 2}, {6, 1, 2, 3}, {7, 0, 3, 1}, {8, 0, 0, 3}};
  static const double CENSORED[][6] = {{1, 0, 1}, {2, 0, 3}};
  (void)state;
  reason_check(2, 8, LEVEL, COX_MONOTONE, "extreme value of all at risk in 'a': its hazard ratio is 0 or infinite");
  reason_check(2, 6, ORDER, COX_MONOTONE, "extreme value of all at risk in 'a'");
  reason_check(2, 8, SUM, COX_MONOTONE, "extreme combination of all at risk in 'a' and 'b'");
  reason_check(1, 2, CENSORED, COX_NO_EVENTS, "all are censored");
  reason_check(1, 0, CENSORED, COX_NO_ROWS, "no row");
}

static void test_dropped(void **state)
{
  CoxRows rows = {0};
  Cox cox = {0};
  char words[4][COX_REASON];
  (void)state;
  const bool used[COX_FEATURE] = {0};
  assert_int_equal(cox_rows_open(&rows, 4, used), STATUS_OK);
  for (int i = 0; i < 50; i++) {
    const double x[] = {i % 7, 0.1, i % 5, 2 * (i % 5) - 3 * (i % 7) + 1e6};
    const CoxRow row = {.time = i * 3 % 11, .entry = -1, .weight = 1, .event = i % 3 > 0};
    assert_int_equal(cox_rows_add(&rows, &row, x), STATUS_OK);
  }
  assert_int_equal(cox_fit(&rows, COX_EFRON, &cox, &NEVER), STATUS_OK);
  assert_int_equal(cox.end, COX_CONVERGED);
  for (int j = 0; j < 4; j++) {
    cox_dropped(&cox, j, LETTERS, words[j]);
  }
  assert_string_equal(words[0], "");
  assert_string_equal(words[1], "constant");
  assert_string_equal(words[2], "");
  assert_string_equal(words[3], "collinear with a and c");
  assert_int_equal(cox.n_used, 2);
  assert_true(cox.feature[1].coefficient == 0 && isnan(cox.feature[3].error));
  cox_free(&cox);
  cox_rows_free(&rows);

  /* Differs only in a row that is lost before the first event. */
  static const double EARLY[][6] = {{1, 0, 1, 5}, {2, 1, 0, 3}, {3, 1, 0, 4}, {4, 1, 0, 1}, {5, 0, 0, 2}};
  rows_of(&rows, 2, 5, EARLY);
  assert_int_equal(cox_fit(&rows, COX_EFRON, &cox, &NEVER), STATUS_OK);
  assert_int_equal(cox.end, COX_CONVERGED);
  cox_dropped(&cox, 0, LETTERS, words[0]);
  assert_string_equal(words[0], "constant among those at risk");
  cox_free(&cox);
  cox_rows_free(&rows);
}

static void test_by_hand(void **state)
{
  static const double DATA[][6] = {{1, 1, 1}, {2, 1, 0}, {3, 0, 1}};
  CoxRows rows = {0};
  Cox cox = {0};
  (void)state;
  rows_of(&rows, 1, 3, DATA);
  assert_int_equal(cox_fit(&rows, COX_EFRON, &cox, &NEVER), STATUS_OK);
  /*
  ** r = exp(coefficient). At risk at 1 are two with x = 1 and one with 0, at 2 one of each: 1 - 2r/(2r + 1) - r/(1 + r)
  ** = 0, so 2 r^2 = 1.
  */
  close_to(cox.feature[0].coefficient, -log(2) / 2, 1e-12, "coefficient", "by hand");
  /* Information 2r/(2r + 1)^2 + r/(1 + r)^2 with r = sqrt(1/2). */
  double r = sqrt(0.5);
  close_to(cox.feature[0].error, 1 / sqrt(2 * r / (2 * r + 1) / (2 * r + 1) + r / (1 + r) / (1 + r)), 1e-12, "error",
           "by hand");
  close_to(cox.null_log_likelihood, -log(3) - log(2), 1e-14, "null log-likelihood", "by hand");
  cox_free(&cox);
  cox_rows_free(&rows);
}

/* Wherever it is stopped, nothing is lost. */
/* Times and entries that differ by rounding alone give what those that do not differ give. */
static void test_ties_by_a_hair(void **state)
{
  (void)state;
  const bool used[COX_FEATURE] = {[COX_ENTRY] = true, [COX_STRATUM] = true};
  Cox cox[2] = {{0}};
  for (int hair = 0; hair < 2; hair++) {
    CoxRows rows = {0};
    assert_int_equal(cox_rows_open(&rows, 1, used), STATUS_OK);
    for (uint32_t i = 0; i < 200; i++) {
      double off = hair ? 0.1 + i : 0, time = 1 + i * 7 % 13 + off - off, entry = time > 4 ? i % 4 + off - off : 0;
      CoxRow row = {.time = time, .entry = entry > 0.5 ? entry : -1, .weight = 1, .stratum = i % 3, .event = i % 5 < 3};
      assert_int_equal(cox_rows_add(&rows, &row, &(double){i * i % 11}), STATUS_OK);
    }
    assert_int_equal(cox_fit(&rows, COX_EFRON, &cox[hair], &WATCH_NEVER), STATUS_OK);
    assert_int_equal(cox[hair].end, COX_CONVERGED);
    cox_close(&cox[hair]);
    cox_rows_free(&rows);
  }
  assert_int_equal(cox[1].times, cox[0].times);
  assert_relative(cox[1].log_likelihood, cox[0].log_likelihood, 1e-14);
  assert_relative(cox[1].feature[0].coefficient, cox[0].feature[0].coefficient, 1e-12);
  cox_free(&cox[0]);
  cox_free(&cox[1]);
}

static void test_stopped(void **state)
{
  (void)state;
  for (int when = 0; when < 40; when += 3) {
    CoxRows rows = {0};
    Cox cox = {0};
    int left = when;
    const Watch watch = {stop_after, &left};
    small_read(&rows, true);
    Status status = cox_fit(&rows, COX_EFRON, &cox, &watch);
    assert_true(status == STATUS_OK || status == STATUS_INTERRUPT);
    cox_free(&cox);
    cox_rows_free(&rows);
  }
}

/* Each walk over many times asks; a stop at any question is heard, and nothing is lost. */
static void test_long_work_asks(void **state)
{
  (void)state;
  const bool used[COX_FEATURE] = {false};
  int asked[5] = {0}, group[1] = {0};
  for (int stop = -1; stop < 5; stop++) {
    for (int left = 1; stop < 0 ? left == 1 : left <= asked[stop]; left += stop < 0 ? 1 : 1 + asked[stop] / 12) {
      CoxRows rows = {0};
      Cox cox = {0};
      CoxStep *steps = NULL;
      CoxConcordance pairs;
      size_t n = 0;
      double chi[1], chi_group[1], global;
      int questions = left, df[1];
      assert_int_equal(cox_rows_open(&rows, 1, used), STATUS_OK);
      for (int i = 0; i < 50000; i++) {
        const double x = i * 7919 % 1009 / 1009.0;
        assert_int_equal(
          cox_rows_add(&rows, &(CoxRow){.time = 1 + i * 31 % 50021, .entry = -1, .weight = 1, .event = i % 3 > 0}, &x),
          STATUS_OK);
      }
      for (int part = 0; part < 5; part++) {
        const Watch watch = stop < 0       ? (Watch){count_questions, &asked[part]}
                            : part == stop ? (Watch){stop_once, &questions}
                                           : NEVER;
        Status status = part == 0   ? cox_fit(&rows, COX_EFRON, &cox, &watch)
                        : part == 1 ? cox_concordance(&cox, &pairs, &watch)
                        : part == 2 ? cox_robust(&cox, &n, &watch)
                        : part == 3 ? cox_zph(&cox, COX_KM, group, 1, chi, chi_group, df, &global, &watch)
                                    : cox_baseline(&cox, &steps, &n, &watch);
        assert_int_equal(status, part == stop ? STATUS_INTERRUPT : STATUS_OK);
        if (part == stop) {
          break;
        }
      }
      mem_free(steps);
      cox_free(&cox);
      cox_rows_free(&rows);
    }
  }
  assert_true(asked[0] > 24 && asked[1] >= 13 && asked[2] >= 9 && asked[3] >= 38 && asked[4] >= 10);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_telco),          cmocka_unit_test(test_strata_robust), cmocka_unit_test(test_small),
    cmocka_unit_test(test_same),           cmocka_unit_test(test_no_answer),     cmocka_unit_test(test_dropped),
    cmocka_unit_test(test_by_hand),        cmocka_unit_test(test_stopped),       cmocka_unit_test(test_long_work_asks),
    cmocka_unit_test(test_ties_by_a_hair),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
