/*
** On which civil days each customer bought: 4 bytes per row, in whatever order the rows come.
**
** Customers are grouped in buckets of 1024 by id, so that a purchase day is one 32-bit key: 10 bits of customer, 22
** bits of day. Sorting a bucket (by radix, some tens of kilobytes at a time) brings each customer's days together and
** in order; the same day twice stays twice. Memory: 4 bytes per key, up to half as much again as a bucket grows by
** halves. O(1) amortised per row, O(n) at the end.
*/
#ifndef RETAIN_CORE_EVENTS_PURCHASE_DAYS_H
#define RETAIN_CORE_EVENTS_PURCHASE_DAYS_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/status.h"
#include "core/time/zone.h"

/*
** A civil day as a number that is never 0 and fits DAY_BITS, whatever the zone: days since 1970-01-01 + DAY_BIAS.
** Unsigned and by a constant, so that a row costs a multiplication and no branch.
*/
#define DAY_BITS 22
#define DAY_BIAS 719530
#define DAY_MASK (((uint32_t)1 << DAY_BITS) - 1)

static inline uint32_t day_number(int64_t local_ms)
{
  return (uint32_t)((uint64_t)(local_ms + DAY_BIAS * MS_PER_DAY) / (uint64_t)MS_PER_DAY);
}

/*
** An hour in the same bits, from a day of 1698 into 2177: whatever takes days takes hours then. false: a time beyond.
*/
#define HOUR_BIAS INT64_C(2380000)
static inline bool hour_number(int64_t local_ms, uint32_t *hour)
{
  int64_t number = floor_div(local_ms, MS_PER_HOUR) + HOUR_BIAS;
  *hour = (uint32_t)number;
  return number > 0 && number <= DAY_MASK;
}

/* The local time at which the day of a number begins. */
static inline int64_t day_number_start(uint32_t day)
{
  return ((int64_t)day - DAY_BIAS) * MS_PER_DAY;
}

#define BUCKET_SHIFT (32 - DAY_BITS)
#define BUCKET_CUSTOMERS ((uint32_t)1 << BUCKET_SHIFT)

typedef struct DayBucket {
  uint32_t *key; /* (customer's number in the bucket) << DAY_BITS | day number */
  size_t count, size;
} DayBucket;

/* {0} is a valid empty object. */
typedef struct PurchaseDays {
  DayBucket *bucket; /* of customers i * BUCKET_CUSTOMERS … */
  size_t count, size;
} PurchaseDays;

/* Makes room for one more key of a customer; purchase_days_add() asks when there is none. */
Status purchase_days_grow(PurchaseDays *days, uint32_t customer);

static inline Status purchase_days_add(PurchaseDays *days, uint32_t customer, uint32_t day)
{
  size_t i = customer >> BUCKET_SHIFT;
  if (i >= days->count || days->bucket[i].count == days->bucket[i].size) {
    Status status = purchase_days_grow(days, customer);
    if (status) {
      return status;
    }
  }
  DayBucket *bucket = &days->bucket[i];
  bucket->key[bucket->count++] = (customer & (BUCKET_CUSTOMERS - 1)) << DAY_BITS | day;
  return STATUS_OK;
}

/* Sorts a bucket's keys ascending; `spare` has room for as many. A few years of days take two passes over them. */
Status day_bucket_sort(DayBucket *bucket, uint32_t *spare, const Watch *watch);

/* The keys in the fullest bucket. */
size_t purchase_days_most(const PurchaseDays *days);

/* May run twice. */
void purchase_days_free(PurchaseDays *days);

#endif
