# The results of the examples, from the sqlite3 shell's list mode with fields apart by \037: writes work/result-N, in columns, five rows at most.

# Six digits are enough to recognise a number, and the same on every machine.
function short(cell,    out) {
  out = ""
  while (match(cell, /-?[0-9]+\.[0-9][0-9][0-9][0-9][0-9][0-9][0-9]+(e[-+]?[0-9]+)?/)) {
    out = out substr(cell, 1, RSTART - 1) sprintf("%.6g", substr(cell, RSTART, RLENGTH))
    cell = substr(cell, RSTART + RLENGTH)
  }
  return out cell
}

# Characters, of UTF-8 read as bytes.
function width(cell) {
  gsub(/[\200-\277]/, "", cell)
  return length(cell)
}

function cut(text) {
  if (width(text) <= 120) {
    return text
  }
  text = substr(text, 1, 118)
  sub(/[\300-\377][\200-\277]*$/, "", text)
  return text "…"
}

function line_of(row,    c, line) {
  line = ""
  for (c = 1; c <= fields; c++) {
    line = line cells[row, c] sprintf("%*s", c < fields ? widest[c] - width(cells[row, c]) + 2 : 0, "")
  }
  sub(/ *$/, "", line)
  return cut(line)
}

function rule(n,    line) {
  line = ""
  while (n-- > 0) {
    line = line "-"
  }
  return line
}

function flush_result(    row, c, file, dashes, shown) {
  if (!example) {
    return
  }
  file = work "/result-" example
  printf "" >file
  shown = rows > 6 ? 6 : rows
  for (c = 1; c <= fields; c++) {
    widest[c] = 0
    for (row = titled ? 1 : 2; row <= shown; row++) {
      if (width(cells[row, c]) > widest[c]) {
        widest[c] = width(cells[row, c])
      }
    }
  }
  if (titled) {
    print line_of(1) >file
    dashes = ""
    for (c = 1; c <= fields; c++) {
      dashes = dashes rule(widest[c]) (c < fields ? "  " : "")
    }
    print substr(dashes, 1, 120) >file
  }
  for (row = 2; row <= shown; row++) {
    print line_of(row) >file
  }
  if (rows > shown) {
    printf "… and %d more row%s\n", rows - shown, rows - shown == 1 ? "" : "s" >file
  }
  close(file)
}

/^@@/ { flush_result(); example = substr($0, 3); rows = 0; next }
{
  rows++
  if (rows == 1) {
    # column names that are expressions say no more than the statement does
    fields = NF
    titled = $0 !~ /[(]/
  }
  if (rows <= 6) {
    for (c = 1; c <= NF; c++) {
      cells[rows, c] = rows == 1 ? $c : short($c)
    }
  }
}
END { flush_result() }
