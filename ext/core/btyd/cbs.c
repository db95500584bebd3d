#include "cbs.h"

#include <stdbool.h>
#include <string.h>

#include "core/base/mem.h"

typedef struct CbsSlot {
  CbsRow row;
  double weight;
  uint32_t number; /* of its covariates in z */
} CbsSlot;

#define FIRST_CAPACITY 256
#define RUN 8 /* rows sorted by insertion before they are merged */

static uint64_t mix(const HashSecret *secret, uint64_t hash, double number)
{
  uint64_t bits;
  number += 0.0; /* -0 is 0 */
  memcpy(&bits, &number, sizeof bits);
  return hash_fold(bits ^ secret->a, hash ^ secret->b);
}

static uint64_t hash_row(const Cbs *cbs, const CbsRow *row, const double *z)
{
  const HashSecret *secret = &cbs->secret;
  uint64_t hash = mix(secret, mix(secret, mix(secret, 0, row->x), row->t_x), row->T);
  for (int i = 0; i < cbs->n_covariates; i++) {
    hash = mix(secret, hash, z[i]);
  }
  return hash;
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

static const double *covariates_of(const Cbs *cbs, const CbsSlot *row)
{
  return cbs->n_covariates ? cbs->z + (size_t)row->number * (size_t)cbs->n_covariates : NULL;
}

/* The slot where a row is, or where it would be put. */
static uint32_t *slot_of(const Cbs *cbs, const CbsRow *row, const double *z)
{
  size_t mask = cbs->n_slots - 1;
  for (size_t i = (size_t)hash_row(cbs, row, z) & mask;; i = (i + 1) & mask) {
    uint32_t *slot = &cbs->slots[i];
    if (*slot == 0) {
      return slot;
    }
    const CbsSlot *found = &cbs->rows[*slot - 1];
    if (compare(&found->row, covariates_of(cbs, found), row, z, cbs->n_covariates) == 0) {
      return slot;
    }
  }
}

static Status grow(Cbs *cbs, const Watch *watch)
{
  size_t capacity = cbs->capacity ? 2 * cbs->capacity : FIRST_CAPACITY, mask = 2 * capacity - 1;
  if (capacity > UINT32_MAX / 2) {
    return STATUS_NOMEM;
  }
  if (!cbs->slots) {
    cbs->secret = hash_secret();
  }
  CbsSlot *rows = mem_resize(cbs->rows, capacity, sizeof *rows);
  cbs->rows = rows ? rows : cbs->rows;
  double *z = cbs->n_covariates ? mem_resize(cbs->z, capacity, (size_t)cbs->n_covariates * sizeof *z) : NULL;
  cbs->z = z ? z : cbs->z;
  uint32_t *slots = mem_zero(2 * capacity, sizeof *slots);
  if (!rows || !slots || (cbs->n_covariates && !z)) {
    mem_free(slots);
    return STATUS_NOMEM;
  }
  for (size_t i = 0; i < cbs->n; i++) { /* all differ: none is compared */
    if (i % WATCH_EVERY == 0 && watch_stop(watch)) {
      mem_free(slots);
      return STATUS_INTERRUPT;
    }
    size_t slot = hash_row(cbs, &rows[i].row, covariates_of(cbs, &rows[i])) & mask;
    while (slots[slot]) {
      slot = (slot + 1) & mask;
    }
    slots[slot] = (uint32_t)i + 1;
  }
  mem_free(cbs->slots);
  cbs->slots = slots;
  cbs->n_slots = 2 * capacity;
  cbs->capacity = capacity;
  return STATUS_OK;
}

Status cbs_add(Cbs *cbs, CbsRow row, const double *z, double weight, const Watch *watch)
{
  if (cbs->n == cbs->capacity) {
    Status status = grow(cbs, watch);
    if (status) {
      return status;
    }
  }
  uint32_t *slot = slot_of(cbs, &row, z);
  if (*slot) {
    cbs->rows[*slot - 1].weight += weight;
    return STATUS_OK;
  }
  cbs->rows[cbs->n] = (CbsSlot){row, weight, (uint32_t)cbs->n};
  if (cbs->n_covariates) {
    size_t k = (size_t)cbs->n_covariates;
    memcpy(cbs->z + cbs->n * k, z, k * sizeof *z);
  }
  *slot = (uint32_t)++cbs->n;
  return STATUS_OK;
}

static bool is_before(const Cbs *cbs, const CbsSlot *a, const CbsSlot *b)
{
  return compare(&a->row, covariates_of(cbs, a), &b->row, covariates_of(cbs, b), cbs->n_covariates) < 0;
}

/* Sorts from[a, end) in place by insertion. */
static void insert_run(const Cbs *cbs, CbsSlot *from, size_t a, size_t end)
{
  for (size_t i = a + 1; i < end; i++) {
    CbsSlot row = from[i];
    size_t j = i;
    for (; j > a && is_before(cbs, &row, &from[j - 1]); j--) {
      from[j] = from[j - 1];
    }
    from[j] = row;
  }
}

/* Merges two sorted neighbours, from[a, middle) and from[middle, end), into to[a, end). */
static Status merge(const Cbs *cbs, const CbsSlot *from, CbsSlot *to, size_t a, size_t middle, size_t end,
                    const Watch *watch)
{
  size_t i = a, j = middle;
  for (size_t k = a; k < end; k++) {
    if (k % WATCH_EVERY == 0 && watch_stop(watch)) {
      return STATUS_INTERRUPT;
    }
    bool left = i < middle && (j == end || is_before(cbs, &from[i], &from[j]));
    to[k] = left ? from[i++] : from[j++];
  }
  return STATUS_OK;
}

static size_t at_most(size_t i, size_t n)
{
  return i < n ? i : n;
}

/* Bottom-up merge sort of cbs->rows; *spare has as many, and the two may change places. */
static Status sort_rows(Cbs *cbs, CbsSlot **spare, const Watch *watch)
{
  size_t n = cbs->n;
  for (size_t a = 0; a < n; a += RUN) {
    if (a % WATCH_EVERY == 0 && watch_stop(watch)) {
      return STATUS_INTERRUPT;
    }
    insert_run(cbs, cbs->rows, a, at_most(a + RUN, n));
  }
  for (size_t width = RUN; width < n; width *= 2) {
    for (size_t a = 0; a < n; a += 2 * width) {
      Status status = merge(cbs, cbs->rows, *spare, a, at_most(a + width, n), at_most(a + 2 * width, n), watch);
      if (status) {
        return status;
      }
    }
    CbsSlot *rows = cbs->rows;
    cbs->rows = *spare;
    *spare = rows;
  }
  return watch_stop(watch) ? STATUS_INTERRUPT : STATUS_OK;
}

/* From rows to columns, in order. */
static Status columns_make(Cbs *cbs, const Watch *watch)
{
  size_t n = cbs->n, k = (size_t)cbs->n_covariates;
  double *columns = mem_alloc(4 * n + 1, sizeof *columns);
  double *z = k ? mem_alloc(n + 1, k * sizeof *z) : NULL;
  if (!columns || (k && !z)) {
    mem_free(columns);
    mem_free(z);
    return STATUS_NOMEM;
  }
  cbs->x = columns; /* owns them from here */
  cbs->t_x = columns + n;
  cbs->T = columns + 2 * n;
  cbs->weight = columns + 3 * n;
  for (size_t i = 0; i < n; i++) {
    if (i % WATCH_EVERY == 0 && watch_stop(watch)) {
      mem_free(z);
      return STATUS_INTERRUPT;
    }
    const CbsSlot *row = &cbs->rows[i];
    cbs->x[i] = row->row.x;
    cbs->t_x[i] = row->row.t_x;
    cbs->T[i] = row->row.T;
    cbs->weight[i] = row->weight;
    if (k) {
      memcpy(z + i * k, covariates_of(cbs, row), k * sizeof *z);
    }
  }
  mem_free(cbs->z);
  cbs->z = z;
  return STATUS_OK;
}

Status cbs_finish(Cbs *cbs, const Watch *watch)
{
  CbsSlot *spare = mem_alloc(cbs->n + 1, sizeof *spare);
  Status status = spare ? sort_rows(cbs, &spare, watch) : STATUS_NOMEM;
  mem_free(spare);
  if (status == STATUS_OK) {
    status = columns_make(cbs, watch);
  }
  if (status == STATUS_OK) {
    mem_free(cbs->rows);
    mem_free(cbs->slots);
    cbs->rows = NULL;
    cbs->slots = NULL;
    cbs->capacity = cbs->n_slots = 0;
  }
  return status;
}

double cbs_customers(const Cbs *cbs)
{
  double sum = 0;
  for (size_t i = 0; i < cbs->n; i++) {
    sum += cbs->weight[i];
  }
  return sum;
}

void cbs_free(Cbs *cbs)
{
  mem_free(cbs->rows);
  mem_free(cbs->slots);
  mem_free(cbs->z);
  mem_free(cbs->x); /* the four columns are one block */
  *cbs = (Cbs){.n_covariates = cbs->n_covariates};
}
