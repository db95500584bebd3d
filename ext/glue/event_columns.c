#include "event_columns.h"

#include <string.h>

#include "deal.h"
#include "key_fold.h"
#include "params.h"

/* A price that, beside a quantity, is not the value of a row. */
static const char *const PRICE_NAMES[] = {"price", NULL};

/* The columns of a source that is not the first argument have no parameters that name them. */
static Role event_role(Call *call, const EventSourceOptions *options, EventParam param, const char *noun,
                       NamesRole names, bool required)
{
  int number = options->param == 0 ? event_param(call->table, param) : -1;
  return (Role){.noun = noun,
                .param_name = number < 0 ? NULL : call_param(call, number)->name,
                .names = &COLUMN_NAMES[names],
                .wanted = number < 0 ? NULL : call_text(call, number),
                .required = required};
}

const char *event_attribute_param(EventAttribute attribute)
{
  return attribute == EVENT_ATTRIBUTE_COHORT ? "cohort_column" : NULL;
}

static Role attribute_role(const EventSourceOptions *options)
{
  static const char *const NOUNS[] = {[EVENT_ATTRIBUTE_COHORT] = "cohort", [EVENT_ATTRIBUTE_KIND] = "kind"};
  bool is_kind = options->attribute == EVENT_ATTRIBUTE_KIND;
  return (Role){.noun = NOUNS[options->attribute],
                .param_name = event_attribute_param(options->attribute),
                .names = is_kind ? &COLUMN_NAMES[NAMES_KIND] : NULL,
                .wanted = options->attribute_column,
                .required = is_kind};
}

/* Without the spaces around it; changes the text. */
static char *trimmed(char *text)
{
  size_t n;
  text += strspn(text, " ");
  for (n = strlen(text); n > 0 && text[n - 1] == ' '; n--) {
  }
  text[n] = 0;
  return text;
}

/* "price * quantity", the one product that is understood; a quantity without it makes a price no value. */
static Status value_roles(Call *call, bool first, EventColumns *columns)
{
  Role *value = &columns->role[EVENT_COLUMN_VALUE], *quantity = &columns->role[EVENT_COLUMN_QUANTITY];
  *quantity = (Role){.noun = "quantity", .hint = true};
  if (first && value->wanted && strchr(value->wanted, '*')) {
    columns->product = sqlite3_mprintf("%s", value->wanted);
    if (!columns->product) {
      return STATUS_NOMEM;
    }
    char *star = strchr(columns->product, '*');
    *star = 0;
    value->wanted = trimmed(columns->product);
    quantity->wanted = trimmed(star + 1);
    quantity->param_name = value->param_name;
  } else if (first && !value->wanted && call->value_used) {
    quantity->names = &COLUMN_NAMES[NAMES_QUANTITY];
  }
  return STATUS_OK;
}

static Status refuse_price(Call *call, EventColumns *columns)
{
  const char *value = columns->role[EVENT_COLUMN_VALUE].column, *table = columns->table.label;
  Role *quantity = &columns->role[EVENT_COLUMN_QUANTITY];
  if (quantity->column && !quantity->wanted) {
    if (value && is_usual_name(PRICE_NAMES, value)) {
      return call_fail(call,
                       "%s.%s is the price of one, beside %s.%s: give value_column = '%s * %s', or value_column = '%s' "
                       "where it is the value of a row",
                       table, value, table, quantity->column, value, quantity->column, value);
    }
    role_free(quantity);
  }
  return STATUS_OK;
}

static Status find_folds(Call *call, EventColumns *columns)
{
  static const EventColumn KEYS[] = {EVENT_COLUMN_CUSTOMER, EVENT_COLUMN_ATTRIBUTE, EVENT_COLUMN_SEGMENT,
                                     EVENT_COLUMN_ORDER};
  const char *names[EVENT_COLUMN_COUNT] = {0};
  for (int i = 0; i < COUNT_OF(KEYS); i++) {
    names[KEYS[i]] = columns->role[KEYS[i]].column;
  }
  return key_folds(call, &columns->table, names, EVENT_COLUMN_COUNT, columns->fold);
}

Status event_columns_find(Call *call, const EventSourceOptions *options, EventColumns *columns)
{
  bool first = options->param == 0;
  Role *roles[EVENT_COLUMN_COUNT];
  Role *role = columns->role;
  role[EVENT_COLUMN_CUSTOMER] = event_role(call, options, EVENT_CUSTOMER_COLUMN, "customer", NAMES_CUSTOMER, true);
  role[EVENT_COLUMN_TIME] = event_role(call, options, EVENT_TIME_COLUMN, "time", NAMES_TIME, true);
  Status status = STATUS_OK;
  if (!first || call->table->value != VALUE_UNUSED) {
    role[EVENT_COLUMN_VALUE] = event_role(call, options, EVENT_VALUE_COLUMN, "value", NAMES_VALUE,
                                          first && call->table->value == VALUE_REQUIRED);
    status = value_roles(call, first, columns);
  }
  role[EVENT_COLUMN_ATTRIBUTE] = attribute_role(options);
  role[EVENT_COLUMN_SEGMENT] = (Role){.noun = "segment", .param_name = "segment_column"};
  if (first && call_deal(call)) {
    role[EVENT_COLUMN_SEGMENT].wanted = call_deal(call)->column;
  }
  role[EVENT_COLUMN_ORDER] = (Role){.noun = "order", .param_name = "order_column"};
  if (first) {
    role[EVENT_COLUMN_ORDER].wanted = call_text(call, order_param(call->table));
  }
  if (options->diagnosis) { /* hints for a check */
    role[EVENT_COLUMN_ORDER].names = &COLUMN_NAMES[NAMES_ORDER];
    role[EVENT_COLUMN_ORDER].hint = true;
    role[EVENT_COLUMN_CURRENCY] = (Role){.noun = "currency", .names = &COLUMN_NAMES[NAMES_CURRENCY], .hint = true};
  }
  for (int i = 0; i < EVENT_COLUMN_COUNT; i++) {
    roles[i] = &role[i];
  }
  if (status == STATUS_OK) {
    status = named_table_find(call, options->param, roles, EVENT_COLUMN_COUNT, &columns->table);
  }
  if (status == STATUS_OK) {
    status = refuse_price(call, columns);
  }
  Role *order = &role[EVENT_COLUMN_ORDER];
  if (!order->wanted && order->column && named_table_is_rowid(call, &columns->table, order->column)) {
    role_free(order); /* which never repeats */
  }
  return status == STATUS_OK ? find_folds(call, columns) : status;
}

void event_columns_free(EventColumns *columns)
{
  named_table_free(&columns->table);
  sqlite3_free(columns->product);
  for (int i = 0; i < EVENT_COLUMN_COUNT; i++) {
    role_free(&columns->role[i]);
  }
}
