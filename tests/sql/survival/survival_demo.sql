-- Survival analyses of generated contracts, whose truth is known (core/contracts/demo_contracts.h): intervals must cover it as often as they say.
CREATE TEMP TABLE band (id INTEGER PRIMARY KEY, what TEXT, got, low, high); -- got lies between low and high
CREATE TABLE contract AS
WITH RECURSIVE seed(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM seed WHERE n < 60)
SELECT seed.n AS seed, plan, seed.n || ' ' || plan AS place, channel, senior, tenure, churned, cause, entry FROM seed, demo_contracts(600, seed.n) WHERE tenure IS NOT NULL;

-- The share of a plan that stays m months: over seniors and charges of 20.00 to 119.99, exp(-0.03 shape e^eta); the shapes of 6, 12 and 24 months add up to 7, 14.5 and 28.
CREATE TABLE truth AS
WITH RECURSIVE cent(c) AS (SELECT 2000 UNION ALL SELECT c + 5 FROM cent WHERE c < 11995)
SELECT plan, m, avg(0.2 * exp(-h * exp(0.5)) + 0.8 * exp(-h)) AS stay
FROM (SELECT p.column1 AS plan, s.column1 AS m, 0.03 * s.column2 * exp(p.column2 + 0.01 * ((c + 2) / 100.0 - 70)) AS h
      FROM cent, (VALUES ('monthly', 0), ('yearly', -0.8), ('two_year', -1.6)) AS p, (VALUES (6, 7), (12, 14.5), (24, 28)) AS s) GROUP BY plan, m;

INSERT INTO band (what, got, low, high)
SELECT 'survival_at(): ' || count(low) || ' intervals', avg(stay BETWEEN low AND high), 0.93, 0.975
FROM survival_at('contract', 'tenure', 'churned', '6, 12, 24', 'place') AS a JOIN truth AS t ON a.segment LIKE '% ' || t.plan AND t.m = a.time WHERE low IS NOT NULL;
INSERT INTO band (what, got, low, high)
SELECT 'at level 0.8', avg(stay BETWEEN low AND high), 0.77, 0.83
FROM survival_at('contract', 'tenure', 'churned', '6, 12, 24', 'place') AS a JOIN truth AS t ON a.segment LIKE '% ' || t.plan AND t.m = a.time WHERE low IS NOT NULL AND a.level = 0.8;
INSERT INTO band (what, got, low, high)
SELECT 'S(24 | 12)', avg(t.stay / s.stay BETWEEN low AND high), 0.92, 0.98
FROM survival_at('contract', 'tenure', 'churned', '24', 'place') AS a JOIN truth AS t ON a.segment LIKE '% ' || t.plan AND t.m = 24 JOIN truth AS s ON s.plan = t.plan AND s.m = 12 WHERE low IS NOT NULL AND since = 12;
INSERT INTO band (what, got, low, high)
SELECT 'incidence of ' || cause, avg(CASE cause WHEN 'price' THEN 0.5 WHEN 'service' THEN 0.3 ELSE 0.2 END * (1 - stay) BETWEEN low AND high), 0.92, 0.98
FROM competing_risks('contract', 'tenure', 'cause', 'place') AS a JOIN truth AS t ON a.segment LIKE '% ' || t.plan AND t.m = a.time WHERE low IS NOT NULL GROUP BY cause;
INSERT INTO band (what, got, low, high)
SELECT 'all together: S(' || m || ') of ' || plan || ' in standard errors', (survival - stay) / se, -3, 3 FROM survival_at('contract', 'tenure', 'churned', '6, 12, 24', 'plan') AS a JOIN truth AS t ON t.plan = a.segment AND t.m = a.time;
INSERT INTO band (what, got, low, high) SELECT 'the channel makes no difference', p, 0.001, 1 FROM survival_test('contract', 'tenure', 'churned', 'channel') LIMIT 1;
INSERT INTO band (what, got, low, high) SELECT 'nor within plans', p, 0.001, 1 FROM survival_test('contract', 'tenure', 'churned', 'channel') WHERE strata_column = 'plan' LIMIT 1;
INSERT INTO band (what, got, low, high) SELECT 'seniors leave sooner, within plans', log10_p, -1000, -20 FROM survival_test('contract', 'tenure', 'churned', 'senior') WHERE strata_column = 'plan' LIMIT 1;
INSERT INTO band (what, got, low, high) SELECT 'they leave after month 1, 12 and 24: peaks', count(*), 3, 3 FROM hazard_by('contract', 'tenure', 'churned') WHERE peak AND period IN (1, 12, 24);

-- Seen only from 2024 on, those who had left by then are not known at all. Entries set that right; without them all seem to stay longer.
CREATE VIEW late AS SELECT plan, tenure, churned, entry FROM contract WHERE entry IS NOT NULL;
INSERT INTO band (what, got, low, high)
SELECT 'left truncation: S(' || m || ') of ' || plan || ' in standard errors', (survival - stay) / se, -3, 3
FROM survival_curve('late', 'tenure', 'churned', 'plan') AS a JOIN truth AS t ON t.plan = a.segment AND t.m = a.time WHERE entry_column = 'entry';
INSERT INTO band (what, got, low, high)
SELECT 'without the entries: S(' || m || ') of ' || plan, (survival - stay) / se, 3, 100
FROM survival_curve('late', 'tenure', 'churned', 'plan') AS a JOIN truth AS t ON t.plan = a.segment AND t.m = a.time WHERE m = 12;

INSERT INTO checks (what, got, want) SELECT what, iif(got BETWEEN low AND high, low || ' to ' || high, got), low || ' to ' || high FROM band ORDER BY id;
