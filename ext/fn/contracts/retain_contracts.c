/*
** retain_contracts(customer, start, end, amount): a source of contracts made from any query.
**
**   SELECT * FROM mrr_movements((SELECT retain_contracts(account, signed, cancelled, price / 12) FROM deals WHERE kind
**   = 'saas'));
**
** R1  The result stands where the name of a table would: the first argument of a function on contracts, written as a
**     scalar subquery.
** R2  It is a pointer value, as that of retain_log(): through a CTE, a table or a sorter it becomes NULL.
** R3  Rows with a NULL customer or start do not take part; a NULL end: the contract runs; a NULL amount counts as 0.
** R4  What is no customer, time or number is an error, as for a named source.
*/
#include "glue/source_log.h"
#include "glue/spec.h"

typedef struct LogState {
  ContractLog *contracts;
} LogState;

static Status contracts_step(Call *call, void *state)
{
  LogState *log = state;
  log->contracts = log->contracts ? log->contracts : contract_log_new();
  return log->contracts ? contract_log_take(call, log->contracts) : STATUS_NOMEM;
}

static void contracts_value(Call *call, const void *state, Cell *out)
{
  const LogState *log = state;
  ContractLog *contracts = log && log->contracts ? contract_log_share(log->contracts) : contract_log_new();
  if (contracts) {
    cell_contract_log(out, contracts);
  } else {
    call_fail_memory(call);
  }
}

static void contracts_drop(void *state)
{
  contract_log_release(((LogState *)state)->contracts);
}

static const ParamSpec PARAMS[] = {
  {"customer", PARAM_ANY, NULL, 0, 0, NULL, "the customer's key: an integer or text"},
  {"start", PARAM_ANY, NULL, 0, 0, NULL,
   "when the contract begins to count: year-first text, unix seconds or milliseconds, or a julian day"},
  {"end", PARAM_ANY, NULL, 0, 0, NULL, "when it counts no more, likewise; NULL: it runs"},
  {"amount", PARAM_ANY, NULL, 0, 0, NULL, "what it pays per month, 0 or more"},
};

const FunctionSpec retain_contracts_function = {
  .name = "retain_contracts",
  .doc =
    {
      .summary = "Makes a source for the functions on contracts from any query.",
      .result = "A pointer to the contracts, to be handed to a table function in a scalar subquery; as a plain value "
                "it is NULL.",
      .nulls = "A row with a NULL customer or start does not take part; a NULL end: the contract runs; a NULL amount "
               "counts as 0.",
      .errors =
        "A blob or fractional customer, an invalid time, an amount that is not a number of at most " NUMBER_TEXT(
          NUMBER_MOST) " in size.",
      .example =
        "SELECT period, mrr_start, churn, mrr_end FROM mrr_movements((SELECT retain_contracts(customer, start, "
        "end, amount) FROM demo_contracts(200, 1) WHERE plan = 'yearly')) WHERE as_of = '2025-12-31' LIMIT 5",
      .formula = "No formula: rows are kept as they came, 32 bytes each.",
    },
  .params = PARAMS,
  .n_params = COUNT_OF(PARAMS),
  .sees_null = true,
  .state_size = sizeof(LogState),
  .step = contracts_step,
  .value = contracts_value,
  .free = contracts_drop,
};
