-- logit_fit(), logit_fit_named(), logit_predict(), logit_reasons() and their named forms: rules R1–R5 of ext/fn/regression/logit.c, R1–R3 of logit_predict.c.

-- 2 x 2: of those with x = 1 31 have label 1 and 200 have not, of those with x = 0 8 and 77.
CREATE TABLE cell (x, label, n);
INSERT INTO cell VALUES (1, 1, 31), (1, 0, 200), (0, 1, 8), (0, 0, 77);
CREATE TABLE person AS WITH RECURSIVE i(k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM i WHERE k < 200) SELECT x, label FROM cell, i WHERE k <= n;
CREATE TABLE model AS SELECT logit_fit(label, x) AS fit FROM person;
-- The log odds ratio and Woolf's standard error; SQLite's ln() and sqrt() are not in every build.
INSERT INTO checks (what, got, want)
SELECT column1, round(fit ->> column2, 12), column3 FROM model, (VALUES
  ('coefficient is ln(31·77/(200·8))', '$.coefficients[0]', 0.400033718111),
  ('its standard error, sqrt(1/31 + 1/200 + 1/8 + 1/77)', '$.standard_errors[0]', 0.418622834426),
  ('intercept is ln(8/77)', '$.intercept', -2.264363880174),
  ('its standard error, sqrt(1/8 + 1/77)', '$.intercept_se', 0.371466032077));
INSERT INTO checks (what, got, want) SELECT 'rows', fit ->> '$.rows', 316 FROM model;
INSERT INTO checks (what, got, want) SELECT 'positives', fit ->> '$.positives', 39 FROM model;
INSERT INTO checks (what, got, want) SELECT 'mean', round(fit ->> '$.means[0]', 13), round(231 / 316.0, 13) FROM model;
INSERT INTO checks (what, got, want) SELECT 'features', fit -> '$.features', '["f1"]' FROM model;
INSERT INTO checks (what, got, want) SELECT 'converged', fit ->> '$.converged', 1 FROM model;
INSERT INTO checks (what, got, want) SELECT 'no reason, nothing dropped', coalesce(fit ->> '$.reason', '') || (fit -> '$.dropped'), '[]' FROM model;
INSERT INTO checks (what, got, want) SELECT 'keys', group_concat(key), 'model,features,intercept,coefficients,intercept_se,standard_errors,means,standard_deviations,'
  || 'log_likelihood,null_log_likelihood,rows,positives,weight,l2,iterations,converged,reason,dropped' FROM model, json_each(fit);
INSERT INTO checks (what, got, want) SELECT 'predictions are the observed rates', round(logit_predict(fit, 1), 14) || ' ' || round(logit_predict(fit, 0), 14),
  round(31 / 231.0, 14) || ' ' || round(8 / 85.0, 14) FROM model;

-- Weights count rows; features by name, in any order of keys, as true and false and as text.
CREATE TABLE weighted AS SELECT logit_fit_named(label, CASE WHEN label THEN json_object('x', x, 'y y', label * 2 + n) ELSE json_object('y y', CAST(n AS TEXT), 'x', json(iif(x, 'true', 'false'))) END, 0.5, n) AS fit FROM cell;
CREATE TABLE repeated AS SELECT logit_fit_named(p.label, json_object('x', p.x, 'y y', n + 2 * p.label), 0.5) AS fit FROM person AS p JOIN cell USING (x, label);
INSERT INTO checks (what, got, want)
SELECT 'weights count rows', round(w.fit ->> '$.coefficients[1]', 12) || ' ' || round(w.fit ->> '$.standard_errors[0]', 12), round(r.fit ->> '$.coefficients[1]', 12) || ' ' || round(r.fit ->> '$.standard_errors[0]', 12)
FROM weighted AS w, repeated AS r;
INSERT INTO checks (what, got, want) SELECT 'their sum', fit -> '$.rows' || ' ' || (fit -> '$.weight') || ' ' || (fit -> '$.l2'), '4 316 0.5' FROM weighted;
INSERT INTO checks (what, got, want) SELECT 'weight 0 is no row', fit ->> '$.rows', 2 FROM (SELECT logit_fit_named(label, json_object('x', x), 1, x) AS fit FROM cell);
INSERT INTO checks (what, got, want) SELECT 'names', fit -> '$.features', '["x","y y"]' FROM weighted;
INSERT INTO checks (what, got, want) SELECT 'no penalty is that of logit_fit()', named.fit -> '$.coefficients', model.fit -> '$.coefficients'
FROM model, (SELECT logit_fit_named(label, json_object('x', x), NULL, NULL) AS fit FROM person) AS named;
INSERT INTO checks (what, got, want) SELECT 'a penalty shrinks', sum(a > b), 2
FROM (SELECT fit ->> '$.coefficients[0]' AS a, lead(fit ->> '$.coefficients[0]') OVER (ORDER BY l2) AS b
      FROM (SELECT column1 AS l2, (SELECT logit_fit_named(label, json_object('x', x), column1) FROM person) AS fit FROM (VALUES (0), (1), (10))));

-- R2: rows with a NULL; none at all.
INSERT INTO checks (what, got, want)
SELECT 'NULL does not take part', fit ->> '$.rows', 4 FROM (SELECT logit_fit(column1, column2, column3) AS fit
  FROM (VALUES (1, 1, 2), (0, 1, 1), (NULL, 1, 1), (1, NULL, 1), (0, 2, NULL), (1, 2.5, 1), (0, 2, 0)));
INSERT INTO checks (what, got, want)
SELECT 'nor by name', fit ->> '$.rows', 2 FROM (SELECT logit_fit_named(column1, column2) AS fit
  FROM (VALUES (NULL, '{"other":1}'), (1, '{"a":null}'), (1, '{"a":1}'), (0, NULL), (0, '{"a":2}')));
INSERT INTO checks (what, got, want) SELECT 'no rows', coalesce(logit_fit(label, x), logit_fit_named(label, '{"a":1}')), NULL FROM cell WHERE x > 1;
INSERT INTO checks (what, got, want) SELECT 'only NULL', coalesce(logit_fit(NULL, x), logit_fit(label, NULL), logit_fit_named(label, '{"a":null}')), NULL FROM cell;

-- R5
INSERT INTO checks (what, got, want)
SELECT column1, fit -> '$.dropped', column2 FROM (
  SELECT 'dropped' AS column1, '[{"feature":"f2","why":"constant"},{"feature":"f3","why":"collinear with f1"},{"feature":"f5","why":"collinear with f4 and f1"}]' AS column2,
    logit_fit(label, x, 7, 1 - x, k % 5, 2 * x + k % 5) AS fit FROM (SELECT rowid AS k, * FROM person));
INSERT INTO checks (what, got, want)
SELECT 'they have 0 and no error', (fit -> '$.coefficients[1]') || (fit -> '$.coefficients[2]') || (fit -> '$.standard_errors[1]') || (fit -> '$.converged'), '00nulltrue'
FROM (SELECT logit_fit(label, x, 7, 1 - x) AS fit FROM person);
INSERT INTO checks (what, got, want)
SELECT 'a penalty needs no more dropped than the constant', fit -> '$.dropped', '[{"feature":"c","why":"constant"}]'
FROM (SELECT logit_fit_named(label, json_object('x', x, 'c', 7, 'z', 1 - x), 1) AS fit FROM person);
CREATE TABLE apart AS SELECT logit_fit_named(column1 >= 3, json_object('age', column1, 'noise', column1 % 2)) AS fit FROM (VALUES (0), (1), (2), (3), (4), (5));
INSERT INTO checks (what, got, want)
SELECT 'separation', fit ->> '$.reason', 'separation by age alone: every row with age up to 2 has label 0, from 3 label 1; the coefficients grow without end, l2 above 0 keeps them finite' FROM apart;
INSERT INTO checks (what, got, want)
SELECT 'it has no estimates', (fit -> '$.converged') || (fit -> '$.intercept') || (fit -> '$.coefficients') || (fit -> '$.standard_errors') || (fit -> '$.log_likelihood'),
  'falsenull[null,null][null,null]null' FROM apart;
INSERT INTO checks (what, got, want)
SELECT 'an empty cell', fit ->> '$.reason', 'quasi-separation by f1 alone: every row with f1 below 0 has label 1, above 0 label 0; the coefficients grow without end, l2 above 0 keeps them finite'
FROM (SELECT logit_fit(column2, column1) AS fit FROM (VALUES (0, 1), (0, 0), (0, 1), (1, 0), (1, 0)));
INSERT INTO checks (what, got, want)
SELECT 'two together', fit ->> '$.reason', 'quasi-separation by f2 and f1; the coefficients grow without end, l2 above 0 keeps them finite'
FROM (WITH RECURSIVE i(k) AS (SELECT 0 UNION ALL SELECT k + 1 FROM i WHERE k < 120)
      SELECT logit_fit(CASE WHEN a + 2 * b = 15 THEN a / 2 % 2 ELSE a + 2 * b > 15 END, a, b, z) AS fit
      FROM (SELECT k % 11 AS a, k / 11 AS b, column1 AS z FROM i, (VALUES (0), (1))));
INSERT INTO checks (what, got, want) SELECT 'one class', fit ->> '$.reason', 'every label is 0' FROM (SELECT logit_fit(0, x) AS fit FROM cell);
INSERT INTO checks (what, got, want) SELECT 'a model per group', group_concat(c), '1,1,0' FROM
  (SELECT logit_fit(label, x) ->> '$.converged' AS c, g FROM (SELECT rowid / 4 % 2 AS g, * FROM person) GROUP BY g UNION ALL SELECT logit_fit(1, x) ->> '$.converged', 3 FROM cell ORDER BY g);

-- Predictions and reasons.
CREATE TABLE hand AS SELECT '{"model":"logit","features":["visits","age"],"intercept":-1,"coefficients":[-0.5,0.02],"means":[4,40]}' AS fit;
INSERT INTO checks (what, got, want) SELECT 'e^-1.4 / (1 + e^-1.4)', round(logit_predict(fit, 2, 30), 14), 0.19781611144142 FROM hand;
INSERT INTO checks (what, got, want) SELECT 'far out', logit_predict(fit, -1e300, 5) || ' ' || logit_predict(fit, 1e308, 5), '1.0 0.0' FROM hand;
INSERT INTO checks (what, got, want) SELECT 'further out', logit_predict('{"model":"logit","features":["a"],"intercept":0,"coefficients":[1e300]}', 1e10), 1.0;
INSERT INTO checks (what, got, want) SELECT 'by name, others ignored', logit_predict_named(fit, '{"other":"x","age":30,"visits":2}'), logit_predict(fit, 2, 30) FROM hand;
INSERT INTO checks (what, got, want) SELECT 'NULL', coalesce(logit_predict(NULL, 1), logit_predict(fit, 2, NULL), logit_predict_named(fit, NULL), logit_predict_named(fit, '{"age":30,"visits":null}'),
  logit_reasons(fit, NULL, 1), logit_reasons_named(fit, '{"age":null,"visits":1}')), NULL FROM hand;
INSERT INTO checks (what, got, want) SELECT 'reasons', logit_reasons(fit, 2, 30),
  '[{"feature":"visits","value":2,"mean":4,"contribution":1,"share":0.833333333333333},{"feature":"age","value":30,"mean":40,"contribution":-0.2,"share":0.166666666666667}]' FROM hand;
INSERT INTO checks (what, got, want) SELECT 'by name, the other way', logit_reasons_named(fit, '{"age":240,"visits":3}') ->> '$[0].feature', 'age' FROM hand;
INSERT INTO checks (what, got, want) SELECT 'an average row', logit_reasons(fit, 4, 40),
  '[{"feature":"visits","value":4,"mean":4,"contribution":0,"share":0},{"feature":"age","value":40,"mean":40,"contribution":0,"share":0}]' FROM hand;
INSERT INTO checks (what, got, want) SELECT 'they are JSON', json_array(logit_reasons(fit, 2, 30)) ->> '$[0][1].feature', 'age' FROM hand;
INSERT INTO checks (what, got, want)
SELECT 'contributions add up', round(sum(value ->> '$.contribution'), 12), round((fit ->> '$.coefficients[0]') * (1 - 231 / 316.0), 12) FROM model, json_each(logit_reasons(fit, 1));
INSERT INTO checks (what, got, want)
SELECT 'many models in turn', sum(p IS logit_predict('{"model":"logit","features":["f"],"intercept":' || k || ',"coefficients":[0.5]}', 3)), 400
FROM (WITH RECURSIVE i(k) AS (SELECT 0 UNION ALL SELECT k + 1 FROM i WHERE k < 399)
      SELECT k % 7 AS k, logit_predict('{"model":"logit","features":["f"],"intercept":' || (k % 7) || ',"coefficients":[0.5]}', 3) AS p FROM i);

-- expect error
SELECT logit_fit();
-- expect error
SELECT logit_fit(1);
-- expect error
SELECT logit_fit('maybe', 1);
-- expect error
SELECT logit_fit(2, 1);
-- expect error
SELECT logit_fit(1, 1, 'x');
-- expect error
SELECT logit_fit(1, 9e999);
-- expect error
SELECT logit_fit(1, 1e260);
-- expect error
SELECT logit_fit_named(1, '{"a":');
-- expect error
SELECT logit_fit_named(1, '[1]');
-- expect error
SELECT logit_fit_named(1, '5');
-- expect error
SELECT logit_fit_named(1, '{}');
-- expect error
SELECT logit_fit_named(1, '{"a":1,"a":2}');
-- expect error
SELECT logit_fit_named(1, '{"a":"1x"}');
-- expect error
SELECT logit_fit_named(1, '{"a":[1]}');
-- expect error
SELECT logit_fit_named(1, column1) FROM (VALUES ('{"a":1,"b":2}'), ('{"a":1}'));
-- expect error
SELECT logit_fit_named(1, column1) FROM (VALUES ('{"a":1,"b":2}'), ('{"b":1,"c":1,"a":1}'));
-- expect error
SELECT logit_fit_named(1, '{"a":1}', -1);
-- expect error
SELECT logit_fit_named(1, '{"a":1}', column1) FROM (VALUES (1), (2));
-- expect error
SELECT logit_fit_named(1, '{"a":1}', 1, -1);
-- expect error
SELECT logit_predict(fit, 1) FROM hand;
-- expect error
SELECT logit_predict(fit, 1, '{"age":1}') FROM hand;
-- expect error
SELECT logit_predict_named(fit, '{"age":1}') FROM hand;
-- expect error
SELECT logit_predict_named(fit, '[1,2]') FROM hand;
-- expect error
SELECT logit_predict_named(fit, '{"age":1,"visits":{}}') FROM hand;
-- expect error
SELECT logit_predict(fit, 1, 2) FROM apart;
-- expect error
SELECT logit_predict('no', 1);
-- expect error
SELECT logit_predict('{"model":"bgnbd"}', 1);
-- expect error
SELECT logit_predict('{"model":"logit","features":["a","b"],"intercept":0,"coefficients":[1]}', 1, 2);
-- expect error
SELECT logit_predict('{"model":"logit","features":["a"],"intercept":0,"coefficients":[1,2]}', 1);
-- expect error
SELECT logit_predict('{"model":"logit","features":["a"],"coefficients":[1]}', 1);
-- expect error
SELECT logit_predict('{"model":"logit","features":["a","b"],"intercept":0,"coefficients":[1e300,-1e300]}', 1e10, 1e10);
-- expect error
SELECT logit_reasons('{"model":"logit","features":["a"],"intercept":0,"coefficients":[1]}', 1);
