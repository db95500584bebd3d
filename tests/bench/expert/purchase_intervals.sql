-- The gaps between purchase days: mean, spread, median and 90th percentile (interpolated) of each customer.
WITH days AS MATERIALIZED (
  SELECT DISTINCT customer_id, substr(ordered_at, 1, 10) AS day FROM orders
), gaps AS MATERIALIZED (
  SELECT customer_id, day, julianday(day) - julianday(lag(day) OVER (PARTITION BY customer_id ORDER BY day)) AS gap FROM days
), ranked AS (
  SELECT customer_id, gap, row_number() OVER (PARTITION BY customer_id ORDER BY gap) - 1 AS i, count(*) OVER (PARTITION BY customer_id) - 1 AS last
  FROM gaps WHERE gap IS NOT NULL
), quantiles AS (
  SELECT customer_id, avg(gap) AS mean_gap, sqrt(max(avg(gap * gap) - avg(gap) * avg(gap), 0)) / avg(gap) AS cv,
         sum(gap * max(0, 1 - abs(i - 0.5 * last))) AS median_gap, sum(gap * max(0, 1 - abs(i - 0.9 * last))) AS p90_gap
  FROM ranked GROUP BY customer_id
)
SELECT q.*, julianday((SELECT max(day) FROM days)) - julianday(max(d.day)) AS days_since_last
FROM quantiles AS q JOIN days AS d ON d.customer_id = q.customer_id GROUP BY q.customer_id
