-- demo_contracts: a plausible business, the same everywhere (the hazards are tested in tests/unit/contracts/test_demo_contracts.c).
CREATE TEMP TABLE d AS SELECT * FROM demo_contracts(1000, 1);
SELECT iif(count(*) = 1710 AND sum(churned) = 344 AND sum(tenure) = 12232, 'ok', 'FAIL') || ' the first version''s rows' FROM d;
SELECT iif(count(*) = 0, 'ok', 'FAIL') || ' the defaults are 1000 and 1' FROM (SELECT * FROM demo_contracts EXCEPT SELECT * FROM d);
SELECT iif(count(*) = 1000 AND min(contract) = 1 AND max(contract) = 1, 'ok', 'FAIL') || ' each customer counts once' FROM d WHERE tenure IS NOT NULL;
SELECT iif(count(*) = 0, 'ok', 'FAIL') || ' the truth is in the first row only' FROM d WHERE (contract = 1) IS NOT (tenure IS NOT NULL) OR (contract = 1) IS NOT (churned IS NOT NULL) OR (churned IS 1) IS NOT (cause IS NOT NULL);
SELECT iif(count(*) = 0, 'ok', 'FAIL') || ' dates are in the window' FROM d WHERE start < '2023-01-01' OR start > '2025-12-31' OR start IS NOT date(start) OR "end" <= start;
SELECT iif(count(*) = 0, 'ok', 'FAIL') || ' amounts are whole cents' FROM d WHERE amount IS NOT round(amount, 2) OR amount < 5;
SELECT iif(count(*) = 0, 'ok', 'FAIL') || ' entry lies before tenure' FROM d WHERE entry > tenure OR (churned AND entry = tenure);
-- expect error
SELECT * FROM demo_contracts(0);
-- expect error
SELECT * FROM demo_contracts(10, -1);
SELECT 'assertions: 9';
