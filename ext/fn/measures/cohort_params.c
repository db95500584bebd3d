#include "cohort_params.h"

#include "fn/events/event_params.h"
#include "fn/time/period_params.h"
#include "glue/deal.h"

const ParamSpec COHORT_PARAMS[] = {
  [ARG_SOURCE] = EVENT_SOURCE_PARAM(EVENT_VALUES),
  [ARG_GRAIN] = GRAIN_PARAM,
  [ARG_MODE] = {"mode", PARAM_CHOICE, "", 0, 0, "on|on_or_after|on_or_before|streak",
                "when a member counts as active at age n: on (default) at age n; on_or_after: at n or later; "
                "on_or_before: at one of 1 … n; streak: at every one of 1 … n"},
  [ARG_BRACKETS] = {"brackets", PARAM_LIST, "", 0, 0, NULL,
                    "groups of ages by their last one: '1,3,7' is the ages 0, 1, 2–3 and 4–7; at least one event in a "
                    "group makes it active"},
  [ARG_CLOCK] = {"clock", PARAM_CHOICE, "", 0, 0, "calendar|rolling|rounded",
                 "how age is counted: calendar (default) in calendar periods; rolling in 24 h, 7 d, 30 d or N d from "
                 "the customer's first event; rounded: as rolling, from the hour of the first event (grain day), or "
                 "from its civil day (other grains)"},
  [ARG_MAX_AGE] = {"max_age", PARAM_INTEGER, "", 0, COHORT_AGE_MAX, NULL,
                   "the last age shown; left out: every age that has begun"},
  [ARG_COHORT_COLUMN] = {"cohort_column", PARAM_COLUMN, "", 0, 0, NULL,
                         "a column of the source whose value in the customer's first row is its cohort; left out: the "
                         "period of the first event"},
  [ARG_DIALECT] = {"dialect", PARAM_CHOICE, "", 0, 0, "posthog|mixpanel|amplitude",
                   "take that product's defaults for mode, clock and averaging; one of these that is given itself is "
                   "kept. A customer enters one cohort, by the first event; where the product is set to let users "
                   "enter again with every later one (Mixpanel, recurring retention in PostHog, a starting event in "
                   "Amplitude other than new users), its numbers differ"},
  [ARG_AVERAGING] =
    {"averaging", PARAM_CHOICE, "", 0, 0, "pooled|simple|weighted|twice_weighted",
     "what rate is: pooled (default) over eligible members; simple or weighted mean of the rates of complete cohorts, "
     "by size; twice_weighted: as Mixpanel documents its average, mean retained over mean size, both weighted by size"},
};
_Static_assert(COUNT_OF(COHORT_PARAMS) == ARG_COUNT, "a parameter is not numbered");

const CohortDefaults *cohort_defaults(const Call *call)
{
  static const CohortDefaults own = {COHORT_MODE_ON, COHORT_CLOCK_CALENDAR, AVERAGING_POOLED};
  static const CohortDefaults dialects[] = {
    {COHORT_MODE_ON, COHORT_CLOCK_CALENDAR, AVERAGING_WEIGHTED},
    {COHORT_MODE_ON_OR_AFTER, COHORT_CLOCK_ROLLING, AVERAGING_TWICE_WEIGHTED},
    {COHORT_MODE_ON_OR_AFTER, COHORT_CLOCK_ROUNDED, AVERAGING_POOLED},
  };
  return call_is_null(call, ARG_DIALECT) ? &own : &dialects[call_choice(call, ARG_DIALECT)];
}

static Status options_read(Call *call, CohortOptions *options)
{
  const CohortDefaults *defaults = cohort_defaults(call);
  *options = (CohortOptions){
    .grain = call_grain(call, ARG_GRAIN),
    .zone = event_source_zone(call),
    .mode = defaults->mode,
    .clock = defaults->clock,
    .by_attribute = !call_is_null(call, ARG_COHORT_COLUMN),
    .max_age = -1,
  };
  if (!call_is_null(call, ARG_MODE)) {
    options->mode = (CohortMode)call_choice(call, ARG_MODE);
  }
  if (!call_is_null(call, ARG_CLOCK)) {
    options->clock = (CohortClock)call_choice(call, ARG_CLOCK);
  }
  call_resolve(call, ARG_MODE, options->mode);
  call_resolve(call, ARG_CLOCK, options->clock);
  if (!call_is_null(call, ARG_MAX_AGE)) {
    options->max_age = call_integer(call, ARG_MAX_AGE);
  }
  if (!call_is_null(call, ARG_BRACKETS) &&
      !cohort_brackets_from_text(call_text(call, ARG_BRACKETS), call_length(call, ARG_BRACKETS), options->brackets,
                                 &options->n_brackets)) {
    return call_fail_argument(call, ARG_BRACKETS, "ascending ages 1…%d such as '1,3,7,14,30', at most %d of them",
                              COHORT_BRACKET_MAX, COHORT_BRACKETS_MAX);
  }
  return STATUS_OK;
}

Status cohorts_compute(Call *call, Cohorts *cohorts, EventSource *source)
{
  CohortOptions options;
  Status status = options_read(call, &options);
  if (status != STATUS_OK) {
    return status;
  }
  status = cohorts_init(cohorts, &options);
  if (status == STATUS_ERROR) {
    return call_fail_argument(
      call, ARG_GRAIN,
      "hours, days, weeks or months with the clock rolling or rounded (quarters and years differ in length)");
  }
  if (status == STATUS_OK) {
    Accumulator accumulator = cohorts_accumulator(cohorts);
    EventSourceOptions source_options = {.attribute = EVENT_ATTRIBUTE_COHORT,
                                         .attribute_column = call_text(call, ARG_COHORT_COLUMN)};
    status = event_source_read(call, &accumulator, cohorts, source_options, source);
  }
  if (status == STATUS_OK) {
    status = cohorts_finish(cohorts, &source->customers, &source->attributes, source->as_of.end, call_watch(call));
  }
  if (status == STATUS_ERROR && cohorts->too_many) {
    call_fail(
      call,
      "more than %d cells (cohorts × ages) or %d cohorts: set max_age, take a coarser grain, or another cohort_column",
      COHORT_CELLS_MAX, COHORTS_MAX);
  }
  customers_free(&source->customers);
  return status == STATUS_OK ? deal_count_rows(call, cohorts->n_rows) : status;
}
