#include "lives.h"

#include <string.h>

#include "core/numerics/same_time.h"
#include "survival_params.h"

/* Whether a key is a cause; 0: not looked at. */
typedef enum Cause {
  CAUSE_UNSEEN,
  CAUSE_NONE,
  CAUSE_SOME
} Cause;

/* 0, '0', '' and the words for no event are no cause; a letter may be the code of one. */
static uint32_t cause_of(const Field *field, const FieldValue *value)
{
  if (value->null) {
    return 0;
  }
  Cause *cause = customers_state(&field->keys, value->key);
  if (*cause == CAUSE_UNSEEN) {
    CustomerKey key = customers_key(&field->keys, value->key);
    bool word = key.text && key.length > 1 && truth_of_text(key.text, key.length) == 0;
    bool none = key.text ? word || key.length == 0 || strcmp(key.text, "0") == 0 : key.integer == 0;
    *cause = none ? CAUSE_NONE : CAUSE_SOME;
  }
  return *cause == CAUSE_SOME ? value->key + 1 : 0;
}

/* What every row has: time, event and perhaps a group. */
static inline Status take_life(const LifeReader *reader, RowReader *rows, const FieldValue *values, Life *life)
{
  life->time = values[LIFE_TIME].real;
  if (!(life->time >= 0 && life->time <= LIFE_MAX)) {
    return row_source_fail(rows, LIFE_TIME, "a number from 0 to " NUMBER_TEXT(LIFE_MAX));
  }
  life->weight = 1;
  life->group = values[LIFE_GROUP].key;
  life->cause = reader->causes ? cause_of(&reader->fields[LIFE_EVENT_OR_CAUSE], &values[LIFE_EVENT_OR_CAUSE]) : 0;
  life->event = reader->causes ? life->cause != 0 : values[LIFE_EVENT_OR_CAUSE].real == 1;
  return STATUS_OK;
}

static Status take_plain_row(void *self, RowReader *rows, const FieldValue *values)
{
  LifeReader *reader = self;
  Life life = {0};
  Status status = take_life(reader, rows, values, &life);
  return status == STATUS_OK ? reader->take(reader, &life) : status;
}

static Status take_row(void *self, RowReader *rows, const FieldValue *values)
{
  LifeReader *reader = self;
  const Field *fields = reader->fields;
  Life life = {0};
  Status status = take_life(reader, rows, values, &life);
  if (status != STATUS_OK) {
    return status;
  }
  life.stratum = values[LIFE_STRATUM].key;
  life.customer = values[LIFE_CUSTOMER].key;
  if (fields[LIFE_ENTRY].found) {
    life.entry = values[LIFE_ENTRY].real;
    if (!(life.entry >= 0 && (life.entry == 0 || time_before(life.entry, life.time)))) {
      return row_source_fail(rows, LIFE_ENTRY, "0 or more, and less than the time of the row");
    }
  }
  if (fields[LIFE_WEIGHT].found) {
    life.weight = values[LIFE_WEIGHT].real;
    if (!(life.weight >= 0 && life.weight <= LIFE_MAX)) {
      return row_source_fail(rows, LIFE_WEIGHT, "a number from 0 to " NUMBER_TEXT(LIFE_MAX));
    }
    if (life.weight == 0) {
      return STATUS_OK;
    }
  }
  return reader->take(reader, &life);
}

Status lives_read(Call *call, LifeReader *reader)
{
  static const struct {
    FieldKind kind;
    const char *noun, *param_name;
  } FIELDS[LIFE_FIELDS] = {
    [LIFE_TIME] = {FIELD_REAL, "time", "time_column"},
    [LIFE_EVENT_OR_CAUSE] = {FIELD_TRUTH, "event", "event_column"},
    [LIFE_GROUP] = {FIELD_KEY, "group", "segment_column"},
    [LIFE_ENTRY] = {FIELD_REAL, "entry", "entry_column"},
    [LIFE_WEIGHT] = {FIELD_REAL, "weight", "weight_column"},
    [LIFE_STRATUM] = {FIELD_KEY, "stratum", "strata_column"},
    [LIFE_CUSTOMER] = {FIELD_KEY, "customer", "customer_column"},
  };
  reader->params[LIFE_TIME] = ARG_TIME_COLUMN;
  reader->params[LIFE_EVENT_OR_CAUSE] = ARG_EVENT_COLUMN;
  for (int i = 0; i < LIFE_FIELDS; i++) {
    bool customer = i == LIFE_CUSTOMER && reader->params[i];
    Field *field = &reader->fields[i];
    field->kind = FIELDS[i].kind;
    field->noun = FIELDS[i].noun;
    field->param_name = FIELDS[i].param_name;
    field->names = customer ? &COLUMN_NAMES[NAMES_CUSTOMER] : NULL;
    field->wanted = reader->params[i] ? call_text(call, reader->params[i]) : NULL;
    field->required = i == LIFE_TIME || i == LIFE_EVENT_OR_CAUSE || customer;
    field->never_null = i != LIFE_EVENT_OR_CAUSE || !reader->causes;
  }
  if (reader->causes) {
    Field *cause = &reader->fields[LIFE_EVENT_OR_CAUSE];
    cause->keys.state_size = sizeof(Cause);
    cause->kind = FIELD_KEY;
    cause->noun = "cause";
    cause->param_name = "cause_column";
  }
  int n = LIFE_FIELDS;
  while (!reader->fields[n - 1].wanted && !reader->fields[n - 1].required) {
    n--; /* what is not read costs nothing */
  }
  return row_source_read(call, ARG_SOURCE, reader->fields, n, n > LIFE_ENTRY ? take_row : take_plain_row, reader);
}

void lives_free(LifeReader *reader)
{
  fields_free(reader->fields, LIFE_FIELDS);
}
