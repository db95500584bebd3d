/*
** The running call: its results, messages, interrupts and cached objects. Its arguments are in call_args.c.
*/
#include "call.h"

#include <math.h>
#include <string.h>

#include "connection.h"
#include "core/base/mem.h"

const ParamSpec *call_param(const Call *call, int i)
{
  return call->table ? table_param(call->table, i) : &call->function->params[i];
}

const Registry *call_registry(const Call *call)
{
  return &call->connection->registry;
}

const char *call_sqlite_version(void)
{
  return sqlite3_libversion();
}

const char *call_build_form(void)
{
#ifdef SQLITE_CORE
  return "static";
#else
  return "loadable";
#endif
}

/*
** Cached statements, stepped and reset: they see sqlite3_interrupt() and run the progress handler on every version of
** SQLite, which sqlite3_is_interrupted() does not. They live with the call and not with the connection, whose
** sqlite3_close() they would block. The handler is due every so many VDBE instructions, typically a thousand or more,
** of which SELECT 1 has four: now and then one of about ten thousand (50 us, hardly an allocation) is run, so that work
** outside the VDBE reaches the handler too.
*/
static const char *const WATCH_SQL[WATCH_STATEMENTS] = {
  "SELECT 1",
  "WITH t AS (VALUES (1), (1), (1), (1), (1), (1), (1), (1)) SELECT count(*) FROM t AS a, t AS b, t AS c, t AS d",
};
#define WATCH_WORK_EVERY 16 /* questions: some ms of work */

static bool call_stopped(void *context)
{
  Call *call = context;
  sqlite3_stmt **statement = &call->watch_statement[++call->watch_asked % WATCH_WORK_EVERY == 0];
  const char *sql = WATCH_SQL[statement - call->watch_statement];
  int rc = *statement ? SQLITE_OK : sqlite3_prepare_v2(call->connection->db, sql, -1, statement, NULL);
  if (rc != SQLITE_OK) {
    return rc == SQLITE_INTERRUPT; /* else no memory for it: the allocations of the work itself will tell */
  }
  bool stopped = sqlite3_step(*statement) == SQLITE_INTERRUPT;
  sqlite3_reset(*statement);
  return stopped;
}

void call_begin(Call *call, Connection *connection, const char *name, int n_params, sqlite3_value **values)
{
  call->connection = connection;
  call->name = name;
  call->function = NULL;
  call->table = NULL;
  call->n_params = n_params;
  call->n_more = 0;
  call->context = NULL;
  call->values = values;
  call->message = NULL;
  call->rc = SQLITE_OK;
  memset(call->watch_statement, 0, sizeof call->watch_statement);
  call->watch_asked = 0;
  call->watch = (Watch){call_stopped, call};
}

void call_end(Call *call)
{
  for (int i = 0; i < WATCH_STATEMENTS; i++) {
    sqlite3_finalize(call->watch_statement[i]);
    call->watch_statement[i] = NULL;
  }
  sqlite3_free(call->message);
  call->message = NULL;
}

const Watch *call_watch(Call *call)
{
  return &call->watch;
}

void call_resolve(Call *call, int param, int64_t number)
{
  if (call_is_null(call, param)) {
    call->resolved->set |= 1u << param;
    call->resolved->number[param] = number;
  }
}

/* Messages */

static Status fail(Call *call, char *text)
{
  if (!call->message && text) {
    call->message = sqlite3_mprintf("%s(): %s", call->name, text);
  }
  sqlite3_free(text);
  if (!call->message) {
    call->rc = SQLITE_NOMEM; /* a scalar's fn drops the status that this returns */
    return STATUS_NOMEM;
  }
  return STATUS_ERROR;
}

Status call_fail(Call *call, const char *format, ...)
{
  va_list list;
  va_start(list, format);
  char *text = sqlite3_vmprintf(format, list);
  va_end(list);
  return fail(call, text);
}

/* A value as it would be written in SQL, cut where it is long. */
static char *value_text(sqlite3_value *value)
{
  if (!value) {
    return sqlite3_mprintf("nothing");
  }
  switch (sqlite3_value_type(value)) {
    case SQLITE_NULL:
      return sqlite3_mprintf("NULL");
    case SQLITE_INTEGER:
      return sqlite3_mprintf("%lld", sqlite3_value_int64(value));
    case SQLITE_FLOAT:
      return sqlite3_mprintf("%!.15g", sqlite3_value_double(value));
    case SQLITE_BLOB:
      return sqlite3_mprintf("a blob of %d bytes", sqlite3_value_bytes(value));
    default: {
      const char *text = (const char *)sqlite3_value_text(value);
      bool is_long = text && strlen(text) > 60;
      return sqlite3_mprintf(is_long ? "'%!.60q…'" : "'%q'", text);
    }
  }
}

Status call_fail_value(Call *call, const char *what, sqlite3_value *value)
{
  char *shown = value_text(value);
  char *text = shown ? sqlite3_mprintf("%s, got %s", what, shown) : NULL;
  sqlite3_free(shown);
  return fail(call, text);
}

Status call_fail_row_value(Call *call, const char *what, sqlite3_value *value)
{
  bool empty = sqlite3_value_type(value) == SQLITE_TEXT && sqlite3_value_bytes(value) == 0;
  return empty ? call_fail(call, "%s, got '': an empty text is not NULL, nullif(column, '') is", what)
               : call_fail_value(call, what, value);
}

Status call_fail_argument(Call *call, int param, const char *must, ...)
{
  va_list list;
  va_start(list, must);
  char *accepted = sqlite3_vmprintf(must, list);
  va_end(list);
  char *what = accepted ? sqlite3_mprintf("%s must be %s", call_param(call, param)->name, accepted) : NULL;
  Status status = what ? call_fail_value(call, what, call->values[param]) : fail(call, NULL);
  sqlite3_free(what);
  sqlite3_free(accepted);
  return status;
}

void call_fail_memory(Call *call)
{
  call->rc = SQLITE_NOMEM;
}

void call_fail_status(Call *call, Status status)
{
  call->rc = call_result_code(call, status);
}

int call_result_code(Call *call, Status status)
{
  switch (status) {
    case STATUS_OK:
      return SQLITE_OK;
    case STATUS_NOMEM:
      return SQLITE_NOMEM;
    case STATUS_INTERRUPT:
      return SQLITE_INTERRUPT;
    default:
      if (!call->message) { /* core said STATUS_ERROR and nobody explained: still an error, never a silent row */
        call_fail(call, "internal error %d", (int)status);
      }
      return call->rc ? call->rc : SQLITE_ERROR;
  }
}

/* Objects made from an argument's text */

void memo_clear(Memo *memo)
{
  if (memo->object) {
    memo->free_object(memo->object);
  }
  sqlite3_free(memo->text);
  *memo = (Memo){0};
}

static void *memo_find(const Call *call, int param)
{
  Binding *binding = sqlite3_user_data(call->context);
  for (int i = 0; i < MEMOS; i++) {
    Memo *memo = &binding->memos[i];
    if (memo->object && memo->param == param && memo->length == call_length(call, param) &&
        memcmp(memo->text, call_text(call, param), memo->length) == 0) {
      return memo->object;
    }
  }
  return NULL;
}

/* Takes the object over, also where it fails. */
static Status memo_keep(Call *call, int param, void *object, void (*free_object)(void *))
{
  Binding *binding = sqlite3_user_data(call->context);
  Memo *memo = &binding->memos[binding->next_memo];
  size_t length = call_length(call, param);
  memo_clear(memo);
  *memo = (Memo){param, sqlite3_malloc64(length + 1), length, object, free_object};
  if (!memo->text) {
    memo_clear(memo);
    return STATUS_NOMEM;
  }
  memcpy(memo->text, call_text(call, param), length);
  binding->next_memo = (binding->next_memo + 1) % MEMOS;
  return STATUS_OK;
}

void *call_object(Call *call, int param, size_t size, ObjectRead *read, void (*free_object)(void *))
{
  void *object = memo_find(call, param);
  if (object) {
    return object;
  }
  object = mem_zero(1, size);
  Status status = object ? read(call, param, object) : STATUS_NOMEM;
  if (status == STATUS_OK) {
    status = memo_keep(call, param, object, free_object);
  } else if (object) {
    free_object(object);
  }
  if (status != STATUS_OK) {
    call_fail_status(call, status);
    return NULL;
  }
  return object;
}

/* Cells */

static sqlite3_context *context_of(Cell *cell)
{
  return (sqlite3_context *)(void *)cell;
}

void cell_null(Cell *cell)
{
  sqlite3_result_null(context_of(cell));
}

void cell_integer(Cell *cell, int64_t value)
{
  sqlite3_result_int64(context_of(cell), value);
}

void cell_bool(Cell *cell, bool value)
{
  sqlite3_result_int(context_of(cell), value);
}

void cell_real(Cell *cell, double value)
{
  sqlite3_result_double(context_of(cell), value); /* SQLite makes a NaN NULL */
}

void cell_text(Cell *cell, const char *text, size_t length)
{
  sqlite3_result_text64(context_of(cell), text, length, SQLITE_TRANSIENT, SQLITE_UTF8);
}

void cell_static(Cell *cell, const char *text)
{
  sqlite3_result_text(context_of(cell), text, -1, SQLITE_STATIC);
}

void cell_owned(Cell *cell, char *text, size_t length)
{
  if (!text) {
    sqlite3_result_error_nomem(context_of(cell));
    return;
  }
  sqlite3_result_text64(context_of(cell), text, length, mem_free, SQLITE_UTF8);
}

void cell_json(Cell *cell, char *text, size_t length)
{
  cell_owned(cell, text, length);
  sqlite3_result_subtype(context_of(cell), 'J');
}

/* Without a length: SQLite then keeps the final zero byte, and need not reallocate the copy when it is read. */
static void cell_terminated(Cell *cell, const char *text)
{
  sqlite3_result_text(context_of(cell), text, -1, SQLITE_TRANSIENT);
}

void cell_time(Cell *cell, int64_t ms)
{
  char text[TIME_TEXT_MAX];
  time_to_text(ms, text);
  cell_terminated(cell, text);
}

void cell_date(Cell *cell, int64_t local_ms)
{
  char text[TIME_TEXT_MAX];
  date_to_text(floor_div(local_ms, MS_PER_DAY), text);
  cell_terminated(cell, text);
}

void cell_ratio(Cell *cell, double k, double n)
{
  if (n == 0) {
    cell_null(cell);
  } else {
    cell_real(cell, k / n);
  }
}

void cell_customer(Cell *cell, const Customers *customers, uint32_t id)
{
  CustomerKey key = customers_key(customers, id);
  if (key.text) {
    cell_text(cell, key.text, key.length);
  } else {
    cell_integer(cell, key.integer);
  }
}

static void event_log_drop(void *history)
{
  event_log_release(history);
}

void cell_event_log(Cell *cell, EventLog *history)
{
  sqlite3_result_pointer(context_of(cell), history, EVENT_LOG_POINTER, event_log_drop);
}
