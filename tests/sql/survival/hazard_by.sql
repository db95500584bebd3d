-- hazard_by(), rules R1-R5 of ext/fn/survival/hazard_by.c.
-- not under valgrind: four million periods, which ASan and UBSan see too
CREATE TABLE life (tenure, churned, plan);
INSERT INTO life VALUES (0, 0, 'a'), (1, 1, 'a'), (1, 1, 'a'), (1, 0, 'a'), (2, 1, 'a'), (4, 1, 'a'), (4, 0, 'a'), (4, 0, 'a'), (2, 1, 'b'), (1.5, 0, 'b');
INSERT INTO checks (what, got, want) SELECT 'periods of a group', group_concat(period || ' ' || at_risk || ' ' || events || ' ' || censored || ' ' || round(hazard, 4) || ' ' || round(se, 4) || ' ' || round(survival, 4), ', '),
  '0 8 0 1 0.0 0.0 1.0, 1 7 2 1 0.2857 0.1707 0.7143, 2 4 1 0 0.25 0.2165 0.5357, 3 3 0 0 0.0 0.0 0.5357, 4 3 1 2 0.3333 0.2722 0.3571'
FROM hazard_by('life', 'tenure', 'churned', 'plan') WHERE segment = 'a';
INSERT INTO checks (what, got, want) SELECT 'no period 0 without rows there; a broken time belongs to the period that ends after it', group_concat(period || ' ' || at_risk || ' ' || events || ' ' || censored, ', '), '1 2 0 0, 2 2 1 1'
FROM hazard_by('life', 'tenure', 'churned', 'plan') WHERE segment = 'b';
INSERT INTO checks (what, got, want) SELECT 'interval as rate_low() and rate_high()', count(*), sum(abs(low - rate_low(events, at_risk)) < 1e-15 AND abs(high - rate_high(events, at_risk)) < 1e-15)
FROM hazard_by('life', 'tenure', 'churned');
INSERT INTO checks (what, got, want) SELECT 'width 2', group_concat(period || ' ' || at_risk || ' ' || events || ' ' || censored, ', '), '0 10 0 1, 1 9 4 2, 2 3 1 2' FROM hazard_by('life', 'tenure', 'churned') WHERE width = 2;
INSERT INTO checks (what, got, want) SELECT 'smoothed: neighbours count three quarters', round(smoothed, 12), round((0.75 * 2 + 1 + 0) / (0.75 * 7 + 4 + 0.75 * 3), 12) FROM hazard_by('life', 'tenure', 'churned', 'plan') WHERE segment = 'a' AND period = 2;
CREATE TABLE soon (tenure, churned);
INSERT INTO soon VALUES (1e-10, 1), (5, 1), (7, 0);
INSERT INTO checks (what, got, want) SELECT 'a time just above 0 lies in period 1', group_concat(period || ' ' || at_risk || ' ' || events, ', '), '1 3 1, 2 2 0, 3 2 0, 4 2 0, 5 2 1, 6 1 0, 7 1 0'
FROM hazard_by('soon', 'tenure', 'churned');
-- Of 240 at risk half leave in period 2, and half of the rest in period 3.
CREATE TABLE flat AS WITH RECURSIVE i(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM i WHERE n < 256)
SELECT CASE WHEN n <= 16 THEN 0 WHEN n <= 136 THEN 2 WHEN n <= 196 THEN 3 ELSE 6 END AS tenure, n <= 196 AS churned FROM i;
INSERT INTO checks (what, got, want) SELECT 'of equal neighbours the first is the peak; period 0 stands alone', group_concat(period || ' ' || smoothed || ' ' || coalesce(peak, '-'), ', '),
  '0 0.0625 -, 1 0.0 -, 2 0.5 1, 3 0.5 -, 4 0.0 -, 5 0.0 -, 6 0.0 -' FROM hazard_by('flat', 'tenure', 'churned') WHERE bandwidth = 0;
INSERT INTO checks (what, got, want) SELECT 'smoothed leaves period 0 out', round(smoothed, 12), round(0.75 * 120 / (240 + 0.75 * 240), 12) FROM hazard_by('flat', 'tenure', 'churned') WHERE period = 1;
INSERT INTO checks (what, got, want) SELECT 'bandwidth 0: the hazard itself', sum(smoothed <> hazard), 0 FROM hazard_by('life', 'tenure', 'churned') WHERE bandwidth = 0;

-- Against SQL, on generated contracts: every period, and no more.
CREATE TABLE contract AS SELECT * FROM demo_contracts(4000, 7) WHERE tenure IS NOT NULL;
CREATE TEMP TABLE slow AS
WITH RECURSIVE month(m) AS (SELECT min(tenure > 0) FROM contract UNION ALL SELECT m + 1 FROM month WHERE m < (SELECT max(tenure) FROM contract))
SELECT plan, m, (SELECT count(*) FROM contract AS c WHERE c.plan = p.plan AND tenure >= m) AS at_risk, (SELECT count(*) FROM contract AS c WHERE c.plan = p.plan AND tenure = m AND churned) AS events
FROM month, (SELECT DISTINCT plan FROM contract) AS p;
DELETE FROM slow WHERE at_risk = 0;
INSERT INTO checks (what, got, want) SELECT 'all periods as counted one by one', count(*) || ' ' || sum(h.at_risk = s.at_risk AND h.events = s.events AND h.hazard = 1.0 * s.events / s.at_risk), (SELECT count(*) FROM slow) || ' ' || (SELECT count(*) FROM slow)
FROM hazard_by('contract', 'tenure', 'churned', 'plan') AS h LEFT JOIN slow AS s ON s.plan = h.segment AND s.m = h.period;
INSERT INTO checks (what, got, want) SELECT 'a peak stands above its neighbours and the average', count(*) > 0, min(smoothed > before AND smoothed > after AND low > average)
FROM (SELECT *, lag(smoothed, 1, -1) OVER (PARTITION BY segment ORDER BY period) AS before, lead(smoothed, 1, -1) OVER (PARTITION BY segment ORDER BY period) AS after,
        sum(events) OVER (PARTITION BY segment) * 1.0 / sum(at_risk) OVER (PARTITION BY segment) AS average FROM hazard_by('contract', 'tenure', 'churned', 'plan')) WHERE peak IS NOT NULL;
INSERT INTO checks (what, got, want) SELECT 'peaks are numbered by their hazard', count(*), sum(peak = place)
FROM (SELECT peak, row_number() OVER (PARTITION BY segment ORDER BY hazard DESC) AS place FROM hazard_by('contract', 'tenure', 'churned', 'plan') WHERE peak IS NOT NULL);

-- expect error
SELECT count(*) FROM hazard_by('life', 'tenure', 'churned') WHERE width = 1e-8;
-- Not one group has too many periods, but all together have.
CREATE TABLE many AS WITH RECURSIVE i(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM i WHERE n < 41) SELECT n AS shop, 99000 AS tenure, 1 AS churned FROM i;
-- expect error
SELECT count(*) FROM hazard_by('many', 'tenure', 'churned', 'shop');
-- expect error
SELECT count(*) FROM hazard_by('life', 'tenure', 'churned') WHERE width = 0;
-- expect error
SELECT count(*) FROM hazard_by('life', 'tenure', 'churned') WHERE bandwidth = 1.5;
