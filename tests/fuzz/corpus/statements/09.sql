SELECT * FROM purchase_intervals('visits') WHERE customer_column = 'who' AND time_column = 'seen_at';
