-- The tour: what retain answers about a shop, a question and an ordinary query each.
-- `make demo` runs it. By hand, in a new database:  sqlite3 shop.db '.load ./retain' '.read sql/demo.sql'

-- A generated shop, so that there is something to ask. retain finds the columns by their usual names, in your own tables too.
CREATE TABLE orders AS SELECT order_id, customer_id, ordered_at, amount, channel FROM demo_orders(2000, 1);

.mode box
.print
.print The shop: one table, a row per order.
SELECT * FROM orders LIMIT 3;
SELECT count(*) AS orders, count(DISTINCT customer_id) AS customers, printf('%,d', round(sum(amount))) AS revenue,
       date(min(ordered_at)) AS first_order, date(max(ordered_at)) AS last_order
FROM orders;

.print
.print Is my data sane? Anything to know before counting?
SELECT kind, severity, rows, detail FROM data_check('orders') WHERE today = '2026-01-01';

.print
.print Who stays? Of the customers that a quarter begins with, how many buy again in it?
SELECT period AS quarter, start_customers AS customers, retained AS stayed, lost, new_customers AS new, resurrected AS returned,
       printf('%.1f %%', 100 * retention_rate) AS stayed_rate,
       printf('%.1f ... %.1f %%', 100 * retention_low, 100 * retention_high) AS "95 % interval"
FROM retention_by_period('orders')
WHERE grain = 'quarter' AND complete AND start_customers > 0;

.print
.print Which cohorts hold? Of the customers who first bought in a quarter, how many bought 1, 2, 3 ... quarters later?
SELECT cohort AS first_quarter, size AS customers,
       max(iif(age = 1, printf('%3.0f %%', 100 * rate), '')) AS "+1",
       max(iif(age = 2, printf('%3.0f %%', 100 * rate), '')) AS "+2",
       max(iif(age = 3, printf('%3.0f %%', 100 * rate), '')) AS "+3",
       max(iif(age = 4, printf('%3.0f %%', 100 * rate), '')) AS "+4",
       max(iif(age = 5, printf('%3.0f %%', 100 * rate), '')) AS "+5"
FROM cohort_retention('orders')
WHERE grain = 'quarter' AND complete
GROUP BY cohort;

.print
.print Do channels differ? Of the customers that a channel brought, how many still bought 3, 6 and 12 months later, or after that?
SELECT cohort AS channel, size AS customers,
       max(iif(age = 3, printf('%3.0f %%', 100 * rate), '')) AS "3 months",
       max(iif(age = 6, printf('%3.0f %%', 100 * rate), '')) AS "6 months",
       max(iif(age = 12, printf('%3.0f %%', 100 * rate), '')) AS "12 months",
       max(iif(age = 12, printf('%.0f ... %.0f %%', 100 * low, 100 * high), '')) AS "95 % interval"
FROM cohort_retention('orders')
WHERE cohort_column = 'channel' AND mode = 'on_or_after'
GROUP BY cohort
ORDER BY "12 months" DESC;

.print
.print Who are my best customers? Recency, frequency and money, each scored 1 to 5, give every customer a segment.
SELECT segment, count(*) AS customers, printf('%,d', round(sum(monetary))) AS revenue,
       printf('%.0f %%', 100 * sum(monetary) / sum(sum(monetary)) OVER ()) AS share,
       printf('%.1f', avg(frequency)) AS orders_each, printf('%.0f', avg(recency_days)) AS days_since_last
FROM rfm('orders')
GROUP BY segment
ORDER BY sum(monetary) DESC;

.print
.print Who is overdue? Good customers who are later than twice their own rhythm.
SELECT customer, purchases, printf('%.0f', mean_gap) AS usual_gap_days, days_since_last, printf('%.1f', overdue_ratio) AS times_late,
       expected_next AS was_expected, segment
FROM purchase_intervals('orders') JOIN rfm('orders') USING (customer)
WHERE purchases >= 5 AND overdue_ratio BETWEEN 2 AND 4
ORDER BY monetary DESC
LIMIT 5;

.print
.print Where do they drop? Of the customers with an n-th order, how many made the next one, and how soon?
SELECT step AS after_order, customers, converted AS ordered_again, printf('%.0f %%', 100 * rate) AS rate, printf('%.0f', median_days) AS median_days
FROM repeat_ladder('orders')
WHERE max_step = 6;

.print
.print This shop is generated, so the truth is known: of those who are late by their own rhythm, how many are really still customers?
CREATE TEMP TABLE truth AS SELECT DISTINCT customer_id AS customer, alive_at_end FROM demo_orders(2000, 1);
SELECT CASE WHEN overdue_ratio <= 1 THEN 'on time' WHEN overdue_ratio <= 2 THEN 'up to 2 times' WHEN overdue_ratio <= 4 THEN 'up to 4 times' ELSE 'more' END AS late,
       count(*) AS customers, sum(alive_at_end) AS still_customers, printf('%.0f %%', 100 * avg(alive_at_end)) AS rate
FROM purchase_intervals('orders') JOIN truth USING (customer)
WHERE purchases >= 3
GROUP BY late
ORDER BY min(overdue_ratio);

.print
.print Next: your own table. SELECT * FROM retain_help('rfm') explains a function; README.md has the tour in more words.
