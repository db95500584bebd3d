-- Every finding of contracts_check(), by hand: rowids 1 … 17.
CREATE TABLE c (customer, start, "end", amount, billing);
INSERT INTO c VALUES (1, '2025-01-01', '2025-02-01', 10, 'month'), (1, '2025-01-15', NULL, 5, 'year'), (1, '2025-01-15', NULL, 5, 'year'),
  (2, '2025-01-01', '2025-01-31', 10, 'x'), (2, '2025-02-01', '2025-02-28', 10, 'month'), (2, '2025-03-01', '2025-03-31', 10, 'month'), (2, '2025-04-01', NULL, 10, NULL),
  (3, '2025-13-01', NULL, 1, 'month'), (3, '2025-02-01', '2025-01-01', 1, 'month'), (3, '2025-02-01', '', 1, 'month'), (3, '2025-02-01', NULL, -1, 'month'), (3, '2025-02-01', NULL, 'abc', 'month'),
  (x'00', '2025-02-01', NULL, 1, 'month'), (NULL, '2025-02-01', NULL, 1, 'month'), (' ', '2025-02-01', '2025-02-01', 0, 'month'), ('k', NULL, NULL, 1, 'month'), ('k', '2099-01-01', NULL, NULL, 'month');
SELECT kind, severity, rows, example_rowid, detail FROM contracts_check('c') WHERE today = '2026-01-01';
SELECT kind, rows, example_rowid FROM contracts_check('c') WHERE today = '2026-01-01' AND interval_column = 'billing' AND kind IN ('bad_interval', 'last_day_ends', 'gaps', 'summary');
SELECT detail FROM contracts_check('c') WHERE today = '2026-01-01' AND lang = 'zh' AND kind IN ('overlaps', 'summary');
-- What it calls an error the other functions refuse, and nothing else.
CREATE TABLE good AS SELECT * FROM c WHERE rowid NOT IN (8, 9, 10, 11, 12, 13) ORDER BY rowid;
INSERT INTO checks (what, got, want) SELECT 'no error is left', count(*), 0 FROM contracts_check('good') WHERE severity = 'error';
INSERT INTO checks (what, got, want) SELECT 'and none is raised', count(*) > 0, 1 FROM mrr_movements('good') WHERE as_of = '2025-12-31';
CREATE VIEW without_rowid AS SELECT customer, start, "end" FROM c WHERE customer = 2;
SELECT kind, rows, example_rowid FROM contracts_check('without_rowid') WHERE today = '2026-01-01';
CREATE TABLE clean AS SELECT 1 AS customer, '2025-01-01' AS start, NULL AS "end", 5 AS amount;
SELECT kind, severity, rows, example_rowid, detail FROM contracts_check('clean') WHERE today = '2026-01-01';
SELECT detail FROM contracts_check('clean', '2026-01-01', 'zh_Hans');
DELETE FROM clean;
SELECT kind, detail FROM contracts_check('clean');
-- expect error
SELECT 1 FROM contracts_check('c') WHERE start_column = 'begin';
-- expect error
SELECT 1 FROM contracts_check('nothing');
