#include "cohort.h"

#include <string.h>

#include "core/base/compiler.h"
#include "core/base/mem.h"
#include "core/numerics/stats.h"

bool cohort_brackets_from_text(const char *text, size_t length, int32_t brackets[COHORT_BRACKETS_MAX], int *n_brackets)
{
  int n = 0;
  size_t i = 0;
  for (;;) {
    int32_t number = 0;
    while (i < length && text[i] == ' ') {
      i++;
    }
    size_t digits = i;
    while (i < length && text[i] >= '0' && text[i] <= '9' && number <= COHORT_BRACKET_MAX) {
      number = number * 10 + (text[i++] - '0');
    }
    int32_t last = n > 0 ? brackets[n - 1] : 0;
    if (i == digits || number > COHORT_BRACKET_MAX || n == COHORT_BRACKETS_MAX || number <= last) {
      return false;
    }
    brackets[n++] = number;
    while (i < length && text[i] == ' ') {
      i++;
    }
    if (i == length) {
      *n_brackets = n;
      return true;
    }
    if (text[i++] != ',') {
      return false;
    }
  }
}

int64_t cohort_slot_last_age(const Cohorts *cohorts, uint32_t slot)
{
  return cohorts->slot_of_age && slot > 0 ? cohorts->options.brackets[slot - 1] : (int64_t)slot;
}

int64_t cohort_slot_first_age(const Cohorts *cohorts, uint32_t slot)
{
  return slot > 0 ? cohort_slot_last_age(cohorts, slot - 1) + 1 : 0;
}

static Status slots_init(Cohorts *cohorts)
{
  CohortOptions *options = &cohorts->options;
  int64_t max_age = options->max_age < 0 || options->max_age > COHORT_AGE_MAX ? COHORT_AGE_MAX : options->max_age;
  if (options->n_brackets == 0) {
    cohorts->n_slots = (uint32_t)max_age + 1;
    return STATUS_OK;
  }
  int n = 0;
  while (n < options->n_brackets && options->brackets[n] <= max_age) {
    n++;
  }
  cohorts->n_slots = (uint32_t)n + 1;
  cohorts->n_ages = n > 0 ? (uint32_t)options->brackets[n - 1] + 1 : 1;
  cohorts->slot_of_age = mem_alloc(cohorts->n_ages, sizeof *cohorts->slot_of_age);
  if (!cohorts->slot_of_age) {
    return STATUS_NOMEM;
  }
  cohorts->slot_of_age[0] = 0;
  for (uint32_t age = 1, slot = 1; age < cohorts->n_ages; age++) {
    slot += (int64_t)age > options->brackets[slot - 1];
    cohorts->slot_of_age[age] = slot;
  }
  return STATUS_OK;
}

Status cohorts_init(Cohorts *cohorts, const CohortOptions *options)
{
  *cohorts = (Cohorts){
    .options = *options,
    .cursor = {.grain = options->grain, .zone = options->zone},
  };
  if (options->clock != COHORT_CLOCK_CALENDAR) {
    Grain grain = options->grain;
    if (options->clock == COHORT_CLOCK_ROUNDED) {
      bool by_hour = grain.unit == GRAIN_HOUR || (grain.unit == GRAIN_DAY && grain.count == 1);
      cohorts->rounding = by_hour ? MS_PER_HOUR : MS_PER_DAY;
    }
    if (grain.unit == GRAIN_QUARTER || grain.unit == GRAIN_YEAR) {
      return STATUS_ERROR;
    }
    cohorts->length = grain.unit == GRAIN_MONTH ? grain.count * 30 * MS_PER_DAY : grain_longest(grain);
  }
  return slots_init(cohorts);
}

/* The cohort at a place (period index, or attribute id + 1). Grows by half on the side that is short. */
static Status cohort_at(Cohorts *cohorts, int64_t place, Cohort **cohort)
{
  int64_t old_lo = cohorts->base, old_count = cohorts->n_cohorts;
  if (place < old_lo || place >= old_lo + old_count) {
    int64_t lo = place, hi = place;
    if (old_count > 0) {
      int64_t slack = old_count / 2 + 8;
      lo = place < old_lo && !cohorts->options.by_attribute ? place - slack : old_lo;
      hi = place < old_lo ? old_lo + old_count - 1 : place + slack;
    }
    if (cohorts->options.by_attribute) {
      lo = 0;
    }
    int64_t count = hi - lo + 1;
    if (count > 2 * COHORTS_MAX) {
      cohorts->too_many = true;
      return STATUS_ERROR;
    }
    /* Resized where it stands, which large memory is without a copy; then moved, where it grows to the left. */
    Cohort *grown = mem_resize(cohorts->cohorts, (size_t)count, sizeof *grown);
    if (!grown) {
      return STATUS_NOMEM;
    }
    int64_t left = old_count > 0 ? old_lo - lo : 0;
    if (left > 0) {
      memmove(grown + left, grown, (size_t)old_count * sizeof *grown);
      memset(grown, 0, (size_t)left * sizeof *grown);
    }
    memset(grown + left + old_count, 0, (size_t)(count - left - old_count) * sizeof *grown);
    cohorts->cohorts = grown;
    cohorts->base = lo;
    cohorts->n_cohorts = count;
  }
  *cohort = cohorts->cohorts + (place - cohorts->base);
  return STATUS_OK;
}

static Status cells_reserve(Cohorts *cohorts, Cohort *cohort, uint32_t slot)
{
  uint32_t count = cohort->n_cells + cohort->n_cells / 2 + 4;
  count = count > slot ? count : slot + 1;
  count = count < cohorts->n_slots ? count : cohorts->n_slots;
  cohorts->cells_used += count - cohort->n_cells;
  if (cohorts->cells_used > COHORT_CELLS_MAX + COHORT_CELLS_MAX / 2) {
    cohorts->too_many = true;
    return STATUS_ERROR;
  }
  CohortCell *cells = mem_resize(cohort->cells, count, sizeof *cells);
  if (!cells) {
    return STATUS_NOMEM;
  }
  memset(cells + cohort->n_cells, 0, (count - cohort->n_cells) * sizeof *cells);
  cohort->cells = cells;
  cohort->n_cells = count;
  return STATUS_OK;
}

/* A row into its cell: its value, and its member where this is the first row in the slot. */
static inline Status cell_take(Cohorts *cohorts, CohortCell *cell, uint32_t *reached, uint32_t slot, double value)
{
  uint32_t next = *reached >> 1; /* last slot + 1 */
  if (next != slot + 1) {
    uint32_t flag = 0, counts = 1;
    if (slot < next) {
      return STATUS_DISORDER;
    }
    switch (cohorts->options.mode) {
      case COHORT_MODE_ON:
        break;
      case COHORT_MODE_ON_OR_AFTER:
        counts = 0;
        break;
      case COHORT_MODE_ON_OR_BEFORE:
        counts = next == 1;
        break;
      case COHORT_MODE_STREAK:
        counts = flag = slot == 0 || ((*reached & COHORT_FLAG) && slot == next);
        break;
    }
    cell->active += counts;
    *reached = (slot + 1) << 1 | flag;
  }
  cell->orders++;
  if (value != 0) { /* also where nobody asked for values */
    sum_add_compact(&cell->high, &cell->low, value);
    cohorts->refunds -= value < 0 ? value : 0;
  }
  return STATUS_OK;
}

/* As cell_take(), with the cell made where it is new; what is beyond goes to a cell that nobody reads. */
APART static Status cohort_take(Cohorts *cohorts, Cohort *cohort, uint32_t *reached, uint32_t slot, double value)
{
  if (slot >= cohorts->n_slots) {
    return cell_take(cohorts, &cohorts->beyond, reached, slot, value);
  }
  if (slot >= cohort->n_cells) {
    Status status = cells_reserve(cohorts, cohort, slot);
    if (status != STATUS_OK) {
      return status;
    }
  }
  return cell_take(cohorts, cohort->cells + slot, reached, slot, value);
}

static Status cohort_join(Cohorts *cohorts, int64_t place, int64_t time, Cohort **cohort)
{
  Status status = cohort_at(cohorts, place, cohort);
  if (status == STATUS_OK) {
    if ((*cohort)->size == 0 || time < (*cohort)->earliest) {
      (*cohort)->earliest = time;
    }
    (*cohort)->size++;
  }
  return status;
}

/* The rows that step_period() does not take by itself: new member, new cell, another period than the row before. */
APART static Status step_period_slow(Cohorts *cohorts, PeriodMember *member, const Event *event)
{
  int64_t period = period_of(&cohorts->cursor, event->time);
  Cohort *cohort;
  if (member->reached == 0) {
    Status status = cohort_join(cohorts, period, event->time, &cohort);
    if (status != STATUS_OK) {
      return status;
    }
    member->period = (int32_t)period;
  } else {
    cohort = cohorts->cohorts + (member->period - cohorts->base);
  }
  if (period < member->period) {
    return STATUS_DISORDER;
  }
  return cohort_take(cohorts, cohort, &member->reached, cohorts_slot(cohorts, period - member->period), event->value);
}

/* Most rows: no call, nothing to allocate. */
static Status step_period(void *self, void *customer_state, const Event *event)
{
  Cohorts *cohorts = self;
  PeriodMember *member = customer_state;
  const PeriodCursor *cursor = &cohorts->cursor;
  bool same_period = cursor->lo <= event->time && event->time < cursor->hi;
  if (same_period && member->reached != 0 && cursor->index >= member->period) {
    uint32_t slot = cohorts_slot(cohorts, cursor->index - member->period);
    const Cohort *cohort = cohorts->cohorts + (member->period - cohorts->base);
    if (slot < cohort->n_cells) {
      return cell_take(cohorts, cohort->cells + slot, &member->reached, slot, event->value);
    }
  }
  return step_period_slow(cohorts, member, event);
}

static uint32_t *origin_slot(const Cohorts *cohorts, CohortOrigin origin)
{
  uint32_t mask = cohorts->n_origin_slots - 1;
  uint64_t hash = hash_words(&cohorts->origin_secret, (uint32_t)origin.period, (uint32_t)origin.place);
  for (uint32_t i = (uint32_t)hash & mask;; i = (i + 1) & mask) {
    uint32_t *slot = cohorts->origin_slots + i;
    if (*slot == 0) {
      return slot;
    }
    const CohortOrigin *there = cohorts->origins + (*slot - 1);
    if (there->period == origin.period && there->place == origin.place) {
      return slot;
    }
  }
}

/* Doubles what there is room for: origins for half of the slots. */
static Status origins_grow(Cohorts *cohorts)
{
  uint32_t n_slots = cohorts->n_origin_slots ? cohorts->n_origin_slots * 2 : 64;
  CohortOrigin *origins = mem_resize(cohorts->origins, n_slots / 2, sizeof *origins);
  if (!origins) {
    return STATUS_NOMEM;
  }
  cohorts->origins = origins;
  uint32_t *slots = mem_zero(n_slots, sizeof *slots);
  if (!slots) {
    return STATUS_NOMEM;
  }
  if (!cohorts->origin_slots) {
    cohorts->origin_secret = hash_secret();
  }
  mem_free(cohorts->origin_slots);
  cohorts->origin_slots = slots;
  cohorts->n_origin_slots = n_slots;
  for (uint32_t i = 0; i < cohorts->n_origins; i++) {
    *origin_slot(cohorts, origins[i]) = i + 1;
  }
  return STATUS_OK;
}

static Status origin_add(Cohorts *cohorts, CohortOrigin origin, int32_t *number)
{
  if (cohorts->n_origins * 2 >= cohorts->n_origin_slots) {
    Status status = origins_grow(cohorts);
    if (status != STATUS_OK) {
      return status;
    }
  }
  uint32_t *slot = origin_slot(cohorts, origin);
  if (*slot == 0) {
    cohorts->origins[cohorts->n_origins] = origin;
    *slot = ++cohorts->n_origins;
  }
  *number = (int32_t)(*slot - 1);
  return STATUS_OK;
}

static Status member_join(Cohorts *cohorts, Member *member, const Event *event, Cohort **cohort)
{
  bool by_attribute = cohorts->options.by_attribute;
  int64_t period = period_of(&cohorts->cursor, event->time);
  int64_t place = !by_attribute ? period : event->attribute == NO_ATTRIBUTE ? 0 : (int64_t)event->attribute + 1;
  Status status = cohort_join(cohorts, place, event->time, cohort);
  if (status != STATUS_OK) {
    return status;
  }
  member->first = event->time;
  member->place = (int32_t)place;
  if (cohorts->options.clock == COHORT_CLOCK_CALENDAR) {
    return origin_add(cohorts, (CohortOrigin){(int32_t)period, (int32_t)place}, &member->place);
  }
  return STATUS_OK;
}

static Status step_member(void *self, void *customer_state, const Event *event)
{
  Cohorts *cohorts = self;
  Member *member = customer_state;
  Cohort *cohort;
  uint32_t slot = 0;
  if (member->reached == 0) {
    Status status = member_join(cohorts, member, event, &cohort);
    if (status != STATUS_OK) {
      return status;
    }
  } else {
    int64_t age, place;
    if (event->time < member->first) {
      return STATUS_DISORDER;
    }
    if (cohorts->options.clock == COHORT_CLOCK_CALENDAR) {
      const CohortOrigin *origin = cohorts->origins + member->place;
      age = period_of(&cohorts->cursor, event->time) - origin->period;
      place = origin->place;
    } else {
      age = cohorts_age(cohorts, member->first, event->time);
      place = member->place;
    }
    slot = cohorts_slot(cohorts, age);
    cohort = cohorts->cohorts + (place - cohorts->base);
  }
  return cohort_take(cohorts, cohort, &member->reached, slot, event->value);
}

static void cohorts_clear(Cohorts *cohorts)
{
  for (int64_t i = 0; i < cohorts->n_cohorts; i++) {
    mem_free(cohorts->cohorts[i].cells);
    if (cohorts->cohorts[i].owns_rows) {
      mem_free(cohorts->cohorts[i].rows);
    }
  }
  mem_free(cohorts->cohorts);
  mem_free(cohorts->origins);
  mem_free(cohorts->origin_slots);
  cohorts->cohorts = NULL;
  cohorts->n_cohorts = 0;
  cohorts->cells_used = 0;
  cohorts->refunds = 0;
  cohorts->origins = NULL;
  cohorts->origin_slots = NULL;
  cohorts->n_origins = cohorts->n_origin_slots = 0;
}

static void restart(void *self)
{
  cohorts_clear(self);
}

Accumulator cohorts_accumulator(const Cohorts *cohorts)
{
  bool period = cohorts_by_period(cohorts);
  return (Accumulator){
    .state_size = period ? sizeof(PeriodMember) : sizeof(Member),
    .step = period ? step_period : step_member,
    .restart = restart,
  };
}

void cohorts_free(Cohorts *cohorts)
{
  cohorts_clear(cohorts);
  mem_free(cohorts->slot_of_age);
  mem_free(cohorts->row_ends);
  *cohorts = (Cohorts){0};
}
