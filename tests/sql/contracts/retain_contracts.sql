-- retain_contracts(): rules R1–R4 of ext/fn/contracts/retain_contracts.c, against the same contracts read by name.
CREATE TABLE s AS SELECT * FROM demo_contracts(300, 2);
CREATE TABLE text_keys AS SELECT 'k' || customer AS customer, start, "end", amount FROM s;
INSERT INTO checks (what, got, want)
SELECT 'R1 the movements are those of the table', sum(a.mrr_end = b.mrr_end AND a.new = b.new AND a.churn = b.churn AND a.reactivation = b.reactivation AND a.expansion = b.expansion), count(*)
FROM mrr_movements('s') AS a JOIN mrr_movements((SELECT retain_contracts(customer, start, "end", amount) FROM s)) AS b USING (period) UNION ALL
SELECT 'R1 … of 36 months', count(*), 36 FROM mrr_movements((SELECT retain_contracts(customer, start, "end", amount) FROM s)) WHERE as_of = '2025-12-31' UNION ALL
SELECT 'R1 text keys', count(*), 0 FROM (
  SELECT customer, ends_at, amount FROM contracts_expiring('text_keys') WHERE as_of = '2025-06-01' EXCEPT
  SELECT customer, ends_at, amount FROM contracts_expiring((SELECT retain_contracts(customer, start, "end", amount) FROM text_keys)) WHERE as_of = '2025-06-01') UNION ALL
SELECT 'R1 without amounts', (SELECT group_concat(printf('%d %d', retained, end_customers)) FROM logo_retention((SELECT retain_contracts(customer, start, "end", amount) FROM s))),
  (SELECT group_concat(printf('%d %d', retained, end_customers)) FROM logo_retention('s')) UNION ALL
SELECT 'R2 a plain value is NULL', typeof((SELECT retain_contracts(customer, start, "end", amount) FROM s)), 'null' UNION ALL
SELECT 'R3 no rows', (SELECT count(*) FROM mrr_movements((SELECT retain_contracts(customer, start, "end", amount) FROM s WHERE 0))), 0 UNION ALL
SELECT 'R3 NULLs', (SELECT round(sum(new), 2) FROM mrr_movements((SELECT retain_contracts(column1, column2, column3, column4) FROM (VALUES (1, '2025-01-05', NULL, 10), (NULL, '2025-01-06', NULL, 20), (2, NULL, NULL, 40), (3, '2025-01-07', NULL, NULL))))), 10.0;
INSERT INTO checks (what, got, want)
SELECT 'logo_retention() reads no amounts', (SELECT group_concat(retained) FROM logo_retention((SELECT retain_contracts(customer, start, "end", -amount) FROM s))), (SELECT group_concat(retained) FROM logo_retention('s'));
INSERT INTO checks (what, got, want)
SELECT 'R1 each query its own', group_concat(n), '36,36,0'
FROM (SELECT (SELECT count(*) FROM mrr_movements((SELECT retain_contracts(customer, start, "end", amount) FROM s WHERE plan = p)) WHERE as_of = '2025-12-31') AS n FROM (SELECT 'monthly' AS p UNION ALL SELECT 'yearly' UNION ALL SELECT 'none'));

-- expect error
SELECT * FROM mrr_movements((SELECT retain_log(customer, start, amount) FROM s));
-- expect error
SELECT * FROM rfm((SELECT retain_contracts(customer, start, "end", amount) FROM s));
-- expect error
SELECT * FROM survival_curve((SELECT retain_log(customer, start) FROM s), 'tenure', 'churned');
-- expect error
SELECT * FROM mrr_movements((SELECT retain_contracts(customer, start, "end", amount) FROM s)) WHERE segment_column = 'plan';
-- expect error
SELECT * FROM mrr_movements((SELECT retain_contracts(customer, start, '2000-01-01', amount) FROM s));
-- expect error
SELECT * FROM mrr_movements((SELECT retain_contracts(customer, start, NULL, -2.5) FROM s));
-- expect error
SELECT * FROM mrr_movements((SELECT retain_contracts(customer, start, NULL, 2e15) FROM s));
-- expect error
SELECT retain_contracts(customer, start, 'soon', amount) FROM s;
-- expect error
SELECT retain_contracts(1.5, start, "end", amount) FROM s;
-- expect error
SELECT retain_contracts(customer, start, "end", 'free') FROM s;
-- expect error
SELECT * FROM mrr_movements(NULL);
-- expect error
WITH yearly AS MATERIALIZED (SELECT retain_contracts(customer, start, "end", amount) AS it FROM s WHERE plan = 'yearly') SELECT renewals.* FROM yearly, renewals(it);
-- expect error
SELECT * FROM logo_retention();
CREATE VIEW unnamed AS SELECT customer, start AS since, "end" AS until, amount FROM s;
-- expect error
SELECT * FROM mrr_movements('unnamed') WHERE start_column = 'since';
