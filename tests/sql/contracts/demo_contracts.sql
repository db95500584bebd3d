-- demo_contracts: a plausible business, the same everywhere (the hazards are tested in tests/unit/contracts/test_demo_contracts.c).
CREATE TEMP TABLE d AS SELECT * FROM demo_contracts(1000, 1);
INSERT INTO checks (what, got, want) SELECT 'the first version''s rows', (count(*) = 1710 AND sum(churned) = 344 AND sum(tenure) = 12232), 1 FROM d;
INSERT INTO checks (what, got, want) SELECT 'the defaults are 1000 and 1', count(*), 0 FROM (SELECT * FROM demo_contracts EXCEPT SELECT * FROM d);
INSERT INTO checks (what, got, want) SELECT 'each customer counts once', (count(*) = 1000 AND min(contract) = 1 AND max(contract) = 1), 1 FROM d WHERE tenure IS NOT NULL;
INSERT INTO checks (what, got, want) SELECT 'the truth is in the first row only', count(*), 0 FROM d WHERE (contract = 1) IS NOT (tenure IS NOT NULL) OR (contract = 1) IS NOT (churned IS NOT NULL) OR (churned IS 1) IS NOT (cause IS NOT NULL);
INSERT INTO checks (what, got, want) SELECT 'dates are in the window', count(*), 0 FROM d WHERE start < '2023-01-01' OR start > '2025-12-31' OR start IS NOT date(start) OR "end" <= start;
INSERT INTO checks (what, got, want) SELECT 'amounts are whole cents', count(*), 0 FROM d WHERE amount IS NOT round(amount, 2) OR amount < 5;
INSERT INTO checks (what, got, want) SELECT 'entry lies before tenure', count(*), 0 FROM d WHERE entry > tenure OR (churned AND entry = tenure);
-- expect error
SELECT * FROM demo_contracts(0);
-- expect error
SELECT * FROM demo_contracts(10, -1);
