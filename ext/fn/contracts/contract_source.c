#include "contract_source.h"

static const char *const CUSTOMER_NAMES[] = {"customerid",   "userid",    "clientid", "accountid", "memberid",
                                             "subscriberid", "companyid", "tenantid", "contactid", "customer",
                                             "user",         "client",    "account",  "member",    "subscriber",
                                             "company",      "tenant",    "custid",   "cust",      "customerkey",
                                             "customercode", "客户",      "客户id",   "客户编号",  "用户",
                                             "用户id",       "会员",      "会员id",   "顾客id",    NULL};
static const char *const START_NAMES[] = {"start",
                                          "startdate",
                                          "startat",
                                          "startedat",
                                          "startson",
                                          "startsat",
                                          "starttime",
                                          "signedat",
                                          "signedon",
                                          "signdate",
                                          "signupdate",
                                          "signedupat",
                                          "begin",
                                          "begins",
                                          "begindate",
                                          "validfrom",
                                          "activefrom",
                                          "effectivefrom",
                                          "effectivedate",
                                          "contractstart",
                                          "contractstartdate",
                                          "subscriptionstart",
                                          "subscribedat",
                                          "activatedat",
                                          "periodstart",
                                          "合同开始",
                                          "合同开始日期",
                                          "开始",
                                          "开始日期",
                                          "开始时间",
                                          "起始日期",
                                          "生效日期",
                                          "签约日期",
                                          NULL};
static const char *const END_NAMES[] = {"end",
                                        "enddate",
                                        "endat",
                                        "endedat",
                                        "endson",
                                        "endsat",
                                        "endtime",
                                        "ends",
                                        "ended",
                                        "cancelledat",
                                        "canceledat",
                                        "cancelleddate",
                                        "canceldate",
                                        "cancellationdate",
                                        "expiresat",
                                        "expireson",
                                        "expires",
                                        "expiry",
                                        "expirydate",
                                        "expirationdate",
                                        "expiredat",
                                        "validto",
                                        "validuntil",
                                        "activeuntil",
                                        "effectiveto",
                                        "terminatedat",
                                        "churnedat",
                                        "contractend",
                                        "contractenddate",
                                        "subscriptionend",
                                        "periodend",
                                        "合同结束",
                                        "合同结束日期",
                                        "合同到期",
                                        "合同到期日",
                                        "结束",
                                        "结束日期",
                                        "结束时间",
                                        "到期",
                                        "到期日",
                                        "到期日期",
                                        "终止日期",
                                        NULL};
static const char *const AMOUNT_NAMES[] = {"amount",     "mrr",          "monthlyamount",  "amountpermonth",
                                           "monthlyfee", "monthlyprice", "monthlyrevenue", "monthlyvalue",
                                           "price",      "fee",          "revenue",        "value",
                                           "金额",       "月费",         "月租",           "月金额",
                                           "每月金额",   "价格",         "费用",           NULL};

/* Looks for the newest time that has happened. */
static void newest_add(ContractSource *source, const FieldValue *value)
{
  int64_t mark = newest_mark(value->time, value->is_date);
  if (!value->null && mark > source->newest && value->time <= source->now) {
    source->newest = mark;
  }
}

/* The argument; else what has happened last; where nothing has, now. */
static Bound find_as_of(const Call *call, const ContractSource *source, int param)
{
  if (!call_is_null(call, param)) {
    return call_bound(call, param, &source->zone);
  }
  return source->newest == NEWEST_NONE ? bound_of_instant(source->now) : bound_of_newest(&source->zone, source->newest);
}

static Status take(void *self, RowReader *reader, const FieldValue *values)
{
  ContractSource *source = self;
  Contract contract = {
    .customer = values[CONTRACT_FIELD_CUSTOMER].key,
    .start = values[CONTRACT_FIELD_START].time,
    .end = values[CONTRACT_FIELD_END].null ? CONTRACT_OPEN : values[CONTRACT_FIELD_END].time,
  };
  if (contract.end < contract.start) {
    return row_source_fail(reader, CONTRACT_FIELD_END, "at or after the start");
  }
  if (source->fields[CONTRACT_FIELD_AMOUNT].required && !values[CONTRACT_FIELD_AMOUNT].null) {
    contract.amount = values[CONTRACT_FIELD_AMOUNT].real;
  }
  if (!(contract.amount >= 0)) {
    return row_source_fail(reader, CONTRACT_FIELD_AMOUNT, "0 or more");
  }
  if (contract.amount > CONTRACT_AMOUNT_MAX) {
    return row_source_fail(reader, CONTRACT_FIELD_AMOUNT, "at most " NUMBER_TEXT(CONTRACT_AMOUNT_MAX));
  }
  if (source->fields[CONTRACT_FIELD_SEGMENT].found) {
    contract.segment = values[CONTRACT_FIELD_SEGMENT].null ? CONTRACT_SEGMENT_NONE : values[CONTRACT_FIELD_SEGMENT].key;
  }
  newest_add(source, &values[CONTRACT_FIELD_START]);
  newest_add(source, &values[CONTRACT_FIELD_END]);
  return contracts_add(&source->contracts, &contract);
}

Status contracts_read(Call *call, ContractSource *source, int customer_column, int segment, bool amounts)
{
  enum {
    CONTRACT_ARGS
  };
  int as_of_param = customer_column + ARG_AS_OF;
  source->fields[CONTRACT_FIELD_CUSTOMER] = (Field){.kind = FIELD_KEY,
                                                    .part = CONTRACT_PART_CUSTOMER,
                                                    .noun = "customer",
                                                    .param_name = "customer_column",
                                                    .names = CUSTOMER_NAMES,
                                                    .required = true,
                                                    .never_null = true};
  source->fields[CONTRACT_FIELD_START] = (Field){.kind = FIELD_TIME,
                                                 .part = CONTRACT_PART_START,
                                                 .noun = "start",
                                                 .param_name = "start_column",
                                                 .names = START_NAMES,
                                                 .required = true,
                                                 .never_null = true};
  source->fields[CONTRACT_FIELD_END] = (Field){.kind = FIELD_TIME,
                                               .part = CONTRACT_PART_END,
                                               .noun = "end",
                                               .param_name = "end_column",
                                               .names = END_NAMES,
                                               .required = true};
  source->fields[CONTRACT_FIELD_AMOUNT] = (Field){.kind = FIELD_REAL,
                                                  .part = CONTRACT_PART_AMOUNT,
                                                  .noun = "amount",
                                                  .param_name = "amount_column",
                                                  .names = amounts ? AMOUNT_NAMES : NULL,
                                                  .required = amounts};
  source->fields[CONTRACT_FIELD_SEGMENT] =
    (Field){.kind = FIELD_KEY, .noun = "segment", .param_name = "segment_column"};
  for (int i = CONTRACT_FIELD_CUSTOMER; i < CONTRACT_FIELD_AMOUNT + amounts; i++) {
    source->fields[i].wanted = call_text(call, customer_column + i);
  }
  if (segment >= 0) {
    source->fields[CONTRACT_FIELD_SEGMENT].wanted = call_text(call, segment);
  }
  source->zone = call_zone(call, customer_column + ARG_TIME_ZONE);
  source->newest = NEWEST_NONE;
  source->now = call_now_anywhere();
  Status status = row_source_read(call, 0, source->fields, CONTRACT_FIELDS, take, source);
  if (status == STATUS_OK) {
    status = contracts_finish(&source->contracts, find_as_of(call, source, as_of_param), call_watch(call));
  }
  if (status == STATUS_OK && source->contracts.count > 0) {
    source->today = zone_local(&source->zone, source->contracts.as_of.end);
    call_resolve_bound(call, as_of_param, source->contracts.as_of, &source->zone);
  }
  return status;
}

void contract_source_free(ContractSource *source)
{
  fields_free(source->fields, CONTRACT_FIELDS);
  contracts_free(&source->contracts);
}

void segment_cell(const ContractSource *source, uint32_t segment, Cell *out)
{
  const Customers *keys = &source->fields[CONTRACT_FIELD_SEGMENT].keys;
  uint32_t key = source->contracts.segments[segment];
  if (!source->fields[CONTRACT_FIELD_SEGMENT].found || key == CONTRACT_SEGMENT_NONE) {
    cell_null(out);
  } else {
    cell_customer(out, keys, key);
  }
}
