#include "kaplan_meier.h"

#include <math.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/numerics/same_time.h"

#define MARK_EVERY 256

/* Ordered bits: a time that is not negative has no sign bit, and greater times have greater bits. */

static uint64_t key_of(double time, bool event)
{
  uint64_t bits = 0;
  time += 0.0; /* -0 is 0 */
  memcpy(&bits, &time, sizeof bits);
  return bits << 1 | event;
}

static double time_of(uint64_t key)
{
  double time = 0;
  key >>= 1;
  memcpy(&time, &key, sizeof time);
  return time;
}

static uint64_t word_of(double x)
{
  uint64_t word = 0;
  memcpy(&word, &x, sizeof word);
  return word;
}

static double real_of(uint64_t word)
{
  double x = 0;
  memcpy(&x, &word, sizeof x);
  return x;
}

static bool keys_push(KaplanMeierKeys *keys, size_t words, uint64_t key, uint64_t weight)
{
  if (keys->count == keys->size) {
    size_t size = keys->size ? keys->size + keys->size / 2 : 4;
    uint64_t *more = mem_resize(keys->words, size, words * sizeof *more);
    if (!more) {
      return false;
    }
    keys->words = more;
    keys->size = size;
  }
  keys->words[keys->count * words] = key;
  if (words == 2) {
    keys->words[keys->count * words + 1] = weight;
  }
  keys->count++;
  return true;
}

static void keys_free(KaplanMeierKeys *keys)
{
  mem_free(keys->words);
  *keys = (KaplanMeierKeys){0};
}

/*
** Sorting by digits of 11 bits from the lowest (Knuth 5.2.5). Times of many values mostly differ in their upper three
** digits: those are sorted first, and what is left is put in place by insertion; where that turns out to be much, all
** digits are.
*/

#define DIGIT 11
#define DIGITS 6
#define UPPER 3 /* the first of the upper digits */
#define FEW 64  /* keys that are sorted by insertion alone */

static inline size_t digit_of(uint64_t key, int digit)
{
  return key >> (DIGIT * digit) & ((1u << DIGIT) - 1);
}

static inline void scatter(const uint64_t *from, uint64_t *to, size_t n, size_t words, int digit, uint32_t *place)
{
  for (size_t i = 0; i < n; i++) {
    size_t at = place[digit_of(from[i * words], digit)]++;
    to[at * words] = from[i * words];
    if (words == 2) {
      to[at * words + 1] = from[i * words + 1];
    }
  }
}

/* Sorts by the digits from `first` on, with `other` as room; the two may change places. */
static Status sort_digits(KaplanMeierKeys *keys, size_t words, int first, uint64_t **other,
                          uint32_t (*counts)[1 << DIGIT], const Watch *watch)
{
  size_t n = keys->count;
  memset(counts, 0, DIGITS * sizeof *counts);
  for (size_t i = 0; i < n; i++) {
    uint64_t key = keys->words[i * words];
    for (int digit = first; digit < DIGITS; digit++) {
      counts[digit][digit_of(key, digit)]++;
    }
  }
  for (int digit = first; digit < DIGITS; digit++) {
    uint32_t sum = 0;
    if (counts[digit][digit_of(keys->words[0], digit)] == n) {
      continue;
    }
    if (watch_stop(watch)) {
      return STATUS_INTERRUPT;
    }
    for (int i = 0; i < 1 << DIGIT; i++) {
      uint32_t count = counts[digit][i];
      counts[digit][i] = sum;
      sum += count;
    }
    if (words == 1) {
      scatter(keys->words, *other, n, 1, digit, counts[digit]);
    } else {
      scatter(keys->words, *other, n, 2, digit, counts[digit]);
    }
    uint64_t *swap = keys->words;
    keys->words = *other;
    *other = swap;
    keys->size = n;
  }
  return STATUS_OK;
}

/* False where more than `most` steps were needed; the keys are then in some order. */
static bool insert_sort(KaplanMeierKeys *keys, size_t words, size_t most)
{
  uint64_t *a = keys->words;
  size_t steps = 0;
  for (size_t i = 1; i < keys->count; i++) {
    uint64_t key = a[i * words], weight = a[i * words + words - 1];
    size_t j = i;
    for (; j > 0 && a[(j - 1) * words] > key && steps < most; j--, steps++) {
      memcpy(&a[j * words], &a[(j - 1) * words], words * sizeof *a);
    }
    a[j * words + words - 1] = weight;
    a[j * words] = key;
    if (steps == most) {
      return false;
    }
  }
  return true;
}

static Status keys_sort(KaplanMeierKeys *keys, size_t words, const Watch *watch)
{
  size_t n = keys->count;
  Status status = STATUS_NOMEM;
  if (n <= FEW) {
    insert_sort(keys, words, SIZE_MAX);
    return STATUS_OK;
  }
  uint64_t *own = mem_resize(keys->words, n, words * sizeof *own); /* gives the spare part back */
  if (own) {
    keys->words = own;
    keys->size = n;
  }
  uint32_t(*counts)[1 << DIGIT] = mem_alloc(DIGITS, sizeof *counts);
  uint64_t *other = mem_alloc(n, words * sizeof *other);
  if (counts && other) {
    status = words == 1 ? sort_digits(keys, words, UPPER, &other, counts, watch) : STATUS_OK;
    if (status == STATUS_OK && (words == 2 || !insert_sort(keys, 1, 4 * n))) {
      status = sort_digits(keys, words, 0, &other, counts, watch);
    }
  }
  mem_free(counts);
  mem_free(other);
  return status;
}

/* Reading */

static bool is_table_time(double time, double limit)
{
  return time < limit && time == floor(time);
}

Status kaplan_meier_add_slow(KaplanMeier *curve, double time, bool event)
{
  /* The table may take no more memory than the rows would, so a long time that comes early waits among the keys. */
  double limit = 256 + (double)curve->keys.count;
  if (!is_table_time(time, limit < KAPLAN_MEIER_TABLE ? limit : KAPLAN_MEIER_TABLE)) {
    return keys_push(&curve->keys, 1, key_of(time, event), 0) ? STATUS_OK : STATUS_NOMEM;
  }
  uint32_t whole = (uint32_t)time, size = curve->table_size ? curve->table_size : 4;
  while (size <= whole) {
    size *= 2;
  }
  KaplanMeierCounts *table = mem_resize(curve->table, size, sizeof *table);
  if (!table) {
    return STATUS_NOMEM;
  }
  memset(table + curve->table_size, 0, (size - curve->table_size) * sizeof *table);
  curve->table = table;
  curve->table_size = size;
  table[whole].of[event]++;
  return STATUS_OK;
}

Status kaplan_meier_add_general(KaplanMeier *curve, double time, bool event, double entry, double weight)
{
  if (!keys_push(&curve->keys, 2, key_of(time, event), word_of(weight))) {
    return STATUS_NOMEM;
  }
  if (entry > 0) {
    return keys_push(&curve->entries, 2, key_of(entry, false), word_of(weight)) ? STATUS_OK : STATUS_NOMEM;
  }
  sum_add(&curve->early, weight);
  curve->n_early++;
  return STATUS_OK;
}

/* Building */

static bool points_alloc(KaplanMeier *curve, size_t n)
{
  curve->times = mem_alloc(n + 1, sizeof *curve->times);
  curve->counts = mem_zero(n + 1, sizeof *curve->counts);
  if (curve->general) {
    curve->weights = mem_zero(n + 1, sizeof *curve->weights);
  }
  return curve->times && curve->counts && (!curve->general || curve->weights);
}

/* Whole times that came before the table was long enough go into it, so that a time is in one place. */
static void move_to_table(KaplanMeier *curve)
{
  KaplanMeierKeys *keys = &curve->keys;
  size_t kept = 0;
  for (size_t i = 0; i < keys->count; i++) {
    uint64_t key = keys->words[i];
    double time = time_of(key);
    if (is_table_time(time, curve->table_size)) {
      curve->table[(uint32_t)time].of[key & 1]++;
    } else {
      keys->words[kept++] = key;
    }
  }
  keys->count = kept;
}

/* Merges the table and the sorted keys into points; without curve->times only counts them. */
static size_t merge(KaplanMeier *curve)
{
  const KaplanMeierKeys *keys = &curve->keys;
  size_t n = 0, j = 0;
  uint32_t i = 0;
  double first = -1; /* time of the last point */
  for (;;) {
    while (i < curve->table_size && curve->table[i].of[0] == 0 && curve->table[i].of[1] == 0) {
      i++;
    }
    bool more = j < keys->count, from_table = i < curve->table_size && !(more && time_of(keys->words[j]) < i);
    if (!more && !from_table) {
      return n;
    }
    double time = from_table ? i : time_of(keys->words[j]);
    if (n == 0 || !same_time(first, time)) {
      first = time;
      n++;
      if (curve->times) {
        curve->times[n - 1] = time;
      }
    }
    if (curve->times && from_table) {
      curve->counts[n - 1].of[0] += curve->table[i].of[0];
      curve->counts[n - 1].of[1] += curve->table[i].of[1];
    } else if (curve->times) {
      curve->counts[n - 1].of[keys->words[j] & 1]++;
    }
    i += from_table;
    j += !from_table;
  }
}

static Status build_plain(KaplanMeier *curve, const Watch *watch)
{
  move_to_table(curve);
  Status status = keys_sort(&curve->keys, 1, watch);
  if (status) {
    return status;
  }
  size_t n = merge(curve);
  if (!points_alloc(curve, n)) {
    return STATUS_NOMEM;
  }
  curve->n_points = merge(curve);
  return STATUS_OK;
}

static size_t distinct_times(const KaplanMeierKeys *keys)
{
  size_t n = 0;
  double first = -1;
  for (size_t i = 0; i < keys->count; i++) {
    double time = time_of(keys->words[2 * i]);
    if (n == 0 || !same_time(first, time)) {
      first = time;
      n++;
    }
  }
  return n;
}

/* Weights are summed without loss, but who is gone is known by counting: nobody at risk must not leave a residue. */
static Status build_general(KaplanMeier *curve, const Watch *watch)
{
  KaplanMeierKeys *keys = &curve->keys, *entries = &curve->entries;
  Status status = keys_sort(keys, 2, watch);
  if (status == STATUS_OK) {
    status = keys_sort(entries, 2, watch);
  }
  if (status) {
    return status;
  }
  if (!points_alloc(curve, distinct_times(keys))) {
    return STATUS_NOMEM;
  }
  Sum came = curve->early, gone = {0};
  uint64_t n_came = curve->n_early, n_gone = 0;
  size_t e = 0;
  for (size_t i = 0; i < keys->count;) {
    size_t p = curve->n_points++;
    if ((p + 1) % WATCH_EVERY == 0 && watch_stop(watch)) {
      return STATUS_INTERRUPT;
    }
    double time = time_of(keys->words[2 * i]);
    Sum sums[2] = {{0, 0}, {0, 0}};
    for (; e < entries->count && time_before(time_of(entries->words[2 * e]), time); e++, n_came++) {
      sum_add(&came, real_of(entries->words[2 * e + 1]));
    }
    Sum at_risk = came;
    sum_add(&at_risk, -gone.high);
    sum_add(&at_risk, -gone.low);
    uint64_t n_at_risk = n_came - n_gone;
    curve->times[p] = time;
    for (; i < keys->count && same_time(time, time_of(keys->words[2 * i])); i++, n_gone++) {
      double weight = real_of(keys->words[2 * i + 1]);
      int event = (int)(keys->words[2 * i] & 1);
      curve->counts[p].of[event]++;
      sum_add(&sums[event], weight);
      sum_add(&gone, weight);
    }
    curve->weights[p][1] = sum_value(&sums[1]);
    curve->weights[p][2] = sum_value(&sums[0]);
    curve->weights[p][0] = n_at_risk == curve->counts[p].of[1] ? curve->weights[p][1] : sum_value(&at_risk);
  }
  return STATUS_OK;
}

static Status mark_points(KaplanMeier *curve, const Watch *watch)
{
  size_t n = curve->n_points / MARK_EVERY; /* those before it need none */
  if (n == 0) {
    return STATUS_OK;
  }
  curve->marks = mem_alloc(n, sizeof *curve->marks);
  if (!curve->marks) {
    return STATUS_NOMEM;
  }
  KaplanMeierPoint point = kaplan_meier_start(curve);
  while (kaplan_meier_next(curve, &point)) {
    size_t next = (size_t)point.index + 1;
    if (next % MARK_EVERY == 0) {
      curve->marks[next / MARK_EVERY - 1] = point;
      if (next % WATCH_EVERY == 0 && watch_stop(watch)) {
        return STATUS_INTERRUPT;
      }
    }
  }
  return STATUS_OK;
}

Status kaplan_meier_finish(KaplanMeier *curve, const Watch *watch)
{
  Status status = curve->general ? build_general(curve, watch) : build_plain(curve, watch);
  if (status) {
    return status;
  }
  mem_free(curve->table);
  curve->table = NULL;
  curve->table_size = 0;
  keys_free(&curve->keys);
  keys_free(&curve->entries);
  curve->rows = curve->n_event = 0;
  for (size_t i = 0; i < curve->n_points; i++) {
    curve->rows += (uint64_t)curve->counts[i].of[0] + curve->counts[i].of[1];
    curve->n_event += curve->counts[i].of[1];
  }
  return mark_points(curve, watch);
}

void kaplan_meier_free(KaplanMeier *curve)
{
  bool general = curve->general, ties_broken = curve->ties_broken;
  mem_free(curve->table);
  mem_free(curve->times);
  mem_free(curve->counts);
  mem_free(curve->weights);
  mem_free(curve->marks);
  keys_free(&curve->keys);
  keys_free(&curve->entries);
  *curve = (KaplanMeier){.general = general, .ties_broken = ties_broken};
}

/* Walking */

KaplanMeierPoint kaplan_meier_start(const KaplanMeier *curve)
{
  return (KaplanMeierPoint){.index = -1, .time = -1, .survival = 1, .left = (double)curve->rows};
}

/* Deaths of one time follow each other; with weights each is the mean one. */
static void add_broken_ties(KaplanMeierPoint *point, uint32_t deaths)
{
  double each = point->events / deaths;
  for (uint32_t j = 0; j < deaths; j++) {
    double part = 1 / (point->at_risk - j * each);
    point->hazard += each * part;
    point->hazard_variance += each * part * part;
  }
}

bool kaplan_meier_next(const KaplanMeier *curve, KaplanMeierPoint *point)
{
  size_t i = (size_t)(point->index + 1);
  if (i >= curve->n_points) {
    return false;
  }
  const KaplanMeierCounts counts = curve->counts[i];
  point->index++;
  point->events_before += point->events;
  point->censored_before += point->censored;
  point->time = curve->times[i];
  if (curve->general) {
    point->at_risk = curve->weights[i][0];
    point->events = curve->weights[i][1];
    point->censored = curve->weights[i][2];
  } else {
    point->at_risk = point->left;
    point->events = counts.of[1];
    point->censored = counts.of[0];
    point->left -= point->events + point->censored;
  }
  if (counts.of[1] > 0) {
    double d = point->events, n = point->at_risk;
    point->survival = d < n ? point->survival * ((n - d) / n) : 0;
    point->log_variance += d < n ? d / (n * (n - d)) : INFINITY;
    if (curve->ties_broken) {
      add_broken_ties(point, counts.of[1]);
    } else {
      point->hazard += d / n;
      point->hazard_variance += d / (n * n);
    }
  }
  return true;
}

void kaplan_meier_seek(const KaplanMeier *curve, KaplanMeierPoint *point, size_t i)
{
  int64_t wanted = (int64_t)i;
  if (wanted < point->index || wanted > point->index + MARK_EVERY) {
    *point = i < MARK_EVERY ? kaplan_meier_start(curve) : curve->marks[i / MARK_EVERY - 1];
  }
  while (point->index < wanted && kaplan_meier_next(curve, point)) {
  }
}

size_t kaplan_meier_index(const KaplanMeier *curve, double t)
{
  size_t low = 0, high = curve->n_points;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (time_before(curve->times[middle], t)) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

void kaplan_meier_find(const KaplanMeier *curve, double t, KaplanMeierPoint *point)
{
  size_t i = kaplan_meier_index(curve, t);
  if (i < curve->n_points && !time_before(t, curve->times[i])) {
    kaplan_meier_seek(curve, point, i);
  } else if (i > 0) {
    kaplan_meier_seek(curve, point, i - 1);
  } else {
    *point = kaplan_meier_start(curve);
  }
}
