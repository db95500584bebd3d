-- The tables that the other scripts of tests/support/reference read: a row per function, form by form, and its parameters and columns.
CREATE TABLE help AS SELECT row_number() OVER () AS place, name, kind, topic, item, type, fallback, accepted, help FROM retain_help('*');

-- What the families are called for a reader.
CREATE TABLE family(name TEXT PRIMARY KEY, title TEXT NOT NULL);
INSERT INTO family VALUES
  ('events', 'Sources, checks and demo data'), ('measures', 'Retention, cohorts, repeat purchases, feedback'), ('rfm', 'RFM segments'),
  ('btyd', 'Customer value with purchase models'), ('churn', 'Churn risk'), ('survival', 'Survival analysis'), ('cox', 'Cox regression'),
  ('regression', 'Logistic and Weibull regression, quality of a score'), ('contracts', 'Subscriptions and contracts'), ('time', 'Calendar'),
  ('base', 'Help and version');

-- retain_help has the functions in the order of functions.def.
CREATE TABLE call AS
WITH form AS (
  SELECT s.place AS first, name, kind, s.help AS signature,
         row_number() OVER (PARTITION BY kind = 'table' ORDER BY s.place) AS n, row_number() OVER (PARTITION BY name ORDER BY s.place) AS form,
         lead(s.place, 1, 1e9) OVER (ORDER BY s.place) AS next
  FROM help AS s WHERE topic = 'signature')
SELECT l.place, l.family, f.title, form.name, form.kind, signature, form.form, first,
       -- '### rfm', or '### retention_rate (window)' where the name has a form before this one
       form.name || iif(form.form > 1, ' (' || form.kind || ')', '') AS heading, form.name || iif(form.form > 1, '-' || form.kind, '') AS anchor,
       max(iif(topic = 'result', help, '')) AS result, max(iif(topic = 'nulls', help, '')) AS nulls, max(iif(topic = 'errors', help, '')) AS errors,
       max(iif(topic = 'formula', help, '')) AS formula, max(iif(topic = 'example', help, '')) AS example,
       (SELECT help FROM help AS s WHERE s.place < form.first AND topic = 'summary' ORDER BY s.place DESC LIMIT 1) AS summary, form.next
FROM form JOIN listed AS l ON l.n = form.n AND l.kind = iif(form.kind = 'table', 'TABLE', 'FUNCTION')
LEFT JOIN family AS f ON f.name = l.family JOIN help AS h ON h.place > first AND h.place < form.next
GROUP BY l.place;

-- A family without a title, or a function that is in one list only, fails here.
CREATE TABLE complete(
  missing INTEGER CHECK (missing = 0));
INSERT INTO complete SELECT count(*) FROM call WHERE title IS NULL;
INSERT INTO complete SELECT (SELECT count(*) FROM listed) != count(*) FROM call;
INSERT INTO complete SELECT (SELECT count(*) FROM help WHERE topic = 'signature') != count(*) FROM call;

-- The parameters that a signature has as "…" because all functions on events have them.
CREATE TABLE common AS
SELECT DISTINCT item, fallback, accepted, help FROM help
WHERE name = 'rfm' AND topic = 'parameter' AND place > (SELECT max(place) FROM help WHERE name = 'rfm' AND topic = 'parameter') - 5;
