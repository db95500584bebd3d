-- needs: shared
-- Kaplan-Meier, Nelson-Aalen, summaries, log-rank tests and the discrete hazard of the telco customers against R 3.5-3's survival
-- (../shared/reference/README.md: survival/). All columns are TEXT. Tolerances: the two differ by rounding only.
.import --csv ../shared/data/telco_churn.csv customers
.import --csv ../shared/data/telco_design.csv design
.import --csv ../shared/reference/survival/ref_km_R.csv ref_km
.import --csv ../shared/reference/survival/ref_km_summary_R.csv ref_summary
.import --csv ../shared/reference/survival/ref_km_rmst_R.csv ref_rmst
.import --csv ../shared/reference/survival/ref_nelson_aalen_R.csv ref_na
.import --csv ../shared/reference/survival/ref_logrank_R.csv ref_test
.import --csv ../shared/reference/survival/ref_logrank_groups_R.csv ref_groups
.import --csv ../shared/reference/survival/ref_discrete_hazard_telco.csv ref_hazard
.import --csv ../shared/reference/survival/ref_discrete_hazard_glm_R.csv ref_glm

-- The curves, on each scale.
CREATE TEMP TABLE curve AS
SELECT 'telco_overall' AS dataset, 'all' AS name, c.* FROM survival_curve('customers', 'tenure', 'churn') AS c
UNION ALL SELECT 'telco_overall', 'all', c.* FROM survival_curve('customers', 'tenure', 'churn') AS c WHERE interval = 'log' AND hazard_kind = 'fleming-harrington'
UNION ALL SELECT 'telco_overall', 'all', c.* FROM survival_curve('customers', 'tenure', 'churn') AS c WHERE interval = 'plain'
UNION ALL SELECT 'telco_contract', segment, c.* FROM survival_curve('customers', 'tenure', 'churn') AS c WHERE segment_column = 'contract'
UNION ALL SELECT 'telco_contract', segment, c.* FROM survival_curve('customers', 'tenure', 'churn') AS c WHERE segment_column = 'contract' AND interval = 'log' AND hazard_kind = 'fleming-harrington'
UNION ALL SELECT 'telco_contract', segment, c.* FROM survival_curve('customers', 'tenure', 'churn') AS c WHERE segment_column = 'contract' AND interval = 'plain';
INSERT INTO checks (what, got, want, tolerance) SELECT 'the reference has ' || count(*) || ' points', count(*) * 3, (SELECT count(*) FROM curve), 0 FROM ref_km;
INSERT INTO checks (what, got, want, tolerance)
SELECT interval_kind || ': counts', sum(at_risk = n_risk AND events = n_event AND censored = n_censor), count(*), 0
FROM curve AS c JOIN ref_km AS r ON r.dataset = c.dataset AND r."group" = c.name AND r.time + 0 = c.time GROUP BY interval_kind;
INSERT INTO checks (what, got, want, tolerance)
SELECT interval_kind || ': survival', max(abs(survival / surv - 1)), 0, 1e-14
FROM curve AS c JOIN ref_km AS r ON r.dataset = c.dataset AND r."group" = c.name AND r.time + 0 = c.time GROUP BY interval_kind;
INSERT INTO checks (what, got, want, tolerance)
SELECT interval_kind || ': its error', max(CASE WHEN se_greenwood = 0 THEN se ELSE abs(se / se_greenwood - 1) END), 0, 1e-14
FROM curve AS c JOIN ref_km AS r ON r.dataset = c.dataset AND r."group" = c.name AND r.time + 0 = c.time GROUP BY interval_kind;
INSERT INTO checks (what, got, want, tolerance)
SELECT interval_kind || ': interval of ' || count(low) || ' points', max(abs(low / CASE interval_kind WHEN 'log' THEN lo_log WHEN 'plain' THEN lo_plain ELSE lo_loglog END - 1)
  + abs(high / CASE interval_kind WHEN 'log' THEN hi_log WHEN 'plain' THEN hi_plain ELSE hi_loglog END - 1)), 0, 1e-13
FROM curve AS c JOIN ref_km AS r ON r.dataset = c.dataset AND r."group" = c.name AND r.time + 0 = c.time GROUP BY interval_kind;
INSERT INTO checks (what, got, want, tolerance)
SELECT interval_kind || ': no interval where R has none', sum((low IS NULL) <> (interval_kind = 'log-log' AND lo_loglog = '')), 0, 0
FROM curve AS c JOIN ref_km AS r ON r.dataset = c.dataset AND r."group" = c.name AND r.time + 0 = c.time GROUP BY interval_kind;
INSERT INTO checks (what, got, want, tolerance)
SELECT CASE interval_kind WHEN 'log' THEN 'Fleming-Harrington' ELSE 'Nelson-Aalen' END, max(CASE WHEN cumhaz_na + 0 = 0 THEN cumulative_hazard
  ELSE abs(cumulative_hazard / CASE interval_kind WHEN 'log' THEN cumhaz_fh ELSE cumhaz_na END - 1) END), 0, 1e-13
FROM curve AS c JOIN ref_na AS r ON r.dataset = c.dataset AND r."group" = c.name AND r.time + 0 = c.time GROUP BY interval_kind <> 'log';
INSERT INTO checks (what, got, want, tolerance)
SELECT CASE interval_kind WHEN 'log' THEN 'Fleming-Harrington' ELSE 'Nelson-Aalen' END || ', its error', max(CASE WHEN cumhaz_na + 0 = 0 THEN cumulative_hazard_se
  ELSE abs(cumulative_hazard_se / CASE interval_kind WHEN 'log' THEN se_fh ELSE se_na_poisson END - 1) END), 0, 1e-13
FROM curve AS c JOIN ref_na AS r ON r.dataset = c.dataset AND r."group" = c.name AND r.time + 0 = c.time GROUP BY interval_kind <> 'log';

-- Summaries.
CREATE TEMP TABLE summary AS
SELECT 'all' AS name, s.* FROM survival_summary('customers', 'tenure', 'churn') AS s
UNION ALL SELECT segment, s.* FROM survival_summary('customers', 'tenure', 'churn') AS s WHERE segment_column = 'contract';
INSERT INTO checks (what, got, want, tolerance)
SELECT name || ': summary', concat, n_ref, 0 FROM (SELECT name,
  s.n || ' ' || s.events || ' ' || ifnull(s.q25, '-') || ' ' || ifnull(s.median, '-') || ' ' || ifnull(s.q75, '-') || ' ' || ifnull(s.median_low, '-') || ' ' || ifnull(s.median_high, '-') || ' ' || last_time AS concat,
  r.n || ' ' || r.events || ' ' || iif(r.q25 = '', '-', r.q25 + 0.0) || ' ' || iif(r.median = '', '-', r.median + 0.0) || ' ' || iif(r.q75 = '', '-', r.q75 + 0.0) || ' ' ||
  iif(median_lo_loglog = '', '-', median_lo_loglog + 0.0) || ' ' || iif(median_hi_loglog = '', '-', median_hi_loglog + 0.0) || ' ' || (max_time + 0.0) AS n_ref
  FROM summary AS s JOIN ref_summary AS r ON r."group" = s.name);
INSERT INTO checks (what, got, want, tolerance)
SELECT name || ': last survival', last_survival, min_surv + 0.0, 1e-15 FROM summary AS s JOIN ref_summary AS r ON r."group" = s.name;
CREATE TEMP TABLE restricted AS
SELECT r.dataset, r."group" AS name, r.tau, r.rmst + 0.0 AS rmst, r.se_rmst + 0.0 AS se_rmst, s.restricted_mean, s.restricted_mean_se
FROM ref_rmst AS r JOIN survival_summary('customers', 'tenure', 'churn') AS s ON s.tau = r.tau + 0.0 WHERE r.dataset = 'telco_overall'
UNION ALL SELECT r.dataset, r."group", r.tau, r.rmst + 0.0, r.se_rmst + 0.0, s.restricted_mean, s.restricted_mean_se
FROM ref_rmst AS r JOIN survival_summary('customers', 'tenure', 'churn') AS s ON s.tau = r.tau + 0.0 AND s.segment = r."group"
WHERE r.dataset = 'telco_contract' AND s.segment_column = 'contract';
INSERT INTO checks (what, got, want, tolerance) SELECT 'restricted means', count(*), (SELECT count(*) FROM ref_rmst), 0 FROM restricted;
INSERT INTO checks (what, got, want, tolerance)
SELECT name || ': ' || count(*) || ' restricted means', max(abs(restricted_mean / rmst - 1)), 0, 1e-14 FROM restricted GROUP BY dataset, name;
INSERT INTO checks (what, got, want, tolerance)
SELECT name || ': their errors', max(abs(restricted_mean_se - se_rmst) / iif(se_rmst > 0, se_rmst, 1)), 0, 1e-12 FROM restricted GROUP BY dataset, name;

-- Tests.
CREATE TEMP TABLE test AS
SELECT 'telco_contract' AS test, 0 AS power, t.* FROM survival_test('customers', 'tenure', 'churn', 'contract') AS t
UNION ALL SELECT 'telco_contract', 1, t.* FROM survival_test('customers', 'tenure', 'churn', 'contract') AS t WHERE rho = 1
UNION ALL SELECT 'telco_senior', 0, t.* FROM survival_test('customers', 'tenure', 'churn', 'senior_citizen') AS t
UNION ALL SELECT 'telco_senior', 1, t.* FROM survival_test('customers', 'tenure', 'churn', 'senior_citizen') AS t WHERE rho = 1
UNION ALL SELECT 'telco_female', 0, t.* FROM survival_test('customers', 'tenure', 'churn', 'female') AS t
UNION ALL SELECT 'telco_female', 1, t.* FROM survival_test('customers', 'tenure', 'churn', 'female') AS t WHERE rho = 1
UNION ALL SELECT 'telco_senior_strat_contract', 0, t.* FROM survival_test('customers', 'tenure', 'churn', 'senior_citizen') AS t WHERE strata_column = 'contract'
UNION ALL SELECT 'telco_senior_strat_contract', 1, t.* FROM survival_test('customers', 'tenure', 'churn', 'senior_citizen') AS t WHERE strata_column = 'contract' AND rho = 1;
INSERT INTO checks (what, got, want, tolerance)
SELECT t.test || ' rho ' || power || ': observed, expected, variance', max(abs(t.observed / r.observed - 1) + abs(t.expected / r.expected - 1) + abs(t.variance / r.var - 1)), 0, 1e-12
FROM test AS t JOIN ref_groups AS r ON r.test = t.test AND r.rho + 0 = power AND r."group" = t.segment AND r.n + 0 = t.n GROUP BY t.test, power;
INSERT INTO checks (what, got, want, tolerance)
SELECT t.test || ' rho ' || power || ': chi-square, p, its logarithm', max(abs(t.chi_square / r.chisq - 1) + iif(r.p + 0 = 0, t.p, abs(t.p / r.p - 1)) + abs(t.log10_p / r.log10p - 1)), 0, 1e-11
FROM test AS t JOIN ref_test AS r ON r.test = t.test AND r.rho + 0 = power AND r.df + 0 = t.df GROUP BY t.test, power;
INSERT INTO checks (what, got, want, tolerance) SELECT 'groups tested', count(*), (SELECT count(*) FROM ref_groups), 0 FROM test;

-- The hazard by month; a regression on its person-months is logit_fit()'s.
INSERT INTO checks (what, got, want, tolerance)
SELECT 'hazard by month: counts', sum(h.at_risk = r.at_risk AND h.events = r.events AND h.censored = r.censored), (SELECT count(*) FROM ref_hazard), 0
FROM hazard_by('customers', 'tenure', 'churn') AS h JOIN ref_hazard AS r ON r.month + 0 = h.period;
INSERT INTO checks (what, got, want, tolerance)
SELECT 'hazard by month', max(abs(h.hazard / r.hazard - 1) + abs(h.se / r.se_hazard - 1) + abs(h.survival / r.survival - 1)), 0, 1e-14
FROM hazard_by('customers', 'tenure', 'churn') AS h JOIN ref_hazard AS r ON r.month + 0 = h.period;
INSERT INTO checks (what, got, want, tolerance)
SELECT 'they leave after the first month', group_concat(period), '1', 0 FROM hazard_by('customers', 'tenure', 'churn') WHERE peak;
CREATE TEMP TABLE glm AS
SELECT logit_fit(churned = 1 AND month.value = tenure + 0, ln(month.value), contract_one_year + 0, contract_two_year + 0, internet_fiber + 0, internet_no + 0,
  senior_citizen + 0, monthly_charges + 0) AS fit
FROM design, (WITH RECURSIVE m(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM m WHERE value < 72) SELECT value FROM m) AS month WHERE month.value <= tenure + 0;
INSERT INTO checks (what, got, want, tolerance)
SELECT 'discrete hazard by logit_fit(): ' || count(*) || ' coefficients', max(abs(t.value / r.coef - 1)), 0, 1e-9
FROM glm, json_each(fit, '$.coefficients') AS t JOIN (SELECT row_number() OVER (ORDER BY rowid) - 2 AS place, coef FROM ref_glm WHERE link = 'logit') AS r ON r.place = t.key;
INSERT INTO checks (what, got, want, tolerance)
SELECT 'its log-likelihood', abs((fit ->> '$.log_likelihood') / loglik - 1), 0, 1e-12 FROM glm, ref_glm AS r WHERE r.link = 'logit' AND r.term = 'Intercept';
