/*
** The arguments of a call: checked against their specs before fn code runs, then only read.
*/
#include <math.h>
#include <string.h>

#include "call_private.h"
#include "core/base/mem.h"
#include "core/time/length.h"
#include "core/time/time_parse.h"
#include "params.h"
#include "row_value.h"
#include "source_log.h"

/* Readers */

bool call_is_null(const Call *call, int param)
{
  return call->args[param].null;
}

bool call_is_given(const Call *call, int param)
{
  return call->values[param];
}

int64_t call_integer(const Call *call, int param)
{
  return call->args[param].as.integer;
}

double call_real(const Call *call, int param)
{
  return call->args[param].as.real;
}

const char *call_text(const Call *call, int param)
{
  return call->args[param].null ? NULL : call->args[param].text;
}

size_t call_length(const Call *call, int param)
{
  return call->args[param].null ? 0 : call->args[param].length;
}

int call_choice(const Call *call, int param)
{
  return (int)call->args[param].as.integer;
}

Language call_language(const Call *call, int param)
{
  return (Language)call->args[param].as.integer;
}

int64_t call_time(const Call *call, int param)
{
  return call->args[param].as.integer;
}

Bound call_bound(const Call *call, int param, const ZoneCursor *zone)
{
  const Arg *arg = &call->args[param];
  return arg->is_date ? bound_of_day(zone, arg->as.integer) : bound_of_instant(arg->as.integer);
}

int64_t call_local(const Call *call, int param, const ZoneCursor *zone)
{
  const Arg *arg = &call->args[param];
  return arg->is_date ? arg->as.integer : zone_local_at(zone, arg->as.integer);
}

bool call_is_date(const Call *call, int param)
{
  return call->args[param].is_date;
}

ZoneCursor call_zone(const Call *call, int param)
{
  return call->args[param].as.zone;
}

Grain call_grain(const Call *call, int param)
{
  return call->args[param].as.grain;
}

Duration call_duration(const Call *call, int param)
{
  return call->args[param].as.duration;
}

ValueType call_type(const Call *call, int param)
{
  sqlite3_value *value = call->values[param];
  switch (value ? sqlite3_value_type(value) : SQLITE_NULL) {
    case SQLITE_INTEGER:
      return TYPE_INTEGER;
    case SQLITE_FLOAT:
      return TYPE_REAL;
    case SQLITE_TEXT:
      return TYPE_TEXT;
    case SQLITE_BLOB:
      return TYPE_BLOB;
    default:
      return TYPE_NULL;
  }
}

void call_resolve(Call *call, int param, int64_t number)
{
  if (call_is_null(call, param)) {
    call->resolved->set |= 1u << param;
    call->resolved->number[param] = number;
  }
}

void call_resolve_bound(Call *call, int param, Bound bound, const ZoneCursor *zone)
{
  bool is_day = bound_is_day(bound);
  call_resolve(call, param, is_day ? zone_local_at(zone, bound.last) : bound.last);
  if (call_is_null(call, param) && is_day) {
    call->resolved->dates |= 1u << param;
  }
}

int call_more(const Call *call)
{
  return call->n_more;
}

Status call_more_real(Call *call, int i, double *value)
{
  sqlite3_value *argument = call->values[call->n_params + i];
  int type = numeric_type_of_value(argument);
  *value = type == SQLITE_NULL ? NAN : sqlite3_value_double(argument);
  if (type == SQLITE_NULL || type == SQLITE_INTEGER || (type == SQLITE_FLOAT && !isinf(*value))) {
    return STATUS_OK;
  }
  char *what = sqlite3_mprintf("%s %d must be a number", call->function->more->name, i + 1);
  Status status = what ? call_fail_value(call, what, argument) : STATUS_NOMEM;
  sqlite3_free(what);
  return status;
}

/* Checks. A text argument and a default run through the same code; only numbers differ. */

static bool is_same_word(const char *word, size_t n, const char *text, size_t length)
{
  return n == length && sqlite3_strnicmp(word, text, (int)n) == 0;
}

/* The number of `text` in "a|b|c", or -1. */
static int choice_of(const char *choices, const char *text, size_t length)
{
  for (int i = 0;; i++) {
    size_t n = strcspn(choices, "|");
    if (is_same_word(choices, n, text, length)) {
      return i;
    }
    if (choices[n] == 0) {
      return -1;
    }
    choices += n + 1;
  }
}

/* Of a tag such as zh-CN or zh_Hans what names the language. */
static size_t language_length(const char *text, size_t length)
{
  size_t n = 0;
  while (n < length && text[n] != '-' && text[n] != '_') {
    n++;
  }
  return n + 1 < length ? n : length;
}

static bool time_now(int64_t *ms)
{
  sqlite3_vfs *vfs = sqlite3_vfs_find(NULL);
  sqlite3_int64 julian_ms;
  if (!vfs || vfs->iVersion < 2 || !vfs->xCurrentTimeInt64 || vfs->xCurrentTimeInt64(vfs, &julian_ms) != SQLITE_OK) {
    return false;
  }
  *ms = julian_ms - INT64_C(210866760000000);
  return true;
}

int64_t call_now_anywhere(void)
{
  int64_t now;
  return time_now(&now) ? now + 14 * MS_PER_HOUR : TIME_MAX;
}

/* An offset, or a name that the system's time zone data has. */
static bool zone_fits(Call *call, const char *text, size_t length, ZoneCursor *cursor)
{
  int64_t offset;
  const Zone *zone;
  if (offset_from_text(text, length, &offset)) {
    *cursor = zone_fixed(offset);
    return true;
  }
  Status status = zones_find(&call->connection->zones, text, length, &zone);
  if (status == STATUS_OK) {
    *cursor = (ZoneCursor){.zone = zone};
  } else if (status == STATUS_NOMEM) {
    call_fail_memory(call);
  }
  return status == STATUS_OK;
}

static bool time_text_fits(ParamKind kind, const char *text, size_t length, Arg *arg)
{
  TimeMemo memo = {0};
  if (kind == PARAM_TIME && is_same_word("now", 3, text, length)) {
    return time_now(&arg->as.integer);
  }
  bool fits = time_from_text_memo(&memo, text, length, &arg->as.integer);
  arg->is_date = fits && memo.is_date;
  return fits;
}

static bool arg_from_text(Call *call, const ParamSpec *param, const char *text, size_t length, Arg *arg)
{
  switch (param->kind) {
    case PARAM_CHOICE:
      arg->as.integer = choice_of(param->choices, text, length);
      return arg->as.integer >= 0;
    case PARAM_LANGUAGE:
      arg->as.integer = choice_of("en|zh", text, language_length(text, length));
      return arg->as.integer >= 0;
    case PARAM_TIME:
    case PARAM_FIXED_TIME:
      return time_text_fits(param->kind, text, length, arg);
    case PARAM_ZONE:
      return zone_fits(call, text, length, &arg->as.zone);
    case PARAM_GRAIN:
      return grain_from_text(text, length, &arg->as.grain);
    case PARAM_DURATION:
      return duration_from_text(text, length, &arg->as.duration);
    default: /* PARAM_SOURCE, PARAM_COLUMN, PARAM_TEXT, PARAM_JSON, PARAM_LIST, PARAM_PLAIN, PARAM_ANY: any text */
      return true;
  }
}

static bool is_number(const ParamSpec *param)
{
  return param->kind == PARAM_INTEGER || param->kind == PARAM_REAL;
}

static void arg_from_fallback(Call *call, const ParamSpec *param, Arg *arg)
{
  arg->null = !param->fallback || !*param->fallback;
  if (arg->null) {
    return;
  }
  arg->text = param->fallback;
  arg->length = strlen(param->fallback);
  if (param->kind == PARAM_REAL) {
    arg->as.real = param_default_number(param->fallback);
  } else if (param->kind == PARAM_INTEGER) {
    arg->as.integer = (int64_t)param_default_number(param->fallback);
  } else {
    arg_from_text(call, param, arg->text, arg->length, arg);
  }
}

static bool number_fits(const ParamSpec *param, sqlite3_value *value, Arg *arg)
{
  int type = numeric_type_of_value(value);
  if (type != SQLITE_INTEGER && type != SQLITE_FLOAT) {
    return false;
  }
  double number = sqlite3_value_double(value);
  if (!(number >= param->low && number <= param->high) || isinf(number)) {
    return false;
  }
  if (param->kind == PARAM_REAL) {
    arg->as.real = number;
    return true;
  }
  arg->as.integer = sqlite3_value_int64(value);
  return type == SQLITE_INTEGER || (double)arg->as.integer == number;
}

static bool time_fits(sqlite3_value *value, Arg *arg)
{
  return sqlite3_value_type(value) == SQLITE_INTEGER ? time_from_integer(sqlite3_value_int64(value), &arg->as.integer)
                                                     : time_from_real(sqlite3_value_double(value), &arg->as.integer);
}

int truth_of_text(const char *text, size_t length)
{
  int word = length <= 5 ? choice_of("no|yes|n|y|false|true|f|t", text, length) : -1;
  return word < 0 ? -1 : word % 2;
}

/* 0, 1, '0', '1' and words. */
static bool truth_fits(sqlite3_value *value, Arg *arg)
{
  static const ParamSpec NUMBER = {"", PARAM_INTEGER, NULL, 0, 1, NULL, ""};
  if (number_fits(&NUMBER, value, arg)) {
    return true;
  }
  const char *text = sqlite3_value_type(value) == SQLITE_TEXT ? (const char *)sqlite3_value_text(value) : NULL;
  int truth = text ? truth_of_text(text, (size_t)sqlite3_value_bytes(value)) : -1;
  arg->as.integer = truth;
  return truth >= 0;
}

static bool value_fits(Call *call, const ParamSpec *param, sqlite3_value *value, Arg *arg)
{
  int type = sqlite3_value_type(value);
  arg->null = arg->is_date = false;
  if (param->kind == PARAM_ANY) {
    return true;
  }
  if (is_number(param)) {
    return number_fits(param, value, arg);
  }
  if (param->kind == PARAM_TRUTH) {
    return truth_fits(value, arg);
  }
  if (param_is_time(param) && (type == SQLITE_INTEGER || type == SQLITE_FLOAT)) {
    return time_fits(value, arg);
  }
  bool is_one_number =
    (param->kind == PARAM_LIST || param->kind == PARAM_PLAIN) && (type == SQLITE_INTEGER || type == SQLITE_FLOAT);
  if (param->kind == PARAM_JSON && type == SQLITE_BLOB) { /* as bytes: SQLite's JSON functions judge it */
    arg->text = sqlite3_value_blob(value);
    arg->length = (size_t)sqlite3_value_bytes(value);
    return arg->text != NULL;
  }
  if (type != SQLITE_TEXT && !is_one_number) {
    return false;
  }
  arg->text = (const char *)sqlite3_value_text(value);
  if (!arg->text) {
    return false;
  }
  arg->length = (size_t)sqlite3_value_bytes(value);
  if (memchr(arg->text, 0, arg->length)) {
    return false; /* a name would be another one */
  }
  return arg_from_text(call, param, arg->text, arg->length, arg);
}

static Status misfit(Call *call, int i)
{
  sqlite3_value *value = call->values[i];
  if (sqlite3_value_type(value) == SQLITE_TEXT && !sqlite3_value_text(value)) {
    return STATUS_NOMEM;
  }
  const ParamSpec *param = call_param(call, i);
  if (call->rc == SQLITE_NOMEM) {
    return STATUS_NOMEM;
  }
  if (param->kind == PARAM_ZONE && sqlite3_value_type(value) == SQLITE_TEXT && !zones_exist()) {
    return call_fail_argument(call, i,
                              "an offset from UTC such as '+08:00': this system has no time zone data for names "
                              "(in /usr/share/zoneinfo, or where TZDIR says)");
  }
  char *accepted = param_accepted(param);
  int type = numeric_type_of_value(value);
  bool fraction = param->kind == PARAM_INTEGER && type == SQLITE_FLOAT;
  bool range = !isinf(param->low) || !isinf(param->high), number = type == SQLITE_INTEGER || type == SQLITE_FLOAT;
  const char *first = fraction                                                       ? "a whole number"
                      : is_number(param) && !param_is_bit(param) && range && !number ? "a number"
                                                                                     : "";
  Status status = accepted ? call_fail_argument(call, i, "%s%s%s", first, *first && range ? ", " : "",
                                                fraction && !range ? "" : accepted)
                           : STATUS_NOMEM;
  sqlite3_free(accepted);
  return status;
}

/* A retain_log(…) or retain_contracts(…) where the parameter takes it: *is_one. Where it does not, an error. */
static Status check_log(Call *call, const ParamSpec *param, sqlite3_value *value, bool *is_one)
{
  SourceLog log = source_log_of(value);
  *is_one = (log.events && param->kind == PARAM_SOURCE) || (log.contracts && param->kind == PARAM_CONTRACTS);
  if (*is_one || (!log.events && !log.contracts)) {
    return STATUS_OK;
  }
  char *accepted = param_accepted(param);
  Status status = accepted ? call_fail(call, "%s must be %s: it takes no %s(…)", param->name, accepted,
                                       log.contracts ? "retain_contracts" : "retain_log")
                           : STATUS_NOMEM;
  sqlite3_free(accepted);
  return status;
}

static Status missing(Call *call, int i)
{
  const ParamSpec *param = call_param(call, i);
  bool contracts = param->kind == PARAM_CONTRACTS, takes_log = contracts || param->kind == PARAM_SOURCE;
  if (!takes_log && param->kind != PARAM_TABLE) {
    return call_fail(call, "%s is required: %s", param->name, param->help);
  }
  if (takes_log && call->values[i]) {
    const char *maker = contracts ? "retain_contracts" : "retain_log",
               *arguments = contracts ? "customer, start, end, amount" : "customer, time, value";
    return call_fail(call,
                     "source is NULL. A %s(…) reaches a table function only as a scalar subquery written in the call, "
                     "%s((SELECT %s(%s) FROM …)); through a CTE, a view, a table or ORDER BY it becomes NULL",
                     maker, call->name, maker, arguments);
  }
  return call_fail(call, "%s is missing: give the name of a table or view, as in %s(%s)", param->name, call->name,
                   param->kind == PARAM_SOURCE ? "'orders'" : "'contracts', …");
}

Status call_check(Call *call, bool *null_required)
{
  *null_required = false;
  for (int i = 0; i < call->n_params; i++) {
    const ParamSpec *param = call_param(call, i);
    sqlite3_value *value = call->values[i];
    Arg *arg = &call->args[i];
    bool is_one;
    Status status = check_log(call, param, value, &is_one);
    if (status != STATUS_OK) {
      return status;
    }
    if (is_one) {
      *arg = (Arg){.null = false};
    } else if (!value || sqlite3_value_type(value) == SQLITE_NULL) {
      if (!param->fallback && call->table) {
        return missing(call, i);
      }
      arg_from_fallback(call, param, arg);
      *null_required = *null_required || !param->fallback;
    } else if (!value_fits(call, param, value, arg)) {
      return misfit(call, i);
    }
  }
  return STATUS_OK;
}

/* Objects made from an argument's text */

void *call_object(Call *call, int param, size_t size, ObjectRead *read, void (*free_object)(void *))
{
  Memos *memos = &((Binding *)sqlite3_user_data(call->context))->memos;
  const char *text = call_text(call, param);
  size_t length = call_length(call, param);
  void *object = memos_find(memos, param, text, length);
  if (object) {
    return object;
  }
  object = mem_zero(1, size);
  Status status = object ? read(call, param, object) : STATUS_NOMEM;
  if (status == STATUS_OK) {
    status = memos_keep(memos, param, text, length, object, free_object);
  } else if (object) {
    free_object(object);
  }
  if (status != STATUS_OK) {
    call_fail_status(call, status);
    return NULL;
  }
  return object;
}
