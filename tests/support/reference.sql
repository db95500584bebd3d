-- The reference section of README.md, as Markdown, from retain_help. Run in list mode:
--   sqlite3 -batch :memory: '.load ./retain' '.read tests/support/reference.sql'
CREATE TEMP TABLE help AS SELECT * FROM retain_help;
CREATE TEMP VIEW call AS
SELECT s.rowid AS n, s.name, s.kind, '`' || replace(s.help, '|', '\|') || '`' AS signature,
       (SELECT replace(rtrim(help, '.'), '|', '\|') FROM help WHERE name = s.name AND kind = s.kind AND topic = 'summary') AS summary,
       (SELECT replace(group_concat('`' || item || '`', ', '), '|', '\|') FROM help WHERE name = s.name AND kind = s.kind AND topic = 'column') AS columns
FROM help AS s WHERE topic = 'signature';

SELECT '| table function | what it answers | columns |';
SELECT '|---|---|---|';
SELECT '| ' || signature || ' | ' || summary || ' | ' || columns || ' |' FROM call WHERE kind = 'table' ORDER BY n;
SELECT '';
SELECT '| function | kind | what it answers |';
SELECT '|---|---|---|';
SELECT '| ' || signature || ' | ' || kind || ' | ' || summary || ' |' FROM call WHERE kind != 'table' ORDER BY n;
