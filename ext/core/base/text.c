#include "text.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "mem.h"

void text_add_bytes(Text *text, const char *more, size_t length)
{
  if (!text->failed && text->length + length >= text->size) {
    size_t size = 2 * (text->length + length) + 64;
    char *bytes = mem_resize(text->bytes, size, 1);
    text->failed = !bytes;
    text->bytes = bytes ? bytes : text->bytes;
    text->size = bytes ? size : text->size;
  }
  if (!text->failed) {
    memcpy(text->bytes + text->length, more, length);
    text->length += length;
    text->bytes[text->length] = 0;
  }
}

void text_add(Text *text, const char *more)
{
  text_add_bytes(text, more, strlen(more));
}

void text_add_json_string(Text *text, const char *string)
{
  static const char HEX[] = "0123456789abcdef";
  text_add(text, "\"");
  for (const char *from = string; *string;) {
    unsigned char c = (unsigned char)*string++;
    if (c < 0x20 || c == '"' || c == '\\') {
      const char escaped[] = {'\\', 'u', '0', '0', HEX[c >> 4], HEX[c & 15], 0};
      text_add_bytes(text, from, (size_t)(string - 1 - from));
      text_add(text, escaped);
      from = string;
    } else if (!*string) {
      text_add(text, from);
    }
  }
  text_add(text, "\"");
}

void text_add_decimal(Text *text, double x, int decimals)
{
  static const double POWER[] = {1, 10, 100, 1000, 1e4, 1e5, 1e6};
  char digits[64];
  double scaled = floor(fabs(x) * POWER[decimals] + 0.5);
  if (!isfinite(x)) {
    text_add(text, "null");
    return;
  }
  if (scaled >= 9e15) { /* no decimals that mean anything */
    number_to_text(x, 6, digits);
    text_add(text, digits);
    return;
  }
  int64_t units = (int64_t)scaled, one = (int64_t)POWER[decimals];
  int length = snprintf(digits, sizeof digits, "%s%lld", x < 0 && units > 0 ? "-" : "", (long long)(units / one));
  if (units % one) {
    length += snprintf(digits + length, sizeof digits - (size_t)length, ".%0*lld", decimals, (long long)(units % one));
    while (digits[length - 1] == '0') {
      digits[--length] = 0;
    }
  }
  text_add(text, digits);
}

char *text_take(Text *text)
{
  char *bytes = text->bytes;
  if (text->failed) {
    mem_free(bytes);
    bytes = NULL;
  }
  *text = (Text){0};
  return bytes;
}

void number_to_text(double x, int n_digits, char out[NUMBER_TEXT_MAX])
{
  int n = 0, exponent = 0;
  double size = fabs(x);
  if (!isfinite(x)) {
    memcpy(out, "no number", sizeof "no number");
    return;
  }
  if (size >= 1e15 || (size > 0 && size < 1e-4)) {
    exponent = (int)floor(log10(size));
    int half = exponent / 2;
    size = size * pow(10, -half) * pow(10, half - exponent); /* 10^-exponent may overflow */
  }
  int decimals = size > 0 ? n_digits - 1 - (int)floor(log10(size)) : 0;
  long long scale = 1;
  for (int i = 0; i < decimals; i++) {
    scale *= 10;
  }
  long long digits = llround(size * (double)scale);
  n += snprintf(out, NUMBER_TEXT_MAX, "%s%lld", x < 0 ? "-" : "", digits / scale);
  if (digits % scale > 0) {
    n += snprintf(out + n, NUMBER_TEXT_MAX - (size_t)n, ".%0*lld", decimals, digits % scale);
    while (out[n - 1] == '0') {
      out[--n] = 0;
    }
  }
  if (exponent != 0) {
    snprintf(out + n, NUMBER_TEXT_MAX - (size_t)n, "e%d", exponent);
  }
}
