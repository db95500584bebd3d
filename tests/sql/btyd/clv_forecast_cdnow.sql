-- needs: shared
-- model_fit(), clv_forecast() and model_backtest() on CDNOW: the published fits and forecasts, and the reference files.
CREATE TABLE sample(customer_id INTEGER, ordered_at TEXT, cds INTEGER, amount REAL);
CREATE TABLE master(customer_id INTEGER, ordered_at TEXT, cds INTEGER, amount REAL);
.import --csv --skip 1 ../shared/data/cdnow_sample_orders.csv sample
.import --csv --skip 1 ../shared/data/cdnow_orders.csv master
.import --csv ../shared/reference/btyd/ref_params.csv params
.import --csv ../shared/reference/btyd/ref_cdnow_summary_bgnbd.csv bgnbd
.import --csv ../shared/reference/btyd/ref_cdnow_summary_mbgnbd.csv mbgnbd
.import --csv ../shared/reference/btyd/ref_cdnow_summary_pnbd.csv pareto_nbd

-- Fader, Hardie & Lee 2005, table 2; Schmittlein's model as in Fader & Hardie 2005; Fader & Hardie 2013 (Gamma-Gamma).
CREATE TABLE f AS SELECT * FROM model_fit('sample') WHERE until = '1997-09-30';
INSERT INTO checks (what, got, want)
SELECT 'published fit of ' || model, group_concat(printf('%s %.' || CASE model WHEN 'gamma_gamma' THEN '2f' ELSE '3f' END, parameter, estimate), ', ') || printf('; LL %.1f', max(log_likelihood)),
  CASE model WHEN 'bgnbd' THEN 'r 0.243, alpha 4.414, a 0.793, b 2.426; LL -9582.4' WHEN 'pareto_nbd' THEN 'r 0.553, alpha 10.578, s 0.606, beta 11.669; LL -9595.0'
    WHEN 'gamma_gamma' THEN 'p 6.25, q 3.74, gamma 15.44; LL -4055.9' ELSE 'r 0.525, alpha 6.183, a 0.891, b 1.614; LL -9582.1' END
FROM f GROUP BY model ORDER BY min(rowid);
CREATE TABLE gold AS SELECT dataset, CASE model WHEN 'pnbd' THEN 'pareto_nbd' WHEN 'gg' THEN 'gamma_gamma' ELSE model END AS model, CAST(p1 AS REAL) AS p1, CAST(p2 AS REAL) AS p2, CAST(p3 AS REAL) AS p3, CAST(p4 AS REAL) AS p4,
  CAST(LL_full AS REAL) AS ll, note FROM params WHERE peer = 'GOLD' AND dataset LIKE 'cdnow%';
INSERT INTO checks (what, got, want)
SELECT 'reference fit of ' || model || ', ' || dataset, max(abs(estimate / CASE i WHEN 1 THEN p1 WHEN 2 THEN p2 WHEN 3 THEN p3 ELSE p4 END - 1)) < 1e-6 AND max(abs(log_likelihood / ll - 1)) < 1e-12, 1
FROM (SELECT 'cdnow_sample' AS dataset, *, row_number() OVER (PARTITION BY model ORDER BY rowid) AS i FROM f
  UNION ALL SELECT 'cdnow_master', *, row_number() OVER (PARTITION BY model) FROM model_fit('master') WHERE until = '1997-09-30') JOIN gold USING (dataset, model) GROUP BY dataset, model;
-- The files give the standard errors of the logarithms to four digits, in the note.
INSERT INTO checks (what, got, want)
SELECT 'standard errors of ' || model, max(instr(note, 'se(log p)=' || se) > 0), 1
FROM (SELECT model, group_concat(printf('%!.4g', standard_error / estimate), ' ') AS se FROM f GROUP BY model) JOIN gold USING (model) WHERE dataset = 'cdnow_sample' GROUP BY model;

-- Customers of the published summary (t_x, T rounded to two decimals, and parameters fitted to that), by their figures; forecasts agree but for the rounding, which
-- for x = 21 in 4.71 weeks makes 1.3 %.
CREATE TABLE reference AS SELECT 'bgnbd' AS model, * FROM bgnbd UNION ALL SELECT 'mbgnbd', * FROM mbgnbd UNION ALL SELECT 'pareto_nbd', * FROM pareto_nbd;
CREATE TABLE c AS SELECT m.column1 AS model, x, t_x, c."T" AS age, coalesce(m, 0) AS m, p_alive, expected_purchases, expected_value
FROM (VALUES ('bgnbd'), ('mbgnbd'), ('pareto_nbd')) AS m, clv_forecast('sample', '52 weeks', m.column1) AS c WHERE c.as_of = '1997-09-30';
CREATE INDEX by_figures ON c(model, x);
INSERT INTO checks (what, got, want)
SELECT count(*) || ' customers of the reference file of ' || model,
  sum(EXISTS (SELECT 1 FROM c WHERE c.model = r.model AND c.x = CAST(r.x AS INTEGER) AND abs(c.t_x - CAST(r.t_x AS REAL)) < 0.00501 AND abs(c.age - CAST(r."T" AS REAL)) < 0.00501 AND abs(c.m - CAST(r.m_x AS REAL)) < 0.00501
    AND abs(c.p_alive / CAST(r.p_alive AS REAL) - 1) < 0.015 AND abs(c.expected_purchases / CAST(r.cet52 AS REAL) - 1) < 0.015 AND abs(c.expected_value / CAST(r.exp_profit AS REAL) - 1) < 1e-3)), count(*)
FROM reference AS r WHERE id LIKE 'c%' GROUP BY model;

-- The lowest AIC, and customer 1760's interval by mpmath (tests/unit/btyd/test_clv_forecast.c).
INSERT INTO checks (what, got, want) SELECT 'auto', group_concat(DISTINCT fitted_model || ' ' || spend_model), 'mbgnbd gamma_gamma' FROM clv_forecast('sample') WHERE as_of = '1997-09-30';
INSERT INTO checks (what, got, want) SELECT 'an interval', printf('%.6f %.6f %.6f', clv_low, clv, clv_high), '573.334384 661.528436 763.289075' FROM clv_forecast('sample') WHERE as_of = '1997-09-30' AND model = 'bgnbd' AND customer = 1760;
INSERT INTO checks (what, got, want)
SELECT 'with a discount', printf('%.6f %.6f %.6f', clv_low, clv, clv_high), '550.151974 633.509233 729.496516' FROM clv_forecast('sample') WHERE as_of = '1997-09-30' AND model = 'bgnbd' AND customer = 1760 AND discount = 0.1;

-- 39 weeks to fit, 39 held out. Fader, Hardie & Lee 2005: correlations 0.626 (BG/NBD) and 0.630 (Pareto/NBD); by the end of week 78 they are 4 % and 2 % below the 4,339 purchases.
CREATE TABLE b AS SELECT * FROM model_backtest('sample') WHERE holdout = '39 weeks';
INSERT INTO checks (what, got, want)
SELECT 'backtest of ' || fitted_model, printf('%d customers, %d actual, %.1f predicted, correlation %.3f, MAE %.3f, RMSE %.3f', customers, actual, predicted, correlation, mae, rmse),
  CASE fitted_model WHEN 'bgnbd' THEN '2357 customers, 1882 actual, 1653.4 predicted, correlation 0.626, MAE 0.785, RMSE 1.608'
    WHEN 'mbgnbd' THEN '2357 customers, 1882 actual, 1576.7 predicted, correlation 0.627, MAE 0.765, RMSE 1.607'
    ELSE '2357 customers, 1882 actual, 1665.5 predicted, correlation 0.630, MAE 0.755, RMSE 1.603' END
FROM b WHERE section = 'overall';
INSERT INTO checks (what, got, want)
SELECT 'week 78 of ' || fitted_model, printf('%s %d %+.0f %%', ends_on, actual, 100 * (predicted / actual - 1)), '1998-06-30 4339 ' || CASE fitted_model WHEN 'bgnbd' THEN '-4 %' WHEN 'mbgnbd' THEN '-7 %' ELSE '-2 %' END
FROM b WHERE section = 'week' AND bucket = 78;
INSERT INTO checks (what, got, want) SELECT 'the calibration ends with week 39', group_concat(DISTINCT ends_on || ' ' || held_out || ' ' || actual), '1997-09-30 0 2457' FROM b WHERE section = 'week' AND bucket = 39;
INSERT INTO checks (what, got, want)
SELECT 'customers and actual by x', group_concat(customers || ' ' || actual, ', '), '1411 334, 439 306, 214 298, 100 156, 62 157, 38 112, 29 112, 64 407' FROM b WHERE section = 'x' AND fitted_model = 'bgnbd';
INSERT INTO checks (what, got, want)
SELECT 'predicted by x', group_concat(printf('%.6f', predicted), ', '), '317.598217, 229.654585, 223.444702, 152.027951, 134.159680, 100.846144, 101.617227, 394.060193' FROM b WHERE section = 'x' AND fitted_model = 'bgnbd';
INSERT INTO checks (what, got, want) SELECT 'coverage of ' || fitted_model, coverage BETWEEN 0.95 AND 0.98, 1 FROM b WHERE section = 'overall';
