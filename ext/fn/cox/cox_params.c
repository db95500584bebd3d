#include "cox_params.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/numerics/same_time.h"
#include "core/numerics/special.h"

enum {
  FIELD_OF_TIME,
  FIELD_OF_EVENT,
  FIELD_OF_ENTRY,
  FIELD_OF_STRATUM,
  FIELD_OF_WEIGHT,
  FIELD_OF_CLUSTER,
  FIELD_OF_TERM /* the first one */
};

/* A number after texts: either may be the odd one. */
static Status is_no_text(const CoxModel *model, RowReader *reader, int i)
{
  char must[160];
  CustomerKey first = customers_key(&model->fields[FIELD_OF_TERM + i].keys, 0);
  int length = first.length < 60 ? (int)first.length : 60;
  while (length > 0 && (first.text[length] & 0xc0) == 0x80) { /* in the middle of a character */
    length--;
  }
  snprintf(must, sizeof must, "text, as '%.*s' in a row before; of a column of numbers that one is the wrong one",
           length, first.text);
  return row_source_fail(reader, FIELD_OF_TERM + i, must);
}

/* Checks, and counts the level of, the feature of a row. */
static Status take_feature(CoxModel *model, RowReader *reader, int i, const FieldValue *value)
{
  DesignMatrixTerm *term = &model->design.term[i];
  if (term->stated) {
    model->x[i] = value->key;
    return design_matrix_count(term, value->key);
  }
  if (term->kind == DESIGN_UNSEEN) {
    term->kind = value->text ? DESIGN_LEVELS : DESIGN_NUMBER;
  }
  if (value->text && term->kind == DESIGN_NUMBER) {
    return row_source_fail(reader, FIELD_OF_TERM + i, "a number, as in the rows before");
  }
  if (!value->text && term->kind == DESIGN_LEVELS) {
    return is_no_text(model, reader, i);
  }
  model->x[i] = value->text ? value->key : value->real;
  if (value->text) {
    return design_matrix_count(term, value->key);
  }
  return fabs(value->real) <= COX_VALUE_MAX
           ? STATUS_OK
           : row_source_fail(reader, FIELD_OF_TERM + i, "at most " NUMBER_TEXT(COX_VALUE_MAX) " in magnitude");
}

/* Time and event, entry and weight; *takes_part false: the row is left out. */
static Status take_head(const CoxModel *model, RowReader *reader, const FieldValue *values, CoxRow *row,
                        bool *takes_part)
{
  const Field *fields = model->fields;
  *takes_part = !values[FIELD_OF_TIME].null && !values[FIELD_OF_EVENT].null;
  for (int i = FIELD_OF_STRATUM; i < FIELD_OF_TERM + model->design.n_terms; i++) {
    if (fields[i].found && values[i].null) {
      *takes_part = false;
    }
  }
  if (fields[FIELD_OF_ENTRY].found && values[FIELD_OF_ENTRY].null) {
    *takes_part = false; /* never seen */
  }
  if (!*takes_part) {
    return STATUS_OK;
  }
  *row = (CoxRow){.time = values[FIELD_OF_TIME].real,
                  .entry = -1,
                  .weight = 1,
                  .stratum = values[FIELD_OF_STRATUM].key,
                  .cluster = values[FIELD_OF_CLUSTER].key,
                  .event = values[FIELD_OF_EVENT].real == 1};
  if (!(row->time >= 0 && row->time <= COX_TIME_MAX)) {
    return row_source_fail(reader, FIELD_OF_TIME, "a number from 0 to " NUMBER_TEXT(COX_TIME_MAX));
  }
  if (fields[FIELD_OF_ENTRY].found && values[FIELD_OF_ENTRY].real != 0) {
    row->entry = values[FIELD_OF_ENTRY].real;
    if (!(row->entry > 0 && time_before(row->entry, row->time))) {
      return row_source_fail(reader, FIELD_OF_ENTRY, "0 or more, and less than the time of the row");
    }
  }
  if (fields[FIELD_OF_WEIGHT].found) {
    row->weight = values[FIELD_OF_WEIGHT].real;
    if (!(row->weight >= 0 && row->weight <= COX_TIME_MAX)) {
      return row_source_fail(reader, FIELD_OF_WEIGHT, "a number from 0 to " NUMBER_TEXT(COX_TIME_MAX));
    }
    *takes_part = row->weight > 0;
  }
  return STATUS_OK;
}

static void note_left_out(CoxModel *model, const FieldValue *values)
{
  model->left_out++;
  for (int i = 0; i < FIELD_OF_TERM + model->design.n_terms; i++) {
    model->known[i] = model->known[i] || !values[i].null;
  }
}

static Status take_row(void *self, RowReader *reader, const FieldValue *values)
{
  CoxModel *model = self;
  CoxRow row;
  bool takes_part;
  Status status = take_head(model, reader, values, &row, &takes_part);
  if (status == STATUS_OK && !takes_part) {
    note_left_out(model, values);
  }
  if (status != STATUS_OK || !takes_part) {
    return status;
  }
  for (int i = 0; i < model->design.n_terms && status == STATUS_OK; i++) {
    status = take_feature(model, reader, i, &values[FIELD_OF_TERM + i]);
  }
  return status == STATUS_OK ? cox_rows_add(&model->rows, &row, model->x) : status;
}

static Status model_read(Call *call, CoxModel *model)
{
  static const struct {
    int param;
    FieldKind kind;
    const char *noun, *param_name;
  } FIELDS[FIELD_OF_TERM] = {
    [FIELD_OF_TIME] = {ARG_TIME_COLUMN, FIELD_REAL, "time", "time_column"},
    [FIELD_OF_EVENT] = {ARG_EVENT_COLUMN, FIELD_TRUTH, "event", "event_column"},
    [FIELD_OF_ENTRY] = {ARG_ENTRY_COLUMN, FIELD_REAL, "entry", "entry_column"},
    [FIELD_OF_STRATUM] = {ARG_STRATA_COLUMN, FIELD_KEY, "stratum", "strata_column"},
    [FIELD_OF_WEIGHT] = {ARG_WEIGHT_COLUMN, FIELD_REAL, "weight", "weight_column"},
    [FIELD_OF_CLUSTER] = {0, FIELD_KEY, "cluster", "cluster_column"},
  };
  char problem[DESIGN_MATRIX_PROBLEM];
  Status status = design_matrix_parse(&model->design, call_text(call, ARG_TERMS), problem);
  if (status == STATUS_ERROR) {
    return call_fail_argument(call, ARG_TERMS, "columns with commas between them, such as 'contract, senior': %s",
                              problem);
  }
  if (status != STATUS_OK) {
    return status;
  }
  for (int i = 0; i < FIELD_OF_TERM; i++) {
    int param = i == FIELD_OF_CLUSTER ? model->cluster_param : FIELDS[i].param;
    model->fields[i] = (Field){.kind = FIELDS[i].kind,
                               .noun = FIELDS[i].noun,
                               .param_name = FIELDS[i].param_name,
                               .wanted = param ? call_text(call, param) : NULL,
                               .required = i <= FIELD_OF_EVENT};
  }
  for (int i = 0; i < model->design.n_terms; i++) {
    const DesignMatrixTerm *term = &model->design.term[i];
    model->fields[FIELD_OF_TERM + i] = (Field){.kind = term->stated ? FIELD_KEY : FIELD_ANY,
                                               .noun = "term",
                                               .param_name = "terms",
                                               .wanted = term->name,
                                               .required = true};
  }
  const bool used[COX_FEATURE] = {[COX_TIME] = true,
                                  [COX_ENTRY] = model->fields[FIELD_OF_ENTRY].wanted,
                                  [COX_WEIGHT] = model->fields[FIELD_OF_WEIGHT].wanted,
                                  [COX_STRATUM] = model->fields[FIELD_OF_STRATUM].wanted,
                                  [COX_CLUSTER] = model->fields[FIELD_OF_CLUSTER].wanted};
  status = cox_rows_open(&model->rows, model->design.n_terms, used);
  return status == STATUS_OK
           ? row_source_read(call, ARG_SOURCE, model->fields, FIELD_OF_TERM + model->design.n_terms, take_row, model)
           : status;
}

static const Customers *term_keys(void *self, int term)
{
  return &((CoxModel *)self)->fields[FIELD_OF_TERM + term].keys;
}

/* Texts become columns of 0 and 1. */
static Status model_expand(Call *call, CoxModel *model)
{
  char problem[DESIGN_MATRIX_PROBLEM];
  DesignMatrix *design = &model->design;
  Status status = design_matrix_finish(design, term_keys, model, problem);
  if (status == STATUS_ERROR) {
    return call_fail(call, "terms: %s", problem);
  }
  if (status == STATUS_OK && design->n_columns > COX_FEATURES_MAX) {
    return call_fail(call, "terms: the levels make %d columns, at most %d are taken", design->n_columns,
                     COX_FEATURES_MAX);
  }
  if (status == STATUS_OK) {
    status = cox_rows_sort(&model->rows, call_watch(call));
  }
  /* from the last, so that the places before do not change */
  for (int t = design->n_terms; t-- > 0 && status == STATUS_OK;) {
    const DesignMatrixTerm *term = &design->term[t];
    if (term->kind == DESIGN_LEVELS) {
      status = cox_rows_expand(&model->rows, t, term->place, term->n_columns, call_watch(call));
    }
  }
  if (status != STATUS_OK) {
    return status;
  }
  model->names = mem_alloc((size_t)design->n_columns + 1, sizeof *model->names);
  if (!model->names) {
    return STATUS_NOMEM;
  }
  for (int j = 0; j < design->n_columns; j++) {
    model->names[j] = design->column[j].label;
  }
  return STATUS_OK;
}

/* The source has rows, and none takes part. */
static Status nothing_left(Call *call, const CoxModel *model)
{
  for (int i = 0; i < FIELD_OF_TERM + model->design.n_terms; i++) {
    const Field *field = &model->fields[i];
    if (field->found && !model->known[i]) {
      return call_fail(call, "no row takes part: %s '%s' is NULL in every row", field->param_name, field->wanted);
    }
  }
  return call_fail(
    call, "no row takes part: in each the time, the event, a term or another named column is NULL, or the weight is 0");
}

/*
** Where all columns of a text with several levels, and no others, make the likelihood rise for ever: its reference;
** else NULL.
*/
static const char *reference_to_blame(const CoxModel *model)
{
  const char *reference = NULL;
  int of = 0;
  for (int j = 0; j < model->cox.n_features; j++) {
    of += model->cox.feature[j].monotone;
  }
  for (int t = 0; t < model->design.n_terms && of > 1 && !reference; t++) {
    const DesignMatrixTerm *term = &model->design.term[t];
    int n = 0;
    for (int j = term->first; j < term->first + term->n_columns; j++) {
      n += model->cox.feature[j].monotone;
    }
    reference = term->kind == DESIGN_LEVELS && n == term->n_columns && n == of ? term->reference : NULL;
  }
  return reference;
}

Status cox_model_fit(Call *call, CoxModel *model)
{
  char reason[COX_REASON];
  Status status = model_read(call, model);
  if (status != STATUS_OK) {
    return status;
  }
  model->cox.end = COX_NO_ROWS;
  if (model->rows.count == 0) {
    return model->left_out ? nothing_left(call, model) : STATUS_OK;
  }
  status = model_expand(call, model);
  if (status == STATUS_OK) {
    status =
      cox_fit(&model->rows, call_choice(call, ARG_TIES) == 0 ? COX_EFRON : COX_BRESLOW, &model->cox, call_watch(call));
  }
  if (status != STATUS_OK || model->cox.end == COX_CONVERGED) {
    return status;
  }
  cox_reason(&model->cox, model->names, reason);
  const char *reference = reference_to_blame(model);
  return reference ? call_fail(call,
                               "%s. They are all the levels but '%s', the reference: it may be the one at which nobody "
                               "left, or everybody",
                               reason, reference)
                   : call_fail(call, "%s", reason);
}

void cox_model_close(CoxModel *model)
{
  cox_close(&model->cox);
  cox_rows_free(&model->rows);
}

void cox_model_free(CoxModel *model)
{
  cox_model_close(model);
  cox_free(&model->cox);
  design_matrix_free(&model->design);
  fields_free(model->fields, FIELDS_MAX);
  mem_free(model->names);
  model->names = NULL;
}

const Customers *cox_model_strata(const CoxModel *model)
{
  return &model->fields[FIELD_OF_STRATUM].keys;
}

void chi_square_cell(double chi, double df, Cell *out)
{
  cell_finite(out, df > 0 ? gamma_upper(df / 2, chi / 2) : NAN);
}

void chi_square_log10_cell(double chi, double df, Cell *out)
{
  cell_finite(out, df > 0 ? chi_square_log10(chi, df) : NAN);
}
