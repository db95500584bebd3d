# The statements of the examples, laid out: a clause per line, and lines of at most 110 characters where a comma allows it.
# Writes work/statement-N.
{
  file = work "/statement-" $1
  printf "" >file
  text = $2
  line = ""
  depth = quoted = 0
  outer = inner = 0 # where the line may be broken: after its last comma outside of parentheses, or in them; never in a text
  for (i = 1; i <= length(text); i++) {
    c = substr(text, i, 1)
    if (c == "\047") {
      quoted = !quoted
    } else if (!quoted) {
      depth += (c == "(") - (c == ")")
      if (c == " " && depth == 0 && length(text) > 90 && substr(text, i) ~ /^ (FROM|WHERE|GROUP BY|ORDER BY|LIMIT) /) {
        print line >file
        line = ""
        outer = inner = 0
        continue
      }
      if (c == "," && depth == 0) {
        outer = length(line) + 1
      } else if (c == ",") {
        inner = length(line) + 1
      }
    }
    line = line c
    if (length(line) > 110 && outer + inner > 0) {
      at = outer ? outer : inner
      print substr(line, 1, at) >file
      line = substr(line, at + 1)
      sub(/^ */, "       ", line)
      outer = inner = 0
    }
  }
  print line ";" >file
  close(file)
}
