/*
** How the columns of keys compare their texts: by the collation that SQLite itself would group them by.
*/
#ifndef RETAIN_GLUE_KEY_FOLD_H
#define RETAIN_GLUE_KEY_FOLD_H

#include "column_match.h"
#include "core/events/customers.h"

#define KEY_COLUMNS_MAX 40

/*
** The collations of n ≤ KEY_COLUMNS_MAX columns of a table or view, of which NULL is none; what a view's column has is
** what SQLite finds for it. Reads no row. On an error the message is set.
*/
Status key_folds(Call *call, const NamedTable *table, const char *const *columns, int n, KeyFold *folds);

int key_fold_register(Connection *connection); /* an SQLite result code */
void key_fold_unregister(sqlite3 *db);

#endif
