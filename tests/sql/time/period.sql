-- period_start, period_index: against SQLite's own date functions, the slow and obvious way.
-- slow
CREATE TEMP TABLE moment(t TEXT, off TEXT);
WITH RECURSIVE day(d) AS (SELECT '1996-01-01' UNION ALL SELECT date(d, '+1 day') FROM day WHERE d < '2030-12-31')
  INSERT INTO moment SELECT d, '+00:00' FROM day
  UNION ALL SELECT d || 'T15:59:59.999Z', '+08:00' FROM day
  UNION ALL SELECT d || ' 03:29:59', '-03:30' FROM day;
INSERT INTO moment
  SELECT * FROM (VALUES ('0000-01-10'), ('0000-12-31 23:59:59.999'), ('0004-02-29'), ('1582-10-10'), ('1900-02-28 23:59:59'), ('1900-03-01'), ('1969-12-28 23:59:59.999'),
    ('1969-12-29'), ('1969-12-31 23:59:59.999'), ('1970-01-01'), ('1970-01-04 23:59:59'), ('1970-01-05'), ('2000-02-29 12:00+14:00'), ('2023-03-03'), ('2100-02-28 23:59:59.9'),
    ('2100-03-01'), ('9999-12-30'), (2460000.25), (2440587.5), (2460000)), (VALUES ('+00:00'), ('+05:45'), ('+14:00'));
INSERT INTO moment VALUES ('1970-01-01', '-14:00'), ('2024-02-29 23:30', '-14:00'), ('2024-03-01 00:15', '-00:30'), ('9999-12-31 23:59:59.999', '+00:00'), ('9999-12-31', '-14:00');

CREATE TEMP TABLE local AS
  SELECT t, off, date(t, off) AS d, CAST(strftime('%Y', t, off) AS INTEGER) AS year, CAST(strftime('%m', t, off) AS INTEGER) AS month,
    CAST(julianday(date(t, off)) - julianday('1970-01-01') AS INTEGER) AS days FROM moment;

CREATE TEMP TABLE slow AS
  SELECT t, off, 'day' AS grain, d AS first, days AS number FROM local
  UNION ALL SELECT t, off, 'Weeks', date(d, 'weekday 0', '-6 days'), CAST((julianday(d, 'weekday 0', '-6 days') - julianday('1969-12-29')) / 7 AS INTEGER) FROM local
  UNION ALL SELECT t, off, 'month', date(d, 'start of month'), (year - 1970) * 12 + month - 1 FROM local
  UNION ALL SELECT t, off, 'quarter', printf('%04d-%02d-01', year, (month - 1) / 3 * 3 + 1), (year - 1970) * 4 + (month - 1) / 3 FROM local
  UNION ALL SELECT t, off, 'YEAR', date(d, 'start of year'), year - 1970 FROM local
  UNION ALL SELECT t, off, '10 days', date('1970-01-01', (10 * CAST(floor(days / 10.0) AS INTEGER)) || ' days'), CAST(floor(days / 10.0) AS INTEGER) FROM local
  UNION ALL SELECT t, off, '7 days', date('1970-01-01', (7 * CAST(floor(days / 7.0) AS INTEGER)) || ' days'), CAST(floor(days / 7.0) AS INTEGER) FROM local;

CREATE TEMP TABLE fast AS SELECT t, off, grain, period_start(t, grain, off) AS first, period_index(t, grain, off) AS number FROM slow;

INSERT INTO checks (what, got, want) SELECT 'every moment has a slow answer', (count(*) > 268000 AND sum(first IS NULL OR number IS NULL) = 0), 1 FROM slow;
INSERT INTO checks (what, got, want) SELECT 'slow answers are given, R1 R2 R3', count(*) || coalesce(' ' || min(grain || ' ' || t || ' ' || off || ' ' || first || ' ' || number), ''), '0' FROM (SELECT * FROM slow EXCEPT SELECT * FROM fast);
INSERT INTO checks (what, got, want) SELECT 'no others are given', count(*) || coalesce(' ' || min(grain || ' ' || t || ' ' || off || ' ' || first || ' ' || number), ''), '0' FROM (SELECT * FROM fast EXCEPT SELECT * FROM slow);
INSERT INTO checks (what, got, want) SELECT 'one number to one first day, in order, R2', count(*) || coalesce(' ' || min(grain || ' ' || this), ''), '0' FROM
  (SELECT grain, number AS this, first, lead(number) OVER w AS next_number, lead(first) OVER w AS next_first FROM (SELECT DISTINCT grain, number, first FROM fast) WINDOW w AS (PARTITION BY grain ORDER BY number))
  WHERE next_number = this OR next_first <= first;
INSERT INTO checks (what, got, want) SELECT 'the first day of a period is in it', count(*), 0 FROM fast WHERE first >= '0000-01-01' AND period_index(first, grain) <> number;

-- ISO weeks by their published days (ISO 8601: week 1 holds the first Thursday): 2020-W53, 2015-W53, 2021-W01, 2019-W01 begins in 2018.
INSERT INTO checks (what, got, want) SELECT 'ISO week 53', group_concat(period_start(column1, 'week')), '2020-12-28,2020-12-28,2015-12-28,2021-01-04,2018-12-31'
  FROM (VALUES ('2020-12-31'), ('2021-01-03'), ('2016-01-03'), ('2021-01-04'), ('2019-01-01'));

INSERT INTO checks (what, got, want) SELECT 'unix seconds and milliseconds', (period_start(1709164800, 'month') = '2024-02-01' AND period_start(1709164800000, 'day') = '2024-02-29' AND period_start('1709164800', 'day') = '2024-02-29'
  AND period_start(-100000000, 'day') = '1966-10-31' AND period_start(1709164800000000, 'day') = '2024-02-29' AND period_start(1709164800000000000, 'day') = '2024-02-29' AND period_start(1709164800.5, 'year') = '2024-01-01'), 1;
INSERT INTO checks (what, got, want) SELECT 'offsets, R3', (period_start('2024-01-31 16:00', 'month', '+08:00') = '2024-02-01' AND period_start('2024-01-31 15:59:59.999', 'month', '+0800') = '2024-01-01'
  AND period_start('2024-01-31', 'day', 'Z') = '2024-01-31' AND period_start('2024-01-31', 'day', '0') = '2024-01-31'), 1;
INSERT INTO checks (what, got, want) SELECT 'the difference of two numbers', period_index('2024-03-01', 'month') - period_index('2023-12-31', 'month'), 3;
INSERT INTO checks (what, got, want) SELECT 'NULL', (period_start(NULL, 'day') IS NULL AND period_start('2024-01-31', NULL) IS NULL AND period_index(NULL, 'day') IS NULL AND period_start('2024-01-31', 'day', NULL) = '2024-01-31'), 1;
INSERT INTO checks (what, got, want) SELECT 'types', (typeof(period_start('2024-01-31', 'day')) = 'text' AND typeof(period_index('2024-01-31', 'day')) = 'integer'), 1;
INSERT INTO checks (what, got, want) SELECT 'an offset can leave the years 0000 … 9999', (period_start('0000-01-01', 'day', '-01:00') = '-0001-12-31' AND period_start('9999-12-31 23:00', 'year', '+01:00') = '10000-01-01'), 1;
-- Python: datetime.date(…).isocalendar(); the fiscal ones by hand.
INSERT INTO checks (what, got, want) SELECT 'labels', group_concat(period_label(column1, column2), ' '), '2026-W53 2026-W53 2025-W01 2026-Q1 FY2026-Q1 FY2027 2026-01'
  FROM (VALUES ('2026-12-31', 'week'), ('2027-01-03', 'week'), ('2024-12-30', 'week'), ('2026-01-01', 'quarter'), ('2025-04-01', 'quarter from april'), ('2026-04-01', 'year from april'), ('2026-01-31', 'month'));
INSERT INTO checks (what, got, want) SELECT 'labels in local time', period_label('2026-12-31 16:00', 'year', '+08:00') || ' ' || (period_label(NULL, 'day') IS NULL) || ' ' || typeof(period_label('2026-12-31', 'year')), '2027 1 text';
CREATE TEMP TABLE orders(at TEXT, amount REAL);
CREATE INDEX temp.orders_by_month ON orders(period_start(at, 'month'));
INSERT INTO orders VALUES ('2024-02-29', 1), ('2024-02-01', 2), ('2024-03-01', 3);
INSERT INTO checks (what, got, want) SELECT 'deterministic: usable in an index', sum(amount), 3 FROM orders WHERE period_start(at, 'month') = '2024-02-01';

-- Forms of text, by what Python's datetime.strptime makes of them.
INSERT INTO checks (what, got, want) SELECT 'year first in many forms', group_concat(DISTINCT period_start(column1, 'day')), '2024-03-05'
  FROM (VALUES ('2024/03/05'), ('2024/3/5 9:05'), ('2024.03.05'), ('2024年3月5日'), ('2024年03月05日 10:11:12'), ('20240305'), ('20240305T101112Z'), ('20240305 1011+0800'), ('2024-03-05 00:00:00+00'), ('2024-03-05 12:00:00 UTC'), ('2024-03-06 07:59:59+08'));
INSERT INTO checks (what, got, want) SELECT 'a fraction never rounds into the next day', group_concat(period_start(column1, 'month')), '2026-01-01,2026-01-01'
  FROM (VALUES ('2026-01-31 23:59:59.999999'), (1769903999.9999));

-- Grains with a beginning of their own, against SQLite's date functions; every day of four years.
CREATE TEMP TABLE some_day AS WITH RECURSIVE day(d) AS (SELECT '2023-01-01' UNION ALL SELECT date(d, '+1 day') FROM day WHERE d < '2026-12-31') SELECT d FROM day;
INSERT INTO checks (what, got, want)
SELECT 'weeks from sunday', sum(period_start(d, 'week from sunday') <> date(d, '-6 days', 'weekday 0')), 0 FROM some_day UNION ALL
SELECT 'weeks from saturday', sum(period_start(d, 'week from sat') <> date(d, '-6 days', 'weekday 6')), 0 FROM some_day UNION ALL
SELECT 'a year from april is the calendar year three months earlier', sum(period_start(d, 'year from april') <> date(d, 'start of month', '-3 months', 'start of year', '+3 months')), 0 FROM some_day UNION ALL
SELECT 'quarters from february', sum(period_start(d, 'quarter from february') <> date(period_start(date(d, 'start of month', '-1 month'), 'quarter'), '+1 month')), 0 FROM some_day UNION ALL
SELECT '2 months', sum(period_start(d, '2 months') <> date(d, 'start of month', printf('-%d months', (strftime('%m', d) + 1) % 2))), 0 FROM some_day UNION ALL
SELECT '14 days from a date', sum(period_start(d, '14 days from 2026-01-05') <> date(d, printf('-%d days', (CAST(julianday(d) - julianday('2022-12-26') AS INTEGER) % 14)))), 0 FROM some_day UNION ALL
SELECT '2 weeks from a date are the same', sum(period_start(d, '14 days from 2026-01-05') <> period_start(d, '2 weeks from 2026-01-05')), 0 FROM some_day UNION ALL
SELECT 'hours', period_start('2026-01-05 14:30:59', 'hour') || ' ' || period_start('2026-01-05 14:30:59', '6 hours') || ' ' || period_start('2026-01-05 14:30:59', 'hour', '+05:30'), '2026-01-05 14:00:00 2026-01-05 12:00:00 2026-01-05 20:00:00' UNION ALL
SELECT 'numbers follow each other', (max(n) - min(n)) || ' ' || (count(DISTINCT n) - 1), '208 208' FROM (SELECT period_index(d, 'week from sunday') AS n FROM some_day) UNION ALL
SELECT 'the fiscal quarter of a table function', group_concat(period), '2023-08-01,2023-11-01,2024-02-01'
  FROM retention_by_period((SELECT retain_log(1, column1) FROM (VALUES ('2023-10-31'), ('2023-11-01'), ('2024-03-05')))) WHERE grain = 'quarter from february' UNION ALL
SELECT 'cohorts by hour', group_concat(cohort || ' ' || age, ', '), '2026-01-05 14:00:00 0, 2026-01-05 14:00:00 1, 2026-01-05 14:00:00 2'
  FROM cohort_retention((SELECT retain_log(1, column1) FROM (VALUES ('2026-01-05 14:30'), ('2026-01-05 16:10')))) WHERE grain = 'hour';

-- expect error
SELECT period_start('yesterday', 'day');
-- expect error
SELECT period_start('2023-02-29', 'day');
-- expect error
SELECT period_start('12:34', 'day');
-- expect error
SELECT period_start('03/05/2024', 'day');
-- expect error
SELECT period_start(2025, 'day');
-- expect error
SELECT period_start(45356, 'day');
-- expect error
SELECT period_start(20240305, 'day');
-- expect error
SELECT period_start(202403051200, 'day');
-- expect error
SELECT period_start(20240305120000, 'day');
-- expect error
SELECT period_start(0.5, 'day');
-- expect error
SELECT period_start(-1, 'day');
-- expect error
SELECT period_start('2024-02-32', 'day');
-- expect error
SELECT period_start('2024-02-29', 'fortnight');
-- expect error
SELECT period_index('2024-02-29', '0 days');
-- expect error
SELECT period_index('2024-02-29', 'week from april');
-- expect error
SELECT period_index('2024-02-29', 'quarter from 2026-01-05');
-- expect error
SELECT period_index('2024-02-29', 'week sunday');
-- expect error
SELECT period_start('2024-02-29', 'day', '+15:00');
-- expect error
SELECT period_start(x'323032342D30322D3239', 'day');
-- expect error
SELECT period_start(1e300, 'day');
-- expect error
SELECT period_start('2024-02-29', 7);
-- A function that may stand in an index reads no clock.
CREATE TABLE dated(t);
INSERT INTO dated VALUES ('now');
-- expect error
CREATE INDEX by_hour ON dated(period_start(t, 'hour'));
-- expect error
SELECT period_start('2026-01-31' || char(0) || 'x', 'day');
INSERT INTO checks (what, got, want) SELECT 'now, as SQLite writes it', period_start(datetime('now'), 'day'), date('now');
