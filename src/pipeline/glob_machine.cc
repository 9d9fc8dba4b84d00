#include "pipeline/glob_machine.h"

#include <algorithm>

#include "pipeline/expression/case_mapping.h"

namespace sluice::pipeline {
namespace {

// Two states for each token: 2i before it, 2i + 1 inside it.
class Automaton {
 public:
  explicit Automaton(const std::vector<GlobToken>& tokens)
      : tokens_(tokens), states_(2 * tokens.size() + 2), next_(states_.size()) {
    enter(0, states_);
  }

  void feed(char32_t c) {
    std::fill(next_.begin(), next_.end(), false);
    for (std::size_t i = 0; i < tokens_.size(); ++i) {
      if (states_[2 * i]) step(i, c);
      if (states_[2 * i + 1]) step_inside(i, c);
    }
    states_.swap(next_);
  }

  bool accepts() const { return states_[2 * tokens_.size()]; }

 private:
  // The state before token `i`, and those behind tokens that may be empty.
  void enter(std::size_t i, std::vector<bool>& states) const {
    while (!states[2 * i]) {
      states[2 * i] = true;
      if (i == tokens_.size()) return;
      const GlobToken& token = tokens_[i];
      if (token.kind == GlobTokenKind::Set && token.count != GlobCount::ZeroOrOne) return;
      ++i;
    }
  }

  void step(std::size_t i, char32_t c) {
    const GlobToken& token = tokens_[i];
    switch (token.kind) {
      case GlobTokenKind::Set:
        if (!token.accepts(c)) return;
        enter(i + 1, next_);
        if (token.count == GlobCount::OneOrMore) next_[2 * i + 1] = true;
        return;
      case GlobTokenKind::Segment:
        if (c != '/') enter(i, next_);
        return;
      case GlobTokenKind::Anything:
        enter(i, next_);
        return;
      case GlobTokenKind::Directories:
        step_inside(i, c);
        return;
    }
  }

  void step_inside(std::size_t i, char32_t c) {
    if (tokens_[i].kind == GlobTokenKind::Set) {
      step(i, c);
      return;
    }
    next_[2 * i + 1] = true;
    if (c == '/') enter(i + 1, next_);
  }

  const std::vector<GlobToken>& tokens_;
  std::vector<bool> states_;
  std::vector<bool> next_;
};

}  // namespace

bool GlobToken::accepts(char32_t c) const {
  bool inside = std::any_of(ranges.begin(), ranges.end(), [&](const auto& range) {
    return c >= range.first && c <= range.second;
  });
  return inverted ? !inside && c != '/' : inside;
}

GlobToken glob_character(char32_t c) {
  GlobToken token;
  token.ranges.emplace_back(c, c);
  return token;
}

bool glob_matches(const std::vector<GlobToken>& tokens, std::string_view text) {
  Automaton automaton(tokens);
  for (std::size_t at = 0; at < text.size();) automaton.feed(next_character(text, at));
  return automaton.accepts();
}

}  // namespace sluice::pipeline
