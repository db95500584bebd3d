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

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(integers_get_dense_ids),
    cmocka_unit_test(integer_and_text_differ),
    cmocka_unit_test(many_customers_keep_their_state),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
