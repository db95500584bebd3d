#include "summary_cbs.h"

#include <math.h>

/* Totals over customers, for the ratio of two of them. */
typedef struct Ratio {
  double n, x, xx, s, ss, xs;
} Ratio;

static void ratio_add(Ratio *ratio, double x, double s, double weight)
{
  ratio->x += weight * x;
  ratio->xx += weight * x * x;
  ratio->s += weight * s;
  ratio->ss += weight * s * s;
  ratio->xs += weight * x * s;
}

static void ratio_finish(const Ratio *ratio, SummaryCbs *cbs)
{
  if (!(ratio->x > 0)) {
    cbs->mean = cbs->mean_sd = NAN;
    return;
  }
  double mean = ratio->s / ratio->x, squares = ratio->ss - 2 * mean * ratio->xs + mean * mean * ratio->xx;
  cbs->mean = mean;
  cbs->mean_sd = ratio->n > 1 ? sqrt(fmax(squares, 0) * ratio->n / (ratio->n - 1)) / ratio->x : NAN;
}

CbsRow summary_cbs_row(const CustomerSummaryRow *row, double unit_days)
{
  return (CbsRow){(double)row->repeats, (double)row->recency / unit_days, (double)row->age / unit_days};
}

Status summary_cbs(const CustomerSummary *summary, const Customers *customers, double unit_days, bool with_spend,
                   const uint32_t *copies, SummaryCbs *cbs, const Watch *watch)
{
  Ratio ratio = {0};
  Status status = STATUS_OK;
  for (uint32_t i = 0; i < summary->n_rows && status == STATUS_OK; i++) {
    CustomerSummaryRow row;
    double weight = copies ? copies[i] : 1;
    if (i % WATCH_EVERY == 0 && watch_stop(watch)) {
      return STATUS_INTERRUPT;
    }
    if (weight == 0) {
      continue;
    }
    customer_summary_get(summary, customers, i, &row);
    ratio.n += weight;
    status = cbs_add(&cbs->purchases, summary_cbs_row(&row, unit_days), NULL, weight, watch);
    if (with_spend && row.repeats > 0) {
      double x = (double)row.repeats;
      ratio_add(&ratio, x, row.mean * x, weight);
      if (row.mean > 0 && status == STATUS_OK) {
        status = cbs_add(&cbs->spend, (CbsRow){x, row.mean, 0}, NULL, weight, watch);
      }
    }
  }
  ratio_finish(&ratio, cbs);
  if (status == STATUS_OK) {
    status = cbs_finish(&cbs->purchases, watch);
  }
  return status == STATUS_OK && with_spend ? cbs_finish(&cbs->spend, watch) : status;
}

void summary_cbs_free(SummaryCbs *cbs)
{
  cbs_free(&cbs->purchases);
  cbs_free(&cbs->spend);
}
