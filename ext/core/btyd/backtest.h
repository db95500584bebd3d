/*
** How well a buy-till-you-die model (core/btyd/btyd.h) would have predicted: fitted on the purchase days up to a cut,
** compared with those after it.
**
** Days are civil days; all purchases of a day are one. The customers are those whose first purchase day is at or before
** the cut. Of each, x, t_x and T are made as in core/btyd/customer_summary.h with the cut as the end, the actual is its
** purchase days after the cut, the prediction E[purchases in the holdout | x, t_x, T]. Times in weeks of 7 days.
**
** Sections of the answer:
**   overall  all customers
**   x        customers with x = 0, 1 … 6 and 7 or more (the conditional expectations of Fader, Hardie & Lee 2005)
**   week     cumulative repeat purchase days by the end of each week, over calibration and holdout; predicted: the
**            sum over customers of E[X(t)] of a new customer, t from the own first day (the tracking plot of the same
**            paper). Weeks are counted so that one ends with the cut: the first and the last may be shorter.
** actual and predicted are totals, mae, rmse and the Pearson correlation are over customers; coverage is the share
** of customers whose actual lies in the central interval of the model's own distribution, from the smallest n with
** P(X <= n) >= (1 - level)/2 to the smallest with P(X <= n) >= (1 + level)/2. As counts are whole, the interval
** holds at least the level, and for many customers much more.
**
** Memory: 4 … 6 bytes per row, 8 per day of history, about 80 per distinct (x, t_x, T, actual). A history of more
** than BACKTEST_DAYS days is refused.
*/
#ifndef RETAIN_CORE_BTYD_BACKTEST_H
#define RETAIN_CORE_BTYD_BACKTEST_H

#include <stdbool.h>
#include <stdint.h>

#include "btyd.h"
#include "core/events/accumulator.h"
#include "core/events/customers.h"
#include "core/events/purchase_days.h"

#define BACKTEST_DAYS 36525 /* a hundred years */
#define BACKTEST_BUCKETS 8  /* x = 0 … 6, 7 and more */

typedef enum BacktestSection {
  BACKTEST_OVERALL,
  BACKTEST_X,
  BACKTEST_WEEK
} BacktestSection;

/* NaN: does not apply, or 0/0. */
typedef struct BacktestRow {
  const BtydFit *fit; /* where it neither converged nor is at its limit: the only row of its model, without numbers */
  BacktestSection section;
  int bucket;        /* x, BACKTEST_BUCKETS - 1 for more; number of the week, from 1; 0 */
  uint32_t last_day; /* number of the day that the row counts to */
  bool held_out;
  double customers, actual, predicted, mae, rmse, correlation, coverage;
} BacktestRow;

/*
** Set zone, feed backtest_accumulator() with rows, backtest_finish(), backtest_model() once for each model. {0} is
** a valid empty object.
*/
typedef struct Backtest {
  ZoneCursor zone;
  PurchaseDays days; /* until backtest_finish() */
  uint32_t first_day, cut_day, end_day;
  Cbs calibration;            /* of those who first bought up to the cut */
  Cbs outcomes;               /* the same with the actual as covariate */
  uint32_t *firsts, *repeats; /* by day from first_day to end_day: first and repeat purchase days of these customers */
  BacktestRow *row;
  int n_rows;
} Backtest;

Accumulator backtest_accumulator(void); /* its self is the Backtest */

/*
** Day numbers: of the first row, of the calibration's last day, of the last day. first_day <= cut_day < end_day <
** first_day + BACKTEST_DAYS.
*/
Status backtest_finish(Backtest *backtest, uint32_t first_day, uint32_t cut_day, uint32_t end_day, const Watch *watch);

/* Adds the rows of a model. `fit`: of backtest->calibration; it must outlive the rows. */
Status backtest_model(Backtest *backtest, const BtydFit *fit, double level, const Watch *watch);

void backtest_free(Backtest *backtest); /* may run twice */

#endif
