/*
** Reading a JSON argument by SQLite's own JSON functions, a value at a path at a time, and writing numbers that read
** back the same.
**
** Only json_…() scalars are used: no table or view of the user's file can stand in for one.
*/
#ifndef RETAIN_GLUE_JSON_H
#define RETAIN_GLUE_JSON_H

#include "call.h"

typedef enum JsonType {
  JSON_ABSENT,
  JSON_NULL,
  JSON_BOOLEAN,
  JSON_NUMBER,
  JSON_TEXT,
  JSON_ARRAY,
  JSON_OBJECT
} JsonType;

typedef struct JsonValue {
  JsonType type;
  double number;    /* JSON_NUMBER, may be infinite; JSON_BOOLEAN: 0 or 1 */
  int64_t length;   /* JSON_ARRAY: elements */
  const char *text; /* JSON_TEXT, ends in a zero byte; until the next json_get() or json_close() */
} JsonValue;

/* An argument being read. {0} is a valid empty object; json_close() may run twice. */
typedef struct Json {
  Call *call;
  int param;
  void *get; /* prepared statement */
} Json;

/* STATUS_ERROR, with the message, where the argument is no JSON. */
Status json_open(Json *json, Call *call, int param);

/* The value at a path such as "$.recency[3]" (a printf format, of SQLite's kind). */
Status json_get(Json *json, JsonValue *value, const char *path, ...);

/*
** Whether the object at a path has none but these keys; where it has others, STATUS_ERROR with a message that shows
** them.
*/
Status json_only(Json *json, const char *const *keys, int n_keys, const char *path, ...);

void json_close(Json *json);

/* The shortest of 15, 16 or 17 digits that SQLite reads back as x, which is finite. The length in *length. */
#define JSON_NUMBER_MAX 32
Status json_number(Call *call, double x, char out[JSON_NUMBER_MAX], size_t *length);

#endif
