SELECT * FROM retention_by_period('visits') WHERE customer_column = 'who' AND time_column = 'seen_at' AND value_column = 'spent' AND grain = 'week';
