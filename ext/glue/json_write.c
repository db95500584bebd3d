#include "json_write.h"

#include <math.h>

#include "core/base/mem.h"
#include "json_read.h"

void json_text_number(JsonText *json, double x)
{
  char digits[JSON_NUMBER_MAX];
  size_t length = 0;
  if (!isfinite(x)) {
    text_add(&json->text, "null");
  } else if (json->status == STATUS_OK) {
    json->status = json_number(json->call, x, digits, &length);
    text_add_bytes(&json->text, digits, length);
  }
}

void json_text_numbers(JsonText *json, const double *x, int n)
{
  text_add(&json->text, "[");
  for (int i = 0; i < n; i++) {
    text_add(&json->text, i ? "," : "");
    json_text_number(json, x[i]);
  }
  text_add(&json->text, "]");
}

void json_text_named(JsonText *json, const char *name, double x)
{
  text_add(&json->text, ",\"");
  text_add(&json->text, name);
  text_add(&json->text, "\":");
  json_text_number(json, x);
}

void json_text_named_numbers(JsonText *json, const char *name, const double *x, int n)
{
  text_add(&json->text, ",\"");
  text_add(&json->text, name);
  text_add(&json->text, "\":");
  json_text_numbers(json, x, n);
}

void json_text_result(JsonText *json, Cell *out)
{
  size_t length = json->text.length;
  char *bytes = text_take(&json->text);
  if (bytes && json->status == STATUS_OK) {
    cell_json(out, bytes, length);
  } else {
    mem_free(bytes);
    call_fail_status(json->call, bytes ? json->status : STATUS_NOMEM);
  }
}
