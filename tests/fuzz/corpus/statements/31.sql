CREATE VIEW itself AS SELECT customer AS customer_id, first_time AS ordered_at, 1 AS amount FROM rfm('itself'); SELECT * FROM rfm('itself');
