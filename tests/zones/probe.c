/*
** What core/time/zone makes of a file of time zone data, for tests/zones/compare, which asks on standard input:
**   z PATH    the file to read; nothing is answered
**   l MS      the local time of an instant
**   d DAY     the first instant of the civil day DAY, in days since 1970-01-01
*/
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/time/zone.h"

int main(void)
{
  static unsigned char bytes[1 << 20];
  char line[4096];
  Zone zone = {0};
  ZoneCursor cursor = {.zone = &zone};
  while (fgets(line, sizeof line, stdin)) {
    line[strcspn(line, "\n")] = 0;
    if (line[0] == 'z') {
      FILE *file = fopen(line + 2, "rb");
      size_t n = file ? fread(bytes, 1, sizeof bytes, file) : 0;
      if (file) fclose(file);
      zone_free(&zone);
      cursor = (ZoneCursor){.zone = &zone};
      if (zone_from_file(&zone, bytes, n) != STATUS_OK) {
        fprintf(stderr, "not read: %s\n", line + 2);
        return 1;
      }
    } else {
      int64_t number = strtoll(line + 2, NULL, 10);
      printf("%lld\n",
             (long long)(line[0] == 'l' ? zone_local(&cursor, number) : zone_instant(&cursor, number * MS_PER_DAY)));
    }
  }
  zone_free(&zone);
  return 0;
}
