/*
** A customer summary as the models see it: CBS rows of purchases and of spend.
*/
#ifndef RETAIN_CORE_BTYD_SUMMARY_CBS_H
#define RETAIN_CORE_BTYD_SUMMARY_CBS_H

#include "cbs.h"
#include "customer_summary.h"

/* {0} is a valid empty object. */
typedef struct SummaryCbs {
  Cbs purchases;  /* every customer, times in the unit */
  Cbs spend;      /* x > 0 and m > 0 */
  double mean;    /* value of a repeat purchase day, over all customers; NaN where there is none */
  double mean_sd; /* its standard error, as a ratio of two totals over customers (Cochran 1977, chapter 6) */
} SummaryCbs;

/* copies: how often each row takes part; NULL: once each. */
Status summary_cbs(const CustomerSummary *summary, const Customers *customers, double unit_days, bool with_spend,
                   const uint32_t *copies, SummaryCbs *cbs, const Watch *watch);
void summary_cbs_free(SummaryCbs *cbs); /* may run twice */

/* The CBS row of one customer. */
CbsRow summary_cbs_row(const CustomerSummaryRow *row, double unit_days);

#endif
