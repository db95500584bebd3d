#include "answer.h"

#include <string.h>

#include "core/base/mem.h"
#include "params.h"
#include "program.h"

void answer_release(Answer *answer)
{
  if (!answer || --answer->refs > 0) {
    return;
  }
  for (uint32_t i = 0; i < answer->n_parts; i++) {
    void *state = answer->parts[i].state;
    if (state && answer->spec->free) {
      answer->spec->free(state);
    }
    mem_free(state);
  }
  mem_free(answer->parts);
  segment_rows_free(&answer->segments);
  for (int i = 0; i < PARAM_MAX; i++) {
    sqlite3_value_free(answer->values[i]);
    sqlite3_free(answer->recognised[i]);
  }
  source_log_release(answer->log);
  mem_free(answer);
}

static bool same_value(sqlite3_value *a, sqlite3_value *b)
{
  if (!a || !b) {
    return !a && !b;
  }
  int type = sqlite3_value_type(a);
  if (type != sqlite3_value_type(b)) {
    return false;
  }
  switch (type) {
    case SQLITE_INTEGER:
      return sqlite3_value_int64(a) == sqlite3_value_int64(b);
    case SQLITE_FLOAT:
      return sqlite3_value_double(a) == sqlite3_value_double(b);
    case SQLITE_NULL:
      return true;
    default: {
      const void *p = sqlite3_value_blob(a), *q = sqlite3_value_blob(b);
      int n = sqlite3_value_bytes(a);
      return n == sqlite3_value_bytes(b) && (n == 0 || (p && q && memcmp(p, q, (size_t)n) == 0));
    }
  }
}

bool answer_fits(const Answer *answer, const Call *call)
{
  SourceLog log = source_log_of(call->values[0]);
  bool same = log.events == answer->log.events && log.contracts == answer->log.contracts &&
              answer->value_used >= call->value_used;
  for (int i = 0; same && i < call->n_params; i++) {
    same = same_value(answer->values[i], call->values[i]);
  }
  return same;
}

static Status part_make(Call *call, AnswerPart *part)
{
  part->state = mem_zero(1, call->table->state_size ? call->table->state_size : 1);
  if (!part->state) {
    return STATUS_NOMEM;
  }
  call->resolved = &part->resolved;
  return call->table->compute(call, part->state, &part->n_rows);
}

/* The first part, and as many more as it turns out that there are segments. */
static Status parts_make(Call *call, Answer *answer, Deal *deal)
{
  answer->parts = mem_zero(1, sizeof *answer->parts);
  answer->n_parts = answer->parts != NULL;
  Status status = answer->parts ? part_make(call, answer->parts) : STATUS_NOMEM;
  if (status == STATUS_OK && deal && deal->rows.n > 1) {
    AnswerPart *parts = mem_resize(answer->parts, deal->rows.n, sizeof *parts);
    if (!parts) {
      return STATUS_NOMEM;
    }
    answer->parts = parts;
    for (uint32_t i = 1; i < deal->rows.n && status == STATUS_OK; i++) {
      deal->current = i;
      parts[i] = (AnswerPart){.first_row = parts[i - 1].first_row + parts[i - 1].n_rows};
      answer->n_parts = i + 1;
      status = i % 64 == 0 && watch_stop(call_watch(call)) ? STATUS_INTERRUPT : part_make(call, &parts[i]);
    }
  }
  return status;
}

static Status together_make(Call *call, const Answer *answer)
{
  void **states = mem_alloc(answer->n_parts, sizeof *states);
  if (!states) {
    return STATUS_NOMEM;
  }
  for (uint32_t i = 0; i < answer->n_parts; i++) {
    states[i] = answer->parts[i].state;
  }
  Status status = call->table->together(call, states, answer->n_parts);
  mem_free(states);
  return status;
}

static Status segments_make(Call *call, Answer *answer)
{
  int param = segment_param(call->table);
  if (param < 0 || call_is_null(call, param)) {
    return parts_make(call, answer, NULL);
  }
  Deal deal = {.column = call_text(call, param)};
  call->deal = &deal;
  Status status = parts_make(call, answer, &deal);
  if (status == STATUS_OK && call->table->together) {
    deal.of_all = true;
    status = together_make(call, answer);
  }
  call->deal = NULL;
  if (status == STATUS_ERROR && deal.dealt && !deal.of_all) {
    deal_name_segment(call, &deal.rows, deal.current);
  }
  deal_forget_rows(&deal);
  answer->segments = deal.rows;
  return status;
}

static Status answer_make(Call *call, Answer **out)
{
  Answer *answer = mem_zero(1, sizeof *answer);
  *out = answer;
  if (!answer) {
    return STATUS_NOMEM;
  }
  answer->refs = 1;
  answer->spec = call->table;
  answer->value_used = call->value_used;
  for (int i = 0; i < call->n_params; i++) {
    if (call->values[i] && !(answer->values[i] = sqlite3_value_dup(call->values[i]))) {
      return STATUS_NOMEM;
    }
  }
  call->recognised = answer->recognised;
  answer->log = source_log_share(source_log_of(call->values[0]));
  return segments_make(call, answer);
}

/* Makes the answer, and says whether the statement that writes, if one does, leaves alone what is read for it. */
static Status answer_make_apart(Call *call, sqlite3_stmt *writer, Answer **out, bool *apart)
{
  Connection *connection = call->connection;
  Trees reads = {0}, writes = {0}, *outer = connection->reads;
  *apart = true;
  connection->reads = writer ? &reads : NULL;
  Status status = answer_make(call, out);
  connection->reads = outer;
  if (status == STATUS_OK && writer) {
    program_writes(connection, sqlite3_sql(writer), &writes);
    *apart = !trees_meet(&reads, &writes);
  }
  trees_free(&reads);
  trees_free(&writes);
  return status;
}

static Answer *answers_find(const Answers *answers, const Call *call, const Snapshot *now)
{
  bool reads = table_reads(call->table);
  for (int i = 0; i < ANSWERS; i++) {
    Answer *answer = answers->answer[i];
    if (answer && (!reads || snapshot_same(&answer->seen, now)) && answer_fits(answer, call)) {
      return answer;
    }
  }
  return NULL;
}

static void answers_keep(Answers *answers, Answer *answer)
{
  answer_release(answers->answer[ANSWERS - 1]);
  memmove(answers->answer + 1, answers->answer, (ANSWERS - 1) * sizeof *answers->answer);
  answers->answer[0] = answer;
  answer->refs++;
}

Status answers_get(Answers *answers, Call *call, Answer **out)
{
  Snapshot before, after;
  bool null_required, apart = false;
  snapshot_take(call->connection, &before);
  Answer *answer = answers_find(answers, call, &before);
  *out = NULL;
  if (answer) {
    answer->refs++;
    *out = answer;
    return STATUS_OK;
  }
  Status status = call_check(call, &null_required);
  if (status == STATUS_OK) {
    status = answer_make_apart(call, before.writer, &answer, &apart);
  }
  if (status != STATUS_OK) {
    answer_release(answer);
    return status;
  }
  snapshot_take(call->connection, &after);
  if ((snapshot_unmoved(&before, &after) && apart) || !table_reads(call->table)) {
    answer->seen = after;
    answers_keep(answers, answer);
  } else {
    answers_forget(answers);
  }
  *out = answer;
  return STATUS_OK;
}

static void forget(Answers *answers, bool writing_only)
{
  for (int i = 0; i < ANSWERS; i++) {
    Answer *answer = answers->answer[i];
    if (answer && (!writing_only || answer->seen.writing)) {
      answer_release(answer);
      answers->answer[i] = NULL;
    }
  }
}

void answers_forget(Answers *answers)
{
  forget(answers, false);
}

void answers_forget_writing(Answers *answers)
{
  forget(answers, true);
}
