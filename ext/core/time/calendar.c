/*
** Civil dates, periods and durations, and times as text. What reads text is in time_parse.c.
*/
#include "calendar.h"

/* ---- Civil dates ---- */

/*
** Days are counted from 1 March of year -40000 (a multiple of 400 years before 0000), so that all arithmetic is
** unsigned 32-bit and the leap day ends the year (Neri & Schneider 2022, "Euclidean affine functions and their
** application to calendar algorithms"). That leaves room for sums of times, offsets and durations outside 0000 …
** 9999; beyond some million years results wrap.
*/
#define ERA_YEARS 40000u
#define ERA_DAYS (719468u + 146097u * (ERA_YEARS / 400u))

int64_t day_from_civil(int64_t year, int month, int day)
{
  uint32_t january_february = month <= 2;
  uint32_t y = (uint32_t)(year + ERA_YEARS) - january_february;
  uint32_t m = (uint32_t)month + 12 * january_february;
  uint32_t century = y / 100;
  uint32_t day_of_year = (979 * m - 2919) / 32;
  return (int64_t)(365 * y + y / 4 - century + century / 4 + day_of_year) + day - 1 - ERA_DAYS;
}

void day_to_civil(int64_t days, int *year, int *month, int *day)
{
  uint32_t n = 4 * (uint32_t)(days + ERA_DAYS) + 3;
  uint32_t century = n / 146097, in_century = (n % 146097) | 3;
  uint64_t product = UINT64_C(2939745) * in_century;
  uint32_t year_of_century = (uint32_t)(product >> 32);
  uint32_t day_of_year = (uint32_t)product / 2939745 / 4;
  uint32_t k = 2141 * day_of_year + 197913;
  uint32_t january_february = day_of_year >= 306;
  *year = (int)(100 * century + year_of_century + january_february) - (int)ERA_YEARS;
  *month = (int)((k >> 16) - 12 * january_february);
  *day = (int)((k & 0xffff) / 2141) + 1;
}

int month_length(int year, int month)
{
  static const unsigned char LENGTH[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
  return LENGTH[month - 1] + (month == 2 && leap);
}

/* ---- Durations ---- */

int64_t time_add(int64_t ms, Duration duration, int sign)
{
  if (duration.months != 0) {
    int64_t days = floor_div(ms, MS_PER_DAY);
    int year, month, day;
    day_to_civil(days, &year, &month, &day);
    int64_t months = (int64_t)year * 12 + (month - 1) + (int64_t)sign * duration.months;
    int64_t to_year = floor_div(months, 12);
    int to_month = (int)(months - to_year * 12) + 1;
    int last = month_length((int)to_year, to_month);
    ms += (day_from_civil(to_year, to_month, day < last ? day : last) - days) * MS_PER_DAY;
  }
  return ms + sign * duration.ms;
}

/* ---- Time to text ---- */

static char *put_digits(char *out, int number, int width)
{
  for (int i = width - 1; i >= 0; i--, number /= 10) {
    out[i] = (char)('0' + number % 10);
  }
  return out + width;
}

/* Years outside 0000 … 9999, which an offset can reach from inside, get a minus sign or more digits. */
size_t date_to_text(int64_t days, char out[TIME_TEXT_MAX])
{
  int year, month, day, width = 4;
  char *p = out;
  day_to_civil(days, &year, &month, &day);
  if (year < 0) {
    *p++ = '-';
    year = -year;
  }
  for (int rest = year / 10000; rest > 0; rest /= 10) {
    width++;
  }
  p = put_digits(p, year, width);
  *p++ = '-';
  p = put_digits(p, month, 2);
  *p++ = '-';
  p = put_digits(p, day, 2);
  *p = 0;
  return (size_t)(p - out);
}

size_t time_to_text(int64_t ms, char out[TIME_TEXT_MAX])
{
  int clock = (int)(ms % MS_PER_DAY);
  if (clock < 0) {
    clock += (int)MS_PER_DAY;
  }
  char *p = out + date_to_text(floor_div(ms, MS_PER_DAY), out);
  *p++ = ' ';
  p = put_digits(p, clock / 3600000, 2);
  *p++ = ':';
  p = put_digits(p, clock / 60000 % 60, 2);
  *p++ = ':';
  p = put_digits(p, clock / 1000 % 60, 2);
  if (clock % 1000) {
    *p++ = '.';
    p = put_digits(p, clock % 1000, 3);
  }
  *p = 0;
  return (size_t)(p - out);
}
