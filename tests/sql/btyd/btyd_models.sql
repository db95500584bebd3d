-- The functions that fit a model and those that ask one: rules of ext/fn/btyd/btyd_fits.c, btyd_json.h, btyd_params.h and of the files of the scalars. Values are compared with
-- references in btyd_reference.sql.
CREATE TABLE given(name TEXT PRIMARY KEY, fit TEXT);
INSERT INTO given VALUES
  ('bgnbd', '{"model":"bgnbd","parameters":{"r":0.243,"alpha":4.414,"a":0.793,"b":2.426}}'), ('mbgnbd', '{"model":"mbgnbd","parameters":{"r":0.525,"alpha":6.183,"a":0.891,"b":1.614}}'),
  ('pareto_nbd', '{"model":"pareto_nbd","parameters":{"r":0.553,"alpha":10.578,"s":0.606,"beta":11.669}}'), ('bgbb', '{"model":"bgbb","parameters":{"alpha":1.204,"beta":0.75,"gamma":0.657,"delta":2.783}}'),
  ('gamma_gamma', '{"model":"gamma_gamma","parameters":{"p":6.25,"q":3.74,"gamma":15.45}}');
CREATE TABLE donors(x INTEGER, t_x INTEGER, customers INTEGER); -- Fader, Hardie & Shang 2010, table 1: 6 opportunities
INSERT INTO donors VALUES (0, 0, 3464), (1, 1, 1091), (1, 2, 277), (1, 3, 129), (1, 4, 78), (1, 5, 119), (1, 6, 129), (2, 2, 613), (2, 3, 255), (2, 4, 155), (2, 5, 173), (2, 6, 234), (3, 3, 322), (3, 4, 181), (3, 5, 225), (3, 6, 357), (4, 4, 240), (4, 5, 284), (4, 6, 512), (5, 5, 335), (5, 6, 728), (6, 6, 1203);
CREATE TABLE s AS SELECT customer, x, t_x, "T" AS age, m, customer % 2 AS city FROM customer_summary((SELECT retain_log(customer_id, ordered_at, amount) FROM demo_orders(600, 7)));
CREATE TABLE models AS
SELECT 'bgnbd' AS name, bgnbd_fit(x, t_x, age) AS fit FROM s UNION ALL SELECT 'mbgnbd', mbgnbd_fit(x, t_x, age) FROM s UNION ALL SELECT 'pareto_nbd', pareto_nbd_fit(x, t_x, age) FROM s
UNION ALL SELECT 'bgbb', bgbb_fit(x, t_x, 6, customers) FROM donors UNION ALL SELECT 'gamma_gamma', gamma_gamma_fit(x, m) FROM s;

-- btyd_json.h, R1 and R2
INSERT INTO checks (what, got, want)
SELECT name || ': keys', (SELECT group_concat(key) FROM json_each(fit)), 'model,parameters,log_likelihood,customers,rows,standard_errors,covariance,iterations,converged,reason' FROM models;
INSERT INTO checks (what, got, want)
SELECT name || ': says', json_extract(fit, '$.model') || json_extract(fit, '$.converged') || json_type(fit, '$.reason') || (json_extract(fit, '$.iterations') > 0), name || '1null1' FROM models;
INSERT INTO checks (what, got, want)
SELECT name || ': parameters', (SELECT group_concat(key || (atom > 0)) FROM json_each(fit, '$.parameters')) || ' ' || (SELECT group_concat(key || (atom > 0)) FROM json_each(fit, '$.standard_errors')), want FROM models JOIN (
  SELECT 'bgnbd' AS name, 'r1,alpha1,a1,b1 log_r1,log_alpha1,log_a1,log_b1' AS want UNION ALL VALUES ('mbgnbd', 'r1,alpha1,a1,b1 log_r1,log_alpha1,log_a1,log_b1'), ('pareto_nbd', 'r1,alpha1,s1,beta1 log_r1,log_alpha1,log_s1,log_beta1'),
  ('bgbb', 'alpha1,beta1,gamma1,delta1 log_alpha1,log_beta1,log_gamma1,log_delta1'), ('gamma_gamma', 'p1,q1,gamma1 log_p1,log_q1,log_gamma1')) USING (name);
INSERT INTO checks (what, got, want)
SELECT name || ': covariance of the logarithms', group_concat(abs(sqrt(json_extract(fit, '$.covariance[' || i || '][' || i || ']')) - se) < 1e-12 * se, ''), substr('1111', 1, max(i) + 1)
FROM (SELECT name, fit, value AS se, row_number() OVER (PARTITION BY name ORDER BY id) - 1 AS i FROM models, json_each(fit, '$.standard_errors')) GROUP BY name;
INSERT INTO checks (what, got, want)
SELECT name || ': covariance is symmetric', sum(json_extract(fit, printf('$.covariance[%d][%d]', i, j)) IS json_extract(fit, printf('$.covariance[%d][%d]', j, i))), count(*)
FROM models, (SELECT i.value AS i, j.value AS j FROM json_each('[0,1,2]') AS i, json_each('[0,1,2]') AS j) GROUP BY name;
INSERT INTO checks (what, got, want)
SELECT 'customers and rows', json_extract(fit, '$.customers') || ' ' || json_extract(fit, '$.rows'), (SELECT count(*) FROM s) || ' ' || (SELECT count(*) FROM (SELECT DISTINCT x, t_x, age FROM s)) FROM models WHERE name = 'bgnbd';
INSERT INTO checks (what, got, want) SELECT 'BG/BB as published', printf('%.3f %.3f %.3f %.3f %.1f', json_extract(fit, '$.parameters.alpha'), json_extract(fit, '$.parameters.beta'), json_extract(fit, '$.parameters.gamma'), json_extract(fit, '$.parameters.delta'), json_extract(fit, '$.log_likelihood')),
  '1.204 0.750 0.657 2.783 -33225.6' FROM models WHERE name = 'bgbb';
INSERT INTO checks (what, got, want) SELECT 'JSON inside JSON', json_type(json_object('fit', bgbb_fit(x, t_x, 6, customers)), '$.fit.parameters'), 'object' FROM donors;

-- btyd_fits.c, R2: counts as weights, and rows in any order, give the same digits.
CREATE TABLE grouped AS SELECT x, t_x, age, count(*) AS n FROM s GROUP BY 1, 2, 3 ORDER BY age DESC, x;
INSERT INTO checks (what, got, want) SELECT 'bgnbd: weights', (SELECT bgnbd_fit(x, t_x, age, n) FROM grouped), fit FROM models WHERE name = 'bgnbd';
INSERT INTO checks (what, got, want) SELECT 'mbgnbd: weights', (SELECT mbgnbd_fit(x, t_x, age, n) FROM grouped), fit FROM models WHERE name = 'mbgnbd';
INSERT INTO checks (what, got, want) SELECT 'pareto_nbd: weights', (SELECT pareto_nbd_fit(x, t_x, age, n) FROM grouped), fit FROM models WHERE name = 'pareto_nbd';
INSERT INTO checks (what, got, want)
SELECT 'bgbb: rows', (SELECT bgbb_fit(x, t_x, 6) FROM (WITH RECURSIVE d(x, t_x, i) AS (SELECT x, t_x, customers FROM donors UNION ALL SELECT x, t_x, i - 1 FROM d WHERE i > 1) SELECT x, t_x FROM d)), fit FROM models WHERE name = 'bgbb';
INSERT INTO checks (what, got, want) SELECT 'gamma_gamma: weights', (SELECT gamma_gamma_fit(x, m, n) FROM (SELECT x, m, count(*) AS n FROM s GROUP BY 1, 2 ORDER BY m DESC)), fit FROM models WHERE name = 'gamma_gamma';
INSERT INTO checks (what, got, want) SELECT 'weight 0', (SELECT bgbb_fit(x, t_x, n, customers) FROM (SELECT x, t_x, 6 AS n, customers FROM donors UNION ALL SELECT 9, 9, 9, 0)), fit FROM models WHERE name = 'bgbb';
INSERT INTO checks (what, got, want) SELECT 'weight NULL is 1', (SELECT bgnbd_fit(x, t_x, age, NULL) FROM s), fit FROM models WHERE name = 'bgnbd';
INSERT INTO checks (what, got, want) SELECT 'numeric text', (SELECT bgnbd_fit(CAST(x AS TEXT), t_x, age, '1') FROM s), fit FROM models WHERE name = 'bgnbd';

-- R3, R4
INSERT INTO checks (what, got, want) SELECT 'no rows', bgnbd_fit(x, t_x, age) IS NULL AND gamma_gamma_fit(x, m) IS NULL AND bgbb_fit(x, 1, 1) IS NULL, 1 FROM s WHERE x < 0;
INSERT INTO checks (what, got, want) SELECT 'rows of weight 0', quote(bgnbd_fit(1, 2, 3, 0)), 'NULL';
INSERT INTO checks (what, got, want) SELECT 'NULL rows', (SELECT bgnbd_fit(x, t_x, age) FROM (SELECT x, t_x, age FROM s UNION ALL VALUES (NULL, 1, 2), (1, NULL, 2), (1, 1, NULL))), fit FROM models WHERE name = 'bgnbd';
INSERT INTO checks (what, got, want) SELECT 'gamma_gamma: who takes part', (SELECT gamma_gamma_fit(x, m) FROM s WHERE x > 0 AND m > 0), (SELECT gamma_gamma_fit(x, m) FROM (SELECT x, m FROM s UNION ALL VALUES (0, 5), (3, 0), (3, -2), (3, NULL), (NULL, 3)));

-- R3 of btyd_json.h
CREATE TABLE bad(name TEXT, fit TEXT);
INSERT INTO bad SELECT 'alike', bgnbd_fit(2, 3, 5) FROM s;
INSERT INTO bad SELECT 'nobody again', bgnbd_fit(0, 0, age) FROM s;
INSERT INTO bad SELECT 'nobody again, pareto', pareto_nbd_fit(0, 0, age) FROM s;
INSERT INTO bad SELECT 'one value', gamma_gamma_fit(x, 10) FROM s;
INSERT INTO bad SELECT 'no dropout', bgnbd_fit(x, age * (x > 0), age) FROM s;
INSERT INTO checks (what, got, want) SELECT name || ': ' || substr(json_extract(fit, '$.reason'), 1, instr(json_extract(fit, '$.reason') || ';', ';') - 1), json_type(fit, '$.parameters') || json_extract(fit, '$.converged') || json_type(fit, '$.standard_errors') || json_type(fit, '$.covariance'), 'null0nullnull' FROM bad;

-- R4 of btyd_json.h, and R5 of btyd_fits.c
INSERT INTO checks (what, got, want) SELECT 'other keys', p_alive('{"customers":5,"shop":"x","model":"BGNBD","parameters":{"b":2.426,"a":0.793,"alpha":4.414,"r":0.243},"covariates":null}', 2, 30.43, 38.86), p_alive(fit, 2, 30.43, 38.86) FROM given WHERE name = 'bgnbd';
INSERT INTO checks (what, got, want) SELECT 'published figure', round(p_alive(fit, 2, 30.43, 38.86), 3), 0.727 FROM given WHERE name = 'bgnbd';
INSERT INTO checks (what, got, want) SELECT 'published figure, expected', round(expected_purchases(fit, 39, 2, 30.43, 38.86), 3), 1.226 FROM given WHERE name = 'bgnbd';
CREATE TABLE z AS SELECT x, t_x, age, customer % 3 = 0 AS z1, customer % 5 / 4.0 AS z2 FROM s;
CREATE TABLE with_z AS SELECT 'bgnbd' AS name, bgnbd_fit(x, t_x, age, 1, z1, z2) AS fit FROM z UNION ALL SELECT 'pareto_nbd', pareto_nbd_fit(x, t_x, age, 1, z1, z2) FROM z;
INSERT INTO checks (what, got, want) SELECT name || ': with covariates', json_array_length(fit, '$.covariates.transaction') || json_array_length(fit, '$.covariates.dropout') || json_array_length(fit, '$.standard_errors.dropout')
  || json_array_length(fit, '$.covariance') || json_array_length(fit, '$.covariance[7]') || json_extract(fit, '$.converged'), '222881' FROM with_z;
INSERT INTO checks (what, got, want) SELECT with_z.name || ': covariates raise the likelihood', json_extract(with_z.fit, '$.log_likelihood') > json_extract(models.fit, '$.log_likelihood'), 1 FROM with_z JOIN models USING (name);
INSERT INTO checks (what, got, want) SELECT name || ': a NULL covariate', (SELECT CASE name WHEN 'bgnbd' THEN bgnbd_fit(x, t_x, age, 1, z1, z2) ELSE pareto_nbd_fit(x, t_x, age, 1, z1, z2) END FROM (SELECT * FROM z UNION ALL SELECT x, t_x, age, NULL, z2 FROM z)), fit FROM with_z;
-- Origin and unit of a covariate change its coefficients and what the parameters are at 0, and nothing else.
CREATE TABLE moved AS SELECT 'bgnbd' AS name, bgnbd_fit(x, t_x, age, 1, z1 + 10, z2 * 1e6) AS fit FROM z UNION ALL SELECT 'pareto_nbd', pareto_nbd_fit(x, t_x, age, 1, z1 + 10, z2 * 1e6) FROM z;
INSERT INTO checks (what, got, want)
SELECT name || ': another origin and unit of the covariates', group_concat(abs(got / want - 1) < 1e-6), '1,1,1,1,1,1,1,1,1,1,1' FROM (
  SELECT moved.name, CASE i WHEN 0 THEN moved.fit ->> '$.log_likelihood' WHEN 1 THEN moved.fit ->> '$.covariates.transaction[0]' WHEN 2 THEN 1e6 * (moved.fit ->> '$.covariates.transaction[1]')
      WHEN 3 THEN moved.fit ->> '$.covariates.dropout[0]' WHEN 4 THEN 1e6 * (moved.fit ->> '$.covariates.dropout[1]') WHEN 5 THEN moved.fit ->> '$.standard_errors.transaction[0]'
      WHEN 6 THEN 1e6 * (moved.fit ->> '$.standard_errors.dropout[1]') WHEN 7 THEN moved.fit ->> '$.standard_errors.log_r' WHEN 8 THEN p_alive(moved.fit, 3, 10, 20, 11, 5e5)
      WHEN 9 THEN expected_purchases(moved.fit, 52, 3, 10, 20, 10, 1e6)
      ELSE sqrt((moved.fit ->> '$.covariance[1][1]') + 10 * 10 * (moved.fit ->> '$.covariance[4][4]') - 2 * 10 * (moved.fit ->> '$.covariance[1][4]')) END AS got,
    CASE i WHEN 0 THEN w.fit ->> '$.log_likelihood' WHEN 1 THEN w.fit ->> '$.covariates.transaction[0]' WHEN 2 THEN w.fit ->> '$.covariates.transaction[1]'
      WHEN 3 THEN w.fit ->> '$.covariates.dropout[0]' WHEN 4 THEN w.fit ->> '$.covariates.dropout[1]' WHEN 5 THEN w.fit ->> '$.standard_errors.transaction[0]'
      WHEN 6 THEN w.fit ->> '$.standard_errors.dropout[1]' WHEN 7 THEN w.fit ->> '$.standard_errors.log_r' WHEN 8 THEN p_alive(w.fit, 3, 10, 20, 1, 0.5)
      WHEN 9 THEN expected_purchases(w.fit, 52, 3, 10, 20, 0, 1) ELSE w.fit ->> '$.standard_errors.log_alpha' END AS want
  FROM moved JOIN with_z AS w USING (name), (WITH RECURSIVE k(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM k WHERE i < 10) SELECT i FROM k)) GROUP BY name;
INSERT INTO checks (what, got, want) SELECT 'a covariate that tells who never bought again', bgnbd_fit(x, t_x, age, 1, x = 0) ->> '$.reason', 'no finite maximum: the coefficient of covariate 1 on transactions grows without end; does it follow from the purchases?' FROM z;
INSERT INTO checks (what, got, want) SELECT 'a covariate that tells nothing', bgnbd_fit(x, t_x, age, 1, z1, 7) ->> '$.reason', 'covariate 2 is the same for all customers' FROM z;
INSERT INTO checks (what, got, want) SELECT 'a covariate far from 0', bgnbd_fit(x, t_x, age, 1, z1 + 1e6) ->> '$.reason', 'alpha at covariates of 0 is beyond 1e-15…1e15: take covariates nearer to 0, such as year - 2020' FROM z;
INSERT INTO checks (what, got, want) SELECT 'nobody drops out, and the coefficient of dropout is nothing', bgnbd_fit(x, t_x, age, 1, z2) ->> '$.reason' LIKE 'no finite maximum: a/(a+b) falls to 0 (nobody drops out)%', 1
FROM (SELECT x, t_x, t_x + age * 0.9 / (x + 1) AS age, z2 FROM z WHERE x > 3);
-- Forty customers whose likelihood has a maximum beside a ridge that leads to a limit 0.024 below it, in days.
CREATE TABLE forty (x, t_x, T);
INSERT INTO forty VALUES
  (7, 3632.1, 4972), (28, 12968.1, 13353.9), (9, 15003.6, 15225.8), (4, 10038.8, 10141.5), (10, 18096.8, 18987.9), (6, 8748.6, 9599.3), (2, 493.7, 4420.1), (4, 6244.6, 6468.7), (14,
  8521.8, 8612.5), (24, 12742.6, 12897), (10, 17954, 21161.2), (2, 4031.9, 8958.1), (2, 4169.2, 9927.3), (3, 5153.8, 8499.5), (2, 3393.6, 10847.2), (7, 17615.3, 18511.7), (0, 0,
  15506.1), (2, 9264.9, 14505.1), (5, 8887.7, 12290.7), (5, 17439.5, 18520.1), (4, 6018.9, 13995.6), (2, 891.6, 3765.7), (6, 7868.9, 10864.2), (31, 17372.3, 17402.4), (5, 3301.4,
  7982.5), (6, 7847.1, 13006.4), (0, 0, 4110.4), (26, 19029.3, 19060.9), (10, 8071.4, 8150), (28, 16205.8, 16373.1), (28, 15289.3, 15461.4), (15, 17756.8, 17882.2), (0, 0, 5784.9),
  (6, 3533.3, 4268.6), (5, 4562.1, 6333.7), (14, 16460.4, 18438.6), (42, 20528.4, 21128), (2, 2378.8, 8285.4), (26, 17084.4, 17147.2), (2, 4644.1, 6169.9);
INSERT INTO checks (what, got, want) SELECT 'a maximum beside a ridge', (fit ->> '$.converged') || ' ' || round(fit ->> '$.log_likelihood', 2), '1 -3195.97' FROM (SELECT bgnbd_fit(x, t_x, T) AS fit FROM forty);
CREATE TABLE pair AS SELECT name, json_set(fit, '$.covariates', json('{"transaction":[0.5,-0.25],"dropout":[0.125,-0.75]}')) AS m,
  json_set(fit, '$.parameters.alpha', 4 * exp(-0.75), CASE name WHEN 'bgnbd' THEN '$.parameters.a' ELSE '$.parameters.beta' END, CASE name WHEN 'bgnbd' THEN 0.8 * exp(-0.5) ELSE 11 * exp(0.5) END,
    CASE name WHEN 'bgnbd' THEN '$.parameters.b' ELSE '$.parameters.r' END, CASE name WHEN 'bgnbd' THEN 2.4 * exp(-0.5) ELSE 0.6 END) AS w
FROM (SELECT 'bgnbd' AS name, '{"model":"bgnbd","parameters":{"r":0.25,"alpha":4,"a":0.8,"b":2.4}}' AS fit UNION ALL SELECT 'pareto_nbd', '{"model":"pareto_nbd","parameters":{"r":0.6,"alpha":4,"s":0.7,"beta":11}}');
INSERT INTO checks (what, got, want)
SELECT name || ': what covariates do', group_concat(abs(got / want - 1) < 1e-13), '1,1,1,1,1,1' FROM (
  SELECT name, p_alive(m, 3, 10, 20, 2, 1) AS got, p_alive(w, 3, 10, 20) AS want FROM pair UNION ALL SELECT name, p_alive_at(m, 3, 10, 20, 5, 2, 1), p_alive_at(w, 3, 10, 20, 5) FROM pair
  UNION ALL SELECT name, expected_purchases(m, 30, 3, 10, 20, 2, 1), expected_purchases(w, 30, 3, 10, 20) FROM pair UNION ALL SELECT name, purchase_pmf(m, 2, 30, 3, 10, 20, 2, 1), purchase_pmf(w, 2, 30, 3, 10, 20) FROM pair
  UNION ALL SELECT name, dert(m, 0.01, 3, 10, 20, 2, 1), dert(w, 0.01, 3, 10, 20) FROM pair
  UNION ALL SELECT pair.name, clv_expected(m, fit, 30, 0.01, 3, 10, 20, 25, 1, 2, 1), clv_expected(w, fit, 30, 0.01, 3, 10, 20, 25) FROM pair, given WHERE given.name = 'gamma_gamma') GROUP BY name;

-- A model per segment: each row is answered by its own, also where more models alternate than are kept.
CREATE TABLE by_city AS SELECT city, bgnbd_fit(x, t_x, age) AS fit FROM s GROUP BY city;
INSERT INTO checks (what, got, want)
SELECT 'a model per city', sum(p_alive(fit, x, t_x, age) = CASE city WHEN 0 THEN p_alive((SELECT fit FROM by_city WHERE city = 0), x, t_x, age) ELSE p_alive((SELECT fit FROM by_city WHERE city = 1), x, t_x, age) END)
  || ' ' || count(DISTINCT fit), count(*) || ' 2' FROM (SELECT * FROM s ORDER BY customer) JOIN by_city USING (city);
WITH RECURSIVE i(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM i WHERE i < 299)
INSERT INTO checks (what, got, want)
SELECT 'twenty models alternate', sum(abs(expected_value(json_set('{"model":"gamma_gamma","parameters":{"p":2,"q":3}}', '$.parameters.gamma', 1 + i % 20), 0, NULL) - (1 + i % 20)) < 1e-12), 300 FROM i;
WITH RECURSIVE i(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM i WHERE i < 299)
INSERT INTO checks (what, got, want)
SELECT 'two models of two arguments alternate', sum(clv_expected((SELECT fit FROM given WHERE name = CASE i % 2 WHEN 0 THEN 'bgnbd' ELSE 'mbgnbd' END), spend, 10, 0, 2, 5, 8, NULL) IS NULL
  AND abs(clv_expected((SELECT fit FROM given WHERE name = CASE i % 3 WHEN 0 THEN 'bgnbd' ELSE 'mbgnbd' END), spend, 10, 0, 0, 0, 8, NULL) / (1 + i % 7)
    / expected_purchases((SELECT fit FROM given WHERE name = CASE i % 3 WHEN 0 THEN 'bgnbd' ELSE 'mbgnbd' END), 10, 0, 0, 8) - 1) < 1e-13), 300
FROM (SELECT i, json_set('{"model":"gamma_gamma","parameters":{"p":2,"q":3}}', '$.parameters.gamma', 1 + i % 7) AS spend FROM i);

-- btyd_params.h, R4, and the rules of the scalars
INSERT INTO checks (what, got, want)
SELECT name || ': NULL', quote(p_alive(NULL, 1, 2, 3)) || quote(p_alive(fit, NULL, 2, 3)) || quote(p_alive(fit, 1, NULL, 3)) || quote(p_alive(fit, 1, 2, NULL)) || quote(p_alive_at(fit, 1, 2, 3, NULL)) || quote(expected_purchases(fit, NULL))
  || quote(expected_purchases(fit, 10, NULL, NULL, NULL)) || quote(purchase_pmf(fit, NULL, 10)) || quote(purchase_pmf(fit, 1, 10, NULL, NULL, NULL)) || quote(dert(fit, NULL, 1, 2, 3)) || quote(dert(fit, 0.1, 1, NULL, 3)), replace(printf('%011d', 0), '0', 'NULL')
FROM given WHERE name <> 'gamma_gamma';
INSERT INTO checks (what, got, want)
SELECT 'NULL values', quote(expected_value(fit, 2, NULL)) || quote(expected_value(fit, NULL, 10)) || quote(expected_value(NULL, 2, 10)) || quote(expected_value(NULL, 0, NULL)) || (expected_value(fit, 0, NULL) = expected_value(fit, 0, 10)), 'NULLNULLNULLNULL1' FROM given WHERE name = 'gamma_gamma';
INSERT INTO checks (what, got, want)
SELECT 'NULL in clv_expected', quote(clv_expected(NULL, s.fit, 10, 0, 1, 2, 3, 4)) || quote(clv_expected(p.fit, NULL, 10, 0, 1, 2, 3, 4)) || quote(clv_expected(p.fit, s.fit, NULL, 0, 1, 2, 3, 4)) || quote(clv_expected(p.fit, s.fit, 10, NULL, 1, 2, 3, 4))
  || quote(clv_expected(p.fit, s.fit, 10, 0, NULL, 2, 3, 4)) || quote(clv_expected(p.fit, s.fit, 10, 0, 1, 2, 3, NULL)) || (clv_expected(p.fit, s.fit, 10, 0.1, 1, 2, 3, 4, NULL) = clv_expected(p.fit, s.fit, 10, 0.1, 1, 2, 3, 4, 1)), 'NULLNULLNULLNULLNULLNULL1'
FROM given AS p, given AS s WHERE p.name = 'pareto_nbd' AND s.name = 'gamma_gamma';
INSERT INTO checks (what, got, want) SELECT 'a NULL covariate', quote(p_alive(m, 3, 10, 20, NULL, 1)), 'NULL' FROM pair WHERE name = 'bgnbd';
INSERT INTO checks (what, got, want)
SELECT name || ': no time', expected_purchases(fit, 0) || ' ' || expected_purchases(fit, 0, 1, 2, 3) || ' ' || purchase_pmf(fit, 0, 0) || ' ' || purchase_pmf(fit, 1, 0) || ' ' || (p_alive_at(fit, 1, 2, 3, 0) = p_alive(fit, 1, 2, 3)), '0.0 0.0 1.0 0.0 1' FROM given WHERE name <> 'gamma_gamma';
INSERT INTO checks (what, got, want)
SELECT name || ': a new customer', abs(expected_purchases(fit, 12) / expected_purchases(fit, 12, 0, 0, 0) - 1) < 1e-13 AND abs(purchase_pmf(fit, 2, 12) / purchase_pmf(fit, 2, 12, 0, 0, 0) - 1) < 1e-13, 1 FROM given WHERE name <> 'gamma_gamma';
WITH RECURSIVE i(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM i WHERE i < 400)
INSERT INTO checks (what, got, want)
SELECT name || ': purchase_pmf', abs(sum(p) - 1) < 1e-9 AND abs(sum(i * p) / expected_purchases(fit, 26, 3, 9, 12) - 1) < 1e-9, 1
FROM (SELECT name, fit, i, purchase_pmf(fit, i, 26, 3, 9, 12) AS p FROM given, i WHERE name <> 'gamma_gamma') GROUP BY name;
INSERT INTO checks (what, got, want)
SELECT name || ': ever less alive', sum(p < before AND p > 0), 8 FROM (
  SELECT name, p, lag(p) OVER (PARTITION BY name ORDER BY later) AS before FROM (SELECT name, value AS later, p_alive_at(fit, 3, 9, 12, value) AS p FROM given, json_each('[0,1,2,5,10,30,100,1000,10000]') WHERE name <> 'gamma_gamma')) GROUP BY name;
INSERT INTO checks (what, got, want)
SELECT p.name || ': clv_expected', (abs(clv_expected(p.fit, s.fit, 26, 0, 3, 9, 12, 20) / (expected_value(s.fit, 3, 20) * expected_purchases(p.fit, 26, 3, 9, 12)) - 1) < 1e-13)
  || (abs(clv_expected(p.fit, s.fit, 6, 0.1, 3, 9, 12, 20, 2) / expected_value(s.fit, 3, 20) / (expected_purchases(p.fit, 2, 3, 9, 12) / 1.1 + (expected_purchases(p.fit, 4, 3, 9, 12) - expected_purchases(p.fit, 2, 3, 9, 12)) / 1.21
    + (expected_purchases(p.fit, 6, 3, 9, 12) - expected_purchases(p.fit, 4, 3, 9, 12)) / 1.331) - 1) < 1e-13), '11' FROM given AS p, given AS s WHERE p.name <> 'gamma_gamma' AND s.name = 'gamma_gamma';
INSERT INTO checks (what, got, want)
SELECT p.name || ': dert is clv_expected without end', abs(dert(p.fit, 0.05, 3, 9, 12) / clv_expected(p.fit, s.fit, 400, CASE p.name WHEN 'bgbb' THEN 0.05 ELSE pow(1.05, 0.1) - 1 END, 3, 9, 12, 20, CASE p.name WHEN 'bgbb' THEN 1 ELSE 0.1 END) * expected_value(s.fit, 3, 20) - 1) < 0.003, 1 -- a purchase counts at the end of its tenth of a week
FROM given AS p, given AS s WHERE p.name <> 'gamma_gamma' AND s.name = 'gamma_gamma';

-- Errors: arguments
-- expect error
SELECT bgnbd_fit(-1, 0, 5);
-- expect error
SELECT bgnbd_fit(1.5, 1, 5);
-- expect error
SELECT bgnbd_fit('x', 1, 5);
-- expect error
SELECT bgnbd_fit(1, -1, 5);
-- expect error
SELECT bgnbd_fit(2, 6, 5);
-- expect error
SELECT bgnbd_fit(2, 0, 5);
-- expect error
SELECT mbgnbd_fit(0, 1, 5);
-- expect error
SELECT pareto_nbd_fit(2, 3, 5, -1);
-- expect error
SELECT pareto_nbd_fit(2, 3, 9e999);
-- expect error
SELECT bgnbd_fit(2, 3);
-- expect error
SELECT bgnbd_fit(2, 3, 5, 1, 'red');
-- expect error
SELECT bgnbd_fit(2, 3, 5, 1, 1, 2, 3, 4, 5, 6, 7, 8, 9);
-- expect error
SELECT bgbb_fit(3, 2, 6);
-- expect error
SELECT bgbb_fit(1, 2, 2.5);
-- expect error
SELECT bgbb_fit(1, 7, 6);
-- expect error
SELECT gamma_gamma_fit(1.5, 10);
-- expect error
SELECT p_alive(fit, 2, 40, 38) FROM given WHERE name = 'bgnbd';
-- expect error
SELECT p_alive(fit, 0, 3, 38) FROM given WHERE name = 'pareto_nbd';
-- expect error
SELECT p_alive(fit, 7, 6, 8) FROM given WHERE name = 'bgbb';
-- expect error
SELECT p_alive(fit, 2, 30) FROM given WHERE name = 'bgnbd';
-- expect error
SELECT p_alive_at(fit, 2, 4, 6, -1) FROM given WHERE name = 'bgnbd';
-- expect error
SELECT p_alive_at(fit, 2, 4, 6, 1.5) FROM given WHERE name = 'bgbb';
-- expect error
SELECT expected_purchases(fit, -1) FROM given WHERE name = 'bgnbd';
-- expect error
SELECT expected_purchases(fit, 10, 2, 4) FROM given WHERE name = 'bgnbd';
-- expect error
SELECT expected_purchases(fit, 1.5) FROM given WHERE name = 'bgbb';
-- expect error
SELECT purchase_pmf(fit, 1.5, 10) FROM given WHERE name = 'bgnbd';
-- expect error
SELECT purchase_pmf(fit, -1, 10) FROM given WHERE name = 'bgnbd';
-- expect error
SELECT dert(fit, 0, 2, 4, 6) FROM given WHERE name = 'bgnbd';
-- expect error
SELECT expected_value(fit, 2, -5) FROM given WHERE name = 'gamma_gamma';
-- expect error
SELECT clv_expected(p.fit, s.fit, 10, 0.01, 2, 4, 6, 20, 0) FROM given AS p, given AS s WHERE p.name = 'bgnbd' AND s.name = 'gamma_gamma';
-- expect error
SELECT clv_expected(p.fit, s.fit, 1e6, 0.01, 2, 4, 6, 20) FROM given AS p, given AS s WHERE p.name = 'bgnbd' AND s.name = 'gamma_gamma';
-- expect error
SELECT clv_expected(p.fit, s.fit, 10, -0.01, 2, 4, 6, 20) FROM given AS p, given AS s WHERE p.name = 'bgnbd' AND s.name = 'gamma_gamma';

-- Errors: models
-- expect error
SELECT p_alive(fit, 2, 4, 6) FROM given WHERE name = 'gamma_gamma';
-- expect error
SELECT expected_value(fit, 2, 10) FROM given WHERE name = 'mbgnbd';
-- expect error
SELECT clv_expected(s.fit, p.fit, 10, 0.01, 2, 4, 6, 20) FROM given AS p, given AS s WHERE p.name = 'bgnbd' AND s.name = 'gamma_gamma';
-- expect error
SELECT p_alive(fit, 2, 4, 6) FROM bad WHERE name = 'alike';
-- expect error
SELECT expected_purchases(fit, 10) FROM bad WHERE name = 'nobody again';
-- expect error
SELECT expected_value('{"model":"gamma_gamma","parameters":{"p":6.25,"q":0.9,"gamma":15.45}}', 0, NULL);
-- expect error
SELECT p_alive('bgnbd', 2, 4, 6);
-- expect error
SELECT p_alive(5, 2, 4, 6);
-- expect error
SELECT p_alive(x'7b7d', 2, 4, 6);
-- expect error
SELECT p_alive('', 2, 4, 6);
-- expect error
SELECT p_alive('[]', 2, 4, 6);
-- expect error
SELECT p_alive('{"model":7}', 2, 4, 6);
-- expect error
SELECT p_alive('{"model":"nbd","parameters":{}}', 2, 4, 6);
-- expect error
SELECT p_alive('{"model":"bgnbd"}', 2, 4, 6);
-- expect error
SELECT p_alive('{"model":"bgnbd","parameters":[1,2,3,4]}', 2, 4, 6);
-- expect error
SELECT p_alive('{"model":"bgnbd","parameters":null}', 2, 4, 6);
-- expect error
SELECT p_alive('{"model":"bgnbd","parameters":null,"converged":false}', 2, 4, 6);
-- expect error
SELECT p_alive('{"model":"bgnbd","parameters":{"r":1,"alpha":2,"a":1}}', 2, 4, 6);
-- expect error
SELECT p_alive('{"model":"bgnbd","parameters":{"r":1,"alpha":2,"a":1,"b":0}}', 2, 4, 6);
-- expect error
SELECT p_alive('{"model":"bgnbd","parameters":{"r":1,"alpha":2,"a":1,"b":1e999}}', 2, 4, 6);
-- expect error
SELECT p_alive('{"model":"bgnbd","parameters":{"r":1,"alpha":2,"a":"1","b":1}}', 2, 4, 6);
-- expect error
SELECT p_alive('{"model":"bgnbd","parameters":{"r":1,"alpha":2,"a":1,"b":1,"s":2}}', 2, 4, 6);
-- expect error
SELECT p_alive('{"model":"bgnbd","parameters":{"r":1,"alpha":2,"a":1,"b":1}', 2, 4, 6);
-- expect error
SELECT p_alive(replace(hex(zeroblob(5000)), '00', '['), 2, 4, 6);
-- expect error
SELECT p_alive('{"model":"bgbb","parameters":{"alpha":1,"beta":2,"gamma":1,"delta":1},"covariates":{"transaction":[1],"dropout":[1]}}', 2, 4, 6, 1);
-- expect error
SELECT p_alive('{"model":"bgnbd","parameters":{"r":1,"alpha":2,"a":1,"b":1},"covariates":[1]}', 2, 4, 6, 1);
-- expect error
SELECT p_alive('{"model":"bgnbd","parameters":{"r":1,"alpha":2,"a":1,"b":1},"covariates":{"transaction":[1]}}', 2, 4, 6, 1);
-- expect error
SELECT p_alive('{"model":"bgnbd","parameters":{"r":1,"alpha":2,"a":1,"b":1},"covariates":{"transaction":[1],"dropout":[1,2]}}', 2, 4, 6, 1);
-- expect error
SELECT p_alive('{"model":"bgnbd","parameters":{"r":1,"alpha":2,"a":1,"b":1},"covariates":{"transaction":[1],"dropout":[null]}}', 2, 4, 6, 1);
-- expect error
SELECT p_alive('{"model":"bgnbd","parameters":{"r":1,"alpha":2,"a":1,"b":1},"covariates":{"transaction":[1],"dropout":[1],"both":[1]}}', 2, 4, 6, 1);
-- expect error
SELECT p_alive('{"model":"bgnbd","parameters":{"r":1,"alpha":2,"a":1,"b":1},"covariates":{"transaction":[1,2,3,4,5,6,7,8,9],"dropout":[1,2,3,4,5,6,7,8,9]}}', 2, 4, 6, 1);
-- expect error
SELECT p_alive(m, 2, 4, 6) FROM pair WHERE name = 'bgnbd';
-- expect error
SELECT p_alive(m, 2, 4, 6, 1, 2, 3) FROM pair WHERE name = 'bgnbd';
-- expect error
SELECT p_alive(m, 2, 4, 6, 1, 'two') FROM pair WHERE name = 'bgnbd';
-- expect error
SELECT p_alive(m, 2, 4, 6, 1000, 2) FROM pair WHERE name = 'bgnbd';
-- expect error
SELECT expected_purchases(m, 10) FROM pair WHERE name = 'bgnbd';
-- expect error
SELECT p_alive(fit, 2, 4, 6, 1) FROM given WHERE name = 'bgnbd';
