/*
** demo_contracts([customers[, seed]]): the contracts of a generated subscription business whose truth is known.
**
**   SELECT plan, count(*), sum(churned) FROM demo_contracts(1000, 1) WHERE tenure IS NOT NULL GROUP BY plan;
**
** R1  The same rows, in the same order, to the last digit, on every platform and in every version.
** R2  A row per contract, by customer and contract; customers count from 1 by their sign-up day, contracts from 1 by
**     their start.
** R3  plan, channel, senior and monthly_charges are the customer's, the same in all rows. tenure, churned, cause and
**     entry are the customer's too, and stand in the first contract's row only: there each customer counts once.
** R4  The population is the one of core/contracts/demo_contracts.h, which the documentation of the function repeats.
*/
#include "core/contracts/demo_contracts.h"

#include "core/time/calendar.h"
#include "glue/spec.h"

#define LARGEST_SEED 2147483647

enum {
  ARG_CUSTOMERS,
  ARG_SEED,
  ARG_COUNT
};
enum {
  COLUMN_CUSTOMER,
  COLUMN_CONTRACT,
  COLUMN_START,
  COLUMN_END,
  COLUMN_AMOUNT,
  COLUMN_PLAN,
  COLUMN_CHANNEL,
  COLUMN_SENIOR,
  COLUMN_MONTHLY_CHARGES,
  COLUMN_TENURE,
  COLUMN_CHURNED,
  COLUMN_CAUSE,
  COLUMN_ENTRY,
  COLUMN_COUNT
};

static Status contracts_compute(Call *call, void *state, int64_t *n_rows)
{
  DemoBusiness *business = state;
  Status status = demo_contracts_build(business, (uint32_t)call_integer(call, ARG_CUSTOMERS),
                                       (uint64_t)call_integer(call, ARG_SEED), call_watch(call));
  *n_rows = business->n_contracts;
  return status;
}

static void first_cell(const DemoSubscriber *customer, int column, Cell *out)
{
  switch (column) {
    case COLUMN_TENURE:
      cell_real(out, customer->tenure);
      break;
    case COLUMN_CHURNED:
      cell_bool(out, customer->churned);
      break;
    case COLUMN_CAUSE:
      cell_static(out, customer->churned ? DEMO_CAUSES[customer->cause].name : NULL);
      break;
    case COLUMN_ENTRY:
      if (customer->entry >= 0) {
        cell_real(out, customer->entry);
      } else {
        cell_null(out);
      }
      break;
  }
}

static void day_cell(int day, Cell *out)
{
  cell_date(out, (DEMO_CONTRACTS_FIRST_DAY + day) * MS_PER_DAY);
}

static void contracts_cell(const void *state, int64_t row, int column, Cell *out)
{
  const DemoBusiness *business = state;
  const DemoContract *contract = &business->contracts[row];
  const DemoSubscriber *customer = &business->customers[contract->customer];
  switch (column) {
    case COLUMN_CUSTOMER:
      cell_integer(out, (int64_t)contract->customer + 1);
      break;
    case COLUMN_CONTRACT:
      cell_integer(out, contract->number);
      break;
    case COLUMN_START:
      day_cell(contract->start, out);
      break;
    case COLUMN_END:
      if (contract->end) {
        day_cell(contract->end, out);
      } else {
        cell_null(out);
      }
      break;
    case COLUMN_AMOUNT:
      cell_real(out, contract->cents / 100.0);
      break;
    case COLUMN_PLAN:
      cell_static(out, DEMO_PLANS[customer->plan].name);
      break;
    case COLUMN_CHANNEL:
      cell_static(out, DEMO_SIGN_UP_CHANNELS[customer->channel].name);
      break;
    case COLUMN_SENIOR:
      cell_bool(out, customer->senior);
      break;
    case COLUMN_MONTHLY_CHARGES:
      cell_real(out, customer->cents / 100.0);
      break;
    default:
      if (contract->number == 1) {
        first_cell(customer, column, out);
      } else {
        cell_null(out);
      }
  }
}

static void contracts_free(void *state)
{
  demo_contracts_free(state);
}

static const ColumnSpec COLUMNS[] = {
  [COLUMN_CUSTOMER] = {"customer", "INTEGER", "1 … customers, in order of sign-up"},
  [COLUMN_CONTRACT] = {"contract", "INTEGER", "1, 2, 3 … of the customer, by start"},
  [COLUMN_START] = {"start", "TEXT", "the first day, 'YYYY-MM-DD', 2023-01-01 … 2025-12-31"},
  [COLUMN_END] = {"end", "TEXT",
                  "the first day that is not covered any more: when it was cancelled or replaced, or its term ends "
                  "(then it may lie after 2025-12-31); NULL: none is set"},
  [COLUMN_AMOUNT] = {"amount", "REAL", "per month, in whole cents"},
  [COLUMN_PLAN] = {"plan", "TEXT", "the customer's: monthly, yearly or two_year"},
  [COLUMN_CHANNEL] = {"channel", "TEXT", "how the customer was acquired: organic, search, social or referral"},
  [COLUMN_SENIOR] = {"senior", "INTEGER", "1 where the customer is a senior, else 0"},
  [COLUMN_MONTHLY_CHARGES] = {"monthly_charges", "REAL", "the amount at sign-up, 20.00 … 119.99"},
  [COLUMN_TENURE] = {"tenure", "REAL",
                     "first contract only: whole months from sign-up to leaving for the first time, or to 2025-12-31"},
  [COLUMN_CHURNED] = {"churned", "INTEGER",
                      "first contract only: 1 where the customer has left, 0 where it had not by 2025-12-31"},
  [COLUMN_CAUSE] = {"cause", "TEXT",
                    "first contract only: why it left: price, service or moved; NULL where it has not"},
  [COLUMN_ENTRY] = {"entry", "REAL",
                    "first contract only: tenure on 2024-01-01, 0 for later sign-ups, for an analysis that saw only "
                    "customers there since; NULL where the customer had left by then"},
};
_Static_assert(COUNT_OF(COLUMNS) == COLUMN_COUNT, "a column is not numbered");

static const ParamSpec PARAMS[] = {
  [ARG_CUSTOMERS] = {"customers", PARAM_INTEGER, "1000", 1, DEMO_CONTRACT_CUSTOMERS_MAX, NULL,
                     "how many customers sign up; each has about 2 contracts"},
  [ARG_SEED] = {"seed", PARAM_INTEGER, "1", 0, LARGEST_SEED, NULL,
                "which business: another seed gives other customers of the same population"},
};
_Static_assert(COUNT_OF(PARAMS) == ARG_COUNT, "a parameter is not numbered");

const TableSpec demo_contracts_table = {
  .name = "demo_contracts",
  .doc =
    {
      .summary = "Generates the contracts of a subscription business whose truth is known, for trying things out and "
                 "for testing methods.",
      .result = "A row per contract, by customer and start: three years of a business that customers join until "
                "November 2025. As a source: 'demo_contracts'.",
      .nulls = "A NULL argument is its default. end is NULL for a contract without one; tenure, churned, cause and "
               "entry are NULL but in each customer's first row.",
      .errors = "customers outside 1…" NUMBER_TEXT(DEMO_CONTRACT_CUSTOMERS_MAX) "; seed outside 0…" NUMBER_TEXT(
        LARGEST_SEED) ".",
      .example =
        "SELECT customer, contract, start, \"end\", amount, plan, tenure, churned FROM demo_contracts(200, 1) LIMIT 5",
      .formula =
        "Proportional hazards, seen in whole months: the hazard of month m is 0.03 · shape(m) · exp(eta), shape 2 in "
        "month 1, 2.5 in months 12, 24, 36, else 1; eta = -0.8 yearly - 1.6 two_year + 0.5 senior + 0.01 "
        "(monthly_charges - 70); the channel has no effect; leaving at the end of month m: 1 - exp(-hazard). Causes, "
        "independent of all else: price 0.5, service 0.3, moved 0.2. Plans 0.55, 0.30, 0.15; senior 0.2; channels "
        "0.35, 0.30, 0.20, 0.15; charges uniform. Of those who leave 0.2 come back after 1 … 6 months. Amounts go up "
        "with probability 0.02 and down with 0.01 per month, as a new contract on the day the old one ends; add-ons "
        "overlap in 0.15 of the lives. Memory: 16 bytes per contract, 12 per customer.",
    },
  .columns = COLUMNS,
  .n_columns = COUNT_OF(COLUMNS),
  .params = PARAMS,
  .n_params = COUNT_OF(PARAMS),
  .state_size = sizeof(DemoBusiness),
  .compute = contracts_compute,
  .cell = contracts_cell,
  .free = contracts_free,
};
