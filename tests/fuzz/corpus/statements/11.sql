SELECT * FROM repeat_ladder('visits') WHERE customer_column = 'who' AND time_column = 'seen_at';
