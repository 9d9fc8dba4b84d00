#include "pipeline/github/matrix.h"

#include <algorithm>

#include "base/strings.h"

namespace sluice::pipeline::github {
namespace {

constexpr std::size_t kMaxNameLength = 100;

bool is_include(std::string_view key) {
  return equal_text(key, "include");
}
bool is_exclude(std::string_view key) {
  return equal_text(key, "exclude");
}

// A filter value matches what it names: containers match when all that they mention matches.
bool matches(const Value& filter, const Value& value) {
  if (filter.kind() == ValueKind::Object) {
    if (value.kind() != ValueKind::Object) return false;
    return std::all_of(filter.members().begin(), filter.members().end(), [&](const auto& member) {
      const Value* other = value.find(member.first);
      return other != nullptr && matches(member.second, *other);
    });
  }
  if (filter.kind() == ValueKind::Array) {
    if (value.kind() != ValueKind::Array || value.items().size() != filter.items().size())
      return false;
    for (std::size_t i = 0; i < filter.items().size(); ++i)
      if (!matches(filter.items()[i], value.items()[i])) return false;
    return true;
  }
  return equal(filter, value);
}

const Value* find_value(const ValueMembers& members, std::string_view key) {
  for (const auto& [name, value] : members)
    if (equal_text(name, key)) return &value;
  return nullptr;
}

bool excludes(const Value& filter, const ValueMembers& leg) {
  return std::all_of(filter.members().begin(), filter.members().end(), [&](const auto& member) {
    const Value* value = find_value(leg, member.first);
    return value != nullptr && matches(member.second, *value);
  });
}

struct Parts {
  std::vector<std::pair<std::string, const ValueItems*>> vectors;
  const ValueItems* include = nullptr;
  const ValueItems* exclude = nullptr;
  std::string problem;
};

void read_part(const std::string& key, const Value& value, Parts& parts) {
  const bool filter = is_include(key) || is_exclude(key);
  if (value.kind() != ValueKind::Array) {
    if (filter && value.is_null()) return;
    parts.problem = cat("'", key, "' of the matrix must be a sequence");
    return;
  }
  if (!filter) {
    if (value.items().empty())
      parts.problem = cat("Matrix vector '", key, "' does not contain any values");
    parts.vectors.emplace_back(key, &value.items());
    return;
  }
  for (const Value& item : value.items())
    if (item.kind() != ValueKind::Object)
      parts.problem = cat("each entry of '", key, "' must be a mapping");
  (is_include(key) ? parts.include : parts.exclude) = &value.items();
}

void check_exclude_keys(Parts& parts) {
  if (parts.exclude == nullptr) return;
  for (const Value& filter : *parts.exclude)
    for (const auto& [key, value] : filter.members()) {
      const bool known =
          std::any_of(parts.vectors.begin(), parts.vectors.end(),
                      [&key = key](const auto& vector) { return equal_text(vector.first, key); });
      if (!known)
        parts.problem = cat("Matrix exclude key '", key,
                            "' does not match any key within the "
                            "matrix");
    }
}

Parts read_parts(const Value& matrix) {
  Parts parts;
  if (matrix.kind() != ValueKind::Object) {
    parts.problem = cat("the matrix must be a mapping, got ", to_string(matrix.kind()));
    return parts;
  }
  for (const auto& [key, value] : matrix.members()) {
    read_part(key, value, parts);
    if (!parts.problem.empty()) return parts;
  }
  check_exclude_keys(parts);
  return parts;
}

// The cross product without what is excluded; stops when it passes the limit.
std::vector<MatrixLeg> cross(const Parts& parts) {
  std::vector<MatrixLeg> legs;
  if (parts.vectors.empty()) return legs;
  std::vector<std::size_t> at(parts.vectors.size(), 0);
  while (true) {
    MatrixLeg leg;
    for (std::size_t i = 0; i < at.size(); ++i)
      leg.values.emplace_back(parts.vectors[i].first, (*parts.vectors[i].second)[at[i]]);
    leg.named = leg.values.size();
    const bool excluded =
        parts.exclude != nullptr &&
        std::any_of(parts.exclude->begin(), parts.exclude->end(),
                    [&leg](const Value& filter) { return excludes(filter, leg.values); });
    if (!excluded) legs.push_back(std::move(leg));
    if (legs.size() > kMaxLegs) return legs;
    std::size_t i = at.size();
    while (i > 0 && ++at[i - 1] == parts.vectors[i - 1].second->size()) at[--i] = 0;
    if (i == 0) return legs;
  }
}

bool is_vector(const Parts& parts, std::string_view key) {
  return std::any_of(parts.vectors.begin(), parts.vectors.end(),
                     [key](const auto& vector) { return equal_text(vector.first, key); });
}

// Compared with the original values: what earlier includes added does not count.
bool includes(const Parts& parts, const Value& include, const MatrixLeg& leg) {
  for (const auto& [key, value] : include.members()) {
    if (!is_vector(parts, key)) continue;
    const Value* original = find_value(leg.values, key);
    if (original == nullptr || !matches(value, *original)) return false;
  }
  return true;
}

void add_extras(const Parts& parts, const Value& include, MatrixLeg& leg) {
  for (const auto& [key, value] : include.members()) {
    if (is_vector(parts, key)) continue;
    const auto same =
        std::find_if(leg.values.begin(), leg.values.end(),
                     [&key = key](const auto& member) { return equal_text(member.first, key); });
    if (same != leg.values.end())
      same->second = value;
    else
      leg.values.emplace_back(key, value);
  }
}

void apply_includes(const Parts& parts, std::vector<MatrixLeg>& legs) {
  if (parts.include == nullptr) return;
  const std::size_t crossed = legs.size();
  for (const Value& include : *parts.include) {
    bool used = false;
    for (std::size_t i = 0; i < crossed; ++i) {
      if (!includes(parts, include, legs[i])) continue;
      add_extras(parts, include, legs[i]);
      used = true;
    }
    if (used) continue;
    MatrixLeg leg;
    leg.values = include.members();
    leg.named = leg.values.size();
    legs.push_back(std::move(leg));
  }
}

void append_leaves(const Value& value, std::vector<std::string>& texts) {
  if (value.kind() == ValueKind::Object) {
    for (const auto& [key, member] : value.members()) append_leaves(member, texts);
  } else if (value.kind() == ValueKind::Array) {
    for (const Value& item : value.items()) append_leaves(item, texts);
  } else if (std::string text = value.to_text(); !text.empty()) {
    texts.push_back(std::move(text));
  }
}

void check_filter_entries(const Token& matrix, const TokenEntry& entry, bool exclude,
                          std::vector<MatrixProblem>& problems) {
  for (const Token& item : entry.value.items) {
    if (item.has_expression()) continue;
    if (item.kind != TokenKind::Mapping) {
      problems.push_back(
          {item.position, cat("each entry of '", entry.key.literal_text(), "' must be a mapping")});
      continue;
    }
    if (!exclude) continue;
    for (const TokenEntry& member : item.entries)
      if (!member.insert && !member.key.has_expression() &&
          matrix.find(member.key.literal_text()) == nullptr)
        problems.push_back(
            {member.key.position, cat("Matrix exclude key '", member.key.literal_text(),
                                      "' does not match any key within the matrix")});
  }
}

bool has_dynamic_keys(const Token& matrix) {
  return std::any_of(matrix.entries.begin(), matrix.entries.end(), [](const TokenEntry& entry) {
    return entry.insert || entry.key.has_expression();
  });
}

std::string too_many_legs() {
  return cat("the matrix has more than ", kMaxLegs, " legs, which is the limit");
}

// Legs of the vectors that are written out; 0 when an `exclude` may leave some out, or when not all
// are. What is more than the limit is not counted.
std::size_t count_crossed(const Token& matrix) {
  std::size_t legs = 1;
  for (const TokenEntry& entry : matrix.entries) {
    const std::string key = entry.key.literal_text();
    if (is_exclude(key) || entry.value.kind != TokenKind::Sequence) return 0;
    if (!is_include(key)) legs = std::min(legs * entry.value.items.size(), kMaxLegs + 1);
  }
  return legs;
}

}  // namespace

std::vector<MatrixProblem> check_matrix(const Token& matrix) {
  std::vector<MatrixProblem> problems;
  if (matrix.kind != TokenKind::Mapping || has_dynamic_keys(matrix)) return problems;
  for (const TokenEntry& entry : matrix.entries) {
    const std::string key = entry.key.literal_text();
    if (entry.value.has_expression()) continue;
    const bool filter = is_include(key) || is_exclude(key);
    if (entry.value.kind == TokenKind::Null && filter) continue;
    if (entry.value.kind != TokenKind::Sequence)
      problems.push_back(
          {entry.value.position, cat("'", key, "' of the matrix must be a sequence")});
    else if (!filter && entry.value.items.empty())
      problems.push_back(
          {entry.value.position, cat("Matrix vector '", key, "' does not contain any values")});
    else if (filter)
      check_filter_entries(matrix, entry, is_exclude(key), problems);
  }
  if (problems.empty() && count_crossed(matrix) > kMaxLegs)
    problems.push_back(
        {matrix.position, cat(too_many_legs(), "; split the job, or leave some out")});
  return problems;
}

std::variant<std::vector<MatrixLeg>, std::string> expand_matrix(const Value& matrix) {
  const Parts parts = read_parts(matrix);
  if (!parts.problem.empty()) return parts.problem;
  std::vector<MatrixLeg> legs = cross(parts);
  apply_includes(parts, legs);
  if (legs.size() > kMaxLegs) return too_many_legs();
  if (legs.empty())
    return std::string(parts.vectors.empty() ? "the matrix defines no values"
                                             : "everything in the matrix is excluded");
  return legs;
}

std::string leg_suffix(const MatrixLeg& leg) {
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < leg.named; ++i) append_leaves(leg.values[i].second, texts);
  if (texts.empty()) return {};
  std::string joined = join(texts, ", ");
  if (joined.size() > kMaxNameLength) {
    std::size_t end = kMaxNameLength - 3;
    while (end > 0 && (static_cast<unsigned char>(joined[end]) & 0xc0) == 0x80) --end;
    joined = joined.substr(0, end) + "...";
  }
  return cat(" (", joined, ")");
}

}  // namespace sluice::pipeline::github
