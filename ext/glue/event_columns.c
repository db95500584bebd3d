#include "event_columns.h"

#include <string.h>

#include "deal.h"
#include "key_fold.h"
#include "params.h"

/*
** The usual names, compared without case, spaces and underscores. A table where none or several of a role fit is asked
** about, never guessed.
*/
static const char *const CUSTOMER_NAMES[] = {
  "customerid",   "userid",    "clientid", "accountid",   "memberid",     "buyerid", "shopperid",
  "subscriberid", "contactid", "customer", "user",        "client",       "account", "member",
  "buyer",        "custid",    "cust",     "customerkey", "customercode", "客户",    "客户id",
  "客户编号",     "用户",      "用户id",   "会员",        "会员id",       "顾客id",  NULL};
static const char *const TIME_NAMES[] = {"orderedat",    "orderdate", "ordertime",   "createdat",       "purchasedat",
                                         "purchasedate", "paidat",    "paymentdate", "timestamp",       "date",
                                         "datetime",     "time",      "ts",          "occurredat",      "eventtime",
                                         "eventdate",    "eventat",   "invoicedate", "transactiondate", "transactedat",
                                         "soldat",       "saledate",  "boughtat",    "下单时间",        "订单时间",
                                         "订单日期",     "支付时间",  "付款时间",    "购买时间",        "时间",
                                         "日期",         NULL};
static const char *const VALUE_NAMES[] = {
  "amount",     "total",      "revenue",     "value",      "price",    "sales",      "ordertotal", "totalamount",
  "totalprice", "ordervalue", "orderamount", "grandtotal", "paid",     "amountpaid", "spend",      "sum",
  "金额",       "订单金额",   "支付金额",    "实付金额",   "消费金额", "总金额",     NULL};
/* A price that, beside a quantity, is not the value of a row. */
static const char *const PRICE_NAMES[] = {"price", NULL};
static const char *const QUANTITY_NAMES[] = {"quantity", "qty", "units", "数量", "件数", "购买数量", "商品数量", NULL};
static const char *const KIND_NAMES[] = {"kind", "type",     "event", "eventtype", "eventname", "signal", "signaltype",
                                         "name", "category", "类型",  "事件",      "事件类型",  NULL};

/* The columns of a source that is not the first argument have no parameters that name them. */
static Role event_role(Call *call, const EventSourceOptions *options, EventParam param, const char *noun,
                       const char *const *names, bool required)
{
  int number = options->param == 0 ? event_param(call->table, param) : -1;
  return (Role){.noun = noun,
                .param_name = number < 0 ? NULL : call_param(call, number)->name,
                .names = names,
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
                .names = is_kind ? KIND_NAMES : NULL,
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
  *quantity = (Role){.noun = "quantity", .any = true};
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
    quantity->names = QUANTITY_NAMES;
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
  role[EVENT_COLUMN_CUSTOMER] = event_role(call, options, EVENT_CUSTOMER_COLUMN, "customer", CUSTOMER_NAMES, true);
  role[EVENT_COLUMN_TIME] = event_role(call, options, EVENT_TIME_COLUMN, "time", TIME_NAMES, true);
  Status status = STATUS_OK;
  if (!first || call->table->value != VALUE_UNUSED) {
    role[EVENT_COLUMN_VALUE] = event_role(call, options, EVENT_VALUE_COLUMN, "value", VALUE_NAMES,
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
  for (int i = 0; i < EVENT_COLUMN_COUNT; i++) {
    roles[i] = &role[i];
  }
  if (status == STATUS_OK) {
    status = named_table_find(call, options->param, roles, EVENT_COLUMN_COUNT, &columns->table);
  }
  if (status == STATUS_OK) {
    status = refuse_price(call, columns);
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
