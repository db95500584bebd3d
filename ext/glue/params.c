#include "params.h"

#include <math.h>
#include <string.h>

#include "sqlite.h"

static const ParamSpec EVENT_PARAMS[EVENT_PARAM_COUNT] = {
  [EVENT_CUSTOMER_COLUMN] = {"customer_column", PARAM_COLUMN, "", 0, 0, NULL,
                             "the source's customer column; left out, it is recognised from the usual names "
                             "(customer_id, user_id, …)"},
  [EVENT_TIME_COLUMN] = {"time_column", PARAM_COLUMN, "", 0, 0, NULL,
                         "the source's time column; left out, it is recognised from the usual names (ordered_at, "
                         "created_at, …)"},
  [EVENT_VALUE_COLUMN] = {"value_column", PARAM_COLUMN, "", 0, 0, NULL,
                          "the source's value column, or the product of two, 'price * quantity'; left out, it is "
                          "recognised from the usual names (amount, total, …)"},
  [EVENT_AS_OF] = {"as_of", PARAM_TIME, "", 0, 0, NULL,
                   "up to when rows take part: a date alone means to the end of that day in time_zone. Left out: the "
                   "newest time in the source, its whole day where that is a date alone"},
  [EVENT_TIME_ZONE] =
    {"time_zone", PARAM_ZONE, "+00:00", 0, 0, NULL,
     "whose civil days count: an offset from UTC such as '+08:00', or a name such as 'Europe/Berlin', "
     "with its daylight saving, from the system's time zone data. Times that are local already need "
     "none"},
};

static const ParamSpec SEGMENT_PARAM = {
  "segment_column",
  PARAM_COLUMN,
  "",
  0,
  0,
  NULL,
  "a column of the source that tells segments apart, such as a store: an answer for each of its values, in order, from "
  "the rows with that value alone, so that a customer counts in a store by what happened there. NULL is a value too; "
  "at "
  "most " NUMBER_TEXT(SEGMENTS_MAX) " values. as_of is the same for all. Left out: one answer"};
static const ParamSpec ORDER_PARAM = {
  "order_column",
  PARAM_COLUMN,
  "",
  0,
  0,
  NULL,
  "a column of the source with the number of the order, where a row is a line of one: rows of a customer with the same "
  "number are one purchase, at the earliest of their times, of the sum of their values. Where it is NULL or empty the "
  "row is a purchase of its own. Left out: every row is one"};

static const ColumnSpec SEGMENT_COLUMN = {"segment", "", "the value of segment_column; NULL without one"};
/* The same beside a column `segment` of the function's own, of RFM scores. */
static const ColumnSpec SEGMENT_VALUE_COLUMN = {"segment_value", "", "the value of segment_column; NULL without one"};

/* Those before segment_column. */
static int own_and_event_params(const TableSpec *spec)
{
  return spec->n_params + (spec->has_source ? EVENT_PARAM_COUNT - (spec->value == VALUE_UNUSED) : 0);
}

int table_param_count(const TableSpec *spec)
{
  return own_and_event_params(spec) + spec->by_segment + spec->has_source;
}

int order_param(const TableSpec *spec)
{
  return spec->has_source ? table_param_count(spec) - 1 : -1;
}

int segment_param(const TableSpec *spec)
{
  return spec->by_segment ? own_and_event_params(spec) : -1;
}

int table_column_count(const TableSpec *spec)
{
  return spec->n_columns + spec->by_segment;
}

static const ColumnSpec *segment_column(const TableSpec *spec)
{
  for (int i = 0; i < spec->n_columns; i++) {
    if (strcmp(spec->columns[i].name, SEGMENT_COLUMN.name) == 0) {
      return &SEGMENT_VALUE_COLUMN;
    }
  }
  return &SEGMENT_COLUMN;
}

const ColumnSpec *table_column(const TableSpec *spec, int i)
{
  return spec->by_segment && i == 0 ? segment_column(spec) : &spec->columns[i - spec->by_segment];
}

const ParamSpec *table_param(const TableSpec *spec, int i)
{
  if (i < spec->n_params) {
    return &spec->params[i];
  }
  if (i == segment_param(spec)) {
    return &SEGMENT_PARAM;
  }
  if (i == order_param(spec)) {
    return &ORDER_PARAM;
  }
  i -= spec->n_params;
  return &EVENT_PARAMS[spec->value == VALUE_UNUSED && i >= EVENT_VALUE_COLUMN ? i + 1 : i];
}

bool table_reads(const TableSpec *spec)
{
  ParamKind first = spec->n_params > 0 ? spec->params[0].kind : PARAM_ANY;
  return first == PARAM_SOURCE || first == PARAM_CONTRACTS || first == PARAM_TABLE;
}

int event_param(const TableSpec *spec, EventParam param)
{
  if (spec->value == VALUE_UNUSED && param >= EVENT_VALUE_COLUMN) {
    return param == EVENT_VALUE_COLUMN ? -1 : spec->n_params + (int)param - 1;
  }
  return spec->n_params + (int)param;
}

/* A default is written by us: [-]digits[.digits]. Not strtod(), which reads the locale's decimal sign. */
double param_default_number(const char *text)
{
  double number = 0, scale = 1;
  bool negative = *text == '-', fraction = false;
  for (text += negative; *text; text++) {
    if (*text == '.') {
      fraction = true;
    } else {
      number = 10 * number + (*text - '0');
      scale *= fraction ? 10 : 1;
    }
  }
  return (negative ? -number : number) / scale;
}

bool param_is_bit(const ParamSpec *param)
{
  return param->kind == PARAM_INTEGER && param->low == 0 && param->high == 1;
}

static char *range_text(const ParamSpec *param)
{
  if (isinf(param->low) && isinf(param->high)) {
    return sqlite3_mprintf("a number");
  }
  if (param_is_bit(param)) {
    return sqlite3_mprintf("0 or 1");
  }
  if (isinf(param->high)) {
    return sqlite3_mprintf("%.15g or more", param->low);
  }
  if (isinf(param->low)) {
    return sqlite3_mprintf("%.15g or less", param->high);
  }
  return sqlite3_mprintf("%.15g…%.15g", param->low, param->high);
}

static char *choices_text(const char *choices)
{
  char *text = sqlite3_mprintf("one of ");
  for (; text && *choices;) {
    int n = (int)strcspn(choices, "|");
    bool last = choices[n] == 0;
    char *more = n ? sqlite3_mprintf("%z'%.*s'%s", text, n, choices, last ? "" : ", ")
                   : sqlite3_mprintf("%z''%s", text, last ? "" : ", ");
    text = more;
    choices += last ? n : n + 1;
  }
  return text;
}

char *param_accepted(const ParamSpec *param)
{
  switch (param->kind) {
    case PARAM_INTEGER:
    case PARAM_REAL:
      return range_text(param);
    case PARAM_CHOICE:
      return choices_text(param->choices);
    case PARAM_TIME:
      return sqlite3_mprintf("a time such as '2026-01-31', '2026-01-31 18:00:00', unix seconds or 'now'");
    case PARAM_FIXED_TIME:
      return sqlite3_mprintf("a time such as '2026-01-31', '2026-01-31 18:00:00' or unix seconds");
    case PARAM_ZONE:
      return sqlite3_mprintf(
        "an offset from UTC such as '+08:00' (at most 14 hours) or the name of a time zone such as "
        "'Europe/Berlin'");
    case PARAM_LANGUAGE:
      return sqlite3_mprintf("one of 'en', 'zh', or with a region or script, as 'zh-CN' or 'zh_Hans'");
    case PARAM_GRAIN:
      return sqlite3_mprintf(GRAIN_FORMS);
    case PARAM_DURATION:
      return sqlite3_mprintf("a length of time such as '90 days', '12 weeks' or '3 months', at most 36525 of a unit");
    case PARAM_SOURCE:
      return sqlite3_mprintf(
        "the name of a table or view in quotes, or (SELECT retain_log(customer, time, value) FROM …)");
    case PARAM_CONTRACTS:
      return sqlite3_mprintf(
        "the name of a table or view in quotes, or (SELECT retain_contracts(customer, start, end, amount) FROM …)");
    case PARAM_TABLE:
      return sqlite3_mprintf("the name of a table or view, in quotes");
    case PARAM_COLUMN:
      return sqlite3_mprintf("the name of a column, in quotes");
    case PARAM_TRUTH:
      return sqlite3_mprintf(TRUTH_WORDS);
    case PARAM_JSON:
      return sqlite3_mprintf("JSON");
    case PARAM_PLAIN:
      return sqlite3_mprintf("text or a number");
    case PARAM_LIST:
      return sqlite3_mprintf("numbers separated by commas, as text such as '1,2,3'");
    case PARAM_ANY:
      return sqlite3_mprintf("any value");
    default:
      return sqlite3_mprintf("text");
  }
}
