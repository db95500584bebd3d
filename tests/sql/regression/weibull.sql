-- Weibull regression: ext/fn/regression/weibull.c. Expected values: mpmath 1.3, mp.dps = 50 (tests/unit/regression/test_weibull.c).
CREATE TEMP TABLE life AS SELECT column1 AS time, column2 AS event, column3 AS x
FROM (VALUES (2, 1, 3), (5, 1, 1), (9, 0, 4), (11, 1, 1), (14, 0, 5), (20, 1, 9), (24, 0, 2));

CREATE TEMP TABLE model AS SELECT 'plain' AS name, weibull_fit(time, event) AS fit FROM life UNION ALL SELECT 'x', weibull_fit(time, event, x) FROM life;
INSERT INTO checks (what, got, want, tolerance)
SELECT name || ' ' || k.key, fit ->> k.key, k.value, 1e-12 FROM model, json_each(CASE name
  WHEN 'plain' THEN '{"$.intercept":2.99701721441159582,"$.log_sigma":-0.194119454608796507,"$.log_likelihood":-16.1310839850275772,"$.covariance[0][1]":0.0459132480464425469,"$.shape":1.2142413210153148,"$.scale":20.025715334956213,"$.rows":7,"$.events":4,"$.zero_times":0,"$.converged":1}'
  ELSE '{"$.intercept":2.69511279378287021,"$.coefficients[0]":0.076390355281378067,"$.log_sigma":-0.218384391250845751,"$.log_likelihood":-15.9901529933454981,"$.null_log_likelihood":-16.1310839850275772,"$.covariance[1][0]":-0.077615617160375137,"$.features[0]":"f1"}' END) AS k;
INSERT INTO checks (what, got, want, tolerance)
SELECT 'standard errors', max(abs((fit ->> 'intercept_se') * (fit ->> 'intercept_se') - 0.436658483465440496),
  abs((fit ->> '$.standard_errors[0]') * (fit ->> '$.standard_errors[0]') - 0.022691662324320543),
  abs((fit ->> 'log_sigma_se') * (fit ->> 'log_sigma_se') - 0.177898600953423606)), 0, 1e-12 FROM model WHERE name = 'x';
INSERT INTO checks (what, got, want, tolerance)
SELECT 'null fields', json_array(fit -> 'reason', fit -> 'dropped'), '[null,[]]', 0 FROM model WHERE name = 'x';

-- Words for events, text for numbers, NULLs, and times of 0.
INSERT INTO checks (what, got, want, tolerance)
SELECT 'words', (SELECT weibull_fit(CAST(time AS TEXT), CASE event WHEN 1 THEN 'YES' ELSE 'False' END, CAST(x AS TEXT)) FROM life), fit, 0 FROM model WHERE name = 'x';
INSERT INTO checks (what, got, want, tolerance)
SELECT 'rows that do not take part', json_array(f ->> 'intercept' = fit ->> 'intercept', f ->> 'rows', f ->> 'zero_times'), '[1,7,2]', 0
FROM model, (SELECT weibull_fit(time, event, x) AS f FROM
  (SELECT * FROM life UNION ALL SELECT NULL, 1, 1 UNION ALL SELECT 4, NULL, 1 UNION ALL SELECT 4, 1, NULL UNION ALL SELECT 0, 1, 2 UNION ALL SELECT 0, 0, 3))
WHERE name = 'x';
INSERT INTO checks (what, got, want, tolerance) SELECT 'no rows', weibull_fit(NULL, 1), NULL, 0;
INSERT INTO checks (what, got, want, tolerance) SELECT 'no time above 0', weibull_fit(0, 1) ->> 'reason', 'no row takes part', 0;

-- What has no answer is named.
INSERT INTO checks (what, got, want, tolerance)
SELECT 'constant, collinear', fit -> 'dropped', '[{"feature":"f2","why":"constant"},{"feature":"f3","why":"collinear with f1"}]', 0
FROM (SELECT weibull_fit(time, event, x, 5, 2 * x - 1) AS fit FROM life);
INSERT INTO checks (what, got, want, tolerance)
SELECT 'dropped features: estimates', json_array(fit ->> '$.coefficients[1]', fit ->> '$.standard_errors[1]', fit ->> '$.covariance[2][2]', round(fit ->> '$.coefficients[0]', 12)), '[0,null,null,0.076390355281]', 0
FROM (SELECT weibull_fit(time, event, x, 5, 2 * x - 1) AS fit FROM life);
INSERT INTO checks (what, got, want, tolerance)
SELECT 'all censored', json_array(fit ->> 'converged', fit ->> 'reason', fit ->> 'shape', fit ->> 'covariance'), '[0,"no row has the event, all are censored",null,null]', 0
FROM (SELECT weibull_fit(time, 0, x) AS fit FROM life);
INSERT INTO checks (what, got, want, tolerance)
SELECT 'a group without events', weibull_fit(time, event, x, event = 0 AND time < 10) ->> 'reason',
  'every event has f2 = 0 and no row less: no event tells how soon the other rows end, the coefficient grows without end', 0 FROM life;
INSERT INTO checks (what, got, want, tolerance)
SELECT 'one time', weibull_fit(3, event) ->> 'reason', 'every time is the same', 0 FROM life;

-- What a model says.
CREATE TEMP TABLE by_hand AS SELECT '{"model":"weibull","shape":1.2,"scale":24}' AS m, '{"model":"weibull","shape":1.2,"intercept":3,"coefficients":[0.5,-0.01]}' AS f;
INSERT INTO checks (what, got, want, tolerance) SELECT 'survival', weibull_survival(m, 12), 0.647086511516352382, 1e-15 FROM by_hand;
INSERT INTO checks (what, got, want, tolerance) SELECT 'survival at 0', weibull_survival(m, 0), 1.0, 0 FROM by_hand;
INSERT INTO checks (what, got, want, tolerance) SELECT 'hazard', weibull_hazard(m, 12), 0.0435275281648062067, 1e-16 FROM by_hand;
INSERT INTO checks (what, got, want, tolerance) SELECT 'quantile', weibull_quantile(m, 0.25), 8.49777524984494945, 1e-13 FROM by_hand;
INSERT INTO checks (what, got, want, tolerance) SELECT 'median', weibull_median(m), 17.6834008862361662, 1e-13 FROM by_hand;
INSERT INTO checks (what, got, want, tolerance) SELECT 'residual lifetime', weibull_residual_lifetime(m, 12), 19.5469874349588998, 1e-12 FROM by_hand;
INSERT INTO checks (what, got, want, tolerance) SELECT 'mean', weibull_residual_lifetime(m, 0), 22.5757405981625194, 1e-12 FROM by_hand;
INSERT INTO checks (what, got, want, tolerance)
SELECT 'features', weibull_median(f, 1, 20), weibull_median(json_set(m, '$.scale', 27.112638920657887)), 1e-12 FROM by_hand;
INSERT INTO checks (what, got, want, tolerance)
SELECT 'NULLs', json_array(weibull_survival(NULL, 1), weibull_survival(m, NULL), weibull_survival(f, 1, 2, NULL), weibull_median(f, NULL, 1)), '[null,null,null,null]', 0 FROM by_hand;
INSERT INTO checks (what, got, want, tolerance)
SELECT 'a fit and its answers', weibull_survival(fit, weibull_quantile(fit, 0.3, 4), 4), 0.7, 1e-14 FROM model WHERE name = 'x';

-- expect error
SELECT weibull_fit(-1, 1);
-- expect error
SELECT weibull_fit('soon', 1);
-- expect error
SELECT weibull_fit(1, 2);
-- expect error
SELECT weibull_fit(1, 'gone');
-- expect error
SELECT weibull_fit(1, 1, 'red');
-- expect error
SELECT weibull_fit(1, 1, 1e251);
-- expect error
SELECT weibull_survival('{"model":"cox"}', 1);
-- expect error
SELECT weibull_survival('[', 1);
-- expect error
SELECT weibull_survival('{"model":"weibull","scale":24}', 1);
-- expect error
SELECT weibull_survival('{"model":"weibull","shape":0,"scale":24}', 1);
-- expect error
SELECT weibull_survival('{"model":"weibull","shape":1}', 1);
-- expect error
SELECT weibull_survival('{"model":"weibull","shape":1,"scale":2,"coefficients":[1,"a"]}', 1);
-- expect error
SELECT weibull_survival('{"model":"weibull","shape":1,"scale":2,"coefficients":{}}', 1);
-- expect error
SELECT weibull_survival(f, 1, 2) FROM by_hand;
-- expect error
SELECT weibull_survival(m, 1, 2) FROM by_hand;
-- expect error
SELECT weibull_median(f, 1, 'red') FROM by_hand;
-- expect error
SELECT weibull_median(f, 1e308, 0) FROM by_hand;
-- expect error
SELECT weibull_median(f, 1e5, 0) FROM by_hand;
-- expect error
SELECT weibull_survival(m, -1) FROM by_hand;
-- expect error
SELECT weibull_quantile(m, 1) FROM by_hand;
-- expect error
SELECT weibull_quantile(m, 1.5) FROM by_hand;
-- expect error
SELECT weibull_hazard('{"model":"weibull","shape":0.5,"scale":24}', 0);
-- expect error
SELECT weibull_median((SELECT weibull_fit(time, 0) FROM life));
