-- retain_help: everything is documented, and the rows are in reading order.
CREATE TEMP TABLE help AS SELECT row_number() OVER () AS n, * FROM (SELECT * FROM retain_help('*'));
CREATE TEMP TABLE bad(what TEXT, which TEXT);

INSERT INTO bad SELECT 'documented', name || ' ' || topic || ' ' || coalesce(item, '') FROM help WHERE coalesce(trim(help), '') = '';
INSERT INTO bad SELECT 'all topics', name || ' ' || kind FROM help GROUP BY name, kind
  HAVING sum(topic = 'summary') != 1 OR sum(topic = 'signature') != 1 OR sum(topic = 'result') != 1 OR sum(topic = 'nulls') != 1
      OR sum(topic = 'errors') != 1 OR sum(topic = 'formula') != 1 OR sum(topic = 'example') != 1 OR (sum(topic = 'column') > 0) != (kind = 'table');
INSERT INTO bad SELECT 'kinds', kind FROM help WHERE kind NOT IN ('table', 'scalar', 'aggregate', 'window');
INSERT INTO bad SELECT 'items', name || ' ' || topic FROM help WHERE (item IS NULL) != (topic NOT IN ('parameter', 'column'));
INSERT INTO bad SELECT 'parameters say type, default and values', name || ' ' || item FROM help
  WHERE topic = 'parameter' AND (type IS NULL OR fallback IS NULL OR accepted IS NULL);
INSERT INTO bad SELECT 'items are unique', name || ' ' || kind || ' ' || item FROM help WHERE item IS NOT NULL
  GROUP BY name, kind, item, topic HAVING count(*) > 1;
INSERT INTO bad SELECT 'no parameter has the name of a column', name || ' ' || item FROM help WHERE topic IN ('parameter', 'column')
  GROUP BY name, kind, item HAVING count(DISTINCT topic) > 1;
INSERT INTO bad SELECT 'required parameters come first', name || ' ' || item FROM help AS late
  WHERE topic = 'parameter' AND fallback = '(required)' AND EXISTS
    (SELECT 1 FROM help WHERE name = late.name AND kind = late.kind AND topic = 'parameter' AND fallback != '(required)' AND n < late.n);
INSERT INTO bad SELECT 'summaries are one sentence', name || ': ' || help FROM help WHERE topic = 'summary' AND (length(help) > 160 OR instr(help, char(10)) OR help LIKE '%. %');
INSERT INTO bad SELECT 'examples are one statement', name FROM help WHERE topic = 'example' AND (help NOT LIKE '%SELECT%' OR help LIKE '%;%');
INSERT INTO bad SELECT 'sources of events take the event parameters', name FROM help WHERE kind = 'table' GROUP BY name
  HAVING sum(item IS 'source' AND help LIKE '%retain_log%') > 0 AND sum(topic = 'parameter' AND item IN ('customer_column', 'time_column', 'value_column', 'as_of', 'time_zone')) < 4;
-- Table functions are known to SQLite under their documented columns; the parameters are hidden behind them.
INSERT INTO bad SELECT 'columns are those of the function', m.name || ' ' || c.name FROM pragma_module_list AS m, pragma_table_xinfo(m.name) AS c
  WHERE m.name IN (SELECT name FROM help WHERE kind = 'table')
    AND NOT EXISTS (SELECT 1 FROM help WHERE help.name = m.name AND item = c.name AND topic = iif(c.hidden, 'parameter', 'column'));
-- Every documented function is one that SQLite knows, in the form that was documented.
INSERT INTO bad SELECT 'registered', name || ' ' || kind FROM help WHERE topic = 'summary' AND kind != 'table' AND NOT EXISTS
  (SELECT 1 FROM pragma_function_list AS f WHERE f.name = help.name AND f.type = CASE kind WHEN 'scalar' THEN 's' WHEN 'window' THEN 'w' ELSE 'a' END);
INSERT INTO bad SELECT 'registered', name FROM help WHERE topic = 'summary' AND kind = 'table' AND name NOT IN (SELECT name FROM pragma_module_list);

INSERT INTO checks (what, got, want) SELECT column1, (SELECT group_concat(which, ', ') FROM bad WHERE what = column1), NULL FROM (VALUES
  ('documented'), ('all topics'), ('kinds'), ('items'), ('parameters say type, default and values'), ('items are unique'),
  ('no parameter has the name of a column'), ('required parameters come first'), ('summaries are one sentence'), ('examples are one statement'),
  ('sources of events take the event parameters'), ('columns are those of the function'), ('registered'));

INSERT INTO checks (what, got, want) SELECT 'there is something to document', (count(DISTINCT name) > 20 AND count(*) > 300), 1 FROM help;
INSERT INTO checks (what, got, want) SELECT 'one function by name', ((SELECT count(*) FROM retain_help('RETAIN_HELP')) = (SELECT count(*) FROM help WHERE name = 'retain_help')
       AND (SELECT count(*) FROM retain_help WHERE function = 'retain_help') = (SELECT count(*) FROM help WHERE name = 'retain_help')), 1;

.print -- left out: the contents, a line per function, each family in one piece
CREATE TEMP TABLE contents AS SELECT row_number() OVER () AS n, * FROM (SELECT * FROM retain_help);
INSERT INTO checks (what, got, want) SELECT 'a line per function', (SELECT group_concat(name || kind || help) FROM contents), (SELECT group_concat(name || kind || help) FROM help WHERE topic = 'summary');
INSERT INTO checks (what, got, want) SELECT 'NULL is left out', (SELECT count(*) FROM retain_help(NULL)), (SELECT count(*) FROM contents);
INSERT INTO checks (what, got, want) SELECT 'families in one piece', count(*), (SELECT count(DISTINCT family) FROM help)
FROM contents AS c WHERE family IS NOT (SELECT family FROM contents AS b WHERE b.n = c.n - 1);

.print -- a word, or a misspelt name: the functions that it may mean, the best first
SELECT family, name, topic, help FROM retain_help('churn');
INSERT INTO checks (what, got, want) SELECT 'nearest to ' || column1, (SELECT name FROM retain_help(column1) LIMIT 1), column2 FROM (VALUES
  ('retension_by_period', 'retention_by_period'), ('rfmm', 'rfm'), ('survival_cruve', 'survival_curve'), ('Cohort-Retention', 'cohort_retention'),
  ('cohort retention', 'cohort_retention'), ('excel', 'time_parse'), ('moved segments', 'segment_flow'), ('MRR', 'mrr_movements'),
  ('bootstrap', 'clv_forecast'), ('churn', 'churn_risk'), ('churnrisk', 'churn_risk'));
INSERT INTO checks (what, got, want) SELECT 'at most ten', count(*), 10 FROM retain_help('customer');
-- expect error
SELECT * FROM retain_help('xqzw');

.print -- in Chinese; a language may have a region or a script
SELECT family, name, help FROM retain_help('rfm', 'zh') WHERE topic = 'summary';
SELECT family, name, item, help FROM retain_help('rfm') WHERE lang = 'zh-CN' AND item IN ('bins', 'customer', 'time_zone');
SELECT family, name FROM retain_help('流失', 'zh_Hans') LIMIT 3;
SELECT name FROM retain_help('同期群') LIMIT 2;
INSERT INTO checks (what, got, want) SELECT 'the rest is the same', count(*), 0 FROM (
  SELECT name, kind, topic, item, type, fallback, accepted, iif(topic IN ('summary', 'parameter', 'column'), '', help) FROM retain_help('*', 'zh') EXCEPT
  SELECT name, kind, topic, item, type, fallback, accepted, iif(topic IN ('summary', 'parameter', 'column'), '', help) FROM retain_help('*', 'EN-us'));
-- expect error
SELECT * FROM retain_help('rfm', 'de');
-- expect error
SELECT * FROM retain_help('rfm', 'zh-');
-- expect error
SELECT * FROM retain_help('');

INSERT INTO checks (what, got, want) SELECT 'filtered again and again in a join', (SELECT count(*) FROM (SELECT 'demo_orders' AS wanted UNION ALL SELECT 'retain_help') JOIN retain_help(wanted)), (SELECT count(*) FROM help WHERE name IN ('demo_orders', 'retain_help'));
.headers on
SELECT topic, item, type, fallback, accepted, help FROM retain_help('retain_help');
.headers off
