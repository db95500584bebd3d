-- What every function that takes a model as JSON says to a text that is none, or not one of its own.
-- A statement that works after all is noticed: it prints a row instead of its error.
-- expect error
SELECT logit_predict('x', 1);
-- expect error
SELECT logit_reasons_named('x', '{"a":1}');
-- expect error
SELECT logit_predict('{}', 1);
-- expect error
SELECT logit_reasons_named('{}', '{"a":1}');
-- expect error
SELECT logit_predict('[1]', 1);
-- expect error
SELECT logit_reasons_named('[1]', '{"a":1}');
-- expect error
SELECT logit_predict('{"model":"bgnbd"}', 1);
-- expect error
SELECT logit_reasons_named('{"model":"bgnbd"}', '{"a":1}');
-- expect error
SELECT logit_predict('{"model":"logit"}', 1);
-- expect error
SELECT logit_reasons_named('{"model":"logit"}', '{"a":1}');
-- expect error
SELECT logit_predict('{"model":"logit","converged":false,"reason":"because"}', 1);
-- expect error
SELECT logit_reasons_named('{"model":"logit","converged":false,"reason":"because"}', '{"a":1}');
-- expect error
SELECT logit_predict('{"model":"logit","features":1}', 1);
-- expect error
SELECT logit_reasons_named('{"model":"logit","features":1}', '{"a":1}');
-- expect error
SELECT logit_predict('{"model":"logit","features":[1],"intercept":0,"coefficients":[1]}', 1);
-- expect error
SELECT logit_reasons_named('{"model":"logit","features":[1],"intercept":0,"coefficients":[1]}', '{"a":1}');
-- expect error
SELECT logit_predict('{"model":"logit","features":["a"],"intercept":"x","coefficients":[1]}', 1);
-- expect error
SELECT logit_reasons_named('{"model":"logit","features":["a"],"intercept":"x","coefficients":[1]}', '{"a":1}');
-- expect error
SELECT logit_predict('{"model":"logit","features":["a"],"intercept":0,"coefficients":[1,2]}', 1);
-- expect error
SELECT logit_reasons_named('{"model":"logit","features":["a"],"intercept":0,"coefficients":[1,2]}', '{"a":1}');
-- expect error
SELECT logit_predict('{"model":"logit","features":["a"],"intercept":0,"coefficients":["y"]}', 1);
-- expect error
SELECT logit_reasons_named('{"model":"logit","features":["a"],"intercept":0,"coefficients":["y"]}', '{"a":1}');
-- expect error
SELECT logit_predict('{"model":"logit","features":["a"],"intercept":0,"coefficients":[1],"means":[1,2]}', 1);
-- expect error
SELECT logit_reasons_named('{"model":"logit","features":["a"],"intercept":0,"coefficients":[1],"means":[1,2]}', '{"a":1}');
-- expect error
SELECT logit_predict('{"model":"logit","features":["a"],"intercept":0,"coefficients":[1],"means":["m"]}', 1);
-- expect error
SELECT logit_reasons_named('{"model":"logit","features":["a"],"intercept":0,"coefficients":[1],"means":["m"]}', '{"a":1}');
-- expect error
SELECT logit_predict('{"model":"logit","features":["a","a"],"intercept":0,"coefficients":[1,2]}', 1);
-- expect error
SELECT logit_reasons_named('{"model":"logit","features":["a","a"],"intercept":0,"coefficients":[1,2]}', '{"a":1}');
-- expect error
SELECT logit_predict('{"model":"logit","features":["a"],"intercept":1e999,"coefficients":[1]}', 1);
-- expect error
SELECT logit_reasons_named('{"model":"logit","features":["a"],"intercept":1e999,"coefficients":[1]}', '{"a":1}');
-- expect error
SELECT logit_predict('{"model":"logit","features":["a"],"intercept":0,"coefficients":[1],"means":[0]}', 1, 2);
-- expect error
SELECT logit_predict('{"model":"logit","features":["a"],"intercept":0,"coefficients":[1],"means":[0]}');
-- expect error
SELECT logit_predict('{"model":"logit","features":["a"],"intercept":0,"coefficients":[1],"means":[0]}', 'one');
-- expect error
SELECT logit_predict_named('{"model":"logit","features":["a"],"intercept":0,"coefficients":[1],"means":[0]}', '{"b":1}');
-- expect error
SELECT logit_predict_named('{"model":"logit","features":["a"],"intercept":0,"coefficients":[1],"means":[0]}', '[1]');
-- expect error
SELECT logit_predict_named('{"model":"logit","features":["a"],"intercept":0,"coefficients":[1],"means":[0]}', '{"a":"x"}');
-- expect error
SELECT cox_risk('x', 1);
-- expect error
SELECT cox_survival('x', 5, 1);
-- expect error
SELECT cox_risk('{}', 1);
-- expect error
SELECT cox_survival('{}', 5, 1);
-- expect error
SELECT cox_risk('{"model":"cox"}', 1);
-- expect error
SELECT cox_survival('{"model":"cox"}', 5, 1);
-- expect error
SELECT cox_risk('{"model":"weibull"}', 1);
-- expect error
SELECT cox_survival('{"model":"weibull"}', 5, 1);
-- expect error
SELECT cox_risk('{"model":"cox","converged":false,"reason":"because"}', 1);
-- expect error
SELECT cox_survival('{"model":"cox","converged":false,"reason":"because"}', 5, 1);
-- expect error
SELECT cox_risk('{"model":"cox","features":[1]}', 1);
-- expect error
SELECT cox_survival('{"model":"cox","features":[1]}', 5, 1);
-- expect error
SELECT cox_risk('{"model":"cox","features":["f1"],"coefficients":[1,2]}', 1);
-- expect error
SELECT cox_survival('{"model":"cox","features":["f1"],"coefficients":[1,2]}', 5, 1);
-- expect error
SELECT cox_risk('{"model":"cox","features":["f1"],"coefficients":["x"]}', 1);
-- expect error
SELECT cox_survival('{"model":"cox","features":["f1"],"coefficients":["x"]}', 5, 1);
-- expect error
SELECT cox_risk('{"model":"cox","features":["f1"],"coefficients":[1],"means":[1,2]}', 1);
-- expect error
SELECT cox_survival('{"model":"cox","features":["f1"],"coefficients":[1],"means":[1,2]}', 5, 1);
-- expect error
SELECT cox_survival('{"model":"cox","features":["f1"],"coefficients":[1],"means":[0],"baseline":1}', 5, 1);
-- expect error
SELECT cox_risk('{"model":"cox","features":["f1"],"coefficients":[1],"means":[0],"baseline":{"time":[1,2],"survival":[1]}}', 1);
-- expect error
SELECT cox_survival('{"model":"cox","features":["f1"],"coefficients":[1],"means":[0],"baseline":{"time":[1,2],"survival":[1]}}', 5, 1);
-- expect error
SELECT cox_risk('{"model":"cox","features":["f1"],"coefficients":[1],"means":[0],"baseline":{"time":[2,1],"hazard":[1,2]}}', 1);
-- expect error
SELECT cox_survival('{"model":"cox","features":["f1"],"coefficients":[1],"means":[0],"baseline":{"time":[2,1],"hazard":[1,2]}}', 5, 1);
-- expect error
SELECT weibull_median('x');
-- expect error
SELECT weibull_survival('x', 5, 1);
-- expect error
SELECT weibull_median('{}');
-- expect error
SELECT weibull_survival('{}', 5, 1);
-- expect error
SELECT weibull_median('{"model":"weibull"}');
-- expect error
SELECT weibull_survival('{"model":"weibull"}', 5, 1);
-- expect error
SELECT weibull_median('{"model":"cox"}');
-- expect error
SELECT weibull_survival('{"model":"cox"}', 5, 1);
-- expect error
SELECT weibull_median('{"model":"weibull","converged":false,"reason":"because"}');
-- expect error
SELECT weibull_survival('{"model":"weibull","converged":false,"reason":"because"}', 5, 1);
-- expect error
SELECT weibull_median('{"model":"weibull","shape":0}');
-- expect error
SELECT weibull_survival('{"model":"weibull","shape":0}', 5, 1);
-- expect error
SELECT weibull_median('{"model":"weibull","shape":"s"}');
-- expect error
SELECT weibull_survival('{"model":"weibull","shape":"s"}', 5, 1);
-- expect error
SELECT weibull_median('{"model":"weibull","shape":1,"intercept":"i"}');
-- expect error
SELECT weibull_survival('{"model":"weibull","shape":1,"intercept":"i"}', 5, 1);
-- expect error
SELECT weibull_median('{"model":"weibull","shape":1,"intercept":0,"coefficients":1}');
-- expect error
SELECT weibull_survival('{"model":"weibull","shape":1,"intercept":0,"coefficients":1}', 5, 1);
-- expect error
SELECT weibull_median('{"model":"weibull","shape":1,"intercept":0,"features":["f1"],"coefficients":["x"]}');
-- expect error
SELECT weibull_survival('{"model":"weibull","shape":1,"intercept":0,"features":["f1"],"coefficients":["x"]}', 5, 1);
-- expect error
SELECT weibull_median('{"model":"weibull","shape":1,"scale":-1}');
-- expect error
SELECT weibull_survival('{"model":"weibull","shape":1,"scale":-1}', 5, 1);
-- expect error
SELECT weibull_median('{"model":"weibull","shape":1,"scale":"x"}');
-- expect error
SELECT weibull_survival('{"model":"weibull","shape":1,"scale":"x"}', 5, 1);
-- expect error
SELECT p_alive('x', 2, 3, 5);
-- expect error
SELECT p_alive('[]', 2, 3, 5);
-- expect error
SELECT p_alive('{"model":7}', 2, 3, 5);
-- expect error
SELECT p_alive('{"model":"nbd"}', 2, 3, 5);
-- expect error
SELECT p_alive('{"model":"bgnbd","parameters":[1]}', 2, 3, 5);
-- expect error
SELECT p_alive('{"model":"bgnbd","parameters":{"r":1}}', 2, 3, 5);
-- expect error
SELECT p_alive('{"model":"bgnbd","parameters":{"r":"1","alpha":2,"a":1,"b":1}}', 2, 3, 5);
-- expect error
SELECT p_alive('{"model":"bgnbd","parameters":{"r":0,"alpha":2,"a":1,"b":1}}', 2, 3, 5);
-- expect error
SELECT p_alive('{"model":"bgnbd","parameters":{"r":1,"alpha":2,"a":1,"b":1},"covariates":1}', 2, 3, 5);
-- expect error
SELECT p_alive('{"model":"bgnbd","parameters":{"r":1,"alpha":2,"a":1,"b":1},"covariates":{"transaction":[1]}}', 2, 3, 5);
-- expect error
SELECT p_alive('{"model":"bgnbd","parameters":{"r":1,"alpha":2,"a":1,"b":1},"covariates":{"transaction":[1],"dropout":["x"]}}', 2, 3, 5);
-- expect error
SELECT p_alive('{"model":"bgbb","parameters":{"alpha":1,"beta":1,"gamma":1,"delta":1},"covariates":{"transaction":[1],"dropout":[1]}}', 2, 3, 5);
-- expect error
SELECT purchase_pmf('{"model":"bgbb","parameters":{"alpha":1,"beta":1,"gamma":1,"delta":1}}', 1, 1e19);
-- expect error
SELECT sbg_survival('x', 3);
-- expect error
SELECT sbg_survival('{}', 3);
-- expect error
SELECT sbg_survival('{"model":"sbg"}', 3);
-- expect error
SELECT sbg_survival('{"model":"sbg","converged":false,"reason":"because"}', 3);
-- expect error
SELECT sbg_survival('{"model":"sbg","alpha":0,"beta":1}', 3);
-- expect error
SELECT sbg_survival('{"model":"sbg","alpha":"a","beta":1}', 3);
-- expect error
SELECT sbg_survival('{"model":"cox"}', 3);
-- Separation with late entries: the search for it goes through who is at risk when.
CREATE TABLE late (t, e, start, apart, x);
INSERT INTO late WITH RECURSIVE i(k) AS (SELECT 0 UNION ALL SELECT k + 1 FROM i WHERE k < 39)
SELECT 5 + k, k % 2 = 0, k % 5, k % 2 = 0, k * 7 % 11 FROM i;
-- expect error
SELECT term FROM cox_model('late', 't', 'e', 'apart, x') WHERE entry_column = 'start';
SELECT term, coef IS NOT NULL FROM cox_model('late', 't', 'e', 'x') WHERE entry_column = 'start';
