/*
** Time zones: what local time it is at an instant. A fixed offset, or the transitions and the rule after them that a
** file of the system's time zone data holds (TZif version 2 and later, RFC 8536).
**
** Days never go back: where clocks are put back over a midnight that has passed already (Newfoundland until 2011 at
** 00:01), they are put back when they show that midnight again. So the local time of a later instant is never on an
** earlier day, and a civil day that begins twice begins once, at its first instant.
*/
#ifndef RETAIN_CORE_TIME_ZONE_H
#define RETAIN_CORE_TIME_ZONE_H

#include "calendar.h"
#include "core/base/status.h"

#define ZONE_OFFSET_MAX (26 * MS_PER_HOUR) /* below this in size, by RFC 8536 */

/* When a rule's summer time begins or ends, in each year. */
typedef struct ZoneRuleDay {
  char form; /* 'M': weekday `day` of week `week` (5: the last) of `month`; 'J': day 1 … 365 without leap */
  int month, week, day; /* days, or 'D': day 0 … 365 with them */
  int64_t ms;           /* after that day's midnight, by the clock that is then put */
} ZoneRuleDay;

/* What a file says. {0} is a valid empty object. */
typedef struct Zone {
  size_t count;
  int64_t *at;     /* transitions, ascending: offset[i + 1] holds from at[i] on */
  int64_t *offset; /* count + 1 of them, in ms */
  bool has_rule;   /* from at[count - 1] on: `standard`, and `summer` from `begin` to `end` of each year */
  int64_t standard, summer;
  ZoneRuleDay begin, end;
} Zone;

/* STATUS_ERROR: the bytes are no such file, or count leap seconds. */
Status zone_from_file(Zone *zone, const unsigned char *bytes, size_t length);

void zone_free(Zone *zone);

/* The widest range of instants from <= t < until around one that has one offset. */
typedef struct ZoneSpan {
  int64_t from, until, offset;
} ZoneSpan;

/*
** The local times of many instants in turn: a zone, with the span that was looked up last. {0} is UTC; a fixed offset
** is one span without a zone. To be copied freely; the zone is borrowed.
*/
typedef struct ZoneCursor {
  const Zone *zone;
  ZoneSpan span;
} ZoneCursor;

static inline ZoneCursor zone_fixed(int64_t offset_ms)
{
  return (ZoneCursor){NULL, {INT64_MIN, INT64_MAX, offset_ms}};
}

/* Local time, in ms. */
int64_t zone_seek(ZoneCursor *cursor, int64_t ms);
static inline int64_t zone_local(ZoneCursor *cursor, int64_t ms)
{
  return cursor->span.from <= ms && ms < cursor->span.until ? ms + cursor->span.offset : zone_seek(cursor, ms);
}

/* As zone_local(), without remembering. */
static inline int64_t zone_local_at(const ZoneCursor *cursor, int64_t ms)
{
  ZoneCursor copy = *cursor;
  return zone_local(&copy, ms);
}

/* The first instant at which local time has come to local_ms: of a civil day's midnight, where the day begins. */
int64_t zone_instant(const ZoneCursor *cursor, int64_t local_ms);

/*
** Up to where time is looked at. An instant counts itself, and what ends there has passed; a civil day counts to its
** last millisecond, and what ends at the next midnight has passed.
*/
typedef struct Bound {
  int64_t last; /* the last instant that counts */
  int64_t end;  /* periods that end by it are complete */
} Bound;

static inline Bound bound_of_instant(int64_t ms)
{
  return (Bound){ms, ms};
}

/* The civil day that holds local_ms. */
Bound bound_of_day(const ZoneCursor *zone, int64_t local_ms);

/*
** A time and whether it came as a date alone, so that the greatest is the newest: of one instant the date, which
** reaches further. Up to the newest the default analysis goes.
*/
static inline int64_t newest_mark(int64_t ms, bool is_date)
{
  return 2 * ms + is_date;
}

#define NEWEST_NONE INT64_MIN

static inline int64_t newest_time(int64_t mark)
{
  return floor_div(mark, 2);
}

/* A date is that of its civil day, as a date that is given would be, wherever in the zone its instant lies. */
static inline Bound bound_of_newest(const ZoneCursor *zone, int64_t mark)
{
  return mark & 1 ? bound_of_day(zone, newest_time(mark)) : bound_of_instant(newest_time(mark));
}

static inline bool bound_is_day(Bound bound)
{
  return bound.end != bound.last;
}

#endif
