/*
** Which customers are hardly one: keys that are blank, that stand for nobody, or that are another customer's in another
** spelling.
*/
#ifndef RETAIN_CORE_EVENTS_KEY_CHECK_H
#define RETAIN_CORE_EVENTS_KEY_CHECK_H

#include "core/base/status.h"
#include "customers.h"

typedef enum KeyOddity {
  KEY_USUAL,
  KEY_BLANK,  /* no text, or white space only */
  KEY_NOBODY, /* a word for a customer who is not known, such as 'guest' or 'NULL', in any case */
} KeyOddity;

/* White space: a blank, tab, line feed, carriage return, no-break space U+00A0, full-width space U+3000. */
KeyOddity key_oddity(CustomerKey key);

/*
** The first customer in `alike` whose key is the same but for letters of either case (A to Z), white space around it
** and its type (42 and '42'); `id` itself where there is none, and it is then the first. `alike` begins as KEY_ALIKE
** and keeps a text of its own, 24 bytes + its length and about 20 of index, for each that was the first.
*/
#define KEY_ALIKE ((Customers){.state_size = sizeof(uint32_t), .fold = KEY_NOCASE})
Status key_first_alike(Customers *alike, CustomerKey key, uint32_t id, uint32_t *first);

#endif
