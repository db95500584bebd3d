/*
** One call of a function or table function, as the fn files see it: checked arguments in, cells or a message out.
**
** Arguments are numbered as in the spec's params. They were checked against the spec before fn code runs, so the
** readers cannot fail: each returns the argument, or its default.
*/
#ifndef RETAIN_GLUE_CALL_H
#define RETAIN_GLUE_CALL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/status.h"
#include "core/events/customers.h"
#include "core/time/period.h"

typedef struct Call Call; /* one running call; lives on the stack of the engine */
typedef struct Cell Cell; /* where one result goes */

/* Arguments */
bool call_is_null(const Call *call, int param);  /* left out or NULL, and without a default */
bool call_is_given(const Call *call, int param); /* the call has this argument, NULL or not */
int64_t call_integer(const Call *call, int param);
double call_real(const Call *call, int param);
const char *call_text(const Call *call, int param); /* ends in a zero byte; valid during the call; NULL if null */
size_t call_length(const Call *call, int param);
int call_choice(const Call *call, int param);
int64_t call_time(const Call *call, int param);
bool call_is_date(const Call *call, int param); /* the time is a date alone */
/* A time that bounds: a date alone is its whole civil day in `zone`. */
Bound call_bound(const Call *call, int param, const ZoneCursor *zone);
/*
** The clock's now where it is latest, 14 hours ahead of UTC: times may be local ones. The last millisecond of the
** calendar where there is no clock.
*/
int64_t call_now_anywhere(void);
/* A time by the clocks of `zone`: of a date alone its midnight. */
int64_t call_local(const Call *call, int param, const ZoneCursor *zone);
ZoneCursor call_zone(const Call *call, int param); /* its zone lives as long as the connection */
Grain call_grain(const Call *call, int param);
Duration call_duration(const Call *call, int param);
/* 1: yes, y, true, t; 0: no, n, false, f, in any case; -1: neither. */
int truth_of_text(const char *text, size_t length);
#define TRUTH_WORDS "0 or 1, no or yes, false or true, or the first letter of these"

/*
** Functions with `more`: how many arguments there are after the params, and the i-th of them, from 0, as a number: NaN
** where NULL; STATUS_ERROR, with the message, where it is none.
*/
int call_more(const Call *call);
Status call_more_real(Call *call, int i, double *value);

/*
** The effective value of a parameter that was left out, where that is no constant of its spec: the number of a choice,
** the integer, or the time. Its hidden column then shows it.
*/
void call_resolve(Call *call, int param, int64_t number);
void call_resolve_bound(Call *call, int param, Bound bound, const ZoneCursor *zone);

/* The type of the value that was passed, for PARAM_ANY. */
typedef enum ValueType {
  TYPE_NULL,
  TYPE_INTEGER,
  TYPE_REAL,
  TYPE_TEXT,
  TYPE_BLOB
} ValueType;
ValueType call_type(const Call *call, int param);

/* Whether the host wants to stop; borrowed from the call. */
const Watch *call_watch(Call *call);

/* The host's SQLite version, such as "3.40.1". */
const char *call_sqlite_version(void);
/* How this copy of retain reached it: "static" or "loadable". */
const char *call_build_form(void);

/*
** Functions only: an object made from the text of argument `param` alone (a parsed model, cuts) and kept for rows that
** bring the same text; the last few are. read() fills `size` bytes, all zero; free_object() frees what it took, also
** where it failed, and the object. Borrowed, until the next call_object(). NULL: the call has failed.
*/
typedef Status ObjectRead(Call *call, int param, void *object);
void *call_object(Call *call, int param, size_t size, ObjectRead *read, void (*free_object)(void *));

/*
** Messages: "name(): " + text. Both return STATUS_ERROR, so that `return call_fail(…)` reads well. The first message
** stays.
*/
Status call_fail(Call *call, const char *format, ...);
/* "name(): argument must be …, got VALUE": `must` is what is accepted, such as "2…10" or "one of day, week". */
Status call_fail_argument(Call *call, int param, const char *must, ...);

/* For callbacks that return nothing: the call ends as out of memory; with this status. */
void call_fail_memory(Call *call);
void call_fail_status(Call *call, Status status);

/* Results. Text is copied, static text is not; NaN becomes NULL. */
void cell_null(Cell *cell);
void cell_integer(Cell *cell, int64_t value);
void cell_bool(Cell *cell, bool value);
void cell_real(Cell *cell, double value);
void cell_finite(Cell *cell, double value); /* NULL where it is infinite too */
void cell_text(Cell *cell, const char *text, size_t length);
void cell_string(Cell *cell, const char *text); /* ends in a zero byte; NULL: NULL */
void cell_static(Cell *cell, const char *text); /* NULL: NULL */
/* text from mem_alloc(), ownership passes; NULL: out of memory */
void cell_owned(Cell *cell, char *text, size_t length);
void cell_json(Cell *cell, char *text, size_t length);    /* as cell_owned(), marked as JSON */
void cell_time(Cell *cell, int64_t ms);                   /* 'YYYY-MM-DD HH:MM:SS[.SSS]' UTC */
void cell_date(Cell *cell, int64_t local_ms);             /* 'YYYY-MM-DD' */
void cell_period(Cell *cell, Grain grain, int64_t index); /* its first day; of hours its first hour */
void cell_ratio(Cell *cell, double k, double n);          /* k / n; NULL when n is 0 */
void cell_customer(Cell *cell, const Customers *customers, uint32_t id);

#endif
