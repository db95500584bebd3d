-- mrr_movements(), revenue_retention(), logo_retention(): every figure again by plain SQL, on demo_contracts; the rules by hand.
-- As known on the day of the newest start: what is to end later has not ended.
CREATE TABLE contracts AS SELECT customer, start, iif("end" <= max(start) OVER (), "end", NULL) AS "end", amount, plan FROM demo_contracts(400, 3);
CREATE INDEX contracts_by_customer ON contracts (customer);
CREATE TEMP TABLE today AS SELECT max(start) AS t FROM contracts;

-- The ends of months, and what each customer paid just before (in the last month: at) them, in cents.
CREATE TEMP TABLE edge AS
WITH RECURSIVE m(i, period) AS (SELECT 0, (SELECT strftime('%Y-%m-01', min(start)) FROM contracts)
  UNION ALL SELECT i + 1, date(period, '+1 month') FROM m WHERE date(period, '+1 month') <= (SELECT t FROM today))
SELECT i, period, date(period, '+1 month') AS until, date(period, '+1 month') <= (SELECT date(t, '+1 day') FROM today) AS complete FROM m;
CREATE TEMP TABLE level AS
SELECT edge.i, edge.period, c.customer, c.plan,
  sum(CASE WHEN covers THEN cast(round(100 * c.amount) AS INTEGER) ELSE 0 END) AS cents, sum(covers) AS covers, sum(began) > 0 AS began
FROM edge JOIN (SELECT *, edge.i AS at,
    CASE WHEN edge.complete THEN contracts.start < edge.until AND ("end" IS NULL OR "end" >= edge.until)
         ELSE "end" IS NULL OR "end" > (SELECT t FROM today) END AS covers,
    contracts.start < edge.until AS began
  FROM contracts, edge) AS c ON c.at = edge.i
GROUP BY edge.i, c.customer;
CREATE UNIQUE INDEX level_key ON level (customer, i);
CREATE TEMP TABLE movement AS
SELECT b.i, b.period, b.customer, b.plan, coalesce(a.cents, 0) AS was, b.cents AS now, coalesce(a.covers, 0) AS was_covered, b.covers AS covered,
  coalesce(a.began, 0) AS had, b.began AS has
FROM level AS b LEFT JOIN level AS a ON a.customer = b.customer AND a.i = b.i - 1;
CREATE TEMP TABLE want AS
SELECT i, period, sum(was) AS mrr_start, sum(CASE WHEN was = 0 AND NOT had THEN now ELSE 0 END) AS new,
  sum(CASE WHEN was > 0 AND now > was THEN now - was ELSE 0 END) AS expansion, sum(CASE WHEN now > 0 AND now < was THEN was - now ELSE 0 END) AS contraction,
  sum(CASE WHEN now = 0 THEN was ELSE 0 END) AS churn, sum(CASE WHEN was = 0 AND had THEN now ELSE 0 END) AS reactivation, sum(now) AS mrr_end,
  sum(was > 0) AS start_customers, sum(was = 0 AND now > 0 AND NOT had) AS new_customers, sum(was > 0 AND now > was) AS expanded,
  sum(now > 0 AND now < was) AS contracted, sum(was > 0 AND now = 0) AS churned, sum(was = 0 AND now > 0 AND had) AS reactivated, sum(now > 0) AS end_customers,
  sum(has AND NOT had AND now = 0) AS new_lost,
  sum(was_covered > 0) AS c0, sum(was_covered > 0 AND covered > 0) AS stayed, sum(was_covered > 0 AND covered = 0) AS lost, sum(was_covered = 0 AND covered > 0 AND had) AS back
FROM movement GROUP BY i;

CREATE TEMP TABLE got AS SELECT * FROM mrr_movements('contracts');
INSERT INTO checks (what, got, want)
SELECT 'months that agree with plain SQL', (SELECT count(*) FROM got JOIN want USING (period) JOIN edge USING (period)
  WHERE round(100 * got.mrr_start) = want.mrr_start AND round(100 * got.new) = want.new AND round(100 * got.expansion) = want.expansion
    AND round(100 * got.contraction) = want.contraction AND round(100 * got.churn) = want.churn AND round(100 * got.reactivation) = want.reactivation
    AND round(100 * got.mrr_end) = want.mrr_end AND got.mrr_end = want.mrr_end / 100.0 AND got.churn = want.churn / 100.0
    AND got.start_customers = want.start_customers AND got.new_customers = want.new_customers AND got.expanded_customers = want.expanded
    AND got.contracted_customers = want.contracted AND got.churned_customers = want.churned AND got.reactivated_customers = want.reactivated
    AND got.end_customers = want.end_customers AND got.new_lost = want.new_lost AND got.complete = edge.complete
    AND got.segment IS NULL), (SELECT count(*) FROM edge);
INSERT INTO checks (what, got, want)
SELECT 'no movement is missing from the data', min(new > 0) FILTER (WHERE complete) || ' ' || (sum(expansion) > 0) || (sum(contraction) > 0) || (sum(churn) > 0) || (sum(reactivation) > 0), '1 1111' FROM got;
INSERT INTO checks (what, got, want)
SELECT 'mrr_end is the sum of its parts to the last decimal', sum(round(10000 * mrr_end) = round(10000 * mrr_start) + round(10000 * new) + round(10000 * expansion)
  + round(10000 * reactivation) - round(10000 * contraction) - round(10000 * churn)), count(*) FROM got;
INSERT INTO checks (what, got, want)
SELECT 'rates', sum(nrr IS nrr(mrr_start, expansion, contraction, churn) OR abs(nrr - nrr(mrr_start, expansion, contraction, churn)) < 1e-14)
  + sum(grr IS grr(mrr_start, contraction, churn) OR abs(grr - grr(mrr_start, contraction, churn)) < 1e-14)
  + sum(quick_ratio IS quick_ratio(new, expansion, contraction, churn, reactivation) OR abs(quick_ratio / quick_ratio(new, expansion, contraction, churn, reactivation) - 1) < 1e-14), 3 * count(*) FROM got;
INSERT INTO checks (what, got, want)
SELECT 'nrr with reactivation', sum(abs(a.nrr - b.nrr - b.reactivation / b.mrr_start) < 1e-14), count(*)
FROM mrr_movements('contracts') AS a JOIN got AS b USING (period) WHERE a.reactivation_in_nrr = 'yes' AND b.mrr_start > 0;
CREATE VIEW yearly AS SELECT customer, start, "end", amount FROM contracts WHERE plan = 'yearly';
INSERT INTO checks (what, got, want)
SELECT 'a segment is answered as if it were all', sum(a.new = b.new AND a.mrr_end = b.mrr_end AND a.churn = b.churn AND a.new_lost = b.new_lost AND a.complete = b.complete),
  (SELECT count(*) FROM mrr_movements('yearly') WHERE as_of = (SELECT t FROM today))
FROM mrr_movements('contracts', 'month') AS a
JOIN (SELECT * FROM mrr_movements('yearly') WHERE as_of = (SELECT t FROM today)) AS b ON a.period = b.period WHERE a.segment_column = 'plan' AND a.segment = 'yearly';
INSERT INTO checks (what, got, want)
SELECT 'segments add up, by quarter', sum(ok), count(*) FROM
  (SELECT abs(sum(a.mrr_end) - b.mrr_end) < 1e-9 AND sum(a.end_customers) = b.end_customers AS ok
   FROM mrr_movements('contracts', 'quarter') AS a JOIN mrr_movements('contracts', 'quarter') AS b USING (period) WHERE a.segment_column = 'plan' GROUP BY period);
-- What was known on a day: later starts are not there, later ends are not there.
CREATE VIEW then_known AS SELECT customer, start, iif("end" <= '2024-05-17', "end", NULL) AS "end", amount FROM contracts WHERE start <= '2024-05-17';
INSERT INTO checks (what, got, want)
SELECT 'as_of sees what was known then', count(*), 0 FROM
  (SELECT period, mrr_end, churn, new, complete FROM mrr_movements('contracts') WHERE as_of = '2024-05-17'
   EXCEPT SELECT period, mrr_end, churn, new, complete FROM mrr_movements('then_known') WHERE as_of = '2024-05-17');

-- Cohorts: customers by the month of their first revenue, at each age.
CREATE TEMP TABLE cohort AS SELECT customer, i AS c FROM (SELECT customer, strftime('%Y-%m-01', min(start)) AS period FROM contracts GROUP BY customer) JOIN edge USING (period);
CREATE TEMP TABLE kept AS SELECT * FROM revenue_retention('contracts');
INSERT INTO checks (what, got, want)
SELECT 'cells of revenue_retention() that agree with plain SQL', sum(round(100 * g.revenue) = w.now AND round(100 * g.kept) = w.kept AND round(100 * g.base) = w.base
    AND g.customers = w.customers AND g.cohort_customers = w.size AND g.complete = w.complete AND g.period = w.period
    AND (abs(g.nrr - 1.0 * w.now / w.base) < 1e-14 OR (g.nrr IS NULL AND w.base = 0)) AND (abs(g.grr - 1.0 * w.kept / w.base) < 1e-14 OR (g.grr IS NULL AND w.base = 0))),
  (SELECT count(*) FROM (SELECT DISTINCT c FROM cohort) JOIN edge ON i >= c)
FROM kept AS g JOIN
  (SELECT ec.period AS cohort, l.i - c AS age, l.period, sum(l.cents) AS now, sum(min(l.cents, b.cents)) AS kept, sum(b.cents) AS base, sum(l.cents > 0) AS customers, count(*) AS size, e.complete
   FROM cohort JOIN level AS l ON l.customer = cohort.customer AND l.i >= c JOIN level AS b ON b.customer = cohort.customer AND b.i = c
   JOIN edge AS ec ON ec.i = c JOIN edge AS e ON e.i = l.i GROUP BY c, l.i) AS w ON g.cohort = w.cohort AND g.age = w.age;
INSERT INTO checks (what, got, want)
SELECT 'rows of revenue_retention()', count(*), (SELECT count(*) FROM (SELECT DISTINCT c FROM cohort) JOIN edge ON i >= c) FROM kept;
INSERT INTO checks (what, got, want)
SELECT 'the cohorts of a month add up to mrr_end', sum(abs(r - mrr_end) < 1e-9), (SELECT count(*) FROM got)
FROM (SELECT period, sum(revenue) AS r FROM kept GROUP BY period) JOIN got USING (period);

-- Logos.
INSERT INTO checks (what, got, want)
SELECT 'months of logo_retention() that agree with plain SQL', sum(g.start_customers = c0 AND g.retained = stayed AND g.lost = w.lost AND g.resurrected = back
    AND g.end_customers = w.end_customers AND g.new_customers = w.new_customers AND g.new_lost = w.new_lost
    AND g.retention_rate IS 1.0 * stayed / nullif(c0, 0) AND g.churn_rate IS 1.0 * w.lost / nullif(c0, 0)
    AND g.retention_low IS rate_low(stayed, c0) AND g.retention_high IS rate_high(stayed, c0)
    AND g.crr IS retention_rate(c0, w.end_customers, w.new_customers) AND g.pulse IS (w.new_customers + back) / nullif(1.0 * w.lost, 0)), (SELECT count(*) FROM edge)
FROM logo_retention('contracts') AS g JOIN want AS w ON g.period = w.period;

-- The rules by hand.
CREATE TABLE hand (account TEXT, started_at, ended_at, mrr);
INSERT INTO hand VALUES
  ('change', '2024-01-05 10:00', '2024-01-31 23:40', 100), ('change', '2024-02-01 00:20', NULL, 120), -- within the hour, across the month
  ('gap', '2024-01-10', '2024-02-10 10:00', 50), ('gap', '2024-02-10 11:00:01', '2024-03-01', 50),     -- a gap inside a month: no movement
  ('both', '2024-01-01', NULL, 10.5), ('both', '2024-02-20', '2024-03-10', '0.25'),                    -- overlapping contracts
  ('edge', '2024-02-01', '2024-03-01', 7),                                                             -- begins and ends at first instants
  ('brief', '2024-01-03', '2024-01-20', 9), ('brief', '2024-03-03', NULL, 9),                          -- came and went, came back
  ('free', '2024-01-02', '2024-03-31', NULL), ('free', '2024-03-31', NULL, 5),                         -- NULL is 0: new when it pays
  ('blink', '2024-02-02 10:00', '2024-02-02 10:59', 1000),                                             -- within an hour: nothing
  ('later', '2024-05-01', NULL, 1), (NULL, '2024-01-01', NULL, 1), ('none', NULL, NULL, 1);            -- do not take part
INSERT INTO checks (what, got, want)
SELECT 'hand: ' || period, printf('%g %g %g %g %g %g %g', mrr_start, new, expansion, contraction, churn, reactivation, mrr_end) || ' ' || new_lost || complete,
  CASE period WHEN '2024-01-01' THEN '0 180.5 0 0 0 0 180.5 11' WHEN '2024-02-01' THEN '180.5 7 0.25 0 0 0 187.75 01' WHEN '2024-03-01' THEN '187.75 5 0 0.25 57 9 144.5 00' END
FROM mrr_movements('hand') WHERE as_of = '2024-03-31 12:00';
INSERT INTO checks (what, got, want)
SELECT 'hand: by cover, ' || period, start_customers || ' ' || new_customers || ' ' || lost || ' ' || resurrected || ' ' || end_customers || ' ' || new_lost,
  CASE period WHEN '2024-01-01' THEN '0 4 0 0 4 1' WHEN '2024-02-01' THEN '4 1 0 0 5 0' WHEN '2024-03-01' THEN '5 0 2 1 4 0' END
FROM logo_retention('hand') WHERE as_of = '2024-03-31 12:00';
INSERT INTO checks (what, got, want)
SELECT 'hand: as_of is the newest start or end', max(period) || min(complete) || count(*), '2024-05-01' || 0 || 5 FROM mrr_movements('hand');
INSERT INTO checks (what, got, want)
SELECT 'hand: as_of before the first contract', count(*), 0 FROM mrr_movements('hand') WHERE as_of = '2023-01-01';
INSERT INTO checks (what, got, want)
SELECT 'as_of in force: ' || name, as_of, want FROM
  (SELECT DISTINCT 'mrr_movements' AS name, as_of, '2024-05-01' AS want FROM mrr_movements('hand')
   UNION ALL SELECT DISTINCT 'revenue_retention', as_of, '2024-05-01' FROM revenue_retention('hand')
   UNION ALL SELECT DISTINCT 'renewals', as_of, '2024-05-01' FROM renewals('hand')
   UNION ALL SELECT DISTINCT 'logo_retention', as_of, '2024-03-31 12:00' FROM logo_retention('hand') WHERE as_of = '2024-03-31 12:00');
-- as_of left out: the newest start or end that has happened; the whole day where that is a date alone.
CREATE TABLE happened (id, customer, start_date, end_date, amount);
INSERT INTO happened VALUES (1, 1, '2024-01-01', '2999-01-01', 5), (2, 2, '2024-02-01', '2024-03-31', 5), (3, 3, '2999-02-01', NULL, 5), (4, 4, '2024-02-01', '2024-04-15 12:00', 5), (5, 5, '2024-02-01', '2024-04-15', 5);
INSERT INTO checks (what, got, want)
SELECT 'an end is newest, and an agreed one has not happened', as_of || group_concat(complete, ''), '2024-03-31111' FROM mrr_movements((SELECT retain_contracts(customer, start_date, end_date, amount) FROM happened WHERE id <= 3)) UNION ALL
SELECT 'an instant is newest', as_of || group_concat(complete, ''), '2024-04-15 12:00:001110' FROM mrr_movements('happened') UNION ALL
SELECT 'of the same instant the date counts', as_of, '2024-04-15' FROM (SELECT DISTINCT as_of FROM mrr_movements((SELECT retain_contracts(customer, start_date, end_date, amount) FROM (SELECT * FROM happened WHERE id IN (2, 5) UNION ALL SELECT 6, 6, '2024-04-15 00:00:00', NULL, 1)))) UNION ALL
SELECT 'nothing has happened', count(*), 0 FROM mrr_movements((SELECT retain_contracts(customer, start_date, end_date, amount) FROM happened WHERE id = 3)) UNION ALL
SELECT 'what is to come can be asked for', sum(mrr_start), 5.0 FROM mrr_movements('happened') WHERE as_of = '2030-01-31' AND period = '2030-01-01';
CREATE TABLE empty (customer, start_date, end_date, amount);
INSERT INTO checks (what, got, want) VALUES
  ('no contracts', (SELECT count(*) FROM mrr_movements('empty')) + (SELECT count(*) FROM revenue_retention('empty')) + (SELECT count(*) FROM logo_retention('empty')), 0);

INSERT INTO checks (what, got, want)
SELECT 'no contracts, west of Greenwich', (SELECT count(*) FROM mrr_movements('empty') WHERE time_zone = '-05:00') + (SELECT count(*) FROM revenue_retention('empty') WHERE time_zone = '-05:00')
  + (SELECT count(*) FROM logo_retention('empty') WHERE time_zone = '-05:00') + (SELECT count(*) FROM renewals('empty') WHERE time_zone = '-05:00') + (SELECT count(*) FROM contracts_expiring('empty') WHERE time_zone = '-05:00'), 0;
-- A segment whose contracts all begin after as_of has no rows, wherever it stands.
CREATE TABLE regions (customer, start, "end", amount, region);
INSERT INTO regions VALUES (1, '2024-06-01', NULL, 5, 'yet to come'), (2, '2024-01-10', '2024-02-10', 5, 'here'), (3, '2024-07-01', NULL, 5, 'later'), (4, '2024-02-01', NULL, 7, NULL), (5, '2024-08-01', NULL, 7, 'last');
CREATE VIEW backwards AS SELECT * FROM regions ORDER BY customer DESC;
INSERT INTO checks (what, got, want)
SELECT 'segments that have not begun: ' || name, group_concat(DISTINCT coalesce(region, '-')), iif(name = 'renewals', 'here', '-,here') FROM
  (SELECT 'mrr' AS name, segment AS region FROM mrr_movements('regions') WHERE segment_column = 'region' AND as_of = '2024-03-01'
   UNION ALL SELECT 'logo', segment FROM logo_retention('regions') WHERE segment_column = 'region' AND as_of = '2024-03-01'
   UNION ALL SELECT 'revenue', segment FROM revenue_retention('regions') WHERE segment_column = 'region' AND as_of = '2024-03-01'
   UNION ALL SELECT 'renewals', segment FROM renewals('regions') WHERE segment_column = 'region' AND as_of = '2024-03-01') GROUP BY name;
INSERT INTO checks (what, got, want)
SELECT 'segments in the other order', count(*) || ' ' || sum(mrr_end), (SELECT count(*) || ' ' || sum(mrr_end) FROM mrr_movements('regions') WHERE segment_column = 'region' AND as_of = '2024-03-01')
FROM mrr_movements('backwards') WHERE segment_column = 'region' AND as_of = '2024-03-01';

-- Amounts with more than four decimals: compensated, no phantom movements.
CREATE TABLE thirds AS WITH RECURSIVE i(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM i WHERE n < 2999)
  SELECT n % 300 AS customer, date('2024-01-01', (n * 7919 % 300) || ' days') AS start, iif(n % 3, date('2024-01-01', (n * 7919 % 300 + n % 97) || ' days'), NULL) AS "end",
    (1 + n % 7) / 3.0 AS amount FROM i;
INSERT INTO checks (what, got, want)
SELECT 'thirds: the identity', sum(abs(mrr_start + new + expansion + reactivation - contraction - churn - mrr_end) <= 1e-12 * mrr_end), count(*) FROM mrr_movements('thirds');
INSERT INTO checks (what, got, want)
SELECT 'thirds: mrr_end', sum(abs(m.mrr_end - (SELECT sum(amount) FROM thirds AS t WHERE t.start < date(m.period, '+1 month') AND (t."end" IS NULL OR t."end" >= date(m.period, '+1 month')))) <= 1e-12 * m.mrr_end), count(*)
FROM mrr_movements('thirds') AS m WHERE complete;
CREATE VIEW same_third AS SELECT 1 AS customer, '2024-01-02' AS start, NULL AS "end", 0.1 + 1 / 3.0 AS amount
  UNION ALL SELECT 1, '2024-01-02', '2024-02-05', 0.2 UNION ALL SELECT 1, '2024-02-05', NULL, 0.2;
INSERT INTO checks (what, got, want)
SELECT 'thirds: the same change of all is no movement', group_concat(expansion || ' ' || contraction || ' ' || churn), '0.0 0.0 0.0,0.0 0.0 0.0'
FROM mrr_movements('same_third');

-- Scalars.
INSERT INTO checks (what, got, want) VALUES
  ('nrr', nrr(1000, 150, 40, 60), 1.05), ('nrr with reactivation', nrr(1000, 150, 40, 60, 25), 1.075), ('grr', grr(1000, 40, 60), 0.9),
  ('quick ratio', quick_ratio(200, 150, 40, 60), 3.5), ('quick ratio with reactivation', quick_ratio(200, 150, 40, 60, 10), 3.6),
  ('nothing at the start', nrr(0, 0, 0, 0), NULL), ('nothing at the start', grr(0, 0, 0), NULL), ('nothing lost', quick_ratio(5, 0, 0, 0), NULL),
  ('all lost', grr(10, 4, 6), 0.0), ('NULL', nrr(NULL, 1, 1, 1), NULL), ('NULL', quick_ratio(1, NULL, 1, 1), NULL), ('optional NULL', nrr(10, 0, 0, 5, NULL), 0.5);

-- Rounding does not make a rate negative, nor a tiny divisor an infinite one.
INSERT INTO checks (what, got, want) VALUES ('nrr of all lost', nrr(0.3, 0, 0.1, 0.2), 0.0), ('grr of all lost', grr(0.3, 0.1, 0.2), 0.0), ('beyond the range of numbers', quick_ratio(9e299, 9e299, 1e-300, 0), NULL);
-- expect error
SELECT * FROM mrr_movements('nothing');
CREATE TABLE bad (customer, start, "end", amount);
INSERT INTO bad VALUES (1, '2024-02-01', '2024-01-01', 5);
-- expect error
SELECT * FROM mrr_movements('bad');
UPDATE bad SET "end" = NULL, amount = -5;
-- expect error
SELECT * FROM mrr_movements('bad');
UPDATE bad SET amount = 'much';
-- expect error
SELECT * FROM revenue_retention('bad');
UPDATE bad SET amount = 5, start = 'soon';
-- expect error
SELECT * FROM logo_retention('bad');
INSERT INTO bad VALUES (1, '0001-01-01', NULL, 5);
UPDATE bad SET start = '2024-01-01' WHERE start = 'soon';
-- expect error
SELECT * FROM revenue_retention('bad', 'day');
-- expect error
SELECT nrr(100, 0, 60, 60);
-- expect error
SELECT grr(100, -1, 0);
CREATE TABLE huge (customer, start, "end", amount);
INSERT INTO huge VALUES (1, '2024-01-15', NULL, 1e16);
-- expect error
SELECT * FROM mrr_movements('huge');
