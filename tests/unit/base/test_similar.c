/* Distances by the definition of optimal string alignment, and words in texts. */
#include <string.h>

#include "core/base/similar.h"
#include "unit.h"

static int distance(const char *a, const char *b)
{
  int there = similar_distance(a, strlen(a), b, strlen(b)), back = similar_distance(b, strlen(b), a, strlen(a));
  assert_int_equal(there, back);
  return there;
}

static void distances(void **state)
{
  (void)state;
  assert_int_equal(distance("", ""), 0);
  assert_int_equal(distance("rfm", ""), 3);
  assert_int_equal(distance("rfm", "RFM"), 0);
  assert_int_equal(distance("kitten", "sitting"), 3);
  assert_int_equal(distance("cohort", "cohrot"), 1);
  assert_int_equal(distance("ca", "abc"), 3); /* no letter is moved twice */
  assert_int_equal(distance("retention", "retension"), 1);
}

static void long_names(void **state)
{
  char text[SIMILAR_NAME_MAX + 2];
  (void)state;
  memset(text, 'a', sizeof text);
  assert_int_equal(similar_distance(text, SIMILAR_NAME_MAX, "a", 1), SIMILAR_NAME_MAX - 1);
  assert_int_equal(similar_distance(text, SIMILAR_NAME_MAX, text, SIMILAR_NAME_MAX), 0);
  assert_int_equal(similar_distance(text, SIMILAR_NAME_MAX + 1, "a", 1), SIMILAR_NAME_MAX + 1);
  assert_int_equal(similar_distance("a", 1, text, SIMILAR_NAME_MAX + 1), SIMILAR_NAME_MAX + 1);
}

static void words_of_a_text(void **state)
{
  size_t length = 9;
  const char *text = "  cox_zph, 2 \xe5\xae\xa2\xe6\x88\xb7.", *word = similar_word(text, &length);
  (void)state;
  assert_true(word == text + 2 && length == 3);
  word = similar_word(word + length, &length);
  assert_true(word == text + 6 && length == 3);
  word = similar_word(word + length, &length);
  assert_true(*word == '2' && length == 1);
  word = similar_word(word + length, &length);
  assert_true((unsigned char)*word == 0xe5 && length == 6);
  assert_null(similar_word(word + length, &length));
  assert_null(similar_word("", &length));
}

static void words_in_a_text(void **state)
{
  (void)state;
  assert_true(similar_has_word("Shows churn_rate.", "CHURN", 5));
  assert_true(similar_has_word("Shows churn_rate.", "rat", 3));
  assert_true(similar_has_word("shows", "show", 4));
  assert_false(similar_has_word("Shows", "hows", 4));
  assert_false(similar_has_word("sho", "show", 4));
  assert_false(similar_has_word("", "a", 1));
  assert_true(similar_has_word("\xe5\xae\xa2\xe6\x88\xb7", "\xe6\x88\xb7", 3)); /* no spaces between words */
  assert_true(similar_has_word("\xe5\xae\xa2RFM", "rfm", 3));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(distances),
    cmocka_unit_test(long_names),
    cmocka_unit_test(words_of_a_text),
    cmocka_unit_test(words_in_a_text),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
