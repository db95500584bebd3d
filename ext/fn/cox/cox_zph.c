/*
** cox_zph(source, time_column, event_column, terms): whether the hazards of cox_model() are proportional, or effects
** change with time.
**
** R1  A row per feature; where it is a text of several levels, then a row for each of these; the last row, GLOBAL,
**     tests all together.
*/
#include <math.h>

#include "core/base/mem.h"
#include "cox_params.h"

enum {
  ARG_TRANSFORM = COX_ARG_COUNT,
  ARG_COUNT
};

typedef struct ZphRow {
  const char *term;
  double chi;
  int df;
} ZphRow;

typedef struct ZphAnswer {
  CoxModel model;
  ZphRow *row;
} ZphAnswer;

/* The rows from the statistics of columns, terms and all. */
static int64_t rows_make(ZphAnswer *answer, const double *chi, const double *chi_term, const int *df_term,
                         double global)
{
  const DesignMatrix *design = &answer->model.design;
  int64_t n = 0;
  for (int t = 0; t < design->n_terms; t++) {
    const DesignMatrixTerm *term = &design->term[t];
    answer->row[n++] = (ZphRow){.term = term->name, .chi = chi_term[t], .df = df_term[t]};
    for (int j = term->first; j < term->first + term->n_columns && term->n_columns > 1; j++) {
      answer->row[n++] = (ZphRow){.term = design->column[j].label, .chi = chi[j], .df = !isnan(chi[j])};
    }
  }
  answer->row[n++] = (ZphRow){.term = "GLOBAL", .chi = global, .df = answer->model.cox.n_used};
  return n;
}

static Status zph_test(Call *call, ZphAnswer *answer, int64_t *n_rows)
{
  const DesignMatrix *design = &answer->model.design;
  size_t n_columns = (size_t)design->n_columns, n_terms = (size_t)design->n_terms;
  double global = NAN, *chi = mem_alloc(n_columns + n_terms, sizeof *chi);
  int *group = mem_alloc(n_columns + n_terms, sizeof *group);
  Status status = STATUS_NOMEM;
  answer->row = mem_alloc(n_columns + n_terms + 1, sizeof *answer->row);
  if (chi && group && answer->row) {
    for (size_t j = 0; j < n_columns; j++) {
      group[j] = design->column[j].term;
    }
    status = cox_zph(&answer->model.cox, (CoxTransform)call_choice(call, ARG_TRANSFORM), group, design->n_terms, chi,
                     chi + n_columns, group + n_columns, &global, call_watch(call));
    if (status == STATUS_OK) {
      *n_rows = rows_make(answer, chi, chi + n_columns, group + n_columns, global);
    }
  }
  mem_free(chi);
  mem_free(group);
  return status;
}

static Status zph_compute(Call *call, void *state, int64_t *n_rows)
{
  ZphAnswer *answer = state;
  CoxModel *model = &answer->model;
  Status status = cox_model_fit(call, model);
  if (status != STATUS_OK || model->cox.end != COX_CONVERGED) {
    return status;
  }
  for (size_t i = 0; i < model->rows.count && call_choice(call, ARG_TRANSFORM) == COX_LOG; i++) {
    if (cox_at(&model->rows, COX_TIME, i) == 0 && model->rows.marks[i] & COX_EVENT) {
      return call_fail_argument(call, ARG_TRANSFORM, "km, identity or rank where a row has the event at time 0");
    }
  }
  status = zph_test(call, answer, n_rows);
  cox_model_close(model);
  return status;
}

enum {
  COLUMN_TERM,
  COLUMN_CHI_SQUARE,
  COLUMN_DF,
  COLUMN_P,
  COLUMN_LOG10_P,
  COLUMN_COUNT
};

static void zph_cell(const void *state, int64_t row, int column, Cell *out)
{
  const ZphRow *of = &((const ZphAnswer *)state)->row[row];
  size_t length = 0;
  switch (column) {
    case COLUMN_TERM:
      while (of->term[length]) {
        length++;
      }
      cell_text(out, of->term, length);
      break;
    case COLUMN_CHI_SQUARE:
      cell_finite(out, of->chi);
      break;
    case COLUMN_DF:
      cell_integer(out, of->df);
      break;
    case COLUMN_P:
      chi_square_cell(of->chi, isnan(of->chi) ? 0 : of->df, out);
      break;
    default:
      chi_square_log10_cell(of->chi, isnan(of->chi) ? 0 : of->df, out);
  }
}

static void zph_free(void *state)
{
  ZphAnswer *answer = state;
  cox_model_free(&answer->model);
  mem_free(answer->row);
  answer->row = NULL;
}

static const ColumnSpec COLUMNS[] = {
  [COLUMN_TERM] = {"term", "TEXT", "the feature, or a level of it ('contract: One year'); GLOBAL: all together"},
  [COLUMN_CHI_SQUARE] = {"chi_square", "REAL", "the test statistic; NULL where the term has no estimate"},
  [COLUMN_DF] = {"df", "INTEGER", "its degrees of freedom: of a feature, its levels but the reference"},
  [COLUMN_P] = {"p", "REAL",
                "the chance of so large a statistic if the effect is the same at all times: a small one says that it "
                "is not; 0 below the smallest number a REAL holds"},
  [COLUMN_LOG10_P] = {"log10_p", "REAL", "its decimal logarithm, also where p is 0"},
};
_Static_assert(COUNT_OF(COLUMNS) == COLUMN_COUNT, "a column is not numbered");

static const ParamSpec PARAMS[] = {
  COX_PARAMS,
  [ARG_TRANSFORM] = {"transform", PARAM_CHOICE, "km", 0, 0, "km|identity|rank|log",
                     "the time scale on which an effect may rise or fall: km (1 - Kaplan-Meier), identity (time "
                     "itself), rank (of the time among all rows) or log"},
};
_Static_assert(COUNT_OF(PARAMS) == ARG_COUNT, "a parameter is not numbered");

const TableSpec cox_zph_table = {
  .name = "cox_zph",
  .doc =
    {
      .summary = "Tests whether the effects of a proportional-hazards model stay the same as time passes, or change.",
      .result = "A row per feature of the model of cox_model() with the same arguments, one per level where it has "
                "several, and one of all (GLOBAL).",
      .nulls = COX_NULLS " chi_square and p are NULL where a term has no estimate, or all events are at one time.",
      .errors = COX_ERRORS " transform log with an event at time 0.",
      .example = "SELECT term, round(chi_square, 3) AS chi_square, df, round(p, 4) AS p FROM cox_zph('demo_contracts', "
                 "'tenure', 'churned', 'plan, senior')",
      .formula = "The score test of coef + theta g(time) (Grambsch & Therneau 1994, with the exact information, as R's "
                 "survival 3).",
    },
  .columns = COLUMNS,
  .n_columns = COUNT_OF(COLUMNS),
  .params = PARAMS,
  .n_params = COUNT_OF(PARAMS),
  .state_size = sizeof(ZphAnswer),
  .compute = zph_compute,
  .cell = zph_cell,
  .free = zph_free,
};
