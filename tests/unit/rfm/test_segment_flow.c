/* Flows between segments, of core/rfm/segment_flow.h, by hand. */
#include "core/base/mem.h"
#include "core/rfm/segment_flow.h"
#include "unit.h"

static void buy(Customers *customers, FlowSpan *span, int64_t customer, int64_t time, double value)
{
  uint32_t id = customers_add_integer(customers, customer);
  Event event = {.time = time, .value = value, .customer = id};
  assert_int_equal(SEGMENT_FLOW_ACCUMULATOR.step(span, customers_state(customers, id), &event), STATUS_OK);
}

/* since 10, until 20. 1 buys before and after, in any order; 2 before; 3 between; 4 after until: not there. */
static void test_flows(void **unused)
{
  (void)unused;
  Customers customers = {.state_size = sizeof(FlowState)};
  FlowSpan span = {10, 20};
  RfmScores since = {0}, until = {0};
  Segments segments;
  Flow *flows = NULL;
  int64_t n = -1;
  assert_int_equal(sizeof(FlowState), 48);
  buy(&customers, &span, 1, 20, 0.25);
  buy(&customers, &span, 1, 10, 5);
  buy(&customers, &span, 1, 25, 1000);
  buy(&customers, &span, 2, -4, 7);
  buy(&customers, &span, 3, 11, 2);
  buy(&customers, &span, 4, 21, 2);
  const FlowState *first = customers_state(&customers, 0);
  assert_true(first->since.count == 1 && first->since.last == 10 && first->until.count == 2 && first->until.last == 20);

  RfmView view = {&customers, offsetof(FlowState, since), bound_of_instant(10), false, zone_fixed(0)};
  since.cuts = until.cuts = (RfmCuts){2, {{0}, {1}, {0}}};
  assert_int_equal(rfm_scores_make(&since, &view, RFM_GIVEN, 2, &NEVER), STATUS_OK);
  assert_int_equal(since.n, 2);
  view.offset = offsetof(FlowState, until);
  view.as_of = bound_of_instant(20);
  assert_int_equal(rfm_scores_make(&until, &view, RFM_GIVEN, 2, &NEVER), STATUS_OK);
  assert_int_equal(until.n, 3);

  /* Once: frequency 1. More: nothing fits. */
  segments_init(&segments, SCHEME_CUSTOM, 2, LANGUAGE_EN);
  assert_int_equal(segments_add(&segments, (int[]){1, 1, 1}, (int[]){2, 1, 2}, "once"), STATUS_OK);
  assert_int_equal(segment_flow_make(&customers, &segments, &since, &until, &flows, &n, &NEVER), STATUS_OK);
  static const Flow expected[] = {{FLOW_NOT_YET, 0, 1, 1, 0, 2}, {0, SEGMENT_NONE, 1, 2, 5, 0.25}, {0, 0, 1, 2, 7, 0}};
  assert_int_equal(n, 3);
  for (int i = 0; i < 3; i++) {
    assert_int_equal(flows[i].from, expected[i].from);
    assert_int_equal(flows[i].to, expected[i].to);
    assert_int_equal(flows[i].customers, expected[i].customers);
    assert_int_equal(flows[i].from_customers, expected[i].from_customers);
    assert_true(flows[i].value_before == expected[i].value_before);
    assert_true(flows[i].value_between == expected[i].value_between);
  }
  mem_free(flows);
  flows = NULL;
  assert_int_equal(segment_flow_make(&customers, &segments, &since, &until, &flows, &n, &NOW), STATUS_INTERRUPT);
  assert_null(flows);
  segments_free(&segments);
  rfm_scores_free(&since);
  rfm_scores_free(&until);
  customers_free(&customers);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_flows)};
  return cmocka_run_group_tests_name("segment_flow", tests, NULL, NULL);
}
