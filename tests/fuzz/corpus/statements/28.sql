CREATE TABLE kept AS SELECT * FROM rfm('visits') WHERE customer_column='who' AND time_column='seen_at' AND value_column='spent'; SELECT segment, count(*) FROM kept GROUP BY 1;
