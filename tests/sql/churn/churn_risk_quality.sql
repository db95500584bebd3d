-- not under valgrind: fits by the dozen, which ASan and UBSan see too
-- ext/fn/churn/churn_risk_quality.c: measures of a purchase model against the same worked out in SQL from churn_risk() at the cut-off, and what has to hold for what is learned.
-- slow
CREATE TABLE orders AS SELECT customer_id, ordered_at, amount FROM demo_orders(1500, 1);
CREATE INDEX orders_of ON orders(customer_id, ordered_at);

-- The cut-off of as_of 28 September and 90 days is 30 June; at it churn_risk() knows what the cut-off knew.
CREATE TABLE judged AS SELECT customer, churn_probability AS p, 1 - p_alive AS gone, NOT EXISTS (SELECT 1 FROM orders WHERE customer_id = customer AND date(ordered_at) > '2025-06-30' AND ordered_at <= '2025-09-28 12:00') AS y
FROM churn_risk('orders') WHERE as_of = '2025-06-30 12:00' AND model = 'bgnbd';
CREATE TABLE quality AS SELECT * FROM churn_risk_quality('orders') WHERE as_of = '2025-09-28 12:00' AND model = 'bgnbd';
CREATE TABLE score AS SELECT 'churn_risk' AS score, p, y FROM judged UNION ALL SELECT 'p_alive', gone, y FROM judged;
CREATE TABLE want AS
SELECT score, 'base_rate' AS metric, avg(y) AS value FROM score GROUP BY 1 UNION ALL
SELECT score, 'customers', count(*) FROM score GROUP BY 1 UNION ALL
SELECT score, 'brier', avg((p - y) * (p - y)) FROM score GROUP BY 1 UNION ALL
SELECT score, 'log_loss', avg(-ln(CASE WHEN y THEN max(p, 1e-15) ELSE max(1 - p, 1e-15) END)) FROM score GROUP BY 1 UNION ALL
SELECT a.score, 'auc', avg(CASE WHEN a.p > b.p THEN 1.0 WHEN a.p = b.p THEN 0.5 ELSE 0 END) FROM score AS a JOIN score AS b ON a.score = b.score AND a.y AND NOT b.y GROUP BY 1;
INSERT INTO checks (what, got, want)
SELECT w.score || ' ' || w.metric, abs(q.value - w.value) < 1e-9 * w.value, 1 FROM want AS w JOIN quality AS q USING (score, metric) ORDER BY 1;
INSERT INTO checks (what, got, want)
SELECT 'rows', count(*), 36 FROM quality UNION ALL
SELECT 'method', group_concat(DISTINCT method), 'model: bgnbd (as asked)' FROM quality UNION ALL
SELECT 'bins of ' || score, sum(abs(q.predicted - w.p) < 1e-9 AND q.customers = w.n), 10 FROM quality AS q JOIN (SELECT bin, avg(p) AS p, count(*) AS n FROM (SELECT p, ntile(10) OVER (ORDER BY p DESC) AS bin FROM score WHERE score = 'churn_risk') GROUP BY bin) AS w USING (bin) WHERE score = 'churn_risk' UNION ALL
SELECT 'bins of ' || score || ' add up', sum(abs(predicted) >= 0 AND value IS NULL) || ' ' || sum(customers) || ' ' || printf('%.9f', sum(customers * observed)), '10 ' || (SELECT count(*) FROM judged) || ' ' || printf('%.9f', (SELECT sum(y) FROM judged)) FROM quality WHERE metric = 'calibration' GROUP BY score UNION ALL
SELECT 'standard errors where there are', group_concat(metric), 'auc,calibration_slope,calibration_intercept' FROM quality WHERE score = 'churn_risk' AND standard_error IS NOT NULL;

-- Learned: better than P(alive) alone on the same customers, calibrated.
CREATE TABLE learned AS SELECT * FROM churn_risk_quality('orders', '90 days') WHERE as_of = '2025-09-28 12:00';
CREATE VIEW measure AS SELECT metric, max(CASE score WHEN 'churn_risk' THEN value END) AS risk, max(CASE score WHEN 'churn_risk' THEN standard_error END) AS se, max(CASE score WHEN 'p_alive' THEN value END) AS alive FROM learned WHERE bin IS NULL GROUP BY metric;
INSERT INTO checks (what, got, want)
SELECT 'learned', group_concat(DISTINCT method), 'logit' FROM learned UNION ALL
SELECT 'the same customers', risk = alive AND risk = (SELECT count(*) FROM judged), 1 FROM measure WHERE metric = 'customers' UNION ALL
SELECT 'the same base rate', risk, alive FROM measure WHERE metric = 'base_rate' UNION ALL
SELECT 'ranks better', risk > alive + 0.05, 1 FROM measure WHERE metric = 'auc' UNION ALL
SELECT 'nearer', risk < alive, 1 FROM measure WHERE metric = 'brier' UNION ALL
SELECT 'standard error of auc', se BETWEEN 0.005 AND 0.03, 1 FROM measure WHERE metric = 'auc' UNION ALL
SELECT 'slope 1 within 3 standard errors', abs(risk - 1) < 3 * se, 1 FROM measure WHERE metric = 'calibration_slope' UNION ALL
SELECT 'bins within 3.3 binomial sd', sum(abs(observed - predicted) < 3.3 * sqrt(predicted * (1 - predicted) / customers)), 10 FROM learned WHERE score = 'churn_risk' AND bin IS NOT NULL;

-- Nothing, or nothing to compare.
CREATE TABLE two(customer_id, ordered_at, amount);
INSERT INTO two VALUES (1, '2024-01-01', 5), (2, '2024-01-11', 5), (1, '2024-05-01', 5), (2, '2024-05-01', 5);
INSERT INTO checks (what, got, want)
SELECT 'nobody', (SELECT count(*) FROM churn_risk_quality('orders') WHERE as_of = '2020-01-01'), 0 UNION ALL
SELECT 'nobody before the cut-off', (SELECT group_concat(score || ' ' || metric || ' ' || value || ' ' || customers || ' ' || method) FROM churn_risk_quality('two') WHERE as_of = '2024-02-01'),
  'churn_risk customers 0.0 0 rate without dropout (too little history: 0 days before the horizon that was to be learned from, 68 are needed)' UNION ALL
SELECT 'everybody came back', (SELECT count(*) || ' ' || count(value) FROM churn_risk_quality('two') WHERE bin IS NULL AND metric IN ('auc', 'lift_top_decile', 'calibration_slope', 'base_rate')), '4 1';

-- expect error
SELECT * FROM churn_risk_quality('two') WHERE model = 'logit';
