/* error */ SELECT * FROM rfm('visits');
