-- not under valgrind: fits by the dozen, which ASan and UBSan see too
-- ext/fn/btyd/clv_forecast.c: its columns against customer_summary(), model_fit() and each other, for every kind of source; what cannot be forecast. The numbers of the models
-- themselves: clv_forecast_cdnow.sql and tests/unit/btyd/test_clv_forecast.c.
CREATE TABLE orders AS SELECT * FROM demo_orders(600, 3);
CREATE TABLE shuffled AS SELECT * FROM orders ORDER BY amount, ordered_at;
CREATE VIEW named AS SELECT 'k' || customer_id AS customer, ordered_at, amount FROM orders;
CREATE TABLE visits AS SELECT customer_id, ordered_at FROM orders;
CREATE TABLE with_nulls AS SELECT customer_id, ordered_at, amount FROM orders;
INSERT INTO with_nulls VALUES (NULL, '2025-01-01', 5), (7, NULL, 5);

CREATE TABLE f AS SELECT * FROM clv_forecast('orders');
INSERT INTO checks (what, got, want)
SELECT 'R1 ' || count(*) || ' customers as customer_summary() has them', sum(f.x IS s.x AND f.t_x IS s.t_x AND f."T" IS s."T" AND f.m IS s.m AND f.orders IS s.orders), count(*)
FROM f JOIN customer_summary('orders') AS s USING (customer);
INSERT INTO checks (what, got, want) SELECT 'R1 all of them', count(*), (SELECT count(DISTINCT customer_id) FROM orders) FROM f;
INSERT INTO checks (what, got, want)
SELECT 'R1 value so far', max(abs(f.value - o.v)) < 1e-9, 1 FROM f JOIN (SELECT customer_id, sum(amount) AS v FROM orders GROUP BY 1) AS o ON o.customer_id = f.customer;
INSERT INTO checks (what, got, want) SELECT 'R2 one model, the lowest AIC', group_concat(DISTINCT fitted_model), (SELECT model FROM model_fit('orders') WHERE converged AND model != 'gamma_gamma' ORDER BY aic LIMIT 1) FROM f;
INSERT INTO checks (what, got, want) SELECT 'R2 asked for by name', group_concat(DISTINCT fitted_model), 'mbgnbd' FROM clv_forecast('orders') WHERE model = 'MBGNBD';
INSERT INTO checks (what, got, want) SELECT 'chances are chances', sum(p_alive BETWEEN 0 AND 1), count(*) FROM f;
INSERT INTO checks (what, got, want) SELECT 'R5 clv is purchases times value', max(abs(clv / (expected_purchases * expected_value) - 1)) < 1e-14, 1 FROM f;
INSERT INTO checks (what, got, want) SELECT 'R6 clv lies in its interval', sum(clv_low < clv AND clv < clv_high), count(*) FROM f;
INSERT INTO checks (what, got, want) SELECT 'R6 symmetric on the log scale', max(abs(clv_low * clv_high / (clv * clv) - 1)) < 1e-12, 1 FROM f;
INSERT INTO checks (what, got, want)
SELECT 'R6 a lower level is narrower by the normal quantile', round(max(ln(n.clv_high / n.clv_low) / ln(f.clv_high / f.clv_low)), 9), round(0.674489750196 / 1.959963984540, 9)
FROM f JOIN clv_forecast('orders') AS n USING (customer) WHERE n.level = 0.5;
INSERT INTO checks (what, got, want) SELECT 'R4 who bought once has the mean of the population', count(DISTINCT expected_value), 1 FROM f WHERE x = 0;
INSERT INTO checks (what, got, want)
SELECT 'R4 which is p gamma / (q - 1)', abs(max(f.expected_value) / (SELECT max(estimate) FILTER (WHERE parameter = 'p') * max(estimate) FILTER (WHERE parameter = 'gamma') / (max(estimate) FILTER (WHERE parameter = 'q') - 1)
  FROM model_fit('orders') WHERE model = 'gamma_gamma') - 1) < 1e-12, 1 FROM f WHERE x = 0;
INSERT INTO checks (what, got, want) SELECT 'gamma_gamma and delta', group_concat(DISTINCT spend_model || ' ' || interval_method), 'gamma_gamma delta' FROM f;

-- The same from the functions that it is made of: a fit as a value, and scalars that ask it.
CREATE TABLE fits AS SELECT bgnbd_fit(x, t_x, "T") AS bgnbd, mbgnbd_fit(x, t_x, "T") AS mbgnbd, pareto_nbd_fit(x, t_x, "T") AS pareto_nbd, gamma_gamma_fit(x, m) AS spend FROM customer_summary('orders') WHERE as_of = '2025-06-30';
INSERT INTO checks (what, got, want)
SELECT 'composed by hand, ' || k.column1 || ', discount ' || d.column1,
  sum(abs(c.p_alive - p_alive(fit, x, t_x, "T")) < 1e-12 AND abs(c.expected_purchases / expected_purchases(fit, 26, x, t_x, "T") - 1) < 1e-12 AND abs(c.expected_value / expected_value(spend, x, m) - 1) < 1e-12
    AND abs(c.clv / clv_expected(fit, spend, 26, exp(ln(1 + d.column1) * 7 / 365.25) - 1, x, t_x, "T", m) - 1) < 1e-11), count(*)
FROM (VALUES ('bgnbd'), ('mbgnbd'), ('pareto_nbd')) AS k, (VALUES (0), (0.1)) AS d,
  (SELECT column1 AS name, CASE column1 WHEN 'bgnbd' THEN bgnbd WHEN 'mbgnbd' THEN mbgnbd ELSE pareto_nbd END AS fit, spend FROM (VALUES ('bgnbd'), ('mbgnbd'), ('pareto_nbd')), fits) AS f ON f.name = k.column1,
  clv_forecast('orders', '26 weeks', k.column1, d.column1) AS c WHERE c.as_of = '2025-06-30' GROUP BY 1;

-- Options.
INSERT INTO checks (what, got, want)
SELECT 'R3 a year is twelve months and 1461/28 weeks', max(abs(y.expected_purchases - m.expected_purchases)) = 0 AND max(abs(y.clv / m.clv - 1)) = 0, 1
FROM clv_forecast('orders') AS y JOIN clv_forecast('orders') AS m USING (customer) WHERE y.horizon = '1 year' AND m.horizon = '12 months';
INSERT INTO checks (what, got, want)
SELECT 'R3 a longer horizon, more purchases', sum(l.expected_purchases > f.expected_purchases), count(*) FROM clv_forecast('orders') AS l JOIN f USING (customer) WHERE l.horizon = '53 weeks';
INSERT INTO checks (what, got, want)
SELECT 'R5 one week at its end', max(abs(w.clv * exp(ln(1.1) * 7 / 365.25) / (w.expected_purchases * w.expected_value) - 1)) < 1e-12, 1 FROM clv_forecast('orders') AS w WHERE horizon = '1 week' AND discount = 0.1;
INSERT INTO checks (what, got, want)
SELECT 'R5 two weeks at their ends', max(abs(d.clv / ((a.expected_purchases * exp(-ln(1.1) * 7 / 365.25) + (d.expected_purchases - a.expected_purchases) * exp(-ln(1.1) * 14 / 365.25)) * d.expected_value) - 1)) < 1e-12, 1
FROM clv_forecast('orders') AS d JOIN clv_forecast('orders') AS a USING (customer) WHERE d.horizon = '14 days' AND d.discount = 0.1 AND a.horizon = '1 week';
INSERT INTO checks (what, got, want)
SELECT 'the unit changes t_x and T only', max(abs(d.p_alive - f.p_alive)) < 1e-7 AND max(abs(d.clv / f.clv - 1)) < 1e-6 AND max(abs(d.t_x - 7 * f.t_x)) < 1e-9 AND max(abs(d."T" - 7 * f."T")) < 1e-9, 1
FROM clv_forecast('orders') AS d JOIN f USING (customer) WHERE d.unit = 'day';
INSERT INTO checks (what, got, want)
SELECT 'as_of: what was known then', sum(b.x IS s.x AND b.orders IS s.orders) = count(*) AND max(b."T" - s."T") = 0, 1
FROM clv_forecast('orders') AS b JOIN customer_summary('orders') AS s USING (customer) WHERE b.as_of = '2025-06-30' AND s.as_of = '2025-06-30';

-- Sources.
INSERT INTO checks (what, got, want)
SELECT column1, (SELECT count(*) FROM clv_forecast(column2) AS g JOIN f ON replace(g.customer, 'k', '') = f.customer || ''
  WHERE abs(g.clv / f.clv - 1) < 1e-12 AND abs(g.clv_low / f.clv_low - 1) < 1e-9 AND g.orders = f.orders AND abs(g.value - f.value) < 1e-9), (SELECT count(*) FROM f)
FROM (VALUES ('rows in any order', 'shuffled'), ('a view, text keys', 'named'), ('rows with a NULL customer or time', 'with_nulls'));
INSERT INTO checks (what, got, want)
SELECT 'a history', count(*), (SELECT count(*) FROM f) FROM clv_forecast((SELECT retain_log(customer_id, ordered_at, amount) FROM orders)) AS g JOIN f USING (customer) WHERE g.clv = f.clv;
INSERT INTO checks (what, got, want)
SELECT 'R7 without a value', count(*) || ' ' || count(m) || count(value) || count(expected_value) || count(clv) || count(clv_low) || count(clv_high) || count(spend_model) || count(interval_method), (SELECT count(*) FROM f) || ' 00000000'
FROM clv_forecast('visits');
INSERT INTO checks (what, got, want)
SELECT 'R7 the purchases are the same', max(abs(v.p_alive - f.p_alive) + abs(v.expected_purchases - f.expected_purchases)), 0.0 FROM clv_forecast('visits') AS v JOIN f USING (customer);
INSERT INTO checks (what, got, want) SELECT 'columns without a value alone', sum(g.p_alive = f.p_alive), count(*) FROM (SELECT customer, p_alive FROM clv_forecast('orders')) AS g JOIN f USING (customer);
INSERT INTO checks (what, got, want) SELECT 'one customer', group_concat(g.clv = f.clv), '1' FROM clv_forecast('orders') AS g JOIN f USING (customer) WHERE g.customer = 17;
INSERT INTO checks (what, got, want) SELECT 'one customer by a text key', group_concat(abs(g.clv / f.clv - 1) < 1e-12), '1' FROM clv_forecast('named') AS g JOIN f ON f.customer = 17 WHERE g.customer = 'k17';
INSERT INTO checks (what, got, want) SELECT 'nobody of that key', count(*), 0 FROM clv_forecast('orders') WHERE customer = 'k17';
CREATE TABLE nobody(customer_id, ordered_at, amount);
INSERT INTO checks (what, got, want) SELECT 'an empty source', count(*), 0 FROM clv_forecast('nobody');
INSERT INTO checks (what, got, want) SELECT 'nothing before as_of', count(*), 0 FROM clv_forecast('orders') WHERE as_of = '1999-01-01';

-- One price for all: no Gamma-Gamma, and no pretence of one.
CREATE TABLE subscription AS SELECT customer_id, date(ordered_at) AS ordered_at, 9.5 AS amount FROM orders GROUP BY 1, 2;
INSERT INTO checks (what, got, want) SELECT 'R4 the mean instead', group_concat(DISTINCT printf('%s %g', spend_model, expected_value)), 'mean 9.5' FROM clv_forecast('subscription');
INSERT INTO checks (what, got, want)
SELECT 'R4 whose interval is that of the purchases', sum(clv_low < clv AND clv < clv_high), count(*) FROM clv_forecast('subscription');

-- The bootstrap: reproducible, by seed, about as wide as the delta method.
CREATE TABLE b AS SELECT * FROM clv_forecast('orders') WHERE model = 'bgnbd' AND bootstrap = 40;
INSERT INTO checks (what, got, want) SELECT 'R6 says so', group_concat(DISTINCT interval_method), 'bootstrap 40 of 40' FROM b;
INSERT INTO checks (what, got, want) SELECT 'R6 the same seed', sum(g.clv_low = b.clv_low AND g.clv_high = b.clv_high), count(*) FROM clv_forecast('orders') AS g JOIN b USING (customer) WHERE g.model = 'bgnbd' AND g.bootstrap = 40 AND g.seed = 1;
INSERT INTO checks (what, got, want) SELECT 'R6 another seed', sum(g.clv_low = b.clv_low), 0 FROM clv_forecast('orders') AS g JOIN b USING (customer) WHERE g.model = 'bgnbd' AND g.bootstrap = 40 AND g.seed = 2;
INSERT INTO checks (what, got, want)
SELECT 'R6 about as wide', avg(ln(b.clv_high / b.clv_low)) / avg(ln(g.clv_high / g.clv_low)) BETWEEN 0.6 AND 1.5, 1 FROM clv_forecast('orders') AS g JOIN b USING (customer) WHERE g.model = 'bgnbd';

-- A shop in which no model has a finite maximum: still an answer, which says what it is.
CREATE TABLE clockwork(customer_id INTEGER, ordered_at TEXT, amount REAL);
INSERT INTO clockwork
WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 599)
SELECT (i * 7919) % 151, datetime('2025-01-01', (i / 2 + i % 11) || ' days'), round(5 + i * 37 % 91 + i % 4 * 0.25, 2) FROM n WHERE i < 300 OR (i * 7919) % 151 % 2;
INSERT INTO checks (what, got, want) SELECT 'R2 no model converges', count(*), 0 FROM model_fit('clockwork') WHERE converged;
INSERT INTO checks (what, got, want)
SELECT 'R2 at its limit', group_concat(DISTINCT fitted_model || ', ' || interval_method), 'bgnbd at its limit, none' FROM clv_forecast('clockwork') UNION ALL
SELECT 'R2 … with a value and without an interval', printf('%d %d', count(clv), count(clv_low)), '151 0' FROM clv_forecast('clockwork') UNION ALL
SELECT 'R2 … which is that of the purchases', sum(abs(clv - expected_purchases * expected_value) <= 1e-12 * clv AND p_alive BETWEEN 0 AND 1), 151 FROM clv_forecast('clockwork');

INSERT INTO checks (what, got, want)
SELECT 'R6 a bootstrap at a limit: no interval', group_concat(DISTINCT interval_method) || count(clv_low), 'none0' FROM clv_forecast('clockwork') WHERE bootstrap = 20;
CREATE TABLE free AS SELECT customer_id, ordered_at, 0 AS amount FROM orders;
CREATE TABLE refunded AS SELECT customer_id, ordered_at, -5 AS amount FROM orders;
INSERT INTO checks (what, got, want)
SELECT 'R6 no value above 0, ' || column1 || ', ' || column2, (SELECT group_concat(DISTINCT interval_method) || count(clv_low) FROM clv_forecast(column1) WHERE bootstrap = column2), 'none0'
FROM (VALUES ('free', 0), ('free', 20), ('refunded', 0), ('refunded', 20));

-- A customer's own spending: it holds the mean unless nearly all spend nothing, is wider than the interval of the mean, narrower at a lower level, and goes down with a discount as clv does.
INSERT INTO checks (what, got, want)
SELECT 'R7 predicted, ' || count(*), sum(f.clv_predict_low <= f.clv AND (f.clv <= f.clv_predict_high OR f.clv_predict_high = 0) AND (f.clv_predict_high = 0 OR f.clv_predict_high - f.clv_predict_low > f.clv_high - f.clv_low) AND h.clv_predict_low >= f.clv_predict_low AND h.clv_predict_high <= f.clv_predict_high
  AND abs(d.clv_predict_high - f.clv_predict_high * d.clv / f.clv) <= 1e-9 * f.clv_predict_high AND (f.p_alive > 0.05 OR f.clv_predict_low = 0)), count(*)
FROM clv_forecast('orders') AS f JOIN clv_forecast('orders') AS h ON h.level = 0.5 AND h.customer = f.customer JOIN clv_forecast('orders') AS d ON d.discount = 0.2 AND d.customer = f.customer;
INSERT INTO checks (what, got, want) SELECT 'R7 somebody is sure to spend', max(clv_predict_low) > 0, 1 FROM clv_forecast('orders') WHERE level = 0.5;
INSERT INTO checks (what, got, want) SELECT 'R7 no spread without Gamma-Gamma', group_concat(DISTINCT spend_model) || count(clv_predict_high), 'mean0' FROM clv_forecast('free');

CREATE TABLE one AS SELECT customer_id, ordered_at, amount FROM orders WHERE customer_id = 17;
CREATE TABLE once AS SELECT customer_id, min(ordered_at) AS ordered_at, amount FROM orders GROUP BY 1;
-- expect error
SELECT * FROM clv_forecast('one');
-- expect error
SELECT * FROM clv_forecast('once');
-- expect error
SELECT * FROM clv_forecast('once') WHERE model = 'pareto_nbd';
-- expect error
SELECT * FROM clv_forecast('orders') WHERE model = 'bgndb';
-- expect error
SELECT * FROM clv_forecast('orders') WHERE horizon = '0 weeks';
-- expect error
SELECT * FROM clv_forecast('orders') WHERE horizon = '101 years';
-- expect error
SELECT * FROM clv_forecast('orders') WHERE discount = 10;
-- expect error
SELECT * FROM clv_forecast('orders') WHERE level = 1;
-- expect error
SELECT * FROM clv_forecast('orders') WHERE bootstrap = -1;
-- expect error
SELECT * FROM clv_forecast('orders') WHERE bootstrap = 2001;
-- expect error
SELECT * FROM clv_forecast('orders') WHERE bootstrap = 1;
-- expect error
SELECT * FROM clv_forecast('order');
