/*
** The languages that names and texts are given out in.
*/
#ifndef RETAIN_CORE_BASE_LANGUAGE_H
#define RETAIN_CORE_BASE_LANGUAGE_H

typedef enum Language {
  LANGUAGE_EN,
  LANGUAGE_ZH,
  LANGUAGES
} Language;

#endif
