#include "rfm.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/numerics/stats.h"
#include "core/time/calendar.h"

const char *const RFM_AXIS_NAMES[RFM_AXES] = {"recency", "frequency", "monetary"};

/* Totals */

void rfm_totals_add(RfmTotals *totals, int64_t time, double value)
{
  if (totals->count++ == 0 || time > totals->last) {
    totals->last = time;
  }
  sum_add_compact(&totals->high, &totals->low, value);
}

static RfmTotals *totals_at(const Customers *customers, size_t offset, uint32_t id)
{
  return (RfmTotals *)(void *)((char *)customers_state(customers, id) + offset);
}

/*
** Whether all sums are as near to a decimal number as the rounding of their values puts them. Of other values a single
** sum may be by chance, to which one digit in 10^16 is then done, but not all.
*/
static bool are_decimal(const Customers *customers, size_t offset)
{
  double largest = 0;
  for (uint32_t id = 0; id < customers->count; id++) {
    largest = fmax(largest, fabs(totals_at(customers, offset, id)->high));
  }
  for (uint32_t id = 0; id < customers->count; id++) {
    const RfmTotals *totals = totals_at(customers, offset, id);
    double size = totals->count * largest; /* of what was added, where refunds are no larger than all that remained */
    if (!sum_is_decimal(&(Sum){totals->high, (double)totals->low}, size)) {
      return false;
    }
  }
  return true;
}

void rfm_totals_settle(const Customers *customers, size_t offset)
{
  if (!are_decimal(customers, offset)) {
    return;
  }
  for (uint32_t id = 0; id < customers->count; id++) {
    RfmTotals *totals = totals_at(customers, offset, id);
    totals->high = sum_decimal(&(Sum){totals->high, (double)totals->low});
    totals->low = 0;
  }
}

static Status rfm_step(void *self, void *state, const Event *event)
{
  (void)self;
  RfmState *customer = state;
  if (customer->totals.count == 0 || event->time < customer->first) {
    customer->first = event->time;
  }
  rfm_totals_add(&customer->totals, event->time, event->value);
  return STATUS_OK;
}

const Accumulator RFM_ACCUMULATOR = {.state_size = sizeof(RfmState), .step = rfm_step};

const RfmTotals *rfm_view_totals(const RfmView *view, uint32_t id)
{
  return (const RfmTotals *)(const void *)((const char *)customers_state(view->customers, id) + view->offset);
}

static double recency_days(const RfmView *view, int64_t last)
{
  if (!bound_is_day(view->as_of)) {
    return (double)(view->as_of.last - last) / (double)MS_PER_DAY;
  }
  int64_t today = zone_local_at(&view->zone, view->as_of.last), then = zone_local_at(&view->zone, last);
  return (double)(floor_div(today, MS_PER_DAY) - floor_div(then, MS_PER_DAY));
}

double rfm_view_value(const RfmView *view, uint32_t id, RfmAxis axis)
{
  const RfmTotals *totals = rfm_view_totals(view, id);
  switch (axis) {
    case RFM_RECENCY:
      return recency_days(view, totals->last);
    case RFM_FREQUENCY:
      return totals->count;
    default:
      return view->mean ? rfm_totals_sum(totals) / totals->count : rfm_totals_sum(totals);
  }
}

/* Cuts */

Status rfm_quantile_cuts(double *x, size_t n, int bins, double *cuts, const Watch *watch)
{
  double p[RFM_CUTS_MAX];
  for (int k = 1; k < bins; k++) {
    p[k - 1] = (double)k / bins;
  }
  return quantiles_select(x, n, p, (size_t)bins - 1, cuts, watch);
}

/*
** The mean, rounded once: sum / n alone can miss the common value of customers who are all alike, and then all of them
** or none would be above it.
*/
static double mean_of(const double *x, size_t n)
{
  Sum sum = {0};
  for (size_t i = 0; i < n; i++) {
    sum_add(&sum, x[i]);
  }
  double mean = sum_value(&sum) / (double)n;
  return mean + (fma(-mean, (double)n, sum.high) + sum.low) / (double)n;
}

static Status cuts_make(RfmMethod method, RfmAxis axis, double *x, size_t n, int bins, double *cuts, const Watch *watch)
{
  if (method == RFM_QUANTILE) {
    return rfm_quantile_cuts(x, n, bins, cuts, watch);
  }
  double mean = mean_of(x, n);
  cuts[0] = axis == RFM_RECENCY ? nextafter(mean, -INFINITY) : mean;
  return STATUS_OK;
}

int rfm_bin(const RfmCuts *cuts, RfmAxis axis, double value)
{
  int above = 0;
  for (int k = 0; k < cuts->bins - 1; k++) {
    above += value > cuts->cut[axis][k];
  }
  return axis == RFM_RECENCY ? cuts->bins - above : above + 1;
}

/* Scores, packed: class << 12 | r << 8 | f << 4 | m. No score is 0, so 0 is "not in the view". */

static int shift_of(RfmAxis axis)
{
  return 4 * (RFM_MONETARY - (int)axis);
}

/* The values of the view's customers on one axis, in id order. */
static Status values_collect(const RfmView *view, RfmAxis axis, double *x, const Watch *watch)
{
  size_t n = 0;
  for (uint32_t id = 0; id < view->customers->count; id++) {
    if ((id + 1) % WATCH_EVERY == 0 && watch_stop(watch)) {
      return STATUS_INTERRUPT;
    }
    if (rfm_view_totals(view, id)->count == 0) {
      continue;
    }
    x[n++] = rfm_view_value(view, id, axis);
  }
  return STATUS_OK;
}

static Status score_by_cuts(RfmScores *scores, const RfmView *view, const Watch *watch)
{
  for (uint32_t id = 0; id < view->customers->count; id++) {
    if ((id + 1) % WATCH_EVERY == 0 && watch_stop(watch)) {
      return STATUS_INTERRUPT;
    }
    if (rfm_view_totals(view, id)->count == 0) {
      continue;
    }
    int packed = 0;
    for (int axis = 0; axis < RFM_AXES; axis++) {
      packed |= rfm_bin(&scores->cuts, (RfmAxis)axis, rfm_view_value(view, id, (RfmAxis)axis))
                << shift_of((RfmAxis)axis);
    }
    scores->packed[id] = (uint16_t)packed;
  }
  return STATUS_OK;
}

/* NTILE: the customers in key order, then per axis the places where a group begins */

/*
** A key by its rank: integers before text; numbers, and the first eight bytes of text, as an unsigned number of the
** same order.
*/
typedef struct Ranked {
  uint64_t prefix;
  uint32_t id;
  bool is_text;
} Ranked;

static Ranked ranked_of(const Customers *customers, uint32_t id)
{
  CustomerKey key = customers_key(customers, id);
  if (!key.text) {
    return (Ranked){(uint64_t)key.integer ^ UINT64_C(1) << 63, id, false};
  }
  uint64_t prefix = 0;
  for (size_t i = 0; i < 8; i++) {
    prefix = prefix << 8 | (i < key.length ? (unsigned char)key.text[i] : 0);
  }
  return (Ranked){prefix, id, true};
}

static bool ranked_before(const Customers *customers, const Ranked *a, const Ranked *b)
{
  if (a->is_text != b->is_text || !a->is_text || a->prefix != b->prefix) {
    return a->is_text != b->is_text ? b->is_text : a->prefix < b->prefix;
  }
  CustomerKey x = customers_key(customers, a->id), y = customers_key(customers, b->id);
  int order = memcmp(x.text, y.text, x.length < y.length ? x.length : y.length);
  return order ? order < 0 : x.length < y.length;
}

static void sift_down(const Customers *customers, Ranked *heap, size_t i, size_t n)
{
  Ranked sunk = heap[i];
  for (size_t child; (child = 2 * i + 1) < n; i = child) {
    child += child + 1 < n && ranked_before(customers, &heap[child], &heap[child + 1]);
    if (!ranked_before(customers, &sunk, &heap[child])) {
      break;
    }
    heap[i] = heap[child];
  }
  heap[i] = sunk;
}

/* A heap sort: in place, and no order of keys makes it slow. */
static Status ranked_sort(const Customers *customers, Ranked *ranked, size_t n, const Watch *watch)
{
  for (size_t turn = 0; turn < n / 2 + n; turn++) {
    if ((turn + 1) % WATCH_EVERY == 0 && watch_stop(watch)) {
      return STATUS_INTERRUPT;
    }
    if (turn < n / 2) {
      sift_down(customers, ranked, n / 2 - 1 - turn, n);
    } else {
      size_t last = n - 1 - (turn - n / 2);
      Ranked largest = ranked[0];
      ranked[0] = ranked[last];
      ranked[last] = largest;
      sift_down(customers, ranked, 0, last);
    }
  }
  return STATUS_OK;
}

/* The ids of the view's n customers in key order. */
static Status order_make(const RfmView *view, uint32_t *order, size_t n, const Watch *watch)
{
  Ranked *ranked = mem_alloc(n, sizeof *ranked);
  if (!ranked) {
    return STATUS_NOMEM;
  }
  Status status = STATUS_OK;
  bool sorted = true;
  size_t i = 0;
  for (uint32_t id = 0; id < view->customers->count; id++) {
    if ((id + 1) % WATCH_EVERY == 0 && watch_stop(watch)) {
      status = STATUS_INTERRUPT;
      goto done;
    }
    if (rfm_view_totals(view, id)->count) {
      ranked[i] = ranked_of(view->customers, id);
      sorted = sorted && (i == 0 || ranked_before(view->customers, &ranked[i - 1], &ranked[i]));
      i++;
    }
  }
  if (!sorted) {
    status = ranked_sort(view->customers, ranked, n, watch);
  }
  for (i = 0; i < n; i++) {
    order[i] = ranked[i].id;
  }
done:
  mem_free(ranked);
  return status;
}

/* The first of the n ascending values that is not below x. */
static size_t lower_bound(const double *values, size_t n, double x)
{
  size_t low = 0;
  while (n > 0) {
    size_t half = n / 2;
    if (values[low + half] < x) {
      low += half + 1;
      n -= half + 1;
    } else {
      n = half;
    }
  }
  return low;
}

/*
** Only where a group begins matters: at the value `begin`, with `skip` customers of the same value before it, who come
** first by key. One walk in key order that counts the customers of each such value then tells everybody's group,
** without sorting customers once per axis.
*/
static Status score_by_ntile(RfmScores *scores, const RfmView *view, RfmAxis axis, int bins, const uint32_t *order,
                             double *x, const Watch *watch)
{
  double sign = axis == RFM_RECENCY ? -1 : 1, begin[RFM_CUTS_MAX];
  size_t n = scores->n, skip[RFM_CUTS_MAX], seen[RFM_CUTS_MAX] = {0};
  if (bins < RFM_BINS_MIN) {
    return STATUS_OK;
  }
  int groups = n < (size_t)bins ? (int)n : bins;
  for (size_t i = 0; i < n; i++) {
    x[i] *= sign;
  }
  Status status = sort_doubles(x, n, watch);
  if (status != STATUS_OK) {
    return status;
  }
  size_t large = n % (size_t)bins, at = 0; /* the first `large` groups hold one customer more */
  for (int k = 0; k + 1 < groups; k++) {
    at += n / (size_t)bins + ((size_t)k < large);
    begin[k] = x[at];
    skip[k] = at - lower_bound(x, n, x[at]);
  }
  for (size_t i = 0; i < n; i++) {
    if ((i + 1) % WATCH_EVERY == 0 && watch_stop(watch)) {
      return STATUS_INTERRUPT;
    }
    double value = sign * rfm_view_value(view, order[i], axis);
    int score = 1;
    for (int k = 0; k + 1 < groups; k++) {
      score += value > begin[k] || (value == begin[k] && seen[k]++ >= skip[k]);
    }
    scores->packed[order[i]] |= (uint16_t)(score << shift_of(axis));
  }
  return STATUS_OK;
}

Status rfm_scores_make(RfmScores *scores, const RfmView *view, RfmMethod method, int bins, const Watch *watch)
{
  uint32_t n_ids = view->customers->count;
  scores->packed = mem_zero((size_t)n_ids + 1, sizeof *scores->packed);
  if (!scores->packed) {
    return STATUS_NOMEM;
  }
  scores->n = 0;
  for (uint32_t id = 0; id < n_ids; id++) {
    scores->n += rfm_view_totals(view, id)->count > 0;
  }
  if (scores->n == 0) {
    return STATUS_OK;
  }
  if (method == RFM_GIVEN) {
    return score_by_cuts(scores, view, watch);
  }
  Status status = STATUS_NOMEM;
  uint32_t *order = NULL;
  double *x = NULL;
  if (method == RFM_NTILE) {
    order = mem_alloc(scores->n, sizeof *order);
    if (!order || (status = order_make(view, order, scores->n, watch)) != STATUS_OK) {
      goto done;
    }
  }
  x = mem_alloc(scores->n, sizeof *x);
  if (!x) {
    status = STATUS_NOMEM;
    goto done;
  }
  scores->cuts.bins = method == RFM_NTILE ? 0 : bins;
  for (int axis = 0; axis < RFM_AXES; axis++) {
    status = values_collect(view, (RfmAxis)axis, x, watch);
    if (status == STATUS_OK) {
      status = method == RFM_NTILE
                 ? score_by_ntile(scores, view, (RfmAxis)axis, bins, order, x, watch)
                 : cuts_make(method, (RfmAxis)axis, x, scores->n, bins, scores->cuts.cut[axis], watch);
    }
    if (status != STATUS_OK) {
      goto done;
    }
  }
  if (method != RFM_NTILE) {
    status = score_by_cuts(scores, view, watch);
  }
done:
  mem_free(order);
  mem_free(x);
  return status;
}

void rfm_scores_free(RfmScores *scores)
{
  mem_free(scores->packed);
  *scores = (RfmScores){0};
}

/* ABC */

Status rfm_classify(RfmScores *scores, const RfmView *view, const Watch *watch)
{
  size_t n = 0;
  double least_a = INFINITY, least_b = INFINITY; /* the smallest totals of class A and B */
  double *x = mem_alloc((size_t)scores->n + 1, sizeof *x);
  if (!x) {
    return STATUS_NOMEM;
  }
  Status status;
  Sum whole = {0}, before = {0};
  for (uint32_t id = 0; id < view->customers->count; id++) {
    if ((id + 1) % WATCH_EVERY == 0 && watch_stop(watch)) {
      status = STATUS_INTERRUPT;
      goto done;
    }
    double total = rfm_totals_sum(rfm_view_totals(view, id));
    if (total > 0) {
      x[n++] = total;
      sum_add(&whole, total);
    }
  }
  status = sort_doubles(x, n, watch);
  if (status != STATUS_OK) {
    goto done;
  }
  /* Percent as products of small whole numbers, so that whole amounts compare exactly. */
  while (n > 0 && sum_value(&before) * 100 < sum_value(&whole) * 95) {
    double total = x[n - 1];
    least_a = sum_value(&before) * 100 < sum_value(&whole) * 80 ? total : least_a;
    least_b = total;
    for (; n > 0 && x[n - 1] == total; n--) {
      sum_add(&before, total);
    }
  }
  for (uint32_t id = 0; id < view->customers->count; id++) {
    const RfmTotals *totals = rfm_view_totals(view, id);
    if (totals->count) {
      double total = rfm_totals_sum(totals);
      AbcClass class = total >= least_a ? ABC_A : total >= least_b ? ABC_B : ABC_C;
      scores->packed[id] = (uint16_t)((scores->packed[id] & 0xfff) | (int)class << 12);
    }
  }
done:
  mem_free(x);
  return status;
}

/* Scores as numbers */

int64_t rfm_score_number(int r, int f, int m, int bins)
{
  return bins < 10 ? r * 100 + f * 10 + m : r * 10000 + f * 100 + m;
}

bool rfm_score_split(int64_t number, int *r, int *f, int *m)
{
  int base = number < 1000 ? 10 : 100;
  if (number < 111 || number > 101010) {
    return false;
  }
  *m = (int)(number % base);
  *f = (int)(number / base % base);
  *r = (int)(number / base / base);
  int most = base == 10 ? 9 : RFM_BINS_MAX;
  return *r >= 1 && *f >= 1 && *m >= 1 && *r <= most && *f <= most && *m <= most;
}
