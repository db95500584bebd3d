#include "signals.h"

#include <math.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/numerics/special.h"
#include "core/numerics/stats.h"

typedef struct SignalState {
  uint32_t count[CHURN_ZONES];
  uint32_t opening; /* rows of the civil day of the first */
  int64_t first;
  double sum[CHURN_ZONES];
  int64_t last[CHURN_INSTANTS], next[CHURN_INSTANTS]; /* the dates around each instant; INT64_MIN, INT64_MAX: none */
} SignalState;

static void kind_add(SignalKind *kind, double value)
{
  double deviation = value - kind->mean;
  kind->n++;
  kind->mean += deviation / (double)kind->n;
  kind->squares += deviation * (value - kind->mean);
}

/* Rows by how far they lie ahead of the instants. */
static void kind_ahead(SignalKind *kind, const int64_t *instant, int64_t time)
{
  int64_t horizon = instant[CHURN_AS_OF] - instant[CHURN_CUT];
  for (int i = 0; i < CHURN_INSTANTS; i++) {
    if (time > instant[i] && time - instant[i] <= SIGNAL_AHEAD_BINS / SIGNAL_AHEAD_PARTS * horizon) {
      kind->ahead[i][(time - instant[i] - 1) * SIGNAL_AHEAD_PARTS / horizon]++;
    }
  }
  kind->passed += time > instant[CHURN_CUT] && time <= instant[CHURN_AS_OF];
}

static void state_open(SignalState *state, int64_t time, ZoneCursor *time_zone)
{
  uint32_t day = day_number(zone_local(time_zone, time));
  uint32_t opened = state->opening ? day_number(zone_local(time_zone, state->first)) : UINT32_MAX;
  if (day <= opened) {
    state->opening = day < opened ? 1 : state->opening + 1;
  }
  state->first = time < state->first ? time : state->first;
}

static Status signals_step(void *self, void *unused, const Event *event)
{
  Signals *signals = self;
  ChurnTimes *times = &signals->times;
  uint32_t k = event->attribute;
  (void)unused;
  if (k == NO_ATTRIBUTE) {
    return STATUS_OK;
  }
  for (; signals->n_kinds <= k; signals->n_kinds++) {
    if (signals->n_kinds < SIGNAL_KINDS_MAX) {
      signals->kind[signals->n_kinds].first = INT64_MAX;
    }
  }
  if (k >= SIGNAL_KINDS_MAX) {
    return STATUS_OK;
  }
  uint32_t known = signals->pairs.count;
  signals->pairs.state_size = sizeof(SignalState);
  uint32_t pair = customers_add_integer(&signals->pairs, (int64_t)event->customer * SIGNAL_KINDS_MAX + k);
  if (pair == CUSTOMER_NONE) {
    return STATUS_NOMEM;
  }
  SignalState *state = customers_state(&signals->pairs, pair);
  SignalKind *kind = &signals->kind[k];
  if (signals->pairs.count > known) {
    *state = (SignalState){.first = INT64_MAX, .last = {INT64_MIN, INT64_MIN}, .next = {INT64_MAX, INT64_MAX}};
    kind->pairs++;
  }
  kind->rows++;
  int64_t instant[CHURN_INSTANTS] = {times->cut, times->as_of};
  kind_ahead(kind, instant, event->time);
  for (int i = 0; i < CHURN_INSTANTS; i++) {
    if (event->time > instant[i]) {
      state->next[i] = event->time < state->next[i] ? event->time : state->next[i];
    } else {
      state->last[i] = event->time > state->last[i] ? event->time : state->last[i];
    }
  }
  if (event->time <= times->as_of) {
    int z = (event->time > times->recent) + (event->time > times->cut);
    state->count[z]++;
    state->sum[z] += event->value;
    state_open(state, event->time, &times->time_zone);
    kind->first = event->time < kind->first ? event->time : kind->first;
    if (z < 2) {
      kind_add(kind, event->value);
    }
  }
  return STATUS_OK;
}

const Accumulator SIGNALS_ACCUMULATOR = {.state_size = 0, .step = signals_step, .any_order = true};

static bool ends_in(const char *name, const char *end)
{
  size_t n = strlen(name), m = strlen(end);
  return n >= m && strcmp(name + n - m, end) == 0;
}

bool signal_is_dated(const char *name)
{
  static const char *const ENDS[] = {"_end", "_due", "_date"};
  static const char *const PARTS[] = {"renew", "expir", "contract_end", "到期", "续约"};
  char lower[64];
  size_t n = 0;
  for (; name[n] && n + 1 < sizeof lower; n++) {
    lower[n] = (char)(name[n] >= 'A' && name[n] <= 'Z'   ? name[n] + 32
                      : name[n] == ' ' || name[n] == '-' ? '_'
                                                         : name[n]);
  }
  lower[n] = 0;
  for (size_t i = 0; i < sizeof ENDS / sizeof *ENDS; i++) {
    if (ends_in(lower, ENDS[i])) {
      return true;
    }
  }
  for (size_t i = 0; i < sizeof PARTS / sizeof *PARTS; i++) {
    if (strstr(lower, PARTS[i])) {
      return true;
    }
  }
  return false;
}

/* How far ahead the dates of a kind are known: see signals.h. */
static int64_t kind_known_ms(const SignalKind *kind, int64_t horizon)
{
  double cut = 0, as_of = 0;
  int known = 0;
  for (int i = 0; i < SIGNAL_AHEAD_BINS; i++) {
    cut += kind->ahead[CHURN_CUT][i];
    as_of += kind->ahead[CHURN_AS_OF][i];
    known = as_of >= SIGNAL_KNOWN * cut ? i + 1 : known;
  }
  return known == SIGNAL_AHEAD_BINS ? INT64_MAX : horizon * known / SIGNAL_AHEAD_PARTS;
}

static bool kind_is_overwritten(const SignalKind *kind)
{
  return kind->passed > 0 && (kind->rows - kind->pairs) * 20 < kind->pairs;
}

Status signals_finish(Signals *signals, const Customers *own, const Customers *customers, bool has_value,
                      const Watch *watch)
{
  signals->n_features = 0;
  signals->n_matched = 0;
  for (uint32_t k = 0; k < signals->n_kinds; k++) {
    SignalKind *kind = &signals->kind[k];
    kind->known_ms = kind_known_ms(kind, signals->times.as_of - signals->times.cut);
    if (kind->dated && kind_is_overwritten(kind)) {
      continue;
    }
    signals->feature[signals->n_features++] = (SignalFeature){kind->dated ? SIGNAL_DATE : SIGNAL_RATE, k};
    if (has_value && !kind->dated && kind->squares > 0 && isfinite(kind->squares)) {
      signals->feature[signals->n_features++] = (SignalFeature){SIGNAL_VALUE, k};
    }
  }
  signals->own_id = mem_alloc((size_t)customers->count + 1, sizeof *signals->own_id);
  if (!signals->own_id) {
    return STATUS_NOMEM;
  }
  for (uint32_t id = 0; id < customers->count; id++) {
    CustomerKey key = customers_key(customers, id);
    signals->own_id[id] = own->count == 0 ? CUSTOMER_NONE
                          : key.text      ? customers_find_text(own, key.text, key.length)
                                          : customers_find_integer(own, key.integer);
    signals->n_matched += signals->own_id[id] != CUSTOMER_NONE;
    if (id % WATCH_EVERY == 0 && watch_stop(watch)) {
      return STATUS_INTERRUPT;
    }
  }
  return STATUS_OK;
}

double signal_evidence(double r, double b, double p)
{
  double n = r + b;
  if (!(n > 0) || !(p > 0) || !(p < 1)) {
    return 0;
  }
  double below = r > 0 ? beta_lower(n - r + 1, r, 1 - p) : 0;
  double above = r < n ? beta_lower(r + 1, n - r, p) : 0;
  double ways = log_gamma(n + 1) - log_gamma(r + 1) - log_gamma(n - r + 1);
  double half = exp(ways + r * log(p) + (n - r) * log1p(-p)) / 2;
  bool fall = below + half < above + half;
  double tail = fall ? below + half : above + half;
  double deviate = tail < 1e-300 ? -SIGNAL_MOST : fmax(normal_quantile(fmin(tail, 0.5)), -SIGNAL_MOST);
  return fall ? deviate : -deviate;
}

/* The end of the civil day of a time, but not later than `most`. */
static int64_t day_end(int64_t time, const ChurnTimes *times, int64_t most)
{
  int64_t end =
    zone_instant(&times->time_zone, day_number_start(day_number(zone_local_at(&times->time_zone, time)) + 1));
  return end < most ? end : most;
}

static SignalView view_rate(const Signals *signals, const SignalKind *kind, const SignalState *state,
                            ChurnInstant instant, uint32_t first_day)
{
  const ChurnTimes *times = &signals->times;
  int64_t end = instant == CHURN_CUT ? times->cut : times->as_of;
  int64_t start = instant == CHURN_CUT ? times->recent : times->cut;
  int64_t begin = zone_instant(&times->time_zone, day_number_start(first_day + 1));
  double r = state ? state->count[instant == CHURN_CUT ? 1 : 2] : 0;
  double b = state ? state->count[0] + (instant == CHURN_CUT ? 0.0 : state->count[1]) : 0;
  begin = state && state->opening ? day_end(state->first, times, begin) : begin;
  begin = kind->first < INT64_MAX && kind->first >= begin ? day_end(kind->first, times, INT64_MAX) : begin;
  double before = days_between(begin, start), recent = days_between(start, end);
  if (!(before >= SIGNAL_BASELINE * recent)) { /* too little time of its own before */
    return (SignalView){0, r, NAN};
  }
  b -= state && state->opening && state->first < begin ? state->opening : 0;
  return (SignalView){signal_evidence(r, b, recent / (before + recent)), r, b * recent / before};
}

static SignalView view_value(const SignalKind *kind, const SignalState *state, ChurnInstant instant)
{
  int now = instant == CHURN_CUT ? 1 : 2;
  double b = 0, sum = 0;
  if (!state) {
    return (SignalView){0, NAN, NAN};
  }
  for (int z = 0; z < now; z++) {
    b += state->count[z];
    sum += state->sum[z];
  }
  double r = state->count[now];
  if (r == 0) {
    return (SignalView){0, NAN, b > 0 ? sum / b : NAN};
  }
  double mean = state->sum[now] / r, usual = (sum + kind->mean) / (b + 1);
  double spread = kind->n > 0 ? sqrt(kind->squares / (double)kind->n) : 0;
  if (!(spread > 0)) {
    return (SignalView){0, mean, usual};
  }
  double evidence = (mean - usual) / (spread * sqrt(1 / r + 1 / (b + 1)));
  return (SignalView){fmax(fmin(evidence, SIGNAL_MOST), -SIGNAL_MOST), mean, usual};
}

/* From the civil day of `now` where that is one, else exact. */
static double days_from(const ChurnTimes *times, int64_t now, int64_t then)
{
  if (!times->whole_days) {
    return days_between(now, then);
  }
  return (double)day_number(zone_local_at(&times->time_zone, then)) -
         (double)day_number(zone_local_at(&times->time_zone, now));
}

static SignalView view_date(const Signals *signals, const SignalKind *kind, const SignalState *state,
                            ChurnInstant instant)
{
  const ChurnTimes *times = &signals->times;
  int64_t now = instant == CHURN_CUT ? times->cut : times->as_of;
  bool ahead = state && state->next[instant] != INT64_MAX && state->next[instant] - now <= kind->known_ms;
  if (!ahead && (!state || state->last[instant] == INT64_MIN)) {
    return (SignalView){0, NAN, NAN};
  }
  double days = days_from(times, now, ahead ? state->next[instant] : state->last[instant]);
  return (SignalView){exp(-fabs(days) / days_between(times->cut, times->as_of)), days, NAN};
}

SignalView signals_view(const Signals *signals, ChurnInstant instant, uint32_t customer, uint32_t first_day,
                        int feature)
{
  SignalFeature asked = signals->feature[feature];
  const SignalKind *kind = &signals->kind[asked.kind];
  const SignalState *state = NULL;
  uint32_t own = signals->own_id[customer];
  if (own != CUSTOMER_NONE) {
    uint32_t pair = customers_find_integer(&signals->pairs, (int64_t)own * SIGNAL_KINDS_MAX + asked.kind);
    state = pair == CUSTOMER_NONE ? NULL : customers_state(&signals->pairs, pair);
  }
  switch (asked.measure) {
    case SIGNAL_RATE:
      return view_rate(signals, kind, state, instant, first_day);
    case SIGNAL_VALUE:
      return view_value(kind, state, instant);
    default:
      return view_date(signals, kind, state, instant);
  }
}

void signals_free(Signals *signals)
{
  customers_free(&signals->pairs);
  mem_free(signals->own_id);
  signals->own_id = NULL;
}
