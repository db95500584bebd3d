/*
** subscribers(source[, unit, grace, …]): one row per customer of its contracts: how long, and whether it has left. What
** survival_curve(), cox_model() and the like read.
**
**   CREATE TABLE lives AS SELECT * FROM subscribers('contracts');
**   SELECT * FROM survival_curve('lives', 'tenure', 'churned');
**
** R1  A row per customer with a contract that has begun by as_of.
** R2  started_at: when its first contract began. ended_at: up to when its contracts cover it, NULL while one covers
**     as_of.
** R3  tenure: from started_at to ended_at, or to as_of (a date alone to the end of that day), in units of 24 hours, 7,
**     30.4375 or 365.25 days; gaps count.
** R4  churned: 1 where nothing covers as_of and the grace after ended_at has passed. 0: it goes on, or may yet renew;
**     its tenure is censored.
** R5  returns: how often it came back after a gap longer than the grace. amount: per month, of all its contracts that
**     cover its last instant.
*/
#include "core/contracts/subscribers.h"

#include "contract_source.h"
#include "core/base/mem.h"
#include "glue/deal.h"

enum {
  ARG_SOURCE,
  ARG_UNIT,
  ARG_GRACE,
  CONTRACT_ARGS,
  ARG_COUNT
};

enum {
  COLUMN_CUSTOMER,
  COLUMN_STARTED_AT,
  COLUMN_ENDED_AT,
  COLUMN_TENURE,
  COLUMN_CHURNED,
  COLUMN_AMOUNT,
  COLUMN_CONTRACTS,
  COLUMN_RETURNS,
  COLUMN_COUNT
};

typedef struct State {
  ContractSource source;
  Subscriber *rows;
  double unit; /* ms */
} State;

static Status compute(Call *call, void *out, int64_t *n_rows)
{
  static const double UNIT_DAYS[] = {1, 7, 30.4375, 365.25};
  State *state = out;
  state->unit = UNIT_DAYS[call_choice(call, ARG_UNIT)] * MS_PER_DAY;
  Status status = contracts_read(call, &state->source, ARG_CUSTOMER_COLUMN, true);
  if (status == STATUS_OK) {
    status = subscribers_find(&state->source.contracts, call_duration(call, ARG_GRACE), &state->rows, n_rows,
                              call_watch(call));
  }
  return status == STATUS_OK ? deal_count_rows(call, *n_rows) : status;
}

static void cell(const void *in, int64_t i, int column, Cell *out)
{
  const State *state = in;
  const Subscriber *row = state->rows + i;
  switch (column) {
    case COLUMN_CUSTOMER:
      cell_customer(out, &state->source.fields[CONTRACT_FIELD_CUSTOMER].keys, row->customer);
      break;
    case COLUMN_STARTED_AT:
      cell_time(out, row->start);
      break;
    case COLUMN_ENDED_AT:
      if (row->running) {
        cell_null(out);
      } else {
        cell_time(out, row->end);
      }
      break;
    case COLUMN_TENURE:
      cell_real(out, (double)row->observed / state->unit);
      break;
    case COLUMN_CHURNED:
      cell_bool(out, row->churned);
      break;
    case COLUMN_AMOUNT:
      cell_real(out, contracts_money(&state->source.contracts, row->amount));
      break;
    case COLUMN_CONTRACTS:
      cell_integer(out, row->contracts);
      break;
    case COLUMN_RETURNS:
      cell_integer(out, row->returns);
      break;
  }
}

static void state_free(void *in)
{
  State *state = in;
  contract_source_free(&state->source);
  mem_free(state->rows);
}

static const ColumnSpec COLUMNS[] = {
  [COLUMN_CUSTOMER] = {"customer", "", "the customer's key"},
  [COLUMN_STARTED_AT] = {"started_at", "TEXT", "when its first contract began, 'YYYY-MM-DD HH:MM:SS' UTC"},
  [COLUMN_ENDED_AT] = {"ended_at", "TEXT",
                       "up to when its contracts cover it, 'YYYY-MM-DD HH:MM:SS' UTC; NULL while one covers as_of"},
  [COLUMN_TENURE] = {"tenure", "REAL", "from started_at to ended_at, or to as_of, in units; gaps count"},
  [COLUMN_CHURNED] = {"churned", "INTEGER",
                      "1 where nothing covers as_of and the grace has passed; 0: tenure is censored"},
  [COLUMN_AMOUNT] = {"amount", "REAL", "what its contracts cost per month at its last instant"},
  [COLUMN_CONTRACTS] = {"contracts", "INTEGER", "contracts that had begun by as_of"},
  [COLUMN_RETURNS] = {"returns", "INTEGER", "how often it came back after a gap longer than the grace"},
};
_Static_assert(COUNT_OF(COLUMNS) == COLUMN_COUNT, "a column is not numbered");

static const ParamSpec PARAMS[] = {
  [ARG_SOURCE] = CONTRACT_SOURCE_PARAM,
  [ARG_UNIT] = {"unit", PARAM_CHOICE, "month", 0, 0, "day|week|month|year",
                "of tenure: day, week, month (30.4375 days) or year (365.25)"},
  [ARG_GRACE] = {"grace", PARAM_DURATION, "14 days", 0, 0, NULL,
                 "how long after an end a contract may begin, such as '14 days', without having left"},
  CONTRACT_PARAMS,
};
_Static_assert(COUNT_OF(PARAMS) == ARG_COUNT, "a parameter is not numbered");

const TableSpec subscribers_table = {
  .name = "subscribers",
  .doc =
    {
      .summary = "Makes contracts one row per customer, with tenure and churned, for survival functions to read.",
      .result = "A row per customer with a contract that has begun by as_of.",
      .nulls = CONTRACT_NULLS "ended_at is NULL while a contract covers as_of.",
      .errors = CONTRACT_ERRORS "; an unknown unit; an invalid grace.",
      .example = "SELECT customer, started_at, ended_at, round(tenure, 2) AS tenure, churned, amount FROM "
                 "subscribers('demo_contracts') WHERE as_of = '2025-12-31' LIMIT 5",
      .formula = "tenure = (ended_at, or as_of, - started_at) / unit; churned = ended_at + grace <= as_of",
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
