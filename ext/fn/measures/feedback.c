/*
** Survey scores: aggregates over the answers of a group, and window functions.
**
**   nps(score)                                       Net Promoter Score, -100 … 100, of scores 0 … 10
**   nps_low(score[, level]), nps_high(…)             its confidence interval
**   csat(score[, scale[, measure]])                  customer satisfaction of scores 1 … scale
**   ces(score)                                       customer effort score: mean of scores 1 … 7
**
**   SELECT nps(column1), nps_low(column1), nps_high(column1) FROM (VALUES (10), (9), (8), (3));  -- 25.0|-50.4…|77.8…
**
** R1  A score is a whole number on the scale, as a number or as text ('9' from a CSV file). Any other is an error that
**     names it; so is the empty text of an unanswered question: write nullif(score, '').
** R2  A NULL score is no answer: the row does not take part. Without answers the result is NULL.
** R3  nps = 100 (share of 9–10 - share of 0–6).
** R4  nps_low and nps_high never leave -100 … 100 and differ even where all answers are alike:
**     core/measures/feedback.h.
** R5  csat: measure 'top_two' (default) is the share of answers scale - 1 and scale, in 0 … 1; 'mean' is the mean
**     answer, in 1 … scale.
** R6  level, scale and measure are the same in all rows of a group or frame: one result has one meaning.
** R7  Counts and sums are whole numbers, so a sliding frame gives exactly what its rows alone would give.
*/
#include "core/measures/feedback.h"

#include <math.h>

#include "glue/call.h"
#include "glue/spec.h"

#define SCALE_MIN 3 /* of two grades the top two are all */
#define SCALE_MAX 100
#define CES_MAX 7

/* The first parameter of all of them. */
enum {
  ARG_SCORE
};

/* ---- nps(), nps_low(), nps_high() */

enum {
  ARG_LEVEL = ARG_SCORE + 1
};

typedef struct Nps {
  NpsCounts counts;
  double level;
} Nps;

static Status nps_step(Call *call, void *state)
{
  Nps *nps = state;
  nps_count(&nps->counts, call_integer(call, ARG_SCORE), 1);
  return STATUS_OK;
}

static Status nps_interval_step(Call *call, void *state)
{
  Nps *nps = state;
  double level = call_real(call, ARG_LEVEL);
  if (!(level > 0 && level < 1)) {
    return call_fail_argument(call, ARG_LEVEL, "above 0 and below 1");
  }
  if (nps->counts.total > 0 && level != nps->level) {
    return call_fail_argument(call, ARG_LEVEL, "the same in all rows (%.15g)", nps->level);
  }
  nps->level = level;
  return nps_step(call, state);
}

static void nps_inverse(Call *call, void *state)
{
  Nps *nps = state;
  nps_count(&nps->counts, call_integer(call, ARG_SCORE), -1);
}

static void nps_value(Call *call, const void *state, Cell *out)
{
  (void)call;
  const Nps *nps = state;
  if (nps && nps->counts.total > 0) {
    cell_real(out, nps_score(&nps->counts));
  }
}

static void nps_low_value(Call *call, const void *state, Cell *out)
{
  (void)call;
  const Nps *nps = state;
  if (nps && nps->counts.total > 0) {
    cell_real(out, nps_interval(&nps->counts, nps->level).low);
  }
}

static void nps_high_value(Call *call, const void *state, Cell *out)
{
  (void)call;
  const Nps *nps = state;
  if (nps && nps->counts.total > 0) {
    cell_real(out, nps_interval(&nps->counts, nps->level).high);
  }
}

#define NPS_EXAMPLE_ROWS " FROM (VALUES (10), (9), (9), (8), (7), (3))"
#define NO_ANSWER_NULLS "A NULL score is no answer and does not take part; NULL where there is no answer"

/* The first is the only parameter of nps(). */
static const ParamSpec NPS_PARAMS[] = {
  [ARG_SCORE] = {"score", PARAM_INTEGER, NULL, 0, NPS_SCALE_MAX, NULL,
                 "likelihood to recommend, 0 … " NUMBER_TEXT(NPS_SCALE_MAX)},
  [ARG_LEVEL] = {"level", PARAM_REAL, "0.95", 0, 1, NULL, "confidence level, above 0 and below 1; one for all rows"},
};

const FunctionSpec nps_function = {
  .name = "nps",
  .doc =
    {
      .summary = "Gives the Net Promoter Score of answers 0 … 10.",
      .result = "-100 … 100.",
      .nulls = NO_ANSWER_NULLS ".",
      .errors = "A score that is not a whole number 0 … " NUMBER_TEXT(NPS_SCALE_MAX) ".",
      .example = "SELECT nps(column1)" NPS_EXAMPLE_ROWS,
      .formula = "100 * (answers 9–10 - answers 0–6) / answers (Reichheld 2003)",
    },
  .params = NPS_PARAMS,
  .n_params = 1,
  .state_size = sizeof(Nps),
  .step = nps_step,
  .inverse = nps_inverse,
  .value = nps_value,
};

#define NPS_INTERVAL_NULLS NO_ANSWER_NULLS "; a NULL level is 0.95"
#define NPS_INTERVAL_ERRORS \
  "A score that is not a whole number 0 … " NUMBER_TEXT( \
    NPS_SCALE_MAX) "; a level that is not above 0 and below 1, or not the same in all rows"
#define NPS_INTERVAL_FORMULA \
  "score interval of a difference of two multinomial shares (Tango 1998; Rocks 2016): all D with (nps/100 - D)² <= " \
  "z²·(2q + D(1 - D))/n, q the most likely share of detractors under D"

const FunctionSpec nps_low_function = {
  .name = "nps_low",
  .doc =
    {
      .summary = "Gives the lower end of the confidence interval of the Net Promoter Score.",
      .result = "-100 … nps(score).",
      .nulls = NPS_INTERVAL_NULLS ".",
      .errors = NPS_INTERVAL_ERRORS ".",
      .example = "SELECT nps_low(column1), nps_low(column1, 0.9)" NPS_EXAMPLE_ROWS,
      .formula = NPS_INTERVAL_FORMULA,
    },
  .params = NPS_PARAMS,
  .n_params = COUNT_OF(NPS_PARAMS),
  .state_size = sizeof(Nps),
  .step = nps_interval_step,
  .inverse = nps_inverse,
  .value = nps_low_value,
};

const FunctionSpec nps_high_function = {
  .name = "nps_high",
  .doc =
    {
      .summary = "Gives the upper end of the confidence interval of the Net Promoter Score.",
      .result = "nps(score) … 100.",
      .nulls = NPS_INTERVAL_NULLS ".",
      .errors = NPS_INTERVAL_ERRORS ".",
      .example = "SELECT nps_high(column1), nps_high(column1, 0.9)" NPS_EXAMPLE_ROWS,
      .formula = NPS_INTERVAL_FORMULA,
    },
  .params = NPS_PARAMS,
  .n_params = COUNT_OF(NPS_PARAMS),
  .state_size = sizeof(Nps),
  .step = nps_interval_step,
  .inverse = nps_inverse,
  .value = nps_high_value,
};

/* ---- csat() */

#define MEASURES "top_two|mean"
#define MEASURE_MEAN 1

enum {
  ARG_SCALE = ARG_SCORE + 1,
  ARG_MEASURE
};

typedef struct Csat {
  int64_t answers, top_two, sum, scale;
  int measure;
} Csat;

static void csat_count(Call *call, Csat *csat, int64_t times)
{
  int64_t score = call_integer(call, ARG_SCORE);
  csat->answers += times;
  csat->top_two += score >= csat->scale - 1 ? times : 0;
  csat->sum += score * times;
}

static Status csat_step(Call *call, void *state)
{
  Csat *csat = state;
  int64_t scale = call_integer(call, ARG_SCALE);
  int measure = call_choice(call, ARG_MEASURE);
  if (csat->answers > 0) {
    if (scale != csat->scale) {
      return call_fail_argument(call, ARG_SCALE, "the same in all rows (%lld)", (long long)csat->scale);
    }
    if (measure != csat->measure) {
      return call_fail_argument(call, ARG_MEASURE, "the same in all rows");
    }
  }
  int64_t score = call_integer(call, ARG_SCORE);
  if (score < 1 || score > scale) {
    return call_fail_argument(call, ARG_SCORE, "1…%lld", (long long)scale);
  }
  csat->scale = scale;
  csat->measure = measure;
  csat_count(call, csat, 1);
  return STATUS_OK;
}

static void csat_inverse(Call *call, void *state)
{
  csat_count(call, state, -1);
}

static void csat_value(Call *call, const void *state, Cell *out)
{
  (void)call;
  const Csat *csat = state;
  if (csat) {
    cell_ratio(out, (double)(csat->measure == MEASURE_MEAN ? csat->sum : csat->top_two), (double)csat->answers);
  }
}

static const ParamSpec CSAT_PARAMS[] = {
  /* its range depends on the scale: checked by the step */
  [ARG_SCORE] = {"score", PARAM_INTEGER, NULL, -INFINITY, INFINITY, NULL, "satisfaction, 1 … scale"},
  [ARG_SCALE] = {"scale", PARAM_INTEGER, "5", SCALE_MIN, SCALE_MAX, NULL, "the best score; one for all rows"},
  [ARG_MEASURE] = {"measure", PARAM_CHOICE, "top_two", 0, 0, MEASURES,
                   "top_two: the share of the two best scores; mean: the mean score"},
};

const FunctionSpec csat_function = {
  .name = "csat",
  .doc =
    {
      .summary = "Gives customer satisfaction: the share of satisfied answers, or the mean score.",
      .result = "With measure top_two a fraction in 0 … 1, with mean 1 … scale.",
      .nulls = NO_ANSWER_NULLS "; a NULL scale is 5, a NULL measure top_two.",
      .errors = "A score that is not a whole number 1 … scale; a scale outside " NUMBER_TEXT(
        SCALE_MIN) " … " NUMBER_TEXT(SCALE_MAX) "; a scale or measure that is not "
                                                "the same in all rows.",
      .example = "SELECT csat(column1), csat(column1, 5, 'mean'), rate_low(sum(column1 >= 4), count(column1)) FROM "
                 "(VALUES (5), (4), (4), (2))",
      .formula = "top_two: answers scale - 1 and scale / answers, an ordinary rate with rate_low() and rate_high(); "
                 "mean: sum of scores / answers. For a scale that starts at 0 add 1 to the score and to the scale",
    },
  .params = CSAT_PARAMS,
  .n_params = COUNT_OF(CSAT_PARAMS),
  .state_size = sizeof(Csat),
  .step = csat_step,
  .inverse = csat_inverse,
  .value = csat_value,
};

/* ---- ces() */

typedef struct Ces {
  int64_t answers, sum;
} Ces;

static Status ces_step(Call *call, void *state)
{
  Ces *ces = state;
  ces->answers++;
  ces->sum += call_integer(call, ARG_SCORE);
  return STATUS_OK;
}

static void ces_inverse(Call *call, void *state)
{
  Ces *ces = state;
  ces->answers--;
  ces->sum -= call_integer(call, ARG_SCORE);
}

static void ces_value(Call *call, const void *state, Cell *out)
{
  (void)call;
  const Ces *ces = state;
  if (ces) {
    cell_ratio(out, (double)ces->sum, (double)ces->answers);
  }
}

static const ParamSpec CES_PARAMS[] = {
  [ARG_SCORE] = {"score", PARAM_INTEGER, NULL, 1, CES_MAX, NULL,
                 "agreement that it was easy, 1 … " NUMBER_TEXT(CES_MAX)},
};

const FunctionSpec ces_function = {
  .name = "ces",
  .doc =
    {
      .summary = "Gives the customer effort score: the mean of answers 1 … 7.",
      .result = "1 … 7; with the usual question (\"it was easy\", 7 = strongly agree) more is better.",
      .nulls = NO_ANSWER_NULLS ".",
      .errors = "A score that is not a whole number 1 … " NUMBER_TEXT(CES_MAX) ".",
      .example = "SELECT ces(column1) FROM (VALUES (7), (6), (6), (3))",
      .formula = "sum of scores / answers",
    },
  .params = CES_PARAMS,
  .n_params = COUNT_OF(CES_PARAMS),
  .state_size = sizeof(Ces),
  .step = ces_step,
  .inverse = ces_inverse,
  .value = ces_value,
};
