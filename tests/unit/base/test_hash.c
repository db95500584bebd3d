/* core/base/hash.c: equal where the bytes are, elsewhere as from chance; under each secret another. */
#include "unit.h"

#include "core/base/hash.h"

static void both_halves_of_a_product(void **unused)
{
  (void)unused;
  assert_true(hash_fold(0, 12345) == 0 && hash_fold(1, 12345) == 12345);
  assert_true(hash_fold(UINT64_C(1) << 63, 6) == 3);            /* 3 2^64 */
  assert_true(hash_fold(UINT64_MAX, UINT64_MAX) == UINT64_MAX); /* 2^128 - 2^65 + 1: high 2^64 - 2, low 1 */
  /* python: p = 0x123456789abcdef0 * 0xfedcba9876543210; hex(p >> 64 ^ p & 2**64 - 1) */
  assert_true(hash_fold(UINT64_C(0x123456789abcdef0), UINT64_C(0xfedcba9876543210)) == UINT64_C(0x317228f48165bb22));
}

/* Every length around the words; a zero byte more is another key. */
static void tells_lengths_apart(void **unused)
{
  (void)unused;
  const HashSecret secret = {UINT64_C(0x0123456789abcdef), UINT64_C(0xfedcba9876543210)};
  static const char BYTES[40] = {0};
  uint64_t hash[40];
  for (size_t n = 0; n < 40; n++) {
    hash[n] = hash_bytes(&secret, BYTES, n);
    for (size_t i = 0; i < n; i++) {
      assert_true(hash[i] != hash[n]);
    }
    assert_true(hash[n] == hash_bytes(&secret, BYTES, n));
  }
}

/*
** Keys that a multiplication without a secret sends to one place, and pairs of words whose difference passes through
** xor, shift and multiplication unchanged: 2^63, and what a shift by 32 makes of it.
*/
static void no_difference_passes(void **unused)
{
  (void)unused;
  int equal = 0;
  for (int turn = 0; turn < 64; turn++) {
    HashSecret secret = hash_secret();
    const uint64_t words[4][2] = {{5, 7},
                                  {5 ^ UINT64_C(1) << 63, 7 ^ UINT64_C(1) << 63 ^ UINT64_C(1) << 31},
                                  {5 ^ UINT64_C(1) << 63, 7 ^ UINT64_C(1) << 63},
                                  {5 ^ UINT64_C(1) << 63 ^ UINT64_C(1) << 31, 7 ^ UINT64_C(1) << 63}};
    for (int i = 1; i < 4; i++) {
      equal += hash_bytes(&secret, words[i], 16) == hash_bytes(&secret, words[0], 16);
      equal += hash_words(&secret, words[i][0], words[i][1]) == hash_words(&secret, words[0][0], words[0][1]);
    }
  }
  assert_int_equal(equal, 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(both_halves_of_a_product),
    cmocka_unit_test(tells_lengths_apart),
    cmocka_unit_test(no_difference_passes),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
