/*
** Which functions somebody may mean who typed a word or a misspelt name.
*/
#ifndef RETAIN_FN_BASE_HELP_SEARCH_H
#define RETAIN_FN_BASE_HELP_SEARCH_H

#include "help_entry.h"

/* How well a function fits what was typed, in English or Chinese; 0: not at all. */
int help_score(const Registry *registry, Entry entry, const char *typed);

#endif
