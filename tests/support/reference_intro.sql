-- The beginning of ext/fn/REFERENCE.md: how to read it, its contents, the common parameters.
SELECT '<!-- Written by tests/support/reference from the functions'' specifications. Do not edit. -->
# Reference

Every function of retain with its parameters, columns, rules and an example. `SELECT * FROM retain_help(''rfm'')` gives the same text in
SQL. The [README](../../README.md) shows what the functions are for; how source, columns and `as_of` work is in its section
[Your own data](../../README.md#your-own-data).

- **Table functions** stand in `FROM` and return rows. Parameters go by position, `rfm(''orders'', 5)`, or by name with `=` in `WHERE`:
  `FROM rfm(''orders'') WHERE bins = 5`. Any other comparison with a parameter is an error. A parameter that was given, or its effective value,
  can be selected like a column: `SELECT DISTINCT bins, method, as_of FROM rfm(''orders'')`.
- A **source** is the name of a table or view in quotes, or a query: `(SELECT retain_log(customer, time, value) FROM …)` of purchases,
  `(SELECT retain_contracts(customer, start, end, amount) FROM …)` of contracts.
- **Scalar functions** return a value for each row, **aggregates** one for all rows or one per group. Their parameters go by position.
  An aggregate called a window function below also takes `OVER (…)`.
- A parameter without a default that is not *required* may be left out; NULL means left out, too.
- Rates are fractions from 0 to 1. Intervals are for 95 %, where there is no `level`. Times in results are UTC.
- The examples run as they stand, on data that `demo_orders` and `demo_contracts` generate. Their results show at most five rows and six
  digits.

## Contents
';
SELECT '- [' || title || '](#' || replace(replace(lower(title), ' ', '-'), ',', '') || '):' || char(10) || '  ' || group_concat('[`' || heading || '`](#' || anchor || ')', ',' || char(10) || '  ')
FROM (SELECT * FROM call ORDER BY place) GROUP BY family ORDER BY min(place);
SELECT '
## Common parameters

The functions on purchases read a source of events: a row per purchase, with a customer, a time and for some of them a value. They all have these
parameters, after their own; a function that needs no value has no `value_column`.

| parameter | default | accepts | meaning |
|---|---|---|---|';
SELECT '| `' || item || '` | ' || iif(fallback = '(none)', '', '`' || fallback || '`') || ' | '
       || CASE WHEN accepted LIKE 'the name of a column%' THEN 'a column name' ELSE accepted END || ' | ' || help || ' |'
FROM common;
