#include "customers.h"

#include <string.h>

#include "core/base/mem.h"

/*
** Open addressing, linear probing, at most 7/8 full, a power of two of 4-byte slots. An id needs only `bits` bits, so
** the rest of its slot holds a tag of the hash: a probe that hits somebody else's slot is nearly always told apart
** without touching the record, which is where the cache misses are.
*/
#define FIRST_BITS 4
#define LAST_BITS 31
#define ARENA_FIRST 256 /* bytes; each block is four times the one before, up to … */
#define ARENA_BLOCK 16384

typedef struct TextKey { /* what a text record's key points to */
  size_t length;
  uint32_t hash;
  char bytes[];
} TextKey;

#define FOLDED 64 /* bytes that are folded at once */

/* Of ASCII, whatever the locale. */
static char lower(char c)
{
  return (char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
}

static size_t trimmed(const char *text, size_t length)
{
  while (length > 0 && text[length - 1] == ' ') {
    length--;
  }
  return length;
}

/* How a text is compared. */
static KeyFold fold_of(const Customers *customers, const char *text, size_t length)
{
  return length == 0 || *text ? customers->fold : KEY_EXACT;
}

static uint64_t hash_nocase(const Customers *customers, const char *text, size_t length)
{
  char folded[FOLDED];
  uint64_t hash = length;
  for (size_t at = 0; at < length; at += FOLDED) {
    size_t n = length - at < FOLDED ? length - at : FOLDED;
    for (size_t i = 0; i < n; i++) {
      folded[i] = lower(text[at + i]);
    }
    hash = hash_words(&customers->secret, hash, hash_bytes(&customers->secret, folded, n));
  }
  return hash;
}

APART static uint64_t hash_folded(const Customers *customers, const char *text, size_t length)
{
  switch (fold_of(customers, text, length)) {
    case KEY_NOCASE:
      return hash_nocase(customers, text, length);
    case KEY_RTRIM:
      return hash_bytes(&customers->secret, text, trimmed(text, length));
    default:
      return hash_bytes(&customers->secret, text, length);
  }
}

static uint32_t hash_text(const Customers *customers, const char *text, size_t length)
{
  uint64_t hash =
    customers->fold == KEY_EXACT ? hash_bytes(&customers->secret, text, length) : hash_folded(customers, text, length);
  return (uint32_t)(hash >> 32);
}

static int64_t *record_at(const Customers *customers, uint32_t id)
{
  return chunks_at(&customers->records, id);
}

static bool is_text(const Customers *customers, uint32_t id)
{
  if (customers->n_text == 0 || customers->n_text == customers->count) {
    return customers->n_text > 0;
  }
  const uint64_t *word = chunks_at(&customers->kinds, id >> 6);
  return *word >> (id & 63) & 1;
}

static const TextKey *text_key(const Customers *customers, uint32_t id)
{
  return (const TextKey *)(intptr_t)*record_at(customers, id);
}

static bool same_nocase(const char *a, const char *b, size_t length)
{
  for (size_t i = 0; i < length; i++) {
    if (lower(a[i]) != lower(b[i])) {
      return false;
    }
  }
  return true;
}

/* Of a text that is not the key's, byte by byte. */
APART static bool same_folded(const Customers *customers, const TextKey *key, const char *text, size_t length)
{
  switch (fold_of(customers, text, length)) {
    case KEY_NOCASE:
      return key->length == length && same_nocase(key->bytes, text, length);
    case KEY_RTRIM:
      length = trimmed(text, length);
      return trimmed(key->bytes, key->length) == length && memcmp(key->bytes, text, length) == 0;
    default:
      return false;
  }
}

static bool same_key(const Customers *customers, uint32_t id, uint32_t hash, int64_t integer, const char *text,
                     size_t length)
{
  if (is_text(customers, id) != (text != NULL)) {
    return false;
  }
  if (!text) {
    return *record_at(customers, id) == integer;
  }
  const TextKey *key = text_key(customers, id);
  return key->hash == hash && ((key->length == length && memcmp(key->bytes, text, length) == 0) ||
                               (customers->fold != KEY_EXACT && same_folded(customers, key, text, length)));
}

/* The slot that holds the key, or the free one where it belongs. *id: CUSTOMER_NONE in the latter case. */
static uint32_t *slot_of(const Customers *customers, uint32_t hash, int64_t integer, const char *text, size_t length,
                         uint32_t *id)
{
  uint32_t mask = (UINT32_C(1) << customers->bits) - 1;
  uint32_t at = hash >> customers->shift;
  for (;; at = (at + 1) & mask) {
    uint32_t slot = customers->slots[at];
    if (slot == 0) {
      *id = CUSTOMER_NONE;
      return &customers->slots[at];
    }
    if ((slot ^ hash << customers->bits) <= mask) {
      *id = (slot & mask) - 1;
      if (same_key(customers, *id, hash, integer, text, length)) {
        return &customers->slots[at];
      }
    }
  }
}

static bool slots_grow(Customers *customers)
{
  int bits = customers->bits ? customers->bits + 1 : FIRST_BITS;
  if (bits > LAST_BITS) {
    return false;
  }
  if (!customers->slots) {
    customers->secret = hash_secret();
  }
  uint32_t *slots = mem_zero((size_t)1 << bits, sizeof *slots);
  if (!slots) {
    return false;
  }
  uint32_t mask = (UINT32_C(1) << bits) - 1;
  for (uint32_t id = 0; id < customers->count; id++) {
    uint32_t hash = is_text(customers, id) ? text_key(customers, id)->hash
                                           : customers_hash_integer(customers, *record_at(customers, id));
    uint32_t at = hash >> (32 - bits);
    while (slots[at]) {
      at = (at + 1) & mask;
    }
    slots[at] = hash << bits | (id + 1);
  }
  mem_free(customers->slots);
  customers->slots = slots;
  customers->bits = bits;
  customers->shift = 32 - bits;
  return true;
}

bool customers_start(Customers *customers)
{
  return customers->slots || slots_grow(customers);
}

static TextKey *arena_add(Customers *customers, uint32_t hash, const char *text, size_t length)
{
  size_t size = (offsetof(TextKey, bytes) + length + 1 + 7) & ~(size_t)7;
  if (customers->arena_size - customers->arena_used < size) {
    size_t block = 4 * customers->arena_size > ARENA_FIRST ? 4 * customers->arena_size : ARENA_FIRST;
    block = block < ARENA_BLOCK ? block : ARENA_BLOCK;
    block = sizeof(char *) + size > block ? sizeof(char *) + size : block;
    char *fresh = mem_alloc(block, 1);
    if (!fresh) {
      return NULL;
    }
    memcpy(fresh, &customers->arena, sizeof(char *));
    customers->arena = fresh;
    customers->arena_used = sizeof(char *);
    customers->arena_size = block;
  }
  TextKey *key = (TextKey *)(void *)(customers->arena + customers->arena_used);
  customers->arena_used += size;
  key->hash = hash;
  key->length = length;
  memcpy(key->bytes, text, length);
  key->bytes[length] = 0;
  return key;
}

static bool kind_set(Customers *customers, uint32_t id)
{
  customers->kinds.stride = sizeof(uint64_t);
  customers->kinds.most = (customers->most + 63) / 64;
  while (customers->kinds.count <= id >> 6) {
    if (!chunks_push(&customers->kinds)) {
      return false;
    }
  }
  uint64_t *word = chunks_at(&customers->kinds, id >> 6);
  *word |= UINT64_C(1) << (id & 63);
  return true;
}

static uint32_t add(Customers *customers, int64_t integer, const char *text, size_t length)
{
  uint32_t id;
  if (!customers_start(customers)) {
    return CUSTOMER_NONE;
  }
  uint32_t hash = text ? hash_text(customers, text, length) : customers_hash_integer(customers, integer);
  uint32_t *slot = slot_of(customers, hash, integer, text, length, &id);
  if (id != CUSTOMER_NONE) {
    return id;
  }
  size_t n_slots = (size_t)1 << customers->bits;
  if (customers->count >= n_slots - n_slots / 8) {
    if (!slots_grow(customers)) {
      return CUSTOMER_NONE;
    }
    slot = slot_of(customers, hash, integer, text, length, &id);
  }
  id = customers->count;
  /* Mixed keys: is_text() looks at the word of any id, so the bits keep up once there is one text. */
  if (text || customers->n_text) {
    if (!kind_set(customers, id)) {
      return CUSTOMER_NONE;
    }
    uint64_t *word = chunks_at(&customers->kinds, id >> 6);
    if (!text) {
      *word &= ~(UINT64_C(1) << (id & 63));
    }
  }
  if (text) {
    TextKey *key = arena_add(customers, hash, text, length);
    if (!key) {
      return CUSTOMER_NONE;
    }
    integer = (int64_t)(intptr_t)key;
  }
  customers->records.stride = sizeof(int64_t) + ((customers->state_size + 7) & ~(size_t)7);
  customers->records.most = customers->most;
  int64_t *record = chunks_push(&customers->records);
  if (!record) {
    return CUSTOMER_NONE;
  }
  *record = integer;
  customers->n_text += text != NULL;
  customers->count++;
  *slot = hash << customers->bits | (id + 1);
  return id;
}

uint32_t customers_add_integer_slow(Customers *customers, int64_t key)
{
  return add(customers, key, NULL, 0);
}

uint32_t customers_add_text(Customers *customers, const char *text, size_t length)
{
  return add(customers, 0, text, length);
}

uint32_t customers_find_integer(const Customers *customers, int64_t key)
{
  uint32_t id = CUSTOMER_NONE;
  if (customers->count) {
    slot_of(customers, customers_hash_integer(customers, key), key, NULL, 0, &id);
  }
  return id;
}

uint32_t customers_find_text(const Customers *customers, const char *text, size_t length)
{
  uint32_t id = CUSTOMER_NONE;
  if (customers->count) {
    slot_of(customers, hash_text(customers, text, length), 0, text, length, &id);
  }
  return id;
}

CustomerKey customers_key(const Customers *customers, uint32_t id)
{
  if (!is_text(customers, id)) {
    return (CustomerKey){.integer = *record_at(customers, id)};
  }
  const TextKey *key = text_key(customers, id);
  return (CustomerKey){.text = key->bytes, .length = key->length};
}

bool customers_key_before(CustomerKey a, CustomerKey b)
{
  if (!a.text || !b.text) {
    return !a.text && (b.text || a.integer < b.integer);
  }
  int order = memcmp(a.text, b.text, a.length < b.length ? a.length : b.length);
  return order < 0 || (order == 0 && a.length < b.length);
}

void customers_free(Customers *customers)
{
  while (customers->arena) {
    char *before;
    memcpy(&before, customers->arena, sizeof(char *));
    mem_free(customers->arena);
    customers->arena = before;
  }
  mem_free(customers->slots);
  chunks_free(&customers->records);
  chunks_free(&customers->kinds);
  *customers = (Customers){.state_size = customers->state_size, .fold = customers->fold};
}
