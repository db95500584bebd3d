#include "churn_params.h"

#include <string.h>

#include "core/base/mem.h"
#include "core/base/text.h"
#include "core/churn/churn_explain.h"

#define MONTHS_MOST (12 * CHURN_HORIZON_YEARS_MAX)

/* Instants */

static Status look_step(void *self, void *state, const Event *event)
{
  (void)self;
  (void)state;
  (void)event;
  return STATUS_OK;
}

/*
** The zones of the one pass hang on as_of. Where that is the newest time of the source, a pass that only looks finds
** it: half the price of keeping the days of every row, and nothing per row in memory.
*/
Status churn_times_read(Call *call, ChurnTimes *times)
{
  static const Accumulator LOOK = {.step = look_step}; /* the reader knows the newest time */
  Duration horizon = call_duration(call, ARG_HORIZON);
  ZoneCursor time_zone = event_source_zone(call);
  Bound as_of;
  bool is_short = horizon.months == 0 && horizon.ms < MS_PER_DAY;
  if (is_short || horizon.months > MONTHS_MOST || horizon.ms > MONTHS_MOST * 31 * MS_PER_DAY) {
    return call_fail_argument(call, ARG_HORIZON, "a day … %d years", CHURN_HORIZON_YEARS_MAX);
  }
  if (event_source_as_of(call, &as_of)) {
    *times = churn_times(as_of, horizon, time_zone);
    return STATUS_OK;
  }
  EventSource source = {0};
  Status status = event_source_read(call, &LOOK, NULL, (EventSourceOptions){0}, &source);
  *times = churn_times(source.as_of, horizon, time_zone);
  event_source_free(&source);
  return status;
}

/* Signals */

static Status dated_by_name(ChurnInput *input)
{
  const Customers *kinds = &input->signal_source.attributes;
  for (uint32_t k = 0; k < input->signals.n_kinds; k++) {
    CustomerKey key = customers_key(kinds, k);
    input->signals.kind[k].dated = key.text && signal_is_dated(key.text);
  }
  return STATUS_OK;
}

static Status dated_as_given(ChurnInput *input, Call *call)
{
  const char *at = call_text(call, ARG_DATED_KINDS);
  while (*at) {
    size_t length = strcspn(at, ","), begin = strspn(at, " "), end = length;
    while (end > begin && at[end - 1] == ' ') {
      end--;
    }
    if (end > begin) {
      uint32_t kind = input->signal_source.attributes.count
                        ? customers_find_text(&input->signal_source.attributes, at + begin, end - begin)
                        : CUSTOMER_NONE;
      if (kind >= input->signals.n_kinds) {
        return call_fail_argument(call, ARG_DATED_KINDS, "kinds of %s, separated by commas",
                                  call_text(call, ARG_SIGNALS));
      }
      input->signals.kind[kind].dated = true;
    }
    at += length + (at[length] == ',');
  }
  return STATUS_OK;
}

static Status signals_read(ChurnInput *input, Call *call)
{
  EventSource *source = &input->signal_source;
  EventSourceOptions options = {.param = ARG_SIGNALS, .attribute = EVENT_ATTRIBUTE_KIND};
  input->signals.times = input->churn.times;
  Status status = event_source_read(call, &SIGNALS_ACCUMULATOR, &input->signals, options, source);
  if (status != STATUS_OK) {
    return status;
  }
  if (input->signals.n_kinds > SIGNAL_KINDS_MAX) {
    return call_fail(call, "signals has %u kinds, at most %d are taken: give a view of those that matter",
                     input->signals.n_kinds, SIGNAL_KINDS_MAX);
  }
  status = call_is_null(call, ARG_DATED_KINDS) ? dated_by_name(input) : dated_as_given(input, call);
  if (status != STATUS_OK) {
    return status;
  }
  input->churn.signals = &input->signals;
  status =
    signals_finish(&input->signals, &source->customers, &input->source.customers, source->has_value, call_watch(call));
  if (status == STATUS_OK && source->rows > 0 && input->source.rows > 0 && input->signals.n_matched == 0) {
    return call_fail(
      call,
      "%s and the source have no customer in common: are the keys text in one ('7') and integers (7) in the other?",
      call_text(call, ARG_SIGNALS));
  }
  return status;
}

/* All */

/* What was asked for is not silently something else. */
static Status as_wanted(const Churn *churn, Call *call)
{
  bool nobody = churn->keep_held_out && churn->held_out.n == 0; /* to fit a model to: one row says so */
  if (churn->wanted == CHURN_WANT_LOGIT && churn->method != CHURN_METHOD_LOGIT) {
    return call_fail(call, "model logit cannot be had: %s", churn->why);
  }
  if (churn->wanted != CHURN_WANT_AUTO && churn->method == CHURN_METHOD_RATE && !nobody) {
    return call_fail(call, "model %s cannot be had: %s", churn->wanted == CHURN_WANT_BGNBD ? "bgnbd" : "mbgnbd",
                     churn->model_why);
  }
  return STATUS_OK;
}

Status churn_input_read(ChurnInput *input, Call *call, bool keep_held_out)
{
  Churn *churn = &input->churn;
  churn->wanted = (ChurnWanted)call_choice(call, ARG_MODEL);
  churn->keep_held_out = keep_held_out;
  Status status = churn_times_read(call, &churn->times);
  if (status == STATUS_OK) {
    status = event_source_read(call, &CHURN_ACCUMULATOR, &churn->times, (EventSourceOptions){0}, &input->source);
  }
  churn->has_value = input->source.has_value;
  churn->first_time = input->source.first_time;
  if (status == STATUS_OK && !call_is_null(call, ARG_SIGNALS)) {
    status = signals_read(input, call);
  } else if (status == STATUS_OK && !call_is_null(call, ARG_DATED_KINDS)) {
    status = call_fail(call, "dated_kinds needs signals");
  }
  if (status == STATUS_OK && input->source.rows > 0) {
    status = churn_fit(churn, &input->source.customers, call_watch(call));
  }
  return status == STATUS_OK && input->source.rows > 0 ? as_wanted(churn, call) : status;
}

void churn_input_free(ChurnInput *input)
{
  churn_free(&input->churn);
  signals_free(&input->signals);
  event_source_free(&input->signal_source);
  event_source_free(&input->source);
}

/* Of what kinds of signals nothing was learned, and why. */
static void unused_signals_add(const ChurnInput *input, Text *text)
{
  const Churn *churn = &input->churn;
  const char *before = " (signals not used: ";
  if (churn->signals && churn->signals->n_kinds == 0) {
    text_add(text, " (signals not used: there are none)");
  }
  for (uint32_t kind = 0; churn->signals && kind < churn->signals->n_kinds; kind++) {
    bool is_feature = false, varies = false;
    char number[32];
    for (int i = 0; i < churn->signals->n_features; i++) {
      bool own = churn->signals->feature[i].kind == kind;
      is_feature = is_feature || own;
      varies = varies || (own && churn->logit.feature[CHURN_FEATURES + i].state != REGRESSION_CONSTANT);
    }
    if (!varies) {
      text_add(text, before);
      text_add(text, churn_signal_name(&input->signal_source.attributes, kind, number));
      text_add(text, is_feature ? " has too little history before the horizon that was learned from"
                                : " may have been overwritten");
      before = ", ";
    }
  }
  text_add(text, *before == ',' ? ")" : "");
}

void churn_method_cell(const ChurnInput *input, ChurnInstant instant, Cell *out)
{
  const Churn *churn = &input->churn;
  const ChurnSnapshot *snapshot = &churn->snapshot[instant];
  Text text = {0};
  if (churn->method == CHURN_METHOD_LOGIT) {
    text_add(&text, "logit");
    unused_signals_add(input, &text);
  } else {
    text_add(&text, churn->method == CHURN_METHOD_MODEL ? "model: " : "rate without dropout");
    text_add(&text, churn->method == CHURN_METHOD_MODEL ? snapshot->model->name : "");
    text_add(&text, churn->method == CHURN_METHOD_MODEL && snapshot->at_limit ? " at its limit (" : " (");
    text_add(&text, churn->why);
    if (churn->model_why[0]) {
      text_add(&text, churn->why[0] ? "; " : "");
      text_add(&text, churn->model_why);
    }
    text_add(&text, churn->signals ? "; signals not used)" : ")");
  }
  size_t length = text.length;
  cell_owned(out, text_take(&text), length);
}
