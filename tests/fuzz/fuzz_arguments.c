/*
** Arguments: the first bytes choose a function and a shape, the rest becomes its arguments, bound as values of every
** type, and the rows of the table `fuzz`, which may be its source.
*/
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "database.h"

#define MAX_ARGUMENTS 16

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef struct Input {
  const uint8_t *at, *end;
} Input;

static uint8_t next_byte(Input *input)
{
  return input->at < input->end ? *input->at++ : 0;
}

static uint64_t next_bytes(Input *input, int n)
{
  uint64_t bits = 0;
  while (n-- > 0) {
    bits = bits << 8 | next_byte(input);
  }
  return bits;
}

/* One value of the input's choice. Transcript and blobs are bound as copies of their exact size. */
static void bind_next(Input *input, sqlite3_stmt *statement, int i)
{
  double real;
  uint64_t bits;
  size_t length, left;
  switch (next_byte(input) % 9) {
    case 0:
      sqlite3_bind_null(statement, i);
      break;
    case 1:
      sqlite3_bind_int64(statement, i, (int64_t)next_bytes(input, 8));
      break;
    case 2:
      sqlite3_bind_int(statement, i, (int8_t)next_byte(input));
      break;
    case 3:
      bits = next_bytes(input, 8);
      memcpy(&real, &bits, sizeof real);
      sqlite3_bind_double(statement, i, real);
      break;
    case 4:
      sqlite3_bind_double(statement, i, (int16_t)next_bytes(input, 2) / 16.0);
      break;
    case 5: /* a time of these years */
      sqlite3_bind_int64(statement, i, 1735689600 + (int64_t)next_bytes(input, 3) * 7);
      break;
    case 6:
    case 7:
      sqlite3_bind_text(statement, i, database_word((unsigned)next_bytes(input, 2)), -1, SQLITE_TRANSIENT);
      break;
    default:
      length = next_byte(input);
      left = (size_t)(input->end - input->at);
      length = length < left ? length : left;
      if (length % 5 == 4) {
        sqlite3_bind_blob(statement, i, input->at, (int)length, SQLITE_TRANSIENT);
      } else {
        sqlite3_bind_text(statement, i, (const char *)input->at, (int)length, SQLITE_TRANSIENT);
      }
      input->at += length;
  }
}

typedef struct Function {
  char name[64];
  bool is_table, is_window;
  int n_params;
  char param[MAX_ARGUMENTS][64];
} Function;

static const Function *functions(int *n)
{
  static Function all[128];
  static int count;
  if (count == 0) {
    sqlite3_stmt *statement = NULL;
    sqlite3_prepare_v2(
      database(),
      "SELECT name, kind, topic = 'summary', item FROM retain_help('*') WHERE topic IN ('summary', 'parameter')", -1,
      &statement, NULL);
    while (sqlite3_step(statement) == SQLITE_ROW) {
      if (sqlite3_column_int(statement, 2) && count < 128) {
        Function *function = &all[count++];
        const char *kind = (const char *)sqlite3_column_text(statement, 1);
        snprintf(function->name, sizeof function->name, "%s", (const char *)sqlite3_column_text(statement, 0));
        function->is_table = strcmp(kind, "table") == 0;
        function->is_window = strcmp(kind, "window") == 0;
      } else if (count > 0 && all[count - 1].n_params < MAX_ARGUMENTS) {
        Function *function = &all[count - 1];
        snprintf(function->param[function->n_params++], 64, "%s", (const char *)sqlite3_column_text(statement, 3));
      }
    }
    sqlite3_finalize(statement);
    if (count == 0) {
      abort();
    }
  }
  *n = count;
  return all;
}

static void write_call(const Function *function, unsigned shape, int n_arguments, char *sql, size_t size)
{
  char arguments[MAX_ARGUMENTS * 2 + 128] = "";
  int first = 0;
  if (function->is_table && shape % 4 == 0 && n_arguments > 0) {
    strcat(arguments, "(SELECT retain_log(customer_id, ordered_at, amount) FROM fuzz)");
    first = 1;
  }
  for (int i = first; i < n_arguments; i++) {
    strcat(arguments, i ? ",?" : "?");
  }
  if (!function->is_table) {
    static const char *const WINDOW[] = {"", " OVER (ORDER BY rowid ROWS 2 PRECEDING)"};
    snprintf(sql, size, "SELECT %s(%s)%s FROM fuzz", function->name, arguments,
             WINDOW[function->is_window && shape % 2]);
  } else if (shape % 4 == 1 && function->n_params > 1) {
    /* by name, any two parameters */
    snprintf(sql, size, "SELECT * FROM %s('fuzz') WHERE \"%s\" = ? AND \"%s\" = ?", function->name,
             function->param[1 + shape / 4 % (unsigned)(function->n_params - 1)],
             function->param[1 + shape / 64 % (unsigned)(function->n_params - 1)]);
  } else if (shape % 4 == 2) {
    snprintf(sql, size, "SELECT f.* FROM fuzz, %s(%s) AS f", function->name, arguments);
  } else {
    snprintf(sql, size, "SELECT * FROM %s(%s)", function->name, arguments);
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  Input input = {data, data + size};
  sqlite3 *db = database();
  sqlite3_stmt *statement = NULL;
  char sql[1024];
  int n_functions;
  const Function *function = functions(&n_functions);
  function += next_byte(&input) % n_functions;
  unsigned shape = (unsigned)next_bytes(&input, 2);
  int n_arguments = next_byte(&input) % (function->n_params + 1);
  write_call(function, shape, n_arguments, sql, sizeof sql);

  database_begin();
  int n_rows = next_byte(&input) % 32;
  sqlite3_prepare_v2(db, "INSERT INTO fuzz VALUES(?, ?, ?)", -1, &statement, NULL);
  for (int i = 0; i < n_rows; i++) {
    for (int k = 1; k <= 3; k++) {
      bind_next(&input, statement, k);
    }
    sqlite3_step(statement);
    sqlite3_reset(statement);
  }
  sqlite3_finalize(statement);
  int rc = sqlite3_prepare_v2(db, sql, -1, &statement, NULL);
  if (rc == SQLITE_OK) {
    for (int i = 1; i <= sqlite3_bind_parameter_count(statement); i++) {
      bind_next(&input, statement, i);
    }
    rc = database_step(statement);
  }
  database_check(rc, sql);
  database_rollback();
  return 0;
}
