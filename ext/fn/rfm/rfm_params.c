#include "rfm_params.h"

#include <math.h>
#include <string.h>

#include "glue/json_read.h"

/* Cuts */

static Status cuts_get(Json *json, Call *call, int param, RfmCuts *cuts)
{
  JsonValue value;
  Status status = json_get(json, &value, "$.bins");
  if (status != STATUS_OK) {
    return status;
  }
  bool told = value.type == JSON_NUMBER;
  double bins = value.number;
  for (int axis = 0; axis < RFM_AXES; axis++) {
    const char *name = RFM_AXIS_NAMES[axis];
    status = json_get(json, &value, "$.%s", name);
    if (status != STATUS_OK) {
      return status;
    }
    if (value.type != JSON_ARRAY || value.length < 1 || value.length > RFM_CUTS_MAX) {
      return call_fail_argument(
        call, param,
        "a JSON object with 1…%d cut points in each of the arrays recency, frequency and monetary (%s has not)",
        RFM_CUTS_MAX, name);
    }
    int n = (int)value.length;
    if (axis > 0 && n + 1 != cuts->bins) {
      return call_fail_argument(call, param, "JSON with as many cut points on each axis (recency has %d, %s %d)",
                                cuts->bins - 1, name, n);
    }
    cuts->bins = n + 1;
    for (int k = 0; k < n; k++) {
      double *cut = &cuts->cut[axis][k];
      status = json_get(json, &value, "$.%s[%d]", name, k);
      if (status != STATUS_OK) {
        return status;
      }
      *cut = value.number;
      if (value.type != JSON_NUMBER || !isfinite(*cut) || (k > 0 && *cut < cut[-1])) {
        return call_fail_argument(call, param, "JSON with ascending finite numbers as cut points (%s[%d] is not)", name,
                                  k);
      }
    }
  }
  if (told && bins != cuts->bins) {
    return call_fail_argument(call, param, "JSON whose bins is one more than its cut points per axis (%d)",
                              cuts->bins - 1);
  }
  return STATUS_OK;
}

Status rfm_cuts_read(Call *call, int param, RfmCuts *cuts)
{
  Json json;
  Status status = json_open(&json, call, param);
  if (status == STATUS_OK) {
    status = cuts_get(&json, call, param, cuts);
  }
  json_close(&json);
  return status;
}

/* Rules */

/* In the order of axes. */
static const char *const RULE_KEYS[] = {"r_min", "r_max", "f_min", "f_max", "m_min", "m_max", "name"};

static Status rule_get(Json *json, Call *call, int param, int bins, int i, Segments *segments)
{
  JsonValue value;
  int min[RFM_AXES], max[RFM_AXES];
  Status status = json_get(json, &value, "$[%d]", i);
  if (status == STATUS_OK && value.type != JSON_OBJECT) {
    status = call_fail_argument(call, param, "a JSON array of objects ([%d] is not)", i);
  }
  if (status == STATUS_OK) {
    status = json_only(json, RULE_KEYS, COUNT_OF(RULE_KEYS), "$[%d]", i);
  }
  for (int axis = 0; axis < RFM_AXES && status == STATUS_OK; axis++) {
    min[axis] = 1;
    max[axis] = bins;
    for (int end = 0; end < 2 && status == STATUS_OK; end++) {
      status = json_get(json, &value, "$[%d].%s", i, RULE_KEYS[2 * axis + end]);
      if (status != STATUS_OK || value.type == JSON_ABSENT || value.type == JSON_NULL) {
        continue;
      }
      double bound = value.number;
      if (value.type != JSON_NUMBER || !(bound >= 1 && bound <= bins) || bound != floor(bound)) {
        return call_fail_argument(call, param, "JSON whose bounds are whole numbers 1…%d ([%d].%s is not)", bins, i,
                                  RULE_KEYS[2 * axis + end]);
      }
      *(end == 0 ? &min[axis] : &max[axis]) = (int)bound;
    }
    if (status == STATUS_OK && min[axis] > max[axis]) {
      return call_fail_argument(call, param,
                                "JSON whose lower bounds are not above the upper ones ([%d].%s is above %s)", i,
                                RULE_KEYS[2 * axis], RULE_KEYS[2 * axis + 1]);
    }
  }
  if (status == STATUS_OK) {
    status = json_get(json, &value, "$[%d].name", i);
  }
  if (status != STATUS_OK) {
    return status;
  }
  /* '(' begins what segment_flow() calls customers who are in no segment yet. */
  if (value.type != JSON_TEXT || value.text[0] == 0 || value.text[0] == '(') {
    return call_fail_argument(call, param, "JSON where every rule has a name, not beginning with '(' ([%d] has not)",
                              i);
  }
  return segments_add(segments, min, max, value.text);
}

Status rfm_rules_read(Call *call, int param, int bins, Segments *segments)
{
  Json json;
  JsonValue value = {0};
  Status status = json_open(&json, call, param);
  if (status == STATUS_OK) {
    status = json_get(&json, &value, "$");
  }
  if (status == STATUS_OK && (value.type != JSON_ARRAY || value.length < 1 || value.length > SEGMENT_RULES_MAX)) {
    status = call_fail_argument(call, param, "a JSON array of 1…%d rules", SEGMENT_RULES_MAX);
  }
  for (int i = 0; status == STATUS_OK && i < value.length; i++) {
    status = rule_get(&json, call, param, bins, i, segments);
  }
  json_close(&json);
  return status;
}

/* The options of the table functions */

Status rfm_options_read(RfmOptions *options, Call *call, int bins)
{
  enum {
    RFM_ARGS
  };
  int method = bins + ARG_METHOD, cuts = bins + ARG_CUTS, rules = bins + ARG_RULES;
  Scheme scheme = (Scheme)call_choice(call, bins + ARG_SCHEME);
  Status status;
  options->mean = call_choice(call, bins + ARG_MONETARY_AS) == 1;
  options->method = !call_is_null(call, method) ? (RfmMethod)call_choice(call, method)
                    : scheme == SCHEME_RFM8     ? RFM_MEAN
                                                : RFM_QUANTILE;
  if (!call_is_null(call, cuts)) {
    if (!call_is_null(call, method)) {
      return call_fail(call, "cuts and method exclude each other: leave one of them out");
    }
    status = rfm_cuts_read(call, cuts, &options->cuts);
    if (status != STATUS_OK) {
      return status;
    }
    options->method = RFM_GIVEN;
    options->bins = options->cuts.bins;
    if (!call_is_null(call, bins) && call_integer(call, bins) != options->bins) {
      return call_fail_argument(call, bins, "%d, as in cuts", options->bins);
    }
  } else {
    bool two = options->method == RFM_MEAN || scheme == SCHEME_RFM8;
    options->bins = !call_is_null(call, bins) ? (int)call_integer(call, bins) : two ? 2 : 5;
  }
  if (options->method != RFM_GIVEN) {
    call_resolve(call, method, options->method);
  }
  call_resolve(call, bins, options->bins);
  if (scheme == SCHEME_RFM8 && options->bins != 2) {
    return call_fail(call, "scheme rfm8 needs 2 bins, got %d: without bins, method and cuts it compares with the mean",
                     options->bins);
  }
  if (options->method == RFM_MEAN && options->bins != 2) {
    return call_fail_argument(call, bins, "2 with method mean");
  }
  segments_init(&options->segments, scheme, options->bins, (Language)call_choice(call, bins + ARG_LANG));
  if (call_is_null(call, rules)) {
    return scheme != SCHEME_CUSTOM ? STATUS_OK : call_fail(call, "scheme custom needs rules");
  }
  return scheme == SCHEME_CUSTOM ? rfm_rules_read(call, rules, options->bins, &options->segments)
                                 : call_fail(call, "rules need scheme = 'custom'");
}

void rfm_options_free(RfmOptions *options)
{
  segments_free(&options->segments);
}

Status rfm_options_score(const RfmOptions *options, Call *call, const RfmView *view, RfmScores *scores)
{
  scores->cuts = options->cuts;
  Status status = rfm_scores_make(scores, view, options->method, options->bins, call_watch(call));
  if (status == STATUS_OK && options->segments.scheme == SCHEME_ABC) {
    status = rfm_classify(scores, view, call_watch(call));
  }
  return status;
}

void rfm_segment_cell(const Segments *segments, int segment, Cell *out)
{
  const char *name = segments_name(segments, segment);
  if (name && segments->owned) {
    cell_string(out, name);
  } else {
    cell_static(out, name);
  }
}
