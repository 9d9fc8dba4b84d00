// The languages this program reads, in the order in which they are asked.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "pipeline/ports/language.h"

namespace sluice::engine {

class Languages {
 public:
  void add(std::unique_ptr<pipeline::Language> language);
  const pipeline::Language* find(std::string_view name) const;
  const pipeline::Language* for_file(std::string_view path) const;

 private:
  std::vector<std::unique_ptr<pipeline::Language>> languages_;
};

}  // namespace sluice::engine
