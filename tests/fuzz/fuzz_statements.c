/*
** Whole statements: the input is SQL text, run inside a transaction that is rolled back.
** The mutator knows words: it replaces or inserts one that means something, which bytes alone hardly ever hit.
*/
#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "database.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  sqlite3 *db = database();
  /* An exact-size copy, so that a read past the end is seen. */
  char *sql = malloc(size + 1);
  if (!sql || size > 50000) {
    free(sql);
    return 0;
  }
  memcpy(sql, data, size);
  sql[size] = 0;
  database_begin();
  for (const char *next = sql; *next;) {
    sqlite3_stmt *statement = NULL;
    int rc = sqlite3_prepare_v2(db, next, -1, &statement, &next);
    if (rc == SQLITE_OK) {
      rc = database_step(statement);
    }
    if (rc != SQLITE_OK) {
      database_check(rc, sql);
      break;
    }
  }
  database_rollback();
  free(sql);
  return 0;
}

static int word_byte(uint8_t c)
{
  return isalnum(c) || c == '_' || c == '.';
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed)
{
  size_t at, end, length;
  const char *word;
  if (size == 0 || seed % 4 == 0) {
    return LLVMFuzzerMutate(data, size, max_size);
  }
  word = database_word(seed >> 10);
  length = strlen(word);
  at = (seed >> 3) * 2654435761U % size;
  while (at > 0 && word_byte(data[at - 1])) {
    at--;
  }
  end = at;
  while (seed % 4 != 1 && end < size && word_byte(data[end])) {
    end++;
  }
  if (size - (end - at) + length > max_size) {
    return LLVMFuzzerMutate(data, size, max_size);
  }
  memmove(data + at + length, data + end, size - end);
  memcpy(data + at, word, length);
  return size - (end - at) + length;
}
