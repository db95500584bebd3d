#include "source_log.h"

#include "call_private.h"
#include "row_value.h"

#define EVENT_LOG_POINTER "retain_log" /* the types of the pointer values */
#define CONTRACT_LOG_POINTER "retain_contracts"

static bool is_null(const Call *call, int i)
{
  return !call->values[i] || sqlite3_value_type(call->values[i]) == SQLITE_NULL;
}

/* Argument i as a time, a key: false where it is none. */
static bool time_of_argument(const Call *call, int i, int64_t *ms, bool *is_date)
{
  TimeMemo memo = {0};
  bool is_time = time_of_value(&memo, call->values[i], sqlite3_value_type(call->values[i]), ms);
  *is_date = is_time && memo.is_date;
  return is_time;
}

static bool key_of_argument(const Call *call, int i, Customers *customers, uint32_t *id)
{
  return key_of_value(customers, call->values[i], sqlite3_value_type(call->values[i]), id);
}

/* `or_null` is ", or NULL" where that is accepted, else "". */
static Status fail_time(Call *call, int i, const char *or_null)
{
  char *what = sqlite3_mprintf("%s must be %s%s", call_param(call, i)->name, A_TIME, or_null);
  Status status = what ? call_fail_time(call, what, call->values[i]) : STATUS_NOMEM;
  sqlite3_free(what);
  return status;
}

Status event_log_take(Call *call, EventLog *log)
{
  enum {
    CUSTOMER,
    TIME,
    VALUE
  };
  Event event = {.attribute = NO_ATTRIBUTE};
  bool is_date;
  if (is_null(call, CUSTOMER) || is_null(call, TIME)) {
    return STATUS_OK;
  }
  if (!time_of_argument(call, TIME, &event.time, &is_date)) {
    return fail_time(call, TIME, "");
  }
  if (!is_null(call, VALUE) && !number_of_value(call->values[VALUE], &event.value)) {
    return call_fail_argument(call, VALUE, "%s", A_NUMBER);
  }
  if (!key_of_argument(call, CUSTOMER, &log->customers, &event.customer)) {
    return call_fail_argument(call, CUSTOMER, "%s", A_CUSTOMER);
  }
  log->has_value = log->has_value || call->values[VALUE];
  int64_t mark = newest_mark(event.time, is_date);
  log->newest = log->events.rows.count == 0 || mark > log->newest ? mark : log->newest;
  return event.customer == CUSTOMER_NONE ? STATUS_NOMEM : events_add(&log->events, &event, false);
}

Status contract_log_take(Call *call, ContractLog *log)
{
  enum {
    CUSTOMER,
    START,
    END,
    AMOUNT
  };
  Contract contract = {.end = CONTRACT_OPEN};
  bool start_is_date, end_is_date = false;
  if (is_null(call, CUSTOMER) || is_null(call, START)) {
    return STATUS_OK;
  }
  if (!time_of_argument(call, START, &contract.start, &start_is_date)) {
    return fail_time(call, START, "");
  }
  if (!is_null(call, END) && !time_of_argument(call, END, &contract.end, &end_is_date)) {
    return fail_time(call, END, ", or NULL");
  }
  if (!is_null(call, AMOUNT) && !number_of_value(call->values[AMOUNT], &contract.amount)) {
    return call_fail_argument(call, AMOUNT, "%s", A_NUMBER);
  }
  if (!key_of_argument(call, CUSTOMER, &log->customers, &contract.customer)) {
    return call_fail_argument(call, CUSTOMER, "%s", A_CUSTOMER);
  }
  contract.dates = (start_is_date ? CONTRACT_LOG_START_DATE : 0) | (end_is_date ? CONTRACT_LOG_END_DATE : 0);
  return contract.customer == CUSTOMER_NONE ? STATUS_NOMEM : contract_log_add(log, &contract);
}

static void event_log_drop(void *log)
{
  event_log_release(log);
}

static void contract_log_drop(void *log)
{
  contract_log_release(log);
}

void cell_event_log(Cell *cell, EventLog *log)
{
  sqlite3_result_pointer((sqlite3_context *)(void *)cell, log, EVENT_LOG_POINTER, event_log_drop);
}

void cell_contract_log(Cell *cell, ContractLog *log)
{
  sqlite3_result_pointer((sqlite3_context *)(void *)cell, log, CONTRACT_LOG_POINTER, contract_log_drop);
}

SourceLog source_log_of(sqlite3_value *value)
{
  return value ? (SourceLog){sqlite3_value_pointer(value, EVENT_LOG_POINTER),
                             sqlite3_value_pointer(value, CONTRACT_LOG_POINTER)}
               : (SourceLog){0};
}

SourceLog source_log_share(SourceLog log)
{
  if (log.events) {
    event_log_share(log.events);
  }
  if (log.contracts) {
    contract_log_share(log.contracts);
  }
  return log;
}

void source_log_release(SourceLog log)
{
  event_log_release(log.events);
  contract_log_release(log.contracts);
}
