/*
** The rows of a source on their way to an analysis. Private to event_source.c, which decides what is read, and
** event_reader.c, which takes each row.
*/
#ifndef RETAIN_GLUE_EVENT_READER_H
#define RETAIN_GLUE_EVENT_READER_H

#include "column_match.h"
#include "connection.h"
#include "event_source.h"

#define QUEUE 8 /* rows; a power of two */

/* Where the rows of one event_source_read() go. */
typedef struct EventReader {
  Call *call;
  const Accumulator *accumulator;
  void *self;
  EventSource *source;
  Diagnosis *diagnosis;
  const NamedSource *named;
  int value_at, attribute_at, rowid_at; /* argument numbers of retain_accumulate(); -1: not read */
  int64_t as_of;                        /* INT64_MAX: none given */
  int64_t row;                          /* rows seen, from 1 */
  bool second;                          /* not the first argument: its value column is always read */
  bool collecting;                      /* second pass: keep the events, to be sorted */
  bool seeking;                         /* a row was bad: read again with rowids to name it */
  bool apart;                           /* any of the above, or an attribute: rows take the longer way */
  Events events;
  struct Queued {
    Event event; /* its customer is first the key's hash, then the id that its slot makes likely */
    int64_t key;
  } queue[QUEUE];
  uint32_t queue_head, queue_tail; /* rows taken out and put in */
  TimeMemo memo;
  TimeMemo judged; /* diagnosis: the date last looked at by is_odd_time(), … */
  bool odd;        /* … and what it said */
  Status status;
} EventReader;

/* Counts the depth of sources read inside each other up (connection->depth-- takes it back), or says that it is too deep. */
Status source_enter(Call *call, int param);

/* The status of a reading statement that ended with rc, with its message. */
Status source_failed(Call *call, const char *label, int rc);

/* Hands over the rows that still wait in the queue; at the end of a scan. */
Status event_reader_drain(EventReader *reader);

/* Counts a row that takes part. */
static inline void event_source_count(EventSource *source, int64_t time)
{
  if (time < source->first_time) {
    source->first_time = time;
  }
  if (time > source->last_time) {
    source->last_time = time;
  }
  source->rows++;
}

/* Counts a finding of a diagnosis. */
static inline void tally(Tally *tally, int64_t rowid)
{
  if (tally->rows++ == 0) {
    tally->first_rowid = rowid;
  }
}

/*
** What a value of a row means. Times of any form; numbers, also as text, since a CSV import makes every column text;
** customers (and attributes): *id is CUSTOMER_NONE when out of memory, and a real is a customer where it equals an
** integer, as in SQLite's `=`. False: it is none. A number is A_NUMBER: no sum over rows, nor of squares, overflows
** then.
*/
#define NUMBER_MOST 1e100
#define A_NUMBER "a number, at most 1e100 in size"
bool time_of_value(TimeMemo *memo, sqlite3_value *value, int type, int64_t *ms);
bool number_of_value(sqlite3_value *value, double *number);
bool key_of_value(Customers *customers, sqlite3_value *value, int type, uint32_t *id);

#endif
