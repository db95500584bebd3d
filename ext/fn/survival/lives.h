/*
** Reading lifetimes, one row each, from a table or view.
*/
#ifndef RETAIN_FN_SURVIVAL_LIVES_H
#define RETAIN_FN_SURVIVAL_LIVES_H

#include "glue/row_source.h"

/* The columns that may be read. */
typedef enum LifeField {
  LIFE_TIME,
  LIFE_EVENT_OR_CAUSE,
  LIFE_GROUP,
  LIFE_ENTRY,
  LIFE_WEIGHT,
  LIFE_STRATUM,
  LIFE_CUSTOMER,
  LIFE_FIELDS
} LifeField;

typedef struct Life {
  double time;
  bool event;
  uint32_t cause; /* 0: censored; else 1 + id among the keys of LIFE_EVENT_OR_CAUSE */
  double entry, weight;
  uint32_t group, stratum, customer; /* ids; 0 where there is no such column */
} Life;

typedef struct LifeReader LifeReader;
struct LifeReader {
  int params[LIFE_FIELDS]; /* the number of the parameter that names it; 0: it is not read */
  bool causes;             /* the event column holds causes */
  Status (*take)(LifeReader *reader, const Life *life);
  void *self;
  Field fields[LIFE_FIELDS];
};

/* Reads all rows that take part into take(). To be freed also after a failure. */
Status lives_read(Call *call, LifeReader *reader);
void lives_free(LifeReader *reader);

#endif
