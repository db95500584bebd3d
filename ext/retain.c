/*
** The entry point: what exists. A new function is a line in one of the two lists.
*/
#define RETAIN_ENTRY
#include "retain.h"

#include "glue/register.h"

SQLITE_EXTENSION_INIT1

extern const TableSpec rfm_table;
extern const TableSpec cox_model_table;
extern const TableSpec cox_summary_table;
extern const TableSpec cox_zph_table;
extern const TableSpec cox_baseline_table;
extern const TableSpec churn_risk_table;
extern const TableSpec churn_risk_quality_table;
extern const TableSpec churn_threshold_table;
extern const TableSpec rfm_thresholds_table;
extern const TableSpec segment_flow_table;
extern const TableSpec cohort_average_table;
extern const TableSpec cohort_retention_table;
extern const TableSpec customer_summary_table;
extern const TableSpec clv_forecast_table;
extern const TableSpec model_backtest_table;
extern const TableSpec model_fit_table;
extern const TableSpec purchase_intervals_table;
extern const TableSpec repeat_ladder_table;
extern const TableSpec data_check_table;
extern const TableSpec mrr_movements_table;
extern const TableSpec revenue_retention_table;
extern const TableSpec logo_retention_table;
extern const TableSpec renewals_table;
extern const TableSpec contracts_expiring_table;
extern const TableSpec demo_contracts_table;
extern const TableSpec demo_orders_table;
extern const TableSpec retain_help_table;
extern const TableSpec retention_by_period_table;
extern const TableSpec survival_curve_table;
extern const TableSpec survival_summary_table;
extern const TableSpec survival_at_table;
extern const TableSpec survival_forecast_table;
extern const TableSpec survival_test_table;
extern const TableSpec hazard_by_table;
extern const TableSpec competing_risks_table;

extern const FunctionSpec retention_rate_function;
extern const FunctionSpec retention_rate_rows_function;
extern const FunctionSpec churn_rate_function;
extern const FunctionSpec repeat_purchase_rate_function;
extern const FunctionSpec repeat_purchase_rate_rows_function;
extern const FunctionSpec rate_low_function;
extern const FunctionSpec rate_high_function;
extern const FunctionSpec nrr_function;
extern const FunctionSpec grr_function;
extern const FunctionSpec quick_ratio_function;
extern const FunctionSpec clv_function;
extern const FunctionSpec nps_function;
extern const FunctionSpec nps_low_function;
extern const FunctionSpec nps_high_function;
extern const FunctionSpec csat_function;
extern const FunctionSpec ces_function;
extern const FunctionSpec cox_fit_function;
extern const FunctionSpec cox_risk_function;
extern const FunctionSpec cox_survival_function;
extern const FunctionSpec logit_fit_function;
extern const FunctionSpec logit_fit_named_function;
extern const FunctionSpec logit_predict_function;
extern const FunctionSpec logit_predict_named_function;
extern const FunctionSpec logit_reasons_function;
extern const FunctionSpec logit_reasons_named_function;
extern const FunctionSpec weibull_fit_function;
extern const FunctionSpec weibull_survival_function;
extern const FunctionSpec weibull_hazard_function;
extern const FunctionSpec weibull_quantile_function;
extern const FunctionSpec weibull_median_function;
extern const FunctionSpec weibull_residual_lifetime_function;
extern const FunctionSpec sbg_fit_function;
extern const FunctionSpec sbg_survival_function;
extern const FunctionSpec sbg_retention_function;
extern const FunctionSpec sbg_residual_lifetime_function;
extern const FunctionSpec auc_function;
extern const FunctionSpec auc_se_function;
extern const FunctionSpec lift_at_function;
extern const FunctionSpec brier_function;
extern const FunctionSpec log_loss_function;
extern const FunctionSpec calibration_function;
extern const FunctionSpec bgnbd_fit_function;
extern const FunctionSpec mbgnbd_fit_function;
extern const FunctionSpec pareto_nbd_fit_function;
extern const FunctionSpec bgbb_fit_function;
extern const FunctionSpec gamma_gamma_fit_function;
extern const FunctionSpec p_alive_function;
extern const FunctionSpec p_alive_at_function;
extern const FunctionSpec expected_purchases_function;
extern const FunctionSpec purchase_pmf_function;
extern const FunctionSpec expected_value_function;
extern const FunctionSpec dert_function;
extern const FunctionSpec clv_expected_function;
extern const FunctionSpec period_start_function;
extern const FunctionSpec period_index_function;
extern const FunctionSpec rfm_cuts_function;
extern const FunctionSpec rfm_score_function;
extern const FunctionSpec rfm_segment_function;
extern const FunctionSpec retain_log_function;
extern const FunctionSpec retain_contracts_function;
extern const FunctionSpec retain_version_function;

static const TableSpec *const TABLES[] = {
  &cox_model_table,
  &cox_summary_table,
  &cox_zph_table,
  &cox_baseline_table,
  &rfm_table,
  &rfm_thresholds_table,
  &segment_flow_table,
  &retention_by_period_table,
  &cohort_retention_table,
  &cohort_average_table,
  &customer_summary_table,
  &clv_forecast_table,
  &model_fit_table,
  &model_backtest_table,
  &purchase_intervals_table,
  &repeat_ladder_table,
  &churn_risk_table,
  &churn_risk_quality_table,
  &churn_threshold_table,
  &survival_curve_table,
  &survival_summary_table,
  &survival_at_table,
  &survival_forecast_table,
  &survival_test_table,
  &hazard_by_table,
  &competing_risks_table,
  &data_check_table,
  &mrr_movements_table,
  &revenue_retention_table,
  &logo_retention_table,
  &renewals_table,
  &contracts_expiring_table,
  &demo_contracts_table,
  &demo_orders_table,
  &retain_help_table,
  NULL,
};

static const FunctionSpec *const FUNCTIONS[] = {
  &retain_log_function,
  &retain_contracts_function,
  &retain_version_function,
  &retention_rate_function,
  &retention_rate_rows_function,
  &churn_rate_function,
  &repeat_purchase_rate_function,
  &repeat_purchase_rate_rows_function,
  &rate_low_function,
  &rate_high_function,
  &nrr_function,
  &grr_function,
  &quick_ratio_function,
  &clv_function,
  &nps_function,
  &nps_low_function,
  &nps_high_function,
  &csat_function,
  &ces_function,
  &rfm_cuts_function,
  &rfm_score_function,
  &rfm_segment_function,
  &cox_fit_function,
  &cox_risk_function,
  &cox_survival_function,
  &logit_fit_function,
  &logit_fit_named_function,
  &logit_predict_function,
  &logit_predict_named_function,
  &logit_reasons_function,
  &logit_reasons_named_function,
  &weibull_fit_function,
  &weibull_survival_function,
  &weibull_hazard_function,
  &weibull_quantile_function,
  &weibull_median_function,
  &weibull_residual_lifetime_function,
  &sbg_fit_function,
  &sbg_survival_function,
  &sbg_retention_function,
  &sbg_residual_lifetime_function,
  &auc_function,
  &auc_se_function,
  &lift_at_function,
  &brier_function,
  &log_loss_function,
  &calibration_function,
  &bgnbd_fit_function,
  &mbgnbd_fit_function,
  &pareto_nbd_fit_function,
  &bgbb_fit_function,
  &gamma_gamma_fit_function,
  &p_alive_function,
  &p_alive_at_function,
  &expected_purchases_function,
  &purchase_pmf_function,
  &expected_value_function,
  &dert_function,
  &clv_expected_function,
  &period_start_function,
  &period_index_function,
  NULL,
};

int sqlite3_retain_init(sqlite3 *db, char **message, const sqlite3_api_routines *api)
{
  char *text = NULL;
  SQLITE_EXTENSION_INIT2(api);
  (void)api;
  int rc = retain_register(db, &text, TABLES, FUNCTIONS);
  if (message) {
    *message = text;
  } else {
    sqlite3_free(text);
  }
  return rc;
}
