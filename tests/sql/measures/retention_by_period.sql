-- retention_by_period: row by row against SQL written the slow, obvious way: all period boundaries, every customer at each of them.
-- slow
-- Values are quarters, so that sums are exact; as_of is 2021-05-20 06:00 unless said otherwise.
CREATE TABLE shop (customer_id, ordered_at TEXT, amount REAL);
WITH RECURSIVE n(i, r) AS (SELECT 1, 20240229 UNION ALL SELECT i + 1, (r * 1103515245 + 12345) % 2147483648 FROM n WHERE i < 3000)
INSERT INTO shop SELECT CASE WHEN a % 3 THEN a ELSE 'k' || a END, datetime('2018-12-25 00:00:00', (b * b * 41 % 75500000) || ' seconds'), (c % 400) / 4.0 - 10
FROM (SELECT i, r / 65536 % 70 AS a, lead(r, 1) OVER (ORDER BY i) / 65536 AS b, lead(r, 2) OVER (ORDER BY i) / 65536 AS c FROM n) WHERE i % 3 = 1 AND c IS NOT NULL;
-- Boundaries to the second, the leap day, year ends and ISO week 53 of 2020.
INSERT INTO shop SELECT column1, column2, 1.25 FROM (VALUES (500, '2020-02-29 23:59:59'), (500, '2020-03-01 00:00:00'), (500, '2020-12-31 23:59:59'), (500, '2021-01-01 00:00:00'),
  (501, '2020-12-28 00:00:00'), (501, '2021-01-03 23:59:59'), (501, '2021-01-04 00:00:00'), (502, '2018-12-31 16:00:00'), (502, '2020-01-31 10:00:00'), (502, '2021-05-20 06:00:00'));
CREATE TABLE compared (id INTEGER PRIMARY KEY, what TEXT, rows INTEGER, wrong TEXT); -- how many rows were compared, and what was wrong with them

-- What is compared: grain, active_within, time_zone. `ago` takes SQLite from a boundary to the start of its window; without it, the period before.
CREATE TABLE cases (id INTEGER PRIMARY KEY, grain TEXT, within TEXT, ago TEXT, off TEXT, hours TEXT);
INSERT INTO cases (grain, within, ago, off, hours)
SELECT g.column1, w.column1, w.column2, o.column1, o.column2
FROM (VALUES ('day'), ('week'), ('month'), ('quarter'), ('year'), ('10 days')) AS g,
  (VALUES (NULL, NULL), ('7 days', '-7 days'), ('36 hours', '-36 hours'), ('90 days', '-90 days')) AS w,
  (VALUES ('+00:00', '+0 minutes'), ('+08:00', '+480 minutes'), ('-03:30', '-210 minutes')) AS o
WHERE o.column1 = '+00:00' OR w.column1 IS NULL OR w.column1 = '90 days';
-- Windows of months, where SQLite's own arithmetic does not overflow: from the first day of a month.
INSERT INTO cases (grain, within, ago, off, hours)
SELECT g.column1, w.column1, w.column2, '+00:00', '+0 minutes'
FROM (VALUES ('month'), ('quarter'), ('year')) AS g, (VALUES ('1 month', '-1 months'), ('2 quarters', '-6 months'), ('1 year', '-12 months')) AS w;

CREATE TABLE period (grain TEXT, first TEXT, until TEXT, PRIMARY KEY (grain, first)); -- local civil time
WITH RECURSIVE steps(grain, first, step) AS (VALUES ('day', '2018-01-01', '+1 day'), ('week', '2018-01-01', '+7 days'), ('month', '2018-01-01', '+1 month'),
    ('quarter', '2018-01-01', '+3 months'), ('year', '2018-01-01', '+1 year'), ('10 days', date('1970-01-01', '+17530 days'), '+10 days')),
  walk(grain, first, step) AS (SELECT * FROM steps UNION ALL SELECT grain, date(first, step), step FROM walk WHERE first < '2021-06-10')
INSERT INTO period SELECT grain, first || ' 00:00:00', date(first, step) || ' 00:00:00' FROM walk;

CREATE TABLE local AS SELECT DISTINCT c.off, s.rowid AS event, customer_id AS customer, datetime(ordered_at, hours) AS t, amount FROM shop AS s, (SELECT DISTINCT off, hours FROM cases) AS c;
CREATE INDEX local_t ON local (off, t, customer);
CREATE TABLE born AS SELECT off, customer, min(t) AS t FROM local GROUP BY 1, 2;
CREATE INDEX born_t ON born (off, t);
CREATE TABLE frame AS -- the periods of each case, with the windows before their two boundaries
SELECT c.id, c.off, p.first, p.until, p.until <= datetime('2021-05-20 06:00:00', c.hours) AS complete,
  coalesce(datetime(p.first, c.ago), (SELECT max(q.first) FROM period AS q WHERE q.grain = p.grain AND q.first < p.first)) AS first_window,
  coalesce(datetime(p.until, c.ago), p.first) AS until_window
FROM cases AS c JOIN period AS p USING (grain)
WHERE p.until > (SELECT min(t) FROM local WHERE off = c.off) AND p.first <= datetime('2021-05-20 06:00:00', c.hours);
CREATE TABLE member AS -- customers at the start, at the end, new ones
SELECT id, first, customer, max(kind = 's') AS at_start, max(kind = 'e') AS at_end, max(kind = 'n') AS is_new FROM (
  SELECT DISTINCT 's' AS kind, f.id, f.first, l.customer FROM frame AS f JOIN local AS l ON l.off = f.off AND l.t >= f.first_window AND l.t < f.first
  UNION ALL SELECT DISTINCT 'e', f.id, f.first, l.customer FROM frame AS f JOIN local AS l ON l.off = f.off AND l.t >= f.until_window AND l.t < f.until
  UNION ALL SELECT 'n', f.id, f.first, b.customer FROM frame AS f JOIN born AS b ON b.off = f.off AND b.t >= f.first AND b.t < f.until)
GROUP BY id, first, customer;
CREATE INDEX member_first ON member (id, first, customer);
CREATE TABLE slow AS
SELECT f.id, date(f.first) AS period, coalesce(sum(at_start), 0) AS start_customers, coalesce(sum(is_new), 0) AS new_customers, coalesce(sum(at_start AND at_end), 0) AS retained,
  coalesce(sum(at_end AND NOT at_start AND NOT is_new), 0) AS resurrected, coalesce(sum(at_start AND NOT at_end), 0) AS lost, coalesce(sum(at_end), 0) AS end_customers,
  coalesce(sum(is_new AND NOT at_end), 0) AS new_lost,
  coalesce((SELECT sum(amount) FROM local AS l WHERE l.off = f.off AND l.t >= f.first AND l.t < f.until), 0.0) AS value_total,
  coalesce((SELECT sum(amount) FROM local AS l JOIN member AS m ON m.id = f.id AND m.first = f.first AND m.customer = l.customer
    WHERE m.at_start AND m.at_end AND l.off = f.off AND l.t >= f.first AND l.t < f.until), 0.0) AS value_retained, complete
FROM frame AS f LEFT JOIN member AS m USING (id, first) GROUP BY f.id, f.first;

CREATE TABLE fast AS
SELECT c.id, r.* FROM cases AS c JOIN retention_by_period('shop') AS r ON r.grain = c.grain AND r.active_within = c.within AND r.time_zone = c.off AND r.as_of = '2021-05-20 06:00:00'
WHERE c.within IS NOT NULL
UNION ALL SELECT c.id, r.* FROM cases AS c JOIN retention_by_period('shop') AS r ON r.grain = c.grain AND r.time_zone = c.off WHERE c.within IS NULL;
CREATE TABLE counted AS SELECT id, period, start_customers, new_customers, retained, resurrected, lost, end_customers, new_lost, value_total, value_retained, complete FROM fast;

INSERT INTO compared (what, rows, wrong)
SELECT c.grain || ', ' || coalesce('within ' || within, 'period before') || ', ' || off, (SELECT count(*) FROM slow AS s WHERE s.id = c.id),
  (SELECT group_concat(period) FROM (SELECT period FROM (SELECT * FROM slow WHERE id = c.id EXCEPT SELECT * FROM counted)
    UNION SELECT period FROM (SELECT * FROM counted WHERE id = c.id EXCEPT SELECT * FROM slow)))
FROM cases AS c ORDER BY c.id;
INSERT INTO compared (what, rows, wrong)
SELECT 'rates from their counts', count(*), group_concat(iif(retention_rate IS 1.0 * retained / start_customers AND churn_rate IS 1.0 * lost / start_customers
    AND retention_low IS rate_low(retained, start_customers) AND retention_high IS rate_high(retained, start_customers)
    AND crr IS 1.0 * (end_customers - new_customers) / start_customers AND pulse IS 1.0 * (new_customers + resurrected) / lost
    AND start_customers = retained + lost AND end_customers = retained + resurrected + new_customers - new_lost
    AND coalesce(abs(crr - retention_rate - 1.0 * (resurrected - new_lost) / start_customers) < 1e-12, 1), NULL, id || ' ' || period)) FROM fast;
INSERT INTO compared (what, rows, wrong)
SELECT 'some new_lost, resurrected, 0/0, incomplete', count(*), iif(sum(new_lost) > 0 AND sum(resurrected) > 0 AND sum(retention_rate IS NULL) > 0 AND sum(NOT complete) = (SELECT count(*) FROM cases), NULL, sum(NOT complete)) FROM fast;

-- The same rows in another order, as a history, with seconds, milliseconds and julian days for text, and by a view.
CREATE TABLE shuffled AS SELECT * FROM shop ORDER BY amount, ordered_at DESC;
CREATE TABLE stamps AS SELECT customer_id, CAST(strftime('%s', ordered_at) AS INTEGER) AS s, 1000 * CAST(strftime('%s', ordered_at) AS INTEGER) AS ms, julianday(ordered_at) AS jd, amount FROM shop;
CREATE VIEW seen AS SELECT customer_id AS who, ordered_at AS moment, amount AS paid FROM shuffled;
CREATE TABLE reference AS SELECT * FROM retention_by_period('shop', 'week', '10 days');
CREATE TABLE other AS
SELECT 'shuffled' AS form, r.* FROM retention_by_period('shuffled', 'week', '10 days') AS r
UNION ALL SELECT 'history', r.* FROM retention_by_period((SELECT retain_log(customer_id, ordered_at, amount) FROM shop), 'week', '10 days') AS r
UNION ALL SELECT 'shuffled history', r.* FROM retention_by_period((SELECT retain_log(customer_id, ordered_at, amount) FROM shuffled), 'week', '10 days') AS r
UNION ALL SELECT 'seconds', r.* FROM retention_by_period('stamps', 'week', '10 days') AS r WHERE time_column = 's'
UNION ALL SELECT 'milliseconds', r.* FROM retention_by_period('stamps', 'week', '10 days') AS r WHERE time_column = 'ms'
UNION ALL SELECT 'julian days', r.* FROM retention_by_period('stamps', 'week', '10 days') AS r WHERE time_column = 'jd'
UNION ALL SELECT 'view', r.* FROM retention_by_period('seen', 'week', '10 days') AS r WHERE customer_column = 'who' AND time_column = 'moment' AND value_column = 'paid';
INSERT INTO compared (what, rows, wrong)
SELECT f.column1 || ' as the table', (SELECT count(*) FROM other WHERE form = f.column1), (SELECT group_concat(period) FROM
  (SELECT period FROM (SELECT * FROM reference EXCEPT SELECT segment, period, start_customers, new_customers, retained, resurrected, lost, end_customers, new_lost, retention_rate, retention_low, retention_high,
    crr, churn_rate, pulse, value_total, value_retained, complete FROM other WHERE form = f.column1)))
FROM (VALUES ('shuffled'), ('history'), ('shuffled history'), ('seconds'), ('milliseconds'), ('julian days'), ('view')) AS f;

-- since and until limit what is shown, never who is new.
INSERT INTO compared (what, rows, wrong)
SELECT 'since and until', count(*), iif(count(*) = 4 AND min(period) = '2020-01-01' AND max(period) = '2020-10-01', NULL, 'shown')
FROM retention_by_period('shop', 'quarter') WHERE since = '2020-02-10' AND until = '2020-12-31';
INSERT INTO compared (what, rows, wrong)
SELECT 'as without them', count(*), group_concat(period) FILTER (WHERE NOT same)
FROM (SELECT a.period, (a.start_customers, a.new_customers, a.resurrected, a.value_retained) IS (b.start_customers, b.new_customers, b.resurrected, b.value_retained) AS same
      FROM retention_by_period('shop', 'quarter') AS a JOIN retention_by_period('shop', 'quarter') AS b USING (period) WHERE a.since = '2020-02-10' AND a.until = '2020-12-31');
INSERT INTO compared (what, rows, wrong) SELECT 'since before the first, until after the last', count(*), iif(count(*) = 11, NULL, count(*)) FROM retention_by_period('shop', 'quarter') WHERE since = '1999-01-01' AND until = '2050-01-01';
INSERT INTO compared (what, rows, wrong) SELECT 'until before the first shows nothing', 1, iif(count(*) = 0, NULL, count(*)) FROM retention_by_period('shop', 'quarter') WHERE until = '1999-01-01';
INSERT INTO compared (what, rows, wrong) SELECT 'since is a civil date in time_zone', count(*), iif(min(period) = '2020-03-01', NULL, min(period)) FROM retention_by_period('shop') WHERE since = '2020-03-01' AND time_zone = '-03:30';

-- Edge shops.
CREATE TABLE edge (shop TEXT, customer_id, ordered_at, amount);
INSERT INTO edge VALUES ('one', 7, '2024-02-29', 5), ('negative', 1, '2024-01-10', 5), ('negative', 1, '2024-02-10', -8), ('old', 1, '1969-12-31', 1), ('old', 1, '1970-01-01', 1), ('old', 2, '0001-01-01', 1),
  ('null', NULL, '2024-01-10', 1), ('null', 1, NULL, 1), ('null', 1, '2024-01-10', NULL), ('null', 1, '2024-02-10', 2), ('day', 1, '2024-01-10', 1), ('day', '1', '2024-01-10 12:00', 1), ('day', 2, '2024-01-10 23:59:59.999', 1);
INSERT INTO compared (what, rows, wrong) SELECT 'one customer, on the last day of a month', count(*), iif(group_concat(period || start_customers || new_customers || end_customers || complete) = '2024-02-010111', NULL, 'one')
FROM retention_by_period((SELECT retain_log(customer_id, ordered_at, amount) FROM edge WHERE shop = 'one'));
INSERT INTO compared (what, rows, wrong) SELECT 'one customer, as_of later', count(*), iif(group_concat(retained || lost || complete, ' ') = '001 011 001 000', NULL, group_concat(retained || lost || complete, ' '))
FROM retention_by_period((SELECT retain_log(customer_id, ordered_at, amount) FROM edge WHERE shop = 'one')) WHERE as_of = '2024-05-01';
INSERT INTO compared (what, rows, wrong) SELECT 'negative value', count(*), iif(group_concat(value_total || ',' || value_retained, ' ') = '5.0,0.0 -8.0,-8.0', NULL, 'negative')
FROM retention_by_period((SELECT retain_log(customer_id, ordered_at, amount) FROM edge WHERE shop = 'negative'));
INSERT INTO compared (what, rows, wrong) SELECT 'before 1970', count(*), iif(max(period) = '1970-01-01' AND min(period) = '0001-01-01' AND sum(new_customers) = 2 AND sum(retained) = 1, NULL, 'old')
FROM retention_by_period((SELECT retain_log(customer_id, ordered_at, amount) FROM edge WHERE shop = 'old'), 'year');
INSERT INTO compared (what, rows, wrong) SELECT 'NULL customer, time, value', count(*), iif(group_concat(end_customers || value_total, ' ') = '10.0 12.0', NULL, 'null')
FROM retention_by_period((SELECT retain_log(customer_id, ordered_at, amount) FROM edge WHERE shop = 'null'));
INSERT INTO compared (what, rows, wrong) SELECT 'one day; 1 and ''1'' are two customers', count(*), iif(sum(new_customers) = 3 AND max(end_customers) = 3, NULL, 'day')
FROM retention_by_period((SELECT retain_log(customer_id, ordered_at) FROM edge WHERE shop = 'day'), 'day') WHERE value_total IS NULL AND value_retained IS NULL;
INSERT INTO compared (what, rows, wrong) SELECT 'no rows', 1, iif(count(*) = 0, NULL, count(*)) FROM retention_by_period((SELECT retain_log(customer_id, ordered_at) FROM edge WHERE 0));
CREATE TABLE cents AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60) SELECT i % 3 AS customer, date('2025-01-05', (i % 2) || ' months') AS date, CASE i % 3 WHEN 0 THEN 0.1 WHEN 1 THEN 0.2 ELSE -0.7 END AS amount FROM n;
INSERT INTO compared (what, rows, wrong) SELECT 'money is exact', count(*), iif(group_concat(value_total || ' ' || value_retained) = '-4.0 0.0,-4.0 -4.0', NULL, group_concat(printf('%!.17g', value_total))) FROM retention_by_period('cents') WHERE active_within = '40 days';

INSERT INTO checks (what, got, want) SELECT what || ' (' || rows || ')', substr(coalesce(wrong, iif(rows > 0, 'as expected', 'no rows')), 1, 300), 'as expected' FROM compared ORDER BY what;

-- expect error
SELECT * FROM retention_by_period('shop') WHERE since = '2021-01-01' AND until = '2020-01-01';
-- expect error
SELECT * FROM retention_by_period('shop') WHERE grain = 'fortnight';
-- expect error
SELECT * FROM retention_by_period('shop') WHERE active_within = '0 days';
-- expect error
SELECT * FROM retention_by_period('shop') WHERE active_within = '101 years';
-- expect error
SELECT * FROM retention_by_period('shop') WHERE active_within = 'soon';
-- expect error
SELECT * FROM retention_by_period('edge', 'day') WHERE value_column = 'amount' AND as_of = '9999-12-31';
