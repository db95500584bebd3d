-- Lines of orders: ann's first order has two lines, cy's comes with its second line first; bob has two rows without a number, cy two with an empty one.
CREATE TABLE lines (customer, order_id, date, amount, store);
INSERT INTO lines VALUES ('ann', 1, '2025-01-05 10:00', 10.10, 'n'), ('ann', 1, '2025-01-05 10:01', 0.20, 'n'), ('ann', 2, '2025-02-05', 5, 's'),
  ('bob', 1, '2025-01-07', 7, 'n'), ('bob', NULL, '2025-01-08', 7, 'n'), ('bob', NULL, '2025-01-08', 8, 'n'),
  ('cy', 'A', '2025-03-01', 1, 's'), ('cy', 'A', '2025-02-27', 2, 's'), ('cy', '', '2025-03-01', 1, 's'), ('cy', '', '2025-03-01', 3, 's'),
  ('di', 2.5, '2025-03-01', 0.1, 'n'), ('di', 2.5, '2025-03-01', 0.2, 's'), ('di', '2.5', '2025-03-01', 0.3, 's'), ('di', 3, '2025-03-01', NULL, 's'), ('di', 3.0, '2025-03-01', 1, 's');
SELECT customer, frequency, monetary, recency_days FROM rfm('lines') WHERE order_column = 'order_id' ORDER BY customer;
SELECT customer, frequency, monetary FROM rfm('lines') ORDER BY customer;
SELECT customer, x, t_x, T, m FROM customer_summary('lines', 'day') WHERE order_column = 'order_id' ORDER BY customer;
-- An order is made of the lines of a segment: di's first is two.
SELECT segment_value, customer, frequency, monetary FROM rfm('lines') WHERE order_column = 'order_id' AND segment_column = 'store' ORDER BY 1, 2;
-- Of an order that goes on later the lines up to as_of take part.
SELECT customer, frequency, monetary FROM rfm('lines') WHERE order_column = 'order_id' AND as_of = '2025-02-28' AND customer = 'cy';
SELECT kind, rows, detail FROM data_check('lines') WHERE order_column = 'order_id' AND today = '2025-04-01' AND kind IN ('duplicates', 'summary');
-- A cohort by a column is that of the earliest line.
SELECT cohort, size, value FROM cohort_retention('lines') WHERE cohort_column = 'amount' AND order_column = 'order_id' AND age = 0 AND max_age = 0 ORDER BY cohort;
-- Equal money is equal, whatever its lines: three orders of 21.48.
CREATE TABLE money AS SELECT 1 AS customer, 1 AS number, '2025-01-01' AS date, 21.48 AS amount UNION ALL SELECT 2, 1, '2025-01-01', 7.16 FROM (VALUES (1), (2), (3)) UNION ALL SELECT 3, 1, '2025-01-01', column1 FROM (VALUES (21.4), (0.01), (0.07));
INSERT INTO checks (what, got, want) SELECT 'sums of money are exact', count(DISTINCT m), 1 FROM (SELECT sum(value) AS m FROM cohort_retention('money') WHERE order_column = 'number' AND cohort_column = 'customer' AND age = 0 GROUP BY cohort);
-- expect error
SELECT 1 FROM rfm('lines') WHERE order_column = 'ordr_id';
-- expect error
SELECT 1 FROM rfm((SELECT retain_log(customer, date, amount) FROM lines)) WHERE order_column = 'order_id';
INSERT INTO lines VALUES ('x', x'00', '2025-03-01', 2, 'n');
-- expect error
SELECT 1 FROM rfm('lines') WHERE order_column = 'order_id';
-- expect error
SELECT 1 FROM rfm('lines') WHERE order_column = 'order_id' AND segment_column = 'store';
UPDATE lines SET order_id = 4, date = '2025-13-01' WHERE customer = 'x';
-- The row at fault is named.
-- expect error
SELECT 1 FROM rfm('lines') WHERE order_column = 'order_id';
UPDATE lines SET date = '2099-01-01' WHERE customer = 'x';
-- expect error
SELECT 1 FROM rfm('lines') WHERE order_column = 'order_id';
DELETE FROM lines;
SELECT count(*) FROM rfm('lines') WHERE order_column = 'order_id';

-- A price beside a quantity is not the value of a row; the product is, to the cent, and what it is made of is checked.
CREATE TABLE articles (order_no, customer, date, article, Quantity, price);
INSERT INTO articles VALUES ('A-1', 'C-17', '2026-01-05', 'tea', '2', '4.50'), ('A-1', 'C-17', '2026-01-05', 'mug', 1, 9.90), ('A-2', 'C-04', '2026-01-09', 'tea', 1, 4.50), ('A-3', 'C-17', '2026-02-11', 'pot', 3, 19.99);
-- expect error
SELECT monetary FROM rfm('articles') WHERE order_column = 'order_no';
SELECT customer, frequency, monetary, value_column FROM rfm('articles') WHERE order_column = 'order_no' AND value_column = 'price * quantity';
INSERT INTO checks (what, got, want) SELECT 'three of 19.99, which doubles make 59.97 but for the last bit', m, 59.97 FROM customer_summary('articles') WHERE value_column = ' quantity*PRICE ' AND customer = 'C-17';
SELECT customer, monetary FROM rfm('articles') WHERE value_column = 'price' ORDER BY customer;
-- What does not read values does not ask.
SELECT count(*) FROM rfm('articles') WHERE order_column = 'order_no' AND value_column = 'price';
SELECT cohort, age, active FROM cohort_retention('articles') WHERE order_column = 'order_no' AND age = 0;
-- expect error
SELECT value FROM cohort_retention('articles');
-- expect error
SELECT monetary FROM rfm('articles') WHERE value_column = 'price * qty';
-- expect error
SELECT monetary FROM rfm('articles') WHERE value_column = 'price *';
-- expect error
SELECT monetary FROM rfm('articles') WHERE value_column = 'price * quantity * 2';
INSERT INTO articles VALUES ('A-4', 'C-04', '2026-02-11', 'pot', 'two', 19.99), ('A-4', 'C-04', '2026-02-11', 'pot', NULL, 19.99);
-- expect error
SELECT monetary FROM rfm('articles') WHERE value_column = 'price * quantity';
SELECT kind, rows FROM data_check('articles') WHERE value_column = 'price * quantity' AND today = '2026-04-01';
UPDATE articles SET quantity = 1e60, price = 1e60 WHERE quantity = 'two';
-- expect error
SELECT monetary FROM rfm('articles') WHERE value_column = 'price * quantity';
-- What was recognised can be asked for; what was given, or is not there, is what it is.
INSERT INTO lines VALUES (1, 1, '2025-01-01', 1, 'n');
SELECT DISTINCT customer_column, time_column, value_column, order_column FROM customer_summary('lines');
SELECT DISTINCT customer_column, time_column, value_column FROM customer_summary('lines') WHERE value_column = 'AMOUNT';
CREATE TABLE deals AS SELECT 1 AS who, '2025-01-01' AS start, NULL AS ends, 10 AS mrr;
SELECT DISTINCT customer_column, start_column, end_column, amount_column FROM mrr_movements('deals') WHERE customer_column = 'who' AND end_column = 'ends' AND as_of = '2025-02-01';
