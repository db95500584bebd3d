/* error */ SELECT retention_rate(10, 5, 7);
