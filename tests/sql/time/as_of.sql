-- Where the analysis ends: a date alone is its whole civil day, the default is the newest time, and nothing lies in the future unless as_of is given.
CREATE TABLE days(customer, date, amount);   -- times are dates
INSERT INTO days VALUES ('ann', '2025-10-05', 10), ('bob', '2025-11-30', 20), ('ann', '2025-12-10', 30), ('ann', '2025-12-31', 40), ('cat', '2025-12-31', 50);
CREATE TABLE instants AS SELECT customer, date || ' 18:00:00' AS date, amount FROM days;

-- With the last day of December, December is complete, and January is no row.
SELECT 'dates', period, end_customers, complete FROM retention_by_period('days') UNION ALL
SELECT 'dates, as_of', period, end_customers, complete FROM retention_by_period('days') WHERE as_of = '2025-12-31' UNION ALL
SELECT 'instants', period, end_customers, complete FROM retention_by_period('instants') WHERE period = '2025-12-01' UNION ALL
SELECT 'instants, as_of', period, end_customers, complete FROM retention_by_period('instants') WHERE as_of = '2025-12-31' AND period >= '2025-12-01' UNION ALL
SELECT 'to the midnight', period, end_customers, complete FROM retention_by_period('instants') WHERE as_of = '2026-01-01 00:00:00' AND period >= '2025-12-01' UNION ALL
SELECT 'a millisecond on', period, end_customers, complete FROM retention_by_period('instants') WHERE as_of = '2026-01-01 00:00:00.001' AND period >= '2025-12-01' UNION ALL
SELECT 'a day on', period, end_customers, complete FROM retention_by_period('instants') WHERE as_of = '2026-01-01' AND period >= '2025-12-01';
SELECT 'cohorts', cohort, age, eligible, active, complete FROM cohort_retention('days') WHERE cohort = '2025-10-01';
SELECT 'rolling', cohort, age, eligible, active FROM cohort_retention('days', 'day') WHERE clock = 'rolling' AND cohort >= '2025-12-31'; -- the day itself has passed

-- The effective as_of: a date where it is one.
INSERT INTO checks (what, got, want)
SELECT 'as_of of dates', as_of, '2025-12-31' FROM (SELECT DISTINCT as_of FROM rfm('days')) UNION ALL
SELECT 'as_of of instants', as_of, '2025-12-31 18:00:00' FROM (SELECT DISTINCT as_of FROM rfm('instants')) UNION ALL
SELECT 'as_of of both: the newest', as_of, '2025-12-31 18:00:00' FROM (SELECT DISTINCT as_of FROM rfm((SELECT retain_log(customer, date, amount) FROM (SELECT * FROM days UNION ALL SELECT * FROM instants)))) UNION ALL
SELECT 'a date beside its midnight', as_of, '2025-12-31' FROM (SELECT DISTINCT as_of FROM rfm((SELECT retain_log(customer, date, amount) FROM (SELECT * FROM days UNION ALL SELECT 'dan', '2025-12-31 00:00:00', 1)))) UNION ALL
SELECT 'as given', as_of, '2025-12-31' FROM (SELECT DISTINCT as_of FROM rfm('instants') WHERE as_of = '2025-12-31');

-- Ages: whole days to a day, exact to an instant.
SELECT customer, recency_days FROM rfm('days') ORDER BY customer;
SELECT customer, recency_days FROM rfm('instants') WHERE as_of = '2026-01-01' ORDER BY customer;
SELECT customer, round(recency_days, 3) FROM rfm('instants') WHERE as_of = '2026-01-01 06:00:00' ORDER BY customer;
INSERT INTO checks (what, got, want)
SELECT 'rows of the day take part', count(*), 3 FROM rfm('instants') WHERE as_of = '2025-12-31' UNION ALL
SELECT 'but not those of the next', sum(monetary), 60.0 FROM rfm('instants') WHERE as_of = '2025-12-30';

-- The civil day is that of time_zone. 18:00 UTC is 02:00 of the next day in Shanghai and 13:00 in New York.
INSERT INTO checks (what, got, want)
SELECT 'in Shanghai the rows are of 1 January', count(*), 2 FROM rfm('instants') WHERE as_of = '2025-12-31' AND time_zone = '+08:00' UNION ALL
SELECT 'and recency 0 then', min(recency_days), 0.0 FROM rfm('instants') WHERE as_of = '2026-01-01' AND time_zone = '+08:00' UNION ALL
SELECT 'west of Greenwich', count(*), 3 FROM rfm('instants') WHERE as_of = '2025-12-31' AND time_zone = '-05:00' UNION ALL
SELECT 'until 15:59:59.999 UTC', count(*), 1 FROM rfm((SELECT retain_log(column1, column2, 1) FROM (VALUES (1, '2025-12-31 15:59:59.999'), (2, '2025-12-31 16:00:00')))) WHERE as_of = '2025-12-31' AND time_zone = '+08:00' UNION ALL
SELECT 'a day of 25 hours is one day', recency_days, 1.0 FROM rfm((SELECT retain_log(1, '2025-10-25 12:00:00', 1))) WHERE as_of = '2025-10-26' AND time_zone = 'Europe/Berlin';

-- until and since.
INSERT INTO checks (what, got, want)
SELECT 'until is a whole day', orders || ' ' || holdout_orders, '3 0' FROM customer_summary('instants', 'day', '2025-12-31') WHERE as_of = '2026-01-31' AND customer = 'ann' UNION ALL
SELECT 'the day before', orders || ' ' || holdout_orders, '2 1' FROM customer_summary('instants', 'day', '2025-12-30') WHERE as_of = '2026-01-31' AND customer = 'ann' UNION ALL
SELECT 'since is the beginning of its day', round(sum(value_between)), 90.0 FROM segment_flow('instants', '2025-12-31', '2025-12-31') UNION ALL
SELECT 'periods from since to until', group_concat(period), '2025-11-01,2025-12-01' FROM retention_by_period('instants', 'month') WHERE since = '2025-11-01' AND until = '2025-12-31';

-- What the clock has not come to.
CREATE TABLE typed(id INTEGER PRIMARY KEY, customer, date, amount);
INSERT INTO typed VALUES (7, 'ann', '2025-10-05', 10), (8, 'bob', '2962-06-01', 20), (9, 'cat', '2925-06-01', 30);
CREATE VIEW seen AS SELECT customer, date, amount FROM typed WHERE id <> 9;
-- expect error
SELECT * FROM rfm('typed');
-- expect error
SELECT * FROM cohort_retention('seen');
-- expect error
SELECT * FROM churn_risk((SELECT retain_log(customer, date, amount) FROM typed));
-- expect error
SELECT * FROM rfm('typed') WHERE segment_column = 'amount';
INSERT INTO checks (what, got, want)
SELECT 'with as_of they are left out', group_concat(customer || ' ' || recency_days), 'ann 87.0' FROM rfm('typed') WHERE as_of = '2025-12-31' UNION ALL
SELECT 'or taken', count(*), 3 FROM rfm('typed') WHERE as_of = '2970-01-01' UNION ALL
SELECT 'data_check counts them', group_concat(kind || ' ' || rows || ' ' || coalesce(example_rowid, '-')), 'future_times 2 8,summary 3 -' FROM data_check('typed') WHERE kind IN ('future_times', 'summary') UNION ALL
SELECT 'a time of now, by whatever clock', count(*), 1 FROM rfm((SELECT retain_log(1, datetime('now', '13 hours'), 1)));
