-- The shifted-beta-geometric model: ext/fn/survival/sbg.c.

-- Fader & Hardie 2007, table 1: customers still there after each year.
CREATE TEMP TABLE alive (segment TEXT, year INTEGER, n INTEGER);
INSERT INTO alive SELECT 'regular', key, value FROM json_each('[1000,631,468,382,326,289,262,241]');
INSERT INTO alive SELECT 'high end', key, value FROM json_each('[1000,869,743,653,593,551,517,491]');

-- A table of survivors as rows of a fit, as the documentation shows it.
CREATE TEMP TABLE fit AS
SELECT segment, sbg_fit(year, lost, count) AS fit FROM (
  SELECT segment, year, 1 AS lost, lag(n) OVER (PARTITION BY segment ORDER BY year) - n AS count FROM alive
  UNION ALL SELECT segment, max(year), 0, n FROM alive GROUP BY segment) WHERE year > 0
GROUP BY segment;

INSERT INTO checks (what, got, want, tolerance)
SELECT segment || ': published ' || k.key, round(fit -> '$.parameters' ->> k.key, 3), k.value, 0
FROM fit, json_each(CASE segment WHEN 'regular' THEN '{"alpha":0.704,"beta":1.182}' ELSE '{"alpha":0.668,"beta":3.806}' END) AS k;
-- ../shared/reference/btyd/ref_params.csv, GOLD.
INSERT INTO checks (what, got, want, tolerance)
SELECT segment || ': ' || k.key, fit ->> k.key, k.value, 1e-9 * abs(k.value)
FROM fit, json_each(CASE segment WHEN 'regular'
  THEN '{"$.parameters.alpha":0.7040772984735162,"$.parameters.beta":1.1820430262094752,"$.log_likelihood":-1680.2651884632867}'
  ELSE '{"$.parameters.alpha":0.6680883511064354,"$.parameters.beta":3.8060949640581825,"$.log_likelihood":-1611.158147391157}' END) AS k;
INSERT INTO checks (what, got, want, tolerance)
SELECT segment || ': counts', json_array(fit ->> 'customers', fit ->> 'lost', fit ->> 'rows', fit ->> 'periods', fit ->> 'converged', fit -> 'reason'),
  CASE segment WHEN 'regular' THEN '[1000,759,8,7,1,null]' ELSE '[1000,509,8,7,1,null]' END, 0 FROM fit;
-- ../shared/reference/btyd/ref_sbg_regular_7y.csv, rows t = 1, 2, 12, 1000.
INSERT INTO checks (what, got, want, tolerance)
SELECT 'survival ' || t, sbg_survival(fit, t), s, 1e-9 * s FROM fit, (SELECT column1 AS t, column2 AS s FROM
  (VALUES (0, 1.0), (1, 0.62670605408381836), (2, 0.473819321773048330), (12, 0.170037452811379864), (1000, 0.00800087091806444513)))
WHERE segment = 'regular';
INSERT INTO checks (what, got, want, tolerance)
SELECT 'retention ' || t, sbg_retention(fit, t), s, 1e-9 FROM fit, (SELECT column1 AS t, column2 AS s FROM
  (VALUES (1, 0.62670605408381836), (2, 0.756047143131120445), (12, 0.945361576585211207), (1000, 0.999296546046371789))) WHERE segment = 'regular';
INSERT INTO checks (what, got, want, tolerance)
SELECT 'residual lifetime, renewed ' || renewed, sbg_residual_lifetime(fit, 0.1, renewed), s, 1e-9 * s FROM fit, (SELECT column1 AS renewed, column2 AS s FROM
  (VALUES (0, 2.96439927026204726), (1, 4.10313977508207275), (11, 7.62243906447259623), (999, 10.9162921572809122))) WHERE segment = 'regular';

-- One row per customer, in words, some still in their first period: the same model as from counts.
CREATE TEMP TABLE customer AS
WITH RECURSIVE i (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM i WHERE i < 299)
SELECT i, i * 7 % 11 AS tenure, CASE WHEN i * 7 % 11 > 0 AND i % 13 < 10 - i * 7 % 11 THEN 'Yes' ELSE 'no' END AS churned FROM i;
INSERT INTO checks (what, got, want, tolerance)
SELECT 'rows and counts', a.fit ->> '$.parameters.alpha', b.fit ->> '$.parameters.alpha', 1e-9
FROM (SELECT sbg_fit(tenure, churned) AS fit FROM customer) AS a,
  (SELECT sbg_fit(tenure, churned, n) AS fit FROM (SELECT tenure, churned, count(*) AS n FROM customer GROUP BY 1, 2)) AS b;
INSERT INTO checks (what, got, want, tolerance)
SELECT 'period 0 does not take part', fit ->> 'customers', (SELECT count(*) FROM customer WHERE tenure > 0), 0 FROM (SELECT sbg_fit(tenure, churned) AS fit FROM customer);

-- What has no maximum, and NULLs.
INSERT INTO checks (what, got, want, tolerance)
SELECT 'no fit: ' || k.key, fit ->> 'reason', k.value ->> 1, 0 FROM (SELECT k.key, k.value, sbg_fit(r.value ->> 0, r.value ->> 1, r.value ->> 2) AS fit
  FROM json_each('[["[[1,1,100],[2,1,90],[3,1,81],[3,0,729]]","the churn rate does not fall with time, customers do not differ: alpha and beta grow without end at a constant churn rate"],
    ["[[1,0,3],[2,0,4]]","no customer was lost: alpha goes to 0"],
    ["[[1,1,3],[1,0,4]]","no customer was observed for more than one period, which tells the churn rate of that period but not how it changes"],
    ["[[1,1,3],[4,0,4]]","customers were lost in period 1 alone: alpha and beta go to 0"]]') AS k, json_each(k.value ->> 0) AS r GROUP BY k.key) AS k;
INSERT INTO checks (what, got, want, tolerance)
SELECT 'no fit: estimates', json_array(fit ->> 'parameters', fit ->> 'log_likelihood', fit ->> 'covariance', round(fit ->> 'churn_rate', 10), fit ->> 'converged'), '[null,null,null,0.1,0]', 0
FROM (SELECT sbg_fit(column1, column2, column3) AS fit FROM (VALUES (1, 1, 100), (2, 1, 90), (3, 1, 81), (3, 0, 729)));
INSERT INTO checks (what, got, want, tolerance)
SELECT 'no rows', sbg_fit(column1, column2), NULL, 0 FROM (VALUES (NULL, 1), (3, NULL), (0, 0));
INSERT INTO checks (what, got, want, tolerance)
SELECT 'NULLs', json_array(sbg_survival(NULL, 1), sbg_survival(m, NULL), sbg_retention(m, NULL), sbg_residual_lifetime(m, 0.1, NULL)), '[null,null,null,null]', 0
FROM (SELECT '{"model":"sbg","parameters":{"alpha":2,"beta":3}}' AS m);
INSERT INTO checks (what, got, want, tolerance)
SELECT 'without discount', sbg_residual_lifetime('{"model":"sbg","parameters":{"alpha":2,"beta":3}}', 0, 4), 7.0, 1e-14;

-- expect error
SELECT sbg_fit(0, 1);
-- expect error
SELECT sbg_fit(1.5, 1);
-- expect error
SELECT sbg_fit(-1, 0);
-- expect error
SELECT sbg_fit(3, 2);
-- expect error
SELECT sbg_fit(3, 'lost');
-- expect error
SELECT sbg_fit(3, 1, -1);
-- expect error
SELECT sbg_survival('{"model":"bgnbd"}', 1);
-- expect error
SELECT sbg_survival('no JSON', 1);
-- expect error
SELECT sbg_survival('{"model":"sbg","parameters":{"alpha":2}}', 1);
-- expect error
SELECT sbg_survival('{"model":"sbg","parameters":{"alpha":2,"beta":-1}}', 1);
-- expect error
SELECT sbg_survival(sbg_fit(column1, column2), 1) FROM (VALUES (1, 0), (2, 0));
-- expect error
SELECT sbg_survival('{"model":"sbg","parameters":{"alpha":2,"beta":3}}', -1);
-- expect error
SELECT sbg_retention('{"model":"sbg","parameters":{"alpha":2,"beta":3}}', 0);
-- expect error
SELECT sbg_residual_lifetime('{"model":"sbg","parameters":{"alpha":0.9,"beta":3}}', 0, 1);
-- expect error
SELECT sbg_residual_lifetime('{"model":"sbg","parameters":{"alpha":0.9,"beta":3}}', -0.1, 1);
