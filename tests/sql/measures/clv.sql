-- clv(): rules R1–R5 of ext/fn/measures/clv.c.
INSERT INTO checks (what, got, want) VALUES
  ('value, frequency, lifespan', clv(50, 4, 3), 600.0),
  ('numbers given as text', clv('50', '4', '3'), 600.0),
  ('with margin', clv(50, 4, 3, 0.25), 150.0),
  ('one period', clv(100, 1, 1, 1, 0.25), 80.0),
  -- (1 - 1.21^-1.5)/0.21 = (1 - 1.1^-3)/0.21
  ('a year and a half', clv(100, 1, 1.5, 1, 0.21), 100 * (1 - 1 / 1.331) / 0.21),
  ('a long life is worth value / rate', clv(100, 1, 100000, 1, 0.05), 2000.0),
  ('no life', clv(50, 4, 0), 0.0),
  ('no orders', clv(50, 0, 3, 0.3, 0.1), 0.0),
  ('refunds', clv(-50, 4, 3), -600.0),
  ('sold at a loss', clv(50, 4, 3, -0.5), -300.0),
  ('NULL value', clv(NULL, 4, 3), NULL),
  ('NULL frequency', clv(50, NULL, 3), NULL),
  ('NULL lifespan', clv(50, 4, NULL), NULL),
  ('NULL margin is 1', clv(50, 4, 3, NULL), 600.0),
  ('NULL discount is 0', clv(50, 4, 3, 0.25, NULL), 150.0),
  ('the result is a REAL', typeof(clv(50, 4, 3)), 'real');
INSERT INTO checks (what, got, want, tolerance) VALUES
  -- 60/1.1 + 60/1.21 + 60/1.331, by hand: 54.5454… + 49.5867… + 45.0788… = 198600/1331.
  ('discounted over three years', clv(50, 4, 3, 0.3, 0.1), 198600 / 1331.0, 1.4e-12),
  ('a rate of nearly 0', clv(50, 4, 3, 1, 1e-13), 600 - 1.2e-10, 6e-12);

-- R2: to the last bit. R3: a sum written out.
WITH RECURSIVE i(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM i WHERE n < 500)
INSERT INTO checks (what, got, want)
SELECT 'discount 0 is exact, ' || count(*) || ' values', sum(
  clv(n * 0.37, n % 7 + 0.1, n / 12.0, 0.3, 0) IS n * 0.37 * (n % 7 + 0.1) * (n / 12.0) * 0.3
  AND clv(n * 0.37, n % 7 + 0.1, n / 12.0) IS n * 0.37 * (n % 7 + 0.1) * (n / 12.0)), count(*) FROM i;
WITH RECURSIVE
  rate(d) AS (VALUES (1e-15), (1e-6), (0.01), (0.1), (0.5), (1.0)),
  life(d, n, growth, total) AS (
    SELECT d, 0, 1.0, 0.0 FROM rate
    UNION ALL SELECT d, n + 1, growth * (1 + d), total + 1 / (growth * (1 + d)) FROM life WHERE n < 40)
INSERT INTO checks (what, got, want)
SELECT 'the discounted sum, ' || count(*) || ' values', sum(abs(clv(20, 3, n, 0.5, d) - 30 * total) <= 1e-13 * 30 * total), count(*) FROM life;
-- Continuous in the lifespan and in the rate: no step at whole lifespans or at 0.
INSERT INTO checks (what, got, want) VALUES
  ('just below 3 periods', clv(50, 4, 2.9999999999, 1, 0.1) - clv(50, 4, 3, 1, 0.1) BETWEEN -1e-7 AND 0, 1),
  ('just above 3 periods', clv(50, 4, 3.0000000001, 1, 0.1) - clv(50, 4, 3, 1, 0.1) BETWEEN 0 AND 1e-7, 1),
  ('the smallest rate there is', clv(50, 4, 3, 1, 5e-324), 600.0);

-- Errors: R4, R5.
-- expect error
SELECT clv(50, -4, 3);
-- expect error
SELECT clv(50, 4, -3);
-- expect error
SELECT clv(50, 4, 3, 30);
-- expect error
SELECT clv(50, 4, 3, 0.3, 10);
-- expect error
SELECT clv(50, 4, 3, 0.3, -0.1);
-- expect error
SELECT clv('fifty', 4, 3);
-- expect error
SELECT clv(1e200, 1e200, 3);
