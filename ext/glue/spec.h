/*
** What exists, as data: the specs that fn files fill in and the engine (table_engine.c, function_engine.c) runs.
**
** A table function is a TableSpec, a scalar or aggregate a FunctionSpec; each is one `const` object at the end of its
** fn file and one line in functions.def. From the specs come the declared schema, the argument checks, the messages,
** retain_help, the README's tables and the tests that every function is documented and that its example runs.
*/
#ifndef RETAIN_GLUE_SPEC_H
#define RETAIN_GLUE_SPEC_H

#include <stddef.h>
#include <stdint.h>

#include "call.h"
#include "core/base/language.h"
#include "core/events/customers.h"

/* The kind of an argument says what is accepted and which call_…() reads it. */
typedef enum ParamKind {
  PARAM_SOURCE,     /* table or view name, or retain_log(…); read by event_source_read() */
  PARAM_CONTRACTS,  /* table or view name, or retain_contracts(…); read by row_source_read() */
  PARAM_TABLE,      /* table or view name only; read by row_source_read(), or event_source_read() as a second source */
  PARAM_COLUMN,     /* a column name of the source; read by event_source_read() or call_text() */
  PARAM_TEXT,       /* any text: call_text() */
  PARAM_JSON,       /* JSON as text, or as JSONB where SQLite reads that (3.45): json_open(), json_each_open() */
  PARAM_LIST,       /* text of numbers, or one number as itself: call_text() */
  PARAM_PLAIN,      /* text, or a number as its text: call_text() */
  PARAM_CHOICE,     /* one of `choices`: call_choice() gives its number, from 0 */
  PARAM_LANGUAGE,   /* 'en', 'zh-CN': call_language() */
  PARAM_INTEGER,    /* low … high: call_integer(). Integral reals and numeric text are taken */
  PARAM_REAL,       /* low … high: call_real() */
  PARAM_TIME,       /* a time as in calendar.h, or 'now': call_time() */
  PARAM_FIXED_TIME, /* the same without 'now', which a DETERMINISTIC function may not read */
  PARAM_ZONE,       /* '+08:00' or 'Europe/Berlin': call_zone() */
  PARAM_GRAIN,      /* 'month', '10 days', 'week from sunday': call_grain() */
  PARAM_DURATION,   /* '90 days', '3 months': call_duration() */
  PARAM_TRUTH,      /* 0 or 1, or a word of TRUTH_WORDS: call_integer() gives 0 or 1 */
  PARAM_ANY         /* unchecked; the fn looks at call_type() */
} ParamKind;

typedef struct ParamSpec {
  const char *name;
  ParamKind kind;
  const char
    *fallback; /* the default, written as the text a user would give; NULL: required; "": optional, without a value */
  double low, high;    /* PARAM_INTEGER, PARAM_REAL: the accepted range, both ends included */
  const char *choices; /* PARAM_CHOICE: "quantile|ntile|mean" */
  const char *help;    /* meaning, unit and range in a sentence */
} ParamSpec;

typedef struct ColumnSpec {
  const char *name;
  const char *type; /* declared type: TEXT, INTEGER, REAL, or "" for customer (integer or text) */
  const char *help;
} ColumnSpec;

/* The documentation that every function carries; all fields are required and shown by retain_help. */
typedef struct Doc {
  const char *summary; /* one line: what it answers */
  const char *result;  /* what comes back: a row per …, a number in … */
  const char *nulls;   /* what NULL does in its arguments and rows */
  const char *errors;  /* what is an error */
  const char *example; /* one SQL statement that runs, on demo_orders() or on constants */
  const char *formula; /* the formula or rule, and its source */
} Doc;

/* Which of the source's columns an analysis reads, besides customer and time. */
typedef enum SourceValue {
  VALUE_UNUSED,
  VALUE_OPTIONAL,
  VALUE_REQUIRED
} SourceValue;

typedef struct TableSpec {
  const char *name;
  Doc doc;
  const ColumnSpec *columns;
  int n_columns;
  const ParamSpec *params; /* own parameters; those with has_source get EVENT_PARAMS after them */
  int n_params;
  bool has_source; /* parameter 0 is `source` (PARAM_SOURCE); the event parameters are appended by the engine */
  bool by_segment; /* the engine appends segment_column, puts the column segment first, and answers each: deal.h */
  SourceValue value;
  /* bit i: column i depends on the source's values. A query of other columns does not read them. 0: all do */
  uint64_t value_columns;
  size_t state_size; /* a zeroed block of this size is the `state` below */
  /*
  ** Computes everything; *n_rows rows will be read. What it answers other than STATUS_OK and STATUS_ERROR gets the
  ** engine's message.
  */
  Status (*compute)(Call *call, void *state, int64_t *n_rows);
  /* with segment_column, after compute() for each of n segments: what needs them all. NULL: nothing does */
  Status (*together)(Call *call, void *const *states, uint32_t n);
  void (*cell)(const void *state, int64_t row, int column, Cell *out);
  /* frees what compute() allocated, also after it failed half-way; may run on a zeroed state */
  void (*free)(void *state);
  /*
  ** Where each customer has at most one row: the index to look a customer up in (the column must be called `customer`),
  ** and the row of an id (-1: none; NULL: row = id). customers == NULL: no look-up.
  */
  const Customers *(*customers)(const void *state);
  int64_t (*row_of)(const void *state, uint32_t id);
} TableSpec;

/*
** A scalar has `scalar`; an aggregate has `step` and `value` (and `inverse` if it can be a window function). A required
** argument that is NULL makes a scalar NULL and leaves the row out of an aggregate, without a call, unless sees_null is
** set; an optional one that is NULL or left out has its default. Every function is DETERMINISTIC | INNOCUOUS unless
** direct_only.
*/
typedef struct FunctionSpec {
  const char *name;
  Doc doc;
  const ParamSpec *params; /* the required ones first */
  int n_params;
  /* what each further argument is, where there may be any number after the params (call_more()); else NULL */
  const ParamSpec *more;
  bool sees_null;
  bool direct_only;
  bool returns_json;                     /* its results are made by cell_json() */
  void (*scalar)(Call *call, Cell *out); /* after call_fail() `out` is not looked at */
  size_t state_size;                     /* the aggregate's state, zeroed before the first step */
  Status (*step)(Call *call, void *state);
  void (*inverse)(Call *call, void *state);                /* takes back the oldest row */
  void (*value)(Call *call, const void *state, Cell *out); /* state NULL: no row took part */
  void (*free)(void *state);                               /* NULL where the state owns nothing */
} FunctionSpec;

/* A line of functions.def: one of the three. A family holds what follows it. */
typedef struct Listed {
  const char *family; /* as retain_help calls it */
  const TableSpec *table;
  const FunctionSpec *function;
} Listed;

/* A text that is given out, and what it is in Chinese: a line of texts_zh.def. */
typedef struct Translation {
  const char *english, *chinese;
} Translation;

/* All that exists. */
typedef struct Registry {
  const Listed *listed;
  int n_listed;
  const Translation *translations;
  int n_translations;
} Registry;
const Registry *call_registry(const Call *call);
Language call_language(const Call *call, int param);

/* A text in a language; in English where texts_zh.def lacks it. */
const char *registry_text(const Registry *registry, Language language, const char *english);

/*
** The parameters that the engine appends to a table function with has_source; value_column only where the analysis
** reads a value. segment_column follows them.
*/
typedef enum EventParam {
  EVENT_CUSTOMER_COLUMN,
  EVENT_TIME_COLUMN,
  EVENT_VALUE_COLUMN,
  EVENT_AS_OF,
  EVENT_TIME_ZONE,
  EVENT_PARAM_COUNT
} EventParam;

/* The different values that segment_column may have. */
#define SEGMENTS_MAX 100000

/* The parameters and the columns of a table function, with those that the engine adds. */
int table_param_count(const TableSpec *spec);
const ParamSpec *table_param(const TableSpec *spec, int i);
int table_column_count(const TableSpec *spec);
const ColumnSpec *table_column(const TableSpec *spec, int i);

static inline bool param_is_time(const ParamSpec *param)
{
  return param->kind == PARAM_TIME || param->kind == PARAM_FIXED_TIME;
}

/*
** What a parameter accepts, in the words of its error message; NULL when out of memory. The caller's, from mem_alloc().
*/
char *param_accepted(const ParamSpec *param);

/* An entry of `params` or `columns` in a macro, where several functions share it. */
#define ENTRY(...) \
  { \
    __VA_ARGS__ \
  }

/* The size of a number in a row of a source: no sum over rows, nor of squares, overflows. */
#define NUMBER_MOST 1e100

/* The number that a constant stands for, as text: help and messages name the limit that the code uses. */
#define NUMBER_TEXT(constant) TEXT_OF_EXPANDED(constant)
#define TEXT_OF_EXPANDED(number) #number

#define COUNT_OF(array) ((int)(sizeof(array) / sizeof((array)[0])))

#endif
