SELECT period_start(ordered_at, '10 days', '-03:30'), period_index(ordered_at, 'week') FROM orders;
