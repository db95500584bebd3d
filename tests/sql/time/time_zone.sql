-- time_zone: offsets and names; every zone and transition is compared with Python by `make zones`. Expected values by Python's zoneinfo.
INSERT INTO checks (what, got, want)
SELECT zone || ' ' || t || ' ' || grain, period_start(t, grain, zone), want FROM (SELECT column1 AS t, column2 AS grain, column3 AS zone, column4 AS want FROM (VALUES
  ('2026-07-31T22:30:00Z', 'month', 'Europe/Berlin', '2026-08-01'), ('2026-01-31T23:30:00Z', 'month', 'Europe/Berlin', '2026-02-01'), ('2026-01-31T22:30:00Z', 'month', 'Europe/Berlin', '2026-01-01'),
  ('2026-03-29 00:59:59', 'hour', 'Europe/Berlin', '2026-03-29 01:00:00'), ('2026-03-29 01:00:00', 'hour', 'Europe/Berlin', '2026-03-29 03:00:00'),
  ('2026-11-01 04:30', 'day', 'America/New_York', '2026-11-01'), ('2026-11-01 03:59:59', 'day', 'America/New_York', '2026-10-31'), ('2026-11-02 04:30', 'day', 'America/New_York', '2026-11-01'),
  ('2018-11-04 02:59:59', 'day', 'America/Sao_Paulo', '2018-11-03'), ('2018-11-04 03:00:00', 'day', 'America/Sao_Paulo', '2018-11-04'), -- no midnight: the day begins at 01:00
  ('2018-02-18 01:59:59', 'day', 'America/Sao_Paulo', '2018-02-17'), ('2018-02-18 02:30:00', 'day', 'America/Sao_Paulo', '2018-02-17'), ('2018-02-18 03:00:00', 'day', 'America/Sao_Paulo', '2018-02-18'),
  ('2010-11-07 02:30:30', 'day', 'America/St_Johns', '2010-11-07'), ('2010-11-07 03:00:00', 'day', 'America/St_Johns', '2010-11-07'), -- a midnight twice: the day begins at the first
  ('2011-12-30 09:59:59', 'day', 'Pacific/Apia', '2011-12-29'), ('2011-12-30 10:00:00', 'day', 'Pacific/Apia', '2011-12-31'), -- a day left out
  ('2026-05-31 16:00', 'day', 'Asia/Shanghai', '2026-06-01'), ('2100-07-01 22:30', 'day', 'Europe/Berlin', '2100-07-02'), ('2100-12-31 22:30', 'day', 'Europe/Berlin', '2100-12-31'),
  ('2026-05-31 16:00', 'day', 'UTC', '2026-05-31'), ('2026-05-31 16:00', 'day', '+08', '2026-06-01'), ('1900-01-01 12:00', 'day', 'Europe/Berlin', '1900-01-01')));

-- A table function with a zone is the same as one on local times.
CREATE TABLE orders(customer_id, ordered_at, amount);
INSERT INTO orders WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 4999)
  SELECT i * 7919 % 601, 1700000000 + i * 12347, i % 90 FROM n;
CREATE TABLE berlin AS SELECT customer_id, datetime(ordered_at, 'unixepoch',
    CASE WHEN datetime(ordered_at, 'unixepoch') >= '2024-03-31 01:00:00' AND datetime(ordered_at, 'unixepoch') < '2024-10-27 01:00:00'
           OR datetime(ordered_at, 'unixepoch') >= '2025-03-30 01:00:00' AND datetime(ordered_at, 'unixepoch') < '2025-10-26 01:00:00' THEN '+2 hours' ELSE '+1 hours' END) AS ordered_at, amount FROM orders;
INSERT INTO checks (what, got, want)
SELECT 'the source crosses four transitions', (min(ordered_at) < '2024-03-01' AND max(ordered_at) > '2025-10-26' AND max(ordered_at) < '2026-03-01'), 1 FROM berlin UNION ALL
SELECT 'retention by day', (SELECT count(*) || group_concat(period || start_customers || retained || new_customers) FROM retention_by_period('orders', 'day') WHERE time_zone = 'Europe/Berlin'),
  (SELECT count(*) || group_concat(period || start_customers || retained || new_customers) FROM retention_by_period('berlin', 'day')) UNION ALL
SELECT 'cohorts by week', (SELECT count(*) || group_concat(cohort || age || active || eligible) FROM cohort_retention('orders', 'week') WHERE time_zone = 'Europe/Berlin'),
  (SELECT count(*) || group_concat(cohort || age || active || eligible) FROM cohort_retention('berlin', 'week')) UNION ALL
SELECT 'purchase days', (SELECT count(*) || group_concat(x || t_x || T) FROM customer_summary('orders') WHERE time_zone = 'Europe/Berlin'), (SELECT count(*) || group_concat(x || t_x || T) FROM customer_summary('berlin')) UNION ALL
SELECT 'intervals', (SELECT group_concat(purchases || '/' || mean_gap || '/' || days_since_last) FROM purchase_intervals('orders') WHERE time_zone = 'Europe/Berlin'), (SELECT group_concat(purchases || '/' || mean_gap || '/' || days_since_last) FROM purchase_intervals('berlin'));

-- expect error
SELECT period_start('2026-01-01', 'day', 'Europe/Atlantis');
-- expect error
SELECT period_start('2026-01-01', 'day', '/etc/localtime');
-- expect error
SELECT period_start('2026-01-01', 'day', 'Europe/../UTC');
-- expect error
SELECT period_start('2026-01-01', 'day', 'Europe');
-- expect error
SELECT period_start('2026-01-01', 'day', 'zone.tab');
-- expect error
SELECT period_start('2026-01-01', 'day', '');
-- expect error
SELECT * FROM rfm('orders') WHERE time_zone = 'Berlin';
