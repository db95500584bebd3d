SELECT * FROM cohort_retention('orders') WHERE grain = 'day' AND clock = 'rolling' AND max_age = 100;
