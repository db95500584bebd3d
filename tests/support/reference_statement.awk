# The statements of the examples, laid out: a clause per line, and lines of at most 110 characters. Writes work/statement-N.
{
  file = work "/statement-" $1
  printf "" >file
  text = $2
  line = ""
  depth = quoted = 0
  broken = 0 # where the line may be broken: after a comma outside of a text
  for (i = 1; i <= length(text); i++) {
    c = substr(text, i, 1)
    if (c == "\047") {
      quoted = !quoted
    } else if (!quoted && c == "(") {
      depth++
    } else if (!quoted && c == ")") {
      depth--
    } else if (!quoted && c == " ") {
      if (depth == 0 && length(text) > 90 && substr(text, i) ~ /^ (FROM|WHERE|GROUP BY|ORDER BY|LIMIT) /) {
        print line >file
        line = ""
        broken = 0
        continue
      }
      if (substr(line, length(line)) == ",") {
        broken = length(line)
      }
    }
    line = line c
    if (length(line) > 110 && broken) {
      print substr(line, 1, broken) >file
      line = "      " substr(line, broken + 1)
      broken = 0
    }
  }
  print line ";" >file
  close(file)
}
