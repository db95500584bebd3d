-- competing_risks(), rules R1-R4 of ext/fn/survival/competing_risks.c. Expected values: the delta method worked out in full with mpmath 1.3, as in tests/unit/survival/test_competing_risks.c.
CREATE TABLE life (tenure, cause, plan);
INSERT INTO life VALUES (1, 'price', 'x'), (2, 'service', 'x'), (2, 'price', 'x'), (3, NULL, 'x'), (4, 'price', 'x'), (4, 'price', 'x'), (4, 'service', 'x'), (5, '', 'x'), (6, 'service', 'x'), (7, 'price', 'x'), (8, 0, 'x'), (9, 'service', 'x'), (9, 'price', 'x'), (10, '0', 'x'), (NULL, 'price', 'x');
INSERT INTO checks (what, got, want) SELECT 'causes ascend, then times', group_concat(cause || ' ' || time), (SELECT group_concat(cause || ' ' || t) FROM (SELECT column1 AS cause FROM (VALUES ('price'), ('service'))) AS c, (SELECT DISTINCT tenure + 0.0 AS t FROM life WHERE tenure))
FROM competing_risks('life', 'tenure', 'cause');
INSERT INTO checks (what, got, want) SELECT cause || ' at 9', at_risk || ' ' || events || ' ' || round(incidence, 12) || ' ' || round(se * se, 12) || ' ' || round(survival, 12),
  CASE cause WHEN 'price' THEN '3 1 ' || round(0.51388888888888889, 12) || ' ' || round(0.023443483875031494, 12) ELSE '3 1 ' || round(0.36388888888888889, 12) || ' ' || round(0.022046658478206097, 12) END || ' ' || round(0.12222222222222222, 12)
FROM competing_risks('life', 'tenure', 'cause') WHERE time = 9;
INSERT INTO checks (what, got, want) SELECT 'shares and survival add up to 1', sum(abs(total - 1) < 1e-14), 10 FROM (SELECT sum(incidence) + max(survival) AS total FROM competing_risks('life', 'tenure', 'cause') GROUP BY time);
INSERT INTO checks (what, got, want) SELECT 'log-log interval', round(low, 12) || ' ' || round(high, 12), round(pow(incidence, exp(1.959963984540054 * se / (incidence * -ln(incidence)))), 12) || ' ' || round(pow(incidence, exp(-1.959963984540054 * se / (incidence * -ln(incidence)))), 12)
FROM competing_risks('life', 'tenure', 'cause') WHERE time = 7 AND cause = 'price';
INSERT INTO checks (what, got, want) SELECT 'plain interval', round(low, 12) || ' ' || round(high, 12), round(incidence - 1.959963984540054 * se, 12) || ' ' || round(incidence + 1.959963984540054 * se, 12)
FROM competing_risks('life', 'tenure', 'cause') WHERE time = 7 AND cause = 'price' AND interval = 'plain';
INSERT INTO checks (what, got, want) SELECT 'no incidence yet: no interval', incidence || ' ' || se || ' ' || (low IS NULL) || (high IS NULL), '0.0 0.0 11' FROM competing_risks('life', 'tenure', 'cause') WHERE time = 1 AND cause = 'service';

-- One cause is Kaplan-Meier; causes may be numbers; groups are apart.
CREATE TABLE contract AS SELECT * FROM demo_contracts(3000, 5) WHERE tenure IS NOT NULL;
INSERT INTO checks (what, got, want) SELECT 'one cause, as a number: 1 - Kaplan-Meier, with its error', count(*) > 20 AND count(*) = sum(abs(r.incidence + k.survival - 1) < 1e-14 AND abs(r.se - k.se) < 1e-14 AND r.at_risk = k.at_risk AND r.events = k.events AND typeof(r.cause) = 'integer'), 1
FROM competing_risks('contract', 'tenure', 'churned', 'plan') AS r JOIN survival_curve('contract', 'tenure', 'churned', 'plan') AS k ON k.segment = r.segment AND k.time = r.time;
INSERT INTO checks (what, got, want) SELECT 'the causes together are Kaplan-Meier', sum(abs(total + k.survival - 1) < 1e-13 AND abs(r.survival - k.survival) < 1e-14), count(*)
FROM (SELECT time, sum(incidence) AS total, max(survival) AS survival FROM competing_risks('contract', 'tenure', 'cause') GROUP BY time) AS r JOIN survival_curve('contract', 'tenure', 'churned') AS k ON k.time = r.time;
INSERT INTO checks (what, got, want) SELECT 'each cause of each plan has each time of the plan', count(*), (SELECT sum(n) FROM (SELECT count(DISTINCT tenure) * (SELECT count(DISTINCT cause) FROM contract) AS n FROM contract GROUP BY plan))
FROM competing_risks('contract', 'tenure', 'cause', 'plan');
CREATE VIEW calm AS SELECT tenure, NULL AS cause FROM life;
INSERT INTO checks (what, got, want) SELECT 'nobody left: no answer', count(*), 0 FROM competing_risks('calm', 'tenure', 'cause');

CREATE VIEW in_words AS SELECT column1 AS tenure, column2 AS cause FROM (VALUES (1, 'No'), (2, 'price'), (3, 'FALSE'), (4, '0'), (5, 'false'), (6, 'price'), (7, 0), (8, 'no'), (9, 'N'), (10, ''), (11, 'nobody'));
INSERT INTO checks (what, got, want) SELECT 'words for no event are no cause, a letter is one', group_concat(cause || ' ' || n, ', '), 'N 1, nobody 1, price 2'
FROM (SELECT cause, sum(events) AS n FROM competing_risks('in_words', 'tenure', 'cause') GROUP BY cause);

CREATE VIEW bad AS SELECT tenure, 1.5 AS cause, -tenure AS back, 'a' AS plan FROM life;
-- expect error
SELECT count(*) FROM competing_risks('bad', 'tenure', 'cause');
-- expect error
SELECT count(*) FROM competing_risks('bad', 'back', 'plan');
-- expect error
SELECT count(*) FROM competing_risks('bad', 'tenure', 'reason');
-- expect error
SELECT count(*) FROM competing_risks('bad', 'tenure');
-- The limit holds while rows are read: the last row here is no number, and is not reached.
CREATE VIEW many AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000)
SELECT iif(i < 2000, i, 'x') AS tenure, 'cause ' || (i % 1001) AS cause FROM n;
-- expect error
SELECT count(*) FROM competing_risks('many', 'tenure', 'cause');
CREATE VIEW thousand AS SELECT tenure, iif(cause = 'cause 7', 'no', cause) AS cause FROM many WHERE tenure < 2000;
INSERT INTO checks (what, got, want) SELECT 'a thousand causes', count(DISTINCT cause), 1000 FROM competing_risks('thousand', 'tenure', 'cause');
