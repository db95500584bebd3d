"""Loading retain from Python's sqlite3:  python_loading.py LOADABLE

Prints `ok …`, `FAIL …` or, where this Python was built without extension loading, `skip …`.
"""
import sqlite3
import sys


def main(loadable):
    db = sqlite3.connect(":memory:")
    if not hasattr(db, "enable_load_extension"):
        print("skip host/python: this Python's sqlite3 cannot load extensions")
        return
    db.enable_load_extension(False)
    try:
        db.load_extension(loadable)
        print("FAIL host/python: loaded although loading is off")
    except sqlite3.OperationalError as error:
        print("ok host/python: refused while loading is off:", error)
    db.enable_load_extension(True)
    db.load_extension(loadable)
    db.enable_load_extension(False)
    db.execute("CREATE TABLE orders AS SELECT * FROM demo_orders(100, 1)")
    rows = db.execute("SELECT customer, segment FROM rfm('orders') ORDER BY customer").fetchall()
    good = len(rows) == 100 and all(isinstance(customer, int) and segment for customer, segment in rows)
    print("ok" if good else "FAIL", "host/python: a table function:", len(rows), "rows")
    rate = db.execute("SELECT retention_rate(?, ?, ?)", (1000, 1100, 300)).fetchone()[0]
    print("ok" if rate == 0.8 else "FAIL", "host/python: a scalar with bound values:", rate)
    try:
        db.execute("SELECT * FROM rfm('orders') WHERE bins = 99").fetchall()
        print("FAIL host/python: no error for bins = 99")
    except sqlite3.OperationalError as error:
        print("ok" if "bins" in str(error) else "FAIL", "host/python: an error reaches Python:", error)
    db.set_progress_handler(lambda: 1, 1000)
    try:
        db.execute("SELECT count(*) FROM rfm((SELECT retain_log(customer_id, ordered_at, amount) FROM demo_orders(20000, 1)))").fetchall()
        print("FAIL host/python: the progress handler did not stop it")
    except sqlite3.OperationalError as error:
        print("ok host/python: the progress handler stops it:", error)
    db.close()


main(sys.argv[1])
