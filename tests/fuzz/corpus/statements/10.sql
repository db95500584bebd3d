SELECT * FROM purchase_intervals('orders');
