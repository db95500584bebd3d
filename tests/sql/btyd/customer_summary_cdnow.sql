-- needs: shared
-- customer_summary() on the CDNOW histories: row by row against plain SQL, and against the published figures of the set the papers used.
CREATE TABLE orders(customer_id INTEGER, ordered_at TEXT, cds INTEGER, amount REAL);
CREATE TABLE sample(customer_id INTEGER, ordered_at TEXT, cds INTEGER, amount REAL);
.import --csv --skip 1 ../shared/data/cdnow_orders.csv orders
.import --csv --skip 1 ../shared/data/cdnow_sample_orders.csv sample
.import --csv ../shared/data/cdnow_orders.csv as_text
.import --csv ../shared/reference/btyd/ref_cdnow_summary_bgnbd.csv bgnbd
.import --csv ../shared/reference/btyd/ref_cdnow_summary_gg.csv gg
.import --csv ../shared/reference/btyd/ref_params.csv params

CREATE TABLE want AS
WITH day AS (SELECT customer_id AS customer, ordered_at AS day, count(*) AS n, sum(amount) AS v FROM orders WHERE ordered_at <= '1997-09-30' GROUP BY 1, 2),
first AS (SELECT customer, min(day) AS first FROM day GROUP BY 1),
later AS (SELECT customer_id AS customer, count(*) AS n, count(DISTINCT ordered_at) AS days, sum(amount) AS v FROM orders WHERE ordered_at > '1997-09-30' GROUP BY 1)
SELECT customer, sum(d.n) AS orders, count(*) - 1 AS x, round((julianday(max(day)) - julianday(first)) / 7, 9) AS t_x,
  round((julianday('1997-09-30') - julianday(first)) / 7, 9) AS age, round(avg(CASE WHEN day > first THEN d.v END), 6) AS m,
  coalesce(l.n, 0) AS holdout_orders, coalesce(l.days, 0) AS holdout_x, round(coalesce(l.v, 0.0), 6) AS holdout_value, 39.0 AS holdout_age
FROM day AS d JOIN first USING (customer) LEFT JOIN later AS l USING (customer) GROUP BY customer;
CREATE TABLE got AS
SELECT customer, orders, x, round(t_x, 9) AS t_x, round("T", 9) AS age, round(m, 6) AS m, holdout_orders, holdout_x, round(holdout_value, 6) AS holdout_value, holdout_T AS holdout_age
FROM customer_summary('orders') WHERE until = '1997-09-30';
INSERT INTO checks (what, got, want) SELECT count(*) || ' customers of the master set', (SELECT count(*) FROM (SELECT * FROM got EXCEPT SELECT * FROM want)), 0 FROM got;
INSERT INTO checks (what, got, want) SELECT 'all of them', count(*), (SELECT count(*) FROM want) FROM got JOIN want USING (customer);
INSERT INTO checks (what, got, want)
SELECT 'the same from text columns and shuffled rows', count(*), 23570 FROM (
  SELECT CAST(customer AS INTEGER), orders, x, t_x, "T", round(m, 6) FROM customer_summary((SELECT retain_log(customer_id, ordered_at, amount) FROM (SELECT * FROM as_text ORDER BY amount))) WHERE until = '1997-09-30'
  INTERSECT SELECT customer, orders, x, t_x, "T", round(m, 6) FROM customer_summary('orders') WHERE until = '1997-09-30');

-- Fader & Hardie's 1/10 sample, 39 weeks: 2,357 customers, 2,457 repeat purchases by 946 of them.
CREATE TABLE s AS SELECT x, t_x, "T" AS age, m FROM customer_summary('sample') WHERE until = '1997-09-30';
INSERT INTO checks (what, got, want) SELECT 'sample: customers, repeat purchases, repeaters', printf('%d %d %d', count(*), sum(x), sum(x > 0)), '2357 2457 946' FROM s;
-- The published summary is rounded to two decimals; its ids are not the customers', so rows are found by their figures.
INSERT INTO checks (what, got, want)
SELECT count(*) || ' rows of the published summary', sum(EXISTS (SELECT 1 FROM s WHERE s.x = r.x AND abs(s.t_x - r.t_x) < 0.005001 AND abs(s.age - r."T") < 0.005001 AND (r.x = 0 OR abs(s.m - r.m_x) < 0.005001))), count(*)
FROM (SELECT CAST(x AS INTEGER) AS x, CAST(t_x AS REAL) AS t_x, CAST("T" AS REAL) AS "T", CAST(m_x AS REAL) AS m_x FROM bgnbd WHERE id LIKE 'c%') AS r;
INSERT INTO checks (what, got, want)
SELECT count(*) || ' mean values of the published summary', sum(EXISTS (SELECT 1 FROM s WHERE s.x = r.x AND abs(s.m - r.m_x) < 0.005001)), count(*)
FROM (SELECT CAST(x AS INTEGER) AS x, CAST(m_x AS REAL) AS m_x FROM gg WHERE id LIKE 'c%') AS r;

-- All rows at once: the BG/NBD log-likelihood (equation 6 of Fader, Hardie & Lee 2005) of the summary at the reference's parameters is the reference's.
-- Gamma(z + x) / Gamma(z) = product of z + i for i < x.
INSERT INTO checks (what, got, want)
WITH RECURSIVE p AS (
  SELECT CAST(p1 AS REAL) AS r, CAST(p2 AS REAL) AS alpha, CAST(p3 AS REAL) AS a, CAST(p4 AS REAL) AS b, CAST(LL_full AS REAL) AS ll
  FROM params WHERE dataset = 'cdnow_sample' AND model = 'bgnbd' AND peer = 'GOLD'),
rising(x, lr, lb, lab) AS (
  SELECT 0, 0.0, 0.0, 0.0
  UNION ALL SELECT x + 1, lr + ln(r + x), lb + ln(b + x), lab + ln(a + b + x) FROM rising, p WHERE x < (SELECT max(x) FROM s))
SELECT 'BG/NBD log-likelihood of the sample', printf('%.8f', sum(lr + r * ln(alpha) + lb - lab
    + ln(exp((r + x) * ln((alpha + t_x) / (alpha + age))) + CASE WHEN x > 0 THEN a / (b + x - 1) ELSE 0 END) - (r + x) * ln(alpha + t_x))),
  printf('%.8f', ll)
FROM s JOIN rising USING (x), p;
