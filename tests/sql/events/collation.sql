-- ext/glue/key_fold.c: a column of keys is compared by its collation, as GROUP BY does it. The truth is GROUP BY itself, also through views.
CREATE TABLE orders(id INTEGER PRIMARY KEY, customer_id TEXT COLLATE NOCASE, ordered_at TEXT, amount REAL, store TEXT COLLATE RTRIM, plain TEXT);
INSERT INTO orders(customer_id, ordered_at, amount, store, plain) VALUES ('Ann', '2026-01-01', 5, 'north', 'x'), ('ANN', '2026-01-09', 6, 'north ', 'X'), ('ann ', '2026-01-10', 7, 'North', 'x'),
  ('Bo', '2026-01-11', 8, 'north', 'x '), ('bo', '2026-02-11', 9, NULL, 'x'), ('Ä', '2026-02-12', 9, 'south', 'x'), ('ä', '2026-02-13', 9, 'south', 'x'), (NULL, '2026-02-13', 1, 'south', 'x');
INSERT INTO checks (what, got, want)
SELECT 'customers are those of GROUP BY, under the name read first', group_concat(printf('%s %d %g', customer, frequency, monetary), '; '),
  (SELECT group_concat(t, '; ') FROM (SELECT printf('%s %d %g', (SELECT customer_id FROM orders AS f WHERE f.customer_id = o.customer_id ORDER BY id LIMIT 1), count(*), sum(amount)) AS t
   FROM orders AS o WHERE customer_id IS NOT NULL GROUP BY customer_id ORDER BY min(id)))
FROM (SELECT customer, frequency, monetary FROM rfm('orders') ORDER BY first_time);

-- What a view's column is compared by is SQLite's to say: ask it.
CREATE VIEW as_it_is AS SELECT * FROM orders;
CREATE VIEW grouped AS SELECT customer_id, ordered_at, sum(amount) AS amount FROM orders GROUP BY 2, 1;
CREATE VIEW twice AS SELECT customer_id, ordered_at, amount FROM orders UNION ALL SELECT customer_id, ordered_at, 2 * amount FROM orders;
CREATE VIEW expression AS SELECT customer_id || '' AS customer_id, ordered_at, amount FROM orders;
CREATE VIEW lowered AS SELECT lower(trim(customer_id)) AS customer_id, ordered_at, amount FROM orders;
CREATE VIEW signed AS SELECT +customer_id AS customer_id, ordered_at, amount FROM orders;
CREATE VIEW trimmed AS SELECT customer_id COLLATE RTRIM AS customer_id, ordered_at, amount FROM orders;
CREATE VIEW exact AS SELECT customer_id COLLATE BINARY AS customer_id, ordered_at, amount FROM orders;
CREATE VIEW other_first AS SELECT plain AS customer_id, ordered_at, amount FROM orders UNION ALL SELECT customer_id, ordered_at, amount FROM orders;
CREATE VIEW joined AS SELECT o.customer_id, p.ordered_at, p.amount FROM orders AS o LEFT JOIN orders AS p USING (id) ORDER BY 2 LIMIT 100;
CREATE VIEW one AS SELECT * FROM orders WHERE customer_id = 'ann';
CREATE VIEW one_exact AS SELECT * FROM exact WHERE customer_id = 'ANN';
CREATE VIEW scored AS SELECT customer AS customer_id, last_time AS ordered_at, monetary AS amount FROM rfm('orders');
CREATE TEMP TABLE groups(name, n);
INSERT INTO groups SELECT 'as_it_is', count(DISTINCT customer_id) FROM as_it_is UNION ALL SELECT 'grouped', count(DISTINCT customer_id) FROM grouped
  UNION ALL SELECT 'twice', count(DISTINCT customer_id) FROM twice UNION ALL SELECT 'expression', count(DISTINCT customer_id) FROM expression
  UNION ALL SELECT 'lowered', count(DISTINCT customer_id) FROM lowered UNION ALL SELECT 'signed', count(DISTINCT customer_id) FROM signed
  UNION ALL SELECT 'trimmed', count(DISTINCT customer_id) FROM trimmed UNION ALL SELECT 'exact', count(DISTINCT customer_id) FROM exact
  UNION ALL SELECT 'other_first', count(DISTINCT customer_id) FROM other_first UNION ALL SELECT 'joined', count(DISTINCT customer_id) FROM joined
  UNION ALL SELECT 'one', count(DISTINCT customer_id) FROM one UNION ALL SELECT 'one_exact', count(DISTINCT customer_id) FROM one_exact UNION ALL SELECT 'scored', count(DISTINCT customer_id) FROM scored;
INSERT INTO checks (what, got, want) SELECT 'customers of ' || name, (SELECT count(*) FROM rfm(name)), n FROM groups;
INSERT INTO checks (what, got, want) SELECT 'they differ', group_concat(n), '5,5,5,7,4,5,7,7,10,5,1,1,5' FROM groups;

-- Every kind of source of keys: segments, cohorts, features, contracts, lifetimes, logs (whose rows are a query's values: no column, no collation).
INSERT INTO checks (what, got, want)
SELECT 'segments', group_concat(quote(segment) || ' ' || n), (SELECT group_concat(quote(store) || ' ' || n) FROM (SELECT store, count(DISTINCT customer_id) AS n FROM orders WHERE customer_id IS NOT NULL GROUP BY 1))
FROM (SELECT segment, count(*) AS n FROM customer_summary('orders') WHERE segment_column = 'store' GROUP BY 1 ORDER BY 1);
INSERT INTO checks (what, got, want)
SELECT 'a customer of segments', count(*), (SELECT count(DISTINCT store) FROM orders WHERE customer_id = 'Ann') FROM customer_summary('orders') WHERE segment_column = 'store' AND customer = 'Ann' COLLATE NOCASE;
INSERT INTO checks (what, got, want) SELECT 'a log compares exactly', count(*), 7 FROM rfm((SELECT retain_log(customer_id, ordered_at, amount) FROM orders));
CREATE TABLE contracts(customer_id TEXT COLLATE NOCASE, start_date, end_date, mrr, plan TEXT COLLATE NOCASE);
INSERT INTO contracts VALUES ('Ann', '2025-01-01', '2025-02-01', 10, 'Gold'), ('ANN', '2025-02-01', '2025-03-01', 10, 'gold'), ('bo', '2025-01-01', NULL, 10, 'GOLD');
INSERT INTO checks (what, got, want)
SELECT 'contracts: a renewal is no second customer', group_concat(printf('%s %d %d %d', period, new_customers, churned_customers, end_customers), '; '), '2025-01-01 2 0 2; 2025-02-01 0 0 2; 2025-03-01 0 1 1'
FROM mrr_movements('contracts') WHERE as_of = '2025-03-31' AND period <= '2025-03-01';
INSERT INTO checks (what, got, want)
SELECT 'segments of contracts', count(DISTINCT segment), 1 FROM mrr_movements('contracts') WHERE as_of = '2025-03-31' AND segment_column = 'plan';
CREATE TABLE lives(tenure, churned, plan TEXT COLLATE NOCASE);
INSERT INTO lives VALUES (1, 1, 'gold'), (2, 0, 'Gold'), (3, 1, 'silver'), (4, 0, 'SILVER '), (5, 1, 'Silver');
INSERT INTO checks (what, got, want) SELECT 'segments of lifetimes', count(DISTINCT segment), (SELECT count(DISTINCT plan) FROM lives) FROM survival_summary('lives') WHERE time_column = 'tenure' AND event_column = 'churned' AND segment_column = 'plan';

-- The answer's own column `customer` has no collation, as everywhere in SQL: the left side of a comparison decides.
INSERT INTO checks (what, got, want)
SELECT 'looked up by another spelling', (SELECT count(*) FROM rfm('orders') WHERE customer = 'ANN'), 0 UNION ALL
SELECT 'looked up by the shown one', (SELECT count(*) FROM rfm('orders') WHERE customer = 'Ann'), 1 UNION ALL
SELECT 'looked up without case', (SELECT count(*) FROM rfm('orders') WHERE customer = 'ANN' COLLATE NOCASE), 1 UNION ALL
SELECT 'joined by the table''s own column', (SELECT count(*) FROM orders JOIN rfm('orders') AS r ON orders.customer_id = r.customer), 7;

-- expect error
SELECT * FROM retain_key_fold;
