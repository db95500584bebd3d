-- Dialects against the examples in the products' own documentation.

-- Mixpanel, Retention, "How is the Average row for Retention reports calculated?": 1 March 1000 profiles, 500 of them retained on day 1;
-- 2 March 500 and 400; 3 March 700 and 10, incomplete. 466.66 retained of 833.33 is 56 %.
CREATE TABLE profile (day TEXT, profiles INTEGER, retained INTEGER);
INSERT INTO profile VALUES ('2023-03-01', 1000, 500), ('2023-03-02', 500, 400), ('2023-03-03', 700, 10);
CREATE TABLE visit (user_id TEXT, created_at TEXT);
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)
INSERT INTO visit SELECT day || ' ' || i, day || ' 12:00:00' FROM profile, n WHERE i <= profiles
UNION ALL SELECT day || ' ' || i, datetime(day, '+1 day', '+13 hours') FROM profile, n WHERE i <= retained;
CREATE TABLE mixpanel AS SELECT * FROM cohort_average('visit', 'day') WHERE dialect = 'mixpanel' AND age = 1 AND as_of = '2023-03-05 00:00:00';
INSERT INTO checks (what, got, want) SELECT 'mixpanel: two complete days', complete_cohorts || ' ' || complete_size || ' ' || complete_active, '2 1500 900' FROM mixpanel;
INSERT INTO checks (what, got, want, tolerance) SELECT 'mixpanel: the average row is 56 %', rate, 0.56, 1e-15 FROM mixpanel;
INSERT INTO checks (what, got, want, tolerance) SELECT 'mixpanel: weighted once it would be 60 %', weighted_rate, 0.6, 1e-15 FROM mixpanel;
INSERT INTO checks (what, got, want) SELECT 'mixpanel: 66.66 % and 33.33 % of the weight', round(500 * 1000 / 1500.0 + 400 * 500 / 1500.0, 2) || ' of ' || round(1000 * 1000 / 1500.0 + 500 * 500 / 1500.0, 2), '466.67 of 833.33';
INSERT INTO checks (what, got, want) SELECT 'mixpanel: the day after is 24 to 48 hours after', group_concat(active), '1,1,0' FROM
  (SELECT age, active FROM cohort_average((SELECT retain_log(1, column1) FROM (VALUES ('2023-03-01 20:00'), ('2023-03-02 06:00'), ('2023-03-02 20:00'))), 'day') WHERE dialect = 'mixpanel' AND as_of = '2023-03-05' AND age < 3 ORDER BY age);

-- Amplitude, "How time works in a retention analysis": days count from the hour of the first event, weeks of 7 and months of 30 days from its day.
CREATE TABLE event (user_id INTEGER, at TEXT, grain TEXT, age INTEGER);
INSERT INTO event VALUES
  (1, '2021-12-02 16:59:59.999', 'day', 0), (2, '2021-12-02 17:00:00', 'day', 1), (3, '2021-12-03 16:59:59', 'day', 1), (4, '2021-12-03 17:00:00', 'day', 2),
  (5, '2021-12-07 23:59:59', 'week', 0), (6, '2021-12-08 10:00:00', 'week', 1), (7, '2021-12-14 23:59:59', 'week', 1), (8, '2021-12-15 00:00:00', 'week', 2),
  (9, '2021-12-30 23:59:59', 'month', 0), (10, '2021-12-31 00:00:00', 'month', 1), (11, '2022-01-29 23:59:59', 'month', 1), (12, '2022-01-30 00:00:00', 'month', 2),
  (13, '2021-12-10 23:59:59', '10 days', 0), (14, '2021-12-11 00:00:00', '10 days', 1);
CREATE TABLE history AS SELECT user_id, '2021-12-01 17:59:00' AS at FROM event UNION ALL SELECT user_id, at FROM event;
CREATE TABLE retained AS
SELECT grain, user_id AS customer, max(age) AS age FROM
  (SELECT e.grain, e.user_id, c.age FROM event AS e, cohort_retention((SELECT retain_log(user_id, at) FROM history AS h WHERE h.user_id = e.user_id), e.grain) AS c
   WHERE dialect = 'amplitude' AND as_of = '2022-06-01' AND active = 1) GROUP BY 1, 2;
INSERT INTO checks (what, got, want) SELECT format('amplitude: %s after 2021-12-01 17:59:00 is %s %d', e.at, e.grain, e.age), r.age, e.age FROM event AS e LEFT JOIN retained AS r ON r.customer = e.user_id AND r.grain = e.grain;
INSERT INTO checks (what, got, want) SELECT 'amplitude: the hour and the day are local', group_concat(active), '1,0,1' FROM (SELECT active FROM
  (SELECT '1 half hours' AS name, active FROM cohort_retention((SELECT retain_log(1, column1) FROM (VALUES ('2021-12-01 17:59'), ('2021-12-02 17:30'))), 'day') WHERE dialect = 'amplitude' AND age = 1 AND as_of = '2022-06-01' AND time_zone = '+05:30'
   UNION ALL SELECT '2 half hours', active FROM cohort_retention((SELECT retain_log(1, column1) FROM (VALUES ('2021-12-01 17:59'), ('2021-12-02 17:29'))), 'day') WHERE dialect = 'amplitude' AND age = 1 AND as_of = '2022-06-01' AND time_zone = '+05:30'
   UNION ALL SELECT '3 week', active FROM cohort_retention((SELECT retain_log(1, column1) FROM (VALUES ('2021-12-01 17:59'), ('2021-12-08 16:00'))), 'week') WHERE dialect = 'amplitude' AND age = 1 AND as_of = '2022-06-01' AND time_zone = '+08:00') ORDER BY name);
INSERT INTO checks (what, got, want) SELECT 'amplitude: judged once the interval from the hour has passed', group_concat(eligible), '0,1' FROM
  (SELECT (SELECT eligible FROM cohort_retention((SELECT retain_log(1, '2021-12-01 17:59')), 'day') WHERE dialect = 'amplitude' AND age = 0 AND as_of = column1) AS eligible FROM (VALUES ('2021-12-02 16:59:59'), ('2021-12-02 17:00:00')) ORDER BY column1);

-- A dialect is shown as what it sets, and gives way to what is given.
INSERT INTO checks (what, got, want) SELECT 'effective values', group_concat(DISTINCT mode || ' ' || clock || ' ' || averaging), 'on_or_after rounded pooled' FROM cohort_average('visit', 'day') WHERE dialect = 'amplitude';
INSERT INTO checks (what, got, want) SELECT 'effective values', group_concat(DISTINCT mode || ' ' || clock || ' ' || averaging), 'on_or_after rolling twice_weighted' FROM cohort_average('visit', 'day') WHERE dialect = 'mixpanel';
INSERT INTO checks (what, got, want) SELECT 'effective values', group_concat(DISTINCT mode || ' ' || clock || ' ' || averaging), 'on calendar weighted' FROM cohort_average('visit', 'day') WHERE dialect = 'posthog';
INSERT INTO checks (what, got, want) SELECT 'what is given is kept', group_concat(DISTINCT mode || ' ' || clock || ' ' || averaging), 'on calendar simple' FROM cohort_average('visit', 'day', 'on') WHERE dialect = 'amplitude' AND clock = 'calendar' AND averaging = 'simple';
-- expect error
SELECT * FROM cohort_retention('visit', 'quarter') WHERE clock = 'rounded';
