/*
** The columns that a source of events is read from.
*/
#ifndef RETAIN_GLUE_EVENT_COLUMNS_H
#define RETAIN_GLUE_EVENT_COLUMNS_H

#include "column_match.h"
#include "event_source.h"

typedef enum EventColumn {
  EVENT_COLUMN_CUSTOMER,
  EVENT_COLUMN_TIME,
  EVENT_COLUMN_ATTRIBUTE,
  EVENT_COLUMN_VALUE,
  EVENT_COLUMN_QUANTITY, /* the value is that times this */
  EVENT_COLUMN_SEGMENT,
  EVENT_COLUMN_ORDER,    /* of a check, where none is wanted, one that looks like it, … */
  EVENT_COLUMN_CURRENCY, /* … as this one */
  EVENT_COLUMN_COUNT
} EventColumn;

/* A named source, resolved. {0} is a valid empty object. */
typedef struct EventColumns {
  NamedTable table;
  Role role[EVENT_COLUMN_COUNT];    /* .column NULL: the source has none, or none is wanted */
  KeyFold fold[EVENT_COLUMN_COUNT]; /* of those that are keys */
  char *product;                    /* the argument value_column where it is one, in two parts; from sqlite3_malloc */
} EventColumns;

/* The message says what there is. Free also after a failure. */
Status event_columns_find(Call *call, const EventSourceOptions *options, EventColumns *columns);
void event_columns_free(EventColumns *columns);

/* The parameter that names the attribute's column; NULL: none does. */
const char *event_attribute_param(EventAttribute attribute);

#endif
