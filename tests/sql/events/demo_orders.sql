-- demo_orders: a plausible shop, the same everywhere.
CREATE TEMP TABLE o AS SELECT * FROM demo_orders(2000, 5);
CREATE TEMP TABLE c AS SELECT customer_id, channel, true_rate, true_dropout, true_mean_value, alive_at_end, min(ordered_at) AS first, count(*) AS orders, avg(amount) AS mean
  FROM o GROUP BY customer_id;

-- The first rows, by the second implementation (tests/unit/events/demo_reference.py): sorted(shop(200, 1))[:3].
INSERT INTO checks (what, got, want) SELECT 'first rows', group_concat(customer_id || ' ' || ordered_at || ' ' || amount, ', '), '1 2024-01-04 20:56:52 62.83, 2 2024-01-06 09:49:57 14.28, 2 2024-01-10 20:02:51 53.98'
  FROM (SELECT * FROM demo_orders(200, 1) LIMIT 3);
INSERT INTO checks (what, got, want) SELECT 'the defaults are 1000 and 1', ((SELECT count(*) FROM demo_orders) = 3738 AND (SELECT count(*) FROM demo_orders(NULL, NULL)) = 3738), 1;
INSERT INTO checks (what, got, want) SELECT 'the same rows each time', count(*), 0 FROM (SELECT * FROM demo_orders(300, 9) EXCEPT SELECT * FROM demo_orders WHERE customers = 300 AND seed = 9);
INSERT INTO checks (what, got, want) SELECT 'another seed, another shop', count(*), 0 FROM (SELECT ordered_at, amount FROM demo_orders(300, 9) INTERSECT SELECT ordered_at, amount FROM demo_orders(300, 10));
INSERT INTO checks (what, got, want) SELECT 'order_id counts the rows', (count(*) > 2000 AND min(order_id) = 1 AND max(order_id) = count(*)), 1 FROM o;
INSERT INTO checks (what, got, want) SELECT 'rows are in time order', count(*), 0 FROM (SELECT ordered_at, lag(ordered_at) OVER (ORDER BY order_id) AS before FROM o) WHERE before > ordered_at;
INSERT INTO checks (what, got, want) SELECT 'every customer has an order', (count(*) = 2000 AND min(customer_id) = 1 AND max(customer_id) = 2000), 1 FROM c;
INSERT INTO checks (what, got, want) SELECT 'customers arrive in the first 18 months', (min(first) >= '2024-01-01' AND max(first) < '2025-07-01'), 1 FROM c;
INSERT INTO checks (what, got, want) SELECT 'customer_id follows the first day', count(*), 0 FROM (SELECT date(first) AS d, lag(date(first)) OVER (ORDER BY customer_id) AS before FROM c) WHERE before > d;
INSERT INTO checks (what, got, want) SELECT 'times are valid', count(*), 0 FROM o WHERE ordered_at IS NOT strftime('%Y-%m-%d %H:%M:%S', ordered_at) OR ordered_at >= '2026-01-01';
INSERT INTO checks (what, got, want) SELECT 'amounts are whole cents', count(*), 0 FROM o WHERE amount < 0.01 OR amount IS NOT round(amount, 2);
INSERT INTO checks (what, got, want) SELECT 'truth is one per customer', count(*), 0 FROM
  (SELECT customer_id FROM o GROUP BY customer_id HAVING count(DISTINCT channel || true_rate || true_dropout || true_mean_value || alive_at_end) > 1);
INSERT INTO checks (what, got, want) SELECT 'truth is in its domain', count(*), 0 FROM c WHERE NOT (true_rate > 0 AND true_dropout > 0 AND true_dropout < 1 AND true_mean_value > 0 AND alive_at_end IN (0, 1));
INSERT INTO checks (what, got, want) SELECT 'who never came back is alive', count(*), 0 FROM c WHERE orders = 1 AND NOT alive_at_end;
INSERT INTO checks (what, got, want) SELECT 'four channels', group_concat(channel), 'organic,referral,search,social' FROM (SELECT DISTINCT channel FROM c ORDER BY 1);
INSERT INTO checks (what, got, want) SELECT 'referral customers buy most, social least', (sum(channel = 'referral' AND place = 1) = 1 AND sum(channel = 'social' AND place = 4) = 1), 1
  FROM (SELECT channel, row_number() OVER (ORDER BY avg(orders) DESC) AS place FROM c GROUP BY channel);
INSERT INTO checks (what, got, want) SELECT 'one customer', (SELECT count(DISTINCT customer_id) FROM demo_orders(1, 3)), 1;
-- expect error
SELECT * FROM demo_orders(0);
-- expect error
SELECT * FROM demo_orders(10000001);
-- expect error
SELECT * FROM demo_orders('many');
-- expect error
SELECT * FROM demo_orders(10, -1);
