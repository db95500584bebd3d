SELECT * FROM retention_by_period('orders') WHERE active_within = '40 days';
