SELECT clv(1e308, 1e308, 1e308), clv(1, 1, 1e9, 1, -0.5), rate_low(0, 0), rate_high(1, 1, 0.999999999);
