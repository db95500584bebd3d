-- needs: shared
-- data_check() on the CDNOW master set: 69,659 purchases, known to hold copies and 80 amounts of 0.
.import --csv ../shared/data/cdnow_orders.csv orders
CREATE TABLE found AS SELECT * FROM data_check('orders') WHERE today = '1998-07-01';
INSERT INTO checks (what, got, want) SELECT 'kinds', group_concat(kind), 'duplicates,zero_values,summary' FROM found;
INSERT INTO checks (what, got, want)
SELECT 'duplicates', rows, (SELECT count(*) FROM orders) - (SELECT count(*) FROM (SELECT DISTINCT customer_id, ordered_at, CAST(amount AS REAL) FROM orders)) FROM found WHERE kind = 'duplicates';
INSERT INTO checks (what, got, want)
SELECT 'their example is one', count(*), 2 FROM orders AS a JOIN found ON example_rowid >= a.rowid AND kind = 'duplicates' JOIN orders AS b ON b.rowid = example_rowid
WHERE a.customer_id = b.customer_id AND a.ordered_at = b.ordered_at AND CAST(a.amount AS REAL) = CAST(b.amount AS REAL);
INSERT INTO checks (what, got, want) SELECT 'zero values', rows, 80 FROM found WHERE kind = 'zero_values';
INSERT INTO checks (what, got, want)
SELECT 'summary', detail, '69659 of these rows can be analysed: 23570 customers, 1997-01-01 00:00:00 to 1998-06-30 00:00:00; as_of, left out, is 1998-06-30, the newest time' FROM found WHERE kind = 'summary';
INSERT INTO checks (what, got, want)
SELECT 'future', printf('%d %d', rows, example_rowid), (SELECT printf('%d %d', count(*), min(rowid)) FROM orders WHERE ordered_at > '1998-05-15') FROM data_check('orders') WHERE today = '1998-05-15' AND kind = 'future_times';
