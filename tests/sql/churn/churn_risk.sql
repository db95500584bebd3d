-- not under valgrind: fits by the dozen, which ASan and UBSan see too
-- ext/fn/churn/churn_risk.c against its rules written out in SQL, on a generated shop whose future is known.
-- slow
CREATE TABLE orders AS SELECT customer_id, ordered_at, amount, channel FROM demo_orders(2000, 1);
CREATE INDEX orders_of ON orders(customer_id, ordered_at);
CREATE TABLE text_shuffled AS SELECT 'c' || customer_id AS user_id, CAST(strftime('%s', ordered_at) AS INTEGER) AS ts, amount AS total FROM orders ORDER BY amount, rowid;

-- All that follows from the purchases, at noon of 28 September.
CREATE TABLE got AS SELECT * FROM churn_risk('orders') WHERE as_of = '2025-09-28 12:00';
CREATE TABLE want AS
WITH day AS (SELECT DISTINCT customer_id, date(ordered_at) AS day FROM orders WHERE ordered_at <= '2025-09-28 12:00'),
past AS (SELECT customer_id, count(*) - 1 AS x, julianday(max(day)) - julianday(min(day)) AS t_x, max(day) AS last FROM day GROUP BY 1),
shop AS (SELECT sum(t_x) / sum(x) AS gap FROM past)
SELECT customer_id, last, CAST(julianday('2025-09-28') - julianday(last) AS INTEGER) AS since, (t_x + gap) / (x + 1) AS usual FROM past, shop;
INSERT INTO checks (what, got, want)
SELECT 'a row per customer', count(*), (SELECT count(*) FROM want) FROM got UNION ALL
SELECT 'days, gaps and dates', sum(last_purchase = last AND days_since_last = since AND abs(usual_gap - usual) < 1e-9 * usual AND abs(overdue_ratio - since / usual) < 1e-9), count(*) FROM got JOIN want ON customer = customer_id UNION ALL
SELECT 'probabilities', sum(churn_probability > 0 AND churn_probability < 1 AND p_alive >= 0 AND p_alive <= 1), count(*) FROM got UNION ALL
SELECT 'risk by the cut points', sum(risk = CASE WHEN churn_probability >= 0.75 THEN 'critical' WHEN churn_probability >= 0.5 THEN 'high' WHEN churn_probability >= 0.25 THEN 'medium' ELSE 'low' END), count(*) FROM got UNION ALL
SELECT 'all four risks occur', count(DISTINCT risk), 4 FROM got UNION ALL
SELECT 'value at risk', sum(abs(value_at_risk - churn_probability * expected_value) < 1e-9), count(*) FROM got UNION ALL
SELECT 'learned', group_concat(DISTINCT method), 'logit' FROM got UNION ALL
SELECT 'in the order of the first rows', sum(n = r), count(*) FROM (SELECT row_number() OVER () AS n, dense_rank() OVER (ORDER BY first) AS r FROM (SELECT (SELECT min(rowid) FROM orders WHERE customer_id = customer) AS first FROM churn_risk('orders')));

-- The JSON of the reasons holds the words.
INSERT INTO checks (what, got, want)
SELECT 'reasons: one to three, the largest first', sum(json_valid(reasons_json) AND json_array_length(reasons_json) BETWEEN 1 AND 3
  AND abs(json_extract(reasons_json, '$[0].log_odds')) >= coalesce(abs(json_extract(reasons_json, '$[1].log_odds')), 0)), count(*) FROM got UNION ALL
SELECT 'reasons: text and JSON agree', sum(reasons = (SELECT group_concat(json_extract(value, '$.text'), '; ') FROM json_each(reasons_json))), count(*) FROM got UNION ALL
SELECT 'reasons: what lowers the risk says so', sum((json_extract(j.value, '$.log_odds') < 0) = (json_extract(j.value, '$.text') LIKE '%(lowers the risk)' OR json_extract(j.value, '$.text') LIKE '%(less late than most)')), count(*) FROM got, json_each(reasons_json) AS j UNION ALL
SELECT 'reasons: the silence is the days', sum(json_extract(j.value, '$.value') = days_since_last AND abs(json_extract(j.value, '$.usual') - usual_gap) < 1e-4), count(*) FROM got, json_each(reasons_json) AS j WHERE json_extract(j.value, '$.reason') = 'silence' UNION ALL
SELECT 'reasons: keys', (SELECT group_concat(k) FROM (SELECT DISTINCT json_extract(j.value, '$.reason') AS k FROM got, json_each(reasons_json) AS j ORDER BY 1)), 'age,frequency,silence,value';

-- What was promised for the 90 days after it came true: in standard deviations overall, and by fifths of the probability. What was learned from came from as many customers, hence twice the binomial variance.
CREATE TABLE judged AS SELECT churn_probability AS p, NOT EXISTS (SELECT 1 FROM orders WHERE customer_id = customer AND ordered_at > '2025-09-28 12:00' AND ordered_at <= '2025-12-27 12:00') AS gone FROM got;
INSERT INTO checks (what, got, want)
SELECT 'calibrated overall, within 3 sd', abs(sum(gone - p)) < 3 * sqrt(2 * sum(p * (1 - p))), 1 FROM judged UNION ALL
SELECT 'calibrated in fifths, within 3 sd', sum(ok), 5 FROM (SELECT abs(sum(gone - p)) < 3 * sqrt(2 * sum(p * (1 - p))) AS ok FROM (SELECT *, ntile(5) OVER (ORDER BY p) AS fifth FROM judged) GROUP BY fifth) UNION ALL
SELECT 'the least likely fifth leaves half as often', (SELECT avg(gone) FROM (SELECT gone FROM judged ORDER BY p LIMIT 400)) < 0.6 * (SELECT avg(gone) FROM (SELECT gone FROM judged ORDER BY p DESC LIMIT 400)), 1;

-- The same by any way in.
INSERT INTO checks (what, got, want)
SELECT 'as_of is the newest time', (SELECT sum(churn_probability) FROM churn_risk('orders')), (SELECT sum(churn_probability) FROM churn_risk('orders') WHERE as_of = (SELECT max(ordered_at) FROM orders)) UNION ALL
SELECT 'text keys, unix times, no order', (SELECT count(*) FROM churn_risk('text_shuffled')), (SELECT count(DISTINCT user_id) FROM text_shuffled) UNION ALL
SELECT 'a log, by key', sum(abs(l.churn_probability - g.churn_probability) < 1e-12 AND l.reasons = g.reasons), count(*) FROM churn_risk((SELECT retain_log(customer_id, ordered_at, amount) FROM orders)) AS l JOIN got AS g USING (customer) WHERE l.as_of = '2025-09-28 12:00' UNION ALL
SELECT 'shuffled integer keys', sum(abs(s.churn_probability - g.churn_probability) < 1e-6), count(*) FROM churn_risk((SELECT retain_log(customer_id, ordered_at, amount) FROM (SELECT * FROM orders ORDER BY amount))) AS s JOIN got AS g USING (customer) WHERE s.as_of = '2025-09-28 12:00' UNION ALL
SELECT 'one customer by key', (SELECT churn_probability FROM churn_risk('orders') WHERE customer = 77 AND as_of = '2025-09-28 12:00'), (SELECT churn_probability FROM got WHERE customer = 77) UNION ALL
SELECT 'without values no money', (SELECT count(expected_value) + count(value_at_risk) FROM churn_risk((SELECT retain_log(customer_id, ordered_at) FROM orders))), 0 UNION ALL
SELECT 'a horizon in months', (SELECT count(*) FROM churn_risk('orders', '3 months') WHERE method = 'logit'), 2000 UNION ALL
SELECT 'the longer the horizon, the fewer stay away', (SELECT avg(churn_probability) FROM churn_risk('orders', '30 days')) > (SELECT avg(churn_probability) FROM churn_risk('orders', '120 days')), 1 UNION ALL
SELECT 'the civil day moves', sum(last_purchase = (SELECT max(date(ordered_at, '+8 hours')) FROM orders WHERE customer_id = customer AND ordered_at <= '2025-09-28 12:00')), count(*) FROM churn_risk('orders') WHERE as_of = '2025-09-28 12:00' AND time_zone = '+08:00' UNION ALL
SELECT 'another currency', (SELECT max(abs(a.churn_probability - b.churn_probability)) < 1e-9 FROM churn_risk('orders') AS a JOIN churn_risk((SELECT retain_log(customer_id, ordered_at, amount * 1e-4) FROM orders)) AS b USING (customer)), 1 UNION ALL
SELECT 'huge values', (SELECT method || ' ' || (sum(value_at_risk) > 1e90) FROM churn_risk((SELECT retain_log(customer_id, ordered_at, amount * 1e90) FROM orders))), 'logit 1' UNION ALL
SELECT 'nobody', (SELECT count(*) FROM churn_risk('orders') WHERE as_of = '2020-01-01'), 0 UNION ALL
SELECT 'the defaults are told', (SELECT model || ' ' || lang || ' ' || horizon || ' ' || medium_from || ' ' || high_from || ' ' || critical_from FROM churn_risk('orders') LIMIT 1), 'auto en 90 days 0.25 0.5 0.75' UNION ALL
SELECT 'own cut points', (SELECT count(*) FROM churn_risk('orders') WHERE as_of = '2025-09-28 12:00' AND medium_from = 0.1 AND high_from = 0.1 AND critical_from = 0.9 AND risk <> CASE WHEN churn_probability >= 0.9 THEN 'critical' WHEN churn_probability >= 0.1 THEN 'high' ELSE 'low' END), 0;

-- In Chinese, the keys stay English.
INSERT INTO checks (what, got, want)
SELECT '中文', sum(z.risk = g.risk AND z.churn_probability = g.churn_probability AND z.reasons <> g.reasons AND z.suggested_action <> g.suggested_action), count(*) FROM churn_risk('orders') AS z JOIN got AS g USING (customer) WHERE z.as_of = '2025-09-28 12:00' AND z.lang = 'zh';
SELECT DISTINCT l.column1, risk, suggested_action FROM (VALUES ('en'), ('zh')) AS l, churn_risk('orders') AS c WHERE c.lang = l.column1 ORDER BY 1, 2, 3;

-- Without enough to learn from, the purchase model; without that, the rate.
CREATE TABLE few AS SELECT * FROM orders WHERE customer_id <= 60;
CREATE TABLE once(customer_id, ordered_at, amount);
INSERT INTO once VALUES ('a', '2024-01-01', 5), ('b', '2024-01-11', 5), ('c', '2024-01-21', 6);
INSERT INTO checks (what, got, want)
SELECT 'too few customers', (SELECT max(method) FROM churn_risk('few')) LIKE 'model: %nbd (too few customers to learn from: of those of a horizon ago % bought again and % did not, 35 of either are needed)', 1 UNION ALL
SELECT 'too little history', (SELECT DISTINCT method FROM churn_risk('orders') WHERE as_of = '2024-03-31') LIKE 'model: %bgnbd at its limit (too little history: 0 days before the horizon that was to be learned from, 68 are needed; no finite maximum%', 1 UNION ALL
SELECT 'as asked', (SELECT DISTINCT method FROM churn_risk('orders') WHERE model = 'mbgnbd'), 'model: mbgnbd (as asked)' UNION ALL
SELECT 'nobody bought twice', (SELECT group_concat(printf('%s %.6f %.6f', customer, churn_probability, expected_value), ', ') FROM churn_risk('once', '30 days') WHERE as_of = '2024-01-31' AND p_alive IS NULL AND usual_gap IS NULL AND overdue_ratio IS NULL), printf('a %.6f %.6f, b %.6f %.6f, c %.6f %.6f', 12.0 / 15, 5 * 3.0 / 12, 11.0 / 14, 5 * 3.0 / 11, 10.0 / 13, 6 * 3.0 / 10);

-- Signals: logins that stop 45 days before the last purchase are known to whoever leaves; complaints at random; contracts that end.
CREATE TABLE life AS SELECT customer_id, min(ordered_at) AS first, max(ordered_at) AS last FROM orders GROUP BY 1;
CREATE TABLE signals AS
WITH RECURSIVE week(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM week WHERE i < 103)
SELECT customer_id AS user_id, datetime('2024-01-03', (i * 7) || ' days') AS time, 'login' AS kind, NULL AS value FROM life, week WHERE datetime('2024-01-03', (i * 7) || ' days') BETWEEN first AND datetime(last, '+14 days')
UNION ALL SELECT customer_id, datetime('2024-02-01', (customer_id * 37 % 600) || ' days'), 'complaint', NULL FROM life
UNION ALL SELECT customer_id, datetime(ordered_at, '+2 days'), 'satisfaction', 1 + (customer_id * 7 + amount * 100) % 5 FROM orders
UNION ALL SELECT customer_id, datetime('2026-01-05', (customer_id % 50) || ' days'), 'contract_end', NULL FROM life;
CREATE VIEW strangers AS SELECT 'c' || user_id AS user_id, time, kind FROM signals;
CREATE TABLE silent (user_id, time, kind);
CREATE INDEX signals_of ON signals(kind, user_id, time);
CREATE TABLE heard AS SELECT * FROM churn_risk('orders') WHERE signals = 'signals';
INSERT INTO checks (what, got, want)
SELECT 'signals are learned', (SELECT max(method) FROM heard), 'logit' UNION ALL
SELECT 'who stopped logging in is told so', (SELECT count(*) > 100 FROM heard, json_each(reasons_json) AS j WHERE json_extract(j.value, '$.kind') = 'login' AND json_extract(j.value, '$.value') < json_extract(j.value, '$.usual') AND json_extract(j.value, '$.log_odds') > 0), 1 UNION ALL
SELECT 'recent logins are counted', (SELECT sum(json_extract(j.value, '$.value') = (SELECT count(*) FROM signals AS s WHERE s.kind = 'login' AND s.user_id = customer AND s.time <= (SELECT max(ordered_at) FROM orders) AND s.time > (SELECT datetime(max(ordered_at), '-90 days') FROM orders))) FROM heard, json_each(reasons_json) AS j WHERE json_extract(j.value, '$.kind') = 'login'),
  (SELECT count(*) FROM heard, json_each(reasons_json) AS j WHERE json_extract(j.value, '$.kind') = 'login') UNION ALL
SELECT 'and better foretold', (SELECT value FROM churn_risk_quality('orders') WHERE signals = 'signals' AND score = 'churn_risk' AND metric = 'auc') > (SELECT value + 0.05 FROM churn_risk_quality('orders') WHERE score = 'churn_risk' AND metric = 'auc'), 1 UNION ALL
SELECT 'no kind is dated by wish', (SELECT max(method) FROM churn_risk('orders') WHERE signals = 'signals' AND dated_kinds = ''), 'logit (signals not used: contract_end has too little history before the horizon that was learned from)' UNION ALL
SELECT 'dated kinds as given', (SELECT max(method) FROM churn_risk('orders') WHERE signals = 'signals' AND dated_kinds = ' contract_end , complaint'), 'logit' UNION ALL
SELECT 'a model takes no signals, and says so', (SELECT max(method) FROM churn_risk('orders') WHERE signals = 'signals' AND model = 'bgnbd'), 'model: bgnbd (as asked; signals not used)' UNION ALL
SELECT 'no signals at all', (SELECT max(method) FROM churn_risk('orders') WHERE signals = 'silent'), 'logit (signals not used: there are none)';
-- Complaints, two years of them at random, and before the cut-off by some of those who were to leave: who complained since the cut-off is told so, once as much as twice.
CREATE TABLE complaints AS
SELECT customer_id, date('2024-03-01', (customer_id * 7919 % 660) || ' days') AS time, 'complaint' AS kind FROM life WHERE customer_id * 31 % 10 < 2
UNION ALL SELECT customer_id, date('2025-07-15', (customer_id * 7919 % 75) || ' days'), 'complaint' FROM life WHERE last <= '2025-10-02 23:30:27' AND customer_id * 37 % 10 < 2
UNION ALL SELECT customer_id, date('2025-10-15', (customer_id * 7919 % 75) || ' days'), 'complaint' FROM life WHERE customer_id * 53 % 10 < 1;
INSERT INTO checks (what, got, want)
SELECT 'whom a complaint raises by a tenth', sum(a.reasons LIKE '%complaint: _ in the last 90 days%' AND a.suggested_action LIKE 'ask what%') || ' ' || (count(*) > 50), count(*) || ' 1'
FROM churn_risk('orders') AS b JOIN churn_risk('orders') AS a USING (customer) WHERE a.signals = 'complaints' AND a.churn_probability > b.churn_probability + 0.1;

-- expect error
SELECT * FROM churn_risk('orders') WHERE horizon = '12 hours';
-- expect error
SELECT * FROM churn_risk('orders') WHERE high_from = 0.9;
-- expect error
SELECT * FROM churn_risk('few') WHERE model = 'logit';
-- expect error
SELECT * FROM churn_risk('orders') WHERE signals = 'signals' AND dated_kinds = 'login,visit';
-- expect error
SELECT * FROM churn_risk('orders') WHERE dated_kinds = 'contract_end';
-- expect error
SELECT * FROM churn_risk('orders') WHERE signals = 'orders';
-- expect error
SELECT * FROM churn_risk('orders') WHERE signals = 'strangers';
CREATE VIEW many AS SELECT user_id, time, kind || (user_id % 5) AS kind FROM signals;
-- expect error
SELECT * FROM churn_risk('orders') WHERE signals = 'many';
-- expect error
SELECT * FROM churn_risk('orders') WHERE model = 'best';
