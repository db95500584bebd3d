-- x, t_x, T and m of the purchase days of each customer.
WITH days AS MATERIALIZED (
  SELECT customer_id, substr(ordered_at, 1, 10) AS day, count(*) AS orders, sum(amount) AS value FROM orders GROUP BY 1, 2
), customers AS (
  SELECT customer_id, sum(orders) AS orders, count(*) - 1 AS x, min(day) AS first_day, max(day) AS last_day, sum(value) AS value,
         (SELECT max(day) FROM days) AS until
  FROM days GROUP BY customer_id
)
SELECT c.customer_id, c.orders, x, julianday(last_day) - julianday(first_day) AS t_x, julianday(until) - julianday(first_day) AS T,
       (c.value - d.value) / nullif(x, 0) AS m
FROM customers AS c JOIN days AS d ON d.customer_id = c.customer_id AND d.day = c.first_day
