-- The table of functions in README.md: a line per function, by family. What a summary adds after the first of these marks is left to the reference.
CREATE TEMP TABLE mark(text TEXT);
INSERT INTO mark VALUES (': '), ('; '), (', by a '), (' by a proportional'), (', from a '), ('.');

WITH line AS (
  SELECT *, coalesce(substr(summary, 1, (SELECT min(instr(summary || '.', text)) FROM mark WHERE instr(summary || '.', text) > 24) - 1), rtrim(summary, '.')) AS brief FROM call ORDER BY place)
SELECT char(10) || '| [' || title || '](ext/fn/REFERENCE.md#' || replace(replace(lower(title), ' ', '-'), ',', '') || ') | |' || char(10) || '|---|---|' || char(10)
       || group_concat('| `' || name || '` | ' || brief || ' |', char(10))
FROM line GROUP BY family ORDER BY min(place);
SELECT '';
