/*
** The concordance of risk and order of leaving, by counting in trees of ranks (Fenwick 1994): going back, for each
** event those who stay longer; going forward, for each row the events before it, for the influence of the row.
*/
#include <math.h>
#include <string.h>

#include "core/base/mem.h"
#include "cox.h"
#include "cox_fit.h"

typedef struct Tree {
  double *sum; /* from 1 on */
  uint32_t n;
  double total;
} Tree;

static void tree_add(Tree *tree, uint32_t rank, double weight)
{
  tree->total += weight;
  for (size_t i = (size_t)rank + 1; i <= tree->n; i += i & (0 - i)) {
    tree->sum[i] += weight;
  }
}

/* The weight of ranks below `rank`. */
static double tree_below(const Tree *tree, uint32_t rank)
{
  double sum = 0;
  for (size_t i = rank; i > 0; i &= i - 1) {
    sum += tree->sum[i];
  }
  return sum;
}

typedef struct Pairs {
  CoxFit *fit;
  uint32_t *rank;
  Tree tree;
  double *right, *all; /* by row: the weight of pairs that it is right in (ties by half), and of all its pairs */
  CoxConcordance *out;
} Pairs;

static void tree_clear(Pairs *pairs, size_t first, size_t end)
{
  for (size_t i = first; i < end; i++) {
    for (size_t k = (size_t)pairs->rank[i] + 1; k <= pairs->tree.n; k += k & (0 - k)) {
      pairs->tree.sum[k] = 0;
    }
  }
  pairs->tree.total = 0;
}

/* Whether a row is ever at risk. */
static bool takes_part(const CoxRows *rows, size_t row)
{
  return !rows->used[COX_ENTRY] || cox_at(rows, COX_ENTRY, row) < cox_at(rows, COX_TIME, row);
}

static size_t group_first(const CoxRows *rows, size_t end)
{
  size_t first = end - 1;
  while (!(rows->marks[first] & COX_FIRST)) {
    first--;
  }
  return first;
}

/* The events first … end - 1 of a time against those in the tree, who stay longer. */
static void events_count(Pairs *pairs, size_t first, size_t end)
{
  CoxConcordance *out = pairs->out;
  double weights = 0, squares = 0;
  for (size_t i = first; i < end; i++) {
    double weight = cox_weight(pairs->fit, i), below = tree_below(&pairs->tree, pairs->rank[i]);
    double equal = tree_below(&pairs->tree, pairs->rank[i] + 1) - below, total = pairs->tree.total;
    out->concordant += weight * below;
    out->tied_risk += weight * equal;
    out->discordant += weight * (total - below - equal);
    pairs->right[i] = below + equal / 2;
    pairs->all[i] = total;
    weights += weight;
    squares += weight * weight;
  }
  out->tied_time += (weights * weights - squares) / 2;
}

static Status count_back(Pairs *pairs, const Watch *watch)
{
  const CoxRows *rows = pairs->fit->rows;
  size_t stratum_end = rows->count, leaving = stratum_end, asked = 0;
  for (size_t end = rows->count; end > 0;) {
    size_t first = group_first(rows, end), event = first;
    for (; event < end && rows->marks[event] & COX_EVENT; event++) {
    }
    for (size_t i = event; i < end; i++) {
      pairs->right[i] = pairs->all[i] = 0;
      if (takes_part(rows, i)) {
        tree_add(&pairs->tree, pairs->rank[i], cox_weight(pairs->fit, i));
      }
    }
    if (rows->used[COX_ENTRY] && event > first) {
      for (; leaving > 0 && cox_at(rows, COX_ENTRY, rows->by_entry[leaving - 1]) >= cox_at(rows, COX_TIME, first);
           leaving--) {
        size_t row = rows->by_entry[leaving - 1];
        if (takes_part(rows, row)) {
          tree_add(&pairs->tree, pairs->rank[row], -cox_weight(pairs->fit, row));
        }
      }
    }
    events_count(pairs, first, event);
    for (size_t i = first; i < event; i++) {
      tree_add(&pairs->tree, pairs->rank[i], cox_weight(pairs->fit, i));
    }
    if (rows->marks[first] & COX_NEW_STRATUM) {
      if (first > 0) {
        tree_clear(pairs, first, stratum_end);
      }
      stratum_end = leaving = first;
    }
    asked += end - first;
    end = first;
    if (asked > WATCH_EVERY) {
      asked = 0;
      if (watch_stop(watch)) {
        return STATUS_INTERRUPT;
      }
    }
  }
  return STATUS_OK;
}

/* The row against the events in the tree, who left before; sign -1: takes them back, for those before its entry. */
static void row_count(Pairs *pairs, size_t row, double sign)
{
  if (!takes_part(pairs->fit->rows, row)) {
    return;
  }
  double below = tree_below(&pairs->tree, pairs->rank[row]),
         equal = tree_below(&pairs->tree, pairs->rank[row] + 1) - below;
  pairs->right[row] += sign * (pairs->tree.total - below - equal / 2);
  pairs->all[row] += sign * pairs->tree.total;
}

static Status count_forward(Pairs *pairs, const Watch *watch)
{
  const CoxRows *rows = pairs->fit->rows;
  size_t entering = 0, stratum_first = 0, asked = 0;
  for (size_t first = 0; first < rows->count;) {
    size_t end = first;
    if (rows->marks[first] & COX_NEW_STRATUM) {
      if (first > 0) {
        tree_clear(pairs, stratum_first, first);
      }
      stratum_first = entering = first;
    }
    for (; rows->used[COX_ENTRY] && entering < rows->count; entering++) {
      size_t row = rows->by_entry[entering];
      if (cox_at(rows, COX_ENTRY, row) >= cox_at(rows, COX_TIME, first)) {
        break;
      }
      if (rows->used[COX_STRATUM] && cox_at(rows, COX_STRATUM, row) != cox_at(rows, COX_STRATUM, first)) {
        break;
      }
      row_count(pairs, row, -1);
    }
    for (; end < rows->count && rows->marks[end] & COX_EVENT && (end == first || !(rows->marks[end] & COX_FIRST));
         end++) {
      row_count(pairs, end, 1);
    }
    for (size_t i = first; i < end; i++) {
      tree_add(&pairs->tree, pairs->rank[i], cox_weight(pairs->fit, i));
    }
    for (; end < rows->count && (end == first || !(rows->marks[end] & COX_FIRST)); end++) {
      row_count(pairs, end, 1);
    }
    asked += end - first;
    first = end;
    if (asked > WATCH_EVERY) {
      asked = 0;
      if (watch_stop(watch)) {
        return STATUS_INTERRUPT;
      }
    }
  }
  return STATUS_OK;
}

static Status pairs_count(Pairs *pairs, const Watch *watch)
{
  const CoxRows *rows = pairs->fit->rows;
  CoxConcordance *out = pairs->out;
  Status status = count_back(pairs, watch);
  if (status != STATUS_OK) {
    return status;
  }
  double n = out->concordant + out->discordant + out->tied_risk;
  out->value = n > 0 ? (out->concordant + out->tied_risk / 2) / n : NAN;
  out->error = NAN;
  memset(pairs->tree.sum, 0, ((size_t)pairs->tree.n + 1) * sizeof *pairs->tree.sum);
  pairs->tree.total = 0;
  status = count_forward(pairs, watch);
  if (status != STATUS_OK || !(n > 0)) {
    return status;
  }
  Sum squares = {0};
  for (size_t i = 0; i < rows->count; i++) {
    double influence = cox_weight(pairs->fit, i) * (pairs->right[i] - out->value * pairs->all[i]) / n;
    sum_add(&squares, influence * influence);
  }
  out->error = sqrt(sum_value(&squares));
  return STATUS_OK;
}

Status cox_concordance(Cox *cox, CoxConcordance *out, const Watch *watch)
{
  CoxFit *fit = cox->fit;
  size_t n = fit->rows->count;
  Pairs pairs = {.fit = fit, .right = fit->score, .all = fit->hazard, .out = out};
  *out = (CoxConcordance){0};
  pairs.rank = mem_alloc(n, sizeof *pairs.rank);
  Status status = pairs.rank ? cox_scores(fit, fit->beta, watch) : STATUS_NOMEM;
  if (status == STATUS_OK) {
    status = cox_ranks(fit->score, n, pairs.rank, &pairs.tree.n, watch);
  }
  if (status == STATUS_OK) {
    pairs.tree.sum = mem_zero((size_t)pairs.tree.n + 1, sizeof *pairs.tree.sum);
    status = pairs.tree.sum ? pairs_count(&pairs, watch) : STATUS_NOMEM;
  }
  mem_free(pairs.tree.sum);
  mem_free(pairs.rank);
  return status;
}
