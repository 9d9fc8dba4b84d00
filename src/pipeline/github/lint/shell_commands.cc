#include "pipeline/github/lint/shell_commands.h"

#include <algorithm>
#include <array>

#include "base/strings.h"

namespace sluice::pipeline::github {
namespace {

struct Word {
  std::string text;
  bool quoted = false;
};

bool is_one_of(std::string_view word, std::span<const std::string_view> words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

bool is_name_character(char c) {
  return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool is_assignment(const Word& word) {
  const std::size_t equals = word.text.find('=');
  if (equals == 0 || equals == std::string::npos) return false;
  return std::all_of(word.text.begin(), word.text.begin() + static_cast<std::ptrdiff_t>(equals),
                     is_name_character);
}

class Scanner {
 public:
  explicit Scanner(std::string_view script) : script_(script) {}

  std::vector<ShellCommand> run() {
    while (at_ < script_.size()) step();
    finish_command(Joint::End);
    return std::move(commands_);
  }

 private:
  char peek(std::size_t ahead = 0) const {
    return at_ + ahead < script_.size() ? script_[at_ + ahead] : '\0';
  }

  void step() {
    const char c = peek();
    if (c == '\\' && peek(1) == '\n') {
      finish_word();
      at_ += 2;
    } else if (c == ' ' || c == '\t' || c == '\r') {
      finish_word();
      ++at_;
    } else if (c == '\n') {
      finish_command(Joint::End);
      ++at_;
      skip_here_documents();
    } else if (c == '#' && !in_word_) {
      while (at_ < script_.size() && peek() != '\n') ++at_;
    } else if (!operator_at(c)) {
      word_character(c);
    }
  }

  // Whether an operator stood there; it is consumed.
  bool operator_at(char c) {
    switch (c) {
      case ';':
      case '(':
      case ')':
        finish_command(Joint::End);
        ++at_;
        return true;
      case '&':
        if (peek(1) == '&') {
          finish_command(Joint::And);
          at_ += 2;
        } else if (peek(1) == '>') {
          redirect(2);
        } else {
          finish_command(Joint::End);
          ++at_;
        }
        return true;
      case '|':
        finish_command(peek(1) == '|' ? Joint::Or : Joint::Pipe);
        at_ += peek(1) == '|' || peek(1) == '&' ? 2 : 1;
        return true;
      case '>':
        if (peek(1) == '&') return redirect_to_descriptor();
        redirect(peek(1) == '>' || peek(1) == '|' ? 2 : 1);
        return true;
      case '<':
        return input_at();
      default:
        return false;
    }
  }

  bool redirect_to_descriptor() {
    drop_number();
    at_ += 2;
    while (peek() == '-' || (peek() >= '0' && peek() <= '9')) ++at_;
    return true;
  }

  void redirect(std::size_t length) {
    drop_number();
    at_ += length;
    next_is_target_ = true;
  }

  // The `2` of `2>`.
  void drop_number() {
    const bool number =
        !word_.quoted && word_.text.size() == 1 && word_.text[0] >= '0' && word_.text[0] <= '9';
    if (number) {
      word_ = {};
      in_word_ = false;
    } else {
      finish_word();
    }
  }

  bool input_at() {
    finish_word();
    if (script_.substr(at_, 3) == "<<<") {
      at_ += 3;
    } else if (script_.substr(at_, 2) == "<<") {
      at_ += peek(2) == '-' ? 3 : 2;
      next_is_end_marker_ = true;
    } else if (peek(1) == '(') {
      at_ += 1;
      take_balanced('(', ')');
      in_word_ = true;
    } else {
      ++at_;
    }
    return true;
  }

  void word_character(char c) {
    if (!in_word_) start_word();
    if (c == '\'') {
      quoted_until('\'');
    } else if (c == '"') {
      double_quoted();
    } else if (c == '\\') {
      word_.text += peek(1);
      at_ = std::min(at_ + 2, script_.size());
      word_.quoted = true;
    } else if (c == '`') {
      quoted_until('`');
    } else if (c == '$' && (peek(1) == '(' || peek(1) == '{')) {
      word_.text += c;
      ++at_;
      take_balanced(peek(), peek() == '(' ? ')' : '}');
    } else {
      word_.text += c;
      ++at_;
    }
    last_ = at_;
  }

  void start_word() {
    in_word_ = true;
    if (!in_command_) begin_ = at_;
    in_command_ = true;
  }

  void quoted_until(char end) {
    word_.quoted = true;
    ++at_;
    while (at_ < script_.size() && peek() != end) word_.text += script_[at_++];
    at_ = std::min(at_ + 1, script_.size());
  }

  void double_quoted() {
    word_.quoted = true;
    ++at_;
    while (at_ < script_.size() && peek() != '"') {
      if (peek() == '\\' && at_ + 1 < script_.size()) {
        word_.text += script_[at_ + 1];
        at_ += 2;
      } else if (peek() == '$' && (peek(1) == '(' || peek(1) == '{')) {
        word_.text += '$';
        ++at_;
        take_balanced(peek(), peek() == '(' ? ')' : '}');
      } else {
        word_.text += script_[at_++];
      }
    }
    at_ = std::min(at_ + 1, script_.size());
  }

  void take_balanced(char open, char close) {
    int depth = 0;
    while (at_ < script_.size()) {
      const char c = script_[at_++];
      word_.text += c;
      if (c == open) ++depth;
      if (c == close && --depth == 0) return;
    }
  }

  void finish_word() {
    if (!in_word_) return;
    if (next_is_end_marker_)
      here_documents_.push_back(word_.text);
    else if (next_is_target_)
      command_.redirected = word_.text;
    else
      words_.push_back(word_);
    next_is_end_marker_ = next_is_target_ = false;
    word_ = {};
    in_word_ = false;
  }

  void finish_command(Joint after) {
    finish_word();
    if (in_command_) {
      command_.begin = begin_;
      command_.end = last_;
      command_.after = after;
      take_words();
      commands_.push_back(std::move(command_));
    }
    command_ = {};
    words_.clear();
    in_command_ = next_is_target_ = next_is_end_marker_ = false;
  }

  // Keywords and assignments in front say how, not what.
  void take_words() {
    static constexpr std::string_view kPassed[] = {"then", "else", "do",      "{",
                                                   "time", "exec", "command", "sudo"};
    static constexpr std::string_view kConditions[] = {"if", "elif", "while", "until", "!"};
    std::size_t first = 0;
    for (; first < words_.size(); ++first) {
      const Word& word = words_[first];
      if (!word.quoted && is_one_of(word.text, kConditions))
        command_.position = Position::Condition;
      else if (!is_assignment(word) && (word.quoted || !is_one_of(word.text, kPassed)))
        break;
    }
    for (; first < words_.size(); ++first) command_.words.push_back(std::move(words_[first].text));
  }

  void skip_here_documents() {
    for (const std::string& marker : here_documents_) {
      while (at_ < script_.size()) {
        const std::size_t end = std::min(script_.find('\n', at_), script_.size());
        const std::string_view line = script_.substr(at_, end - at_);
        at_ = std::min(end + 1, script_.size());
        if (trim(line) == marker) break;
      }
    }
    here_documents_.clear();
  }

  std::string_view script_;
  std::size_t at_ = 0;
  std::size_t begin_ = 0;
  std::size_t last_ = 0;
  Word word_;
  bool in_word_ = false;
  bool in_command_ = false;
  bool next_is_target_ = false;
  bool next_is_end_marker_ = false;
  std::vector<Word> words_;
  std::vector<std::string> here_documents_;
  ShellCommand command_;
  std::vector<ShellCommand> commands_;
};

class ExpansionScanner {
 public:
  ExpansionScanner(std::string_view text, std::size_t begin) : text_(text), at_(begin) {}

  std::vector<Expansion> run() {
    while (at_ < text_.size()) step();
    return std::move(found_);
  }

 private:
  bool here(std::string_view word) const { return text_.substr(at_).starts_with(word); }

  void step() {
    const char c = text_[at_];
    if (here("${{")) {
      const std::size_t begin = at_;
      at_ = std::min(text_.find("}}", at_), text_.size() - 2) + 2;
      found_.push_back({begin, at_, {}});
    } else if (quote_ == '\'') {
      if (c == '\'') quote_ = 0;
      ++at_;
    } else if (c == '\\') {
      at_ += 2;
    } else if (c == '"' || c == '\'') {
      if (c == '"' || quote_ == 0) quote_ = quote_ == c ? '\0' : c;
      ++at_;
    } else if (c == '`') {
      at_ = std::min(text_.find('`', at_ + 1), text_.size() - 1) + 1;
    } else if (here("$(")) {
      skip_balanced('(', ')');
    } else if (c == '$') {
      variable();
    } else {
      ++at_;
    }
  }

  void variable() {
    const std::size_t begin = at_;
    const bool braces = here("${");
    std::size_t end = at_ += braces ? 2 : 1;
    while (end < text_.size() && is_name_character(text_[end])) ++end;
    std::string name(text_.substr(at_, end - at_));
    at_ = end;
    if (braces) {
      const std::string_view rest = text_.substr(end, 2);
      const bool as_it_is = rest.starts_with('}') || rest.starts_with('-') || rest == ":-" ||
                            rest.starts_with('?') || rest == ":?";
      if (!as_it_is) name.clear();
      at_ = begin + 1;
      skip_balanced('{', '}');
    }
    if (!name.empty()) found_.push_back({begin, at_, std::move(name)});
  }

  void skip_balanced(char open, char close) {
    int depth = 0;
    while (at_ < text_.size()) {
      const char c = text_[at_++];
      if (c == open) ++depth;
      if (c == close && --depth == 0) return;
    }
  }

  std::string_view text_;
  std::size_t at_;
  char quote_ = 0;
  std::vector<Expansion> found_;
};

}  // namespace

std::string_view ShellCommand::program() const {
  if (words.empty()) return {};
  const std::string_view first = words.front();
  return first.substr(first.rfind('/') + 1);
}

bool ShellCommand::begins_with(std::string_view words_in_order) const {
  const auto take_first = [&] {
    const std::string_view first = words_in_order.substr(0, words_in_order.find(' '));
    words_in_order.remove_prefix(std::min(first.size() + 1, words_in_order.size()));
    return first;
  };
  if (words.empty() || program() != take_first()) return false;
  for (std::size_t i = 1; !words_in_order.empty(); ++i)
    if (i >= words.size() || words[i] != take_first()) return false;
  return true;
}

bool ShellCommand::has_word(std::string_view word) const {
  return std::find(words.begin(), words.end(), word) != words.end();
}

std::string ShellCommand::option(std::string_view name) const {
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i] == name && i + 1 < words.size()) return words[i + 1];
    if (words[i].starts_with(cat(name, "="))) return words[i].substr(name.size() + 1);
  }
  return {};
}

std::vector<ShellCommand> shell_commands(std::string_view script) {
  return Scanner(script).run();
}

std::vector<Expansion> plain_expansions(std::string_view script, std::size_t begin,
                                        std::size_t end) {
  return ExpansionScanner(script.substr(0, end), begin).run();
}

}  // namespace sluice::pipeline::github
