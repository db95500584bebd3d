/*
** How well a score tells label 1 from label 0, over the rows of a group.
**
**   auc(label, score)                    aggregate  area under the ROC curve
**   auc_se(label, score)                 aggregate  its standard error
**   brier(label, score)                  aggregate  mean squared error of a probability
**   log_loss(label, score)               aggregate  mean negative log-likelihood of a probability
**   lift_at(label, score, share)         aggregate  lift: the rate of label 1 among the highest scores over that of all
**   calibration(label, score[, bins])    aggregate  JSON: predicted against observed
**
**   SELECT auc(churned, p), lift_at(churned, p, 0.1) FROM (SELECT churned, logit_predict(fit, tenure) AS p FROM
**   model, customers);
**
** R1  label is 0 or 1, or no or yes, false or true. A row with a NULL label or score does not take part. Without rows
**     the result is NULL.
** R2  score is any finite number for auc, auc_se and lift_at, where only its order counts; a probability 0 … 1 for
**     the others. A score that predicts label 0 gives an auc below 1/2.
** R3  Equal scores: half a win each in auc; lift_at and calibration divide the labels of tied rows evenly where a tie
**     crosses a boundary. No result depends on the order of rows.
** R4  auc and auc_se are NULL where a label is absent (auc_se: has fewer than two rows), lift_at where label 1 is.
** R5  log_loss clips scores to 1e-15 … 1 - 1e-15: a wrong certainty costs 34.5, not infinity. So does calibration for
**     its slope.
** R6  lift_at: of the round(share · rows) highest scores, at least one. share is above 0, at most 1, and one for all
**     rows.
** R7  calibration:
**     {"rows":…,"positives":…,"mean_score":…,"observed":…,"slope":…,"slope_se":…,"intercept":…,"intercept_se":…,
**     "in_the_large":…,"ece":…,"reason":null,
**     "bins":[{"bin":1,"rows":…,"positives":…,"mean_score":…,"observed":…},…]}. Bins are NTILE(bins) by falling
**     score, bin 1 the highest; bins 1 … 100, default 10, one for all rows. Where the labels on logit(score) have no
**     regression line (one label only, all scores equal, separation) slope and intercept are null and reason says
**     why.
*/
#include "core/regression/score_metrics.h"

#include <math.h>

#include "core/base/mem.h"
#include "core/numerics/stats.h"
#include "glue/call.h"
#include "glue/json_write.h"
#include "glue/spec.h"

enum {
  ARG_LABEL,
  ARG_SCORE,
  ARG_SHARE,
  ARG_BINS = ARG_SHARE
};

/* ---- auc(), auc_se(), lift_at(), calibration(): from all scores, sorted */

typedef struct Ranked {
  ScoreMetrics *scores; /* apart: sorted when the result is asked for */
  double option;
} Ranked;

static Status ranked_step(Call *call, void *state)
{
  Ranked *ranked = state;
  if (!ranked->scores) {
    ranked->scores = mem_zero(1, sizeof *ranked->scores);
  }
  if (!ranked->scores) {
    return STATUS_NOMEM;
  }
  return score_metrics_add(ranked->scores, call_real(call, ARG_SCORE), call_integer(call, ARG_LABEL) == 1);
}

static Status option_step(Call *call, Ranked *ranked, int param, double option)
{
  if (ranked->scores && option != ranked->option) {
    return call_fail_argument(call, param, "the same in all rows (%.15g)", ranked->option);
  }
  ranked->option = option;
  return ranked_step(call, ranked);
}

static Status lift_step(Call *call, void *state)
{
  double share = call_real(call, ARG_SHARE);
  return share > 0 ? option_step(call, state, ARG_SHARE, share)
                   : call_fail_argument(call, ARG_SHARE, "above 0, at most 1");
}

static Status calibration_step(Call *call, void *state)
{
  return option_step(call, state, ARG_BINS, (double)call_integer(call, ARG_BINS));
}

static void ranked_free(void *state)
{
  Ranked *ranked = state;
  if (ranked->scores) {
    score_metrics_free(ranked->scores);
  }
  mem_free(ranked->scores);
  ranked->scores = NULL;
}

/* The sorted scores; NULL where there are none, or the call has failed. */
static const ScoreMetrics *ranked_scores(Call *call, const Ranked *ranked)
{
  ScoreMetrics *scores = ranked ? ranked->scores : NULL;
  if (!scores) {
    return NULL;
  }
  Status status = score_metrics_sort(scores, call_watch(call));
  if (status != STATUS_OK) {
    call_fail_status(call, status);
  }
  return status == STATUS_OK ? scores : NULL;
}

static void auc_value(Call *call, const void *state, Cell *out)
{
  const ScoreMetrics *scores = ranked_scores(call, state);
  Auc auc;
  Status status = scores ? score_metrics_auc(scores, &auc, call_watch(call)) : STATUS_OK;
  if (status != STATUS_OK) {
    call_fail_status(call, status);
  }
  if (scores && status == STATUS_OK) {
    cell_real(out, auc.area);
  }
}

static void auc_se_value(Call *call, const void *state, Cell *out)
{
  const ScoreMetrics *scores = ranked_scores(call, state);
  Auc auc;
  Status status = scores ? score_metrics_auc(scores, &auc, call_watch(call)) : STATUS_OK;
  if (status != STATUS_OK) {
    call_fail_status(call, status);
  }
  if (scores && status == STATUS_OK) {
    cell_real(out, auc.error);
  }
}

static void lift_value(Call *call, const void *state, Cell *out)
{
  const ScoreMetrics *scores = ranked_scores(call, state);
  double lift;
  Status status =
    scores ? score_metrics_lift(scores, ((const Ranked *)state)->option, &lift, call_watch(call)) : STATUS_OK;
  if (status != STATUS_OK) {
    call_fail_status(call, status);
  }
  if (scores && status == STATUS_OK) {
    cell_real(out, lift);
  }
}

static const char *line_reason(const Calibration *calibration)
{
  if (calibration->fit == LOGIT_ONE_CLASS) {
    return calibration->positives ? "\"every label is 1\"" : "\"every label is 0\"";
  }
  if (calibration->constant) {
    return "\"every score is the same\"";
  }
  switch (calibration->fit) {
    case LOGIT_CONVERGED:
      return "null";
    case LOGIT_SEPARATED:
    case LOGIT_QUASI_SEPARATED:
      return "\"the scores separate the labels without error\"";
    default:
      return "\"the regression line did not converge\"";
  }
}

static void write_calibration(Call *call, const Calibration *calibration, Cell *out)
{
  JsonText json = {.call = call};
  text_add(&json.text, "{\"rows\":");
  json_text_number(&json, (double)calibration->rows);
  json_text_named(&json, "positives", (double)calibration->positives);
  json_text_named(&json, "mean_score", calibration->mean_score);
  json_text_named(&json, "observed", calibration->observed);
  json_text_named(&json, "slope", calibration->slope);
  json_text_named(&json, "slope_se", calibration->slope_error);
  json_text_named(&json, "intercept", calibration->intercept);
  json_text_named(&json, "intercept_se", calibration->intercept_error);
  json_text_named(&json, "in_the_large", calibration->in_the_large);
  json_text_named(&json, "ece", calibration->error);
  text_add(&json.text, ",\"reason\":");
  text_add(&json.text, line_reason(calibration));
  text_add(&json.text, ",\"bins\":[");
  for (int i = 0; i < calibration->n_bins; i++) {
    const CalibrationBin *bin = &calibration->bin[i];
    text_add(&json.text, i ? ",{\"bin\":" : "{\"bin\":");
    json_text_number(&json, i + 1);
    json_text_named(&json, "rows", (double)bin->rows);
    json_text_named(&json, "positives", bin->positives);
    json_text_named(&json, "mean_score", bin->mean_score);
    json_text_named(&json, "observed", bin->observed);
    text_add(&json.text, "}");
  }
  text_add(&json.text, "]}");
  json_text_result(&json, out);
}

static void calibration_value(Call *call, const void *state, Cell *out)
{
  const ScoreMetrics *scores = ranked_scores(call, state);
  if (!scores) {
    return;
  }
  Calibration calibration;
  Status status = score_metrics_calibrate(scores, (int)((const Ranked *)state)->option, &calibration, call_watch(call));
  if (status == STATUS_OK) {
    write_calibration(call, &calibration, out);
  } else {
    call_fail_status(call, status);
  }
}

/* ---- brier(), log_loss(): sums */

typedef struct Mean {
  Sum sum;
  int64_t rows;
} Mean;

static Status brier_step(Call *call, void *state)
{
  Mean *mean = state;
  sum_add(&mean->sum, score_metrics_brier_term(call_real(call, ARG_SCORE), call_integer(call, ARG_LABEL) == 1));
  mean->rows++;
  return STATUS_OK;
}

static Status log_loss_step(Call *call, void *state)
{
  Mean *mean = state;
  sum_add(&mean->sum, score_metrics_log_loss_term(call_real(call, ARG_SCORE), call_integer(call, ARG_LABEL) == 1));
  mean->rows++;
  return STATUS_OK;
}

static void mean_value(Call *call, const void *state, Cell *out)
{
  (void)call;
  const Mean *mean = state;
  if (mean) {
    cell_ratio(out, sum_value(&mean->sum), (double)mean->rows);
  }
}

/* ---- Specs */

#define LABEL_PARAM ENTRY("label", PARAM_TRUTH, NULL, 0, 0, NULL, "what happened: 1, yes or true; or 0, no or false")
#define EXAMPLE_ROWS " FROM (VALUES (1, 0.9), (1, 0.6), (0, 0.7), (0, 0.2), (1, 0.4), (0, 0.4))"
#define ROW_NULLS "A row with a NULL label or score does not take part"

static const ParamSpec ORDER_PARAMS[] = {
  [ARG_LABEL] = LABEL_PARAM,
  [ARG_SCORE] = {"score", PARAM_REAL, NULL, -INFINITY, INFINITY, NULL,
                 "any number that should be higher where the label is 1"},
  [ARG_SHARE] = {"share", PARAM_REAL, NULL, 0, 1, NULL,
                 "how many of the rows, the highest scores first: above 0, at most 1; one for all rows"},
};

static const ParamSpec PROBABILITY_PARAMS[] = {
  [ARG_LABEL] = LABEL_PARAM,
  [ARG_SCORE] = {"score", PARAM_REAL, NULL, 0, 1, NULL, "the predicted probability of label 1"},
  [ARG_BINS] = {"bins", PARAM_INTEGER, "10", 1, CALIBRATION_BINS_MAX, NULL,
                "groups of equal size, 1 … " NUMBER_TEXT(CALIBRATION_BINS_MAX) "; one for all rows"},
};

const FunctionSpec auc_function = {
  .name = "auc",
  .doc =
    {
      .summary = "Gives the area under the ROC curve: how well a score orders rows by label.",
      .result = "The probability that a row of label 1 scores above a row of label 0: 1 is perfect, 0.5 is chance, "
                "below 0.5 the score points the wrong way.",
      .nulls = ROW_NULLS "; NULL where one of the labels is absent.",
      .errors = "An invalid label; a score that is not a number.",
      .example = "SELECT auc(column1, column2)" EXAMPLE_ROWS,
      .formula = "(pairs won + half the pairs tied) / (rows of label 1 · rows of label 0) (Mann & Whitney 1947)",
    },
  .params = ORDER_PARAMS,
  .n_params = 2,
  .state_size = sizeof(Ranked),
  .step = ranked_step,
  .value = auc_value,
  .free = ranked_free,
};

const FunctionSpec auc_se_function = {
  .name = "auc_se",
  .doc =
    {
      .summary = "Gives the standard error of auc().",
      .result = "A number of 0 or more; auc ± 1.96 of them is a 95 % interval where auc is not near 0 or 1.",
      .nulls = ROW_NULLS "; NULL where one of the labels has fewer than two rows.",
      .errors = "An invalid label; a score that is not a number.",
      .example = "SELECT auc(column1, column2), auc_se(column1, column2)" EXAMPLE_ROWS,
      .formula =
        "sqrt(S10/m + S01/n), sample variances of each row's share of pairs won (DeLong, DeLong & Clarke-Pearson 1988)",
    },
  .params = ORDER_PARAMS,
  .n_params = 2,
  .state_size = sizeof(Ranked),
  .step = ranked_step,
  .value = auc_se_value,
  .free = ranked_free,
};

const FunctionSpec lift_at_function = {
  .name = "lift_at",
  .doc =
    {
      .summary = "Gives the lift of the highest scores: their rate of label 1 over that of all rows.",
      .result = "A number of 0 or more; 1 is chance.",
      .nulls = "A row with a NULL argument does not take part; NULL where label 1 is absent.",
      .errors = "An invalid label; a score that is not a number; a share that is not above 0 and at most 1, or differs "
                "between rows.",
      .example = "SELECT lift_at(column1, column2, 0.5)" EXAMPLE_ROWS,
      .formula = "(rate of label 1 among the k highest scores) / (rate among all), k = round(share·rows), at least 1; "
                 "a tie at the boundary counts in proportion",
    },
  .params = ORDER_PARAMS,
  .n_params = 3,
  .state_size = sizeof(Ranked),
  .step = lift_step,
  .value = lift_value,
  .free = ranked_free,
};

const FunctionSpec brier_function = {
  .name = "brier",
  .doc =
    {
      .summary = "Gives the Brier score: the mean squared error of predicted probabilities.",
      .result = "0 … 1, smaller is better; the rate p of label 1, given to every row, has p(1 - p).",
      .nulls = ROW_NULLS "; NULL where no row does.",
      .errors = "An invalid label; a score that is not 0 … 1.",
      .example = "SELECT brier(column1, column2)" EXAMPLE_ROWS,
      .formula = "mean of (score - label)² (Brier 1950)",
    },
  .params = PROBABILITY_PARAMS,
  .n_params = 2,
  .state_size = sizeof(Mean),
  .step = brier_step,
  .value = mean_value,
};

const FunctionSpec log_loss_function = {
  .name = "log_loss",
  .doc =
    {
      .summary = "Gives the log loss: the mean negative log-likelihood of predicted probabilities.",
      .result = "0 or more, in nats, smaller is better; ln 2 = 0.693 for a score of 0.5 everywhere.",
      .nulls = ROW_NULLS "; NULL where no row does.",
      .errors = "An invalid label; a score that is not 0 … 1.",
      .example = "SELECT log_loss(column1, column2)" EXAMPLE_ROWS,
      .formula = "mean of -ln(score) for label 1, -ln(1 - score) for label 0; scores clipped to " NUMBER_TEXT(
        SCORE_CLIP) " … 1 - " NUMBER_TEXT(SCORE_CLIP),
    },
  .params = PROBABILITY_PARAMS,
  .n_params = 2,
  .state_size = sizeof(Mean),
  .step = log_loss_step,
  .value = mean_value,
};

const FunctionSpec calibration_function = {
  .name = "calibration",
  .doc =
    {
      .summary = "Compares predicted probabilities with what is observed: slope, intercept, bins.",
      .result = "JSON "
                "{\"rows\",\"positives\",\"mean_score\",\"observed\",\"slope\",\"slope_se\",\"intercept\",\"intercept_"
                "se\",\"in_the_large\",\"ece\",\"reason\",\"bins\":[{\"bin\",\"rows\",\"positives\",\"mean_score\","
                "\"observed\"},…]}. slope 1 and intercept 0 are right, a slope below 1 is overfitting; in_the_large "
                "above 0: scores are too low on the whole. Bin 1 has the highest scores. Slope and intercept are null, "
                "and reason says why, with one label only, equal scores or separation.",
      .nulls = ROW_NULLS "; NULL where no row does. A NULL bins is 10.",
      .errors = "An invalid label; a score that is not 0 … 1; bins that is not 1 … " NUMBER_TEXT(
        CALIBRATION_BINS_MAX) ", or differs between rows.",
      .example = "SELECT calibration(column1, column2, 2)" EXAMPLE_ROWS,
      .formula = "logistic regression of the label on ln(score/(1 - score)), scores clipped to " NUMBER_TEXT(
        SCORE_CLIP) " … 1 - " NUMBER_TEXT(SCORE_CLIP) " (Cox "
                                                      "1958); in_the_large: intercept at slope 1; bins: NTILE(bins) "
                                                      "OVER (ORDER BY score DESC), a tie "
                                                      "across a boundary in proportion; ece = Σ rows of bin / rows · "
                                                      "|mean_score - observed|",
    },
  .params = PROBABILITY_PARAMS,
  .n_params = 3,
  .returns_json = true,
  .state_size = sizeof(Ranked),
  .step = calibration_step,
  .value = calibration_value,
  .free = ranked_free,
};
