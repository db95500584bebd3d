/*
** time_from_text() against SQLite's own julianday(): of ISO texts the same are accepted, with the same value. What is
** meant to differ is put in SQLite's words first (standard_text()), or judged by the test itself:
**   fractions   are cut off, SQLite rounds; the seconds without them are compared
**   days        that do not exist are refused, SQLite rolls them over
**   clocks      without a date are refused, as are hour 24 but for 24:00, and no or two signs between date and time
**   zones       UTC, +0100 and +01 are taken too
**   numbers     that are no julian days are unix times
** not under valgrind: takes a minute there, and ASan and UBSan see it too
*/
#include <sqlite3.h>

#include "core/time/time_parse.h"
#include "unit.h"

typedef struct Oracle {
  sqlite3 *db;
  sqlite3_stmt *julianday, *date;
  TimeMemo memo; /* kept over all texts, so that stale dates would be noticed */
  long accepted, wrong;
} Oracle;

static int open_oracle(void **state)
{
  Oracle *oracle = calloc(1, sizeof *oracle);
  *state = oracle;
  if (sqlite3_open(":memory:", &oracle->db) != SQLITE_OK) return -1;
  sqlite3_prepare_v2(oracle->db, "SELECT julianday(?1)", -1, &oracle->julianday, 0);
  sqlite3_prepare_v2(oracle->db, "SELECT date(?1, '+0 days') IS ?1", -1, &oracle->date, 0);
  return oracle->julianday && oracle->date ? 0 : -1;
}

static int close_oracle(void **state)
{
  Oracle *oracle = *state;
  sqlite3_finalize(oracle->julianday);
  sqlite3_finalize(oracle->date);
  sqlite3_close(oracle->db);
  free(oracle);
  return 0;
}

static bool ask(sqlite3_stmt *statement, const char *text, size_t length, double *answer)
{
  sqlite3_bind_text(statement, 1, text, (int)length, SQLITE_STATIC);
  bool found = sqlite3_step(statement) == SQLITE_ROW && sqlite3_column_type(statement, 0) != SQLITE_NULL;
  *answer = found ? sqlite3_column_double(statement, 0) : 0;
  sqlite3_reset(statement);
  return found;
}

static void complain(Oracle *oracle, const char *what, const char *text, size_t length, int64_t expected, int64_t got)
{
  if (oracle->wrong++ < 20) {
    print_error("%s: '%.*s' expected %lld got %lld\n", what, (int)length, text, (long long)expected, (long long)got);
  }
}

/* Whether our answer to `text`, expected or NULL for none, is the same with and without a memo. */
static void expect(Oracle *oracle, const char *text, size_t length, const int64_t *expected)
{
  int64_t ms = -1, again = -1;
  bool taken = time_from_text(text, length, &ms);
  if (time_from_text_memo(&oracle->memo, text, length, &again) != taken || again != ms) {
    complain(oracle, "with memo", text, length, ms, again);
  }
  oracle->accepted += taken;
  if (taken != (expected != NULL)) {
    complain(oracle, taken ? "accepted" : "refused", text, length, expected ? *expected : 0, ms);
  } else if (taken && ms != *expected) {
    complain(oracle, "value", text, length, *expected, ms);
  }
}

static bool in_range(int64_t ms)
{
  return ms >= TIME_MIN && ms <= TIME_MAX;
}

static const char *const DATES[] = {"0000-01-01", "0000-02-29", "-000-12-31", "-0001-12-31", "1582-10-15",
                                    "1899-12-31", "1900-02-29", "1969-12-31", "1970-01-01",  "2000-02-29",
                                    "2023-02-31", "2023-04-31", "2024-02-30", "2023-12-31",  "2023-00-10",
                                    "2023-13-10", "2023-10-00", "2023-10-32", "9999-12-31"};
static const char *const SEPARATORS[] = {"", " ", "T", "  ", "T ", " TT", "\t\n", "t", "_", "-"};
static const char *const CLOCKS[] = {"",         "00:00",    "09:05",   "23:59",    "24:00",    "24:59",
                                     "25:00",    "12:60",    "1:00",    "00:00:00", "12:34:56", "23:59:59",
                                     "24:00:00", "12:34:60", "12:34:5", "12:34:"};
static const char *const FRACTIONS[] = {
  "", ".", ".0", ".5", ".123", ".999", ".0004", ".0005", ".0015", ".123456789", ".00049999999999999999999", ".9994"};
static const char *const ZONES[] = {"",       "Z",       "z",      " Z",     "+00:00", "-00:00", "+01:00",
                                    "-03:30", " +05:45", "+14:00", "-14:59", "+15:00", "+14:60", "+1:00",
                                    "+0100",  "+01",     "ZZ",     " ",      " UTC",   "UT"};

/* A zone as SQLite writes it; NULL: it is none. */
static const char *standard_zone(const char *zone)
{
  return strcmp(zone, "+0100") == 0 || strcmp(zone, "+01") == 0 ? "+01:00" : strcmp(zone, " UTC") == 0 ? "Z" : zone;
}

/* The answer to a date, a separator, a clock, a fraction and a zone; false: it is no time. */
static bool standard_answer(Oracle *oracle, const char *const part[5], int64_t *ms)
{
  char text[128], *end;
  double day;
  bool has_seconds = strlen(part[2]) == 8;
  if (part[0][0] == '-') return false; /* no signed years */
  if (!ask(oracle->date, part[0], strlen(part[0]), &day) || day == 0) return false;
  if (!part[2][0]) {
    bool blank = strspn(part[1], " \t\n") == strlen(part[1]) && strspn(part[4], " ") == strlen(part[4]);
    if (!blank || part[3][0]) return false;
  } else if (strcmp(part[1], "T") != 0 && (!part[1][0] || strspn(part[1], " \t\n") != strlen(part[1]))) {
    return false;
  }
  if (part[3][0] && (!has_seconds || !part[3][1])) return false;
  long fraction = part[3][0] ? strtol(part[3] + 1, &end, 10) : 0;
  for (size_t n = part[3][0] ? strlen(part[3] + 1) : 3; n < 3; n++)
    fraction *= 10;
  if (part[3][0] && strlen(part[3] + 1) > 3)
    fraction = (part[3][1] - '0') * 100 + (part[3][2] - '0') * 10 + part[3][3] - '0';
  if (strncmp(part[2], "24", 2) == 0 && (strspn(part[2] + 2, ":0") != strlen(part[2] + 2) || fraction > 0))
    return false;
  const char *clock = strcmp(part[2], "1:00") == 0 ? "01:00" : part[2];
  snprintf(text, sizeof text, "%s%s%s%s", part[0], clock[0] ? " " : "", clock, standard_zone(part[4]));
  if (!ask(oracle->julianday, text, strlen(text), &day)) return false;
  *ms = llround(day * 86400000) - INT64_C(210866760000000) + fraction;
  return in_range(*ms);
}

static void every_form_reads_as_in_sqlite(void **state)
{
  Oracle *oracle = *state;
  char text[128];
  for (size_t d = 0; d < COUNT_OF(DATES); d++) {
    for (size_t s = 0; s < COUNT_OF(SEPARATORS); s++) {
      for (size_t c = 0; c < COUNT_OF(CLOCKS); c++) {
        for (size_t f = 0; f < COUNT_OF(FRACTIONS); f++) {
          for (size_t z = 0; z < COUNT_OF(ZONES); z++) {
            /* Fractions belong to seconds; without them one malformed sample is enough. */
            if (strlen(CLOCKS[c]) < 8 && f > 3) continue;
            /* The end of the last day lies in the year 10000 before its zone is applied: versions of SQLite differ. */
            if (strcmp(DATES[d], "9999-12-31") == 0 && strncmp(CLOCKS[c], "24:", 3) == 0) continue;
            const char *const part[5] = {DATES[d], SEPARATORS[s], CLOCKS[c], FRACTIONS[f], ZONES[z]};
            int64_t ms;
            bool is_time = standard_answer(oracle, part, &ms);
            snprintf(text, sizeof text, "%s%s%s%s%s", part[0], part[1], part[2], part[3], part[4]);
            expect(oracle, text, strlen(text), is_time ? &ms : NULL);
          }
        }
      }
    }
  }
  assert_true(oracle->accepted > 20000);
  assert_int_equal(oracle->wrong, 0);
}

static void every_fraction_is_cut_off(void **state)
{
  Oracle *oracle = *state;
  char text[64];
  int64_t minute = INT64_C(1714979280000); /* 2024-05-06 07:08 */
  for (int second = 0; second < 60; second++) {
    for (int tenth_of_ms = 0; tenth_of_ms < 10000; tenth_of_ms++) {
      int64_t ms = minute + second * 1000 + tenth_of_ms / 10;
      snprintf(text, sizeof text, "2024-05-06 07:08:%02d.%04d", second, tenth_of_ms);
      expect(oracle, text, strlen(text), &ms);
    }
  }
  assert_int_equal(oracle->wrong, 0);
}

static const char *const SEEDS[] = {
  "2023-03-05",           "2023-03-05 14:15",         "2023-03-05T14:15Z",           "2023-03-05 14:15:16",
  "2023-03-05T14:15:16Z", "2023-03-05T14:15:16.123Z", "2023-03-05 14:15:16.5+08:00", "2023-03-05T14:15:16-03:30 "};

/*
** Texts with digits changed, which keep the form: accepted where SQLite accepts them and the day exists, with its value
** to the rounding of a fraction.
*/
static void changed_digits_read_as_in_sqlite(void **state)
{
  Oracle *oracle = *state;
  uint64_t random = 1;
  char text[128];
  for (int turn = 0; turn < 300000; turn++) {
    const char *seed = SEEDS[(size_t)turn % COUNT_OF(SEEDS)];
    size_t length = strlen(seed);
    double day;
    memcpy(text, seed, length);
    text[length] = 0;
    for (int change = 0; change < 3; change++) {
      random = random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
      size_t at = (size_t)(random >> 40) % length;
      if (text[at] >= '0' && text[at] <= '9') text[at] = (char)('0' + (random >> 20) % 10);
    }
    char date[11];
    memcpy(date, text, 10);
    date[10] = 0;
    bool exists = ask(oracle->date, date, 10, &day) && day == 1;
    bool late = length > 10 && memcmp(text + 11, "24", 2) == 0;
    if (late) continue; /* every_form_…() has those */
    bool known = ask(oracle->julianday, text, length, &day) && exists;
    int64_t ms = llround(day * 86400000) - INT64_C(210866760000000);
    known = known && in_range(ms);
    expect(oracle, text, length, known ? &ms : NULL);
  }
  assert_true(oracle->accepted > 100000);
  assert_int_equal(oracle->wrong, 0);
}

/* Any byte changed or put in: nothing is read past the end, and the memo changes no answer. */
static void mutations_read_the_same_with_a_memo(void **state)
{
  static const char LETTERS[] = "0123456789 :-+.TZtze\t\n/,x\xc3\xff";
  Oracle *oracle = *state;
  char text[128];
  for (size_t s = 0; s < COUNT_OF(SEEDS); s++) {
    size_t length = strlen(SEEDS[s]);
    for (size_t at = 0; at <= length; at++) {
      for (size_t c = 0; c < sizeof LETTERS; c++) { /* the zero byte too */
        int64_t ms = -1, again = -1;
        memcpy(text, SEEDS[s], at);
        text[at] = LETTERS[c];
        memcpy(text + at + 1, SEEDS[s] + at, length - at);
        char *exact = malloc(length + 1);
        memcpy(exact, text, length + 1);
        bool taken = time_from_text(exact, length + 1, &ms);
        assert_true(time_from_text_memo(&oracle->memo, exact, length + 1, &again) == taken && again == ms);
        assert_true(!taken || in_range(ms));
        free(exact);
      }
    }
  }
}

static void numbers_in_text_read_as_strtod(void **state)
{
  static const char *const NUMBERS[] = {" 2460000.5",
                                        "2460000.5 ",
                                        "1721059.5",
                                        "5373484.49999",
                                        "2460000.123456789012345678901234567890",
                                        "246000050000000000000000000e-20",
                                        "0.0000000000000000000000000002460000e34",
                                        "2460000.5e0",
                                        "2460000.5E+00",
                                        "000000000000000000000000002460000.5",
                                        "2459945.917015312",
                                        "2440587.5",
                                        "1700000000.123456",
                                        "2451544.500000005787",
                                        "+1700000000"};
  static const char *const BAD[] = {"0",
                                    "5",
                                    "-0",
                                    "+0.0",
                                    ".5",
                                    "5.",
                                    ".",
                                    "e5",
                                    "1e",
                                    "1e+",
                                    "1e5 ",
                                    "0x10",
                                    "1_000",
                                    "Infinity",
                                    "nan",
                                    "2460000.5x",
                                    "1e400",
                                    "1e-400",
                                    "-1e400",
                                    "1e99999999999999999999",
                                    "0e99999999999999999999"};
  Oracle *oracle = *state;
  char text[64];
  int64_t ms;
  for (size_t i = 0; i < COUNT_OF(NUMBERS); i++) {
    assert_true(time_from_real(strtod(NUMBERS[i], NULL), &ms));
    expect(oracle, NUMBERS[i], strlen(NUMBERS[i]), &ms);
  }
  for (size_t i = 0; i < COUNT_OF(BAD); i++)
    expect(oracle, BAD[i], strlen(BAD[i]), NULL);
  uint64_t random = 7;
  for (int turn = 0; turn < 200000; turn++) {
    random = random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    snprintf(text, sizeof text, "%u.%0*u", 1721060 + (unsigned)(random >> 40) % 3652424, turn % 10 + 1,
             (unsigned)(random >> 34));
    assert_true(time_from_real(strtod(text, NULL), &ms));
    expect(oracle, text, strlen(text), &ms);
    double day;
    assert_true(ask(oracle->julianday, text, strlen(text), &day) &&
                llabs(llround(day * 86400000) - INT64_C(210866760000000) - ms) <= 1);
  }
  assert_int_equal(oracle->wrong, 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown(every_form_reads_as_in_sqlite, open_oracle, close_oracle),
    cmocka_unit_test_setup_teardown(every_fraction_is_cut_off, open_oracle, close_oracle),
    cmocka_unit_test_setup_teardown(changed_digits_read_as_in_sqlite, open_oracle, close_oracle),
    cmocka_unit_test_setup_teardown(mutations_read_the_same_with_a_memo, open_oracle, close_oracle),
    cmocka_unit_test_setup_teardown(numbers_in_text_read_as_strtod, open_oracle, close_oracle),
  };
  return cmocka_run_group_tests_name("times in text against SQLite", tests, NULL, NULL);
}
