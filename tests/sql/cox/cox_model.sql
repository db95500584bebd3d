-- cox_model(), cox_summary(), cox_zph(), cox_baseline(): rules R1–R5 of ext/fn/cox/cox_model.c and those of the others; terms as in ext/core/regression/design_matrix.h.

-- r = exp(coef): at risk at 1 are two with x = 1 and one with 0, at 2 one of each: 1 - 2r/(2r + 1) - r/(1 + r) = 0, so 2 r² = 1.
CREATE TABLE three (t, e, x, y);
INSERT INTO three VALUES (1, 1, 1, 'b'), (2, 'YES', '0', 'a'), (3, 'false', 1.0, 'b');
INSERT INTO checks (what, got, want) SELECT 'by hand', round(hazard_ratio * hazard_ratio, 12), 0.5 FROM cox_model('three', 't', 'e', 'x');
INSERT INTO checks (what, got, want) SELECT 'as text', term || '|' || feature || '|' || category || '|' || reference || '|' || round(coef, 12), 'y: b|y|b|a|-0.34657359028' FROM cox_model('three', 't', 'e', 'y');
INSERT INTO checks (what, got, want) SELECT 'another reference', term || '|' || feature || '|' || category || '|' || reference || '|' || round(coef, 12), 'y: a|y|a|b|0.34657359028' FROM cox_model('three', 't', 'e', ' "y" [ b ] ');
INSERT INTO checks (what, got, want) SELECT 'without features: -ln 3 - ln 2', round(log_likelihood_null, 12), -1.791759469228 FROM cox_summary('three', 't', 'e', 'x');
INSERT INTO checks (what, got, want) SELECT 'a number has no category', category IS NULL AND reference IS NULL AND robust_se IS NULL AND note IS NULL, 1 FROM cox_model('three', 't', 'e', 'x');

-- NULL: not a row. An entry of 0 is the beginning, of NULL: not a row either.
CREATE TABLE life (id INTEGER PRIMARY KEY, t, e, start, a, b, c, d, lvl, "odd, name", w, s, k);
INSERT INTO life WITH RECURSIVE i(k) AS (SELECT 0 UNION ALL SELECT k + 1 FROM i WHERE k < 119)
SELECT NULL, k * 7 % 23, k * 5 % 7 < 4, iif(k % 4 = 0 AND k * 7 % 23 > 2, k * 7 % 23 / 3, 0), k % 2, 1, 1 - k % 2, k * k % 11, char(97 + k % 3), 'v' || (k % 2), 1, k % 2, k / 4 FROM i;
CREATE VIEW gaps AS SELECT * FROM life UNION ALL SELECT 1000, NULL, 1, NULL, 1, 1, 1, 1, 'z', 'z', 1, 1, 1 UNION ALL SELECT 1001, 3, NULL, NULL, 1, 1, 1, 1, 'z', 'z', 1, 1, 1
  UNION ALL SELECT 1002, 3, 1, NULL, NULL, 1, 1, 1, 'z', 'z', 1, 1, 1 UNION ALL SELECT 1003, 3, 1, NULL, 1, 1, 1, 1, NULL, 'z', 1, 1, 1;
CREATE TABLE plain AS SELECT * FROM cox_model('life', 't', 'e', 'a, d, lvl');
CREATE TABLE with_gaps AS SELECT * FROM cox_model('gaps', 't', 'e', 'a, d, lvl');
INSERT INTO checks (what, got, want) SELECT 'NULL is no row, and no level', (SELECT count(*) FROM (SELECT * FROM plain EXCEPT SELECT * FROM with_gaps)) || (SELECT count(*) FROM with_gaps), '04';
INSERT INTO checks (what, got, want) SELECT 'rows and events', rows || ' ' || events, '120 69' FROM cox_summary('gaps', 't', 'e', 'a, d, lvl');
INSERT INTO checks (what, got, want) SELECT 'the order of terms', group_concat(term), 'lvl: b,lvl: c,odd, name: v1,d' FROM cox_model('life', 't', 'e', 'lvl,"odd, name",d');
INSERT INTO checks (what, got, want) SELECT 'integers as levels', group_concat(term), 'd: 0,d: 1,d: 3,d: 5,d: 9' FROM cox_model('life', 't', 'e', 'd[4]');

CREATE VIEW one_level AS SELECT *, 'same' AS one FROM life;
CREATE VIEW nobody AS SELECT * FROM life WHERE 0;
CREATE TABLE subscribers AS SELECT * FROM demo_contracts(8000, 5);
CREATE TABLE demo (term, truth);
INSERT INTO demo VALUES ('plan: yearly', -0.8), ('plan: two_year', -1.6), ('senior', 0.5), ('monthly_charges', 0.01), ('channel: referral', 0), ('channel: search', 0), ('channel: social', 0);

-- Weights count rows; entry, strata and clusters: by hand elsewhere (tests/unit/cox/test_cox.c).
CREATE VIEW twice AS SELECT * FROM life UNION ALL SELECT * FROM life WHERE id % 3 = 0;
CREATE VIEW weighted AS SELECT *, 1 + (id % 3 = 0) AS times, iif(id % 3, 1, 2) * (id < 100) AS some FROM life;
INSERT INTO checks (what, got, want)
SELECT 'a weight of 2 is the row twice', round(a.coef, 11) || ' ' || round(a.se, 11), round(b.coef, 11) || ' ' || round(b.se, 11)
FROM (SELECT * FROM cox_model('twice', 't', 'e', 'd', 'breslow')) AS a, (SELECT * FROM cox_model('weighted', 't', 'e', 'd', 'breslow') WHERE weight_column = 'times') AS b;
INSERT INTO checks (what, got, want) SELECT 'a weight of 0 is no row', rows, 99 FROM cox_summary('weighted', 't', 'e', 'd') WHERE weight_column = 'some';
INSERT INTO checks (what, got, want)
SELECT 'rows of one customer', robust_se > 0 AND abs(z - coef / robust_se) < 1e-12 AND low < hazard_ratio AND hazard_ratio < high, 1 FROM cox_model('life', 't', 'e', 'd') WHERE cluster_column = 'k';
INSERT INTO checks (what, got, want)
SELECT 'strata have a baseline each', count(DISTINCT stratum) || ' ' || sum(time = 0) || ' ' || min(survival >= low AND survival <= high AND survival <= 1), '2 2 1' FROM cox_baseline('life', 't', 'e', 'd') WHERE strata_column = 's';
INSERT INTO checks (what, got, want)
SELECT 'who enters late is not at risk before', (SELECT sum(t >= 3 AND coalesce(start, -1) < 3) FROM life), at_risk FROM cox_baseline('life', 't', 'e', 'd') WHERE entry_column = 'start' AND time = 3;
INSERT INTO checks (what, got, want) SELECT 'a wider interval', a.low < b.low AND a.high > b.high, 1
FROM (SELECT * FROM cox_model('life', 't', 'e', 'd') WHERE level = 0.99) AS a, (SELECT * FROM cox_model('life', 't', 'e', 'd')) AS b;

-- R2
INSERT INTO checks (what, got, want)
SELECT 'what has no estimate', group_concat(term || ' ' || coalesce(note, '-') || ' ' || (coef IS NULL) || (se IS NULL) || (hazard_ratio IS NULL) || (p IS NULL), '; '),
  'a - 0000; b constant 1111; c collinear with a 1111; d - 0000' FROM cox_model('life', 't', 'e', 'a, b, c, d');
INSERT INTO checks (what, got, want) SELECT 'and the others are as without it', round(a.coef, 12), round(b.coef, 12)
FROM (SELECT * FROM cox_model('life', 't', 'e', 'a, b, c, d') WHERE term = 'd') AS a, (SELECT * FROM cox_model('life', 't', 'e', 'a, d') WHERE term = 'd') AS b;
INSERT INTO checks (what, got, want) SELECT 'tests of them', group_concat(term || ' ' || df || ' ' || (p IS NULL)), 'b 0 1,lvl 2 0,lvl: b 1 0,lvl: c 1 0,GLOBAL 2 0' FROM cox_zph('life', 't', 'e', 'b, lvl');
INSERT INTO checks (what, got, want) SELECT 'no degree of freedom', df || ' ' || likelihood_ratio || ' ' || (likelihood_ratio_p IS NULL) || ' ' || concordance, '0 0.0 1 0.5' FROM cox_summary('life', 't', 'e', 'b');
INSERT INTO checks (what, got, want) SELECT 'a text of one level', group_concat(term || ' ' || coalesce(note, '-')), 'one constant,d -' FROM cox_model('one_level', 't', 'e', 'one, d');
INSERT INTO checks (what, got, want) SELECT 'no row', count(*), 0 FROM cox_model('nobody', 't', 'e', 'a');
INSERT INTO checks (what, got, want) SELECT 'nor a summary', count(*), 0 FROM cox_summary('nobody', 't', 'e', 'a');

-- Known truth: ext/core/contracts/demo_contracts.h gives yearly -0.8, two_year -1.6, senior 0.5, monthly_charges 0.01, channel none.
INSERT INTO checks (what, got, want)
SELECT 'known truth within 3.5 errors: ' || m.term, abs(coef - truth) < 3.5 * se, 1
FROM demo LEFT JOIN (SELECT * FROM cox_model('subscribers', 'tenure', 'churned', 'plan[monthly], senior, monthly_charges, channel')) AS m USING (term);

-- R3, and what is refused.
CREATE VIEW parted AS SELECT *, iif(e, 'left', 'stays') AS state, 0 AS never, d || ' of ' || id AS many, iif(id = 7, 'x', d) AS mixed, -t AS minus, t AS late, iif(id = 9, 'maybe', e) AS doubt FROM life;
-- expect error
SELECT * FROM cox_model('parted', 't', 'e', 'd, state');
-- expect error
SELECT * FROM cox_summary('parted', 't', 'never', 'd');
-- expect error
SELECT * FROM cox_model('parted', 't', 'b', 'many');
-- expect error
SELECT * FROM cox_model('parted', 't', 'e', 'mixed');
-- expect error
SELECT * FROM cox_model('parted', 'minus', 'e', 'd');
-- expect error
SELECT * FROM cox_model('parted', 't', 'doubt', 'd');
-- expect error
SELECT * FROM cox_model('parted', 't', 'e', 'd') WHERE entry_column = 'late';
-- expect error
SELECT * FROM cox_model('parted', 't', 'e', 'd') WHERE weight_column = 'minus';
-- expect error
SELECT * FROM cox_model('parted', 't', 'e', 'lvl[q]');
-- expect error
SELECT * FROM cox_model('parted', 't', 'e', 'd, D');
-- expect error
SELECT * FROM cox_model('parted', 't', 'e', 'd,, a');
-- expect error
SELECT * FROM cox_model('parted', 't', 'e', 'd[3');
-- expect error
SELECT * FROM cox_model('parted', 't', 'e', '"d');
-- expect error
SELECT * FROM cox_model('parted', 't', 'e', '"d" a');
-- expect error
SELECT * FROM cox_model('life', 't', 'e', 'nowhere');
-- expect error
SELECT * FROM cox_model('life', 't', 'e');
-- expect error
SELECT * FROM cox_model('life', 't', 'e', 'd', 'exact');
-- expect error
SELECT * FROM cox_zph('life', 't', 'e', 'd') WHERE transform = 'log';

-- One row, or few, at which nobody left, among many: no coefficient of -22, but an error that names it. One with the event is enough.
CREATE TABLE rare AS WITH RECURSIVE i(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM i WHERE n < 2000) SELECT 1 + n * 7 % 30 AS t, n * 13 % 5 < 2 AS e, 'b' AS g, 0 AS x, n % 2 AS half, NULL AS blank FROM i;
INSERT INTO rare VALUES (5, 0, 'rare', 1, 0, NULL);
-- expect error
SELECT * FROM cox_model('rare', 't', 'e', 'g');
-- expect error
SELECT * FROM cox_model('rare', 't', 'e', 'half, x') WHERE ties = 'breslow';
-- expect error
SELECT * FROM cox_model('rare', 't', 'e', 'x, half') WHERE strata_column = 'half';
INSERT INTO rare VALUES (5, 1, 'rare', 1, 0, NULL);
INSERT INTO checks (what, got, want) SELECT 'with one event: ' || term, (coef BETWEEN 1 AND 4 AND se BETWEEN 0.9 AND 1.2), 1 FROM cox_model('rare', 't', 'e', 'g');
-- The level at which nobody left is the stated reference.
CREATE TABLE safe AS SELECT plan, tenure, churned AND plan <> 'two_year' AS churned FROM demo_contracts(600, 3) WHERE contract = 1;
-- expect error
SELECT * FROM cox_model('safe', 'tenure', 'churned', 'plan[two_year]');
-- As many clusters as terms give no errors.
-- expect error
SELECT * FROM cox_model('rare', 't', 'e', 'g, half') WHERE cluster_column = 'half';
-- Nothing takes part, and why.
-- expect error
SELECT * FROM cox_summary('rare', 't', 'e', 'half, blank');
CREATE VIEW never AS SELECT t, iif(half, e, NULL) AS e, iif(half, NULL, x) AS x FROM rare;
-- expect error
SELECT * FROM cox_model('never', 't', 'e', 'x');
CREATE TABLE marked AS SELECT 'n/a' AS x, 3 AS t, 1 AS e UNION ALL SELECT 5, 4, 0;
-- expect error
SELECT * FROM cox_model('marked', 't', 'e', 'x');
