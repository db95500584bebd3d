/*
** Text that should be a time, an offset, a grain or a duration, in a buffer of its exact size. Whatever is accepted
** is in range, reads the same with any memo, and comes back from its own ISO text.
*/
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/time/length.h"
#include "core/time/period.h"
#include "core/time/time_parse.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool truth)
{
  if (!truth) abort();
}

static void check_same_with_memo(const char *text, size_t size, bool taken, int64_t ms)
{
  static const char *const BEFORE[] = {"", "2024-02-29", "not a date"};
  for (size_t i = 0; i < sizeof BEFORE / sizeof *BEFORE; i++) {
    TimeMemo memo = {0};
    int64_t got = 0;
    (void)time_from_text_memo(&memo, BEFORE[i], strlen(BEFORE[i]), &got);
    /* The second time a date is remembered. */
    for (int turn = 0; turn < 2; turn++) {
      require(time_from_text_memo(&memo, text, size, &got) == taken && (!taken || got == ms));
    }
  }
}

static void check_time(int64_t ms)
{
  char text[TIME_TEXT_MAX];
  int64_t again = -1, days = floor_div(ms, MS_PER_DAY);
  require(ms >= TIME_MIN && ms <= TIME_MAX);
  require(time_from_text(text, time_to_text(ms, text), &again) && again == ms);
  require(time_from_text(text, date_to_text(days, text), &again) && again == days * MS_PER_DAY);
}

static void check_period(Grain grain, int64_t local_ms)
{
  PeriodCursor cursor = {.grain = grain};
  int64_t index = period_index(grain, local_ms);
  require(grain.count >= 1 && grain.count <= LENGTH_MAX && grain.anchor <= 0);
  require(period_start(grain, index) <= local_ms && local_ms < period_start(grain, index + 1));
  require(period_of(&cursor, local_ms) == index && cursor.lo == period_start(grain, index) &&
          cursor.hi == period_start(grain, index + 1));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  char *text = malloc(size);
  if (!text && size > 0) return 0;
  if (size > 0) memcpy(text, data, size);

  int64_t ms = 0, offset = 0;
  bool taken = time_from_text(text, size, &ms);
  check_same_with_memo(text, size, taken, ms);
  if (taken) check_time(ms);
  if (offset_from_text(text, size, &offset)) require(llabs(offset) <= 14 * MS_PER_HOUR && offset % 60000 == 0);

  Grain grain;
  if (grain_from_text(text, size, &grain)) {
    check_period(grain, TIME_MIN);
    check_period(grain, -1);
    check_period(grain, TIME_MAX);
  }
  if (taken) {
    for (int unit = GRAIN_HOUR; unit <= GRAIN_YEAR; unit++)
      check_period((Grain){(GrainUnit)unit, 7, -2}, ms + (int64_t)(size % 29) * MS_PER_HOUR);
  }

  Duration duration;
  if (duration_from_text(text, size, &duration)) {
    bool none = duration.ms == 0 && duration.months == 0;
    require(none || (duration.ms > 0) != (duration.months > 0));
    require(none || (time_add(TIME_MIN, duration, 1) > TIME_MIN && time_add(TIME_MAX, duration, -1) < TIME_MAX));
    require(duration.months > 0 || time_add(time_add(ms, duration, 1), duration, -1) == ms);
  }
  free(text);
  return 0;
}
