/*
** What the contract functions share: reading contracts from a table or view, the parameters for that, and their
** documentation.
*/
#ifndef RETAIN_FN_CONTRACTS_CONTRACT_SOURCE_H
#define RETAIN_FN_CONTRACTS_CONTRACT_SOURCE_H

#include "core/contracts/contracts.h"
#include "fn/time/period_params.h"
#include "glue/row_source.h"
#include "glue/spec.h"

#define CONTRACT_AMOUNT_MAX 1e15 /* of a contract, per month */

#define CONTRACT_SOURCE_PARAM \
  ENTRY("source", PARAM_CONTRACTS, NULL, 0, 0, NULL, \
        "the name of a table or view with a row per contract: customer, start, end (NULL: none), amount per month; " \
        "or (SELECT retain_contracts(customer, start, end, amount) FROM …)")

/* They follow a function's own parameters: CONTRACT_ARGS numbers them in its enum, CONTRACT_PARAMS are their specs. */
#define CONTRACT_ARGS \
  ARG_CUSTOMER_COLUMN, ARG_START_COLUMN, ARG_END_COLUMN, ARG_AMOUNT_COLUMN, ARG_AS_OF, ARG_TIME_ZONE, \
    ARG_INTERVAL_COLUMN
#define CONTRACT_CUSTOMER_PARAM \
  ENTRY("customer_column", PARAM_COLUMN, "", 0, 0, NULL, \
        "the column with the customer; left out: recognised by its name")
#define CONTRACT_START_PARAM \
  ENTRY("start_column", PARAM_COLUMN, "", 0, 0, NULL, \
        "the column with the time from which it counts; left out: recognised")
#define CONTRACT_END_PARAM \
  ENTRY("end_column", PARAM_COLUMN, "", 0, 0, NULL, \
        "the column with the first moment that is no longer covered, NULL while it runs; left out: recognised. Of " \
        "last covered days take date(…, '+1 day')")
#define CONTRACT_AMOUNT_PARAM \
  ENTRY("amount_column", PARAM_COLUMN, "", 0, 0, NULL, \
        "the column with what it costs per month, or per interval_column, 0 to " NUMBER_TEXT( \
          CONTRACT_AMOUNT_MAX) "; left out: recognised")
#define CONTRACT_AS_OF_PARAM \
  ENTRY("as_of", PARAM_TIME, "", 0, 0, NULL, \
        "when the view is taken, a date alone to the end of its day: later starts do not take part, later ends are " \
        "yet to " \
        "come; left out: the newest start or end that has happened")
#define CONTRACT_TIME_ZONE_PARAM \
  ENTRY("time_zone", PARAM_ZONE, "+00:00", 0, 0, NULL, "whose civil days count: '+08:00' or 'Europe/Berlin'")
#define CONTRACT_INTERVAL_PARAM \
  ENTRY( \
    "interval_column", PARAM_COLUMN, "", 0, 0, NULL, \
    "the column with how long the amount pays for: 'month', 'year', '3 months', 'quarterly', 'P1Y', '年付' …; 1200 " \
    "a year is 100 a month, a day 1/30.4375 of one. Left out: amounts are per month")
#define CONTRACT_PARAMS \
  [ARG_CUSTOMER_COLUMN] = CONTRACT_CUSTOMER_PARAM, [ARG_START_COLUMN] = CONTRACT_START_PARAM, \
  [ARG_END_COLUMN] = CONTRACT_END_PARAM, [ARG_AMOUNT_COLUMN] = CONTRACT_AMOUNT_PARAM, \
  [ARG_AS_OF] = CONTRACT_AS_OF_PARAM, [ARG_TIME_ZONE] = CONTRACT_TIME_ZONE_PARAM, \
  [ARG_INTERVAL_COLUMN] = CONTRACT_INTERVAL_PARAM

#define CONTRACT_NULLS \
  "A row with a NULL customer or start does not take part; a NULL end: none; a NULL amount counts as 0; "
#define CONTRACT_ERRORS \
  "An unknown table or column; an end before its start; an interval that is none or NULL; an amount that is " \
  "negative, above " NUMBER_TEXT(CONTRACT_AMOUNT_MAX) " or not a number; a customer that is " \
                                                      "neither integer nor text"

/* The columns that are read; the keys of customers stay here. */
enum {
  CONTRACT_FIELD_CUSTOMER,
  CONTRACT_FIELD_START,
  CONTRACT_FIELD_END,
  CONTRACT_FIELD_AMOUNT,
  CONTRACT_FIELD_INTERVAL,
  CONTRACT_FIELD_SEGMENT,
  CONTRACT_FIELDS
};

/* {0} is a valid empty object. */
typedef struct ContractSource {
  Field fields[CONTRACT_FIELDS];
  Contracts contracts;
  ZoneCursor zone; /* of time_zone */
  int64_t today;   /* what ends by this local time is complete; 0 where there are no contracts, and so no rows */
  int64_t newest;  /* while rows come in: the newest_mark() of what has happened … */
  int64_t now;     /* … by the clock */
} ContractSource;

/*
** Reads the contracts and puts them in order; with segment_column those of the segment that is asked for, and as_of is
** that of all. CONTRACT_ARGS begin at argument `customer_column`. Without `amounts` they are not read. To be freed also
** after a failure.
*/
Status contracts_read(Call *call, ContractSource *source, int customer_column, bool amounts);
void contract_source_free(ContractSource *source);

#endif
