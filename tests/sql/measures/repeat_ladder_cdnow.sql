-- needs: shared
-- repeat_ladder() on the CDNOW master set against plain SQL.
.import --csv ../shared/data/cdnow_orders.csv orders
CREATE TABLE want AS
WITH bought AS (
  SELECT 'order' AS purchase, customer_id AS customer, julianday(ordered_at) AS t FROM orders
  UNION ALL SELECT 'day', customer_id, julianday(ordered_at) FROM (SELECT DISTINCT customer_id, ordered_at FROM orders)),
numbered AS (SELECT purchase, row_number() OVER w AS step, lead(t) OVER w - t AS gap FROM bought WINDOW w AS (PARTITION BY purchase, customer ORDER BY t)),
ranked AS (SELECT purchase, step, gap, row_number() OVER (PARTITION BY purchase, step ORDER BY gap) AS i, count(*) OVER (PARTITION BY purchase, step) AS n FROM numbered WHERE gap IS NOT NULL),
median AS (SELECT purchase, step, avg(gap) AS median_days FROM ranked WHERE i IN ((n + 1) / 2, (n + 2) / 2) GROUP BY 1, 2)
SELECT purchase, step, count(*) AS customers, count(gap) AS converted, 1.0 * count(gap) / count(*) AS rate, median_days
FROM numbered LEFT JOIN median USING (purchase, step) GROUP BY 1, 2;
CREATE TABLE got AS
SELECT 'order' AS purchase, step, customers, converted, rate, median_days FROM repeat_ladder('orders') WHERE max_step = 1000
UNION ALL SELECT 'day', step, customers, converted, rate, median_days FROM repeat_ladder('orders') WHERE max_step = 1000 AND purchase = 'day';
INSERT INTO checks (what, got, want)
SELECT 'purchase = ' || purchase || ', ' || count(*) || ' steps', (SELECT count(*) FROM (SELECT * FROM got EXCEPT SELECT * FROM want) AS g WHERE g.purchase = got.purchase), 0 FROM got GROUP BY purchase;
INSERT INTO checks (what, got, want) SELECT 'all of them', count(*), (SELECT count(*) FROM want) FROM got;
INSERT INTO checks (what, got, want)
SELECT 'the same from shuffled rows', (SELECT count(*) FROM (SELECT * FROM repeat_ladder((SELECT retain_log(customer_id, ordered_at) FROM (SELECT * FROM orders ORDER BY amount))) INTERSECT SELECT * FROM repeat_ladder('orders'))), 10;
