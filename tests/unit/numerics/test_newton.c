/* core/numerics/newton.c: steps that are right, too long, or lead nowhere. */
#include "feed.h"

#include "core/numerics/newton.h"

/* -(x - 3)^2, which has no value below 0; counts the evaluations. */
static Status parabola(void *self, const double *at, double *value, const Watch *watch)
{
  ++*(int *)self;
  *value = at[0] < 0 ? NAN : -(at[0] - 3) * (at[0] - 3);
  return watch_stop(watch) ? STATUS_INTERRUPT : STATUS_OK;
}

static bool always(void *unused)
{
  (void)unused;
  return true;
}

static void halves_until_it_does_not_fall(void **unused)
{
  (void)unused;
  static const struct {
    double step, end;
    int halvings, evaluations;
    bool moved;
  } cases[] = {
    {1, 2, 40, 1, true},    /* as it is */
    {4, 5, 40, 1, true},    /* to a point as good */
    {16, 5, 40, 3, true},   /* 17, 9, 5 */
    {-1, 1, 40, 40, false}, /* down everywhere */
    {16, 1, 2, 2, false},   /* too few halvings */
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    int evaluations = 0;
    double at = 1, trial, step = cases[i].step;
    bool moved;
    Newton newton = {1, cases[i].halvings, parabola, &evaluations, &at, &trial, &step, -4};
    assert_int_equal(newton_move(&newton, &moved, &WATCH_NEVER), STATUS_OK);
    assert_int_equal(moved, cases[i].moved);
    assert_true(at == cases[i].end && newton.value == -(at - 3) * (at - 3));
    assert_int_equal(evaluations, cases[i].evaluations);
  }
}

static void avoids_what_is_no_number_and_stops(void **unused)
{
  (void)unused;
  int evaluations = 0;
  double at = 4, trial, step = -8;
  bool moved;
  Newton newton = {1, 40, parabola, &evaluations, &at, &trial, &step, -1};
  assert_int_equal(newton_move(&newton, &moved, &WATCH_NEVER), STATUS_OK);
  assert_true(moved && at == 2 && evaluations == 3); /* -4: NaN; 0: lower; 2 */
  const Watch stop = {always, NULL};
  assert_int_equal(newton_move(&newton, &moved, &stop), STATUS_INTERRUPT);
  assert_true(!moved && at == 2 && evaluations == 4);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(halves_until_it_does_not_fall),
    cmocka_unit_test(avoids_what_is_no_number_and_stops),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
