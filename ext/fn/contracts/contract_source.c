#include "contract_source.h"

#include "core/base/mem.h"
#include "core/contracts/interval.h"
#include "glue/deal.h"

/* The parameters, after customer_column. */
enum {
  CONTRACT_ARGS
};

/* Looks for the newest time that has happened. */
static void newest_add(ContractSource *source, const FieldValue *value)
{
  if (value->null || value->time > source->now) {
    return; /* open, or yet to come */
  }
  int64_t mark = newest_mark(value->time, value->is_date);
  source->newest = mark > source->newest ? mark : source->newest;
}

/* The argument; else what has happened last; where nothing has, now. */
static Bound find_as_of(const Call *call, const ContractSource *source, int param)
{
  if (!call_is_null(call, param)) {
    return call_bound(call, param, &source->zone);
  }
  return source->newest == NEWEST_NONE ? bound_of_instant(source->now) : bound_of_newest(&source->zone, source->newest);
}

/* The amount per month; the texts of intervals are read once each. */
static Status amount_of(ContractSource *source, RowReader *reader, const FieldValue *values, double *amount)
{
  const Field *field = &source->fields[CONTRACT_FIELD_INTERVAL];
  const FieldValue *value = &values[CONTRACT_FIELD_INTERVAL];
  *amount = values[CONTRACT_FIELD_AMOUNT].null ? 0 : values[CONTRACT_FIELD_AMOUNT].real;
  if (!field->found) {
    return STATUS_OK;
  }
  BillingInterval *interval = value->null ? NULL : customers_state(&field->keys, value->key);
  if (interval && interval->length == 0) {
    CustomerKey key = customers_key(&field->keys, value->key);
    if (!key.text || !billing_interval_from_text(key.text, key.length, interval)) {
      interval = NULL;
    }
  }
  if (!interval) {
    return row_source_fail(reader, CONTRACT_FIELD_INTERVAL, BILLING_INTERVAL_FORMS);
  }
  *amount = billing_per_month(*interval, *amount);
  return STATUS_OK;
}

/* A contract from the values of a row; the message says what is wrong with it. */
static Status contract_of(ContractSource *source, RowReader *reader, const FieldValue *values, Contract *contract)
{
  *contract = (Contract){
    .customer = values[CONTRACT_FIELD_CUSTOMER].key,
    .start = values[CONTRACT_FIELD_START].time,
    .end = values[CONTRACT_FIELD_END].null ? CONTRACT_OPEN : values[CONTRACT_FIELD_END].time,
  };
  if (contract->end < contract->start) {
    return row_source_fail(reader, CONTRACT_FIELD_END, "at or after the start");
  }
  if (source->fields[CONTRACT_FIELD_AMOUNT].required) {
    Status status = amount_of(source, reader, values, &contract->amount);
    if (status != STATUS_OK) {
      return status;
    }
  }
  if (!(contract->amount >= 0)) {
    return row_source_fail(reader, CONTRACT_FIELD_AMOUNT, "0 or more");
  }
  if (contract->amount > CONTRACT_AMOUNT_MAX) {
    return row_source_fail(reader, CONTRACT_FIELD_AMOUNT, "at most " NUMBER_TEXT(CONTRACT_AMOUNT_MAX));
  }
  newest_add(source, &values[CONTRACT_FIELD_START]);
  newest_add(source, &values[CONTRACT_FIELD_END]);
  return STATUS_OK;
}

static Status take(void *self, RowReader *reader, const FieldValue *values)
{
  ContractSource *source = self;
  Contract contract;
  Status status = contract_of(source, reader, values, &contract);
  return status == STATUS_OK ? contracts_add(&source->contracts, &contract) : status;
}

/* Segments */

/* The contracts of all segments, kept by segment; the fields' keys number their customers. */
typedef struct ContractDeal {
  Call *call;            /* while it is read */
  SegmentRows *segments; /* borrowed; of Contract */
  ContractSource all;    /* without contracts, but with what is newest */
  DealtKeys customers;
} ContractDeal;

static void deal_free(void *in)
{
  ContractDeal *kept = in;
  contract_source_free(&kept->all);
  dealt_keys_free(&kept->customers);
  mem_free(kept);
}

static Status take_dealt(void *self, RowReader *reader, const FieldValue *values)
{
  ContractDeal *kept = self;
  Contract contract;
  Status status = contract_of(&kept->all, reader, values, &contract);
  if (status == STATUS_OK) {
    status = deal_count_segments(kept->call);
  }
  if (status != STATUS_OK) {
    return status;
  }
  Contract *row = segment_rows_add(kept->segments, values[CONTRACT_FIELD_SEGMENT].key);
  if (!row) {
    return STATUS_NOMEM;
  }
  *row = contract;
  return STATUS_OK;
}

static void source_start(Call *call, ContractSource *source, int customer_column, bool amounts);

static Status deal_read(Call *call, Deal *deal, int customer_column, bool amounts)
{
  ContractDeal *kept = mem_zero(1, sizeof *kept);
  if (!kept) {
    return STATUS_NOMEM;
  }
  deal->kept = kept;
  deal->free_kept = deal_free;
  kept->call = call;
  kept->segments = &deal->rows;
  segment_rows_init(&deal->rows, sizeof(Contract));
  source_start(call, &kept->all, customer_column, amounts);
  kept->all.fields[CONTRACT_FIELD_SEGMENT] = (Field){.kind = FIELD_SEGMENT,
                                                     .noun = "segment",
                                                     .param_name = "segment_column",
                                                     .wanted = deal->column,
                                                     .segments = &deal->rows.keys};
  Status status = row_source_read(call, 0, kept->all.fields, CONTRACT_FIELDS, take_dealt, kept);
  if (status == STATUS_OK &&
      !dealt_keys_start(&kept->customers, kept->all.fields[CONTRACT_FIELD_CUSTOMER].keys.count)) {
    status = STATUS_NOMEM;
  }
  if (status == STATUS_OK) {
    status = segment_rows_deal(&deal->rows, call_watch(call));
  }
  deal->dealt = status == STATUS_OK;
  return status;
}

/* The contracts of the segment that is asked for. */
static Status deal_hand_over(Call *call, Deal *deal, ContractSource *source)
{
  ContractDeal *kept = deal->kept;
  Customers *own = &source->fields[CONTRACT_FIELD_CUSTOMER].keys;
  if (deal->current >= deal->rows.n) {
    return STATUS_OK; /* no contracts, no segments */
  }
  const SegmentList *list = segment_list(&deal->rows, deal->rows.key[deal->current]);
  source->newest = kept->all.newest;
  source->now = kept->all.now;
  own->most = source->contracts.added.most = segment_list_count(list, sizeof(Contract));
  dealt_keys_next(&kept->customers);
  size_t taken = 0;
  for (const SegmentBlock *block = list->first; block; block = block->next) {
    const Contract *rows = (const Contract *)(const void *)block->records;
    size_t count = segment_block_count(list, block, sizeof(Contract));
    for (size_t i = 0; i < count; i++) {
      Contract contract = rows[i];
      contract.customer =
        dealt_key(&kept->customers, contract.customer, &kept->all.fields[CONTRACT_FIELD_CUSTOMER].keys, own);
      if (contract.customer == CUSTOMER_NONE || contracts_add(&source->contracts, &contract) != STATUS_OK) {
        return STATUS_NOMEM;
      }
      if (++taken % WATCH_EVERY == 0 && watch_stop(call_watch(call))) {
        return STATUS_INTERRUPT;
      }
    }
  }
  return STATUS_OK;
}

/* All */

static void source_start(Call *call, ContractSource *source, int customer_column, bool amounts)
{
  source->newest = NEWEST_NONE;
  source->now = call_now_anywhere();
  source->fields[CONTRACT_FIELD_CUSTOMER] = (Field){.kind = FIELD_KEY,
                                                    .part = CONTRACT_PART_CUSTOMER,
                                                    .noun = "customer",
                                                    .param_name = "customer_column",
                                                    .names = &COLUMN_NAMES[NAMES_SUBSCRIBER],
                                                    .required = true,
                                                    .never_null = true};
  source->fields[CONTRACT_FIELD_START] = (Field){.kind = FIELD_TIME,
                                                 .part = CONTRACT_PART_START,
                                                 .noun = "start",
                                                 .param_name = "start_column",
                                                 .names = &COLUMN_NAMES[NAMES_START],
                                                 .required = true,
                                                 .never_null = true};
  source->fields[CONTRACT_FIELD_END] = (Field){.kind = FIELD_TIME,
                                               .part = CONTRACT_PART_END,
                                               .noun = "end",
                                               .param_name = "end_column",
                                               .names = &COLUMN_NAMES[NAMES_END],
                                               .required = true};
  source->fields[CONTRACT_FIELD_AMOUNT] = (Field){.kind = FIELD_REAL,
                                                  .part = CONTRACT_PART_AMOUNT,
                                                  .noun = "amount",
                                                  .param_name = "amount_column",
                                                  .names = amounts ? &COLUMN_NAMES[NAMES_AMOUNT] : NULL,
                                                  .required = amounts};
  source->fields[CONTRACT_FIELD_INTERVAL] = (Field){
    .kind = FIELD_KEY, .noun = "interval", .param_name = "interval_column", .keys.state_size = sizeof(BillingInterval)};
  for (int i = CONTRACT_FIELD_CUSTOMER; i < CONTRACT_FIELD_AMOUNT + amounts; i++) {
    source->fields[i].wanted = call_text(call, customer_column + i);
  }
  if (amounts) {
    source->fields[CONTRACT_FIELD_INTERVAL].wanted = call_text(call, customer_column + ARG_INTERVAL_COLUMN);
  }
}

Status contracts_read(Call *call, ContractSource *source, int customer_column, bool amounts)
{
  int as_of_param = customer_column + ARG_AS_OF;
  Deal *deal = call_deal(call);
  Status status = STATUS_OK;
  source->zone = call_zone(call, customer_column + ARG_TIME_ZONE);
  if (!deal) {
    source_start(call, source, customer_column, amounts);
    status = row_source_read(call, 0, source->fields, CONTRACT_FIELD_SEGMENT, take, source);
  } else {
    status = deal->dealt ? STATUS_OK : deal_read(call, deal, customer_column, amounts);
    if (status == STATUS_OK) {
      status = deal_hand_over(call, deal, source);
    }
  }
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
