#include "mrr.h"

#include "core/base/mem.h"

/* One customer's movement in one period. */
static void movement_add(MrrRow *row, double before, double after, bool first_ever)
{
  if (before == 0 && after == 0) {
    row->new_lost += first_ever;
  } else if (before == 0 && first_ever) {
    sum_add(&row->new_revenue, after);
    row->new_customers++;
  } else if (before == 0) {
    sum_add(&row->reactivation, after);
    row->reactivated++;
  } else if (after == 0) {
    sum_add(&row->churn, before);
    row->churned++;
  } else if (after > before) {
    sum_add(&row->expansion, after - before);
    row->expanded++;
  } else if (after < before) {
    sum_add(&row->contraction, before - after);
    row->contracted++;
  }
}

static void run_add(const Mrr *mrr, const ContractSteps *steps, PeriodCursor *cursor)
{
  bool had = false;
  double level = 0;
  for (size_t i = 0; i < steps->count;) {
    int64_t period = period_of(cursor, steps->steps[i].time);
    if (period - mrr->first >= mrr->periods) {
      return; /* at as_of, where a period begins of which nothing has passed */
    }
    double before = level;
    bool had_before = had;
    for (; i < steps->count && period_of(cursor, steps->steps[i].time) == period; i++) {
      level = steps->steps[i].level;
      had = had || level > 0;
    }
    movement_add(&mrr->rows[period - mrr->first], before, level, had && !had_before);
  }
}

/* From the movements to what there was at each start and end. */
static void rows_run_on(MrrRow *rows, int64_t periods)
{
  Sum level = {0};
  int64_t customers = 0;
  for (int64_t i = 0; i < periods; i++) {
    MrrRow *row = &rows[i];
    row->start = level;
    row->start_customers = customers;
    const double moves[] = {sum_value(&row->new_revenue), sum_value(&row->expansion), sum_value(&row->reactivation),
                            -sum_value(&row->contraction), -sum_value(&row->churn)};
    for (int k = 0; k < 5; k++) {
      sum_add(&level, moves[k]);
    }
    customers += row->new_customers + row->reactivated - row->churned;
    if (customers == 0) {
      level = (Sum){0};
    }
    row->end = level;
    row->end_customers = customers;
  }
}

Status mrr_build(Mrr *mrr, const Contracts *contracts, Grain grain, ZoneCursor zone, bool cover, const Watch *watch)
{
  *mrr = (Mrr){0};
  if (contracts->count == 0) {
    return STATUS_OK;
  }
  PeriodCursor cursor = {.grain = grain, .zone = zone};
  mrr->first = period_of(&cursor, contracts->first);
  mrr->periods = period_of(&cursor, contracts->as_of.end - 1) - mrr->first + 1;
  if (mrr->periods <= 0) {
    mrr->periods = 0;
    return STATUS_OK;
  }
  if (mrr->periods > MRR_ROWS_MAX) {
    mrr->too_long = true;
    return STATUS_ERROR;
  }
  mrr->rows = mem_zero((size_t)mrr->periods, sizeof *mrr->rows);
  if (!mrr->rows) {
    return STATUS_NOMEM;
  }
  ContractSteps steps = {0};
  Status status = STATUS_OK;
  for (size_t from = 0, turn = 0; from < contracts->count && status == STATUS_OK; turn++) {
    size_t to = contracts_run(contracts, from);
    status = turn % WATCH_EVERY == 0 && watch_stop(watch) ? STATUS_INTERRUPT
                                                          : contract_steps(contracts, from, to, cover, &steps, watch);
    if (status == STATUS_OK) {
      run_add(mrr, &steps, &cursor);
    }
    from = to;
  }
  contract_steps_free(&steps);
  rows_run_on(mrr->rows, mrr->periods);
  return status;
}

void mrr_free(Mrr *mrr)
{
  mem_free(mrr->rows);
  *mrr = (Mrr){0};
}
