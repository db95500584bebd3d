#include "finding.h"

#include <stdio.h>
#include <string.h>

void findings_begin(Findings *findings, Call *call, const FindingKind *kinds, Language language)
{
  findings->kinds = kinds;
  findings->registry = call_registry(call);
  findings->language = language;
}

const char *findings_text(const Findings *findings, const char *english)
{
  return registry_text(findings->registry, findings->language, english);
}

/* How much of a text fits into `size` bytes without its end, cut between characters. */
static size_t fitting(const char *text, size_t length, size_t size)
{
  size_t n = length < size ? length : size - 1;
  while (n < length && n > 0 && ((unsigned char)text[n] & 0xC0) == 0x80) {
    n--;
  }
  return n;
}

void finding_fill(char *out, size_t size, const char *text, const char *const *fill, int n)
{
  size_t used = 0;
  while (*text && used + 1 < size) {
    const char *piece = text;
    size_t length = strcspn(text, "{"), number = 0;
    if (length == 0 && text[1] >= '1' && text[1] <= '9' && text[2] == '}') {
      number = (size_t)(text[1] - '0');
      piece = fill && number <= (size_t)n ? fill[number - 1] : "";
      length = strlen(piece);
    }
    length += length == 0 && number == 0; /* a brace of its own */
    text += number ? 3 : length;
    size_t fits = fitting(piece, length, size - used);
    memcpy(out + used, piece, fits);
    used += fits;
  }
  out[used] = 0;
}

Finding *findings_add(Findings *findings, int kind, int64_t rows, const int64_t *rowid)
{
  Finding *finding = &findings->of[kind];
  findings->n += !finding->found;
  finding->found = true;
  finding->rows = rows;
  finding->has_rowid = rowid != NULL;
  finding->rowid = rowid ? *rowid : 0;
  finding_say(findings, kind, NULL, NULL, 0);
  return finding;
}

void finding_say(Findings *findings, int kind, const char *text, const char *const *fill, int n)
{
  const char *detail = findings_text(findings, text ? text : findings->kinds[kind].detail);
  finding_fill(findings->of[kind].detail, DETAIL_MAX, detail, fill, n);
}

void finding_key(char out[FINDING_KEY_MAX], const Customers *customers, uint32_t id, bool quoted)
{
  static const char MORE[] = "…";
  CustomerKey key = customers_key(customers, id);
  if (!key.text) {
    snprintf(out, FINDING_KEY_MAX, "%lld", (long long)key.integer);
    return;
  }
  size_t shown = fitting(key.text, key.length, FINDING_KEY_MAX - 2 - sizeof MORE);
  snprintf(out, FINDING_KEY_MAX, "%s%.*s%s%s", quoted ? "'" : "", (int)shown, key.text, shown < key.length ? MORE : "",
           quoted ? "'" : "");
}

void findings_end(Findings *findings, int n_kinds)
{
  findings->registry = NULL;
  findings->n = 0;
  for (int kind = 0; kind < n_kinds; kind++) {
    if (findings->of[kind].found) {
      findings->row[findings->n++] = (unsigned char)kind;
    }
  }
}

void findings_cell(const Findings *findings, int64_t row, int column, Cell *out)
{
  static const char *const SEVERITIES[] = {"error", "warning", "info"};
  int kind = findings->row[row];
  const Finding *finding = &findings->of[kind];
  switch (column) {
    case FINDING_KIND:
      cell_static(out, findings->kinds[kind].name);
      break;
    case FINDING_SEVERITY:
      cell_static(out, SEVERITIES[findings->kinds[kind].severity]);
      break;
    case FINDING_ROWS:
      cell_integer(out, finding->rows);
      break;
    case FINDING_EXAMPLE_ROWID:
      if (finding->has_rowid) {
        cell_integer(out, finding->rowid);
      } else {
        cell_null(out);
      }
      break;
    case FINDING_DETAIL:
      cell_string(out, finding->detail);
      break;
  }
}
