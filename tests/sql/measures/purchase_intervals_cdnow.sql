-- needs: shared
-- purchase_intervals() on the CDNOW master set against plain SQL, row by row.
.import --csv ../shared/data/cdnow_orders.csv orders
CREATE TABLE gap AS
SELECT customer, day, CAST(julianday(day) - julianday(lag(day) OVER (PARTITION BY customer ORDER BY day)) AS INTEGER) AS gap
FROM (SELECT DISTINCT customer_id AS customer, ordered_at AS day FROM orders);
CREATE TABLE ranked AS
SELECT customer, gap, row_number() OVER (PARTITION BY customer ORDER BY gap) - 1 AS i, count(*) OVER (PARTITION BY customer) - 1 AS h FROM gap WHERE gap IS NOT NULL;
CREATE TABLE want AS
SELECT customer, count(gap) + 1 AS purchases, round(avg(gap), 9) AS mean_gap,
  round(CASE WHEN count(gap) > 1 THEN (sum(gap * gap) * count(gap) - sum(gap) * sum(gap)) * 1.0 * count(gap) / (count(gap) - 1) / (1.0 * sum(gap) * sum(gap)) END, 9) AS cv2,
  CAST(julianday('1998-06-30') - julianday(max(day)) AS INTEGER) AS days_since_last, round((julianday('1998-06-30') - julianday(max(day))) / avg(gap), 9) AS overdue_ratio,
  date(max(day), CAST(avg(gap) + 0.5 AS INTEGER) || ' days') AS expected_next
FROM gap GROUP BY customer HAVING count(gap) > 0;
CREATE TABLE quantile AS
SELECT customer,
  round(max(CASE WHEN i = h / 2 THEN gap END) + h % 2 / 2.0 * (max(CASE WHEN i = (h + 1) / 2 THEN gap END) - max(CASE WHEN i = h / 2 THEN gap END)), 9) AS median_gap,
  round(max(CASE WHEN i = h * 9 / 10 THEN gap END) + h * 9 % 10 / 10.0 * (max(CASE WHEN i = (h * 9 + 9) / 10 THEN gap END) - max(CASE WHEN i = h * 9 / 10 THEN gap END)), 9) AS p90_gap
FROM ranked GROUP BY customer;
CREATE TABLE got AS SELECT * FROM purchase_intervals('orders');
INSERT INTO checks (what, got, want)
SELECT count(*) || ' customers, all but the quantiles', sum(g.purchases = w.purchases AND abs(g.mean_gap - w.mean_gap) < 1e-9
    AND (g.cv IS NULL AND w.cv2 IS NULL OR abs(g.cv * g.cv - w.cv2) < 1e-8) AND g.days_since_last = w.days_since_last
    AND abs(g.overdue_ratio - w.overdue_ratio) < 1e-9 * (1 + w.overdue_ratio) AND g.expected_next = w.expected_next), count(*)
FROM got AS g JOIN want AS w USING (customer);
INSERT INTO checks (what, got, want)
SELECT count(*) || ' customers, the quantiles', (SELECT count(*) FROM (SELECT customer, round(median_gap, 9), round(p90_gap, 9) FROM got EXCEPT SELECT * FROM quantile)), 0 FROM got JOIN quantile USING (customer);
INSERT INTO checks (what, got, want) SELECT 'all of them', count(*), (SELECT count(*) FROM want) FROM got;
INSERT INTO checks (what, got, want)
SELECT 'the same from shuffled rows', (SELECT count(*) FROM (SELECT * FROM purchase_intervals((SELECT retain_log(customer_id, ordered_at) FROM (SELECT * FROM orders ORDER BY amount))) INTERSECT SELECT * FROM got)), count(*) FROM got;
