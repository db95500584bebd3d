#include "contract_log.h"

#include "core/base/mem.h"

ContractLog *contract_log_new(void)
{
  ContractLog *log = mem_zero(1, sizeof *log);
  if (log) {
    log->refs = 1;
    log->contracts.stride = sizeof(Contract);
  }
  return log;
}

ContractLog *contract_log_share(ContractLog *log)
{
  log->refs++;
  return log;
}

void contract_log_release(ContractLog *log)
{
  if (log && --log->refs == 0) {
    customers_free(&log->customers);
    chunks_free(&log->contracts);
    mem_free(log);
  }
}

Status contract_log_add(ContractLog *log, const Contract *contract)
{
  Contract *row = log->contracts.count < UINT32_MAX ? chunks_push(&log->contracts) : NULL;
  if (!row) {
    return STATUS_NOMEM;
  }
  *row = *contract;
  return STATUS_OK;
}
