-- renewals() and contracts_expiring(): by hand, and again by plain SQL.

-- By hand, as of 2024-03-20; grace 14 days, early 30 days.
CREATE TABLE hand (client, start_date, end_date, amount);
INSERT INTO hand VALUES
  ('on time', '2023-01-10', '2024-01-10', 100), ('on time', '2024-01-10', '2025-01-10', 110),
  ('early', '2023-01-10', '2024-01-20', 50), ('early', '2023-12-25', NULL, 50),
  ('too early', '2023-01-10', '2024-01-20', 20), ('too early', '2023-12-01', NULL, 20),   -- an add-on, begun 50 days before
  ('late', '2023-01-31', '2024-01-31', 30), ('late', '2024-02-14', NULL, 25),             -- the last day of the grace
  ('too late', '2023-01-31', '2024-01-31', 7), ('too late', '2024-02-14 00:00:01', NULL, 7),
  ('one for two', '2023-01-01', '2024-02-01', 90), ('one for two', '2023-01-02', '2024-02-01', 10), ('one for two', '2024-02-01', NULL, 95),
  ('exact first', '2023-01-01', '2024-02-20', 5), ('exact first', '2023-01-01', '2024-02-25', 60), ('exact first', '2024-02-25', NULL, 61),
  ('pending', '2023-03-10', '2024-03-10', 40), ('pending renewed', '2023-03-10', '2024-03-10', 40), ('pending renewed', '2024-03-12', NULL, 44),
  ('due', '2023-06-01', '2024-06-01', 70), ('open', '2023-06-01', NULL, 70), ('nothing', '2024-03-15', '2024-03-15', 70),
  ('tomorrow', '2024-03-21', NULL, 70);
CREATE TEMP TABLE got AS SELECT * FROM renewals('hand') WHERE grace = '14 days' AND as_of = '2024-03-20';
INSERT INTO checks (what, got, want)
SELECT 'hand: ' || period, printf('%d up, %d renewed (%d late), %d churned, %d pending (%d)', up_for_renewal, renewed, late, churned, pending, pending_renewed)
  || printf(', %g %g %g %g', value_up, value_decided, value_renewed, value_next) || ' ' || complete,
  CASE period
    WHEN '2024-01-01' THEN '5 up, 3 renewed (1 late), 2 churned, 0 pending (0), 207 207 180 185 1'
    WHEN '2024-02-01' THEN '4 up, 2 renewed (0 late), 2 churned, 0 pending (0), 165 165 150 156 1'
    WHEN '2024-03-01' THEN '2 up, 0 renewed (0 late), 0 churned, 2 pending (1), 80 0 0 0 0' END FROM got;
INSERT INTO checks (what, got, want)
SELECT 'hand: rates', group_concat(coalesce(logo_rate || '/' || round(dollar_rate, 6), 'NULL'), ' '), '0.6/0.869565 0.5/0.909091 NULL' FROM got;
INSERT INTO checks (what, got, want)
SELECT 'hand: intervals', sum(logo_low IS rate_low(renewed, renewed + churned) AND logo_high IS rate_high(renewed, renewed + churned)), 3 FROM got;
INSERT INTO checks (what, got, want)
SELECT 'the grace of February has not passed on 14 March', group_concat(complete, ''), '10' FROM renewals('hand') WHERE as_of = '2024-03-14 23:59' AND period < '2024-03-01';
INSERT INTO checks (what, got, want)
SELECT 'a longer grace renews the too late', renewed || ' ' || late, '4 2' FROM renewals('hand', '15 days') WHERE as_of = '2024-03-20' AND period = '2024-01-01';
INSERT INTO checks (what, got, want)
SELECT 'longer before the end', renewed, 4 FROM renewals('hand') WHERE early = '60 days' AND as_of = '2024-03-20' AND period = '2024-01-01';
INSERT INTO checks (what, got, want)
SELECT 'no grace', renewed || ' ' || late, '2 0' FROM renewals('hand', '0 days') WHERE as_of = '2024-03-20' AND period = '2024-01-01';
INSERT INTO checks (what, got, want)
SELECT 'nor before the end', renewed, 1 FROM renewals('hand', '0 days') WHERE early = '0 days' AND as_of = '2024-03-20' AND period = '2024-01-01';
INSERT INTO checks (what, got, want) SELECT 'nothing has ended yet', count(*), 0 FROM renewals('hand') WHERE as_of = '2023-12-01';

-- One contract after the other, with gaps of 0 … 39 days: the next one is the only candidate.
CREATE TABLE chain AS
WITH RECURSIVE c(customer, n, start, "end") AS
  (SELECT value, 0, date('2023-01-01', (value * 37 % 200) || ' days'), date('2023-01-01', (value * 37 % 200 + 90) || ' days') FROM (WITH RECURSIVE i(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM i WHERE value < 500) SELECT value FROM i)
   UNION ALL SELECT customer, n + 1, date("end", max(0, (customer * 7919 + n * 104729) % 60 - 20) || ' days'), date("end", (max(0, (customer * 7919 + n * 104729) % 60 - 20) + 60 + (customer * 13 + n) % 50) || ' days')
   FROM c WHERE n < 8 AND (customer + n) % 11)
SELECT customer, n, start, "end", (100 + (customer * 31 + n) % 900) / 100.0 AS amount, 'abc' || customer % 2 AS shop FROM c WHERE start <= '2024-06-30';
CREATE TEMP TABLE ended AS
SELECT strftime('%Y-%m-01', a."end") AS period, a.shop, a.amount, julianday(b.start) - julianday(a."end") AS gap, julianday(a."end") + 14 <= julianday(t) AS decided, b.amount AS next
FROM chain AS a JOIN (SELECT max(start) AS t FROM chain) ON a."end" <= t LEFT JOIN chain AS b ON b.customer = a.customer AND b.n = a.n + 1;
INSERT INTO checks (what, got, want)
SELECT 'periods that agree with plain SQL', sum(g.up_for_renewal = w.up AND g.renewed = w.renewed AND g.late = w.late AND g.churned = w.churned AND g.pending = w.pending
    AND g.pending_renewed = w.pending_renewed AND abs(g.value_up - w.value_up) < 1e-9 AND abs(g.value_renewed - w.value_renewed) < 1e-9 AND abs(g.value_next - w.value_next) < 1e-9
    AND g.logo_rate IS 1.0 * w.renewed / nullif(w.renewed + w.churned, 0) AND abs(coalesce(g.dollar_rate - w.value_renewed / w.value_decided, 0)) < 1e-12), count(*)
FROM (SELECT period, count(*) AS up, sum(decided AND gap <= 14 IS TRUE) AS renewed, sum(decided AND gap > 0 AND gap <= 14) AS late, sum(decided AND gap <= 14 IS NOT TRUE) AS churned,
    sum(NOT decided) AS pending, sum(NOT decided AND gap <= 14 IS TRUE) AS pending_renewed, sum(amount) AS value_up, sum(iif(decided, amount, 0)) AS value_decided,
    sum(iif(decided AND gap <= 14, amount, 0)) AS value_renewed, sum(iif(decided AND gap <= 14, next, 0)) AS value_next FROM ended GROUP BY period) AS w
  JOIN renewals('chain') AS g USING (period) WHERE as_of = (SELECT max(start) FROM chain);
INSERT INTO checks (what, got, want)
SELECT 'all there', count(*) || ' ' || (sum(up_for_renewal) = (SELECT count(*) FROM ended)) || (sum(late) > 0) || (sum(pending_renewed) > 0) || (sum(churned) > 0),
  (SELECT count(DISTINCT period) FROM ended) || ' 1111' FROM renewals('chain') WHERE as_of = (SELECT max(start) FROM chain);
INSERT INTO checks (what, got, want)
SELECT 'by segment', sum(g.up_for_renewal = (SELECT count(*) FROM ended AS e WHERE e.period = g.period AND e.shop = g.segment)), count(*) FROM renewals('chain') AS g WHERE g.segment_column = 'shop' AND as_of = (SELECT max(start) FROM chain);
INSERT INTO checks (what, got, want)
SELECT 'on demo_contracts what is up splits into three', sum(up_for_renewal = renewed + churned + pending AND late <= renewed AND pending_renewed <= pending), count(*) FROM renewals('demo_contracts');

-- Expiring: by hand.
CREATE TABLE due (member, valid_from, valid_until, fee);
INSERT INTO due VALUES
  ('a', '2024-01-01', '2024-07-01', 10), ('b', '2024-01-01', '2024-07-31', 20), ('c', '2024-01-01', '2024-08-01', 30), ('d', '2024-01-01', '2024-09-29', 40),
  ('e', '2024-01-01', '2024-09-30', 50), ('f', '2024-01-01', NULL, 60), ('g', '2024-01-01', '2024-06-30', 70), ('h', '2024-07-10', '2024-07-20', 80),
  ('i', '2024-01-01', '2024-08-15', 90), ('i', '2024-02-01', '2024-07-15', 91), ('i', '2024-03-01', '2024-07-15', 92), ('i', '2024-03-01', '2025-07-15', 93), ('j', '2024-07-01', '2024-07-01', 5);
INSERT INTO checks (what, got, want)
SELECT 'due on 1 July 2024', group_concat(customer || ' ' || days_left || ' ' || step || ' ' || amount || ' ' || others || ' ' || covered_after, ', '),
  'i 14 30 92.0 2 1, b 30 30 20.0 0 0, c 31 60 30.0 0 0, d 90 90 40.0 0 0'
FROM contracts_expiring('due') WHERE as_of = '2024-07-01' AND within = '90,60,30 days';
CREATE TABLE ahead AS SELECT * FROM (VALUES ('signed', '2025-01-01', '2026-02-01', 5), ('signed', '2026-02-01', '2027-02-01', 6), ('signed', '2026-01-20', '2026-01-25', 1), ('not', '2025-01-01', '2026-02-01', 5),
  ('later', '2025-01-01', '2026-02-01', 5), ('later', '2026-06-01', NULL, 5), ('new', '2026-01-10', '2026-01-30', 5));
INSERT INTO checks (what, got, want)
SELECT 'renewals signed ahead', group_concat(customer || ' ' || covered_after || ' ' || coalesce(date(next_start), '-'), ', '), 'signed 0 2026-02-01, not 0 -, later 0 2026-06-01'
FROM contracts_expiring((SELECT retain_contracts(column1, column2, column3, column4) FROM ahead), '31') WHERE as_of = '2026-01-05';
INSERT INTO checks (what, got, want)
SELECT 'one step as a number', group_concat(customer || step, ' '), 'i30 b30 c30' FROM contracts_expiring('due') WHERE within = 30 AND as_of = '2024-07-02 23:30';
INSERT INTO checks (what, got, want)
SELECT 'a later hour of the day', group_concat(customer || days_left, ' '), 'i13 b29 c30' FROM contracts_expiring('due', ' 30 ,7 days') WHERE as_of = '2024-07-02 23:30';
INSERT INTO checks (what, got, want)
SELECT 'the civil day moves with time_zone', group_concat(customer || days_left, ' '), 'i12 b28 c29 d88' FROM contracts_expiring('due') WHERE as_of = '2024-07-02 23:30' AND time_zone = '+02:00' AND customer <> 'h' AND days_left <> 89;
INSERT INTO checks (what, got, want)
SELECT 'as of the newest start', group_concat(customer || ' ' || step, ', '), 'i 30, h 30, b 30, c 30, d 90, e 90' FROM contracts_expiring('due') WHERE as_of = '2024-07-10';
INSERT INTO checks (what, got, want)
SELECT 'what has ended is not to end', count(*), 0 FROM contracts_expiring('due');
-- Plain SQL.
CREATE TEMP TABLE demo AS SELECT customer, start, "end", amount FROM demo_contracts;
INSERT INTO checks (what, got, want)
SELECT 'on demo_contracts, customers that agree with plain SQL', sum(g.days_left = w.days AND g.ends_at = w."end" || ' 00:00:00' AND g.amount = w.amount AND g.others = w.n - 1
    AND g.step = CASE WHEN w.days <= 30 THEN 30 WHEN w.days <= 60 THEN 60 ELSE 90 END), (SELECT count(*) FROM contracts_expiring('demo_contracts') WHERE as_of = (SELECT max(start) FROM demo))
FROM (SELECT * FROM contracts_expiring('demo_contracts') WHERE as_of = (SELECT max(start) FROM demo)) AS g JOIN
  (SELECT customer, min("end") AS "end", amount, julianday(min("end")) - julianday(t) AS days, count(*) AS n FROM demo, (SELECT max(start) AS t FROM demo)
   WHERE "end" > t AND julianday("end") - julianday(t) <= 90 GROUP BY customer) AS w USING (customer);
INSERT INTO checks (what, got, want)
SELECT 'and none is missing', count(*), (SELECT count(DISTINCT customer) FROM demo, (SELECT max(start) AS t FROM demo) WHERE "end" > t AND julianday("end") - julianday(t) <= 90) FROM contracts_expiring('demo_contracts') WHERE as_of = (SELECT max(start) FROM demo);

-- What ends before the old one would have renewed nothing.
CREATE TABLE gone (customer, start, "end", amount);
INSERT INTO gone VALUES (1, '2024-01-01', '2025-01-01', 100), (1, '2024-12-10', '2024-12-20', 1), (2, '2025-03-01', NULL, 5);
INSERT INTO checks (what, got, want)
SELECT 'a contract that ends before the old one renews nothing', group_concat(renewed || ' ' || churned), '0 1' FROM renewals('gone') WHERE as_of = '2025-06-01' AND period = '2025-01-01';
-- expect error
SELECT * FROM contracts_expiring('due', '90,');
-- expect error
SELECT * FROM contracts_expiring('due', '30 months');
-- expect error
SELECT * FROM contracts_expiring('due', '0');
-- expect error
SELECT * FROM contracts_expiring('due', '');
-- expect error
SELECT * FROM renewals('hand', 'soon');
