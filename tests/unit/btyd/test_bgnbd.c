/*
** core/bgnbd: the BG/NBD.
*/
#include "bg_contract.h"

/*
** mpmath, 50 digits: p_alive_at and expected by hyp2f1 in closed form (at a = 1: a + 1e-45, 100 digits), dert as
** E[hyp2f1(1, a; a + b + y; -u / k) u / k], u ~ Gamma.
*/
static const Exact EXACT[] = {
  {{0.243, 4.414, 0.793, 2.426},
   {0, 0, 27},
   39,
   0.00183288,
   0,
   {-0.47688077997746991, 1.0, 0.9423914250215674, 0.2593953814922075, 0.8219015629271442, 1.5805504638331924}},
  {{0.243, 4.414, 0.793, 2.426},
   {2, 30.43, 38.86},
   39,
   0.00183288,
   3,
   {-9.4586063070662712, 0.72657857008067291, 0.56713803562792993, 1.2260281747671445, 0.08085005599575532,
    6.3603357953270253}},
  {{0.243, 4.414, 0.793, 2.426},
   {7, 5.5, 38.86},
   104,
   0.01,
   1,
   {-13.996516617372597, 0.00024596871009225525, 0.00011305793707452788, 0.0026758184103445114, 1.9247585866537826e-5,
    0.0022427106900557315}},
  {{0.243, 4.414, 1.0, 2.426},
   {1, 12, 38},
   52,
   0.00183288,
   2,
   {-5.2063643135605533, 0.42707611571163344, 0.3270014786005581, 0.5113982892632758, 0.065139776815683388,
    1.9336443905407591}},
  {{0.243, 4.414, 0.99999999, 2.426},
   {1, 12, 38},
   52,
   0.00183288,
   2,
   {-5.2063643163709364, 0.42707611815845454, 0.32700148113505028, 0.51139829311993725, 0.065139777226449636,
    1.9336444173292437}},
  {{0.9, 8.0, 3.5, 0.5},
   {500, 519.5, 520},
   520,
   0.001,
   30,
   {-548.20905611800639, 0.98886299862555712, 0.090729133741577627, 162.9261816906331, 0.0053341777722304712,
    153.63115523470204}},
  {{0.9, 8.0, 0.05, 0.02},
   {5, 0.25, 0.25},
   5200,
   0.0001,
   400,
   {-7.3688354445233428, 0.98771498771498771, 0.70957071577861691, 2752.8869891949739, 9.8390893461888991e-5,
    5021.7627144010417}},
  {{30.0, 12.0, 0.7, 90.0},
   {60, 30.0, 31.0},
   1000,
   0.0005,
   200,
   {-21.884755798221209, 0.96241629375648456, 0.14567186662677822, 601.0727769700071, 0.0010662970883325163,
    719.20724149175224}},
  {{0.05, 0.002, 0.3, 0.2},
   {0, 0, 0.01},
   26,
   0.05,
   0,
   {-0.089587973461402755, 1.0, 0.73366720895788598, 7.6854396857575707, 0.68108352491798516, 5.833442041975458}},
  {{0.6, 40.0, 250.0, 1400.0},
   {4, 60, 78},
   52,
   0.002,
   1,
   {-17.869563658755571, 0.7238301609576752, 0.53813167857220544, 1.2292819049457776, 0.25020871351471875,
    3.431055384194964}},
  {{5.0, 2000000.0, 2.0, 10.0},
   {29, 38, 38.86},
   39,
   1e-07,
   1,
   {-341.47598855262354, 0.94999930555877497, 0.94996858253681424, 0.00062982681773884057, 0.00062941807645824638,
    25.629625688168244}},
  {{0.6, 3.0, 0.4, 1.7},
   {3, 10, 10},
   100000,
   1e-05,
   20,
   {-8.0094202953015093, 0.9024390243902439, 0.029715351036166116, 1213.1412133835225, 0.0076816748732682026,
    1083.3685569237951}}};

static const Subject SUBJECT = {.model = &BGNBD,
                                .summary = REFERENCE "ref_cdnow_summary_bgnbd.csv",
                                .stress = REFERENCE "ref_stress_bgnbd.csv",
                                .exact = EXACT,
                                .n_exact = sizeof EXACT / sizeof *EXACT};

/* FAILURES.md 4: x = 0 and a + b <= 1, where a + b + x - 1 is 0 or below. */
static void zero_repeat_and_little_dropout(void **state)
{
  (void)state;
  const CbsRow one = {0, 0, 1}, usual = {0, 0, 38.86};
  assert_relative_of("first", BGNBD.expected((const double[]){0.11, 2.24, 0.31, 0.5}, &one, 30), 0.564588615532785,
                     1e-14);
  assert_relative_of("second", BGNBD.expected((const double[]){0.243, 4.414, 0.4, 0.6}, &usual, 39), 0.184785269609837,
                     1e-14);
  assert_relative_of("third", BGNBD.expected((const double[]){50, 10, 0.01, 0.5}, &usual, 39), 38.1261838244124, 1e-14);
}

/*
** Where a < 1 purchases grow for ever. mpmath as above, 400 digits, dert 40; beyond what the nodes reach there is no
** answer rather than a wrong one.
*/
static void far_horizons(void **state)
{
  (void)state;
  const double theta[] = {0.243, 4.414, 0.793, 2};
  const CbsRow row = {2, 30, 38};
  assert_relative_of("1e30", BGNBD.expected(theta, &row, 1e30), 8491704.2436591764, 1e-12);
  assert_relative_of("1e40", BGNBD.expected(theta, &row, 1e40), 997689755.92610631, 1e-12);
  assert_relative_of("1e50", BGNBD.expected(theta, &row, 1e50), 117218326983.19136, 1e-12);
  assert_relative_of("1e60", BGNBD.expected(theta, &row, 1e60), 13771952578165.98, 1e-12);
  assert_true(isnan(BGNBD.expected(theta, &row, 1e100)));
  assert_relative_of("dert 1e-20", BGNBD.dert(theta, &row, 1e-20), 66216.815666595485, 1e-12);
  assert_relative_of("dert 1e-40", BGNBD.dert(theta, &row, 1e-40), 914224311.08765584, 1e-12);
}

/* Who never came back has had no chance to drop out. */
static void all_alive_before_the_first_repeat(void **state)
{
  (void)state;
  for (double T = 0; T < 1e6; T = 3 * T + 1) {
    assert_true(BGNBD.p_alive(USUAL, &(CbsRow){0, 0, T}) == 1);
  }
  assert_true(BGNBD.p_alive(USUAL, NULL) == 1);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    CONTRACT,
    cmocka_unit_test(zero_repeat_and_little_dropout),
    cmocka_unit_test(far_horizons),
    cmocka_unit_test(all_alive_before_the_first_repeat),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
