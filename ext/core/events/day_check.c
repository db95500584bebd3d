#include "day_check.h"

#include <math.h>

#include "core/base/mem.h"
#include "core/numerics/stats.h"
#include "purchase_days.h"

#define PAGE 512
#define DAYS_END ((uint32_t)1 << DAY_BITS)
#define PAGES (DAYS_END / PAGE)

bool day_check_other(DayCheck *check, uint32_t day)
{
  if (!check->page) {
    check->page = mem_zero(PAGES, sizeof *check->page);
    if (!check->page) {
      return false;
    }
  }
  uint32_t **page = &check->page[day / PAGE];
  if (!*page) {
    *page = mem_zero(PAGE, sizeof **page);
    if (!*page) {
      return false;
    }
  }
  check->day = day;
  check->count = &(*page)[day % PAGE];
  ++*check->count;
  return true;
}

/* The next day with rows from `day` on; DAYS_END where there is none. */
static uint32_t next_day(const DayCheck *check, uint32_t day)
{
  for (; day < DAYS_END; day++) {
    const uint32_t *page = check->page[day / PAGE];
    if (!page) {
      day |= PAGE - 1; /* its last */
    } else if (page[day % PAGE]) {
      return day;
    }
  }
  return DAYS_END;
}

/* The last day with rows; there is one. */
static uint32_t last_day(const DayCheck *check)
{
  uint32_t page = PAGES - 1, day = PAGE - 1;
  while (!check->page[page]) {
    page--;
  }
  while (!check->page[page][day]) {
    day--;
  }
  return page * PAGE + day;
}

/* A longer step between days with rows than is usual. */
static void take_step(DayCheck *check, uint32_t from, uint32_t to)
{
  if (to - from > DAY_CHECK_GAP_TIMES * check->usual_step) {
    if (check->gaps == 0 || to - from > check->gap_to - check->gap_from) {
      check->gap_from = from;
      check->gap_to = to;
    }
    check->gaps++;
    check->gap_days += to - from - 1;
  }
}

static Status find_gaps(DayCheck *check, uint32_t first, const Watch *watch)
{
  static const double P95 = 0.95;
  size_t n = 0, size = 0;
  double *step = NULL;
  Status status = STATUS_OK;
  for (uint32_t day = first, next; (next = next_day(check, day + 1)) < DAYS_END; day = next) {
    if (n == size) {
      size = size + size / 2 + 512;
      double *grown = mem_resize(step, size, sizeof *step);
      if (!grown) {
        status = STATUS_NOMEM;
        goto done;
      }
      step = grown;
    }
    step[n++] = next - day;
  }
  if (n < DAY_CHECK_STEPS_MIN) {
    goto done;
  }
  status = quantiles_select(step, n, &P95, 1, &check->usual_step, watch);
  for (uint32_t day = first, next; status == STATUS_OK && (next = next_day(check, day + 1)) < DAYS_END; day = next) {
    take_step(check, day, next);
  }
done:
  mem_free(step);
  return status;
}

/* The rows of span 0, the last one, and of those before it. */
static double rows_of_span(const DayCheck *check, uint32_t last, int span)
{
  uint32_t from = last + 1 - (uint32_t)(span + 1) * DAY_CHECK_SPAN;
  int64_t rows = 0;
  for (uint32_t day = from; day < from + DAY_CHECK_SPAN; day++) {
    const uint32_t *page = check->page[day / PAGE];
    rows += page ? page[day % PAGE] : 0;
  }
  return (double)rows;
}

static Status find_sparse_end(DayCheck *check, uint32_t first, uint32_t last, const Watch *watch)
{
  static const double HALF = 0.5;
  double rows[DAY_CHECK_SPANS_MAX];
  uint32_t spans = (last + 1 - first) / DAY_CHECK_SPAN;
  uint32_t before = spans > DAY_CHECK_SPANS_MAX ? DAY_CHECK_SPANS_MAX : spans - (spans > 0);
  if (before < DAY_CHECK_SPANS_MIN) {
    return STATUS_OK;
  }
  for (uint32_t i = 0; i < before; i++) {
    rows[i] = rows_of_span(check, last, (int)i + 1);
  }
  Status status = quantiles_select(rows, before, &HALF, 1, &check->usual_rows, watch);
  double end = rows_of_span(check, last, 0);
  check->sparse = status == STATUS_OK && check->usual_rows >= DAY_CHECK_USUAL_MIN && end < check->usual_rows / 4 &&
                  (spans <= DAY_CHECK_YEAR || end < rows_of_span(check, last, DAY_CHECK_YEAR) / 2);
  check->sparse_rows = (int64_t)end;
  check->sparse_to = last;
  check->sparse_from = last + 1 - DAY_CHECK_SPAN;
  return status;
}

Status day_check_finish(DayCheck *check, const Watch *watch)
{
  check->usual_step = check->usual_rows = NAN;
  if (!check->page) {
    return STATUS_OK;
  }
  uint32_t first = next_day(check, 0), last = last_day(check);
  Status status = find_gaps(check, first, watch);
  return status == STATUS_OK ? find_sparse_end(check, first, last, watch) : status;
}

void day_check_free(DayCheck *check)
{
  for (uint32_t i = 0; check->page && i < PAGES; i++) {
    mem_free(check->page[i]);
  }
  mem_free(check->page);
  check->page = NULL;
  check->count = NULL;
}
