/*
** renewals(source[, grace, grain, …]): contracts up for renewal, period by period: renewed, late,
** churned.
**
**   SELECT * FROM renewals('contracts') WHERE grace = '14 days';
**
** R1  A contract is up for renewal in the calendar period in which it ends; contracts whose end lies after as_of, or
**     that have none, are not. One row per period from that of the first end to that of as_of.
** R2  Renewed: another contract of the customer begins from `early` before the end to `grace` after
**     it, and after the contract began. Each contract renews one (core/contracts/renewals.h says which). What replaces
**     a contract with another amount renews it.
** R3  Decided: the grace after the end has passed at as_of. renewed and churned count decided contracts: up_for_renewal
**     = renewed + churned + pending. late: of the renewed, those whose next contract began more than an hour after the
**     end. pending_renewed: of the pending, those renewed so far; no rate counts them, since who renews early would be
**     counted before who does not.
** R4  logo_rate = renewed / (renewed + churned), with its Wilson interval; dollar_rate = value_renewed / value_decided,
**     both at the old amounts. value_next: what the renewed contracts' successors cost.
** R5  complete: all that can end in the period is decided at as_of.
*/
#include "core/contracts/renewals.h"
#include "contract_source.h"
#include "fn/numerics/wilson_cell.h"
#include "glue/deal.h"

enum {
  ARG_SOURCE,
  ARG_GRACE,
  ARG_GRAIN,
  ARG_EARLY,
  CONTRACT_ARGS,
  ARG_COUNT
};

enum {
  COLUMN_PERIOD,
  COLUMN_UP_FOR_RENEWAL,
  COLUMN_RENEWED,
  COLUMN_LATE,
  COLUMN_CHURNED,
  COLUMN_PENDING,
  COLUMN_PENDING_RENEWED,
  COLUMN_LOGO_RATE,
  COLUMN_LOGO_LOW,
  COLUMN_LOGO_HIGH,
  COLUMN_VALUE_UP,
  COLUMN_VALUE_DECIDED,
  COLUMN_VALUE_RENEWED,
  COLUMN_VALUE_NEXT,
  COLUMN_DOLLAR_RATE,
  COLUMN_COMPLETE,
  COLUMN_COUNT
};

typedef struct State {
  ContractSource source;
  Renewals renewals;
  RenewalRule rule;
} State;

static Status compute(Call *call, void *out, int64_t *n_rows)
{
  State *state = out;
  state->rule = (RenewalRule){.grain = call_grain(call, ARG_GRAIN),
                              .grace = call_duration(call, ARG_GRACE),
                              .early = call_duration(call, ARG_EARLY)};
  Status status = contracts_read(call, &state->source, ARG_CUSTOMER_COLUMN, true);
  if (status == STATUS_OK) {
    state->rule.zone = state->source.zone;
    status = renewals_build(&state->renewals, &state->source.contracts, &state->rule, call_watch(call));
  }
  if (state->renewals.too_long) {
    return call_fail(call, "the ends span more than %d periods; take a coarser grain, or look for wrong times",
                     RENEWAL_ROWS_MAX);
  }
  *n_rows = state->renewals.periods;
  return status == STATUS_OK ? deal_count_rows(call, state->renewals.periods) : status;
}

static void cell(const void *in, int64_t i, int column, Cell *out)
{
  const State *state = in;
  const Contracts *contracts = &state->source.contracts;
  const RenewalRow *row = state->renewals.rows + i;
  int64_t period = state->renewals.first + i;
  switch (column) {
    case COLUMN_PERIOD:
      cell_period(out, state->rule.grain, period);
      break;
    case COLUMN_UP_FOR_RENEWAL:
      cell_integer(out, row->up);
      break;
    case COLUMN_RENEWED:
      cell_integer(out, row->renewed);
      break;
    case COLUMN_LATE:
      cell_integer(out, row->late);
      break;
    case COLUMN_CHURNED:
      cell_integer(out, row->decided - row->renewed);
      break;
    case COLUMN_PENDING:
      cell_integer(out, row->up - row->decided);
      break;
    case COLUMN_PENDING_RENEWED:
      cell_integer(out, row->pending_renewed);
      break;
    case COLUMN_LOGO_RATE:
      cell_ratio(out, (double)row->renewed, (double)row->decided);
      break;
    case COLUMN_LOGO_LOW:
      wilson_low_cell(out, (double)row->renewed, (double)row->decided);
      break;
    case COLUMN_LOGO_HIGH:
      wilson_high_cell(out, (double)row->renewed, (double)row->decided);
      break;
    case COLUMN_VALUE_UP:
      cell_real(out, contracts_money(contracts, sum_value(&row->value_up)));
      break;
    case COLUMN_VALUE_DECIDED:
      cell_real(out, contracts_money(contracts, sum_value(&row->value_decided)));
      break;
    case COLUMN_VALUE_RENEWED:
      cell_real(out, contracts_money(contracts, sum_value(&row->value_renewed)));
      break;
    case COLUMN_VALUE_NEXT:
      cell_real(out, contracts_money(contracts, sum_value(&row->value_next)));
      break;
    case COLUMN_DOLLAR_RATE:
      cell_ratio(out, sum_value(&row->value_renewed), sum_value(&row->value_decided));
      break;
    case COLUMN_COMPLETE:
      cell_bool(out,
                time_add(period_start(state->rule.grain, period + 1), state->rule.grace, 1) <= state->source.today);
      break;
  }
}

static void state_free(void *in)
{
  State *state = in;
  contract_source_free(&state->source);
  renewals_free(&state->renewals);
}

static const ColumnSpec COLUMNS[] = {
  [COLUMN_PERIOD] = {"period", "TEXT", "first civil day of the period"},
  [COLUMN_UP_FOR_RENEWAL] = {"up_for_renewal", "INTEGER", "contracts that ended in it = renewed + churned + pending"},
  [COLUMN_RENEWED] = {"renewed", "INTEGER", "of the decided ones: renewed at the latest within the grace"},
  [COLUMN_LATE] = {"late", "INTEGER", "of the renewed: after the end, but within the grace"},
  [COLUMN_CHURNED] = {"churned", "INTEGER", "of the decided ones: not renewed"},
  [COLUMN_PENDING] = {"pending", "INTEGER", "not decided: the grace has not passed at as_of"},
  [COLUMN_PENDING_RENEWED] = {"pending_renewed", "INTEGER", "of the pending: renewed already; in no rate"},
  [COLUMN_LOGO_RATE] = {"logo_rate", "REAL", "renewed / (renewed + churned)"},
  [COLUMN_LOGO_LOW] = {"logo_low", "REAL", "lower end of its 95 % Wilson interval"},
  [COLUMN_LOGO_HIGH] = {"logo_high", "REAL", "upper end of its 95 % Wilson interval"},
  [COLUMN_VALUE_UP] = {"value_up", "REAL", "what the contracts up for renewal paid per month"},
  [COLUMN_VALUE_DECIDED] = {"value_decided", "REAL", "of it, that of the decided ones"},
  [COLUMN_VALUE_RENEWED] = {"value_renewed", "REAL", "of that, that of the renewed ones"},
  [COLUMN_VALUE_NEXT] = {"value_next", "REAL", "what those pay per month that renewed them"},
  [COLUMN_DOLLAR_RATE] = {"dollar_rate", "REAL", "value_renewed / value_decided: at the old amounts"},
  [COLUMN_COMPLETE] = {"complete", "INTEGER", "1 where the period and the grace after it lie before as_of, else 0"},
};
_Static_assert(COUNT_OF(COLUMNS) == COLUMN_COUNT, "a column is not numbered");

static const ParamSpec PARAMS[] = {
  [ARG_SOURCE] = CONTRACT_SOURCE_PARAM,
  [ARG_GRACE] = {"grace", PARAM_DURATION, "14 days", 0, 0, NULL,
                 "how long after the end a new contract still renews the old one"},
  [ARG_GRAIN] = GRAIN_PARAM,
  [ARG_EARLY] = {"early", PARAM_DURATION, "30 days", 0, 0, NULL,
                 "how long before the end a new contract already renews the old one"},
  CONTRACT_PARAMS,
};
_Static_assert(COUNT_OF(PARAMS) == ARG_COUNT, "a parameter is not numbered");

const TableSpec renewals_table = {
  .name = "renewals",
  .doc =
    {
      .summary = "Shows contracts up for renewal period by period: renewed, late, churned, with logo and dollar rates.",
      .result = "A row per period, from that of the first end to that of as_of, in order.",
      .nulls = CONTRACT_NULLS "a rate of nothing decided (0/0) is NULL.",
      .errors = CONTRACT_ERRORS "; more than " NUMBER_TEXT(RENEWAL_ROWS_MAX) " periods.",
      .example = "SELECT period, up_for_renewal, renewed, late, churned, pending, logo_rate, dollar_rate FROM "
                 "renewals('demo_contracts') WHERE as_of = '2025-12-31' AND grace = '14 days'",
      .formula = "logo_rate = renewed / decided, dollar_rate the same in old amounts; a contract is renewed by another "
                 "of its customer that begins between `early` before and `grace` after its end, later than it began "
                 "itself, and ends later; each renews at most one",
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
