/*
** Reading a JSON argument by SQLite's own JSON functions, a value at a path at a time, and writing numbers that read
** back the same.
**
** Only json_…() scalars are used, which no table or view of the user's file can stand in for, and json_each() with
** arguments, which no table or view can take.
*/
#ifndef RETAIN_GLUE_JSON_READ_H
#define RETAIN_GLUE_JSON_READ_H

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

/*
** The members of an object or array of an argument, one after the other, in one pass. {0} is a valid empty object; it
** may be opened again without a close, for the next row: the statement is then prepared once. json_each_close() may run
** twice.
*/
typedef struct JsonEach {
  Call *call;
  int param;
  void *each; /* prepared statement */
} JsonEach;

typedef struct JsonMember {
  const char *key; /* ends in a zero byte; NULL in an array */
  JsonValue value; /* JSON_ABSENT: there are no more. Text that is a number ("12") is JSON_NUMBER */
} JsonMember;

/*
** path: a plain text such as "$" or "$.features". What is not there, or is a lone value, has no members or one
** without a key.
*/
Status json_each_open(JsonEach *each, Call *call, int param, const char *path);

/* The next member, borrowed until the one after it; STATUS_ERROR with a message where the argument is no JSON. */
Status json_each_next(JsonEach *each, JsonMember *member);

void json_each_close(JsonEach *each);

/* The shortest of 15, 16 or 17 digits that SQLite reads back as x, which is finite. The length in *length. */
#define JSON_NUMBER_MAX 32
Status json_number(Call *call, double x, char out[JSON_NUMBER_MAX], size_t *length);

/* 15 digits of x, which is finite: for results that are read and not computed with, a hundred times as fast. */
void json_number_rounded(double x, char out[JSON_NUMBER_MAX]);

#endif
