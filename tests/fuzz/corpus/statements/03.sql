SELECT * FROM rfm('recent_orders') WHERE bins = 3;
