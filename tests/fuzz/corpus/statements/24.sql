/* error */ SELECT * FROM rfm('orders') WHERE bins = 0;
