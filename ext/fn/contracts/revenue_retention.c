/*
** revenue_retention(source[, grain, …]): the revenue that cohorts of customers kept, by age.
**
**   SELECT cohort, age, base, revenue, nrr, grr FROM revenue_retention('contracts') WHERE complete;
**
** R1  A customer's cohort is the calendar period of its first revenue ever; one row per cohort with customers
**     and age, 0 … the period of as_of.
** R2  Revenue at an age is what the contracts pay that cover the time just before the end of the age's period (in the
**     period of as_of: at as_of); base is that of age 0.
** R3  nrr = revenue / base, reactivations included; grr = the sum of what each customer pays, but at most what it paid
**     at age 0, / base, so that grr <= 1. base is `new` of mrr_movements(), and the revenues of all
**     cohorts in a period are mrr_end.
** R4  complete: the age's period had passed at as_of.
*/
#include "contract_source.h"
#include "core/contracts/revenue_cohorts.h"
#include "glue/deal.h"

enum {
  ARG_SOURCE,
  ARG_GRAIN,
  CONTRACT_ARGS,
  ARG_COUNT
};

enum {
  COLUMN_COHORT,
  COLUMN_AGE,
  COLUMN_PERIOD,
  COLUMN_COHORT_CUSTOMERS,
  COLUMN_CUSTOMERS,
  COLUMN_BASE,
  COLUMN_REVENUE,
  COLUMN_KEPT,
  COLUMN_NRR,
  COLUMN_GRR,
  COLUMN_COMPLETE,
  COLUMN_COUNT
};

typedef struct State {
  ContractSource source;
  RevenueCohorts cohorts;
  Grain grain;
} State;

static Status compute(Call *call, void *out, int64_t *n_rows)
{
  State *state = out;
  state->grain = call_grain(call, ARG_GRAIN);
  Status status = contracts_read(call, &state->source, ARG_CUSTOMER_COLUMN, true);
  if (status == STATUS_OK) {
    status = revenue_cohorts_build(&state->cohorts, &state->source.contracts, state->grain, state->source.zone,
                                   call_watch(call));
  }
  if (state->cohorts.too_long) {
    return call_fail(call, "the contracts span more than %d cells; take a coarser grain, or look for wrong times",
                     REVENUE_CELLS_MAX);
  }
  *n_rows = state->cohorts.n_rows;
  return status == STATUS_OK ? deal_count_rows(call, state->cohorts.n_cells) : status;
}

static void cell(const void *in, int64_t i, int column, Cell *out)
{
  const State *state = in;
  const Contracts *contracts = &state->source.contracts;
  const RevenueRow *row = state->cohorts.rows + i;
  int64_t cohort = state->cohorts.first + row->cohort;
  double base = sum_value(&row->base->revenue);
  switch (column) {
    case COLUMN_COHORT:
      cell_period(out, state->grain, cohort);
      break;
    case COLUMN_AGE:
      cell_integer(out, row->age);
      break;
    case COLUMN_PERIOD:
      cell_period(out, state->grain, cohort + row->age);
      break;
    case COLUMN_COHORT_CUSTOMERS:
      cell_integer(out, row->size);
      break;
    case COLUMN_CUSTOMERS:
      cell_integer(out, row->cell->customers);
      break;
    case COLUMN_BASE:
      cell_real(out, contracts_money(contracts, base));
      break;
    case COLUMN_REVENUE:
      cell_real(out, contracts_money(contracts, sum_value(&row->cell->revenue)));
      break;
    case COLUMN_KEPT:
      cell_real(out, contracts_money(contracts, sum_value(&row->cell->kept)));
      break;
    case COLUMN_NRR:
      cell_ratio(out, sum_value(&row->cell->revenue), base);
      break;
    case COLUMN_GRR:
      cell_ratio(out, sum_value(&row->cell->kept), base);
      break;
    case COLUMN_COMPLETE:
      cell_bool(out, period_start(state->grain, cohort + row->age + 1) <= state->source.today);
      break;
  }
}

static void state_free(void *in)
{
  State *state = in;
  contract_source_free(&state->source);
  revenue_cohorts_free(&state->cohorts);
}

static const ColumnSpec COLUMNS[] = {
  [COLUMN_COHORT] = {"cohort", "TEXT", "first civil day of the period of the customers' first revenue"},
  [COLUMN_AGE] = {"age", "INTEGER", "periods since then: 0, 1, 2 …"},
  [COLUMN_PERIOD] = {"period", "TEXT", "first civil day of the period of that age"},
  [COLUMN_COHORT_CUSTOMERS] = {"cohort_customers", "INTEGER", "customers of the cohort"},
  [COLUMN_CUSTOMERS] = {"customers", "INTEGER", "of these, with revenue at the end of the age's period"},
  [COLUMN_BASE] = {"base", "REAL", "revenue per month at the end of age 0"},
  [COLUMN_REVENUE] = {"revenue", "REAL", "revenue per month at the end of the age's period"},
  [COLUMN_KEPT] = {"kept", "REAL", "of it, from each customer at most what it paid at age 0"},
  [COLUMN_NRR] = {"nrr", "REAL", "net revenue retention: revenue / base"},
  [COLUMN_GRR] = {"grr", "REAL", "gross revenue retention: kept / base"},
  [COLUMN_COMPLETE] = {"complete", "INTEGER", "1 where the age's period lies before as_of, else 0"},
};
_Static_assert(COUNT_OF(COLUMNS) == COLUMN_COUNT, "a column is not numbered");

static const ParamSpec PARAMS[] = {
  [ARG_SOURCE] = CONTRACT_SOURCE_PARAM,
  [ARG_GRAIN] = GRAIN_PARAM,
  CONTRACT_PARAMS,
};
_Static_assert(COUNT_OF(PARAMS) == ARG_COUNT, "a parameter is not numbered");

const TableSpec revenue_retention_table = {
  .name = "revenue_retention",
  .doc =
    {
      .summary = "Shows the revenue kept by cohort and age: net and gross revenue retention curves.",
      .result = "A row per cohort and age, in order.",
      .nulls = CONTRACT_NULLS "nrr and grr are NULL where base is 0.",
      .errors = CONTRACT_ERRORS "; more than " NUMBER_TEXT(REVENUE_CELLS_MAX) " cohorts and ages.",
      .example = "SELECT cohort, age, base, revenue, nrr, grr FROM revenue_retention('demo_contracts', 'quarter') "
                 "WHERE as_of = '2025-12-31'",
      .formula = "revenue at an age: of the contracts that cover the time just before the end of its period; nrr = "
                 "revenue / base; grr = sum of min(revenue, base) over customers / base",
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
