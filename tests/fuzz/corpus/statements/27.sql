SELECT customer, sum(orders) OVER (ORDER BY customer) FROM customer_summary('orders') ORDER BY 1 LIMIT 3;
