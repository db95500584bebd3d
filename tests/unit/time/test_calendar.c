/* core/calendar and time_text: dates, times, periods, durations. All forms of time text: test_time_sqlite.c. */
#include "core/time/length.h"
#include "core/time/period.h"
#include "core/time/time_parse.h"
#include "core/time/time_refusal.h"
#include "unit.h"

#define DAY_MIN (TIME_MIN / MS_PER_DAY)
#define DAY_MAX (TIME_MAX / MS_PER_DAY)

static int64_t at(const char *text)
{
  int64_t ms = INT64_MIN;
  if (!time_from_text(text, strlen(text), &ms)) fail_msg("not a time: %s", text);
  return ms;
}

static void assert_time(int64_t ms, const char *expected)
{
  char text[TIME_TEXT_MAX];
  size_t length = time_to_text(ms, text);
  assert_int_equal(length, strlen(text));
  assert_string_equal(text, expected);
}

static Grain grain(const char *text)
{
  Grain grain = {0};
  if (!grain_from_text(text, strlen(text), &grain)) fail_msg("not a grain: %s", text);
  return grain;
}

static Duration duration(const char *text)
{
  Duration duration = {0};
  if (!duration_from_text(text, strlen(text), &duration)) fail_msg("not a duration: %s", text);
  return duration;
}

/* ---- Civil dates ---- */

/* A calendar that only knows the length of each month, walked day by day. */
static void every_day_of_ten_thousand_years(void **state)
{
  (void)state;
  int64_t days = DAY_MIN;
  char text[TIME_TEXT_MAX], expected[40];
  for (int year = 0; year <= 9999; year++) {
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    const int length[] = {31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    for (int month = 1; month <= 12; month++) {
      for (int day = 1; day <= length[month - 1]; day++, days++) {
        int y, m, d;
        day_to_civil(days, &y, &m, &d);
        if (y != year || m != month || d != day || day_from_civil(year, month, day) != days)
          fail_msg("%04d-%02d-%02d", year, month, day);
        if (days % 11 != 0) continue; /* texts are slower: every eleventh day */
        snprintf(expected, sizeof expected, "%04d-%02d-%02d", year, month, day);
        assert_int_equal(date_to_text(days, text), 10);
        assert_string_equal(text, expected);
        assert_int_equal(at(text), days * MS_PER_DAY);
      }
    }
  }
  assert_int_equal(days, DAY_MAX + 1);
}

static void known_days(void **state)
{
  (void)state;
  assert_int_equal(day_from_civil(1970, 1, 1), 0);
  assert_int_equal(day_from_civil(1969, 12, 31), -1);
  assert_int_equal(day_from_civil(2000, 1, 1), 10957);    /* 946684800 s */
  assert_int_equal(day_from_civil(0, 1, 1), -719528);     /* julian day 1721059.5 */
  assert_int_equal(day_from_civil(1858, 11, 17), -40587); /* modified julian day 0 */
  assert_int_equal(day_from_civil(1900, 3, 1) - day_from_civil(1900, 2, 28), 1);
  assert_int_equal(day_from_civil(2000, 3, 1) - day_from_civil(2000, 2, 28), 2);
  assert_int_equal(day_from_civil(2100, 3, 1) - day_from_civil(2100, 2, 28), 1);
}

static void years_beyond_four_digits_go_there_and_back(void **state)
{
  (void)state;
  for (int year = -39000; year <= 60000; year += 7) {
    int y, m, d, month = (year + 39000) % 12 + 1;
    day_to_civil(day_from_civil(year, month, 28), &y, &m, &d);
    assert_true(y == year && m == month && d == 28);
  }
  assert_time(TIME_MAX + 1, "10000-01-01 00:00:00");
  assert_time(TIME_MIN - 1, "-0001-12-31 23:59:59.999");
  char text[TIME_TEXT_MAX];
  assert_true(time_to_text(INT64_MAX, text) < TIME_TEXT_MAX && time_to_text(INT64_MIN, text) < TIME_TEXT_MAX);
}

static void floor_division(void **state)
{
  (void)state;
  assert_int_equal(floor_div(-1, 7), -1);
  assert_int_equal(floor_div(-7, 7), -1);
  assert_int_equal(floor_div(-8, 7), -2);
  assert_int_equal(floor_div(0, 7), 0);
  assert_int_equal(floor_div(6, 7), 0);
  assert_int_equal(floor_div(TIME_MIN, MS_PER_DAY), DAY_MIN);
}

/* ---- Times ---- */

static void text_reads_as_written(void **state)
{
  (void)state;
  static const struct {
    const char *text, *time;
  } CASES[] = {
    {"2024-02-29", "2024-02-29 00:00:00"},
    {"2024-02-29 23:59", "2024-02-29 23:59:00"},
    {"2024-02-29T23:59:58", "2024-02-29 23:59:58"},
    {"2024-02-29T23:59:58.75Z", "2024-02-29 23:59:58.750"},
    {"2024-02-29 23:59:59.9996", "2024-02-29 23:59:59.999"},
    {"2024-02-29 23:59:59.999999999999999999999999", "2024-02-29 23:59:59.999"},
    {"2024-02-29 23:59:59.0009Z", "2024-02-29 23:59:59"},
    {"2024-03-01 01:00+02:30", "2024-02-29 22:30:00"},
    {"2024-02-29 20:00-05:00", "2024-03-01 01:00:00"},
    {"2024-03-01 01:00:00+0230", "2024-02-29 22:30:00"},
    {"2024-03-01 01:00:00+02", "2024-02-29 23:00:00"},
    {"2024-03-01 01:00:00.25-0230", "2024-03-01 03:30:00.250"},
    {"2024-02-29 10:00 UTC", "2024-02-29 10:00:00"},
    {"2024-02-29T10:00:30UTC ", "2024-02-29 10:00:30"},
    {" 2024-02-29", "2024-02-29 00:00:00"},
    {"2024/02/29", "2024-02-29 00:00:00"},
    {"2024/2/9 9:05", "2024-02-09 09:05:00"},
    {"2024-2-9", "2024-02-09 00:00:00"},
    {"2024.02.29 10:11:12", "2024-02-29 10:11:12"},
    {"2024年2月9日", "2024-02-09 00:00:00"},
    {"2024年02月29日10:11:12.5", "2024-02-29 10:11:12.500"},
    {"2024年12月31日 10:11", "2024-12-31 10:11:00"},
    {"20240229", "2024-02-29 00:00:00"},
    {"20240229 10:11", "2024-02-29 10:11:00"},
    {"20240229T101112Z", "2024-02-29 10:11:12"},
    {"20240229T101112.75+0100", "2024-02-29 09:11:12.750"},
    {"20240229 1011", "2024-02-29 10:11:00"},
    {"2023-12-31 24:00:00.000+01:00", "2023-12-31 23:00:00"},
    {"2023-12-31 24:00", "2024-01-01 00:00:00"},
    {"1700000000", "2023-11-14 22:13:20"},
    {"1700000000.5", "2023-11-14 22:13:20.500"},
    {"1700000000123", "2023-11-14 22:13:20.123"},
    {"2440587.5", "1970-01-01 00:00:00"},
    {"2440588", "1970-01-01 12:00:00"},
    {"1700000000123456", "2023-11-14 22:13:20.123"},
    {"100000000", "1973-03-03 09:46:40"},
    {"-100000000", "1966-10-31 14:13:20"},
    {"1969-12-31 23:59:59.999", "1969-12-31 23:59:59.999"},
    {"9999-12-31 23:59:59.999", "9999-12-31 23:59:59.999"},
    {"0000-01-01", "0000-01-01 00:00:00"},
  };
  for (size_t i = 0; i < COUNT_OF(CASES); i++)
    assert_time(at(CASES[i].text), CASES[i].time);
}

static bool is_date_alone(const char *text)
{
  TimeMemo memo = {0};
  int64_t ms;
  if (!time_from_text_memo(&memo, text, strlen(text), &ms)) fail_msg("not a time: %s", text);
  bool first = memo.is_date;
  time_from_text_memo(&memo, text, strlen(text), &ms); /* with the date remembered */
  assert_int_equal(memo.is_date, first);
  return first;
}

static void a_date_alone_is_known_as_such(void **state)
{
  (void)state;
  static const char *const DATES[] = {"2024-02-29", "2024/2/9", "20240229", "2024年2月9日", " 2024-02-29 "};
  static const char *const TIMES[] = {"2024-02-29 00:00", "2024-02-29T00:00:00", "2024/2/9 0:00",
                                      "20240229T0000",    "1700000000",          "2440588"};
  for (size_t i = 0; i < COUNT_OF(DATES); i++)
    assert_true(is_date_alone(DATES[i]));
  for (size_t i = 0; i < COUNT_OF(TIMES); i++)
    assert_false(is_date_alone(TIMES[i]));
}

static void text_that_is_no_time(void **state)
{
  (void)state;
  static const char *const CASES[] = {"",
                                      " ",
                                      "now",
                                      "5",
                                      "-1",
                                      "1721059.4",
                                      "12:34",
                                      "12:34:56+01:00",
                                      "20230229",
                                      "20241301",
                                      "20240229101112",
                                      "202402291011",
                                      "2023-02-29",
                                      "2023-02-31 10:00",
                                      "2024-04-31",
                                      "2100/2/29",
                                      "1900年2月29日",
                                      "2024-02-00",
                                      "2024-02/29",
                                      "2024年02月29",
                                      "2024-02-2910:11",
                                      "2024-02-29T",
                                      "2024-02-29TT10:11",
                                      "2024-02-29Z",
                                      "2024-02-29 1011",
                                      "20240229T101",
                                      "20240229T10:1112",
                                      "20240229T1011:12",
                                      "2024-02-29 24:01",
                                      "2024-02-29 24:00:00.5",
                                      "2024-02-29 24:00:01",
                                      "2024-02-29 10:11:12+1",
                                      "2024-02-29 10:11:12+01:0",
                                      "2024-02-29 10:11:12+010",
                                      "2024-02-29 10:11:12 UT",
                                      "2024-02-29 10:11:12.",
                                      "2024-02-29 10:11.5",
                                      "2024-060",
                                      "2024-W09-4",
                                      "02/29/2024",
                                      "1e8000",
                                      "yesterday",
                                      "2024-02-32",
                                      "2024-13-01",
                                      "24-02-29",
                                      "29/02/2024",
                                      "2024-02-29 25:00",
                                      "2024-02-29 23:60",
                                      "2024-02-29 23:59:60",
                                      "2024-02-29 23:59:59+15:00",
                                      "9999-12-31 24:00",
                                      "0000-01-01 00:00+00:01",
                                      "-0001-12-31",
                                      "1e300",
                                      "nan",
                                      "inf",
                                      "2024-02-29 23:59:59,5"};
  for (size_t i = 0; i < COUNT_OF(CASES); i++) {
    int64_t ms = 42;
    if (time_from_text(CASES[i], strlen(CASES[i]), &ms)) fail_msg("accepted: '%s'", CASES[i]);
    assert_int_equal(ms, 42);
  }
}

static void the_memo_never_changes_an_answer(void **state)
{
  (void)state;
  static const char *const TEXTS[] = {"2024-02-29 10:11:12",  "2024-02-29",
                                      "2024-02-28",           "2024-02-29 10:11",
                                      "2023-02-29 10:11:12",  "2024-02-29 99:11:12",
                                      "2024-02-3x",           "2024-02-29 10:11:12.5Z",
                                      "\0\0\0\0\0\0\0\0\0\0", "2024-02-29",
                                      "1700000000",           "2024-02-29 24:00:00",
                                      "2024/02/29",           "20240229",
                                      "2024-02-29 9:05",      "2024-02-29 10:11:12 UTC",
                                      "9999-12-31 24:00:00",  "9999-12-31 23:59:59",
                                      "2024-02-2910:11:12"};
  for (size_t i = 0; i < COUNT_OF(TEXTS); i++) {
    for (size_t k = 0; k < COUNT_OF(TEXTS); k++) {
      TimeMemo memo = {0};
      int64_t ignored, first = -1, second = -1;
      size_t length = TEXTS[k][0] ? strlen(TEXTS[k]) : 10; /* ten zero bytes look like an empty memo */
      time_from_text_memo(&memo, TEXTS[i], TEXTS[i][0] ? strlen(TEXTS[i]) : 10, &ignored);
      assert_int_equal(time_from_text_memo(&memo, TEXTS[k], length, &first), time_from_text(TEXTS[k], length, &second));
      assert_int_equal(first, second);
    }
  }
}

static void numbers_are_told_apart_by_size(void **state)
{
  (void)state;
  static const struct {
    int64_t number, ms; /* by Python: datetime.fromtimestamp(number / 10 ** k, timezone.utc) */
  } CASES[] = {
    {2460000, INT64_C(1677240000000)}, /* a julian day: 2023-02-24 12:00 */
    {1721060, TIME_MIN + MS_PER_DAY / 2},
    {5373484, INT64_C(253402257600000)}, /* 9999-12-31 12:00 */
    {100000000, INT64_C(100000000000)},
    {-100000000, INT64_C(-100000000000)},
    {1700000000, INT64_C(1700000000000)},
    {99999999999, INT64_C(99999999999000)},
    {100000000000, INT64_C(100000000000000)},
    {249999999999, INT64_C(249999999999000)}, /* the last seconds, in 9892 */
    {250000000000, INT64_C(250000000000)},    /* the first milliseconds, in 1977 */
    {249999999999999, INT64_C(249999999999999)},
    {250000000000000, INT64_C(250000000000)}, /* the first microseconds */
    {1700000000123456, INT64_C(1700000000123)},
    {-1700000000123456, INT64_C(-1700000000124)},
    {249999999999999999, INT64_C(249999999999999)},
    {250000000000000000, INT64_C(250000000000)}, /* the first nanoseconds */
    {1700000000123456789, INT64_C(1700000000123)},
    {INT64_MAX, INT64_C(9223372036854)}, /* 2262-04-11 */
    {INT64_MIN, INT64_C(-9223372036855)},
    {-62167219200, TIME_MIN},
    {20241301000000, INT64_C(20241301000000)}, /* no YYYYMMDDhhmmss: there is no month 13 */
    {20240231000000, INT64_C(20240231000000)},
    {20240229006000, INT64_C(20240229006000)},
    {202402292400, INT64_C(202402292400000)},
  };
  static const int64_t BAD[] = {0,           1,        -1,           2024,         45356,          1721059,
                                5373485,     20240229, 19000101,     21001231,     99999999,       -99999999,
                                20241301,    123456,   202402291011, 202402292359, 20240229101112, 19000101000000,
                                -62167219201};
  int64_t ms, real;
  for (size_t i = 0; i < COUNT_OF(CASES); i++) {
    if (!time_from_integer(CASES[i].number, &ms)) fail_msg("refused: %lld", (long long)CASES[i].number);
    assert_int_equal(ms, CASES[i].ms);
    if (llabs(CASES[i].number) < INT64_C(1) << 53) {
      assert_true(time_from_real((double)CASES[i].number, &real));
      assert_int_equal(real, ms);
    }
  }
  for (size_t i = 0; i < COUNT_OF(BAD); i++) {
    ms = 42;
    if (time_from_integer(BAD[i], &ms) || time_from_real((double)BAD[i], &ms))
      fail_msg("accepted: %lld", (long long)BAD[i]);
    assert_int_equal(ms, 42);
  }
}

static void reals_are_julian_days_or_unix_times(void **state)
{
  (void)state;
  int64_t ms;
  assert_true(time_from_real(2440587.5, &ms) && ms == 0);
  assert_true(time_from_real(2451545.0, &ms) && ms == INT64_C(946728000000)); /* J2000.0 is 2000-01-01 12:00 */
  assert_true(time_from_real(1721059.5, &ms) && ms == TIME_MIN);
  assert_true(time_from_real(5373484.4999999, &ms) && ms == TIME_MAX - 8);
  assert_false(time_from_real(1721059.4, &ms) || time_from_real(5373484.5, &ms));
  assert_false(time_from_real(0.0, &ms) || time_from_real(-0.5, &ms) || time_from_real(45356.5, &ms));
  assert_true(time_from_real(1700000000.1234, &ms) && ms == INT64_C(1700000000123));
  assert_true(time_from_real(1767225599.9999, &ms) && ms == INT64_C(1767225599999)); /* still 2025 */
  assert_true(time_from_real(253402300799.5, &ms) && ms == INT64_C(253402300799));   /* milliseconds */
  assert_true(time_from_real(1700000000123.0, &ms) && ms == INT64_C(1700000000123));
  assert_false(time_from_real(INFINITY, &ms) || time_from_real(-INFINITY, &ms) || time_from_real(NAN, &ms) ||
               time_from_real(1e300, &ms) || time_from_real(-1e12 * 70, &ms));
  /* every millisecond of a second, as the nearest double */
  for (int i = 0; i < 1000; i++)
    assert_true(time_from_real(1700000000 + i / 1000.0, &ms) && ms == INT64_C(1700000000000) + i);
}

static void refusals_say_what_it_looks_like(void **state)
{
  (void)state;
  static const struct {
    const char *text, *says;
  } CASES[] = {
    {"2025", "a year"},
    {"45356", "Excel serial"},
    {"45356.75", "Excel serial"},
    {"202403", "YYYYMM:"},
    {"202403051200", "YYYYMMDDhhmm,"},
    {"20240305120000", "YYYYMMDDhhmmss"},
    {"0.5", "time of day"},
    {"123456", "time of day"},
    {"12:00", "time of day"},
    {"12", "too small"},
    {"-5", "too small"},
    {"1e30", "outside the years"},
    {"03/05/2024", "time_parse"},
    {"31.12.2024 10:00", "day or month first"},
    {"2023-02-29", "no such day"},
    {"2023/2/30 10:00", "no such day"},
    {"2023-13-01", "no such month"},
    {"2023-12-31 7pm", "time_parse"},
    {"Mar 5, 2024", "time_parse"},
  };
  for (size_t i = 0; i < COUNT_OF(CASES); i++) {
    const char *why = time_refusal_of_text(CASES[i].text, strlen(CASES[i].text));
    if (!why || !strstr(why, CASES[i].says)) fail_msg("%s: %s", CASES[i].text, why ? why : "nothing");
  }
  assert_non_null(strstr(time_refusal_of_number(20240305), "YYYYMMDD"));
  assert_null(time_refusal_of_text("20240305", 8));
  assert_null(time_refusal_of_number(1700000000));
  assert_null(time_refusal_of_text("yesterday", 9));
  assert_null(time_refusal_of_text("", 0));
  assert_non_null(time_refusal_of_number(NAN));
  assert_true(time_is_of_no_day("2023-02-29 10:00", 16) && time_is_of_no_day("20230431", 8));
  assert_false(time_is_of_no_day("2024-02-29", 10) || time_is_of_no_day("2024-13-01", 10) ||
               time_is_of_no_day("2024-01-32", 10) || time_is_of_no_day("x", 1));
}

/* ---- Offsets, grains, durations as text ---- */

static void offsets(void **state)
{
  (void)state;
  static const struct {
    const char *text;
    int minutes;
  } CASES[] = {
    {"+08:00", 480}, {"-03:30", -210}, {"Z", 0},         {"z", 0},    {"0", 0},      {"+0800", 480},
    {"+08", 480},    {"+14:00", 840},  {"-14:00", -840}, {"+8", 480}, {"-00:00", 0}, {"+05:45", 345},
  };
  static const char *const BAD[] = {"",        "8",     "08:00",   "+",      "+x",     "+8:00",        "+800",
                                    "+08:",    "+08:0", "+08:000", "+08:60", "+14:01", "-15:00",       "+08:00 ",
                                    " +08:00", "UTC",   "ZZ",      "00",     "+0a:00", "Europe/Berlin"};
  int64_t ms;
  for (size_t i = 0; i < COUNT_OF(CASES); i++) {
    if (!offset_from_text(CASES[i].text, strlen(CASES[i].text), &ms)) fail_msg("refused: %s", CASES[i].text);
    assert_int_equal(ms, CASES[i].minutes * 60000);
  }
  for (size_t i = 0; i < COUNT_OF(BAD); i++) {
    if (offset_from_text(BAD[i], strlen(BAD[i]), &ms)) fail_msg("accepted: %s", BAD[i]);
  }
}

static void grains(void **state)
{
  (void)state;
  static const struct {
    const char *text;
    GrainUnit unit;
    int32_t count, anchor;
  } CASES[] = {
    {"day", GRAIN_DAY, 1, 0},
    {"Days", GRAIN_DAY, 1, 0},
    {"hour", GRAIN_HOUR, 1, 0},
    {"6 hours", GRAIN_HOUR, 6, 0},
    {"6 hours from 2026-01-05", GRAIN_HOUR, 6, 0},
    {"5 hours from 2026-01-05", GRAIN_HOUR, 5, -3}, /* hour 20458 * 24 is 2 past a multiple of 5 */
    {"WEEK", GRAIN_WEEK, 1, -3},
    {"1 week", GRAIN_WEEK, 1, -3},
    {"week from monday", GRAIN_WEEK, 1, -3},
    {"week from Sun", GRAIN_WEEK, 1, -4},
    {"weeks from thursday", GRAIN_WEEK, 1, 0},
    {"week from friday", GRAIN_WEEK, 1, -6},
    {"week from 2026-01-03", GRAIN_WEEK, 1, -5}, /* a Saturday */
    {"2 weeks", GRAIN_WEEK, 2, 0},
    {"2 weeks from monday", GRAIN_WEEK, 2, -3},
    {"2 weeks from 2026-01-05", GRAIN_WEEK, 2, -10},
    {"months", GRAIN_MONTH, 1, 0},
    {"month from april", GRAIN_MONTH, 1, 0},
    {"2 months", GRAIN_MONTH, 2, 0},
    {"2 months from february", GRAIN_MONTH, 2, -1},
    {"quarter", GRAIN_QUARTER, 1, 0},
    {"quarter from february", GRAIN_QUARTER, 1, -2},
    {"quarter from APR", GRAIN_QUARTER, 1, 0},
    {" year ", GRAIN_YEAR, 1, 0},
    {"year from april", GRAIN_YEAR, 1, -9},
    {"year  from  July ", GRAIN_YEAR, 1, -6},
    {"2 years from october", GRAIN_YEAR, 2, -15},
    {"1 day", GRAIN_DAY, 1, 0},
    {"10 days", GRAIN_DAY, 10, 0},
    {"10days", GRAIN_DAY, 10, 0},
    {"14 days from 2026-01-05", GRAIN_DAY, 14, -10}, /* 2026-01-05 is day 20458, 4 past a multiple of 14 */
    {"14 days from 1969-12-31", GRAIN_DAY, 14, -1},
    {"36525 days", GRAIN_DAY, 36525, 0},
  };
  static const char *const BAD[] = {"",
                                    "s",
                                    "dayss",
                                    "0 days",
                                    "-1 days",
                                    "36526 days",
                                    "99999999999 days",
                                    "1.5 days",
                                    "days 10",
                                    "10",
                                    "fortnight",
                                    "month\xc3",
                                    "mont",
                                    "week from",
                                    "week sunday",
                                    "week from april",
                                    "month from sunday",
                                    "day from sunday",
                                    "quarter from 2026-04-01",
                                    "14 days from 2026-01-05 10:00",
                                    "14 days from 2026-02-30",
                                    "14 days from january",
                                    "week from sund",
                                    "week from su",
                                    "week from sunday x"};
  Grain got;
  for (size_t i = 0; i < COUNT_OF(CASES); i++) {
    got = grain(CASES[i].text);
    if (got.unit != CASES[i].unit || got.count != CASES[i].count || got.anchor != CASES[i].anchor)
      fail_msg("%s: %d %d %d", CASES[i].text, got.unit, got.count, got.anchor);
  }
  for (size_t i = 0; i < COUNT_OF(BAD); i++) {
    if (grain_from_text(BAD[i], strlen(BAD[i]), &got)) fail_msg("accepted: %s", BAD[i]);
  }
}

static void durations(void **state)
{
  (void)state;
  static const struct {
    const char *text;
    int64_t ms;
    int32_t months;
  } CASES[] = {{"36 hours", 36 * MS_PER_HOUR, 0},
               {"90 days", 90 * MS_PER_DAY, 0},
               {"day", MS_PER_DAY, 0},
               {"1 Week", 7 * MS_PER_DAY, 0},
               {"12 weeks", 84 * MS_PER_DAY, 0},
               {"month", 0, 1},
               {"2 quarters", 0, 6},
               {"3 years", 0, 36},
               {"36525 years", 0, 438300},
               {"0 days", 0, 0}};
  static const char *const BAD[] = {"", "90", "-1 day", "1.5 days", "36526 days", "1 minute", "P30D", "30 d"};
  Duration got;
  for (size_t i = 0; i < COUNT_OF(CASES); i++) {
    got = duration(CASES[i].text);
    assert_true(got.ms == CASES[i].ms && got.months == CASES[i].months);
  }
  for (size_t i = 0; i < COUNT_OF(BAD); i++) {
    if (duration_from_text(BAD[i], strlen(BAD[i]), &got)) fail_msg("accepted: %s", BAD[i]);
  }
}

static void months_never_overflow(void **state)
{
  (void)state;
  static const struct {
    const char *from, *length;
    int sign;
    const char *to;
  } CASES[] = {
    {"2023-01-31", "1 month", 1, "2023-02-28 00:00:00"},
    {"2000-01-31", "1 month", 1, "2000-02-29 00:00:00"}, /* every 400 years a century is a leap year */
    {"1900-01-31", "1 month", 1, "1900-02-28 00:00:00"},
    {"2100-01-31", "1 month", 1, "2100-02-28 00:00:00"},
    {"2400-03-30", "1 month", -1, "2400-02-29 00:00:00"},
    {"2000-02-29", "4 years", 1, "2004-02-29 00:00:00"},
    {"2096-02-29", "4 years", 1, "2100-02-28 00:00:00"},
    {"1896-02-29", "48 months", 1, "1900-02-28 00:00:00"},
    {"2024-01-31 12:34:56.789", "month", 1, "2024-02-29 12:34:56.789"},
    {"2024-03-31", "month", -1, "2024-02-29 00:00:00"},
    {"2023-10-31", "1 month", 1, "2023-11-30 00:00:00"},
    {"2024-02-29", "1 year", 1, "2025-02-28 00:00:00"},
    {"2024-02-29", "4 years", 1, "2028-02-29 00:00:00"},
    {"2000-02-29", "100 years", 1, "2100-02-28 00:00:00"},
    {"2023-11-30", "1 quarter", 1, "2024-02-29 00:00:00"},
    {"2023-12-15", "1 month", 1, "2024-01-15 00:00:00"},
    {"2024-01-15", "1 month", -1, "2023-12-15 00:00:00"},
    {"2024-01-15", "13 months", -1, "2022-12-15 00:00:00"},
    {"1970-01-31 23:00", "2 months", -1, "1969-11-30 23:00:00"},
    {"1969-12-31 23:59:59.999", "1 month", 1, "1970-01-31 23:59:59.999"},
    {"2024-02-28", "36 hours", 1, "2024-02-29 12:00:00"},
    {"2024-03-01", "1 day", -1, "2024-02-29 00:00:00"},
    {"2024-01-01", "1 week", -1, "2023-12-25 00:00:00"},
    {"9999-12-31", "36525 years", 1, "46524-12-31 00:00:00"},
    {"0000-02-29", "36525 years", -1, "-36525-02-28 00:00:00"},
  };
  for (size_t i = 0; i < COUNT_OF(CASES); i++)
    assert_time(time_add(at(CASES[i].from), duration(CASES[i].length), CASES[i].sign), CASES[i].to);
}

/* ---- Periods ---- */

static void known_periods(void **state)
{
  (void)state;
  static const struct {
    const char *time, *grain;
    int64_t index;
    const char *start;
  } CASES[] = {
    {"1970-01-01", "day", 0, "1970-01-01 00:00:00"},
    {"1969-12-31 23:59:59.999", "day", -1, "1969-12-31 00:00:00"},
    {"1970-01-04 23:59", "week", 0, "1969-12-29 00:00:00"},
    {"1970-01-05", "week", 1, "1970-01-05 00:00:00"},
    {"1969-12-28", "week", -1, "1969-12-22 00:00:00"},
    /* ISO 8601: 2020 and 2015 have a week 53; 1 January 2021 lies in 2020-W53, 31 December 2018 in 2019-W01. */
    {"2021-01-03 23:59:59.999", "week", 2661, "2020-12-28 00:00:00"},
    {"2021-01-04", "week", 2662, "2021-01-04 00:00:00"},
    {"2016-01-03", "week", 2400, "2015-12-28 00:00:00"},
    {"2018-12-31", "week", 2557, "2018-12-31 00:00:00"},
    {"1970-01-31", "month", 0, "1970-01-01 00:00:00"},
    {"1969-12-31", "month", -1, "1969-12-01 00:00:00"},
    {"2024-02-29 23:59:59.999", "month", 649, "2024-02-01 00:00:00"},
    {"2000-12-31", "quarter", 123, "2000-10-01 00:00:00"},
    {"1969-12-31", "quarter", -1, "1969-10-01 00:00:00"},
    {"1969-09-30", "quarter", -2, "1969-07-01 00:00:00"},
    {"1900-02-28", "year", -70, "1900-01-01 00:00:00"},
    {"2100-12-31", "year", 130, "2100-01-01 00:00:00"},
    {"1970-01-10", "10 days", 0, "1970-01-01 00:00:00"},
    {"1970-01-11", "10 days", 1, "1970-01-11 00:00:00"},
    {"1969-12-31", "10 days", -1, "1969-12-22 00:00:00"},
    {"0000-01-01", "year", -1970, "0000-01-01 00:00:00"},
    {"2026-01-04 10:00", "week from sunday", 2923, "2026-01-04 00:00:00"},
    {"2026-01-03 23:59:59.999", "week from sunday", 2922, "2025-12-28 00:00:00"},
    {"2026-10-15", "quarter from february", 227, "2026-08-01 00:00:00"},
    {"2026-11-15", "quarter from february", 228, "2026-11-01 00:00:00"},
    {"2026-03-31 23:59", "year from april", 56, "2025-04-01 00:00:00"},
    {"2026-04-01", "year from april", 57, "2026-04-01 00:00:00"},
    {"1970-01-01", "year from april", 0, "1969-04-01 00:00:00"},
    {"2026-01-18 23:00", "14 days from 2026-01-05", 1462, "2026-01-05 00:00:00"},
    {"2026-01-19", "14 days from 2026-01-05", 1463, "2026-01-19 00:00:00"},
    {"2026-01-04", "14 days from 2026-01-05", 1461, "2025-12-22 00:00:00"},
    {"1970-01-01 00:59:59.999", "hour", 0, "1970-01-01 00:00:00"},
    {"1969-12-31 23:30", "hour", -1, "1969-12-31 23:00:00"},
    {"2026-01-05 14:30", "6 hours", 81834, "2026-01-05 12:00:00"},
    {"2026-05-31", "2 months", 338, "2026-05-01 00:00:00"},
  };
  for (size_t i = 0; i < COUNT_OF(CASES); i++) {
    int64_t index = period_index(grain(CASES[i].grain), at(CASES[i].time));
    assert_int_equal(index, CASES[i].index);
    assert_time(period_start(grain(CASES[i].grain), index), CASES[i].start);
  }
}

static const char *const GRAINS[] = {"day",
                                     "week",
                                     "month",
                                     "quarter",
                                     "year",
                                     "2 days",
                                     "30 days",
                                     "36525 days",
                                     "7 hours",
                                     "week from saturday",
                                     "3 weeks from 2026-01-05",
                                     "5 months from june",
                                     "quarter from february",
                                     "year from december",
                                     "7 years from may"};

static void periods_follow_each_other(void **state)
{
  (void)state;
  for (size_t g = 0; g < COUNT_OF(GRAINS); g++) {
    Grain unit = grain(GRAINS[g]);
    int64_t index = period_index(unit, TIME_MIN), last = period_index(unit, TIME_MAX);
    for (; index <= last; index++) {
      int64_t start = period_start(unit, index), end = period_start(unit, index + 1);
      assert_true(start < end && period_index(unit, start) == index && period_index(unit, end - 1) == index);
    }
    assert_int_equal(period_index(unit, 0), 0);
  }
}

static void a_cursor_agrees_with_the_index(void **state)
{
  (void)state;
  static const int64_t OFFSETS[] = {0, 8 * MS_PER_HOUR, -12600000, 14 * MS_PER_HOUR, -14 * MS_PER_HOUR};
  for (size_t g = 0; g < COUNT_OF(GRAINS); g++) {
    for (size_t o = 0; o < COUNT_OF(OFFSETS); o++) {
      PeriodCursor cursor = {.grain = grain(GRAINS[g]), .zone = zone_fixed(OFFSETS[o])};
      uint64_t random = 3;
      int64_t t = TIME_MIN;
      for (int turn = 0; turn < 20000; turn++) {
        random = random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        /* Small steps, then leaps over all years, then the very edges of the period found last. */
        if (turn % 4 == 0)
          t = TIME_MIN + (int64_t)(random % (uint64_t)(TIME_MAX - TIME_MIN));
        else if (turn % 4 == 1)
          t += (int64_t)(random >> 40);
        else
          t = turn % 4 == 2 ? cursor.hi : cursor.lo - 1;
        int64_t index = period_of(&cursor, t);
        if (index != period_index(cursor.grain, t + OFFSETS[o])) fail_msg("%s at %lld", GRAINS[g], (long long)t);
        assert_true(cursor.lo <= t && t < cursor.hi);
        assert_int_equal(cursor.lo + OFFSETS[o], period_start(cursor.grain, index));
        assert_int_equal(cursor.hi + OFFSETS[o], period_start(cursor.grain, index + 1));
      }
    }
  }
}

/* Week 1 is the one that holds 4 January (ISO 8601), counted on from there; every day of two centuries. */
static void weeks_are_named_by_iso_8601(void **unused)
{
  (void)unused;
  Grain week = grain("week");
  for (int64_t day = day_from_civil(1900, 1, 1); day < day_from_civil(2101, 1, 1); day++) {
    char label[PERIOD_LABEL_MAX], want[PERIOD_LABEL_MAX];
    int year, month, unused_day;
    day_to_civil(day, &year, &month, &unused_day);
    int64_t first;
    for (year++;; year--) {
      int64_t fourth = day_from_civil(year, 1, 4);
      first = fourth - (fourth + 3) % 7 - (fourth + 3 < 0 && (fourth + 3) % 7 ? 7 : 0);
      if (first <= day) {
        break;
      }
    }
    snprintf(want, sizeof want, "%04d-W%02d", year, (int)(day - first) / 7 + 1);
    assert_int_equal(period_label(week, period_index(week, day * MS_PER_DAY), label), strlen(want));
    assert_string_equal(label, want);
  }
}

/* By hand: the British government's year begins in April, that of the United States in October. */
static void periods_have_names(void **unused)
{
  (void)unused;
  static const struct {
    const char *grain, *time, *label;
  } CASES[] = {
    {"hour", "2026-01-31 13:59", "2026-01-31 13:00"},
    {"day", "0001-02-03", "0001-02-03"},
    {"month", "2026-01-31", "2026-01"},
    {"quarter", "2026-03-31 23:59:59.999", "2026-Q1"},
    {"quarter from january", "2026-04-01", "2026-Q2"},
    {"year", "2026-12-31", "2026"},
    {"quarter from april", "2025-04-01", "FY2026-Q1"},
    {"quarter from april", "2026-03-31", "FY2026-Q4"},
    {"quarter from october", "2025-10-01", "FY2026-Q1"},
    {"quarter from october", "2025-09-30", "FY2025-Q4"},
    {"quarter from february", "2026-01-15", "FY2026-Q4"},
    {"quarter from february", "2026-02-01", "FY2027-Q1"},
    {"year from april", "2026-03-31", "FY2026"},
    {"year from april", "2026-04-01", "FY2027"},
    {"week from sunday", "2026-01-08", "2026-01-04"},
    {"2 weeks", "1970-01-16", "1970-01-15"},
    {"2 months", "2026-02-28", "2026-01-01"},
    {"6 hours", "2026-01-31 13:59", "2026-01-31 12:00"},
  };
  for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
    char label[PERIOD_LABEL_MAX];
    Grain found = grain(CASES[i].grain);
    size_t length = period_label(found, period_index(found, at(CASES[i].time)), label);
    assert_string_equal(label, CASES[i].label);
    assert_int_equal(length, strlen(label));
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_day_of_ten_thousand_years),
    cmocka_unit_test(known_days),
    cmocka_unit_test(years_beyond_four_digits_go_there_and_back),
    cmocka_unit_test(floor_division),
    cmocka_unit_test(text_reads_as_written),
    cmocka_unit_test(text_that_is_no_time),
    cmocka_unit_test(the_memo_never_changes_an_answer),
    cmocka_unit_test(a_date_alone_is_known_as_such),
    cmocka_unit_test(numbers_are_told_apart_by_size),
    cmocka_unit_test(reals_are_julian_days_or_unix_times),
    cmocka_unit_test(refusals_say_what_it_looks_like),
    cmocka_unit_test(offsets),
    cmocka_unit_test(grains),
    cmocka_unit_test(durations),
    cmocka_unit_test(months_never_overflow),
    cmocka_unit_test(known_periods),
    cmocka_unit_test(periods_follow_each_other),
    cmocka_unit_test(a_cursor_agrees_with_the_index),
    cmocka_unit_test(weeks_are_named_by_iso_8601),
    cmocka_unit_test(periods_have_names),
  };
  return cmocka_run_group_tests_name("calendar", tests, NULL, NULL);
}
