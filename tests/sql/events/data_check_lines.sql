-- data_check(): lines of orders, currencies, a torn end, a collation of the host's.
CREATE TABLE lines(line INTEGER PRIMARY KEY, order_no, customer_id, ordered_at, amount, currency); -- 40 orders of 3 lines, by 20 customers
INSERT INTO lines SELECT NULL, 'A-' || (value / 3), value / 3 % 20, datetime('2026-01-01', (value / 3 * 7) || ' hours'), value % 3 + 1, CASE WHEN value % 40 = 7 THEN 'USD' WHEN value % 60 = 8 THEN 'GBP' ELSE 'EUR' END
  FROM (WITH RECURSIVE n(value) AS (SELECT 0 UNION ALL SELECT value + 1 FROM n WHERE value < 119) SELECT value FROM n);
INSERT INTO checks (what, got, want)
SELECT 'by order number', printf('%d %d %s', rows, example_rowid, substr(detail, 1, 44)), '80 2 rows with the order number of the row before' FROM data_check('lines') WHERE kind = 'order_lines';
CREATE VIEW unnumbered AS SELECT customer_id, ordered_at, amount FROM lines;
INSERT INTO checks (what, got, want)
SELECT 'by instant', printf('%d %d %s', rows, example_rowid, substr(detail, 1, 48)), '80 2 20 customers have several rows at one instant th' FROM data_check('unnumbered') WHERE kind = 'order_lines';
INSERT INTO checks (what, got, want)
SELECT 'in no order, as many', rows, 80 FROM data_check((SELECT retain_log(customer_id, ordered_at, amount) FROM (SELECT * FROM lines ORDER BY line * 7 % 121))) WHERE kind = 'order_lines';
CREATE VIEW copied AS SELECT customer_id, ordered_at, 1 AS amount FROM lines;
INSERT INTO checks (what, got, want) SELECT 'copies are none', group_concat(kind), 'duplicates,summary' FROM data_check('copied');
CREATE VIEW few AS SELECT customer_id, ordered_at, amount FROM lines WHERE customer_id < 9;
INSERT INTO checks (what, got, want) SELECT 'of few customers there are none', group_concat(kind), 'summary' FROM data_check('few');
CREATE TABLE headers AS SELECT DISTINCT order_no, customer_id, ordered_at FROM lines;
INSERT INTO checks (what, got, want) SELECT 'orders are none', group_concat(kind), 'summary' FROM data_check('headers');
INSERT INTO checks (what, got, want)
SELECT 'currencies', printf('%d %d %s', rows, example_rowid, detail), '5 9 amounts in 3 currencies (EUR, USD, GBP) are added as they are: convert them in a view, or take one' FROM data_check('lines') WHERE kind = 'mixed_currencies';
CREATE VIEW many AS SELECT customer_id, ordered_at, amount, CASE WHEN line < 12 THEN 'C' || line WHEN line < 14 THEN NULL ELSE 'C1' END AS currency FROM lines;
INSERT INTO checks (what, got, want)
SELECT 'many currencies', printf('%d %s', rows, substr(detail, 1, 59)), '10 amounts in 8 currencies (C1, C2, C3, C4, C5, C6, C7, C8, …)' FROM data_check('many') WHERE kind = 'mixed_currencies';
CREATE VIEW one AS SELECT customer_id, ordered_at, amount, 'EUR' AS currency, 'USD' AS "Currency Code" FROM lines;
INSERT INTO checks (what, got, want) SELECT 'two columns of currencies are not guessed between', count(*), 0 FROM data_check('one') WHERE kind = 'mixed_currencies';

-- The torn end: 20 orders a day for 400 days; from day 380 on, 2.
CREATE TABLE shops(shop, day, orders);
WITH RECURSIVE n(day) AS (SELECT 0 UNION ALL SELECT day + 1 FROM n WHERE day < 799)
INSERT INTO shops SELECT 'torn', day, CASE WHEN day < 372 THEN 20 ELSE 2 END FROM n WHERE day < 400
  UNION ALL SELECT 'steady', day, 20 FROM n WHERE day < 400
  UNION ALL SELECT 'growing', day, 1 + day / 10 FROM n WHERE day < 400
  UNION ALL SELECT 'shrinking by a tenth a month', day, CAST(60 * pow(0.9, day / 30.0) AS INTEGER) FROM n WHERE day < 400
  UNION ALL SELECT 'seasonal', day, CASE WHEN day % 365 BETWEEN 150 AND 270 THEN 1 ELSE 20 END FROM n WHERE day < 600
  UNION ALL SELECT 'christmas', day, CASE WHEN day % 365 BETWEEN 320 AND 360 THEN 60 ELSE 6 END FROM n WHERE day < 800 AND day <= 395
  UNION ALL SELECT 'small', day, day % 4 = 0 AND day < 372 FROM n WHERE day < 400
  UNION ALL SELECT 'young', day, CASE WHEN day < 72 THEN 20 ELSE 2 END FROM n WHERE day < 100
  UNION ALL SELECT 'ended yesterday', day, CASE WHEN day < 393 THEN 20 ELSE 2 END FROM n WHERE day < 400;
CREATE TABLE days AS SELECT shop, day * 50 + i AS customer_id, date('2024-01-01', day || ' days') || ' 10:00' AS ordered_at, i + 1 AS amount
  FROM shops JOIN (WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 59) SELECT i FROM n) ON i < orders;
CREATE TEMP TABLE ends AS SELECT shop, (SELECT detail FROM data_check((SELECT retain_log(customer_id, ordered_at, amount) FROM days WHERE days.shop = s.shop)) WHERE kind = 'sparse_end' AND today = '2027-01-01') AS detail
  FROM (SELECT DISTINCT shop FROM shops) AS s;
INSERT INTO checks (what, got, want)
SELECT 'a torn end', detail, '56 rows in the last 28 days, 2025-01-07 to 2025-02-03, and 560 in the median of such spans before: load what is missing, or give an as_of before it' FROM ends WHERE shop = 'torn';
INSERT INTO checks (what, got, want) SELECT shop, detail, NULL FROM ends WHERE shop <> 'torn';
INSERT INTO checks (what, got, want)
SELECT 'demo shops', group_concat(kind), 'summary' FROM data_check((SELECT retain_log(customer_id, ordered_at, amount) FROM demo_orders(2000, 3))) WHERE today = '2026-01-01';
