/*
** churn_risk(source[, horizon, signals, dated_kinds, model, lang, medium_from, high_from, critical_from]): who is
** leaving, why, what it costs and what to do.
**
**   SELECT customer, churn_probability, risk, reasons, value_at_risk FROM churn_risk('orders') WHERE risk IN ('high',
**   'critical');
**
** R1  One row per customer, in the order of their first row in the source.
** R2  churn_probability: of no purchase on a day after that of as_of, within the horizon after as_of. Learned at the
**     cut-off as_of - horizon from what happened in the horizon after it, calibrated on held-out customers and applied
**     at as_of; where that cannot be, by a purchase model. `method` says which and why (core/churn/churn.h).
** R3  risk: low, medium from medium_from on, high from high_from, critical from critical_from; the cut points ascend.
**     The names are keys in every language.
** R4  p_alive: BG/NBD or MBG/NBD, the likelier one (with model = 'bgnbd' or 'mbgnbd' that one), fitted on the source up
**     to as_of; where neither has a finite maximum, the likelier one at its limit. NULL where there is no such either.
** R5  usual_gap: (first to last purchase day + G) / (repeat purchases + 1) with G the mean gap of all customers;
**     overdue_ratio = days_since_last / usual_gap. NULL where nobody bought twice.
** R6  reasons: the three largest contributions to the log-odds, against those of an average customer, in words;
**     reasons_json has their size. They are worked out only where they are read.
** R7  expected_value: what the customer brings within the horizon if they stay, i.e. the rate of purchases given that
**     they are alive, (r + x) / (alpha + T), times the horizon, times their own mean value of a purchase day.
**     value_at_risk = churn_probability * expected_value. NULL where the source has no value.
** R8  suggested_action follows from risk, from whether the customer has spent more than the average one, and from a
**     signal among the reasons.
** R9  A date of a dated kind counts as far ahead only as dates are known ahead at as_of, and a kind whose rows may have
**     been overwritten does not count (core/churn/signals.h): what was written after the cut-off must not tell what
**     came then.
** R10 A NULL value counts as 0. Purchases of one civil day are one purchase.
*/
#include "churn_params.h"
#include "core/base/mem.h"
#include "core/churn/churn_explain.h"

typedef struct ChurnRisks {
  ChurnInput input;
  ChurnExplain explain;
  double cuts[CHURN_RISKS - 1];
} ChurnRisks;

enum {
  ARG_LANG = CHURN_ARG_COUNT,
  ARG_MEDIUM_FROM,
  ARG_HIGH_FROM,
  ARG_CRITICAL_FROM,
  ARG_COUNT
};

static Status risk_compute(Call *call, void *state, int64_t *n_rows)
{
  ChurnRisks *risks = state;
  ChurnInput *input = &risks->input;
  for (int i = 0; i < CHURN_RISKS - 1; i++) {
    risks->cuts[i] = call_real(call, ARG_MEDIUM_FROM + i);
    if (i > 0 && risks->cuts[i] < risks->cuts[i - 1]) {
      return call_fail(call, "medium_from, high_from and critical_from must ascend, got %g before %g",
                       risks->cuts[i - 1], risks->cuts[i]);
    }
  }
  Status status = churn_input_read(input, call, false);
  risks->explain = (ChurnExplain){&input->churn, &input->source.customers, &input->signal_source.attributes,
                                  (Language)call_choice(call, ARG_LANG)};
  *n_rows = input->source.customers.count;
  return status;
}

enum {
  COLUMN_CUSTOMER,
  COLUMN_CHURN_PROBABILITY,
  COLUMN_RISK,
  COLUMN_P_ALIVE,
  COLUMN_DAYS_SINCE_LAST,
  COLUMN_USUAL_GAP,
  COLUMN_OVERDUE_RATIO,
  COLUMN_REASONS,
  COLUMN_REASONS_JSON,
  COLUMN_EXPECTED_VALUE,
  COLUMN_VALUE_AT_RISK,
  COLUMN_SUGGESTED_ACTION,
  COLUMN_METHOD,
  COLUMN_LAST_PURCHASE,
  COLUMN_COUNT
};

static void reasons_cell(const ChurnRisks *risks, uint32_t customer, bool json, Cell *out)
{
  Text text = {0};
  if (json) {
    churn_explain_json(&risks->explain, customer, &text);
  } else {
    churn_explain_reasons(&risks->explain, customer, &text);
  }
  size_t length = text.length;
  char *bytes = text_take(&text);
  if (json) {
    cell_json(out, bytes, length);
  } else {
    cell_owned(out, bytes, length);
  }
}

static void risk_cell(const void *state, int64_t row, int column, Cell *out)
{
  const ChurnRisks *risks = state;
  const Churn *churn = &risks->input.churn;
  const Customers *customers = &risks->input.source.customers;
  uint32_t customer = (uint32_t)row;
  double probability = churn->probability[customer];
  switch (column) { /* what needs no more than the probability comes first, and cheap */
    case COLUMN_CUSTOMER:
      cell_customer(out, customers, customer);
      return;
    case COLUMN_CHURN_PROBABILITY:
      cell_real(out, probability);
      return;
    case COLUMN_RISK:
      cell_static(out, CHURN_RISK_NAME[churn_risk_of(probability, risks->cuts)]);
      return;
    case COLUMN_REASONS:
    case COLUMN_REASONS_JSON:
      reasons_cell(risks, customer, column == COLUMN_REASONS_JSON, out);
      return;
    case COLUMN_SUGGESTED_ACTION:
      cell_static(out, churn_explain_action(&risks->explain, customer, churn_risk_of(probability, risks->cuts)));
      return;
    case COLUMN_METHOD:
      churn_method_cell(&risks->input, CHURN_AS_OF, out);
      return;
  }
  ChurnRow known = churn_row(churn, customers, customer);
  switch (column) {
    case COLUMN_P_ALIVE:
      cell_real(out, known.p_alive);
      return;
    case COLUMN_DAYS_SINCE_LAST:
      cell_integer(out, known.history.since);
      return;
    case COLUMN_USUAL_GAP:
      cell_real(out, known.usual_gap);
      return;
    case COLUMN_OVERDUE_RATIO:
      cell_real(out, known.overdue_ratio);
      return;
    case COLUMN_LAST_PURCHASE:
      cell_date(out, day_number_start(known.history.last));
      return;
    default:
      if (churn->has_value) {
        cell_real(out, (column == COLUMN_VALUE_AT_RISK ? probability : 1) * known.expected_value);
      } else {
        cell_null(out);
      }
  }
}

static void risk_free(void *state)
{
  churn_input_free(&((ChurnRisks *)state)->input);
}

static const Customers *risk_customers(const void *state)
{
  return &((const ChurnRisks *)state)->input.source.customers;
}

static const ColumnSpec COLUMNS[] = {
  [COLUMN_CUSTOMER] = {"customer", "", "the customer's key as in the source"},
  [COLUMN_CHURN_PROBABILITY] = {"churn_probability", "REAL", "of no purchase within the horizon after as_of, 0 … 1"},
  [COLUMN_RISK] = {"risk", "TEXT", "low, medium, high or critical, by the cut points"},
  [COLUMN_P_ALIVE] = {"p_alive", "REAL",
                      "probability to be still a customer, by BG/NBD or MBG/NBD, the likelier one at as_of; NULL where "
                      "neither could be fitted"},
  [COLUMN_DAYS_SINCE_LAST] = {"days_since_last", "INTEGER", "days from the last purchase day to as_of"},
  [COLUMN_USUAL_GAP] = {"usual_gap", "REAL",
                        "days between this customer's purchases, with one gap of the shop's mean length counted in; "
                        "NULL where nobody bought twice"},
  [COLUMN_OVERDUE_RATIO] = {"overdue_ratio", "REAL", "days_since_last / usual_gap: above 1 the customer is late"},
  [COLUMN_REASONS] = {"reasons", "TEXT",
                      "what moves the probability most away from that of the average customer, up to three, in words"},
  [COLUMN_REASONS_JSON] = {"reasons_json", "TEXT",
                           "the same as JSON: [{reason, log_odds, value, usual, text}, …], a signal with kind and "
                           "measure; log_odds above 0 raises the probability"},
  [COLUMN_EXPECTED_VALUE] =
    {"expected_value", "REAL",
     "value of the purchases within the horizon if the customer stays; NULL where the source has no value"},
  [COLUMN_VALUE_AT_RISK] = {"value_at_risk", "REAL", "churn_probability * expected_value"},
  [COLUMN_SUGGESTED_ACTION] = {"suggested_action", "TEXT", "what to do, by risk, value so far and signals"},
  [COLUMN_METHOD] = {"method", "TEXT",
                     "logit: learned from this shop's past, with the signals that could not be used, and why; else the "
                     "purchase model that stood in, and why"},
  [COLUMN_LAST_PURCHASE] = {"last_purchase", "TEXT", "the last purchase day, a date"},
};
_Static_assert(COUNT_OF(COLUMNS) == COLUMN_COUNT, "a column is not numbered");

static const ParamSpec PARAMS[] = {
  CHURN_PARAMS,
  [ARG_LANG] = {"lang", PARAM_LANGUAGE, "en", 0, 0, NULL, "language of reasons and actions: en or zh"},
  [ARG_MEDIUM_FROM] = {"medium_from", PARAM_REAL, "0.25", 0, 1, NULL, "the least probability of risk medium, 0…1"},
  [ARG_HIGH_FROM] = {"high_from", PARAM_REAL, "0.5", 0, 1, NULL, "the least probability of risk high, 0…1"},
  [ARG_CRITICAL_FROM] = {"critical_from", PARAM_REAL, "0.75", 0, 1, NULL,
                         "the least probability of risk critical, 0…1"},
};
_Static_assert(COUNT_OF(PARAMS) == ARG_COUNT, "a parameter is not numbered");

const TableSpec churn_risk_table = {
  .name = "churn_risk",
  .doc =
    {
      .summary =
        "Gives each customer's probability to buy nothing within the horizon, why, the value at risk and what to do.",
      .result = "A row per customer, in the order of the customers' first rows.",
      .nulls = "Rows with a NULL customer or time do not take part; a NULL value counts as 0; a signal with a NULL "
               "kind does not take part.",
      .errors = CHURN_OPTION_ERRORS "; cut points that do not ascend.",
      .example =
        "SELECT customer, round(churn_probability, 3) AS churn_probability, risk, reasons, round(value_at_risk, 2) AS "
        "value_at_risk FROM churn_risk((SELECT retain_log(customer_id, ordered_at, amount) FROM demo_orders(500, 1))) "
        "WHERE horizon = '90 days' AND risk IN ('medium', 'high') ORDER BY value_at_risk DESC LIMIT 3",
      .formula = "Ridge logistic regression of \"no purchase in the horizon after the cut-off as_of - horizon\" on "
                 "recency, frequency, value, overdue ratio, trend, P(alive), age and signals at the cut-off; 5-fold "
                 "held-out log-odds calibrated (Platt 1999); applied at as_of. Signals: conditional Poisson test "
                 "(Przyborowski & Wilenski 1940), mid-p. value_at_risk = probability * (r + x)/(alpha + T) * horizon * "
                 "mean value of a purchase day. Too little history: P(no purchase) of BG/NBD or MBG/NBD.",
    },
  .columns = COLUMNS,
  .n_columns = COUNT_OF(COLUMNS),
  .params = PARAMS,
  .n_params = COUNT_OF(PARAMS),
  .has_source = true,
  .by_segment = true,
  .value = VALUE_OPTIONAL,
  .state_size = sizeof(ChurnRisks),
  .compute = risk_compute,
  .cell = risk_cell,
  .free = risk_free,
  .customers = risk_customers,
};
