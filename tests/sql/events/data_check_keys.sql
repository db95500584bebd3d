-- ext/core/events/key_check.c in data_check(): customers spelled twice, blank ones, and words for nobody.
CREATE TABLE shop(id INTEGER PRIMARY KEY, customer_id, ordered_at, amount);
INSERT INTO shop(customer_id, ordered_at, amount) VALUES ('Ann@x.org', '2025-01-01', 5), ('ann@x.org', '2025-01-02', 5), ('ann@x.org', '2025-01-03', 5), (' ANN@x.org', '2025-01-04', 5), ('ann@x.org　', '2025-01-05', 5),
  ('bo', '2025-01-06', 5), ('bo' || char(160) || char(9), '2025-01-07', 5), (42, '2025-01-08', 5), (' 42', '2025-01-09', 5), ('042', '2025-01-10', 5), ('Ä', '2025-01-11', 5), ('ä', '2025-01-12', 5);
INSERT INTO checks (what, got, want)
SELECT 'spelled as another', group_concat(printf('%s %d %d %s', severity, rows, example_rowid, detail)),
  'warning 6 2 5 customers are another one but for case, spaces around them or type, as ''Ann@x.org'' and ''ann@x.org'': make them one with lower(trim(customer)) in a view' -- rows 2, 3, 4, 5, 7, 9
FROM data_check('shop') WHERE kind = 'similar_customers' AND today = '2027-01-01';
INSERT INTO checks (what, got, want)
SELECT 'what the advice leaves', (SELECT count(*) FROM rfm((SELECT retain_log(lower(trim(customer_id, ' ' || char(9, 160, 12288))), ordered_at, amount) FROM shop))), 6;
CREATE TABLE folded(customer_id TEXT COLLATE NOCASE, ordered_at, amount);
INSERT INTO folded VALUES ('Ann', '2025-01-01', 5), ('ANN', '2025-01-02', 5), ('ann ', '2025-01-03', 5);
INSERT INTO checks (what, got, want)
SELECT 'where the column takes them for one already', printf('%d %d', rows, example_rowid), '1 3' FROM data_check('folded') WHERE kind = 'similar_customers';
INSERT INTO checks (what, got, want)
SELECT 'integers and other keys are silent', count(*), 0 FROM data_check((SELECT retain_log(customer_id, ordered_at) FROM (SELECT 1 AS customer_id, '2025-01-01' AS ordered_at UNION ALL SELECT 2, '2025-01-02' UNION ALL SELECT -1, '2025-01-02')))
  WHERE kind LIKE '%customer%';

CREATE TABLE guests(customer_id, ordered_at, amount);
INSERT INTO guests VALUES ('a', '2025-01-01', 5), ('', '2025-01-02', 5), ('　 ', '2025-01-03', 5), ('Guest', '2025-01-04', 5), ('NULL ', '2025-01-05', 5), ('NULL ', '2025-01-06', 5), ('游客', '2025-01-07', 5), ('guesthouse', '2025-01-08', 5), ('nul', '2025-01-08', 5), (NULL, '2025-01-09', 5);
INSERT INTO checks (what, got, want)
SELECT 'nobody', group_concat(printf('%s %d %s', kind, rows, quote(example_rowid)), '; '), 'null_customer 1 10; empty_customer 2 2; guest_customer 4 4' FROM data_check('guests') WHERE kind LIKE '%customer%' AND today = '2027-01-01';
INSERT INTO checks (what, got, want)
SELECT 'the one with the most rows is named', detail, 'customer ''NULL '' is nobody known, and all such rows one customer: make it NULL in a view or retain_log(…)' FROM data_check('guests') WHERE kind = 'guest_customer';

-- In Chinese: details only; kinds and severities are keys.
INSERT INTO checks (what, got, want)
SELECT 'in Chinese ' || l.lang, (SELECT group_concat(kind || ' ' || severity || ' ' || detail, '; ') FROM data_check('guests') WHERE lang = l.lang AND kind IN ('guest_customer', 'summary') AND today = '2027-01-01'),
  'guest_customer warning 客户 ''NULL '' 并非已知的人，这些行都算作同一位客户：在视图或 retain_log(…) 中改为 NULL; summary info 其中 9 行可以分析：8 位客户，2025-01-01 00:00:00 至 2025-01-08 00:00:00；省略 as_of 时为最新时间 2025-01-08'
FROM (SELECT 'zh' AS lang UNION ALL SELECT 'zh-CN' UNION ALL SELECT 'zh_Hans') AS l;
CREATE TABLE braces AS SELECT '{2} {' AS customer_id, '2025-01-01' AS ordered_at, 1 AS amount UNION ALL SELECT '{2} { ', '2025-01-02', 1;
INSERT INTO checks (what, got, want)
SELECT 'a key may hold braces', substr(detail, 1, 93), '1 customers are another one but for case, spaces around them or type, as ''{2} {'' and ''{2} { ''' FROM data_check('braces') WHERE kind = 'similar_customers';
-- expect error
SELECT * FROM data_check('guests') WHERE lang = 'fr';
