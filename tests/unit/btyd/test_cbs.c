/*
** core/btyd/cbs.c: merging and order, against what is put in.
** not under valgrind: stopped at every question, which ASan and UBSan see too
*/
#include "feed.h"

#include "core/btyd/cbs.h"

static void merges_equal_rows(void **unused)
{
  (void)unused;
  Cbs cbs = {0};
  const CbsRow rows[] = {{2, 30, 38}, {0, 0, 38}, {2, 30, 38}, {0, 0, 12}, {2, 29, 38}, {0, -0.0, 38}};
  for (int i = 0; i < 6; i++) {
    assert_int_equal(cbs_add(&cbs, rows[i], NULL, i == 2 ? 5 : 1, &WATCH_NEVER), STATUS_OK);
  }
  assert_int_equal(cbs_finish(&cbs, &NEVER), STATUS_OK);
  assert_int_equal(cbs.n, 4);
  const double x[] = {0, 0, 2, 2}, t_x[] = {0, 0, 29, 30}, T[] = {12, 38, 38, 38}, weight[] = {1, 2, 1, 6};
  for (int i = 0; i < 4; i++) {
    assert_true(cbs.x[i] == x[i] && cbs.t_x[i] == t_x[i] && cbs.T[i] == T[i] && cbs.weight[i] == weight[i]);
  }
  assert_true(cbs_customers(&cbs) == 10);
  cbs_free(&cbs);
  cbs_free(&cbs);
}

static void tells_covariates_apart(void **unused)
{
  (void)unused;
  Cbs cbs = {.n_covariates = 2};
  for (int i = 0; i < 100; i++) {
    const double z[] = {i % 3, -(i % 2)};
    assert_int_equal(cbs_add(&cbs, (CbsRow){1, 2, 3}, z, 1, &WATCH_NEVER), STATUS_OK);
  }
  assert_int_equal(cbs_finish(&cbs, &NEVER), STATUS_OK);
  assert_int_equal(cbs.n, 6);
  for (int i = 0; i < 6; i++) {
    assert_true(cbs.z[2 * i] == i / 2 && cbs.z[2 * i + 1] == i % 2 - 1);
    assert_true(cbs.weight[i] == (i == 0 || i == 1 ? 17 : cbs.weight[i]));
  }
  assert_true(cbs_customers(&cbs) == 100);
  cbs_free(&cbs);
}

/* Any order of arrival, and any grouping by whole weights, gives the same rows to the bit. */
static void order_of_arrival(void **unused)
{
  (void)unused;
  uint64_t seed = 5;
  Cbs one = {0}, other = {0};
  enum {
    N = 20000
  };
  static CbsRow rows[N];
  for (int i = 0; i < N; i++) {
    double x = (double)draw_below(&seed, 4);
    rows[i] =
      (CbsRow){x, x > 0 ? (double)(1 + draw_below(&seed, 50)) / 7 : 0, (double)(51 + draw_below(&seed, 40)) / 7};
    assert_int_equal(cbs_add(&one, rows[i], NULL, 1, &WATCH_NEVER), STATUS_OK);
  }
  for (int i = N - 1; i >= 0; i--) {
    assert_int_equal(cbs_add(&other, rows[i], NULL, 1, &WATCH_NEVER), STATUS_OK);
  }
  assert_int_equal(cbs_finish(&one, &NEVER), STATUS_OK);
  assert_int_equal(cbs_finish(&other, &NEVER), STATUS_OK);
  assert_int_equal(one.n, other.n);
  assert_memory_equal(one.x, other.x, 4 * one.n * sizeof *one.x);
  for (size_t i = 1; i < one.n; i++) {
    assert_true(one.x[i - 1] < one.x[i] || (one.x[i - 1] == one.x[i] && one.t_x[i - 1] < one.t_x[i]) ||
                (one.x[i - 1] == one.x[i] && one.t_x[i - 1] == one.t_x[i] && one.T[i - 1] < one.T[i]));
  }
  assert_true(cbs_customers(&one) == N);
  cbs_free(&one);
  cbs_free(&other);
}

static void stops_and_is_empty(void **unused)
{
  (void)unused;
  Cbs cbs = {0};
  assert_int_equal(cbs_finish(&cbs, &NEVER), STATUS_OK);
  assert_true(cbs_customers(&cbs) == 0);
  cbs_free(&cbs);
  assert_int_equal(cbs_add(&cbs, (CbsRow){0, 0, 1}, NULL, 1, &WATCH_NEVER), STATUS_OK);
  assert_int_equal(cbs_add(&cbs, (CbsRow){0, 0, 2}, NULL, 1, &WATCH_NEVER), STATUS_OK);
  assert_int_equal(cbs_finish(&cbs, &NOW), STATUS_INTERRUPT);
  cbs_free(&cbs);
}

/* Stopped at any question, while rows are added and while they are sorted; many rows bring many questions. */
static void stops_anywhere(void **unused)
{
  (void)unused;
  int asked = 0;
  Status status = STATUS_INTERRUPT;
  for (; status == STATUS_INTERRUPT; asked++) {
    int left = asked;
    const Watch watch = {stop_after, &left};
    Cbs cbs = {.n_covariates = 1};
    status = STATUS_OK;
    for (int i = 0; i < 40000 && status == STATUS_OK; i++) {
      status = cbs_add(&cbs, (CbsRow){1, i * 7919 % 40009, 50000}, (const double[]){i % 2}, 1, &watch);
    }
    status = status == STATUS_OK ? cbs_finish(&cbs, &watch) : status;
    assert_true(status == STATUS_INTERRUPT || (status == STATUS_OK && cbs.n == 40000));
    cbs_free(&cbs);
  }
  assert_int_equal(status, STATUS_OK);
  /* 3 for each of 13 merges, as many for the runs and the columns, and one at least for each growth */
  assert_true(asked > 40);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(merges_equal_rows),  cmocka_unit_test(tells_covariates_apart), cmocka_unit_test(order_of_arrival),
    cmocka_unit_test(stops_and_is_empty), cmocka_unit_test(stops_anywhere),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
