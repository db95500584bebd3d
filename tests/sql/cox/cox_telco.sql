-- needs: shared
-- cox_model(), cox_summary(), cox_zph(), cox_baseline() and cox_fit() on the telco customers against R's survival 3.5-3 and an own long-double
-- Newton fit (../shared/reference/README.md: survival/).
.import --csv ../shared/data/telco_design.csv design
CREATE VIEW keyed AS SELECT rowid AS rowid_, * FROM design;
.import --csv ../shared/data/telco_churn.csv telco
.import --csv ../shared/reference/survival/ref_cox_longdouble.csv ref_longdouble
.import --csv ../shared/reference/survival/ref_cox_coef_R.csv ref_coef
.import --csv ../shared/reference/survival/ref_cox_summary_R.csv ref_summary
.import --csv ../shared/reference/survival/ref_cox_strata_robust_R.csv ref_strata
.import --csv ../shared/reference/survival/ref_cox_zph_R.csv ref_zph
.import --csv ../shared/reference/survival/ref_cox_basehaz_R.csv ref_base
CREATE TEMP TABLE terms AS SELECT 'senior_citizen, partner, dependents, internet_fiber, internet_no, online_security_yes, tech_support_yes, contract_one_year, '
  || 'contract_two_year, paperless_billing, pay_electronic_check, monthly_charges' AS list;

-- Estimates.
CREATE TEMP TABLE fits AS
SELECT 'efron' AS ties, m.* FROM terms, cox_model('design', 'tenure', 'churned', terms.list, 'efron') AS m
UNION ALL SELECT 'breslow', m.* FROM terms, cox_model('design', 'tenure', 'churned', terms.list, 'breslow') AS m;
INSERT INTO checks (what, got, want, tolerance)
SELECT 'coef and se of ' || count(*) || ' terms, long doubles, ' || r.ties,
  max(max(abs(f.coef / r.coef - 1), abs(f.se / r.se - 1))), 0, 1e-10 FROM ref_longdouble AS r LEFT JOIN fits AS f USING (ties, term) GROUP BY r.ties;
INSERT INTO checks (what, got, want, tolerance)
SELECT 'hazard ratio, interval and z of ' || count(f.term) || ' terms, R, ' || r.ties,
  max(max(abs(hazard_ratio / hr - 1), abs(low / hr_lo - 1), abs(high / hr_hi - 1), abs(f.z / r.z - 1))), 0, 1e-9
FROM ref_coef AS r LEFT JOIN fits AS f USING (ties, term) GROUP BY r.ties;
INSERT INTO checks (what, got, want, tolerance) -- p falls by z times the error of z
SELECT 'p of ' || count(f.term) || ' terms, R, ' || r.ties, max(abs(f.p / r.p - 1)), 0, 1e-7 FROM ref_coef AS r LEFT JOIN fits AS f USING (ties, term) GROUP BY r.ties;

-- The whole model.
CREATE TEMP TABLE summaries AS
SELECT 'efron' AS ties, m.* FROM terms, cox_summary('design', 'tenure', 'churned', terms.list) AS m
UNION ALL SELECT 'breslow', m.* FROM terms, cox_summary('design', 'tenure', 'churned', terms.list, 'breslow') AS m;
INSERT INTO checks (what, got, want, tolerance)
SELECT 'summary, ' || r.ties, max(abs(s.log_likelihood_null / r.loglik0 - 1), abs(s.log_likelihood / r.loglik - 1), abs(likelihood_ratio / lr - 1), abs(s.wald / r.wald - 1),
  abs(s.score / r.score - 1), abs(s.concordance / r.concordance - 1), abs(s.concordance_se / r.concordance_se - 1), abs(s.aic / r.aic - 1), abs(s.concordant - r.concordant),
  abs(s.discordant - r.discordant), abs(tied_risk - tied_x), abs(s.rows - r.n), abs(s.events - r.events), abs(s.df - r.df)), 0, 1e-9
FROM ref_summary AS r JOIN summaries AS s USING (ties);
-- R's tied_y and tied_xy: pairs of events tied in time, the latter with equal risks.
INSERT INTO checks (what, got, want, tolerance) SELECT 'tied in time, ' || ties, s.tied_time, tied_y + tied_xy, 0 FROM ref_summary AS r JOIN summaries AS s USING (ties);
-- mpmath: log10 of Q(6, 1629.95800774935), 40 digits.
INSERT INTO checks (what, got, want, tolerance) SELECT 'p underflows, its logarithm does not', likelihood_ratio_p || ' ' || round(likelihood_ratio_log10_p, 6), '0.0 -693.898734', 0
FROM summaries WHERE ties = 'efron';

-- Strata and robust errors.
INSERT INTO checks (what, got, want, tolerance)
SELECT 'strata, ' || r.ties || ', ' || count(m.term) || ' terms', max(max(abs(m.coef / r.coef - 1), abs(m.se / r.se - 1))), 0, 1e-9
FROM ref_strata AS r LEFT JOIN (SELECT 'efron' AS ties, m.* FROM terms, cox_model('design', 'tenure', 'churned', replace(list, 'contract_one_year, contract_two_year, ', ''), 'efron', NULL, 'contract') AS m
  UNION ALL SELECT 'breslow', m.* FROM terms, cox_model('design', 'tenure', 'churned', replace(list, 'contract_one_year, contract_two_year, ', ''), 'breslow', NULL, 'contract') AS m) AS m USING (ties, term)
WHERE r.model = 'telco_strata_contract' GROUP BY r.ties;
INSERT INTO checks (what, got, want, tolerance)
SELECT 'robust errors, ' || count(m.term) || ' terms', max(max(abs(m.coef / r.coef - 1), abs(m.robust_se / r.se - 1), abs(m.z * r.se / r.coef - 1))), 0, 1e-9
FROM ref_strata AS r LEFT JOIN (SELECT m.* FROM terms, cox_model('keyed', 'tenure', 'churned', list) AS m WHERE cluster_column = 'rowid_') AS m USING (term)
WHERE r.model = 'telco_robust_se';

-- Proportional hazards.
INSERT INTO checks (what, got, want, tolerance)
SELECT 'proportional hazards, ' || transform || ', ' || count(z.term) || ' terms', max(max(abs(z.chi_square / r.chisq - 1), abs(z.p / r.p - 1), abs(z.df - r.df))), 0, 1e-9
FROM ref_zph AS r LEFT JOIN (SELECT z.transform AS g, z.* FROM terms, (SELECT DISTINCT transform AS t FROM ref_zph) AS t, cox_zph('design', 'tenure', 'churned', terms.list) AS z WHERE z.transform = t.t) AS z
  ON z.g = r.transform AND z.term = r.term WHERE r.ties = 'efron' GROUP BY transform;

-- The baseline.
CREATE TEMP TABLE bases AS
SELECT 'efron' AS ties, b.* FROM terms, cox_baseline('design', 'tenure', 'churned', terms.list) AS b
UNION ALL SELECT 'breslow', b.* FROM terms, cox_baseline('design', 'tenure', 'churned', terms.list, 'breslow') AS b;
INSERT INTO checks (what, got, want, tolerance)
SELECT 'baseline, ' || r.ties || ', ' || count(b.time) || ' times', max(max(abs(b.cumulative_hazard / cumhaz_xmean - 1), abs(b.cumulative_hazard_zero / cumhaz_x0 - 1), abs(b.se / se_cumhaz_xmean - 1),
  abs(b.at_risk - n_risk), abs(b.events - n_event))), 0, 1e-9
FROM ref_base AS r LEFT JOIN bases AS b ON b.ties = r.ties AND b.time = CAST(r.time AS REAL) WHERE r.baseline = r.ties AND CAST(r.cumhaz_x0 AS REAL) > 0 GROUP BY r.ties;

-- The same fit as an aggregate, and its survival at the means.
CREATE TEMP TABLE model AS SELECT cox_fit(tenure, churned, senior_citizen, partner, dependents, internet_fiber, internet_no, online_security_yes, tech_support_yes, contract_one_year,
  contract_two_year, paperless_billing, pay_electronic_check, monthly_charges) AS fit FROM design;
INSERT INTO checks (what, got, want, tolerance)
SELECT 'cox_fit(), ' || count(*) || ' terms', max(max(abs((fit ->> ('$.coefficients[' || (r.rowid - 1) || ']')) / coef - 1), abs((fit ->> ('$.standard_errors[' || (r.rowid - 1) || ']')) / se - 1))), 0, 1e-10
FROM model, ref_longdouble AS r WHERE ties = 'efron';
-- A row of zeros has the baseline at 0; the right side is exp(-cumulative_hazard_zero), which not every SQLite has.
INSERT INTO checks (what, got, want, tolerance)
SELECT 'cox_survival() at ' || time, cox_survival(fit, time, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
  cox_survival('{"model":"cox","coefficients":[0],"means":[0],"last_time":72,"baseline":{"time":[0],"cumulative_hazard":[' || cumulative_hazard_zero || ']}}', 1, 0), 1e-12
FROM model, bases WHERE ties = 'efron' AND time IN (1, 30, 72);

-- The question as it is asked, of the file as it is: texts, and churn Yes or No.
CREATE VIEW customers AS SELECT churn AS churned, tenure, contract, senior_citizen, monthly_charges, total_charges FROM telco;
INSERT INTO checks (what, got, want, tolerance)
SELECT 'one question, four answers', group_concat(term || ' ' || round(hazard_ratio, 4) || ' ' || round(low, 4) || ' ' || round(high, 4) || ' ' || (p < 1e-100), '; '),
  'contract: One year 0.1122 0.0952 0.1323 1; contract: Two year 0.0147 0.0108 0.0201 1; senior_citizen 1.023 0.9187 1.1392 0; monthly_charges 1.0001 0.9983 1.0019 0', 0
FROM (SELECT term, hazard_ratio, low, high, p FROM cox_model('customers', 'tenure', 'churned') WHERE terms = 'contract, senior_citizen, monthly_charges');

-- expect error
SELECT * FROM cox_model('customers', 'tenure', 'churned', 'contract, total_charges');
