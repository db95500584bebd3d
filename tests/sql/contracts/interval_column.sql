-- Amounts that pay for other intervals than a month: every function on contracts answers as on the same amounts per month.
CREATE TABLE monthly AS SELECT customer, start, "end", amount, plan FROM demo_contracts(300, 7);
CREATE TABLE billed AS SELECT customer, start, "end", plan, CASE rowid % 4 WHEN 0 THEN amount WHEN 1 THEN amount * 12 WHEN 2 THEN amount * 3 ELSE amount * 24 END AS amount, CASE rowid % 4 WHEN 0 THEN 'Monthly' WHEN 1 THEN 'year' WHEN 2 THEN 'P3M' ELSE '2 years' END AS billing FROM monthly;
INSERT INTO checks (what, got, want) SELECT 'mrr_movements', count(*), 0 FROM mrr_movements('billed') AS b JOIN mrr_movements('monthly') AS m ON m.as_of = '2025-12-31' AND m.period = b.period WHERE b.as_of = '2025-12-31' AND b.interval_column = 'billing' AND (abs(b.mrr_end - m.mrr_end) > 1e-9 OR abs(b.new - m.new) > 1e-9 OR abs(b.expansion - m.expansion) > 1e-9 OR b.new_customers <> m.new_customers OR b.expanded_customers <> m.expanded_customers);
INSERT INTO checks (what, got, want) SELECT 'revenue_retention by plan', count(*), 0 FROM revenue_retention('billed') AS b JOIN revenue_retention('monthly') AS m ON m.as_of = '2025-12-31' AND m.segment_column = 'plan' AND m.rowid = b.rowid WHERE b.as_of = '2025-12-31' AND b.interval_column = 'billing' AND b.segment_column = 'plan' AND (b.segment IS NOT m.segment OR b.cohort IS NOT m.cohort OR abs(b.revenue - m.revenue) > 1e-9 OR b.customers <> m.customers);
INSERT INTO checks (what, got, want) SELECT 'rows are compared', (SELECT count(*) FROM mrr_movements('billed') WHERE interval_column = 'billing' AND as_of = '2025-12-31') > 5, 1;
-- expect error
SELECT 1 FROM mrr_movements('billed') WHERE interval_column = 'biling';
CREATE TABLE odd AS SELECT 1 AS customer, '2025-01-01' AS start, NULL AS "end", 10 AS amount, NULL AS billing, 12 AS months, 'twice a year' AS words;
-- expect error
SELECT 1 FROM mrr_movements('odd') WHERE interval_column = 'billing' AND as_of = '2025-02-01';
-- expect error
SELECT 1 FROM mrr_movements('odd') WHERE interval_column = 'months' AND as_of = '2025-02-01';
-- expect error
SELECT 1 FROM renewals('odd') WHERE interval_column = 'words' AND as_of = '2025-02-01';
-- expect error
SELECT 1 FROM mrr_movements((SELECT retain_contracts(customer, start, "end", amount) FROM odd)) WHERE interval_column = 'billing';
