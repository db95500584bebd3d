/*
** What a table function answered: computed once, shared by its cursors, and kept for the next one that asks the same.
**
** A join or a correlated subquery asks the same for every row of another table. A kept answer is given again as long as
** the data that it was read from cannot have changed: where what the connection sees was settled and the same before
** the answer was computed, after it, and now (snapshot.h); and where a statement writes meanwhile, if it writes nothing
** of what was read (program.h), and until it ends.
*/
#ifndef RETAIN_GLUE_ANSWER_H
#define RETAIN_GLUE_ANSWER_H

#include "call_private.h"
#include "deal.h"
#include "snapshot.h"
#include "source_log.h"

/* What one compute() made: the whole answer, or that of a segment. */
typedef struct AnswerPart {
  void *state;
  int64_t first_row, n_rows;
  Resolved resolved;
} AnswerPart;

typedef struct Answer {
  int refs;
  const TableSpec *spec;
  AnswerPart *parts; /* by segment */
  uint32_t n_parts;
  SegmentRows segments;             /* none without segment_column */
  bool value_used;                  /* else its value_columns do not hold */
  SourceLog log;                    /* of argument 0; kept, so that its address stays its identity */
  sqlite3_value *values[PARAM_MAX]; /* own copies of the arguments; NULL where left out */
  char *recognised[PARAM_MAX];      /* columns found for parameters left out; from sqlite3_malloc, or NULL */
  Snapshot seen;                    /* what it was computed from */
} Answer;

void answer_release(Answer *answer); /* NULL allowed */

/* Whether it is the answer to this call, if its data is still the same. */
bool answer_fits(const Answer *answer, const Call *call);

/* The answers of one table function that may be asked for again, newest first. {0} is a valid empty object. */
#define ANSWERS 4
typedef struct Answers {
  Answer *answer[ANSWERS];
} Answers;

/* One reference to the answer to a call, whose arguments are not checked yet; *out is NULL after an error. */
Status answers_get(Answers *answers, Call *call, Answer **out);

void answers_forget(Answers *answers);
void answers_forget_writing(Answers *answers); /* those of a statement that writes */

#endif
