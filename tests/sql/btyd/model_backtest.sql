-- not under valgrind: fits by the dozen, which ASan and UBSan see too
-- ext/fn/btyd/model_backtest.c against plain SQL over customer_summary() and clv_forecast(); its options and errors. The published figures: clv_forecast_cdnow.sql.
CREATE TABLE orders AS SELECT * FROM demo_orders(600, 3);
CREATE TABLE shuffled AS SELECT 'k' || customer_id AS customer, ordered_at FROM orders ORDER BY amount, ordered_at;
CREATE VIEW with_nulls AS SELECT customer_id, ordered_at FROM orders UNION ALL SELECT NULL, '2025-01-01' UNION ALL SELECT 7, NULL;
CREATE TABLE once AS SELECT customer_id, min(ordered_at) AS ordered_at FROM orders GROUP BY 1;
CREATE TABLE brief AS SELECT customer_id, ordered_at FROM orders WHERE ordered_at < '2024-01-15';
CREATE TABLE ancient AS SELECT customer_id, ordered_at FROM orders UNION ALL SELECT 1, '1870-01-01';
CREATE TABLE nobody(customer_id, ordered_at);
CREATE TABLE b AS SELECT * FROM model_backtest('orders') WHERE holdout = '26 weeks';
CREATE TABLE cut AS SELECT date(max(ordered_at), '-182 days') AS cut, date(max(ordered_at)) AS last, max(ordered_at) AS as_of, date(min(ordered_at)) AS first FROM orders;

INSERT INTO checks (what, got, want) SELECT 'R1 the cut', group_concat(DISTINCT calibrated_until), (SELECT cut FROM cut) FROM b;
INSERT INTO checks (what, got, want) SELECT 'R3 all models', group_concat(DISTINCT fitted_model), 'bgnbd,mbgnbd,pareto_nbd' FROM b;

-- Of each customer: the actual from SQL, the prediction from clv_forecast() as of the cut.
CREATE TABLE e AS
SELECT s.customer, s.x, s.holdout_x AS actual, m.column1 AS model, f.expected_purchases AS predicted
FROM (VALUES ('bgnbd'), ('mbgnbd'), ('pareto_nbd')) AS m, cut
  JOIN clv_forecast('orders', '26 weeks', m.column1) AS f ON f.as_of = cut.cut || ' 23:59:59.999'
  JOIN customer_summary('orders') AS s ON s.until = cut.cut || ' 23:59:59.999' AND s.customer = f.customer;
INSERT INTO checks (what, got, want)
SELECT 'R4 overall, ' || fitted_model,
  printf('%d %d %.6f %.8f %.8f %.8f', b.customers, b.actual, b.predicted, b.mae, b.rmse, b.correlation),
  (SELECT printf('%d %d %.6f %.8f %.8f %.8f', count(*), sum(actual), sum(predicted), avg(abs(predicted - actual)), sqrt(avg((predicted - actual) * (predicted - actual))),
     (avg(predicted * actual) - avg(predicted) * avg(actual)) / sqrt((avg(actual * actual) - avg(actual) * avg(actual)) * (avg(predicted * predicted) - avg(predicted) * avg(predicted)))) FROM e WHERE model = b.fitted_model)
FROM b WHERE section = 'overall';
INSERT INTO checks (what, got, want)
SELECT 'R4 by x, ' || b.fitted_model, sum(printf('%d %d %.6f %.8f %.8f', b.customers, b.actual, b.predicted, b.mae, b.rmse) = w.numbers), 8
FROM b JOIN (SELECT model, min(x, 7) AS bucket, printf('%d %d %.6f %.8f %.8f', count(*), sum(actual), sum(predicted), avg(abs(predicted - actual)), sqrt(avg((predicted - actual) * (predicted - actual)))) AS numbers
  FROM e GROUP BY 1, 2) AS w ON w.model = b.fitted_model AND w.bucket = b.bucket WHERE b.section = 'x' GROUP BY b.fitted_model;
INSERT INTO checks (what, got, want) SELECT 'R4 buckets add up', max(abs(o.actual - x.a)) || max(abs(o.predicted - x.p) < 1e-9) || max(abs(o.customers - x.n)), '010'
FROM b AS o JOIN (SELECT fitted_model, sum(actual) AS a, sum(predicted) AS p, sum(customers) AS n FROM b WHERE section = 'x' GROUP BY 1) AS x USING (fitted_model) WHERE o.section = 'overall';
INSERT INTO checks (what, got, want) SELECT 'R4 coverage at least the level, nearly', min(coverage) > 0.93, 1 FROM b WHERE section = 'overall';
INSERT INTO checks (what, got, want)
SELECT 'R4 a lower level covers less', sum(n.coverage < b.coverage AND n.coverage > 0.48 AND n.predicted = b.predicted), 3 FROM b JOIN model_backtest('orders', '26 weeks') AS n USING (fitted_model, section) WHERE section = 'overall' AND n.level = 0.5;

-- Weeks: cumulative repeat purchase days of those who first bought up to the cut.
CREATE TABLE day AS SELECT DISTINCT customer_id AS c, date(ordered_at) AS d FROM orders;
CREATE TABLE first AS SELECT c, min(d) AS f FROM day GROUP BY 1 HAVING min(d) <= (SELECT cut FROM cut);
INSERT INTO checks (what, got, want)
SELECT 'R5 ' || count(*) || ' weeks', sum(w.customers = (SELECT count(*) FROM first WHERE f <= w.ends_on) AND w.actual = (SELECT count(*) FROM day JOIN first USING (c) WHERE d > f AND d <= w.ends_on)), count(*)
FROM b AS w WHERE section = 'week' AND fitted_model = 'bgnbd';
INSERT INTO checks (what, got, want)
SELECT 'R5 they end by sevens, one with the cut, the last with the observation', sum(held_out = (ends_on > cut)) || ' ' || sum(ends_on = cut) || ' ' || max(ends_on = last AND bucket = n) || ' ' || sum((julianday(cut) - julianday(ends_on)) % 7 = 0 OR bucket = n) || ' ' || min(bucket),
  count(*) || ' 1 1 ' || count(*) || ' 1'
FROM (SELECT *, count(*) OVER () AS n FROM b WHERE section = 'week' AND fitted_model = 'bgnbd'), cut;
INSERT INTO checks (what, got, want)
SELECT 'R5 the prediction rises and stays near the actual', sum(predicted > before) || ' ' || (max(abs(predicted / actual - 1)) FILTER (WHERE bucket > 40) < 0.15), count(*) || ' 1'
FROM (SELECT *, lag(predicted, 1, -1) OVER (PARTITION BY fitted_model ORDER BY bucket) AS before FROM b WHERE section = 'week');

-- Options and sources.
INSERT INTO checks (what, got, want)
SELECT 'R3 auto is clv_forecast()''s choice at the cut', (SELECT fitted_model FROM model_backtest('orders') WHERE holdout = '26 weeks' AND model = 'auto' LIMIT 1),
  (SELECT fitted_model FROM clv_forecast('orders') WHERE as_of = (SELECT cut || ' 23:59:59.999' FROM cut) LIMIT 1);
INSERT INTO checks (what, got, want) SELECT 'R3 one by name', group_concat(DISTINCT fitted_model) || count(*), 'mbgnbd' || (SELECT count(*) FROM b WHERE fitted_model = 'mbgnbd') FROM model_backtest('orders') WHERE holdout = '26 weeks' AND model = 'mbgnbd';
INSERT INTO checks (what, got, want)
SELECT 'R1 the last third in whole weeks', (SELECT calibrated_until FROM model_backtest('orders') LIMIT 1), (SELECT date(last, (-7 * CAST((julianday(last) - julianday(first) + 1) / 21 AS INTEGER)) || ' days') FROM cut);
INSERT INTO checks (what, got, want)
SELECT column1, (SELECT count(*) FROM b JOIN model_backtest(column2, '26 weeks') AS g USING (fitted_model, section) WHERE g.bucket IS b.bucket AND g.actual = b.actual AND abs(g.predicted / max(b.predicted, 1e-9) - 1) < 1e-9 OR g.predicted = b.predicted AND g.bucket IS b.bucket), (SELECT count(*) FROM b)
FROM (VALUES ('rows in any order, text keys', 'shuffled'), ('a view, with NULLs', 'with_nulls'));
INSERT INTO checks (what, got, want)
SELECT 'a history', count(*), (SELECT count(*) FROM b) FROM b JOIN model_backtest((SELECT retain_log(customer_id, ordered_at) FROM orders), '26 weeks') AS g USING (fitted_model, section) WHERE g.bucket IS b.bucket AND g.predicted = b.predicted;
INSERT INTO checks (what, got, want) SELECT 'as_of leaves later rows out', max(ends_on) || ' ' || min(calibrated_until), '2025-06-30 2025-03-31' FROM model_backtest('orders') WHERE as_of = '2025-06-30' AND holdout = '13 weeks' AND model = 'bgnbd';
INSERT INTO checks (what, got, want) SELECT 'months', min(calibrated_until), '2025-03-30' FROM model_backtest('orders') WHERE as_of = '2025-06-30' AND holdout = '3 months' AND model = 'bgnbd' AND section = 'x';
INSERT INTO checks (what, got, want) SELECT 'an empty source', count(*), 0 FROM model_backtest('nobody');
INSERT INTO checks (what, got, want)
SELECT 'R3 what cannot be fitted says why', group_concat(printf('%s %s %s %s', fitted_model, section, quote(actual), reason), '; '), 'bgnbd overall NULL nobody bought again; mbgnbd overall NULL nobody bought again; pareto_nbd overall NULL nobody bought again'
FROM model_backtest('once');

-- expect error
SELECT * FROM model_backtest('once') WHERE model = 'auto';
-- expect error
SELECT * FROM model_backtest('once') WHERE model = 'bgnbd';
-- expect error
SELECT * FROM model_backtest('orders') WHERE model = 'bgbb';
-- expect error
SELECT * FROM model_backtest('orders') WHERE holdout = '1 hour' AND as_of = '2025-06-30 12:00';
-- expect error
SELECT * FROM model_backtest('orders') WHERE holdout = '3 years';
-- expect error
SELECT * FROM model_backtest('orders') WHERE holdout = '3000 years';
-- expect error
SELECT * FROM model_backtest('brief');
-- expect error
SELECT * FROM model_backtest('ancient');
-- expect error
SELECT * FROM model_backtest('orders') WHERE level = 0;
