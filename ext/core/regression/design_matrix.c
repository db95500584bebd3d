#include "design_matrix.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/text.h"

void design_matrix_free(DesignMatrix *design)
{
  for (int i = 0; i < design->n_terms; i++) {
    DesignMatrixTerm *term = &design->term[i];
    mem_free(term->name);
    mem_free(term->stated);
    mem_free(term->uses);
    mem_free(term->reference);
    mem_free(term->place);
  }
  for (int i = 0; i < design->n_columns; i++) {
    mem_free(design->column[i].label);
    mem_free(design->column[i].level);
  }
  mem_free(design->column);
  *design = (DesignMatrix){0};
}

static Status fail(char problem[DESIGN_MATRIX_PROBLEM], const char *what, const char *name)
{
  snprintf(problem, DESIGN_MATRIX_PROBLEM, what, name);
  return STATUS_ERROR;
}

/* ---- Reading terms */

static const char *skip_spaces(const char *at)
{
  while (*at == ' ' || (*at >= '\t' && *at <= '\r')) {
    at++;
  }
  return at;
}

/* The bytes from `at` up to one of `ends`, without spaces at the end. */
static const char *take_plain(const char *at, const char *ends, Text *out)
{
  size_t length = strcspn(at, ends), kept = length;
  while (kept > 0 && skip_spaces(at + kept - 1) != at + kept - 1) {
    kept--;
  }
  text_add_bytes(out, at, kept);
  return at + length;
}

/* What is in double quotes, two of them being one; NULL: no end. */
static const char *take_quoted(const char *at, Text *out)
{
  for (at++;; at++) {
    if (!*at) {
      return NULL;
    }
    if (*at == '"' && *++at != '"') {
      return skip_spaces(at);
    }
    text_add_bytes(out, at, 1);
  }
}

static char lower(char c)
{
  return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

static bool same_name(const char *a, const char *b)
{
  while (*a && lower(*a) == lower(*b)) {
    a++;
    b++;
  }
  return lower(*a) == lower(*b);
}

static Status term_read(DesignMatrix *design, const char **at, char problem[DESIGN_MATRIX_PROBLEM])
{
  Text name = {0}, stated = {0};
  const char *p = skip_spaces(*at);
  text_add_bytes(&name, "", 0);
  p = *p == '"' ? take_quoted(p, &name) : take_plain(p, ",[", &name);
  if (!p) {
    mem_free(text_take(&name));
    return fail(problem, "a name without its closing \"%s", "");
  }
  bool brackets = *p == '[', closed = true;
  if (brackets) {
    text_add_bytes(&stated, "", 0);
    p = take_plain(skip_spaces(p + 1), "]", &stated);
    closed = *p == ']';
    p = closed ? skip_spaces(p + 1) : p;
  }
  DesignMatrixTerm *term = &design->term[design->n_terms++];
  *term = (DesignMatrixTerm){.name = text_take(&name), .stated = brackets ? text_take(&stated) : NULL};
  if (!term->name || (brackets && !term->stated)) {
    return STATUS_NOMEM;
  }
  term->kind = brackets ? DESIGN_LEVELS : DESIGN_UNSEEN;
  if (!*term->name) {
    return fail(problem, "an empty name%s", "");
  }
  if (!closed) {
    return fail(problem, "'%.100s[' without its closing ]", term->name);
  }
  if (*p && *p != ',') {
    return fail(problem, "no comma after '%.100s'", term->name);
  }
  for (int i = 0; i + 1 < design->n_terms; i++) {
    if (same_name(design->term[i].name, term->name)) {
      return fail(problem, "'%.100s' twice", term->name);
    }
  }
  *at = p;
  return STATUS_OK;
}

Status design_matrix_parse(DesignMatrix *design, const char *terms, char problem[DESIGN_MATRIX_PROBLEM])
{
  Status status = STATUS_OK;
  for (const char *at = terms; status == STATUS_OK; at++) {
    if (design->n_terms == DESIGN_MATRIX_TERMS_MAX) {
      return fail(problem, "more than 30 terms%s", "");
    }
    status = term_read(design, &at, problem);
    if (status == STATUS_OK && !*at) {
      break;
    }
  }
  return status;
}

/* ---- Levels */

Status design_matrix_count(DesignMatrixTerm *term, uint32_t level)
{
  if (level >= term->n_uses) {
    uint32_t n = level + level / 2 + 8;
    size_t *grown = mem_resize(term->uses, n, sizeof *grown);
    if (!grown) {
      return STATUS_NOMEM;
    }
    memset(grown + term->n_uses, 0, (n - term->n_uses) * sizeof *grown);
    term->uses = grown;
    term->n_uses = n;
  }
  term->uses[level]++;
  return STATUS_OK;
}

static char *copy(const char *text)
{
  Text out = {0};
  text_add_bytes(&out, "", 0);
  text_add(&out, text);
  return text_take(&out);
}

static char *key_text(CustomerKey key)
{
  char digits[24];
  snprintf(digits, sizeof digits, "%" PRId64, key.integer);
  return copy(key.text ? key.text : digits);
}

static Status column_add(DesignMatrix *design, int term, const char *level)
{
  const char *name = design->term[term].name;
  DesignMatrixColumn *grown = mem_resize(design->column, (size_t)design->n_columns + 1, sizeof *grown);
  Text label = {0};
  if (!grown) {
    return STATUS_NOMEM;
  }
  design->column = grown;
  DesignMatrixColumn *column = &grown[design->n_columns++];
  text_add(&label, name);
  text_add(&label, level ? ": " : "");
  text_add(&label, level ? level : "");
  *column = (DesignMatrixColumn){.term = term, .label = text_take(&label), .level = level ? copy(level) : NULL};
  return column->label && (column->level || !level) ? STATUS_OK : STATUS_NOMEM;
}

/* The levels that are in use, in order; false: there are too many, *n of them. */
static bool levels_order(const DesignMatrixTerm *term, const Customers *keys, uint32_t level[DESIGN_MATRIX_LEVELS_MAX],
                         uint32_t *n)
{
  *n = 0;
  for (uint32_t id = 0; id < keys->count && id < term->n_uses; id++) {
    if (term->uses[id] && ++*n <= DESIGN_MATRIX_LEVELS_MAX) {
      uint32_t at = *n - 1;
      for (; at > 0 && customers_key_before(customers_key(keys, id), customers_key(keys, level[at - 1])); at--) {
        level[at] = level[at - 1];
      }
      level[at] = id;
    }
  }
  return *n <= DESIGN_MATRIX_LEVELS_MAX;
}

static Status levels_make(DesignMatrix *design, int t, const Customers *keys, char problem[DESIGN_MATRIX_PROBLEM])
{
  DesignMatrixTerm *term = &design->term[t];
  uint32_t level[DESIGN_MATRIX_LEVELS_MAX], n;
  if (!levels_order(term, keys, level, &n)) {
    snprintf(problem, DESIGN_MATRIX_PROBLEM, "'%.100s' has %u different values, at most %d are taken as levels",
             term->name, n, DESIGN_MATRIX_LEVELS_MAX);
    return STATUS_ERROR;
  }
  term->place = mem_alloc((size_t)keys->count + 1, sizeof *term->place);
  if (!term->place) {
    return STATUS_NOMEM;
  }
  for (uint32_t id = 0; id < keys->count; id++) {
    term->place[id] = -1;
  }
  for (uint32_t i = 0; i < n && !term->reference; i++) {
    char *text = key_text(customers_key(keys, level[i]));
    if (!text) {
      return STATUS_NOMEM;
    }
    if (!term->stated || strcmp(text, term->stated) == 0) {
      term->reference = text;
      level[i] = UINT32_MAX;
    } else {
      mem_free(text);
    }
  }
  if (n > 0 && !term->reference) {
    snprintf(problem, DESIGN_MATRIX_PROBLEM, "'%.100s' has no level '%.100s', which is stated as its reference",
             term->name, term->stated);
    return STATUS_ERROR;
  }
  if (n <= 1) {
    return column_add(design, t, NULL); /* of zeros: the fit tells that it is constant */
  }
  for (uint32_t i = 0; i < n; i++) {
    if (level[i] == UINT32_MAX) {
      continue;
    }
    term->place[level[i]] = design->n_columns - term->first;
    char *text = key_text(customers_key(keys, level[i]));
    Status status = text ? column_add(design, t, text) : STATUS_NOMEM;
    mem_free(text);
    if (status != STATUS_OK) {
      return status;
    }
  }
  return STATUS_OK;
}

Status design_matrix_finish(DesignMatrix *design, const Customers *(*keys)(void *self, int term), void *self,
                            char problem[DESIGN_MATRIX_PROBLEM])
{
  Status status = STATUS_OK;
  for (int t = 0; t < design->n_terms && status == STATUS_OK; t++) {
    DesignMatrixTerm *term = &design->term[t];
    term->first = design->n_columns;
    status = term->kind == DESIGN_LEVELS ? levels_make(design, t, keys(self, t), problem) : column_add(design, t, NULL);
    term->n_columns = design->n_columns - term->first;
  }
  return status;
}
