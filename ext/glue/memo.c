#include "memo.h"

#include <string.h>

#include "core/base/mem.h"

static void memo_clear(Memo *memo)
{
  if (memo->object) {
    memo->free_object(memo->object);
  }
  mem_free(memo->text);
  *memo = (Memo){0};
}

void *memos_find(const Memos *memos, int param, const char *text, size_t length)
{
  for (int i = 0; i < MEMOS; i++) {
    const Memo *memo = &memos->memo[i];
    if (memo->object && memo->param == param && memo->length == length && memcmp(memo->text, text, length) == 0) {
      return memo->object;
    }
  }
  return NULL;
}

Status memos_keep(Memos *memos, int param, const char *text, size_t length, void *object, void (*free_object)(void *))
{
  Memo *memo = &memos->memo[memos->next];
  memo_clear(memo);
  *memo = (Memo){param, mem_alloc(length + 1, 1), length, object, free_object};
  if (!memo->text) {
    memo_clear(memo);
    return STATUS_NOMEM;
  }
  memcpy(memo->text, text, length);
  memos->next = (memos->next + 1) % MEMOS;
  return STATUS_OK;
}

void memos_free(Memos *memos)
{
  for (int i = 0; i < MEMOS; i++) {
    memo_clear(&memos->memo[i]);
  }
}
