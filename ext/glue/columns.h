/*
** Which table and columns a source name means.
*/
#ifndef RETAIN_GLUE_COLUMNS_H
#define RETAIN_GLUE_COLUMNS_H

#include "host.h"
#include "source.h"

/* A named source, resolved: SQL that reads it, and how messages call it. All text from sqlite3_malloc. */
typedef struct NamedSource {
  char *from;     /* "schema"."table", quoted for SQL */
  char *label;    /* schema.table as the user wrote it */
  char *customer; /* column names; */
  char *time;
  char *value;     /* NULL: none */
  char *attribute; /* NULL: none */
} NamedSource;

/* Resolves the source and the column arguments of the call against the schema. The message says what there is. Free also after a failure. */
Status named_source_find(Call *call, const SourceOptions *options, NamedSource *found);
void named_source_free(NamedSource *source);

/* The number of an event parameter in a call of this table function; -1 where it has none. */
int event_param(const TableSpec *spec, EventParam param);

#endif
