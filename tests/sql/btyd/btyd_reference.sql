-- needs: shared
-- The functions on a model against ../shared/reference/btyd (40-digit arithmetic), every row, and the fits against ref_params.csv (GOLD).
-- dert_cont10pct: delta = ln(1.1)/52 per week; dexp12m_lifetimes: 12 periods of 4.345 weeks, 10 % a year.
CREATE TABLE value(file TEXT, what TEXT, row TEXT, got REAL, want REAL);

.import --csv ../shared/reference/btyd/ref_cdnow_summary_bgnbd.csv cdnow_bgnbd
.import --csv ../shared/reference/btyd/ref_cdnow_summary_mbgnbd.csv cdnow_mbgnbd
.import --csv ../shared/reference/btyd/ref_cdnow_summary_pnbd.csv cdnow_pnbd
.import --csv ../shared/reference/btyd/ref_stress_bgnbd.csv stress_bgnbd
.import --csv ../shared/reference/btyd/ref_stress_mbgnbd.csv stress_mbgnbd
.import --csv ../shared/reference/btyd/ref_stress_pnbd.csv stress_pnbd
.import --csv ../shared/reference/btyd/ref_cdnow_summary_gg.csv gg
.import --csv ../shared/reference/btyd/ref_donations_bgbb.csv donations_bgbb
.import --csv ../shared/reference/btyd/ref_stress_bgbb_gamma1.csv stress_bgbb
.import --csv ../shared/reference/btyd/ref_unconditional.csv unconditional
.import --csv ../shared/reference/btyd/ref_params.csv params

-- One shape for the six continuous files.
CREATE TABLE past AS
WITH r(file, id, model, p1, p2, p3, p4, x, t_x, age, m, spend, p_alive, cet39, cet52, dexp, dert, dert10, profit, clv, clv_dert) AS (
  SELECT 'cdnow bgnbd', id, '"bgnbd","parameters":{"r":%s,"alpha":%s,"a":%s,"b":%s}', r, alpha, a, b, x, t_x, "T", m_x, printf('{"model":"gamma_gamma","parameters":{"p":%s,"q":%s,"gamma":%s}}', gg_p, gg_q, gg_gamma),
    p_alive, cet39, cet52, dexp12m_lifetimes, dert_cont10pct, NULL, exp_profit, clv12m_lifetimes, clv_dert FROM cdnow_bgnbd
  UNION ALL SELECT 'cdnow mbgnbd', id, '"mbgnbd","parameters":{"r":%s,"alpha":%s,"a":%s,"b":%s}', r, alpha, a, b, x, t_x, "T", m_x, printf('{"model":"gamma_gamma","parameters":{"p":%s,"q":%s,"gamma":%s}}', gg_p, gg_q, gg_gamma),
    p_alive, cet39, cet52, dexp12m_lifetimes, dert_cont10pct, NULL, exp_profit, clv12m_lifetimes, clv_dert FROM cdnow_mbgnbd
  UNION ALL SELECT 'cdnow pareto_nbd', id, '"pareto_nbd","parameters":{"r":%s,"alpha":%s,"s":%s,"beta":%s}', r, alpha, s, beta, x, t_x, "T", m_x, printf('{"model":"gamma_gamma","parameters":{"p":%s,"q":%s,"gamma":%s}}', gg_p, gg_q, gg_gamma),
    p_alive, cet39, cet52, dexp12m_lifetimes, dert_cont10pct, NULL, exp_profit, clv12m_lifetimes, clv_dert FROM cdnow_pnbd
  UNION ALL SELECT 'stress bgnbd', id, '"bgnbd","parameters":{"r":%s,"alpha":%s,"a":%s,"b":%s}', r, alpha, a, b, x, t_x, "T", 10, NULL,
    p_alive, cet39, cet52, dexp12m_lifetimes, dert_cont10pct, "dert_ln1.1_per_week", NULL, NULL, NULL FROM stress_bgnbd
  UNION ALL SELECT 'stress mbgnbd', id, '"mbgnbd","parameters":{"r":%s,"alpha":%s,"a":%s,"b":%s}', r, alpha, a, b, x, t_x, "T", 10, NULL,
    p_alive, cet39, cet52, dexp12m_lifetimes, dert_cont10pct, "dert_ln1.1_per_week", NULL, NULL, NULL FROM stress_mbgnbd
  UNION ALL SELECT 'stress pareto_nbd', id, '"pareto_nbd","parameters":{"r":%s,"alpha":%s,"s":%s,"beta":%s}', r, alpha, s, beta, x, t_x, "T", 10, NULL,
    p_alive, cet39, cet52, dexp12m_lifetimes, dert_cont10pct, "dert_ln1.1_per_week", NULL, NULL, NULL FROM stress_pnbd)
SELECT file, id, printf('{"model":' || model || '}', p1, p2, p3, p4) AS model, coalesce(spend, '{"model":"gamma_gamma","parameters":{"p":6.25,"q":3.74,"gamma":15.45}}') AS spend,
  x, t_x, age, m, p_alive, cet39, cet52, dexp, dert, nullif(dert10, '') AS dert10, profit, clv, clv_dert FROM r;

INSERT INTO value SELECT file, 'p_alive', id, p_alive(model, x, t_x, age), p_alive FROM past;
INSERT INTO value SELECT file, 'p_alive_at 0', id, p_alive_at(model, x, t_x, age, 0), p_alive FROM past;
INSERT INTO value SELECT file, 'expected_purchases 39', id, expected_purchases(model, 39, x, t_x, age), cet39 FROM past;
INSERT INTO value SELECT file, 'expected_purchases 52', id, expected_purchases(model, 52, x, t_x, age), cet52 FROM past;
INSERT INTO value SELECT file, 'clv_expected / expected_value', id, clv_expected(model, spend, 12 * 4.345, pow(1.1, 1 / 12.0) - 1, x, t_x, age, m, 4.345) / expected_value(spend, x, m), dexp FROM past;
INSERT INTO value SELECT file, 'dert 10 % a year', id, dert(model, pow(1.1, 1 / 52.0) - 1, x, t_x, age), dert FROM past;
INSERT INTO value SELECT file, 'dert 10 % a week', id, dert(model, 0.1, x, t_x, age), dert10 FROM past WHERE dert10 IS NOT NULL;
INSERT INTO value SELECT file, 'expected_value', id, expected_value(spend, x, m), profit FROM past WHERE profit IS NOT NULL;
INSERT INTO value SELECT file, 'clv_expected', id, clv_expected(model, spend, 12 * 4.345, pow(1.1, 1 / 12.0) - 1, x, t_x, age, m, 4.345), clv FROM past WHERE clv IS NOT NULL;
INSERT INTO value SELECT file, 'expected_value * dert', id, expected_value(spend, x, m) * dert(model, pow(1.1, 1 / 52.0) - 1, x, t_x, age), clv_dert FROM past WHERE clv_dert IS NOT NULL;

INSERT INTO value SELECT 'cdnow gamma_gamma', 'expected_value', id, expected_value(printf('{"model":"gamma_gamma","parameters":{"p":%s,"q":%s,"gamma":%s}}', p, q, gamma), x, m_x), exp_profit FROM gg;

CREATE TABLE discrete AS
SELECT 'donations bgbb' AS file, printf('{"model":"bgbb","parameters":{"alpha":%s,"beta":%s,"gamma":%s,"delta":%s}}', alpha, beta, gamma, delta) AS model, * FROM donations_bgbb
UNION ALL SELECT 'stress bgbb', printf('{"model":"bgbb","parameters":{"alpha":%s,"beta":%s,"gamma":%s,"delta":%s}}', alpha, beta, gamma, delta), * FROM stress_bgbb;
INSERT INTO value SELECT file, 'p_alive', id, p_alive(model, x, t_x, n), p_alive_at_n FROM discrete;
INSERT INTO value SELECT file, 'p_alive_at 1', id, p_alive_at(model, x, t_x, n, 1), p_alive_at_n_plus_1 FROM discrete;
INSERT INTO value SELECT file, 'expected_purchases 1', id, expected_purchases(model, 1, x, t_x, n), cet_n1 FROM discrete;
INSERT INTO value SELECT file, 'expected_purchases 5', id, expected_purchases(model, 5, x, t_x, n), cet_n5 FROM discrete;
INSERT INTO value SELECT file, 'expected_purchases 10', id, expected_purchases(model, 10, x, t_x, n), cet_n10 FROM discrete;
INSERT INTO value SELECT file, 'dert 10 %', id, dert(model, 0.1, x, t_x, n), dert_annual10pct FROM discrete;

CREATE TABLE new_customer AS
SELECT rowid AS id, replace(model, 'pnbd', 'pareto_nbd') AS name, printf(CASE WHEN model = 'pnbd' THEN '{"model":"pareto_nbd","parameters":{"r":%s,"alpha":%s,"s":%s,"beta":%s}}'
  ELSE '{"model":"' || model || '","parameters":{"r":%s,"alpha":%s,"a":%s,"b":%s}}' END, p1, p2, p3, p4) AS model, n, t, value AS want FROM unconditional;
INSERT INTO value SELECT 'new customers ' || name, 'expected_purchases', id, expected_purchases(model, t), want FROM new_customer WHERE n = '';
INSERT INTO value SELECT 'new customers ' || name, 'purchase_pmf', id, purchase_pmf(model, n, t), want FROM new_customer WHERE n <> '';

INSERT INTO checks (what, got, want)
SELECT count(*) || ' rows: ' || file || ', ' || what, count(got) || ' ' || CASE WHEN max(error) > 1e-10 THEN printf('error %.2g in row %s', max(error), row) ELSE 'within 1e-10' END, count(*) || ' within 1e-10'
FROM (SELECT *, CASE WHEN want < 2.3e-308 THEN got >= 2.3e-308 ELSE abs(got / want - 1) END AS error FROM value) GROUP BY file, what; -- below 2.3e-308 doubles lose their digits
INSERT INTO checks (what, got, want) SELECT 'every row of the files', group_concat(n), '114,114,114,60,60,84,96,37,2,123' FROM (
  SELECT count(*) AS n FROM cdnow_bgnbd UNION ALL SELECT count(*) FROM cdnow_mbgnbd UNION ALL SELECT count(*) FROM cdnow_pnbd UNION ALL SELECT count(*) FROM stress_bgnbd
  UNION ALL SELECT count(*) FROM stress_mbgnbd UNION ALL SELECT count(*) FROM stress_pnbd UNION ALL SELECT count(*) FROM gg UNION ALL SELECT count(*) FROM donations_bgbb
  UNION ALL SELECT count(*) FROM stress_bgbb UNION ALL SELECT count(*) FROM unconditional);

-- FAILURES.md, by its numbers.
CREATE TABLE donated AS SELECT '{"model":"bgbb","parameters":{"alpha":1.2035223516,"beta":0.749716358173,"gamma":0.656718208442,"delta":2.78344223258}}' AS model;
INSERT INTO checks (what, got, want)
SELECT 'FAILURES.md 2, ' || x || ' of ' || n, printf('%.6g %.6g %.6g', p_alive(model, x, t_x, n), expected_purchases(model, 10, x, t_x, n), dert(model, 0.1, x, t_x, n)), want FROM donated,
  (SELECT 0 AS x, 0 AS t_x, 0 AS n, '' AS want WHERE 0 UNION ALL VALUES (26, 50, 52, '0.926377 4.39105 4.18828'), (180, 360, 365, '0.900654 4.40446 4.36393'), (500, 999, 1000, '0.998689 4.97781 4.96032'));
INSERT INTO checks (what, got, want)
SELECT 'FAILURES.md 4, b = ' || b, printf('%.12g', expected_purchases(printf('{"model":"bgnbd","parameters":{"r":%s,"alpha":%s,"a":%s,"b":%s}}', r, alpha, a, b), t, 0, 0, age)), printf('%.12g', want) FROM
  (SELECT 0 AS r, 0 AS alpha, 0 AS a, 0 AS b, 0 AS age, 0 AS t, 0.0 AS want WHERE 0 UNION ALL VALUES (0.11, 2.24, 0.31, 0.5, 1, 30, 0.564588615532785), (0.243, 4.414, 0.4, 0.6, 38.86, 39, 0.184785269609837), (50, 10, 0.01, 0.5, 38.86, 39, 38.1261838244124));
INSERT INTO checks (what, got, want)
SELECT 'FAILURES.md 6', printf('%.6f %.3f', p_alive(m, 500, 38.8, 38.86), expected_purchases(m, 39, 500, 38.8, 38.86)), '0.999009 327.899'
FROM (SELECT '{"model":"pareto_nbd","parameters":{"r":0.55327550869,"alpha":10.5776122387,"s":0.606213568674,"beta":11.6679112379}}' AS m);
INSERT INTO checks (what, got, want) SELECT 'FAILURES.md 7, s = 300', printf('%.6f', p_alive('{"model":"pareto_nbd","parameters":{"r":0.553,"alpha":10.578,"s":300,"beta":30000}}', 2, 30.43, 38.86)), '0.899174';
INSERT INTO checks (what, got, want) SELECT 'FAILURES.md 7, tiny beta', printf('%.4f', p_alive('{"model":"pareto_nbd","parameters":{"r":20,"alpha":1000,"s":0.01,"beta":1e-4}}', 0, 0, 38.86)), '0.7810';

-- Fits.
CREATE TABLE orders(customer_id INTEGER, ordered_at TEXT, cds INTEGER, amount REAL);
CREATE TABLE sample(customer_id INTEGER, ordered_at TEXT, cds INTEGER, amount REAL);
CREATE TABLE donations(x INTEGER, t_x INTEGER, n INTEGER, weight INTEGER);
.import --csv --skip 1 ../shared/data/cdnow_orders.csv orders
.import --csv --skip 1 ../shared/data/cdnow_sample_orders.csv sample
.import --csv --skip 1 ../shared/data/donations.csv donations
CREATE TABLE s AS SELECT 'cdnow_sample' AS dataset, x, t_x, "T" AS age, m FROM customer_summary('sample') WHERE until = '1997-09-30'
UNION ALL SELECT 'cdnow_master', x, t_x, "T", m FROM customer_summary('orders') WHERE until = '1997-09-30';
CREATE TABLE fit AS
SELECT dataset, 'bgnbd' AS model, bgnbd_fit(x, t_x, age) AS fit FROM s GROUP BY dataset
UNION ALL SELECT dataset, 'mbgnbd', mbgnbd_fit(x, t_x, age) FROM s GROUP BY dataset
UNION ALL SELECT dataset, 'pnbd', pareto_nbd_fit(x, t_x, age) FROM s GROUP BY dataset
UNION ALL SELECT dataset, 'gg', gamma_gamma_fit(x, m) FROM s GROUP BY dataset
UNION ALL SELECT 'donations', 'bgbb', bgbb_fit(x, t_x, n, weight) FROM donations;
CREATE TABLE gold AS SELECT dataset, model, p.value AS name, p.key AS i, CAST(CASE p.key WHEN 0 THEN p1 WHEN 1 THEN p2 WHEN 2 THEN p3 ELSE p4 END AS REAL) AS want,
  CAST(LL_full AS REAL) AS ll, json_extract('[' || replace(substr(note, instr(note, 'se(log p)=') + 10), ' ', ',') || ']', '$[' || p.key || ']') AS se
FROM params, json_each('["' || replace(param_names, ' ', '","') || '"]') AS p WHERE peer = 'GOLD';
CREATE TABLE fitted AS SELECT gold.*, json_extract(fit, '$.parameters.' || name) AS got, json_extract(fit, '$.standard_errors.log_' || name) AS got_se, json_extract(fit, '$.log_likelihood') AS got_ll
FROM gold JOIN fit USING (dataset, model);
INSERT INTO checks (what, got, want)
SELECT 'fit ' || dataset || ' ' || model, CASE WHEN max(abs(got / want - 1)) <= 1e-9 THEN 'parameters' ELSE printf('parameters off by %.2g', max(abs(got / want - 1))) END
  || CASE WHEN max(abs(got_se / se - 1)) <= 1e-3 THEN ', errors' ELSE printf(', errors off by %.2g', max(abs(got_se / se - 1))) END
  || CASE WHEN max(abs(got_ll / ll - 1)) <= 1e-12 THEN ', log-likelihood' ELSE printf(', log-likelihood off by %.2g', max(abs(got_ll / ll - 1))) END || count(got), 'parameters, errors, log-likelihood' || count(*)
FROM fitted GROUP BY dataset, model;
INSERT INTO checks (what, got, want) SELECT 'all fits', count(DISTINCT dataset || model), 9 FROM fitted;
INSERT INTO checks (what, got, want)
SELECT 'fit says ' || dataset || ' ' || model, json_extract(fit, '$.converged') || ' ' || json_extract(fit, '$.customers'), '1 ' || CASE model WHEN 'bgbb' THEN 11104 WHEN 'gg' THEN CASE dataset WHEN 'cdnow_sample' THEN 946 ELSE (SELECT sum(m > 0) FROM s WHERE s.dataset = fit.dataset) END ELSE (SELECT count(*) FROM s WHERE s.dataset = fit.dataset) END FROM fit;

-- FAILURES.md 8: the unit changes alpha, beta (and gamma with the money), nothing else.
CREATE TABLE scaled AS
SELECT 'bgnbd' AS model, 'alpha' AS name, bgnbd_fit(x, t_x * 604800, age * 604800) AS fit, 604800.0 AS scale FROM s WHERE dataset = 'cdnow_sample'
UNION ALL SELECT 'pnbd', 'alpha beta', pareto_nbd_fit(x, t_x * 7, age * 7), 7 FROM s WHERE dataset = 'cdnow_sample'
UNION ALL SELECT 'mbgnbd', 'alpha', mbgnbd_fit(x, t_x / 52, age / 52), 1 / 52.0 FROM s WHERE dataset = 'cdnow_sample'
UNION ALL SELECT 'gg', 'gamma', gamma_gamma_fit(x, m * 100), 100 FROM s WHERE dataset = 'cdnow_sample';
INSERT INTO checks (what, got, want)
SELECT 'unit ' || model, CASE WHEN max(error) < 1e-8 THEN count(*) ELSE printf('off by %.2g', max(error)) END, (SELECT count(*) FROM gold AS g WHERE dataset = 'cdnow_sample' AND g.model = e.model)
FROM (SELECT model, abs(json_extract(fit, '$.parameters.' || g.name) / CASE WHEN ' ' || scaled.name || ' ' LIKE '% ' || g.name || ' %' THEN scale ELSE 1 END / want - 1) AS error FROM scaled JOIN gold AS g USING (model) WHERE dataset = 'cdnow_sample') AS e GROUP BY model;
