-- retain_version: says what is loaded and what runs it; the version itself changes.
SELECT iif(retain_version() GLOB 'retain [0-9]*.[0-9]*.[0-9]* (*, *), SQLite ' || sqlite_version(), 'ok', 'FAIL: ' || retain_version()) || ' version, form, compiler, SQLite';
SELECT iif(retain_version() LIKE '% (static, %' OR retain_version() LIKE '% (loadable, %', 'ok', 'FAIL: ' || retain_version()) || ' form';
SELECT 'assertions: 2';
