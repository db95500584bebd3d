/*
** contracts_expiring(source[, within, …]): which contracts are due, each customer at its nearest step.
**
**   SELECT customer, ends_at, days_left, step, amount FROM contracts_expiring('contracts') WHERE within = '90,60,30
**   days';
**
** R1  A row per customer with a contract that runs at as_of and ends after it, within the largest step: the one that
**     ends soonest (of equal ends the dearest). In the order of the ends.
** R2  days_left: civil days in time_zone from as_of to the end. step: the smallest step that is not below it, so that
**     a customer stands in one step only; whoever runs this daily acts when step changes.
** R3  others: further contracts of the customer that end within the largest step. covered_after: 1 where another
**     contract of the customer that has begun by as_of goes on after that end, such as an add-on. next_start: when the
**     first contract of the customer begins that begins after as_of and goes on after that end, such as a renewal
**     signed already: as the table has it, whenever that was written. Who is left to talk to: NOT covered_after AND
**     next_start IS NULL.
*/
#include "contract_source.h"
#include "core/base/mem.h"
#include "core/contracts/renewals.h"

enum {
  ARG_SOURCE,
  ARG_WITHIN,
  CONTRACT_ARGS,
  ARG_COUNT
};

enum {
  COLUMN_CUSTOMER,
  COLUMN_STARTED_AT,
  COLUMN_ENDS_AT,
  COLUMN_DAYS_LEFT,
  COLUMN_STEP,
  COLUMN_AMOUNT,
  COLUMN_OTHERS,
  COLUMN_COVERED_AFTER,
  COLUMN_NEXT_START,
  COLUMN_COUNT
};

#define STEPS_MAX 20
#define DAYS_MAX 36525

typedef struct State {
  ContractSource source;
  ExpiringRow *rows;
  int64_t steps[STEPS_MAX];
  int n_steps;
} State;

static bool is_space(char c)
{
  return c == ' ' || c == '\t';
}

/* '90, 60, 30 days'. */
static bool steps_parse(State *state, const char *text)
{
  while (*text) {
    int64_t days = 0;
    while (is_space(*text)) {
      text++;
    }
    if (*text < '0' || *text > '9' || state->n_steps == STEPS_MAX) {
      return false;
    }
    for (; *text >= '0' && *text <= '9'; text++) {
      days = days > DAYS_MAX ? days : days * 10 + (*text - '0');
    }
    while (is_space(*text)) {
      text++;
    }
    const char *unit = "days";
    while (*unit && (*text | 32) == *unit) {
      text++;
      unit++;
    }
    while (is_space(*text)) {
      text++;
    }
    bool whole_unit = unit[0] == 'd' || unit[0] == 's' || !unit[0];
    if (days < 1 || days > DAYS_MAX || !whole_unit || (*text && *text++ != ',') || (text[-1] == ',' && !*text)) {
      return false;
    }
    state->steps[state->n_steps++] = days;
  }
  return state->n_steps > 0;
}

static Status compute(Call *call, void *out, int64_t *n_rows)
{
  State *state = out;
  int64_t most = 0;
  if (!steps_parse(state, call_text(call, ARG_WITHIN))) {
    return call_fail_argument(
      call, ARG_WITHIN,
      "1…" NUMBER_TEXT(STEPS_MAX) " numbers of days, each 1…" NUMBER_TEXT(DAYS_MAX) ", such as '90,60,30 days'");
  }
  for (int i = 0; i < state->n_steps; i++) {
    most = state->steps[i] > most ? state->steps[i] : most;
  }
  state->source.contracts.keep_ahead = true;
  Status status = contracts_read(call, &state->source, ARG_CUSTOMER_COLUMN, true);
  if (status == STATUS_OK) {
    status = contracts_expiring_find(&state->source.contracts, most, state->source.zone, &state->rows, n_rows,
                                     call_watch(call));
  }
  return status;
}

static int64_t step_of(const State *state, int64_t days_left)
{
  int64_t step = DAYS_MAX + 1;
  for (int i = 0; i < state->n_steps; i++) {
    step = state->steps[i] >= days_left && state->steps[i] < step ? state->steps[i] : step;
  }
  return step;
}

static void cell(const void *in, int64_t i, int column, Cell *out)
{
  const State *state = in;
  const ExpiringRow *row = state->rows + i;
  switch (column) {
    case COLUMN_CUSTOMER:
      cell_customer(out, &state->source.fields[CONTRACT_FIELD_CUSTOMER].keys, row->customer);
      break;
    case COLUMN_STARTED_AT:
      cell_time(out, row->contract->start);
      break;
    case COLUMN_ENDS_AT:
      cell_time(out, row->contract->end);
      break;
    case COLUMN_DAYS_LEFT:
      cell_integer(out, row->days_left);
      break;
    case COLUMN_STEP:
      cell_integer(out, step_of(state, row->days_left));
      break;
    case COLUMN_AMOUNT:
      cell_real(out, contracts_money(&state->source.contracts, row->contract->amount));
      break;
    case COLUMN_OTHERS:
      cell_integer(out, row->others);
      break;
    case COLUMN_COVERED_AFTER:
      cell_bool(out, row->covered_after);
      break;
    case COLUMN_NEXT_START:
      if (row->next) {
        cell_time(out, row->next->start);
      } else {
        cell_null(out);
      }
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
  [COLUMN_STARTED_AT] = {"started_at", "TEXT", "when the contract began, 'YYYY-MM-DD HH:MM:SS' UTC"},
  [COLUMN_ENDS_AT] = {"ends_at", "TEXT", "when it ends, 'YYYY-MM-DD HH:MM:SS' UTC"},
  [COLUMN_DAYS_LEFT] = {"days_left", "INTEGER", "civil days from as_of to the end"},
  [COLUMN_STEP] = {"step", "INTEGER", "the smallest step of within that is not below days_left, in days"},
  [COLUMN_AMOUNT] = {"amount", "REAL", "what the contract pays per month"},
  [COLUMN_OTHERS] = {"others", "INTEGER", "further contracts of the customer that end within the largest step"},
  [COLUMN_COVERED_AFTER] = {"covered_after", "INTEGER",
                            "1 where another contract of the customer, begun by as_of, goes on after that end, else 0"},
  [COLUMN_NEXT_START] = {"next_start", "TEXT",
                         "when the customer's next contract begins that is signed already (begins after as_of, goes on "
                         "after that end), 'YYYY-MM-DD HH:MM:SS' UTC; NULL: none"},
};
_Static_assert(COUNT_OF(COLUMNS) == COLUMN_COUNT, "a column is not numbered");

static const ParamSpec PARAMS[] = {
  [ARG_SOURCE] = CONTRACT_SOURCE_PARAM,
  [ARG_WITHIN] = {"within", PARAM_LIST, "90,60,30 days", 0, 0, NULL,
                  "steps: 1 to " NUMBER_TEXT(STEPS_MAX) " numbers of days, each 1 to " NUMBER_TEXT(
                    DAYS_MAX) ", separated by commas"},
  CONTRACT_PARAMS,
};
_Static_assert(COUNT_OF(PARAMS) == ARG_COUNT, "a parameter is not numbered");

const TableSpec contracts_expiring_table = {
  .name = "contracts_expiring",
  .doc =
    {
      .summary = "Lists contracts that are about to end, each customer at its nearest step only.",
      .result = "A row per customer whose contract ends within the largest step after as_of, the soonest first.",
      .nulls = CONTRACT_NULLS "next_start is NULL where no next contract is in the table.",
      .errors = CONTRACT_ERRORS "; an invalid within.",
      .example = "SELECT customer, ends_at, days_left, step, amount FROM contracts_expiring('demo_contracts') WHERE "
                 "as_of = '2025-12-31' AND within = '90,60,30 days'",
      .formula =
        "of the contracts with start <= as_of < end the one that ends soonest; step = min{s in within: s >= days_left}",
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
