-- subscribers() against its rules written out in SQL, and what survival functions make of it.
CREATE TABLE contracts AS WITH RECURSIVE n(i, a) AS (SELECT 0, 7919 UNION ALL SELECT i + 1, (a * 1103515245 + 12345) & 2147483647 FROM n WHERE i < 1499)
SELECT iif(a / 65536 % 5, a / 65536 % 300, 'k' || (a / 65536 % 300)) AS customer, date('2023-01-01', (i * 7919 % 1100) || ' days') AS start,
  iif(i % 9, date('2023-01-01', (i * 7919 % 1100 + a / 1024 % 400) || ' days'), NULL) AS "end", i % 50 + 0.1 AS amount FROM n;
CREATE TABLE job AS SELECT a.column1 AS as_of, a.column2 AS until, g.column1 AS grace, g.column2 AS days FROM (VALUES ('2025-06-30', '2025-07-01'), ('2024-03-05 12:00:00', '2024-03-05 12:00:00')) AS a, (VALUES ('14 days', 14), ('0 days', 0), ('100 days', 100)) AS g;
CREATE TABLE got AS SELECT j.rowid AS job, s.* FROM job AS j JOIN subscribers('contracts', 'day') AS s ON s.as_of = j.as_of AND s.grace = j.grace;
CREATE TABLE want AS
WITH part AS (SELECT j.rowid AS job, j.*, c.*, coalesce("end", '9999-12-31') AS ends, julianday(until) AS now FROM job AS j, contracts AS c WHERE julianday(start) < julianday(until) OR (length(as_of) > 10 AND julianday(start) <= julianday(as_of))),
cover AS (SELECT *, max(ends) OVER (PARTITION BY job, customer ORDER BY start, ends ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS covered FROM part),
life AS (SELECT job, customer, now, days, min(start) AS started, max(ends) AS ended, count(*) AS contracts, count(*) FILTER (WHERE julianday(start) > julianday(covered) AND julianday(start) > julianday(covered) + days) AS returns FROM cover GROUP BY job, customer),
whole AS (SELECT *, iif(length(as_of) > 10, julianday(ended) > julianday(as_of), julianday(ended) >= now) AS running FROM life JOIN (SELECT rowid AS job, as_of FROM job) USING (job))
SELECT job, customer, contracts, returns, datetime(started) AS started_at, iif(running, NULL, datetime(ended)) AS ended_at, iif(running, now, julianday(ended)) - julianday(started) AS tenure,
  NOT running AND iif(length(as_of) > 10, julianday(ended) + days <= julianday(as_of), julianday(ended) + days < now) AS churned,
  (SELECT coalesce(sum(amount), 0) FROM contracts AS c WHERE c.customer = w.customer AND julianday(start) <= moment AND moment < julianday(coalesce("end", '9999-12-31'))) AS amount
FROM (SELECT *, iif(running, iif(length(as_of) > 10, now, now - 1e-6), julianday(ended) - 1e-6) AS moment FROM whole) AS w;
INSERT INTO checks (what, got, want) SELECT 'every row', sum(w.customer IS NOT NULL AND (g.contracts, g.returns, g.started_at, g.ended_at, g.churned) IS (w.contracts, w.returns, w.started_at, w.ended_at, w.churned) AND abs(g.tenure - w.tenure) < 1e-6 AND abs(g.amount - w.amount) < 1e-9), count(*)
FROM got AS g LEFT JOIN want AS w USING (job, customer);
INSERT INTO checks (what, got, want) SELECT 'no row is missing', count(*) > 1000, (SELECT count(*) FROM got) = count(*) FROM want;
SELECT churned, count(*) > 0, count(ended_at) = count(*), min(tenure) >= 0 FROM got WHERE returns > 0 GROUP BY churned;
CREATE TABLE few (customer, start, "end", amount);
INSERT INTO few VALUES ('ann', '2025-01-01', '2025-02-01', 10), ('ann', '2025-02-10', NULL, 12.5), ('ann', '2025-02-10', NULL, 2), ('bob', '2025-01-01', '2025-03-01', 10), ('bob', '2025-05-01', '2025-06-25', 20), ('cy', '2025-01-01', '2025-01-31', 7), ('di', '2025-06-30', NULL, 1), ('ed', '2025-07-01', NULL, 1);
SELECT customer, started_at, ended_at, tenure, churned, amount, contracts, returns FROM subscribers('few', 'day') WHERE as_of = '2025-06-30';
SELECT customer, printf('%.4f', tenure), churned FROM subscribers('few') WHERE as_of = '2025-06-30' AND grace = '5 days' AND customer = 'bob';
SELECT segment, customer, churned FROM subscribers('few') WHERE as_of = '2025-06-30' AND segment_column = 'amount' AND churned;
CREATE TABLE lives AS SELECT * FROM subscribers('few', 'day') WHERE as_of = '2025-06-30';
SELECT time, at_risk, events, printf('%.3f', survival) FROM survival_curve('lives', 'tenure', 'churned');
DELETE FROM few;
SELECT count(*) FROM subscribers('few');
-- expect error
SELECT 1 FROM subscribers('few', 'hour');
