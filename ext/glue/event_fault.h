/*
** What is wrong with a row of events, apart from the scan that meets it: a bad row is counted where a diagnosis is
** made, and else named in an error.
**
** Naming a row takes its rowid, which a scan does not read. At the first bad row without one the scan ends; the source
** is then read again with rowids, to `seek` the row.
*/
#ifndef RETAIN_GLUE_EVENT_FAULT_H
#define RETAIN_GLUE_EVENT_FAULT_H

#include "core/events/accumulator.h"
#include "core/time/time_parse.h"
#include "event_columns.h"

#define ORDER_MAX 64 /* bytes by which order numbers are told apart */

typedef struct RowCheck {
  Call *call;
  Diagnosis *diagnosis; /* NULL: none is made */
  const EventColumns *columns;
  int rowid_at;              /* which of a row's values is the rowid; -1: none */
  int quantity_at;           /* likewise the quantity that the value is multiplied by */
  int64_t row;               /* rows seen, from 1 */
  int order_at, currency_at; /* likewise, looked for by a check */
  bool seeking;              /* a row was bad: read again to name it */
  bool by_rowid;             /* the last event's rowid is one */
  char order[ORDER_MAX];     /* the last row's */
  int order_length;
} RowCheck;

/*
** A row that is not as it should be; `value` is the one at fault. STATUS_OK: it is counted, or merely NULL, and left
** out. STATUS_ERROR without a message: read again with check->seeking, which is now set.
*/
Status row_check_fault(RowCheck *check, RowFault fault, sqlite3_value **values, sqlite3_value *value);

/* The error that the value of a column, of the attribute or the segment, is a blob. */
Status row_check_blob(const RowCheck *check, sqlite3_value *value, EventColumn column);

/*
** Counts what is odd about a row that takes part, whose time is a date alone or not, and fills in
** event->rowid: the row's number where there is none. check->diagnosis is not NULL.
*/
void row_check_event(RowCheck *check, sqlite3_value **values, bool is_date, Event *event);

/* Counts a finding. */
static inline void tally_add(Tally *tally, int64_t rowid)
{
  if (tally->rows++ == 0) {
    tally->first_rowid = rowid;
  }
}

#endif
