SELECT (SELECT count(*) FROM purchase_intervals('orders') WHERE customer = o.customer_id) FROM orders AS o;
