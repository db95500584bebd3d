/*
** The running call: its beginning and end, its messages, and the check for cancellation.
*/
#include "call_private.h"

#include <string.h>

#include "core/time/time_refusal.h"

const ParamSpec *call_param(const Call *call, int i)
{
  return call->table ? table_param(call->table, i) : &call->function->params[i];
}

const Registry *call_registry(const Call *call)
{
  return call->connection->registry;
}

const char *registry_text(const Registry *registry, Language language, const char *english)
{
  for (int i = 0; language == LANGUAGE_ZH && i < registry->n_translations; i++) {
    if (strcmp(registry->translations[i].english, english) == 0) {
      return registry->translations[i].chinese;
    }
  }
  return english;
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
** of which the first statement has four: now and then the second one of about ten thousand (50 us, hardly an
** allocation) is run, so that work outside the VDBE reaches the handler too. Neither calls a function, which an
** authorizer may deny.
*/
static const char *const WATCH_SQL[WATCH_STATEMENTS] = {
  "SELECT 1",
  "WITH t AS (VALUES (1), (1), (1), (1), (1), (1), (1), (1), (1), (1), (1), (1)) "
  "SELECT 1 FROM t AS a, t AS b, t AS c WHERE a.column1 + b.column1 + c.column1 = 0",
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
  call->deal = NULL;
  call->values = values;
  call->message = NULL;
  call->rc = SQLITE_OK;
  call->number_statement = NULL;
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
  sqlite3_finalize(call->number_statement);
  call->number_statement = NULL;
  sqlite3_free(call->message);
  call->message = NULL;
}

const Watch *call_watch(Call *call)
{
  return &call->watch;
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
      bool is_cut = text && strlen(text) < (size_t)sqlite3_value_bytes(value);
      return sqlite3_mprintf(is_long ? "'%!.60q…'" : is_cut ? "'%q' and a zero byte after it" : "'%q'", text);
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

/* Why a value is no time, or NULL. */
static const char *time_refusal(sqlite3_value *value)
{
  switch (sqlite3_value_type(value)) {
    case SQLITE_TEXT: {
      const char *text = (const char *)sqlite3_value_text(value);
      return text ? time_refusal_of_text(text, (size_t)sqlite3_value_bytes(value)) : NULL;
    }
    case SQLITE_INTEGER:
    case SQLITE_FLOAT:
      return time_refusal_of_number(sqlite3_value_double(value));
    default:
      return NULL;
  }
}

Status call_fail_time(Call *call, const char *what, sqlite3_value *value)
{
  const char *why = time_refusal(value);
  char *shown = why ? value_text(value) : NULL;
  if (!why) {
    return call_fail_row_value(call, what, value);
  }
  Status status = shown ? call_fail(call, "%s, got %s: %s", what, shown, why) : fail(call, NULL);
  sqlite3_free(shown);
  return status;
}

Status call_fail_argument(Call *call, int param, const char *must, ...)
{
  va_list list;
  va_start(list, must);
  char *accepted = sqlite3_vmprintf(must, list);
  va_end(list);
  char *what = accepted ? sqlite3_mprintf("%s must be %s", call_param(call, param)->name, accepted) : NULL;
  bool is_time = param_is_time(call_param(call, param));
  Status status = !what     ? fail(call, NULL)
                  : is_time ? call_fail_time(call, what, call->values[param])
                            : call_fail_value(call, what, call->values[param]);
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

Status call_status(Call *call, int rc)
{
  if (rc == SQLITE_NOMEM || rc == SQLITE_INTERRUPT) {
    return rc == SQLITE_NOMEM ? STATUS_NOMEM : STATUS_INTERRUPT;
  }
  call->rc = rc;
  return STATUS_ERROR;
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
