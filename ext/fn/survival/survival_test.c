/*
** survival_test(source, time_column, event_column, segment_column[, …]): do the groups stay equally long?
**
**   SELECT DISTINCT chi_square, df, p, log10_p FROM survival_test('customers', 'tenure', 'churned', 'contract'); SELECT
**   segment, n, observed, expected FROM survival_test('customers', 'tenure', 'churned', 'senior', 'contract');
**
** R1  A row per group, ascending (integers, then text); chi_square, df, p and log10_p are the same in all.
** R2  With strata_column groups are compared within each stratum, and the differences added up.
** R3  weights fleming-harrington: survival before the time, of all groups of the stratum together, to the power rho,
**     times the share gone to the power gamma.
** R4  A group never at risk beside another gives no degree of freedom. Where none is left, and so nothing can be
**     compared, chi_square, p and log10_p are NULL.
*/
#include "core/base/mem.h"
#include "core/survival/log_rank.h"
#include "life_groups.h"
#include "survival_params.h"

enum {
  ARG_SEGMENT_COLUMN = LIFE_ARG_COUNT,
  ARG_STRATA_COLUMN,
  ARG_WEIGHTS,
  ARG_RHO,
  ARG_GAMMA,
  ARG_COUNT
};

#define MOST_GROUPS 500
#define MOST_POWER 100 /* rho and gamma */

typedef struct TestAnswer {
  LifeReader reader;
  CurveGrid grid; /* [stratum][group] */
  LogRank test;
  uint32_t *order;   /* of the groups that rows take part in */
  uint64_t *rows[2]; /* of each group: all, events */
} TestAnswer;

static Status test_take(LifeReader *reader, const Life *life)
{
  TestAnswer *answer = reader->self;
  return curve_grid_add(&answer->grid, life->stratum, life->group, life->time, life->event);
}

static Status count_groups(TestAnswer *answer, uint32_t *n, const Watch *watch)
{
  uint32_t n_groups = answer->grid.n_columns, kept = 0;
  answer->rows[0] = mem_zero((size_t)n_groups + 1, sizeof *answer->rows[0]);
  answer->rows[1] = mem_zero((size_t)n_groups + 1, sizeof *answer->rows[1]);
  if (!answer->rows[0] || !answer->rows[1]) {
    return STATUS_NOMEM;
  }
  Status status = keys_in_order(&answer->reader.fields[LIFE_GROUP].keys, n_groups, &answer->order, watch);
  if (status) {
    return status;
  }
  for (uint32_t i = 0; i < answer->grid.cells.count; i++) {
    const CurveCell *cell = curve_grid_at(&answer->grid, i);
    answer->rows[0][cell->column] += cell->curve.rows;
    answer->rows[1][cell->column] += cell->curve.n_event;
  }
  for (uint32_t i = 0; i < n_groups; i++) {
    if (answer->rows[0][answer->order[i]] > 0) {
      answer->order[kept++] = answer->order[i];
    }
  }
  *n = kept;
  return STATUS_OK;
}

static Status test_compute(Call *call, void *state, int64_t *n_rows)
{
  TestAnswer *answer = state;
  uint32_t n = 0;
  LogRankWeights weights = (LogRankWeights)call_choice(call, ARG_WEIGHTS);
  double rho = call_real(call, ARG_RHO), gamma = call_real(call, ARG_GAMMA);
  if (weights != LOG_RANK_FLEMING_HARRINGTON && (rho != 0 || gamma != 0)) {
    return call_fail(call, "rho and gamma are for weights fleming-harrington");
  }
  answer->reader.params[LIFE_GROUP] = ARG_SEGMENT_COLUMN;
  answer->reader.params[LIFE_STRATUM] = ARG_STRATA_COLUMN;
  answer->reader.take = test_take;
  answer->reader.self = answer;
  Status status = life_grid_read(call, &answer->reader, &answer->grid, ARG_STRATA_COLUMN, ARG_SEGMENT_COLUMN);
  if (status == STATUS_OK) {
    status = count_groups(answer, &n, call_watch(call));
  }
  if (status) {
    return status;
  }
  if (n < 2 || n > MOST_GROUPS) {
    return call_fail(call, "column %s has %u value%s among the rows that take part: groups to compare must be 2…%d",
                     call_text(call, ARG_SEGMENT_COLUMN), n, n == 1 ? "" : "s", MOST_GROUPS);
  }
  *n_rows = n;
  return log_rank_build(&answer->test, &answer->grid, weights, rho, gamma, call_watch(call));
}

enum {
  COLUMN_SEGMENT,
  COLUMN_N,
  COLUMN_EVENTS,
  COLUMN_OBSERVED,
  COLUMN_EXPECTED,
  COLUMN_VARIANCE,
  COLUMN_CHI_SQUARE,
  COLUMN_DF,
  COLUMN_P,
  COLUMN_LOG10_P,
  COLUMN_COUNT
};

static void test_cell(const void *state, int64_t row, int column, Cell *out)
{
  const TestAnswer *answer = state;
  const LogRank *test = &answer->test;
  uint32_t group = answer->order[row], place = test->place[group];
  switch (column) {
    case COLUMN_SEGMENT:
      life_group_cell(&answer->reader, group, out);
      return;
    case COLUMN_N:
      cell_integer(out, (int64_t)answer->rows[0][group]);
      return;
    case COLUMN_EVENTS:
      cell_integer(out, (int64_t)answer->rows[1][group]);
      return;
    case COLUMN_OBSERVED:
      cell_finite(out, test->observed[place]);
      return;
    case COLUMN_EXPECTED:
      cell_finite(out, test->expected[place]);
      return;
    case COLUMN_VARIANCE:
      cell_finite(out, test->variance[place]);
      return;
    case COLUMN_CHI_SQUARE:
      cell_finite(out, test->chi_square);
      return;
    case COLUMN_DF:
      cell_integer(out, test->df);
      return;
    case COLUMN_P:
      cell_finite(out, test->p);
      return;
    case COLUMN_LOG10_P:
      cell_finite(out, test->log10_p);
      return;
  }
}

static void test_free(void *state)
{
  TestAnswer *answer = state;
  lives_free(&answer->reader);
  curve_grid_free(&answer->grid);
  log_rank_free(&answer->test);
  mem_free(answer->order);
  mem_free(answer->rows[0]);
  mem_free(answer->rows[1]);
  answer->order = NULL;
  answer->rows[0] = answer->rows[1] = NULL;
}

static const ColumnSpec COLUMNS[] = {
  [COLUMN_SEGMENT] = {"segment", "", "a value of segment_column"},
  [COLUMN_N] = {"n", "INTEGER", "rows of the group that take part"},
  [COLUMN_EVENTS] = {"events", "INTEGER", "of these, those that ended in the event"},
  [COLUMN_OBSERVED] = {"observed", "REAL", "the events, weighted; without weights the same as events"},
  [COLUMN_EXPECTED] = {"expected", "REAL",
                       "the events it would have had if all groups of a stratum stayed equally long, weighted"},
  [COLUMN_VARIANCE] = {"variance", "REAL", "the variance of observed - expected if they did"},
  [COLUMN_CHI_SQUARE] = {"chi_square", "REAL",
                         "the test statistic, the same in all rows; NULL where nothing can be compared"},
  [COLUMN_DF] = {"df", "INTEGER", "its degrees of freedom"},
  [COLUMN_P] = {"p", "REAL",
                "the chance of so large a chi_square if they did; 0 below the smallest number a REAL holds"},
  [COLUMN_LOG10_P] = {"log10_p", "REAL", "its decimal logarithm, also where p is 0"},
};
_Static_assert(COUNT_OF(COLUMNS) == COLUMN_COUNT, "a column is not numbered");

static const ParamSpec PARAMS[] = {
  LIFE_PARAMS,
  [ARG_SEGMENT_COLUMN] = {"segment_column", PARAM_COLUMN, NULL, 0, 0, NULL,
                          "the column with the groups to compare, integers or text, 2 to " NUMBER_TEXT(
                            MOST_GROUPS) " different ones"},
  [ARG_STRATA_COLUMN] =
    {"strata_column", PARAM_COLUMN, "", 0, 0, NULL,
     "the column with strata, integers or text, within which groups are compared; left out: one stratum"},
  [ARG_WEIGHTS] = {"weights", PARAM_CHOICE, "fleming-harrington", 0, 0, "fleming-harrington|gehan|tarone-ware",
                   "how much each time counts: fleming-harrington by rho and gamma, gehan by how many are at risk "
                   "(Wilcoxon), tarone-ware by the square root of that"},
  [ARG_RHO] = {"rho", PARAM_REAL, "0", 0, MOST_POWER, NULL,
               "0 to " NUMBER_TEXT(
                 MOST_POWER) ": above 0 early differences count more; 0 with gamma 0 is the log-rank test"},
  [ARG_GAMMA] = {"gamma", PARAM_REAL, "0", 0, MOST_POWER, NULL,
                 "0 to " NUMBER_TEXT(MOST_POWER) ": above 0 late differences count more"},
};
_Static_assert(COUNT_OF(PARAMS) == ARG_COUNT, "a parameter is not numbered");

const TableSpec survival_test_table = {
  .name = "survival_test",
  .doc =
    {
      .summary = "Tests whether groups of customers stay equally long: log-rank, Fleming-Harrington, Gehan, "
                 "Tarone-Ware, stratified.",
      .result = "A row per group, ascending; the test's result is the same in all.",
      .nulls = "A row with a NULL time, event, group, or stratum where a strata_column is named, does not take part.",
      .errors = LIFE_ERRORS " Fewer than 2 groups, or more than " NUMBER_TEXT(
        MOST_GROUPS) "; rho or gamma with other weights; more than " NUMBER_TEXT(CURVE_GRID_PAIRS) " pairs of stratum "
                                                                                                   "and group.",
      .example = "SELECT segment, n, observed, round(expected, 1) AS expected, round(chi_square, 2) AS chi_square, "
                 "df, log10_p FROM survival_test('demo_contracts', 'tenure', 'churned', 'plan')",
      .formula = "(O - E)' V⁻ (O - E), O - E = Σ w (d_g - d n_g/n), V = Σ w² d(n-d)/(n-1) (n_g/n)([g = h] - n_h/n) "
                 "over event times and strata (Mantel 1966); w = S(t-)^rho (1 - S(t-))^gamma (Fleming & Harrington "
                 "1991), n (Gehan 1965) or √n (Tarone & Ware 1977); p: χ² with the rank of V as df.",
    },
  .columns = COLUMNS,
  .n_columns = COUNT_OF(COLUMNS),
  .params = PARAMS,
  .n_params = COUNT_OF(PARAMS),
  .state_size = sizeof(TestAnswer),
  .compute = test_compute,
  .cell = test_cell,
  .free = test_free,
};
