#include "rfm_pool.h"

#include "core/base/mem.h"
#include "core/base/sort.h"

typedef struct RfmPooled {
  CustomerKey key;
  uint32_t segment, id;
} RfmPooled;

static bool pooled_before(const void *a, const void *b, const void *unused)
{
  const RfmPooled *x = a, *y = b;
  (void)unused;
  if (customers_key_before(x->key, y->key) || customers_key_before(y->key, x->key)) {
    return customers_key_before(x->key, y->key);
  }
  return x->segment < y->segment;
}

Status rfm_pool_make(RfmPool *pool, const RfmView *views, uint32_t n, const Watch *watch)
{
  size_t count = 0, all = 0;
  for (uint32_t i = 0; i < n; i++) {
    all += views[i].customers->count;
  }
  pool->members = mem_alloc(all + 1, sizeof *pool->members);
  if (!pool->members) {
    return STATUS_NOMEM;
  }
  for (uint32_t i = 0; i < n; i++) {
    for (uint32_t id = 0; id < views[i].customers->count; id++) {
      pool->members[count++] = (RfmPooled){customers_key(views[i].customers, id), i, id};
    }
  }
  Status status = records_sort(pool->members, count, sizeof *pool->members, pooled_before, NULL, watch);
  pool->customers.state_size = sizeof(RfmTotals);
  for (size_t i = 0; i < count && status == STATUS_OK; i++) {
    uint32_t id = customers_add_integer(&pool->customers, (int64_t)i);
    if (id == CUSTOMER_NONE) {
      return STATUS_NOMEM;
    }
    RfmTotals *totals = customers_state(&pool->customers, id);
    *totals = *rfm_view_totals(&views[pool->members[i].segment], pool->members[i].id);
    status = i % WATCH_EVERY == 0 && watch_stop(watch) ? STATUS_INTERRUPT : STATUS_OK;
  }
  if (n > 0) {
    pool->view = views[0];
    pool->view.customers = &pool->customers;
    pool->view.offset = 0;
  }
  return status;
}

Status rfm_pool_share(const RfmPool *pool, const RfmScores *all, const RfmView *views, RfmScores *const *scores,
                      uint32_t n)
{
  for (uint32_t i = 0; i < n; i++) {
    scores[i]->packed = mem_zero((size_t)views[i].customers->count + 1, sizeof *scores[i]->packed);
    if (!scores[i]->packed) {
      return STATUS_NOMEM;
    }
    scores[i]->cuts = all->cuts;
    scores[i]->n = views[i].customers->count;
  }
  for (uint32_t i = 0; i < pool->customers.count; i++) {
    scores[pool->members[i].segment]->packed[pool->members[i].id] = all->packed[i];
  }
  return STATUS_OK;
}

void rfm_pool_free(RfmPool *pool)
{
  customers_free(&pool->customers);
  mem_free(pool->members);
  pool->members = NULL;
}
