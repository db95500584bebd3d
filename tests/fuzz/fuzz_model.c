/*
** Models as JSON: the first bytes are the numbers of a customer, the rest is the text of a model, given in a buffer of
** its exact size to every function that takes one, alone and as both models of clv_expected(). An error is fine; a
** result is NULL or finite, and a probability where it is one.
*/
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "database.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define N_NUMBERS 8
enum {
  MODEL = 1,
  X,
  T_X,
  AGE,
  HORIZON,
  RATE,
  VALUE,
  Z1,
  Z2
};

typedef struct Query {
  const char *sql;
  double most; /* of the result; the least is 0 */
} Query;

static const Query QUERIES[] = {
  {"SELECT p_alive(?1, ?2, ?3, ?4)", 1},
  {"SELECT p_alive(?1, ?2, ?3, ?4, ?8, ?9)", 1},
  {"SELECT p_alive_at(?1, ?2, ?3, ?4, ?5)", 1},
  {"SELECT expected_purchases(?1, ?5)", INFINITY},
  {"SELECT expected_purchases(?1, ?5, ?2, ?3, ?4)", INFINITY},
  {"SELECT expected_purchases(?1, ?5, ?2, ?3, ?4, ?8)", INFINITY},
  {"SELECT purchase_pmf(?1, ?2, ?5)", 1},
  {"SELECT purchase_pmf(?1, ?2 / 2, ?5, ?2, ?3, ?4)", 1},
  {"SELECT dert(?1, ?6, ?2, ?3, ?4)", INFINITY},
  {"SELECT expected_value(?1, ?2, ?7)", INFINITY},
  {"SELECT clv_expected(?1, '{\"model\":\"gamma_gamma\",\"parameters\":{\"p\":6.25,\"q\":3.74,\"gamma\":15.45}}', ?5, "
   "?6, ?2, ?3, ?4, ?7, ?5 / 3)",
   INFINITY},
  {"SELECT clv_expected('{\"model\":\"bgnbd\",\"parameters\":{\"r\":0.243,\"alpha\":4.414,\"a\":0.793,\"b\":2.426}}', "
   "?1, 3, 0.01, 0, 0, ?4, NULL)",
   INFINITY},
  {"SELECT clv_expected(?1, ?1, ?5, ?6, ?2, ?3, ?4, ?7)", INFINITY},
};
#define N_QUERIES (sizeof QUERIES / sizeof *QUERIES)

/* A byte's worth of a number: small whole ones, quarters, and the ends of the range. */
static double number_of(uint8_t byte)
{
  static const double ENDS[] = {1e-300, 1e-9, 1e-3, 1e3,   1e6,  1e9, 1e15,   1e300,
                                -1,     0.1,  1e-5, 12345, 33.3, 64,  5e-324, 1e100};
  return byte < 128 ? byte / 2 : byte < 240 ? (byte - 128) / 4.0 : ENDS[byte - 240];
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  static sqlite3_stmt *statements[N_QUERIES];
  if (size < N_NUMBERS) return 0;
  size_t length = size - N_NUMBERS;
  char *text = malloc(length);
  if (!text && length > 0) return 0;
  if (length > 0) memcpy(text, data + N_NUMBERS, length);
  for (size_t i = 0; i < N_QUERIES; i++) {
    sqlite3_stmt *statement = statements[i];
    database(); /* the time limit counts anew */
    if (!statement) {
      if (sqlite3_prepare_v2(database(), QUERIES[i].sql, -1, &statements[i], NULL) != SQLITE_OK) abort();
      statement = statements[i];
    }
    sqlite3_bind_text(statement, MODEL, length ? text : "", (int)length, SQLITE_STATIC);
    for (int k = X; k <= Z2; k++) {
      if (data[k - X] == 255 && k > X) {
        sqlite3_bind_null(statement, k);
      } else {
        sqlite3_bind_double(statement, k, k == X ? floor(number_of(data[0])) : number_of(data[k - X]));
      }
    }
    int rc = sqlite3_step(statement);
    if (rc == SQLITE_ROW && sqlite3_column_type(statement, 0) != SQLITE_NULL) {
      double result = sqlite3_column_double(statement, 0);
      if (!(result >= 0 && result <= QUERIES[i].most * (1 + 1e-9)) || isinf(result)) {
        fprintf(stderr, "%s gives %.17g\n", QUERIES[i].sql, result);
        abort();
      }
    }
    database_check(rc, QUERIES[i].sql);
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
  }
  free(text);
  return 0;
}
