#include "zones.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"

#define ZONE_NAME_MAX 64
#define ZONE_PATH_MAX 1024
#define ZONE_FILE_MAX ((size_t)1 << 18)

typedef struct NamedZone {
  struct NamedZone *next;
  Zone zone;
  char name[ZONE_NAME_MAX + 1];
} NamedZone;

/* The environment is asked for this alone: TZDIR is how a host says where its time zone data is. */
static const char *folder_at(int i)
{
  static const char *const FOLDERS[] = {"/usr/share/zoneinfo", "/usr/lib/zoneinfo", "/usr/share/lib/zoneinfo",
                                        "/etc/zoneinfo", NULL};
  const char *given = getenv("TZDIR");
  if (given && *given) {
    return i == 0 ? given : NULL;
  }
  return FOLDERS[i];
}

static FILE *file_open(const char *name)
{
  char path[ZONE_PATH_MAX];
  const char *folder;
  for (int i = 0; (folder = folder_at(i)); i++) {
    int n = snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = n > 0 && (size_t)n < sizeof path ? fopen(path, "rb") : NULL;
    if (file) {
      return file;
    }
  }
  return NULL;
}

static bool is_name(const char *name, size_t length)
{
  if (length == 0 || length > ZONE_NAME_MAX) {
    return false;
  }
  for (size_t i = 0; i < length; i++) {
    char c = name[i];
    bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    bool inner = i > 0 && i + 1 < length && (c == '/' ? name[i - 1] != '/' : c == '_' || c == '+' || c == '-');
    if (!letter && !inner) {
      return false;
    }
  }
  return true;
}

static Status zone_read(NamedZone *named)
{
  FILE *file = file_open(named->name);
  if (!file) {
    return STATUS_ERROR;
  }
  unsigned char *bytes = mem_alloc(ZONE_FILE_MAX, 1);
  size_t n = bytes ? fread(bytes, 1, ZONE_FILE_MAX, file) : 0;
  fclose(file);
  Status status = bytes ? zone_from_file(&named->zone, bytes, n) : STATUS_NOMEM;
  mem_free(bytes);
  return status;
}

static bool is_same(const NamedZone *named, const char *name, size_t length)
{
  return memcmp(named->name, name, length) == 0 && named->name[length] == 0;
}

Status zones_find(Zones *zones, const char *name, size_t length, const Zone **zone)
{
  if (!is_name(name, length)) {
    return STATUS_ERROR;
  }
  for (NamedZone **place = &zones->first; *place; place = &(*place)->next) {
    NamedZone *named = *place;
    if (is_same(named, name, length)) {
      *place = named->next; /* to the front: rows of a query ask for the same */
      named->next = zones->first;
      zones->first = named;
      *zone = &named->zone;
      return STATUS_OK;
    }
  }
  NamedZone *named = mem_zero(1, sizeof *named);
  if (!named) {
    return STATUS_NOMEM;
  }
  memcpy(named->name, name, length);
  Status status = zone_read(named);
  if (status != STATUS_OK) {
    mem_free(named);
    return status;
  }
  named->next = zones->first;
  zones->first = named;
  *zone = &named->zone;
  return STATUS_OK;
}

bool zones_exist(void)
{
  FILE *file = file_open("UTC");
  if (file) {
    fclose(file);
  }
  return file != NULL;
}

void zones_free(Zones *zones)
{
  for (NamedZone *named = zones->first, *next; named; named = next) {
    next = named->next;
    zone_free(&named->zone);
    mem_free(named);
  }
  zones->first = NULL;
}
