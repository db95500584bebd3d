SELECT count(*) FROM rfm('empty_orders');
