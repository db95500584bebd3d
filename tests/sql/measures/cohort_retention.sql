-- slow
-- cohort_retention, cohort_average: row by row against SQL written the slow, obvious way: every member at every age.
-- Values are quarters, so that sums are exact. `city` is the attribute: integer, text and NULL, and it changes within a customer.
CREATE TABLE shop (customer_id, ordered_at TEXT, amount REAL, city);
WITH RECURSIVE n(i, r) AS (SELECT 1, 20200229 UNION ALL SELECT i + 1, (r * 1103515245 + 12345) % 2147483648 FROM n WHERE i < 1500)
INSERT INTO shop SELECT CASE WHEN a % 3 THEN a ELSE 'k' || a END, datetime('2020-09-01 00:00:00', (a % 23 * 864000 + CASE WHEN b % 2 THEN b * 307 % 5184000 ELSE b % 60 * 86400 END) || ' seconds'), (c % 400) / 4.0 - 10,
  CASE c % 5 WHEN 0 THEN NULL WHEN 1 THEN 7 WHEN 2 THEN '7' WHEN 3 THEN 'Utrecht' ELSE 12 END
FROM (SELECT i, r / 65536 % 60 AS a, lead(r, 1) OVER (ORDER BY i) / 65536 AS b, lead(r, 2) OVER (ORDER BY i) / 65536 AS c FROM n) WHERE i % 3 = 1 AND c IS NOT NULL;
-- The ends of intervals to the second, the leap day, the year's end and ISO week 53 of 2020.
INSERT INTO shop SELECT column1, column2, 1.25, 'Köln' FROM (VALUES (500, '2020-02-29 10:00:00'), (500, '2020-03-30 09:59:59'), (500, '2020-03-30 10:00:00'), (500, '2020-12-31 23:59:59'), (500, '2021-01-01 00:00:00'),
  (501, '2020-12-28 00:00:00'), (501, '2021-01-03 23:59:59'), (501, '2021-01-04 00:00:00'), (502, '2020-12-31 16:00:00'), (502, '2021-01-07 15:59:59'), (502, '2021-01-14 16:00:00'),
  (503, '2021-04-01 00:00:00'), (503, '2021-05-31 23:59:59'));
CREATE TABLE compared (id INTEGER PRIMARY KEY, what TEXT, rows INTEGER, wrong TEXT); -- how many rows were compared, and what was wrong with them

-- What is compared. step: SQLite's modifier for a calendar interval; days: length of a rolling one.
CREATE TABLE grain (grain TEXT, start TEXT, step TEXT, days INTEGER);
INSERT INTO grain VALUES ('day', '2020-01-01', '+1 day', 1), ('week', '2019-12-30', '+7 days', 7), ('month', '2020-01-01', '+1 month', 30), ('10 days', date('1970-01-01', '+18260 days'), '+10 days', 10),
  ('quarter', '2020-01-01', '+3 months', NULL), ('year', '2020-01-01', '+1 year', NULL);
CREATE TABLE cases (id INTEGER PRIMARY KEY, grain TEXT, mode TEXT, clock TEXT, brackets TEXT, max_age INTEGER, attribute TEXT, off TEXT, minutes TEXT, as_of TEXT);
INSERT INTO cases (grain, mode, clock, brackets, max_age, attribute, off, minutes, as_of)
SELECT g.grain, m.column1, c.column1, o.column1, o.column2, o.column3, o.column4, o.column5, o.column6
FROM grain AS g, (VALUES ('on'), ('on_or_after'), ('on_or_before'), ('streak')) AS m, (VALUES ('calendar'), ('rolling'), ('rounded')) AS c,
  (VALUES (NULL, NULL, NULL, '+00:00', '+0 minutes', '2021-06-01 00:00:00'), (NULL, NULL, 'city', '+00:00', '+0 minutes', '2021-06-01 00:00:00'),
    ('1,3,7', NULL, NULL, '+00:00', '+0 minutes', '2021-06-01 00:00:00'), ('2, 5, 14 ,30', 20, 'city', '+00:00', '+0 minutes', '2021-06-01 00:00:00'),
    (NULL, 3, NULL, '+08:00', '+480 minutes', '2021-07-11 11:11:11'), (NULL, NULL, NULL, '-03:30', '-210 minutes', '2021-05-31 23:59:59')) AS o
WHERE NOT (c.column1 <> 'calendar' AND g.days IS NULL) AND NOT (g.grain = 'day' AND o.column1 IS NULL AND o.column2 IS NULL AND (m.column1 <> 'on' OR o.column3 IS NOT NULL OR o.column4 <> '+00:00'));

CREATE TABLE period (grain TEXT, number INTEGER, first TEXT, until TEXT, PRIMARY KEY (grain, first)); -- local civil time
WITH RECURSIVE walk(grain, number, first, step) AS (SELECT grain, 0, start, step FROM grain UNION ALL SELECT grain, number + 1, date(first, step), step FROM walk WHERE first < '2021-08-01')
INSERT INTO period SELECT grain, number, first || ' 00:00:00', date(first, step) || ' 00:00:00' FROM walk;

-- Every event with its age, and every member with its age at as_of, by what has passed, and just before, by what has begun. 't' and 'p' are seconds or period numbers of the event.
CREATE TABLE way AS SELECT DISTINCT grain, clock, off, minutes, as_of FROM cases;
CREATE TABLE event AS
SELECT w.rowid AS way, s.rowid AS event, s.customer_id AS customer, strftime('%s', s.ordered_at) AS t, p.number AS p, s.amount, s.city
FROM way AS w, shop AS s JOIN period AS p ON p.grain = w.grain AND p.first <= datetime(s.ordered_at, w.minutes) AND datetime(s.ordered_at, w.minutes) < p.until
WHERE s.ordered_at <= w.as_of;
CREATE TABLE born AS -- the first row of each customer; of equal times the first in the table
SELECT way, customer, t, p, city FROM (SELECT *, row_number() OVER (PARTITION BY way, customer ORDER BY CAST(t AS INTEGER), event) AS nth FROM event) WHERE nth = 1;
CREATE INDEX born_way ON born (way, customer);
CREATE TABLE aged AS -- (age of the event; age of the member at as_of)
SELECT e.way, e.customer, e.amount, iif(w.clock <> 'calendar', (e.t - (b.t - iif(w.clock = 'rounded', (b.t + 60 * CAST(w.minutes AS INTEGER)) % iif(g.grain = 'day', 3600, 86400), 0))) / (86400 * g.days), e.p - b.p) AS age
FROM event AS e JOIN born AS b USING (way, customer) JOIN way AS w ON w.rowid = e.way JOIN grain AS g USING (grain);
CREATE INDEX aged_way ON aged (way, customer, age);
CREATE TABLE member AS
SELECT id, way, customer, cohort, iif(length IS NULL, now, lived / length) AS now, iif(length IS NULL, begun, iif(lived > 0, (lived - 1) / length, -1)) AS begun
FROM (SELECT c.id, b.way, b.customer, iif(c.attribute IS NULL, (SELECT date(first) FROM period AS q WHERE q.grain = c.grain AND q.number = b.p), b.city) AS cohort, iif(c.clock <> 'calendar', 86400 * g.days, NULL) AS length,
  strftime('%s', c.as_of) - (b.t - iif(c.clock = 'rounded', (b.t + 60 * CAST(c.minutes AS INTEGER)) % iif(g.grain = 'day', 3600, 86400), 0)) AS lived,
  (SELECT number FROM period AS q WHERE q.grain = c.grain AND q.first <= datetime(c.as_of, c.minutes) AND datetime(c.as_of, c.minutes) < q.until) - b.p AS now,
  (SELECT number FROM period AS q WHERE q.grain = c.grain AND q.first < datetime(c.as_of, c.minutes) AND datetime(c.as_of, c.minutes) <= q.until) - b.p AS begun
FROM cases AS c JOIN way AS w USING (grain, clock, off, as_of) JOIN born AS b ON b.way = w.rowid JOIN grain AS g USING (grain));
CREATE INDEX member_id ON member (id, now);
CREATE TABLE slot AS -- groups of ages, named by their last one
SELECT c.id, n.value AS number, n.value AS age_from, n.value AS age FROM cases AS c, (SELECT DISTINCT now AS value FROM member UNION SELECT number FROM period WHERE grain = 'day') AS n
WHERE c.brackets IS NULL AND n.value <= coalesce(c.max_age, 1000) AND n.value <= (SELECT max(begun) FROM member AS m WHERE m.id = c.id)
UNION ALL SELECT c.id, 0, 0, 0 FROM cases AS c WHERE c.brackets IS NOT NULL
UNION ALL SELECT c.id, b.key + 1, coalesce(lag(b.value) OVER (PARTITION BY c.id ORDER BY b.key), 0) + 1, b.value FROM cases AS c, json_each('[' || c.brackets || ']') AS b;
DELETE FROM slot WHERE age > (SELECT max_age FROM cases AS c WHERE c.id = slot.id);
CREATE INDEX slot_id ON slot (id, number, age_from, age);

CREATE TABLE judged AS -- one row per member and slot that has begun for it
SELECT m.id, m.cohort, m.customer, s.number, s.age_from, s.age, m.now > s.age AS eligible,
  CASE c.mode WHEN 'on' THEN EXISTS (SELECT 1 FROM aged AS e WHERE e.way = m.way AND e.customer = m.customer AND e.age BETWEEN s.age_from AND s.age)
    WHEN 'on_or_after' THEN EXISTS (SELECT 1 FROM aged AS e WHERE e.way = m.way AND e.customer = m.customer AND e.age >= s.age_from)
    WHEN 'on_or_before' THEN EXISTS (SELECT 1 FROM aged AS e WHERE e.way = m.way AND e.customer = m.customer AND e.age BETWEEN 1 AND s.age)
    ELSE NOT EXISTS (SELECT 1 FROM slot AS q WHERE q.id = m.id AND q.number BETWEEN 1 AND s.number AND NOT EXISTS (SELECT 1 FROM aged AS e WHERE e.way = m.way AND e.customer = m.customer AND e.age BETWEEN q.age_from AND q.age)) END AS active,
  (SELECT count(*) FROM aged AS e WHERE e.way = m.way AND e.customer = m.customer AND e.age BETWEEN s.age_from AND s.age) AS orders,
  (SELECT sum(amount) FROM aged AS e WHERE e.way = m.way AND e.customer = m.customer AND e.age BETWEEN s.age_from AND s.age) AS value
FROM member AS m JOIN cases AS c USING (id) JOIN slot AS s ON s.id = m.id AND s.age_from <= m.begun;
CREATE TABLE size AS SELECT id, cohort, count(*) AS size FROM member GROUP BY 1, 2;
CREATE INDEX size_id ON size (id, cohort);
CREATE TABLE slow AS
SELECT j.id, j.cohort, age, age_from, z.size, sum(eligible) AS eligible, sum(eligible AND active) AS active, sum(orders) AS orders, coalesce(sum(value), 0.0) AS value, sum(eligible) = z.size AS complete
FROM judged AS j JOIN size AS z ON z.id = j.id AND z.cohort IS j.cohort GROUP BY j.id, j.cohort, age, age_from, z.size;

CREATE TABLE fast AS
SELECT c.id, r.* FROM cases AS c JOIN cohort_retention('shop') AS r ON r.grain = c.grain AND r.mode = c.mode AND r.clock = c.clock AND r.time_zone = c.off AND r.as_of = c.as_of
WHERE c.brackets IS NULL AND c.max_age IS NULL AND attribute IS NULL
UNION ALL SELECT c.id, r.* FROM cases AS c JOIN cohort_retention('shop') AS r ON r.grain = c.grain AND r.mode = c.mode AND r.clock = c.clock AND r.time_zone = c.off AND r.as_of = c.as_of AND r.cohort_column = c.attribute
WHERE c.brackets IS NULL AND c.max_age IS NULL AND attribute IS NOT NULL
UNION ALL SELECT c.id, r.* FROM cases AS c JOIN cohort_retention('shop') AS r ON r.grain = c.grain AND r.mode = c.mode AND r.clock = c.clock AND r.time_zone = c.off AND r.as_of = c.as_of AND r.brackets = c.brackets
WHERE c.brackets IS NOT NULL AND c.max_age IS NULL AND attribute IS NULL
UNION ALL SELECT c.id, r.* FROM cases AS c JOIN cohort_retention('shop') AS r ON r.grain = c.grain AND r.mode = c.mode AND r.clock = c.clock AND r.time_zone = c.off AND r.as_of = c.as_of AND r.brackets = c.brackets AND r.max_age = c.max_age AND r.cohort_column = c.attribute
WHERE c.brackets IS NOT NULL AND c.max_age IS NOT NULL AND attribute IS NOT NULL
UNION ALL SELECT c.id, r.* FROM cases AS c JOIN cohort_retention('shop') AS r ON r.grain = c.grain AND r.mode = c.mode AND r.clock = c.clock AND r.time_zone = c.off AND r.as_of = c.as_of AND r.max_age = c.max_age
WHERE c.brackets IS NULL AND c.max_age IS NOT NULL AND attribute IS NULL;
CREATE TABLE counted AS SELECT id, cohort, age, age_from, size, eligible, active, orders, value, complete FROM fast;
CREATE INDEX counted_id ON counted (id);
CREATE INDEX slow_id ON slow (id, age);

INSERT INTO compared (what, rows, wrong)
SELECT format('%s %s %s%s%s%s %s as of %s', grain, mode, clock, ' brackets ' || brackets, ' max_age ' || max_age, ' by ' || attribute, off, as_of), (SELECT count(*) FROM slow AS s WHERE s.id = c.id),
  (SELECT group_concat(coalesce(cohort, 'NULL') || '/' || age) FROM (SELECT cohort, age FROM (SELECT * FROM slow WHERE id = c.id EXCEPT SELECT * FROM counted)
    UNION SELECT cohort, age FROM (SELECT * FROM counted WHERE id = c.id EXCEPT SELECT * FROM slow)))
FROM cases AS c ORDER BY c.id;
INSERT INTO compared (what, rows, wrong)
SELECT 'rates and cumulative value from their rows', count(*), group_concat(id || ' ' || coalesce(cohort, 'NULL') || '/' || age) FILTER (WHERE NOT (rate IS 1.0 * active / eligible
  AND low IS rate_low(active, eligible) AND high IS rate_high(active, eligible) AND value_per_customer = total / size))
FROM (SELECT *, sum(value) OVER (PARTITION BY id, cohort ORDER BY age) AS total FROM fast);
INSERT INTO compared (what, rows, wrong)
SELECT 'cohorts in order: NULL, integers, text', count(*), group_concat(id) FILTER (WHERE nth <> place)
FROM (SELECT id, row_number() OVER (PARTITION BY id ORDER BY cohort, age) AS nth, row_number() OVER (PARTITION BY id ORDER BY rowid) AS place FROM fast);

-- cohort_average from the slow rows.
CREATE TABLE average AS
SELECT id, age, age_from, count(*) AS cohorts, sum(s.size) AS size, sum(eligible) AS eligible, sum(active) AS active, 1.0 * sum(active) / sum(eligible) AS pooled_rate, avg(1.0 * active / s.size) FILTER (WHERE complete) AS simple_rate,
  1.0 * sum(active) FILTER (WHERE complete) / sum(s.size) FILTER (WHERE complete) AS weighted_rate,
  1.0 * sum(s.size * active) FILTER (WHERE complete) / sum(s.size * s.size) FILTER (WHERE complete) AS twice_weighted_rate, count(*) FILTER (WHERE complete) AS complete_cohorts, coalesce(sum(s.size) FILTER (WHERE complete), 0) AS complete_size,
  coalesce(sum(active) FILTER (WHERE complete), 0) AS complete_active, sum(orders) AS orders, sum(value) AS value, sum(total) FILTER (WHERE complete) / sum(s.size) FILTER (WHERE complete) AS value_per_customer,
  sum(eligible) = (SELECT count(*) FROM member AS m WHERE m.id = s.id) AS complete
FROM (SELECT *, sum(value) OVER (PARTITION BY id, cohort ORDER BY age) AS total FROM slow) AS s GROUP BY id, age;
CREATE INDEX average_id ON average (id, age);
CREATE TABLE fast_average AS
SELECT c.id, r.* FROM cases AS c JOIN cohort_average('shop') AS r ON r.grain = c.grain AND r.mode = c.mode AND r.clock = c.clock AND r.time_zone = c.off AND r.as_of = c.as_of
WHERE c.brackets IS NULL AND c.max_age IS NULL AND attribute IS NULL
UNION ALL SELECT c.id, r.* FROM cases AS c JOIN cohort_average('shop') AS r ON r.grain = c.grain AND r.mode = c.mode AND r.clock = c.clock AND r.time_zone = c.off AND r.as_of = c.as_of AND r.brackets = c.brackets AND r.max_age = c.max_age AND r.cohort_column = c.attribute
WHERE c.brackets IS NOT NULL AND c.max_age IS NOT NULL AND attribute IS NOT NULL;
INSERT INTO compared (what, rows, wrong)
SELECT 'cohort_average, ' || clock || iif(attribute IS NULL, '', ' by city'), count(*), group_concat(c.id || '/' || f.age) FILTER (WHERE a.id IS NULL OR NOT (
  (f.age_from, f.cohorts, f.size, f.eligible, f.active, f.complete_cohorts, f.complete_size, f.complete_active, f.orders, f.value, f.complete) IS
  (a.age_from, a.cohorts, a.size, a.eligible, a.active, a.complete_cohorts, a.complete_size, a.complete_active, a.orders, a.value, a.complete)
  AND f.pooled_rate IS a.pooled_rate AND f.rate IS f.pooled_rate AND f.pooled_low IS rate_low(a.active, a.eligible) AND f.pooled_high IS rate_high(a.active, a.eligible) AND f.weighted_rate IS a.weighted_rate AND f.twice_weighted_rate IS a.twice_weighted_rate
  AND (f.simple_rate IS a.simple_rate OR abs(f.simple_rate - a.simple_rate) < 1e-15) AND (f.value_per_customer IS a.value_per_customer OR abs(f.value_per_customer - a.value_per_customer) < 1e-12)))
FROM fast_average AS f JOIN cases AS c USING (id) LEFT JOIN average AS a ON a.id = f.id AND a.age = f.age GROUP BY clock, attribute;
INSERT INTO compared (what, rows, wrong)
SELECT 'no age is left out', count(*), iif(count(*) = (SELECT count(*) FROM fast_average), NULL, count(*)) FROM average WHERE id IN (SELECT id FROM fast_average);

-- Dialects are the defaults of the products; what is given itself is kept.
CREATE TABLE dialect AS
SELECT 'posthog' AS name, * FROM cohort_average('shop', 'week') WHERE dialect = 'posthog' UNION ALL SELECT 'mixpanel', * FROM cohort_average('shop', 'week') WHERE dialect = 'mixpanel'
UNION ALL SELECT 'amplitude', * FROM cohort_average('shop', 'week') WHERE dialect = 'amplitude' UNION ALL SELECT 'mixpanel, mode on, simple', * FROM cohort_average('shop', 'week') WHERE dialect = 'mixpanel' AND mode = 'on' AND averaging = 'simple';
CREATE TABLE spelt AS
SELECT 'posthog' AS name, * FROM cohort_average('shop', 'week') WHERE mode = 'on' AND clock = 'calendar' AND averaging = 'weighted' UNION ALL SELECT 'mixpanel', * FROM cohort_average('shop', 'week') WHERE mode = 'on_or_after' AND clock = 'rolling' AND averaging = 'twice_weighted'
UNION ALL SELECT 'amplitude', * FROM cohort_average('shop', 'week') WHERE mode = 'on_or_after' AND clock = 'rounded' AND averaging = 'pooled' UNION ALL SELECT 'mixpanel, mode on, simple', * FROM cohort_average('shop', 'week') WHERE mode = 'on' AND clock = 'rolling' AND averaging = 'simple';
INSERT INTO compared (what, rows, wrong)
SELECT 'dialect ' || d.name, (SELECT count(*) FROM dialect AS e WHERE e.name = d.name), (SELECT group_concat(age) FROM (SELECT age FROM (SELECT * FROM dialect AS e WHERE e.name = d.name EXCEPT SELECT * FROM spelt)))
FROM (SELECT DISTINCT name FROM dialect) AS d ORDER BY d.name;
INSERT INTO compared (what, rows, wrong)
SELECT 'averaging chooses rate', count(*), group_concat(age) FILTER (WHERE rate IS NOT CASE name WHEN 'amplitude' THEN pooled_rate WHEN 'mixpanel' THEN twice_weighted_rate WHEN 'posthog' THEN weighted_rate ELSE simple_rate END) FROM dialect;
INSERT INTO compared (what, rows, wrong)
SELECT 'weighted differs from pooled with the rolling clock', count(*), iif(count(*) > 0, NULL, 'never') FROM dialect WHERE name = 'mixpanel' AND abs(weighted_rate - pooled_rate) > 1e-3;
INSERT INTO compared (what, rows, wrong)
SELECT 'dialect of cohort_retention', count(*), iif((SELECT count(*) FROM (SELECT * FROM cohort_retention('shop', 'week') WHERE dialect = 'amplitude' EXCEPT SELECT * FROM cohort_retention('shop', 'week') WHERE mode = 'on_or_after' AND clock = 'rounded')) = 0, NULL, 'differs')
FROM cohort_retention('shop', 'week') WHERE dialect = 'amplitude';

-- The same rows in another order, as a history, and with other times. By city, equal times of a customer would need the source's own order.
CREATE TABLE shuffled AS SELECT * FROM shop ORDER BY amount, ordered_at DESC, rowid;
CREATE TABLE stamps AS SELECT customer_id, CAST(strftime('%s', ordered_at) AS INTEGER) AS s, 1000 * CAST(strftime('%s', ordered_at) AS INTEGER) AS ms, julianday(ordered_at) AS jd, amount FROM shop;
CREATE TABLE reference AS SELECT * FROM cohort_retention('shop', '10 days', 'streak') WHERE clock = 'rolling';
CREATE TABLE other AS
SELECT 'shuffled' AS form, * FROM cohort_retention('shuffled', '10 days', 'streak') WHERE clock = 'rolling'
UNION ALL SELECT 'history', * FROM cohort_retention((SELECT retain_log(customer_id, ordered_at, amount) FROM shop), '10 days', 'streak') WHERE clock = 'rolling'
UNION ALL SELECT 'shuffled history', * FROM cohort_retention((SELECT retain_log(customer_id, ordered_at, amount) FROM shuffled), '10 days', 'streak') WHERE clock = 'rolling'
UNION ALL SELECT 'seconds', * FROM cohort_retention('stamps', '10 days', 'streak') WHERE clock = 'rolling' AND time_column = 's'
UNION ALL SELECT 'milliseconds', * FROM cohort_retention('stamps', '10 days', 'streak') WHERE clock = 'rolling' AND time_column = 'ms'
UNION ALL SELECT 'julian days', * FROM cohort_retention('stamps', '10 days', 'streak') WHERE clock = 'rolling' AND time_column = 'jd';
INSERT INTO compared (what, rows, wrong)
SELECT f.column1 || ' as the table', (SELECT count(*) FROM other WHERE form = f.column1), (SELECT group_concat(cohort || '/' || age) FROM
  (SELECT cohort, age FROM (SELECT * FROM reference EXCEPT SELECT segment, cohort, age, age_from, size, eligible, active, rate, low, high, orders, value, value_per_customer, complete FROM other WHERE form = f.column1)))
FROM (VALUES ('shuffled'), ('history'), ('shuffled history'), ('seconds'), ('milliseconds'), ('julian days')) AS f;

-- Edge shops.
CREATE TABLE edge (shop TEXT, customer_id, ordered_at, amount);
INSERT INTO edge VALUES ('one', 7, '2024-02-29', 5), ('negative', 1, '2024-01-10', 5), ('negative', 1, '2024-02-10', -8), ('null', NULL, '2024-01-10', 1), ('null', 1, NULL, 1), ('null', 1, '2024-01-10', NULL),
  ('null', 1, '2024-02-10', 2), ('day', 1, '2024-01-10', 1), ('day', '1', '2024-01-10 12:00', 1), ('day', 2, '2024-01-10 23:59:59.999', 1), ('ms', 1, '2024-01-10 00:00:00.001', 1), ('ms', 1, '2024-01-11 00:00:00.000', 1),
  ('ms', 1, '2024-01-11 00:00:00.001', 1);
INSERT INTO compared (what, rows, wrong) SELECT 'one customer, on the last day of a month', count(*), iif(group_concat(cohort || '/' || age || ' ' || eligible || active || coalesce(rate, 'NULL') || complete) = '2024-02-01/0 111.01', NULL, 'one')
FROM cohort_retention((SELECT retain_log(customer_id, ordered_at, amount) FROM edge WHERE shop = 'one'));
INSERT INTO compared (what, rows, wrong) SELECT 'one customer, as_of later', count(*), iif(group_concat(eligible || active || complete, ' ') = '111 101 101 000', NULL, group_concat(eligible || active || complete, ' '))
FROM cohort_retention((SELECT retain_log(customer_id, ordered_at, amount) FROM edge WHERE shop = 'one')) WHERE as_of = '2024-05-01';
INSERT INTO compared (what, rows, wrong) SELECT 'negative value', count(*), iif(group_concat(value || ',' || value_per_customer, ' ') = '5.0,5.0 -8.0,-3.0', NULL, 'negative')
FROM cohort_retention((SELECT retain_log(customer_id, ordered_at, amount) FROM edge WHERE shop = 'negative'));
INSERT INTO compared (what, rows, wrong) SELECT 'NULL customer, time, value', count(*), iif(group_concat(size || value, ' ') = '10.0 12.0', NULL, 'null')
FROM cohort_retention((SELECT retain_log(customer_id, ordered_at, amount) FROM edge WHERE shop = 'null'));
INSERT INTO compared (what, rows, wrong) SELECT 'one day; 1 and ''1'' are two customers', count(*), iif(max(size) = 3 AND count(*) = 1, NULL, 'day')
FROM cohort_retention((SELECT retain_log(customer_id, ordered_at) FROM edge WHERE shop = 'day'), 'day') WHERE value IS NULL AND value_per_customer IS NULL;
INSERT INTO compared (what, rows, wrong) SELECT 'rolling to the millisecond', count(*), iif(group_concat(age || active || eligible || value, ' ') = '0112.0 1001.0', NULL, group_concat(age || active || eligible || value, ' '))
FROM cohort_retention((SELECT retain_log(customer_id, ordered_at, amount) FROM edge WHERE shop = 'ms'), 'day') WHERE clock = 'rolling' AND as_of = '2024-01-11 00:00:00.002';
INSERT INTO compared (what, rows, wrong) SELECT 'no row for an interval of no length', count(*), iif(group_concat(age || active || eligible || value, ' ') = '0112.0', NULL, group_concat(age || active || eligible || value, ' '))
FROM cohort_retention((SELECT retain_log(customer_id, ordered_at, amount) FROM edge WHERE shop = 'ms'), 'day') WHERE clock = 'rolling';
INSERT INTO compared (what, rows, wrong) SELECT 'no rows', 1, iif(count(*) = 0, NULL, count(*)) FROM cohort_retention((SELECT retain_log(customer_id, ordered_at) FROM edge WHERE 0));
INSERT INTO compared (what, rows, wrong) SELECT 'no rows, average', 1, iif(count(*) = 0, NULL, count(*)) FROM cohort_average((SELECT retain_log(customer_id, ordered_at) FROM edge WHERE 0));
-- A customer a day over 50 years: too many cells by day, but not with max_age.
CREATE TABLE fifty AS WITH RECURSIVE d(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM d WHERE n < 18262) SELECT n AS customer_id, date('1970-01-01', n || ' days') AS ordered_at, 1 AS amount FROM d;
INSERT INTO compared (what, rows, wrong) SELECT 'fifty years by day to age 30', count(*), iif(count(*) = 18263 * 31 - 30 * 31 / 2, NULL, count(*)) FROM cohort_retention('fifty', 'day') WHERE max_age = 30;

-- Money is exact: twenty times .1 and .2 and a refund are what a hand computes; other values are compensated.
CREATE TABLE cents AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60) SELECT i % 3 AS customer, '2025-01-05' AS date, CASE i % 3 WHEN 0 THEN 0.1 WHEN 1 THEN 0.2 ELSE -0.7 END AS amount FROM n;
INSERT INTO compared (what, rows, wrong) SELECT 'money is exact', count(*), iif(value = -8 AND value_per_customer = -8.0 / 3 AND orders = 60, NULL, printf('%!.17g', value)) FROM cohort_retention('cents');
INSERT INTO compared (what, rows, wrong) SELECT 'money of all cohorts is exact', count(*), iif(sum(value) = -8, NULL, printf('%!.17g', value)) FROM cohort_average('cents') WHERE cohort_column = 'customer';

INSERT INTO checks (what, got, want) SELECT what || ' (' || rows || ')', substr(coalesce(wrong, iif(rows > 0, 'as expected', 'no rows')), 1, 300), 'as expected' FROM compared ORDER BY what;

-- expect error
SELECT * FROM cohort_retention('fifty', 'day');
-- expect error
SELECT * FROM cohort_retention('shop', 'quarter') WHERE clock = 'rolling';
-- expect error
SELECT * FROM cohort_average('shop', 'year') WHERE dialect = 'amplitude';
-- expect error
SELECT * FROM cohort_retention('shop') WHERE brackets = '1,3,3';
-- expect error
SELECT * FROM cohort_retention('shop') WHERE brackets = '';
-- expect error
SELECT * FROM cohort_retention('shop') WHERE mode = 'after';
-- expect error
SELECT * FROM cohort_retention('shop') WHERE max_age = -1;
-- expect error
SELECT * FROM cohort_retention('shop') WHERE dialect = 'ga4';
-- expect error
SELECT * FROM cohort_retention('shop') WHERE cohort_column = 'town';
-- expect error
SELECT * FROM cohort_retention((SELECT retain_log(customer_id, ordered_at) FROM shop)) WHERE cohort_column = 'city';
-- expect error
SELECT * FROM cohort_average('shop') WHERE averaging = 'median';
