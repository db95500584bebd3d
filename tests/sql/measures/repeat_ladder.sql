-- ext/fn/measures/repeat_ladder.c against its rules written out in SQL, for every option and kind of source.
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

CREATE TABLE job(id INTEGER PRIMARY KEY, source TEXT, shop TEXT, max_step INTEGER, purchase TEXT, as_of TEXT, time_zone TEXT, shift TEXT);
INSERT INTO job(source, shop, max_step, purchase, as_of, time_zone, shift)
SELECT s.column1, s.column2, m.column1, p.column1, a.column1, o.column1, o.column2
FROM (VALUES ('busy', 'busy'), ('text_shuffled', 'text'), ('unix_seconds', 'seconds'), ('unix_milliseconds', 'busy'), ('one customer', 'one customer'), ('one day', 'one day'), ('years apart', 'years apart')) AS s,
  (VALUES (NULL), (1), (1000)) AS m, (VALUES (NULL), ('day')) AS p, (VALUES (NULL), ('2024-08-01 12:00')) AS a, (VALUES (NULL, '0 hours'), ('+08:00', '8 hours')) AS o;
UPDATE job SET as_of = '9999-12-31 00:00:00' WHERE shop = 'years apart' AND as_of IS NULL; -- its newest time, which is yet to come

CREATE TABLE got AS
SELECT id, step, customers, converted, round(rate, 9) AS rate, round(low, 9) AS low, round(high, 9) AS high, round(median_days, 6) AS median_days
FROM job JOIN repeat_ladder(job.source, job.max_step, job.purchase, NULL, NULL, job.as_of, job.time_zone);

-- The Wilson interval as Wilson (1927) gives it, z = 1.959963984540054 for 0.95.
CREATE TABLE want AS
WITH r AS (
  SELECT id, customer, CASE WHEN purchase = 'day' THEN julianday(date(t, shift)) ELSE julianday(t) END AS t, p.rowid AS n, purchase
  FROM job JOIN purchase AS p USING (shop) WHERE as_of IS NULL OR julianday(p.t) <= julianday(as_of)),
bought AS (SELECT id, customer, t FROM r WHERE purchase IS NULL UNION ALL SELECT DISTINCT id, customer, t FROM r WHERE purchase = 'day'),
numbered AS (SELECT id, customer, row_number() OVER w AS step, lead(t) OVER w - t AS gap FROM bought WINDOW w AS (PARTITION BY id, customer ORDER BY t)),
ranked AS (SELECT id, step, gap, row_number() OVER (PARTITION BY id, step ORDER BY gap) AS i, count(*) OVER (PARTITION BY id, step) AS n FROM numbered WHERE gap IS NOT NULL),
median AS (SELECT id, step, avg(gap) AS median_days FROM ranked WHERE i IN ((n + 1) / 2, (n + 2) / 2) GROUP BY 1, 2),
counted AS (SELECT id, step, count(*) AS n, count(gap) AS k, 1.959963984540054 AS z FROM numbered GROUP BY 1, 2)
SELECT id, step, n AS customers, k AS converted, round(1.0 * k / n, 9) AS rate,
  round((k + z * z / 2 - z * sqrt(1.0 * k * (n - k) / n + z * z / 4)) / (n + z * z), 9) AS low, round((k + z * z / 2 + z * sqrt(1.0 * k * (n - k) / n + z * z / 4)) / (n + z * z), 9) AS high,
  round(median_days, 6) AS median_days
FROM counted JOIN job USING (id) LEFT JOIN median USING (id, step) WHERE step <= coalesce(max_step, 10);

INSERT INTO checks (what, got, want)
SELECT 'source ' || source || ', ' || count(DISTINCT job.id) || ' calls, ' || count(*) || ' rows agree with the rules',
  (SELECT count(*) FROM (SELECT * FROM got EXCEPT SELECT * FROM want) JOIN job AS j USING (id) WHERE j.source = job.source)
    + (SELECT count(*) FROM (SELECT * FROM want EXCEPT SELECT * FROM got) JOIN job AS j USING (id) WHERE j.source = job.source), 0
FROM job JOIN want USING (id) GROUP BY source ORDER BY min(job.id);
INSERT INTO checks (what, got, want) SELECT 'no row twice', count(*), (SELECT count(*) FROM want) FROM got;

-- By hand: a buys on day 0 and, twice, on day 2; b on day 1 and 36 hours later; c once.
CREATE TABLE hand(user_id, created_at);
INSERT INTO hand VALUES ('a', '2024-02-28'), ('b', '2024-02-29'), ('a', '2024-03-01 18:00'), ('a', '2024-03-01 06:00'), ('b', '2024-03-01 12:00'), ('c', '2024-03-01'), (NULL, '2024-03-20'), ('c', NULL);
INSERT INTO checks (what, got, want)
SELECT 'by hand, orders', group_concat(printf('%d %d %d %g', step, customers, converted, median_days), '; '), '1 3 2 1.875; 2 2 1 0.5; 3 1 0 0' FROM repeat_ladder('hand');
INSERT INTO checks (what, got, want)
SELECT 'by hand, days', group_concat(printf('%d %d %d %s', step, customers, converted, quote(median_days)), '; '), '1 3 2 1.5; 2 2 0 NULL' FROM repeat_ladder('hand') WHERE purchase = 'day';
INSERT INTO checks (what, got, want)
SELECT 'step 1 is the repeat purchase rate', rate, (SELECT repeat_purchase_rate(n) FROM (SELECT count(*) AS n FROM busy GROUP BY customer_id)) FROM repeat_ladder('busy') WHERE step = 1;
INSERT INTO checks (what, got, want) SELECT 'nobody', count(*), 0 FROM repeat_ladder('hand') WHERE as_of = '2020-01-01';
INSERT INTO checks (what, got, want) SELECT 'the defaults are told', max_step || purchase, '10order' FROM repeat_ladder('hand') WHERE step = 1;

-- expect error
SELECT * FROM repeat_ladder('hand') WHERE max_step = 0;
-- expect error
SELECT * FROM repeat_ladder('hand') WHERE max_step = 1001;
-- expect error
SELECT * FROM repeat_ladder('hand') WHERE purchase = 'item';
