-- The table-function engine on the smallest possible shop: columns, parameters, look-ups, what is computed how often. What a source may be: sources.sql.
CREATE TABLE orders(order_id INTEGER PRIMARY KEY, customer_id INTEGER, ordered_at TEXT, amount REAL);
INSERT INTO orders(customer_id, ordered_at, amount) VALUES
  (1, '2026-01-01', 10), (2, '2026-01-02', 20), (1, '2026-01-11', 30), (3, '2026-01-20', 40), (2, '2026-02-01 12:00:00', 50);

CREATE VIEW v AS SELECT * FROM orders;
CREATE TABLE w(user_id TEXT, ts INTEGER, price, PRIMARY KEY(user_id, ts)) WITHOUT ROWID;
INSERT INTO w SELECT customer_id, unixepoch(ordered_at), amount FROM orders;

.print -- columns
CREATE TABLE two(customer_id, user_id, created_at, amount);
CREATE TABLE none(a, b, c);
-- expect error
SELECT * FROM customer_summary('two');
-- expect error
SELECT * FROM customer_summary('none');
-- expect error
SELECT * FROM customer_summary('two') WHERE customer_column = 'custmer_id';
INSERT INTO two VALUES (5, 6, '2026-01-01', 1);
SELECT customer FROM customer_summary('two') WHERE customer_column = 'USER_ID';
SELECT count(*) FROM customer_summary('none') WHERE customer_column = 'a' AND time_column = 'b' AND value_column = 'c';

.print -- cells that are no customer, time or number name their row; NULL customers and times do not take part
CREATE TABLE bad(customer, ts, value);
INSERT INTO bad VALUES (1, '2026-01-01', 5), (NULL, '2026-01-01', 5), (2, NULL, 5), (3, '2026-01-02', NULL), ('3', '2026-01-03', '7.5'), (4.0, '2026-01-04', 1);
SELECT customer, typeof(customer), orders, coalesce(m, 'NULL') FROM customer_summary('bad');
INSERT INTO bad(rowid, customer, ts, value) VALUES (70, 1, 'yesterday', 5);
-- expect error
SELECT * FROM customer_summary('bad');
UPDATE bad SET ts = 20240229 WHERE rowid = 70;
-- expect error
SELECT * FROM customer_summary('bad');
UPDATE bad SET ts = x'00' WHERE rowid = 70;
-- expect error
SELECT * FROM customer_summary('bad');
UPDATE bad SET ts = '2026-01-05', value = '5 EUR' WHERE rowid = 70;
-- expect error
SELECT * FROM customer_summary('bad');
UPDATE bad SET value = 9e999 WHERE rowid = 70;
-- expect error
SELECT * FROM customer_summary('bad');
UPDATE bad SET value = 5, customer = 1.5 WHERE rowid = 70;
-- expect error
SELECT * FROM customer_summary('bad');
-- expect error
SELECT retain_log(customer, ts, value) FROM bad;
CREATE VIEW badv AS SELECT DISTINCT customer, ts, value FROM bad;
-- expect error
SELECT * FROM customer_summary('badv');
SELECT customer FROM customer_summary((SELECT retain_log(customer, ts, value) FROM bad WHERE rowid <> 70)) ORDER BY 1;

.print -- parameters: positional, by name, echoed, IN, joined, contradictory
SELECT count(*), min(unit), min(time_zone) FROM customer_summary('orders');
SELECT unit, round(sum(T), 4) FROM customer_summary('orders') WHERE unit IN ('day', 'week') GROUP BY unit;
SELECT u.value, count(*), round(sum(T), 4) FROM json_each('["day", "week"]') AS u JOIN customer_summary('orders') AS s ON s.unit = u.value GROUP BY 1;
SELECT count(*) AS none FROM customer_summary('orders', 'day') WHERE unit = 'week';
SELECT s.source, count(*) FROM (SELECT 'orders' AS name UNION ALL SELECT 'v') t, customer_summary(t.name) s GROUP BY 1;
-- expect error
SELECT * FROM customer_summary('orders', 'fortnight');
-- expect error
SELECT * FROM customer_summary('orders') WHERE time_zone = '+25:00';
-- expect error
SELECT * FROM customer_summary('orders') WHERE as_of = 'tomorrow';
-- expect error
SELECT * FROM rfm('orders') WHERE bins = 0;
-- expect error
SELECT * FROM rfm('orders') WHERE bins = 2.5;
-- expect error
SELECT * FROM rfm('orders') WHERE bins = 'many';
SELECT count(*) FROM rfm('orders') WHERE bins = '3';
SELECT count(*) FROM rfm('orders', NULL);

SELECT DISTINCT bins, method, scheme, as_of FROM rfm('orders');
SELECT DISTINCT bins, method, scheme, as_of FROM rfm('orders') WHERE scheme = 'rfm8' AND as_of = '2026-01-20';
SELECT DISTINCT mode, clock, averaging, grain FROM cohort_average('orders') WHERE dialect = 'mixpanel';
SELECT count(*) FROM rfm('orders') WHERE bins IS 4 AND bins > 3;
-- expect error
SELECT count(*) FROM rfm('orders') WHERE bins > 3;
-- expect error
SELECT count(*) FROM rfm('orders') WHERE as_of >= '2026-01-11';
-- expect error
SELECT count(*) FROM rfm('orders') WHERE bins IS NULL;
-- expect error
SELECT count(*) FROM rfm('orders') WHERE bins IS NOT NULL;
-- expect error
SELECT count(*) FROM rfm('orders') WHERE bins IS NOT 4;
SELECT 'no match in a LEFT JOIN', count(*) FROM (SELECT 'nobody' AS id) AS c LEFT JOIN rfm('orders') AS r ON r.customer = c.id WHERE r.bins IS NULL;
-- expect error
SELECT count(*) FROM rfm('orders') WHERE method LIKE 'n%';

.print -- as_of: rows after it do not take part
SELECT customer, orders, round(T, 4) FROM customer_summary('orders') WHERE as_of = '2026-01-11';
SELECT count(*) FROM customer_summary('orders') WHERE as_of = '2025-01-01';

.print -- one customer: found by key, whatever its type
SELECT customer, orders FROM customer_summary('orders') WHERE customer = 2;
SELECT customer, orders FROM customer_summary('orders') WHERE customer = 2.0;
SELECT count(*) FROM customer_summary('orders') WHERE customer = 99;
SELECT count(*) FROM customer_summary('orders') WHERE customer = '2';
SELECT count(*) FROM customer_summary('orders') WHERE customer = NULL;
SELECT customer, typeof(customer) FROM customer_summary('w') WHERE customer = '2';
SELECT count(*) FROM customer_summary('w') WHERE customer = 2;
SELECT count(*) FROM customer_summary('w') WHERE customer = 'A' COLLATE NOCASE;
CREATE TABLE mixed AS SELECT iif(order_id = 1, '1', customer_id) AS customer, ordered_at, amount FROM orders;
SELECT customer, typeof(customer), orders FROM customer_summary('mixed') WHERE customer = 1;
SELECT customer, typeof(customer), orders FROM customer_summary('mixed') WHERE customer = '1';

.print -- a call inside a correlated subquery sees the data of its statement, row by row where that writes
CREATE TABLE big(customer INTEGER, ts INTEGER, value REAL);
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50000) INSERT INTO big SELECT i % 5000, 1700000000 + 60 * i, 1 FROM n;
SELECT count(*), sum((SELECT orders FROM customer_summary('big') s WHERE s.customer = c.id)) FROM (SELECT DISTINCT customer AS id FROM big) c;
SELECT count(*), sum((SELECT orders FROM customer_summary('big') s WHERE s.customer = c.id AND unit = 'day')), sum((SELECT x FROM customer_summary('big') s WHERE s.customer = c.id)) FROM (SELECT DISTINCT customer AS id FROM big) c;
SELECT count(*) FROM (SELECT DISTINCT customer AS id FROM big) c LEFT JOIN customer_summary('big') s ON s.customer = c.id WHERE s.orders = 10;
DELETE FROM big WHERE customer < 4950;
SELECT count(*) FROM customer_summary('big');
UPDATE big SET value = (SELECT orders FROM customer_summary('big') s WHERE s.customer = big.customer);
SELECT DISTINCT value FROM big;

.print -- a source without order is read again, sorted: the same answer
CREATE TABLE shuffled AS SELECT * FROM orders ORDER BY ordered_at DESC;
INSERT INTO checks (what, got, want) SELECT 'table', count(*), 0 FROM
  (SELECT customer, orders, x, t_x, T, m FROM customer_summary('shuffled') EXCEPT SELECT customer, orders, x, t_x, T, m FROM customer_summary('orders'));
INSERT INTO checks (what, got, want) SELECT 'retain_log', count(*), 0 FROM
  (SELECT customer, orders, x, t_x, T, m FROM customer_summary((SELECT retain_log(customer_id, ordered_at, amount) FROM shuffled)) EXCEPT SELECT customer, orders, x, t_x, T, m FROM customer_summary('orders'));

.print -- the reader is not for users
-- expect error
SELECT retain_scan(1, 2, 3);
CREATE TABLE stored AS SELECT retain_log(customer_id, ordered_at) AS l FROM orders;
SELECT typeof(l) FROM stored;
