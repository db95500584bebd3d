/*
** The fault sweep: for every statement and every N, the Nth allocation fails (once; then also all after it), the Nth
** read of the database file fails, and the progress handler says stop at the Nth of SQLite's instructions.
**
**   fault DATABASE SETUP.sql STATEMENTS.sql [PART/PARTS]
**
** F1  The outcome is an error, or exactly the rows of the undisturbed run.
** F2  After the connection is closed (after every fault, or after RETRY_EVERY), SQLite holds as much memory as before
**     it was opened.
** F3  After an error the same connection gives the undisturbed rows again (looked at every RETRY_EVERY faults).
** F4  A statement that is itself wrong gives an error, disturbed or not.
** F5  Registration under faults either succeeds or leaves a connection that closes and leaks nothing.
**
** F6  Every N up to DENSE (a quarter of it for a slow statement) is tried, and from there on every seventh, since what
**     is allocated hundreds of times is allocated in loops. Of the instructions each N is a sixteenth higher than the
**     one before, and of everything an eighth once a statement has taken BUDGET. FAULT_STRIDE=1 in the environment
**     tries all, however long it takes.
** F7  A statement that was stopped answers SQLITE_INTERRUPT, or the error that it was about to answer.
**
** The sweep over N ends at the first N at which no fault happened any more. PART/PARTS takes every PARTS-th statement,
** for running in parallel.
*/
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "connection.h"
#include "retain.h"

#define RETRY_EVERY 16
#define FRESH 12 /* statements */
#define DENSE 300
#define SLOW 0.004 /* seconds */
#define BUDGET 0.4 /* seconds a statement and kind of fault */

/* What is to fail, and when. The program has one thread. */
typedef struct Fault {
  bool armed, sticky;
  long countdown; /* calls until it fails; sticky: from then on */
  long injected;
} Fault;
static Fault alloc_fault, read_fault, stop_fault;

static bool fault_due(Fault *fault)
{
  if (!fault->armed || --fault->countdown > 0) {
    return false;
  }
  fault->armed = fault->sticky;
  fault->injected++;
  return true;
}

static sqlite3_mem_methods real_memory;

static void *failing_malloc(int size)
{
  return fault_due(&alloc_fault) ? NULL : real_memory.xMalloc(size);
}

static void *failing_realloc(void *p, int size)
{
  return fault_due(&alloc_fault) ? NULL : real_memory.xRealloc(p, size);
}

/* A VFS whose files pass everything on to the default one, but for reads that are to fail. */
typedef struct FailingFile {
  sqlite3_file base;
  sqlite3_file *real;
} FailingFile;

static sqlite3_vfs *real_vfs;
static sqlite3_io_methods failing_methods;

#define REAL(file) (((FailingFile *)(file))->real)
static int file_close(sqlite3_file *file)
{
  int rc = REAL(file)->pMethods ? REAL(file)->pMethods->xClose(REAL(file)) : SQLITE_OK;
  return rc;
}
static int file_read(sqlite3_file *file, void *bytes, int n, sqlite3_int64 at)
{
  return fault_due(&read_fault) ? SQLITE_IOERR_READ : REAL(file)->pMethods->xRead(REAL(file), bytes, n, at);
}
static int file_write(sqlite3_file *file, const void *bytes, int n, sqlite3_int64 at)
{
  return REAL(file)->pMethods->xWrite(REAL(file), bytes, n, at);
}
static int file_truncate(sqlite3_file *file, sqlite3_int64 size)
{
  return REAL(file)->pMethods->xTruncate(REAL(file), size);
}
static int file_sync(sqlite3_file *file, int flags)
{
  return REAL(file)->pMethods->xSync(REAL(file), flags);
}
static int file_size(sqlite3_file *file, sqlite3_int64 *size)
{
  return REAL(file)->pMethods->xFileSize(REAL(file), size);
}
static int file_lock(sqlite3_file *file, int lock)
{
  return REAL(file)->pMethods->xLock(REAL(file), lock);
}
static int file_unlock(sqlite3_file *file, int lock)
{
  return REAL(file)->pMethods->xUnlock(REAL(file), lock);
}
static int file_check_reserved(sqlite3_file *file, int *out)
{
  return REAL(file)->pMethods->xCheckReservedLock(REAL(file), out);
}
static int file_control(sqlite3_file *file, int op, void *argument)
{
  return REAL(file)->pMethods->xFileControl(REAL(file), op, argument);
}
static int file_sector_size(sqlite3_file *file)
{
  return REAL(file)->pMethods->xSectorSize(REAL(file));
}
static int file_characteristics(sqlite3_file *file)
{
  return REAL(file)->pMethods->xDeviceCharacteristics(REAL(file));
}

static int failing_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *out_flags)
{
  FailingFile *failing = (FailingFile *)file;
  (void)vfs;
  memset(failing, 0, sizeof *failing);
  failing->real = (sqlite3_file *)(failing + 1);
  failing->base.pMethods = &failing_methods;
  return real_vfs->xOpen(real_vfs, name, failing->real, flags, out_flags);
}

static void install_faults(void)
{
  static sqlite3_mem_methods memory;
  static sqlite3_vfs vfs;
  sqlite3_config(SQLITE_CONFIG_GETMALLOC, &real_memory);
  memory = real_memory;
  memory.xMalloc = failing_malloc;
  memory.xRealloc = failing_realloc;
  sqlite3_config(SQLITE_CONFIG_MALLOC, &memory);
  sqlite3_config(SQLITE_CONFIG_LOOKASIDE, 0, 0); /* every allocation reaches the seam */
  sqlite3_initialize();
  failing_methods = (sqlite3_io_methods){1,
                                         file_close,
                                         file_read,
                                         file_write,
                                         file_truncate,
                                         file_sync,
                                         file_size,
                                         file_lock,
                                         file_unlock,
                                         file_check_reserved,
                                         file_control,
                                         file_sector_size,
                                         file_characteristics,
                                         NULL,
                                         NULL,
                                         NULL,
                                         NULL,
                                         NULL,
                                         NULL};
  real_vfs = sqlite3_vfs_find(NULL);
  vfs = *real_vfs;
  vfs.zName = "failing";
  vfs.szOsFile += (int)sizeof(FailingFile);
  vfs.xOpen = failing_open;
  sqlite3_vfs_register(&vfs, 1);
}

typedef enum Kind {
  ALLOC_ONCE,
  ALLOC_FROM,
  READ_ONCE,
  STOP_ONCE,
  KIND_COUNT
} Kind;
static const char *const KIND_NAME[KIND_COUNT] = {"allocation", "allocations from", "read", "instruction"};

static int stop_due(void *unused)
{
  (void)unused;
  return fault_due(&stop_fault);
}

typedef struct Outcome {
  int rc;
  Transcript rows;
  Transcript message;
} Outcome;

static void outcome_free(Outcome *outcome)
{
  transcript_free(&outcome->rows);
  transcript_free(&outcome->message);
}

static void run(sqlite3 *db, const char *sql, Outcome *outcome)
{
  outcome->rc = connection_run(db, sql, &outcome->rows);
  transcript_clear(&outcome->message);
  if (outcome->rc != SQLITE_OK) {
    const char *message = sqlite3_errmsg(db);
    transcript_add(&outcome->message, message, strlen(message));
  }
}

static void arm(Kind kind, long n)
{
  Fault *fault = kind == STOP_ONCE ? &stop_fault : kind == READ_ONCE ? &read_fault : &alloc_fault;
  *fault = (Fault){true, kind == ALLOC_FROM, n, 0};
}

/* Whether a fault happened since arm(). */
static bool disarm(void)
{
  bool happened = alloc_fault.injected + read_fault.injected + stop_fault.injected > 0;
  alloc_fault = read_fault = stop_fault = (Fault){0};
  return happened;
}

static long stride = 7; /* see F6 */
static long n_faults, n_errors, n_same, n_bad;

static void bad(const char *sql, Kind kind, long n, const char *what, const char *detail)
{
  n_bad++;
  if (n_bad <= 40) {
    printf("FAIL %s %ld fails: %s: %s\n  in %s\n", KIND_NAME[kind], n, what, detail, sql);
  }
}

/* After some faults: the connection still gives the undisturbed rows, closes and leaves nothing behind. */
static void close_checked(sqlite3 *db, const char *sql, Kind kind, long n, const Outcome *undisturbed,
                          sqlite3_int64 base, bool retry)
{
  Outcome outcome = {0};
  if (retry) {
    run(db, sql, &outcome);
    if (outcome.rc != undisturbed->rc || strcmp(outcome.rows.bytes, undisturbed->rows.bytes) != 0) {
      bad(sql, kind, n, "the connection did not recover", outcome.message.bytes);
    }
  }
  outcome_free(&outcome);
  if (sqlite3_close(db) != SQLITE_OK) {
    bad(sql, kind, n, "the connection did not close", sqlite3_errmsg(db));
    sqlite3_close_v2(db);
  }
  if (sqlite3_memory_used() != base) {
    char leaked[32];
    snprintf(leaked, sizeof leaked, "%lld bytes", (long long)(sqlite3_memory_used() - base));
    bad(sql, kind, n, "leaked", leaked);
  }
}

static long next(Kind kind, long n, bool dense, double seconds)
{
  if (stride > 1 && seconds > BUDGET) {
    return 1 + n / 8;
  }
  return kind == STOP_ONCE ? 1 + n / 16 : dense ? 1 : stride;
}

/*
** One statement, one kind of fault, every N. To open a connection and to register everything costs far more than most
** statements: only `fresh` ones get a new connection for every fault, so that its first look at the schema and the
** making of the virtual tables are disturbed too; the others a warm one, for RETRY_EVERY faults.
*/
static void sweep(const char *database, const char *sql, Kind kind, bool fresh, long dense, const Outcome *undisturbed)
{
  bool happened = true;
  sqlite3 *db = NULL;
  sqlite3_int64 base = 0;
  int since_open = 0;
  double start = cpu_seconds();
  for (long n = 1; happened && n_bad < 200; n += next(kind, n, n < dense || fresh, cpu_seconds() - start)) {
    Outcome outcome = {0};
    if (!db) {
      base = sqlite3_memory_used();
      db = connection_open(database);
      if (!fresh) {
        run(db, sql, &outcome);
        outcome_free(&outcome);
        outcome = (Outcome){0};
      }
    }
    if (kind == READ_ONCE) {
      sqlite3_db_release_memory(db); /* else the pages are still there */
    }
    sqlite3_progress_handler(db, 1, kind == STOP_ONCE ? stop_due : NULL, NULL);
    arm(kind, n);
    run(db, sql, &outcome);
    happened = disarm();
    sqlite3_progress_handler(db, 0, NULL, NULL);
    n_faults += happened;
    if (kind == STOP_ONCE && happened && outcome.rc != SQLITE_INTERRUPT && undisturbed->rc == SQLITE_OK) {
      bad(sql, kind, n, "it goes on", outcome.message.bytes ? outcome.message.bytes : "");
    }
    if (outcome.rc != SQLITE_OK) {
      n_errors += happened;
      if (undisturbed->rc == SQLITE_OK && !happened) {
        bad(sql, kind, n, "an error without a fault", outcome.message.bytes);
      }
    } else if (undisturbed->rc != SQLITE_OK) {
      bad(sql, kind, n, "no error, where the undisturbed run has one", undisturbed->message.bytes);
    } else if (strcmp(outcome.rows.bytes, undisturbed->rows.bytes) != 0) {
      bad(sql, kind, n, "wrong rows", outcome.rows.bytes);
    } else {
      n_same += happened;
    }
    outcome_free(&outcome);
    if (fresh || !happened || ++since_open == RETRY_EVERY) {
      close_checked(db, sql, kind, n, undisturbed, base, !fresh || n % RETRY_EVERY == 0);
      db = NULL;
      since_open = 0;
    }
  }
  if (db) {
    sqlite3_close(db);
  }
}

/* The statement with every demo_orders(N, …) made one of `customers`. */
static void shrink(const char *sql, const char *customers, Transcript *text)
{
  static const char SHOP[] = "demo_orders(";
  const char *rest = sql;
  transcript_clear(text);
  for (const char *at; (at = strstr(rest, SHOP)) != NULL;) {
    at += strlen(SHOP);
    transcript_add(text, rest, (size_t)(at - rest));
    transcript_add(text, customers, strlen(customers));
    rest = at + strspn(at, "0123456789");
  }
  transcript_add(text, rest, strlen(rest));
}

/* The examples' shop, made as small as the statement still has rows with: thousands of runs of it are to come. */
static const char *smaller(const char *database, const char *sql, Transcript *text)
{
  static const char *const CUSTOMERS[] = {"25", "50", "100"};
  bool good = false;
  for (int i = 0; i < 3 && !good; i++) {
    Outcome outcome = {0};
    sqlite3 *db = connection_open(database);
    shrink(sql, CUSTOMERS[i], text);
    run(db, text->bytes, &outcome);
    good = outcome.rc == SQLITE_OK && outcome.rows.length > 0;
    outcome_free(&outcome);
    sqlite3_close(db);
  }
  return good ? text->bytes : sql;
}

static void sweep_registration(Kind kind)
{
  bool happened = true;
  for (long n = 1; happened; n++) {
    sqlite3_int64 base = sqlite3_memory_used();
    sqlite3 *db = NULL;
    char *message = NULL;
    sqlite3_open(":memory:", &db);
    arm(kind, n);
    int rc = sqlite3_retain_init(db, &message, NULL);
    happened = disarm();
    n_faults += happened;
    n_errors += happened && rc != SQLITE_OK;
    n_same += happened && rc == SQLITE_OK;
    if (rc != SQLITE_OK && !happened) {
      bad("registration", kind, n, "an error without a fault", message ? message : "");
    }
    if (rc != SQLITE_OK && sqlite3_exec(db, "SELECT retain_version()", NULL, NULL, NULL) == SQLITE_OK) {
      bad("registration", kind, n, "a function is left, of a library that SQLite unloads", "");
    }
    sqlite3_free(message);
    sqlite3_close(db);
    if (sqlite3_memory_used() != base) {
      bad("registration", kind, n, "leaked", "");
    }
  }
}

int main(int argc, char **argv)
{
  Statements statements = {0}, setup = {0};
  int part = 0, parts = 1;
  if (argc < 4) {
    fprintf(stderr, "usage: fault DATABASE SETUP.sql STATEMENTS.sql [PART/PARTS]\n");
    return 2;
  }
  if (argc > 4) {
    char *slash = strchr(argv[4], '/');
    part = (int)strtol(argv[4], NULL, 10);
    parts = slash ? (int)strtol(slash + 1, NULL, 10) : 1;
  }
  if (getenv("FAULT_STRIDE")) {
    stride = strtol(getenv("FAULT_STRIDE"), NULL, 10);
  }
  install_faults();
  remove(argv[1]);
  {
    sqlite3 *db = connection_open(argv[1]);
    statements_read(&setup, argv[2]);
    for (int i = 0; i < setup.n; i++) {
      connection_must(db, setup.sql[i]);
    }
    sqlite3_close(db);
  }
  statements_read(&statements, argv[3]);
  statements_examples(&statements);
  int done = 0;
  for (int i = part; i < statements.n; i += parts) {
    Transcript small = {0};
    const char *sql = smaller(argv[1], statements.sql[i], &small);
    double start = cpu_seconds();
    long before = n_faults;
    Outcome undisturbed = {0}, again = {0};
    sqlite3 *db = connection_open(argv[1]);
    run(db, sql, &undisturbed);
    double once = cpu_seconds();
    run(db, sql, &again);
    long dense = cpu_seconds() - once > SLOW ? DENSE / 4 : DENSE;
    if (strcmp(undisturbed.rows.bytes, again.rows.bytes) != 0) {
      bad(sql, ALLOC_ONCE, 0, "two undisturbed runs differ", again.rows.bytes);
    }
    if (undisturbed.rc == SQLITE_OK && undisturbed.rows.length == 0) {
      bad(sql, ALLOC_ONCE, 0, "no rows: this statement tests nothing", "");
    }
    if (undisturbed.rc != SQLITE_OK && strncmp(sql, "/* error */", 11) != 0) {
      bad(sql, ALLOC_ONCE, 0, "fails undisturbed", undisturbed.message.bytes);
    }
    outcome_free(&again);
    sqlite3_close(db);
    for (Kind kind = 0; kind < KIND_COUNT; kind++) {
      sweep(argv[1], sql, kind, i < FRESH, dense, &undisturbed);
    }
    outcome_free(&undisturbed);
    done++;
    if (getenv("VERBOSE")) {
      printf("%7ld faults %6.2f s  %.100s\n", n_faults - before, cpu_seconds() - start, sql);
    }
    transcript_free(&small);
  }
  if (part == 0) {
    sweep_registration(ALLOC_ONCE);
    sweep_registration(ALLOC_FROM);
  }
  printf("fault: %d statements, %ld faults: %ld errors, %ld undisturbed rows, %ld wrong\n", done, n_faults, n_errors,
         n_same, n_bad);
  statements_free(&statements);
  statements_free(&setup);
  if (n_bad == 0 && done > 0 && n_faults > 0) {
    printf("ok fault part %d/%d\n", part, parts);
    return 0;
  }
  return 1;
}
