#include "summary_params.h"

#include "glue/event_source.h"

Status summary_params_read(Call *call, int until, CustomerSummary *summary)
{
  int64_t as_of;
  summary->zone = event_source_zone(call);
  summary->split = !call_is_null(call, until);
  summary->until = summary->split ? call_time(call, until) : 0;
  if (summary->split && event_source_as_of(call, &as_of) && summary->until > as_of) {
    return call_fail_argument(call, until, "at or before as_of");
  }
  return STATUS_OK;
}
