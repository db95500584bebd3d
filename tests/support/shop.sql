-- A shop small enough that every allocation of every statement can fail once, with each kind of source.
CREATE TABLE orders(order_id INTEGER PRIMARY KEY, customer_id INTEGER, ordered_at TEXT, amount REAL, channel TEXT);
INSERT INTO orders
WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 59)
SELECT i + 1, i * 7 % 13, datetime('2025-01-01', (i * 5 + i * i % 11) || ' days'), round(5 + i * 37 % 91 + i % 4 * 0.25, 2),
       CASE i * 7 % 13 % 3 WHEN 0 THEN 'search' WHEN 1 THEN 'social' END
FROM n;

-- Text customers, in no order of time: the rows are kept, sorted and read a second time.
CREATE TABLE visits(who TEXT, seen_at INTEGER, spent REAL);
INSERT INTO visits
SELECT 'customer number ' || customer_id, unixepoch(ordered_at), amount FROM orders ORDER BY order_id * 31 % 61;

CREATE VIEW recent_orders AS SELECT customer_id, ordered_at, amount FROM orders WHERE order_id > 5;
CREATE TABLE "odd ""name"(customer_id TEXT, ordered_at TEXT, amount REAL) ;
INSERT INTO "odd ""name" SELECT 'c' || customer_id, ordered_at, amount FROM orders WHERE order_id < 40;
CREATE VIEW folded AS SELECT customer_id COLLATE NOCASE AS customer_id, ordered_at, amount, 'A' COLLATE RTRIM AS channel FROM "odd ""name";
CREATE VIEW billed AS SELECT order_id / 3 AS order_no, 'c' || customer_id AS customer_id, ordered_at, amount, CASE channel WHEN 'search' THEN 'EUR' ELSE 'USD' END AS currency FROM orders;
CREATE TABLE empty_orders(customer_id, ordered_at, amount);
CREATE TABLE buyers(customer_id INTEGER, ordered_at TEXT, amount REAL, channel TEXT);
INSERT INTO buyers
WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 599)
SELECT (i * 7919) % 151, datetime('2025-01-01', (i / 2 + i % 11) || ' days'), round(5 + i * 37 % 91 + i % 4 * 0.25, 2), CASE i * 7 % 13 % 3 WHEN 0 THEN 'search' WHEN 1 THEN 'social' END
FROM n WHERE i < 300 OR (i * 7919) % 151 % 2;
CREATE TABLE shuffled_buyers AS SELECT 'k' || customer_id AS user_id, ordered_at, amount FROM buyers ORDER BY amount;
CREATE TABLE signals AS SELECT customer_id, ordered_at AS time, CASE rowid % 3 WHEN 0 THEN 'login' WHEN 1 THEN 'score' ELSE 'contract_end' END AS kind, rowid % 5 AS value FROM buyers;
CREATE TABLE contracts AS SELECT * FROM demo_contracts(60, 1);
