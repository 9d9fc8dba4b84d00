#include "pipeline/github/file_commands.h"

#include <algorithm>

#include "base/strings.h"

namespace sluice::pipeline::github {
namespace {

// Lines end with "\n" alone, as the runner has it on Linux: a "\r" is part of the text.
class Lines {
 public:
  explicit Lines(std::string_view text) : text_(text) {
    constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
    if (text_.starts_with(kByteOrderMark)) text_.remove_prefix(kByteOrderMark.size());
  }

  struct Line {
    std::string_view text;
    bool ended = true;  // false on a last line without "\n"
  };

  bool done() const { return at_ >= text_.size(); }
  int number() const { return number_; }

  Line next() {
    const std::size_t feed = text_.find('\n', at_);
    Line line;
    if (feed == std::string_view::npos) {
      line.text = text_.substr(at_);
      line.ended = false;
      at_ = text_.size();
    } else {
      line.text = text_.substr(at_, feed - at_);
      at_ = feed + 1;
    }
    ++number_;
    return line;
  }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
  int number_ = 0;
};

// Of a long line nothing: what is cut off may be the rest of a secret, which would not be masked.
std::string found(std::string_view line) {
  constexpr std::size_t kLongest = 80;
  if (line.size() <= kLongest) return cat("got '", line, "'");
  return cat("got ", line.size(), " bytes without '=' or '<<'");
}

Error line_error(int line, std::string_view message) {
  return invalid_input(cat("line ", line, ": ", message));
}

Result<std::string> read_heredoc(Lines& lines, std::string_view name, std::string_view delimiter) {
  const int start = lines.number();
  std::string value;
  bool first = true;
  while (!lines.done()) {
    const Lines::Line line = lines.next();
    if (line.text == delimiter) return value;
    if (!line.ended) break;
    if (!first) value += '\n';
    value += line.text;
    first = false;
  }
  return line_error(start,
                    cat("the value of '", name, "' never ends: no line is '", delimiter, "'"));
}

}  // namespace

Result<std::vector<std::pair<std::string, std::string>>> parse_name_values(std::string_view text) {
  std::vector<std::pair<std::string, std::string>> pairs;
  Lines lines(text);
  while (!lines.done()) {
    const Lines::Line line = lines.next();
    if (line.text.empty()) continue;
    const std::size_t equals = line.text.find('=');
    const std::size_t heredoc = line.text.find("<<");
    const std::size_t cut = std::min(equals, heredoc);
    if (cut == std::string_view::npos)
      return line_error(lines.number(),
                        cat("expected 'name=value' or 'name<<DELIMITER', ", found(line.text)));
    if (cut == 0) return line_error(lines.number(), "the name before '=' or '<<' is empty");
    const std::string_view name = line.text.substr(0, cut);
    if (equals < heredoc) {
      pairs.emplace_back(name, line.text.substr(equals + 1));
      continue;
    }
    const std::string_view delimiter = line.text.substr(heredoc + 2);
    if (delimiter.empty()) return line_error(lines.number(), "the delimiter after '<<' is empty");
    pairs.emplace_back(name, TRY(read_heredoc(lines, name, delimiter)));
  }
  return pairs;
}

std::vector<std::string> parse_path_lines(std::string_view text) {
  std::vector<std::string> paths;
  Lines lines(text);
  while (!lines.done())
    if (const Lines::Line line = lines.next(); !trim(line.text).empty())
      paths.emplace_back(line.text);
  return paths;
}

}  // namespace sluice::pipeline::github
