/*
** Reading chosen columns of a table or view, for analyses whose rows are no events: contracts, lifetimes, covariates.
**
** One pass. The columns are named by parameters of the call, or recognised from usual names. What a NULL means is for
** the analysis to say; what is no value of its kind is an error that names table, column, value and row.
*/
#ifndef RETAIN_GLUE_ROW_SOURCE_H
#define RETAIN_GLUE_ROW_SOURCE_H

#include "call.h"
#include "column_names.h"
#include "core/events/customers.h"

typedef enum FieldKind {
  FIELD_REAL,    /* a finite number, also as text */
  FIELD_TIME,    /* a time as in calendar.h: ms */
  FIELD_KEY,     /* an integer or text, as a dense id into Field.keys */
  FIELD_ANY,     /* a number, or text as FIELD_KEY */
  FIELD_TRUTH,   /* 0 or 1, or a word of TRUTH_WORDS: .real is 0 or 1 */
  FIELD_SEGMENT, /* as deal.h has them: an id of Field.segments, or SEGMENT_NULL */
  FIELD_ROWID    /* the rowid, whatever it is called; not found where the source has none */
} FieldKind;

/* Where argument 0 may be a retain_contracts(…): the part of a contract that a field is. */
typedef enum ContractPart {
  CONTRACT_PART_NONE,
  CONTRACT_PART_CUSTOMER,
  CONTRACT_PART_START,
  CONTRACT_PART_END,
  CONTRACT_PART_AMOUNT,
  CONTRACT_PART_COUNT
} ContractPart;

typedef struct Field {
  FieldKind kind;
  ContractPart part;
  const char *noun;         /* what messages call it: "start" */
  const char *param_name;   /* the parameter that can name the column; NULL: none */
  const char *wanted;       /* the name given by the user; NULL: none */
  const ColumnNames *names; /* by which it is recognised; NULL: only where it is wanted */
  bool required;
  Customers *segments; /* FIELD_SEGMENT */
  bool lenient;        /* what is no value of its kind is handed over, .bad, in place of an error */
  bool never_null;     /* a row where it is NULL is passed over before any of its keys is looked at */
  /* Out: */
  bool found;     /* there is such a column */
  Customers keys; /* FIELD_KEY, FIELD_ANY: the distinct integers and texts */
} Field;

typedef struct FieldValue {
  bool null;
  bool bad;      /* lenient: no value of its kind */
  bool text;     /* FIELD_ANY: it is `key` */
  double real;   /* FIELD_REAL, FIELD_ANY, FIELD_TRUTH */
  int64_t time;  /* FIELD_TIME */
  bool is_date;  /* FIELD_TIME: a date alone */
  uint32_t key;  /* FIELD_KEY, FIELD_ANY */
  int64_t rowid; /* FIELD_ROWID */
} FieldValue;

#define FIELDS_MAX 40

/*
** Reads the table that argument `param` names and hands every row to step(): values[i] is that of fields[i], null where
** the table has no such column. step() answers STATUS_ERROR after row_source_fail(), or call_fail(). Fields are the
** caller's, to be freed by fields_free() also after a failure.
*/
typedef struct RowReader RowReader;
Status row_source_read(Call *call, int param, Field *fields, int n_fields,
                       Status (*step)(void *self, RowReader *reader, const FieldValue *values), void *self);

/* "name(): table.column of row N VALUE is wrong": `must` is what is accepted of field i. Returns STATUS_ERROR. */
Status row_source_fail(RowReader *reader, int field, const char *must);

void fields_free(Field *fields, int n_fields);

#endif
