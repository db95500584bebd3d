/*
** What one connection shares among its functions, and the private side of a Call. Only glue includes this.
*/
#ifndef RETAIN_GLUE_CONNECTION_H
#define RETAIN_GLUE_CONNECTION_H

#include "call.h"
#include "core/events/event_log.h"
#include "spec.h"
#include "sqlite.h"

#define PARAM_MAX 24                   /* of one function, the engine's own included */
#define EVENT_LOG_POINTER "retain_log" /* type of the pointer value that carries a History */

/* One per connection; lives until the last function or module registered with it is dropped. */
typedef struct Connection {
  int refs;
  int depth; /* of sources being read inside each other */
  sqlite3 *db;
  struct EventReader *reader;   /* whose rows the running retain_accumulate() takes */
  struct RowReader *row_reader; /* … retain_rows() */
  Registry registry;
} Connection;

void connection_release(Connection *connection);

/*
** An object made from the text of an argument. Kept with the function and found again by that text, not as SQLite's
** auxiliary data, which is dropped after every row where the argument is a subquery or a column: just how stored cuts,
** rules and models are passed.
*/
typedef struct Memo {
  int param;
  char *text;
  size_t length;
  void *object;
  void (*free_object)(void *);
} Memo;
#define MEMOS 16

/* What a registered SQL name leads to: user data of functions, aux data of modules. */
typedef struct Binding {
  Connection *connection;
  const FunctionSpec *function;
  const TableSpec *table;
  Memo memos[MEMOS];
  int next_memo; /* the one to replace */
} Binding;
void binding_free(void *binding);
void memo_clear(Memo *memo);

/* An argument after its check. */
typedef struct Arg {
  bool null;
  union {
    int64_t integer; /* also choice, time, offset */
    double real;
    Grain grain;
    Duration duration;
  } as;
  const char *text;
  size_t length;
} Arg;

#define WATCH_STATEMENTS 2 /* see call.c */
/* What parameters that were left out came to mean. */
typedef struct Resolved {
  uint32_t set; /* a bit per parameter */
  int64_t number[PARAM_MAX];
} Resolved;

struct Call {
  Connection *connection;
  const char *name;
  const FunctionSpec *function; /* one of these two */
  const TableSpec *table;
  int n_params;
  int n_more;               /* functions: arguments after the params */
  sqlite3_context *context; /* functions only */
  Resolved *resolved;       /* table functions: see call_resolve() */
  bool value_used;          /* table functions: the query asks for a column that depends on the source's values */
  sqlite3_value **values;   /* by parameter; NULL where left out */
  char *message;            /* from sqlite3_malloc */
  int rc;                   /* SQLite's code to answer, where the failure came from SQLite */
  sqlite3_stmt *watch_statement[WATCH_STATEMENTS];
  unsigned watch_asked;
  Watch watch;
  Arg args[PARAM_MAX];
};

/* The parameters of a call in the order of its arguments: its own, then EVENT_PARAMS. */
const ParamSpec *call_param(const Call *call, int i);

/* A call with nothing read yet; call_end() frees what it holds, message included. */
void call_begin(Call *call, Connection *connection, const char *name, int n_params, sqlite3_value **values);
void call_end(Call *call);

/*
** Checks every value against its ParamSpec and fills args[]. STATUS_ERROR with a message where one does not fit.
** *null_required: a required argument is NULL (functions; a table function's missing argument is an error).
*/
Status call_check(Call *call, bool *null_required);

/* "name(): WHAT, got VALUE". */
Status call_fail_value(Call *call, const char *what, sqlite3_value *value);
/* The same for a value of a row, which an import may have left empty. */
Status call_fail_row_value(Call *call, const char *what, sqlite3_value *value);

/* The number that a spec's numeric default is written as. */
double number_of_fallback(const char *text);

/* The SQLite code for a status, and its message where the call has none of its own. */
int call_result_code(Call *call, Status status);

/* Registration, used by connection.c */
int function_register(Connection *connection, const FunctionSpec *spec);
int table_register(Connection *connection, const TableSpec *spec);
int accumulate_register(Connection *connection);
int rows_register(Connection *connection);

#endif
