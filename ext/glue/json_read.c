#include "json_read.h"

#include <string.h>

#include "call_private.h"

#define PATH_MAX_BYTES 120

static Status sqlite_failed(Call *call, int rc)
{
  Status status = call_status(call, rc);
  return status == STATUS_ERROR ? call_fail(call, "%s", sqlite3_errmsg(call->connection->db)) : status;
}

static int bind_argument(Call *call, int param, sqlite3_stmt *statement)
{
  const char *bytes = call_text(call, param);
  size_t length = call_length(call, param);
  return sqlite3_value_type(call->values[param]) == SQLITE_BLOB
           ? sqlite3_bind_blob64(statement, 1, bytes, length, SQLITE_STATIC)
           : sqlite3_bind_text64(statement, 1, bytes, length, SQLITE_STATIC, SQLITE_UTF8);
}

/* A fixed SQL text about (?1 the argument, ?2 a path). */
static Status statement_make(Call *call, int param, const char *sql, sqlite3_stmt **statement)
{
  int rc = sqlite3_prepare_v2(call->connection->db, sql, -1, statement, NULL);
  if (rc == SQLITE_OK) {
    rc = bind_argument(call, param, *statement);
  }
  return rc == SQLITE_OK ? STATUS_OK : sqlite_failed(call, rc);
}

/* Steps to the one row. An SQL error is about the JSON: the paths are ours. */
static Status statement_run(Call *call, int param, sqlite3_stmt *statement, const char *path, va_list list)
{
  char text[PATH_MAX_BYTES];
  sqlite3_vsnprintf(sizeof text, text, path, list);
  sqlite3_reset(statement);
  int rc = sqlite3_bind_text(statement, 2, text, -1, SQLITE_TRANSIENT);
  if (rc == SQLITE_OK) {
    rc = sqlite3_step(statement);
  }
  if (rc == SQLITE_ERROR) {
    return call_fail_argument(call, param, "JSON");
  }
  return rc == SQLITE_ROW ? STATUS_OK : sqlite_failed(call, rc);
}

Status json_open(Json *json, Call *call, int param)
{
  static const char sql[] = "SELECT json_type(?1, ?2), CASE json_type(?1, ?2)"
                            " WHEN 'array' THEN json_array_length(?1, ?2) WHEN 'object' THEN NULL"
                            " ELSE json_extract(?1, ?2) END";
  *json = (Json){.call = call, .param = param};
  sqlite3_stmt *get = NULL;
  Status status = statement_make(call, param, sql, &get);
  json->get = get;
  JsonValue root;
  return status == STATUS_OK ? json_get(json, &root, "$") : status;
}

static JsonType type_of(const char *name)
{
  static const struct {
    const char *name;
    JsonType type;
  } types[] = {
    {"null", JSON_NULL},   {"true", JSON_BOOLEAN}, {"false", JSON_BOOLEAN}, {"integer", JSON_NUMBER},
    {"real", JSON_NUMBER}, {"text", JSON_TEXT},    {"array", JSON_ARRAY},   {"object", JSON_OBJECT},
  };
  for (int i = 0; name && i < COUNT_OF(types); i++) {
    if (strcmp(name, types[i].name) == 0) {
      return types[i].type;
    }
  }
  return JSON_ABSENT;
}

Status json_get(Json *json, JsonValue *value, const char *path, ...)
{
  sqlite3_stmt *get = json->get;
  va_list list;
  va_start(list, path);
  Status status = statement_run(json->call, json->param, get, path, list);
  va_end(list);
  if (status != STATUS_OK) {
    return status;
  }
  *value = (JsonValue){.type = type_of((const char *)sqlite3_column_text(get, 0))};
  switch (value->type) {
    case JSON_NUMBER:
    case JSON_BOOLEAN:
      value->number = sqlite3_column_double(get, 1);
      break;
    case JSON_ARRAY:
      value->length = sqlite3_column_int64(get, 1);
      break;
    case JSON_TEXT:
      value->text = (const char *)sqlite3_column_text(get, 1);
      return value->text ? STATUS_OK : STATUS_NOMEM;
    default:
      break;
  }
  return STATUS_OK;
}

Status json_only(Json *json, const char *const *keys, int n_keys, const char *path, ...)
{
  Call *call = json->call;
  char *paths = NULL, *list = NULL;
  for (int i = 0; i < n_keys; i++) {
    paths = sqlite3_mprintf("%z, '$.%q'", paths, keys[i]);
    list = sqlite3_mprintf(i ? "%z, %s" : "%z%s", list, keys[i]);
  }
  char *sql = sqlite3_mprintf("SELECT json_remove(json_extract(?1, ?2)%s)", paths);
  sqlite3_stmt *rest = NULL;
  Status status = paths && list && sql ? statement_make(call, json->param, sql, &rest) : STATUS_NOMEM;
  if (status == STATUS_OK) {
    va_list arguments;
    va_start(arguments, path);
    status = statement_run(call, json->param, rest, path, arguments);
    va_end(arguments);
  }
  if (status == STATUS_OK) {
    const char *left = (const char *)sqlite3_column_text(rest, 0);
    if (!left) {
      status = STATUS_NOMEM;
    } else if (strcmp(left, "{}") != 0) {
      status = call_fail(call, "%s: unknown keys %.100s; the known ones are %s", call_param(call, json->param)->name,
                         left, list);
    }
  }
  sqlite3_finalize(rest);
  sqlite3_free(sql);
  sqlite3_free(list);
  sqlite3_free(paths);
  return status;
}

void json_close(Json *json)
{
  sqlite3_finalize(json->get);
  json->get = NULL;
}

Status json_each_open(JsonEach *each, Call *call, int param, const char *path)
{
  /*
  ** The last column: whether a text is a number. The cast's affinity makes the comparison one of numbers where it is. A
  ** table or view named json_each comes before SQLite's function of that name: looked for in temp, it is only one
  ** there.
  */
  static const char sql[] = "SELECT key, type, atom, CASE type WHEN 'text' THEN CAST(atom AS NUMERIC) = atom END"
                            " FROM temp.json_each(?1, ?2)";
  each->call = call;
  each->param = param;
  sqlite3_stmt *statement = each->each;
  int rc = statement ? sqlite3_reset(statement),
      SQLITE_OK      : sqlite3_prepare_v2(call->connection->db, sql, -1, &statement, NULL);
  each->each = statement;
  if (rc == SQLITE_ERROR) {
    return call_fail(call, "a temporary table or view named json_each hides SQLite's function json_each(): %s",
                     sqlite3_errmsg(call->connection->db));
  }
  if (rc == SQLITE_OK) {
    rc = bind_argument(call, param, statement);
  }
  if (rc == SQLITE_OK) {
    rc = sqlite3_bind_text(statement, 2, path, -1, SQLITE_STATIC);
  }
  return rc == SQLITE_OK ? STATUS_OK : sqlite_failed(call, rc);
}

Status json_each_next(JsonEach *each, JsonMember *member)
{
  sqlite3_stmt *statement = each->each;
  *member = (JsonMember){0};
  int rc = sqlite3_step(statement);
  if (rc == SQLITE_ERROR) {
    return call_fail_argument(each->call, each->param, "JSON");
  }
  if (rc != SQLITE_ROW) {
    sqlite3_reset(statement);
    return rc == SQLITE_DONE ? STATUS_OK : sqlite_failed(each->call, rc);
  }
  if (sqlite3_column_type(statement, 0) == SQLITE_TEXT) {
    member->key = (const char *)sqlite3_column_text(statement, 0);
    if (!member->key) {
      return STATUS_NOMEM;
    }
  }
  JsonValue *value = &member->value;
  value->type = type_of((const char *)sqlite3_column_text(statement, 1));
  if (value->type == JSON_TEXT && sqlite3_column_int(statement, 3)) {
    value->type = JSON_NUMBER;
  }
  if (value->type == JSON_NUMBER || value->type == JSON_BOOLEAN) {
    value->number = sqlite3_column_double(statement, 2);
  } else if (value->type == JSON_TEXT) {
    value->text = (const char *)sqlite3_column_text(statement, 2);
  }
  return value->type == JSON_ABSENT || (value->type == JSON_TEXT && !value->text) ? STATUS_NOMEM : STATUS_OK;
}

void json_each_close(JsonEach *each)
{
  sqlite3_finalize(each->each);
  each->each = NULL;
}

/*
** SQLite's own reader is asked, because it is the one that will read the text, and versions differ in the last digit.
*/
Status json_number(Call *call, double x, char out[JSON_NUMBER_MAX], size_t *length)
{
  static const char *const formats[] = {"%.15g", "%!.16g", "%!.17g"};
  static const char sql[] = "SELECT CAST(?1 AS REAL) = ?2";
  bool same = false;
  out[0] = 0; /* a failure before the first format leaves an empty text */
  int rc = call->number_statement ? SQLITE_OK
                                  : sqlite3_prepare_v2(call->connection->db, sql, -1, &call->number_statement, NULL);
  for (int i = 0; i < COUNT_OF(formats) && rc == SQLITE_OK && !same; i++) {
    sqlite3_snprintf(JSON_NUMBER_MAX, out, formats[i], x);
    rc = sqlite3_bind_text(call->number_statement, 1, out, -1, SQLITE_STATIC);
    if (rc == SQLITE_OK) {
      rc = sqlite3_bind_double(call->number_statement, 2, x);
    }
    if (rc == SQLITE_OK) {
      rc = sqlite3_step(call->number_statement);
    }
    same = rc == SQLITE_ROW && sqlite3_column_int(call->number_statement, 0);
    sqlite3_reset(call->number_statement);
    rc = rc == SQLITE_ROW ? SQLITE_OK : rc;
  }
  *length = strlen(out);
  return rc == SQLITE_OK ? STATUS_OK : sqlite_failed(call, rc);
}

void json_number_rounded(double x, char out[JSON_NUMBER_MAX])
{
  sqlite3_snprintf(JSON_NUMBER_MAX, out, "%.15g", x);
}
