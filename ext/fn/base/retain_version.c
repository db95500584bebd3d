/*
** retain_version(): version, build and SQLite version.
**
**   SELECT retain_version();
*/
#include <string.h>

#include "glue/spec.h"
#include "retain.h"

#if defined(__clang__)
#define COMPILER "clang " __clang_version__
#elif defined(__GNUC__)
#define COMPILER "gcc " __VERSION__
#else
#define COMPILER "another compiler"
#endif

static void version_result(Call *call, Cell *out)
{
  const char *parts[] = {"retain " RETAIN_VERSION " (", call_build_form(), ", " COMPILER "), SQLite ",
                         call_sqlite_version()};
  char text[256];
  size_t length = 0;
  for (int i = 0; i < COUNT_OF(parts); i++) {
    size_t n = strlen(parts[i]);
    n = n < sizeof text - length ? n : sizeof text - length;
    memcpy(text + length, parts[i], n);
    length += n;
  }
  (void)call;
  cell_text(out, text, length);
}

const FunctionSpec retain_version_function = {
  .name = "retain_version",
  .doc =
    {
      .summary = "Says which retain is loaded.",
      .result = "Text: retain's version, how it was built, and the version of the SQLite that runs it.",
      .nulls = "Takes no argument.",
      .errors = "None.",
      .example = "SELECT retain_version()",
      .formula = "No formula.",
    },
  .scalar = version_result,
};
