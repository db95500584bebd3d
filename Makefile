# retain: see `make help`.
#
#   BUILD=dir     where everything built goes (default: build; then retain.so itself is put here, for `.load ./retain`)
#   WERROR=1      warnings are errors
#   EXTRA=…       more compiler and linker flags
#   FAMILIES=…    of unit and sql tests only those of these families
#   FORMS=…       of static and loadable the forms in which SQL tests run
#   SQLITE_DIR=d  compile against d/sqlite3.c, d/sqlite3.h, d/sqlite3ext.h instead of the installed SQLite

BUILD ?= build
CC ?= cc
AR ?= ar
CLANG ?= clang
PREFIX ?= /usr/local
LIBDIR ?= $(PREFIX)/lib
INCLUDEDIR ?= $(PREFIX)/include
VERSION := $(shell sed -n 's/.*RETAIN_VERSION "\([^"]*\)".*/\1/p' ext/retain.h 2>/dev/null)

# The npm package whose deps/sqlite3 holds a current amalgamation (`make test-current`, `make tsan`).
CURRENT_SQLITE ?= better-sqlite3@13.2.0
CURRENT_SHA256 ?= 75a4760a7b9727a4c4c877aec92eacf39e52a8f2921ce00bd33be6d3a8e8e254
CURRENT_DIR ?= $(BUILD)/sqlite-current

SYSTEM := $(shell uname -s)
ifneq ($(findstring mingw,$(CC))$(findstring MINGW,$(SYSTEM))$(findstring MSYS,$(SYSTEM)),)
  SUFFIX := dll
  SHARED := -shared -static-libgcc
else ifeq ($(SYSTEM),Darwin)
  SUFFIX := dylib
  SHARED := -dynamiclib
else
  SUFFIX := so
  SHARED := -shared
  THREADS := -pthread
  ifeq ($(SANITIZED),)
    SHARED += -Wl,-z,defs
  endif
endif

WARNINGS := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wno-missing-field-initializers
ifeq ($(WERROR),1)
  WARNINGS += -Werror
endif
OPTIMIZE ?= -O3
CFLAGS ?= -g
FLAGS = -std=c11 -Iext $(OPTIMIZE) -ffp-contract=off -fPIC -fvisibility=hidden $(WARNINGS) $(CFLAGS) $(EXTRA) -MMD -MP
ifneq ($(SQLITE_DIR),)
  FLAGS += -isystem $(SQLITE_DIR)
  SQLITE_LIBRARY := $(BUILD)/sqlite3.o
  SQLITE_LINK := $(SQLITE_LIBRARY) $(if $(filter so,$(SUFFIX)),-ldl) $(THREADS) -lm
else
  SQLITE_LINK := -lsqlite3 $(THREADS) -lm
endif

# core and fn know no SQLite, so one object serves both forms; glue and the entry point are compiled for each.
CORE := $(wildcard ext/core/*/*.c)
PURE := $(CORE) $(wildcard ext/fn/*/*.c)
BOUND := $(wildcard ext/glue/*.c ext/retain.c)
CORE_OBJECTS := $(CORE:%.c=$(BUILD)/pure/%.o)
PURE_OBJECTS := $(PURE:%.c=$(BUILD)/pure/%.o)
LOAD_OBJECTS := $(BOUND:%.c=$(BUILD)/load/%.o)
STATIC_OBJECTS := $(BOUND:%.c=$(BUILD)/static/%.o)

OUT := $(if $(filter build,$(BUILD)),.,$(BUILD))
LOADABLE := $(OUT)/retain.$(SUFFIX)
LIBRARY := $(BUILD)/libretain.a
CORE_LIBRARY := $(BUILD)/libcore.a
HOST := $(BUILD)/sqlhost
UNITS := $(patsubst tests/unit/%.c,$(BUILD)/unit/%,$(foreach family,$(or $(FAMILIES),*),$(wildcard tests/unit/$(family)/test_*.c)))
HOSTS := $(patsubst tests/host/%.c,$(BUILD)/host/%,$(wildcard tests/host/test_*.c))
FORMS ?= static loadable
# Shared where the name says so: tests/support/mutants exchanges it under test programs that stay as they are.
ARCHIVE = $(if $(filter %.so,$@),$(CC) -shared -o $@ $^ $(SQLITE_LINK),$(AR) rcs $@ $^)
RUN = BUILD=$(BUILD) LOADABLE=$(LOADABLE) SANITIZED=$(SANITIZED) FAMILIES="$(FAMILIES)" FORMS="$(FORMS)" CC="$(CC)" tests/run

.PHONY: all
all: $(LOADABLE) $(LIBRARY)

$(LOADABLE): $(PURE_OBJECTS) $(LOAD_OBJECTS)
	$(CC) $(SHARED) $(CFLAGS) $(EXTRA) -o $@ $^ -lm

$(LIBRARY): $(PURE_OBJECTS) $(STATIC_OBJECTS)
	@rm -f $@
	$(ARCHIVE)

# What the unit tests link: core and the allocator under it, so that they build while fn or glue do not.
$(CORE_LIBRARY): $(CORE_OBJECTS) $(BUILD)/static/ext/glue/mem.o
	@rm -f $@
	$(ARCHIVE)

$(BUILD)/pure/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(FLAGS) -c -o $@ $<

$(BUILD)/load/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(FLAGS) -c -o $@ $<

$(BUILD)/static/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(FLAGS) -DSQLITE_CORE -c -o $@ $<

# ---- For editing and debugging

.PHONY: debug compile_commands.json
# For gdb: gdb --args build/debug/sqlhost tests/sql/rfm/rfm.sql
debug:
	@$(MAKE) --no-print-directory BUILD=$(BUILD)/debug OPTIMIZE=-O0 CFLAGS=-g3 all $(BUILD)/debug/sqlhost

compile_commands.json:
	@$(MAKE) --no-print-directory -nB all $(HOST) $(UNITS) $(HOSTS) $(BUILD)/fault/fault $(BUILD)/bench/bench | tests/support/compile_commands >$@

# ---- Tests

TEST_FLAGS = $(FLAGS) -Wno-pedantic -Itests/support $(THREADS)
SUPPORT := $(BUILD)/support/connection.o
.SECONDARY: $(SUPPORT) $(BUILD)/support/orders.o

$(BUILD)/support/%.o: tests/support/%.c
	@mkdir -p $(@D)
	$(CC) $(TEST_FLAGS) -DSQLITE_CORE -c -o $@ $<

$(BUILD)/unit/%: tests/unit/%.c $(CORE_LIBRARY) $(SQLITE_LIBRARY)
	@mkdir -p $(@D)
	$(CC) $(TEST_FLAGS) -Wno-missing-prototypes -o $@ $< $(CORE_LIBRARY) -lcmocka $(SQLITE_LINK)

$(BUILD)/host/%: tests/host/%.c $(SUPPORT) $(LIBRARY) $(LOADABLE) $(SQLITE_LIBRARY)
	@mkdir -p $(@D)
	$(CC) $(TEST_FLAGS) -DSQLITE_CORE -DLOADABLE='"$(abspath $(LOADABLE))"' -DBUILD_FOLDER='"$(BUILD)"' -o $@ $< $(SUPPORT) $(LIBRARY) -lcmocka $(SQLITE_LINK)

$(BUILD)/zone_probe: tests/zones/probe.c $(CORE_LIBRARY) $(SQLITE_LIBRARY)
	$(CC) $(TEST_FLAGS) -o $@ $< $(CORE_LIBRARY) $(SQLITE_LINK)

$(HOST): tests/support/sqlhost.c $(LIBRARY) $(SQLITE_LIBRARY)
	$(CC) $(TEST_FLAGS) -DSQLITE_CORE -o $@ $< $(LIBRARY) $(SQLITE_LINK)

$(BUILD)/fault/%: tests/fault/%.c $(SUPPORT) $(BUILD)/support/orders.o $(LIBRARY) $(SQLITE_LIBRARY)
	@mkdir -p $(@D)
	$(CC) $(TEST_FLAGS) -DSQLITE_CORE -o $@ $< $(SUPPORT) $(BUILD)/support/orders.o $(LIBRARY) $(SQLITE_LINK)

$(BUILD)/bench/%: tests/bench/%.c $(SUPPORT) $(BUILD)/support/orders.o $(LIBRARY) $(SQLITE_LIBRARY)
	@mkdir -p $(@D)
	$(CC) $(TEST_FLAGS) -DSQLITE_CORE -o $@ $< $(SUPPORT) $(BUILD)/support/orders.o $(LIBRARY) $(SQLITE_LINK)

# An SQLite of our own, with the options that distributions choose.
$(BUILD)/sqlite3.o: $(SQLITE_DIR)/sqlite3.c
	@mkdir -p $(@D)
	$(CC) -O2 -g -w -fPIC $(EXTRA) -DSQLITE_ENABLE_COLUMN_METADATA -DSQLITE_ENABLE_MATH_FUNCTIONS -c -o $@ $<

# A current SQLite's amalgamation, once.
$(CURRENT_DIR)/sqlite3.c:
	tests/support/sqlite_current $(CURRENT_SQLITE) $(CURRENT_SHA256) $(CURRENT_DIR)

.PHONY: test test-all unit sql host readme
test:
	@CC="$(CC)" tests/support/deps missing test
	@$(MAKE) --no-print-directory test-all

test-all: all $(HOST) $(UNITS) $(HOSTS) $(BUILD)/zone_probe $(BUILD)/demo.db
	@$(RUN) unit host sql readme

unit: $(UNITS)
	@$(RUN) unit

host: $(HOSTS) $(BUILD)/zone_probe
	@$(RUN) host

sql: $(HOST) $(LOADABLE)
	@$(RUN) sql

readme: $(LOADABLE) $(BUILD)/demo.db
	@$(RUN) readme

# Every time zone of the system and every transition 1970 … 2037 against Python's zoneinfo; `make host` takes a sample.
.PHONY: zones
zones: $(BUILD)/zone_probe
	@tests/zones/compare $<

# The same tests on a current SQLite.
.PHONY: test-current
test-current: $(CURRENT_DIR)/sqlite3.c
	@$(MAKE) --no-print-directory BUILD=$(BUILD)/current SQLITE_DIR=$(CURRENT_DIR) test-here

# Units, hosts and SQL, wherever BUILD points, in two at a time: what test-current and the sanitizers run.
.PHONY: test-here
test-here: $(LOADABLE) $(HOST) $(UNITS) $(HOSTS) $(BUILD)/zone_probe
	@$(RUN) unit host >$(BUILD)/tests.log 2>&1 & $(RUN) sql; sql=$$?; wait $$!; others=$$?; cat $(BUILD)/tests.log; exit $$((sql + others))

# The README's set-up commands on a Debian that has nothing installed.
.PHONY: fresh
fresh:
	@mkdir -p $(BUILD)
	@tests/support/fresh $(BUILD)/fresh.log

# ---- Faults, interrupts, threads

FAULT_INPUT := tests/support/shop.sql tests/fault/statements.sql
.PHONY: fault interrupt threads
fault: $(BUILD)/fault/fault
	@for part in 0 1; do $< $(BUILD)/fault-$$part.db $(FAULT_INPUT) $$part/2 >$(BUILD)/fault-$$part.log 2>&1 & done; wait; \
	  tests/support/count $(BUILD)/fault-0.log $(BUILD)/fault-1.log

INTERRUPT_ROWS ?= 10000000
interrupt: $(BUILD)/fault/interrupt
	@$< $(BUILD) $(INTERRUPT_ROWS) tests/fault/interrupt.sql >$(BUILD)/interrupt.log 2>&1; tests/support/count $(BUILD)/interrupt.log

threads: $(BUILD)/fault/threads
	@$< $(BUILD)/threads.db $(FAULT_INPUT) >$(BUILD)/threads.log 2>&1; tests/support/count $(BUILD)/threads.log

# ---- Mutants: changes to ext/ that some test has to notice; MUTANTS of them by SEED, as many as MUTANTS_SECONDS allow

.PHONY: mutants
MUTANTS ?= 40
MUTANTS_SECONDS ?= 120
MUTANTS_FLOOR ?= 60
MUTANTS_IN ?= ext/core ext/glue ext/fn
SEED ?= $(shell git rev-parse --short HEAD 2>/dev/null || echo 1)
mutants:
	@mkdir -p $(BUILD)
	@python3 tests/support/mutants $(BUILD) $(MUTANTS) $(SEED) $(MUTANTS_SECONDS) $(MUTANTS_FLOOR) $(MUTANTS_IN) >$(BUILD)/mutants.log 2>&1; \
	  tests/support/count $(BUILD)/mutants.log

# ---- Sanitizers and coverage: the same tests and faults, built apart; one run at a time, whatever -j says. SQLite itself is instrumented for threads only.

.PHONY: sanitize valgrind tsan coverage
SANITIZER_FLAGS = -fno-omit-frame-pointer -fno-sanitize-recover=all
SANITIZE = address,undefined,float-cast-overflow,float-divide-by-zero,integer-divide-by-zero
SANITIZE_MAKE = ASAN_OPTIONS=detect_leaks=1:strict_string_checks=1:detect_stack_use_after_return=1 UBSAN_OPTIONS=print_stacktrace=1 \
	$(MAKE) --no-print-directory BUILD=$(BUILD)/sanitize CC=$(CLANG) OPTIMIZE=-O1 SANITIZED=1 EXTRA="-fsanitize=$(SANITIZE) $(SANITIZER_FLAGS)"
sanitize:
	@$(SANITIZE_MAKE) FORMS=static test-here
	@$(SANITIZE_MAKE) threads
	@$(SANITIZE_MAKE) fault

VALGRIND = valgrind -q --error-exitcode=99 --leak-check=full --show-leak-kinds=definite --errors-for-leak-kinds=definite
valgrind:
	@UNDER="$(VALGRIND)" LIMIT=600 $(MAKE) --no-print-directory BUILD=$(BUILD)/valgrind OPTIMIZE=-O1 WERROR= FORMS=loadable test-here # other warnings at -O1

tsan: $(CURRENT_DIR)/sqlite3.c
	@TSAN_OPTIONS=halt_on_error=1:second_deadlock_stack=1 \
	  $(MAKE) --no-print-directory BUILD=$(BUILD)/tsan CC=$(CLANG) OPTIMIZE=-O1 SANITIZED=1 SQLITE_DIR=$(CURRENT_DIR) EXTRA="-fsanitize=thread" threads

# Lines and branches of ext/ per file; a file or the whole below its floor in tests/coverage.floor fails.
COVERAGE_MAKE = $(MAKE) --no-print-directory BUILD=$(BUILD)/coverage CC=gcc OPTIMIZE=-O0 SANITIZED=1 EXTRA="--coverage" FORMS=static
coverage:
	@find $(BUILD)/coverage -name '*.gcda' -delete 2>/dev/null || true
	@$(COVERAGE_MAKE) test-here
	@$(COVERAGE_MAKE) fault
	@tests/support/coverage $(BUILD)/coverage

# ---- Fuzzing

FUZZERS := $(patsubst tests/fuzz/fuzz_%.c,%,$(wildcard tests/fuzz/fuzz_*.c))
FUZZ_SECONDS ?= 60
FUZZ_BUILD := $(BUILD)/fuzz
FUZZ_FLAGS := -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
.PHONY: fuzz fuzz-build fuzz-replay
fuzz-build:
	@$(MAKE) --no-print-directory BUILD=$(FUZZ_BUILD) CC=$(CLANG) OPTIMIZE=-O1 SANITIZED=1 EXTRA="$(FUZZ_FLAGS)" $(FUZZERS:%=$(FUZZ_BUILD)/fuzz_%) $(FUZZ_BUILD)/sqlhost

$(BUILD)/fuzz_%: tests/fuzz/fuzz_%.c tests/fuzz/database.c $(SUPPORT) $(LIBRARY)
	$(CC) $(TEST_FLAGS) -Wno-missing-prototypes -fsanitize=fuzzer -o $@ $< tests/fuzz/database.c $(SUPPORT) $(LIBRARY) $(SQLITE_LINK)

# The seed corpora of the repository, without any mutation.
fuzz-replay: fuzz-build
	@tests/support/fuzz replay $(FUZZ_BUILD) $(FUZZERS)

fuzz: fuzz-build
	@tests/support/fuzz run $(FUZZ_BUILD) $(FUZZ_SECONDS) $(FUZZERS)

# ---- Speed

.PHONY: bench bench-ci
BENCH_ROWS ?= 1000000 10000000
bench: $(BUILD)/bench/bench $(BUILD)/bench/fits $(BUILD)/bench/lifetimes
	@tests/bench/run $(BUILD) $(BENCH_ROWS)

# Instructions on a small file, repeatable on a noisy machine; over its limit in tests/bench/limits fails.
bench-ci: $(BUILD)/bench/bench
	@tests/bench/instructions $(BUILD) 100000

# ---- The demo: one command from a clone to tables

.PHONY: demo
demo:
	@CC="$(CC)" tests/support/deps missing build
	@$(MAKE) --no-print-directory -s all
	@rm -f $(BUILD)/demo.db
	@sqlite3 -batch -bail $(BUILD)/demo.db ".load $(abspath $(LOADABLE))" ".read sql/demo.sql"

$(BUILD)/demo.db: $(LOADABLE) sql/demo.sql
	@rm -f $@
	@sqlite3 -batch -bail $@ ".load $(abspath $(LOADABLE))" ".read sql/demo.sql" >$(BUILD)/demo.log

# ---- Lint and layout

.PHONY: lint lint-fast pre-commit format
LINT = BUILD=$(BUILD) LOADABLE=$(LOADABLE) SQLITE_DIR=$(SQLITE_DIR) tests/support/lint
lint: all
	@$(LINT) sources objects analyzers

# What needs no build, in seconds.
lint-fast:
	@$(LINT) sources

pre-commit:
	@BUILD=$(BUILD) tests/support/pre_commit

format:
	clang-format -i $(shell find ext tests -name '*.[ch]')

# ---- Installing, cleaning, help

.PHONY: install uninstall clean help
install: all
	install -d $(DESTDIR)$(LIBDIR)/pkgconfig $(DESTDIR)$(INCLUDEDIR)
	install -m 755 $(LOADABLE) $(DESTDIR)$(LIBDIR)/retain.$(SUFFIX)
	install -m 644 $(LIBRARY) $(DESTDIR)$(LIBDIR)/libretain.a
	install -m 644 ext/retain.h $(DESTDIR)$(INCLUDEDIR)/retain.h
	printf '%s\n' 'prefix=$(PREFIX)' 'libdir=$(LIBDIR)' 'includedir=$(INCLUDEDIR)' '' 'Name: retain' \
	  'Description: customer-retention analytics inside SQLite' 'Version: $(VERSION)' 'Requires: sqlite3 >= 3.38' \
	  'Libs: -L$${libdir} -lretain -lm' 'Cflags: -I$${includedir}' >$(DESTDIR)$(LIBDIR)/pkgconfig/retain.pc

uninstall:
	rm -f $(DESTDIR)$(LIBDIR)/retain.$(SUFFIX) $(DESTDIR)$(LIBDIR)/libretain.a $(DESTDIR)$(INCLUDEDIR)/retain.h \
	  $(DESTDIR)$(LIBDIR)/pkgconfig/retain.pc

clean:
	rm -rf $(BUILD) $(LOADABLE)

help:
	@echo 'make               retain.$(SUFFIX) and $(LIBRARY)'
	@echo 'make demo          a demo shop and its tables'
	@echo 'make install       with DESTDIR and PREFIX; also uninstall, clean'
	@echo
	@echo 'make test          unit, host, SQL and README tests; make unit, host, sql, readme: one kind'
	@echo '                   unit and sql take FAMILIES="rfm btyd"'
	@echo 'make pre-commit    quick lint, build, unit tests and SQL tests of the changed families'
	@echo 'make lint          layers, rules and linters; lint-fast: what needs no build; format: the layout'
	@echo 'make debug         an unoptimized build for gdb in $(BUILD)/debug'
	@echo 'make compile_commands.json   for editors and language servers'
	@echo
	@echo 'make test-current  the tests on a current SQLite'
	@echo 'make fresh         the README'"'"'s set-up commands on a bare Debian (root, debootstrap)'
	@echo 'make fault         every allocation and every read fails once; also interrupt, threads'
	@echo 'make mutants      a sample of changes to ext/: how many do the tests notice? MUTANTS, SEED, MUTANTS_SECONDS, MUTANTS_IN'
	@echo 'make sanitize      the tests under sanitizers of addresses and undefined behaviour; also tsan, valgrind'
	@echo 'make coverage      lines and branches of each file'
	@echo 'make fuzz          every fuzz target for FUZZ_SECONDS; fuzz-replay: the seeds only'
	@echo 'make zones         every time zone and transition against Python'
	@echo 'make bench         time and memory against hand-written SQL; bench-ci: instructions against limits'
	@echo 'bash .ci/run       everything, as CI does; bash .ci/run PART…: some of it'

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
