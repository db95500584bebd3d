-- rfm(), rules R1–R9 of ext/fn/rfm/rfm.c, row by row against the slow obvious SQL.

-- A generated shop: integer and text customers (1 and '1' among them), refunds, many ties, rows that do not take part.
-- Amounts are multiples of 1/4, so that every sum is exact in any order.
CREATE TABLE orders (customer_id, ordered_at TEXT, amount);
WITH RECURSIVE i(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM i WHERE n < 2499)
INSERT INTO orders
SELECT CASE n * 7919 % 13 WHEN 0 THEN 'c' || (n * n * 31 % 97) WHEN 1 THEN CAST(n * 17 % 89 AS TEXT) WHEN 2 THEN '中' || n % 5 ELSE (n * n * 7 % 311) - 20 END,
  strftime('%Y-%m-%d %H:%M:%S', '2023-01-01', (n * 104729 % 700) || ' days', ((n % 24) * (n % 3 > 0)) || ' hours'),
  CASE WHEN n % 29 = 0 THEN -25.5 WHEN n % 31 = 0 THEN NULL ELSE (n * 6007 % 401) / 4.0 END
FROM i;
INSERT INTO orders VALUES (NULL, '2023-05-05', 10), (7, NULL, 10);

CREATE TEMP TABLE c AS
SELECT customer_id AS customer, min(ordered_at) AS first_time, max(ordered_at) AS last_time,
  CAST(round((julianday((SELECT max(ordered_at) FROM orders)) - julianday(max(ordered_at))) * 86400000) AS INTEGER) / 86400000.0 AS recency,
  count(*) AS frequency, total(amount) AS monetary, total(amount) / count(*) AS mean_value
FROM orders WHERE customer_id IS NOT NULL AND ordered_at IS NOT NULL GROUP BY customer_id;
INSERT INTO checks (what, got, want) SELECT 'the shop has ties, text and integers', count(*) > 280 AND count(DISTINCT typeof(customer)) = 2 AND sum(frequency = 2) > 10, 1 FROM c;

-- R1
INSERT INTO checks (what, got, want)
SELECT 'totals of ' || count(*) || ' customers', sum(f.first_time = c.first_time AND f.last_time = c.last_time AND f.recency_days = c.recency
  AND f.frequency = c.frequency AND f.monetary = c.monetary), (SELECT count(*) FROM c)
FROM rfm('orders') AS f JOIN c ON c.customer IS f.customer AND typeof(c.customer) = typeof(f.customer);
INSERT INTO checks (what, got, want)
SELECT 'monetary as mean', sum(abs(f.monetary - mean_value) < 1e-12), (SELECT count(*) FROM c)
FROM rfm('orders') AS f JOIN c ON c.customer IS f.customer WHERE monetary_as = 'mean';
INSERT INTO checks (what, got, want) SELECT 'no other customers', count(*), (SELECT count(*) FROM c) FROM rfm('orders');

-- R2, R3, R7: type-7 quantiles by hand, for all bins.
CREATE TEMP TABLE bins AS WITH RECURSIVE b(b) AS (SELECT 2 UNION ALL SELECT b + 1 FROM b WHERE b < 10) SELECT b FROM b;
CREATE TEMP TABLE x AS
SELECT axis, x, customer, row_number() OVER (PARTITION BY axis ORDER BY x) - 1 AS i, count(*) OVER (PARTITION BY axis) AS n
FROM (SELECT 'recency' AS axis, recency AS x, customer FROM c UNION ALL SELECT 'frequency', frequency, customer FROM c
      UNION ALL SELECT 'monetary', monetary, customer FROM c);
CREATE UNIQUE INDEX x_i ON x (axis, i);
CREATE TEMP TABLE cut AS
WITH RECURSIVE k(b, k) AS (SELECT b, 1 FROM bins UNION ALL SELECT b, k + 1 FROM k WHERE k + 1 < b)
SELECT b, k, lo.axis, lo.x + (lo.n - 1) * k % b * 1.0 / b * (hi.x - lo.x) AS cut
FROM k JOIN x AS lo ON lo.i = (lo.n - 1) * k / b JOIN x AS hi ON hi.axis = lo.axis AND hi.i = lo.i + 1;
CREATE TEMP TABLE quantile_score AS
SELECT b, customer, sum(axis = 'recency' AND cut >= x) + 1 AS r, sum(axis = 'frequency' AND cut < x) + 1 AS f, sum(axis = 'monetary' AND cut < x) + 1 AS m
FROM x JOIN cut USING (axis) GROUP BY b, customer;
INSERT INTO checks (what, got, want)
SELECT 'quantile scores, ' || bins.b || ' bins', sum(f.r = q.r AND f.f = q.f AND f.m = q.m
  AND f.rfm_score = CASE WHEN bins.b < 10 THEN q.r || q.f || q.m ELSE q.r * 10000 + q.f * 100 + q.m END), (SELECT count(*) FROM c)
FROM bins JOIN rfm('orders') AS f ON f.bins = bins.b JOIN quantile_score AS q ON q.b = bins.b AND q.customer IS f.customer GROUP BY bins.b;
INSERT INTO checks (what, got, want)
SELECT 'the defaults are quantile, 5 bins, rf25, en', count(*), 0 FROM (SELECT * FROM rfm('orders', 5, 'quantile', 'rf25', 'en', 'sum') EXCEPT SELECT * FROM rfm('orders'));
INSERT INTO checks (what, got, want)
SELECT 'equal values share a score', count(*), 0 FROM (SELECT 1 FROM rfm('orders') GROUP BY frequency HAVING min(f) < max(f) UNION ALL SELECT 1 FROM rfm('orders') GROUP BY monetary HAVING min(m) < max(m));

-- R4
INSERT INTO checks (what, got, want)
SELECT 'ntile scores, ' || bins.b || ' bins', sum(f.r = q.r AND f.f = q.f AND f.m = q.m), (SELECT count(*) FROM c)
FROM bins JOIN rfm('orders', bins.b, 'ntile') AS f JOIN (
    SELECT b, customer, ntile(b) OVER (PARTITION BY b ORDER BY recency DESC, customer) AS r,
      ntile(b) OVER (PARTITION BY b ORDER BY frequency, customer) AS f, ntile(b) OVER (PARTITION BY b ORDER BY monetary, customer) AS m
    FROM bins, c) AS q ON q.b = bins.b AND q.customer IS f.customer GROUP BY bins.b;

-- R5
INSERT INTO checks (what, got, want)
SELECT 'mean scores', sum(f.r = 1 + (recency < (SELECT avg(recency) FROM c)) AND f.f = 1 + (c.frequency > (SELECT avg(frequency) FROM c))
  AND f.m = 1 + (c.monetary > (SELECT avg(monetary) FROM c))), (SELECT count(*) FROM c)
FROM rfm('orders') AS f JOIN c ON c.customer IS f.customer WHERE method = 'mean';

-- R6
INSERT INTO checks (what, got, want)
SELECT 'given cuts', sum(f.r = 1 + (recency <= 90) + (recency <= 30) AND f.f = 1 + (c.frequency > 3) + (c.frequency > 8) AND f.m = 1 + (c.monetary > 0) + (c.monetary > 200.5)
  AND rfm_score = r || f || m), (SELECT count(*) FROM c)
FROM rfm('orders') AS f JOIN c ON c.customer IS f.customer WHERE cuts = '{"recency":[30,90],"frequency":[3,8],"monetary":[0,2.005e2]}';

-- R8
CREATE TEMP TABLE rf25 AS SELECT customer, r, f, CASE
  WHEN r <= 2 AND f <= 2 THEN 'hibernating' WHEN r <= 2 AND f <= 4 THEN 'at_risk' WHEN r <= 2 THEN 'cant_lose'
  WHEN r = 3 AND f <= 2 THEN 'about_to_sleep' WHEN r = 3 AND f = 3 THEN 'need_attention' WHEN r <= 4 AND f >= 4 THEN 'loyal'
  WHEN r = 4 AND f = 1 THEN 'promising' WHEN r = 5 AND f = 1 THEN 'new' WHEN f <= 3 THEN 'potential_loyalist' ELSE 'champions' END AS segment
FROM quantile_score WHERE b = 5;
INSERT INTO checks (what, got, want)
SELECT 'rf25 in ' || count(DISTINCT r || f) || ' cells', sum(s.segment = rf25.segment), (SELECT count(*) FROM c) FROM rfm('orders') AS s JOIN rf25 USING (customer, r, f);
INSERT INTO checks (what, got, want)
SELECT 'rf25, zh: ' || rf25.segment, group_concat(DISTINCT s.segment), iif(rf25.segment = 'new', '新客户', min(s.segment))
FROM rfm('orders') AS s JOIN rf25 ON rf25.customer IS s.customer WHERE lang = 'zh' GROUP BY rf25.segment;
INSERT INTO checks (what, got, want)
SELECT 'other bins are stretched onto 5: ' || bins.b, sum(segment = rfm_segment(CAST(1 + round((r - 1) * 4.0 / (bins.b - 1)) AS INTEGER) * 100 + CAST(1 + round((f - 1) * 4.0 / (bins.b - 1)) AS INTEGER) * 10 + 1)
  AND segment = rfm_segment(rfm_score, 'rf25', 'en', NULL, bins.b)), (SELECT count(*) FROM c)
FROM bins JOIN rfm('orders', bins.b) GROUP BY bins.b;
INSERT INTO checks (what, got, want)
SELECT 'rfm8', sum(method = 'mean' AND bins = 2 AND segment = CASE rfm_score WHEN 222 THEN '重要价值' WHEN 122 THEN '重要保持' WHEN 212 THEN '重要发展' WHEN 112 THEN '重要挽留'
    WHEN 221 THEN '一般价值' WHEN 121 THEN '一般保持' WHEN 211 THEN '一般发展' WHEN 111 THEN '一般挽留' END
  AND r = 1 + (recency_days < (SELECT avg(recency) FROM c)) AND segment = rfm_segment(rfm_score, 'rfm8', 'zh')), (SELECT count(*) FROM c)
FROM rfm('orders') WHERE scheme = 'rfm8' AND lang = 'zh';
INSERT INTO checks (what, got, want)
SELECT 'abc, ' || count(DISTINCT f.segment) || ' classes', sum(f.segment = q.class), (SELECT count(*) FROM c)
FROM rfm('orders') AS f JOIN (
    SELECT customer, CASE WHEN monetary <= 0 THEN 'C' WHEN above * 100 < whole * 80 THEN 'A' WHEN above * 100 < whole * 95 THEN 'B' ELSE 'C' END AS class
    FROM (SELECT *, (SELECT total(monetary) FROM c WHERE monetary > o.monetary) AS above, (SELECT sum(monetary) FROM c WHERE monetary > 0) AS whole FROM c AS o)
  ) AS q ON q.customer IS f.customer WHERE scheme = 'abc' AND monetary_as = 'mean';
CREATE TEMP TABLE rule (position, name, r_min, r_max, f_min, f_max, m_min, m_max);
INSERT INTO rule VALUES (1, 'vip', 4, 5, 4, NULL, 4, NULL), (2, 'lost', 1, 1, NULL, NULL, NULL, NULL), (3, 'often', NULL, NULL, 3, 5, NULL, NULL), (4, 'vip', NULL, 2, NULL, NULL, 5, 5);
INSERT INTO checks (what, got, want)
SELECT 'custom rules, ' || count(DISTINCT segment) || ' names, ' || (sum(segment IS NULL) > 0), sum(segment IS (
    SELECT name FROM rule WHERE r BETWEEN coalesce(r_min, 1) AND coalesce(r_max, 5) AND f BETWEEN coalesce(f_min, 1) AND coalesce(f_max, 5)
      AND m BETWEEN coalesce(m_min, 1) AND coalesce(m_max, 5) ORDER BY position LIMIT 1)), (SELECT count(*) FROM c)
FROM rfm('orders') WHERE scheme = 'custom' AND rules = (
  SELECT json_group_array(json_object('name', name, 'r_min', r_min, 'r_max', r_max, 'f_min', f_min, 'f_max', f_max, 'm_min', m_min, 'm_max', m_max)) FROM (SELECT * FROM rule ORDER BY position));

-- as_of, sources, look-ups
CREATE VIEW early AS SELECT * FROM orders WHERE ordered_at < '2024-01-01';
INSERT INTO checks (what, got, want)
SELECT 'as_of leaves later rows out', count(*), 0 FROM (SELECT * FROM rfm('orders') WHERE as_of = '2023-12-31' EXCEPT SELECT * FROM rfm('early') WHERE as_of = '2023-12-31');
INSERT INTO checks (what, got, want)
SELECT 'and counts days up to it', min(recency_days), (SELECT julianday('2023-12-31') - julianday(date(max(ordered_at))) FROM early) FROM rfm('early') WHERE as_of = '2023-12-31' UNION ALL
SELECT 'exactly to an instant', round(min(recency_days) * 86400), strftime('%s', '2023-12-31 23:59:59') - (SELECT max(strftime('%s', ordered_at)) FROM early) + 0.0 FROM rfm('early') WHERE as_of = '2023-12-31 23:59:59';
INSERT INTO checks (what, got, want)
SELECT 'retain_log() is a source', count(*), 0 FROM (SELECT * FROM rfm('orders') EXCEPT SELECT * FROM rfm((SELECT retain_log(customer_id, ordered_at, amount) FROM orders)));
INSERT INTO checks (what, got, want)
SELECT 'epoch seconds', count(*), 0 FROM (SELECT * FROM rfm('orders') EXCEPT SELECT * FROM rfm((SELECT retain_log(customer_id, CAST(strftime('%s', ordered_at) AS INTEGER), amount) FROM orders)));
INSERT INTO checks (what, got, want)
SELECT 'in any order', count(*), 0 FROM (SELECT * FROM rfm('orders') EXCEPT SELECT * FROM rfm((SELECT retain_log(customer_id, ordered_at, amount) FROM (SELECT * FROM orders ORDER BY amount DESC))));
INSERT INTO checks (what, got, want)
SELECT 'a look-up by customer', sum((SELECT rfm_score FROM rfm('orders') WHERE customer = c.customer) = f.rfm_score), 40
FROM (SELECT * FROM c LIMIT 40) AS c JOIN rfm('orders') AS f ON f.customer IS c.customer AND typeof(f.customer) = typeof(c.customer);

-- Edges
CREATE TABLE few (customer_id, ordered_at, amount);
INSERT INTO checks (what, got, want) SELECT 'no rows, no customers', count(*), 0 FROM rfm('few');
INSERT INTO few VALUES ('a', '2024-02-29', 8.25);
INSERT INTO checks (what, got, want) SELECT 'one customer, ' || method, r || f || m || ' ' || recency_days || ' ' || segment, CASE method WHEN 'quantile' THEN '511 0.0 new' ELSE '111 0.0 hibernating' END
FROM (VALUES ('quantile'), ('ntile'), ('mean')) AS methods JOIN rfm('few') AS f ON f.method = methods.column1;
INSERT INTO checks (what, got, want) SELECT 'one customer is A', segment, 'A' FROM rfm('few') WHERE scheme = 'abc';
INSERT INTO few VALUES ('b', '2024-02-29', 8.25), ('c', '2024-02-29', 8.25);
INSERT INTO checks (what, got, want) SELECT 'all alike', group_concat(DISTINCT rfm_score), '511' FROM rfm('few');
INSERT INTO checks (what, got, want) SELECT 'all alike, mean', group_concat(DISTINCT rfm_score), '111' FROM rfm('few') WHERE method = 'mean';
INSERT INTO checks (what, got, want) SELECT 'all alike, ntile', group_concat(customer || rfm_score), 'a111,b222,c333' FROM rfm('few') WHERE method = 'ntile';
INSERT INTO checks (what, got, want) SELECT 'all alike, abc', group_concat(DISTINCT segment), 'A' FROM rfm('few') WHERE scheme = 'abc';
UPDATE few SET amount = 0.1;
INSERT INTO checks (what, got, want) SELECT 'all alike, 0.1, mean', group_concat(DISTINCT rfm_score), '111' FROM rfm('few') WHERE method = 'mean';
UPDATE few SET amount = -5;
INSERT INTO checks (what, got, want) SELECT 'nothing but refunds, abc', group_concat(DISTINCT segment), 'C' FROM rfm('few') WHERE scheme = 'abc';
UPDATE few SET amount = CASE customer_id WHEN 'a' THEN 80 WHEN 'b' THEN 15 ELSE 5 END;
INSERT INTO checks (what, got, want) SELECT 'abc at the limits', group_concat(customer || segment), 'aA,bB,cC' FROM rfm('few') WHERE scheme = 'abc';
UPDATE few SET amount = CASE customer_id WHEN 'a' THEN 1e16 WHEN 'b' THEN 1 ELSE -1e16 END, customer_id = 1;
INSERT INTO checks (what, got, want) SELECT 'sums are compensated', monetary, 1.0 FROM rfm('few');

-- Money adds exactly: equal totals are equal, whatever they are made of; of numbers that are no decimals nothing is changed.
CREATE TABLE till (customer, time, amount);
INSERT INTO till VALUES ('a', '2026-01-01', 4.99), ('a', '2026-02-01', 16.49), ('b', '2026-01-01', 16.49), ('b', '2026-02-01', 4.99), ('c', '2026-01-01', 5.49), ('c', '2026-02-01', 15.99),
  ('d', '2026-01-01', 121.48), ('d', '2026-02-01', -100), ('e', '2026-01-01', 21.4799), ('e', '2026-02-01', 0.0001);
INSERT INTO checks (what, got, want) SELECT 'sums of decimals', count(DISTINCT monetary) || ' ' || max(monetary) || ' ' || count(DISTINCT m), '1 21.48 1' FROM rfm('till');
INSERT INTO checks (what, got, want) SELECT 'and their flow', group_concat(DISTINCT value_before + value_between), '107.4' FROM (SELECT sum(value_before) AS value_before, sum(value_between) AS value_between FROM segment_flow('till', '2026-01-15'));
CREATE TABLE fine AS SELECT customer, time, amount / 3 AS amount FROM till;
INSERT INTO checks (what, got, want, tolerance) SELECT 'other sums stay as they are', monetary, (4.99 + 16.49) / 3, 1e-15 FROM rfm('fine') WHERE customer = 'a' UNION ALL
SELECT 'and differ by rounding', count(DISTINCT monetary) > 1, 1, 0 FROM rfm('fine');
-- R9. Segments that part customers: against all, scores are those without segments. Segments that do not: a customer in two of them is two.
CREATE TEMP VIEW stores AS SELECT *, unicode(customer_id) % 3 AS store, iif(rowid % 4, 'north', NULL) AS region FROM orders;
CREATE TEMP TABLE pair AS SELECT quote(customer_id) || '/' || coalesce(region, '') AS customer_id, ordered_at, amount, region, customer_id AS customer FROM stores WHERE customer_id IS NOT NULL;
INSERT INTO checks (what, got, want)
SELECT 'against all: ' || b.way, count(*) || ' ' || sum(a.rfm_score = b.rfm_score AND a.segment IS b.segment AND a.recency_days = b.recency_days), (SELECT count(*) || ' ' || count(*) FROM c) FROM (
  SELECT 'quantile' AS way, * FROM rfm('stores') WHERE segment_column = 'store' AND score_within = 'all' UNION ALL
  SELECT 'ntile', * FROM rfm('stores') WHERE segment_column = 'store' AND score_within = 'all' AND method = 'ntile' UNION ALL
  SELECT 'mean', * FROM rfm('stores') WHERE segment_column = 'store' AND score_within = 'all' AND scheme = 'rfm8' UNION ALL
  SELECT 'abc', * FROM rfm('stores') WHERE segment_column = 'store' AND score_within = 'all' AND scheme = 'abc' UNION ALL
  SELECT 'mean value', * FROM rfm('stores') WHERE segment_column = 'store' AND score_within = 'all' AND monetary_as = 'mean' UNION ALL
  SELECT 'cuts', * FROM rfm('stores') WHERE segment_column = 'store' AND score_within = 'all' AND cuts = '{"recency":[100,300],"frequency":[2,6],"monetary":[50,200]}') AS a JOIN (
  SELECT 'quantile' AS way, * FROM rfm('orders') UNION ALL
  SELECT 'ntile', * FROM rfm('orders') WHERE method = 'ntile' UNION ALL
  SELECT 'mean', * FROM rfm('orders') WHERE scheme = 'rfm8' UNION ALL
  SELECT 'abc', * FROM rfm('orders') WHERE scheme = 'abc' UNION ALL
  SELECT 'mean value', * FROM rfm('orders') WHERE monetary_as = 'mean' UNION ALL
  SELECT 'cuts', * FROM rfm('orders') WHERE cuts = '{"recency":[100,300],"frequency":[2,6],"monetary":[50,200]}') AS b ON a.way = b.way AND a.customer IS b.customer GROUP BY b.way;
INSERT INTO checks (what, got, want)
SELECT 'a customer in two segments is two: ' || a.way, count(*) || ' ' || sum(a.rfm_score = b.rfm_score), (SELECT count(DISTINCT customer_id) || ' ' || count(DISTINCT customer_id) FROM pair) FROM (
  SELECT 'quantile' AS way, * FROM rfm('stores') WHERE segment_column = 'region' AND score_within = 'all' UNION ALL
  SELECT 'mean', * FROM rfm('stores') WHERE segment_column = 'region' AND score_within = 'all' AND method = 'mean') AS a JOIN (
  SELECT 'quantile' AS way, * FROM rfm('pair') WHERE customer_column = 'customer_id' UNION ALL SELECT 'mean', * FROM rfm('pair') WHERE customer_column = 'customer_id' AND method = 'mean') AS b
  ON a.way = b.way AND b.customer = quote(a.customer) || '/' || coalesce(a.segment_value, '') GROUP BY a.way;
INSERT INTO checks (what, got, want)
SELECT 'within a segment', count(*), 0 FROM (SELECT customer, rfm_score FROM rfm('stores') WHERE segment_column = 'region' AND segment_value = 'north' EXCEPT
  SELECT customer, rfm_score FROM rfm((SELECT retain_log(customer_id, ordered_at, amount) FROM stores WHERE region = 'north')) WHERE as_of = (SELECT max(ordered_at) FROM orders WHERE customer_id IS NOT NULL));
INSERT INTO checks (what, got, want)
SELECT 'nobody, against all', count(*), 0 FROM rfm('stores') WHERE segment_column = 'region' AND score_within = 'all' AND as_of = '2000-01-01';

-- expect error
SELECT * FROM rfm('orders') WHERE bins = 11;
-- expect error
SELECT * FROM rfm('orders') WHERE method = 'quantil';
-- expect error
SELECT * FROM rfm('orders') WHERE method = 'mean' AND bins = 3;
-- expect error
SELECT * FROM rfm('orders') WHERE scheme = 'rfm8' AND bins = 5;
-- expect error
SELECT * FROM rfm('orders') WHERE scheme = 'custom';
-- expect error
SELECT * FROM rfm('orders') WHERE rules = '[{"name":"a"}]';
-- expect error
SELECT * FROM rfm('orders') WHERE scheme = 'custom' AND rules = '[]';
-- expect error
SELECT * FROM rfm('orders') WHERE scheme = 'custom' AND rules = '[1]';
-- expect error
SELECT * FROM rfm('orders') WHERE scheme = 'custom' AND rules = '[{"name":"a"},{"name":"b","r_mim":3}]';
-- expect error
SELECT * FROM rfm('orders') WHERE scheme = 'custom' AND rules = '[{"name":"a","f_min":4,"f_max":3}]';
-- expect error
SELECT * FROM rfm('orders') WHERE scheme = 'custom' AND rules = '[{"name":"a","m_max":6}]';
-- expect error
SELECT * FROM rfm('orders') WHERE scheme = 'custom' AND rules = '[{"name":"a","m_max":"5"}]';
-- expect error
SELECT * FROM rfm('orders') WHERE scheme = 'custom' AND rules = '[{"r_min":3}]';
-- expect error
SELECT * FROM rfm('orders') WHERE scheme = 'custom' AND rules = '[{"name":"(a"}]';
-- expect error
SELECT * FROM rfm('orders') WHERE cuts = '{"recency":[30],"frequency":[3],"monetary":[9]';
-- expect error
SELECT * FROM rfm('orders') WHERE cuts = '{"recency":[30],"frequency":[3],"monetary":[9]}' AND method = 'mean';
-- expect error
SELECT * FROM rfm('orders') WHERE cuts = '{"recency":[30],"frequency":[3],"monetary":[9]}' AND bins = 3;
-- expect error
SELECT * FROM rfm('orders') WHERE value_column = 'price';
INSERT INTO few VALUES (2, '2024-02-29', 1e308), (2, '2024-02-29', 1e308);
-- expect error
SELECT * FROM rfm('few');
