SELECT o.order_id, s.orders FROM orders AS o JOIN customer_summary('orders') AS s ON s.customer = o.customer_id WHERE o.order_id < 9;
