SELECT * FROM cohort_retention('visits') WHERE customer_column = 'who' AND time_column = 'seen_at' AND value_column = 'spent';
