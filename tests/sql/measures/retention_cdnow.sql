-- needs: shared
-- slow
-- cohort_retention, cohort_average and retention_by_period on a real purchase history, all columns TEXT as .import makes them, against plain SQL.
.import --csv ../shared/data/cdnow_orders.csv orders
CREATE TABLE compared (id INTEGER PRIMARY KEY, what TEXT, rows INTEGER, wrong TEXT); -- how many rows were compared, and what was wrong with them
CREATE TABLE born AS SELECT customer_id AS customer, min(ordered_at) AS t FROM orders GROUP BY 1;
CREATE INDEX born_customer ON born (customer, t);
CREATE TABLE month AS WITH RECURSIVE m(n, first) AS (SELECT 0, '1997-01-01' UNION ALL SELECT n + 1, date(first, '+1 month') FROM m WHERE n < 17) SELECT n, first, date(first, '+1 month') AS until FROM m;

-- Calendar months. The newest purchase is of 1998-06-30, a day alone: with it June 1998 has passed.
CREATE TABLE active AS SELECT o.customer_id AS customer, c.n AS cohort, m.n AS month, sum(CAST(round(o.amount * 100) AS INTEGER)) AS cents
FROM orders AS o JOIN born AS b ON b.customer = o.customer_id JOIN month AS c ON c.first <= b.t AND b.t < c.until JOIN month AS m ON m.first <= o.ordered_at AND o.ordered_at < m.until GROUP BY 1, 2, 3;
CREATE TABLE last AS SELECT customer, max(month) AS month FROM active GROUP BY 1;
CREATE TABLE size AS SELECT cohort, count(DISTINCT customer) AS size FROM active GROUP BY 1;
CREATE TABLE slow AS
SELECT z.cohort, m.n - z.cohort AS age, size, size AS eligible, (SELECT count(*) FROM active AS a WHERE a.cohort = z.cohort AND a.month = m.n) AS on_n,
  (SELECT count(*) FROM last JOIN active USING (customer) WHERE active.cohort = z.cohort AND active.month = z.cohort AND last.month >= m.n) AS on_or_after,
  (SELECT count(DISTINCT customer) FROM active AS a WHERE a.cohort = z.cohort AND a.month > z.cohort AND a.month <= m.n) AS on_or_before,
  (SELECT count(*) FROM (SELECT customer FROM active AS a WHERE a.cohort = z.cohort AND a.month <= m.n GROUP BY customer HAVING count(*) = m.n - z.cohort + 1)) AS streak,
  (SELECT total(cents) FROM active AS a WHERE a.cohort = z.cohort AND a.month = m.n) AS cents, 1 AS complete
FROM size AS z JOIN month AS m ON m.n >= z.cohort;
INSERT INTO compared (what, rows, wrong)
SELECT 'calendar months, ' || r.mode, count(*), group_concat(r.cohort || '/' || r.age) FILTER (WHERE s.age IS NULL OR (r.size, r.eligible, r.active, CAST(round(r.value * 100) AS INTEGER), r.complete) IS NOT
  (s.size, s.eligible, CASE r.mode WHEN 'on' THEN on_n WHEN 'on_or_after' THEN on_or_after WHEN 'on_or_before' THEN on_or_before ELSE streak END, CAST(s.cents AS INTEGER), s.complete))
FROM (SELECT 'on' AS mode, * FROM cohort_retention('orders') UNION ALL SELECT 'on_or_after', * FROM cohort_retention('orders') WHERE mode = 'on_or_after' UNION ALL SELECT 'on_or_before', * FROM cohort_retention('orders') WHERE mode = 'on_or_before'
  UNION ALL SELECT 'streak', * FROM cohort_retention('orders') WHERE mode = 'streak') AS r JOIN month AS c ON c.first = r.cohort LEFT JOIN slow AS s ON s.cohort = c.n AND s.age = r.age GROUP BY r.mode ORDER BY r.mode;
INSERT INTO compared (what, rows, wrong) SELECT 'all cells', count(*), iif(count(*) = (SELECT count(*) FROM slow) AND sum(size) FILTER (WHERE age = 0) = 23570, NULL, count(*)) FROM cohort_retention('orders');
INSERT INTO compared (what, rows, wrong)
SELECT 'cohort_average', count(*), group_concat(r.age) FILTER (WHERE (r.active, r.eligible, r.complete_cohorts) IS NOT (s.active, s.eligible, s.cohorts) OR abs(r.simple_rate - s.simple) > 1e-15)
FROM cohort_average('orders') AS r LEFT JOIN (SELECT age, sum(on_n) AS active, sum(eligible) AS eligible, sum(complete) AS cohorts, avg(1.0 * on_n / size) FILTER (WHERE complete) AS simple FROM slow GROUP BY age) AS s USING (age);

-- Rolling weeks and brackets of days, all customers as one cohort.
CREATE TABLE aged AS SELECT o.customer_id AS customer, CAST(julianday(o.ordered_at) - julianday(b.t) AS INTEGER) AS day, CAST(julianday('1998-07-01') - julianday(b.t) AS INTEGER) AS now FROM orders AS o JOIN born AS b ON b.customer = o.customer_id;
CREATE TABLE people AS SELECT customer, max(now) AS now, max(day) AS last FROM aged GROUP BY 1;
CREATE INDEX people_now ON people (now);
CREATE TABLE week AS SELECT age, (SELECT count(*) FROM people WHERE now >= 7 * (age + 1)) AS eligible, (SELECT count(*) FROM people WHERE now >= 7 * (age + 1) AND last >= 7 * age) AS on_or_after,
  (SELECT count(DISTINCT customer) FROM aged WHERE now >= 7 * (age + 1) AND day / 7 = age) AS on_n FROM cohort_average('orders', 'week') WHERE clock = 'rolling';
INSERT INTO compared (what, rows, wrong)
SELECT 'rolling weeks, on', count(*), group_concat(age) FILTER (WHERE (r.eligible, r.active) IS NOT (w.eligible, w.on_n)) FROM cohort_average('orders', 'week') AS r LEFT JOIN week AS w USING (age) WHERE clock = 'rolling';
INSERT INTO compared (what, rows, wrong)
SELECT 'rolling weeks, amplitude', count(*), group_concat(age) FILTER (WHERE (r.eligible, r.active) IS NOT (w.eligible, w.on_or_after)) FROM cohort_average('orders', 'week') AS r LEFT JOIN week AS w USING (age) WHERE dialect = 'amplitude';
INSERT INTO compared (what, rows, wrong)
SELECT 'brackets 1,3,7,14,30', count(*), group_concat(age) FILTER (WHERE (eligible, active) IS NOT ((SELECT count(*) FROM people WHERE now > age), (SELECT count(DISTINCT customer) FROM aged WHERE now > age AND day BETWEEN age_from AND age)))
FROM cohort_average('orders', 'day') WHERE brackets = '1,3,7,14,30' AND clock = 'rolling';

-- retention_by_period: quarters and months, from sets of customers.
INSERT INTO compared (what, rows, wrong)
WITH per(n, customer) AS (SELECT DISTINCT month, customer FROM active),
  slow AS (SELECT m.first AS period, (SELECT count(*) FROM per WHERE n = m.n - 1) AS start_customers, (SELECT count(*) FROM per WHERE n = m.n) AS end_customers, (SELECT count(*) FROM active AS a WHERE a.cohort = m.n AND a.month = m.n) AS new_customers,
    (SELECT count(*) FROM per AS p JOIN per AS q USING (customer) WHERE p.n = m.n - 1 AND q.n = m.n) AS retained, (SELECT total(cents) FROM active WHERE month = m.n) AS cents,
    (SELECT total(q.cents) FROM active AS p JOIN active AS q USING (customer) WHERE p.month = m.n - 1 AND q.month = m.n) AS retained_cents, 1 AS complete FROM month AS m)
SELECT 'retention by month', count(*), group_concat(r.period) FILTER (WHERE (r.start_customers, r.end_customers, r.new_customers, r.retained, r.lost, r.resurrected, r.complete) IS NOT
    (s.start_customers, s.end_customers, s.new_customers, s.retained, s.start_customers - s.retained, s.end_customers - s.retained - s.new_customers, s.complete)
  OR abs(r.value_total * 100 - s.cents) > 1e-6 OR abs(r.value_retained * 100 - s.retained_cents) > 1e-6 OR r.retention_rate IS NOT 1.0 * s.retained / s.start_customers)
FROM retention_by_period('orders') AS r LEFT JOIN slow AS s USING (period);
INSERT INTO compared (what, rows, wrong)
WITH edge AS (SELECT n, first, until, date(first, '-90 days') AS first_window, date(until, '-90 days') AS until_window FROM month),
  starts AS (SELECT DISTINCT n, customer_id FROM edge JOIN orders ON ordered_at >= first_window AND ordered_at < first), ends AS (SELECT DISTINCT n, customer_id FROM edge JOIN orders ON ordered_at >= until_window AND ordered_at < until)
SELECT 'retention by month within 90 days', count(*), group_concat(period) FILTER (WHERE (start_customers, end_customers, retained) IS NOT ((SELECT count(*) FROM starts WHERE starts.n = m.n), (SELECT count(*) FROM ends WHERE ends.n = m.n),
  (SELECT count(*) FROM starts JOIN ends USING (n, customer_id) WHERE n = m.n)))
FROM retention_by_period('orders') AS r LEFT JOIN month AS m ON m.first = r.period WHERE active_within = '90 days';

INSERT INTO checks (what, got, want) SELECT what || ' (' || rows || ')', substr(coalesce(wrong, iif(rows > 0, 'as expected', 'no rows')), 1, 300), 'as expected' FROM compared ORDER BY id;
