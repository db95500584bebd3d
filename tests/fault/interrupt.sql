-- What is interrupted, on which file: `-- on orders` (time order), `-- on shuffled` (a fifth as many, in no order) and `-- on stores` (a fifth as many, in 1,000 stores), `-- on contracts`
-- (contracts, lifetimes of their customers; purchases and histories, their summaries) say where the statements below them run. Every table function,
-- aggregate and window function of retain_help stands here, or in a line `-- without NAME: reason`.

-- on orders shuffled
SELECT count(*) FROM rfm('orders');
SELECT count(*) FROM cohort_retention('orders');
SELECT count(*) FROM cohort_retention('orders') WHERE grain = 'day' AND clock = 'rolling';
SELECT count(*) FROM retention_by_period('orders') WHERE grain = 'week';
SELECT count(*) FROM customer_summary('orders');
SELECT count(*) FROM purchase_intervals('orders');
SELECT count(*) FROM repeat_ladder('orders');
SELECT count(*) FROM stickiness('orders', 'week');
SELECT count(*) FROM segment_flow('orders') WHERE since = '2025-01-01' AND until = '2025-07-01';
SELECT count(*) FROM data_check('orders');
SELECT count(*) FROM rfm('orders') WHERE order_column = 'order_id';

-- on orders
SELECT length(rfm_cuts(order_id % 1000, amount, amount * 2)) FROM orders;
SELECT nps(order_id % 11), nps_low(order_id % 11), nps_high(order_id % 11), csat(1 + order_id % 5), ces(1 + order_id % 7) FROM orders;
SELECT retention_rate(order_id % 2, order_id % 3 > 0), repeat_purchase_rate(order_id % 4) FROM orders;
SELECT auc(amount > 100, amount + order_id % 97), auc_se(amount > 100, amount + order_id % 97) FROM orders WHERE order_id < 1500000;
SELECT lift_at(amount > 100, amount + order_id % 97, 0.1), length(calibration(amount > 100, amount / 300)) FROM orders WHERE order_id < 1500000;
SELECT brier(amount > 100, amount / 300), log_loss(amount > 100, amount / 300) FROM orders;

-- on shuffled
SELECT count(*) FROM rfm((SELECT retain_log(customer_id, ordered_at, amount) FROM orders));
SELECT count(*) FROM rfm_thresholds('orders');
SELECT count(*) FROM cohort_average('orders');
SELECT count(*) FROM cohort_average('orders') WHERE cohort_column = 'order_id';
SELECT count(*) FROM churn_threshold('orders');
-- Whose fits cost as much as the reading.
SELECT count(reasons) FROM churn_risk('orders');
SELECT count(*) FROM churn_risk_quality('orders');

-- on stores
SELECT count(*) FROM rfm('orders') WHERE segment_column = 'store';
SELECT count(*) FROM retention_by_period('orders') WHERE segment_column = 'store' AND grain = 'week';
SELECT count(*) FROM repeat_ladder('orders') WHERE segment_column = 'store' AND order_column = 'order_id';

-- on contracts
SELECT count(*) FROM demo_orders(400000);
SELECT count(*) FROM demo_contracts(700000);
SELECT count(*) FROM mrr_movements('contracts');
SELECT count(*) FROM mrr_movements((SELECT retain_contracts(customer, start, "end", amount) FROM contracts));
SELECT count(*) FROM revenue_retention('contracts') WHERE segment_column = 'plan';
SELECT count(*) FROM logo_retention('contracts') WHERE grain = 'quarter';
SELECT count(*) FROM renewals('contracts');
SELECT count(*) FROM subscribers('contracts');
SELECT count(*) FROM contracts_check('contracts');
SELECT count(*) FROM contracts_expiring('contracts') WHERE as_of = '2025-06-01';
SELECT count(*) FROM survival_curve('lifetimes', 'time', 'event');
SELECT count(*) FROM survival_summary('lifetimes', 'time', 'event', 'channel');
SELECT count(*) FROM survival_at('lifetimes', 'time', 'event', '6, 12', 'plan');
SELECT count(*) FROM survival_forecast('lifetimes', 'time', 'event');
SELECT count(*) FROM survival_test('lifetimes', 'time', 'event', 'channel', 'plan');
SELECT count(*) FROM hazard_by('lifetimes', 'time', 'event', 'plan');
SELECT count(*) FROM competing_risks('lifetimes', 'time', 'cause', 'plan');
SELECT count(*) FROM cox_model('lifetimes', 'time', 'event', 'plan, channel, senior, charges');
SELECT count(*) FROM cox_model('lifetimes', 'time', 'event', 'charges') WHERE cluster_column = 'customer';
SELECT count(*) FROM cox_summary('lifetimes', 'time', 'event', 'plan, charges') WHERE entry_column = 'entry';
SELECT count(*) FROM cox_zph('lifetimes', 'time', 'event', 'plan, charges');
SELECT count(*) FROM cox_baseline('lifetimes', 'time', 'event', 'charges') WHERE strata_column = 'plan';
SELECT length(cox_fit(time, event, senior, charges)) FROM lifetimes;
SELECT length(weibull_fit(time, event, senior, charges)) FROM lifetimes WHERE time > 0;
SELECT length(logit_fit(event, senior, charges, time)) FROM lifetimes;
SELECT length(logit_fit_named(event, '{"senior":' || senior || ',"charges":' || charges || '}')) FROM lifetimes WHERE rowid < 200000;
SELECT length(sbg_fit(1 + CAST(time AS INTEGER), event)) FROM lifetimes;
SELECT count(*) FROM clv_forecast('purchases') WHERE model = 'bgnbd';
SELECT count(*) FROM model_fit('purchases');
SELECT count(*) FROM model_backtest('purchases') WHERE model = 'bgnbd';
SELECT length(bgnbd_fit(x, t_x, "T")) FROM histories;
SELECT length(mbgnbd_fit(x, t_x, "T")) FROM histories;
SELECT length(pareto_nbd_fit(x, t_x, "T")) FROM histories;
SELECT length(bgbb_fit(x, CAST(t_x * 7 AS INTEGER), CAST("T" * 7 AS INTEGER))) FROM histories WHERE x <= t_x AND rowid % 3 = 0;
SELECT length(gamma_gamma_fit(x, m)) FROM histories WHERE x > 0;

-- without retain_help: its rows are the specs of the functions, a few hundred.
