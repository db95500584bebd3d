/*
** rfm_thresholds(source[, bins, method, scheme, lang, monetary_as, cuts, rules, …]): what rfm() with the same arguments
** scored by
**
**   SELECT dimension, bin, lower, upper, customers FROM rfm_thresholds('orders') WHERE kind = 'bin' ORDER BY dimension,
**   bin; SELECT r, f, m, matches, segment FROM rfm_thresholds('orders') WHERE scheme = 'custom' AND rules = … AND
**   kind = 'cell';
**
** R1  kind 'bin': a row per dimension (recency in days, frequency, monetary) and bin. A value with lower < value <=
**     upper is in it; the ends are open (NULL), and method ntile, which cuts by rank, has neither. smallest and largest
**     are the customers' own, NULL where the bin is empty.
** R2  kind 'class', scheme abc: a row per class, with its smallest and largest total value.
** R3  kind 'cell', scheme custom: cells of scores that no rule fits, a row each with matches 0; cells that several fit,
**     a row for each of these rules, the one that wins first. No such row: the rules cover every cell once.
** R4  A source without customers has no bins, unless cuts are given.
*/
#include "core/base/mem.h"
#include "fn/events/event_params.h"
#include "rfm_params.h"

enum {
  ARG_SOURCE,
  RFM_ARGS,
  ARG_COUNT
};

typedef enum Kind {
  KIND_BIN,
  KIND_CLASS,
  KIND_CELL
} Kind;

/* One row. Numbers of cells: r, f and m are in `score`. */
typedef struct Threshold {
  Kind kind;
  RfmAxis axis;
  int bin; /* KIND_CLASS: AbcClass */
  RfmScore score;
  int matches, segment; /* a rule number, or SEGMENT_NONE */
  int64_t customers;
  double smallest, largest; /* customers > 0 */
} Threshold;

typedef struct Thresholds {
  RfmOptions options;
  RfmCuts cuts;
  Threshold *rows;
  int64_t n_rows, size;
} Thresholds;

static Status row_add(Thresholds *table, const Threshold *row)
{
  if (table->n_rows == table->size) {
    int64_t size = 2 * table->size + 64;
    Threshold *rows = mem_resize(table->rows, (size_t)size, sizeof *rows);
    if (!rows) {
      return STATUS_NOMEM;
    }
    table->rows = rows;
    table->size = size;
  }
  table->rows[table->n_rows++] = *row;
  return STATUS_OK;
}

static void row_count(Threshold *row, double value)
{
  row->smallest = row->customers == 0 || value < row->smallest ? value : row->smallest;
  row->largest = row->customers == 0 || value > row->largest ? value : row->largest;
  row->customers++;
}

/* The rows of bins, and of classes where `axis` is RFM_AXES. */
static Status groups_add(Thresholds *table, const RfmView *view, const RfmScores *scores, int axis, const Watch *watch)
{
  bool classes = axis == RFM_AXES;
  int n = classes ? ABC_C : table->options.bins;
  Threshold groups[RFM_BINS_MAX + 1] = {0};
  for (uint32_t id = 0; id < view->customers->count; id++) {
    if (id % WATCH_EVERY == 0 && watch_stop(watch)) {
      return STATUS_INTERRUPT;
    }
    RfmScore score = rfm_scores_at(scores, id);
    if (classes) {
      row_count(&groups[score.abc], rfm_totals_sum(rfm_view_totals(view, id)));
    } else {
      int bin = axis == RFM_RECENCY ? score.r : axis == RFM_FREQUENCY ? score.f : score.m;
      row_count(&groups[bin], rfm_view_value(view, id, (RfmAxis)axis));
    }
  }
  for (int bin = 1; bin <= n; bin++) {
    groups[bin].kind = classes ? KIND_CLASS : KIND_BIN;
    groups[bin].axis = (RfmAxis)axis;
    groups[bin].bin = bin;
    groups[bin].segment = classes ? bin - (int)ABC_A : SEGMENT_NONE;
    Status status = row_add(table, &groups[bin]);
    if (status != STATUS_OK) {
      return status;
    }
  }
  return STATUS_OK;
}

/* R3 */
static Status cell_add(Thresholds *table, RfmScore score, int64_t customers)
{
  const Segments *segments = &table->options.segments;
  Threshold row = {.kind = KIND_CELL, .score = score, .segment = SEGMENT_NONE, .customers = customers};
  for (int rule = 0; rule < segments->n_rules; rule++) {
    row.matches += segments_match(segments, rule, score);
  }
  if (row.matches == 0) {
    return row_add(table, &row);
  }
  Status status = STATUS_OK;
  for (int rule = 0; rule < segments->n_rules && row.matches > 1 && status == STATUS_OK; rule++) {
    if (segments_match(segments, rule, score)) {
      row.segment = rule;
      status = row_add(table, &row);
    }
  }
  return status;
}

static Status cells_add(Thresholds *table, const RfmScores *scores, uint32_t n_ids)
{
  int bins = table->options.bins;
  int64_t *count = mem_zero(4096, sizeof *count); /* by the scores as they are packed, 4 bits each */
  if (!count) {
    return STATUS_NOMEM;
  }
  for (uint32_t id = 0; id < n_ids; id++) {
    count[scores->packed[id] & 0xfff]++;
  }
  Status status = STATUS_OK;
  for (int r = 1; r <= bins; r++) {
    for (int f = 1; f <= bins; f++) {
      for (int m = 1; m <= bins && status == STATUS_OK; m++) {
        status = cell_add(table, (RfmScore){r, f, m, ABC_NONE}, count[r << 8 | f << 4 | m]);
      }
    }
  }
  mem_free(count);
  return status;
}

static Status thresholds_compute(Call *call, void *state, int64_t *n_rows)
{
  Thresholds *table = state;
  EventSource source = {0};
  RfmScores scores = {0};
  Status status = rfm_options_read(&table->options, call, ARG_BINS);
  if (status != STATUS_OK) {
    return status;
  }
  status = event_source_read(call, &RFM_ACCUMULATOR, NULL, (EventSourceOptions){0}, &source);
  if (status != STATUS_OK) {
    goto done;
  }
  rfm_totals_settle(&source.customers, offsetof(RfmState, totals));
  RfmView view = {&source.customers, offsetof(RfmState, totals), source.as_of, table->options.mean, source.zone};
  status = rfm_options_score(&table->options, call, &view, &scores);
  table->cuts = scores.cuts;
  bool has_bins = scores.n > 0 || table->options.method == RFM_GIVEN;
  bool has_classes = scores.n > 0 && table->options.segments.scheme == SCHEME_ABC;
  for (int axis = has_bins ? 0 : RFM_AXES; axis < RFM_AXES + has_classes && status == STATUS_OK; axis++) {
    status = groups_add(table, &view, &scores, axis, call_watch(call));
  }
  if (status == STATUS_OK && table->options.segments.scheme == SCHEME_CUSTOM) {
    status = cells_add(table, &scores, source.customers.count);
  }
  *n_rows = table->n_rows;
done:
  rfm_scores_free(&scores);
  event_source_free(&source);
  return status;
}

enum {
  COLUMN_KIND,
  COLUMN_DIMENSION,
  COLUMN_BIN,
  COLUMN_LOWER,
  COLUMN_UPPER,
  COLUMN_SMALLEST,
  COLUMN_LARGEST,
  COLUMN_R,
  COLUMN_F,
  COLUMN_M,
  COLUMN_MATCHES,
  COLUMN_SEGMENT,
  COLUMN_CUSTOMERS,
  COLUMN_COUNT
};

/*
** The cut number k = 0 … bins of an axis, of which the first and the last are open ends. Bins of recency count
** downwards.
*/
static void cut_cell(const Thresholds *table, const Threshold *row, bool upper, Cell *out)
{
  int bins = table->options.bins;
  int k = (row->axis == RFM_RECENCY ? bins - row->bin : row->bin - 1) + upper;
  if (row->kind != KIND_BIN || table->cuts.bins == 0 || k == 0 || k == bins) {
    cell_null(out);
  } else {
    cell_real(out, table->cuts.cut[row->axis][k - 1]);
  }
}

static void cell_integer_if(Cell *out, bool given, int64_t value)
{
  if (given) {
    cell_integer(out, value);
  } else {
    cell_null(out);
  }
}

static void cell_real_if(Cell *out, bool given, double value)
{
  if (given) {
    cell_real(out, value);
  } else {
    cell_null(out);
  }
}

static void thresholds_cell(const void *state, int64_t i, int column, Cell *out)
{
  static const char *const KINDS[] = {"bin", "class", "cell"};
  const Thresholds *table = state;
  const Threshold *row = &table->rows[i];
  bool is_cell = row->kind == KIND_CELL;
  switch (column) {
    case COLUMN_KIND:
      cell_static(out, KINDS[row->kind]);
      break;
    case COLUMN_DIMENSION:
      cell_static(out, is_cell ? NULL : row->kind == KIND_CLASS ? "value" : RFM_AXIS_NAMES[row->axis]);
      break;
    case COLUMN_BIN:
      cell_integer_if(out, row->kind == KIND_BIN, row->bin);
      break;
    case COLUMN_LOWER:
    case COLUMN_UPPER:
      cut_cell(table, row, column == COLUMN_UPPER, out);
      break;
    case COLUMN_SMALLEST:
      cell_real_if(out, !is_cell && row->customers > 0, row->smallest);
      break;
    case COLUMN_LARGEST:
      cell_real_if(out, !is_cell && row->customers > 0, row->largest);
      break;
    case COLUMN_R:
      cell_integer_if(out, is_cell, row->score.r);
      break;
    case COLUMN_F:
      cell_integer_if(out, is_cell, row->score.f);
      break;
    case COLUMN_M:
      cell_integer_if(out, is_cell, row->score.m);
      break;
    case COLUMN_MATCHES:
      cell_integer_if(out, is_cell, row->matches);
      break;
    case COLUMN_SEGMENT:
      rfm_segment_cell(&table->options.segments, row->segment, out);
      break;
    default:
      cell_integer(out, row->customers);
  }
}

static void thresholds_free(void *state)
{
  Thresholds *table = state;
  mem_free(table->rows);
  table->rows = NULL;
  rfm_options_free(&table->options);
}

static const ParamSpec PARAMS[] = {
  [ARG_SOURCE] = EVENT_SOURCE_PARAM(EVENT_VALUES),
  RFM_PARAMS,
};
_Static_assert(COUNT_OF(PARAMS) == ARG_COUNT, "a parameter is not numbered");

static const ColumnSpec COLUMNS[] = {
  [COLUMN_KIND] = {"kind", "TEXT",
                   "bin: a score's interval; class: an ABC class; cell: scores that no custom rule, or several, fit"},
  [COLUMN_DIMENSION] = {"dimension", "TEXT",
                        "recency (days), frequency or monetary; value (a customer's sum) for classes; NULL for cells"},
  [COLUMN_BIN] = {"bin", "INTEGER", "the score, 1…bins; NULL for classes and cells"},
  [COLUMN_LOWER] = {"lower", "REAL", "values above this …; NULL: no limit, or method ntile"},
  [COLUMN_UPPER] = {"upper", "REAL", "… and up to this score the bin; NULL: no limit, or method ntile"},
  [COLUMN_SMALLEST] = {"smallest", "REAL", "smallest value of the customers in it; NULL if there are none"},
  [COLUMN_LARGEST] = {"largest", "REAL", "largest value of the customers in it; NULL if there are none"},
  [COLUMN_R] = {"r", "INTEGER", "recency score of a cell"},
  [COLUMN_F] = {"f", "INTEGER", "frequency score of a cell"},
  [COLUMN_M] = {"m", "INTEGER", "monetary score of a cell"},
  [COLUMN_MATCHES] = {"matches", "INTEGER", "rules that fit the cell: 0, or 2 and more"},
  [COLUMN_SEGMENT] = {"segment", "TEXT", "the class; or a rule that fits the cell, of which the first one wins"},
  [COLUMN_CUSTOMERS] = {"customers", "INTEGER", "customers in it"},
};
_Static_assert(COUNT_OF(COLUMNS) == COLUMN_COUNT, "a column is not numbered");

const TableSpec rfm_thresholds_table = {
  .name = "rfm_thresholds",
  .doc =
    {
      .summary = "Shows where the scores and classes of rfm() begin and end, and which cells custom rules leave out or "
                 "name twice.",
      .result = "A row per dimension and bin; with scheme abc one more per class; with scheme custom one more per cell "
                "without a rule, and per rule of a cell with several.",
      .nulls = "As for rfm(); a source without customers has no bins, unless cuts are given.",
      .errors = RFM_OPTION_ERRORS ".",
      .example = "SELECT dimension, bin, lower, upper, customers FROM rfm_thresholds((SELECT retain_log(customer_id, "
                 "ordered_at, amount) FROM demo_orders(200, 1)))",
      .formula = "lower < value <= upper. Type-7 quantiles (Hyndman & Fan 1996) for method quantile; the mean for "
                 "method mean, where recency's upper limit is the number next below it",
    },
  .columns = COLUMNS,
  .n_columns = COUNT_OF(COLUMNS),
  .params = PARAMS,
  .n_params = COUNT_OF(PARAMS),
  .has_source = true,
  .by_segment = true,
  .value = VALUE_REQUIRED,
  .state_size = sizeof(Thresholds),
  .compute = thresholds_compute,
  .cell = thresholds_cell,
  .free = thresholds_free,
};
