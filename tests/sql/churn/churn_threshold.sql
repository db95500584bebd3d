-- not under valgrind: fits by the dozen, which ASan and UBSan see too
-- ext/fn/churn/churn_threshold.c against every threshold tried in SQL, overall and by segment.
CREATE TABLE orders AS SELECT customer_id, ordered_at, channel FROM demo_orders(1200, 3);
UPDATE orders SET channel = NULL WHERE customer_id % 97 = 0;
CREATE TABLE shuffled AS SELECT * FROM orders ORDER BY channel, customer_id * 7919 % 1201, ordered_at DESC;

CREATE TABLE got AS SELECT 1 AS overall, * FROM churn_threshold('orders', '60 days') WHERE as_of = '2025-09-28 12:00';
INSERT INTO got SELECT 0 AS overall, * FROM churn_threshold('orders', '60 days') WHERE as_of = '2025-09-28 12:00' AND segment_column = 'channel';
CREATE TABLE person AS
SELECT customer_id, (SELECT channel FROM orders AS c WHERE c.customer_id = o.customer_id AND ordered_at <= '2025-07-30 12:00' ORDER BY ordered_at DESC LIMIT 1) AS segment,
  CAST(julianday('2025-07-30') - julianday(date(max(ordered_at) FILTER (WHERE ordered_at <= '2025-07-30 12:00'))) AS INTEGER) AS silence, sum(ordered_at > '2025-07-30 12:00') = 0 AS gone
FROM orders AS o WHERE ordered_at <= '2025-09-28 12:00' GROUP BY 1 HAVING silence IS NOT NULL;
CREATE TABLE tried AS
WITH RECURSIVE day(g) AS (SELECT 0 UNION ALL SELECT g + 1 FROM day WHERE g < 731),
grouped AS (SELECT NULL AS segment, silence, gone, 1 AS overall FROM person UNION ALL SELECT segment, silence, gone, 0 FROM person),
tally AS (SELECT overall, segment, silence, sum(gone) AS gone, sum(NOT gone) AS back FROM grouped GROUP BY 1, 2, 3),
total AS (SELECT overall, segment, sum(gone) AS gone, sum(back) AS back FROM tally GROUP BY 1, 2)
SELECT total.overall, total.segment, g, total.gone + total.back AS customers, total.back AS came_back,
  (SELECT sum(back) FROM tally WHERE tally.overall = total.overall AND tally.segment IS total.segment AND silence > g) * 1.0 / total.back AS type_1,
  (SELECT sum(gone) FROM tally WHERE tally.overall = total.overall AND tally.segment IS total.segment AND silence <= g) * 1.0 / total.gone AS type_2
FROM total, day;
CREATE TABLE want AS SELECT *, row_number() OVER (PARTITION BY overall, segment ORDER BY round(type_1 + type_2, 10), g) AS place FROM tried WHERE type_1 IS NOT NULL AND type_2 IS NOT NULL;
INSERT INTO checks (what, got, want)
SELECT 'threshold of ' || iif(got.overall, 'all', quote(got.segment)), printf('%d %.9f %.9f %d %d %d', threshold_days, type_1_error, type_2_error, got.customers, got.came_back, gone),
  printf('%d %.9f %.9f %d %d %d', g, type_1, type_2, want.customers, want.came_back, want.customers - want.came_back)
FROM got JOIN want ON got.overall = want.overall AND got.segment IS want.segment AND place = 1 ORDER BY 1;
INSERT INTO checks (what, got, want)
SELECT 'one per channel, and one for those without', count(*), 5 FROM got WHERE NOT overall UNION ALL
SELECT 'they have all customers', sum(customers * overall) - sum(customers * (NOT overall)), 0 FROM got UNION ALL
SELECT 'right more often than wrong', sum(right_rate > 0.5 AND low < right_rate AND right_rate < high), 5 FROM got WHERE overall OR segment IS NOT NULL UNION ALL
SELECT 'who is called gone, and rightly', (SELECT called_gone || ' ' || round(right_rate * called_gone) FROM got WHERE overall), (SELECT count(*) || ' ' || round(sum(gone)) FROM person WHERE silence > (SELECT threshold_days FROM got WHERE overall)) UNION ALL
SELECT 'without segments', (SELECT threshold_days FROM churn_threshold((SELECT retain_log(customer_id, ordered_at) FROM orders), '60 days') WHERE as_of = '2025-09-28 12:00'), (SELECT threshold_days FROM got WHERE overall) UNION ALL
SELECT 'in any order', (SELECT group_concat(threshold_days) FROM (SELECT threshold_days FROM churn_threshold('shuffled', '60 days') WHERE as_of = '2025-09-28 12:00' AND segment_column = 'channel')), (SELECT group_concat(threshold_days) FROM (SELECT threshold_days FROM got WHERE NOT overall ORDER BY segment)) UNION ALL
SELECT 'as_of is the newest time', (SELECT customers FROM churn_threshold('orders', '10 days')), (SELECT count(DISTINCT customer_id) FROM orders WHERE ordered_at <= (SELECT datetime(max(ordered_at), '-10 days') FROM orders)) UNION ALL
SELECT 'the civil day moves', (SELECT printf('%d %.9f', threshold_days, type_1_error) FROM churn_threshold('orders', '60 days') WHERE as_of = '2025-09-28 12:00' AND time_zone = '+08:00'),
  (SELECT printf('%d %.9f', threshold_days, type_1_error) FROM churn_threshold((SELECT retain_log(customer_id, datetime(ordered_at, '+8 hours')) FROM orders), '60 days') WHERE as_of = '2025-09-28 20:00') UNION ALL
SELECT 'nobody', (SELECT count(*) FROM churn_threshold('orders') WHERE as_of = '2020-01-01'), 0 UNION ALL
SELECT 'nobody came back', (SELECT customers || ' ' || gone || ' ' || quote(threshold_days) || quote(type_1_error) || quote(right_rate) || quote(high) FROM churn_threshold((SELECT retain_log(column1, column2) FROM (VALUES (1, '2024-01-01'), (2, '2024-01-05')))) WHERE as_of = '2025-01-01'), '2 2 NULLNULLNULLNULL';
CREATE TABLE three (customer, time);
INSERT INTO three VALUES (1, '2024-01-01'), (1, '2024-06-01'), (2, '2024-01-01'), (3, '2024-01-10'), (3, '2024-05-20');
INSERT INTO checks (what, got, want)
SELECT 'the reason: ' || as_of || ' ' || horizon, customers || ' ' || coalesce(threshold_days, '-') || ' ' || coalesce(reason, '-'), want FROM (
  SELECT '2024-06-01' AS t, '1 year' AS h, '0 - nobody had bought up to the cut-off, as_of - horizon' AS want UNION ALL
  SELECT '2025-06-01', '90 days', '3 - nobody came back within the horizon' UNION ALL
  SELECT '2024-06-02', '143 days', '3 1 -' UNION ALL
  SELECT '2024-06-01', '8 days', '3 - silence does not tell those who came back from those who did not')
JOIN churn_threshold('three') ON as_of = t AND horizon = h;
INSERT INTO checks (what, got, want)
SELECT 'the reason: everybody', customers || ' ' || reason, '2 everybody came back within the horizon' FROM churn_threshold((SELECT retain_log(customer, time) FROM three WHERE customer <> 2), '140 days') WHERE as_of = '2024-06-02';
INSERT INTO checks (what, got, want)
SELECT 'the reason in Chinese', reason, '所有客户都在期限内回购' FROM churn_threshold((SELECT retain_log(customer, time) FROM three WHERE customer <> 2), '140 days', 'zh-CN') WHERE as_of = '2024-06-02';
-- expect error
SELECT * FROM churn_threshold('orders', '5 hours');
-- expect error
SELECT * FROM churn_threshold('orders', '101 years');
-- expect error
SELECT * FROM churn_threshold('orders', '60 days') WHERE segment_column = 'chanel';
-- expect error
SELECT * FROM churn_threshold((SELECT retain_log(customer_id, ordered_at) FROM orders), '60 days') WHERE segment_column = 'channel';
