#include "connection.h"

#include "core/base/mem.h"

Connection *connection_new(sqlite3 *db, const Registry *registry)
{
  Connection *connection = mem_zero(1, sizeof *connection);
  if (connection) {
    *connection = (Connection){.refs = 1, .db = db, .registry = registry};
  }
  return connection;
}

void connection_release(Connection *connection)
{
  if (--connection->refs == 0) {
    zones_free(&connection->zones);
    mem_free(connection);
  }
}

Binding *binding_new(Connection *connection, const FunctionSpec *function, const TableSpec *table)
{
  Binding *binding = mem_zero(1, sizeof *binding);
  if (binding) {
    *binding = (Binding){.connection = connection, .function = function, .table = table};
    connection->refs++;
  }
  return binding;
}

void binding_free(void *data)
{
  Binding *binding = data;
  memos_free(&binding->memos);
  connection_release(binding->connection);
  mem_free(binding);
}
