/* core/base/text.c: what is added is what is taken. */
#include "feed.h"

#include "core/base/mem.h"
#include "core/base/text.h"

static void grows(void **unused)
{
  (void)unused;
  Text text = {0};
  for (int i = 0; i < 1000; i++) {
    text_add(&text, i ? ", " : "");
    text_add_bytes(&text, "abcdef", 3);
  }
  char *bytes = text_take(&text);
  assert_non_null(bytes);
  assert_int_equal(strlen(bytes), 3 + 999 * 5);
  assert_memory_equal(bytes, "abc, abc, ", 10);
  mem_free(bytes);
  assert_null(text_take(&text));
}

static void escapes(void **unused)
{
  (void)unused;
  const char *const cases[][2] = {{"", "\"\""},
                                  {"a", "\"a\""},
                                  {"\"", "\"\\u0022\""},
                                  {"a\\b\n", "\"a\\u005cb\\u000a\""},
                                  {"客户 x", "\"客户 x\""},
                                  {"\t.\t.", "\"\\u0009.\\u0009.\""}};
  for (int i = 0; i < 6; i++) {
    Text text = {0};
    text_add_json_string(&text, cases[i][0]);
    char *bytes = text_take(&text);
    assert_string_equal(bytes, cases[i][1]);
    mem_free(bytes);
  }
}

/* As printf's %.6g in the C locale, but for whole numbers, which keep all their digits. */
static void numbers(void **unused)
{
  (void)unused;
  const double cases[] = {0, 1, -2.5, 0.231704, 1.0 / 3, -9582.43, 123456.5, 1234567, 0.00012345678, 1e-300, 2.5e20};
  const char *const want[] = {"0",      "1",       "-2.5",        "0.231704", "0.333333", "-9582.43",
                              "123457", "1234567", "0.000123457", "1e-300",   "2.5e20"};
  for (int i = 0; i < 11; i++) {
    char text[NUMBER_TEXT_MAX];
    number_to_text(cases[i], 6, text);
    assert_string_equal(text, want[i]);
  }
  const char *const want_ten[] = {"0.3333333333", "-9582.429876", "1234567.891"};
  const double ten[] = {1.0 / 3, -9582.4298761, 1234567.8912};
  for (int i = 0; i < 3; i++) {
    char text[NUMBER_TEXT_MAX];
    number_to_text(ten[i], 10, text);
    assert_string_equal(text, want_ten[i]);
  }
}

static void decimals(void **unused)
{
  (void)unused;
  static const struct {
    double x;
    int decimals;
    const char *want;
  } CASES[] = {
    {0, 2, "0"},
    {1, 2, "1"},
    {1.5, 2, "1.5"},
    {-1.25, 2, "-1.25"},
    {0.004, 2, "0"},
    {-0.004, 2, "0"},
    {0.005, 2, "0.01"},
    {12.3456, 0, "12"},
    {0.5, 0, "1"},
    {1234567.891, 1, "1234567.9"},
    {0.05, 4, "0.05"},
    {-0.0001, 4, "-0.0001"},
    {99.995, 2, "100"},
    {1e18, 2, "1e18"},
    {-2e18, 0, "-2e18"},
    {1e14, 1, "100000000000000"},
    {9007199254740991, 0, "9.0072e15"},
    {NAN, 2, "null"},
    {INFINITY, 2, "null"},
  };
  for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
    Text text = {0};
    text_add_decimal(&text, CASES[i].x, CASES[i].decimals);
    assert_string_equal(text.bytes, CASES[i].want);
    mem_free(text_take(&text));
  }
  Text text = {0};
  text_add_decimal(&text, -1.7e308, 6);
  assert_string_equal(text.bytes, "-1.7e308");
  mem_free(text_take(&text));
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(grows), cmocka_unit_test(escapes), cmocka_unit_test(numbers),
                                     cmocka_unit_test(decimals)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
