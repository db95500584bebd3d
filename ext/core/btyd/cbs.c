#include "cbs.h"

#include <stdbool.h>
#include <string.h>

#include "core/base/mem.h"

typedef struct CbsSlot {
  CbsRow past;
  double weight;
  uint32_t number; /* of its covariates in z */
} CbsSlot;

#define FIRST_CAPACITY 256
#define RUN 8 /* rows sorted by insertion before they are merged */

static uint64_t mix(uint64_t hash, double number)
{
  uint64_t bits;
  number += 0.0; /* -0 is 0 */
  memcpy(&bits, &number, sizeof bits);
  hash = (hash ^ bits) * UINT64_C(0x9e3779b97f4a7c15);
  return hash ^ hash >> 29;
}

static uint64_t hash_row(const CbsRow *past, const double *z, int n_covariates)
{
  uint64_t hash = mix(mix(mix(0, past->x), past->t_x), past->T);
  for (int i = 0; i < n_covariates; i++) {
    hash = mix(hash, z[i]);
  }
  return hash * UINT64_C(0xd6e8feb86659fd93) >> 32;
}

static int compare(const CbsRow *a, const double *za, const CbsRow *b, const double *zb, int n_covariates)
{
  if (a->x != b->x) {
    return a->x < b->x ? -1 : 1;
  }
  if (a->t_x != b->t_x) {
    return a->t_x < b->t_x ? -1 : 1;
  }
  if (a->T != b->T) {
    return a->T < b->T ? -1 : 1;
  }
  for (int i = 0; i < n_covariates; i++) {
    if (za[i] != zb[i]) {
      return za[i] < zb[i] ? -1 : 1;
    }
  }
  return 0;
}

static const double *covariates_of(const Cbs *pasts, const CbsSlot *row)
{
  return pasts->n_covariates ? pasts->z + (size_t)row->number * (size_t)pasts->n_covariates : NULL;
}

/* The slot where a row is, or where it would be put. */
static uint32_t *slot_of(const Cbs *pasts, const CbsRow *past, const double *z)
{
  size_t mask = pasts->n_slots - 1;
  for (size_t i = (size_t)hash_row(past, z, pasts->n_covariates) & mask;; i = (i + 1) & mask) {
    uint32_t *slot = &pasts->slots[i];
    if (*slot == 0) {
      return slot;
    }
    const CbsSlot *row = &pasts->rows[*slot - 1];
    if (compare(&row->past, covariates_of(pasts, row), past, z, pasts->n_covariates) == 0) {
      return slot;
    }
  }
}

static Status grow(Cbs *pasts)
{
  size_t capacity = pasts->capacity ? 2 * pasts->capacity : FIRST_CAPACITY, mask = 2 * capacity - 1;
  if (capacity > UINT32_MAX / 2) {
    return STATUS_NOMEM;
  }
  CbsSlot *rows = mem_resize(pasts->rows, capacity, sizeof *rows);
  pasts->rows = rows ? rows : pasts->rows;
  double *z = pasts->n_covariates ? mem_resize(pasts->z, capacity, (size_t)pasts->n_covariates * sizeof *z) : NULL;
  pasts->z = z ? z : pasts->z;
  uint32_t *slots = mem_zero(2 * capacity, sizeof *slots);
  if (!rows || !slots || (pasts->n_covariates && !z)) {
    mem_free(slots);
    return STATUS_NOMEM;
  }
  for (size_t i = 0; i < pasts->n; i++) { /* all differ: none is compared */
    if (i % WATCH_EVERY == 0 && pasts->watch && watch_stop(pasts->watch)) {
      mem_free(slots);
      return STATUS_INTERRUPT;
    }
    size_t slot = hash_row(&rows[i].past, covariates_of(pasts, &rows[i]), pasts->n_covariates) & mask;
    while (slots[slot]) {
      slot = (slot + 1) & mask;
    }
    slots[slot] = (uint32_t)i + 1;
  }
  mem_free(pasts->slots);
  pasts->slots = slots;
  pasts->n_slots = 2 * capacity;
  pasts->capacity = capacity;
  return STATUS_OK;
}

Status cbs_add(Cbs *pasts, CbsRow past, const double *z, double weight)
{
  if (pasts->n == pasts->capacity) {
    Status status = grow(pasts);
    if (status) {
      return status;
    }
  }
  uint32_t *slot = slot_of(pasts, &past, z);
  if (*slot) {
    pasts->rows[*slot - 1].weight += weight;
    return STATUS_OK;
  }
  pasts->rows[pasts->n] = (CbsSlot){past, weight, (uint32_t)pasts->n};
  if (pasts->n_covariates) {
    size_t k = (size_t)pasts->n_covariates;
    memcpy(pasts->z + pasts->n * k, z, k * sizeof *z);
  }
  *slot = (uint32_t)++pasts->n;
  return STATUS_OK;
}

static bool is_before(const Cbs *pasts, const CbsSlot *a, const CbsSlot *b)
{
  return compare(&a->past, covariates_of(pasts, a), &b->past, covariates_of(pasts, b), pasts->n_covariates) < 0;
}

/* Sorts from[a, end) in place by insertion. */
static void insert_run(const Cbs *pasts, CbsSlot *from, size_t a, size_t end)
{
  for (size_t i = a + 1; i < end; i++) {
    CbsSlot row = from[i];
    size_t j = i;
    for (; j > a && is_before(pasts, &row, &from[j - 1]); j--) {
      from[j] = from[j - 1];
    }
    from[j] = row;
  }
}

/* Merges two sorted neighbours, from[a, middle) and from[middle, end), into to[a, end). */
static Status merge(const Cbs *pasts, const CbsSlot *from, CbsSlot *to, size_t a, size_t middle, size_t end,
                    const Watch *watch)
{
  size_t i = a, j = middle;
  for (size_t k = a; k < end; k++) {
    if (k % WATCH_EVERY == 0 && watch_stop(watch)) {
      return STATUS_INTERRUPT;
    }
    bool left = i < middle && (j == end || is_before(pasts, &from[i], &from[j]));
    to[k] = left ? from[i++] : from[j++];
  }
  return STATUS_OK;
}

static size_t at_most(size_t i, size_t n)
{
  return i < n ? i : n;
}

/* Bottom-up merge sort of pasts->rows; *spare has as many, and the two may change places. */
static Status sort_rows(Cbs *pasts, CbsSlot **spare, const Watch *watch)
{
  size_t n = pasts->n;
  for (size_t a = 0; a < n; a += RUN) {
    if (a % WATCH_EVERY == 0 && watch_stop(watch)) {
      return STATUS_INTERRUPT;
    }
    insert_run(pasts, pasts->rows, a, at_most(a + RUN, n));
  }
  for (size_t width = RUN; width < n; width *= 2) {
    for (size_t a = 0; a < n; a += 2 * width) {
      Status status = merge(pasts, pasts->rows, *spare, a, at_most(a + width, n), at_most(a + 2 * width, n), watch);
      if (status) {
        return status;
      }
    }
    CbsSlot *rows = pasts->rows;
    pasts->rows = *spare;
    *spare = rows;
  }
  return watch_stop(watch) ? STATUS_INTERRUPT : STATUS_OK;
}

/* From rows to columns, in order. */
static Status columns_make(Cbs *pasts, const Watch *watch)
{
  size_t n = pasts->n, k = (size_t)pasts->n_covariates;
  double *columns = mem_alloc(4 * n + 1, sizeof *columns);
  double *z = k ? mem_alloc(n + 1, k * sizeof *z) : NULL;
  if (!columns || (k && !z)) {
    mem_free(columns);
    mem_free(z);
    return STATUS_NOMEM;
  }
  pasts->x = columns; /* owns them from here */
  pasts->t_x = columns + n;
  pasts->T = columns + 2 * n;
  pasts->weight = columns + 3 * n;
  for (size_t i = 0; i < n; i++) {
    if (i % WATCH_EVERY == 0 && watch_stop(watch)) {
      mem_free(z);
      return STATUS_INTERRUPT;
    }
    const CbsSlot *row = &pasts->rows[i];
    pasts->x[i] = row->past.x;
    pasts->t_x[i] = row->past.t_x;
    pasts->T[i] = row->past.T;
    pasts->weight[i] = row->weight;
    if (k) {
      memcpy(z + i * k, covariates_of(pasts, row), k * sizeof *z);
    }
  }
  mem_free(pasts->z);
  pasts->z = z;
  return STATUS_OK;
}

Status cbs_finish(Cbs *pasts, const Watch *watch)
{
  CbsSlot *spare = mem_alloc(pasts->n + 1, sizeof *spare);
  Status status = spare ? sort_rows(pasts, &spare, watch) : STATUS_NOMEM;
  mem_free(spare);
  if (status == STATUS_OK) {
    status = columns_make(pasts, watch);
  }
  if (status == STATUS_OK) {
    mem_free(pasts->rows);
    mem_free(pasts->slots);
    pasts->rows = NULL;
    pasts->slots = NULL;
    pasts->capacity = pasts->n_slots = 0;
  }
  return status;
}

double cbs_customers(const Cbs *pasts)
{
  double sum = 0;
  for (size_t i = 0; i < pasts->n; i++) {
    sum += pasts->weight[i];
  }
  return sum;
}

void cbs_free(Cbs *pasts)
{
  mem_free(pasts->rows);
  mem_free(pasts->slots);
  mem_free(pasts->z);
  mem_free(pasts->x); /* the four columns are one block */
  *pasts = (Cbs){.n_covariates = pasts->n_covariates};
}
