/*
** The customer index: customer key (integer or text) -> dense id 0, 1, 2 … in order of first appearance, with
** `state_size` bytes of an analysis's own state beside each key, so that one row touches one slot and one record.
**
** Integer 1 and text '1' are different customers, as in SQLite; text is compared as `fold` says, and the key is the
** text that came first. Memory: 8 bytes of key + state_size (rounded up to 8) + 4.6 … 9.1 bytes of hash slot per
** customer, and about 24 + length of a text key. Expected O(1) per look-up. Pointers to states stay valid until
** customers_free().
*/
#ifndef RETAIN_CORE_EVENTS_CUSTOMERS_H
#define RETAIN_CORE_EVENTS_CUSTOMERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/chunks.h"
#include "core/base/compiler.h"
#include "core/base/hash.h"

#define CUSTOMER_NONE UINT32_MAX /* no such customer; also the limit of their number */

typedef struct CustomerKey {
  const char *text; /* NULL: an integer; else `length` bytes followed by a zero byte, owned by the index */
  size_t length;
  int64_t integer;
} CustomerKey;

/* When two texts are one key: SQLite's collations. A text that begins with a zero byte is always compared exactly. */
typedef enum KeyFold {
  KEY_EXACT,  /* byte by byte */
  KEY_NOCASE, /* ASCII letters of either case */
  KEY_RTRIM,  /* with or without spaces at the end */
  KEY_OTHER   /* a collation that only the host can ask: byte by byte */
} KeyFold;

typedef struct Customers {
  size_t state_size; /* set before the first customer */
  KeyFold fold;      /* likewise */
  size_t most;       /* likewise: there will not be more, and memory is taken for no more; 0: unknown */
  uint32_t count;
  int bits, shift;   /* 2^bits slots; 32 - bits */
  HashSecret secret; /* from the first slots on */
  uint32_t *slots;   /* a tag of the hash above the lowest `bits` bits, id + 1 in them; 0 is free */
  Chunks records;    /* key: the integer, or the address of the text; then the state */
  Chunks kinds;      /* a bit per id: its key is text */
  uint32_t n_text;
  char *arena; /* newest block of text keys; each begins with the address of the one before */
  size_t arena_used, arena_size;
} Customers;

/*
** The id of a key, added if it is new. CUSTOMER_NONE when out of memory. customers_add_integer() is at the end of this
** file.
*/
uint32_t customers_add_text(Customers *customers, const char *text, size_t length);

/* The id of a key, or CUSTOMER_NONE. */
uint32_t customers_find_integer(const Customers *customers, int64_t key);
uint32_t customers_find_text(const Customers *customers, const char *text, size_t length);

/* The key of an id < count. */
CustomerKey customers_key(const Customers *customers, uint32_t id);

/* The order of output: integers ascending, then texts by bytes. */
bool customers_key_before(CustomerKey a, CustomerKey b);

/* An analysis's own bytes for an id < count, zero until written, 8-byte aligned. */
static inline void *customers_state(const Customers *customers, uint32_t id)
{
  return (char *)chunks_at(&customers->records, id) + sizeof(int64_t);
}

/* Frees all; state_size and fold stay. {0} is a valid empty object; may run twice. */
void customers_free(Customers *customers);

/*
** The way of most rows, inline: an integer key that has been seen. Fibonacci hashing (Knuth 6.4), which spreads numbers
** in sequence evenly, of the key under the secret: the slot is the top bits of a product, the tag the bits below them;
** a slot whose tag fits is its id + 1 after the exclusive or, and a larger number where it does not.
*/
static inline uint32_t customers_hash_integer(const Customers *customers, int64_t key)
{
  return (uint32_t)((((uint64_t)key ^ customers->secret.a) * UINT64_C(0x9e3779b97f4a7c15)) >> 32);
}

uint32_t customers_add_integer_slow(Customers *customers, int64_t key);

/* The id in the home slot of a hash, if its tag fits: probably that of the key. Else a number that is no id. */
static inline uint32_t customers_guess(const Customers *customers, uint32_t hash)
{
  return (customers->slots[hash >> customers->shift] ^ hash << customers->bits) - 1;
}

/* The id of an integer key; added if it is new. CUSTOMER_NONE when out of memory. */
static inline uint32_t customers_add_integer(Customers *customers, int64_t key)
{
  if (customers->slots && customers->n_text == 0) {
    uint32_t id = customers_guess(customers, customers_hash_integer(customers, key));
    if (id < customers->count && *(int64_t *)chunks_at(&customers->records, id) == key) {
      return id;
    }
  }
  return customers_add_integer_slow(customers, key);
}

/*
** A look-up waits twice for memory, for the slot and then for the record. Whoever knows its keys some rows ahead asks
** for the slot first, guesses the id and asks for the record some rows later, and looks at the record after that.
*/
/* Makes room for the first customers, so that `slots` is there. */
bool customers_start(Customers *customers);

#endif
