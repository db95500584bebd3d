/* error */ SELECT * FROM rfm('no_such_table');
