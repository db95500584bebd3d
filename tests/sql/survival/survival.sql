-- survival_curve(), survival_summary(), survival_at(), survival_test() and survival_forecast(): their rules R1…, on the remissions of Miller (1997), table 1.1
-- (R's aml), whose curves, medians and test are in every textbook, on rows made to be awkward, and on errors.
CREATE TABLE aml (customer_id INTEGER PRIMARY KEY, weeks, relapse, arm TEXT);
INSERT INTO aml (weeks, relapse, arm) VALUES
  (9, 1, 'kept'), (13, 1, 'kept'), (13, 0, 'kept'), (18, 1, 'kept'), (23, 1, 'kept'), (28, 0, 'kept'), (31, 1, 'kept'), (34, 1, 'kept'), (45, 0, 'kept'), (48, 1, 'kept'), (161, 0, 'kept'),
  (5, 1, 'not'), (5, 1, 'not'), (8, 1, 'not'), (8, 1, 'not'), (12, 1, 'not'), (16, 0, 'not'), (23, 1, 'not'), (27, 1, 'not'), (30, 1, 'not'), (33, 1, 'not'), (43, 1, 'not'), (45, 1, 'not'),
  (NULL, 1, 'not'), (7, NULL, 'not'), (7, 1, NULL);

-- survival_curve
INSERT INTO checks (what, got, want) SELECT 'curve of the kept', group_concat(time || ' ' || at_risk || ' ' || events || ' ' || censored || ' ' || round(survival, 3) || ' ' || ifnull(round(se, 4), '-'), ', '),
  '9.0 11 1 0 0.909 0.0867, 13.0 10 1 1 0.818 0.1163, 18.0 8 1 0 0.716 0.1397, 23.0 7 1 0 0.614 0.1526, 28.0 6 0 1 0.614 0.1526, 31.0 5 1 0 0.491 0.1642, 34.0 4 1 0 0.368 0.1627, 45.0 3 0 1 0.368 0.1627, 48.0 2 1 0 0.184 0.1535, 161.0 1 0 1 0.184 0.1535'
FROM survival_curve('aml', 'weeks', 'relapse') WHERE segment_column = 'arm' AND segment = 'kept';
INSERT INTO checks (what, got, want) SELECT 'the last of the others: survival 0 has no error and no interval', survival || ' ' || (se IS NULL) || (low IS NULL) || (high IS NULL) || ' ' || round(cumulative_hazard, 6), '0.0 111 2.941667'
FROM survival_curve('aml', 'weeks', 'relapse', 'arm') WHERE time = 45 AND segment = 'not';
INSERT INTO checks (what, got, want) SELECT 'groups and times ascend', group_concat(segment || time), (SELECT group_concat(k) FROM (SELECT arm || (weeks + 0.0) AS k FROM aml WHERE weeks + relapse IS NOT NULL AND arm IS NOT NULL GROUP BY arm, weeks ORDER BY arm, weeks))
FROM survival_curve('aml', 'weeks', 'relapse', 'arm');
INSERT INTO checks (what, got, want) SELECT 'without group: a NULL arm takes part', max(at_risk) || ' ' || count(segment), '24 0' FROM survival_curve('aml', 'weeks', 'relapse');
INSERT INTO checks (what, got, want) SELECT 'max_time', max(time), 23.0 FROM survival_curve('aml', 'weeks', 'relapse') WHERE max_time = 23;
INSERT INTO checks (what, got, want) SELECT 'max_time before all', count(*), 0 FROM survival_curve('aml', 'weeks', 'relapse') WHERE max_time = 4.5;
INSERT INTO checks (what, got, want) SELECT 'a wider level, a wider interval', a.low > b.low AND a.high < b.high, 1
FROM survival_curve('aml', 'weeks', 'relapse') AS a, survival_curve('aml', 'weeks', 'relapse') AS b WHERE a.level = 0.8 AND b.level = 0.99 AND a.time = 23 AND b.time = 23;
INSERT INTO checks (what, got, want) SELECT 'two cursors on one answer', count(*), sum(a.time = b.time AND a.survival = b.survival)
FROM survival_curve('aml', 'weeks', 'relapse', 'arm') AS a JOIN survival_curve('aml', 'weeks', 'relapse', 'arm') AS b ON a.segment = b.segment AND a.time = b.time;

-- What events and times may be: text of any case, numbers as text, zero and NULL tenure.
CREATE TABLE words (tenure, churned);
INSERT INTO words VALUES (0, 'No'), ('3', 'YES'), (3.0, 'true'), ('5.5', 'False'), (8, '1'), (8, '0'), (9, 1.0), (NULL, 'maybe'), (4, NULL);
INSERT INTO checks (what, got, want) SELECT 'yes, true, 1 and no, false, 0', group_concat(time || ' ' || at_risk || ' ' || events || ' ' || censored, ', '), '0.0 7 0 1, 3.0 6 2 0, 5.5 4 0 1, 8.0 3 1 1, 9.0 1 1 0'
FROM survival_curve('words', 'tenure', 'churned');
CREATE VIEW letters AS SELECT column1 AS t, column2 AS e FROM (VALUES (1, 'Y'), (2, 'n'), (3, 'N'), (4, 'y'), (5, 'T'), (6, 'f'), (7, 'F'), (8, 't'));
INSERT INTO checks (what, got, want) SELECT 'Y and N, T and F', group_concat(time) FILTER (WHERE events), '1.0,4.0,5.0,8.0' FROM survival_curve('letters', 't', 'e');
CREATE VIEW censored AS SELECT 4 AS t, 0 AS e UNION ALL SELECT 6, 0;
INSERT INTO checks (what, got, want) SELECT 'all censored', group_concat(survival || ' ' || se || ' ' || cumulative_hazard || ' ' || ifnull(low, '-'), ', '), '1.0 0.0 0.0 -, 1.0 0.0 0.0 -' FROM survival_curve('censored', 't', 'e');
INSERT INTO checks (what, got, want) SELECT 'all censored: summary', ifnull(median, '-') || ' ' || restricted_mean || ' ' || restricted_mean_se || ' ' || restricted_to, '- 6.0 0.0 6.0' FROM survival_summary('censored', 't', 'e');
CREATE VIEW empty AS SELECT 4 AS t, 0 AS e, 1 AS g WHERE 0;
INSERT INTO checks (what, got, want) SELECT 'no rows: no answer', (SELECT count(*) FROM survival_curve('empty', 't', 'e')) + (SELECT count(*) FROM survival_summary('empty', 't', 'e'))
  + (SELECT count(*) FROM survival_at('empty', 't', 'e', '1')) + (SELECT count(*) FROM hazard_by('empty', 't', 'e', 'g')) + (SELECT count(*) FROM competing_risks('empty', 't', 'e')), 0;

-- Weights count rows; entries leave them out before.
CREATE VIEW weighted AS SELECT weeks, relapse, arm, customer_id % 3 AS n FROM aml;
CREATE VIEW repeated AS SELECT weeks, relapse, arm FROM weighted, (VALUES (1), (2)) WHERE column1 <= n;
INSERT INTO checks (what, got, want) SELECT 'a weight is the row so often', count(*) > 10 AND count(*) = sum(a.at_risk = b.at_risk AND a.events = b.events AND a.survival = b.survival AND a.se IS b.se AND a.low IS b.low), 1
FROM survival_curve('weighted', 'weeks', 'relapse') AS a LEFT JOIN survival_curve('repeated', 'weeks', 'relapse') AS b ON b.time = a.time WHERE a.weight_column = 'n';
CREATE TABLE late (entry, time, event);
INSERT INTO late VALUES (0, 4, 1), (2, 5, 1), (4, 6, 1), (0, 8, 0), (NULL, 9, 1), (7, 9, 1), (0, 0, 0);
INSERT INTO checks (what, got, want) SELECT 'left truncation', group_concat(time || ' ' || at_risk || ' ' || round(survival, 6), ', '), '0.0 3 1.0, 4.0 3 0.666667, 5.0 3 0.444444, 6.0 2 0.222222, 8.0 2 0.222222, 9.0 1 0.0'
FROM survival_curve('late', 'time', 'event') WHERE entry_column = 'entry';

-- survival_summary
INSERT INTO checks (what, got, want) SELECT 'summary, as survfit prints it', group_concat(segment || ' ' || n || ' ' || events || ' ' || median || ' ' || median_low || ' ' || ifnull(median_high, '-') || ' ' || round(restricted_mean, 2), ', '),
  'kept 11 7 31.0 18.0 - 52.65, not 12 11 23.0 8.0 - 22.71' FROM survival_summary('aml', 'weeks', 'relapse', 'arm') WHERE interval = 'log' AND tau = 161;
INSERT INTO checks (what, got, want) SELECT 'tau: to the last time of curves that end above 0', group_concat(DISTINCT restricted_to), '161.0' FROM survival_summary('aml', 'weeks', 'relapse', 'arm');
INSERT INTO checks (what, got, want) SELECT 'tau beyond the last time', group_concat(ifnull(round(restricted_mean, 2), '-')), '-,22.71' FROM survival_summary('aml', 'weeks', 'relapse', 'arm') WHERE tau = 162;
CREATE VIEW zero AS SELECT 0 AS t, 0 AS e;
INSERT INTO checks (what, got, want) SELECT 'one row at time 0', n || ' ' || restricted_mean || ' ' || restricted_to || ' ' || last_survival, '1 0.0 0.0 1.0' FROM survival_summary('zero', 't', 'e');
CREATE VIEW half AS SELECT 3 AS t, 1 AS e UNION ALL SELECT 7, 0;
INSERT INTO checks (what, got, want) SELECT 'survival of exactly a half: the first time', median, 3.0 FROM survival_summary('half', 't', 'e');

-- survival_at
INSERT INTO checks (what, got, want) SELECT 'survival_at', group_concat(time || ' ' || at_risk || ' ' || events || ' ' || censored || ' ' || ifnull(round(survival, 4), '-'), ', '),
  '100.0 1 7 3 0.1841, 0.0 11 0 0 1.0, 23.0 7 4 1 0.6136, 161.0 1 7 4 0.1841, 162.0 0 7 4 -'
FROM survival_at('aml', 'weeks', 'relapse', '100, 0,23 ,161,1.62e2', 'arm') WHERE segment = 'kept';
INSERT INTO checks (what, got, want) SELECT 'nobody is left for ever', survival || ' ' || (se IS NULL), '0.0 1' FROM survival_at('aml', 'weeks', 'relapse', '1000', 'arm') WHERE segment = 'not';
CREATE VIEW later AS SELECT weeks, relapse FROM aml WHERE weeks > 12;
INSERT INTO checks (what, got, want) SELECT 'S(t | s) is S(t) of those with more than s', round(a.survival, 12) || ' ' || round(a.se, 12) || ' ' || a.events, round(b.survival, 12) || ' ' || round(b.se, 12) || ' ' || b.events
FROM survival_at('aml', 'weeks', 'relapse', '40') AS a, survival_at('later', 'weeks', 'relapse', '40') AS b WHERE a.since = 12;

-- survival_test
INSERT INTO checks (what, got, want) SELECT 'log-rank, as survdiff prints it', group_concat(segment || ' ' || n || ' ' || observed || ' ' || round(expected, 2) || ' ' || round(chi_square, 3) || ' ' || df || ' ' || round(p, 4), ', '),
  'kept 11 7.0 10.69 3.396 1 0.0653, not 12 11.0 7.31 3.396 1 0.0653' FROM survival_test('aml', 'weeks', 'relapse', 'arm');
INSERT INTO checks (what, got, want) SELECT 'Gehan', round(chi_square, 6) || ' ' || round(variance, 6), '2.723312 918.0' FROM survival_test('aml', 'weeks', 'relapse', 'arm') WHERE weights = 'gehan' AND segment = 'kept';
INSERT INTO checks (what, got, want) SELECT 'Tarone-Ware', round(chi_square, 6), 2.981604 FROM survival_test('aml', 'weeks', 'relapse', 'arm') WHERE weights = 'tarone-ware' AND segment = 'kept';
INSERT INTO checks (what, got, want) SELECT 'Fleming-Harrington, late', round(chi_square, 6), 2.630113 FROM survival_test('aml', 'weeks', 'relapse', 'arm') WHERE gamma = 1 AND segment = 'kept';
CREATE VIEW calm AS SELECT column1 AS t, 0 AS e, column2 AS g FROM (VALUES (1, 1), (2, 2), (3, 1));
INSERT INTO checks (what, got, want) SELECT 'no events: nothing to compare', group_concat(ifnull(chi_square, '-') || df || ifnull(p, '-') || ifnull(log10_p, '-')), '-0--,-0--' FROM survival_test('calm', 't', 'e', 'g');

-- survival_forecast
INSERT INTO checks (what, got, want) SELECT 'the one of tenure 28: S(40)/S(28), and the rest', customer || ' ' || round(stays, 6) || ' ' || median_remaining || ' ' || round(mean_remaining, 6), '6 0.6 20.0 ' || round((3 * 0.613636363636364 + 3 * 0.490909090909091 + 14 * 0.368181818181818 + 113 * 0.184090909090909) / 0.613636363636364, 6)
FROM survival_forecast('aml', 'weeks', 'relapse', 'arm') WHERE customer = 6 AND horizon = 12;
INSERT INTO checks (what, got, want) SELECT 'those who are still there, in their order', group_concat(customer), '3,6,9,11,17' FROM survival_forecast('aml', 'weeks', 'relapse', 'arm');
INSERT INTO checks (what, got, want) SELECT 'what the curve does not say', (stays IS NULL) || (median_remaining IS NULL) || (mean_remaining IS NULL) || round(survival, 4), '1110.1841' FROM survival_forecast('aml', 'weeks', 'relapse', 'arm') WHERE customer = 11;
INSERT INTO checks (what, got, want) SELECT 'stays is S(t | s) with its interval', round(f.stays, 12) || round(f.stays_low, 12) || round(f.stays_high, 12), round(a.survival, 12) || round(a.low, 12) || round(a.high, 12)
FROM survival_forecast('aml', 'weeks', 'relapse') AS f, survival_at('aml', 'weeks', 'relapse', '33') AS a WHERE f.customer = 17 AND f.horizon = 17 AND a.since = 16;

-- The truth of generated contracts is covered, and nothing is NaN.
INSERT INTO checks (what, got, want) SELECT 'demo: ' || name, n, 0 FROM (
  SELECT 'shares within 0 and 1, falling' AS name, sum(survival NOT BETWEEN 0 AND 1 OR survival > before OR low > survival OR high < survival) AS n
  FROM (SELECT *, lag(survival, 1, 1) OVER (PARTITION BY segment ORDER BY time) AS before FROM survival_curve('demo_contracts', 'tenure', 'churned', 'plan')));

-- Keys of rows that do not take part count for no limit.
CREATE VIEW mostly_absent AS WITH RECURSIVE i(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM i WHERE n < 1200)
  SELECT 'absent ' || n AS g, 'absent ' || n AS s, iif(n % 3, NULL, n) AS t, iif(n % 3 = 0, NULL, 1) AS e FROM i
  UNION ALL SELECT arm, 'all', weeks, relapse FROM aml UNION ALL SELECT 'absent ' || n, NULL, 1, 1 FROM i;
INSERT INTO checks (what, got, want) SELECT 'groups and strata that are not there', group_concat(segment || ' ' || n || ' ' || round(chi_square, 4)), 'kept 11 3.3964,not 12 3.3964'
FROM survival_test('mostly_absent', 't', 'e', 'g', 's');
CREATE VIEW mostly_absent_causes AS SELECT arm AS g, weeks AS t, relapse AS e FROM aml WHERE arm IS NOT NULL
  UNION ALL SELECT * FROM (WITH RECURSIVE i(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM i WHERE n < 1200) SELECT n, NULL, n FROM i);
INSERT INTO checks (what, got, want) SELECT 'groups and causes that are not there', group_concat(DISTINCT segment), 'kept,not'
FROM competing_risks('mostly_absent_causes', 't', 'e') WHERE segment_column = 'g';

-- Errors name the column, the value and the row.
CREATE TABLE bad (customer_id, t, e, g, n, s);
INSERT INTO bad VALUES (1, 3, 1, 'a', 1, 0), (2, -1, 1, 'a', -2, 0), (3, 4, 'maybe', 1.5, 1, 4);
-- expect error
SELECT count(*) FROM survival_curve('bad', 't', 'e');
-- expect error
SELECT count(*) FROM survival_curve('bad', 'customer_id', 'e');
-- expect error
SELECT count(*) FROM survival_curve('bad', 'customer_id', 'n');
-- expect error
SELECT count(*) FROM survival_curve('bad', 'customer_id', 's', 'g');
-- expect error
SELECT count(*) FROM survival_curve('bad', 'customer_id', 'customer_id', 'g');
-- expect error
SELECT count(*) FROM survival_curve('good', 't', 'e');
CREATE VIEW good AS SELECT customer_id, abs(t) AS t, e = 1 AS e, n, s, 'one' AS one, iif(customer_id = 3, 1.5, 2) AS broken, 'x' AS t_text FROM bad;
-- expect error
SELECT count(*) FROM survival_curve('good', 't', 'ended');
-- expect error
SELECT count(*) FROM survival_curve('good', 't_text', 'e');
-- expect error
SELECT count(*) FROM survival_curve('good', 't', 'e', 'broken');
-- expect error
SELECT count(*) FROM survival_curve('good', 't', 'e') WHERE weight_column = 'n';
-- expect error
SELECT count(*) FROM survival_curve('good', 't', 'e') WHERE entry_column = 's';
-- expect error
SELECT count(*) FROM survival_curve('good', 't', 'e') WHERE interval = 'logit';
-- expect error
SELECT count(*) FROM survival_curve('good', 't', 'e') WHERE level = 1;
-- expect error
SELECT count(*) FROM survival_curve('good', 't');
-- expect error
SELECT count(*) FROM survival_test('good', 't', 'e', 'one');
-- expect error
SELECT count(*) FROM survival_test('good', 't', 'e', 'n') WHERE weights = 'gehan' AND rho = 1;
-- expect error
SELECT count(*) FROM survival_at('good', 't', 'e', '12, soon');
-- expect error
SELECT count(*) FROM survival_at('good', 't', 'e', '');
-- expect error
SELECT count(*) FROM survival_at('good', 't', 'e', '1,2,');
-- expect error
SELECT count(*) FROM survival_at('good', 't', 'e', '5') WHERE since = 6;
-- expect error
SELECT count(*) FROM survival_forecast('censored', 't', 'e');

-- Times that differ by rounding alone are one time, in every function: 2.2 - 1.2 is 3.3 - 2.3.
CREATE TABLE exact AS SELECT weeks, relapse, arm, CASE WHEN relapse THEN 'c' || (customer_id % 2) END AS cause, CASE WHEN weeks > 8 AND customer_id % 3 = 0 THEN 8 ELSE 0 END AS entry, customer_id
FROM aml WHERE weeks + relapse IS NOT NULL AND arm IS NOT NULL;
CREATE VIEW hair AS SELECT weeks + (0.1 + customer_id) - (0.1 + customer_id) AS weeks, relapse, arm, cause, entry + (0.3 + customer_id) - (0.3 + customer_id) AS entry, customer_id FROM exact;
INSERT INTO checks (what, got, want) SELECT 'hair: they do differ', (SELECT count(DISTINCT weeks) FROM hair) > (SELECT count(DISTINCT weeks) FROM exact), 1;
INSERT INTO checks (what, got, want) SELECT 'hair: survival_curve', count(*), sum(abs(a.time - b.time) < 1e-12 AND a.at_risk = b.at_risk AND a.events = b.events AND a.censored = b.censored AND a.survival = b.survival)
FROM (SELECT *, row_number() OVER (ORDER BY time) AS i FROM survival_curve('hair', 'weeks', 'relapse') WHERE entry_column = 'entry') AS a
LEFT JOIN (SELECT *, row_number() OVER (ORDER BY time) AS i FROM survival_curve('exact', 'weeks', 'relapse') WHERE entry_column = 'entry') AS b USING (i);
INSERT INTO checks (what, got, want) SELECT 'hair: survival_at', count(*), sum(a.survival = b.survival AND a.at_risk = b.at_risk)
FROM survival_at('hair', 'weeks', 'relapse', '8, 23, 45, 161') AS a JOIN survival_at('exact', 'weeks', 'relapse', '8, 23, 45, 161') AS b USING (time);
INSERT INTO checks (what, got, want) SELECT 'hair: survival_test', (SELECT max(chi_square) FROM survival_test('hair', 'weeks', 'relapse', 'arm')), (SELECT max(chi_square) FROM survival_test('exact', 'weeks', 'relapse', 'arm'));
INSERT INTO checks (what, got, want) SELECT 'hair: cox_model', (SELECT round(coef, 12) FROM cox_model('hair', 'weeks', 'relapse', 'arm') WHERE entry_column = 'entry'), (SELECT round(coef, 12) FROM cox_model('exact', 'weeks', 'relapse', 'arm') WHERE entry_column = 'entry');
INSERT INTO checks (what, got, want) SELECT 'hair: hazard_by', group_concat(period || ' ' || events), (SELECT group_concat(period || ' ' || events) FROM hazard_by('exact', 'weeks', 'relapse')) FROM hazard_by('hair', 'weeks', 'relapse');
INSERT INTO checks (what, got, want) SELECT 'hair: competing_risks', group_concat(cause || ' ' || at_risk || ' ' || events || ' ' || incidence), (SELECT group_concat(cause || ' ' || at_risk || ' ' || events || ' ' || incidence) FROM competing_risks('exact', 'weeks', 'cause', 'arm')) FROM competing_risks('hair', 'weeks', 'cause', 'arm');
-- More segments than are taken, and as many.
CREATE TABLE each AS WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 100000) SELECT i AS customer, i % 37 + 1 AS tenure, i % 2 AS churned FROM n;
-- expect error
SELECT count(*) FROM survival_summary('each', 'tenure', 'churned') WHERE segment_column = 'customer';
DELETE FROM each WHERE customer = 5;
INSERT INTO checks (what, got, want) SELECT 'the most segments', count(*), 100000 FROM survival_summary('each', 'tenure', 'churned') WHERE segment_column = 'customer';
