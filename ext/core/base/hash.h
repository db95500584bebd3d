/*
** Hashes for tables whose keys somebody else chooses: with a secret of each table's own nobody can choose keys that
** meet in one place. No order of an answer comes from them.
**
** A step multiplies to 128 bits and folds both halves (as wyhash does, Wang Yi 2019): a difference of two keys meets
** the secret before it meets another difference, so that no pair of keys collides under every secret.
*/
#ifndef RETAIN_CORE_BASE_HASH_H
#define RETAIN_CORE_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

typedef struct HashSecret {
  uint64_t a, b;
} HashSecret;

/* A new one, from mem_random(). */
HashSecret hash_secret(void);

/* Both halves of the product of x and y, one upon the other. */
static inline uint64_t hash_fold(uint64_t x, uint64_t y)
{
#ifdef __SIZEOF_INT128__
  __extension__ typedef unsigned __int128 Product;
  Product product = (Product)x * y;
  return (uint64_t)product ^ (uint64_t)(product >> 64);
#else
  uint64_t x0 = (uint32_t)x, x1 = x >> 32, y0 = (uint32_t)y, y1 = y >> 32;
  uint64_t low = x0 * y0, middle = x1 * y0 + (low >> 32), other = x0 * y1 + (uint32_t)middle;
  return (other << 32 | (uint32_t)low) ^ (x1 * y1 + (middle >> 32) + (other >> 32));
#endif
}

/* Of two words. */
static inline uint64_t hash_words(const HashSecret *secret, uint64_t first, uint64_t second)
{
  return hash_fold(first ^ secret->a, second ^ secret->b);
}

uint64_t hash_bytes(const HashSecret *secret, const void *bytes, size_t length);

#endif
