-- segment_flow(): rules R1–R4 of ext/fn/rfm/segment_flow.c, against rfm() at the two dates, joined.
CREATE TABLE orders AS SELECT customer_id, ordered_at, amount FROM demo_orders(500, 21);
INSERT INTO orders SELECT 'text ' || customer_id, ordered_at, CASE WHEN rowid % 17 = 0 THEN -5.5 ELSE amount END FROM orders WHERE customer_id % 9 = 0;

-- One way to ask: its name, its options, and the flows as rfm() gives them.
CREATE TEMP TABLE slow (way, from_segment, to_segment, customers, value_before, value_between);
CREATE TEMP TABLE fast (way, segment, from_segment, to_segment, customers, from_customers, rate, low, high, value_before, value_between);
CREATE TEMP TABLE since AS SELECT 'defaults' AS way, customer, segment, monetary FROM rfm('orders') WHERE as_of = '2025-01-14'
  UNION ALL SELECT 'ntile', customer, segment, monetary FROM rfm('orders') WHERE as_of = '2025-01-14' AND method = 'ntile' AND bins = 7 AND lang = 'zh'
  UNION ALL SELECT 'rfm8', customer, segment, monetary FROM rfm('orders') WHERE as_of = '2025-01-14' AND scheme = 'rfm8'
  UNION ALL SELECT 'abc', customer, segment, monetary FROM rfm('orders') WHERE as_of = '2025-01-14' AND scheme = 'abc'
  UNION ALL SELECT 'cuts', customer, segment, monetary FROM rfm('orders') WHERE as_of = '2025-01-14' AND cuts = '{"recency":[30,90],"frequency":[1,3],"monetary":[50,100]}'
  UNION ALL SELECT 'custom', customer, segment, monetary FROM rfm('orders') WHERE as_of = '2025-01-14' AND scheme = 'custom' AND rules = '[{"name":"good","r_min":4},{"name":"once","f_max":1},{"name":"good","m_min":5}]';
CREATE TEMP TABLE until AS SELECT 'defaults' AS way, customer, segment, monetary FROM rfm('orders') WHERE as_of = '2025-08-01 12:00:00'
  UNION ALL SELECT 'ntile', customer, segment, monetary FROM rfm('orders') WHERE as_of = '2025-08-01 12:00:00' AND method = 'ntile' AND bins = 7 AND lang = 'zh'
  UNION ALL SELECT 'rfm8', customer, segment, monetary FROM rfm('orders') WHERE as_of = '2025-08-01 12:00:00' AND scheme = 'rfm8'
  UNION ALL SELECT 'abc', customer, segment, monetary FROM rfm('orders') WHERE as_of = '2025-08-01 12:00:00' AND scheme = 'abc'
  UNION ALL SELECT 'cuts', customer, segment, monetary FROM rfm('orders') WHERE as_of = '2025-08-01 12:00:00' AND cuts = '{"recency":[30,90],"frequency":[1,3],"monetary":[50,100]}'
  UNION ALL SELECT 'custom', customer, segment, monetary FROM rfm('orders') WHERE as_of = '2025-08-01 12:00:00' AND scheme = 'custom' AND rules = '[{"name":"good","r_min":4},{"name":"once","f_max":1},{"name":"good","m_min":5}]';
INSERT INTO fast SELECT 'defaults', * FROM segment_flow('orders', '2025-01-15', '2025-08-01 12:00:00');
INSERT INTO fast SELECT 'ntile', * FROM segment_flow('orders', '2025-01-15', '2025-08-01 12:00:00', 7, 'ntile') WHERE lang = 'zh';
INSERT INTO fast SELECT 'rfm8', * FROM segment_flow('orders', '2025-01-15', '2025-08-01 12:00:00') WHERE scheme = 'rfm8';
INSERT INTO fast SELECT 'abc', * FROM segment_flow('orders', '2025-01-15', '2025-08-01 12:00:00') WHERE scheme = 'abc';
INSERT INTO fast SELECT 'cuts', * FROM segment_flow('orders', '2025-01-15', '2025-08-01 12:00:00') WHERE cuts = '{"recency":[30,90],"frequency":[1,3],"monetary":[50,100]}';
INSERT INTO fast SELECT 'custom', * FROM segment_flow('orders', '2025-01-15', '2025-08-01 12:00:00') WHERE scheme = 'custom' AND rules = '[{"name":"good","r_min":4},{"name":"once","f_max":1},{"name":"good","m_min":5}]';
INSERT INTO slow
SELECT u.way, CASE WHEN s.customer IS NOT NULL THEN s.segment WHEN u.way = 'ntile' THEN '(尚未购买)' ELSE '(not yet)' END, u.segment, count(*), total(s.monetary), sum(u.monetary - coalesce(s.monetary, 0))
FROM until AS u LEFT JOIN since AS s ON s.way = u.way AND s.customer IS u.customer AND typeof(s.customer) = typeof(u.customer) GROUP BY 1, 2, 3;

-- R1, R3, R4
INSERT INTO checks (what, got, want)
SELECT way || ': the same ' || count(*) || ' flows', (SELECT count(*) FROM fast AS f JOIN slow AS s ON s.way = f.way AND s.from_segment IS f.from_segment AND s.to_segment IS f.to_segment AND s.customers = f.customers
    AND abs(s.value_before - f.value_before) < 1e-6 AND abs(s.value_between - f.value_between) < 1e-6 WHERE f.way = fast.way) || ' ' || count(*), (SELECT count(*) || ' ' || count(*) FROM slow WHERE slow.way = fast.way)
FROM fast GROUP BY way;
INSERT INTO checks (what, got, want)
SELECT way || ': every customer once', sum(customers), (SELECT count(DISTINCT typeof(customer_id) || customer_id) FROM orders WHERE ordered_at <= '2025-08-01 12:00:00') FROM fast GROUP BY way;
INSERT INTO checks (what, got, want)
SELECT way || ': rates', sum(from_customers = (SELECT sum(customers) FROM fast AS g WHERE g.way = f.way AND g.from_segment IS f.from_segment) AND rate = customers * 1.0 / from_customers
  AND low = rate_low(customers, from_customers) AND high = rate_high(customers, from_customers)), count(*) FROM fast AS f GROUP BY way;
INSERT INTO checks (what, got, want) SELECT 'somebody is new, somebody in no rule', sum(from_segment = '(not yet)') > 0 AND sum(from_segment IS NULL) > 0, 1 FROM fast WHERE way = 'custom';
INSERT INTO checks (what, got, want) SELECT 'in order of the segments', group_concat(to_segment), 'champions,loyal,potential_loyalist,new,promising,need_attention,about_to_sleep,cant_lose,at_risk,hibernating'
FROM (SELECT to_segment, min(rowid) FROM (SELECT rowid, to_segment FROM segment_flow('orders', '2023-01-01', '2024-09-01')) GROUP BY to_segment ORDER BY 2);

-- R2
INSERT INTO checks (what, got, want)
SELECT 'until is the newest time', count(*), 0 FROM (SELECT * FROM segment_flow('orders', '2025-01-15') EXCEPT SELECT * FROM segment_flow('orders', '2025-01-15', (SELECT max(ordered_at) FROM orders)));
INSERT INTO checks (what, got, want)
SELECT 'or as_of', count(*), 0 FROM (SELECT * FROM segment_flow('orders', '2025-01-15') WHERE as_of = '2025-06-01' EXCEPT SELECT * FROM segment_flow('orders', '2025-01-15', '2025-06-01'));
INSERT INTO checks (what, got, want)
SELECT 'retain_log() is a source', count(*), 0 FROM (SELECT * FROM segment_flow('orders', '2025-01-15') EXCEPT SELECT * FROM segment_flow((SELECT retain_log(customer_id, ordered_at, amount) FROM orders), '2025-01-15'));
INSERT INTO checks (what, got, want) SELECT 'before anybody bought, all are new', group_concat(DISTINCT from_segment) || ' ' || sum(value_before), '(not yet) 0.0' FROM segment_flow('orders', '2020-01-01');
CREATE TABLE empty (customer_id, ordered_at, amount);
INSERT INTO checks (what, got, want) SELECT 'no rows', count(*), 0 FROM segment_flow('empty', '2025-01-01');
INSERT INTO checks (what, got, want) SELECT 'no rows up to until', count(*), 0 FROM segment_flow('orders', '2020-01-01', '2020-02-01');
INSERT INTO checks (what, got, want)
SELECT 'the flow of one day', round(sum(value_between), 2), (SELECT round(sum(amount), 2) FROM orders WHERE date(ordered_at) = '2025-02-01') FROM segment_flow('orders', '2025-02-01', '2025-02-01');
INSERT INTO checks (what, got, want)
SELECT 'an instant belongs to what was before', round(sum(value_between), 2), (SELECT round(sum(amount), 2) FROM orders WHERE ordered_at > '2025-02-01 00:00:00' AND ordered_at < '2025-03-01') FROM segment_flow('orders', '2025-02-01 00:00:00', '2025-02-28');

-- expect error
SELECT * FROM segment_flow('orders');
-- expect error
SELECT * FROM segment_flow('orders', '2025-02-02', '2025-02-01');
-- expect error
SELECT * FROM segment_flow('orders', '2025-02-01 00:00:00', '2025-02-01 00:00:00');
-- expect error
SELECT * FROM segment_flow('orders', '2030-02-01', '2025-02-01');
-- expect error
SELECT * FROM segment_flow('orders', 'soon');
-- expect error
SELECT * FROM segment_flow('orders', '2025-01-01', NULL, 12);
