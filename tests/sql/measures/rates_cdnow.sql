-- needs: shared
-- The aggregates of ext/fn/measures/rates.c on a real purchase history, all columns TEXT as .import makes them.
.import --csv ../shared/data/cdnow_orders.csv orders

INSERT INTO checks (what, got, want)
SELECT 'repeat purchase rate of ' || count(*) || ' customers', repeat_purchase_rate(orders),
  (SELECT 1.0 * count(*) FROM (SELECT 1 FROM orders GROUP BY customer_id HAVING count(*) >= 2)) / (SELECT count(DISTINCT customer_id) FROM orders)
FROM (SELECT count(*) AS orders FROM orders GROUP BY customer_id);

-- Active in a month and in the next one.
CREATE TEMP TABLE active AS SELECT DISTINCT customer_id, substr(ordered_at, 1, 7) AS month FROM orders;
CREATE INDEX temp.active_month ON active (month, customer_id);
CREATE TEMP TABLE pair AS
SELECT column1 AS month, column2 AS following
FROM (VALUES ('1997-01', '1997-02'), ('1997-02', '1997-03'), ('1997-03', '1997-04'), ('1997-12', '1998-01'), ('1998-05', '1998-06'));
INSERT INTO checks (what, got, want)
SELECT p.month || ', ' || sum(was) || ' customers, from rows', retention_rate(was, is_now), 1.0 * sum(was AND is_now) / sum(was)
FROM pair AS p JOIN (SELECT p.month, a.customer_id, max(a.month = p.month) AS was, max(a.month = p.following) AS is_now
                     FROM pair AS p JOIN active AS a ON a.month IN (p.month, p.following) GROUP BY 1, 2) USING (month)
GROUP BY p.month ORDER BY p.month;
INSERT INTO checks (what, got, want)
SELECT 'one row per customer by LEFT JOIN', retention_rate(1, b.customer_id IS NOT NULL),
  1.0 * count(*) FILTER (WHERE b.customer_id IS NOT NULL) / count(*)
FROM active AS a LEFT JOIN active AS b ON b.customer_id = a.customer_id AND b.month = '1997-04' WHERE a.month = '1997-03';

-- The count form says more than the exact one by those who came back, here all who bought before but not in the month.
INSERT INTO checks (what, got, want, tolerance)
SELECT 'count form less exact form, ' || back || ' came back', retention_rate(first, second, new) - 1.0 * stayed / first, 1.0 * back / first, 1e-14
FROM (SELECT count(*) FILTER (WHERE a) AS first, count(*) FILTER (WHERE b) AS second, count(*) FILTER (WHERE b AND NOT earlier) AS new,
        count(*) FILTER (WHERE a AND b) AS stayed, count(*) FILTER (WHERE b AND NOT a AND earlier) AS back
      FROM (SELECT max(month = '1997-03') AS a, max(month = '1997-04') AS b, max(month < '1997-04') AS earlier FROM active GROUP BY customer_id));
