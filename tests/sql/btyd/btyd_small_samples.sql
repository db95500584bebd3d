-- Fits of few customers, whose likelihoods have several maxima or a supremum at a limit: 10 to 60 of the customers of the CDNOW set (Fader & Hardie), on which a search from one start
-- stops too low. want: the highest of Nelder-Mead searches from 24 random starts inside and 17 at limits, of likelihoods written down apart from retain's (the integral over the time of
-- leaving by Gauss-Legendre panels; the limits r, s, a + b or q -> infinity, a + b -> 0 and the like as models of their own). Times in days; bgbb: months; gamma_gamma: values.
CREATE TABLE sample(name TEXT, model TEXT, x INTEGER, t_x REAL, age REAL);
CREATE TABLE best(name TEXT, log_likelihood REAL, converged INTEGER, reason TEXT);
INSERT INTO sample SELECT 'pareto_nbd, 20 customers', 'pareto_nbd', column1, column2, column3 FROM (VALUES
  (0, 0, 194), (0, 0, 203), (0, 0, 206), (0, 0, 210), (0, 0, 214), (0, 0, 226), (0, 0, 227), (0, 0, 227), (0, 0, 233), (0, 0, 234), (0, 0, 238), (0, 0, 244),
  (0, 0, 248), (0, 0, 263), (0, 0, 264), (0, 0, 270), (1, 18, 190), (1, 21, 215), (3, 39, 252), (5, 170, 189));
INSERT INTO sample SELECT 'pareto_nbd, 22 customers', 'pareto_nbd', column1, column2, column3 FROM (VALUES
  (0, 0, 191), (0, 0, 200), (0, 0, 200), (0, 0, 201), (0, 0, 203), (0, 0, 204), (0, 0, 241), (0, 0, 241), (0, 0, 242), (0, 0, 242), (0, 0, 243), (0, 0, 247),
  (0, 0, 248), (0, 0, 256), (0, 0, 259), (0, 0, 261), (3, 148, 198), (3, 171, 197), (3, 199, 229), (4, 122, 252), (4, 145, 228), (9, 164, 208));
INSERT INTO sample SELECT 'pareto_nbd, 24 customers', 'pareto_nbd', column1, column2, column3 FROM (VALUES
  (0, 0, 197), (0, 0, 202), (0, 0, 206), (0, 0, 209), (0, 0, 213), (0, 0, 215), (0, 0, 216), (0, 0, 216), (0, 0, 222), (0, 0, 227), (0, 0, 243), (0, 0, 255),
  (0, 0, 260), (0, 0, 262), (0, 0, 271), (1, 85, 205), (1, 155, 191), (2, 213, 272), (3, 44, 224), (3, 78, 247), (4, 176, 200), (5, 181, 214), (5, 206, 207),
  (6, 213, 236));
INSERT INTO sample SELECT 'pareto_nbd, 31 customers', 'pareto_nbd', column1, column2, column3 FROM (VALUES
  (0, 0, 189), (0, 0, 194), (0, 0, 198), (0, 0, 201), (0, 0, 202), (0, 0, 202), (0, 0, 203), (0, 0, 204), (0, 0, 205), (0, 0, 208), (0, 0, 214), (0, 0, 216),
  (0, 0, 217), (0, 0, 221), (0, 0, 237), (0, 0, 239), (0, 0, 244), (0, 0, 244), (0, 0, 252), (0, 0, 252), (0, 0, 253), (0, 0, 255), (0, 0, 268), (1, 27, 235),
  (1, 37, 222), (1, 64, 234), (3, 141, 194), (3, 215, 223), (5, 181, 214), (6, 216, 241), (7, 196, 209));
INSERT INTO sample SELECT 'mbgnbd, 24 customers', 'mbgnbd', column1, column2, column3 FROM (VALUES
  (0, 0, 204), (0, 0, 204), (0, 0, 206), (0, 0, 206), (0, 0, 208), (0, 0, 226), (0, 0, 230), (0, 0, 230), (0, 0, 234), (0, 0, 241), (0, 0, 242), (0, 0, 243),
  (0, 0, 245), (0, 0, 248), (1, 4, 228), (1, 114, 192), (3, 139, 193), (3, 155, 218), (4, 30, 259), (4, 168, 236), (7, 120, 248), (8, 253, 264), (12, 241, 270),
  (13, 237, 240));
INSERT INTO sample SELECT 'mbgnbd, 56 customers', 'mbgnbd', column1, column2, column3 FROM (VALUES
  (0, 0, 190), (0, 0, 193), (0, 0, 198), (0, 0, 199), (0, 0, 202), (0, 0, 203), (0, 0, 206), (0, 0, 209), (0, 0, 209), (0, 0, 210), (0, 0, 212), (0, 0, 212),
  (0, 0, 217), (0, 0, 217), (0, 0, 217), (0, 0, 218), (0, 0, 219), (0, 0, 221), (0, 0, 222), (0, 0, 224), (0, 0, 228), (0, 0, 229), (0, 0, 232), (0, 0, 232),
  (0, 0, 237), (0, 0, 238), (0, 0, 240), (0, 0, 241), (0, 0, 243), (0, 0, 253), (0, 0, 253), (0, 0, 259), (0, 0, 261), (0, 0, 266), (0, 0, 271), (1, 4, 240),
  (1, 4, 244), (1, 15, 271), (1, 154, 212), (1, 154, 256), (1, 155, 240), (2, 38, 198), (2, 58, 225), (2, 74, 257), (2, 110, 210), (2, 183, 254), (2, 189, 192),
  (2, 190, 235), (2, 249, 261), (3, 135, 232), (3, 181, 216), (4, 78, 198), (4, 205, 266), (5, 158, 258), (5, 182, 222), (7, 120, 248));
INSERT INTO sample SELECT 'bgnbd, 31 customers', 'bgnbd', column1, column2, column3 FROM (VALUES
  (0, 0, 192), (0, 0, 201), (0, 0, 204), (0, 0, 206), (0, 0, 206), (0, 0, 213), (0, 0, 214), (0, 0, 215), (0, 0, 225), (0, 0, 227), (0, 0, 227), (0, 0, 238),
  (0, 0, 239), (0, 0, 245), (0, 0, 248), (0, 0, 249), (0, 0, 252), (0, 0, 261), (0, 0, 268), (0, 0, 269), (0, 0, 269), (1, 1, 239), (1, 50, 243), (1, 103, 214),
  (1, 107, 238), (1, 133, 198), (2, 151, 224), (2, 177, 200), (5, 242, 242), (6, 230, 241), (21, 33, 205));
INSERT INTO sample SELECT 'bgbb, 29 customers', 'bgbb', column1, column2, column3 FROM (VALUES
  (0, 0, 6), (0, 0, 6), (0, 0, 6), (0, 0, 6), (0, 0, 6), (0, 0, 6), (0, 0, 6), (0, 0, 6), (0, 0, 6), (0, 0, 7), (0, 0, 7), (0, 0, 7), (0, 0, 7), (0, 0, 7), (0, 0, 7),
  (0, 0, 7), (0, 0, 7), (0, 0, 8), (0, 0, 8), (0, 0, 8), (0, 0, 8), (0, 0, 8), (0, 0, 8), (0, 0, 8), (0, 0, 8), (0, 0, 8), (1, 2, 7), (3, 4, 6), (4, 4, 8));
INSERT INTO sample SELECT 'bgbb, 36 customers', 'bgbb', column1, column2, column3 FROM (VALUES
  (0, 0, 6), (0, 0, 6), (0, 0, 6), (0, 0, 6), (0, 0, 6), (0, 0, 6), (0, 0, 6), (0, 0, 6), (0, 0, 6), (0, 0, 7), (0, 0, 7), (0, 0, 7), (0, 0, 7), (0, 0, 7), (0, 0, 7),
  (0, 0, 7), (0, 0, 7), (0, 0, 7), (0, 0, 8), (0, 0, 8), (0, 0, 8), (0, 0, 8), (0, 0, 8), (0, 0, 8), (0, 0, 8), (0, 0, 8), (1, 2, 6), (1, 2, 7), (1, 3, 7), (1, 3, 7),
  (2, 8, 8), (3, 6, 6), (3, 6, 7), (3, 8, 8), (4, 6, 8), (4, 7, 7));
INSERT INTO sample SELECT 'gamma_gamma, 14 customers', 'gamma_gamma', column1, column2, column3 FROM (VALUES
  (1, 5.99, 0), (1, 13.77, 0), (1, 14.96, 0), (1, 15.36, 0), (1, 19.54, 0), (1, 29.33, 0), (1, 54.73, 0), (1, 128.89, 0), (1, 176.86, 0), (2, 52.935, 0), (2, 87.46, 0),
  (3, 19.476666666666667, 0), (3, 21.009999999999998, 0), (13, 42.439230769230775, 0));
INSERT INTO best VALUES
  ('pareto_nbd, 20 customers', -39.29853383, 0, 'r and alpha grow without end'),
  ('pareto_nbd, 22 customers', -90.14133033, 0, 'beta tends to 0'),
  ('pareto_nbd, 24 customers', -112.99618693, 1, ''),
  ('pareto_nbd, 31 customers', -102.94763240, 0, 'r and alpha grow without end'),
  ('mbgnbd, 24 customers', -164.30706623, 1, ''),
  ('mbgnbd, 56 customers', -220.78091701, 0, 'a and b grow without end'),
  ('bgnbd, 31 customers', -91.79306774, 0, 'a and b grow without end'),
  ('bgbb, 29 customers', -20.10516778, 0, 'gamma and delta grow without end'),
  ('bgbb, 36 customers', -65.12408426, 1, ''),
  ('gamma_gamma, 14 customers', -66.42004363, 0, 'q and gamma grow without end');

CREATE TABLE fitted AS
SELECT name, bgnbd_fit(x, t_x / 7, age / 7) AS fit FROM sample WHERE model = 'bgnbd' GROUP BY name UNION ALL SELECT name, mbgnbd_fit(x, t_x / 7, age / 7) FROM sample WHERE model = 'mbgnbd' GROUP BY name
UNION ALL SELECT name, pareto_nbd_fit(x, t_x / 7, age / 7) FROM sample WHERE model = 'pareto_nbd' GROUP BY name UNION ALL SELECT name, bgbb_fit(x, t_x, age) FROM sample WHERE model = 'bgbb' GROUP BY name
UNION ALL SELECT name, gamma_gamma_fit(x, t_x) FROM sample WHERE model = 'gamma_gamma' GROUP BY name;
INSERT INTO checks (what, got, want)
SELECT name || ': the highest likelihood', CASE WHEN abs((fit ->> '$.log_likelihood') - log_likelihood) < 1e-6 THEN log_likelihood ELSE fit ->> '$.log_likelihood' END, log_likelihood FROM best JOIN fitted USING (name);
INSERT INTO checks (what, got, want)
SELECT name || ': ' || CASE WHEN converged THEN 'a maximum' ELSE reason END, (fit ->> '$.converged') || coalesce(substr(fit ->> '$.reason', 1, length('no finite maximum: ' || reason)), ''), CASE WHEN converged THEN '1' ELSE '0no finite maximum: ' || reason END
FROM best JOIN fitted USING (name);
