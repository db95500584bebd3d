-- Who was active in the month before, who came, who came back, who was lost.
WITH months AS MATERIALIZED (
  SELECT customer_id, substr(ordered_at, 1, 4) * 12 + substr(ordered_at, 6, 2) AS month, sum(amount) AS value
  FROM orders GROUP BY 1, 2
), steps AS (
  SELECT customer_id, month, value, lag(month) OVER (PARTITION BY customer_id ORDER BY month) AS previous,
         lead(month) OVER (PARTITION BY customer_id ORDER BY month) AS next
  FROM months
), counted AS (
  SELECT month, count(*) AS end_customers, count(*) FILTER (WHERE previous IS NULL) AS new_customers,
         count(*) FILTER (WHERE previous = month - 1) AS retained, count(*) FILTER (WHERE previous < month - 1) AS resurrected,
         count(*) FILTER (WHERE next IS NULL OR next > month + 1) AS lost_after, sum(value) AS value,
         sum(value) FILTER (WHERE previous = month - 1) AS value_retained
  FROM steps GROUP BY month
)
SELECT month, lag(end_customers) OVER (ORDER BY month) AS start_customers, new_customers, retained, resurrected,
       lag(lost_after) OVER (ORDER BY month) AS lost, end_customers,
       1.0 * retained / lag(end_customers) OVER (ORDER BY month) AS retention_rate, value, value_retained
FROM counted ORDER BY month
