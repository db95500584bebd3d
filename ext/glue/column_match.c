#include "column_match.h"

#include <string.h>

#define TABLES_LISTED 30

/*
** One part of a possibly quoted, possibly dotted name: abc, "a b", [a b], `a b`. Returns what follows it (a dot or the
** end), NULL where the text is no name; *part from sqlite3_malloc.
*/
static const char *name_part(const char *text, char **part)
{
  char close = *text == '"' ? '"' : *text == '`' ? '`' : *text == '[' ? ']' : 0;
  size_t n = 0;
  char *out = sqlite3_malloc64(strlen(text) + 1);
  *part = out;
  if (!out) {
    return NULL;
  }
  if (!close) {
    n = strcspn(text, ".");
    memcpy(out, text, n);
    out[n] = 0;
    return n ? text + n : NULL;
  }
  for (text++; *text; text++) {
    if (*text == close) {
      if (close == ']' || text[1] != close) {
        out[n] = 0;
        return n ? text + 1 : NULL;
      }
      text++;
    }
    out[n++] = *text;
  }
  return NULL;
}

/* name, schema.name -> quoted for SQL */
static Status quote_name(Call *call, int param, char **quoted)
{
  const char *text = call_text(call, param);
  char *first = NULL, *second = NULL;
  Status status = STATUS_ERROR;
  const char *rest = name_part(text, &first);
  bool dotted = rest && *rest == '.', has_memory = first != NULL;
  if (dotted) {
    rest = name_part(rest + 1, &second);
    has_memory = second != NULL;
  }
  if (rest && *rest == 0) {
    *quoted = second ? sqlite3_mprintf("\"%w\".\"%w\"", first, second) : sqlite3_mprintf("\"%w\"", first);
    status = *quoted ? STATUS_OK : STATUS_NOMEM;
  }
  sqlite3_free(first);
  sqlite3_free(second);
  status = has_memory ? status : STATUS_NOMEM;
  return status == STATUS_ERROR
           ? call_fail_argument(call, param, "the name of a table or view ('orders', 'main.orders', '\"odd name\"')")
           : status;
}

/* The first column of the statement's rows as "a, b, c", of many with "…" at the end. */
static char *list_rows(sqlite3_stmt *statement)
{
  char *list = NULL;
  for (int n = 0; n <= TABLES_LISTED && sqlite3_step(statement) == SQLITE_ROW; n++) {
    const char *name = n < TABLES_LISTED ? (const char *)sqlite3_column_text(statement, 0) : "…";
    list = list ? sqlite3_mprintf("%z, %s", list, name) : sqlite3_mprintf("%s", name);
  }
  return list;
}

/* Whether what SQLite misses is the named table itself, and not one that a view of this name reads. */
static bool is_missing(const char *label, const char *why)
{
  static const char MISSES[] = "no such table: ";
  const char *missing = strstr(why, MISSES);
  return missing && (strpbrk(label, "\"`[") || strcmp(missing + sizeof MISSES - 1, label) == 0);
}

/* Whether the text is the very name of a table or view: one with a dot, which has to be quoted. */
static bool is_name(Call *call, const char *text)
{
  static const char SQL[] = "SELECT 1 FROM pragma_table_list WHERE name = ?1";
  sqlite3_stmt *statement = NULL;
  int rc = sqlite3_prepare_v2(call->connection->db, SQL, -1, &statement, NULL);
  if (rc == SQLITE_OK) {
    rc = sqlite3_bind_text(statement, 1, text, -1, SQLITE_STATIC);
  }
  bool is_one = rc == SQLITE_OK && sqlite3_step(statement) == SQLITE_ROW;
  sqlite3_finalize(statement);
  return is_one;
}

/* NULL: there are none, or no memory for them. */
static char *list_tables(Call *call)
{
  static const char SQL[] = "SELECT DISTINCT name FROM pragma_table_list WHERE type IN ('table', 'view', 'virtual') "
                            "AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name";
  sqlite3_stmt *statement = NULL;
  char *tables = NULL;
  if (sqlite3_prepare_v2(call->connection->db, SQL, -1, &statement, NULL) == SQLITE_OK) {
    tables = list_rows(statement);
  }
  sqlite3_finalize(statement);
  return tables;
}

static Status no_such_table(Call *call, int param, const char *label, const char *why)
{
  if (!is_missing(label, why)) {
    return call_fail(call, "%s '%s' cannot be read: %s", call_param(call, param)->name, label, why);
  }
  if (is_name(call, label)) {
    return call_fail(call, "no such table or view: '%s'; a name with a dot is written in double quotes: '\"%w\"'",
                     label, label);
  }
  char *tables = list_tables(call);
  Status status = call_fail(
    call, "no such table or view: '%s'; this database has %s%s", label, tables ? tables : "none yet",
    param == 0 && call->table->has_source ? ". For a query give (SELECT retain_log(customer, time, value) FROM …)"
                                          : "");
  sqlite3_free(tables);
  return status;
}

/*
** The name of column i; NULL: out of memory. Under PRAGMA full_column_names SQLite puts the table's alias before it:
** one that no column begins with.
*/
#define ALIAS "retain's source"
static const char *column_name(sqlite3_stmt *table, int i)
{
  static const char prefix[] = ALIAS ".";
  const char *name = sqlite3_column_name(table, i);
  return name && strncmp(name, prefix, sizeof prefix - 1) == 0 ? name + sizeof prefix - 1 : name;
}

static char *columns_text(sqlite3_stmt *table)
{
  char *list = NULL;
  for (int i = 0; i < sqlite3_column_count(table); i++) {
    const char *name = column_name(table, i);
    list = list ? sqlite3_mprintf("%z, %s", list, name) : sqlite3_mprintf("%s", name);
  }
  return list;
}

static Status column_fail(Call *call, const char *label, sqlite3_stmt *table, char *problem)
{
  char *columns = columns_text(table);
  Status status =
    problem && columns ? call_fail(call, "%s; the columns of %s are: %s", problem, label, columns) : STATUS_NOMEM;
  sqlite3_free(columns);
  sqlite3_free(problem);
  return status;
}

/* The column that the user named, spelt as the table spells it. */
static Status column_named(Call *call, const char *label, sqlite3_stmt *table, Role *role)
{
  for (int i = 0; i < sqlite3_column_count(table); i++) {
    const char *name = column_name(table, i);
    if (name && sqlite3_stricmp(name, role->wanted) == 0) {
      role->column = sqlite3_mprintf("%s", name);
      return role->column ? STATUS_OK : STATUS_NOMEM;
    }
  }
  return column_fail(call, label, table, sqlite3_mprintf("no such column: '%q' (%s)", role->wanted, role->param_name));
}

bool is_usual_name(const char *const *names, const char *column)
{
  char folded[64];
  size_t n = 0;
  for (; *column && n + 1 < sizeof folded; column++) {
    if (*column != '_' && *column != ' ') {
      folded[n++] = (char)(*column >= 'A' && *column <= 'Z' ? *column + 32 : *column);
    }
  }
  folded[n] = 0;
  for (; *names; names++) {
    if (strcmp(*names, folded) == 0) {
      return true;
    }
  }
  return false;
}

/* The query may ask for the parameter, which was left out: it is the column then. */
static Status tell_recognised(Call *call, const Role *role)
{
  for (int i = 0; role->param_name && call->recognised && i < call->n_params; i++) {
    if (!call->recognised[i] && strcmp(call_param(call, i)->name, role->param_name) == 0) {
      call->recognised[i] = sqlite3_mprintf("%s", role->column);
      return call->recognised[i] ? STATUS_OK : STATUS_NOMEM;
    }
  }
  return STATUS_OK;
}

/* The columns with one of the names, as "a, b", and how many they are. */
static Status columns_fitting(sqlite3_stmt *table, const char *const *names, char **fitting, int *found)
{
  for (int i = 0; i < sqlite3_column_count(table); i++) {
    const char *name = column_name(table, i);
    if (!name) {
      return STATUS_NOMEM;
    }
    if (is_usual_name(names, name)) {
      *fitting = (*found)++ ? sqlite3_mprintf("%z, %s", *fitting, name) : sqlite3_mprintf("%s", name);
    }
  }
  return STATUS_OK;
}

static Status column_recognised(Call *call, const char *label, sqlite3_stmt *table, Role *role)
{
  int found = 0;
  char *fitting = NULL;
  Status status = columns_fitting(table, role->names->names, &fitting, &found);
  if (status == STATUS_OK && found == 0 && role->names->further) {
    status = columns_fitting(table, role->names->further, &fitting, &found);
  }
  if (status != STATUS_OK) {
    sqlite3_free(fitting);
    return status;
  }
  if (found == 1) {
    role->column = fitting;
    return !fitting ? STATUS_NOMEM : role->hint ? STATUS_OK : tell_recognised(call, role);
  }
  if ((found == 0 && !role->required) || role->hint) {
    sqlite3_free(fitting);
    return STATUS_OK;
  }
  char *problem = found ? sqlite3_mprintf("several columns of %s could be the %s (%s)", label, role->noun, fitting)
                        : sqlite3_mprintf("no column of %s is recognised as the %s", label, role->noun);
  if (problem) {
    problem = role->param_name
                ? sqlite3_mprintf("%z: name %s with WHERE %s = '…'", problem, found ? "one" : "it", role->param_name)
                : sqlite3_mprintf("%z: give a view whose column is called %s", problem, role->noun);
  }
  sqlite3_free(fitting);
  return column_fail(call, label, table, problem);
}

Status named_table_find(Call *call, int param, Role *const *roles, int n_roles, NamedTable *found)
{
  sqlite3 *db = call->connection->db;
  sqlite3_stmt *table = NULL;
  Status status = quote_name(call, param, &found->from);
  if (status != STATUS_OK) {
    return status;
  }
  found->label = sqlite3_mprintf("%s", call_text(call, param));
  char *sql = sqlite3_mprintf("SELECT * FROM %s AS \"" ALIAS "\" LIMIT 0", found->from);
  if (!found->label || !sql) {
    sqlite3_free(sql);
    return STATUS_NOMEM;
  }
  int rc = sqlite3_prepare_v2(db, sql, -1, &table, NULL);
  sqlite3_free(sql);
  if (rc != SQLITE_OK) {
    status = call_status(call, rc);
    return status == STATUS_ERROR ? no_such_table(call, param, found->label, sqlite3_errmsg(db)) : status;
  }
  for (int i = 0; i < n_roles && status == STATUS_OK; i++) {
    if (roles[i]->wanted) {
      status = column_named(call, found->label, table, roles[i]);
    } else if (roles[i]->names) {
      status = column_recognised(call, found->label, table, roles[i]);
    }
  }
  sqlite3_finalize(table);
  return status;
}

void named_table_free(NamedTable *table)
{
  sqlite3_free(table->from);
  sqlite3_free(table->label);
  *table = (NamedTable){0};
}

void role_free(Role *role)
{
  sqlite3_free(role->column);
  role->column = NULL;
}

/* A statement that reads the rowids; NULL: there are none. */
static sqlite3_stmt *rowid_statement(Call *call, const NamedTable *table)
{
  sqlite3_stmt *statement = NULL;
  char *sql = sqlite3_mprintf("SELECT \"" ALIAS "\".rowid FROM %s AS \"" ALIAS "\"", table->from);
  if (sql) {
    sqlite3_prepare_v2(call->connection->db, sql, -1, &statement, NULL);
  }
  sqlite3_free(sql);
  return statement;
}

bool named_table_has_rowid(Call *call, const NamedTable *table)
{
  sqlite3_stmt *statement = rowid_statement(call, table);
  bool has = statement != NULL;
  sqlite3_finalize(statement);
  return has;
}

/* SQLite calls the rowid by the name of the column that holds it. */
bool named_table_is_rowid(Call *call, const NamedTable *table, const char *column)
{
  sqlite3_stmt *statement = rowid_statement(call, table);
  const char *name = statement ? column_name(statement, 0) : NULL;
  bool is = name && sqlite3_stricmp(name, column) == 0;
  sqlite3_finalize(statement);
  return is;
}
