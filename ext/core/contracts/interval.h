/*
** How long the amount of a contract pays for, and what that is per month.
*/
#ifndef RETAIN_CORE_CONTRACTS_INTERVAL_H
#define RETAIN_CORE_CONTRACTS_INTERVAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* An amount pays for `length` parts of a month, of which there are `parts`: a year is 12 of 1, a day 16 of 487. */
typedef struct BillingInterval {
  int64_t length, parts;
} BillingInterval;

/*
** Reads '[N ]day|week|month|quarter|half-year|year[s]', daily … yearly, annual, semi-annual; ISO 8601: P1Y, P3M, P1Y6M,
** P2W, P30D; or 日 周 月 季度 半年 年, with 每 or 按 before or 付 after it. Any case. A month is 30.4375 days.
*/
bool billing_interval_from_text(const char *text, size_t length, BillingInterval *interval);
#define BILLING_INTERVAL_FORMS \
  "an interval such as 'month', 'year', '3 months', 'quarterly', 'P1Y' or '年付', for which the amount pays"

/* 1200 a year is 100. */
static inline double billing_per_month(BillingInterval interval, double amount)
{
  return amount * (double)interval.parts / (double)interval.length;
}

#endif
