SELECT * FROM customer_summary('visits') WHERE customer_column = 'who' AND time_column = 'seen_at' AND value_column = 'spent';
