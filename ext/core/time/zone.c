#include "zone.h"

#include <string.h>

#include "core/base/mem.h"

/* ---- The rule after the last transition ---- */

/* Days since 1970-01-01 of a rule's day in a year. */
static int64_t rule_day(const ZoneRuleDay *rule, int64_t year)
{
  int64_t first = day_from_civil(year, 1, 1);
  if (rule->form == 'D') {
    return first + rule->day;
  }
  if (rule->form == 'J') {
    return first + rule->day - 1 + (rule->day >= 60 && month_length((int)year, 2) == 29);
  }
  int64_t month = day_from_civil(year, rule->month, 1);
  int64_t weekday = (month + 4) - 7 * floor_div(month + 4, 7); /* 1970-01-01 was a Thursday, 4 */
  int64_t day = (rule->day - weekday + 7) % 7 + 7 * (rule->week - 1);
  return month + (day < month_length((int)year, rule->month) ? day : day - 7);
}

/* A transition in UTC from an offset to another, put off where a day would go back: see the header. */
static int64_t settled(int64_t at, int64_t before, int64_t after)
{
  int64_t day = floor_div(at + after, MS_PER_DAY);
  return floor_div(at - 1 + before, MS_PER_DAY) > day ? (day + 1) * MS_PER_DAY - after : at;
}

/* Narrows the span around ms by a transition of the rule. */
static void rule_step(ZoneSpan *span, int64_t ms, int64_t at, int64_t after)
{
  if (at <= ms && at >= span->from) {
    span->from = at;
    span->offset = after;
  } else if (at > ms && at < span->until) {
    span->until = at;
  }
}

static ZoneSpan rule_span(const Zone *zone, int64_t ms)
{
  ZoneSpan span = {INT64_MIN, INT64_MAX, zone->standard};
  int year, month, day;
  day_to_civil(floor_div(ms + zone->standard, MS_PER_DAY), &year, &month, &day);
  for (int y = year - 1; y <= year + 1; y++) {
    int64_t end = rule_day(&zone->end, y) * MS_PER_DAY + zone->end.ms - zone->summer;
    int64_t begin = rule_day(&zone->begin, y) * MS_PER_DAY + zone->begin.ms - zone->standard;
    /* Where summer time ends when it begins again, it is always: the end first. */
    rule_step(&span, ms, settled(end, zone->summer, zone->standard), zone->standard);
    rule_step(&span, ms, settled(begin, zone->standard, zone->summer), zone->summer);
  }
  return span;
}

/* ---- Spans ---- */

static ZoneSpan zone_span(const Zone *zone, int64_t ms)
{
  size_t lo = 0, hi = zone->count; /* how many transitions have happened */
  while (lo < hi) {
    size_t middle = (lo + hi) / 2;
    if (zone->at[middle] <= ms) {
      lo = middle + 1;
    } else {
      hi = middle;
    }
  }
  ZoneSpan span = {lo > 0 ? zone->at[lo - 1] : INT64_MIN, lo < zone->count ? zone->at[lo] : INT64_MAX,
                   zone->offset[lo]};
  if (lo == zone->count && zone->has_rule) {
    ZoneSpan ruled = rule_span(zone, ms);
    span = (ZoneSpan){span.from > ruled.from ? span.from : ruled.from, ruled.until, ruled.offset};
  }
  return span;
}

int64_t zone_seek(ZoneCursor *cursor, int64_t ms)
{
  cursor->span = cursor->zone ? zone_span(cursor->zone, ms) : (ZoneSpan){INT64_MIN, INT64_MAX, 0};
  return ms + cursor->span.offset;
}

int64_t zone_instant(const ZoneCursor *cursor, int64_t local_ms)
{
  if (!cursor->zone) {
    return local_ms - cursor->span.offset;
  }
  ZoneSpan span = zone_span(cursor->zone, local_ms - ZONE_OFFSET_MAX);
  for (;;) {
    int64_t instant = local_ms - span.offset;
    instant = instant > span.from ? instant : span.from;
    if (instant < span.until) {
      return instant;
    }
    span = zone_span(cursor->zone, span.until);
  }
}

/* ---- Files ---- */

typedef struct Bytes {
  const unsigned char *p, *end;
} Bytes;

static int64_t take_integer(Bytes *bytes, int size)
{
  uint64_t number = bytes->p[0] & 0x80 ? UINT64_MAX : 0;
  for (int i = 0; i < size; i++) {
    number = number << 8 | *bytes->p++;
  }
  int64_t result;
  memcpy(&result, &number, sizeof result);
  return result;
}

/* The counts of a header, in their order in the file. */
typedef enum Count {
  COUNT_UT,
  COUNT_STANDARD,
  COUNT_LEAP,
  COUNT_TIME,
  COUNT_TYPE,
  COUNT_CHAR,
  COUNT_COUNT
} Count;

#define HEADER_SIZE 44
#define TYPE_SIZE 6
#define TRANSITIONS_MAX 100000

/* A header; false where there is none of version 2 or later. */
static bool take_header(Bytes *bytes, int64_t count[COUNT_COUNT])
{
  if (bytes->end - bytes->p < HEADER_SIZE || memcmp(bytes->p, "TZif", 4) != 0 || bytes->p[4] < '2') {
    return false;
  }
  bytes->p += 20;
  for (int i = 0; i < COUNT_COUNT; i++) {
    count[i] = take_integer(bytes, 4);
    if (count[i] < 0 || count[i] > TRANSITIONS_MAX) {
      return false;
    }
  }
  return true;
}

/* The size of a block whose times have `size` bytes. */
static int64_t block_size(const int64_t count[COUNT_COUNT], int size)
{
  return count[COUNT_TIME] * (size + 1) + count[COUNT_TYPE] * TYPE_SIZE + count[COUNT_CHAR] +
         count[COUNT_LEAP] * (size + 4) + count[COUNT_STANDARD] + count[COUNT_UT];
}

static bool is_offset(int64_t ms)
{
  return ms > -ZONE_OFFSET_MAX && ms < ZONE_OFFSET_MAX;
}

/* ---- The rule's text, as of POSIX's TZ, with hours to ±167 ---- */

typedef struct Footer {
  const char *p, *end;
} Footer;

static bool take_sign(Footer *footer, char sign)
{
  bool found = footer->p < footer->end && *footer->p == sign;
  footer->p += found;
  return found;
}

static int take_number(Footer *footer)
{
  int number = -1;
  for (; footer->p < footer->end && *footer->p >= '0' && *footer->p <= '9' && number < 1000; footer->p++) {
    number = (number < 0 ? 0 : number * 10) + (*footer->p - '0');
  }
  return number;
}

/* [+-]h[:m[:s]] in ms. */
static bool take_clock(Footer *footer, int64_t *ms)
{
  bool negative = take_sign(footer, '-');
  if (!negative) {
    take_sign(footer, '+');
  }
  int hours = take_number(footer), minutes = 0, seconds = 0;
  if (hours < 0 || hours > 167) {
    return false;
  }
  if (take_sign(footer, ':')) {
    minutes = take_number(footer);
    seconds = take_sign(footer, ':') ? take_number(footer) : 0;
  }
  *ms = ((hours * INT64_C(60) + minutes) * 60 + seconds) * (negative ? -MS_PER_SECOND : MS_PER_SECOND);
  return minutes >= 0 && minutes <= 59 && seconds >= 0 && seconds <= 59;
}

/* An abbreviation, letters or <anything>; it is not used. */
static bool take_name(Footer *footer)
{
  const char *start = footer->p;
  if (take_sign(footer, '<')) {
    while (footer->p < footer->end && *footer->p != '>') {
      footer->p++;
    }
    return take_sign(footer, '>');
  }
  while (footer->p < footer->end && (*footer->p | 0x20) >= 'a' && (*footer->p | 0x20) <= 'z') {
    footer->p++;
  }
  return footer->p - start >= 3;
}

/* An offset west of Greenwich, as POSIX has it. */
static bool take_offset(Footer *footer, int64_t *ms)
{
  bool taken = take_clock(footer, ms);
  *ms = -*ms;
  return taken && is_offset(*ms);
}

static bool take_rule_day(Footer *footer, ZoneRuleDay *rule)
{
  bool fits;
  *rule = (ZoneRuleDay){.form = 'D', .ms = 2 * MS_PER_HOUR};
  if (take_sign(footer, 'M')) {
    rule->form = 'M';
    rule->month = take_number(footer);
    rule->week = take_sign(footer, '.') ? take_number(footer) : 0;
    rule->day = take_sign(footer, '.') ? take_number(footer) : -1;
    fits =
      rule->month >= 1 && rule->month <= 12 && rule->week >= 1 && rule->week <= 5 && rule->day >= 0 && rule->day <= 6;
  } else {
    rule->form = take_sign(footer, 'J') ? 'J' : 'D';
    rule->day = take_number(footer);
    fits = rule->day >= (rule->form == 'J') && rule->day <= 365;
  }
  return fits && (!take_sign(footer, '/') || take_clock(footer, &rule->ms));
}

/* The text between the last two line feeds. Empty: the last offset stays. */
static bool take_footer(Footer *footer, Zone *zone)
{
  if (footer->p == footer->end) {
    return true;
  }
  if (!take_name(footer) || !take_offset(footer, &zone->standard)) {
    return false;
  }
  zone->has_rule = footer->p < footer->end;
  if (!zone->has_rule) {
    return true; /* always standard time, as after the last transition */
  }
  zone->summer = zone->standard + MS_PER_HOUR;
  return take_name(footer) && (footer->p == footer->end || *footer->p == ',' || take_offset(footer, &zone->summer)) &&
         take_sign(footer, ',') && take_rule_day(footer, &zone->begin) && take_sign(footer, ',') &&
         take_rule_day(footer, &zone->end) && footer->p == footer->end;
}

static Status take_block(Zone *zone, Bytes *bytes, const int64_t count[COUNT_COUNT])
{
  size_t n = (size_t)count[COUNT_TIME];
  const unsigned char *times = bytes->p, *types = times + 8 * n, *type = types + n;
  zone->count = n;
  zone->at = mem_alloc(n + 1, sizeof *zone->at);
  zone->offset = mem_alloc(n + 1, sizeof *zone->offset);
  if (!zone->at || !zone->offset) {
    return STATUS_NOMEM;
  }
  for (size_t i = 0; i <= n; i++) {
    int64_t number = i == 0 ? 0 : types[i - 1]; /* before the first transition it is type 0 */
    if (number >= count[COUNT_TYPE]) {
      return STATUS_ERROR;
    }
    Bytes offset = {type + number * TYPE_SIZE, bytes->end};
    zone->offset[i] = take_integer(&offset, 4) * MS_PER_SECOND;
    if (!is_offset(zone->offset[i])) {
      return STATUS_ERROR;
    }
  }
  int64_t latest = INT64_MIN;
  for (size_t i = 0; i < n; i++) {
    Bytes time = {times + 8 * i, bytes->end};
    int64_t seconds = take_integer(&time, 8), limit = INT64_C(1) << 50;
    /* Some files begin at the Big Bang. */
    seconds = seconds < -limit ? -limit : seconds > limit ? limit : seconds;
    int64_t at = settled(seconds * MS_PER_SECOND, zone->offset[i], zone->offset[i + 1]);
    if (at < latest) {
      return STATUS_ERROR;
    }
    zone->at[i] = latest = at;
  }
  return STATUS_OK;
}

Status zone_from_file(Zone *zone, const unsigned char *data, size_t length)
{
  Bytes bytes = {data, data + length};
  int64_t count[COUNT_COUNT];
  *zone = (Zone){0};
  if (!take_header(&bytes, count) || bytes.end - bytes.p < block_size(count, 4)) {
    return STATUS_ERROR;
  }
  bytes.p += block_size(count, 4);
  if (!take_header(&bytes, count) || bytes.end - bytes.p < block_size(count, 8) || count[COUNT_TYPE] < 1 ||
      count[COUNT_LEAP] > 0) {
    return STATUS_ERROR;
  }
  Status status = take_block(zone, &bytes, count);
  if (status == STATUS_OK) {
    const char *p = (const char *)bytes.p + block_size(count, 8), *end = (const char *)bytes.end;
    const char *last = p < end && *p == '\n' ? memchr(p + 1, '\n', (size_t)(end - p - 1)) : NULL;
    status = last && take_footer(&(Footer){p + 1, last}, zone) ? STATUS_OK : STATUS_ERROR;
  }
  if (status != STATUS_OK) {
    zone_free(zone);
  }
  return status;
}

void zone_free(Zone *zone)
{
  mem_free(zone->at);
  mem_free(zone->offset);
  *zone = (Zone){0};
}

Bound bound_of_day(const ZoneCursor *zone, int64_t local_ms)
{
  int64_t end = zone_instant(zone, (floor_div(local_ms, MS_PER_DAY) + 1) * MS_PER_DAY);
  return (Bound){end - 1, end};
}
