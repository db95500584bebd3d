/*
** retain_help([function, lang]): the documentation of every function, parameter and column, as rows.
**
**   SELECT family, name, help FROM retain_help;             a line per function
**   SELECT topic, item, help FROM retain_help('rfm');       all about one
**   SELECT name, help FROM retain_help('churn');            those that the word or the misspelt name may mean
**   SELECT name, topic, item, help FROM retain_help('*');   all about all
**   SELECT name, item, help FROM retain_help('columns');    the names by which columns are recognised
**
** R1  Everything is read from the specs that the engine itself runs: nothing is documented that does not exist, and the
**     reverse.
** R2  Rows per function, in this order: summary, signature, a parameter each, a column each (table functions), result,
**     nulls, errors, formula, example. Functions come in the order of functions.def, by family.
** R3  A function of several forms under one name (an aggregate and a scalar) appears once per form, with its own kind.
** R4  'columns' gives a row per kind of source and role of a column, with the usual names: those that count first, and
**     those that count only where none of these is there.
** R5  `function` is compared without regard to case. Where it is no name, the summaries of the NEAREST_MAX functions
**     that fit best (help_search.h), the best first and equal ones in order; where none fits, an error.
*/
#include <string.h>

#include "core/base/chunks.h"
#include "core/base/mem.h"
#include "core/base/text.h"
#include "glue/column_names.h"
#include "help_entry.h"
#include "help_search.h"

#define NEAREST_MAX 10
#define EVERYTHING "*"
#define USUAL_NAMES "columns"

enum {
  ARG_FUNCTION,
  ARG_LANG,
  ARG_COUNT
};
enum {
  COLUMN_FAMILY,
  COLUMN_NAME,
  COLUMN_KIND,
  COLUMN_TOPIC,
  COLUMN_ITEM,
  COLUMN_TYPE,
  COLUMN_FALLBACK,
  COLUMN_ACCEPTED,
  COLUMN_HELP,
  COLUMN_COUNT
};

typedef enum Topic {
  TOPIC_SUMMARY,
  TOPIC_SIGNATURE,
  TOPIC_PARAMETER,
  TOPIC_COLUMN,
  TOPIC_RESULT,
  TOPIC_NULLS,
  TOPIC_ERRORS,
  TOPIC_FORMULA,
  TOPIC_EXAMPLE,
  TOPIC_NAMES /* of columns; of no function */
} Topic;
static const char *const TOPICS[] = {"summary", "signature", "parameter", "column",  "result",
                                     "nulls",   "errors",    "formula",   "example", "names"};

typedef struct HelpRow {
  Entry entry;
  Topic topic;
  int item;   /* number of the parameter or column, or of a role */
  char *text; /* owned: the signature, what a parameter accepts, or names; else NULL */
} HelpRow;

typedef struct Help {
  Chunks rows;
  const Registry *registry;
  Language language;
} Help;

static char lower(char c)
{
  return c >= 'A' && c <= 'Z' ? (char)(c + 'a' - 'A') : c;
}

static bool is_same_name(const char *a, const char *b)
{
  for (; *a && lower(*a) == lower(*b); a++, b++) {
  }
  return lower(*a) == lower(*b);
}

/*
** rfm(source, bins = 5, method = 'quantile', …): defaults after =; what the engine adds, or any number of further
** arguments, as the ellipsis.
*/
static char *signature_of(Entry entry)
{
  Text text = {0};
  int n = entry.table ? entry.table->n_params : entry.function->n_params;
  text_add(&text, entry_name(entry));
  text_add(&text, "(");
  for (int i = 0; i < n; i++) {
    const ParamSpec *param = entry_param(entry, i);
    bool is_number = param->kind == PARAM_INTEGER || param->kind == PARAM_REAL;
    text_add(&text, i ? ", " : "");
    text_add(&text, param->name);
    if (param->fallback) {
      const char *quote = is_number || !*param->fallback ? "" : "'";
      text_add(&text, " = ");
      text_add(&text, quote);
      text_add(&text, *param->fallback ? param->fallback : "NULL");
      text_add(&text, quote);
    }
  }
  text_add(&text, n < entry_params(entry) ? ", …)" : ")");
  return text_take(&text);
}

static Status row_add(Help *help, Entry entry, Topic topic, int item)
{
  HelpRow *row = chunks_push(&help->rows);
  if (!row) {
    return STATUS_NOMEM;
  }
  row->entry = entry;
  row->topic = topic;
  row->item = item;
  if (topic == TOPIC_SIGNATURE) {
    row->text = signature_of(entry);
  } else if (topic == TOPIC_PARAMETER) {
    row->text = param_accepted(entry_param(entry, item));
  } else {
    return STATUS_OK;
  }
  return row->text ? STATUS_OK : STATUS_NOMEM;
}

static Status entry_add(Help *help, Entry entry)
{
  Status status = STATUS_OK;
  for (Topic topic = TOPIC_SUMMARY; topic <= TOPIC_EXAMPLE && status == STATUS_OK; topic++) {
    int n = 1;
    if (topic == TOPIC_PARAMETER) {
      n = entry_params(entry);
    } else if (topic == TOPIC_COLUMN) {
      n = entry_columns(entry);
    }
    for (int item = 0; item < n && status == STATUS_OK; item++) {
      status = row_add(help, entry, topic, item);
    }
  }
  return status;
}

static void names_add(Text *text, const char *between, const char *const *names)
{
  for (; names && *names; names++) {
    text_add(text, between);
    text_add(text, *names);
    between = ", ";
  }
}

static Status usual_names_add(Help *help)
{
  for (int role = 0; role < NAMES_COUNT; role++) {
    const ColumnNames *names = &COLUMN_NAMES[role];
    Text text = {0};
    HelpRow *row = chunks_push(&help->rows);
    if (!row) {
      return STATUS_NOMEM;
    }
    names_add(&text, "", names->names);
    names_add(&text, "; else ", names->further);
    row->topic = TOPIC_NAMES;
    row->item = role;
    row->text = text_take(&text);
    if (!row->text) {
      return STATUS_NOMEM;
    }
  }
  return STATUS_OK;
}

/* The functions that a text which is no name may mean, the best first. */
static Status nearest_add(Help *help, Call *call, const char *typed)
{
  const Registry *registry = call_registry(call);
  struct {
    Entry entry;
    int score;
  } nearest[NEAREST_MAX + 1]; /* the last is the one that falls out */
  int n = 0;
  Entry entry = {0};
  for (int i = 0; i < registry->n_listed; i++) {
    int score = entry_read(registry, i, &entry) ? help_score(registry, entry, typed) : 0, at = n;
    if (score == 0) {
      continue;
    }
    for (; at > 0 && nearest[at - 1].score < score; at--) {
      nearest[at] = nearest[at - 1];
    }
    nearest[at].entry = entry;
    nearest[at].score = score;
    n = n < NEAREST_MAX ? n + 1 : n;
  }
  Status status = STATUS_OK;
  for (int i = 0; i < n && status == STATUS_OK; i++) {
    status = row_add(help, nearest[i].entry, TOPIC_SUMMARY, 0);
  }
  return n ? status
           : call_fail_argument(call, ARG_FUNCTION,
                                "the name of a function or a word of the help: SELECT family, name, help FROM "
                                "retain_help lists them");
}

static Status help_compute(Call *call, void *state, int64_t *n_rows)
{
  Help *help = state;
  const Registry *registry = call_registry(call);
  const char *wanted = call_text(call, ARG_FUNCTION);
  bool everything = wanted && strcmp(wanted, EVERYTHING) == 0;
  Entry entry = {0};
  Status status = STATUS_OK;
  help->registry = registry;
  help->language = call_language(call, ARG_LANG);
  help->rows.stride = sizeof(HelpRow);
  if (wanted && is_same_name(wanted, USUAL_NAMES)) {
    status = usual_names_add(help);
  }
  for (int i = 0; status == STATUS_OK && i < registry->n_listed; i++) {
    if (entry_read(registry, i, &entry)) {
      if (!wanted) {
        status = row_add(help, entry, TOPIC_SUMMARY, 0);
      } else if (everything || is_same_name(wanted, entry_name(entry))) {
        status = entry_add(help, entry);
      }
    }
  }
  if (status == STATUS_OK && help->rows.count == 0) {
    status = nearest_add(help, call, wanted);
  }
  *n_rows = (int64_t)help->rows.count;
  return status;
}

/* PARAM_KIND -> the SQL type of its values. */
static const char *param_type(const ParamSpec *param)
{
  switch (param->kind) {
    case PARAM_INTEGER:
      return "INTEGER";
    case PARAM_REAL:
      return "REAL";
    case PARAM_TRUTH:
    case PARAM_ANY:
      return "any";
    default:
      return "TEXT";
  }
}

static const char *row_help(const HelpRow *row)
{
  const Doc *doc = entry_doc(row->entry);
  switch (row->topic) {
    case TOPIC_SUMMARY:
      return doc->summary;
    case TOPIC_PARAMETER:
      return entry_param(row->entry, row->item)->help;
    case TOPIC_COLUMN:
      return table_column(row->entry.table, row->item)->help;
    case TOPIC_RESULT:
      return doc->result;
    case TOPIC_NULLS:
      return doc->nulls;
    case TOPIC_ERRORS:
      return doc->errors;
    case TOPIC_FORMULA:
      return doc->formula;
    case TOPIC_EXAMPLE:
      return doc->example;
    default:
      return row->text;
  }
}

static void parameter_cell(const ParamSpec *param, const HelpRow *row, int column, Cell *out)
{
  switch (column) {
    case COLUMN_ITEM:
      cell_static(out, param->name);
      break;
    case COLUMN_TYPE:
      cell_static(out, param_type(param));
      break;
    case COLUMN_FALLBACK:
      cell_static(out, !param->fallback ? "(required)" : *param->fallback ? param->fallback : "(none)");
      break;
    default:
      cell_string(out, row->text);
  }
}

static void column_cell(const ColumnSpec *spec, int column, Cell *out)
{
  if (column == COLUMN_ITEM) {
    cell_static(out, spec->name);
  } else if (column == COLUMN_TYPE) {
    cell_static(out, *spec->type ? spec->type : "INTEGER or TEXT");
  } else {
    cell_null(out);
  }
}

static void names_cell(const HelpRow *row, int column, Cell *out)
{
  const ColumnNames *names = &COLUMN_NAMES[row->item];
  switch (column) {
    case COLUMN_NAME:
      cell_static(out, names->source);
      break;
    case COLUMN_TOPIC:
      cell_static(out, TOPICS[TOPIC_NAMES]);
      break;
    case COLUMN_ITEM:
      cell_static(out, names->param);
      break;
    case COLUMN_ACCEPTED:
      cell_static(out, "without regard to case, spaces and underscores");
      break;
    case COLUMN_HELP:
      cell_string(out, row->text);
      break;
    default:
      cell_null(out);
  }
}

static void help_cell(const void *state, int64_t i, int column, Cell *out)
{
  const Help *help = state;
  const HelpRow *row = chunks_at(&help->rows, (size_t)i);
  if (row->topic == TOPIC_NAMES) {
    names_cell(row, column, out);
  } else if (column == COLUMN_FAMILY) {
    cell_static(out, registry_text(help->registry, help->language, row->entry.family));
  } else if (column == COLUMN_NAME) {
    cell_static(out, entry_name(row->entry));
  } else if (column == COLUMN_KIND) {
    cell_static(out, entry_kind(row->entry));
  } else if (column == COLUMN_TOPIC) {
    cell_static(out, TOPICS[row->topic]);
  } else if (column == COLUMN_HELP && row->text && row->topic == TOPIC_SIGNATURE) {
    cell_string(out, row->text); /* a copy: the row dies with the cursor */
  } else if (column == COLUMN_HELP) {
    cell_static(out, registry_text(help->registry, help->language, row_help(row)));
  } else if (row->topic == TOPIC_PARAMETER) {
    parameter_cell(entry_param(row->entry, row->item), row, column, out);
  } else if (row->topic == TOPIC_COLUMN) {
    column_cell(table_column(row->entry.table, row->item), column, out);
  } else {
    cell_null(out);
  }
}

static void help_free(void *state)
{
  Help *help = state;
  for (size_t i = 0; i < help->rows.count; i++) {
    HelpRow *row = chunks_at(&help->rows, i);
    mem_free(row->text);
  }
  chunks_free(&help->rows);
}

static const ColumnSpec COLUMNS[] = {
  [COLUMN_FAMILY] = {"family", "TEXT", "what the function belongs to, such as retention, RFM, survival"},
  [COLUMN_NAME] = {"name", "TEXT", "the function's SQL name"},
  [COLUMN_KIND] = {"kind", "TEXT",
                   "table (stands in FROM), scalar, aggregate, or window (an aggregate that also takes OVER)"},
  [COLUMN_TOPIC] =
    {"topic", "TEXT",
     "what this row tells: summary, signature, parameter, column, result, nulls, errors, formula or example"},
  [COLUMN_ITEM] = {"item", "TEXT", "the name of the parameter or output column; NULL for other topics"},
  [COLUMN_TYPE] = {"type", "TEXT", "the SQL type of the parameter or column; 'any' where every type is taken"},
  [COLUMN_FALLBACK] =
    {"fallback", "TEXT",
     "a parameter's default; '(required)' where it has to be given, '(none)' where it may be left out"},
  [COLUMN_ACCEPTED] = {"accepted", "TEXT", "the values that a parameter accepts"},
  [COLUMN_HELP] = {"help", "TEXT", "the text: meaning, unit and range; for the topic example a statement that runs"},
};
_Static_assert(COUNT_OF(COLUMNS) == COLUMN_COUNT, "a column is not numbered");

static const ParamSpec PARAMS[] = {
  [ARG_FUNCTION] = {"function", PARAM_TEXT, "", 0, 0, NULL,
                    "the function to explain, such as 'rfm'; a word or a misspelt name lists the functions it may "
                    "mean; '" EVERYTHING "' explains all; '" USUAL_NAMES
                    "' gives the names by which columns are recognised; left out, a line "
                    "per function"},
  [ARG_LANG] = {"lang", PARAM_LANGUAGE, "en", 0, 0, NULL,
                "language of family and of the help of summaries, parameters and columns: en or zh; the rest is "
                "English"},
};
_Static_assert(COUNT_OF(PARAMS) == ARG_COUNT, "a parameter is not numbered");

const TableSpec retain_help_table = {
  .name = "retain_help",
  .doc =
    {
      .summary = "Explains every function, and finds the one that a word may mean: parameters, columns, rules and an "
                 "example that runs.",
      .result = "Of a function a row per fact, in reading order: summary, signature, parameters, output columns, "
                "result, nulls, errors, formula, example. Of a word, a misspelt name or no argument: summaries. Of "
                "columns: per role the names that count first, and those that count where none of them is there.",
      .nulls = "A NULL function is one that was left out.",
      .errors = "A word that is neither a name, nor like one, nor in any help.",
      .example = "SELECT topic, item, help FROM retain_help('demo_orders')",
      .formula =
        "No formula: the rows are read from the specifications that the engine runs. A word finds at most " NUMBER_TEXT(
          NEAREST_MAX) " functions: like names (the fewest letters that differ) before words of summaries before those "
                       "of parameters and columns.",
    },
  .columns = COLUMNS,
  .n_columns = COUNT_OF(COLUMNS),
  .params = PARAMS,
  .n_params = COUNT_OF(PARAMS),
  .state_size = sizeof(Help),
  .compute = help_compute,
  .cell = help_cell,
  .free = help_free,
};
