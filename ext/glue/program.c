#include "program.h"

#include <string.h>

#include "core/base/compiler.h"
#include "core/base/mem.h"

static void trees_add(Trees *trees, sqlite3_int64 database, sqlite3_int64 root)
{
  if (trees->n == trees->size) {
    size_t size = trees->size ? 2 * trees->size : 16;
    struct Tree *grown = mem_resize(trees->tree, size, sizeof *grown);
    if (!grown) {
      trees->all = true;
      return;
    }
    trees->tree = grown;
    trees->size = size;
  }
  trees->tree[trees->n++] = (struct Tree){database, root};
}

bool trees_meet(const Trees *a, const Trees *b)
{
  if (a->all || b->all) {
    return true;
  }
  for (size_t i = 0; i < a->n; i++) {
    for (size_t j = 0; j < b->n; j++) {
      if (a->tree[i].database == b->tree[j].database && a->tree[i].root == b->tree[j].root) {
        return true;
      }
    }
  }
  return false;
}

void trees_free(Trees *trees)
{
  mem_free(trees->tree);
  *trees = (Trees){0};
}

/* A line of EXPLAIN. */
typedef struct Instruction {
  const char *opcode, *p4;
  sqlite3_int64 p1, p2, p3, p5;
} Instruction;

#define P2_IS_REGISTER 0x10 /* in P5 of OpenWrite: the b-tree is one that the statement makes */

static bool is_one_of(const char *opcode, const char *const *opcodes, int n)
{
  for (int i = 0; i < n; i++) {
    if (strcmp(opcode, opcodes[i]) == 0) {
      return true;
    }
  }
  return false;
}

static bool is_ours(const Connection *connection, const char *name, size_t length)
{
  const Registry *registry = connection->registry;
  bool ours = length == strlen(SCAN_FUNCTION) && memcmp(SCAN_FUNCTION, name, length) == 0;
  for (int i = 0; !ours && i < registry->n_listed; i++) {
    const FunctionSpec *function = registry->listed[i].function;
    ours = function && strlen(function->name) == length && memcmp(function->name, name, length) == 0;
  }
  return ours;
}

/* Whether an instruction calls a function of the host ("name(2)" in P4), which may do anything. */
static bool calls_host(const Connection *connection, const Instruction *instruction)
{
  static const char *const CALLS[] = {"Function", "PureFunc", "AggStep", "AggStep1", "AggInverse"};
  static const char sql[] = "SELECT 1 FROM pragma_function_list WHERE name = ?1 AND NOT builtin";
  size_t length = instruction->p4 ? strcspn(instruction->p4, "(") : 0;
  sqlite3_stmt *statement = NULL;
  if (!is_one_of(instruction->opcode, CALLS, COUNT_OF(CALLS)) ||
      (length > 0 && is_ours(connection, instruction->p4, length))) {
    return false;
  }
  int rc = length > 0 ? sqlite3_prepare_v2(connection->db, sql, -1, &statement, NULL) : SQLITE_ERROR;
  if (rc == SQLITE_OK) {
    rc = sqlite3_bind_text(statement, 1, instruction->p4, (int)length, SQLITE_STATIC);
  }
  if (rc == SQLITE_OK) {
    rc = sqlite3_step(statement);
  }
  sqlite3_finalize(statement);
  return rc != SQLITE_DONE;
}

static void add_read(const Connection *connection, const Instruction *instruction, Trees *reads)
{
  if (strcmp(instruction->opcode, "VOpen") == 0 || calls_host(connection, instruction)) {
    reads->all = true; /* a virtual table reads what is not seen here */
  } else if (strcmp(instruction->opcode, "OpenRead") == 0 || strcmp(instruction->opcode, "ReopenIdx") == 0) {
    trees_add(reads, instruction->p3, instruction->p2);
  }
}

static void add_write(const Connection *connection, const Instruction *instruction, Trees *writes)
{
  /* they write, or run, what is not seen here */
  static const char *const UNSEEN[] = {"VUpdate", "VCreate",   "VDestroy",   "VRename",     "Destroy",   "SqlExec",
                                       "Vacuum",  "Savepoint", "AutoCommit", "JournalMode", "IncrVacuum"};
  if (is_one_of(instruction->opcode, UNSEEN, COUNT_OF(UNSEEN)) || calls_host(connection, instruction)) {
    writes->all = true;
  } else if (strcmp(instruction->opcode, "OpenWrite") == 0 && !(instruction->p5 & P2_IS_REGISTER)) {
    trees_add(writes, instruction->p3, instruction->p2);
  } else if (strcmp(instruction->opcode, "Clear") == 0) {
    trees_add(writes, instruction->p2, instruction->p1);
  }
}

static void explain(const Connection *connection, const char *sql,
                    void add(const Connection *, const Instruction *, Trees *), Trees *trees)
{
  sqlite3_stmt *lines = NULL;
  char *text = sql ? sqlite3_mprintf("EXPLAIN %s", sql) : NULL;
  int rc = text ? sqlite3_prepare_v2(connection->db, text, -1, &lines, NULL) : SQLITE_NOMEM;
  while (rc == SQLITE_OK || rc == SQLITE_ROW) {
    rc = sqlite3_step(lines);
    if (rc == SQLITE_ROW) {
      Instruction instruction = {.opcode = (const char *)sqlite3_column_text(lines, 1),
                                 .p4 = (const char *)sqlite3_column_text(lines, 5),
                                 .p1 = sqlite3_column_int64(lines, 2),
                                 .p2 = sqlite3_column_int64(lines, 3),
                                 .p3 = sqlite3_column_int64(lines, 4),
                                 .p5 = sqlite3_column_int64(lines, 6)};
      if (instruction.opcode) {
        add(connection, &instruction, trees);
      } else {
        rc = SQLITE_NOMEM;
      }
    }
  }
  trees->all |= rc != SQLITE_DONE;
  sqlite3_finalize(lines);
  sqlite3_free(text);
}

void program_reads(const Connection *connection, const char *sql, Trees *reads)
{
  explain(connection, sql, add_read, reads);
}

void program_writes(const Connection *connection, const char *sql, Trees *writes)
{
  explain(connection, sql, add_write, writes);
}
