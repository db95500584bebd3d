#include "life_groups.h"

#include <string.h>

#include "core/base/mem.h"
#include "core/base/sort.h"
#include "glue/spec.h"

/* Order of keys */

static bool key_before(const void *a, const void *b, const void *keys)
{
  return customers_key_before(customers_key(keys, *(const uint32_t *)a), customers_key(keys, *(const uint32_t *)b));
}

Status keys_in_order(const Customers *keys, uint32_t n, uint32_t **order, const Watch *watch)
{
  uint32_t *ids = mem_alloc((size_t)n + 1, sizeof *ids);
  *order = ids;
  if (!ids) {
    return STATUS_NOMEM;
  }
  for (uint32_t i = 0; i < n; i++) {
    ids[i] = i;
  }
  return keys->count > 1 ? records_sort(ids, n, sizeof *ids, key_before, keys, watch) : STATUS_OK;
}

/* Groups */

/* Room for element i of an array: twice as much as before, the new part zero. */
static void *array_grow(void *array, uint32_t *size, uint32_t i, size_t stride)
{
  uint32_t more = *size ? *size : 4;
  while (more <= i) {
    more *= 2;
  }
  char *grown = mem_resize(array, more, stride);
  if (grown) {
    memset(grown + *size * stride, 0, (more - *size) * stride);
    *size = more;
  }
  return grown;
}

static bool groups_grow(LifeGroups *groups, uint32_t group)
{
  if (group >= groups->size) {
    KaplanMeier *more = array_grow(groups->curves, &groups->size, group, sizeof *more);
    if (!more) {
      return false;
    }
    groups->curves = more;
  }
  const Field *fields = groups->reader.fields;
  for (; groups->n <= group; groups->n++) {
    groups->curves[groups->n] = (KaplanMeier){.general = fields[LIFE_ENTRY].found || fields[LIFE_WEIGHT].found,
                                              .ties_broken = groups->ties_broken};
  }
  return true;
}

Status life_groups_take(LifeReader *reader, const Life *life)
{
  LifeGroups *groups = reader->self;
  if (life->group >= SEGMENTS_MAX) {
    groups->too_many = true;
    return STATUS_ERROR;
  }
  if (life->group >= groups->n && !groups_grow(groups, life->group)) {
    return STATUS_NOMEM;
  }
  KaplanMeier *curve = &groups->curves[life->group];
  return curve->general ? kaplan_meier_add_general(curve, life->time, life->event, life->entry, life->weight)
                        : kaplan_meier_add(curve, life->time, life->event);
}

/* Groups that only rows of weight 0 had have no curve. */
static void drop_empty_groups(LifeGroups *groups)
{
  uint32_t kept = 0;
  for (uint32_t i = 0; i < groups->n; i++) {
    if (groups->curves[groups->order[i]].n_points > 0) {
      groups->order[kept++] = groups->order[i];
    }
  }
  groups->n = kept;
}

Status life_groups_read(Call *call, LifeGroups *groups)
{
  groups->reader.self = groups;
  if (!groups->reader.take) {
    groups->reader.take = life_groups_take;
  }
  Status status = lives_read(call, &groups->reader);
  if (groups->too_many) {
    return call_fail(call, "segment_column '%s' has more than %d different values",
                     groups->reader.fields[LIFE_GROUP].wanted, SEGMENTS_MAX);
  }
  for (uint32_t i = 0; i < groups->n && status == STATUS_OK; i++) {
    status = i % 1024 == 1023 && watch_stop(call_watch(call))
               ? STATUS_INTERRUPT
               : kaplan_meier_finish(&groups->curves[i], call_watch(call));
  }
  if (status == STATUS_OK) {
    status = keys_in_order(&groups->reader.fields[LIFE_GROUP].keys, groups->n, &groups->order, call_watch(call));
  }
  if (status == STATUS_OK) {
    drop_empty_groups(groups);
  }
  return status;
}

void life_groups_free(LifeGroups *groups)
{
  for (uint32_t i = 0; i < groups->size; i++) {
    kaplan_meier_free(&groups->curves[i]);
  }
  mem_free(groups->curves);
  mem_free(groups->order);
  groups->curves = NULL;
  groups->order = NULL;
  groups->n = groups->size = 0;
  lives_free(&groups->reader);
}

Status life_grid_read(Call *call, LifeReader *reader, CurveGrid *grid, int rows, int columns)
{
  Status status = lives_read(call, reader);
  if (grid->too_many) {
    return call_fail(call, "columns %s and %s have too many pairs of values: at most %d are taken",
                     call_text(call, rows), call_text(call, columns), CURVE_GRID_PAIRS);
  }
  return status == STATUS_OK ? curve_grid_finish(grid, call_watch(call)) : status;
}

void life_group_cell(const LifeReader *reader, uint32_t group, Cell *out)
{
  if (reader->fields[LIFE_GROUP].found) {
    cell_customer(out, &reader->fields[LIFE_GROUP].keys, group);
  } else {
    cell_null(out);
  }
}

uint32_t life_group_of_row(const int64_t *first_row, uint32_t n, int64_t row)
{
  uint32_t low = 0, high = n - 1;
  while (low < high) {
    uint32_t middle = (low + high) / 2;
    if (row >= first_row[middle + 1]) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}
