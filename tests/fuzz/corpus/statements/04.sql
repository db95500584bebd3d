SELECT * FROM rfm('odd "name') WHERE customer = 'c7';
