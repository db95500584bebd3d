/*
** logo_retention(source[, grain, …]): who stayed, who came and who went, period by period, by the cover
** of their contracts.
**
**   SELECT period, start_customers, retained, retention_rate, retention_low, retention_high
**     FROM logo_retention('contracts') WHERE complete;
**
** R1  As retention_by_period(), but a customer at an instant is one with a contract that covers the time just before
**     it, whatever it costs: start < instant and the end not before it.
** R2  start = retained + lost; end = retained + resurrected + new. new_customers: first cover ever in the period and
**     still covered at its end; new_lost: first cover ever, and not covered at its end.
** R3  Changes of a customer within an hour are one: a contract that replaces another is no loss.
*/
#include "contract_source.h"
#include "core/contracts/mrr.h"
#include "fn/numerics/wilson_cell.h"
#include "glue/deal.h"

enum {
  ARG_SOURCE,
  ARG_GRAIN,
  CONTRACT_ARGS,
  ARG_COUNT
};

enum {
  COLUMN_PERIOD,
  COLUMN_START_CUSTOMERS,
  COLUMN_NEW_CUSTOMERS,
  COLUMN_RETAINED,
  COLUMN_RESURRECTED,
  COLUMN_LOST,
  COLUMN_END_CUSTOMERS,
  COLUMN_NEW_LOST,
  COLUMN_RETENTION_RATE,
  COLUMN_RETENTION_LOW,
  COLUMN_RETENTION_HIGH,
  COLUMN_CRR,
  COLUMN_CHURN_RATE,
  COLUMN_PULSE,
  COLUMN_COMPLETE,
  COLUMN_COUNT
};

typedef struct State {
  ContractSource source;
  Mrr mrr;
  Grain grain;
} State;

static Status compute(Call *call, void *out, int64_t *n_rows)
{
  State *state = out;
  state->grain = call_grain(call, ARG_GRAIN);
  Status status = contracts_read(call, &state->source, ARG_CUSTOMER_COLUMN, false);
  if (status == STATUS_OK) {
    status = mrr_build(&state->mrr, &state->source.contracts, state->grain, state->source.zone, true, call_watch(call));
  }
  if (state->mrr.too_long) {
    return call_fail(call, "the contracts span more than %d periods; take a coarser grain, or look for wrong times",
                     MRR_ROWS_MAX);
  }
  *n_rows = state->mrr.periods;
  return status == STATUS_OK ? deal_count_rows(call, state->mrr.periods) : status;
}

static void rate_cell(const MrrRow *row, int column, Cell *out)
{
  double start = (double)row->start_customers, lost = (double)row->churned;
  switch (column) {
    case COLUMN_RETENTION_RATE:
      cell_ratio(out, start - lost, start);
      break;
    case COLUMN_RETENTION_LOW:
      wilson_low_cell(out, start - lost, start);
      break;
    case COLUMN_RETENTION_HIGH:
      wilson_high_cell(out, start - lost, start);
      break;
    case COLUMN_CRR:
      cell_ratio(out, (double)(row->end_customers - row->new_customers), start);
      break;
    case COLUMN_CHURN_RATE:
      cell_ratio(out, lost, start);
      break;
    case COLUMN_PULSE:
      cell_ratio(out, (double)(row->new_customers + row->reactivated), lost);
      break;
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
    case COLUMN_START_CUSTOMERS:
      cell_integer(out, row->start_customers);
      break;
    case COLUMN_NEW_CUSTOMERS:
      cell_integer(out, row->new_customers);
      break;
    case COLUMN_RETAINED:
      cell_integer(out, row->start_customers - row->churned);
      break;
    case COLUMN_RESURRECTED:
      cell_integer(out, row->reactivated);
      break;
    case COLUMN_LOST:
      cell_integer(out, row->churned);
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
    default:
      rate_cell(row, column, out);
  }
}

static void state_free(void *in)
{
  State *state = in;
  contract_source_free(&state->source);
  mrr_free(&state->mrr);
}

static const ColumnSpec COLUMNS[] = {
  [COLUMN_PERIOD] = {"period", "TEXT", "first civil day of the period"},
  [COLUMN_START_CUSTOMERS] = {"start_customers", "INTEGER", "customers covered by a contract just before the period"},
  [COLUMN_NEW_CUSTOMERS] = {"new_customers", "INTEGER",
                            "customers at the end whose first cover ever began in the period"},
  [COLUMN_RETAINED] = {"retained", "INTEGER", "customers at the start who still are at the end"},
  [COLUMN_RESURRECTED] = {"resurrected", "INTEGER",
                          "customers at the end who were not customers at the start, but had been before"},
  [COLUMN_LOST] = {"lost", "INTEGER", "customers at the start who are no longer customers at the end"},
  [COLUMN_END_CUSTOMERS] = {"end_customers", "INTEGER",
                            "customers at the end = retained + resurrected + new_customers"},
  [COLUMN_NEW_LOST] = {"new_lost", "INTEGER",
                       "customers whose first cover ever began and ended within the period; in no other column"},
  [COLUMN_RETENTION_RATE] = {"retention_rate", "REAL", "retained / start_customers"},
  [COLUMN_RETENTION_LOW] = {"retention_low", "REAL", "lower end of its 95 % Wilson interval"},
  [COLUMN_RETENTION_HIGH] = {"retention_high", "REAL", "upper end of its 95 % Wilson interval"},
  [COLUMN_CRR] = {"crr", "REAL", "count form: (end_customers - new_customers) / start_customers"},
  [COLUMN_CHURN_RATE] = {"churn_rate", "REAL", "lost / start_customers = 1 - retention_rate"},
  [COLUMN_PULSE] = {"pulse", "REAL", "(new_customers + resurrected) / lost: above 1 the customer base grows"},
  [COLUMN_COMPLETE] = {"complete", "INTEGER", "1 where the whole period lies before as_of, else 0"},
};
_Static_assert(COUNT_OF(COLUMNS) == COLUMN_COUNT, "a column is not numbered");

static const ParamSpec PARAMS[] = {
  [ARG_SOURCE] = CONTRACT_SOURCE_PARAM,
  [ARG_GRAIN] = GRAIN_PARAM,
  CONTRACT_PARAMS,
};
_Static_assert(COUNT_OF(PARAMS) == ARG_COUNT, "a parameter is not numbered");

const TableSpec logo_retention_table = {
  .name = "logo_retention",
  .doc =
    {
      .summary = "Shows retention, churn and movement of customers period by period, by the cover of their contracts.",
      .result = "A row per period from the first start to as_of, in order.",
      .nulls = CONTRACT_NULLS "a rate of nobody (0/0) is NULL.",
      .errors = CONTRACT_ERRORS "; more than " NUMBER_TEXT(MRR_ROWS_MAX) " periods. Amounts are not read.",
      .example = "SELECT period, start_customers, retained, lost, retention_rate, retention_low, retention_high FROM "
                 "logo_retention('demo_contracts') WHERE as_of = '2025-12-31'",
      .formula =
        "retention_rate = |customers at start and at end| / |customers at start|; a customer at an instant is covered "
        "by a contract just before it; changes within an hour count as one; interval: Wilson 1927, level 0.95",
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
