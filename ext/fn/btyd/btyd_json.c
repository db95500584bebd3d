#include "btyd_json.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/base/mem.h"
#include "glue/json_read.h"
#include "glue/json_write.h"
#include "glue/spec.h"

/* ---- Writing */

static void write_covariates(JsonText *json, const double *transaction, const double *dropout, int n)
{
  text_add(&json->text, "\"transaction\":");
  json_text_numbers(json, transaction, n);
  text_add(&json->text, ",\"dropout\":");
  json_text_numbers(json, dropout, n);
}

/* {"r":…} or, with the prefix of a logarithm, {"log_r":…}; left open. */
static void write_parameters(JsonText *json, const BtydModel *model, const char *prefix, const double *values)
{
  for (int i = 0; i < model->n_parameters; i++) {
    text_add(&json->text, i ? ",\"" : "{\"");
    text_add(&json->text, prefix);
    text_add(&json->text, model->parameter[i]);
    text_add(&json->text, "\":");
    json_text_number(json, values[i]);
  }
}

static void write_errors(JsonText *json, const BtydFit *fit)
{
  double error[BTYD_VARIABLES];
  int n = fit->n_variables, first = fit->model->n_parameters;
  for (int i = 0; i < n; i++) {
    error[i] = sqrt(fit->covariance[i * n + i]);
  }
  text_add(&json->text, ",\"standard_errors\":");
  write_parameters(json, fit->model, "log_", error);
  if (fit->n_covariates > 0) {
    text_add(&json->text, ",");
    write_covariates(json, error + first, error + first + fit->n_covariates, fit->n_covariates);
  }
  text_add(&json->text, "},\"covariance\":[");
  for (int i = 0; i < n; i++) {
    text_add(&json->text, i ? "," : "");
    json_text_numbers(json, fit->covariance + i * n, n);
  }
  text_add(&json->text, "]");
}

/* R3: the point where a fit stopped; null where it never had one. */
static void write_stop(JsonText *json, const BtydFit *fit)
{
  if (!(fit->theta[0] > 0)) {
    text_add(&json->text, ",\"stopped_at\":null");
    return;
  }
  text_add(&json->text, ",\"stopped_at\":");
  write_parameters(json, fit->model, "", fit->theta);
  if (fit->n_covariates > 0) {
    text_add(&json->text, ",");
    write_covariates(json, fit->transaction, fit->dropout, fit->n_covariates);
  }
  text_add(&json->text, "}");
}

void btyd_json_result(Call *call, const BtydFit *fit, Cell *out)
{
  JsonText json = {.call = call};
  text_add(&json.text, "{\"model\":");
  text_add_json_string(&json.text, fit->model->name);
  text_add(&json.text, ",\"parameters\":");
  if (fit->converged) {
    write_parameters(&json, fit->model, "", fit->theta);
    text_add(&json.text, "}");
    if (fit->n_covariates > 0) {
      text_add(&json.text, ",\"covariates\":{");
      write_covariates(&json, fit->transaction, fit->dropout, fit->n_covariates);
      text_add(&json.text, "}");
    }
  } else {
    text_add(&json.text, "null");
    write_stop(&json, fit);
  }
  json_text_named(&json, "log_likelihood", fit->log_likelihood);
  json_text_named(&json, "customers", fit->customers);
  json_text_named(&json, "rows", (double)fit->rows);
  if (fit->converged) {
    write_errors(&json, fit);
  } else {
    text_add(&json.text, ",\"standard_errors\":null,\"covariance\":null");
  }
  json_text_named(&json, "iterations", fit->iterations);
  text_add(&json.text, fit->converged ? ",\"converged\":true,\"reason\":" : ",\"converged\":false,\"reason\":");
  if (fit->converged) {
    text_add(&json.text, "null");
  } else {
    text_add_json_string(&json.text, fit->reason);
  }
  text_add(&json.text, "}");
  json_text_result(&json, out);
}

/* ---- Reading */

char *btyd_json_names(bool (*passes)(const BtydModel *model, int what), int what)
{
  Text names = {0};
  for (const BtydModel *const *model = BTYD_MODELS; *model; model++) {
    if (!passes || passes(*model, what)) {
      text_add(&names, names.length ? ", " : "");
      text_add(&names, (*model)->name);
    }
  }
  return text_take(&names);
}

static Status read_name(Json *json, BtydFit *fit)
{
  JsonValue name;
  Status status = json_get(json, &name, "$.model");
  if (status != STATUS_OK) {
    return status;
  }
  fit->model = name.type == JSON_TEXT ? btyd_find(name.text) : NULL;
  if (!fit->model) {
    char *names = btyd_json_names(NULL, 0);
    status = names ? call_fail_argument(json->call, json->param, "an object whose \"model\" is one of %s", names)
                   : STATUS_NOMEM;
    mem_free(names);
  }
  return status;
}

/* R3. */
static Status refuse_unconverged(Json *json, const BtydFit *fit)
{
  JsonValue reason;
  Status status = json_get(json, &reason, "$.reason");
  if (status != STATUS_OK) {
    return status;
  }
  return call_fail(json->call, "the %s model did not converge and has no parameters: %.*s", fit->model->title,
                   BTYD_REASON, reason.type == JSON_TEXT ? reason.text : "no reason given");
}

static Status read_parameter(Json *json, const BtydModel *model, int i, double *parameter)
{
  JsonValue value;
  Status status = json_get(json, &value, "$.parameters.%s", model->parameter[i]);
  if (status != STATUS_OK) {
    return status;
  }
  *parameter = value.number;
  if (value.type == JSON_NUMBER) {
    return STATUS_OK;
  }
  return call_fail(json->call, "parameter %s of the %s model %s", model->parameter[i], model->title,
                   value.type == JSON_ABSENT ? "is missing" : "must be a number");
}

static Status read_parameters(Json *json, BtydFit *fit)
{
  const BtydModel *model = fit->model;
  JsonValue value, converged;
  Status status = json_get(json, &value, "$.parameters");
  if (status == STATUS_OK) {
    status = json_get(json, &converged, "$.converged");
  }
  if (status != STATUS_OK) {
    return status;
  }
  if (converged.type == JSON_BOOLEAN && converged.number == 0) {
    return refuse_unconverged(json, fit);
  }
  if (value.type != JSON_OBJECT) {
    return call_fail(json->call, "the %s model has no object \"parameters\"", model->title);
  }
  status = json_only(json, model->parameter, model->n_parameters, "$.parameters");
  for (int i = 0; i < model->n_parameters && status == STATUS_OK; i++) {
    status = read_parameter(json, model, i, &fit->theta[i]);
  }
  int bad = status == STATUS_OK ? btyd_parameter_problem(model, fit->theta) : -1;
  if (bad >= 0) {
    status = call_fail(json->call, "parameter %s of the %s model must be %.15g…%.15g, got %.15g", model->parameter[bad],
                       model->title, PARAMETER_LOW, PARAMETER_HIGH, fit->theta[bad]);
  }
  return status;
}

/* An array of numbers; *n < 0: any length up to `most`, which is set. */
static Status read_numbers(Json *json, const char *path, int *n, int most, double *numbers)
{
  JsonValue value;
  Status status = json_get(json, &value, "%s", path);
  if (status != STATUS_OK) {
    return status;
  }
  if (value.type != JSON_ARRAY || value.length > most || (*n >= 0 && value.length != *n)) {
    return *n < 0 ? call_fail(json->call, "%s of the model must be an array of at most %d numbers", path + 2, most)
                  : call_fail(json->call, "%s of the model must be an array of %d numbers", path + 2, *n);
  }
  *n = (int)value.length;
  for (int i = 0; i < *n && status == STATUS_OK; i++) {
    status = json_get(json, &value, "%s[%d]", path, i);
    if (status == STATUS_OK && !(value.type == JSON_NUMBER && isfinite(value.number))) {
      status = call_fail(json->call, "%s[%d] of the model must be a number", path + 2, i);
    }
    numbers[i] = value.number;
  }
  return status;
}

static Status read_covariates(Json *json, BtydFit *fit)
{
  static const char *const KEYS[] = {"transaction", "dropout"};
  JsonValue value;
  int n = -1;
  Status status = json_get(json, &value, "$.covariates");
  if (status != STATUS_OK || value.type == JSON_ABSENT || value.type == JSON_NULL) {
    return status;
  }
  if (!fit->model->takes_covariates || value.type != JSON_OBJECT) {
    return fit->model->takes_covariates
             ? call_fail(json->call, "covariates of the model must be an object of two arrays, transaction and dropout")
             : call_fail(json->call, "the %s model takes no covariates", fit->model->title);
  }
  status = json_only(json, KEYS, COUNT_OF(KEYS), "$.covariates");
  if (status == STATUS_OK) {
    status = read_numbers(json, "$.covariates.transaction", &n, BTYD_COVARIATES, fit->transaction);
  }
  if (status == STATUS_OK) {
    status = read_numbers(json, "$.covariates.dropout", &n, BTYD_COVARIATES, fit->dropout);
  }
  fit->n_covariates = status == STATUS_OK ? n : 0;
  return status;
}

static Status read_object(Json *json, BtydFit *fit)
{
  Status status = read_name(json, fit);
  if (!fit->model) {
    return status;
  }
  status = read_parameters(json, fit);
  if (status == STATUS_OK) {
    status = read_covariates(json, fit);
  }
  fit->n_variables = fit->model->n_parameters + 2 * fit->n_covariates;
  fit->converged = true;
  return status;
}

static Status read_model(Call *call, int param, void *object)
{
  Json json;
  Status status = json_open(&json, call, param);
  if (status == STATUS_OK) {
    status = read_object(&json, object);
  }
  json_close(&json);
  return status;
}

const BtydFit *btyd_json_argument(Call *call, int param)
{
  return call_object(call, param, sizeof(BtydFit), read_model, mem_free);
}
