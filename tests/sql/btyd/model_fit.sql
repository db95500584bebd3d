-- ext/fn/btyd/model_fit.c: rows, intervals, criteria and what it says where nothing can be fitted. The estimates: clv_forecast_cdnow.sql.
CREATE TABLE whole AS SELECT * FROM demo_orders(600, 3);
CREATE TABLE orders AS SELECT * FROM whole WHERE ordered_at < '2025-07-01';
CREATE TABLE shuffled AS SELECT 'k' || customer_id AS customer, ordered_at, amount FROM orders ORDER BY amount, ordered_at;
CREATE VIEW visits AS SELECT customer_id, ordered_at FROM orders;
CREATE TABLE once AS SELECT customer_id, min(ordered_at) AS ordered_at, amount FROM orders GROUP BY 1;
CREATE TABLE nobody(customer_id, ordered_at, amount);
CREATE TABLE f AS SELECT * FROM model_fit('orders');

INSERT INTO checks (what, got, want)
SELECT 'R1 a row per model and parameter', group_concat(model || ' ' || p, '; '), 'bgnbd r alpha a b; mbgnbd r alpha a b; pareto_nbd r alpha s beta; gamma_gamma p q gamma'
FROM (SELECT model, group_concat(parameter, ' ') AS p FROM f GROUP BY model ORDER BY min(rowid));
INSERT INTO checks (what, got, want) SELECT 'R1 no spend model without a value', group_concat(DISTINCT model), 'bgnbd,mbgnbd,pareto_nbd' FROM model_fit('visits');
INSERT INTO checks (what, got, want) SELECT 'R2 customers', group_concat(DISTINCT customers), (SELECT count(DISTINCT customer_id) FROM orders) || ',' || (SELECT sum(x > 0 AND m > 0) FROM customer_summary('orders')) FROM f;
INSERT INTO checks (what, got, want) SELECT 'all converged here', min(converged) || quote(max(reason)), '1''''' FROM f;
INSERT INTO checks (what, got, want) SELECT 'R4 estimates lie in their intervals, evenly on the log scale', sum(low < estimate AND estimate < high AND abs(low * high / estimate / estimate - 1) < 1e-12), count(*) FROM f;
INSERT INTO checks (what, got, want) SELECT 'R4 as wide as the standard error says', max(abs(ln(high / low) / (2 * 1.95996398454005 * standard_error / estimate) - 1)) < 1e-12, 1 FROM f;
INSERT INTO checks (what, got, want)
SELECT 'R4 a lower level is narrower', round(max(ln(n.high / n.low) / ln(f.high / f.low)), 9), round(0.674489750196 / 1.959963984540, 9) FROM f JOIN model_fit('orders') AS n USING (model, parameter) WHERE n.level = 0.5;
INSERT INTO checks (what, got, want) SELECT 'AIC and BIC', sum(abs(aic - (2 * k - 2 * log_likelihood)) < 1e-6 AND abs(bic - (k * ln(customers) - 2 * log_likelihood)) < 1e-6), count(*)
FROM (SELECT *, CASE model WHEN 'gamma_gamma' THEN 3 ELSE 4 END AS k FROM f);
INSERT INTO checks (what, got, want)
SELECT 'R3 in days alpha and beta are seven times as long, the rest and the AIC differences the same',
  sum(abs(d.estimate / (f.estimate * CASE WHEN f.parameter IN ('alpha', 'beta') THEN 7 ELSE 1 END) - 1) < 1e-5), count(*)
FROM f JOIN model_fit('orders') AS d USING (model, parameter) WHERE d.unit = 'day';
INSERT INTO checks (what, got, want)
SELECT 'R3 AIC differences in days', max(abs((d.aic - e.aic) - (f.aic - g.aic))) < 1e-6, 1
FROM f, f AS g, model_fit('orders', 'day') AS d, model_fit('orders', 'day') AS e
WHERE f.model = 'bgnbd' AND d.model = 'bgnbd' AND g.model = 'pareto_nbd' AND e.model = 'pareto_nbd' AND f.parameter = 'r' AND g.parameter = 'r' AND d.parameter = 'r' AND e.parameter = 'r';
INSERT INTO checks (what, got, want) SELECT 'any order, text keys', sum(abs(s.estimate / f.estimate - 1) < 1e-9), count(*) FROM f JOIN model_fit('shuffled') AS s USING (model, parameter);
INSERT INTO checks (what, got, want)
SELECT 'until ends the observation, as as_of does', sum(u.estimate = a.estimate AND u.log_likelihood = a.log_likelihood) || (count(*) >= 11), count(*) || '1'
FROM model_fit('orders') AS u JOIN model_fit('orders') AS a USING (model, parameter) WHERE u.until = '2025-03-31' AND a.as_of = '2025-03-31' AND u.converged;
INSERT INTO checks (what, got, want)
SELECT 'R5 nothing to fit is said, not made up', group_concat(DISTINCT printf('%s %d %s %s', model, converged, quote(coalesce(estimate, low, high, standard_error, log_likelihood, aic, bic)), reason)),
  'bgnbd 0 NULL nobody bought again,mbgnbd 0 NULL nobody bought again,pareto_nbd 0 NULL nobody bought again,gamma_gamma 0 NULL nobody bought again for a value above 0' FROM model_fit('once');
INSERT INTO checks (what, got, want)
SELECT 'R5 a model that these customers do not determine', group_concat(DISTINCT printf('%s %d %s %s', model, converged, coalesce(estimate, aic, 'NULL'), substr(reason, 1, 38))), 'pareto_nbd 0 NULL no finite maximum: s and beta grow wit'
FROM model_fit('whole') WHERE NOT converged;
INSERT INTO checks (what, got, want) SELECT 'R5 an empty source', count(*) || group_concat(DISTINCT reason) || max(customers), '15there are no customers,nobody bought again for a value above 00' FROM model_fit('nobody');

-- expect error
SELECT * FROM model_fit('orders') WHERE level = 0;
-- expect error
SELECT * FROM model_fit('orders') WHERE unit = 'weeks';
-- expect error
SELECT * FROM model_fit('orders') WHERE until = '2025-06-30' AND as_of = '2025-06-29';
