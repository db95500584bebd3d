/*
** The scalar and aggregate engine: registers FunctionSpecs and runs them.
*/
#include "function_engine.h"

#include "call_private.h"

#ifndef SQLITE_RESULT_SUBTYPE
#define SQLITE_RESULT_SUBTYPE 0x001000000 /* 3.45; older versions ignore it */
#endif

static Cell *cell_of(sqlite3_context *context)
{
  return (Cell *)(void *)context;
}

static void call_open(Call *call, sqlite3_context *context, int n_values, sqlite3_value **values,
                      sqlite3_value **by_param)
{
  const Binding *binding = sqlite3_user_data(context);
  const FunctionSpec *spec = binding->function;
  if (n_values < spec->n_params) { /* optional arguments left out */
    for (int i = 0; i < spec->n_params; i++) {
      by_param[i] = i < n_values ? values[i] : NULL;
    }
    values = by_param;
  }
  call_begin(call, binding->connection, spec->name, spec->n_params, values);
  call->function = spec;
  call->context = context;
  call->n_more = n_values > spec->n_params ? n_values - spec->n_params : 0;
}

/* SQLite itself counts the arguments, but for functions with `more`. */
static Status arguments_check(Call *call, int n_values, bool *null_required)
{
  const FunctionSpec *spec = call->function;
  *null_required = false;
  if (n_values < spec->n_params && !spec->params[n_values].fallback) {
    return call_fail(call, "%s is required: %s", spec->params[n_values].name, spec->params[n_values].help);
  }
  return call_check(call, null_required);
}

/* Hands a failed call's message to SQLite, and frees what the call holds. */
static void call_close(Call *call, Status status)
{
  if (status == STATUS_OK && call->rc == SQLITE_NOMEM) {
    status = STATUS_NOMEM;
  } else if (status == STATUS_OK && call->rc == SQLITE_INTERRUPT) {
    status = STATUS_INTERRUPT;
  } else if (status == STATUS_OK && call->message) {
    status = STATUS_ERROR;
  }
  if (status != STATUS_OK) {
    int rc = call_result_code(call, status);
    if (rc == SQLITE_NOMEM) {
      sqlite3_result_error_nomem(call->context);
    } else if (call->message) {
      sqlite3_result_error(call->context, call->message, -1);
      sqlite3_result_error_code(call->context, rc);
    } else {
      sqlite3_result_error_code(call->context, rc);
    }
  }
  call_end(call);
}

static void run_scalar(sqlite3_context *context, int n_values, sqlite3_value **values)
{
  Call call;
  sqlite3_value *by_param[PARAM_MAX];
  bool null_required;
  call_open(&call, context, n_values, values, by_param);
  Status status = arguments_check(&call, n_values, &null_required);
  if (status == STATUS_OK && (!null_required || call.function->sees_null)) {
    call.function->scalar(&call, cell_of(context));
  }
  call_close(&call, status);
}

static void *aggregate_state(sqlite3_context *context, const FunctionSpec *spec)
{
  /* A byte at least, so that "some row took part" can be told from "none did". */
  return sqlite3_aggregate_context(context, spec->state_size ? (int)spec->state_size : 1);
}

static void run_row(sqlite3_context *context, int n_values, sqlite3_value **values, bool take_back)
{
  Call call;
  sqlite3_value *by_param[PARAM_MAX];
  bool null_required;
  call_open(&call, context, n_values, values, by_param);
  Status status = arguments_check(&call, n_values, &null_required);
  if (status == STATUS_OK && (!null_required || call.function->sees_null)) {
    void *state = aggregate_state(context, call.function);
    if (!state) {
      status = STATUS_NOMEM;
    } else if (take_back) {
      call.function->inverse(&call, state);
    } else {
      status = call.function->step(&call, state);
    }
  }
  call_close(&call, status);
}

static void run_step(sqlite3_context *context, int n_values, sqlite3_value **values)
{
  run_row(context, n_values, values, false);
}

static void run_inverse(sqlite3_context *context, int n_values, sqlite3_value **values)
{
  run_row(context, n_values, values, true);
}

static void run_value(sqlite3_context *context)
{
  Call call;
  sqlite3_value *none[PARAM_MAX];
  call_open(&call, context, 0, NULL, none);
  call.function->value(&call, sqlite3_aggregate_context(context, 0), cell_of(context));
  call_close(&call, STATUS_OK);
}

static void run_final(sqlite3_context *context)
{
  const Binding *binding = sqlite3_user_data(context);
  run_value(context);
  void *state = sqlite3_aggregate_context(context, 0);
  if (state && binding->function->free) {
    binding->function->free(state);
  }
}

/* The numbers of arguments that a function is registered with; -1: any number. */
static void argument_counts(const FunctionSpec *spec, int *first, int *last)
{
  int required = 0;
  while (required < spec->n_params && !spec->params[required].fallback) {
    required++;
  }
  *first = spec->more ? -1 : required;
  *last = spec->more ? -1 : spec->n_params;
}

int function_register(Connection *connection, const FunctionSpec *spec)
{
  int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC;
  /*
  ** Not for all: newer versions clear the subtype of such a function's result where it leaves a scalar subquery, and
  ** with it the pointer of retain_log().
  */
  flags |= spec->returns_json ? SQLITE_RESULT_SUBTYPE : 0;
  flags |= spec->direct_only ? SQLITE_DIRECTONLY : SQLITE_INNOCUOUS;
  int rc = SQLITE_OK;
  int first, last;
  argument_counts(spec, &first, &last);
  for (int n = first; n <= last && rc == SQLITE_OK; n++) {
    Binding *binding = binding_new(connection, spec, NULL);
    if (!binding) {
      return SQLITE_NOMEM;
    }
    if (spec->scalar) {
      rc =
        sqlite3_create_function_v2(connection->db, spec->name, n, flags, binding, run_scalar, NULL, NULL, binding_free);
    } else if (spec->inverse) {
      rc = sqlite3_create_window_function(connection->db, spec->name, n, flags, binding, run_step, run_final, run_value,
                                          run_inverse, binding_free);
    } else {
      rc = sqlite3_create_function_v2(connection->db, spec->name, n, flags, binding, NULL, run_step, run_final,
                                      binding_free);
    }
  }
  return rc;
}

void function_unregister(sqlite3 *db, const FunctionSpec *spec)
{
  int first, last;
  argument_counts(spec, &first, &last);
  for (int n = first; n <= last; n++) {
    sqlite3_create_function_v2(db, spec->name, n, SQLITE_UTF8, NULL, NULL, NULL, NULL, NULL);
  }
}
