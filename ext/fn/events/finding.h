/*
** The answer of a check: its findings as rows of kind, severity, rows, example_rowid and detail, in a language.
*/
#ifndef RETAIN_FN_EVENTS_FINDING_H
#define RETAIN_FN_EVENTS_FINDING_H

#include "glue/spec.h"

typedef enum Severity {
  SEVERITY_ERROR,
  SEVERITY_WARNING,
  SEVERITY_INFO
} Severity;

/* A kind of finding; kinds are numbered in the order of their rows. */
typedef struct FindingKind {
  const char *name;
  Severity severity;
  const char *detail; /* English, with {1} … {9} where finding_say() fills in */
} FindingKind;

#define FINDINGS_MAX 32
#define DETAIL_MAX 512
#define FINDING_KEY_MAX 80 /* room for a customer's key in a detail */

typedef struct Finding {
  int64_t rows, rowid;
  bool found, has_rowid;
  char detail[DETAIL_MAX];
} Finding;

/* {0}, then findings_begin(). */
typedef struct Findings {
  const FindingKind *kinds;
  const Registry *registry; /* during the call */
  Language language;
  int n;                           /* findings */
  unsigned char row[FINDINGS_MAX]; /* the kinds found, by row: after findings_end() */
  Finding of[FINDINGS_MAX];        /* by kind */
} Findings;

void findings_begin(Findings *findings, Call *call, const FindingKind *kinds, Language language);

/* A text in the answer's language. */
const char *findings_text(const Findings *findings, const char *english);

/* `text` with {1} … {n} filled in, cut between characters. */
void finding_fill(char *out, size_t size, const char *text, const char *const *fill, int n);

/*
** Adds the finding of a kind: how many rows, and the rowid of one of them (NULL: none can be pointed at). finding_say()
** fills its detail in, in place of the kind's own by `text` where that is not NULL.
*/
Finding *findings_add(Findings *findings, int kind, int64_t rows, const int64_t *rowid);
void finding_say(Findings *findings, int kind, const char *text, const char *const *fill, int n);

/* The key of a customer for a detail: a text in quotes if `quoted`, cut between characters. */
void finding_key(char out[FINDING_KEY_MAX], const Customers *customers, uint32_t id, bool quoted);

/* After the last finding. */
void findings_end(Findings *findings, int n_kinds);

enum {
  FINDING_KIND,
  FINDING_SEVERITY,
  FINDING_ROWS,
  FINDING_EXAMPLE_ROWID,
  FINDING_DETAIL,
  FINDING_COLUMNS
};
void findings_cell(const Findings *findings, int64_t row, int column, Cell *out);

#define FINDING_LANG_PARAM \
  ENTRY("lang", PARAM_LANGUAGE, "en", 0, 0, NULL, "language of detail: en or zh; kinds and severities are keys")

#endif
