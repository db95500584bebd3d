-- What a source may be, and which rules of the connection go on to apply to it (design: names are checked against the schema and read on
-- the caller's own connection).
CREATE TABLE orders(order_id INTEGER PRIMARY KEY, customer_id INTEGER, ordered_at TEXT, amount REAL);
INSERT INTO orders SELECT order_id, customer_id, ordered_at, amount FROM demo_orders(40, 7);
CREATE TEMP TABLE wanted AS SELECT customer, orders, x, t_x FROM customer_summary('main.orders');
INSERT INTO checks (what, got, want) SELECT 'the plain table has every customer: ' || count(*), count(*), 40 FROM wanted;

-- The same answer from every form of source: the symmetric difference with `wanted` is empty.
CREATE TABLE without_rowid(customer_id INTEGER, ordered_at TEXT, amount REAL, n INTEGER, PRIMARY KEY(customer_id, ordered_at, n)) WITHOUT ROWID;
INSERT INTO without_rowid SELECT customer_id, ordered_at, amount, order_id FROM orders;
CREATE TABLE generated(c TEXT, ordered_at TEXT, cents INTEGER,
  customer_id INTEGER GENERATED ALWAYS AS (CAST(substr(c, 2) AS INTEGER)) VIRTUAL,
  amount REAL GENERATED ALWAYS AS (cents / 100.0) STORED);
INSERT INTO generated(c, ordered_at, cents) SELECT 'c' || customer_id, ordered_at, round(amount * 100) FROM orders;
CREATE TABLE "odd ""name; --"("the customer" INTEGER, "when" TEXT, "a.b" REAL);
INSERT INTO "odd ""name; --" SELECT customer_id, ordered_at, amount FROM orders;
CREATE VIEW recent AS SELECT customer_id, ordered_at, amount FROM orders WHERE order_id > 0;
CREATE TEMP VIEW temporary_view AS SELECT customer_id, ordered_at, amount FROM main.orders;
CREATE TABLE backwards AS SELECT * FROM orders ORDER BY ordered_at DESC;
ATTACH ':memory:' AS "other db";
CREATE TABLE "other db".sales AS SELECT * FROM orders;

CREATE TEMP TABLE found(form TEXT, customer, orders, x, t_x);
INSERT INTO found SELECT 'without rowid', customer, orders, x, t_x FROM customer_summary('without_rowid');
INSERT INTO found SELECT 'generated columns', customer, orders, x, t_x FROM customer_summary('generated');
INSERT INTO found SELECT 'quoted name', customer, orders, x, t_x FROM customer_summary('"odd ""name; --"')
  WHERE customer_column = 'the customer' AND time_column = 'when' AND value_column = 'a.b';
INSERT INTO found SELECT 'name as it is', customer, orders, x, t_x FROM customer_summary('odd "name; --')
  WHERE customer_column = 'the customer' AND time_column = 'when' AND value_column = 'a.b';
INSERT INTO found SELECT 'view', customer, orders, x, t_x FROM customer_summary('recent');
INSERT INTO found SELECT 'temporary view', customer, orders, x, t_x FROM customer_summary('temporary_view');
INSERT INTO found SELECT 'rows backwards', customer, orders, x, t_x FROM customer_summary('backwards');
INSERT INTO found SELECT 'attached', customer, orders, x, t_x FROM customer_summary('"other db".sales');
INSERT INTO found SELECT 'attached, found by name', customer, orders, x, t_x FROM customer_summary('sales');
INSERT INTO found SELECT 'a history', customer, orders, x, t_x FROM customer_summary((SELECT retain_log(customer_id, ordered_at, amount) FROM orders));
INSERT INTO found SELECT 'capitals', customer, orders, x, t_x FROM customer_summary('Main.ORDERS') WHERE customer_column = 'CUSTOMER_ID';
INSERT INTO checks (what, got, want) SELECT form, (count(*) = 40 AND count(*) FILTER (WHERE (customer, orders, x, t_x) IN (SELECT * FROM wanted)) = 40), 1 FROM found GROUP BY form ORDER BY form;

-- A temp table hides a main one of the same name, as everywhere in SQLite; the qualified name still reaches it.
CREATE TEMP TABLE orders AS SELECT * FROM main.orders WHERE customer_id <= 3;
INSERT INTO checks (what, got, want) SELECT 'temp hides main', (SELECT count(*) FROM customer_summary('orders')), 3;
INSERT INTO checks (what, got, want) SELECT 'temp by name', (SELECT count(*) FROM customer_summary('temp.orders')), 3;
INSERT INTO checks (what, got, want) SELECT 'main by name', (SELECT count(*) FROM customer_summary('main.orders')), 40;
DROP TABLE temp.orders;

-- Names only: SQL text is never run.
-- expect error
SELECT count(*) FROM customer_summary('SELECT * FROM orders');
-- expect error
SELECT count(*) FROM customer_summary('orders; DROP TABLE orders');
-- expect error
SELECT count(*) FROM customer_summary('orders WHERE 1');
-- expect error
SELECT count(*) FROM customer_summary('');
-- expect error
SELECT count(*) FROM customer_summary(NULL);
-- expect error
SELECT count(*) FROM customer_summary('orders') WHERE customer_column = 'customer_id, 1';
-- A misspelt column in double quotes must not become a string constant.
-- expect error
SELECT count(*) FROM customer_summary('orders') WHERE time_column = 'orderd_at';
INSERT INTO checks (what, got, want) SELECT 'the table is untouched', (SELECT count(*) FROM orders) > 40, 1;

-- A persistent view over a table function works for those who trust the schema, and only for them.
CREATE VIEW best AS SELECT customer, orders FROM customer_summary('orders');
INSERT INTO checks (what, got, want) SELECT 'a view over a table function', (SELECT count(*) FROM best), 40;
PRAGMA trusted_schema = OFF;
INSERT INTO checks (what, got, want) SELECT 'typed by the user: allowed', (SELECT count(*) FROM customer_summary('orders')), 40;
-- expect error
SELECT count(*) FROM best;
PRAGMA trusted_schema = ON;

-- A view that reads a table function over itself ends in an error, not in a crash.
CREATE VIEW itself AS SELECT customer AS customer_id, first_time AS ordered_at, 1.0 AS amount FROM rfm('itself');
-- expect error
SELECT count(*) FROM customer_summary('itself');

-- Columns of every type in one table: text and integer customers are apart, NULLs take no part.
CREATE TABLE mixed(customer_id, ordered_at, amount);
INSERT INTO mixed VALUES (1, '2025-01-01', 1), ('1', '2025-01-02', 2), (NULL, '2025-01-03', 3), (2, NULL, 4), (1, '2025-01-05', NULL);
INSERT INTO checks (what, got, want) SELECT '1 and ''1'' are two customers: ' || group_concat(t, ' '), group_concat(t, ' '), 'integer 2 text 1'
FROM (SELECT typeof(customer) || ' ' || orders AS t FROM customer_summary('mixed') ORDER BY typeof(customer));
INSERT INTO mixed VALUES (x'01', '2025-01-01', 1);
-- expect error
SELECT count(*) FROM customer_summary('mixed');
DELETE FROM mixed WHERE typeof(customer_id) = 'blob';
INSERT INTO mixed VALUES (3, 'yesterday', 1);
-- expect error
SELECT count(*) FROM customer_summary('mixed');
DELETE FROM mixed WHERE ordered_at = 'yesterday';
INSERT INTO mixed VALUES (3, '2025-01-01', 9e999);
-- expect error
SELECT sum(m) FROM customer_summary('mixed');
.print A name with a dot is read in double quotes, and an error without says so
CREATE TABLE "orders.2026" AS SELECT * FROM orders;
INSERT INTO found SELECT 'name with a dot', customer, orders, x, t_x FROM customer_summary('"orders.2026"');
-- expect error
SELECT count(*) FROM customer_summary('orders.2026');
DROP TABLE "orders.2026";

.print A view of a table that is gone is no missing view; a long list of tables ends in an ellipsis
CREATE VIEW hollow AS SELECT * FROM gone;
-- expect error
SELECT count(*) FROM customer_summary('hollow');
-- expect error
SELECT count(*) FROM customer_summary('main.hollow');
DROP VIEW hollow;
CREATE TABLE t00 (a);CREATE TABLE t01 (a);CREATE TABLE t02 (a);CREATE TABLE t03 (a);CREATE TABLE t04 (a);CREATE TABLE t05 (a);CREATE TABLE t06 (a);CREATE TABLE t07 (a);CREATE TABLE t08 (a);CREATE TABLE t09 (a);CREATE TABLE t10 (a);CREATE TABLE t11 (a);CREATE TABLE t12 (a);CREATE TABLE t13 (a);CREATE TABLE t14 (a);CREATE TABLE t15 (a);CREATE TABLE t16 (a);CREATE TABLE t17 (a);CREATE TABLE t18 (a);CREATE TABLE t19 (a);CREATE TABLE t20 (a);CREATE TABLE t21 (a);CREATE TABLE t22 (a);CREATE TABLE t23 (a);CREATE TABLE t24 (a);CREATE TABLE t25 (a);CREATE TABLE t26 (a);CREATE TABLE t27 (a);CREATE TABLE t28 (a);CREATE TABLE t29 (a);
-- expect error
SELECT count(*) FROM customer_summary('main.gone');
