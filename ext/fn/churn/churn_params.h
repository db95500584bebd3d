/*
** What churn_risk() and churn_risk_quality() are asked, and how their sources are read.
*/
#ifndef RETAIN_FN_CHURN_CHURN_PARAMS_H
#define RETAIN_FN_CHURN_CHURN_PARAMS_H

#include "core/churn/churn.h"
#include "fn/events/event_params.h"
#include "glue/call.h"
#include "glue/spec.h"

#define CHURN_HORIZON_YEARS_MAX 100

#define CHURN_HORIZON_HELP \
  "how far ahead, a day … " NUMBER_TEXT( \
    CHURN_HORIZON_YEARS_MAX) " years: who buys nothing within it after as_of counts as lost. '90 days', '12 weeks', " \
                             "'3 months'"
#define CHURN_SIGNALS_HELP \
  "name of a table or view of signals beside the purchases, with columns (customer, time, kind[, value]), found by " \
  "their usual names: logins, complaints, tickets, contract_end, satisfaction …; at most " NUMBER_TEXT( \
    SIGNAL_KINDS_MAX) " kinds"
#define CHURN_DATED_HELP \
  "kinds of signals that are dates known ahead, separated by commas: their rows after as_of take part. Left out: " \
  "those called …_end, …_due, …_date, or with renew, expir, 到期 or 续约 in their name. '' for none. A new date is a " \
  "new row: of a kind with one row per customer, dates count only if all lie after as_of"
#define CHURN_MODEL_HELP \
  "auto: learned from the shop's past where it is long enough, else a purchase model; logit: learned, or an error; " \
  "bgnbd, mbgnbd: that model alone, or an error"

#define CHURN_HORIZON_PARAM ENTRY("horizon", PARAM_DURATION, "90 days", 0, 0, NULL, CHURN_HORIZON_HELP)
#define CHURN_SIGNALS_PARAM ENTRY("signals", PARAM_TABLE, "", 0, 0, NULL, CHURN_SIGNALS_HELP)
#define CHURN_DATED_KINDS_PARAM ENTRY("dated_kinds", PARAM_TEXT, "", 0, 0, NULL, CHURN_DATED_HELP)
#define CHURN_MODEL_PARAM ENTRY("model", PARAM_CHOICE, "auto", 0, 0, "auto|logit|bgnbd|mbgnbd", CHURN_MODEL_HELP)

/* The parameters they share; their own begin at CHURN_ARG_COUNT. */
enum {
  ARG_SOURCE,
  ARG_HORIZON,
  ARG_SIGNALS,
  ARG_DATED_KINDS,
  ARG_MODEL,
  CHURN_ARG_COUNT
};
#define CHURN_PARAMS \
  [ARG_SOURCE] = EVENT_SOURCE_PARAM(EVENT_VALUES), [ARG_HORIZON] = CHURN_HORIZON_PARAM, \
  [ARG_SIGNALS] = CHURN_SIGNALS_PARAM, [ARG_DATED_KINDS] = CHURN_DATED_KINDS_PARAM, [ARG_MODEL] = CHURN_MODEL_PARAM

#define CHURN_OPTION_ERRORS \
  "A horizon under a day or over " NUMBER_TEXT( \
    CHURN_HORIZON_YEARS_MAX) " years; model logit where there is too little to learn from, bgnbd or mbgnbd " \
                             "where it cannot be fitted; signals of more than " NUMBER_TEXT( \
                               SIGNAL_KINDS_MAX) " kinds, or of no customer of the source; a name in dated_kinds " \
                                                 "that is not a kind; an unknown source or column; an invalid " \
                                                 "customer, time or value"

/* What both read. {0} is a valid empty object; churn_input_free() may run twice. */
typedef struct ChurnInput {
  EventSource source;
  EventSource signal_source;
  Signals signals;
  Churn churn;
} ChurnInput;

/* The instants around as_of, which is the argument or, found by a pass of its own, the newest time of the source. */
Status churn_times_read(Call *call, ChurnTimes *times);

/* Reads and fits. Without rows churn.method means nothing. */
Status churn_input_read(ChurnInput *input, Call *call, bool keep_held_out);
void churn_input_free(ChurnInput *input);

/* 'logit', or 'model: bgnbd (too little history: …)'; with what was not used of the signals. */
void churn_method_cell(const ChurnInput *input, ChurnInstant instant, Cell *out);

#endif
