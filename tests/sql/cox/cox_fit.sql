-- cox_fit(), cox_risk(), cox_survival(): rules R1–R4 of ext/fn/cox/cox_fit.c, R1–R3 of cox_predict.c. Against the references: cox_telco.sql.

-- r = exp(coefficient): 1 - 2r/(2r + 1) - r/(1 + r) = 0, so r = sqrt(1/2); hazards 1/(2r + 1) and 1/(r + 1) at x = 0.
CREATE TABLE model AS SELECT cox_fit(column1, column2, column3) AS fit FROM (VALUES (1, 1, 1), (2, 'Yes', '0'), (3, 'no', 1.0), (4, NULL, 7), (NULL, 1, 7), (4, 1, NULL));
INSERT INTO checks (what, got, want) SELECT 'coefficient is -ln(2)/2', round(fit ->> '$.coefficients[0]', 12), -0.34657359028 FROM model;
INSERT INTO checks (what, got, want) SELECT 'rows and events', (fit ->> '$.rows') || ' ' || (fit ->> '$.events'), '3 2' FROM model;
INSERT INTO checks (what, got, want) SELECT 'mean', round(fit ->> '$.means[0]', 14), round(2 / 3.0, 14) FROM model;
INSERT INTO checks (what, got, want) SELECT 'times of events', (fit -> '$.baseline.time') || ' ' || (fit -> '$.last_time'), '[1,2] 3' FROM model;
INSERT INTO checks (what, got, want) SELECT 'keys', group_concat(key), 'model,ties,features,coefficients,standard_errors,means,null_log_likelihood,log_likelihood,wald,score,'
  || 'concordance,concordance_se,rows,events,iterations,converged,reason,dropped,last_time,baseline' FROM model, json_each(fit);
INSERT INTO checks (what, got, want) SELECT 'risk is relative to the mean', round(cox_risk(fit, 2 / 3.0), 12), 1 FROM model;
INSERT INTO checks (what, got, want) SELECT 'one more is sqrt(1/2) times as much', round(cox_risk(fit, 5) / cox_risk(fit, 4), 12), 0.707106781187 FROM model;
INSERT INTO checks (what, got, want) SELECT 'survival before the first event', cox_survival(fit, 0.5, 1), 1 FROM model;
-- exp(-1/(2r + 1)), exp(-1/(2r + 1) - 1/(r + 1)) and, of x = 2, exp(-r²/(2r + 1)), r = sqrt(1/2).
INSERT INTO checks (what, got, want) SELECT 'survival at ' || column1, round(cox_survival(fit, column1, 0), 12), column2 FROM model, (VALUES (1, 0.660859801407), (1.5, 0.660859801407), (3, 0.367879441171));
INSERT INTO checks (what, got, want) SELECT 'survival of another', round(cox_survival(fit, 1, 2), 12), 0.81293283942 FROM model;
INSERT INTO checks (what, got, want) SELECT 'NULL beyond the last time', cox_survival(fit, 3.1, 0), NULL FROM model;
INSERT INTO checks (what, got, want) SELECT 'NULL of NULL', coalesce(cox_survival(fit, 1, NULL), cox_survival(fit, NULL, 1), cox_risk(fit, NULL), cox_risk(NULL, 1)), NULL FROM model;
INSERT INTO checks (what, got, want) SELECT 'no row', cox_fit(1, 1, NULL), NULL;

-- R4
CREATE TABLE many AS WITH RECURSIVE i(k) AS (SELECT 0 UNION ALL SELECT k + 1 FROM i WHERE k < 2999) SELECT k, 1 + k * 7 % 2999 / 10.0 AS t, k % 3 > 0 AS e, k % 7 AS a, k * k % 11 AS b FROM i;
INSERT INTO checks (what, got, want) SELECT 'dropped', (fit -> '$.dropped') || (fit -> '$.coefficients[2]') || (fit -> '$.standard_errors[2]') || (fit -> '$.converged'),
  '[{"feature":"f2","why":"constant"},{"feature":"f3","why":"collinear with f1"}]0nulltrue' FROM (SELECT cox_fit(t, e, a, 4, 3 - a, b) AS fit FROM many);
INSERT INTO checks (what, got, want) SELECT 'no maximum', (fit -> '$.converged') || (fit -> '$.coefficients') || (fit ->> '$.reason'),
  'false[null,null]the likelihood has no maximum, because at every event whoever leaves has the extreme value of all at risk in ''f2'': its hazard ratio is 0 or infinite. Leave it out, or merge its level with another one'
FROM (SELECT cox_fit(t, e, a, e) AS fit FROM many);
INSERT INTO checks (what, got, want) SELECT 'no event', (fit -> '$.converged') || (fit -> '$.coefficients') || (fit ->> '$.reason'), 'false[null]no row has the event: all are censored'
FROM (SELECT cox_fit(t, 0, a) AS fit FROM many);

-- R3: of many steps at most 2,000, the last one among them; survival to a thousandth, and to the last digit at the end, where a step is more than that.
INSERT INTO checks (what, got, want)
SELECT 'steps', (json_array_length(fit, '$.baseline.time') BETWEEN 800 AND 2000) || ' ' || (json_array_length(fit, '$.baseline.cumulative_hazard') = json_array_length(fit, '$.baseline.time')) || ' ' ||
  ((fit ->> '$.baseline.time[#-1]') = (SELECT max(t) FROM many WHERE e)), '1 1 1'
FROM (SELECT cox_fit(t, e, a, b) AS fit FROM many);
CREATE TABLE long AS WITH RECURSIVE i(t) AS (SELECT 1 UNION ALL SELECT t + 1 FROM i WHERE t < 3000) SELECT t, 1 AS e, t * 7919 % 11 AS x FROM i;
INSERT INTO checks (what, got, want)
SELECT 'survival between the steps', (max(abs(survival - cox_survival(fit, time, mean))) < 0.001) || ' ' || (max(abs(survival - cox_survival(fit, time, mean))) FILTER (WHERE time > 2900) < 1e-14) || ' ' || count(*), '1 1 3000'
FROM (SELECT cox_fit(t, e, x) AS fit, avg(x) AS mean FROM long), cox_baseline('long', 't', 'e', 'x');
INSERT INTO checks (what, got, want)
SELECT 'a rare level at which nobody left', fit ->> '$.converged', 0 FROM (SELECT cox_fit(t, e, rare, x) AS fit FROM (SELECT t, t % 5 < 2 AS e, x, 0 AS rare FROM long UNION ALL SELECT 5, 0, 3, 1));
INSERT INTO checks (what, got, want)
SELECT 'cox_model() is the same', (SELECT group_concat(round(coef, 12) || ' ' || round(se, 12)) FROM cox_model('many', 't', 'e', 'a, b')),
  round(fit ->> '$.coefficients[0]', 12) || ' ' || round(fit ->> '$.standard_errors[0]', 12) || ',' || round(fit ->> '$.coefficients[1]', 12) || ' ' || round(fit ->> '$.standard_errors[1]', 12)
FROM (SELECT cox_fit(t, e, a, b) AS fit FROM many);
INSERT INTO checks (what, got, want)
SELECT 'survival falls', sum(s > before), 0 FROM (SELECT s, lag(s) OVER (ORDER BY t) AS before FROM (SELECT t, cox_survival(fit, t, 3, 5) AS s FROM many, (SELECT cox_fit(t, e, a, b) AS fit FROM many)));

-- expect error
SELECT cox_fit(1, 1);
-- expect error
SELECT cox_fit(-1, 1, 1);
-- expect error
SELECT cox_fit(1, 2, 1);
-- expect error
SELECT cox_fit(1, 1, 'x');
-- expect error
SELECT cox_fit(1, 1, 1e101);
-- expect error
SELECT cox_risk('{}', 1);
-- expect error
SELECT cox_risk('{"model":"cox","coefficients":[1],"means":[]}', 1);
-- expect error
SELECT cox_risk('{"model":"cox","coefficients":["x"],"means":[1]}', 1);
-- expect error
SELECT cox_risk('{"model":"cox","coefficients":[1],"means":[1]}', 1, 2);
-- expect error
SELECT cox_risk('{"model":"cox","coefficients":[1],"means":[1]}', 1000);
-- expect error
SELECT cox_survival('{"model":"cox","coefficients":[1],"means":[1]}', 1, 1);
-- expect error
SELECT cox_survival('{"model":"cox","coefficients":[1],"means":[1],"last_time":9,"baseline":{"time":[1,2],"cumulative_hazard":[0.5,0.4]}}', 1, 1);
-- expect error
SELECT cox_risk('{"model":"cox","converged":false,"reason":"no reason","coefficients":[null],"means":[1]}', 1);
-- expect error
SELECT cox_survival(fit, -1, 0) FROM model;
