/*
** time_from_text() against SQLite's own julianday(): the same texts are accepted, with the same value to the
** millisecond. Differences that are meant: 'now' and times outside 0000 … 9999 are refused, numbers that SQLite's
** date functions do not take as julian days are unix times.
**
** Newer SQLite takes of hour 24 only 24:00 itself, and cuts fractions above .999 off instead of rounding them: where
** the one we are tested with does, the rules of older ones hold for us still. not under valgrind: takes a minute there,
** and ASan and UBSan see it too
*/
#define _POSIX_C_SOURCE 200809L /* strnlen */
#include <sqlite3.h>

#include "core/time/time_parse.h"
#include "unit.h"

typedef struct Oracle {
  sqlite3 *db;
  sqlite3_stmt *julianday, *store;
  bool late_hours;   /* takes 24:01 */
  bool rounds;       /* .9996 s is the next second */
  int64_t tolerance; /* ms */
  TimeMemo memo;     /* kept over all texts, so that stale dates would be noticed */
  long accepted, wrong;
} Oracle;

static int ask(sqlite3_stmt *statement, const char *text, size_t length, double *answer)
{
  sqlite3_reset(statement);
  /* A zero byte inside is handed on, as from a table. */
  sqlite3_bind_text(statement, 1, text, (int)length, SQLITE_STATIC);
  int found = sqlite3_step(statement) == SQLITE_ROW && sqlite3_column_type(statement, 0) != SQLITE_NULL;
  *answer = found ? sqlite3_column_double(statement, 0) : 0;
  sqlite3_reset(statement);
  return found;
}

static int open_oracle(void **state)
{
  double next, cut;
  Oracle *oracle = calloc(1, sizeof *oracle);
  *state = oracle;
  if (sqlite3_open(":memory:", &oracle->db) != SQLITE_OK) return -1;
  sqlite3_exec(oracle->db, "CREATE TABLE number(x NUMERIC)", 0, 0, 0);
  sqlite3_prepare_v2(oracle->db, "SELECT julianday(?1)", -1, &oracle->julianday, 0);
  sqlite3_prepare_v2(oracle->db, "INSERT INTO number VALUES(?1) RETURNING typeof(x) <> 'text'", -1, &oracle->store, 0);
  if (!oracle->julianday || !oracle->store) return -1;
  oracle->late_hours = ask(oracle->julianday, "24:01", 5, &next);
  ask(oracle->julianday, "00:00:01", 8, &next);
  ask(oracle->julianday, "00:00:00.9996", 13, &cut);
  oracle->rounds = next == cut;
  oracle->tolerance = oracle->rounds ? 0 : 1;
  return 0;
}

static int close_oracle(void **state)
{
  Oracle *oracle = *state;
  sqlite3_finalize(oracle->julianday);
  sqlite3_finalize(oracle->store);
  sqlite3_close(oracle->db);
  free(oracle);
  return 0;
}

static void complain(Oracle *oracle, const char *what, const char *text, size_t length, int64_t expected, int64_t got)
{
  if (oracle->wrong++ < 20) {
    print_error("%s: '%.*s' expected %lld got %lld\n", what, (int)length, text, (long long)expected, (long long)got);
  }
}

static bool has_hour_24(const char *text, size_t length)
{
  for (size_t i = 0; i + 3 <= length; i++) {
    if (memcmp(text + i, "24:", 3) == 0) return true;
  }
  return false;
}

static void compare_bytes(Oracle *oracle, const char *text, size_t length)
{
  double day, number;
  int64_t ms = -1, again = -1, expected = 0;
  bool taken = time_from_text(text, length, &ms), known = ask(oracle->julianday, text, length, &day);
  if (time_from_text_memo(&oracle->memo, text, length, &again) != taken || again != ms) {
    complain(oracle, "with memo", text, length, ms, again);
  }
  if (known) {
    expected = llround(day * 86400000) - INT64_C(210866760000000);
    known = expected >= TIME_MIN && expected <= TIME_MAX;
  }
  if (!known && taken && !oracle->late_hours && has_hour_24(text, length)) return;
  oracle->accepted += known;
  if (known && !taken) complain(oracle, "refused", text, length, expected, 0);
  if (known && taken && llabs(ms - expected) > oracle->tolerance) complain(oracle, "value", text, length, expected, ms);
  /* What SQLite's date functions do not take is a number at least, as a NUMERIC column sees it. */
  if (!known && taken && !(ask(oracle->store, text, strnlen(text, length), &number) && number == 1))
    complain(oracle, "accepted", text, length, 0, ms);
}

static void compare(Oracle *oracle, const char *text)
{
  compare_bytes(oracle, text, strlen(text));
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
static const char *const ZONES[] = {"",       "Z",      "z",       " Z",     "+00:00", "-00:00",
                                    "+01:00", "-03:30", " +05:45", "+14:00", "-14:59", "+15:00",
                                    "+14:60", "+1:00",  "+0100",   "+01",    "ZZ",     " "};

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
            snprintf(text, sizeof text, "%s%s%s%s%s", DATES[d], SEPARATORS[s], CLOCKS[c], FRACTIONS[f], ZONES[z]);
            compare(oracle, text);
            if (d == 0 && s == 0) compare(oracle, text + strlen(DATES[0]));
          }
        }
      }
    }
  }
  assert_true(oracle->accepted > 20000);
  assert_int_equal(oracle->wrong, 0);
}

static void every_rounding_of_a_fraction_is_sqlites(void **state)
{
  Oracle *oracle = *state;
  char text[64];
  /*
  ** Four digits ending in 5 are the ties, which binary fractions break either way. Up to .999, past which newer
  ** SQLite cuts off instead.
  */
  for (int second = 0; second < 60; second++) {
    for (int tenth_of_ms = 5; tenth_of_ms < 9990; tenth_of_ms += 10) {
      snprintf(text, sizeof text, "2024-05-06 07:08:%02d.%04d", second, tenth_of_ms);
      compare(oracle, text);
    }
  }
  if (oracle->rounds) {
    compare(oracle, "2024-05-06 07:08:59.9995");
    compare(oracle, "2024-05-06 07:08:59.9996");
    compare(oracle, "2024-12-31 23:59:59.99951");
    compare(oracle, "9999-12-31 23:59:59.9994");
    compare(oracle, "9999-12-31 23:59:59.9996");
  }
  assert_int_equal(oracle->wrong, 0);
}

static const char *const SEEDS[] = {"2023-03-05",
                                    "2023-03-05 14:15",
                                    "2023-03-05T14:15Z",
                                    "2023-03-05 14:15:16",
                                    "2023-03-05T14:15:16Z",
                                    "2023-03-05T14:15:16.123Z",
                                    "2023-03-05 14:15:16.5+08:00",
                                    "2023-03-05T14:15:16-03:30 ",
                                    "14:15",
                                    "14:15:16.25 +01:00",
                                    "2460000.5",
                                    "1700000000",
                                    "1700000000123",
                                    "-1.5e9"};
static const char LETTERS[] = "0123456789 :-+.TZtze\t\n/,x\xc3\xff";

static void every_single_mutation_reads_as_in_sqlite(void **state)
{
  Oracle *oracle = *state;
  char text[128];
  for (size_t s = 0; s < COUNT_OF(SEEDS); s++) {
    size_t length = strlen(SEEDS[s]);
    for (size_t at = 0; at <= length; at++) {
      memcpy(text, SEEDS[s], at);
      compare_bytes(oracle, text, at);
      memcpy(text + at, SEEDS[s] + at + (at < length), length - at + (at == length));
      if (at < length) compare_bytes(oracle, text, length - 1);
      for (size_t c = 0; c < sizeof LETTERS; c++) { /* the zero byte too */
        memcpy(text, SEEDS[s], length);
        if (at < length) {
          text[at] = LETTERS[c];
          compare_bytes(oracle, text, length);
        }
        text[at] = LETTERS[c];
        memcpy(text + at + 1, SEEDS[s] + at, length - at);
        compare_bytes(oracle, text, length + 1);
      }
    }
  }
  assert_int_equal(oracle->wrong, 0);
}

static void many_mutations_read_as_in_sqlite(void **state)
{
  Oracle *oracle = *state;
  uint64_t random = 1;
  char text[128];
  for (int turn = 0; turn < 300000; turn++) {
    const char *seed = SEEDS[(size_t)turn % COUNT_OF(SEEDS)];
    size_t length = strlen(seed);
    memcpy(text, seed, length);
    for (int change = 0; change < 3; change++) {
      random = random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
      size_t at = (size_t)(random >> 40) % (length + 1);
      /* Mostly digits, which keep a text plausible. */
      size_t letter = (size_t)(random >> 20) % (change ? 10 : sizeof LETTERS - 1);
      text[at] = LETTERS[letter];
      if (at == length) length++;
    }
    compare_bytes(oracle, text, length);
  }
  assert_int_equal(oracle->wrong, 0);
}

static void numbers_in_text_read_as_in_sqlite(void **state)
{
  static const char *const NUMBERS[] = {"0",
                                        "5",
                                        "-0",
                                        "+0.0",
                                        ".5",
                                        "5.",
                                        ".",
                                        "",
                                        " ",
                                        "+",
                                        "-",
                                        "e5",
                                        "1e",
                                        "1e+",
                                        "1e5 ",
                                        " 2460000.5",
                                        "2460000.5 ",
                                        "2460000.5x",
                                        "0x10",
                                        "1_000",
                                        "Infinity",
                                        "nan",
                                        "1721059.5",
                                        "1721059.49999999",
                                        "1721059.4999999999",
                                        "5373484.5",
                                        "5373484.49999999",
                                        "5373484.4999999",
                                        "5373484.499999999999",
                                        "2460000.123456789012345678901234567890",
                                        "246000050000000000000000000e-20",
                                        "0.0000000000000000000000000002460000e34",
                                        "2460000.5e0",
                                        "2460000.5E+00",
                                        "24600005e-1",
                                        "1e400",
                                        "1e-400",
                                        "-1e400",
                                        "1e99999999999999999999",
                                        "0e99999999999999999999",
                                        "000000000000000000000000002460000.5",
                                        "2459945.917015312",
                                        "2440587.5",
                                        "2451544.500000005787",
                                        "2451544.5000000058"};
  Oracle *oracle = *state;
  char text[64];
  oracle->tolerance =
    1; /* SQLite's text to double is at times one unit in the last place off; ours is compared with strtod() */
  for (size_t i = 0; i < COUNT_OF(NUMBERS); i++)
    compare(oracle, NUMBERS[i]);
  uint64_t random = 7;
  for (int turn = 0; turn < 200000; turn++) {
    random = random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    snprintf(text, sizeof text, "%u.%0*u", 1721060 + (unsigned)(random >> 40) % 3652424, turn % 10 + 1,
             (unsigned)(random >> 34));
    compare(oracle, text);
    int64_t ms = -1, expected = -2;
    assert_true(time_from_text(text, strlen(text), &ms) && time_from_real(strtod(text, NULL), &expected));
    assert_true(ms == expected);
  }
  assert_true(oracle->accepted > 200000);
  assert_int_equal(oracle->wrong, 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown(every_form_reads_as_in_sqlite, open_oracle, close_oracle),
    cmocka_unit_test_setup_teardown(every_rounding_of_a_fraction_is_sqlites, open_oracle, close_oracle),
    cmocka_unit_test_setup_teardown(every_single_mutation_reads_as_in_sqlite, open_oracle, close_oracle),
    cmocka_unit_test_setup_teardown(many_mutations_read_as_in_sqlite, open_oracle, close_oracle),
    cmocka_unit_test_setup_teardown(numbers_in_text_read_as_in_sqlite, open_oracle, close_oracle),
  };
  return cmocka_run_group_tests_name("calendar against SQLite", tests, NULL, NULL);
}
