-- needs: shared
-- churn_risk() and its relatives on CDNOW (23,570 customers who began in the first quarter of 1997; purchases to June 1998).
.import --csv ../shared/data/cdnow_orders.csv cdnow
CREATE TABLE q90 AS SELECT * FROM churn_risk_quality('cdnow', '90 days');
CREATE TABLE q39 AS SELECT * FROM churn_risk_quality('cdnow', '39 weeks') WHERE as_of = '1998-06-30';

.print what is learned against 1 - P(alive) alone, on the same held-out customers: 90 days, then 39 weeks
SELECT metric, round(max(CASE score WHEN 'churn_risk' THEN value END), 3) AS churn_risk, round(max(CASE score WHEN 'p_alive' THEN value END), 3) AS p_alive FROM q90 WHERE metric IN ('auc', 'brier', 'log_loss', 'base_rate', 'customers') GROUP BY 1 ORDER BY 1;
SELECT metric, round(max(CASE score WHEN 'churn_risk' THEN value END), 3) AS churn_risk, round(max(CASE score WHEN 'p_alive' THEN value END), 3) AS p_alive FROM q39 WHERE metric IN ('auc', 'brier', 'log_loss', 'base_rate', 'customers') GROUP BY 1 ORDER BY 1;

CREATE VIEW measure AS
SELECT 90 AS horizon, score, metric, value, standard_error FROM q90 WHERE bin IS NULL UNION ALL SELECT 273, score, metric, value, standard_error FROM q39 WHERE bin IS NULL;
INSERT INTO checks (what, got, want)
SELECT 'everybody is held out once', group_concat(value, ' '), '23570.0 23570.0 23570.0 23570.0' FROM measure WHERE metric = 'customers' UNION ALL
SELECT 'base rate: who bought nothing in the last 90 days', (SELECT round(value, 9) FROM measure WHERE metric = 'base_rate' AND horizon = 90 LIMIT 1), (SELECT round(1 - count(DISTINCT customer_id) / 23570.0, 9) FROM cdnow WHERE ordered_at > date('1998-06-30', '-90 days')) UNION ALL
SELECT 'ranks better by 3 standard errors', sum(a.value > b.value + 3 * a.standard_error), 2 FROM measure AS a JOIN measure AS b USING (horizon, metric) WHERE metric = 'auc' AND a.score = 'churn_risk' AND b.score = 'p_alive' UNION ALL
SELECT 'nearer', sum(a.value < b.value), 4 FROM measure AS a JOIN measure AS b USING (horizon, metric) WHERE metric IN ('brier', 'log_loss') AND a.score = 'churn_risk' AND b.score = 'p_alive' UNION ALL
SELECT 'slope 1 within 3 standard errors', sum(abs(value - 1) < 3 * standard_error), 2 FROM measure WHERE metric = 'calibration_slope' AND score = 'churn_risk' UNION ALL
SELECT 'bins within 4 points', sum(abs(observed - predicted) < 0.04), 20 FROM (SELECT * FROM q90 UNION ALL SELECT * FROM q39) WHERE score = 'churn_risk' AND bin IS NOT NULL;

-- The forecast at 31 March 1998, judged by the 90 days after it that it could not know.
CREATE TABLE judged AS SELECT churn_probability AS p, p_alive, customer NOT IN (SELECT customer_id FROM cdnow WHERE ordered_at > '1998-03-31' AND ordered_at <= '1998-06-29') AS gone FROM churn_risk('cdnow') WHERE as_of = '1998-03-31';
INSERT INTO checks (what, got, want)
SELECT 'the rate that came, within 2 points', abs(avg(gone) - avg(p)) < 0.02, 1 FROM judged UNION ALL
SELECT 'tenths, within 4 points', sum(d < 0.04), 10 FROM (SELECT abs(avg(gone) - avg(p)) AS d FROM (SELECT p, gone, ntile(10) OVER (ORDER BY p) AS tenth FROM judged) GROUP BY tenth) UNION ALL
SELECT 'a threshold', (SELECT threshold_days BETWEEN 200 AND 350 AND type_1_error < 0.4 AND type_2_error < 0.4 AND customers = 23570 FROM churn_threshold('cdnow')), 1;
SELECT threshold_days, round(type_1_error, 4), round(type_2_error, 4), customers, came_back, gone, round(right_rate, 4) FROM churn_threshold('cdnow');
