/*
** mrr_movements(source[, grain, …]): monthly recurring revenue, what it gained and lost, period by
** period.
**
**   SELECT period, new, expansion, contraction, churn, reactivation, mrr_end, nrr, grr, quick_ratio
**     FROM mrr_movements('subscriptions');
**
** R1  One row per calendar period, from that of the first start to that of as_of. `period` is the first
**     civil day of the period, whatever the grain.
** R2  mrr_start: the sum of the amounts of the contracts that cover the time just before the period; mrr_end: just
**     before the next (in the period of as_of: at as_of). A contract that begins or ends at the period's first instant
**     does so in it.
** R3  Movements are each customer's difference from start to end: new (from 0, first revenue ever in the period),
**     reactivation (from 0, else), churn (to 0), expansion, contraction. mrr_end = mrr_start + new + expansion +
**     reactivation - contraction - churn. Of a customer whose first revenue came and went inside a period only new_lost
**     knows.
** R4  Overlapping contracts add up; changes of a customer within an hour are one (core/contracts/contracts.h).
** R5  nrr = (mrr_start + expansion - contraction - churn) / mrr_start, with reactivation added where asked; grr without
**     expansion; quick_ratio = (new + expansion + reactivation) / (contraction + churn), NULL where nothing was lost.
** R6  Amounts of at most four decimals are summed exactly.
** R7  complete: the period had passed at as_of.
*/
#include <math.h>

#include "contract_source.h"
#include "core/contracts/mrr.h"
#include "glue/deal.h"

enum {
  ARG_SOURCE,
  ARG_GRAIN,
  ARG_REACTIVATION_IN_NRR,
  CONTRACT_ARGS,
  ARG_COUNT
};

enum {
  COLUMN_PERIOD,
  COLUMN_MRR_START,
  COLUMN_NEW,
  COLUMN_EXPANSION,
  COLUMN_CONTRACTION,
  COLUMN_CHURN,
  COLUMN_REACTIVATION,
  COLUMN_MRR_END,
  COLUMN_NRR,
  COLUMN_GRR,
  COLUMN_QUICK_RATIO,
  COLUMN_START_CUSTOMERS,
  COLUMN_NEW_CUSTOMERS,
  COLUMN_EXPANDED_CUSTOMERS,
  COLUMN_CONTRACTED_CUSTOMERS,
  COLUMN_CHURNED_CUSTOMERS,
  COLUMN_REACTIVATED_CUSTOMERS,
  COLUMN_END_CUSTOMERS,
  COLUMN_NEW_LOST,
  COLUMN_COMPLETE,
  COLUMN_COUNT
};

typedef struct State {
  ContractSource source;
  Mrr mrr;
  Grain grain;
  bool reactivation;
} State;

static Status compute(Call *call, void *out, int64_t *n_rows)
{
  State *state = out;
  state->grain = call_grain(call, ARG_GRAIN);
  state->reactivation = call_choice(call, ARG_REACTIVATION_IN_NRR) == 1;
  Status status = contracts_read(call, &state->source, ARG_CUSTOMER_COLUMN, true);
  if (status == STATUS_OK) {
    status =
      mrr_build(&state->mrr, &state->source.contracts, state->grain, state->source.zone, false, call_watch(call));
  }
  if (state->mrr.too_long) {
    return call_fail(call, "the contracts span more than %d periods; take a coarser grain, or look for wrong times",
                     MRR_ROWS_MAX);
  }
  *n_rows = state->mrr.periods;
  return status == STATUS_OK ? deal_count_rows(call, state->mrr.periods) : status;
}

static void money_cell(const State *state, const Sum *sum, Cell *out)
{
  cell_real(out, contracts_money(&state->source.contracts, sum_value(sum)));
}

static void rate_cell(const State *state, const MrrRow *row, int column, Cell *out)
{
  double start = sum_value(&row->start), gained = sum_value(&row->expansion), back = sum_value(&row->reactivation);
  double lost = sum_value(&row->contraction) + sum_value(&row->churn);
  switch (column) {
    case COLUMN_NRR:
      /* below 0 by rounding only */
      cell_ratio(out, fmax(start + gained - lost + (state->reactivation ? back : 0), 0), start);
      break;
    case COLUMN_GRR:
      cell_ratio(out, fmax(start - lost, 0), start);
      break;
    default:
      cell_ratio(out, sum_value(&row->new_revenue) + gained + back, lost);
  }
}

static void cell(const void *in, int64_t i, int column, Cell *out)
{
  const State *state = in;
  const MrrRow *row = state->mrr.rows + i;
  int64_t period = state->mrr.first + i;
  switch (column) {
    case COLUMN_PERIOD:
      cell_period(out, state->grain, period);
      break;
    case COLUMN_MRR_START:
      money_cell(state, &row->start, out);
      break;
    case COLUMN_NEW:
      money_cell(state, &row->new_revenue, out);
      break;
    case COLUMN_EXPANSION:
      money_cell(state, &row->expansion, out);
      break;
    case COLUMN_CONTRACTION:
      money_cell(state, &row->contraction, out);
      break;
    case COLUMN_CHURN:
      money_cell(state, &row->churn, out);
      break;
    case COLUMN_REACTIVATION:
      money_cell(state, &row->reactivation, out);
      break;
    case COLUMN_MRR_END:
      money_cell(state, &row->end, out);
      break;
    case COLUMN_NRR:
    case COLUMN_GRR:
    case COLUMN_QUICK_RATIO:
      rate_cell(state, row, column, out);
      break;
    case COLUMN_START_CUSTOMERS:
      cell_integer(out, row->start_customers);
      break;
    case COLUMN_NEW_CUSTOMERS:
      cell_integer(out, row->new_customers);
      break;
    case COLUMN_EXPANDED_CUSTOMERS:
      cell_integer(out, row->expanded);
      break;
    case COLUMN_CONTRACTED_CUSTOMERS:
      cell_integer(out, row->contracted);
      break;
    case COLUMN_CHURNED_CUSTOMERS:
      cell_integer(out, row->churned);
      break;
    case COLUMN_REACTIVATED_CUSTOMERS:
      cell_integer(out, row->reactivated);
      break;
    case COLUMN_END_CUSTOMERS:
      cell_integer(out, row->end_customers);
      break;
    case COLUMN_NEW_LOST:
      cell_integer(out, row->new_lost);
      break;
    case COLUMN_COMPLETE:
      cell_bool(out, period_start(state->grain, period + 1) <= state->source.today);
      break;
  }
}

static void state_free(void *in)
{
  State *state = in;
  contract_source_free(&state->source);
  mrr_free(&state->mrr);
}

static const ColumnSpec COLUMNS[] = {
  [COLUMN_PERIOD] = {"period", "TEXT", "first civil day of the period, whatever the grain"},
  [COLUMN_MRR_START] = {"mrr_start", "REAL", "revenue per month just before the period"},
  [COLUMN_NEW] = {"new", "REAL", "of customers whose first revenue ever lies in the period"},
  [COLUMN_EXPANSION] = {"expansion", "REAL", "what customers pay more than at the start"},
  [COLUMN_CONTRACTION] = {"contraction", "REAL", "what customers pay less, and not nothing"},
  [COLUMN_CHURN] = {"churn", "REAL", "what those paid at the start who pay nothing at the end"},
  [COLUMN_REACTIVATION] = {"reactivation", "REAL", "of customers who had paid before, but not at the start"},
  [COLUMN_MRR_END] = {"mrr_end", "REAL", "mrr_start + new + expansion + reactivation - contraction - churn"},
  [COLUMN_NRR] = {"nrr", "REAL", "net revenue retention: (mrr_start + expansion - contraction - churn) / mrr_start"},
  [COLUMN_GRR] = {"grr", "REAL", "gross revenue retention: (mrr_start - contraction - churn) / mrr_start"},
  [COLUMN_QUICK_RATIO] = {"quick_ratio", "REAL",
                          "(new + expansion + reactivation) / (contraction + churn); NULL where nothing was lost"},
  [COLUMN_START_CUSTOMERS] = {"start_customers", "INTEGER", "customers with revenue just before the period"},
  [COLUMN_NEW_CUSTOMERS] = {"new_customers", "INTEGER", "customers behind new"},
  [COLUMN_EXPANDED_CUSTOMERS] = {"expanded_customers", "INTEGER", "customers behind expansion"},
  [COLUMN_CONTRACTED_CUSTOMERS] = {"contracted_customers", "INTEGER", "customers behind contraction"},
  [COLUMN_CHURNED_CUSTOMERS] = {"churned_customers", "INTEGER", "customers behind churn"},
  [COLUMN_REACTIVATED_CUSTOMERS] = {"reactivated_customers", "INTEGER", "customers behind reactivation"},
  [COLUMN_END_CUSTOMERS] = {"end_customers", "INTEGER", "customers at the end = start + new + reactivated - churned"},
  [COLUMN_NEW_LOST] = {"new_lost", "INTEGER",
                       "customers whose first revenue ever came and went within the period; in no other column"},
  [COLUMN_COMPLETE] = {"complete", "INTEGER", "1 where the whole period lies before as_of, else 0"},
};
_Static_assert(COUNT_OF(COLUMNS) == COLUMN_COUNT, "a column is not numbered");

static const ParamSpec PARAMS[] = {
  [ARG_SOURCE] = CONTRACT_SOURCE_PARAM,
  [ARG_GRAIN] = GRAIN_PARAM,
  [ARG_REACTIVATION_IN_NRR] = {"reactivation_in_nrr", PARAM_CHOICE, "no", 0, 0, "no|yes",
                               "whether nrr counts reactivation: no (the usual definition) or yes"},
  CONTRACT_PARAMS,
};
_Static_assert(COUNT_OF(PARAMS) == ARG_COUNT, "a parameter is not numbered");

const TableSpec mrr_movements_table = {
  .name = "mrr_movements",
  .doc =
    {
      .summary = "Shows monthly recurring revenue and its movements: new, expansion, contraction, churn, reactivation; "
                 "NRR, GRR and quick ratio.",
      .result = "A row per period from the first start to as_of, in order.",
      .nulls = CONTRACT_NULLS "nrr and grr are NULL where mrr_start is 0, quick_ratio where nothing was lost.",
      .errors = CONTRACT_ERRORS "; more than " NUMBER_TEXT(MRR_ROWS_MAX) " periods.",
      .example = "SELECT period, new, expansion, contraction, churn, reactivation, mrr_end, nrr, grr, quick_ratio FROM "
                 "mrr_movements('demo_contracts') WHERE as_of = '2025-12-31'",
      .formula = "per customer and period the difference of its revenue just before the period's and the next period's "
                 "first instant: from 0 new (first ever) or reactivation, to 0 churn, else expansion or contraction; "
                 "amounts of contracts that overlap add up; changes within an hour count as one; amounts of at most "
                 "four decimals are summed exactly",
    },
  .columns = COLUMNS,
  .n_columns = COUNT_OF(COLUMNS),
  .params = PARAMS,
  .n_params = COUNT_OF(PARAMS),
  .by_segment = true,
  .state_size = sizeof(State),
  .compute = compute,
  .cell = cell,
  .free = state_free,
};
