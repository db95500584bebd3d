-- ext/fn/events/data_check.c: one source per kind of finding, planted by hand, and counts against plain SQL.

CREATE TABLE clean(customer_id, ordered_at, amount);
INSERT INTO clean VALUES (1, '2024-01-01', 5), (2, '2024-01-02', 5), (1, '2024-01-02', 5), (1, '2024-01-03', 5);
INSERT INTO checks (what, got, want)
SELECT 'a clean source has its summary only', group_concat(printf('%s/%s/%d/%s/%s', kind, severity, rows, quote(example_rowid), detail)),
  'summary/info/4/4/4 of these rows can be analysed: 2 customers, 2024-01-01 00:00:00 to 2024-01-03 00:00:00; as_of, left out, is 2024-01-03, the newest time; nothing odd was found' FROM data_check('clean') WHERE today = '2024-02-01';

CREATE TABLE spoiled(id INTEGER PRIMARY KEY, customer_id, ordered_at, amount);
INSERT INTO spoiled(customer_id, ordered_at, amount) VALUES
  (1, '2024-01-01', 10), (1, '2024-01-01', 10.0), (1, '2024-01-01', '10'), (1, '2024-01-01', NULL), (1, '2024-01-01', 0), -- 2 and 3 are copies; NULL is not 0
  (1, '2024-01-01', NULL), ('1', '2024-01-01', 10), (x'00', '2024-01-02', 1), (NULL, '2024-01-02', 1), (2, 'yesterday', 1), -- 6 is a copy; '1' is not 1
  (2, NULL, 1), (2, '2024-01-02', 'ten'), (2, '2024-01-02', 9e999), (2, '2024-01-03', -4), (2, '2026-01-01', 1), (3.5, '2024-01-03', 1);
CREATE TABLE expected(kind TEXT, severity TEXT, rows INTEGER, example_rowid INTEGER);
INSERT INTO expected VALUES ('bad_customer', 'error', 2, 8), ('bad_time', 'error', 1, 10), ('bad_value', 'error', 2, 12), ('duplicates', 'warning', 3, 2), ('future_times', 'warning', 1, 15),
  ('negative_values', 'warning', 1, 14), ('mixed_customer_types', 'warning', 0, NULL), ('similar_customers', 'warning', 1, 7), ('null_customer', 'warning', 1, 9), ('null_time', 'warning', 1, 11), ('zero_values', 'info', 1, 5), ('null_value', 'info', 2, 4), ('summary', 'info', 16, NULL);
INSERT INTO checks (what, got, want)
SELECT 'every finding, in this order', group_concat(printf('%s %s %d %s', kind, severity, rows, quote(example_rowid)), '; '), (SELECT group_concat(printf('%s %s %d %s', kind, severity, rows, quote(example_rowid)), '; ') FROM expected)
FROM data_check('spoiled') WHERE today = '2025-01-01';
CREATE TABLE backwards AS SELECT id, customer_id, ordered_at, amount FROM spoiled ORDER BY id DESC;
INSERT INTO checks (what, got, want)
SELECT 'the same counts from rows in disorder', group_concat(printf('%s %s %d', kind, severity, rows), '; '), (SELECT group_concat(printf('%s %s %d', kind, severity, rows), '; ') FROM expected WHERE kind <> 'similar_customers')
FROM data_check('backwards') WHERE today = '2025-01-01' AND kind <> 'similar_customers';
CREATE VIEW spoiled_view AS SELECT customer_id, ordered_at, amount FROM spoiled;
CREATE TABLE spoiled_keyed(id INTEGER PRIMARY KEY, customer_id, ordered_at, amount) WITHOUT ROWID;
INSERT INTO spoiled_keyed SELECT * FROM spoiled;
INSERT INTO checks (what, got, want)
SELECT 'a view: rows are numbered', group_concat(printf('%s %s %d %s', kind, severity, rows, quote(example_rowid)), '; '), (SELECT group_concat(printf('%s %s %d %s', kind, severity, rows, quote(example_rowid)), '; ') FROM expected)
FROM data_check('spoiled_view') WHERE today = '2025-01-01'
UNION ALL
SELECT 'WITHOUT ROWID: rows are numbered', group_concat(printf('%s %s %d %s', kind, severity, rows, quote(example_rowid)), '; '), (SELECT group_concat(printf('%s %s %d %s', kind, severity, rows, quote(example_rowid)), '; ') FROM expected)
FROM data_check('spoiled_keyed') WHERE today = '2025-01-01';
INSERT INTO checks (what, got, want)
SELECT 'the errors are what other functions refuse', group_concat(kind), 'bad_customer,bad_time,bad_value' FROM data_check('spoiled') WHERE severity = 'error';

-- as_of
INSERT INTO checks (what, got, want)
SELECT 'after as_of', group_concat(kind || ' ' || rows || ' ' || coalesce(example_rowid, ''), '; '), 'after_as_of 1 4; summary 4 ' FROM data_check('clean') WHERE as_of = '2024-01-02 12:00' AND today = '2024-01-02 12:00';

-- Forms of time
CREATE TABLE forms(customer_id INTEGER, ordered_at, amount);
INSERT INTO forms VALUES (1, '2024-01-01', 1), (2, '2024-01-02', 2), (3, '2024-01-03', 3), (4, '2024-01-01 10:00', 4), (5, 1704067200, 5), (6, 1704067200000, 6), (7, '2024-01-01T00:00:00Z', 7), (8, '2024-01-02T00:00:00+02:00', 8);
INSERT INTO checks (what, got, want)
SELECT 'mixed forms', printf('%d %d %s', rows, example_rowid, detail), '5 4 3 x date, 1 x date and time, 2 x date and time with zone, 1 x unix seconds, 1 x unix milliseconds: are all of one time zone?'
FROM data_check('forms') WHERE kind = 'mixed_time_formats' AND today = '2025-01-01';

-- Dominance: 200 customers with a row a day; one of them with 40 more; another with an order of 10,000.
CREATE TABLE guest(customer_id, ordered_at, amount);
WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 199) INSERT INTO guest SELECT 'c' || i, date('2024-01-01', i || ' days'), CASE i WHEN 20 THEN 10000 ELSE 10 END FROM n;
WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 39) INSERT INTO guest SELECT 'c7', date('2024-01-01', i || ' days'), 1 FROM n;
INSERT INTO checks (what, got, want)
SELECT 'dominant customers', group_concat(printf('%s %d %d %s', kind, rows, example_rowid, detail), '; '),
  'dominant_customer_rows 41 8 customer c7 has 17.1 % of the rows: leave a test account, a guest checkout or a reseller out in a view; dominant_customer_value 1 21 customer c20 has 83.1 % of the value: leave a test account, a guest checkout or a reseller out in a view'
FROM data_check('guest') WHERE kind LIKE 'dominant%' AND today = '2025-01-01';
UPDATE guest SET customer_id = '十二个字以上的客户名称会被截断在两个字之间而不是在一个字里面' WHERE customer_id = 'c7';
INSERT INTO checks (what, got, want)
SELECT 'a long key is cut between characters', detail, 'customer 十二个字以上的客户名称会被截断在两个字之间而不是… has 17.1 % of the rows: leave a test account, a guest checkout or a reseller out in a view' FROM data_check('guest') WHERE kind = 'dominant_customer_rows' AND today = '2025-01-01';
INSERT INTO checks (what, got, want) SELECT 'one customer alone does not dominate', count(*), 0 FROM data_check((SELECT retain_log(1, ordered_at, amount) FROM guest)) WHERE kind LIKE 'dominant%';

-- Missing days: daily rows, but for the leap week 2024-02-24 … 03-01 and, usual here, some single days.
CREATE TABLE outage AS
WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 99)
SELECT i AS customer_id, date('2024-01-01', i || ' days') || ' 23:30' AS ordered_at, 1 AS amount FROM n WHERE i % 31 != 5 AND date('2024-01-01', i || ' days') NOT BETWEEN '2024-02-24' AND '2024-03-01';
INSERT INTO checks (what, got, want)
SELECT 'missing days', printf('%d %s %s', rows, quote(example_rowid), detail), '0 NULL 7 days without a row, in unusually long runs: 1; the longest: 2024-02-24 to 2024-03-01 (7 days)'
FROM data_check('outage') WHERE kind = 'missing_days' AND today = '2025-01-01';
INSERT INTO checks (what, got, want)
SELECT 'missing days begin and end with the civil day', detail, '7 days without a row, in unusually long runs: 1; the longest: 2024-02-25 to 2024-03-02 (7 days)'
FROM data_check('outage') WHERE kind = 'missing_days' AND today = '2025-01-01' AND time_zone = '+01:00';
INSERT INTO outage VALUES (1, '2199-01-01 10:00', 1);
INSERT INTO checks (what, got, want)
SELECT 'the future is one finding, not a gap as well', group_concat(kind || ' ' || rows), 'future_times 1,missing_days 0,summary ' || (SELECT count(*) FROM outage) FROM data_check('outage') WHERE today = '2025-01-01';
INSERT INTO checks (what, got, want)
SELECT 'a weekly shop is not full of holes', count(*), 0 FROM data_check((SELECT retain_log(column1, date('2024-01-01', (column1 * 7) || ' days')) FROM
  (WITH RECURSIVE n(column1) AS (SELECT 0 UNION ALL SELECT column1 + 1 FROM n WHERE column1 < 51) SELECT * FROM n))) WHERE kind = 'missing_days';

-- Nothing at all, and no value column.
CREATE TABLE nobody(customer_id, ordered_at, amount);
INSERT INTO checks (what, got, want) SELECT 'nobody', group_concat(kind || ' ' || rows || ' ' || detail), 'summary 0 no row can be analysed' FROM data_check('nobody');
CREATE TABLE visits(user_id, created_at);
INSERT INTO visits VALUES (1, '2024-01-01'), (1, '2024-01-01'), (2, '2024-01-01');
INSERT INTO checks (what, got, want)
SELECT 'without a value', group_concat(kind || ' ' || rows || ' ' || detail, '; '),
  'duplicates 1 copies of an earlier row: same customer and time; leave them out with SELECT DISTINCT in a view; summary 3 3 of these rows can be analysed: 2 customers, 2024-01-01 00:00:00 to 2024-01-01 00:00:00, without a value; as_of, left out, is 2024-01-01, the newest time'
FROM data_check('visits');
INSERT INTO checks (what, got, want) SELECT 'now is the default of today', count(*), 0 FROM data_check((SELECT retain_log(1, datetime('now', '-1 minutes')))) WHERE kind = 'future_times'
UNION ALL SELECT 'tomorrow is in the future', count(*), 1 FROM data_check((SELECT retain_log(1, datetime('now', '1 days')))) WHERE kind = 'future_times';

-- Duplicates, negative and zero values by plain SQL: many rows per instant, in time order and shuffled, numbers and text.
CREATE TABLE crowd AS
WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 3999)
SELECT i * 7919 % 37 AS customer_id, datetime('2024-01-01', (i / 200) || ' hours') AS ordered_at, (i * 104729 % 4 - 1) * 0.1 AS amount FROM n;
CREATE TABLE crowd_shuffled AS SELECT 'k' || customer_id AS customer_id, CAST(strftime('%s', ordered_at) AS INTEGER) AS ordered_at, amount FROM crowd ORDER BY rowid * 7 % 4001;
INSERT INTO checks (what, got, want)
SELECT 'crowd: ' || kind, rows, CASE kind WHEN 'duplicates' THEN (SELECT sum(n - 1) FROM (SELECT count(*) AS n FROM crowd GROUP BY customer_id, ordered_at, amount))
  WHEN 'negative_values' THEN (SELECT sum(amount < 0) FROM crowd) WHEN 'zero_values' THEN (SELECT sum(amount = 0) FROM crowd) ELSE 4000 END
FROM data_check('crowd') WHERE kind IN ('duplicates', 'negative_values', 'zero_values', 'summary');
INSERT INTO checks (what, got, want)
SELECT 'crowd, shuffled: the same', group_concat(kind || rows), (SELECT group_concat(kind || rows) FROM data_check('crowd')) FROM data_check('crowd_shuffled');
INSERT INTO checks (what, got, want)
SELECT 'the example is the first copy', example_rowid, (SELECT min(rowid) FROM crowd AS c WHERE EXISTS (SELECT 1 FROM crowd AS d WHERE d.rowid < c.rowid AND d.customer_id = c.customer_id AND d.ordered_at = c.ordered_at AND d.amount = c.amount))
FROM data_check('crowd') WHERE kind = 'duplicates';

-- expect error
SELECT * FROM data_check('clean') WHERE today = 'today';
-- Odd rows: empty keys, days that do not exist, an Excel serial, a small number as unix time; text and integer customers.
CREATE TABLE odd(customer, ts, value);
INSERT INTO odd VALUES ('', '2024-01-01', 1), ('  ', '2024-01-02', 1), ('a', '2024-02-30', 1), ('a', '2024-02-29', 1), ('a', '2024-04-31 10:00:00', 1),
  (7, 45000, 1), (7, 200000000, 1), (7, 1704067200, 1), (7, '2024-06-30', 1);
INSERT INTO checks (what, got, want) SELECT 'odd rows', (SELECT group_concat(kind || ':' || rows || ':' || ifnull(example_rowid, '-'))
  FROM data_check('odd') WHERE today = '2025-01-01' AND kind IN ('empty_customer', 'bad_time', 'no_such_day', 'odd_times', 'mixed_customer_types')),
  'bad_time:1:6,no_such_day:2:3,mixed_customer_types:0:-,empty_customer:2:1,odd_times:1:7';
