-- needs: shared
-- Weibull regression of the telco contracts against an own long-double Newton fit and R's survreg (../shared/reference/README.md: survival/):
-- ext/fn/regression/weibull.c. All columns of the design are TEXT.
.import --csv ../shared/data/telco_design.csv design
.import --csv ../shared/reference/survival/ref_weibull_longdouble.csv ref_exact
.import --csv ../shared/reference/survival/ref_parametric_survreg_R.csv ref_r

CREATE TEMP TABLE fit AS
SELECT 'intercept_only' AS covariates, json_array() AS names, weibull_fit(tenure, churned) AS fit FROM design
UNION ALL SELECT 'full', json_array('senior_citizen', 'partner', 'dependents', 'internet_fiber', 'internet_no', 'online_security_yes', 'tech_support_yes',
    'contract_one_year', 'contract_two_year', 'paperless_billing', 'pay_electronic_check', 'monthly_charges'),
  weibull_fit(tenure, churned, senior_citizen, partner, dependents, internet_fiber, internet_no, online_security_yes, tech_support_yes,
    contract_one_year, contract_two_year, paperless_billing, pay_electronic_check, monthly_charges)
FROM design;

CREATE TEMP TABLE estimate AS
SELECT covariates, 'Intercept' AS term, fit ->> 'intercept' AS coef, fit ->> 'intercept_se' AS se FROM fit
UNION ALL SELECT covariates, 'Logscale', fit ->> 'log_sigma', fit ->> 'log_sigma_se' FROM fit
UNION ALL SELECT covariates, t.value, fit -> 'coefficients' ->> t.key, fit -> 'standard_errors' ->> t.key FROM fit, json_each(names) AS t;

-- The long-double fit differs by 2e-12, from R as well.
INSERT INTO checks (what, got, want, tolerance)
SELECT covariates || ': ' || count(*) || ' coefficients', max(abs(e.coef / r.coef - 1)), 0, 1e-11
FROM estimate AS e JOIN ref_exact AS r USING (covariates, term) GROUP BY covariates;
INSERT INTO checks (what, got, want, tolerance)
SELECT covariates || ': ' || count(*) || ' standard errors', max(abs(e.se / r.se - 1)), 0, 1e-11
FROM estimate AS e JOIN ref_exact AS r USING (covariates, term) GROUP BY covariates;
INSERT INTO checks (what, got, want, tolerance)
SELECT covariates || ': log-likelihood', max(abs((fit ->> 'log_likelihood') / r.loglik - 1)), 0, 1e-13
FROM fit JOIN ref_exact AS r USING (covariates) GROUP BY covariates;

-- R: 3e-14 is seen.
INSERT INTO checks (what, got, want, tolerance)
SELECT covariates || ': ' || count(*) || ' terms of survreg', max(abs(e.coef / r.coef - 1), abs(e.se / r.se - 1)), 0, 1e-12
FROM estimate AS e JOIN ref_r AS r USING (covariates, term) WHERE dist = 'weibull' GROUP BY covariates;
INSERT INTO checks (what, got, want, tolerance)
SELECT covariates || ': log-likelihoods, sigma of survreg', max(abs((fit ->> 'log_likelihood') / r.loglik - 1),
  abs((fit ->> 'null_log_likelihood') / r.loglik_null - 1), abs(1 / (fit ->> 'shape') / r.scale - 1)), 0, 1e-11
FROM fit JOIN ref_r AS r USING (covariates) WHERE dist = 'weibull' AND term = 'Intercept';

-- The eleven customers of tenure 0.
INSERT INTO checks (what, got, want, tolerance)
SELECT covariates || ': rows, events, tenure 0', (fit ->> 'rows') || ' ' || (fit ->> 'events') || ' ' || (fit ->> 'zero_times'), '7032 1869 11', 0 FROM fit;

-- The cumulative hazards, t h(t) / shape, sum to the events: the score of the intercept is 0.
INSERT INTO checks (what, got, want, tolerance)
SELECT 'expected events', sum(tenure / (fit ->> 'shape') * weibull_hazard(fit, tenure, senior_citizen, partner, dependents, internet_fiber, internet_no,
  online_security_yes, tech_support_yes, contract_one_year, contract_two_year, paperless_billing, pay_electronic_check, monthly_charges)), 1869, 1e-7
FROM fit, design WHERE covariates = 'full' AND tenure <> '0';
