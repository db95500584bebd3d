/* Names of scores, of core/rfm/segments.h. */
#include "core/rfm/segments.h"
#include "unit.h"

static const char *name_of(Scheme scheme, int bins, Language language, RfmScore score)
{
  Segments segments;
  segments_init(&segments, scheme, bins, language);
  return segments_name(&segments, segments_find(&segments, score));
}

/* The chart of the ten segments, row R5 first, column F1 first. */
static const char *const CHART[5][5] = {
  {"new", "potential_loyalist", "potential_loyalist", "champions", "champions"},
  {"promising", "potential_loyalist", "potential_loyalist", "loyal", "loyal"},
  {"about_to_sleep", "about_to_sleep", "need_attention", "loyal", "loyal"},
  {"hibernating", "hibernating", "at_risk", "at_risk", "cant_lose"},
  {"hibernating", "hibernating", "at_risk", "at_risk", "cant_lose"},
};

static void test_rf25_chart(void **unused)
{
  (void)unused;
  for (int r = 1; r <= 5; r++) {
    for (int f = 1; f <= 5; f++) {
      for (int m = 1; m <= 5; m++) {
        assert_string_equal(name_of(SCHEME_RF25, 5, LANGUAGE_EN, (RfmScore){r, f, m, ABC_NONE}), CHART[5 - r][f - 1]);
      }
    }
  }
}

/* Rules cover each of `cells` exactly once, and names differ, in both languages. */
static void covers_once(Scheme scheme, int bins, bool with_m)
{
  Segments segments;
  segments_init(&segments, scheme, bins, LANGUAGE_ZH);
  for (int r = 1; r <= bins; r++) {
    for (int f = 1; f <= bins; f++) {
      for (int m = 1; m <= (with_m ? bins : 1); m++) {
        int matches = 0;
        for (int rule = 0; rule < segments.n_rules; rule++) {
          matches += segments_match(&segments, rule, (RfmScore){r, f, m, ABC_NONE});
        }
        assert_int_equal(matches, 1);
      }
    }
  }
  for (int a = 0; a < segments.n_rules; a++) {
    for (int b = 0; b < a; b++) {
      for (int language = 0; language < LANGUAGES; language++) {
        assert_string_not_equal(segments.rules[a].name[language], segments.rules[b].name[language]);
      }
    }
  }
}

static void test_every_cell_once(void **unused)
{
  (void)unused;
  covers_once(SCHEME_RF25, 5, false);
  covers_once(SCHEME_RFM8, 2, true);
}

/* The eight names as they are taught: R, F, M high (1) or low (0). */
static void test_rfm8(void **unused)
{
  (void)unused;
  static const struct {
    int r, f, m;
    const char *zh, *en;
  } cases[] = {
    {1, 1, 1, "重要价值", "key_value"},       {0, 1, 1, "重要保持", "key_keep"},
    {1, 0, 1, "重要发展", "key_develop"},     {0, 0, 1, "重要挽留", "key_win_back"},
    {1, 1, 0, "一般价值", "general_value"},   {0, 1, 0, "一般保持", "general_keep"},
    {1, 0, 0, "一般发展", "general_develop"}, {0, 0, 0, "一般挽留", "general_win_back"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    RfmScore score = {cases[i].r + 1, cases[i].f + 1, cases[i].m + 1, ABC_NONE};
    assert_string_equal(name_of(SCHEME_RFM8, 2, LANGUAGE_ZH, score), cases[i].zh);
    assert_string_equal(name_of(SCHEME_RFM8, 2, LANGUAGE_EN, score), cases[i].en);
  }
}

static void test_abc(void **unused)
{
  (void)unused;
  assert_string_equal(name_of(SCHEME_ABC, 5, LANGUAGE_EN, (RfmScore){1, 1, 1, ABC_A}), "A");
  assert_string_equal(name_of(SCHEME_ABC, 5, LANGUAGE_EN, (RfmScore){1, 1, 1, ABC_C}), "C");
  assert_string_equal(name_of(SCHEME_ABC, 5, LANGUAGE_ZH, (RfmScore){1, 1, 1, ABC_B}), "B类");
}

/* By hand, 1 + 4 (s - 1)/(bins - 1) with halves up. */
static void test_score_of_five(void **unused)
{
  (void)unused;
  static const int expected[RFM_BINS_MAX + 1][RFM_BINS_MAX] = {
    [2] = {1, 5},
    [3] = {1, 3, 5},
    [4] = {1, 2, 4, 5},
    [5] = {1, 2, 3, 4, 5},
    [6] = {1, 2, 3, 3, 4, 5},
    [7] = {1, 2, 2, 3, 4, 4, 5},
    [8] = {1, 2, 2, 3, 3, 4, 4, 5},
    [9] = {1, 2, 2, 3, 3, 4, 4, 5, 5},
    [10] = {1, 1, 2, 2, 3, 3, 4, 4, 5, 5},
  };
  for (int bins = RFM_BINS_MIN; bins <= RFM_BINS_MAX; bins++) {
    for (int s = 1; s <= bins; s++) {
      assert_int_equal(segments_score_of_five(s, bins), expected[bins][s - 1]);
    }
  }
}

static void test_custom(void **unused)
{
  (void)unused;
  Segments segments;
  segments_init(&segments, SCHEME_CUSTOM, 5, LANGUAGE_ZH);
  assert_null(segments_name(&segments, segments_find(&segments, (RfmScore){1, 1, 1, ABC_NONE})));
  char name[] = "best";
  assert_int_equal(segments_add(&segments, (int[]){4, 4, 4}, (int[]){5, 5, 5}, name), STATUS_OK);
  name[0] = 'r'; /* names are copied */
  assert_int_equal(segments_add(&segments, (int[]){4, 1, 1}, (int[]){5, 5, 5}, name), STATUS_OK);
  assert_int_equal(segments_add(&segments, (int[]){1, 5, 5}, (int[]){1, 5, 5}, "best"), STATUS_OK);
  assert_int_equal(segments_find(&segments, (RfmScore){5, 4, 5, ABC_NONE}), 0); /* the first that fits */
  assert_int_equal(segments_find(&segments, (RfmScore){5, 3, 5, ABC_NONE}), 1);
  assert_int_equal(segments_find(&segments, (RfmScore){1, 5, 5, ABC_NONE}), 0); /* one segment by one name */
  assert_int_equal(segments_find(&segments, (RfmScore){1, 5, 4, ABC_NONE}), SEGMENT_NONE);
  assert_string_equal(segments_name(&segments, 0), "best");
  assert_string_equal(segments_name(&segments, 1), "rest");
  segments_free(&segments);
  segments_free(&segments);
}

static void test_empty_object(void **unused)
{
  (void)unused;
  Segments segments = {0};
  segments_free(&segments);
  segments_init(&segments, SCHEME_RF25, 5, LANGUAGE_EN);
  segments_free(&segments);
  assert_null(segments.rules);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_rf25_chart),   cmocka_unit_test(test_every_cell_once), cmocka_unit_test(test_rfm8),
    cmocka_unit_test(test_abc),          cmocka_unit_test(test_score_of_five),   cmocka_unit_test(test_custom),
    cmocka_unit_test(test_empty_object),
  };
  return cmocka_run_group_tests_name("segments", tests, NULL, NULL);
}
