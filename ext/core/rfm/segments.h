/*
** Segments: names for boxes of RFM scores, as data.
**
** A scheme is a list of rules, each a box r_min … r_max × f_min … f_max × m_min … m_max with a name; the first rule
** that holds a score names it.
**   rf25    R × F in 5 bins, the ten segments of the usual RFM chart; every one of the 25 cells lies in exactly one
**           rule. Scores of other bins are stretched onto 1 … 5: the worst stays 1, the best becomes 5
**   rfm8    R × F × M against the mean, 2 bins each: eight cells, eight rules
**   abc     by ABC class, not by scores
**   custom  the caller's rules, in the caller's bins; cells may be left out or lie in several
*/
#ifndef RETAIN_CORE_RFM_SEGMENTS_H
#define RETAIN_CORE_RFM_SEGMENTS_H

#include "core/base/language.h"
#include "rfm.h"

typedef enum Scheme {
  SCHEME_RF25,
  SCHEME_RFM8,
  SCHEME_ABC,
  SCHEME_CUSTOM
} Scheme;

#define SEGMENT_RULES_MAX 250
#define SEGMENT_NONE (-1)

typedef struct SegmentRule {
  int min[RFM_AXES], max[RFM_AXES];
  const char *name[LANGUAGES];
} SegmentRule;

/* {0} is a valid empty object: rf25 without bins. segments_free() may run twice. */
typedef struct Segments {
  Scheme scheme;
  int bins; /* of the scores that are asked about */
  Language language;
  const SegmentRule *rules;
  int n_rules;
  SegmentRule *owned; /* SCHEME_CUSTOM */
} Segments;

/* The rules of a built-in scheme, none for SCHEME_CUSTOM. RFM8: bins is 2. */
void segments_init(Segments *segments, Scheme scheme, int bins, Language language);

/* Adds a rule to SCHEME_CUSTOM after those it has, at most SEGMENT_RULES_MAX; the name is copied. */
Status segments_add(Segments *segments, const int min[RFM_AXES], const int max[RFM_AXES], const char *name);

/*
** The segment of a score: the number of its first rule, or of the first rule of the same name; SEGMENT_NONE where none
** holds it. Below segments->n_rules.
*/
int segments_find(const Segments *segments, RfmScore score);

/* Whether a rule holds a score. */
bool segments_match(const Segments *segments, int rule, RfmScore score);

/* NULL for SEGMENT_NONE. Built-in names are static, others live as long as the object. */
const char *segments_name(const Segments *segments, int segment);

/* A score of 1 … bins stretched onto 1 … 5, halves up: 1 + 4 (score - 1) / (bins - 1). */
int segments_score_of_five(int score, int bins);

void segments_free(Segments *segments);

#endif
