-- stickiness() against its rules written out in SQL: grains, zones, kinds of keys, order of rows, as_of.
CREATE TABLE visits AS WITH RECURSIVE n(i, a) AS (SELECT 0, 7919 UNION ALL SELECT i + 1, (a * 1103515245 + 12345) & 2147483647 FROM n WHERE i < 2999)
SELECT iif(i % 500 = 0, NULL, iif(a / 65536 % 3, a / 65536 % 61, 'k' || (a / 65536 % 61))) AS user_id, datetime('2024-01-15', ((a / 1024 % 600) * (a / 65536 % 2 + 1) / 2) || ' days', (i * 7919 % 86400) || ' seconds') AS visited FROM n;
CREATE TABLE in_order AS SELECT * FROM visits ORDER BY visited;
CREATE TABLE job AS SELECT s.column1 AS source, g.column1 AS grain, g.column2 AS step, z.column1 AS zone, z.column2 AS shift, z.column3 AS back, a.column1 AS as_of
FROM (VALUES ('visits'), ('in_order')) AS s, (VALUES ('month', 'start of month'), ('year', 'start of year'), ('day', '0 days')) AS g, (VALUES ('+00:00', '0 hours', '0 hours'), ('-03:30', '-210 minutes', '210 minutes')) AS z, (VALUES ('2025-09-30 12:00:00'), ('2025-06-30')) AS a;
CREATE TABLE got AS SELECT j.rowid AS job, period, days, customers, rate, low, high, at_least, active, stickiness, complete FROM job AS j JOIN stickiness(j.source, j.grain) AS s ON s.time_zone = j.zone AND s.as_of = j.as_of AND s.time_column = 'visited';
CREATE TABLE want AS
WITH day AS (SELECT DISTINCT j.rowid AS job, user_id, date(visited, shift) AS day, date(visited, shift, step) AS period FROM job AS j, visits WHERE user_id IS NOT NULL AND visited <= iif(length(as_of) > 10, as_of, datetime(as_of, '1 day', back, '-1 seconds'))),
member AS (SELECT job, period, user_id, count(*) AS days FROM day GROUP BY 1, 2, 3),
whole AS (SELECT job, period, count(*) AS active, sum(days) AS all_days, max(days) AS most FROM member GROUP BY 1, 2),
step AS (SELECT job, period, active, all_days, most, 1 AS days FROM whole UNION ALL SELECT job, period, active, all_days, most, days + 1 FROM step WHERE days < most)
SELECT s.job, s.period, s.days, (SELECT count(*) FROM member AS m WHERE m.job = s.job AND m.period = s.period AND m.days = s.days) AS customers, (SELECT count(*) FROM member AS m WHERE m.job = s.job AND m.period = s.period AND m.days >= s.days) AS at_least, active, all_days,
  julianday(date(s.period, CASE j.grain WHEN 'month' THEN '1 months' WHEN 'year' THEN '1 years' ELSE '1 days' END)) AS next, iif(length(as_of) > 10, julianday(as_of, shift), julianday(as_of, '1 days')) AS until
FROM step AS s JOIN job AS j ON j.rowid = s.job;
INSERT INTO checks (what, got, want) SELECT 'every row of ' || count(*), sum(w.job IS NOT NULL AND g.customers = w.customers AND g.at_least = w.at_least AND g.active = w.active AND g.rate = 1.0 * w.customers / w.active AND g.complete = (next <= until)
  AND abs(g.stickiness - 1.0 * all_days / (w.active * (CAST(min(next, until) - julianday(w.period) + 1 - 1e-6 AS INTEGER)))) < 1e-9), count(*)
FROM got AS g LEFT JOIN want AS w USING (job, period, days);
INSERT INTO checks (what, got, want) SELECT 'no row is missing', count(*), (SELECT count(*) FROM got) FROM want WHERE job IN (SELECT job FROM got);
INSERT INTO checks (what, got, want) SELECT 'in order', count(*), 0 FROM (SELECT job, period, days, lag(job || period) OVER (ORDER BY rowid) AS before, lag(days) OVER (ORDER BY rowid) AS day_before, lag(job) OVER (ORDER BY rowid) AS job_before FROM got) WHERE job = job_before AND NOT (job || period > before OR (job || period = before AND days = day_before + 1));
INSERT INTO checks (what, got, want) SELECT 'Wilson', count(*), 0 FROM got WHERE low IS NOT rate_low(customers, active) OR high IS NOT rate_high(customers, active);
SELECT period, days, customers, at_least, active, printf('%.4f', stickiness), complete FROM stickiness((SELECT retain_log(column1, column2) FROM (VALUES (1, '2026-01-01'), (1, '2026-01-02'), (1, '2026-01-02'), (2, '2026-01-05'), (1, '2026-02-01'))));
SELECT segment, days, customers FROM stickiness('visits', 'year') WHERE segment_column = 'user_id' AND time_column = 'visited' AND days > 35;
SELECT count(*) FROM stickiness('visits') WHERE time_column = 'visited' AND as_of = '2020-01-01';
-- expect error
SELECT 1 FROM stickiness('visits', '6 hours');
