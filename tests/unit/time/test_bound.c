/* core/time/zone: where a time that bounds something ends, by civil days with daylight saving; the newest of times. */
#include "core/churn/churn_features.h"
#include "core/time/time_parse.h"
#include "unit.h"

static int64_t at(const char *text)
{
  int64_t ms = INT64_MIN;
  if (!time_from_text(text, strlen(text), &ms)) fail_msg("not a time: %s", text);
  return ms;
}

static void assert_day(const ZoneCursor *zone, const char *local, const char *end)
{
  Bound bound = bound_of_day(zone, at(local));
  if (bound.end != at(end) || bound.last != bound.end - 1) {
    char text[TIME_TEXT_MAX];
    time_to_text(bound.end, text);
    fail_msg("the day of %s ends at %s, not at %s", local, text, end);
  }
  assert_true(bound_is_day(bound));
}

static void an_instant_is_itself(void **state)
{
  (void)state;
  Bound bound = bound_of_instant(at("2025-12-31 18:00"));
  assert_int_equal(bound.last, at("2025-12-31 18:00"));
  assert_int_equal(bound.end, bound.last);
  assert_false(bound_is_day(bound));
}

static void a_day_reaches_to_the_next_midnight(void **state)
{
  (void)state;
  ZoneCursor utc = zone_fixed(0), shanghai = zone_fixed(8 * MS_PER_HOUR), west = zone_fixed(-5 * MS_PER_HOUR);
  assert_day(&utc, "2025-12-31", "2026-01-01");
  assert_day(&utc, "2025-12-31 23:59:59.999", "2026-01-01");
  assert_day(&utc, "2024-02-28", "2024-02-29");
  assert_day(&utc, "1969-12-31 12:00", "1970-01-01");
  assert_day(&utc, "1900-02-28", "1900-03-01");
  assert_day(&shanghai, "2025-12-31", "2025-12-31 16:00");
  assert_day(&west, "2025-12-31", "2026-01-01 05:00");
}

/* Days of 23 and 25 hours; a midnight that does not exist, and one that comes twice. */
static void daylight_saving(void **state)
{
  (void)state;
  int64_t berlin_at[] = {at("2025-03-30 01:00"), at("2025-10-26 01:00")};
  int64_t berlin_offset[] = {MS_PER_HOUR, 2 * MS_PER_HOUR, MS_PER_HOUR};
  int64_t havana_at[] = {at("2025-03-09 05:00"), at("2025-11-02 05:00")};
  int64_t havana_offset[] = {-5 * MS_PER_HOUR, -4 * MS_PER_HOUR, -5 * MS_PER_HOUR};
  Zone berlin = {.count = 2, .at = berlin_at, .offset = berlin_offset};
  Zone havana = {.count = 2, .at = havana_at, .offset = havana_offset};
  ZoneCursor in_berlin = {.zone = &berlin}, in_havana = {.zone = &havana};
  assert_day(&in_berlin, "2025-03-29", "2025-03-29 23:00");
  assert_day(&in_berlin, "2025-03-30", "2025-03-30 22:00");
  assert_day(&in_berlin, "2025-10-25", "2025-10-25 22:00");
  assert_day(&in_berlin, "2025-10-26", "2025-10-26 23:00");
  assert_day(&in_havana, "2025-03-08", "2025-03-09 05:00"); /* clocks went from 00:00 to 01:00 */
  assert_day(&in_havana, "2025-03-09", "2025-03-10 04:00");
  assert_day(&in_havana, "2025-11-01", "2025-11-02 04:00"); /* the first of two midnights */
  assert_day(&in_havana, "2025-11-02", "2025-11-03 05:00");

  /* A horizon before and after a civil day leads to ends of civil days, whatever the clocks did between. */
  Duration days = {.ms = 30 * MS_PER_DAY};
  ChurnTimes times = churn_times(bound_of_day(&in_berlin, at("2025-03-30")), days, in_berlin);
  assert_int_equal(times.cut, at("2025-02-28 23:00") - 1);
  assert_int_equal(times.recent, at("2025-01-29 23:00") - 1);
  assert_int_equal(times.until, at("2025-04-29 22:00") - 1);
  times = churn_times(bound_of_instant(at("2025-03-30 22:00")), days, in_berlin);
  assert_int_equal(times.cut, at("2025-02-28 22:00"));
}

static void the_newest_of_times(void **state)
{
  (void)state;
  ZoneCursor shanghai = zone_fixed(8 * MS_PER_HOUR);
  const char *const texts[] = {"1969-12-31 23:59:59.999", "1970-01-01", "2025-12-31", "2025-12-31 18:00"};
  int64_t before = NEWEST_NONE;
  for (size_t i = 0; i < COUNT_OF(texts); i++) {
    int64_t instant = newest_mark(at(texts[i]), false), date = newest_mark(at(texts[i]), true);
    assert_true(before < instant && instant < date);
    assert_int_equal(newest_time(instant), at(texts[i]));
    assert_int_equal(newest_time(date), at(texts[i]));
    before = date;
  }
  assert_int_equal(bound_of_newest(&shanghai, newest_mark(-1, false)).end, -1);
  /* The date that was written, although its instant in UTC lies at 08:00 of the local day. */
  assert_int_equal(bound_of_newest(&shanghai, newest_mark(at("2025-12-31"), true)).end, at("2025-12-31 16:00"));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(an_instant_is_itself),
    cmocka_unit_test(a_day_reaches_to_the_next_midnight),
    cmocka_unit_test(daylight_saving),
    cmocka_unit_test(the_newest_of_times),
  };
  return cmocka_run_group_tests_name("bound", tests, NULL, NULL);
}
