-- The table of functions in README.md: a line per function, by family. What the summary adds after a colon is left to the reference.
SELECT char(10) || '| [' || title || '](ext/fn/REFERENCE.md#' || replace(replace(lower(title), ' ', '-'), ',', '') || ') | |' || char(10) || '|---|---|' || char(10)
       || group_concat('| `' || name || '` | ' || iif(instr(summary, ': ') > 24, substr(summary, 1, instr(summary, ': ') - 1), rtrim(summary, '.')) || ' |', char(10))
FROM (SELECT * FROM call ORDER BY place) GROUP BY family ORDER BY min(place);
SELECT '';
