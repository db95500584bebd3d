-- needs: shared
-- Logistic regression on the telco contracts against an own long-double Newton fit (../shared/reference/README.md: survival/),
-- and the quality of its scores: ext/fn/regression/logit.c, logit_predict.c and score_metrics.c. All columns of the design are TEXT.
.import --csv ../shared/data/telco_design.csv design
.import --csv ../shared/reference/survival/ref_logit_coef.csv ref_coef
.import --csv ../shared/reference/survival/ref_logit_fit.csv ref_fit
.import --csv ../shared/reference/survival/ref_logit_pred20.csv ref_pred
.import --csv ../shared/reference/survival/ref_classifier_metrics.csv ref_metrics
.import --csv ../shared/reference/survival/ref_classifier_deciles.csv ref_deciles

CREATE TEMP TABLE row AS
SELECT CAST("rowid" AS INTEGER) AS id, CAST(churned AS INTEGER) AS churned, (CAST("rowid" AS INTEGER) - 1) % 10 < 7 AS train,
  json_object(
    'tenure', tenure + 0, 'female', female + 0, 'senior_citizen', senior_citizen + 0, 'partner', partner + 0, 'dependents',
    dependents + 0, 'phone_service', phone_service + 0, 'multiple_lines_yes', multiple_lines_yes + 0, 'internet_fiber',
    internet_fiber + 0, 'internet_no', internet_no + 0, 'online_security_yes', online_security_yes + 0, 'online_backup_yes',
    online_backup_yes + 0, 'device_protection_yes', device_protection_yes + 0, 'tech_support_yes', tech_support_yes + 0,
    'streaming_tv_yes', streaming_tv_yes + 0, 'streaming_movies_yes', streaming_movies_yes + 0, 'contract_one_year',
    contract_one_year + 0, 'contract_two_year', contract_two_year + 0, 'paperless_billing', paperless_billing + 0,
    'pay_credit_card', pay_credit_card + 0, 'pay_electronic_check', pay_electronic_check + 0, 'pay_mailed_check',
    pay_mailed_check + 0, 'monthly_charges', monthly_charges + 0, 'total_charges', total_charges + 0) AS full,
  json_object('tenure', tenure + 0, 'monthly_charges', monthly_charges + 0, 'contract_one_year', contract_one_year + 0, 'contract_two_year', contract_two_year + 0, 'internet_fiber', internet_fiber + 0, 'internet_no', internet_no + 0) AS small
FROM design;
CREATE TEMP TABLE penalty AS SELECT column1 AS model, column2 AS l2
FROM (VALUES ('unpenalised', 0), ('l2_lambda1', 1), ('l2_lambda10', 10), ('l2_lambda100', 100));
CREATE TEMP TABLE fit AS
SELECT 'telco' AS dataset, model, 'all' AS rows, logit_fit_named(churned, full, l2) AS fit FROM penalty, row WHERE l2 <> 1 GROUP BY model
UNION ALL SELECT 'telco', model, 'train70', logit_fit_named(churned, full, l2) FROM penalty, row WHERE train AND l2 IN (0, 10) GROUP BY model
UNION ALL SELECT 'telco_small6', model, 'all', logit_fit_named(churned, small, l2) FROM penalty, row GROUP BY model
UNION ALL SELECT 'telco_small6', model, 'train70', logit_fit_named(churned, small, l2) FROM penalty, row WHERE train GROUP BY model;

-- Every coefficient and standard error. The two exact fits differ by rounding: 1e-11 is a hundred times what is seen.
CREATE TEMP TABLE estimate AS
SELECT f.dataset, f.model, f.rows, 'Intercept' AS term, fit ->> '$.intercept' AS coef, fit ->> '$.intercept_se' AS se FROM fit AS f
UNION ALL SELECT f.dataset, f.model, f.rows, t.value, fit -> '$.coefficients' ->> t.key, fit -> '$.standard_errors' ->> t.key
FROM fit AS f, json_each(fit, '$.features') AS t;
INSERT INTO checks (what, got, want, tolerance)
SELECT dataset || ' ' || model || ' ' || rows || ': ' || count(*) || ' coefficients', max(abs(e.coef - r.coef) / abs(r.coef)), 0, 1e-11
FROM estimate AS e JOIN ref_coef AS r USING (dataset, model, rows, term) WHERE r.scale LIKE 'raw%'
GROUP BY dataset, model, rows ORDER BY dataset, rows, model;
INSERT INTO checks (what, got, want, tolerance)
SELECT dataset || ' ' || model || ' ' || rows || ': ' || count(*) || ' standard errors', max(abs(e.se - r.se) / r.se), 0, 1e-11
FROM estimate AS e JOIN ref_coef AS r USING (dataset, model, rows, term) WHERE r.se <> ''
GROUP BY dataset, model, rows ORDER BY dataset, rows, model;
INSERT INTO checks (what, got, want, tolerance)
SELECT dataset || ' ' || model || ' ' || rows || ': log-likelihoods',
  max(abs((fit ->> '$.log_likelihood') / r.loglik - 1), abs((fit ->> '$.null_log_likelihood') / r.loglik_null - 1)), 0, 1e-12
FROM fit JOIN ref_fit AS r USING (dataset, model, rows) ORDER BY dataset, rows, model;
INSERT INTO checks (what, got, want, tolerance)
SELECT 'fits: rows, positives, converged, nothing dropped', count(*), 13, 0 FROM fit JOIN ref_fit AS r USING (dataset, model, rows)
WHERE fit ->> '$.rows' = CAST(n AS INTEGER) AND fit ->> '$.positives' = CAST(events AS INTEGER) AND fit ->> '$.converged' = 1
  AND fit ->> '$.reason' IS NULL AND fit -> '$.dropped' = '[]';

-- The same numbers from features in order.
CREATE TEMP TABLE plain AS SELECT logit_fit(churned,
  tenure, female, senior_citizen, partner, dependents, phone_service, multiple_lines_yes, internet_fiber, internet_no,
  online_security_yes, online_backup_yes, device_protection_yes, tech_support_yes, streaming_tv_yes,
  streaming_movies_yes, contract_one_year, contract_two_year, paperless_billing, pay_credit_card,
  pay_electronic_check, pay_mailed_check, monthly_charges, total_charges) AS fit FROM design;
INSERT INTO checks (what, got, want, tolerance)
SELECT 'logit_fit() of columns of text', plain.fit -> '$.coefficients', fit.fit -> '$.coefficients', 0 FROM plain, fit
WHERE dataset = 'telco' AND model = 'unpenalised' AND rows = 'all';

-- A column that is the sum of two others, and one that does not vary, change nothing and are named.
INSERT INTO checks (what, got, want, tolerance)
SELECT 'dropped', fit -> '$.dropped',
  '[{"feature":"any_contract","why":"collinear with contract_two_year and contract_one_year"},{"feature":"company","why":"constant"}]', 0
FROM (SELECT logit_fit_named(churned, json_insert(small, '$.any_contract', (small ->> '$.contract_one_year') + (small ->> '$.contract_two_year'),
        '$.company', 7)) AS fit FROM row);

-- Predictions.
INSERT INTO checks (what, got, want, tolerance)
SELECT p.dataset || ': ' || count(*) || ' predictions',
  max(abs(logit_predict_named(fit, CASE p.dataset WHEN 'telco' THEN full ELSE small END) / p_unpenalised - 1)), 0, 1e-11
FROM ref_pred AS p JOIN row ON row.id = CAST(p."rowid" AS INTEGER) JOIN fit USING (dataset)
WHERE model = 'unpenalised' AND rows = 'train70' GROUP BY p.dataset ORDER BY p.dataset;

-- Quality.
CREATE TEMP TABLE scored AS
SELECT dataset, 'logit_' || model AS model, CASE rows WHEN 'all' THEN 'in_sample_all' WHEN 'train70' THEN 'test30' END AS split,
  id, churned, logit_predict_named(fit, CASE dataset WHEN 'telco' THEN full ELSE small END) AS p
FROM fit, row WHERE iif(rows = 'train70', NOT train, model = 'unpenalised' AND dataset = 'telco');
CREATE TEMP TABLE quality AS
SELECT dataset, model, split, auc(churned, p) AS auc, auc_se(churned, p) AS auc_se, brier(churned, p) AS brier, log_loss(churned, p) AS log_loss,
  lift_at(churned, p, 0.1) AS lift, calibration(churned, p) AS calibration
FROM scored GROUP BY dataset, model, split;
INSERT INTO checks (what, got, want, tolerance)
SELECT dataset || ' ' || model || ' ' || split || ': auc, its error, brier, log loss, lift, ece', max(abs(q.auc / r.auc - 1), abs(q.auc_se / r.auc_se_delong - 1),
  abs(q.brier / r.brier - 1), abs(q.log_loss / r.logloss - 1), abs(q.lift / r.top10_lift - 1), abs((q.calibration ->> '$.ece') / r.ece10 - 1)), 0, 1e-11
FROM quality AS q JOIN ref_metrics AS r USING (dataset, model, split) ORDER BY dataset, model, split;
INSERT INTO checks (what, got, want, tolerance)
SELECT dataset || ' ' || model || ' ' || split || ': slope, intercept, in the large, means', max(abs((calibration ->> '$.slope') - r.cal_slope),
  abs((calibration ->> '$.intercept') - r.cal_intercept), abs((calibration ->> '$.in_the_large') - r.cal_in_large),
  abs((calibration ->> '$.mean_score') - r.mean_pred), abs((calibration ->> '$.observed') - r.base_rate)), 0, 1e-11
FROM quality JOIN ref_metrics AS r USING (dataset, model, split) ORDER BY dataset, model, split;
INSERT INTO checks (what, got, want, tolerance)
SELECT dataset || ' ' || model || ' ' || split || ': ' || count(*) || ' bins', max(abs((b.value ->> '$.rows') - r.n), abs((b.value ->> '$.positives') - r.events),
  abs((b.value ->> '$.mean_score') - r.mean_pred), abs((b.value ->> '$.observed') - r.obs_rate)), 0, 1e-11
FROM quality, json_each(calibration, '$.bins') AS b JOIN ref_deciles AS r USING (dataset, model, split)
WHERE b.value ->> '$.bin' = CAST(r.decile AS INTEGER) GROUP BY dataset, model, split ORDER BY dataset, model, split;
