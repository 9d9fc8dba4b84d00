// Collects what the checks find in one file: each mistake once, although aliases show a part of the
// file several times. One file, one thread.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "pipeline/diagnostic.h"

namespace sluice::pipeline::github {

class Mistakes {
 public:
  // `text` is the whole file and outlives this.
  Mistakes(std::string file, std::string_view text) : file_(std::move(file)), text_(text) {}

  void error(TextPosition position, std::string_view rule, std::string message);
  void warning(TextPosition position, std::string_view rule, std::string message);

  std::string_view text() const { return text_; }
  std::vector<Diagnostic> take();  // by position

 private:
  void add(Severity severity, TextPosition position, std::string_view rule, std::string message);

  std::string file_;
  std::string_view text_;
  std::vector<Diagnostic> found_;
  std::set<std::tuple<TextPosition, std::string, std::string>> seen_;
};

// Both lists as one, by position. What `preferred` says about a place is not said again by `others`
// in other words, unless they take it for worse: then theirs remains.
std::vector<Diagnostic> merge_findings(std::vector<Diagnostic> preferred,
                                       std::vector<Diagnostic> others);

}  // namespace sluice::pipeline::github
