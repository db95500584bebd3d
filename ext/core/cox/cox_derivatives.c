/*
** The sums of x of a proportional-hazards model over its rows, which are in order of time: gradient and information.
**
** Weighted by the hazard so far they give the sum of r x x'; going back, the risk sets' sums of x, of which each tie
** gives one vector, or with Efron's ties two, whose outer products are taken off.
*/
#include <math.h>
#include <string.h>

#include "core/base/mem.h"
#include "cox_fit.h"

#define VECTORS 192      /* room of a column for the vectors of ties, */
#define VECTORS_FULL 120 /* and from where on they are taken off; a block makes 66 at most */

/* ---- Hazards so far */

/* hazard[] from the steps of the ties to r times the hazard while at risk. */
static void hazards_sum(CoxFit *fit, const double *power)
{
  const CoxRows *rows = fit->rows;
  const unsigned char *marks = rows->marks;
  double before = 0, step = 0, own = 0; /* up to this time; of this time */
  size_t entering = 0;
  for (size_t i = 0; i < rows->count; i++) {
    if (marks[i] & COX_FIRST) {
      bool any = marks[i] & COX_EVENT,
           more = any && i + 1 < rows->count && marks[i + 1] & COX_EVENT && !(marks[i + 1] & COX_FIRST);
      double factor = power ? power[i] : 1;
      before = marks[i] & COX_NEW_STRATUM ? 0 : before + step;
      step = any ? fit->hazard[i] * factor : 0;
      own = more ? fit->hazard[i + 1] * factor : step;
      if (rows->used[COX_ENTRY]) {
        double time = cox_at(rows, COX_TIME, i), stratum = rows->used[COX_STRATUM] ? cox_at(rows, COX_STRATUM, i) : 0;
        entering = marks[i] & COX_NEW_STRATUM ? i : entering;
        for (; entering < rows->count; entering++) {
          size_t row = rows->by_entry[entering];
          if (cox_at(rows, COX_ENTRY, row) >= time ||
              (rows->used[COX_STRATUM] && cox_at(rows, COX_STRATUM, row) != stratum)) {
            break;
          }
          fit->late[row] = before;
        }
      }
    }
    double sum = before + (marks[i] & COX_EVENT ? own : step);
    if (rows->used[COX_ENTRY]) {
      sum = cox_at(rows, COX_ENTRY, i) < cox_at(rows, COX_TIME, i) ? sum - fit->late[i] : 0;
    }
    fit->hazard[i] = fit->score[i] * sum;
  }
}

/* ---- Sums of x */

/*
** sums[v] += sign * s . x[v], v < n_columns, in lanes that vectorise on the baseline, enough of them to hide how long
** an addition takes; n is a multiple of 8.
*/
static void products_add(const double *restrict s, const double *const *x, int n_columns, size_t n, double sign,
                         double *restrict sums)
{
  for (int v = 0; v < n_columns; v++) {
    const double *restrict a = x[v];
    double lane[8] = {0};
    for (size_t r = 0; r < n; r += 8) {
      for (size_t l = 0; l < 8; l++) {
        lane[l] += s[r + l] * a[r + l];
      }
    }
    sums[v] += sign * (lane[0] + lane[1] + (lane[2] + lane[3]) + (lane[4] + lane[5] + (lane[6] + lane[7])));
  }
}

/* The lower triangle of matrix += sign * sum of s x x'. */
static void squares_add(int m, const double *restrict s, const double *const *x, size_t n, double sign, double *matrix)
{
  double scaled[VECTORS] = {0};
  for (int v = 0; v < m; v++) {
    const double *restrict a = x[v];
    for (size_t r = 0; r < n; r++) {
      scaled[r] = s[r] * a[r];
    }
    products_add(scaled, x, v + 1, n, sign, matrix + (size_t)v * (size_t)m);
  }
}

/* What is done in a block: a tie ends, or its events begin (going back), from where on their own sum of x counts. */
typedef struct Mark {
  int row;      /* of the block; COX_BLOCK: that of the block after it */
  bool begins;  /* the events of a tie of several begin here */
  bool nothing; /* begins: there is nobody after them */
  bool twice;   /* a tie that gives two vectors */
  double all, less, own;
} Mark;

typedef struct Sums {
  CoxFit *fit;
  const double *power;
  CoxWalk walk;
  CoxTie next; /* n_events 0: none */
  size_t next_leaving;
  bool begun; /* the events of `next` have begun */
  const double **x, **vector;
  double *carry, *base, *room; /* sums of r x after the block, where events began; the vectors */
  Twofold *risk;               /* with entries: sums of r x at risk */
  double *own;                 /* and of the events of a time */
  size_t leaving;
  double factor[VECTORS];
  size_t n_vectors;
  Mark mark[2 * COX_BLOCK + 2];
  int n_marks;
} Sums;

static void vectors_take_off(Sums *sums)
{
  CoxFit *fit = sums->fit;
  size_t n = sums->n_vectors;
  for (; n % 8; n++) {
    sums->factor[n] = 0;
    for (int v = 0; v < fit->m; v++) {
      sums->room[(size_t)v * VECTORS + n] = 0;
    }
  }
  squares_add(fit->m, sums->factor, sums->vector, n, -1, fit->hessian);
  sums->n_vectors = 0;
}

static void next_tie(Sums *sums)
{
  if (!cox_walk_next(&sums->walk, &sums->next, NULL)) {
    sums->next.n_events = 0;
  }
  sums->next_leaving = sums->walk.leaving;
  sums->begun = false;
}

/* The vectors of a tie: all * (sum of x) - less * (that of the events), and own * (that of the events). */
static Mark tie_mark(const CoxFit *fit, const CoxTie *tie)
{
  Mark mark = {.all = sqrt(tie->square)};
  if (fit->ties == COX_EFRON && tie->n_events > 1) {
    double rest = tie->crossed - tie->cross * tie->cross / tie->square;
    mark.twice = true;
    mark.less = tie->cross / mark.all;
    mark.own = rest > 0 ? sqrt(rest) : 0;
  }
  return mark;
}

/* The marks of the rows first … end - 1, the last ones first, and the factors of their vectors. */
static void block_marks(Sums *sums, size_t first, size_t end)
{
  const CoxFit *fit = sums->fit;
  const CoxRows *rows = fit->rows;
  size_t n_vectors = sums->n_vectors;
  sums->n_marks = 0;
  while (sums->next.n_events) {
    size_t begin = sums->next.first + sums->next.n_events;
    bool several = fit->ties == COX_EFRON && sums->next.n_events > 1;
    if (several && !sums->begun && begin >= first) {
      bool nothing = begin == rows->count || rows->marks[begin] & COX_NEW_STRATUM;
      sums->mark[sums->n_marks++] =
        (Mark){.row = begin >= end ? COX_BLOCK : (int)(begin - first), .begins = true, .nothing = nothing};
      sums->begun = true;
    }
    if (sums->next.first < first) {
      break;
    }
    Mark mark = tie_mark(fit, &sums->next);
    mark.row = (int)(sums->next.first - first);
    sums->mark[sums->n_marks++] = mark;
    double factor = sums->power ? sums->power[sums->next.first] : 1;
    sums->factor[n_vectors++] = factor;
    if (mark.twice) {
      sums->factor[n_vectors++] = factor;
    }
    next_tie(sums);
  }
}

/* The vectors of the block's marks in one column, whose sums of r x from each row on are `from`. */
static size_t marks_column(Sums *sums, int v, const double *from)
{
  double *room = sums->room + (size_t)v * VECTORS;
  size_t at = sums->n_vectors;
  for (int i = 0; i < sums->n_marks; i++) {
    const Mark *mark = &sums->mark[i];
    if (mark->begins) {
      sums->base[v] = mark->nothing ? 0 : mark->row == COX_BLOCK ? sums->carry[v] : from[mark->row];
    } else if (mark->twice) {
      double all = from[mark->row], own = all - sums->base[v];
      room[at++] = mark->all * all - mark->less * own;
      room[at++] = mark->own * own;
    } else {
      room[at++] = mark->all * from[mark->row];
    }
  }
  return at;
}

/* Sums of r x from each row of the block to the end of its stratum. */
static double sums_back(const double *restrict r, const double *restrict x, size_t n, double carry,
                        double *restrict from)
{
  size_t i = n;
  for (; i >= 4; i -= 4) { /* in fours: only one addition of each waits for the one before */
    double d = r[i - 1] * x[i - 1], c = r[i - 2] * x[i - 2], b = r[i - 3] * x[i - 3], a = r[i - 4] * x[i - 4];
    double dc = d + c, ba = b + a;
    from[i - 1] = carry + d;
    from[i - 2] = carry + dc;
    from[i - 3] = carry + (dc + b);
    carry += dc + ba;
    from[i - 4] = carry;
  }
  while (i-- > 0) {
    carry += r[i] * x[i];
    from[i] = carry;
  }
  return carry;
}

static void block_back(Sums *sums, size_t first, size_t end)
{
  CoxFit *fit = sums->fit;
  const unsigned char *marks = fit->rows->marks;
  const double *r = fit->score + first;
  double from[COX_BLOCK];
  size_t n = end - first, at = sums->n_vectors, reset[COX_BLOCK + 1], n_resets = 0;
  for (size_t i = n; i-- > 0;) {
    if (marks[first + i] & COX_NEW_STRATUM) {
      reset[n_resets++] = i;
    }
  }
  block_marks(sums, first, end);
  for (int v = 0; v < fit->m; v++) {
    const double *x = sums->x[v];
    double carry = sums->carry[v];
    size_t above = n;
    for (size_t k = 0; k < n_resets; k++) { /* the sum begins anew after the first row of a stratum */
      sums_back(r + reset[k], x + reset[k], above - reset[k], carry, from + reset[k]);
      above = reset[k];
      carry = 0;
    }
    carry = sums_back(r, x, above, carry, from);
    at = marks_column(sums, v, from);
    sums->carry[v] = carry;
  }
  sums->n_vectors = at;
}

/* The same where rows enter late, row by row. */
static void block_back_entries(Sums *sums, size_t first, size_t end)
{
  CoxFit *fit = sums->fit;
  const CoxRows *rows = fit->rows;
  for (size_t i = end; i-- > first;) {
    double r = fit->score[i];
    bool event = rows->marks[i] & COX_EVENT;
    for (int v = 0; v < fit->m; v++) {
      double rx = r * sums->x[v][i - first];
      twofold_add(&sums->risk[v], rx);
      sums->own[v] += event ? rx : 0;
    }
    if (sums->next.n_events && sums->next.first == i) {
      Mark mark = tie_mark(fit, &sums->next);
      size_t at = sums->n_vectors;
      for (; sums->leaving > sums->next_leaving; sums->leaving--) {
        size_t row = rows->by_entry[sums->leaving - 1];
        for (int v = 0; v < fit->m; v++) {
          twofold_add(&sums->risk[v], -fit->score[row] * cox_at(rows, fit->column[v], row));
        }
      }
      for (int v = 0; v < fit->m; v++) {
        double *room = sums->room + (size_t)v * VECTORS, own = sums->own[v];
        room[at] = mark.all * (sums->risk[v].high + sums->risk[v].low) - mark.less * own;
        if (mark.twice) {
          room[at + 1] = mark.own * own;
        }
        sums->own[v] = 0;
      }
      double factor = sums->power ? sums->power[i] : 1;
      sums->factor[at] = sums->factor[at + 1] = factor;
      sums->n_vectors = at + (mark.twice ? 2 : 1);
      next_tie(sums);
    }
    if (rows->marks[i] & COX_NEW_STRATUM) {
      memset(sums->risk, 0, (size_t)fit->m * sizeof *sums->risk);
      sums->leaving = i;
    }
  }
}

/* What the block's rows add: to the gradient what is left of each event, to the hessian r * hazard * x x'. */
static void block_forward(Sums *sums, size_t first, size_t n)
{
  CoxFit *fit = sums->fit;
  const CoxRows *rows = fit->rows;
  const double *weight = rows->used[COX_WEIGHT] ? cox_chunk(rows, COX_WEIGHT, first) + first % COX_CHUNK : NULL;
  double left[COX_BLOCK] = {0}, hazard[COX_BLOCK] = {0};
  for (size_t i = 0; i < n; i++) {
    size_t row = first + i;
    double own = rows->marks[row] & COX_EVENT ? (sums->power ? sums->power[row] : 1) : 0;
    hazard[i] = fit->hazard[row];
    left[i] = own * (weight ? weight[i] : 1) - hazard[i];
  }
  products_add(left, sums->x, fit->m, COX_BLOCK, 1, fit->gradient);
  squares_add(fit->m, hazard, sums->x, COX_BLOCK, 1, fit->hessian);
}

static Status sums_run(Sums *sums, const Watch *watch)
{
  CoxFit *fit = sums->fit;
  const CoxRows *rows = fit->rows;
  for (size_t block = (rows->count + COX_BLOCK - 1) / COX_BLOCK; block-- > 0;) {
    size_t first = block * COX_BLOCK, end = rows->count - first < COX_BLOCK ? rows->count : first + COX_BLOCK;
    if (watch_due(watch, block, COX_BLOCK * ((size_t)fit->m * (size_t)fit->m + 16))) {
      return STATUS_INTERRUPT;
    }
    for (int v = 0; v < fit->m; v++) {
      sums->x[v] = cox_chunk(rows, fit->column[v], first) + first % COX_CHUNK;
    }
    block_forward(sums, first, end - first);
    if (rows->used[COX_ENTRY]) {
      block_back_entries(sums, first, end);
    } else {
      block_back(sums, first, end);
    }
    if (sums->n_vectors > VECTORS_FULL) {
      vectors_take_off(sums);
    }
  }
  vectors_take_off(sums);
  return STATUS_OK;
}

Status cox_information(CoxFit *fit, const double *power, const Watch *watch)
{
  size_t m = (size_t)fit->m;
  Sums *sums = mem_zero(1, sizeof *sums);
  double *room = mem_zero(m * (VECTORS + 5) + 1, sizeof *room);
  const double **pointers = mem_alloc(2 * m + 1, sizeof *pointers);
  Status status = STATUS_NOMEM;
  if (sums && room && pointers) {
    *sums = (Sums){
      .fit = fit, .power = power, .x = pointers, .vector = pointers + m, .room = room, .leaving = fit->rows->count};
    sums->carry = room + m * VECTORS;
    sums->base = sums->carry + m;
    sums->own = sums->base + m;
    sums->risk = (Twofold *)(void *)(sums->own + m);
    for (size_t v = 0; v < m; v++) {
      sums->vector[v] = room + v * VECTORS;
    }
    memset(fit->gradient, 0, m * sizeof *fit->gradient);
    memset(fit->hessian, 0, m * m * sizeof *fit->hessian);
    hazards_sum(fit, power);
    cox_walk_start(&sums->walk, fit);
    next_tie(sums);
    status = sums_run(sums, watch);
  }
  mem_free(pointers);
  mem_free(room);
  mem_free(sums);
  return status;
}
