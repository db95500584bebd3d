#include "churn_explain.h"

#include <math.h>
#include <stdio.h>

#include "core/base/mem.h"

const char *const CHURN_RISK_NAME[CHURN_RISKS] = {"low", "medium", "high", "critical"};

static const char *const CAUSE_NAME[CHURN_CAUSES] = {"silence", "frequency", "value", "trend", "age"};
static const char *const MEASURE_NAME[] = {"rate", "value", "date"};

ChurnRisk churn_risk_of(double probability, const double cuts[CHURN_RISKS - 1])
{
  int risk = CHURN_RISK_LOW;
  while (risk < CHURN_RISK_CRITICAL && probability >= cuts[risk]) {
    risk++;
  }
  return (ChurnRisk)risk;
}

/*
** A phrase: %1, %2, %3 stand for figures of the reason, %k for the kind of a signal.
*/
typedef struct Phrase {
  const char *text[LANGUAGES];
} Phrase;

static const Phrase PHRASE[CHURN_CAUSES] = {
  [CHURN_CAUSE_SILENCE] = {{"last purchase %1 days ago, usual gap %2 days", "距上次购买%1天，平时间隔%2天"}},
  [CHURN_CAUSE_FREQUENCY] = {{"%1 purchase days so far", "共在%1天购买过"}},
  [CHURN_CAUSE_VALUE] = {{"spends %1 per purchase, all customers %2", "平均每次消费%1，全体客户%2"}},
  [CHURN_CAUSE_TREND] = {{"%1 repeat purchases in the last %3 days, %2 expected from before",
                          "最近%3天复购%1次，按以往节奏应为%2次"}},
  [CHURN_CAUSE_AGE] = {{"customer for %1 days", "成为客户%1天"}},
};
static const Phrase SILENCE_ONLY = {{"last purchase %1 days ago", "距上次购买%1天"}};
static const Phrase BOUGHT_ONCE = {{"has bought only once", "只购买过一次"}};
static const Phrase TREND_YOUNG = {{"too new for a trend", "新客户，尚无趋势"}};
static const Phrase SIGNAL_RATE_PHRASE = {{"%k: %1 in the last %3 days, usually %2", "%k：最近%3天%1次，平时%2次"}};
static const Phrase SIGNAL_VALUE_PHRASE = {
  {"%k: %1 on average in the last %3 days, %2 before", "%k：最近%3天平均%1，此前%2"}};
static const Phrase SIGNAL_DAYS_LEFT = {{"%k in %1 days", "%k：还有%1天"}};
static const Phrase SIGNAL_PAST = {{"%k was %1 days ago", "%k：已过%1天"}};
static const Phrase SIGNAL_NO_DATE = {{"no date known for %k", "%k：无日期"}};
static const Phrase LOWERS = {{" (lowers the risk)", "（有利于留存）"}};
static const Phrase LATE_BUT_LESS = {{" (less late than most)", "（比多数客户短）"}};
static const Phrase BETWEEN = {{"; ", "；"}};

/* A reason with its figures. */
typedef struct Figures {
  const Phrase *phrase;
  double value, usual, window; /* %1, %2, %3 */
  int decimals;                /* of %1 and %2 */
} Figures;

static Figures signal_figures(const ChurnExplain *explain, uint32_t customer, const ChurnRow *row, int feature)
{
  const Signals *signals = explain->churn->signals;
  SignalView view = signals_view(signals, CHURN_AS_OF, customer, row->history.first, feature);
  double window = days_between(signals->times.cut, signals->times.as_of);
  switch (signals->feature[feature].measure) {
    case SIGNAL_RATE:
      return (Figures){&SIGNAL_RATE_PHRASE, view.recent, view.usual, window, 1};
    case SIGNAL_VALUE:
      return (Figures){&SIGNAL_VALUE_PHRASE, view.recent, view.usual, window, 2};
    default:
      return (Figures){isnan(view.recent) ? &SIGNAL_NO_DATE
                       : view.recent > 0  ? &SIGNAL_DAYS_LEFT
                                          : &SIGNAL_PAST,
                       fabs(view.recent), NAN, window, 0};
  }
}

static Figures figures_of(const ChurnExplain *explain, uint32_t customer, const ChurnRow *row, int cause)
{
  const Churn *churn = explain->churn;
  const ChurnSnapshot *snapshot = &churn->snapshot[CHURN_AS_OF];
  const ChurnHistory *history = &row->history;
  double window = days_between(churn->times.cut, churn->times.as_of), days = (double)history->x + 1;
  if (cause >= CHURN_CAUSES) {
    return signal_figures(explain, customer, row, cause - CHURN_CAUSES);
  }
  Figures figures = {&PHRASE[cause], NAN, NAN, window, 0};
  switch ((ChurnCause)cause) {
    case CHURN_CAUSE_SILENCE:
      figures.value = (double)history->since;
      figures.usual = row->usual_gap;
      figures.phrase = isnan(figures.usual) ? &SILENCE_ONLY : figures.phrase;
      break;
    case CHURN_CAUSE_FREQUENCY:
      figures.value = days;
      figures.phrase = history->x == 0 ? &BOUGHT_ONCE : figures.phrase;
      break;
    case CHURN_CAUSE_VALUE:
      figures.value = history->value / days;
      figures.usual = churn_snapshot_value(snapshot);
      figures.decimals = 2;
      break;
    case CHURN_CAUSE_TREND:
      figures.value = (double)history->recent;
      figures.usual = churn_expected_recent(history, snapshot->gap);
      figures.decimals = 1;
      figures.phrase = isnan(figures.usual) ? &TREND_YOUNG : figures.phrase;
      break;
    default:
      figures.value = (double)history->age;
  }
  return figures;
}

const char *churn_signal_name(const Customers *kinds, uint32_t kind, char number[32])
{
  CustomerKey key = customers_key(kinds, kind);
  if (key.text) {
    return key.text;
  }
  snprintf(number, 32, "%lld", (long long)key.integer);
  return number;
}

static const char *kind_name(const ChurnExplain *explain, int cause, char number[32])
{
  return churn_signal_name(explain->kinds, explain->churn->signals->feature[cause - CHURN_CAUSES].kind, number);
}

static void phrase_add(const ChurnExplain *explain, const ChurnReason *reason, const Figures *figures, Text *text)
{
  char number[32];
  for (const char *at = figures->phrase->text[explain->language]; *at; at++) {
    if (*at != '%') {
      text_add_bytes(text, at, 1);
      continue;
    }
    at++;
    if (*at == 'k') {
      text_add(text, kind_name(explain, reason->cause, number));
    } else if (*at == '3') {
      text_add_decimal(text, figures->window, 0);
    } else {
      text_add_decimal(text, *at == '1' ? figures->value : figures->usual, figures->decimals);
    }
  }
  if (reason->log_odds < 0) { /* against the average customer, who may be gone for long: overdue is never called good */
    bool late = reason->cause == CHURN_CAUSE_SILENCE && figures->value > figures->usual;
    text_add(text, (late ? LATE_BUT_LESS : LOWERS).text[explain->language]);
  }
}

void churn_explain_reasons(const ChurnExplain *explain, uint32_t customer, Text *text)
{
  ChurnReason reasons[CHURN_REASONS];
  ChurnRow row = churn_row(explain->churn, explain->customers, customer);
  int n = churn_reasons(explain->churn, explain->customers, customer, reasons);
  text_add(text, "");
  for (int i = 0; i < n; i++) {
    Figures figures = figures_of(explain, customer, &row, reasons[i].cause);
    text_add(text, i ? BETWEEN.text[explain->language] : "");
    phrase_add(explain, &reasons[i], &figures, text);
  }
}

static void figure_add(Text *text, const char *name, double value)
{
  text_add(text, name);
  text_add_decimal(text, value, 4);
}

void churn_explain_json(const ChurnExplain *explain, uint32_t customer, Text *text)
{
  ChurnReason reasons[CHURN_REASONS];
  ChurnRow row = churn_row(explain->churn, explain->customers, customer);
  int n = churn_reasons(explain->churn, explain->customers, customer, reasons);
  text_add(text, "[");
  for (int i = 0; i < n; i++) {
    int cause = reasons[i].cause;
    Figures figures = figures_of(explain, customer, &row, cause);
    Text phrase = {0};
    char number[32];
    text_add(text, i ? ",{\"reason\":\"" : "{\"reason\":\"");
    text_add(text, cause < CHURN_CAUSES ? CAUSE_NAME[cause] : "signal");
    if (cause >= CHURN_CAUSES) {
      text_add(text, "\",\"kind\":");
      text_add_json_string(text, kind_name(explain, cause, number));
      text_add(text, ",\"measure\":\"");
      text_add(text, MEASURE_NAME[explain->churn->signals->feature[cause - CHURN_CAUSES].measure]);
    }
    figure_add(text, "\",\"log_odds\":", reasons[i].log_odds);
    figure_add(text, ",\"value\":", figures.value);
    figure_add(text, ",\"usual\":", figures.usual);
    text_add(text, ",\"text\":");
    phrase_add(explain, &reasons[i], &figures, &phrase);
    char *bytes = text_take(&phrase);
    text->failed = text->failed || !bytes;
    if (bytes) {
      text_add_json_string(text, bytes);
    }
    mem_free(bytes);
    text_add(text, "}");
  }
  text_add(text, "]");
}

static const Phrase ACTION_NONE = {{"nothing special: keep the service as it is", "维持现有服务，无需特别动作"}};
static const Phrase ACTION_DATE = {{"talk about the renewal before the date", "在到期日前主动沟通续约"}};
static const Phrase ACTION_SIGNAL = {
  {"ask what is behind the signal first, then make an offer", "先了解信号背后的原因，再给优惠"}};
static const Phrase ACTION_ONCE[CHURN_RISKS] = {
  [CHURN_RISK_MEDIUM] = {{"invite to the second purchase", "引导第二次购买"}},
  [CHURN_RISK_HIGH] = {{"offer for the second purchase", "发放二次购买优惠"}},
  [CHURN_RISK_CRITICAL] = {{"one last automatic offer, then leave in peace", "最后一次自动优惠，之后不再打扰"}},
};
static const Phrase ACTION_MORE[CHURN_RISKS] = {
  [CHURN_RISK_MEDIUM] = {{"personal message at the usual time of purchase", "在惯常购买时间发送个性化消息"}},
  [CHURN_RISK_HIGH] = {{"personal contact with an offer", "专人联系并提供专属优惠"}},
  [CHURN_RISK_CRITICAL] = {{"win back in person: call, ask why, special offer",
                            "专人电话挽回：了解原因并给予特别优惠"}},
};
static const Phrase ACTION_LESS[CHURN_RISKS] = {
  [CHURN_RISK_MEDIUM] = {{"reminder at the usual time of purchase", "在惯常购买时间提醒"}},
  [CHURN_RISK_HIGH] = {{"automatic offer with an end date", "自动发放限时优惠"}},
  [CHURN_RISK_CRITICAL] = {{"cheap automatic win-back only", "仅用低成本的自动化挽回"}},
};

const char *churn_explain_action(const ChurnExplain *explain, uint32_t customer, ChurnRisk risk)
{
  const Churn *churn = explain->churn;
  const ChurnSnapshot *snapshot = &churn->snapshot[CHURN_AS_OF];
  const Phrase *action = &ACTION_NONE;
  if (risk != CHURN_RISK_LOW) {
    ChurnReason reasons[CHURN_REASONS];
    ChurnHistory history;
    int n = churn_reasons(churn, explain->customers, customer, reasons);
    churn_history(&churn->times, customers_state(explain->customers, customer), CHURN_AS_OF, &history);
    bool valuable = churn->has_value ? history.value > snapshot->value : (double)history.x > snapshot->repeats;
    action = history.x == 0 ? &ACTION_ONCE[risk] : valuable ? &ACTION_MORE[risk] : &ACTION_LESS[risk];
    for (int i = n - 1; i >= 0; i--) {
      if (reasons[i].cause >= CHURN_CAUSES && reasons[i].log_odds > 0) {
        bool date = churn->signals->feature[reasons[i].cause - CHURN_CAUSES].measure == SIGNAL_DATE;
        action = date ? &ACTION_DATE : &ACTION_SIGNAL;
      }
    }
  }
  return action->text[explain->language];
}
