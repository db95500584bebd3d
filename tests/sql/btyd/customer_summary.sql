-- not under valgrind: takes a minute there, and ASan and UBSan see it too
-- ext/fn/btyd/customer_summary.c against its rules written out in SQL, for every option and kind of source.

-- One canonical table of purchases; the sources are views and tables of it.
CREATE TABLE purchase(shop TEXT, customer, t TEXT, v REAL, PRIMARY KEY (shop, customer, t, v)) ;
WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 399)
INSERT OR IGNORE INTO purchase
SELECT 'busy', (i * i * 7 + i * 13) % 61, strftime('%Y-%m-%d %H:%M:%f', '2023-12-01', ((i * 7907 % 12001) * 83) || ' minutes', (i % 7 * 0.125) || ' seconds'),
  CASE WHEN i % 23 = 0 THEN -20.5 WHEN i % 3 = 0 THEN i % 100 + 0.99 ELSE (i * 37 % 10000) / 100.0 END
FROM n;
INSERT INTO purchase SELECT 'thirds', customer, t, v / 3.0 FROM purchase WHERE shop = 'busy';
INSERT INTO purchase SELECT 'text', 'k' || customer, t, v FROM purchase WHERE shop = 'busy';
INSERT INTO purchase SELECT 'seconds', customer, datetime(t), v FROM purchase WHERE shop = 'busy';
INSERT INTO purchase VALUES
  ('one customer', 7, '2024-02-28 23:30:00', 10), ('one customer', 7, '2024-02-29 00:30:00', 20), ('one customer', 7, '2024-03-01 12:00:00', 40), ('one customer', 7, '2025-02-28 00:00:00', 80),
  ('one day', 1, '2024-02-29 00:00:00', 5), ('one day', 2, '2024-02-29 12:00:00', 5), ('one day', 1, '2024-02-29 23:59:59', 5), ('one day', 3, '2024-02-29 08:00:00', -5),
  ('years apart', 1, '1969-12-31 23:59:59', 1), ('years apart', 1, '1970-01-01 00:00:00', 2), ('years apart', 1, '2400-02-29 00:00:00', 4), ('years apart', 2, '0004-02-29 00:00:00', 8), ('years apart', 2, '9999-12-31 00:00:00', 16);
CREATE TABLE busy AS SELECT customer AS customer_id, t AS ordered_at, v AS amount FROM purchase WHERE shop = 'busy' ORDER BY t;
CREATE TABLE thirds AS SELECT customer AS user_id, t AS created_at, v AS total FROM purchase WHERE shop = 'thirds' ORDER BY t;
CREATE TABLE thirds_shuffled AS SELECT customer AS user_id, t AS created_at, v AS total FROM purchase WHERE shop = 'thirds' ORDER BY v;
CREATE TABLE text_shuffled AS SELECT customer AS customer_id, t AS ordered_at, v AS amount FROM purchase WHERE shop = 'text' ORDER BY v;
CREATE TABLE unix_seconds AS SELECT customer AS customer_id, CAST(strftime('%s', t) AS INTEGER) AS ordered_at, v AS amount FROM purchase WHERE shop = 'seconds' ORDER BY t;
CREATE TABLE unix_milliseconds AS SELECT customer AS customer_id, CAST(round((julianday(t) - 2440587.5) * 86400000) AS INTEGER) AS ordered_at, v AS amount FROM purchase WHERE shop = 'busy' ORDER BY t;
CREATE VIEW "one customer" AS SELECT customer AS customer_id, t AS ordered_at, v AS amount FROM purchase WHERE shop = 'one customer';
CREATE VIEW "one day" AS SELECT customer AS customer_id, t AS ordered_at, v AS amount FROM purchase WHERE shop = 'one day';
CREATE VIEW "years apart" AS SELECT customer AS customer_id, t AS ordered_at, v AS amount FROM purchase WHERE shop = 'years apart';

CREATE TABLE job(id INTEGER PRIMARY KEY, source TEXT, shop TEXT, unit TEXT, days REAL, until TEXT, as_of TEXT, time_zone TEXT, shift TEXT);
INSERT INTO job(source, shop, unit, days, until, as_of, time_zone, shift)
SELECT s.column1, s.column2, u.column1, u.column2, t.column1, t.column2, o.column1, o.column2
FROM (VALUES ('busy', 'busy'), ('text_shuffled', 'text'), ('thirds', 'thirds'), ('thirds_shuffled', 'thirds'), ('unix_seconds', 'seconds')) AS s,
  (VALUES (NULL, 7.0), ('day', 1.0), ('month', 30.4375), ('YEAR', 365.25)) AS u,
  (VALUES (NULL, NULL), ('2024-09-30', NULL), (NULL, '2024-12-31 10:00'), ('2024-02-29 12:00', '2025-03-01'), ('2026-12-31', NULL)) AS t,
  (VALUES (NULL, '0 hours'), ('+08:00', '8 hours'), ('-03:30', '-210 minutes')) AS o
WHERE (u.column1 IS NULL OR s.column1 = 'busy' OR t.column1 = '2024-09-30') AND (s.column1 != 'unix_seconds' OR o.column1 IS NOT NULL);
INSERT INTO job(source, shop, unit, days, until, as_of, time_zone, shift)
SELECT s.column1, coalesce(s.column2, s.column1), 'day', 1.0, t.column1, NULL, o.column1, o.column2
FROM (VALUES ('one customer', NULL), ('one day', NULL), ('years apart', NULL), ('unix_milliseconds', 'busy')) AS s,
  (VALUES (NULL), ('2024-02-29'), ('2024-02-29 12:00')) AS t, (VALUES (NULL, '0 hours'), ('+01:00', '1 hours')) AS o;
UPDATE job SET as_of = '9999-12-31 00:00:00' WHERE shop = 'years apart' AND as_of IS NULL; -- its newest time, which is yet to come

CREATE TABLE got AS
SELECT id, customer, orders, x, round(t_x, 9) AS t_x, round(f."T", 9) AS age, round(m, 6) AS m, holdout_orders, holdout_x, round(holdout_value, 6) AS holdout_value, round(holdout_T, 9) AS holdout_age
FROM job JOIN customer_summary(job.source, job.unit, job.until, NULL, NULL, NULL, job.as_of, job.time_zone) AS f;

-- A bound that is a date alone (10 characters) is the whole local day.
CREATE TABLE want AS
WITH r AS (
  SELECT id, customer, t, v, date(t, shift) AS day, until IS NOT NULL AND iif(length(until) = 10, date(t, shift) > until, julianday(t) > julianday(until)) AS held
  FROM job JOIN purchase USING (shop) WHERE as_of IS NULL OR iif(length(as_of) = 10, date(t, shift) <= as_of, julianday(t) <= julianday(as_of))),
ends AS (
  SELECT id, days, until, iif(length(coalesce(until, as_of)) = 10, coalesce(until, as_of), date(coalesce(until, as_of, max(t)), shift)) AS calibration_end,
    iif(length(as_of) = 10, as_of, date(coalesce(as_of, max(t)), shift)) AS data_end
  FROM job JOIN r USING (id) GROUP BY id),
first AS (SELECT id, customer, min(day) AS first_day FROM r WHERE NOT held GROUP BY 1, 2)
SELECT id, customer, sum(NOT held) AS orders, count(DISTINCT CASE WHEN NOT held THEN day END) - 1 AS x,
  round((julianday(max(CASE WHEN NOT held THEN day END)) - julianday(first_day)) / days, 9) AS t_x,
  round((julianday(calibration_end) - julianday(first_day)) / days, 9) AS age,
  round(sum(CASE WHEN NOT held AND day > first_day THEN v END) / (count(DISTINCT CASE WHEN NOT held THEN day END) - 1), 6) AS m,
  CASE WHEN until IS NOT NULL THEN sum(held) END AS holdout_orders,
  CASE WHEN until IS NOT NULL THEN count(DISTINCT CASE WHEN held THEN day END) END AS holdout_x,
  CASE WHEN until IS NOT NULL THEN round(total(CASE WHEN held THEN v END), 6) END AS holdout_value,
  CASE WHEN until IS NOT NULL THEN round(max(0, julianday(data_end) - julianday(calibration_end)) / days, 9) END AS holdout_age
FROM r JOIN first USING (id, customer) JOIN ends USING (id) GROUP BY id, customer;

INSERT INTO checks (what, got, want)
SELECT 'source ' || source || ', ' || count(DISTINCT job.id) || ' calls, ' || count(*) || ' rows agree with the definition',
  (SELECT count(*) FROM (SELECT * FROM got EXCEPT SELECT * FROM want) AS g JOIN job AS j USING (id) WHERE j.source = job.source)
    + (SELECT count(*) FROM (SELECT * FROM want EXCEPT SELECT * FROM got) AS g JOIN job AS j USING (id) WHERE j.source = job.source), 0
FROM job JOIN want USING (id) GROUP BY source ORDER BY min(job.id);
INSERT INTO checks (what, got, want) SELECT 'no row twice', count(*), (SELECT count(*) FROM want) FROM got;

-- Worked out by hand: 28 February 23:30 and 29 February 00:30 are one day at +01:00.
INSERT INTO checks (what, got, want)
SELECT 'leap day, UTC', printf('%d %d %g %g %g', orders, x, t_x, f."T", m), '4 3 366 366 46.6667' FROM customer_summary('one customer') AS f WHERE unit = 'day';
INSERT INTO checks (what, got, want)
SELECT 'leap day, +01:00', printf('%d %d %g %g %g', orders, x, t_x, f."T", m), '4 2 365 365 60' FROM customer_summary('one customer') AS f WHERE unit = 'day' AND time_zone = '+01:00';
INSERT INTO checks (what, got, want)
SELECT 'decimal amounts add up exactly', m, 0.3
FROM customer_summary((SELECT retain_log(1, date('2024-01-01', column1 || ' days'), column2) FROM (VALUES (0, 9), (1, 0.1), (1, 0.2)))) WHERE unit = 'day';

-- By the hour: what is a day in the rules is an hour.
CREATE TEMP TABLE hourly AS
SELECT customer, column1 AS time_zone, CAST((julianday(t, column2) - 2440587.5) * 24 + 1e-6 AS INTEGER) AS hour, v FROM purchase, (VALUES ('+00:00', '0 hours'), ('-03:30', '-210 minutes')) WHERE shop = 'busy';
INSERT INTO checks (what, got, want)
SELECT 'by the hour, ' || z.time_zone || ', ' || count(*) || ' customers', sum(f.orders = w.orders AND f.x = w.x AND f.t_x = w.t_x AND f."T" = w.age AND (f.m IS NULL AND w.m IS NULL OR abs(f.m - w.m) < 1e-9)), count(*)
FROM (SELECT column1 AS time_zone FROM (VALUES ('+00:00'), ('-03:30'))) AS z JOIN customer_summary('busy', 'hour') AS f ON f.time_zone = z.time_zone JOIN
  (SELECT time_zone, customer, count(*) AS orders, count(DISTINCT hour) - 1 AS x, max(hour) - min(hour) AS t_x, (SELECT max(hour) FROM hourly AS a WHERE a.time_zone = h.time_zone) - min(hour) AS age,
     sum(iif(hour > first, v, 0)) / nullif(count(DISTINCT hour) - 1, 0) AS m
   FROM (SELECT *, min(hour) OVER (PARTITION BY time_zone, customer) AS first FROM hourly) AS h GROUP BY time_zone, customer) AS w ON w.customer = f.customer AND w.time_zone = z.time_zone
GROUP BY z.time_zone;
INSERT INTO checks (what, got, want)
SELECT 'a holdout by the hour', x || ' ' || t_x || ' ' || "T" || ' ' || holdout_x || ' ' || "holdout_T", '1 12.0 15.0 1 48.0'
FROM customer_summary((SELECT retain_log(1, column1, 1) FROM (VALUES ('2026-01-01 08:00'), ('2026-01-01 08:59:59.999'), ('2026-01-01 20:00'), ('2026-01-02 01:00'))), 'hour', '2026-01-01 23:00') WHERE as_of = '2026-01-03';
-- expect error
SELECT * FROM customer_summary((SELECT retain_log(1, column1, 1) FROM (VALUES ('2026-01-01'), ('1650-01-01'))), 'hour');

-- Sources without a value, NULLs, nothing at all.
CREATE TABLE visits(user_id, created_at);
INSERT INTO visits VALUES (1, '2024-01-01'), (1, '2024-01-08'), (NULL, '2024-01-09'), (2, NULL), (3, '2024-01-15');
INSERT INTO checks (what, got, want)
SELECT 'without a value', group_concat(printf('%s %s %s %s %s %s', customer, x, t_x, quote(m), holdout_x, quote(holdout_value)), '; '), '1 0 0.0 NULL 1 NULL'
FROM customer_summary('visits') WHERE until = '2024-01-02';
CREATE TABLE gifts(user_id, created_at, amount);
INSERT INTO gifts VALUES (1, '2024-01-01', 1), (1, '2024-01-08', NULL), (1, '2024-01-08', 5), (1, '2024-01-22', NULL);
INSERT INTO checks (what, got, want) SELECT 'a NULL value counts as 0', printf('%d %g', x, m), '2 2.5' FROM customer_summary('gifts');
CREATE TABLE nobody(user_id, created_at, amount);
INSERT INTO checks (what, got, want) SELECT 'nobody', count(*), 0 FROM customer_summary('nobody');
INSERT INTO checks (what, got, want) SELECT 'nobody in the calibration', count(*), 0 FROM customer_summary('visits') WHERE until = '2023-01-01';

-- Looking a customer up.
INSERT INTO checks (what, got, want)
SELECT 'every customer found by key', sum((SELECT x FROM customer_summary('busy') AS g WHERE g.customer = f.customer) IS f.x), count(*) FROM customer_summary('busy') AS f;
INSERT INTO checks (what, got, want)
SELECT 'found by key in a calibration', sum((SELECT x FROM customer_summary('text_shuffled', 'day', '2024-01-15') AS g WHERE g.customer = f.customer) IS f.x), count(*)
FROM customer_summary('text_shuffled', 'day', '2024-01-15') AS f;
INSERT INTO checks (what, got, want) SELECT 'nobody of that key', count(*), 0 FROM customer_summary('busy') WHERE customer = -1;
INSERT INTO checks (what, got, want)
SELECT 'one who came later is not in the calibration', count(*), 0
FROM customer_summary('visits', 'day', '2024-01-10') WHERE customer = 3;
INSERT INTO checks (what, got, want) SELECT 'the defaults are told', unit || quote(until) || time_zone, 'weekNULL+00:00' FROM customer_summary('one customer');
INSERT INTO checks (what, got, want)
SELECT 'reads into an aggregate with names of the literature', printf('%.6f', sum(x * t_x / f."T")), printf('%.6f', (SELECT sum(x * t_x / age) FROM got WHERE id = 1)) FROM customer_summary('busy') AS f;

-- expect error
SELECT * FROM customer_summary('busy') WHERE unit = 'weak';
-- expect error
SELECT * FROM customer_summary('busy') WHERE until = '2024-13-01';
-- expect error
SELECT * FROM customer_summary('busy') WHERE until = '2024-02-01' AND as_of = '2024-01-01';
-- expect error
SELECT * FROM customer_summary('missing');
