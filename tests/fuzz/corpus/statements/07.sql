SELECT * FROM customer_summary('orders') WHERE customer = 7;
