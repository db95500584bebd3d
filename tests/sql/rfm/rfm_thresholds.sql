-- not under valgrind: takes a minute there, and ASan and UBSan see it too
-- rfm_thresholds(): rules R1–R4 of ext/fn/rfm/rfm_thresholds.c.
CREATE TABLE orders AS SELECT customer_id, ordered_at, amount FROM demo_orders(400, 3);
CREATE TEMP TABLE bins AS WITH RECURSIVE b(b) AS (SELECT 2 UNION ALL SELECT b + 1 FROM b WHERE b < 10) SELECT b FROM b;
CREATE TEMP TABLE scored AS
SELECT bins.b, method, 'recency' AS dimension, r AS bin, recency_days AS x FROM bins, (VALUES ('quantile'), ('ntile')) AS methods JOIN rfm('orders') AS f ON f.bins = b AND f.method = methods.column1
UNION ALL SELECT bins.b, method, 'frequency', f, frequency FROM bins, (VALUES ('quantile'), ('ntile')) AS methods JOIN rfm('orders') AS f ON f.bins = b AND f.method = methods.column1
UNION ALL SELECT bins.b, method, 'monetary', m, monetary FROM bins, (VALUES ('quantile'), ('ntile')) AS methods JOIN rfm('orders') AS f ON f.bins = b AND f.method = methods.column1;

-- R1
CREATE TEMP TABLE t AS
SELECT b, t.method, kind, dimension, bin, lower, upper, smallest, largest, customers, segment, r, f, m, matches
FROM bins, (VALUES ('quantile'), ('ntile')) AS methods JOIN rfm_thresholds('orders') AS t ON t.bins = b AND t.method = methods.column1;
INSERT INTO checks (what, got, want)
SELECT method || ', ' || b || ' bins: rows', count(*) || ' ' || sum(customers) || ' ' || sum(kind = 'bin') || ' ' || count(segment) || count(r) || count(matches), (3 * b) || ' 1200 ' || (3 * b) || ' 000'
FROM t GROUP BY method, b;
INSERT INTO checks (what, got, want)
SELECT method || ': customers and what they span', sum(t.customers = (SELECT count(*) FROM scored AS s WHERE (s.b, s.method, s.dimension, s.bin) = (t.b, t.method, t.dimension, t.bin))
  AND t.smallest IS (SELECT min(x) FROM scored AS s WHERE (s.b, s.method, s.dimension, s.bin) = (t.b, t.method, t.dimension, t.bin))
  AND t.largest IS (SELECT max(x) FROM scored AS s WHERE (s.b, s.method, s.dimension, s.bin) = (t.b, t.method, t.dimension, t.bin))), count(*)
FROM t GROUP BY method;
INSERT INTO checks (what, got, want)
SELECT 'quantile: lower < value <= upper', sum(x > coalesce(lower, -1e9) AND x <= coalesce(upper, 1e9)), count(*)
FROM t JOIN scored USING (b, method, dimension, bin) WHERE method = 'quantile';
INSERT INTO checks (what, got, want)
SELECT 'quantile: intervals meet', sum(lower IS before), count(*)
FROM (SELECT lower, lag(upper) OVER (PARTITION BY b, dimension ORDER BY iif(dimension = 'recency', -bin, bin)) AS before FROM t WHERE method = 'quantile');
INSERT INTO checks (what, got, want) SELECT 'quantile: the ends are open', sum(lower IS NULL) || ' ' || sum(upper IS NULL), '27 27' FROM t WHERE method = 'quantile';
INSERT INTO checks (what, got, want) SELECT 'ntile: no limits', count(lower) + count(upper), 0 FROM t WHERE method = 'ntile';
INSERT INTO checks (what, got, want)
SELECT 'mean: ' || dimension, CASE WHEN dimension = 'recency' THEN max(upper) ELSE max(lower) END BETWEEN (SELECT avg(x) FROM scored AS s WHERE s.dimension = t.dimension AND b = 2 AND method = 'ntile') - 1e-9
  AND (SELECT avg(x) FROM scored AS s WHERE s.dimension = t.dimension AND b = 2 AND method = 'ntile') + 1e-9, 1
FROM rfm_thresholds('orders') AS t WHERE t.method = 'mean' GROUP BY dimension;
INSERT INTO checks (what, got, want)
SELECT 'given cuts', group_concat(dimension || bin || coalesce(lower, '-') || coalesce(upper, '-'), ' '), 'recency15.5- recency2-5.5 frequency1-2.0 frequency22.0- monetary1-7.25 monetary27.25-'
FROM rfm_thresholds('orders') WHERE cuts = '{"recency":[5.5],"frequency":[2],"monetary":[7.25]}';

-- R2
INSERT INTO checks (what, got, want)
SELECT 'abc, ' || t.segment, t.dimension || t.customers || t.smallest || t.largest, f.got
FROM rfm_thresholds('orders') AS t JOIN (SELECT segment, 'value' || count(*) || min(monetary) || max(monetary) AS got FROM rfm('orders') WHERE scheme = 'abc' GROUP BY segment) AS f USING (segment)
WHERE scheme = 'abc' AND kind = 'class';
INSERT INTO checks (what, got, want) SELECT 'abc, zh', group_concat(segment), 'A类,B类,C类' FROM rfm_thresholds('orders') WHERE scheme = 'abc' AND lang = 'zh';

-- R3: against the rules applied cell by cell.
CREATE TEMP TABLE rule (name, r_min, r_max, f_min, f_max, m_min, m_max);
INSERT INTO rule VALUES ('vip', 3, 4, 3, 4, 3, 4), ('lost', 1, 1, 1, 4, 1, 4), ('often', 1, 4, 3, 4, 1, 4), ('rich', 2, 4, 1, 4, 4, 4);
CREATE TEMP TABLE cell AS
SELECT r.b AS r, f.b AS f, m.b AS m, count(name) AS matches, name, rule.rowid AS position
FROM (SELECT 1 AS b UNION SELECT b FROM bins WHERE b <= 4) AS r, (SELECT 1 AS b UNION SELECT b FROM bins WHERE b <= 4) AS f, (SELECT 1 AS b UNION SELECT b FROM bins WHERE b <= 4) AS m
  LEFT JOIN rule ON r.b BETWEEN r_min AND r_max AND f.b BETWEEN f_min AND f_max AND m.b BETWEEN m_min AND m_max GROUP BY r.b, f.b, m.b, rule.rowid;
CREATE TEMP TABLE cells AS
SELECT r, f, m, sum(matches) OVER (PARTITION BY r, f, m) AS matches, name AS segment, (SELECT count(*) FROM rfm('orders', 4) AS o WHERE o.r = cell.r AND o.f = cell.f AND o.m = cell.m) AS customers FROM cell;
DELETE FROM cells WHERE matches = 1;
CREATE TEMP TABLE told AS SELECT r, f, m, matches, segment, customers, bin, dimension, smallest FROM rfm_thresholds('orders', 4) WHERE scheme = 'custom' AND kind = 'cell' AND rules = (SELECT json_group_array(json_object(
  'name', name, 'r_min', r_min, 'r_max', r_max, 'f_min', f_min, 'f_max', f_max, 'm_min', m_min, 'm_max', m_max)) FROM rule);
INSERT INTO checks (what, got, want)
SELECT 'cells: ' || sum(matches = 0) || ' of none, ' || sum(matches > 1) || ' of several', count(*) || ' ' || (sum(matches = 0) > 0) || (max(matches) > 2) || count(bin) || count(dimension) || count(smallest), (SELECT count(*) FROM cells) || ' 11000' FROM told;
INSERT INTO checks (what, got, want)
SELECT 'cells: the same', count(*), 0 FROM (SELECT r, f, m, matches, segment, customers FROM told EXCEPT SELECT * FROM cells);
INSERT INTO checks (what, got, want)
SELECT 'cells: none where rules cover all once', count(*), 0 FROM rfm_thresholds('orders') WHERE kind = 'cell' AND scheme = 'custom' AND rules = '[{"name":"low","r_max":2},{"name":"high","r_min":3}]';

-- R4
CREATE TABLE empty (customer_id, ordered_at, amount);
INSERT INTO checks (what, got, want) SELECT 'no customers', count(*), 0 FROM rfm_thresholds('empty');
INSERT INTO checks (what, got, want) SELECT 'no customers, abc', count(*), 0 FROM rfm_thresholds('empty') WHERE scheme = 'abc' AND method = 'ntile';
INSERT INTO checks (what, got, want) SELECT 'no customers, given cuts', count(*) || ' ' || sum(customers) || count(smallest), '6 00' FROM rfm_thresholds('empty') WHERE cuts = '{"recency":[5.5],"frequency":[2],"monetary":[7.25]}';
INSERT INTO checks (what, got, want) SELECT 'no customers, custom', count(*) || ' ' || sum(customers), '8 0' FROM rfm_thresholds('empty', 2) WHERE scheme = 'custom' AND rules = '[{"name":"x"},{"name":"y"}]' AND segment = 'y';

-- expect error
SELECT * FROM rfm_thresholds('orders', 1);
