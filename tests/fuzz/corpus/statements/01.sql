SELECT * FROM rfm('orders');
