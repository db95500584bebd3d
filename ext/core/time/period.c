#include "period.h"

#include <stdio.h>

#include "length.h"
#include "time_parse.h"

/* Months of a unit; 0 for the others. */
static int32_t unit_months(GrainUnit unit)
{
  return unit == GRAIN_MONTH ? 1 : unit == GRAIN_QUARTER ? 3 : unit == GRAIN_YEAR ? 12 : 0;
}

int32_t grain_months(Grain grain)
{
  return grain.count * unit_months(grain.unit);
}

/* Of hours, days and weeks: what periods and anchors are counted in, and how many of it a period has. */
static int64_t step_ms(Grain grain)
{
  return grain.unit == GRAIN_HOUR ? MS_PER_HOUR : MS_PER_DAY;
}

static int64_t steps(Grain grain)
{
  return (int64_t)grain.count * (grain.unit == GRAIN_WEEK ? 7 : 1);
}

int64_t grain_longest(Grain grain)
{
  int32_t months = grain_months(grain);
  /* a year has a leap day, a quarter up to three long months or August, a month 31 days */
  return months > 0 ? (months / 12 * INT64_C(366) + months % 12 * INT64_C(31)) * MS_PER_DAY
                    : steps(grain) * step_ms(grain);
}

int64_t period_index(Grain grain, int64_t local_ms)
{
  if (unit_months(grain.unit) == 0) {
    return floor_div(floor_div(local_ms, step_ms(grain)) - grain.anchor, steps(grain));
  }
  int year, month, day;
  day_to_civil(floor_div(local_ms, MS_PER_DAY), &year, &month, &day);
  return floor_div(((int64_t)year - 1970) * 12 + month - 1 - grain.anchor, grain_months(grain));
}

int64_t period_start(Grain grain, int64_t index)
{
  int64_t months = grain_months(grain);
  if (months == 0) {
    return (index * steps(grain) + grain.anchor) * step_ms(grain);
  }
  months = index * months + grain.anchor;
  int64_t years = floor_div(months, 12);
  return day_from_civil(1970 + years, (int)(months - years * 12) + 1, 1) * MS_PER_DAY;
}

/* The week's year and number are those of its Thursday. */
static int week_label(int64_t monday, char out[PERIOD_LABEL_MAX])
{
  int64_t thursday = monday + 3;
  int year, month, day;
  day_to_civil(thursday, &year, &month, &day);
  int week = (int)(thursday - day_from_civil(year, 1, 1)) / 7 + 1;
  return snprintf(out, PERIOD_LABEL_MAX, "%04d-W%02d", year, week);
}

static int quarter_label(Grain grain, int year, int month, char out[PERIOD_LABEL_MAX])
{
  const char *fiscal = grain.first_month > 0 ? "FY" : "";
  int months = month - 1 - grain.first_month; /* since the year began */
  if (months < 0) {
    months += 12;
    year--;
  }
  year += grain.first_month > 0;
  return grain.unit == GRAIN_YEAR ? snprintf(out, PERIOD_LABEL_MAX, "%s%04d", fiscal, year)
                                  : snprintf(out, PERIOD_LABEL_MAX, "%s%04d-Q%d", fiscal, year, months / 3 + 1);
}

size_t period_label(Grain grain, int64_t index, char out[PERIOD_LABEL_MAX])
{
  int64_t start = period_start(grain, index), days = floor_div(start, MS_PER_DAY);
  int year, month, day;
  day_to_civil(days, &year, &month, &day);
  if (grain.unit == GRAIN_HOUR) {
    int hour = (int)((start - days * MS_PER_DAY) / MS_PER_HOUR);
    return (size_t)snprintf(out, PERIOD_LABEL_MAX, "%04d-%02d-%02d %02d:00", year, month, day, hour);
  }
  if (grain.count == 1 && grain.unit == GRAIN_WEEK && grain.anchor == WEEK_ANCHOR) {
    return (size_t)week_label(days, out);
  }
  if (grain.count == 1 && grain.unit == GRAIN_MONTH) {
    return (size_t)snprintf(out, PERIOD_LABEL_MAX, "%04d-%02d", year, month);
  }
  if (grain.count == 1 && (grain.unit == GRAIN_QUARTER || grain.unit == GRAIN_YEAR)) {
    return (size_t)quarter_label(grain, year, month, out);
  }
  return date_to_text(days, out);
}

int64_t period_seek(PeriodCursor *cursor, int64_t ms)
{
  int64_t index = period_index(cursor->grain, zone_local(&cursor->zone, ms));
  cursor->lo = period_begin(cursor, index);
  cursor->hi = period_begin(cursor, index + 1);
  while (ms >= cursor->hi) { /* clocks were put back to before it, after it had begun */
    cursor->lo = cursor->hi;
    cursor->hi = period_begin(cursor, ++index + 1);
  }
  return cursor->index = index;
}

/* ---- From text ---- */

static const char *const MONTHS[] = {"january", "february", "march",     "april",   "may",      "june",
                                     "july",    "august",   "september", "october", "november", "december"};
static const char *const WEEKDAYS[] = {"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"};

/* The anchor as it is given; *any: not yet brought near 1970. */
static bool anchor_from_text(const char *text, const char *end, GrainUnit unit, int64_t *anchor)
{
  bool by_month = unit_months(unit) > 0;
  int name = by_month             ? name_from_text(text, end, MONTHS, 12)
             : unit == GRAIN_WEEK ? name_from_text(text, end, WEEKDAYS, 7)
                                  : -1;
  if (name >= 0) {
    *anchor = by_month ? name : WEEK_ANCHOR + name;
    return true;
  }
  TimeMemo memo = {0};
  int64_t ms;
  if (by_month || !time_from_text_memo(&memo, text, (size_t)(end - text), &ms) || !memo.is_date) {
    return false;
  }
  *anchor = floor_div(ms, MS_PER_DAY) * (unit == GRAIN_HOUR ? 24 : 1);
  return true;
}

bool grain_from_text(const char *text, size_t length, Grain *grain)
{
  static const GrainUnit UNIT[] = {
    [LENGTH_HOUR] = GRAIN_HOUR,   [LENGTH_DAY] = GRAIN_DAY,         [LENGTH_WEEK] = GRAIN_WEEK,
    [LENGTH_MONTH] = GRAIN_MONTH, [LENGTH_QUARTER] = GRAIN_QUARTER, [LENGTH_YEAR] = GRAIN_YEAR,
  };
  const char *p = text, *end = text + length;
  int32_t count;
  LengthUnit unit;
  if (!length_from_text(&p, end, &count, &unit) || count == 0) {
    return false;
  }
  Grain found = {.unit = UNIT[unit], .count = count < 0 ? 1 : count};
  int64_t anchor = unit == LENGTH_WEEK && found.count == 1 ? WEEK_ANCHOR : 0;
  if (p < end && (!word_from_text(&p, end, "from") || !anchor_from_text(p, end, found.unit, &anchor))) {
    return false;
  }
  found.first_month = unit_months(found.unit) > 0 ? (int32_t)anchor : 0;
  int64_t months = grain_months(found), size = months > 0 ? months : steps(found);
  found.anchor = (int32_t)(anchor - size * (floor_div(anchor - 1, size) + 1));
  *grain = found;
  return true;
}
