#include "help_search.h"

#include <string.h>

#include "core/base/similar.h"

/*
** What counts for how much. A name that is like what was typed goes before any text; in texts, what stands in the
** summary goes before what stands in a parameter or column.
*/
enum {
  NAME_BEGINS = 90, /* less one for each letter that follows, so that shorter names go first */
  NAME_HOLDS = 70,
  NAME_MISSPELT = 60, /* less NAME_LETTER for each letter that differs */
  NAME_LETTER = 10,
  WORD_OF_NAME = 30,
  WORD_OF_NAME_MISSPELT = 20,
  WORD_OF_FAMILY = 15,
  WORD_OF_SUMMARY = 12,
  WORD_OF_ITEM_NAME = 6,
  WORD_OF_ITEM_HELP = 3
};

#define WORD_MIN 3 /* bytes of a word that is looked for */

/* Letters that may differ in a word of this length. */
static int slips(size_t length)
{
  return length < 5 ? 0 : length < 8 ? 1 : length < 14 ? 2 : 3;
}

static int larger(int a, int b)
{
  return a > b ? a : b;
}

static int name_score(const char *name, const char *typed, size_t length)
{
  size_t name_length = strlen(name);
  if (length == 0) {
    return 0;
  }
  if (similar_has_word(name, typed, length)) {
    return similar_distance(name, length, typed, length) == 0 ? NAME_BEGINS - (int)(name_length - length) : NAME_HOLDS;
  }
  int distance = similar_distance(name, name_length, typed, length);
  return distance <= larger(slips(length), 1) ? NAME_MISSPELT - NAME_LETTER * distance : 0;
}

static int word_of_name(const char *name, const char *word, size_t length)
{
  size_t n = 0;
  if (similar_has_word(name, word, length)) {
    return WORD_OF_NAME;
  }
  for (const char *part = name; (part = similar_word(part, &n)); part += n) {
    if (similar_distance(part, n, word, length) <= slips(length)) {
      return WORD_OF_NAME_MISSPELT;
    }
  }
  return 0;
}

/* A word that is looked for: beyond ASCII, in the texts in Chinese. */
typedef struct Word {
  const char *text;
  size_t length;
  const Registry *registry;
  Language language;
} Word;

static bool is_in(const Word *word, const char *english)
{
  return similar_has_word(registry_text(word->registry, word->language, english), word->text, word->length);
}

static int word_of_item(const char *name, const char *help, const Word *word)
{
  return similar_has_word(name, word->text, word->length) ? WORD_OF_ITEM_NAME
         : is_in(word, help)                              ? WORD_OF_ITEM_HELP
                                                          : 0;
}

static int word_score(Entry entry, const Word *word)
{
  int best = 0;
  for (int i = 0; i < entry_params(entry); i++) {
    const ParamSpec *param = entry_param(entry, i);
    best = larger(best, word_of_item(param->name, param->help, word));
  }
  for (int i = 0; i < entry_columns(entry); i++) {
    const ColumnSpec *column = table_column(entry.table, i);
    best = larger(best, word_of_item(column->name, column->help, word));
  }
  best = larger(best, is_in(word, entry_doc(entry)->summary) ? WORD_OF_SUMMARY : 0);
  best = larger(best, word_of_name(entry_name(entry), word->text, word->length));
  return best + (is_in(word, entry.family) ? WORD_OF_FAMILY : 0);
}

int help_score(const Registry *registry, Entry entry, const char *typed)
{
  size_t length = 0;
  int score = name_score(entry_name(entry), typed, strlen(typed));
  for (const char *text = typed; (text = similar_word(text, &length)); text += length) {
    /* the summary says "cohort" where "cohorts" was typed */
    bool plural = length > WORD_MIN && (text[length - 1] == 's' || text[length - 1] == 'S');
    Language language = (unsigned char)*text >= 0x80 ? LANGUAGE_ZH : LANGUAGE_EN;
    Word word = {text, length - plural, registry, language};
    score += length >= WORD_MIN ? word_score(entry, &word) : 0;
  }
  return score;
}
