SELECT * FROM cohort_retention('orders') WHERE cohort_column = 'channel' AND mode = 'streak';
