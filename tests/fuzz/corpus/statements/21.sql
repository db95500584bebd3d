SELECT channel, nps(CAST(amount AS INTEGER) % 11) FROM orders GROUP BY channel;
