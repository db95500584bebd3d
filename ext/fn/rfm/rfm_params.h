/*
** What rfm(), rfm_thresholds() and segment_flow() are asked, and the JSON of cuts and rules, which the scalars of
** rfm_score.c take too.
*/
#ifndef RETAIN_FN_RFM_RFM_PARAMS_H
#define RETAIN_FN_RFM_RFM_PARAMS_H

#include "core/rfm/rfm.h"
#include "core/rfm/segments.h"
#include "glue/call.h"
#include "glue/spec.h"

/* The parameters they share: RFM_ARGS numbers them in a function's enum, RFM_PARAMS are their specs. */
#define BINS_HELP \
  "scores are 1…bins, bins is best; " NUMBER_TEXT(RFM_BINS_MIN) "…" NUMBER_TEXT( \
    RFM_BINS_MAX) ". Left out: 5, and 2 for method mean and for scheme rfm8"
#define METHOD_HELP \
  "quantile: type-7 cut points, equal values share a score; ntile: SQL's NTILE, groups of equal size, ties by " \
  "customer; mean: better than the mean or not, 2 bins. Left out: quantile, and mean for scheme rfm8"
#define SCHEME_HELP \
  "how segments are named: rf25 from r and f; rfm8 from r, f and m against the mean; abc from cumulative value (A to " \
  "80 %, B to 95 %); custom from rules"
#define CUTS_HELP \
  "cut points to score against, instead of a method: JSON from rfm_cuts(), or your own such as " \
  "{\"recency\":[30,90],\"frequency\":[1,3],\"monetary\":[50,200]} for 3 bins"
#define RULES_HELP \
  "for scheme custom: a JSON array of rules {\"name\":…, \"r_min\":…, \"r_max\":…, \"f_min\":…, …}; a missing bound " \
  "is open, the first rule that fits wins. From a table: (SELECT json_group_array(json_object('name', name, 'r_min', " \
  "r_min, …)) FROM rules)"
#define BINS_PARAM ENTRY("bins", PARAM_INTEGER, "", RFM_BINS_MIN, RFM_BINS_MAX, NULL, BINS_HELP)
#define METHOD_PARAM ENTRY("method", PARAM_CHOICE, "", 0, 0, "quantile|ntile|mean", METHOD_HELP)
#define SCHEME_PARAM ENTRY("scheme", PARAM_CHOICE, "rf25", 0, 0, "rf25|rfm8|abc|custom", SCHEME_HELP)
#define LANG_PARAM ENTRY("lang", PARAM_LANGUAGE, "en", 0, 0, NULL, "language of the segment names: en or zh")
#define MONETARY_AS_PARAM \
  ENTRY("monetary_as", PARAM_CHOICE, "sum", 0, 0, "sum|mean", "monetary is the sum of the values, or their mean")
#define CUTS_PARAM ENTRY("cuts", PARAM_JSON, "", 0, 0, NULL, CUTS_HELP)
#define RULES_PARAM ENTRY("rules", PARAM_JSON, "", 0, 0, NULL, RULES_HELP)
#define RFM_PARAMS \
  [ARG_BINS] = BINS_PARAM, [ARG_METHOD] = METHOD_PARAM, [ARG_SCHEME] = SCHEME_PARAM, [ARG_LANG] = LANG_PARAM, \
  [ARG_MONETARY_AS] = MONETARY_AS_PARAM, [ARG_CUTS] = CUTS_PARAM, [ARG_RULES] = RULES_PARAM
#define RFM_ARGS ARG_BINS, ARG_METHOD, ARG_SCHEME, ARG_LANG, ARG_MONETARY_AS, ARG_CUTS, ARG_RULES

#define RFM_OPTION_ERRORS \
  "A source without a value column (give one, or retain_log(customer, time, 1)); bins other than 2 with method mean " \
  "or scheme rfm8; cuts together with method; scheme custom without rules, rules without it; cuts or rules that are " \
  "not as described"

typedef struct RfmOptions {
  RfmMethod method;
  int bins;
  RfmCuts cuts; /* RFM_GIVEN */
  bool mean;
  Segments segments;
} RfmOptions;

/*
** Reads RFM_ARGS, which begin at argument `bins`. {0} is a valid empty object, and segments are to be freed also after
** a failure.
*/
Status rfm_options_read(RfmOptions *options, Call *call, int bins);
void rfm_options_free(RfmOptions *options);

/* Scores a view as asked, and classifies it where the scheme wants that; makes the message of a failure. */
Status rfm_options_score(const RfmOptions *options, Call *call, const RfmView *view, RfmScores *scores);

/* Cuts from a JSON argument: 1…RFM_CUTS_MAX ascending finite numbers for each axis, as many for each. */
Status rfm_cuts_read(Call *call, int param, RfmCuts *cuts);

/* The name of a segment, NULL for SEGMENT_NONE. */
void rfm_segment_cell(const Segments *segments, int segment, Cell *out);

/* Adds the rules of a JSON argument to custom segments; bounds are 1…bins. */
Status rfm_rules_read(Call *call, int param, int bins, Segments *segments);

#endif
