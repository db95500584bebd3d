/*
** retain: customer-retention analytics inside SQLite.
**
** Loaded at run time (`.load ./retain`), SQLite calls the function below by itself. Linked into an application
** (libretain.a), the application calls it once per connection, with NULL for `api`, or once per process through
** sqlite3_auto_extension().
*/
#ifndef RETAIN_H
#define RETAIN_H

#define RETAIN_VERSION "0.1.0"

#ifdef __cplusplus
extern "C" {
#endif

struct sqlite3;
struct sqlite3_api_routines;

/*
** Registers every function on `db`. Returns an SQLite result code; where it is not SQLITE_OK and `message` is not NULL,
** *message is a text to be freed with sqlite3_free().
*/
#ifdef _WIN32
__declspec(dllexport)
#elif defined(__GNUC__)
__attribute__((visibility("default")))
#endif
  int sqlite3_retain_init(struct sqlite3 *db, char **message, const struct sqlite3_api_routines *api);

#ifdef __cplusplus
}
#endif

#endif
