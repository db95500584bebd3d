/*
** The inside of a Call, for glue alone.
*/
#ifndef RETAIN_GLUE_CALL_PRIVATE_H
#define RETAIN_GLUE_CALL_PRIVATE_H

#include "call.h"
#include "connection.h"

#define PARAM_MAX 24 /* of one function, the engine's own included */

/* An argument after its check. */
typedef struct Arg {
  bool null;
  bool is_date; /* a time: a date alone */
  union {
    int64_t integer; /* also choice, time */
    ZoneCursor zone;
    double real;
    Grain grain;
    Duration duration;
  } as;
  const char *text;
  size_t length;
} Arg;

/* The effective values of parameters that were left out. */
typedef struct Resolved {
  uint32_t set;   /* a bit per parameter */
  uint32_t dates; /* the number is the local time of a civil day */
  int64_t number[PARAM_MAX];
} Resolved;

#define WATCH_STATEMENTS 2 /* see call.c */

struct Call {
  Connection *connection;
  const char *name;
  const FunctionSpec *function; /* one of these two */
  const TableSpec *table;
  int n_params;
  int n_more;                     /* functions: arguments after the params */
  sqlite3_context *context;       /* functions only */
  Resolved *resolved;             /* table functions: see call_resolve() */
  char **recognised;              /* table functions: by parameter; the column found where it was left out, or NULL */
  struct Deal *deal;              /* table functions with segment_column: see deal.h; else NULL */
  bool value_used;                /* table functions: the query asks for a column that depends on the source's values */
  sqlite3_value **values;         /* by parameter; NULL where left out */
  char *message;                  /* from sqlite3_malloc */
  int rc;                         /* SQLite's code to answer, where the failure came from SQLite */
  sqlite3_stmt *number_statement; /* see json_number() */
  sqlite3_stmt *watch_statement[WATCH_STATEMENTS];
  unsigned watch_asked;
  Watch watch;
  Arg args[PARAM_MAX];
};

/* The parameters of a call in the order of its arguments: its own, then those that the engine appends. */
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
/* The same for what should be a time: says what it looks like. */
Status call_fail_time(Call *call, const char *what, sqlite3_value *value);

/*
** The one translation of SQLite's result codes: the status of a call of SQLite's that ended with `rc`, an error. Where
** it is STATUS_ERROR the caller owes a message, and SQLite's code (busy, denied, …) will be the call's.
*/
Status call_status(Call *call, int rc);

/* The way back: the SQLite code for a status, and its message where the call has none of its own. */
int call_result_code(Call *call, Status status);

#endif
