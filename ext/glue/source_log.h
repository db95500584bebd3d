/*
** A source made from a query: retain_log(…) and retain_contracts(…), which travel as SQLite pointer values.
*/
#ifndef RETAIN_GLUE_SOURCE_LOG_H
#define RETAIN_GLUE_SOURCE_LOG_H

#include "call.h"
#include "core/contracts/contract_log.h"
#include "core/events/event_log.h"

/* The steps of the two aggregates: add the row in the call's arguments to a log. */
Status event_log_take(Call *call, EventLog *log);       /* customer, time, value (where the call has it) */
Status contract_log_take(Call *call, ContractLog *log); /* customer, start, end, amount */

/* Their results: take one reference over. */
void cell_event_log(Cell *cell, EventLog *log);
void cell_contract_log(Cell *cell, ContractLog *log);

/* What a value carries: at most one of the two. */
typedef struct SourceLog {
  EventLog *events;
  ContractLog *contracts;
} SourceLog;

struct sqlite3_value;
SourceLog source_log_of(struct sqlite3_value *value); /* borrowed; value may be NULL */
SourceLog source_log_share(SourceLog log);
void source_log_release(SourceLog log);

#endif
