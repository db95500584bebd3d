/*
** Time zones by name, from the time zone data of the system: the folder that the environment variable TZDIR names, else
** where systems usually have it. A file is read once per connection and kept.
*/
#ifndef RETAIN_GLUE_ZONES_H
#define RETAIN_GLUE_ZONES_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/status.h"
#include "core/time/zone.h"

/* {0} is a valid empty object. */
typedef struct Zones {
  struct NamedZone *first; /* the one asked for last */
} Zones;

/*
** The zone of a name, borrowed until zones_free(). STATUS_ERROR: there is none. Names are letters, digits, '_', '+',
** '-' and single '/' between them, so that none leads out of the folder.
*/
Status zones_find(Zones *zones, const char *name, size_t length, const Zone **zone);

/* Whether the system has time zone data at all. */
bool zones_exist(void);

void zones_free(Zones *zones);

#endif
