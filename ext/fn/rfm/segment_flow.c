/*
** segment_flow(source, since[, until, bins, method, scheme, lang, monetary_as, cuts, rules, …]): customers between
** segments, over a span of days
**
**   SELECT from_segment, to_segment, customers, rate FROM segment_flow('orders', '2024-07-01', '2024-12-31') WHERE
**   from_segment <> to_segment;
**
** R1  A customer's segment at an instant is rfm()'s with as_of at that instant: rows up to and with it, recency until
**     it, scores against the customers there were. With `cuts` both dates are scored against the same cut points: then
**     nobody moves because the others did.
** R2  until defaults to as_of, hence to the newest time of the source. since must be before it. A date alone as since
**     is where its day begins: the segments before are those of rfm() with as_of at the day before; as until its whole
**     day.
** R3  Who has no row up to since comes from '(not yet)' ('(尚未购买)'): no segment's name begins with a bracket. Nobody
**     goes there: who has bought once is in some segment for good. A segment is NULL where no custom rule fits.
** R4  Every customer with a row up to until is in exactly one row. rate = customers / from_customers, with its 95 %
**     Wilson interval.
** R5  One pass over the source, 48 bytes per customer beside the key.
*/
#include "core/rfm/segment_flow.h"

#include "core/base/mem.h"
#include "fn/events/event_params.h"
#include "fn/numerics/wilson_cell.h"
#include "rfm_params.h"

typedef struct SegmentFlow {
  RfmOptions options;
  Flow *flows;
} SegmentFlow;

enum {
  ARG_SOURCE,
  ARG_SINCE,
  ARG_UNTIL,
  RFM_ARGS,
  ARG_COUNT
};

static Status span_check(Call *call, const FlowSpan *span, const ZoneCursor *zone, Bound bound)
{
  if (span->since < bound.last) {
    return STATUS_OK;
  }
  char until[TIME_TEXT_MAX];
  if (bound_is_day(bound)) {
    date_to_text(floor_div(zone_local_at(zone, bound.last), MS_PER_DAY), until);
  } else {
    time_to_text(bound.last, until);
  }
  return call_fail_argument(call, ARG_SINCE, "before until (%s)", until);
}

static Status flow_compute(Call *call, void *state, int64_t *n_rows)
{
  SegmentFlow *flow = state;
  EventSource source = {0};
  RfmScores since = {0}, until = {0};
  ZoneCursor zone = event_source_zone(call);
  Bound from = call_bound(call, ARG_SINCE, &zone), to = {TIME_MAX, TIME_MAX};
  if (bound_is_day(from)) { /* the flow begins with that day, and leads from the segments of the day before */
    from = bound_of_day(&zone, call_local(call, ARG_SINCE, &zone) - 1);
  }
  if (!call_is_null(call, ARG_UNTIL)) {
    to = call_bound(call, ARG_UNTIL, &zone);
  }
  FlowSpan span = {from.last, to.last};
  Status status = rfm_options_read(&flow->options, call, ARG_BINS);
  if (status == STATUS_OK && !call_is_null(call, ARG_UNTIL)) {
    status = span_check(call, &span, &zone, to);
  }
  if (status != STATUS_OK) {
    return status;
  }
  status = event_source_read(call, &SEGMENT_FLOW_ACCUMULATOR, &span, (EventSourceOptions){0}, &source);
  if (status != STATUS_OK || source.rows == 0) {
    goto done;
  }
  if (call_is_null(call, ARG_UNTIL)) {
    to = source.as_of;
    span.until = to.last;
    status = span_check(call, &span, &zone, to);
  }
  rfm_totals_settle(&source.customers, offsetof(FlowState, since));
  rfm_totals_settle(&source.customers, offsetof(FlowState, until));
  RfmView view = {&source.customers, offsetof(FlowState, since), from, flow->options.mean, zone};
  if (status == STATUS_OK) {
    status = rfm_options_score(&flow->options, call, &view, &since);
  }
  if (status == STATUS_OK) {
    view.offset = offsetof(FlowState, until);
    view.as_of = to;
    status = rfm_options_score(&flow->options, call, &view, &until);
  }
  if (status == STATUS_OK) {
    status = segment_flow_make(&source.customers, &flow->options.segments, &since, &until, &flow->flows, n_rows,
                               call_watch(call));
  }
done:
  rfm_scores_free(&since);
  rfm_scores_free(&until);
  event_source_free(&source);
  return status;
}

enum {
  COLUMN_FROM_SEGMENT,
  COLUMN_TO_SEGMENT,
  COLUMN_CUSTOMERS,
  COLUMN_FROM_CUSTOMERS,
  COLUMN_RATE,
  COLUMN_LOW,
  COLUMN_HIGH,
  COLUMN_VALUE_BEFORE,
  COLUMN_VALUE_BETWEEN,
  COLUMN_COUNT
};

static void flow_cell(const void *state, int64_t row, int column, Cell *out)
{
  static const char *const NOT_YET[LANGUAGES] = {"(not yet)", "(尚未购买)"};
  const SegmentFlow *table = state;
  const Segments *segments = &table->options.segments;
  const Flow *flow = &table->flows[row];
  double k = (double)flow->customers, n = (double)flow->from_customers;
  switch (column) {
    case COLUMN_FROM_SEGMENT:
      if (flow->from == FLOW_NOT_YET) {
        cell_static(out, NOT_YET[segments->language]);
      } else {
        rfm_segment_cell(segments, flow->from, out);
      }
      break;
    case COLUMN_TO_SEGMENT:
      rfm_segment_cell(segments, flow->to, out);
      break;
    case COLUMN_CUSTOMERS:
      cell_integer(out, flow->customers);
      break;
    case COLUMN_FROM_CUSTOMERS:
      cell_integer(out, flow->from_customers);
      break;
    case COLUMN_RATE:
      cell_ratio(out, k, n);
      break;
    case COLUMN_LOW:
      wilson_low_cell(out, k, n);
      break;
    case COLUMN_HIGH:
      wilson_high_cell(out, k, n);
      break;
    case COLUMN_VALUE_BEFORE:
      cell_real(out, flow->value_before);
      break;
    default:
      cell_real(out, flow->value_between);
  }
}

static void flow_free(void *state)
{
  SegmentFlow *flow = state;
  mem_free(flow->flows);
  flow->flows = NULL;
  rfm_options_free(&flow->options);
}

static const ParamSpec PARAMS[] = {
  [ARG_SOURCE] = EVENT_SOURCE_PARAM(EVENT_VALUES),
  [ARG_SINCE] =
    {"since", PARAM_TIME, NULL, 0, 0, NULL,
     "the earlier instant, UTC; a date alone is the end of the day before, so that the flow begins with its day"},
  [ARG_UNTIL] =
    {"until", PARAM_TIME, "", 0, 0, NULL,
     "the later instant, UTC; a date alone is its whole day. Left out: as_of, hence the newest time in the source"},
  RFM_PARAMS,
};
_Static_assert(COUNT_OF(PARAMS) == ARG_COUNT, "a parameter is not numbered");

static const ColumnSpec COLUMNS[] = {
  [COLUMN_FROM_SEGMENT] = {"from_segment", "TEXT",
                           "segment before since; '(not yet)' for who had not bought; NULL where no custom rule fits"},
  [COLUMN_TO_SEGMENT] = {"to_segment", "TEXT", "segment at until; NULL where no custom rule fits"},
  [COLUMN_CUSTOMERS] = {"customers", "INTEGER", "customers who went this way"},
  [COLUMN_FROM_CUSTOMERS] = {"from_customers", "INTEGER", "all customers of from_segment"},
  [COLUMN_RATE] = {"rate", "REAL", "customers / from_customers"},
  [COLUMN_LOW] = {"low", "REAL", "lower end of the rate's 95 % Wilson interval"},
  [COLUMN_HIGH] = {"high", "REAL", "upper end of the rate's 95 % Wilson interval"},
  [COLUMN_VALUE_BEFORE] = {"value_before", "REAL", "what they had bought before since: sum of the values"},
  [COLUMN_VALUE_BETWEEN] = {"value_between", "REAL", "what they bought from since up to until"},
};
_Static_assert(COUNT_OF(COLUMNS) == COLUMN_COUNT, "a column is not numbered");

const TableSpec segment_flow_table = {
  .name = "segment_flow",
  .doc =
    {
      .summary = "Counts how many customers moved from which RFM segment to which between two dates.",
      .result = "A row per pair of segments that some customer went between, staying included; every customer with a "
                "purchase up to until is in one row.",
      .nulls = "Rows without customer or time do not take part; a NULL value counts as 0; no rows, no flows.",
      .errors = RFM_OPTION_ERRORS "; since that is not before until.",
      .example = "SELECT from_segment, to_segment, customers, round(rate, 3) AS rate FROM segment_flow((SELECT "
                 "retain_log(customer_id, ordered_at, amount) FROM demo_orders(200, 1)), '2025-07-01')",
      .formula = "segments as in rfm() with as_of = since and as_of = until; rate = customers / from_customers, with "
                 "the Wilson (1927) interval at level 0.95",
    },
  .columns = COLUMNS,
  .n_columns = COUNT_OF(COLUMNS),
  .params = PARAMS,
  .n_params = COUNT_OF(PARAMS),
  .has_source = true,
  .by_segment = true,
  .value = VALUE_REQUIRED,
  .state_size = sizeof(SegmentFlow),
  .compute = flow_compute,
  .cell = flow_cell,
  .free = flow_free,
};
