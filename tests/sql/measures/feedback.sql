-- nps(), nps_low(), nps_high(), csat(), ces(): rules R1–R7 of ext/fn/measures/feedback.c.

-- Answers as they come: numbers, text from a CSV file, NULL where there is none.
CREATE TABLE answer (id INTEGER PRIMARY KEY, team TEXT, nps, csat, csat7, ces);
WITH RECURSIVE i(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM i WHERE n < 300)
INSERT INTO answer
SELECT n, substr('xyz', 1 + n % 3, 1),
  CASE WHEN n % 8 = 0 THEN NULL WHEN n % 5 = 0 THEN CAST(n * 7919 % 11 AS TEXT) WHEN n % 7 = 0 THEN n * 7919 % 11 + 0.0 ELSE n * 7919 % 11 END,
  CASE WHEN n % 9 = 0 THEN NULL ELSE 1 + n * 31 % 13 % 5 END,
  1 + n * 31 % 29 % 7, nullif(1 + n * 97 % 17 % 7, 4)
FROM i;

INSERT INTO checks (what, got, want)
SELECT 'nps of team ' || team || ', ' || count(nps) || ' answers', nps(nps),
  100.0 * (sum(CAST(nps AS INT) >= 9) - sum(CAST(nps AS INT) <= 6)) / count(nps)
FROM answer GROUP BY team ORDER BY team;
INSERT INTO checks (what, got, want)
SELECT 'csat of team ' || team, csat(csat), 1.0 * sum(csat >= 4) / count(csat) FROM answer GROUP BY team ORDER BY team;
INSERT INTO checks (what, got, want) SELECT 'csat, scale 7', csat(csat7, 7), avg(csat7 >= 6) FROM answer;
INSERT INTO checks (what, got, want) SELECT 'csat, mean', csat(csat, 5, 'mean'), avg(csat) FROM answer;
INSERT INTO checks (what, got, want) SELECT 'csat, scale 7, mean', csat(csat7, 7, 'MEAN'), avg(csat7) FROM answer;
INSERT INTO checks (what, got, want) SELECT 'csat, defaults spelt out', csat(csat, 5, 'top_two'), csat(csat, NULL, NULL) FROM answer;
INSERT INTO checks (what, got, want) SELECT 'csat is a rate', rate_low(sum(csat >= 4), count(csat)) < csat(csat), 1 FROM answer;
INSERT INTO checks (what, got, want) SELECT 'ces', ces(ces), avg(ces) FROM answer;
INSERT INTO checks (what, got, want) SELECT 'each score alone: ' || column1, nps(column1), column2
FROM (VALUES (0, -100.0), (1, -100.0), (6, -100.0), (7, 0.0), (8, 0.0), (9, 100.0), (10, 100.0)) GROUP BY column1;

-- R2
INSERT INTO checks (what, got, want) SELECT 'no rows: ' || 'nps', nps(nps), NULL FROM answer WHERE id < 0;
INSERT INTO checks (what, got, want) SELECT 'no rows: ' || 'nps_low', nps_low(nps), NULL FROM answer WHERE id < 0;
INSERT INTO checks (what, got, want) SELECT 'no answers', coalesce(nps(NULL), nps_low(NULL), nps_high(NULL, 0.9), csat(NULL), csat(NULL, 7), ces(NULL)), NULL FROM answer;

-- R4. Fagerland, Lydersen & Laake 2017, chapter 8 (Cavo et al. 2012): b = 6, c = 16 of 161: -0.1240 to -0.0054.
CREATE TEMP TABLE cavo AS
WITH RECURSIVE i(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM i WHERE n < 161)
SELECT CASE WHEN n <= 6 THEN 10 WHEN n <= 22 THEN 0 ELSE 7 END AS score FROM i;
INSERT INTO checks (what, got, want)
SELECT 'published interval', printf('%.2f–%.2f', nps_low(score), nps_high(score)), '-12.40–-0.54' FROM cavo;
INSERT INTO checks (what, got, want)
SELECT 'level', nps_low(score, 0.99) < nps_low(score, '0.95') AND nps_low(score, NULL) = nps_low(score) AND nps_high(score, 0.9) < nps_high(score), 1 FROM cavo;
-- All promoters: (n - z²)/(n + z²), z² = 3.841458820694124 (R's qchisq(0.95, 1)).
INSERT INTO checks (what, got, want)
SELECT 'all promoters', nps_low(9), 100 * (161 - 3.841458820694124) / (161 + 3.841458820694124) FROM cavo;
INSERT INTO checks (what, got, want) SELECT 'all promoters', nps_high(9), 100.0 FROM cavo;
INSERT INTO checks (what, got, want) SELECT 'all detractors', nps_low(3), -100.0 FROM cavo;
INSERT INTO checks (what, got, want) SELECT 'one answer', nps_high(3) > -100 AND nps_high(3) < 100, 1;

-- R7: every row of sliding frames against its rows alone; frames without answers and without rows too.
INSERT INTO checks (what, got, want)
SELECT 'nps in a sliding frame, ' || count(*) || ' rows, ' || sum(fast IS NULL) || ' without answers', sum(fast IS slow), count(*)
FROM (SELECT nps(nps) OVER (ORDER BY id ROWS BETWEEN 6 PRECEDING AND 4 PRECEDING) AS fast,
        (SELECT 100.0 * (sum(CAST(b.nps AS INT) >= 9) - sum(CAST(b.nps AS INT) <= 6)) / count(b.nps) FROM answer AS b
         WHERE b.id BETWEEN a.id - 6 AND a.id - 4) AS slow
      FROM answer AS a);
INSERT INTO checks (what, got, want)
SELECT 'its interval, ' || count(*) || ' rows', sum(low IS slow_low AND high IS slow_high), count(*)
FROM (SELECT nps_low(nps) OVER w AS low, nps_high(nps, 0.9) OVER w AS high,
        (SELECT nps_low(b.nps) FROM answer AS b WHERE b.team = a.team AND b.id BETWEEN a.id - 20 AND a.id + 5) AS slow_low,
        (SELECT nps_high(b.nps, 0.9) FROM answer AS b WHERE b.team = a.team AND b.id BETWEEN a.id - 20 AND a.id + 5) AS slow_high
      FROM answer AS a WINDOW w AS (PARTITION BY team ORDER BY id RANGE BETWEEN 20 PRECEDING AND 5 FOLLOWING));
INSERT INTO checks (what, got, want)
SELECT 'csat in sliding frames, ' || count(*) || ' rows', sum(top IS slow_top AND mean IS slow_mean), count(*)
FROM (SELECT csat(csat) OVER w AS top, csat(csat7, 7, 'mean') OVER w AS mean,
        (SELECT avg(b.csat >= 4) FROM answer AS b WHERE b.id BETWEEN a.id + 1 AND a.id + 9) AS slow_top,
        (SELECT avg(b.csat7) FROM answer AS b WHERE b.id BETWEEN a.id + 1 AND a.id + 9) AS slow_mean
      FROM answer AS a WINDOW w AS (ORDER BY id ROWS BETWEEN 1 FOLLOWING AND 9 FOLLOWING));
INSERT INTO checks (what, got, want)
SELECT 'ces in a sliding frame, ' || count(*) || ' rows', sum(fast IS slow), count(*)
FROM (SELECT ces(ces) OVER (ORDER BY id ROWS 1 PRECEDING) AS fast,
        (SELECT avg(b.ces) FROM answer AS b WHERE b.id BETWEEN a.id - 1 AND a.id) AS slow
      FROM answer AS a);
-- R6 holds within a frame: the level may change where the frame has let go of all answers.
INSERT INTO checks (what, got, want)
SELECT 'a level per row, frames of one row', sum(fast IS slow), count(*)
FROM (SELECT nps_low(nps, 0.5 + id / 1000.0) OVER (ORDER BY id ROWS BETWEEN CURRENT ROW AND CURRENT ROW) AS fast,
        (SELECT nps_low(b.nps, 0.5 + b.id / 1000.0) FROM answer AS b WHERE b.id = a.id) AS slow
      FROM answer AS a WHERE id < 20);

-- Errors: R1, R6.
-- expect error
SELECT nps(11);
-- expect error
SELECT nps(column1) FROM (VALUES (9), (-1));
-- expect error
SELECT nps('');
-- expect error
SELECT nps('nine');
-- expect error
SELECT nps(8.5);
-- expect error
SELECT nps_low(9, 95);
-- expect error
SELECT nps_high(9, 1);
-- expect error
SELECT nps_high(column1, column2) FROM (VALUES (9, 0.9), (9, 0.95));
-- expect error
SELECT csat(0);
-- expect error
SELECT csat(6);
-- expect error
SELECT csat(4.5);
-- expect error
SELECT csat(2, 2);
-- expect error
SELECT csat(2, 5, 'average');
-- expect error
SELECT csat(column1, column2) FROM (VALUES (4, 5), (4, 7));
-- expect error
SELECT csat(4, 5, column1) FROM (VALUES ('mean'), ('top_two'));
-- expect error
SELECT ces(8);
-- expect error
SELECT ces(0) OVER ();
