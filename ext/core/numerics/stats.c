#include "stats.h"

#include <float.h>
#include <math.h>

/* ---- Sums ---- */

void sum_add(Sum *sum, double x)
{
  double t = sum->high + x;
  sum->low += fabs(sum->high) >= fabs(x) ? (sum->high - t) + x : (x - t) + sum->high;
  sum->high = t;
}

/* Once `high` overflows, `low` is NaN. */
double sum_value(const Sum *sum)
{
  return isfinite(sum->high) ? sum->high + sum->low : sum->high;
}

#define DECIMAL_UNITS 10000.0 /* in 1 */
#define DECIMAL_MOST 2e11     /* above it a unit is not far from what rounding changes */

double sum_decimal(const Sum *sum)
{
  if (!(fabs(sum->high) < DECIMAL_MOST)) {
    return sum_value(sum);
  }
  const double integers = 6755399441055744.0; /* 1.5 * 2^52: a number added to it is rounded to an integer */
  double units = sum->high * DECIMAL_UNITS + sum->low * DECIMAL_UNITS;
  return ((units + integers) - integers) / DECIMAL_UNITS;
}

bool sum_is_decimal(const Sum *sum, double size)
{
  return size < DECIMAL_MOST && fabs(sum->high - sum_decimal(sum) + sum->low) <= 2.3e-16 * size;
}

/* ---- Order: one quicksort that can leave parts nobody asks for unsorted ---- */

/*
** Where the quantile p of n values lies: between x[*rank] and the next, at *fraction. 90 * 0.7 is 62.99999999999999
** in doubles, which would put a cut just below the very value it should equal, and that value above the cut: within
** the error of p and the product, h is whole.
*/
static void quantile_place(size_t n, double p, size_t *rank, double *fraction)
{
  double h = (double)(n - 1) * p, nearest = floor(h + 0.5);
  if (fabs(h - nearest) <= 4 * DBL_EPSILON * h) {
    h = nearest;
  }
  double whole = floor(h);
  *rank = (size_t)whole;
  *fraction = h - whole;
}

static double between(double a, double b, double fraction)
{
  double gap = b - a;
  return isfinite(gap) ? a + fraction * gap : (1 - fraction) * a + fraction * b;
}

/*
** The ranks needed are those of n_p ascending quantiles of n values, and the next rank of each; with p == NULL all of
** them.
*/
typedef struct Ranks {
  const double *p;
  size_t n_p, n;
} Ranks;

static bool ranks_touch(const Ranks *ranks, size_t lo, size_t hi)
{
  if (!ranks->p) {
    return true;
  }
  size_t first = 0, last = ranks->n_p, rank;
  double fraction;
  while (first < last) {
    size_t middle = first + (last - first) / 2;
    quantile_place(ranks->n, ranks->p[middle], &rank, &fraction);
    if (rank + 1 < lo) {
      first = middle + 1;
    } else {
      last = middle;
    }
  }
  if (first == ranks->n_p) {
    return false;
  }
  quantile_place(ranks->n, ranks->p[first], &rank, &fraction);
  return rank < hi;
}

static void swap_doubles(double *a, double *b)
{
  double t = *a;
  *a = *b;
  *b = t;
}

static double median_of_three(double a, double b, double c)
{
  if (a > b) {
    swap_doubles(&a, &b);
  }
  if (c <= a) {
    return a;
  }
  return c < b ? c : b;
}

static void insertion_sort(double *x, size_t lo, size_t hi)
{
  for (size_t i = lo + 1; i < hi; i++) {
    double value = x[i];
    size_t j = i;
    for (; j > lo && x[j - 1] > value; j--) {
      x[j] = x[j - 1];
    }
    x[j] = value;
  }
}

static void sift_down(double *x, size_t root, size_t n)
{
  double value = x[root];
  for (size_t child; (child = 2 * root + 1) < n; root = child) {
    if (child + 1 < n && x[child + 1] > x[child]) {
      child++;
    }
    if (x[child] <= value) {
      break;
    }
    x[root] = x[child];
  }
  x[root] = value;
}

static Status heap_sort(double *x, size_t n, const Watch *watch)
{
  for (size_t i = n / 2; i-- > 0;) {
    sift_down(x, i, n);
    if (i % WATCH_EVERY == 1 && watch_stop(watch)) {
      return STATUS_INTERRUPT;
    }
  }
  for (size_t i = n; i-- > 1;) {
    swap_doubles(&x[0], &x[i]);
    sift_down(x, 0, i);
    if ((i + 1) % WATCH_EVERY == 0 && watch_stop(watch)) {
      return STATUS_INTERRUPT;
    }
  }
  return STATUS_OK;
}

/*
** Moves the values < pivot (or <= pivot, where `equal`) of x[lo … hi) to its front; *split is where the others begin.
** Lomuto's loop without a branch on the values: a mispredicted branch would cost more than the needless swaps.
*/
static Status partition(double *x, size_t lo, size_t hi, double pivot, bool equal, size_t *split, const Watch *watch)
{
  size_t front = lo;
  for (size_t i = lo; i < hi;) {
    size_t stop = hi - i > WATCH_EVERY ? i + WATCH_EVERY : hi;
    for (; i < stop; i++) {
      double value = x[i];
      x[i] = x[front];
      x[front] = value;
      front += (size_t)((value < pivot) | (equal & (value == pivot)));
    }
    if (stop < hi && watch_stop(watch)) {
      return STATUS_INTERRUPT;
    }
  }
  *split = front;
  return STATUS_OK;
}

#define INSERTION_MAX 24

/* Recurs into the smaller side only; `depth` partitions are left before a heap sort takes over. */
static Status order_part(double *x, size_t lo, size_t hi, int depth, const Ranks *ranks, const Watch *watch)
{
  while (ranks_touch(ranks, lo, hi)) {
    if (hi - lo <= INSERTION_MAX) {
      insertion_sort(x, lo, hi);
      break;
    }
    if (depth-- == 0) {
      return heap_sort(x + lo, hi - lo, watch);
    }
    double pivot = median_of_three(x[lo], x[lo + (hi - lo) / 2], x[hi - 1]);
    size_t split;
    Status status = partition(x, lo, hi, pivot, false, &split, watch);
    if (status != STATUS_OK) {
      return status;
    }
    if (split == lo) {
      /* The pivot is the least value: set all its copies aside, so that many equal values cost one pass, not n. */
      status = partition(x, lo, hi, pivot, true, &lo, watch);
    } else if (split - lo < hi - split) {
      status = order_part(x, lo, split, depth, ranks, watch);
      lo = split;
    } else {
      status = order_part(x, split, hi, depth, ranks, watch);
      hi = split;
    }
    if (status != STATUS_OK) {
      return status;
    }
  }
  return STATUS_OK;
}

static int depth_limit(size_t n)
{
  int depth = 8;
  for (; n > 1; n /= 2) {
    depth += 2;
  }
  return depth;
}

Status sort_doubles(double *x, size_t n, const Watch *watch)
{
  return order_part(x, 0, n, depth_limit(n), &(Ranks){0}, watch);
}

/* ---- Quantiles ---- */

double quantile_sorted(const double *x, size_t n, double p)
{
  size_t rank;
  double fraction;
  quantile_place(n, p, &rank, &fraction);
  return rank + 1 < n ? between(x[rank], x[rank + 1], fraction) : x[n - 1];
}

Status quantiles_select(double *x, size_t n, const double *p, size_t n_p, double *out, const Watch *watch)
{
  if (n_p == 0) {
    return STATUS_OK;
  }
  Status status = order_part(x, 0, n, depth_limit(n), &(Ranks){p, n_p, n}, watch);
  if (status != STATUS_OK) {
    return status;
  }
  for (size_t k = 0; k < n_p; k++) {
    out[k] = quantile_sorted(x, n, p[k]);
  }
  return STATUS_OK;
}

/* ---- The normal distribution ---- */

static double polynomial(const double *c, int n, double x)
{
  double y = c[n - 1];
  for (int i = n - 2; i >= 0; i--) {
    y = y * x + c[i];
  }
  return y;
}

/* The lower half, 0 < p <= 1/2. */
static double lower_quantile(double p)
{
  static const double A[] = {3.3871328727963666080e0,  1.3314166789178437745e+2, 1.9715909503065514427e+3,
                             1.3731693765509461125e+4, 4.5921953931549871457e+4, 6.7265770927008700853e+4,
                             3.3430575583588128105e+4, 2.5090809287301226727e+3};
  static const double B[] = {1,
                             4.2313330701600911252e+1,
                             6.8718700749205790830e+2,
                             5.3941960214247511077e+3,
                             2.1213794301586595867e+4,
                             3.9307895800092710610e+4,
                             2.8729085735721942674e+4,
                             5.2264952788528545610e+3};
  static const double C[] = {1.42343711074968357734e0,  4.63033784615654529590e0, 5.76949722146069140550e0,
                             3.64784832476320460504e0,  1.27045825245236838258e0, 2.41780725177450611770e-1,
                             2.27238449892691845833e-2, 7.74545014278341407640e-4};
  static const double D[] = {1,
                             2.05319162663775882187e0,
                             1.67638483018380384940e0,
                             6.89767334985100004550e-1,
                             1.48103976427480074590e-1,
                             1.51986665636164571966e-2,
                             5.47593808499534494600e-4,
                             1.05075007164441684324e-9};
  static const double E[] = {6.65790464350110377720e0,  5.46378491116411436990e0,  1.78482653991729133580e0,
                             2.96560571828504891230e-1, 2.65321895265761230930e-2, 1.24266094738807843860e-3,
                             2.71155556874348757815e-5, 2.01033439929228813265e-7};
  static const double F[] = {1,
                             5.99832206555887937690e-1,
                             1.36929880922735805310e-1,
                             1.48753612908506148525e-2,
                             7.86869131145613259100e-4,
                             1.84631831751005468180e-5,
                             1.42151175831644588870e-7,
                             2.04426310338993978564e-15};
  /* A/B, C/D and E/F are AS 241's a/b, c/d and e/f, the lowest power first. */
  double q = p - 0.5, x;
  if (q >= -0.425) {
    double r = 0.180625 - q * q;
    x = q * polynomial(A, 8, r) / polynomial(B, 8, r);
  } else {
    double r = sqrt(-log(p));
    x = r <= 5 ? -polynomial(C, 8, r - 1.6) / polynomial(D, 8, r - 1.6)
               : -polynomial(E, 8, r - 5) / polynomial(F, 8, r - 5);
  }
  if (p < 1e-290) {
    return x; /* exp(x²/2) nears overflow; AS 241 alone has its 16 digits there */
  }
  double error = (0.5 * erfc(-x / 1.4142135623730951) - p) * 2.5066282746310002 * exp(0.5 * x * x);
  return x - error / (1 + 0.5 * x * error);
}

/* 1 - p is exact for p > 1/2, so the upper half loses nothing by reflection. */
double normal_quantile(double p)
{
  return p <= 0.5 ? lower_quantile(p) : -lower_quantile(1 - p);
}

/*
** The ends are the roots of (n + z²) p² − (2k + z²) p + k²/n = 0. The larger is a sum of positive terms; the
** smaller comes from the product of the roots instead of a difference.
*/
Interval wilson_interval(double k, double n, double level)
{
  double z = -normal_quantile((1 - level) / 2), z2 = z * z;
  double sum = 2 * k + z2 + z * sqrt(z2 + 4 * k * ((n - k) / n));
  double rate = k / n, low = 2 * k * rate / sum, high = sum / (2 * (n + z2));
  /* rounding must not put a bound on the other side of the rate */
  return (Interval){k > 0 ? fmin(low, rate) : 0, k < n && high < 1 ? fmax(high, rate) : 1};
}

Interval log_interval(double estimate, double sd_of_log, double level)
{
  double factor = exp(normal_quantile((1 + level) / 2) * sd_of_log);
  return (Interval){estimate / factor, estimate * factor};
}
