SELECT * FROM customer_summary((SELECT retain_log(who, seen_at, spent) FROM visits)) WHERE until = '2025-09-01';
