/*
** The repeat ladder: of the customers who made an n-th purchase, how many made an (n+1)-th, and after how long.
**
** A purchase is a row, or with `by_day` a civil day with rows. The share is an observed one: who made the n-th
** purchase yesterday counts as not converted. The time is the median over those who did, so it leans to the quick
** while the others are still waiting.
**
** Memory: 16 bytes per customer and 4 per step taken (8 where two purchases are not a whole number of seconds apart,
** or more than 136 years). A row that comes before its customer's latest purchase answers STATUS_DISORDER. O(1) per
** row; O(n) expected at the end.
*/
#ifndef RETAIN_CORE_MEASURES_REPEAT_LADDER_H
#define RETAIN_CORE_MEASURES_REPEAT_LADDER_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/chunks.h"
#include "core/events/accumulator.h"
#include "core/time/zone.h"

#define REPEAT_LADDER_STEPS_MAX 1000

/* Step n: from the n-th to the (n+1)-th purchase. */
typedef struct RepeatLadderStep {
  int64_t customers; /* who made an n-th purchase */
  int64_t converted; /* of these, who made an (n+1)-th */
  double median;     /* days between the two; NaN where nobody converted */
  Chunks seconds;    /* uint32_t: the times between, in whole seconds */
  Chunks others;     /* int64_t: those that do not fit, in milliseconds */
} RepeatLadderStep;

/*
** Set the first three (max_step 1 … REPEAT_LADDER_STEPS_MAX), feed repeat_ladder_accumulator() with rows,
** repeat_ladder_finish(). {0} is a valid empty object.
*/
typedef struct RepeatLadder {
  ZoneCursor zone;
  bool by_day;
  uint32_t max_step;
  RepeatLadderStep *step; /* step n is step[n - 1] */
  uint32_t n_steps;       /* that somebody stands on; after repeat_ladder_finish() at most max_step */
} RepeatLadder;

/* Allocates the steps. */
Status repeat_ladder_start(RepeatLadder *ladder);
Accumulator repeat_ladder_accumulator(void);

/* The medians. */
Status repeat_ladder_finish(RepeatLadder *ladder, const Watch *watch);

/* May run twice. */
void repeat_ladder_free(RepeatLadder *ladder);

#endif
