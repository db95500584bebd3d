#include "core/events/customers.h"
#include "unit.h"

/* Ids are dense, in order of first appearance, and found again; keys come back as they went in. */
static void integers_get_dense_ids(void **unused)
{
  (void)unused;
  Customers customers = {.state_size = sizeof(int32_t)};
  int64_t keys[] = {7, -1, 0, INT64_MAX, INT64_MIN, 8};
  for (uint32_t i = 0; i < 6; i++) {
    assert_int_equal(customers_add_integer(&customers, keys[i]), i);
  }
  for (uint32_t i = 0; i < 6; i++) {
    assert_int_equal(customers_add_integer(&customers, keys[i]), i);
    assert_int_equal(customers_find_integer(&customers, keys[i]), i);
    assert_true(customers_key(&customers, i).integer == keys[i]);
    assert_null(customers_key(&customers, i).text);
  }
  assert_int_equal(customers_find_integer(&customers, 9), CUSTOMER_NONE);
  assert_int_equal(customers_find_text(&customers, "7", 1), CUSTOMER_NONE);
  customers_free(&customers);
  customers_free(&customers);
}

static void integer_and_text_differ(void **unused)
{
  (void)unused;
  Customers customers = {0};
  assert_int_equal(customers_add_integer(&customers, 1), 0);
  assert_int_equal(customers_add_text(&customers, "1", 1), 1);
  assert_int_equal(customers_add_text(&customers, "", 0), 2);
  assert_int_equal(customers_add_text(&customers, "a\0b", 3), 3);
  assert_int_equal(customers_add_text(&customers, "a", 1), 4);
  assert_int_equal(customers_add_text(&customers, "A", 1), 5);
  assert_int_equal(customers_add_integer(&customers, 2), 6);
  assert_int_equal(customers.n_text, 5);
  assert_int_equal(customers_find_integer(&customers, 1), 0);
  assert_int_equal(customers_find_text(&customers, "1", 1), 1);
  assert_int_equal(customers_key(&customers, 3).length, 3);
  assert_memory_equal(customers_key(&customers, 3).text, "a\0b", 4);
  assert_int_equal(customers_key(&customers, 6).integer, 2);
  customers_free(&customers);
}

/* Through many growths, with states that must not move and long keys that need arena blocks of their own. */
static void many_customers_keep_their_state(void **unused)
{
  (void)unused;
  enum {
    N = 200000
  };
  Customers customers = {.state_size = sizeof(int64_t)};
  char text[64];
  int64_t *first = NULL;
  for (int64_t i = 0; i < N; i++) {
    int length = snprintf(text, sizeof text, "customer-%lld", (long long)i);
    uint32_t id =
      i % 2 ? customers_add_text(&customers, text, (size_t)length) : customers_add_integer(&customers, i * 1000003);
    assert_int_equal(id, i);
    int64_t *state = customers_state(&customers, id);
    assert_true(*state == 0);
    *state = i;
    first = first ? first : state;
  }
  char *huge = test_calloc(1, 100000);
  memset(huge, 'x', 100000);
  assert_int_equal(customers_add_text(&customers, huge, 100000), N);
  assert_int_equal(customers_find_text(&customers, huge, 100000), N);
  assert_int_equal(customers_find_text(&customers, huge, 99999), CUSTOMER_NONE);
  test_free(huge);
  assert_ptr_equal(first, customers_state(&customers, 0));
  for (int64_t i = 0; i < N; i++) {
    int length = snprintf(text, sizeof text, "customer-%lld", (long long)i);
    uint32_t id =
      i % 2 ? customers_find_text(&customers, text, (size_t)length) : customers_find_integer(&customers, i * 1000003);
    assert_int_equal(id, i);
    assert_true(*(int64_t *)customers_state(&customers, id) == i);
  }
  assert_int_equal(customers.count, N + 1);
  customers_free(&customers);
}

/* How many of the n hashes there are have a home that an earlier one has too; the slots are 2^17. */
static int homes_shared(const uint32_t *hash, int n)
{
  static bool taken[1 << 17];
  int shared = 0;
  memset(taken, 0, sizeof taken);
  for (int i = 0; i < n; i++) {
    shared += taken[hash[i] >> 15];
    taken[hash[i] >> 15] = true;
  }
  return shared;
}

/*
** Keys that one multiplication alone sends to hash 0 (C^-1 j), to slots next to one another (C^-1 j 2^47), or to equal
** low halves: under a secret they fall as from chance, about 80000 - 2^17 (1 - e^(-80000 / 2^17)) = 20,127 share a
** slot; numbers in sequence lie more evenly (4,500, and 8,200 under the worst of 400 secrets).
*/
static void chosen_keys_spread(void **unused)
{
  (void)unused;
  enum {
    N = 80000
  };
  const uint64_t inverse = UINT64_C(0xf1de83e19937733d);
  assert_true(inverse * UINT64_C(0x9e3779b97f4a7c15) == 1);
  Customers customers = {0};
  assert_true(customers_start(&customers));
  uint32_t *hash = malloc(N * sizeof *hash);
  for (int kind = 0; kind < 4; kind++) {
    for (uint64_t j = 0; j < N; j++) {
      uint64_t key = kind == 0 ? j * inverse : kind == 1 ? (j << 47) * inverse : kind == 2 ? j << 32 : j;
      hash[j] = customers_hash_integer(&customers, (int64_t)key);
    }
    int shared = homes_shared(hash, N);
    assert_true(kind == 3 ? shared < 15000 : shared < 30000);
  }
  free(hash);
  customers_free(&customers);
}

/* 4096 texts of 24 words, any of which becomes any other by differences that a plain hash lets through. */
static void chosen_texts_spread(void **unused)
{
  (void)unused;
  Customers customers = {0};
  static uint32_t hash[4096];
  for (uint32_t i = 0; i < 4096; i++) {
    uint64_t words[24];
    for (uint32_t k = 0; k < 12; k++) {
      uint64_t difference = i >> k & 1;
      words[2 * k] = UINT64_C(0x6161616161616161) ^ difference << 63;
      words[2 * k + 1] = UINT64_C(0x6262626262626262) ^ difference << 63 ^ difference << 31;
    }
    assert_int_equal(customers_add_text(&customers, (const char *)words, sizeof words), i);
    /* the hash is kept before the bytes of a key, behind its length */
    memcpy(&hash[i], customers_key(&customers, i).text - sizeof *hash, sizeof *hash);
  }
  assert_true(homes_shared(hash, 4096) < 200);
  customers_free(&customers);
}

/*
** The texts that are one key, as SQLite 3.46 says by SELECT 'a' = 'b' COLLATE NOCASE: ASCII letters fold and others do
** not, spaces at the end count; RTRIM: they alone do not, and a tab is none.
*/
static void texts_are_folded(void **unused)
{
  (void)unused;
  static const struct {
    const char *a, *b;
    bool nocase, rtrim;
  } PAIRS[] = {
    {"Ann@x.org", "aNN@X.ORG", true, false},
    {"Ann", "Ann ", false, true},
    {"Ann  ", "Ann ", false, true},
    {"Ann", "ann ", false, false},
    {"", "  ", false, true},
    {"Ann", "Ann\t", false, false},
    {" Ann", "Ann", false, false},
    {"\xC3\x84", "\xC3\xA4", false, false},
    {"[", "{", false, false},
    {"@", "`", false, false},
    {"Ann", "Anna", false, false},
    {"a\001", "A\001", true, false},
  };
  for (KeyFold fold = KEY_EXACT; fold <= KEY_OTHER; fold++) {
    for (size_t i = 0; i < sizeof PAIRS / sizeof *PAIRS; i++) {
      Customers customers = {.fold = fold};
      bool same = fold == KEY_NOCASE ? PAIRS[i].nocase : fold == KEY_RTRIM ? PAIRS[i].rtrim : false;
      assert_int_equal(customers_add_text(&customers, PAIRS[i].a, strlen(PAIRS[i].a)), 0);
      assert_int_equal(customers_add_text(&customers, PAIRS[i].b, strlen(PAIRS[i].b)), same ? 0 : 1);
      assert_int_equal(customers_find_text(&customers, PAIRS[i].b, strlen(PAIRS[i].b)), same ? 0 : 1);
      assert_string_equal(customers_key(&customers, 0).text, PAIRS[i].a); /* the first one is shown */
      customers_free(&customers);
      assert_int_equal(customers.fold, fold);
    }
  }
}

/* Longer than what is folded at once; through growths; bytes of other things than text, which begin with a zero. */
static void many_texts_are_folded(void **unused)
{
  (void)unused;
  enum {
    N = 3000,
    LENGTH = 150
  };
  Customers nocase = {.fold = KEY_NOCASE}, rtrim = {.fold = KEY_RTRIM};
  char text[LENGTH];
  for (int round = 0; round < 2; round++) {
    for (uint32_t i = 0; i < N; i++) {
      memset(text, round ? 'X' : 'x', sizeof text);
      snprintf(text, 8, "%07u", i);
      text[7] = round ? 'Y' : 'y';
      assert_int_equal(customers_add_text(&nocase, text, sizeof text), i);
      memset(text, ' ', sizeof text);
      snprintf(text, 8, "%07u", i);
      text[7] = ' ';
      assert_int_equal(customers_add_text(&rtrim, text, round ? sizeof text : 7), i);
    }
  }
  assert_int_equal(customers_add_text(&nocase, "\0A", 2), N);
  assert_int_equal(customers_add_text(&nocase, "\0a", 2), N + 1);
  assert_int_equal(customers_add_text(&rtrim, "\0 ", 2), N);
  assert_int_equal(customers_add_text(&rtrim, "\0", 1), N + 1);
  customers_free(&nocase);
  customers_free(&rtrim);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(integers_get_dense_ids),
    cmocka_unit_test(integer_and_text_differ),
    cmocka_unit_test(many_customers_keep_their_state),
    cmocka_unit_test(texts_are_folded),
    cmocka_unit_test(many_texts_are_folded),
    cmocka_unit_test(chosen_keys_spread),
    cmocka_unit_test(chosen_texts_spread),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
