#include "hash.h"

#include <string.h>

#include "mem.h"

HashSecret hash_secret(void)
{
  HashSecret secret;
  mem_random(&secret, sizeof secret);
  return secret;
}

uint64_t hash_bytes(const HashSecret *secret, const void *bytes, size_t length)
{
  const char *at = bytes;
  uint64_t hash = secret->b, word;
  for (; length >= sizeof word; at += sizeof word, length -= sizeof word) {
    memcpy(&word, at, sizeof word);
    hash = hash_fold(word ^ secret->a, hash);
  }
  word = 0;
  memcpy(&word, at, length);
  return hash_fold(word ^ secret->a, hash + length);
}
