-- Monthly cohorts: the distinct months of each customer, the first of them, and the distance.
WITH months AS MATERIALIZED (
  SELECT customer_id, substr(ordered_at, 1, 4) * 12 + substr(ordered_at, 6, 2) AS month, sum(amount) AS value
  FROM orders GROUP BY 1, 2
), placed AS (
  SELECT customer_id, month, value, min(month) OVER (PARTITION BY customer_id) AS cohort FROM months
), cells AS (
  SELECT cohort, month - cohort AS age, count(*) AS active, sum(value) AS value FROM placed GROUP BY 1, 2
)
SELECT cohort, age, first_value(active) OVER (PARTITION BY cohort ORDER BY age) AS size, active,
       1.0 * active / first_value(active) OVER (PARTITION BY cohort ORDER BY age) AS rate, value
FROM cells ORDER BY cohort, age
