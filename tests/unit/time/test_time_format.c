/* core/time/time_format: times in described forms, and the day numbers of spreadsheets. */
#include "core/time/calendar.h"
#include "core/time/time_format.h"
#include "unit.h"

static TimeFormatResult parse(const char *text, const char *format, int64_t *ms, bool *is_date)
{
  return time_from_format(text, strlen(text), format, strlen(format), ms, is_date);
}

static void forms_read_as_in_python(void **state)
{
  (void)state;
  static const struct {
    const char *text, *format;
    int64_t ms; /* by Python's datetime.strptime(text, format) */
    bool is_date;
  } CASES[] = {
    {"03/05/2024", "%d/%m/%Y", INT64_C(1714694400000), true},
    {"03/05/2024", "%m/%d/%Y", INT64_C(1709596800000), true},
    {"3.5.2024 7:08", "%d.%m.%Y %H:%M", INT64_C(1714720080000), false},
    {"Mar 5, 2024 7:30 PM", "%b %d, %Y %I:%M %p", INT64_C(1709667000000), false},
    {"12:00 AM 1/1/2024", "%I:%M %p %m/%d/%Y", INT64_C(1704067200000), false},
    {"12:00 pm 1/1/2024", "%I:%M %p %m/%d/%Y", INT64_C(1704110400000), false},
    {"20240305235959", "%Y%m%d%H%M%S", INT64_C(1709683199000), false},
    {"202403052359", "%Y%m%d%H%M", INT64_C(1709683140000), false},
    {"20240305", "%Y%m%d", INT64_C(1709596800000), true},
    {"05-mar-24", "%d-%b-%y", INT64_C(1709596800000), true},
    {"05-March-68", "%d-%B-%y", INT64_C(3098131200000), true},
    {"05-MARCH-69", "%d-%B-%y", INT64_C(-26092800000), true},
    {"2024-060", "%Y-%j", INT64_C(1709164800000), true},
    {"2024-366", "%Y-%j", INT64_C(1735603200000), true},
    {"2023-365", "%Y-%j", INT64_C(1703980800000), true},
    {"Tue Mar 5 01:02:03 2024 +0800", "%a %b %d %H:%M:%S %Y %z", INT64_C(1709571723000), false},
    {"Tuesday, 29 February 2024", "%A, %d %B %Y", INT64_C(1709164800000), true},
    {"2024-03-05T01:02:03.123456Z", "%Y-%m-%dT%H:%M:%S.%f%z", INT64_C(1709600523123), false},
    {"2024-03-05 01:02:03.5-03:30", "%Y-%m-%d %H:%M:%S.%f%z", INT64_C(1709613123500), false},
    {"2024-03", "%Y-%m", INT64_C(1709251200000), true},
    {"2024", "%Y", INT64_C(1704067200000), true},
    {"  05/03/2024", "%d/%m/%Y", INT64_C(1709596800000), true},
    {"100% 2024-01-02", "100%% %Y-%m-%d", INT64_C(1704153600000), true},
    {"1 May 2024", "%d %b %Y", INT64_C(1714521600000), true},
    {"1/2/99", "%m/%d/%y", INT64_C(915235200000), true},
    {"5:6:7 2000-1-2", "%H:%M:%S %Y-%m-%d", INT64_C(946789567000), false},
    {"0001-01-01", "%Y-%m-%d", INT64_C(-62135596800000), true},
    {"9999-12-31 23:59:59", "%Y-%m-%d %H:%M:%S", INT64_C(253402300799000), false},
    /* What Python does not know: letters for several, %e, any number of spaces. */
    {"2024-03-05 01:02:03", "%F %T", INT64_C(1709600523000), false},
    {"3/5/24 01:02", "%D%t%R", INT64_C(1709600520000), false},
    {"Mar  5 2024", "%b %e %Y", INT64_C(1709596800000), true},
    {"Mar5 2024", "%b %e%n%Y", INT64_C(1709596800000), true},
    {"2024-03-05 01:02:03.9999", "%F %T.%f", INT64_C(1709600523999), false},
  };
  for (size_t i = 0; i < COUNT_OF(CASES); i++) {
    int64_t ms = -1;
    bool is_date = false;
    if (parse(CASES[i].text, CASES[i].format, &ms, &is_date) != TIME_FORMAT_OK || ms != CASES[i].ms ||
        is_date != CASES[i].is_date)
      fail_msg("%s as %s: %lld", CASES[i].text, CASES[i].format, (long long)ms);
  }
}

static void misfits_and_invalid_formats(void **state)
{
  (void)state;
  static const struct {
    const char *text, *format;
    TimeFormatResult result;
  } CASES[] = {
    {"31/02/2024", "%d/%m/%Y", TIME_FORMAT_MISFIT},
    {"13/13/2024", "%d/%m/%Y", TIME_FORMAT_MISFIT},
    {"1/1/24", "%d/%m/%Y", TIME_FORMAT_MISFIT},
    {"01/01/2024 10:00", "%d/%m/%Y", TIME_FORMAT_MISFIT},
    {"01/01/2024", "%d/%m/%Y %H:%M", TIME_FORMAT_MISFIT},
    {"", "%Y", TIME_FORMAT_MISFIT},
    {"Foo 1 2024", "%b %d %Y", TIME_FORMAT_MISFIT},
    {"2023-366", "%Y-%j", TIME_FORMAT_MISFIT},
    {"2023-000", "%Y-%j", TIME_FORMAT_MISFIT},
    {"24:00 2024", "%H:%M %Y", TIME_FORMAT_MISFIT},
    {"10:60 2024", "%H:%M %Y", TIME_FORMAT_MISFIT},
    {"10:00:60 2024", "%H:%M:%S %Y", TIME_FORMAT_MISFIT},
    {"13:00 PM 2024", "%I:%M %p %Y", TIME_FORMAT_MISFIT},
    {"2024-01-01 10:00+15:00", "%F %R%z", TIME_FORMAT_MISFIT},
    {"2024-01-01 10:00", "%F %R%z", TIME_FORMAT_MISFIT},
    {"9999-12-31 23:00-02:00", "%F %R%z", TIME_FORMAT_MISFIT},
    {"2024", "%Y%", TIME_FORMAT_INVALID},
    {"2024", "%Y %Q", TIME_FORMAT_INVALID},
    {"2024", "%Y %I", TIME_FORMAT_INVALID},
    {"2024", "%Y %p", TIME_FORMAT_INVALID},
    {"01/02", "%d/%m", TIME_FORMAT_INVALID},
    {"2024", "Y", TIME_FORMAT_INVALID},
    {"2024", "", TIME_FORMAT_INVALID},
  };
  for (size_t i = 0; i < COUNT_OF(CASES); i++) {
    int64_t ms = 42;
    bool is_date;
    if (parse(CASES[i].text, CASES[i].format, &ms, &is_date) != CASES[i].result)
      fail_msg("%s as %s", CASES[i].text, CASES[i].format);
    assert_int_equal(ms, 42);
  }
}

static void serials(void **state)
{
  (void)state;
  static const struct {
    double serial;
    bool from_1904;
    int64_t ms;
  } CASES[] = {
    {45356, false, INT64_C(1709596800000)},            /* 2024-03-05 */
    {45356.75, false, INT64_C(1709661600000)},         /* 18:00 */
    {45356.3333333333, false, INT64_C(1709625600000)}, /* 08:00, as ten decimals of a third */
    {25569, false, 0},
    {1, false, INT64_C(-2208988800000)},        /* 1900-01-01 */
    {59, false, INT64_C(-2203977600000)},       /* 1900-02-28 */
    {61, false, INT64_C(-2203891200000)},       /* 1900-03-01 */
    {2958465, false, INT64_C(253402214400000)}, /* 9999-12-31 */
    {43894, true, INT64_C(1709596800000)},
    {1, true, INT64_C(-2082758400000)}, /* 1904-01-02 */
  };
  static const double BAD[] = {0, 0.5, -1, 60, 60.5, 2958466, 1e300, NAN, INFINITY};
  int64_t ms;
  for (size_t i = 0; i < COUNT_OF(CASES); i++) {
    assert_true(time_from_serial(CASES[i].serial, CASES[i].from_1904, &ms));
    assert_int_equal(ms, CASES[i].ms);
  }
  for (size_t i = 0; i < COUNT_OF(BAD); i++)
    assert_false(time_from_serial(BAD[i], false, &ms));
  assert_false(time_from_serial(2958465, true, &ms));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(forms_read_as_in_python),
    cmocka_unit_test(misfits_and_invalid_formats),
    cmocka_unit_test(serials),
  };
  return cmocka_run_group_tests_name("times in described forms", tests, NULL, NULL);
}
