#include "base/yaml.h"

#include <libfyaml.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <optional>
#include <unordered_map>

#include "base/encoding.h"
#include "base/strings.h"
#include "base/yaml_scalar.h"

namespace sluice {
namespace {

constexpr std::size_t kMaxProblems = 10;
constexpr std::string_view kSequenceTag = "tag:yaml.org,2002:seq";
constexpr std::string_view kMappingTag = "tag:yaml.org,2002:map";

// Offset of the first byte that is no UTF-8 or a control character; npos when all is well.
std::size_t find_bad_byte(std::string_view text) {
  std::size_t i = 0;
  while (i < text.size()) {
    auto c = static_cast<unsigned char>(text[i]);
    if (c < 0x80) {
      if (c < 0x20 && c != '\t' && c != '\n' && c != '\r') return i;
      if (c == 0x7f) return i;
      ++i;
      continue;
    }
    std::size_t length = c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : 2;
    if (c < 0xc2 || c > 0xf4 || i + length > text.size()) return i;
    char32_t code = c & (0xffu >> (length + 1));
    for (std::size_t k = 1; k < length; ++k) {
      auto next = static_cast<unsigned char>(text[i + k]);
      if ((next & 0xc0) != 0x80) return i;
      code = code << 6 | (next & 0x3f);
    }
    bool overlong = (length == 3 && code < 0x800) || (length == 4 && code < 0x10000);
    if (overlong || code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) return i;
    i += length;
  }
  return std::string_view::npos;
}

// libfyaml 0.7.12 writes where nothing is when tabs separate what stands inside of an explicit key
// ("? k:\t- y"), a form that nothing needs: the offset of a tab behind a colon and such a key, else
// npos. Scripts with " ? " and a tab behind a colon are taken for one, too.
std::size_t find_deadly_tab(std::string_view text) {
  constexpr std::size_t kNone = std::string_view::npos;
  constexpr std::string_view kBlanks = " \t\r\n";
  const auto is_key = [&](std::size_t at) {
    return (at == 0 || kBlanks.find(text[at - 1]) != kNone) &&
           (at + 1 == text.size() || kBlanks.find(text[at + 1]) != kNone);
  };
  std::size_t key = text.find('?');
  while (key != kNone && !is_key(key)) key = text.find('?', key + 1);
  if (key == kNone) return kNone;
  for (std::size_t tab = text.find('\t', key); tab != kNone; tab = text.find('\t', tab + 1))
    if (const std::size_t before = text.find_last_not_of(" \t", tab);
        before != kNone && text[before] == ':')
      return tab;
  return kNone;
}

class LineIndex {
 public:
  explicit LineIndex(std::string_view text) {
    const bool returns = text.find('\r') != std::string_view::npos;
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (!returns && (i = text.find('\n', i)) == std::string_view::npos) break;
      if (text[i] == '\n' || (text[i] == '\r' && (i + 1 == text.size() || text[i + 1] != '\n')))
        starts_.push_back(i + 1);
    }
  }

  TextPosition at(std::size_t offset) const {
    auto after = std::upper_bound(starts_.begin(), starts_.end(), offset);
    return {static_cast<int>(after - starts_.begin()), static_cast<int>(offset - *(after - 1)) + 1};
  }

  // Where the 1-based line begins; nothing behind the last one.
  std::optional<std::size_t> start_of(int line) const {
    const auto index = static_cast<std::size_t>(line - 1);
    return index < starts_.size() ? std::optional(starts_[index]) : std::nullopt;
  }

 private:
  std::vector<std::size_t> starts_{0};
};

struct ParserDeleter {
  void operator()(fy_parser* parser) const { fy_parser_destroy(parser); }
};
struct DiagnosticsDeleter {
  void operator()(fy_diag* diagnostics) const { fy_diag_destroy(diagnostics); }
};

std::string_view text_of(fy_token* token) {
  if (token == nullptr) return {};
  std::size_t length = 0;
  const char* text = fy_token_get_text(token, &length);
  return text == nullptr ? std::string_view{} : std::string_view(text, length);
}

YamlStyle style_of(fy_scalar_style style) {
  switch (style) {
    case FYSS_SINGLE_QUOTED:
      return YamlStyle::SingleQuoted;
    case FYSS_DOUBLE_QUOTED:
      return YamlStyle::DoubleQuoted;
    case FYSS_LITERAL:
      return YamlStyle::Literal;
    case FYSS_FOLDED:
      return YamlStyle::Folded;
    default:
      return YamlStyle::Plain;
  }
}

// The text between single quotes: '' is a quote, a line break a space, further ones stay. libfyaml
// does this too, but 0.7.12 leaks when there are many doubled quotes.
std::string unquote_single(std::string_view raw) {
  std::string text;
  std::size_t at = 0;
  while (at < raw.size()) {
    if (raw[at] == '\'') {
      text += '\'';
      at += 2;
      continue;
    }
    std::size_t end = raw.find_first_not_of(" \t\r\n", at);
    if (end == std::string_view::npos) end = raw.size();
    std::string_view space = raw.substr(at, end - at);
    if (space.find_first_of("\r\n") == std::string_view::npos) {
      end = std::max(end, at + 1);
      text += raw.substr(at, end - at);
    } else {
      std::size_t breaks = 0;
      for (std::size_t i = 0; i < space.size(); ++i)
        if (space[i] == '\n' || (space[i] == '\r' && space.substr(i, 2) != "\r\n")) ++breaks;
      text += breaks == 1 ? std::string(" ") : std::string(breaks - 1, '\n');
    }
    at = end;
  }
  return text;
}

std::size_t count_nodes(const YamlNode& node) {
  std::size_t n = 1;
  for (const auto& item : node.items) n += count_nodes(item);
  for (const auto& [key, value] : node.members) n += 1 + count_nodes(value);
  return n;
}

std::size_t height(const YamlNode& node) {
  std::size_t below = 0;
  for (const auto& item : node.items) below = std::max(below, height(item));
  for (const auto& [key, value] : node.members) below = std::max(below, height(value));
  return 1 + below;
}

// Builds the tree from the parser's events. Stops at a mistake of syntax and at a limit, goes on
// after any other problem.
class Builder {
 public:
  Builder(std::string_view text, const YamlLimits& limits)
      : text_(text), limits_(limits), lines_(text) {}

  YamlParse run() {
    diagnostics_.reset(open_diagnostics());
    fy_parse_cfg config{};
    config.flags = static_cast<fy_parse_cfg_flags>(FYPCF_QUIET | FYPCF_COLLECT_DIAG |
                                                   FYPCF_DEFAULT_VERSION_1_2 | FYPCF_JSON_NONE |
                                                   FYPCF_SLOPPY_FLOW_INDENTATION);
    config.diag = diagnostics_.get();
    parser_.reset(fy_parser_create(&config));
    if (!parser_ || fy_parser_set_string(parser_.get(), text_.data(), text_.size()) != 0) {
      add({1, 1}, "cannot start the YAML parser: out of memory");
      return std::move(result_);
    }
    read_stream();
    return std::move(result_);
  }

 private:
  class Event {
   public:
    Event(fy_parser* parser, fy_event* event) : parser_(parser), event_(event) {}
    ~Event() {
      if (event_ != nullptr) fy_parser_event_free(parser_, event_);
    }
    Event(const Event&) = delete;
    Event& operator=(const Event&) = delete;

    explicit operator bool() const { return event_ != nullptr; }
    fy_event_type type() const { return event_->type; }
    fy_event* get() const { return event_; }
    std::string_view anchor() const { return text_of(fy_event_get_anchor_token(event_)); }

   private:
    fy_parser* parser_;
    fy_event* event_;
  };

  struct Anchor {
    std::size_t index = 0;  // in YamlParse::anchors
    YamlNode node;
    std::size_t nodes = 0;
    std::size_t height = 0;
    bool complete = false;
  };

  static fy_diag* open_diagnostics() {
    fy_diag_cfg config{};
    fy_diag_cfg_default(&config);
    config.fp = nullptr;
    config.output_fn = [](fy_diag*, void*, const char*, std::size_t) {};
    fy_diag* diagnostics = fy_diag_create(&config);
    if (diagnostics != nullptr) fy_diag_set_collect_errors(diagnostics, true);
    return diagnostics;
  }

  bool add(TextPosition position, std::string message,
           YamlProblemKind kind = YamlProblemKind::Syntax) {
    if (result_.problems.size() < kMaxProblems)
      result_.problems.push_back({position, std::move(message), kind});
    if (result_.problems.size() == kMaxProblems) stopped_ = true;
    return false;
  }
  bool stop(TextPosition position, std::string message) {
    add(position, std::move(message));
    stopped_ = true;
    return false;
  }

  // Where a tag or an anchor begins; the end of the text when there is none.
  std::size_t property_start(fy_token* token, char sign) const {
    const fy_mark* mark = token == nullptr ? nullptr : fy_token_start_mark(token);
    if (mark == nullptr) return text_.size();
    std::size_t found = text_.rfind(sign, std::min(mark->input_pos, text_.size()));
    return found == std::string_view::npos ? text_.size() : found;
  }

  // An empty value stands behind the ':' or '-' that follows the last thing read.
  std::size_t empty_value_offset() const {
    std::size_t at = text_.find_first_not_of(" \t\r\n\"'", last_end_);
    if (at == std::string_view::npos) return last_end_;
    return std::string_view(":-?,").find(text_[at]) == std::string_view::npos ? last_end_ : at + 1;
  }

  // The library's marks of quoted scalars and aliases stand after the quote and the star.
  TextPosition position_of(fy_event* event) const {
    const fy_mark* mark = fy_event_start_mark(event);
    std::size_t at =
        mark == nullptr ? empty_value_offset() : std::min(mark->input_pos, text_.size());
    bool inside = event->type == FYET_ALIAS;
    if (event->type == FYET_SCALAR && event->scalar.value != nullptr) {
      YamlStyle style = style_of(fy_token_scalar_style(event->scalar.value));
      inside = style == YamlStyle::SingleQuoted || style == YamlStyle::DoubleQuoted;
    }
    if (inside && at > 0) --at;
    return lines_.at(std::min({at, property_start(fy_event_get_tag_token(event), '!'),
                               property_start(fy_event_get_anchor_token(event), '&')}));
  }

  void read_stream();
  void report_syntax_error();
  bool read_node(const Event& event, std::size_t depth, YamlNode& node);
  bool read_scalar(const Event& event, YamlNode& node);
  std::string_view plain_on_one_line(YamlStyle style, const fy_mark* start,
                                     const fy_mark* end) const;
  bool read_sequence(std::size_t depth, YamlNode& node);
  bool read_mapping(std::size_t depth, YamlNode& node);
  bool read_member(const Event& key_event, std::size_t depth, YamlNode& mapping,
                   std::vector<YamlNode>& merged);
  bool read_merge(TextPosition position, YamlNode value, std::vector<YamlNode>& merged);
  bool read_alias(const Event& event, std::size_t depth, YamlNode& node);
  void check_collection_tag(const Event& event, std::string_view expected, const YamlNode& node);
  void merge_into(YamlNode& mapping, const YamlNode& source);
  void drop_duplicates(YamlNode& mapping);
  void close_anchor(const std::string& name, std::size_t index, const YamlNode& node);
  bool spend(std::size_t nodes, TextPosition position);
  TextPosition block_scalar_position(const Event& event) const;
  std::optional<std::size_t> first_indent_below(int line) const;
  void check_block_scalar(const YamlNode& key, const YamlNode& value);

  Event next() { return Event(parser_.get(), stopped_ ? nullptr : fy_parser_parse(parser_.get())); }

  std::string_view text_;
  const YamlLimits& limits_;
  LineIndex lines_;
  std::unique_ptr<fy_diag, DiagnosticsDeleter> diagnostics_;
  std::unique_ptr<fy_parser, ParserDeleter> parser_;
  YamlParse result_;
  std::map<std::string, Anchor, std::less<>> anchors_;
  std::size_t nodes_ = 0;
  std::size_t last_end_ = 0;
  bool stopped_ = false;
};

void Builder::report_syntax_error() {
  if (stopped_) return;
  void* at = nullptr;
  fy_diag_error* error = fy_diag_errors_iterate(diagnostics_.get(), &at);
  if (error == nullptr) {
    stop({1, 1}, "this is no valid YAML");
    return;
  }
  TextPosition position{std::max(error->line, 1), std::max(error->column, 1)};
  if (error->fyt != nullptr)
    if (const fy_mark* mark = fy_token_start_mark(error->fyt))
      position = lines_.at(std::min(mark->input_pos, text_.size()));
  stop(position, cat("YAML syntax: ", error->msg == nullptr ? "invalid text" : error->msg));
}

void Builder::read_stream() {
  std::size_t documents = 0;
  while (!stopped_) {
    Event event = next();
    if (!event) return fy_diag_got_error(diagnostics_.get()) ? report_syntax_error() : void();
    if (event.type() == FYET_STREAM_END) return;
    if (event.type() == FYET_STREAM_START || event.type() == FYET_DOCUMENT_END) continue;
    if (event.type() == FYET_DOCUMENT_START) {
      if (++documents > 1) {
        stop(position_of(event.get()),
             "a second document begins here; only one per file is supported");
      }
      continue;
    }
    read_node(event, 1, result_.root);
  }
}

bool Builder::spend(std::size_t nodes, TextPosition position) {
  nodes_ += nodes;
  if (nodes_ <= limits_.max_nodes) return true;
  return stop(position,
              cat("too many values: more than ", limits_.max_nodes, " after aliases are expanded"));
}

bool Builder::read_node(const Event& event, std::size_t depth, YamlNode& node) {
  node.position = position_of(event.get());
  if (const fy_mark* end = fy_event_end_mark(event.get()))
    last_end_ = std::min(end->input_pos, text_.size());
  if (depth > limits_.max_depth)
    return stop(node.position, cat("nested deeper than ", limits_.max_depth, " levels"));
  if (!spend(1, node.position)) return false;
  if (event.type() == FYET_ALIAS) return read_alias(event, depth, node);
  std::string anchor(event.anchor());
  std::size_t index = result_.anchors.size();
  if (!anchor.empty()) {
    anchors_.insert_or_assign(anchor, Anchor{});
    result_.anchors.push_back({anchor, node.position});
  }
  bool ok = true;
  if (event.type() == FYET_SCALAR) {
    ok = read_scalar(event, node);
  } else if (event.type() == FYET_SEQUENCE_START) {
    check_collection_tag(event, kSequenceTag, node);
    node.style =
        fy_event_get_node_style(event.get()) == FYNS_FLOW ? YamlStyle::Flow : YamlStyle::Block;
    ok = read_sequence(depth, node);
  } else if (event.type() == FYET_MAPPING_START) {
    check_collection_tag(event, kMappingTag, node);
    node.style =
        fy_event_get_node_style(event.get()) == FYNS_FLOW ? YamlStyle::Flow : YamlStyle::Block;
    ok = read_mapping(depth, node);
  } else {
    ok = stop(node.position, "this is no valid YAML");
  }
  if (ok && !anchor.empty()) close_anchor(anchor, index, node);
  return ok;
}

void Builder::close_anchor(const std::string& name, std::size_t index, const YamlNode& node) {
  std::size_t nodes = count_nodes(node);
  // The copy kept for later aliases counts too: it is memory.
  if (!spend(nodes, node.position)) return;
  anchors_.insert_or_assign(name, Anchor{index, node, nodes, height(node), true});
}

void Builder::check_collection_tag(const Event& event, std::string_view expected,
                                   const YamlNode& node) {
  std::string_view tag = text_of(fy_event_get_tag_token(event.get()));
  if (tag.empty() || tag == "!" || tag == expected) return;
  add(node.position, cat("the tag '", tag, "' is not supported here"));
}

TextPosition Builder::block_scalar_position(const Event& event) const {
  const fy_mark* mark = fy_event_start_mark(event.get());
  std::size_t at = mark == nullptr ? 0 : std::min(mark->input_pos, text_.size());
  if (at < text_.size() && (text_[at] == '|' || text_[at] == '>')) return lines_.at(at);
  std::size_t found = text_.find_last_of("|>", at);
  return lines_.at(found == std::string_view::npos ? at : found);
}

// Spaces in front of the first line below `line` that is not blank.
std::optional<std::size_t> Builder::first_indent_below(int line) const {
  while (const auto start = lines_.start_of(++line)) {
    const std::string_view rest = text_.substr(*start);
    const std::string_view content = rest.substr(0, rest.find_first_of("\r\n"));
    const std::size_t indent = content.find_first_not_of(' ');
    if (indent != std::string_view::npos) return indent;
  }
  return std::nullopt;
}

// The lines of a block scalar stand deeper than its key. libfyaml 0.7.12 accepts others as well and
// miscounts them, so that the text ends in bytes that nobody wrote.
void Builder::check_block_scalar(const YamlNode& key, const YamlNode& value) {
  if (value.style != YamlStyle::Literal && value.style != YamlStyle::Folded) return;
  const auto indent = first_indent_below(value.position.line);
  const auto least = static_cast<std::size_t>(key.position.column);
  if (!indent || *indent >= least || trim(value.text).empty()) return;
  add({value.position.line + 1, static_cast<int>(*indent) + 1},
      cat("the text of '", key.text, "' must be indented by at least ", least,
          least == 1 ? " space" : " spaces"));
}

// A plain scalar that is written as it is, which most are; empty for the others.
std::string_view Builder::plain_on_one_line(YamlStyle style, const fy_mark* start,
                                            const fy_mark* end) const {
  if (style != YamlStyle::Plain || start == nullptr || end == nullptr) return {};
  if (end->input_pos > text_.size() || end->input_pos <= start->input_pos) return {};
  const std::string_view raw = text_.substr(start->input_pos, end->input_pos - start->input_pos);
  return raw.find_first_of("\r\n") == std::string_view::npos ? raw : std::string_view();
}

bool Builder::read_scalar(const Event& event, YamlNode& node) {
  fy_token* token = fy_event_get_token(event.get());
  node.style = token == nullptr ? YamlStyle::Plain : style_of(fy_token_scalar_style(token));
  const fy_mark* start = fy_event_start_mark(event.get());
  const fy_mark* end = fy_event_end_mark(event.get());
  if (node.style == YamlStyle::SingleQuoted && start != nullptr && end != nullptr) {
    node.text = unquote_single(text_.substr(start->input_pos, end->input_pos - start->input_pos));
  } else {
    const std::string_view raw = plain_on_one_line(node.style, start, end);
    node.text = std::string(raw.empty() ? text_of(token) : raw);
  }
  if (node.style == YamlStyle::Literal || node.style == YamlStyle::Folded) {
    node.position = block_scalar_position(event);
    if (node.text.find('\0') != std::string::npos || !is_valid_utf8(node.text))
      add(node.position, "the text of this block is not indented in a way that can be read");
  }
  std::string_view tag = text_of(fy_event_get_tag_token(event.get()));
  if (tag.empty()) {
    node.kind = YamlKind::String;
    if (node.style == YamlStyle::Plain) resolve_plain_scalar(node);
    return true;
  }
  if (!is_core_scalar_tag(tag)) {
    add(node.position, cat("the tag '", tag, "' is not supported here"));
  } else if (!resolve_tagged_scalar(node, tag)) {
    add(node.position,
        cat("the value '", node.text, "' on line ", node.position.line, " and column ",
            node.position.column, " is invalid for the type '", tag, "'"));
  }
  return true;
}

bool Builder::read_sequence(std::size_t depth, YamlNode& node) {
  node.kind = YamlKind::Sequence;
  while (true) {
    Event event = next();
    if (!event) return report_syntax_error(), false;
    if (event.type() == FYET_SEQUENCE_END) return true;
    if (!read_node(event, depth + 1, node.items.emplace_back())) return false;
  }
}

bool Builder::read_mapping(std::size_t depth, YamlNode& node) {
  node.kind = YamlKind::Mapping;
  std::vector<YamlNode> merged;
  while (true) {
    Event event = next();
    if (!event) return report_syntax_error(), false;
    if (event.type() == FYET_MAPPING_END) break;
    if (!read_member(event, depth, node, merged)) return false;
  }
  drop_duplicates(node);
  for (const YamlNode& source : merged) merge_into(node, source);
  return !stopped_;
}

// Most mappings are small: comparing all is cheaper than a table then.
bool has_duplicates(const YamlNode& mapping) {
  constexpr std::size_t kSmall = 12;
  const auto& members = mapping.members;
  if (members.size() > kSmall) return true;
  for (std::size_t i = 1; i < members.size(); ++i)
    for (std::size_t k = 0; k < i; ++k)
      if (members[i].first.text == members[k].first.text) return true;
  return false;
}

void Builder::drop_duplicates(YamlNode& mapping) {
  if (!has_duplicates(mapping)) return;
  std::unordered_map<std::string_view, const YamlNode*> seen;
  std::vector<bool> again(mapping.members.size());
  for (std::size_t i = 0; i < mapping.members.size(); ++i) {
    const YamlNode& key = mapping.members[i].first;
    auto [first, fresh] = seen.emplace(key.text, &key);
    if (fresh) continue;
    again[i] = true;
    const TextPosition& at = first->second->position;
    add(key.position,
        cat("the key '", key.text, "' is already defined at line ", at.line, ", column ",
            at.column),
        YamlProblemKind::DuplicateKey);
  }
  if (seen.size() == mapping.members.size()) return;
  std::vector<std::pair<YamlNode, YamlNode>> kept;
  for (std::size_t i = 0; i < mapping.members.size(); ++i)
    if (!again[i]) kept.push_back(std::move(mapping.members[i]));
  mapping.members = std::move(kept);
}

bool Builder::read_member(const Event& key_event, std::size_t depth, YamlNode& mapping,
                          std::vector<YamlNode>& merged) {
  auto& [key, value] = mapping.members.emplace_back();
  if (!read_node(key_event, depth + 1, key)) return false;
  if (!key.is_scalar()) add(key.position, "a mapping key must be a plain text, not a collection");
  bool merge = key.style == YamlStyle::Plain && key.text == "<<" && key.is_string();
  Event value_event = next();
  if (!value_event) return report_syntax_error(), false;
  if (!read_node(value_event, depth + 1, value)) return false;
  if (value_event.type() == FYET_SCALAR) check_block_scalar(key, value);
  if (!merge) return true;
  auto member = std::move(mapping.members.back());
  mapping.members.pop_back();
  return read_merge(member.first.position, std::move(member.second), merged);
}

bool Builder::read_merge(TextPosition position, YamlNode value, std::vector<YamlNode>& merged) {
  if (limits_.merge == YamlMerge::Reject) {
    add(position,
        "merge keys ('<<') are not supported; repeat the keys or use an alias for "
        "the whole value",
        YamlProblemKind::MergeKey);
    return !stopped_;
  }
  if (value.is_sequence()) {
    for (YamlNode& item : value.items) merged.push_back(std::move(item));
  } else {
    merged.push_back(std::move(value));
  }
  return true;
}

void Builder::merge_into(YamlNode& mapping, const YamlNode& source) {
  if (!source.is_mapping()) {
    add(source.position, "the value of '<<' must be a mapping or a list of mappings");
    return;
  }
  for (const auto& member : source.members)
    if (mapping.find_key(member.first.text) == nullptr) mapping.members.push_back(member);
}

bool Builder::read_alias(const Event& event, std::size_t depth, YamlNode& node) {
  std::string_view name = text_of(fy_event_get_token(event.get()));
  auto found = anchors_.find(name);
  TextPosition position = node.position;
  if (found == anchors_.end()) {
    add(position, cat("the alias '*", name, "' has no anchor '&", name, "' before it"),
        YamlProblemKind::UnknownAlias);
    return !stopped_;
  }
  const Anchor& anchor = found->second;
  if (!anchor.complete)
    return stop(position, cat("the alias '*", name, "' stands inside its own anchor"));
  if (depth + anchor.height - 1 > limits_.max_depth)
    return stop(position, cat("nested deeper than ", limits_.max_depth, " levels"));
  if (!spend(anchor.nodes, position)) return false;
  ++result_.anchors[anchor.index].uses;
  node = anchor.node;
  node.position = position;
  return true;
}

Json number_to_json(double number) {
  if (std::isnan(number)) return Json("NaN");
  if (std::isinf(number)) return Json(number < 0 ? "-Infinity" : "Infinity");
  constexpr double kExact = 9007199254740992.0;  // 2^53
  if (number == std::floor(number) && std::abs(number) <= kExact)
    return Json(static_cast<std::int64_t>(number));
  return Json(number);
}

}  // namespace

YamlNode::YamlNode() = default;
YamlNode::~YamlNode() = default;
YamlNode::YamlNode(const YamlNode&) = default;
YamlNode::YamlNode(YamlNode&&) noexcept = default;
YamlNode& YamlNode::operator=(const YamlNode&) = default;
YamlNode& YamlNode::operator=(YamlNode&&) noexcept = default;

const YamlNode* YamlNode::find(std::string_view key) const {
  for (const auto& member : members)
    if (member.first.text == key) return &member.second;
  return nullptr;
}

const YamlNode* YamlNode::find_key(std::string_view key) const {
  for (const auto& member : members)
    if (member.first.text == key) return &member.first;
  return nullptr;
}

bool YamlParse::is_readable() const {
  return std::all_of(problems.begin(), problems.end(), [](const YamlProblem& problem) {
    return problem.kind == YamlProblemKind::DuplicateKey ||
           problem.kind == YamlProblemKind::MergeKey;
  });
}

namespace {

// Where a comment that stopped the parser begins right behind a closing bracket.
std::optional<std::size_t> comment_behind_bracket(std::string_view text, const YamlParse& parse) {
  if (parse.problems.empty()) return std::nullopt;
  const TextPosition at = parse.problems.back().position;
  std::size_t begin = 0;
  for (int line = 1; line < at.line; ++line) begin = text.find('\n', begin) + 1;
  const std::size_t offset = begin + static_cast<std::size_t>(at.column) - 1;
  const bool found = offset > 0 && offset < text.size() && text[offset] == '#' &&
                     (text[offset - 1] == ']' || text[offset - 1] == '}');
  return found ? std::optional(offset) : std::nullopt;
}

// libfyaml wants a blank before a comment also there, other readers, GitHub's among them, do not.
// Nothing but the comment moves.
YamlParse parse_text(std::string_view text, const YamlLimits& limits) {
  constexpr int kMostComments = 16;
  YamlParse parse = Builder(text, limits).run();
  std::string spaced;
  for (int i = 0; i < kMostComments; ++i) {
    const auto comment = comment_behind_bracket(spaced.empty() ? text : spaced, parse);
    if (!comment) break;
    if (spaced.empty()) spaced = text;
    spaced.insert(*comment, 1, ' ');
    parse = Builder(spaced, limits).run();
  }
  return parse;
}

}  // namespace

YamlParse parse_yaml(std::string_view text, const YamlLimits& limits) {
  YamlParse refused;
  if (text.size() > limits.max_bytes) {
    refused.problems.push_back(
        {{1, 1},
         cat("the file has ", text.size(), " bytes; at most ", limits.max_bytes, " are allowed"),
         YamlProblemKind::Syntax});
    return refused;
  }
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  if (std::size_t bad = find_bad_byte(text); bad != std::string_view::npos) {
    auto byte = static_cast<unsigned char>(text[bad]);
    refused.problems.push_back({LineIndex(text).at(bad),
                                byte < 0x80
                                    ? cat("control character ", int{byte}, " is not allowed")
                                    : std::string("the text is not valid UTF-8; save the file "
                                                  "as UTF-8"),
                                YamlProblemKind::Syntax});
    return refused;
  }
  if (const std::size_t tab = find_deadly_tab(text); tab != std::string_view::npos) {
    refused.problems.push_back({LineIndex(text).at(tab),
                                "YAML syntax: a tab behind a colon and a '?'; use spaces",
                                YamlProblemKind::Syntax});
    return refused;
  }
  YamlParse parse = parse_text(text, limits);
  std::stable_sort(
      parse.problems.begin(), parse.problems.end(),
      [](const YamlProblem& a, const YamlProblem& b) { return a.position < b.position; });
  return parse;
}

Result<YamlNode> load_yaml(std::string_view text, std::string_view file_name,
                           const YamlLimits& limits) {
  YamlParse parse = parse_yaml(text, limits);
  if (parse.problems.empty()) {
    // An empty document is a null that stands nowhere.
    if (parse.root.position.line == 0) parse.root.position = {1, 1};
    return std::move(parse.root);
  }
  const YamlProblem& first = parse.problems.front();
  return invalid_input(
      cat(file_name, ":", first.position.line, ":", first.position.column, ": ", first.message));
}

Json to_json(const YamlNode& node) {
  switch (node.kind) {
    case YamlKind::Null:
      return nullptr;
    case YamlKind::Boolean:
      return node.boolean;
    case YamlKind::Number:
      return number_to_json(node.number);
    case YamlKind::String:
      return Json(node.text);
    case YamlKind::Sequence: {
      JsonArray array;
      for (const YamlNode& item : node.items) array.push_back(to_json(item));
      return array;
    }
    case YamlKind::Mapping: {
      JsonObject object;
      for (const auto& [key, value] : node.members)
        object.insert_or_assign(key.text, to_json(value));
      return object;
    }
  }
  return nullptr;
}

}  // namespace sluice
