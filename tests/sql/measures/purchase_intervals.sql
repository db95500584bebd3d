-- ext/fn/measures/purchase_intervals.c against its rules written out in SQL, for every option and kind of source.
-- slow
CREATE TABLE purchase(shop TEXT, customer, t TEXT, v REAL);
WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 599)
INSERT INTO purchase
SELECT 'busy', (i * i * 7 + i * 13) % 61, strftime('%Y-%m-%d %H:%M:%f', '2023-12-01', ((i * 7907 % 12001) * 83) || ' minutes', (i % 7 * 0.125) || ' seconds'), i % 5
FROM n;
INSERT INTO purchase SELECT 'text', 'k' || customer, t, v FROM purchase WHERE shop = 'busy';
INSERT INTO purchase SELECT 'seconds', customer, datetime(t), v FROM purchase WHERE shop = 'busy';
INSERT INTO purchase VALUES
  ('one customer', 7, '2024-02-28 23:30:00', 10), ('one customer', 7, '2024-02-29 00:30:00', 20), ('one customer', 7, '2024-03-01 12:00:00', 40), ('one customer', 7, '2025-02-28 00:00:00', 80),
  ('one day', 1, '2024-02-29 00:00:00', 5), ('one day', 2, '2024-02-29 12:00:00', 5), ('one day', 1, '2024-02-29 23:59:59', 5), ('one day', 3, '2024-02-29 08:00:00', -5),
  ('years apart', 1, '1969-12-31 23:59:59', 1), ('years apart', 1, '1970-01-01 00:00:00', 2), ('years apart', 1, '2400-02-29 00:00:00', 4),
  ('years apart', 2, '0004-02-29 00:00:00', 8), ('years apart', 2, '9999-12-31 00:00:00', 16);
CREATE TABLE busy AS SELECT customer AS customer_id, t AS ordered_at FROM purchase WHERE shop = 'busy' ORDER BY t;
CREATE TABLE text_shuffled AS SELECT customer AS user_id, t AS created_at FROM purchase WHERE shop = 'text' ORDER BY v, rowid;
CREATE TABLE unix_seconds AS SELECT customer AS customer_id, CAST(strftime('%s', t) AS INTEGER) AS ordered_at FROM purchase WHERE shop = 'seconds' ORDER BY t;
CREATE TABLE unix_milliseconds AS SELECT customer AS customer_id, CAST(round((julianday(t) - 2440587.5) * 86400000) AS INTEGER) AS ordered_at FROM purchase WHERE shop = 'busy' ORDER BY t;
CREATE VIEW "one customer" AS SELECT customer AS customer_id, t AS ordered_at FROM purchase WHERE shop = 'one customer';
CREATE VIEW "one day" AS SELECT customer AS customer_id, t AS ordered_at FROM purchase WHERE shop = 'one day';
CREATE VIEW "years apart" AS SELECT customer AS customer_id, t AS ordered_at FROM purchase WHERE shop = 'years apart';

CREATE TABLE job(id INTEGER PRIMARY KEY, source TEXT, shop TEXT, typical TEXT, as_of TEXT, time_zone TEXT, shift TEXT);
INSERT INTO job(source, shop, typical, as_of, time_zone, shift)
SELECT s.column1, s.column2, t.column1, a.column1, o.column1, o.column2
FROM (VALUES ('busy', 'busy'), ('text_shuffled', 'text'), ('unix_seconds', 'seconds'), ('unix_milliseconds', 'busy'), ('one customer', 'one customer'), ('one day', 'one day'), ('years apart', 'years apart')) AS s,
  (VALUES (NULL), ('median')) AS t, (VALUES (NULL), ('2025-02-01 12:00')) AS a,
  (VALUES (NULL, '0 hours'), ('+08:00', '8 hours'), ('-03:30', '-210 minutes')) AS o;
UPDATE job SET as_of = '9999-12-31 00:00:00' WHERE shop = 'years apart' AND as_of IS NULL; -- its newest time, which is yet to come

CREATE TABLE got AS
SELECT id, customer, purchases, round(mean_gap, 9) AS mean_gap, round(median_gap, 9) AS median_gap, round(p90_gap, 9) AS p90_gap, round(cv * cv, 8) AS cv2, days_since_last, round(overdue_ratio, 9) AS overdue_ratio, expected_next
FROM job JOIN purchase_intervals(job.source, job.typical, NULL, NULL, job.as_of, job.time_zone);

-- Type 7: with h = (n - 1) p the value is x[floor h] + (h - floor h)(x[floor h + 1] - x[floor h]), x numbered from 0.
CREATE TABLE want AS
WITH day AS (
  SELECT DISTINCT id, customer, date(t, shift) AS day FROM job JOIN purchase USING (shop) WHERE as_of IS NULL OR julianday(t) <= julianday(as_of)),
today AS (SELECT id, typical, date(coalesce(as_of, max(t)), shift) AS today FROM job JOIN purchase USING (shop) GROUP BY id),
gap AS (SELECT id, customer, day, julianday(day) - julianday(lag(day) OVER (PARTITION BY id, customer ORDER BY day)) AS gap FROM day),
ranked AS (SELECT id, customer, gap, row_number() OVER (PARTITION BY id, customer ORDER BY gap) - 1 AS i, count(*) OVER (PARTITION BY id, customer) AS n FROM gap WHERE gap IS NOT NULL),
quantile AS (
  SELECT id, customer,
    sum(CASE i WHEN (n - 1) / 2 THEN gap END) + ((n - 1) % 2) / 2.0 * (coalesce(sum(CASE i WHEN (n - 1) / 2 + 1 THEN gap END), 0) - sum(CASE i WHEN (n - 1) / 2 THEN gap END)) AS median,
    sum(CASE i WHEN (n - 1) * 9 / 10 THEN gap END) + ((n - 1) * 9 % 10) / 10.0 * (coalesce(sum(CASE i WHEN (n - 1) * 9 / 10 + 1 THEN gap END), 0) - sum(CASE i WHEN (n - 1) * 9 / 10 THEN gap END)) AS p90
  FROM ranked GROUP BY id, customer),
stats AS (
  SELECT id, customer, count(gap) AS n, avg(gap) AS mean, max(day) AS last,
    (SELECT sum((g.gap - m.mean) * (g.gap - m.mean)) / (count(*) - 1) / (m.mean * m.mean)
     FROM gap AS g, (SELECT avg(gap) AS mean FROM gap AS h WHERE h.id = gap.id AND h.customer = gap.customer) AS m WHERE g.id = gap.id AND g.customer = gap.customer AND g.gap IS NOT NULL) AS cv2
  FROM gap GROUP BY id, customer HAVING count(gap) > 0)
SELECT id, customer, n + 1 AS purchases, round(mean, 9) AS mean_gap, round(median, 9) AS median_gap, round(p90, 9) AS p90_gap, round(cv2, 8) AS cv2,
  CAST(julianday(today) - julianday(last) AS INTEGER) AS days_since_last,
  round((julianday(today) - julianday(last)) / CASE typical WHEN 'median' THEN median ELSE mean END, 9) AS overdue_ratio,
  date(last, CAST(CASE typical WHEN 'median' THEN median ELSE mean END + 0.5 AS INTEGER) || ' days') AS expected_next
FROM stats JOIN quantile USING (id, customer) JOIN today USING (id);

INSERT INTO checks (what, got, want)
SELECT 'source ' || source || ', ' || count(DISTINCT job.id) || ' calls, ' || count(*) || ' rows agree with the rules',
  (SELECT count(*) FROM (SELECT * FROM got EXCEPT SELECT * FROM want) JOIN job AS j USING (id) WHERE j.source = job.source)
    + (SELECT count(*) FROM (SELECT * FROM want EXCEPT SELECT * FROM got) JOIN job AS j USING (id) WHERE j.source = job.source), 0
FROM job JOIN want USING (id) GROUP BY source ORDER BY min(job.id);
INSERT INTO checks (what, got, want) SELECT 'no row twice', count(*), (SELECT count(*) FROM want) FROM got;

-- By hand: days 0, 1, 3 and 7 after 2024-02-28: gaps 1, 2, 4.
CREATE TABLE hand(user_id, created_at);
INSERT INTO hand VALUES ('a', '2024-02-28'), ('a', '2024-02-29 10:00'), ('a', '2024-02-29 11:00'), ('a', '2024-03-02'), ('a', '2024-03-06'), ('b', '2024-03-10'), ('c', '2024-03-01'), (NULL, '2024-03-20'), ('c', NULL);
INSERT INTO checks (what, got, want)
SELECT 'leap day by hand', printf('%s %d %.4f %g %g %.6f %d %.4f %s', customer, purchases, mean_gap, median_gap, p90_gap, cv, days_since_last, overdue_ratio, expected_next),
  'a 4 2.3333 2 3.6 0.654654 4 1.7143 2024-03-08' FROM purchase_intervals('hand');
INSERT INTO checks (what, got, want) SELECT 'half a day goes up: 4 January + 1.5 days', expected_next, '2024-01-06' FROM purchase_intervals((SELECT retain_log('a', column1) FROM (VALUES ('2024-01-01'), ('2024-01-02'), ('2024-01-04'))))
UNION ALL SELECT 'a single gap has no spread', quote(cv), 'NULL' FROM purchase_intervals((SELECT retain_log('a', column1) FROM (VALUES ('2024-01-01'), ('2024-01-02'))));
INSERT INTO checks (what, got, want)
SELECT 'every customer found by key', sum((SELECT mean_gap FROM purchase_intervals('busy') AS g WHERE g.customer = f.customer) IS f.mean_gap), count(*) FROM purchase_intervals('busy') AS f;
INSERT INTO checks (what, got, want) SELECT 'one purchase makes no row', count(*), 0 FROM purchase_intervals('hand') WHERE customer = 'b';
INSERT INTO checks (what, got, want) SELECT 'nobody', count(*), 0 FROM purchase_intervals('hand') WHERE as_of = '2020-01-01';
INSERT INTO checks (what, got, want) SELECT 'the defaults are told', typical, 'mean' FROM purchase_intervals('hand');

-- expect error
SELECT * FROM purchase_intervals('hand') WHERE typical = 'mode';
