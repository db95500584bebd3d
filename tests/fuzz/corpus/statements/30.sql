WITH s AS (SELECT retain_log(customer_id, ordered_at, amount) AS h FROM orders) SELECT * FROM rfm((SELECT h FROM s));
