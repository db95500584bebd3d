/*
** Reading the events of a source (a table or view name, or a retain_log(…)) into an analysis.
*/
#ifndef RETAIN_GLUE_EVENT_SOURCE_H
#define RETAIN_GLUE_EVENT_SOURCE_H

#include "call.h"
#include "core/events/accumulator.h"
#include "core/events/customers.h"
#include "spec.h"

/*
** What event_source_read() counted and knows afterwards. {0} is a valid empty object; event_source_free() may run
** twice.
*/
typedef struct EventSource {
  Customers customers;  /* with the analysis's states */
  Customers attributes; /* the distinct values of the attribute column; empty where none was asked for */
  int64_t rows;         /* rows that took part */
  int64_t first_time;   /* of those rows */
  int64_t newest;       /* newest_mark() of those rows; 0 where there are none */
  Bound as_of;          /* the argument, or the newest time; 0 where no row took part and no argument was given */
  ZoneCursor zone;      /* the argument time_zone */
  bool has_value;       /* the source has a value column */
  bool by_order;        /* its rows are lines of orders, and `rows` are orders */
} EventSource;

/*
** Findings about rows, for data_check(): counted instead of raised. Up to FAULT_AFTER_AS_OF the row does not take part,
** but for FAULT_NULL_VALUE; the rest is only odd.
*/
typedef enum RowFault {
  FAULT_NULL_CUSTOMER,
  FAULT_BAD_CUSTOMER,
  FAULT_NULL_TIME,
  FAULT_BAD_TIME,
  FAULT_NO_DAY, /* a time of a day that its month does not have, such as 30 February */
  FAULT_NULL_VALUE,
  FAULT_BAD_VALUE,
  FAULT_AFTER_AS_OF,
  FAULT_ODD_TIME, /* a number that as unix seconds lies before 1980, and is hardly meant so */
  FAULT_COUNT
} RowFault;
typedef enum TimeForm {
  FORM_DATE,
  FORM_DATE_TIME,
  FORM_DATE_TIME_ZONE,
  FORM_UNIX_SECONDS,
  FORM_UNIX_MILLISECONDS,
  FORM_UNIX_MICROSECONDS,
  FORM_UNIX_NANOSECONDS,
  FORM_JULIAN,
  FORM_COUNT
} TimeForm;
typedef struct Tally {
  int64_t rows, first_rowid;
} Tally;
/* The currencies of the rows' amounts, as a column beside them says; the last one stands for all further ones. */
#define CURRENCIES_MAX 8
typedef struct Currency {
  char text[16]; /* cut to this */
  Tally tally;
} Currency;
typedef struct Diagnosis {
  int64_t rows_read;
  KeyFold fold;     /* how customers are compared */
  Tally same_order; /* rows with the order number of the row before, where there is a column of such */
  int n_currencies;
  Currency currency[CURRENCIES_MAX];
  Tally fault[FAULT_COUNT];
  Tally form[FORM_COUNT];
} Diagnosis;

/* What the attribute is, for messages and usual names. */
typedef enum EventAttribute {
  EVENT_ATTRIBUTE_NONE,
  EVENT_ATTRIBUTE_COHORT,
  EVENT_ATTRIBUTE_KIND /* a column called kind, type, event … */
} EventAttribute;

typedef struct EventSourceOptions {
  /* the argument that names the source. Another than 0 has its columns recognised and leaves as_of to the analysis */
  int param;
  EventAttribute attribute;     /* another column, whose values arrive as Event.attribute */
  const char *attribute_column; /* its name; NULL: none is read. A kind's is recognised */
  Diagnosis *diagnosis;         /* NULL: a bad row is an error. Else it is counted here, and Event.rowid is filled in */
} EventSourceOptions;

/*
** Reads every row of argument 0 once (twice where the analysis wants order and the source has none) and hands those
** that take part to accumulator->step(self, …). Rows with a NULL customer or time, and rows after as_of, do not take
** part. On an error the message is set; the source can and must still be freed.
**
** With segment_column it is read in the call's first event_source_read(), and every one hands over the rows of the
** segment that is asked for. as_of is that of the whole source.
*/
Status event_source_read(Call *call, const Accumulator *accumulator, void *self, EventSourceOptions options,
                         EventSource *source);

static inline void event_source_free(EventSource *source)
{
  customers_free(&source->customers);
  customers_free(&source->attributes);
}

/* Counts a row that takes part; is_date: its time is a date alone. */
static inline void event_source_count(EventSource *source, int64_t time, bool is_date)
{
  if (time < source->first_time) {
    source->first_time = time;
  }
  int64_t mark = newest_mark(time, is_date);
  if (mark > source->newest) {
    source->newest = mark;
  }
  source->rows++;
}

/* time_zone and as_of (false: it was left out), for what has to know them before rows are read. */
ZoneCursor event_source_zone(const Call *call);
bool event_source_as_of(const Call *call, Bound *as_of);

#endif
