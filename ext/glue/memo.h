/*
** Objects made from the text of an argument: parsed models, cuts, rules. The last few are kept with the function and
** found again by that text, not as SQLite's auxiliary data, which is dropped after every row where the argument is a
** subquery or a column: just how stored cuts, rules and models are passed.
*/
#ifndef RETAIN_GLUE_MEMO_H
#define RETAIN_GLUE_MEMO_H

#include <stddef.h>

#include "core/base/status.h"

typedef struct Memo {
  int param;
  char *text;
  size_t length;
  void *object;
  void (*free_object)(void *);
} Memo;

/* {0} is a valid empty object. */
#define MEMOS 16
typedef struct Memos {
  Memo memo[MEMOS];
  int next; /* the one to replace */
} Memos;

/* The object of a text, borrowed until the next memos_keep(); NULL: not kept. */
void *memos_find(const Memos *memos, int param, const char *text, size_t length);

/* Takes the object over, also where it fails. STATUS_OK or STATUS_NOMEM. */
Status memos_keep(Memos *memos, int param, const char *text, size_t length, void *object, void (*free_object)(void *));

void memos_free(Memos *memos);

#endif
