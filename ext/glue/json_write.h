/*
** A JSON result that grows. A failure sticks and is told once, by json_text_result(), so that writers need not look at
** every step.
*/
#ifndef RETAIN_GLUE_JSON_WRITE_H
#define RETAIN_GLUE_JSON_WRITE_H

#include "call.h"
#include "core/base/text.h"

/* {.call = call} is an empty result. Punctuation, names and strings are added to `text` itself. */
typedef struct JsonText {
  Call *call;
  Text text;
  Status status;
} JsonText;

void json_text_number(JsonText *json, double x); /* reads back exactly; null where it is not finite */
void json_text_numbers(JsonText *json, const double *x, int n);
void json_text_named(JsonText *json, const char *name, double x); /* ,"name":x */
void json_text_named_numbers(JsonText *json, const char *name, const double *x, int n);

/* Makes it the result of the call, or the call fails with what went wrong. Frees it. */
void json_text_result(JsonText *json, Cell *out);

#endif
