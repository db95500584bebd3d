/*
** retain_log(customer, time[, value]): a source made from any query.
**
**   SELECT * FROM rfm((SELECT retain_log(cust, paid_at, total) FROM orders WHERE region = 'EU'));
**
** R1  The result stands where the name of a table would: the first argument of a table function, written as a scalar
**     subquery.
** R2  It is a pointer value: SQLite passes it from function to function and drops it (NULL) on the way through a CTE, a
**     table or a sorter.
** R3  Rows with a NULL customer or a NULL time do not take part; a NULL value counts as an event without value.
** R4  What is no customer, time or number is an error, as for a named source.
*/
#include "glue/source_log.h"
#include "glue/spec.h"

typedef struct LogState {
  EventLog *events;
} LogState;

static Status log_step(Call *call, void *state)
{
  LogState *log = state;
  if (!log->events) {
    log->events = event_log_new();
    if (!log->events) {
      return STATUS_NOMEM;
    }
  }
  return event_log_take(call, log->events);
}

static void log_value(Call *call, const void *state, Cell *out)
{
  const LogState *log = state;
  (void)call;
  if (log && log->events) {
    cell_event_log(out, event_log_share(log->events));
    return;
  }
  EventLog *empty = event_log_new();
  if (empty) {
    cell_event_log(out, empty);
  } else {
    call_fail_memory(call);
  }
}

static void log_free(void *state)
{
  event_log_release(((LogState *)state)->events);
}

static const ParamSpec PARAMS[] = {
  {"customer", PARAM_ANY, NULL, 0, 0, NULL, "the customer's key: an integer or text"},
  {"time", PARAM_ANY, NULL, 0, 0, NULL,
   "when it happened: year-first text, unix seconds or milliseconds, or a julian day"},
  {"value", PARAM_ANY, "", 0, 0, NULL, "what it was worth, in the unit of your money; left out: events without value"},
};

const FunctionSpec retain_log_function = {
  .name = "retain_log",
  .doc =
    {
      .summary = "Makes a source for the table functions from any query.",
      .result =
        "A pointer to the rows, to be handed to a table function in a scalar subquery; as a plain value it is NULL.",
      .nulls = "A row with a NULL customer or time does not take part; a NULL value is an event without value.",
      .errors = "A blob or fractional customer, an invalid time, a value that is not a number of at most " NUMBER_TEXT(
        NUMBER_MOST) " in size.",
      .example = "SELECT customer, segment FROM rfm((SELECT retain_log(customer_id, ordered_at, amount) FROM "
                 "demo_orders(200, 1) WHERE amount > 20)) LIMIT 5",
      .formula = "No formula: rows are kept as they came, 24 bytes each.",
    },
  .params = PARAMS,
  .n_params = COUNT_OF(PARAMS),
  .sees_null = true,
  .state_size = sizeof(LogState),
  .step = log_step,
  .value = log_value,
  .free = log_free,
};
