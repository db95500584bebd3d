/*
** Explanations of churn: levels of risk, reasons and what to do, in English and Chinese.
**
** Numbers are written without the C library's locale, which a host may have changed. Names of risks and of reasons in
** JSON are keys and stay English.
*/
#ifndef RETAIN_CORE_CHURN_CHURN_EXPLAIN_H
#define RETAIN_CORE_CHURN_CHURN_EXPLAIN_H

#include "churn.h"
#include "core/base/text.h"
#include "core/rfm/segments.h"

typedef enum ChurnRisk {
  CHURN_RISK_LOW,
  CHURN_RISK_MEDIUM,
  CHURN_RISK_HIGH,
  CHURN_RISK_CRITICAL,
  CHURN_RISKS
} ChurnRisk;
extern const char *const CHURN_RISK_NAME[CHURN_RISKS];

/* The name of a kind of signals; an integer is written into `number`. */
const char *churn_signal_name(const Customers *kinds, uint32_t kind, char number[32]);

/* The risk of a probability: the highest whose cut point, from CHURN_RISK_MEDIUM on, it reaches. */
ChurnRisk churn_risk_of(double probability, const double cuts[CHURN_RISKS - 1]);

/* What is explained, and in which language; borrowed. */
typedef struct ChurnExplain {
  const Churn *churn;
  const Customers *customers;
  const Customers *kinds; /* the kinds of signals by their number; NULL: none */
  Language language;
} ChurnExplain;

/*
** "last purchase 83 days ago, usual gap 33 days; login: 5 in the last 90 days, usually 40". What lowers the risk says
** so.
*/
void churn_explain_reasons(const ChurnExplain *explain, uint32_t customer, Text *text);

/*
** The same as a JSON array of {"reason", "log_odds", "value", "usual", "text"}; a signal has "reason":"signal" and
** "kind", "measure" (rate, value, date) besides.
*/
void churn_explain_json(const ChurnExplain *explain, uint32_t customer, Text *text);

/* What to do about a customer; static text. */
const char *churn_explain_action(const ChurnExplain *explain, uint32_t customer, ChurnRisk risk);

#endif
