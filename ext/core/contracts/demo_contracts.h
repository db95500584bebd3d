/*
** A subscription business with known truth: generated contracts whose every parameter is documented, for demos and for
** tests that ask a method to find again what was put in.
**
** Observed from 2023-01-01 to 2025-12-31. `customers` customers sign up in its first 1065 days (to 2025-11-30), the
** last ones twice as densely as the first. Plan, channel, senior and monthly charges (uniform on 20.00 … 119.99) are
** independent of one another.
**
** Leaving is a proportional-hazards model in continuous time, seen in whole months: the month's hazard is
**     h(m | x) = DEMO_HAZARD * demo_hazard_shape(m) * exp(eta),  m = 1, 2, 3 …
**     eta = plan's effect + DEMO_SENIOR_EFFECT * senior + DEMO_CHARGE_EFFECT * (monthly_charges - DEMO_CHARGE_CENTRE)
** and a customer who is there at the start of month m leaves at its end with probability 1 - exp(-h). The shape (more
** leave after the first month and after each anniversary) is the same for all, so that hazards stay proportional. The
** channel has no effect. A customer who leaves does so for a cause that is independent of everything else
** (DEMO_CAUSES): the hazard of cause c is its share times h. Tenure is the number of months to the first leaving, or
** the whole months that had passed by 2025-12-31.
**
** After leaving, a customer comes back with probability DEMO_RETURN, 1 … 6 months later, and lives by the same hazards
** from month 1 again. A life is made of contracts, each beginning on the day on which the one before ends: on the
** monthly plan a contract has no end until it is replaced or cancelled; on the yearly and two-year plans it has the end
** of its term, and a new one follows. At each month's end the amount goes up (10 … 50 %) with probability DEMO_UPGRADE
** or down (10 … 40 %) with probability DEMO_DOWNGRADE, which is a new contract too. In a life, with probability
** DEMO_ADD_ON, a second contract of 5.00 … 29.99 for 3 … 12 months begins in one of its first 12 months. Leaving ends
** all.
**
** Deterministic to the bit on every platform (random.h): times are whole days, amounts whole cents. Customer c draws
** from stream c of the seed. O(customers); 16 bytes per contract and 12 per customer.
*/
#ifndef RETAIN_CORE_CONTRACTS_DEMO_CONTRACTS_H
#define RETAIN_CORE_CONTRACTS_DEMO_CONTRACTS_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/status.h"

#define DEMO_CONTRACT_CUSTOMERS_MAX 10000000
#define DEMO_CONTRACTS_FIRST_DAY 19358 /* 2023-01-01, days since 1970-01-01 */
#define DEMO_CONTRACTS_LAST_DAY 20453  /* 2025-12-31 */
#define DEMO_SIGN_UP_DAYS 1065

#define DEMO_HAZARD 0.03 /* per month: monthly plan, not senior, charges at the centre */
#define DEMO_SENIOR_EFFECT 0.5
#define DEMO_CHARGE_EFFECT 0.01 /* per unit of monthly charges */
#define DEMO_CHARGE_CENTRE 70.0
#define DEMO_SENIOR_SHARE 0.2
#define DEMO_RETURN 0.2
#define DEMO_UPGRADE 0.02
#define DEMO_DOWNGRADE 0.01
#define DEMO_ADD_ON 0.15

#define DEMO_PLAN_COUNT 3
typedef struct DemoPlan {
  const char *name;
  double share;
  double effect; /* log hazard ratio against the monthly plan */
  int term;      /* months; 0: no term */
} DemoPlan;
extern const DemoPlan DEMO_PLANS[DEMO_PLAN_COUNT];

typedef struct DemoShare {
  const char *name;
  double share;
} DemoShare;
#define DEMO_SIGN_UP_CHANNEL_COUNT 4
extern const DemoShare DEMO_SIGN_UP_CHANNELS[DEMO_SIGN_UP_CHANNEL_COUNT];
#define DEMO_CAUSE_COUNT 3
extern const DemoShare DEMO_CAUSES[DEMO_CAUSE_COUNT];

/* 2 in month 1, 2.5 in months 12, 24 and 36, else 1. */
double demo_hazard_shape(int month);

typedef struct DemoSubscriber {
  uint32_t cents; /* monthly charges */
  uint8_t plan, channel;
  bool senior;
  bool churned; /* the first life ended while observed */
  uint8_t cause;
  uint8_t tenure; /* months of the first life */
  int8_t entry;   /* whole months since sign-up that had passed on 2024-01-01; -1: had left by then */
} DemoSubscriber;

typedef struct DemoContract {
  uint32_t customer; /* 0 … customers - 1, in order of sign-up */
  uint32_t cents;    /* per month */
  uint16_t start;    /* days since DEMO_CONTRACTS_FIRST_DAY */
  uint16_t end;      /* 0: none yet */
  uint16_t number;   /* 1, 2, 3 … of its customer, by start */
  bool add_on;
} DemoContract;

typedef struct DemoBusiness {
  DemoSubscriber *customers;
  DemoContract *contracts; /* by customer, number */
  uint32_t n_customers;
  int64_t n_contracts;
} DemoBusiness;

/*
** 1 <= n_customers <= DEMO_CONTRACT_CUSTOMERS_MAX. STATUS_NOMEM or STATUS_INTERRUPT leave a business that can be freed.
*/
Status demo_contracts_build(DemoBusiness *business, uint32_t n_customers, uint64_t seed, const Watch *watch);

/* {0} is a valid empty business; may run twice. */
void demo_contracts_free(DemoBusiness *business);

#endif
