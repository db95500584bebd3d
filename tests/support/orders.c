#include "orders.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "connection.h"

#define SPAN_SECONDS (3L * 365 * 86400)
#define FIRST_SECOND INT64_C(1672531200) /* 2023-01-01 */

static uint64_t mix(uint64_t x)
{
  x += UINT64_C(0x9e3779b97f4a7c15);
  x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
  x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
  return x ^ (x >> 31);
}

static bool complete(const char *file, long rows)
{
  sqlite3 *db = NULL;
  sqlite3_stmt *statement = NULL;
  bool found = false;
  if (sqlite3_open_v2(file, &db, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK &&
      sqlite3_prepare_v2(db, "PRAGMA user_version", -1, &statement, NULL) == SQLITE_OK &&
      sqlite3_step(statement) == SQLITE_ROW) {
    found = sqlite3_column_int64(statement, 0) == rows;
  }
  sqlite3_finalize(statement);
  sqlite3_close(db);
  return found;
}

/* Seconds since 1970 as civil text; years 1970 … 2099. */
static void time_text(int64_t seconds, char out[64])
{
  static const int DAYS[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  int year = 1970, month = 0, day = (int)(seconds / 86400), second = (int)(seconds % 86400);
  for (int length; day >= (length = year % 4 == 0 ? 366 : 365); year++) {
    day -= length;
  }
  for (int length; day >= (length = DAYS[month] + (month == 1 && year % 4 == 0)); month++) {
    day -= length;
  }
  snprintf(out, 64, "%04d-%02d-%02d %02d:%02d:%02d", year, month + 1, day + 1, second / 3600, second / 60 % 60,
           second % 60);
}

void orders_write(const char *file, long rows, OrdersForm form)
{
  if (complete(file, rows)) {
    return;
  }
  remove(file);
  sqlite3 *db = NULL;
  sqlite3_stmt *insert = NULL;
  char text[64];
  uint64_t known = 0;
  sqlite3_open(file, &db);
  connection_must(db, "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; BEGIN");
  connection_must(
    db,
    form == ORDERS_TEXT_IDS
      ? "CREATE TABLE orders(order_id INTEGER PRIMARY KEY, customer_id TEXT, ordered_at TEXT, amount REAL)"
    : form == ORDERS_STORES
      ? "CREATE TABLE orders(order_id INTEGER PRIMARY KEY, customer_id INTEGER, ordered_at TEXT, amount REAL, store "
        "INTEGER)"
      : "CREATE TABLE orders(order_id INTEGER PRIMARY KEY, customer_id INTEGER, ordered_at TEXT, amount REAL)");
  sqlite3_prepare_v2(db,
                     form == ORDERS_STORES
                       ? "INSERT INTO orders(customer_id, ordered_at, amount, store) VALUES(?, ?, ?, ?)"
                       : "INSERT INTO orders(customer_id, ordered_at, amount) VALUES(?, ?, ?)",
                     -1, &insert, NULL);
  for (long i = 0; i < rows; i++) {
    uint64_t random = mix((uint64_t)i), other = mix(random);
    uint64_t customer;
    if (i == 0 || random % 10 == 0) {
      customer = ++known;
    } else {
      double u = (double)(other >> 11) * 0x1p-53;
      customer = known - (uint64_t)((double)known * u * u);
    }
    if (form == ORDERS_TEXT_IDS) {
      int length = snprintf(text, sizeof text, "cust-%09llu", (unsigned long long)customer);
      sqlite3_bind_text(insert, 1, text, length, SQLITE_TRANSIENT);
    } else {
      sqlite3_bind_int64(insert, 1, (int64_t)customer);
    }
    long place = form == ORDERS_SHUFFLED ? (long)(mix(other) % (uint64_t)rows) : i;
    time_text(FIRST_SECOND + (int64_t)((double)place / (double)rows * SPAN_SECONDS), text);
    sqlite3_bind_text(insert, 2, text, 19, SQLITE_TRANSIENT);
    sqlite3_bind_double(insert, 3, (double)(199 + (random >> 32) % 20000) / 100);
    if (form == ORDERS_STORES) {
      uint64_t third = mix(other);
      sqlite3_bind_int64(insert, 4, (int64_t)((third % 10 ? mix(customer) : mix(third)) % 1000));
    }
    if (sqlite3_step(insert) != SQLITE_DONE) {
      fprintf(stderr, "FAIL %s: %s\n", file, sqlite3_errmsg(db));
      exit(2);
    }
    sqlite3_reset(insert);
  }
  sqlite3_finalize(insert);
  if (form == ORDERS_INDEXED) {
    connection_must(db, "CREATE INDEX orders_by_customer ON orders(customer_id, ordered_at, amount)");
  }
  snprintf(text, sizeof text, "PRAGMA user_version = %ld", rows);
  connection_must(db, text);
  connection_must(db, "COMMIT");
  sqlite3_close(db);
}

void orders_file(const char *folder, long rows, OrdersForm form, char out[ORDERS_NAME_MAX])
{
  static const char *const SUFFIX[] = {"", "-text", "-shuffled", "-indexed", "-stores"};
  snprintf(out, ORDERS_NAME_MAX, "%s/orders-%ld%s.db", folder, rows, SUFFIX[form]);
  orders_write(out, rows, form);
}
