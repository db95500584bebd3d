/*
** A function as the documentation sees it, whichever spec it has.
*/
#ifndef RETAIN_FN_BASE_HELP_ENTRY_H
#define RETAIN_FN_BASE_HELP_ENTRY_H

#include "glue/spec.h"

/* One of the two kinds of spec, and the family it belongs to. */
typedef struct Entry {
  const char *family;
  const TableSpec *table;
  const FunctionSpec *function;
} Entry;

/*
** Reads line i of the registry; false where that is no function but begins a family, which stays in *entry. So the
** lines are read in order, from 0 to n_listed - 1, into one entry that was {0}.
*/
bool entry_read(const Registry *registry, int i, Entry *entry);

const char *entry_name(Entry entry);
const char *entry_kind(Entry entry); /* table, scalar, window, aggregate */
const Doc *entry_doc(Entry entry);
int entry_params(Entry entry);
const ParamSpec *entry_param(Entry entry, int i);
int entry_columns(Entry entry); /* 0 where it is no table function */

#endif
