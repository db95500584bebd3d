SELECT * FROM cohort_average((SELECT retain_log(customer_id, ordered_at, amount) FROM orders));
