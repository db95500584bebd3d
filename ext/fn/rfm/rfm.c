/*
** rfm(source[, bins, method, scheme, lang, monetary_as, cuts, rules, …]): a row per customer
**
**   SELECT segment, count(*) AS customers, sum(monetary) AS revenue FROM rfm('orders') GROUP BY segment
**   ORDER BY revenue DESC;
**
** R1   recency_days: days from the last purchase to as_of. frequency: the customer's rows in the source. monetary: the
**      sum of their values, or their mean; a NULL value adds 0, a negative one takes off. A refund is a row like any
**      other: where it should not count as a purchase, give retain_log(…) over the rows that should.
** R2   Scores are 1…bins on each axis, and bins is best: core/rfm/rfm.h.
** R3   quantile (default): cut points are type-7 quantiles of the customers. Equal values share a score.
** R4   ntile: NTILE(bins) OVER (ORDER BY recency_days DESC, customer), … (ORDER BY frequency, customer), … (ORDER BY
**      monetary, customer).
** R5   mean: 2 where the customer is better than the mean, else 1. Always 2 bins.
** R6   cuts: JSON with 1…9 ascending numbers per axis. Frequency and monetary above k of them score k + 1; recency
**      above k of them scores bins - k, so that [30, 90] gives 3 up to 30 days, 2 up to 90 days, then 1.
** R7   rfm_score is the three digits, 545; for 10 bins r * 10000 + f * 100 + m.
** R8   Scheme rf25 names r and f, in other than 5 bins stretched onto 1…5: core/rfm/segments.h. rfm8 compares with the
**      mean and needs 2 bins; left out, method is then mean. abc: core/rfm/rfm.h, rfm_classify(), always by the sum.
**      custom: the first rule that fits; none: NULL.
** R9   With segment_column scores are within the segment; score_within = 'all': against the customers of all segments,
**      where one who bought in two of them is two.
*/
#include "core/rfm/rfm.h"

#include "core/base/mem.h"
#include "core/rfm/rfm_pool.h"
#include "fn/events/event_params.h"
#include "glue/deal.h"
#include "rfm_params.h"

enum {
  ARG_SOURCE,
  RFM_ARGS,
  ARG_SCORE_WITHIN,
  ARG_COUNT
};

typedef struct Rfm {
  EventSource source;
  RfmOptions options;
  RfmView view;
  RfmScores scores;
} Rfm;

static bool is_scored_together(const Call *call)
{
  return call_choice(call, ARG_SCORE_WITHIN) == 1;
}

static Status rfm_compute(Call *call, void *state, int64_t *n_rows)
{
  Rfm *rfm = state;
  Status status = rfm_options_read(&rfm->options, call, ARG_BINS);
  if (status == STATUS_OK) {
    status = event_source_read(call, &RFM_ACCUMULATOR, NULL, (EventSourceOptions){0}, &rfm->source);
  }
  if (status != STATUS_OK) {
    return status;
  }
  rfm_totals_settle(&rfm->source.customers, offsetof(RfmState, totals));
  rfm->view = (RfmView){&rfm->source.customers, offsetof(RfmState, totals), rfm->source.as_of, rfm->options.mean,
                        rfm->source.zone};
  *n_rows = rfm->source.customers.count;
  return call_deal(call) && is_scored_together(call) ? STATUS_OK
                                                     : rfm_options_score(&rfm->options, call, &rfm->view, &rfm->scores);
}

/* Scores all segments' customers against each other. */
static Status score_together(const Rfm *first, Call *call, const RfmView *views, RfmScores *const *scores, uint32_t n)
{
  RfmPool pool = {0};
  RfmScores all = {0};
  Status status = rfm_pool_make(&pool, views, n, call_watch(call));
  if (status == STATUS_OK) {
    status = rfm_options_score(&first->options, call, &pool.view, &all);
  }
  if (status == STATUS_OK) {
    status = rfm_pool_share(&pool, &all, views, scores, n);
  }
  rfm_scores_free(&all);
  rfm_pool_free(&pool);
  return status;
}

static Status rfm_together(Call *call, void *const *states, uint32_t n)
{
  if (!is_scored_together(call)) {
    return STATUS_OK;
  }
  RfmView *views = mem_alloc(n, sizeof *views);
  RfmScores **scores = mem_alloc(n, sizeof *scores);
  Status status = STATUS_NOMEM;
  if (views && scores) {
    for (uint32_t i = 0; i < n; i++) {
      Rfm *rfm = states[i];
      views[i] = rfm->view;
      scores[i] = &rfm->scores;
    }
    status = score_together(states[0], call, views, scores, n);
  }
  mem_free(views);
  mem_free(scores);
  return status;
}

enum {
  COLUMN_CUSTOMER,
  COLUMN_FIRST_TIME,
  COLUMN_LAST_TIME,
  COLUMN_RECENCY_DAYS,
  COLUMN_FREQUENCY,
  COLUMN_MONETARY,
  COLUMN_R,
  COLUMN_F,
  COLUMN_M,
  COLUMN_RFM_SCORE,
  COLUMN_SEGMENT,
  COLUMN_COUNT
};

static void score_cell(const Rfm *rfm, uint32_t id, int column, Cell *out)
{
  RfmScore score = rfm_scores_at(&rfm->scores, id);
  switch (column) {
    case COLUMN_R:
      cell_integer(out, score.r);
      break;
    case COLUMN_F:
      cell_integer(out, score.f);
      break;
    case COLUMN_M:
      cell_integer(out, score.m);
      break;
    case COLUMN_RFM_SCORE:
      cell_integer(out, rfm_score_number(score.r, score.f, score.m, rfm->options.bins));
      break;
    default:
      rfm_segment_cell(&rfm->options.segments, segments_find(&rfm->options.segments, score), out);
  }
}

static void rfm_cell(const void *state, int64_t row, int column, Cell *out)
{
  const Rfm *rfm = state;
  uint32_t id = (uint32_t)row;
  const RfmState *customer = customers_state(&rfm->source.customers, id);
  switch (column) {
    case COLUMN_CUSTOMER:
      cell_customer(out, &rfm->source.customers, id);
      break;
    case COLUMN_FIRST_TIME:
      cell_time(out, customer->first);
      break;
    case COLUMN_LAST_TIME:
      cell_time(out, customer->totals.last);
      break;
    case COLUMN_RECENCY_DAYS:
      cell_real(out, rfm_view_value(&rfm->view, id, RFM_RECENCY));
      break;
    case COLUMN_FREQUENCY:
      cell_integer(out, customer->totals.count);
      break;
    case COLUMN_MONETARY:
      cell_real(out, rfm_view_value(&rfm->view, id, RFM_MONETARY));
      break;
    default:
      score_cell(rfm, id, column, out);
  }
}

static void rfm_free(void *state)
{
  Rfm *rfm = state;
  rfm_scores_free(&rfm->scores);
  rfm_options_free(&rfm->options);
  event_source_free(&rfm->source);
}

static const Customers *rfm_customers(const void *state)
{
  return &((const Rfm *)state)->source.customers;
}

static const ParamSpec PARAMS[] = {
  [ARG_SOURCE] = EVENT_SOURCE_PARAM(EVENT_VALUES),
  RFM_PARAMS,
  [ARG_SCORE_WITHIN] =
    {"score_within", PARAM_CHOICE, "segment", 0, 0, "segment|all",
     "with segment_column, whom a customer is scored against: the customers of the segment, or those "
     "of all segments"},
};
_Static_assert(COUNT_OF(PARAMS) == ARG_COUNT, "a parameter is not numbered");

static const ColumnSpec COLUMNS[] = {
  [COLUMN_CUSTOMER] = {"customer", "", "the customer, as in the source"},
  [COLUMN_FIRST_TIME] = {"first_time", "TEXT", "first purchase, UTC"},
  [COLUMN_LAST_TIME] = {"last_time", "TEXT", "last purchase, UTC"},
  [COLUMN_RECENCY_DAYS] = {"recency_days", "REAL", "days from the last purchase to as_of"},
  [COLUMN_FREQUENCY] = {"frequency", "INTEGER", "number of purchases: the customer's rows"},
  [COLUMN_MONETARY] = {"monetary", "REAL",
                       "sum of the values, exact where they have at most four decimals, or their mean (monetary_as)"},
  [COLUMN_R] = {"r", "INTEGER", "recency score, 1…bins, bins bought most recently"},
  [COLUMN_F] = {"f", "INTEGER", "frequency score, 1…bins, bins bought most often"},
  [COLUMN_M] = {"m", "INTEGER", "monetary score, 1…bins, bins is worth most"},
  [COLUMN_RFM_SCORE] = {"rfm_score", "INTEGER",
                        "the three scores as one number, such as 545; r * 10000 + f * 100 + m for 10 bins"},
  [COLUMN_SEGMENT] = {"segment", "TEXT", "name of the segment by scheme and lang; NULL where no custom rule fits"},
};
_Static_assert(COUNT_OF(COLUMNS) == COLUMN_COUNT, "a column is not numbered");

const TableSpec rfm_table = {
  .name = "rfm",
  .doc =
    {
      .summary = "Scores every customer by recency, frequency and monetary value, and names the segment.",
      .result = "A row per customer.",
      .nulls = "Rows without customer or time do not take part; a NULL value counts as 0; no rows, no customers.",
      .errors = RFM_OPTION_ERRORS ".",
      .example = "SELECT segment, count(*) AS customers, round(sum(monetary), 2) AS revenue FROM rfm((SELECT "
                 "retain_log(customer_id, ordered_at, amount) FROM demo_orders(200, 1))) GROUP BY segment ORDER BY "
                 "revenue DESC",
      .formula = "recency = as_of - last purchase, frequency = purchases, monetary = sum of values. Type-7 quantiles "
                 "(Hyndman & Fan 1996); frequency and monetary above k of them score k + 1, recency bins - k",
    },
  .columns = COLUMNS,
  .n_columns = COUNT_OF(COLUMNS),
  .params = PARAMS,
  .n_params = COUNT_OF(PARAMS),
  .has_source = true,
  .by_segment = true,
  .value = VALUE_REQUIRED,
  .value_columns = 1 << COLUMN_MONETARY | 1 << COLUMN_M | 1 << COLUMN_RFM_SCORE | 1 << COLUMN_SEGMENT,
  .state_size = sizeof(Rfm),
  .compute = rfm_compute,
  .together = rfm_together,
  .cell = rfm_cell,
  .free = rfm_free,
  .customers = rfm_customers,
};
