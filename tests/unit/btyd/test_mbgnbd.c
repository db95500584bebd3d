/*
** core/mbgnbd: the MBG/NBD, and what it is beside the BG/NBD.
*/
#include "bg_contract.h"

/*
** mpmath, 50 digits: p_alive_at and expected by hyp2f1 in closed form (at a = 1: a + 1e-45, 100 digits), dert as
** E[hyp2f1(1, a; a + b + y; -u / k) u / k], u ~ Gamma.
*/
static const Exact EXACT[] = {{{0.243, 4.414, 0.793, 2.426},
                               {0, 0, 27},
                               39,
                               0.00183288,
                               0,
                               {-0.33665814661527311, 0.65504615829069502, 0.62501088102309039, 0.17538597092230778,
                                0.88333730299784871, 1.1720103082350123}},
                              {{0.243, 4.414, 0.793, 2.426},
                               {2, 30.43, 38.86},
                               39,
                               0.00183288,
                               3,
                               {-9.6871826362499614, 0.77441924262364617, 0.6259359440812708, 1.3404974284912132,
                                0.088934614793146302, 7.4289659889103252}},
                              {{0.243, 4.414, 0.793, 2.426},
                               {7, 5.5, 38.86},
                               104,
                               0.01,
                               1,
                               {-14.189413995237674, 0.0002751523121849384, 0.00013259096855005606,
                                0.0030839324228533521, 1.9629703102072055e-5, 0.0025916157422248484}},
                              {{0.243, 4.414, 1.0, 2.426},
                               {1, 12, 38},
                               52,
                               0.00183288,
                               2,
                               {-5.645462804130043, 0.51283692165468367, 0.40971273787316895, 0.63808970058674837,
                                0.079782106477458505, 2.6138982258706676}},
                              {{0.243, 4.414, 0.99999999, 2.426},
                               {1, 12, 38},
                               52,
                               0.00183288,
                               2,
                               {-5.6454628038234416, 0.51283692415303582, 0.40971274059951014, 0.63808970471670753,
                                0.079782106891929212, 2.6138982585814695}},
                              {{0.9, 8.0, 3.5, 0.5},
                               {500, 519.5, 520},
                               520,
                               0.001,
                               30,
                               {-548.21604703932106, 0.9888850030484105, 0.09104356891076336, 163.16474179846399,
                                0.0053263329564336906, 153.87647870630292}},
                              {{0.9, 8.0, 0.05, 0.02},
                               {5, 0.25, 0.25},
                               5200,
                               0.0001,
                               400,
                               {-7.3811965413469167, 0.99013806706114398, 0.71838449168981599, 2786.8452733424783,
                                9.9358258547665681e-5, 5083.9394220562849}},
                              {{30.0, 12.0, 0.7, 90.0},
                               {60, 30.0, 31.0},
                               1000,
                               0.0005,
                               200,
                               {-21.889662199193937, 0.96265749533326939, 0.14634188139303579, 603.20836606830377,
                                0.0010663473825180104, 721.95116944724465}},
                              {{0.05, 0.002, 0.3, 0.2},
                               {0, 0, 0.01},
                               26,
                               0.05,
                               0,
                               {-0.034878100028609186, 0.37870391531146899, 0.3036193735339652, 7.0241120728576445,
                                0.87922508222910844, 5.2986259055945194}},
                              {{0.6, 40.0, 250.0, 1400.0},
                               {4, 60, 78},
                               52,
                               0.002,
                               1,
                               {-18.03363167126642, 0.72397256792886891, 0.53833089020066818, 1.2296485560958439,
                                0.2502214965840949, 3.4332419506216887}},
                              {{5.0, 2000000.0, 2.0, 10.0},
                               {29, 38, 38.86},
                               39,
                               1e-07,
                               1,
                               {-341.52728186484013, 0.95121883382176627, 0.9511888037827433, 0.0006306355857469061,
                                0.00063022581999166952, 26.140832260848368}},
                              {{0.6, 3.0, 0.4, 1.7},
                               {3, 10, 10},
                               100000,
                               1e-05,
                               20,
                               {-8.1120744493615927, 0.92156862745098039, 0.032927043492520704, 1343.3245426518083,
                                0.0080373462630658366, 1199.538191144036}}};

static const Subject SUBJECT = {.model = &MBGNBD,
                                .summary = REFERENCE "ref_cdnow_summary_mbgnbd.csv",
                                .stress = REFERENCE "ref_stress_mbgnbd.csv",
                                .exact = EXACT,
                                .n_exact = sizeof EXACT / sizeof *EXACT};

/* After a repeat purchase the MBG/NBD is the BG/NBD with a dropout chance survived more: b + 1 for b. */
static void a_chance_survived_more(void **state)
{
  (void)state;
  const double theirs[4] = {USUAL[0], USUAL[1], USUAL[2], USUAL[3] + 1};
  for (double x = 1; x < 3000; x *= 3) {
    CbsRow row = {x, 17, 30};
    assert_relative_of("p_alive", MBGNBD.p_alive(USUAL, &row), BGNBD.p_alive(theirs, &row), 1e-15);
    assert_relative_of("expected", MBGNBD.expected(USUAL, &row, 40), BGNBD.expected(theirs, &row, 40), 1e-14);
    assert_relative_of("pmf", MBGNBD.pmf(USUAL, &row, 4, 40), BGNBD.pmf(theirs, &row, 4, 40), 1e-12);
    assert_relative_of("dert", MBGNBD.dert(USUAL, &row, 0.01), BGNBD.dert(theirs, &row, 0.01), 1e-14);
  }
}

/* A new customer stays with chance b / (a + b), and is then one of the BG/NBD with a chance survived. */
static void new_customers_may_leave(void **state)
{
  (void)state;
  const double theirs[4] = {USUAL[0], USUAL[1], USUAL[2], USUAL[3] + 1}, stays = USUAL[3] / (USUAL[2] + USUAL[3]);
  assert_relative_of("p_alive", MBGNBD.p_alive(USUAL, NULL), stays, 1e-15);
  assert_relative_of("expected", MBGNBD.expected(USUAL, NULL, 40), stays * BGNBD.expected(theirs, NULL, 40), 1e-14);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    CONTRACT,
    cmocka_unit_test(a_chance_survived_more),
    cmocka_unit_test(new_customers_may_leave),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
