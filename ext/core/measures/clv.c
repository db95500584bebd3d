#include "clv.h"

#include <float.h>
#include <math.h>

double clv_periods(double lifespan, double discount_rate)
{
  if (discount_rate == 0) {
    return lifespan;
  }

  /*
  ** 1 - (1+d)^-L loses every digit of a small d; expm1 and log1p keep them. A y that could underflow is below half an
  ** ulp,
  ** where expm1(-y) is -y: the quotient that is left does not underflow.
  */
  double log_growth = log1p(discount_rate), y = lifespan * log_growth;
  return y <= DBL_EPSILON / 2 ? lifespan * (log_growth / discount_rate) : -expm1(-y) / discount_rate;
}
