#include <algorithm>

#include "base/strings.h"
#include "pipeline/expression/template.h"
#include "pipeline/github/lint/value_rules.h"

namespace sluice::pipeline::github {
namespace {

bool has_expression(const YamlNode& node) {
  if (node.is_string() && contains_expression(node.text)) return true;
  return std::any_of(node.items.begin(), node.items.end(), has_expression) ||
         std::any_of(node.members.begin(), node.members.end(), [](const auto& member) {
           return contains_expression(member.first.text) || has_expression(member.second);
         });
}

const YamlNode* find_name(const YamlNode& mapping, std::string_view name) {
  for (const auto& [key, value] : mapping.members)
    if (equal_ignoring_case(key.text, name)) return &value;
  return nullptr;
}

bool is_same(const YamlNode& a, const YamlNode& b) {
  if (a.is_scalar() && b.is_scalar()) return a.text == b.text;
  if (a.is_sequence() && b.is_sequence())
    return std::equal(a.items.begin(), a.items.end(), b.items.begin(), b.items.end(), is_same);
  if (!a.is_mapping() || !b.is_mapping() || a.members.size() != b.members.size()) return false;
  return std::all_of(a.members.begin(), a.members.end(), [&](const auto& member) {
    const YamlNode* other = find_name(b, member.first.text);
    return other != nullptr && is_same(member.second, *other);
  });
}

// Whether an entry of `exclude` selects the value: of a mapping it may name a part.
bool selects(const YamlNode& filter, const YamlNode& value) {
  if (has_expression(filter) || has_expression(value)) return true;
  if (filter.is_scalar() && value.is_scalar()) return equal_ignoring_case(filter.text, value.text);
  if (!filter.is_mapping() || !value.is_mapping()) return is_same(filter, value);
  return std::all_of(filter.members.begin(), filter.members.end(), [&](const auto& member) {
    const YamlNode* other = find_name(value, member.first.text);
    return other != nullptr && selects(member.second, *other);
  });
}

struct Row {
  std::string name;
  std::vector<const YamlNode*> values;
  bool is_open = false;  // an expression makes the values
};

bool is_vector(const YamlNode& key) {
  return !equal_ignoring_case(key.text, "include") && !equal_ignoring_case(key.text, "exclude");
}

void check_duplicates(const YamlNode& name, const YamlNode& values, Mistakes& out) {
  for (std::size_t i = 0; i < values.items.size(); ++i) {
    const YamlNode& value = values.items[i];
    if (has_expression(value)) continue;
    const auto first =
        std::find_if(values.items.begin(), values.items.begin() + static_cast<std::ptrdiff_t>(i),
                     [&](const YamlNode& earlier) { return is_same(earlier, value); });
    if (first == values.items.begin() + static_cast<std::ptrdiff_t>(i)) continue;
    out.warning(value.position, "matrix-duplicate",
                cat(value.is_scalar() ? cat("'", value.text, "'") : std::string("this value"),
                    " stands in '", name.text, "' of the matrix already at line ",
                    first->position.line, ", column ", first->position.column));
  }
}

std::vector<Row> rows_of(const YamlNode& matrix) {
  std::vector<Row> rows;
  for (const auto& [name, values] : matrix.members) {
    if (!is_vector(name)) continue;
    Row& row = rows.emplace_back();
    row.name = name.text;
    row.is_open = values.is_scalar();
    for (const YamlNode& value : values.items) {
      row.values.push_back(&value);
      row.is_open = row.is_open || (value.is_scalar() && has_expression(value));
    }
  }
  return rows;
}

Row* find_row(std::vector<Row>& rows, std::string_view name) {
  for (Row& row : rows)
    if (equal_ignoring_case(row.name, name)) return &row;
  return nullptr;
}

// Values that `include` adds may be excluded too, in the eyes of those who write them.
void add_included(const YamlNode& include, std::vector<Row>& rows) {
  for (const YamlNode& combination : include.items)
    for (const auto& [name, value] : combination.members) {
      Row* row = find_row(rows, name.text);
      if (row == nullptr) row = &rows.emplace_back(Row{name.text, {}, false});
      row->values.push_back(&value);
    }
}

std::string shown(const Row& row) {
  std::vector<std::string> texts;
  for (const YamlNode* value : row.values)
    if (value->is_scalar()) texts.push_back(value->text);
  return texts.empty() ? std::string() : cat("; it has ", join(texts, ", "));
}

void check_excluded(const YamlNode& name, const YamlNode& value, std::vector<Row>& rows,
                    Mistakes& out) {
  const Row* row = find_row(rows, name.text);
  if (row == nullptr) {
    std::vector<std::string> known;
    for (const Row& candidate : rows) known.push_back(candidate.name);
    out.error(name.position, "matrix",
              cat("'", name.text, "' in 'exclude' is no key of the matrix",
                  did_you_mean(name.text, known)));
    return;
  }
  const bool found = std::any_of(row->values.begin(), row->values.end(),
                                 [&](const YamlNode* one) { return selects(value, *one); });
  if (row->is_open || found) return;
  std::vector<std::string> texts;
  for (const YamlNode* one : row->values) texts.push_back(one->text);
  out.warning(value.position, "matrix-exclude",
              cat(value.is_scalar() ? cat("'", value.text, "'") : std::string("this value"),
                  " in 'exclude' matches no value of '", name.text, "'", shown(*row),
                  value.is_scalar() ? did_you_mean(value.text, texts) : std::string()));
}

void check_exclude(const YamlNode& matrix, Mistakes& out) {
  const YamlNode* exclude = find_name(matrix, "exclude");
  const YamlNode* include = find_name(matrix, "include");
  if (exclude == nullptr || exclude->items.empty()) return;
  if (include != nullptr && has_expression(*include)) return;
  std::vector<Row> rows = rows_of(matrix);
  if (include != nullptr) add_included(*include, rows);
  if (rows.empty()) {
    out.error(matrix.position, "matrix",
              "'exclude' has nothing to exclude: the matrix has "
              "no values");
    return;
  }
  for (const YamlNode& combination : exclude->items)
    for (const auto& [name, value] : combination.members)
      if (!contains_expression(name.text)) check_excluded(name, value, rows, out);
}

}  // namespace

void check_matrices(const YamlNode& root, Mistakes& out) {
  for_each_job(root, [&](const YamlNode&, const YamlNode& job) {
    const YamlNode* strategy = job.find("strategy");
    const YamlNode* matrix = strategy == nullptr ? nullptr : strategy->find("matrix");
    if (matrix == nullptr || !matrix->is_mapping()) return;
    for (const auto& [name, values] : matrix->members)
      if (is_vector(name)) check_duplicates(name, values, out);
    check_exclude(*matrix, out);
  });
}

}  // namespace sluice::pipeline::github
