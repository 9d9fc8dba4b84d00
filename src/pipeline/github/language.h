// GitHub Actions workflows as a pipeline language. Thread-safe (no state).
#pragma once

#include "pipeline/ports/language.h"

namespace sluice::pipeline::github {

class GithubLanguage final : public Language {
 public:
  std::string_view name() const override { return "github"; }
  std::string_view version() const override { return "3"; }
  // .github/workflows/*.yml and *.yaml, wherever that folder is in the path.
  bool reads(std::string_view path) const override;
  std::vector<std::string> references(std::string_view path, std::string_view text) const override;
  std::unique_ptr<const ReadPipeline> read(const SourceFile& file) const override;
};

}  // namespace sluice::pipeline::github
