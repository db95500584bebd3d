#include "summary_params.h"

#include "glue/event_source.h"

Status summary_params_read(Call *call, int until, CustomerSummary *summary)
{
  Bound as_of;
  summary->zone = event_source_zone(call);
  summary->split = !call_is_null(call, until);
  summary->until = summary->split ? call_bound(call, until, &summary->zone).last : 0;
  if (summary->split && event_source_as_of(call, &as_of) && summary->until > as_of.last) {
    return call_fail_argument(call, until, "at or before as_of");
  }
  return STATUS_OK;
}
