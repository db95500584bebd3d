-- retention_rate(), churn_rate(), repeat_purchase_rate(), rate_low(), rate_high(): rules R1–R7 of ext/fn/measures/rates.c.

-- Count form, R2, R4.
INSERT INTO checks (what, got, want) VALUES
  ('count form, 1000 at the start, 1100 at the end, 300 new', retention_rate(1000, 1100, 300), 0.8),
  ('count form, 50, 60, 20', retention_rate(50, 60, 20), 0.8),
  ('counts given as text', retention_rate('1000', '1100', ' 300'), 0.8),
  ('average counts', retention_rate(1000.5, 1100.5, 300.1), 800.4 / 1000.5),
  ('nobody stayed', retention_rate(7, 3, 3), 0.0),
  ('lost customers came back', retention_rate(100, 130, 10), 1.2),
  ('nobody at the start', retention_rate(0, 5, 5), NULL),
  ('nobody at the start, some came back', retention_rate(0, 5, 0), NULL),
  ('NULL start', retention_rate(NULL, 5, 1), NULL),
  ('NULL end', retention_rate(5, NULL, 1), NULL),
  ('NULL new', retention_rate(5, 5, NULL), NULL),
  ('the result is a REAL', typeof(retention_rate(1, 1, 0)), 'real'),
  ('churn', churn_rate(50, 1000), 0.05),
  ('churn on an average base', churn_rate(5, 52.5), 5 / 52.5),
  ('churn without customers', churn_rate(0, 0), NULL),
  ('churn of NULL', churn_rate(NULL, 10), NULL),
  ('all lost', churn_rate(3, 3), 1.0),
  ('churn and retention of one base', churn_rate(200, 1000) + retention_rate(1000, 1100, 300), 1.0),
  ('repeat purchase rate', repeat_purchase_rate(300, 1000), 0.3),
  ('repeat purchase rate of nobody', repeat_purchase_rate(0, 0), NULL),
  ('repeat purchase rate of NULL', repeat_purchase_rate(0, NULL), NULL);

-- Wilson: Newcombe 1998 (Statistics in Medicine 17:857-872), table I, method 3; 8 of 10: R's prop.test(8, 10, correct = FALSE).
INSERT INTO checks (what, got, want)
SELECT k || ' of ' || n, printf('%.4f–%.4f', rate_low(k, n), rate_high(k, n)), want
FROM (SELECT 81 AS k, 263 AS n, '0.2553–0.3662' AS want UNION ALL VALUES
      (15, 148, '0.0624–0.1605'), (0, 20, '0.0000–0.1611'), (1, 29, '0.0061–0.1718'), (8, 10, '0.4902–0.9433'));
INSERT INTO checks (what, got, want) VALUES
  ('0 of n begins at 0', rate_low(0, 3), 0.0),
  ('n of n ends at 1', rate_high(3, 3), 1.0),
  ('no trials', rate_low(0, 0), NULL),
  ('no trials', rate_high(0, 0), NULL),
  ('NULL k', rate_low(NULL, 3), NULL),
  ('NULL n', rate_high(3, NULL), NULL),
  ('NULL level is the default', rate_low(3, 8, NULL) = rate_low(3, 8), 1),
  ('the default level is 0.95', rate_low(3, 8, '0.95') = rate_low(3, 8), 1),
  ('a higher level is wider', rate_low(3, 8, 0.99) < rate_low(3, 8) AND rate_high(3, 8, 0.99) > rate_high(3, 8), 1);
INSERT INTO checks (what, got, want, tolerance) VALUES
  -- The interval's ends solve (p^ - p)^2 = z^2 p (1 - p)/n; z = 1.6448536269514722 is R's qnorm(0.95).
  ('level 0.9 solves the score equation', (0.8 - rate_low(8, 10, 0.9)) * (0.8 - rate_low(8, 10, 0.9)),
     1.6448536269514722 * 1.6448536269514722 * rate_low(8, 10, 0.9) * (1 - rate_low(8, 10, 0.9)) / 10, 1e-14);
INSERT INTO checks (what, got, want)
SELECT 'low <= k/n <= high within 0 … 1, and mirrored, for ' || count(*) || ' pairs',
  sum(low >= 0 AND low <= 1.0 * k / n AND 1.0 * k / n <= high AND high <= 1
      AND abs(low - (1 - rate_high(n - k, n))) < 1e-14), count(*)
FROM (WITH RECURSIVE i(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM i WHERE n < 60)
      SELECT a.n, b.n - 1 AS k, rate_low(b.n - 1, a.n) AS low, rate_high(b.n - 1, a.n) AS high
      FROM i AS a JOIN i AS b ON b.n <= a.n + 1);

-- Aggregates: R5, R6.
CREATE TABLE member (id INTEGER PRIMARY KEY, shop TEXT, was, is_now, orders);
WITH RECURSIVE i(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM i WHERE n < 400)
INSERT INTO member
SELECT n, substr('abc', 1 + n % 3, 1), nullif(n * 7919 % 13, 0) > 4, nullif(n * 104729 % 11, 3) > 5, nullif(n * 31 % 9, 8) - (n * 31 % 9 > 0)
FROM i;
INSERT INTO checks (what, got, want)
SELECT 'exact form, shop ' || shop || ', ' || sum(was AND is_now IS NOT NULL) || ' at the start', retention_rate(was, is_now),
  1.0 * sum(was AND is_now) / sum(was AND is_now IS NOT NULL)
FROM member GROUP BY shop ORDER BY shop;
INSERT INTO checks (what, got, want)
SELECT 'repeat purchase rate of rows, shop ' || shop, repeat_purchase_rate(orders), 1.0 * sum(orders >= 2) / sum(orders >= 1)
FROM member GROUP BY shop ORDER BY shop;
INSERT INTO checks (what, got, want)
SELECT 'rows of a view with conditions as text', retention_rate(was, is_now), (SELECT retention_rate(was, is_now) FROM member)
FROM (SELECT CAST(was AS TEXT) AS was, is_now || '.0' AS is_now FROM member);
INSERT INTO checks (what, got, want) SELECT 'no rows', retention_rate(was, is_now), NULL FROM member WHERE id < 0;
INSERT INTO checks (what, got, want) SELECT 'no rows', repeat_purchase_rate(orders), NULL FROM member WHERE id < 0;
INSERT INTO checks (what, got, want) SELECT 'only new customers', retention_rate(0, 1), NULL FROM member;
INSERT INTO checks (what, got, want) SELECT 'only rows with NULL', retention_rate(1, NULL), NULL FROM member;
INSERT INTO checks (what, got, want) SELECT 'only NULL orders', repeat_purchase_rate(NULL), NULL FROM member;
INSERT INTO checks (what, got, want) SELECT 'nobody bought', repeat_purchase_rate(0), NULL FROM member;
INSERT INTO checks (what, got, want) SELECT 'FILTER', retention_rate(was, is_now) FILTER (WHERE shop = 'a'),
  (SELECT retention_rate(was, is_now) FROM member WHERE shop = 'a') FROM member;
INSERT INTO checks (what, got, want)
SELECT 'demo shop', repeat_purchase_rate(orders), (SELECT 1.0 * sum(n > 1) / count(*) FROM (SELECT count(*) AS n FROM demo_orders(200, 1) GROUP BY customer_id))
FROM (SELECT count(*) AS orders FROM demo_orders(200, 1) GROUP BY customer_id);

-- Window frames: every row against the same rows recomputed. Frames slide, empty at an end, and hold no start set at all.
INSERT INTO checks (what, got, want)
SELECT 'sliding frame, ' || count(*) || ' rows, ' || sum(rate IS NULL) || ' without a rate', sum(rate IS slow AND repeat IS slow_repeat), count(*)
FROM (SELECT
        retention_rate(was, is_now) OVER w AS rate,
        (SELECT 1.0 * sum(b.was AND b.is_now) / sum(b.was) FROM member AS b
         WHERE b.id BETWEEN a.id - 2 AND a.id + 1 AND b.was IS NOT NULL AND b.is_now IS NOT NULL) AS slow,
        repeat_purchase_rate(orders) OVER w AS repeat,
        (SELECT 1.0 * sum(b.orders >= 2) / sum(b.orders >= 1) FROM member AS b WHERE b.id BETWEEN a.id - 2 AND a.id + 1) AS slow_repeat
      FROM member AS a WINDOW w AS (ORDER BY id ROWS BETWEEN 2 PRECEDING AND 1 FOLLOWING));
INSERT INTO checks (what, got, want)
SELECT 'frame ahead, empty at the end, by shop, ' || count(*) || ' rows, ' || sum(rate IS NULL) || ' without a rate', sum(rate IS slow), count(*)
FROM (SELECT
        retention_rate(was, is_now) OVER (PARTITION BY shop ORDER BY id RANGE BETWEEN 3 FOLLOWING AND 30 FOLLOWING) AS rate,
        (SELECT 1.0 * sum(b.was AND b.is_now) / sum(b.was) FROM member AS b
         WHERE b.shop = a.shop AND b.id BETWEEN a.id + 3 AND a.id + 30 AND b.was IS NOT NULL AND b.is_now IS NOT NULL) AS slow
      FROM member AS a);

-- R8: R's ?fisher.test (tea, convictions).
INSERT INTO checks (what, got, want) VALUES
  ('rates_differ: tea', round(rates_differ(3, 4, 1, 4), 7), 0.4857143), ('rates_differ: convictions', round(rates_differ(2, 12, 15, 18), 10), 0.0005367241),
  ('rates_differ: the same rate', rates_differ(30, 100, 300, 1000), 1.0), ('rates_differ: all and none', rates_differ(10, 10, 0, 10) / (2 / 184756.0), 1.0),
  ('rates_differ: nobody', rates_differ(0, 0, 3, 4), NULL), ('rates_differ: NULL', rates_differ(1, NULL, 3, 4), NULL), ('rates_differ: either way', round(rates_differ('7', 9.0, 3, 12), 12), round(rates_differ(3, 12, 7, 9), 12));

-- Errors: R1, R3, R7, R8.
INSERT INTO checks (what, got, want) SELECT 'beyond the range of numbers', retention_rate(5e-324, 1e308, 0), NULL;
-- expect error
SELECT rates_differ(5, 4, 1, 4);
-- expect error
SELECT rates_differ(1, 4, 5, 4);
-- expect error
SELECT rates_differ(1.5, 4, 1, 4);
-- expect error
SELECT rates_differ(1, 4, 1, 2000000000);
-- expect error
SELECT retention_rate(1000, 100, 300);
-- expect error
SELECT retention_rate(-1, 100, 30);
-- expect error
SELECT retention_rate(10, 'many', 3);
-- expect error
SELECT churn_rate(1000, 50);
-- expect error
SELECT churn_rate(-1, 50);
-- expect error
SELECT repeat_purchase_rate(3, 2.5);
-- expect error
SELECT rate_low(11, 10);
-- expect error
SELECT rate_high(1, 0);
-- expect error
SELECT rate_high(1, -1);
-- expect error
SELECT rate_low(1, 10, 95);
-- expect error
SELECT rate_low(1, 10, 0);
-- expect error
SELECT rate_high(1, 10, 1);
-- expect error
SELECT rate_low(1, 1e999);
-- expect error
SELECT retention_rate(100, 200);
-- expect error
SELECT retention_rate(1, 'yes');
-- expect error
SELECT repeat_purchase_rate(orders) FROM (SELECT 1.5 AS orders);
-- expect error
SELECT repeat_purchase_rate(-1);
