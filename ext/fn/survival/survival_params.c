#include "survival_params.h"

#include <math.h>

#include "core/base/mem.h"
#include "core/numerics/stats.h"

static bool is_digit(char c)
{
  return c >= '0' && c <= '9';
}

static bool is_space(char c)
{
  return c == ' ' || (c >= '\t' && c <= '\r');
}

/* [+-]digits[.digits][e[+-]digits]; not strtod(), which reads the locale's decimal sign. */
static bool number_at(const char **at, double *number)
{
  const char *p = *at;
  bool negative = *p == '-', any = false;
  double digits = 0;
  int exponent = 0, given = 0;
  p += *p == '-' || *p == '+';
  for (bool point = false; is_digit(*p) || (*p == '.' && !point); p++) {
    if (*p == '.') {
      point = true;
    } else {
      any = true;
      digits = 10 * digits + (*p - '0');
      exponent -= point;
    }
  }
  if (any && (*p == 'e' || *p == 'E')) {
    bool down = *++p == '-';
    p += *p == '-' || *p == '+';
    any = is_digit(*p);
    for (; is_digit(*p); p++) {
      given = given < 1000 ? 10 * given + (*p - '0') : given;
    }
    exponent += down ? -given : given;
  }
  *number = exponent < 0 ? digits / pow(10, -exponent) : digits * pow(10, exponent);
  *number = negative ? -*number : *number;
  *at = p;
  return any && isfinite(*number);
}

Status numbers_read(Call *call, int param, double low, double high, int most, double **numbers, int *n)
{
  const char *text = call_text(call, param);
  *n = 0;
  *numbers = mem_alloc((size_t)most, sizeof **numbers);
  if (!*numbers) {
    return STATUS_NOMEM;
  }
  for (const char *at = text;; at++) {
    double number = 0;
    while (is_space(*at)) {
      at++;
    }
    bool fits = *n < most && number_at(&at, &number) && number >= low && number <= high;
    while (is_space(*at)) {
      at++;
    }
    if (!fits || (*at && *at != ',')) {
      return call_fail_argument(call, param, "1…%d numbers from %g to %g separated by commas, such as '12, 24, 36'",
                                most, low, high);
    }
    (*numbers)[(*n)++] = number;
    if (!*at) {
      return STATUS_OK;
    }
  }
}

double level_z(double level)
{
  return normal_quantile((1 + level) / 2);
}
