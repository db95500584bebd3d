-- ext/fn/REFERENCE.md, as Markdown, from the tables of reference_help.sql. Run in list mode by tests/support/reference, which puts the
-- laid-out statement and the result of example N where a line says "@@statement N" and "@@result N".
.read tests/support/reference_intro.sql

-- Every piece of every function with the place where it stands; a piece is one or more lines.
CREATE TEMP TABLE piece(place INTEGER, part INTEGER, line INTEGER, text TEXT);

INSERT INTO piece
SELECT min(place), 0, 0, char(10) || '## ' || title FROM call GROUP BY family;

INSERT INTO piece
SELECT place, 1, 0, char(10) || '### ' || heading || char(10, 10) || '`' || signature || '`' || char(10, 10)
       || '*' || CASE kind WHEN 'table' THEN 'Table function' WHEN 'scalar' THEN 'Scalar function'
       WHEN 'window' THEN 'Aggregate, also as a window function' ELSE 'Aggregate' END || '.* ' || summary || char(10, 10) || '**Returns:** ' || result
FROM call;

-- A parameter: its accepted values stand beside its meaning, where they say more than "text".
CREATE TEMP TABLE parameter AS
SELECT c.place, c.signature, c.kind, h.place AS line, h.item, h.fallback, h.accepted, h.help,
       c.kind = 'table' AND c.signature LIKE '%, …)' AND EXISTS (SELECT 1 FROM common WHERE common.item = h.item AND common.help = h.help) AS is_common
FROM call AS c JOIN help AS h ON h.place > c.first AND h.place < c.next AND h.topic = 'parameter';

INSERT INTO piece
SELECT DISTINCT place, 2, 0, char(10) || '| parameter | default | accepts | meaning |' || char(10) || '|---|---|---|---|' FROM parameter;

INSERT INTO piece
SELECT place, 2, line, '| `' || item || '` | ' || CASE fallback WHEN '(required)' THEN '*required*' WHEN '(none)' THEN '' ELSE '`' || fallback || '`' END || ' | '
       || CASE WHEN accepted IN ('text', 'any value') THEN '' WHEN accepted LIKE 'the name of a table or view%retain_%' THEN 'a source'
               WHEN accepted LIKE 'the name of a table or view%' THEN 'a table or view' WHEN accepted LIKE 'the name of a column%' THEN 'a column name' ELSE replace(replace(accepted, 'one of ', ''), '|', '\|') END
       || ' | ' || replace(help, '|', '\|') || ' |'
FROM parameter WHERE NOT is_common;

INSERT INTO piece
SELECT place, 3, 0, char(10) || 'And the [common parameters](#common-parameters): ' || group_concat('`' || item || '`', ', ') || '.'
FROM parameter WHERE is_common GROUP BY place;

INSERT INTO piece
SELECT place, 4, 0, char(10) || '| column | type | meaning |' || char(10) || '|---|---|---|' FROM call WHERE kind = 'table';

INSERT INTO piece
SELECT c.place, 4, h.place, '| `' || item || '` | ' || type || ' | ' || replace(help, '|', '\|') || ' |'
FROM call AS c JOIN help AS h ON h.place > c.first AND h.place < c.next AND h.topic = 'column';

INSERT INTO piece
SELECT place, 5, 0, char(10) || '**NULL:** ' || nulls || char(10, 10) || '**Errors:** ' || errors || char(10, 10) || '**Formula and source:** ' || formula
       || char(10, 10) || '```sql' || char(10) || '@@statement ' || place || char(10) || '```'
       || iif(name = 'retain_version', '', char(10) || '```text' || char(10) || '@@result ' || place || char(10) || '```')
FROM call;

SELECT text FROM piece ORDER BY place, part, line;
