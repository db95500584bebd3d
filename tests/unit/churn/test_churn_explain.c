/*
** core/churn/churn_explain.c: numbers, levels and phrases, on a shop small enough to say by hand what is to be said.
*/
#include "feed.h"

#include "core/base/mem.h"
#include "core/churn/churn_explain.h"
#include "core/time/length.h"

static void levels(void **unused)
{
  (void)unused;
  const double cuts[CHURN_RISKS - 1] = {0.25, 0.5, 0.75};
  assert_string_equal(CHURN_RISK_NAME[churn_risk_of(0, cuts)], "low");
  assert_string_equal(CHURN_RISK_NAME[churn_risk_of(0.2499, cuts)], "low");
  assert_string_equal(CHURN_RISK_NAME[churn_risk_of(0.25, cuts)], "medium");
  assert_string_equal(CHURN_RISK_NAME[churn_risk_of(0.5, cuts)], "high");
  assert_string_equal(CHURN_RISK_NAME[churn_risk_of(0.75, cuts)], "critical");
  assert_string_equal(CHURN_RISK_NAME[churn_risk_of(1, cuts)], "critical");
  const double same[CHURN_RISKS - 1] = {0.5, 0.5, 0.5}, open[CHURN_RISKS - 1] = {0, 1, 1};
  assert_int_equal(churn_risk_of(0.5, same), CHURN_RISK_CRITICAL);
  assert_int_equal(churn_risk_of(0, open), CHURN_RISK_MEDIUM);
}

/*
** A fit made by hand: every coefficient is chosen, so that the contributions are known. Customer 0 bought on 1 and 11
** January, customer 1 on 21 January and 10 March; as_of 31 March, horizon 30 days. G = (10 + 49) / 2 = 29.5; usual gaps
** (10 + 29.5) / 2 = 19.75 and (49 + 29.5) / 2 = 39.25.
*/
typedef struct Stage {
  Churn churn;
  Customers customers, own, kinds;
  Signals signals;
  ChurnExplain explain;
} Stage;

static void stage_set(Stage *stage)
{
  const Row rows[] = {{at("2024-01-01"), 10, 30, 1},
                      {at("2024-01-11"), 10, 31, 2},
                      {at("2024-01-21"), 11, 5, 3},
                      {at("2024-03-10"), 11, 6, 4}};
  Duration horizon;
  assert_true(duration_from_text("30 days", 7, &horizon));
  memset(stage, 0, sizeof *stage);
  Churn *churn = &stage->churn;
  churn->times = churn_times(bound_of_instant(at("2024-03-31")), horizon, zone_fixed(0));
  feed(CHURN_ACCUMULATOR, &churn->times, &stage->customers, rows, 4);
  stage->signals.times = churn->times;
  customers_add_text(&stage->kinds, "log\"in", 6);
  customers_add_integer(&stage->kinds, 42);
  customers_add_text(&stage->kinds, "term_end", 8);
  const Event events[] = {
    {at("2024-02-01"), 0, 0, 0, 0}, {at("2024-02-02"), 0, 0, 0, 0}, {at("2024-02-03"), 0, 0, 0, 0},
    {at("2024-02-04"), 0, 0, 0, 0}, {at("2024-02-05"), 0, 0, 0, 0}, {at("2024-02-06"), 0, 0, 0, 0},
    {at("2024-02-02"), 4, 0, 1, 0}, {at("2024-02-03"), 2, 0, 1, 0}, {at("2024-03-20"), -9, 0, 1, 0},
    {at("2024-04-10"), 0, 0, 2, 0},
  };
  customers_add_integer(&stage->own, 10);
  for (size_t i = 0; i < sizeof events / sizeof *events; i++) {
    assert_int_equal(SIGNALS_ACCUMULATOR.step(&stage->signals, customers_state(&stage->own, 0), &events[i]), STATUS_OK);
  }
  stage->signals.kind[2].dated = true;
  assert_int_equal(signals_finish(&stage->signals, &stage->own, &stage->customers, true, &NEVER), STATUS_OK);
  assert_int_equal(stage->signals.n_features, 4); /* login, 42, 42's value, term_end */
  churn->signals = &stage->signals;
  churn->method = CHURN_METHOD_LOGIT;
  churn->has_value = true;
  churn->n_features = CHURN_FEATURES + 4;
  churn->slope = 2;
  churn->snapshot[CHURN_AS_OF] = (ChurnSnapshot){.horizon = 30, .gap = 29.5, .prior = 60, .repeats = 1, .value = 36};
  assert_int_equal(logit_alloc(&churn->logit, churn->n_features), STATUS_OK);
  stage->explain = (ChurnExplain){churn, &stage->customers, &stage->kinds, LANGUAGE_EN};
}

static void stage_strike(Stage *stage)
{
  churn_free(&stage->churn);
  signals_free(&stage->signals);
  customers_free(&stage->customers);
  customers_free(&stage->own);
  customers_free(&stage->kinds);
}

/* One coefficient alone. */
static void only(Stage *stage, int feature, double coefficient)
{
  for (int i = 0; i < stage->churn.n_features; i++) {
    stage->churn.logit.coefficient[i] = 0;
  }
  stage->churn.logit.coefficient[feature] = coefficient;
}

static void says(Stage *stage, uint32_t customer, const char *english, const char *chinese)
{
  const char *want[LANGUAGES] = {english, chinese};
  for (int language = 0; language < LANGUAGES; language++) {
    Text text = {0};
    stage->explain.language = (Language)language;
    churn_explain_reasons(&stage->explain, customer, &text);
    assert_string_equal(text.bytes, want[language]);
    mem_free(text_take(&text));
  }
  stage->explain.language = LANGUAGE_EN;
}

static void phrases(void **unused)
{
  (void)unused;
  Stage stage;
  stage_set(&stage);
  only(&stage, CHURN_RECENCY, 1);
  says(&stage, 0, "last purchase 80 days ago, usual gap 20 days", "距上次购买80天，平时间隔20天");
  only(&stage, CHURN_OVERDUE, -1);
  says(&stage, 1, "last purchase 21 days ago, usual gap 39 days (lowers the risk)",
       "距上次购买21天，平时间隔39天（有利于留存）");
  stage.churn.snapshot[CHURN_AS_OF].gap = NAN;
  only(&stage, CHURN_RECENCY, 1);
  says(&stage, 1, "last purchase 21 days ago", "距上次购买21天");
  stage.churn.snapshot[CHURN_AS_OF].gap = 29.5;
  only(&stage, CHURN_FREQUENCY, -1);
  says(&stage, 0, "2 purchase days so far (lowers the risk)", "共在2天购买过（有利于留存）");
  only(&stage, CHURN_VALUE, 1);
  says(&stage, 0, "spends 30.5 per purchase, all customers 18", "平均每次消费30.5，全体客户18");
  only(&stage, CHURN_AGE, 1);
  says(&stage, 0, "customer for 90 days", "成为客户90天");
  only(&stage, CHURN_TREND, -1); /* (1 + 1) / (60 + 29.5) * 30 */
  says(&stage, 0, "0 repeat purchases in the last 30 days, 0.7 expected from before",
       "最近30天复购0次，按以往节奏应为0.7次");
  only(&stage, CHURN_FEATURES, -1); /* 29 days of exposure before 1 March with 6 logins, none after */
  says(&stage, 0, "log\"in: 0 in the last 30 days, usually 5.4", "log\"in：最近30天0次，平时5.4次");
  /* Values 4 and 2, then -9: usual (4 + 2 + 3) / 3. */
  only(&stage, CHURN_FEATURES + 2, -1);
  says(&stage, 0, "42: -9 on average in the last 30 days, 3 before", "42：最近30天平均-9，此前3");
  only(&stage, CHURN_FEATURES + 3, 1);
  says(&stage, 0, "term_end in 10 days", "term_end：还有10天");
  says(&stage, 1, "last purchase 21 days ago, usual gap 39 days",
       "距上次购买21天，平时间隔39天"); /* all are 0: the first */
  stage_strike(&stage);
}

static void json(void **unused)
{
  (void)unused;
  Stage stage;
  Text text = {0};
  stage_set(&stage);
  stage.churn.logit.coefficient[CHURN_FEATURES + 2] = -1; /* of a feature at -8: 16 */
  stage.churn.logit.coefficient[CHURN_AGE] = -0.125;      /* ln(91) / 8 = 0.5639, times 2 */
  stage.churn.logit.coefficient[CHURN_VALUE] = 0.0001;    /* too small */
  churn_explain_json(&stage.explain, 0, &text);
  assert_string_equal(
    text.bytes,
    "[{\"reason\":\"signal\",\"kind\":\"42\",\"measure\":\"value\",\"log_odds\":16,\"value\":-9,\"usual\":3,"
    "\"text\":\"42: -9 on average in the last 30 days, 3 before\"},"
    "{\"reason\":\"age\",\"log_odds\":-1.1277,\"value\":90,\"usual\":null,\"text\":\"customer for 90 days (lowers the "
    "risk)\"}]");
  mem_free(text_take(&text));
  stage_strike(&stage);
}

static void actions(void **unused)
{
  (void)unused;
  Stage stage;
  stage_set(&stage);
  only(&stage, CHURN_AGE, 1);
  assert_string_equal(churn_explain_action(&stage.explain, 0, CHURN_RISK_LOW),
                      "nothing special: keep the service as it is");
  /* 61 spent, others 36 */
  assert_string_equal(churn_explain_action(&stage.explain, 0, CHURN_RISK_HIGH), "personal contact with an offer");
  assert_string_equal(churn_explain_action(&stage.explain, 1, CHURN_RISK_HIGH), "automatic offer with an end date");
  stage.churn.has_value = false; /* by purchases: as many as others */
  assert_string_equal(churn_explain_action(&stage.explain, 0, CHURN_RISK_CRITICAL), "cheap automatic win-back only");
  only(&stage, CHURN_FEATURES, -1);
  assert_string_equal(churn_explain_action(&stage.explain, 0, CHURN_RISK_MEDIUM),
                      "ask what is behind the signal first, then make an offer");
  only(&stage, CHURN_FEATURES, 1); /* the signal lowers the risk */
  assert_string_equal(churn_explain_action(&stage.explain, 0, CHURN_RISK_MEDIUM),
                      "reminder at the usual time of purchase");
  only(&stage, CHURN_FEATURES + 3, 1);
  stage.explain.language = LANGUAGE_ZH;
  assert_string_equal(churn_explain_action(&stage.explain, 0, CHURN_RISK_MEDIUM), "在到期日前主动沟通续约");
  stage_strike(&stage);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(levels),
    cmocka_unit_test(phrases),
    cmocka_unit_test(json),
    cmocka_unit_test(actions),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
