-- auc(), auc_se(), brier(), log_loss(), lift_at(), calibration(): rules R1–R7 of ext/fn/regression/score_metrics.c.

-- Scores with many ties; s is unique.
CREATE TABLE scored AS
WITH RECURSIVE i(k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM i WHERE k < 300)
SELECT k, k * 7919 % 20 / 20.0 AS p, k * 7919 % 311 AS s, (k * 104729 % 97) / 97.0 < 0.1 + 0.8 * (k * 7919 % 20 / 20.0) AS label, k % 3 AS g FROM i;

-- Over all pairs.
CREATE TABLE pair AS SELECT g, avg((a.p > b.p) + (a.p = b.p) / 2.0) AS p, avg(a.s > b.s) AS s FROM scored AS a JOIN scored AS b USING (g)
WHERE a.label AND NOT b.label GROUP BY g;
INSERT INTO checks (what, got, want)
SELECT 'auc of group ' || g || ', with ties and without', round(auc(label, scored.p), 13) || ' ' || round(auc(label, scored.s), 13), round(pair.p, 13) || ' ' || round(pair.s, 13)
FROM scored JOIN pair USING (g) GROUP BY g;
-- DeLong: the variance of each row's placement, over the number of rows of its label.
CREATE TABLE placement AS
SELECT a.k, a.label, (SELECT avg(CASE WHEN a.label THEN (a.p > b.p) ELSE (a.p < b.p) END + (a.p = b.p) / 2.0) FROM scored AS b WHERE b.label <> a.label) AS v FROM scored AS a;
INSERT INTO checks (what, got, want)
SELECT 'auc_se, squared', round(power2, 15), round((SELECT sum(variance) FROM (SELECT (sum(v * v) - count(*) * avg(v) * avg(v)) / (count(*) - 1) / count(*) AS variance FROM placement GROUP BY label)), 15)
FROM (SELECT auc_se(label, p) * auc_se(label, p) AS power2 FROM scored);
INSERT INTO checks (what, got, want) SELECT 'a score that points the wrong way', round(auc(label, p) + auc(label, -p), 14), 1.0 FROM scored;
INSERT INTO checks (what, got, want) SELECT 'perfect', auc(label, label), 1.0 FROM scored;
INSERT INTO checks (what, got, want) SELECT 'says nothing', auc(label, 7) || ' ' || auc_se(label, 7), '0.5 0.0' FROM scored;
INSERT INTO checks (what, got, want) SELECT 'text and booleans', auc(CAST(label AS TEXT), CAST(p AS TEXT)), (SELECT auc(label = 1, p) FROM scored) FROM scored;
INSERT INTO checks (what, got, want) SELECT 'the order of rows does not matter', auc(label, p) || lift_at(label, p, 0.33) || calibration(label, p, 7),
  (SELECT auc(label, p) || lift_at(label, p, 0.33) || calibration(label, p, 7) FROM (SELECT * FROM scored ORDER BY s)) FROM scored;

INSERT INTO checks (what, got, want) SELECT 'brier', round(brier(label, p), 14), round(avg((p - label) * (p - label)), 14) FROM scored;
INSERT INTO checks (what, got, want) SELECT 'log loss of one half is ln 2', round(log_loss(label, 0.5), 14), 0.69314718055995 FROM scored;
INSERT INTO checks (what, got, want) SELECT 'log loss, -(ln 0.9 + ln 0.6 + ln 0.7) / 3', round(log_loss(column1, column2), 14), 0.32428702778752 FROM (VALUES (1, 0.9), (1, 0.6), (0, 0.3));
INSERT INTO checks (what, got, want) SELECT 'certain and wrong, -ln 1e-15', round(log_loss(1, 0), 10), 34.5387763949;
INSERT INTO checks (what, got, want) SELECT 'certain and right', log_loss(1, 1) < 2e-15 AND log_loss(0, 0) < 2e-15 AND log_loss(1, 1) > 0, 1;

INSERT INTO checks (what, got, want)
SELECT 'lift at ' || column1, round((SELECT lift_at(label, s, column1) FROM scored), 12),
  round((SELECT avg(label) FROM (SELECT label, row_number() OVER (ORDER BY s DESC) AS place FROM scored) WHERE place <= column2) / (SELECT avg(label) FROM scored), 12)
FROM (VALUES (0.1, 30), (0.01, 3), (0.025, 8), (0.001, 1), (1, 300));
-- 15 rows have each p: the top 22 are 15 of 0.95 and, on average over the orders of the tie, 7 of the 15 of 0.9.
INSERT INTO checks (what, got, want)
SELECT 'lift, a tie across the cut', round(lift_at(label, p, 22 / 300.0), 12),
  round((sum(label) FILTER (WHERE p = 0.95) + sum(label) FILTER (WHERE p = 0.9) * 7 / 15.0) / 22 / avg(label), 12) FROM scored;

CREATE TABLE c AS SELECT calibration(label, s / 320.0 + 0.01) AS c FROM scored;
CREATE TABLE tile AS SELECT tile AS bin, count(*) AS rows, sum(label) AS positives, avg(p) AS mean_score, avg(label) AS observed
FROM (SELECT label, s / 320.0 + 0.01 AS p, ntile(10) OVER (ORDER BY s DESC) AS tile FROM scored) GROUP BY tile;
INSERT INTO checks (what, got, want)
SELECT 'bin ' || bin, (value ->> '$.rows') || ' ' || (value ->> '$.positives') || ' ' || round(value ->> '$.mean_score', 12) || ' ' || round(value ->> '$.observed', 12),
  rows || ' ' || positives || ' ' || round(mean_score, 12) || ' ' || round(observed, 12)
FROM c, json_each(c, '$.bins'), tile WHERE bin = value ->> '$.bin' ORDER BY bin;
INSERT INTO checks (what, got, want) SELECT 'ece', round(c ->> '$.ece', 12), (SELECT round(sum(rows * abs(mean_score - observed)) / sum(rows), 12) FROM tile) FROM c;
INSERT INTO checks (what, got, want) SELECT 'rows, positives, means', (c ->> '$.rows') || ' ' || (c ->> '$.positives') || ' ' || round(c ->> '$.mean_score', 12) || ' ' || round(c ->> '$.observed', 12),
  (SELECT count(*) || ' ' || sum(label) || ' ' || round(avg(s / 320.0 + 0.01), 12) || ' ' || round(avg(label), 12) FROM scored) FROM c;
INSERT INTO checks (what, got, want) SELECT 'bins, by number', json_array_length(calibration(label, p, 3), '$.bins') || ' ' || json_array_length(calibration(label, p, NULL), '$.bins') || ' ' || json_array_length(calibration(label, p, '100'), '$.bins'), '3 10 100' FROM scored;
INSERT INTO checks (what, got, want) SELECT 'fewer rows than bins', json_array_length(calibration(label, p), '$.bins'), 4 FROM scored WHERE k <= 4;
-- A fit's own scores are calibrated: slope 1, intercept 0 (McCullagh & Nelder 1989).
INSERT INTO checks (what, got, want)
SELECT 'a fit''s own scores', abs((c ->> '$.slope') - 1) < 1e-10 AND abs(c ->> '$.intercept') < 1e-10 AND abs(c ->> '$.in_the_large') < 1e-10 AND c ->> '$.reason' IS NULL, 1
FROM (SELECT calibration(label, logit_predict(fit, p, s)) AS c FROM scored, (SELECT logit_fit(label, p, s) AS fit FROM scored));
INSERT INTO checks (what, got, want)
SELECT 'no line: ' || column1, (c -> '$.slope') || (c -> '$.intercept') || (c ->> '$.reason'), 'nullnull' || column1 FROM (
  SELECT 'every label is 1' AS column1, calibration(1, p) AS c FROM scored
  UNION ALL SELECT 'every label is 0', calibration(0, p) FROM scored
  UNION ALL SELECT 'every score is the same', calibration(label, 0.25) FROM scored
  UNION ALL SELECT 'the scores separate the labels without error', calibration(label, 0.1 + 0.8 * label) FROM scored);

-- R1, R4
INSERT INTO checks (what, got, want) SELECT 'NULL does not take part', auc(column1, column2) || ' ' || brier(column1, column2), '0.5 0.25'
FROM (VALUES (1, 0.5), (NULL, 0.1), (0, NULL), (1, NULL), (0, 0.5), (NULL, NULL));
INSERT INTO checks (what, got, want) SELECT 'no rows', coalesce(auc(label, p), auc_se(label, p), brier(label, p), log_loss(label, p), lift_at(label, p, 0.1), calibration(label, p)), NULL FROM scored WHERE k < 0;
INSERT INTO checks (what, got, want) SELECT 'one label', coalesce(auc(1, p), auc_se(1, p), lift_at(0, p, 0.1)), NULL FROM scored;
INSERT INTO checks (what, got, want) SELECT 'one row of a label', auc(k = 7, p) IS NOT NULL AND auc_se(k = 7, p) IS NULL, 1 FROM scored;

INSERT INTO checks (what, got, want) SELECT 'labels in words', auc(iif(column1, 'Yes', 'n'), column2), auc(column1, column2) FROM (VALUES (1, 0.9), (1, 0.6), (0, 0.7), (0, 0.2));

-- expect error
SELECT auc(2, 0.5);
-- expect error
SELECT auc('maybe', 0.5);
-- expect error
SELECT auc(1, 'high');
-- expect error
SELECT auc(1, 9e999);
-- expect error
SELECT brier(1, 1.5);
-- expect error
SELECT log_loss(1, -0.1);
-- expect error
SELECT lift_at(1, 3, 0);
-- expect error
SELECT lift_at(1, 3, 10);
-- expect error
SELECT lift_at(1, 3, column1) FROM (VALUES (0.1), (0.2));
-- expect error
SELECT calibration(1, 2);
-- expect error
SELECT calibration(1, 0.5, 0);
-- expect error
SELECT calibration(1, 0.5, 2.5);
-- expect error
SELECT calibration(1, 0.5, column1) FROM (VALUES (5), (10));
