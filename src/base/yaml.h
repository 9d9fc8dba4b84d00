// YAML 1.2 (core schema) as a tree with positions: what pipeline files and our own configuration
// are read with. Over libfyaml; anchors and aliases are expanded here under a budget, because the
// library's own expansion has none.
//
// Typing: only `true`/`false` (True, TRUE …) are booleans; `on`, `yes` are strings; `3.10` is the
// number 3.1, its `text` stays "3.10". Quoted scalars are strings. One document; UTF-8 only;
// duplicate keys are errors. Pure, thread-safe.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"
#include "base/result.h"

namespace sluice {

// 1-based; column counts bytes.
struct TextPosition {
  int line = 0;
  int column = 0;

  auto operator<=>(const TextPosition&) const = default;
};

enum class YamlKind { Null, Boolean, Number, String, Sequence, Mapping };
enum class YamlStyle { Plain, SingleQuoted, DoubleQuoted, Literal, Folded, Block, Flow };

struct YamlNode {
  YamlKind kind = YamlKind::Null;
  YamlStyle style = YamlStyle::Plain;
  TextPosition position;        // of the value's first character
  std::string text;             // scalars: the text as written, after unquoting and folding
  bool boolean = false;         // Boolean
  double number = 0;            // Number
  std::vector<YamlNode> items;  // Sequence
  std::vector<std::pair<YamlNode, YamlNode>> members;  // Mapping, in file order; keys scalars

  // Defaulted where the type is complete: clang needs that for a vector of pairs of itself.
  YamlNode();
  ~YamlNode();
  YamlNode(const YamlNode&);
  YamlNode(YamlNode&&) noexcept;
  YamlNode& operator=(const YamlNode&);
  YamlNode& operator=(YamlNode&&) noexcept;

  bool is_scalar() const { return kind != YamlKind::Sequence && kind != YamlKind::Mapping; }
  bool is_mapping() const { return kind == YamlKind::Mapping; }
  bool is_sequence() const { return kind == YamlKind::Sequence; }
  bool is_string() const { return kind == YamlKind::String; }
  // The value under a key of a mapping; null when absent or this is no mapping. Keys are compared
  // as text, case-sensitively.
  const YamlNode* find(std::string_view key) const;
  const YamlNode* find_key(std::string_view key) const;  // the key's own node
};

enum class YamlMerge { Reject, Apply };  // what `<<` does: GitHub rejects it, GitLab applies it

struct YamlLimits {
  std::size_t max_bytes = 1u << 20;
  std::size_t max_depth = 50;
  std::size_t max_nodes = 200'000;  // after expansion of aliases
  YamlMerge merge = YamlMerge::Reject;
};

// DuplicateKey and MergeKey leave a tree without the member in question; after the others it is
// not to be used.
enum class YamlProblemKind { Syntax, DuplicateKey, MergeKey, UnknownAlias };

// A mistake in the text and where it stands.
struct YamlProblem {
  TextPosition position;
  std::string message;
  YamlProblemKind kind = YamlProblemKind::Syntax;
};

struct YamlAnchor {
  std::string name;
  TextPosition position;  // of the '&'
  std::size_t uses = 0;   // aliases of it
};

struct YamlParse {
  YamlNode root;                      // Null for an empty document
  std::vector<YamlProblem> problems;  // empty: the tree is complete
  std::vector<YamlAnchor> anchors;    // in file order

  // Whether `root` may be used in spite of the problems.
  bool is_readable() const;
};

// Never fails as such: problems are data (parsers of pipelines show them all).
YamlParse parse_yaml(std::string_view text, const YamlLimits& limits = {});

// For configuration files: the root, or the first problem as "FILE:LINE:COLUMN: message".
Result<YamlNode> load_yaml(std::string_view text, std::string_view file_name,
                           const YamlLimits& limits = {});

// The same data without positions; whole numbers become int64.
Json to_json(const YamlNode& node);

// Reads a mapping of a configuration file strictly: each key asked for is marked, finish() reports
// the others with the nearest known key. Errors read "FILE:LINE:COLUMN: …". One thread.
class YamlReader {
 public:
  static Result<YamlReader> open(const YamlNode& mapping, std::string_view file_name,
                                 std::string_view what);

  const YamlNode* optional(std::string_view key);
  Result<const YamlNode*> required(std::string_view key);
  Result<std::string> string(std::string_view key);
  Result<std::string> string_or(std::string_view key, std::string_view fallback);
  Result<double> number(std::string_view key);
  Result<double> number_or(std::string_view key, double fallback);
  Result<std::int64_t> integer_or(std::string_view key, std::int64_t fallback);
  Result<bool> boolean_or(std::string_view key,
                          bool fallback);  // style: bool because it is a value
  // A sequence of scalars, or one scalar alone, as texts; empty when absent.
  Result<std::vector<std::string>> strings(std::string_view key);
  // Error for each key never asked for.
  Result<void> finish() const;

  Error error_at(TextPosition position, std::string_view message) const;

 private:
  YamlReader(const YamlNode& mapping, std::string_view file_name, std::string_view what)
      : mapping_(&mapping), file_(file_name), what_(what) {}

  const YamlNode* mapping_;
  std::string file_;
  std::string what_;
  std::vector<std::string> known_;
};

}  // namespace sluice
