-- not under valgrind: reals are converted with long double, which valgrind has in 64 bits only
-- rfm_cuts(), rfm_score(), rfm_segment(): rules R1–R4 of ext/fn/rfm/rfm_score.c.
CREATE TABLE orders AS SELECT customer_id, ordered_at, amount FROM demo_orders(300, 11);
CREATE TEMP TABLE c AS SELECT * FROM rfm('orders');
CREATE TEMP TABLE bins AS WITH RECURSIVE b(b) AS (SELECT 2 UNION ALL SELECT b + 1 FROM b WHERE b < 10) SELECT b FROM b;

-- R: quantile(c(15, 20, 35, 40, 50), c(.2, .4, .6, .8), type = 7) is 19 29 37 42.
INSERT INTO checks (what, got, want)
SELECT 'the JSON', rfm_cuts(column1, column1 * 10, 7), '{"bins":5,"recency":[19,29,37,42],"frequency":[190,290,370,420],"monetary":[7,7,7,7]}'
FROM (VALUES (50), (20), (40), (35), (15));
INSERT INTO checks (what, got, want)
SELECT 'it is JSON to other functions', json_object('cuts', rfm_cuts(1, 2.5, '3', 2)), '{"cuts":{"bins":2,"recency":[1],"frequency":[2.5],"monetary":[3]}}';

-- R2
CREATE TEMP TABLE saved AS SELECT b, (SELECT rfm_cuts(recency_days, frequency, monetary, b) FROM c) AS cuts FROM bins;
INSERT INTO checks (what, got, want)
SELECT 'rfm_score() is rfm_score, ' || b || ' bins', sum(rfm_score(recency_days, frequency, monetary, saved.cuts) = rfm_score), 300
FROM saved JOIN rfm('orders') AS f ON f.bins = b GROUP BY b;
INSERT INTO checks (what, got, want)
SELECT 'rfm() takes them, ' || b || ' bins', sum(f.rfm_score = g.rfm_score AND f.segment = g.segment), 300
FROM saved JOIN rfm('orders') AS f ON f.bins = b JOIN rfm('orders') AS g ON g.cuts = saved.cuts AND g.customer = f.customer GROUP BY b;
INSERT INTO checks (what, got, want)
SELECT 'cuts read back to the last bit, ' || dimension, sum(upper IS CAST(json_extract(cuts, printf('$.%s[%d]', dimension, k - 1)) AS REAL)), 4
FROM (SELECT dimension, upper, row_number() OVER (PARTITION BY dimension ORDER BY upper) AS k FROM rfm_thresholds('orders') WHERE upper IS NOT NULL), saved
WHERE b = 5 GROUP BY dimension;
INSERT INTO checks (what, got, want)
SELECT 'applied to half of the customers', sum(rfm_score(recency_days, frequency, monetary, (SELECT cuts FROM saved WHERE b = 5)) = rfm_score), 150 FROM c WHERE customer % 2;
INSERT INTO checks (what, got, want)
SELECT 'rfm_segment() is its segment', sum(rfm_segment(rfm_score) = c.segment), 300 FROM c;
-- More than are remembered, in turn: each row by its own cuts.
INSERT INTO checks (what, got, want)
SELECT 'many cuts in turn, ' || count(*) || ' rows', sum(rfm_score(50, 50, 50, json_object('recency', json_array(n % 7 * 20), 'frequency', json_array(n % 7 * 20), 'monetary', json_array(0)))
  = CASE WHEN n % 7 * 20 < 50 THEN 122 ELSE 212 END), count(*)
FROM (SELECT customer AS n FROM c);

-- By hand
INSERT INTO checks (what, got, want) VALUES
  ('at the cuts', rfm_score(30, 3, 50, '{"recency":[30,90],"frequency":[3,8],"monetary":[50,200]}'), 311),
  ('above them', rfm_score(30.5, 3.5, 50.5, '{"recency":[30,90],"frequency":[3,8],"monetary":[50,200]}'), 222),
  ('the best', rfm_score(0, 9, 1000, '{"recency":[30,90],"frequency":[3,8],"monetary":[50,200]}'), 333),
  ('the worst', rfm_score(91, 0, -7, '{"recency":[30,90],"frequency":[3,8],"monetary":[50,200]}'), 111),
  ('one cut', rfm_score(1, 1, 1, '{"recency":[1],"frequency":[0],"monetary":[1]}'), 221),
  ('nine cuts', rfm_score(4.5, 4.5, 9.5, '{"recency":[1,2,3,4,5,6,7,8,9],"frequency":[1,2,3,4,5,6,7,8,9],"monetary":[1,2,3,4,5,6,7,8,9]}'), 60510),
  ('other keys are ignored', rfm_score(1, 1, 1, '{"note":"x","bins":2,"recency":[1],"frequency":[0],"monetary":[1]}'), 221),
  ('the result is an INTEGER', typeof(rfm_score(1, 1, 1, '{"recency":[1],"frequency":[0],"monetary":[1]}')), 'integer'),
  -- R3
  ('rf25', rfm_segment(545), 'champions'),
  ('any case', rfm_segment(545, 'RF25', 'ZH'), '冠军客户'),
  ('rfm8', rfm_segment(211, 'rfm8'), 'general_develop'),
  ('rfm8, zh', rfm_segment(222, 'rfm8', 'zh'), '重要价值'),
  ('custom', rfm_segment(345, 'custom', 'en', '[{"name":"x","r_min":4},{"name":"y","m_min":5}]'), 'y'),
  ('custom, none', rfm_segment(344, 'custom', 'en', '[{"name":"x","r_min":4},{"name":"y","m_min":5}]'), NULL),
  ('custom, 10 bins', rfm_segment(101010, 'custom', 'en', '[{"name":"top","r_min":10,"f_min":10,"m_min":10}]'), 'top'),
  ('custom, NULL bounds', rfm_segment(345, 'custom', 'en', '[{"name":"all","r_min":null,"m_max":null}]'), 'all'),
  ('stretched', rfm_segment(100101, 'rf25', 'en', NULL, 10), 'new'),
  ('stretched, 2 bins', rfm_segment(221, 'rf25', 'en', NULL, 2), 'champions'),
  -- R4
  ('NULL recency', rfm_score(NULL, 1, 1, 'x'), NULL),
  ('NULL cuts', rfm_score(1, 1, 1, NULL), NULL),
  ('NULL score', rfm_segment(NULL), NULL),
  ('NULL scheme is rf25', rfm_segment(545, NULL, NULL, NULL, NULL), 'champions');
INSERT INTO checks (what, got, want) SELECT 'no rows, no cuts', rfm_cuts(1, 2, 3), NULL WHERE 0;
INSERT INTO checks (what, got, want) SELECT 'rows with NULL do not take part', rfm_cuts(column1, 1, 1, 2), '{"bins":2,"recency":[2],"frequency":[1],"monetary":[1]}' FROM (VALUES (1), (NULL), (3));
INSERT INTO checks (what, got, want) SELECT 'nor alone', rfm_cuts(NULL, 1, 1), NULL;
INSERT INTO checks (what, got, want) SELECT 'extremes', rfm_cuts(column1, -column1, 0, 2), '{"bins":2,"recency":[1e+300],"frequency":[-1e+300],"monetary":[0]}' FROM (VALUES (1e300), (1e300));

-- expect error
SELECT rfm_cuts(1, 2, 3, 1);
-- expect error
SELECT rfm_cuts(1, 2, 'three');
-- expect error
SELECT rfm_cuts(1, 2, 9e999);
-- expect error
SELECT rfm_cuts(1, 2, 3, column1) FROM (VALUES (4), (5));
-- expect error
SELECT rfm_score('x', 2, 3, '{"recency":[1],"frequency":[0],"monetary":[1]}');
-- expect error
SELECT rfm_score(1, 2, 3, 'recency');
-- expect error
SELECT rfm_score(1, 2, 3, '');
-- expect error
SELECT rfm_score(1, 2, 3, 5);
-- expect error
SELECT rfm_score(1, 2, 3, '[]');
-- expect error
SELECT rfm_score(1, 2, 3, '{"recency":[1],"frequency":[0]}');
-- expect error
SELECT rfm_score(1, 2, 3, '{"recency":[1,2],"frequency":[0],"monetary":[1]}');
-- expect error
SELECT rfm_score(1, 2, 3, '{"recency":[1,0],"frequency":[0,1],"monetary":[1,2]}');
-- expect error
SELECT rfm_score(1, 2, 3, '{"recency":[1],"frequency":["a"],"monetary":[1]}');
-- expect error
SELECT rfm_score(1, 2, 3, '{"recency":[1],"frequency":[[1]],"monetary":[1]}');
-- expect error
SELECT rfm_score(1, 2, 3, '{"recency":[1],"frequency":[null],"monetary":[1]}');
-- expect error
SELECT rfm_score(1, 2, 3, '{"recency":[1],"frequency":[1e999],"monetary":[1]}');
-- expect error
SELECT rfm_score(1, 2, 3, '{"recency":[],"frequency":[],"monetary":[]}');
-- expect error
SELECT rfm_score(1, 2, 3, '{"recency":[1,2,3,4,5,6,7,8,9,10],"frequency":[1],"monetary":[1]}');
-- expect error
SELECT rfm_score(1, 2, 3, '{"bins":5,"recency":[1],"frequency":[1],"monetary":[1]}');
-- expect error
SELECT rfm_score(1, 2, 3, replace(hex(zeroblob(5000)), '00', '['));
-- expect error
SELECT rfm_segment(645);
-- expect error
SELECT rfm_segment(40);
-- expect error
SELECT rfm_segment(545, 'rfm8');
-- expect error
SELECT rfm_segment(222, 'rfm8', 'en', NULL, 3);
-- expect error
SELECT rfm_segment(545, 'abc');
-- expect error
SELECT rfm_segment(545, 'rf25', 'fr');
-- expect error
SELECT rfm_segment(545, 'custom');
-- expect error
SELECT rfm_segment(545, 'rf25', 'en', '[{"name":"x"}]');
-- expect error
SELECT rfm_segment(545, 'custom', 'en', '[{"name":"x","R_min":3}]');
