SELECT rfm_segment(rfm_score(column1, column2, column3, (SELECT rfm_cuts(order_id, customer_id, amount) FROM orders))) FROM (VALUES (1, 2, 3.5), (NULL, 1, 1));
