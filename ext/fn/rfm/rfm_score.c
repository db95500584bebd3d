/*
** RFM scores apart from rfm(): cut points that can be stored, and applied to other rows, other days, other shards.
**
**   rfm_cuts(recency, frequency, monetary[, bins])           aggregate  JSON
**   rfm_score(recency, frequency, monetary, cuts)            scalar     545
**   rfm_segment(score[, scheme[, lang[, rules[, bins]]]])    scalar     'champions'
**
**   CREATE TABLE saved AS SELECT rfm_cuts(recency_days, frequency, monetary) AS cuts FROM rfm('orders');
**   SELECT customer, rfm_segment(rfm_score(recency_days, frequency, monetary, (SELECT cuts FROM saved))) FROM
**   rfm('orders');
**
** R1  The JSON is {"bins":5,"recency":[4 numbers],"frequency":[4 numbers],"monetary":[4 numbers]}, ascending, written
**     so that they read back exactly. Others may be written by hand: 1…9 numbers per axis, as many on each; bins may be
**     left out, other keys are ignored.
** R2  Cuts are type-7 quantiles, and scores are as in rfm() with method quantile (R6, R7 there): over the rows of
**     rfm('orders') with the same bins, rfm_score() with rfm_cuts() is rfm_score.
** R3  rfm_segment() takes a score for what it says: for rf25 its digits are 1…bins (default 5), for rfm8 1 and 2. NULL
**     where no custom rule fits. abc is no matter of scores: only rfm() has it.
** R4  A row with a NULL argument does not take part in rfm_cuts(), no row gives NULL; a NULL argument makes the scalars
**     NULL.
*/
#include <math.h>
#include <string.h>

#include "core/base/chunks.h"
#include "core/base/mem.h"
#include "glue/json_read.h"
#include "rfm_params.h"

/* rfm_cuts() */

typedef struct CutsRow {
  double x[RFM_AXES];
} CutsRow;

typedef struct CutsState {
  Chunks rows;
  int bins;
} CutsState;

/* The first three of rfm_cuts() and rfm_score(), in the order of axes. */
enum {
  ARG_RECENCY,
  ARG_FREQUENCY,
  ARG_MONETARY
};

enum {
  ARG_BINS = RFM_AXES
};

static Status cuts_step(Call *call, void *state)
{
  CutsState *cuts = state;
  int bins = (int)call_integer(call, ARG_BINS);
  if (cuts->rows.count > 0 && bins != cuts->bins) {
    return call_fail_argument(call, ARG_BINS, "the same in every row (%d)", cuts->bins);
  }
  cuts->bins = bins;
  cuts->rows.stride = sizeof(CutsRow);
  CutsRow *row = chunks_push(&cuts->rows);
  if (!row) {
    return STATUS_NOMEM;
  }
  for (int axis = 0; axis < RFM_AXES; axis++) {
    row->x[axis] = call_real(call, axis);
  }
  return STATUS_OK;
}

static size_t text_add(char *text, size_t length, const char *more)
{
  memcpy(text + length, more, strlen(more));
  return length + strlen(more);
}

/* R1. At most 27 numbers, three names and some punctuation. */
#define CUTS_TEXT_MAX (RFM_AXES * (RFM_CUTS_MAX * (JSON_NUMBER_MAX + 1) + 20) + 20)

static Status cuts_text(Call *call, const RfmCuts *cuts, char *text, size_t *length)
{
  size_t n = text_add(text, 0, "{\"bins\":"), digits;
  Status status = json_number(call, cuts->bins, text + n, &digits);
  n += digits;
  for (int axis = 0; axis < RFM_AXES; axis++) {
    n = text_add(text, n, ",\"");
    n = text_add(text, n, RFM_AXIS_NAMES[axis]);
    n = text_add(text, n, "\":[");
    for (int k = 0; k + 1 < cuts->bins && status == STATUS_OK; k++) {
      n = text_add(text, n, k ? "," : "");
      status = json_number(call, cuts->cut[axis][k], text + n, &digits);
      n += digits;
    }
    n = text_add(text, n, "]");
  }
  *length = text_add(text, n, "}");
  return status;
}

/* The cuts of one axis: selection permutes the values, so it gets a copy of them. */
static Status axis_cuts(const Chunks *rows, int axis, double *x, RfmCuts *cuts, const Watch *watch)
{
  for (size_t i = 0; i < rows->count; i++) {
    if ((i + 1) % WATCH_EVERY == 0 && watch_stop(watch)) {
      return STATUS_INTERRUPT;
    }
    x[i] = ((const CutsRow *)chunks_at(rows, i))->x[axis];
  }
  return rfm_quantile_cuts(x, rows->count, cuts->bins, cuts->cut[axis], watch);
}

static void cuts_value(Call *call, const void *state, Cell *out)
{
  const CutsState *values = state;
  if (!values || values->rows.count == 0) {
    return;
  }
  RfmCuts cuts = {.bins = values->bins};
  double *x = mem_alloc(values->rows.count, sizeof *x);
  Status status = x ? STATUS_OK : STATUS_NOMEM;
  for (int axis = 0; axis < RFM_AXES && status == STATUS_OK; axis++) {
    status = axis_cuts(&values->rows, axis, x, &cuts, call_watch(call));
  }
  mem_free(x);
  char *text = status == STATUS_OK ? mem_alloc(CUTS_TEXT_MAX, 1) : NULL;
  size_t length = 0;
  if (status == STATUS_OK) {
    status = text ? cuts_text(call, &cuts, text, &length) : STATUS_NOMEM;
  }
  if (status == STATUS_OK) {
    cell_json(out, text, length);
  } else {
    mem_free(text);
    call_fail_status(call, status);
  }
}

static void cuts_free(void *state)
{
  chunks_free(&((CutsState *)state)->rows);
}

#define AXIS_PARAM(name, help) ENTRY(name, PARAM_REAL, NULL, -INFINITY, INFINITY, NULL, help)
#define AXIS_PARAMS \
  [ARG_RECENCY] = AXIS_PARAM("recency", "days since the last purchase; smaller is better"), \
  [ARG_FREQUENCY] = AXIS_PARAM("frequency", "number of purchases"), \
  [ARG_MONETARY] = AXIS_PARAM("monetary", "sum or mean of their values")

static const ParamSpec CUTS_PARAMS[] = {
  AXIS_PARAMS,
  [ARG_BINS] = {"bins", PARAM_INTEGER, "5", RFM_BINS_MIN, RFM_BINS_MAX, NULL,
                "number of scores, " NUMBER_TEXT(RFM_BINS_MIN) "…" NUMBER_TEXT(RFM_BINS_MAX) "; the same in every row"},
};

#define A_CUTS "{\"recency\":[30,90,180,365],\"frequency\":[1,2,4,8],\"monetary\":[20,50,100,300]}"

const FunctionSpec rfm_cuts_function = {
  .name = "rfm_cuts",
  .doc =
    {
      .summary =
        "Gives cut points of recency, frequency and monetary value, to be stored and given to rfm_score() or rfm().",
      .result =
        "JSON: {\"bins\":5,\"recency\":[…],\"frequency\":[…],\"monetary\":[…]}, bins - 1 ascending numbers each.",
      .nulls = "A row with a NULL argument does not take part; NULL if none does.",
      .errors = "An argument that is not a finite number; bins outside " NUMBER_TEXT(RFM_BINS_MIN) "…" NUMBER_TEXT(
        RFM_BINS_MAX) ", or not the same in every row.",
      .example = "SELECT rfm_cuts(recency_days, frequency, monetary) FROM rfm((SELECT retain_log(customer_id, "
                 "ordered_at, amount) FROM demo_orders(200, 1)))",
      .formula = "type-7 quantiles at 1/bins, 2/bins, … of each column (Hyndman & Fan 1996)",
    },
  .params = CUTS_PARAMS,
  .n_params = COUNT_OF(CUTS_PARAMS),
  .returns_json = true,
  .state_size = sizeof(CutsState),
  .step = cuts_step,
  .value = cuts_value,
  .free = cuts_free,
};

/* rfm_score() */

enum {
  ARG_CUTS = RFM_AXES
};

static Status cuts_read(Call *call, int param, void *cuts)
{
  return rfm_cuts_read(call, param, cuts);
}

static void score_scalar(Call *call, Cell *out)
{
  const RfmCuts *cuts = call_object(call, ARG_CUTS, sizeof *cuts, cuts_read, mem_free);
  if (cuts) {
    int score[RFM_AXES];
    for (int axis = 0; axis < RFM_AXES; axis++) {
      score[axis] = rfm_bin(cuts, (RfmAxis)axis, call_real(call, axis));
    }
    cell_integer(out, rfm_score_number(score[RFM_RECENCY], score[RFM_FREQUENCY], score[RFM_MONETARY], cuts->bins));
  }
}

static const ParamSpec SCORE_PARAMS[] = {
  AXIS_PARAMS,
  [ARG_CUTS] = {"cuts", PARAM_JSON, NULL, 0, 0, NULL, "JSON from rfm_cuts(), or your own such as " A_CUTS},
};

const FunctionSpec rfm_score_function = {
  .name = "rfm_score",
  .doc =
    {
      .summary = "Gives the RFM score of a customer against given cut points.",
      .result = "An integer of the three scores such as 545; r * 10000 + f * 100 + m for 10 bins.",
      .nulls = "NULL if an argument is NULL.",
      .errors = "An argument that is not a finite number; cuts that are not JSON with 1…" NUMBER_TEXT(
        RFM_CUTS_MAX) " ascending numbers for each "
                      "axis, as many for each.",
      .example = "SELECT rfm_score(12, 6, 240.0, '" A_CUTS "')",
      .formula = "frequency and monetary above k cuts score k + 1; recency above k cuts scores bins - k",
    },
  .params = SCORE_PARAMS,
  .n_params = COUNT_OF(SCORE_PARAMS),
  .scalar = score_scalar,
};

/* rfm_segment() */

enum {
  ARG_SCORE,
  ARG_SCHEME,
  ARG_LANG,
  ARG_SEGMENT_RULES,
  ARG_SEGMENT_BINS
};
static const Scheme SCHEMES[] = {SCHEME_RF25, SCHEME_RFM8, SCHEME_CUSTOM}; /* in the order of the choices */

static void rules_free(void *segments)
{
  segments_free(segments);
  mem_free(segments);
}

static Status rules_read(Call *call, int param, void *object)
{
  Segments *segments = object;
  segments_init(segments, SCHEME_CUSTOM, RFM_BINS_MAX, LANGUAGE_EN);
  return rfm_rules_read(call, param, RFM_BINS_MAX, segments);
}

static void segment_scalar(Call *call, Cell *out)
{
  Scheme scheme = SCHEMES[call_choice(call, ARG_SCHEME)];
  bool has_rules = !call_is_null(call, ARG_SEGMENT_RULES);
  int bins = scheme == SCHEME_RF25 ? 5 : scheme == SCHEME_RFM8 ? 2 : RFM_BINS_MAX;
  RfmScore score = {0};
  if (has_rules != (scheme == SCHEME_CUSTOM)) {
    call_fail(call, has_rules ? "rules need scheme 'custom'" : "scheme custom needs rules");
    return;
  }
  if (!call_is_null(call, ARG_SEGMENT_BINS)) {
    bins = (int)call_integer(call, ARG_SEGMENT_BINS);
    if (scheme == SCHEME_RFM8 && bins != 2) {
      call_fail_argument(call, ARG_SEGMENT_BINS, "2 for scheme rfm8");
      return;
    }
  }
  if (!rfm_score_split(call_integer(call, ARG_SCORE), &score.r, &score.f, &score.m) || score.r > bins ||
      score.f > bins || score.m > bins) {
    call_fail_argument(call, ARG_SCORE, "three scores of 1…%d, such as %d", bins, bins < 10 ? 111 * bins : 101010);
    return;
  }
  Segments built_in;
  segments_init(&built_in, scheme, bins, (Language)call_choice(call, ARG_LANG));
  const Segments *segments = scheme == SCHEME_CUSTOM
                               ? call_object(call, ARG_SEGMENT_RULES, sizeof *segments, rules_read, rules_free)
                               : &built_in;
  if (segments) {
    rfm_segment_cell(segments, segments_find(segments, score), out);
  }
}

static const ParamSpec SEGMENT_PARAMS[] = {
  [ARG_SCORE] = {"score", PARAM_INTEGER, NULL, 0, 999999, NULL, "an RFM score such as 545"},
  [ARG_SCHEME] = {"scheme", PARAM_CHOICE, "rf25", 0, 0, "rf25|rfm8|custom",
                  "rf25: from r and f; rfm8: from three scores of 1 and 2; custom: from rules"},
  [ARG_LANG] = {"lang", PARAM_LANGUAGE, "en", 0, 0, NULL, "language of the names: en or zh"},
  [ARG_SEGMENT_RULES] = {"rules", PARAM_JSON, "", 0, 0, NULL, RULES_HELP},
  [ARG_SEGMENT_BINS] =
    {"bins", PARAM_INTEGER, "", RFM_BINS_MIN, RFM_BINS_MAX, NULL,
     "the bins of the score. Left out: 5 for rf25, 2 for rfm8; others than 5 are stretched onto 1…5 for rf25"},
};

const FunctionSpec rfm_segment_function = {
  .name = "rfm_segment",
  .doc =
    {
      .summary = "Names the segment that an RFM score belongs to.",
      .result = "Text such as 'champions'.",
      .nulls = "NULL if score is NULL, or no custom rule fits.",
      .errors = "A score that is not three scores of 1…bins; scheme custom without rules, or rules without it; rules "
                "that are not as described.",
      .example = "SELECT rfm_segment(545), rfm_segment(211, 'rfm8', 'zh')",
      .formula =
        "rf25: R1-2 F1-2 hibernating, R1-2 F3-4 at_risk, R1-2 F5 cant_lose, R3 F1-2 about_to_sleep, R3 F3 "
        "need_attention, R3-4 F4-5 loyal, R4 F1 promising, R5 F1 new, R4-5 F2-3 potential_loyalist, R5 F4-5 champions",
    },
  .params = SEGMENT_PARAMS,
  .n_params = COUNT_OF(SEGMENT_PARAMS),
  .scalar = segment_scalar,
};
