#include "help_entry.h"

bool entry_read(const Registry *registry, int i, Entry *entry)
{
  const Listed *listed = &registry->listed[i];
  entry->family = listed->family ? listed->family : entry->family;
  entry->table = listed->table;
  entry->function = listed->function;
  return !listed->family;
}

const char *entry_name(Entry entry)
{
  return entry.table ? entry.table->name : entry.function->name;
}

const char *entry_kind(Entry entry)
{
  if (entry.table) {
    return "table";
  }
  return entry.function->scalar ? "scalar" : entry.function->inverse ? "window" : "aggregate";
}

const Doc *entry_doc(Entry entry)
{
  return entry.table ? &entry.table->doc : &entry.function->doc;
}

int entry_params(Entry entry)
{
  return entry.table ? table_param_count(entry.table) : entry.function->n_params + (entry.function->more != NULL);
}

const ParamSpec *entry_param(Entry entry, int i)
{
  if (entry.table) {
    return table_param(entry.table, i);
  }
  return i < entry.function->n_params ? &entry.function->params[i] : entry.function->more;
}

int entry_columns(Entry entry)
{
  return entry.table ? table_column_count(entry.table) : 0;
}
