#include "purchase_days.h"

#include <string.h>

#include "core/base/mem.h"

#define FIRST_KEYS 64
#define DIGIT_BITS 11
#define DIGITS_MAX 3 /* DIGIT_BITS * DIGITS_MAX >= 32 */

static Status grow_buckets(PurchaseDays *days, size_t needed)
{
  if (needed > days->size) {
    size_t size = needed + days->size / 2 + 16;
    DayBucket *bucket = mem_resize(days->bucket, size, sizeof *bucket);
    if (!bucket) {
      return STATUS_NOMEM;
    }
    days->bucket = bucket;
    days->size = size;
  }
  memset(days->bucket + days->count, 0, (needed - days->count) * sizeof *days->bucket);
  days->count = needed;
  return STATUS_OK;
}

Status purchase_days_grow(PurchaseDays *days, uint32_t customer)
{
  size_t i = customer >> BUCKET_SHIFT;
  if (i >= days->count) {
    Status status = grow_buckets(days, i + 1);
    if (status) {
      return status;
    }
  }
  DayBucket *bucket = &days->bucket[i];
  if (bucket->count == bucket->size) {
    size_t size = bucket->size + bucket->size / 2 + FIRST_KEYS;
    uint32_t *key = mem_resize(bucket->key, size, sizeof *key);
    if (!key) {
      return STATUS_NOMEM;
    }
    bucket->key = key;
    bucket->size = size;
  }
  return STATUS_OK;
}

static int bit_length(uint32_t x)
{
  int n = 0;
  for (; x; x >>= 1) {
    n++;
  }
  return n;
}

/* Stable passes of `width` bits, the lowest first. */
Status day_bucket_sort(DayBucket *bucket, uint32_t *spare, const Watch *watch)
{
  uint32_t *key = bucket->key;
  size_t n = bucket->count;
  if (n == 0) {
    return STATUS_OK; /* no range of days to pack */
  }
  if (n < 2) {
    return STATUS_OK;
  }
  uint32_t low = DAY_MASK, high = 0;
  for (size_t i = 0; i < n; i++) {
    uint32_t day = key[i] & DAY_MASK;
    low = day < low ? day : low;
    high = day > high ? day : high;
  }
  /* Customer and day are moved together, without the bits that no day of this bucket uses. */
  int day_bits = bit_length(high - low), bits = day_bits + BUCKET_SHIFT;
  int digits = (bits + DIGIT_BITS - 1) / DIGIT_BITS, width = (bits + digits - 1) / digits;
  uint32_t mask = ((uint32_t)1 << width) - 1, day_mask = ((uint32_t)1 << day_bits) - 1;
  uint32_t start[DIGITS_MAX][1 << DIGIT_BITS];
  memset(start, 0, sizeof start);
  for (size_t i = 0; i < n; i++) {
    uint32_t packed = key[i] >> DAY_BITS << day_bits | ((key[i] & DAY_MASK) - low);
    key[i] = packed;
    for (int digit = 0; digit < digits; digit++) {
      start[digit][packed >> digit * width & mask]++;
    }
  }
  uint32_t *from = key, *to = spare;
  for (int digit = 0; digit < digits; digit++) {
    if (n >= WATCH_EVERY && watch_stop(watch)) {
      return STATUS_INTERRUPT;
    }
    uint32_t next = 0;
    for (uint32_t value = 0; value <= mask; value++) {
      uint32_t count = start[digit][value];
      start[digit][value] = next;
      next += count;
    }
    for (size_t i = 0; i < n; i++) {
      to[start[digit][from[i] >> digit * width & mask]++] = from[i];
    }
    uint32_t *swap = from;
    from = to;
    to = swap;
  }
  for (size_t i = 0; i < n; i++) {
    key[i] = from[i] >> day_bits << DAY_BITS | ((from[i] & day_mask) + low);
  }
  return STATUS_OK;
}

size_t purchase_days_most(const PurchaseDays *days)
{
  size_t most = 0;
  for (size_t i = 0; i < days->count; i++) {
    most = days->bucket[i].count > most ? days->bucket[i].count : most;
  }
  return most;
}

void purchase_days_free(PurchaseDays *days)
{
  for (size_t i = 0; i < days->count; i++) {
    mem_free(days->bucket[i].key);
  }
  mem_free(days->bucket);
  *days = (PurchaseDays){0};
}
