#include "pipeline/mask.h"

#include <algorithm>
#include <cstddef>

#include "base/encoding.h"
#include "base/strings.h"

namespace sluice::pipeline {
namespace {

constexpr std::size_t kMinBase64Core = 4;
constexpr std::size_t kMinQuoted = 9;
constexpr std::size_t kMinShellPart = 6;

using Variants = std::vector<std::string>;

void add_both_alphabets(Variants& out, std::string text) {
  std::string url_safe = text;
  std::replace(url_safe.begin(), url_safe.end(), '+', '-');
  std::replace(url_safe.begin(), url_safe.end(), '/', '_');
  if (url_safe != text) out.push_back(std::move(url_safe));
  out.push_back(std::move(text));
}

// A secret inside a longer text starts at one of three offsets of a base64 group. Dropping its
// first 0, 1 or 2 bytes aligns it again; the last character counts only when all its bits are the
// secret's.
void add_base64(Variants& out, std::string_view secret) {
  add_both_alphabets(out, base64_encode(secret));
  for (std::size_t shift = 0; shift < 3 && shift < secret.size(); ++shift) {
    const std::string_view aligned = secret.substr(shift);
    const std::size_t whole = aligned.size() * 8 / 6;
    if (whole < kMinBase64Core) continue;
    add_both_alphabets(out, base64_encode(aligned).substr(0, whole));
  }
}

std::string json_escaped(std::string_view secret) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string text;
  for (const char c : secret) {
    switch (c) {
      case '"':
        text += "\\\"";
        break;
      case '\\':
        text += "\\\\";
        break;
      case '\n':
        text += "\\n";
        break;
      case '\r':
        text += "\\r";
        break;
      case '\t':
        text += "\\t";
        break;
      case '\b':
        text += "\\b";
        break;
      case '\f':
        text += "\\f";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          text += "\\u00";
          text += kHex[static_cast<unsigned char>(c) >> 4];
          text += kHex[static_cast<unsigned char>(c) & 15];
        } else {
          text += c;
        }
    }
  }
  return text;
}

std::string xml_escaped(std::string_view secret) {
  std::string text;
  for (const char c : secret) {
    if (c == '<')
      text += "&lt;";
    else if (c == '>')
      text += "&gt;";
    else if (c == '"')
      text += "&quot;";
    else if (c == '\'')
      text += "&apos;";
    else if (c == '&')
      text += "&amp;";
    else
      text += c;
  }
  return text;
}

void add_uri(Variants& out, std::string_view secret) {
  const std::string encoded = percent_encode(secret);
  out.push_back(replace_all(encoded, "%2F", "/"));
  out.push_back(replace_all(encoded, "%20", "+"));
  out.push_back(encoded);
}

void add_without_quotes(Variants& out, std::string_view secret) {
  if (secret.size() >= kMinQuoted && secret.front() == '"' && secret.back() == '"')
    out.emplace_back(secret.substr(1, secret.size() - 2));
}

// When PowerShell reports a bad command it colours one part of it, which splits the secret at its
// last `&`, or around the character after `&+`.
void add_powershell(Variants& out, std::string_view secret) {
  const std::size_t last = secret.rfind('&');
  if (last == std::string_view::npos) return;
  const std::size_t plus = secret.find("&+");
  const std::size_t cut = plus == std::string_view::npos ? last + 1 : plus + 2;
  const std::size_t resume = plus == std::string_view::npos ? cut : cut + 1;
  if (cut >= kMinShellPart) out.emplace_back(secret.substr(0, cut));
  if (resume < secret.size() && secret.size() - resume >= kMinShellPart)
    out.emplace_back(secret.substr(resume));
}

void add_encodings(Variants& out, std::string_view secret) {
  if (trim(secret).empty()) return;
  out.emplace_back(secret);
  add_base64(out, secret);
  out.push_back(json_escaped(secret));
  add_uri(out, secret);
  out.push_back(xml_escaped(secret));
  out.push_back(replace_all(std::string(secret), "'", "''"));
  out.push_back(replace_all(std::string(secret), "\"", "\\\""));
  add_without_quotes(out, secret);
  add_powershell(out, secret);
}

void add_secret(Variants& out, std::string_view secret) {
  add_encodings(out, secret);
  add_encodings(out, trim(secret));
  if (secret.find_first_of("\r\n") == std::string_view::npos) return;
  for (const std::string_view line : split_lines(secret)) add_encodings(out, trim(line));
}

void sort_unique(Variants& variants) {
  std::sort(variants.begin(), variants.end());
  variants.erase(std::unique(variants.begin(), variants.end()), variants.end());
}

}  // namespace

std::vector<std::string> mask_variants(std::string_view secret) {
  Variants variants;
  add_secret(variants, secret);
  sort_unique(variants);
  return variants;
}

std::vector<std::string> mask_variants(std::span<const std::string> secrets) {
  Variants variants;
  for (const std::string& secret : secrets) add_secret(variants, secret);
  sort_unique(variants);
  return variants;
}

bool would_mask(std::span<const std::string> variants, std::string_view text) {
  return std::any_of(variants.begin(), variants.end(), [text](const std::string& variant) {
    return text.find(variant) != std::string_view::npos;
  });
}

std::string masked(std::span<const std::string> variants, std::string_view text) {
  std::vector<bool> hidden(text.size(), false);
  for (const std::string& variant : variants)
    for (std::size_t at = text.find(variant); at != std::string_view::npos;
         at = text.find(variant, at + 1))
      std::fill_n(hidden.begin() + static_cast<std::ptrdiff_t>(at), variant.size(), true);
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!hidden[i])
      out += text[i];
    else if (i == 0 || !hidden[i - 1])
      out += "***";
  }
  return out;
}

}  // namespace sluice::pipeline
