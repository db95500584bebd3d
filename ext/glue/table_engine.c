/*
** The table-function engine: one sqlite3_module behind every TableSpec.
**
** A table function is an eponymous virtual table; its parameters are HIDDEN columns after the outputs. xFilter checks
** the arguments and computes the whole answer, or finds one that still holds; xColumn reads it.
*/
#include "table_engine.h"

#include <string.h>

#include "answer.h"
#include "core/base/mem.h"
#include "params.h"

typedef struct Table {
  sqlite3_vtab base;
  Connection *connection;
  const TableSpec *spec;
  int n_cursors, n_writing; /* open ones; those of a statement that writes */
  Answers kept;             /* while cursors are open */
} Table;

typedef struct Cursor {
  sqlite3_vtab_cursor base;
  bool writing;     /* a statement that writes opened it */
  int first_column; /* that is the spec's own */
  unsigned n_columns;
  void (*cell)(const void *state, int64_t row, int column, Cell *out);
  Answer *answer;
  uint32_t part;           /* of the answer */
  const void *state;       /* of that part, and in it … */
  int64_t row, end;        /* … the next row and the end of what is wanted */
  sqlite3_value *customer; /* the one that is looked up; NULL: all */
} Cursor;

#define VALUE_BIT 29    /* of idxNum: a column that depends on the source's values is asked for */
#define CUSTOMER_BIT 30 /* of idxNum: equality with the column `customer` is passed after the parameters */

/* Connecting */

static char *schema_text(const TableSpec *spec)
{
  sqlite3_str *text = sqlite3_str_new(NULL);
  sqlite3_str_appendall(text, "CREATE TABLE x(");
  for (int i = 0; i < table_column_count(spec); i++) {
    const ColumnSpec *column = table_column(spec, i);
    sqlite3_str_appendf(text, "%s\"%w\" %s", i ? ", " : "", column->name, column->type);
  }
  for (int i = 0; i < table_param_count(spec); i++) {
    sqlite3_str_appendf(text, ", \"%w\" HIDDEN", table_param(spec, i)->name);
  }
  sqlite3_str_appendall(text, ")");
  return sqlite3_str_finish(text);
}

static int table_connect(sqlite3 *db, void *aux, int argc, const char *const *argv, sqlite3_vtab **out, char **message)
{
  const Binding *binding = aux;
  (void)argc, (void)argv, (void)message;
  char *schema = schema_text(binding->table);
  if (!schema) {
    return SQLITE_NOMEM;
  }
  int rc = sqlite3_declare_vtab(db, schema);
  sqlite3_free(schema);
  if (rc != SQLITE_OK) {
    return rc;
  }
  Table *table = mem_zero(1, sizeof *table);
  if (!table) {
    return SQLITE_NOMEM;
  }
  table->connection = binding->connection;
  table->spec = binding->table;
  *out = &table->base;
  /*
  ** What reads tables by name keeps SQLite's normal risk level: refused in views and triggers under trusted_schema=OFF.
  */
  return table_reads(binding->table) ? SQLITE_OK : sqlite3_vtab_config(db, SQLITE_VTAB_INNOCUOUS);
}

static int table_disconnect(sqlite3_vtab *vtab)
{
  mem_free(vtab);
  return SQLITE_OK;
}

/* Planning */

static bool is_customer(const TableSpec *spec, int column)
{
  return spec->customers && column < table_column_count(spec) &&
         strcmp(table_column(spec, column)->name, "customer") == 0;
}

/* An operator that a parameter cannot be given with. */
static bool is_comparison(unsigned char op)
{
  switch (op) {
    case SQLITE_INDEX_CONSTRAINT_GT:
    case SQLITE_INDEX_CONSTRAINT_GE:
    case SQLITE_INDEX_CONSTRAINT_LT:
    case SQLITE_INDEX_CONSTRAINT_LE:
    case SQLITE_INDEX_CONSTRAINT_NE:
    case SQLITE_INDEX_CONSTRAINT_LIKE:
    case SQLITE_INDEX_CONSTRAINT_GLOB:
    case SQLITE_INDEX_CONSTRAINT_REGEXP:
    case SQLITE_INDEX_CONSTRAINT_MATCH:
    case SQLITE_INDEX_CONSTRAINT_ISNOT:
    case SQLITE_INDEX_CONSTRAINT_ISNULL:
    case SQLITE_INDEX_CONSTRAINT_ISNOTNULL:
      return true;
    default:
      return false;
  }
}

/*
** A source is large, and a look-up of one customer computes the whole answer, too: in a join the function belongs
** outside of what can be looked up by an index or computed per row, such as a fit.
*/
static void estimate(const TableSpec *spec, bool is_look_up, sqlite3_index_info *info)
{
  double cost = table_reads(spec) ? 1e6 : 1e3;
  sqlite3_int64 rows = table_reads(spec) ? 100000 : 1000;
  info->estimatedRows = is_look_up ? 1 : rows;
  info->estimatedCost = cost + (double)info->estimatedRows;
}

static int table_best_index(sqlite3_vtab *vtab, sqlite3_index_info *info)
{
  const TableSpec *spec = ((Table *)vtab)->spec;
  int used = 0, compared = 0, customer = -1;
  int at[PARAM_MAX];
  for (int i = 0; i < info->nConstraint; i++) {
    int param = info->aConstraint[i].iColumn - table_column_count(spec);
    unsigned char op = info->aConstraint[i].op;
    if (op != SQLITE_INDEX_CONSTRAINT_EQ && op != SQLITE_INDEX_CONSTRAINT_IS) {
      compared |= is_comparison(op) && param >= 0 ? 1 << param : 0;
      continue;
    }
    if (param >= 0) {
      if (!info->aConstraint[i].usable) {
        return SQLITE_CONSTRAINT; /* never a plan that leaves the argument out */
      }
      if (!(used >> param & 1)) {
        used |= 1 << param;
        at[param] = i;
      }
    } else if (info->aConstraint[i].usable && info->aConstraint[i].iColumn >= 0 &&
               is_customer(spec, info->aConstraint[i].iColumn) &&
               sqlite3_stricmp(sqlite3_vtab_collation(info, i), "BINARY") == 0 && !sqlite3_vtab_in(info, i, -1)) {
      customer = i; /* of IN, SQLite would compare the values without the affinity that its list has */
    }
  }
  int n = 0;
  for (int param = 0; param < PARAM_MAX; param++) {
    if (compared >> param & 1 && !(used >> param & 1)) {
      /* the default would be taken, and the rows then filtered by it: never what is meant */
      sqlite3_free(vtab->zErrMsg);
      vtab->zErrMsg = sqlite3_mprintf("%s(): %s is a parameter: give it with =, as in WHERE %s = …", spec->name,
                                      table_param(spec, param)->name, table_param(spec, param)->name);
      return SQLITE_ERROR;
    }
    if (used >> param & 1) {
      info->aConstraintUsage[at[param]].argvIndex = ++n;
      info->aConstraintUsage[at[param]].omit = 1;
    }
  }
  if (customer >= 0) {
    info->aConstraintUsage[customer].argvIndex = ++n;
    used |= 1 << CUSTOMER_BIT;
  }
  if (!spec->value_columns || info->colUsed >> spec->by_segment & spec->value_columns) {
    used |= 1 << VALUE_BIT;
  }
  info->idxNum = used;
  estimate(spec, customer >= 0, info);
  return SQLITE_OK;
}

/* Cursors */

/*
** A correlated subquery opens its cursor anew for every row, and SQLite closes the old one only after that: so an
** answer outlives its cursor until none is open.
*/
static int table_open(sqlite3_vtab *vtab, sqlite3_vtab_cursor **out)
{
  Table *table = (Table *)vtab;
  Cursor *cursor = mem_zero(1, sizeof *cursor);
  *out = cursor ? &cursor->base : NULL;
  if (!cursor) {
    return SQLITE_NOMEM;
  }
  Snapshot now;
  snapshot_take(table->connection, &now);
  cursor->writing = now.writing;
  cursor->first_column = table->spec->by_segment;
  cursor->n_columns = (unsigned)table->spec->n_columns;
  cursor->cell = table->spec->cell;
  table->n_cursors++;
  table->n_writing += cursor->writing;
  return SQLITE_OK;
}

static int table_close(sqlite3_vtab_cursor *base)
{
  Cursor *cursor = (Cursor *)base;
  Table *table = (Table *)base->pVtab;
  answer_release(cursor->answer);
  sqlite3_value_free(cursor->customer);
  table->n_writing -= cursor->writing;
  if (cursor->writing && table->n_writing == 0) {
    answers_forget_writing(&table->kept);
  }
  mem_free(cursor);
  if (--table->n_cursors == 0) {
    answers_forget(&table->kept);
  }
  return SQLITE_OK;
}

/*
** Narrows the cursor to the row of one customer in the part, where the key's type allows to be sure; SQLite checks the
** equality itself.
*/
static void seek_customer(Cursor *cursor, sqlite3_value *value)
{
  const TableSpec *spec = cursor->answer->spec;
  const Customers *customers = spec->customers(cursor->state);
  uint32_t id;
  if (!customers) {
    return;
  }
  int type = sqlite3_value_type(value);
  if (type == SQLITE_NULL) {
    cursor->end = cursor->row;
    return;
  }
  if (type == SQLITE_INTEGER && customers->n_text == 0) {
    id = customers_find_integer(customers, sqlite3_value_int64(value));
  } else if (type == SQLITE_TEXT && customers->n_text == customers->count && sqlite3_value_text(value)) {
    id = customers_find_text(customers, (const char *)sqlite3_value_text(value), (size_t)sqlite3_value_bytes(value));
  } else {
    return;
  }
  int64_t row = id == CUSTOMER_NONE ? -1 : spec->row_of ? spec->row_of(cursor->state, id) : (int64_t)id;
  cursor->row = row < 0 ? 0 : row;
  cursor->end = row < 0 ? 0 : row + 1;
}

/* Puts the cursor before the rows of the part. */
static void begin_part(Cursor *cursor)
{
  const AnswerPart *part = &cursor->answer->parts[cursor->part];
  cursor->state = part->state;
  cursor->row = 0;
  cursor->end = part->n_rows;
  if (cursor->customer) {
    seek_customer(cursor, cursor->customer);
  }
}

/* On to the next part with a row, where the present one has no more. */
static void find_row(Cursor *cursor)
{
  while (cursor->row >= cursor->end && cursor->part + 1 < cursor->answer->n_parts) {
    cursor->part++;
    begin_part(cursor);
  }
}

static int table_filter(sqlite3_vtab_cursor *base, int idx, const char *idx_text, int argc, sqlite3_value **argv)
{
  Cursor *cursor = (Cursor *)base;
  Table *table = (Table *)base->pVtab;
  const TableSpec *spec = table->spec;
  sqlite3_value *values[PARAM_MAX] = {0};
  int n_params = table_param_count(spec), n = 0;
  Call call;
  (void)idx_text;

  for (int param = 0; param < n_params; param++) {
    if (idx >> param & 1) {
      values[param] = argv[n++];
    }
  }
  sqlite3_value *customer = idx >> CUSTOMER_BIT & 1 && n < argc ? argv[n] : NULL;
  answer_release(cursor->answer);
  cursor->answer = NULL;
  cursor->part = 0;
  cursor->row = cursor->end = 0;
  sqlite3_value_free(cursor->customer);
  cursor->customer = customer ? sqlite3_value_dup(customer) : NULL;
  if (customer && !cursor->customer) {
    return SQLITE_NOMEM;
  }
  sqlite3_free(base->pVtab->zErrMsg);
  base->pVtab->zErrMsg = NULL;

  call_begin(&call, table->connection, spec->name, n_params, values);
  call.table = spec;
  call.value_used = idx >> VALUE_BIT & 1;
  Status status = answers_get(&table->kept, &call, &cursor->answer);
  if (status == STATUS_OK) {
    begin_part(cursor);
    find_row(cursor);
  }
  int rc = call_result_code(&call, status);
  base->pVtab->zErrMsg = call.message;
  call.message = NULL;
  call_end(&call);
  return rc;
}

static int table_next(sqlite3_vtab_cursor *base)
{
  Cursor *cursor = (Cursor *)base;
  if (++cursor->row >= cursor->end) {
    find_row(cursor);
  }
  return SQLITE_OK;
}

static int table_eof(sqlite3_vtab_cursor *base)
{
  return ((Cursor *)base)->row >= ((Cursor *)base)->end;
}

static int table_rowid(sqlite3_vtab_cursor *base, sqlite3_int64 *rowid)
{
  const Cursor *cursor = (const Cursor *)base;
  *rowid = cursor->answer->parts[cursor->part].first_row + cursor->row + 1;
  return SQLITE_OK;
}

/* Word i of "a|b|c". */
static void echo_choice(const char *choices, int64_t i, Cell *out)
{
  for (; i > 0; i--) {
    choices += strcspn(choices, "|") + 1;
  }
  cell_text(out, choices, strcspn(choices, "|"));
}

/* A parameter's effective value: the argument, what the analysis took where it was left out, or the default. */
static void echo_param(const Answer *answer, uint32_t part, int i, sqlite3_context *context)
{
  const Resolved *resolved = &answer->parts[part].resolved;
  const ParamSpec *param = table_param(answer->spec, i);
  sqlite3_value *value = answer->values[i];
  Cell *out = (Cell *)(void *)context;
  if (value && sqlite3_value_type(value) != SQLITE_NULL) {
    sqlite3_result_value(context, value);
  } else if (answer->recognised[i]) {
    cell_text(out, answer->recognised[i], strlen(answer->recognised[i]));
  } else if (resolved->dates >> i & 1) {
    cell_date(out, resolved->number[i]);
  } else if (resolved->set >> i & 1 && param->kind == PARAM_TIME) {
    cell_time(out, resolved->number[i]);
  } else if (resolved->set >> i & 1 && param->kind == PARAM_CHOICE) {
    echo_choice(param->choices, resolved->number[i], out);
  } else if (resolved->set >> i & 1) {
    cell_integer(out, resolved->number[i]);
  } else if (!param->fallback || !*param->fallback) {
    cell_null(out);
  } else if (param->kind == PARAM_INTEGER) {
    cell_integer(out, (int64_t)param_default_number(param->fallback));
  } else if (param->kind == PARAM_REAL) {
    cell_real(out, param_default_number(param->fallback));
  } else {
    cell_static(out, param->fallback);
  }
}

static int table_value(sqlite3_vtab_cursor *base, sqlite3_context *context, int column)
{
  const Cursor *cursor = (const Cursor *)base;
  int own = column - cursor->first_column;
  if ((unsigned)own < cursor->n_columns) {
    cursor->cell(cursor->state, cursor->row, own, (Cell *)(void *)context);
  } else if (own >= 0) {
    echo_param(cursor->answer, cursor->part, own - (int)cursor->n_columns, context);
  } else if (cursor->answer->segments.n > 0) { /* else SQLite makes it NULL */
    deal_segment_cell((Cell *)(void *)context, &cursor->answer->segments, cursor->part);
  }
  return SQLITE_OK;
}

static const sqlite3_module MODULE = {
  .iVersion = 1,
  .xConnect = table_connect,
  .xBestIndex = table_best_index,
  .xDisconnect = table_disconnect,
  .xDestroy = table_disconnect,
  .xOpen = table_open,
  .xClose = table_close,
  .xFilter = table_filter,
  .xNext = table_next,
  .xEof = table_eof,
  .xColumn = table_value,
  .xRowid = table_rowid,
};

int table_register(Connection *connection, const TableSpec *spec)
{
  Binding *binding = binding_new(connection, NULL, spec);
  if (!binding) {
    return SQLITE_NOMEM;
  }
  return sqlite3_create_module_v2(connection->db, spec->name, &MODULE, binding, binding_free);
}

void table_unregister(sqlite3 *db, const TableSpec *spec)
{
  sqlite3_create_module_v2(db, spec->name, NULL, NULL, NULL);
}
