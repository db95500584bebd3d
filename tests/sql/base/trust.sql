-- What nobody else may do: bring rows of their own, read through a name that is not the whole name, or reach from one database into another.
CREATE TABLE orders(customer_id, ordered_at, amount);
INSERT INTO orders VALUES (1, '2026-01-01', 10), (2, '2026-01-02', 20), (2, '2026-01-05', 20), (3, '2026-01-03', 30);
CREATE TABLE lives(customer, tenure, churned);
INSERT INTO lives VALUES (1, 3, 1), (2, 5, 0);

.print The reader takes the rows of its own statement only, wherever it is called by name
-- expect error
SELECT retain_scan();
-- expect error
SELECT retain_scan(1, 2, 3) FROM orders;
-- expect error
SELECT retain_scan(DISTINCT customer_id) FILTER (WHERE amount > 0) FROM orders;
CREATE TEMP VIEW two_values AS SELECT coalesce(retain_scan(7, '2026-01-05'), 9) AS customer_id, '2026-01-06' AS ordered_at, 5 AS amount;
-- expect error
SELECT * FROM rfm('two_values');
CREATE TEMP VIEW three_values AS SELECT coalesce(retain_scan(7, '2026-01-05', 1), 9) AS customer_id, '2026-01-06' AS ordered_at, 5 AS amount;
-- expect error
SELECT customer, frequency, monetary FROM rfm('three_values');
-- expect error
SELECT customer, orders FROM customer_summary('three_values');
-- expect error
SELECT * FROM data_check('three_values');
CREATE TEMP VIEW no_rows AS SELECT * FROM orders WHERE (SELECT retain_scan(7, '2026-01-05', 1)) > 0;
-- expect error
SELECT count(*) FROM rfm('no_rows');
CREATE TEMP VIEW later AS SELECT customer_id, ordered_at, coalesce((SELECT retain_scan(o.customer_id, o.ordered_at, 1) WHERE o.customer_id > 2), amount) AS amount FROM orders AS o;
-- expect error
SELECT count(*) FROM rfm('later');
CREATE TEMP VIEW one_value AS SELECT coalesce(retain_scan(1), 9) AS customer, 5 AS tenure, 1 AS churned;
-- expect error
SELECT * FROM survival_curve('one_value', 'tenure', 'churned');
CREATE TEMP VIEW inside AS SELECT customer, coalesce((SELECT retain_scan(1, 1)), tenure) AS tenure, churned FROM lives;
-- expect error
SELECT * FROM survival_curve('inside', 'tenure', 'churned');
CREATE TEMP VIEW nested AS SELECT customer AS customer_id, '2026-01-06' AS ordered_at, (SELECT count(*) FROM rfm('three_values')) AS amount FROM rfm('orders');
-- expect error
SELECT sum(monetary) FROM rfm('nested');
CREATE TEMP TABLE log(n);
CREATE TEMP TRIGGER logged AFTER INSERT ON orders BEGIN INSERT INTO log SELECT retain_scan(new.customer_id, new.ordered_at, 1); END;
-- expect error
INSERT INTO orders VALUES (4, '2026-01-07', 1);
DROP TRIGGER logged;
-- A persistent view cannot name it at all.
CREATE VIEW persistent AS SELECT retain_scan(7, '2026-01-05', 1) AS customer_id, '2026-01-06' AS ordered_at, 5 AS amount;
-- expect error
SELECT * FROM rfm('persistent');
INSERT INTO checks (what, got, want) SELECT 'the reader goes on to work', group_concat(customer || ':' || frequency), '1:1,2:2,3:1' FROM rfm('orders');

.print A text with a zero byte is no name
-- expect error
SELECT count(*) FROM rfm('orders' || char(0) || 'secret');
-- expect error
SELECT count(*) FROM rfm('orders', 5, 'quantile') WHERE customer_column = 'customer_id' || char(0);
-- expect error
SELECT count(*) FROM survival_curve('lives', 'tenure' || char(0) || 'x', 'churned');
-- expect error
SELECT period_start('2026-01-01', 'month' || char(0) || 'x');
-- expect error
SELECT p_alive('{"model":"bgnbd","parameters":{"r":1,"alpha":2,"a":1,"b":1}}' || char(0) || 'x', 2, 4, 6);
-- As a key it is read to its end.
CREATE TABLE keys AS SELECT 'a' AS customer_id, '2026-01-01' AS ordered_at UNION ALL SELECT 'a' || char(0) || 'b', '2026-01-02' UNION ALL SELECT char(0) || 'c', '2026-01-03';
INSERT INTO checks (what, got, want) SELECT 'keys with a zero byte', group_concat(hex(customer) || ':' || orders), '61:1,610062:1,0063:1' FROM customer_summary('keys');
INSERT INTO checks (what, got, want) SELECT 'looked up', count(*), 1 FROM customer_summary('keys') WHERE customer = 'a' || char(0) || 'b';
INSERT INTO checks (what, got, want) SELECT 'not blank', count(*), 0 FROM data_check('keys') WHERE kind = 'empty_customer';
CREATE TABLE values_with_zero AS SELECT 1 AS customer_id, '2026-01-01' AS ordered_at, '5' || char(0) || '6' AS amount;
-- expect error
SELECT sum(monetary) FROM rfm('values_with_zero');

.print Names of columns are SQLite's, whatever it puts before them
PRAGMA full_column_names = 1;
PRAGMA short_column_names = 0;
SELECT count(*) FROM rfm('orders');
SELECT count(*) FROM rfm('orders') WHERE value_column = 'AMOUNT';
-- expect error
SELECT count(*) FROM rfm('orders') WHERE value_column = 'price';
PRAGMA full_column_names = 0;
PRAGMA short_column_names = 1;

.print A trigger of a file from a stranger reaches no other database where the schema is not trusted
ATTACH ':memory:' AS stranger;
CREATE TABLE stranger.t(a);
CREATE TABLE stranger.stash(customer, monetary);
CREATE TRIGGER stranger.tr AFTER INSERT ON t BEGIN INSERT INTO stash SELECT customer, monetary FROM rfm('main.orders'); END;
CREATE VIEW stranger.v AS SELECT customer FROM customer_summary('main.orders');
PRAGMA trusted_schema = OFF;
-- expect error
INSERT INTO stranger.t VALUES (1);
-- expect error
SELECT * FROM stranger.v;
INSERT INTO checks (what, got, want) SELECT 'nothing was copied', count(*), 0 FROM stranger.stash;
INSERT INTO checks (what, got, want) SELECT 'the user''s own query goes on to work', count(*), 3 FROM rfm('main.orders');
CREATE TEMP VIEW mine AS SELECT customer FROM rfm('orders');
INSERT INTO checks (what, got, want) SELECT 'so does a view that the user makes as TEMP', count(*), 3 FROM mine;
PRAGMA trusted_schema = ON;
