-- time_parse: forms by strptime's letters, serials of spreadsheets; expected values by Python's datetime.strptime.
INSERT INTO checks (what, got, want)
SELECT value || ' as ' || format, time_parse(value, format), want FROM (SELECT column1 AS value, column2 AS format, column3 AS want FROM (VALUES
  ('03/05/2024', '%d/%m/%Y', '2024-05-03'), ('03/05/2024', '%m/%d/%Y', '2024-03-05'), ('Mar 5, 2024 7:30 PM', '%b %d, %Y %I:%M %p', '2024-03-05 19:30:00'),
  ('Tue Mar 5 01:02:03 2024 +0800', '%a %b %d %H:%M:%S %Y %z', '2024-03-04 17:02:03'), ('2024-03-05T01:02:03.123456Z', '%Y-%m-%dT%H:%M:%S.%f%z', '2024-03-05 01:02:03.123'),
  (20240305, '%Y%m%d', '2024-03-05'), (20240305235959, '%Y%m%d%H%M%S', '2024-03-05 23:59:59'), ('2024-060', '%Y-%j', '2024-02-29'), ('2024-03', '%Y-%m', '2024-03-01'),
  (45356, 'excel', '2024-03-05'), ('45356.75', 'excel', '2024-03-05 18:00:00'), (43894.5, 'excel1904', '2024-03-05 12:00:00'), (0, 'excel1904', '1904-01-01'), (0.5, 'excel1904', '1904-01-01 12:00:00'), (60, 'excel1904', '1904-03-01'), ('12/31/98', '%D', '1998-12-31')));
INSERT INTO checks (what, got, want) SELECT 'NULL', (time_parse(NULL, '%Y') IS NULL AND time_parse('2024', NULL) IS NULL), 1;
INSERT INTO checks (what, got, want) SELECT 'every day of 30 years, there and back',
  sum(time_parse(strftime('%m/%d/%Y', d), '%m/%d/%Y') <> d OR time_parse(julianday(d) - 2415018.5, 'excel') <> d OR time_parse(strftime('%Y %j', d), '%Y %j') <> d), 0
  FROM (WITH RECURSIVE day(d) AS (SELECT '1999-01-01' UNION ALL SELECT date(d, '+1 day') FROM day WHERE d < '2029-01-01') SELECT d FROM day);
-- A table with day-first dates and one with serials, as sources.
CREATE TABLE orders(customer_id, ordered_on, amount);
INSERT INTO orders VALUES (1, '31/01/2024', 5), (1, '01/02/2024', 5), (2, '15/02/2024', 5);
INSERT INTO checks (what, got, want) SELECT 'as a source', group_concat(customer || ' ' || last_time, ', '), '1 2024-02-01 00:00:00, 2 2024-02-15 00:00:00'
  FROM rfm((SELECT retain_log(customer_id, time_parse(ordered_on, '%d/%m/%Y'), amount) FROM orders));

-- expect error
SELECT time_parse('31/02/2024', '%d/%m/%Y');
-- expect error
SELECT time_parse('2024-03-05', '%d/%m/%Y');
-- expect error
SELECT time_parse('', '%d/%m/%Y');
-- expect error
SELECT time_parse('2024', '%Q');
-- expect error
SELECT time_parse('7:30', '%H:%M');
-- expect error
SELECT time_parse(60, 'excel');
-- expect error
SELECT time_parse('today', 'excel');
-- expect error
SELECT time_parse(x'00', '%Y');
-- expect error
SELECT time_parse('2024', 5);
-- expect error
SELECT time_parse(-1, 'excel1904');
-- expect error
SELECT time_parse(0, 'excel');
