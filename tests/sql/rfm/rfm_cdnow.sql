-- needs: shared
-- rfm() on the purchases of CDNOW's customers (23,570 customers, January 1997 to June 1998), row by row against the slow obvious SQL.
-- Amounts in cents: sums are exact, so that both sides see the same ties. Times are dates: nearly every recency is a tie.
CREATE TABLE orders (customer_id INTEGER, ordered_at TEXT, cds INTEGER, amount REAL);
.import --csv --skip 1 ../shared/data/cdnow_orders.csv orders
UPDATE orders SET amount = round(amount * 100);
INSERT INTO checks (what, got, want) SELECT 'the file', count(*) || ' ' || count(DISTINCT customer_id), '69659 23570' FROM orders;

CREATE TEMP TABLE c AS
SELECT customer_id AS customer, min(ordered_at) AS first_time, max(ordered_at) AS last_time, julianday('1998-06-30') - julianday(max(ordered_at)) AS recency,
  count(*) AS frequency, sum(amount) AS monetary, sum(amount) / count(*) AS mean_value
FROM orders GROUP BY customer_id;
CREATE UNIQUE INDEX c_customer ON c (customer);
INSERT INTO checks (what, got, want)
SELECT 'totals', sum(f.first_time = c.first_time || ' 00:00:00' AND f.last_time = c.last_time || ' 00:00:00' AND f.recency_days = c.recency AND f.frequency = c.frequency AND f.monetary = c.monetary), 23570
FROM rfm('orders') AS f JOIN c USING (customer);

-- Quantiles, for some bins, by sum and by mean. CROSS JOIN keeps the planner from asking rfm() for one customer at a time, with other options each time.
-- Sorted once per axis; the k-th cut by its place in the sorted values.
CREATE TEMP TABLE x AS
SELECT axis, x, row_number() OVER (PARTITION BY axis ORDER BY x) - 1 AS i, count(*) OVER (PARTITION BY axis) AS n
FROM (SELECT 'recency' AS axis, recency AS x FROM c UNION ALL SELECT 'frequency', frequency FROM c UNION ALL SELECT 'monetary', monetary FROM c UNION ALL SELECT 'mean', mean_value FROM c);
CREATE UNIQUE INDEX x_i ON x (axis, i);
CREATE TEMP TABLE cut AS
WITH RECURSIVE k(b, k) AS (SELECT column1, 1 FROM (VALUES (2), (4), (5), (7), (10)) UNION ALL SELECT b, k + 1 FROM k WHERE k + 1 < b)
SELECT b, k, axis, (SELECT lo.x + (lo.n - 1) * k % b * 1.0 / b * (hi.x - lo.x) FROM x AS lo JOIN x AS hi ON hi.axis = lo.axis AND hi.i = lo.i + 1
  WHERE lo.axis = a.axis AND lo.i = 23569 * k / b) AS cut
FROM k, (SELECT DISTINCT axis FROM x) AS a;
CREATE INDEX cut_b ON cut (b, axis, cut);
CREATE TEMP TABLE quantile_score AS
SELECT b, customer, b - (SELECT count(*) FROM cut WHERE cut.b = bins.b AND axis = 'recency' AND cut < recency) AS r,
  1 + (SELECT count(*) FROM cut WHERE cut.b = bins.b AND axis = 'frequency' AND cut < frequency) AS f,
  1 + (SELECT count(*) FROM cut WHERE cut.b = bins.b AND axis = 'monetary' AND cut < monetary) AS m,
  1 + (SELECT count(*) FROM cut WHERE cut.b = bins.b AND axis = 'mean' AND cut < mean_value) AS m_mean
FROM c, (SELECT DISTINCT b FROM cut) AS bins;
CREATE UNIQUE INDEX quantile_score_customer ON quantile_score (b, customer);
INSERT INTO checks (what, got, want)
SELECT 'quantile, ' || bins.b || ' bins, monetary as ' || column1, sum(f.r = q.r AND f.f = q.f AND f.m = iif(column1 = 'mean', q.m_mean, q.m)), 23570
FROM (SELECT DISTINCT b FROM cut) AS bins CROSS JOIN (VALUES ('sum'), ('mean')) CROSS JOIN rfm('orders') AS f ON f.bins = bins.b AND f.monetary_as = column1
  CROSS JOIN quantile_score AS q ON q.b = bins.b AND q.customer = f.customer GROUP BY bins.b, column1;
INSERT INTO checks (what, got, want)
SELECT 'the cuts, ' || dimension, sum(abs(cut - upper) < 1e-9 * cut), 4
FROM (SELECT dimension, upper, row_number() OVER (PARTITION BY dimension ORDER BY upper) AS k FROM rfm_thresholds('orders') WHERE upper IS NOT NULL) AS t JOIN cut ON cut.b = 5 AND cut.axis = dimension AND cut.k = t.k
GROUP BY dimension;
CREATE TEMP TABLE saved AS SELECT b, (SELECT rfm_cuts(recency, frequency, monetary, b) FROM c) AS json FROM (SELECT DISTINCT b FROM cut);
INSERT INTO checks (what, got, want)
SELECT 'rfm_score() with rfm_cuts(), ' || b || ' bins', sum(rfm_score = rfm_score(recency_days, frequency, monetary, json)), 23570
FROM saved JOIN rfm('orders') AS f ON f.bins = b GROUP BY b;

INSERT INTO checks (what, got, want)
SELECT 'ntile, ' || bins.column1 || ' bins', sum(f.r = q.r AND f.f = q.f AND f.m = q.m), 23570
FROM (VALUES (3), (5), (10)) AS bins JOIN (
    SELECT column1 AS b, customer, ntile(column1) OVER (PARTITION BY column1 ORDER BY recency DESC, customer) AS r, ntile(column1) OVER (PARTITION BY column1 ORDER BY frequency, customer) AS f,
      ntile(column1) OVER (PARTITION BY column1 ORDER BY monetary, customer) AS m FROM c, (VALUES (3), (5), (10))) AS q ON q.b = bins.column1
  JOIN (SELECT bins AS b, customer, r, f, m FROM (VALUES (3), (5), (10)) JOIN rfm('orders') ON bins = column1 AND method = 'ntile') AS f ON f.b = q.b AND f.customer = q.customer GROUP BY bins.column1;
CREATE TEMP TABLE means AS SELECT avg(recency) AS mean_recency, avg(frequency) AS mean_frequency, avg(monetary) AS mean_monetary, sum(monetary) AS whole FROM c;
INSERT INTO checks (what, got, want)
SELECT 'mean, rfm8', sum(f.rfm_score = 111 + 100 * (recency < mean_recency) + 10 * (c.frequency > mean_frequency) + (c.monetary > mean_monetary)), 23570
FROM means CROSS JOIN rfm('orders') AS f JOIN c USING (customer) WHERE scheme = 'rfm8';

-- Segments: sizes and revenue, by the slow scores.
INSERT INTO checks (what, got, want)
SELECT 'rf25: ' || s.segment, s.customers || ' ' || s.revenue, q.customers || ' ' || q.revenue
FROM (SELECT segment, count(*) AS customers, sum(monetary) AS revenue FROM rfm('orders') GROUP BY 1) AS s JOIN (
  SELECT CASE WHEN r <= 2 AND f <= 2 THEN 'hibernating' WHEN r <= 2 AND f <= 4 THEN 'at_risk' WHEN r <= 2 THEN 'cant_lose'
      WHEN r = 3 AND f <= 2 THEN 'about_to_sleep' WHEN r = 3 AND f = 3 THEN 'need_attention' WHEN r <= 4 AND f >= 4 THEN 'loyal'
      WHEN r = 4 AND f = 1 THEN 'promising' WHEN r = 5 AND f = 1 THEN 'new' WHEN f <= 3 THEN 'potential_loyalist' ELSE 'champions' END AS segment, count(*) AS customers, sum(monetary) AS revenue
    FROM quantile_score JOIN c USING (customer) WHERE b = 5 GROUP BY 1) AS q USING (segment) ORDER BY s.segment;
CREATE TEMP TABLE above AS SELECT monetary, sum(sum(monetary)) OVER (ORDER BY monetary DESC) - sum(monetary) AS above FROM c GROUP BY monetary;
CREATE UNIQUE INDEX above_monetary ON above (monetary);
INSERT INTO checks (what, got, want)
SELECT 'abc', sum(f.segment = CASE WHEN c.monetary <= 0 THEN 'C' WHEN above * 100 < whole * 80 THEN 'A' WHEN above * 100 < whole * 95 THEN 'B' ELSE 'C' END), 23570
FROM means CROSS JOIN rfm('orders') AS f JOIN c USING (customer) JOIN above ON above.monetary = c.monetary WHERE scheme = 'abc';

INSERT INTO checks (what, got, want)
SELECT 'segment_flow: the same ' || count(*) || ' flows', sum(f.customers = s.customers AND f.value_between = s.value), count(*)
FROM segment_flow('orders', '1997-10-01', '1998-03-31') AS f LEFT JOIN (
    SELECT coalesce(a.segment, '(not yet)') AS from_segment, b.segment AS to_segment, count(*) AS customers, sum(b.monetary - coalesce(a.monetary, 0)) AS value
    FROM (SELECT * FROM rfm('orders') WHERE as_of = '1998-03-31') AS b LEFT JOIN (SELECT * FROM rfm('orders') WHERE as_of = '1997-09-30') AS a USING (customer) GROUP BY 1, 2) AS s
  ON s.from_segment = f.from_segment AND s.to_segment = f.to_segment;
