-- The tour: what retain answers about a shop, a question and an ordinary query each.
-- `make demo` runs it. By hand, in a new database:  sqlite3 shop.db '.load ./retain' '.read sql/demo.sql'

-- A generated shop, so that there is something to ask. retain finds the columns by their usual names, in your own tables too.
CREATE TABLE orders AS SELECT order_id, customer_id, ordered_at, amount, channel FROM demo_orders(2000, 1);

.mode box
.print
.print The shop: one table, a row per order.
SELECT * FROM orders LIMIT 3;
SELECT count(*) AS orders, count(DISTINCT customer_id) AS customers, printf('%,d', round(sum(amount))) AS revenue,
       date(min(ordered_at)) AS first_order, date(max(ordered_at)) AS last_order
FROM orders;

.print
.print Is my data sane? Anything to know before counting?
SELECT kind, severity, rows, detail FROM data_check('orders') WHERE today = '2026-01-01';

.print
.print Who stays? Of the customers that a quarter begins with, how many buy again in it?
SELECT period AS quarter, start_customers AS customers, retained AS stayed, lost, new_customers AS new, resurrected AS returned,
       printf('%.1f %%', 100 * retention_rate) AS stayed_rate,
       printf('%.1f ... %.1f %%', 100 * retention_low, 100 * retention_high) AS "95 % interval"
FROM retention_by_period('orders')
WHERE grain = 'quarter' AND complete AND start_customers > 0;

.print
.print Which cohorts hold? Of the customers who first bought in a quarter, how many bought 1, 2, 3 ... quarters later?
SELECT cohort AS first_quarter, size AS customers,
       max(iif(age = 1, printf('%3.0f %%', 100 * rate), '')) AS "+1",
       max(iif(age = 2, printf('%3.0f %%', 100 * rate), '')) AS "+2",
       max(iif(age = 3, printf('%3.0f %%', 100 * rate), '')) AS "+3",
       max(iif(age = 4, printf('%3.0f %%', 100 * rate), '')) AS "+4",
       max(iif(age = 5, printf('%3.0f %%', 100 * rate), '')) AS "+5"
FROM cohort_retention('orders')
WHERE grain = 'quarter' AND complete
GROUP BY cohort;

.print
.print Do channels differ? Of the customers that a channel brought, how many still bought 3, 6 and 12 months later, or after that?
SELECT cohort AS channel, size AS customers,
       max(iif(age = 3, printf('%3.0f %%', 100 * rate), '')) AS "3 months",
       max(iif(age = 6, printf('%3.0f %%', 100 * rate), '')) AS "6 months",
       max(iif(age = 12, printf('%3.0f %%', 100 * rate), '')) AS "12 months",
       max(iif(age = 12, printf('%.0f ... %.0f %%', 100 * low, 100 * high), '')) AS "95 % interval"
FROM cohort_retention('orders')
WHERE cohort_column = 'channel' AND mode = 'on_or_after'
GROUP BY cohort
ORDER BY "12 months" DESC;

.print
.print Who are my best customers? Recency, frequency and money, each scored 1 to 5, give every customer a segment.
SELECT segment, count(*) AS customers, printf('%,d', round(sum(monetary))) AS revenue,
       printf('%.0f %%', 100 * sum(monetary) / sum(sum(monetary)) OVER ()) AS share,
       printf('%.1f', avg(frequency)) AS orders_each, printf('%.0f', avg(recency_days)) AS days_since_last
FROM rfm('orders')
GROUP BY segment
ORDER BY sum(monetary) DESC;

.print
.print Who is overdue? Good customers who are later than twice their own rhythm.
SELECT customer, purchases, printf('%.0f', mean_gap) AS usual_gap_days, days_since_last, printf('%.1f', overdue_ratio) AS times_late,
       expected_next AS was_expected, r.segment
FROM purchase_intervals('orders') JOIN rfm('orders') AS r USING (customer)
WHERE purchases >= 5 AND overdue_ratio BETWEEN 2 AND 4
ORDER BY monetary DESC
LIMIT 5;

.print
.print Where do they drop? Of the customers with an n-th order, how many made the next one, and how soon?
SELECT step AS after_order, customers, converted AS ordered_again, printf('%.0f %%', 100 * rate) AS rate, printf('%.0f', median_days) AS median_days
FROM repeat_ladder('orders')
WHERE max_step = 6;

.print
.print What is each customer worth? A purchase model and a spend model, fitted to this shop, forecast the coming year, with an interval.
SELECT customer, x + 1 AS purchase_days, printf('%.0f %%', 100 * p_alive) AS still_a_customer, printf('%.1f', expected_purchases) AS purchases_to_come,
       printf('%.2f', expected_value) AS worth_each, printf('%,d', round(clv)) AS next_year, printf('%,d ... %,d', round(clv_low), round(clv_high)) AS "95 % interval"
FROM clv_forecast('orders')
WHERE horizon = '52 weeks'
ORDER BY clv DESC
LIMIT 5;

.print
.print Who is leaving, and why? The chance not to buy within 90 days, learnt from this shop's own past, with the strongest reasons.
SELECT customer, printf('%.0f %%', 100 * churn_probability) AS churn, risk, printf('%.0f', value_at_risk) AS at_risk, replace(reasons, '; ', char(10)) AS reasons
FROM churn_risk('orders')
WHERE horizon = '90 days' AND risk IN ('high', 'critical')
ORDER BY value_at_risk DESC
LIMIT 3;

.print
.print Subscriptions work the same: a row per contract. What came and went of the monthly recurring revenue?
CREATE TABLE subscriptions AS SELECT * FROM demo_contracts(1000, 1);
SELECT period, printf('%,d', round(new)) AS new, printf('%,d', round(expansion)) AS expansion, printf('%,d', round(contraction)) AS contraction,
       printf('%,d', round(churn)) AS churn, printf('%,d', round(reactivation)) AS reactivation, printf('%,d', round(mrr_end)) AS mrr_end,
       printf('%.1f %%', 100 * nrr) AS nrr, printf('%.1f %%', 100 * grr) AS grr
FROM mrr_movements('subscriptions')
WHERE as_of = '2025-12-31' AND period >= '2025-07-01';

.print
.print When do subscribers leave? The share still there after half a year, one year and two, by plan.
SELECT segment AS plan, time AS months, at_risk, printf('%.0f %%', 100 * survival) AS still_there, printf('%.0f ... %.0f %%', 100 * low, 100 * high) AS "95 % interval"
FROM survival_curve('subscriptions', 'tenure', 'churned')
WHERE segment_column = 'plan' AND time IN (6, 12, 24);

.print
.print ... and what makes them leave? Hazard ratios by Cox regression, beside the truth of this generated business.
SELECT term, printf('%.3f', hazard_ratio) AS hazard_ratio, printf('%.3f ... %.3f', low, high) AS "95 % interval",
       CASE term WHEN 'plan: two_year' THEN '0.202' WHEN 'plan: yearly' THEN '0.449' WHEN 'senior' THEN '1.649' ELSE '1.010' END AS truth
FROM cox_model('subscriptions', 'tenure', 'churned')
WHERE terms = 'plan, senior, monthly_charges';

.print
.print This shop is generated, so the truth is known: of those who are late by their own rhythm, how many are really still customers?
CREATE TEMP TABLE truth AS SELECT DISTINCT customer_id AS customer, alive_at_end FROM demo_orders(2000, 1);
SELECT CASE WHEN overdue_ratio <= 1 THEN 'on time' WHEN overdue_ratio <= 2 THEN 'up to 2 times' WHEN overdue_ratio <= 4 THEN 'up to 4 times' ELSE 'more' END AS late,
       count(*) AS customers, sum(alive_at_end) AS still_customers, printf('%.0f %%', 100 * avg(alive_at_end)) AS rate
FROM purchase_intervals('orders') JOIN truth USING (customer)
WHERE purchases >= 3
GROUP BY late
ORDER BY min(overdue_ratio);

.print
.print ... and did the forecast hold? What churn_risk said three months before the end, beside what then happened.
SELECT risk, count(*) AS customers, printf('%.0f %%', 100 * avg(churn_probability)) AS said, printf('%.0f %%', 100 * avg(later.customer_id IS NULL)) AS happened
FROM churn_risk('orders') LEFT JOIN (SELECT DISTINCT customer_id FROM orders WHERE ordered_at >= '2025-10-01' AND ordered_at < '2025-12-30') AS later ON later.customer_id = customer
WHERE as_of = '2025-09-30' AND horizon = '90 days'
GROUP BY risk
ORDER BY avg(churn_probability);

.print
.print ... and the models? Each channel's customers were drawn from BG/NBD with these parameters. z: how many standard errors the estimate is away.
WITH truth(channel, alpha, a) AS (VALUES ('organic', 10.0, 0.8), ('search', 12.5, 1.2), ('social', 16.0, 2.0), ('referral', 8.0, 0.4)),
  fits AS (
    SELECT channel, bgnbd_fit(x, t_x, T) AS fit
    FROM customer_summary('orders') JOIN (SELECT DISTINCT customer_id AS customer, channel FROM orders) USING (customer)
    GROUP BY channel),
  parameters AS (
    SELECT channel, key AS parameter, value AS estimate, CASE key WHEN 'r' THEN 0.9 WHEN 'alpha' THEN alpha WHEN 'a' THEN a ELSE 3.0 END AS true_value,
           json_extract(fit, '$.standard_errors.log_' || key) AS log_error
    FROM fits JOIN truth USING (channel), json_each(fit, '$.parameters'))
SELECT channel, parameter, true_value, printf('%.2f', estimate) AS estimate,
       printf('%.2f ... %.2f', estimate * exp(-1.96 * log_error), estimate * exp(1.96 * log_error)) AS "95 % interval", printf('%+.1f', ln(estimate / true_value) / log_error) AS z
FROM parameters
WHERE channel IN ('organic', 'search');

.print
.print Next: your own table. SELECT * FROM retain_help('rfm') explains a function; README.md has the tour in more words.
