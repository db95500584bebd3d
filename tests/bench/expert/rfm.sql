-- RFM scores by quintile: one pass to customers, one window sort per score.
WITH customers AS MATERIALIZED (
  SELECT customer_id, min(ordered_at) AS first_time, max(ordered_at) AS last_time, count(*) AS frequency, sum(amount) AS monetary
  FROM orders GROUP BY customer_id
), scored AS (
  SELECT *, CAST(julianday((SELECT max(last_time) FROM customers)) - julianday(last_time) AS INTEGER) AS recency_days,
         ntile(5) OVER (ORDER BY last_time) AS r, ntile(5) OVER (ORDER BY frequency) AS f, ntile(5) OVER (ORDER BY monetary) AS m
  FROM customers
)
SELECT *, r * 100 + f * 10 + m AS rfm_score FROM scored
