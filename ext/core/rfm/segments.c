#include "segments.h"

#include <string.h>

#include "core/base/mem.h"

#define BOX(r1, r2, f1, f2, m1, m2) .min = {r1, f1, m1}, .max = {r2, f2, m2}

static const SegmentRule RF25[] = {
  {BOX(5, 5, 4, 5, 1, 5), .name = {"champions", "冠军客户"}},
  {BOX(3, 4, 4, 5, 1, 5), .name = {"loyal", "忠诚客户"}},
  {BOX(4, 5, 2, 3, 1, 5), .name = {"potential_loyalist", "潜在忠诚客户"}},
  {BOX(5, 5, 1, 1, 1, 5), .name = {"new", "新客户"}},
  {BOX(4, 4, 1, 1, 1, 5), .name = {"promising", "有潜力客户"}},
  {BOX(3, 3, 3, 3, 1, 5), .name = {"need_attention", "需要关注"}},
  {BOX(3, 3, 1, 2, 1, 5), .name = {"about_to_sleep", "即将沉睡"}},
  {BOX(1, 2, 5, 5, 1, 5), .name = {"cant_lose", "不能流失"}},
  {BOX(1, 2, 3, 4, 1, 5), .name = {"at_risk", "流失风险"}},
  {BOX(1, 2, 1, 2, 1, 5), .name = {"hibernating", "沉睡客户"}},
};

static const SegmentRule RFM8[] = {
  {BOX(2, 2, 2, 2, 2, 2), .name = {"key_value", "重要价值"}},
  {BOX(1, 1, 2, 2, 2, 2), .name = {"key_keep", "重要保持"}},
  {BOX(2, 2, 1, 1, 2, 2), .name = {"key_develop", "重要发展"}},
  {BOX(1, 1, 1, 1, 2, 2), .name = {"key_win_back", "重要挽留"}},
  {BOX(2, 2, 2, 2, 1, 1), .name = {"general_value", "一般价值"}},
  {BOX(1, 1, 2, 2, 1, 1), .name = {"general_keep", "一般保持"}},
  {BOX(2, 2, 1, 1, 1, 1), .name = {"general_develop", "一般发展"}},
  {BOX(1, 1, 1, 1, 1, 1), .name = {"general_win_back", "一般挽留"}},
};

/* In the order of AbcClass; no box holds a score. */
static const SegmentRule ABC[] = {
  {.name = {"A", "A类"}},
  {.name = {"B", "B类"}},
  {.name = {"C", "C类"}},
};

void segments_init(Segments *segments, Scheme scheme, int bins, Language language)
{
  static const struct {
    const SegmentRule *rules;
    size_t size;
  } built_in[] = {{RF25, sizeof RF25}, {RFM8, sizeof RFM8}, {ABC, sizeof ABC}, {NULL, 0}};
  *segments = (Segments){
    .scheme = scheme,
    .bins = bins,
    .language = language,
    .rules = built_in[scheme].rules,
    .n_rules = (int)(built_in[scheme].size / sizeof(SegmentRule)),
  };
}

Status segments_add(Segments *segments, const int min[RFM_AXES], const int max[RFM_AXES], const char *name)
{
  size_t size = strlen(name) + 1;
  char *copy = mem_alloc(size, 1);
  SegmentRule *rules = mem_resize(segments->owned, (size_t)segments->n_rules + 1, sizeof *rules);
  if (rules) {
    segments->rules = segments->owned = rules;
  }
  if (!copy || !rules) {
    mem_free(copy);
    return STATUS_NOMEM;
  }
  memcpy(copy, name, size);
  SegmentRule *rule = &rules[segments->n_rules++];
  memcpy(rule->min, min, sizeof rule->min);
  memcpy(rule->max, max, sizeof rule->max);
  rule->name[LANGUAGE_EN] = rule->name[LANGUAGE_ZH] = copy;
  return STATUS_OK;
}

int segments_score_of_five(int score, int bins)
{
  return 1 + (8 * (score - 1) + bins - 1) / (2 * (bins - 1));
}

bool segments_match(const Segments *segments, int rule, RfmScore score)
{
  const SegmentRule *box = &segments->rules[rule];
  return box->min[RFM_RECENCY] <= score.r && score.r <= box->max[RFM_RECENCY] && box->min[RFM_FREQUENCY] <= score.f &&
         score.f <= box->max[RFM_FREQUENCY] && box->min[RFM_MONETARY] <= score.m && score.m <= box->max[RFM_MONETARY];
}

/* The first rule with the name of this one. */
static int namesake(const Segments *segments, int rule)
{
  int first = 0;
  while (strcmp(segments->rules[first].name[LANGUAGE_EN], segments->rules[rule].name[LANGUAGE_EN]) != 0) {
    first++;
  }
  return first;
}

int segments_find(const Segments *segments, RfmScore score)
{
  if (segments->scheme == SCHEME_ABC) {
    return (int)score.abc - (int)ABC_A;
  }
  if (segments->scheme == SCHEME_RF25) {
    score.r = segments_score_of_five(score.r, segments->bins);
    score.f = segments_score_of_five(score.f, segments->bins);
    score.m = 1; /* every rule takes any */
  }
  for (int rule = 0; rule < segments->n_rules; rule++) {
    if (segments_match(segments, rule, score)) {
      return segments->owned ? namesake(segments, rule) : rule;
    }
  }
  return SEGMENT_NONE;
}

const char *segments_name(const Segments *segments, int segment)
{
  return segment == SEGMENT_NONE ? NULL : segments->rules[segment].name[segments->language];
}

void segments_free(Segments *segments)
{
  for (int rule = 0; segments->owned && rule < segments->n_rules; rule++) {
    mem_free((void *)segments->owned[rule].name[LANGUAGE_EN]);
  }
  mem_free(segments->owned);
  *segments = (Segments){0};
}
