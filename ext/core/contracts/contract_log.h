/*
** Contracts kept as rows: what retain_contracts() makes. 32 bytes a contract.
*/
#ifndef RETAIN_CORE_CONTRACTS_CONTRACT_LOG_H
#define RETAIN_CORE_CONTRACTS_CONTRACT_LOG_H

#include "contracts.h"
#include "core/base/chunks.h"
#include "core/events/customers.h"

/* In Contract.dates: which of its times are dates alone. */
#define CONTRACT_LOG_START_DATE 1U
#define CONTRACT_LOG_END_DATE 2U

/* Shared by reference count; read-only once made. */
typedef struct ContractLog {
  int refs;
  Customers customers;
  Chunks contracts; /* of Contract, in the order of their arrival */
} ContractLog;

ContractLog *contract_log_new(void); /* with one reference; NULL when out of memory */
ContractLog *contract_log_share(ContractLog *log);
void contract_log_release(ContractLog *log); /* NULL allowed */

/* `customer` is an id of log->customers. STATUS_OK or STATUS_NOMEM. */
Status contract_log_add(ContractLog *log, const Contract *contract);

static inline size_t contract_log_count(const ContractLog *log)
{
  return log->contracts.count;
}

/* Contract i, i < count. */
static inline const Contract *contract_log_get(const ContractLog *log, size_t i)
{
  return chunks_at(&log->contracts, i);
}

#endif
