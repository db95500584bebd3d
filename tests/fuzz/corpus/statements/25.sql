/* error */ SELECT * FROM rfm('orders') WHERE time_column = 'channel';
