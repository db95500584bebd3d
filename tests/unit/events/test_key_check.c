/*
** core/events/key_check.c, on keys by hand.
*/
#include "core/events/key_check.h"
#include "unit.h"

static CustomerKey text(const char *text)
{
  return (CustomerKey){.text = text, .length = strlen(text)};
}

static void odd_keys(void **unused)
{
  (void)unused;
  static const char *const BLANK[] = {"", " ", "\t\r\n", "\xC2\xA0", "\xE3\x80\x80 \xE3\x80\x80"};
  static const char *const NOBODY[] = {"guest", "GUEST", " Guest\xE3\x80\x80", "NULL", "None", "n/a", "#N/A", "匿名"};
  static const char *const USUAL[] = {"a",     "guests", "gues", "guest 1", "0",      "\xE3\x80", "\x80",
                                      "a\xC2", "\xC2",   "na",   "nul",     "匿名者", "[null]",   "{null}"};
  for (size_t i = 0; i < COUNT_OF(BLANK); i++) {
    assert_int_equal(key_oddity(text(BLANK[i])), KEY_BLANK);
  }
  for (size_t i = 0; i < COUNT_OF(NOBODY); i++) {
    assert_int_equal(key_oddity(text(NOBODY[i])), KEY_NOBODY);
  }
  for (size_t i = 0; i < COUNT_OF(USUAL); i++) {
    assert_int_equal(key_oddity(text(USUAL[i])), KEY_USUAL);
  }
  assert_int_equal(key_oddity((CustomerKey){.integer = 0}), KEY_USUAL);
  assert_int_equal(key_oddity((CustomerKey){.text = "\0", .length = 1}), KEY_USUAL);
}

static void keys_that_are_alike(void **unused)
{
  (void)unused;
  static const struct {
    const char *key; /* NULL: the integer */
    int64_t integer;
    uint32_t first;
  } KEYS[] = {
    {"Ann", 0, 0},          {NULL, 42, 1},
    {" ann\xC2\xA0", 0, 0}, {"42", 0, 1},
    {"042", 0, 4},          {"ANN", 0, 0},
    {"An n", 0, 6},         {"42.0", 0, 7},
    {NULL, -42, 8},         {"\xE3\x80\x80-42", 0, 8},
    {"Änn", 0, 10},         {"änn", 0, 11},
    {NULL, INT64_MIN, 12},  {"-9223372036854775808 ", 0, 12},
  };
  Customers alike = KEY_ALIKE;
  for (uint32_t i = 0; i < COUNT_OF(KEYS); i++) {
    uint32_t first = 99;
    CustomerKey key = KEYS[i].key ? text(KEYS[i].key) : (CustomerKey){.integer = KEYS[i].integer};
    assert_int_equal(key_first_alike(&alike, key, i, &first), STATUS_OK);
    assert_int_equal(first, KEYS[i].first);
  }
  customers_free(&alike);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(odd_keys),
    cmocka_unit_test(keys_that_are_alike),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
