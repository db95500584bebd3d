/*
** What some compilers can be told; nothing where they cannot.
*/
#ifndef RETAIN_CORE_BASE_COMPILER_H
#define RETAIN_CORE_BASE_COMPILER_H

#ifdef __GNUC__
/*
** Rarely taken: kept out of the function that calls it, which then needs no stack frame for the rows that do not go
** there.
*/
#define APART __attribute__((noinline))
/* Asks for memory that is needed soon. */
#define PREFETCH(address) __builtin_prefetch(address)
#else
#define APART
#define PREFETCH(address) ((void)(address))
#endif

#endif
