// GitHub Actions workflows as a pipeline language. Thread-safe; remembers only the last texts that
// references() parsed, so that read(), which follows, need not parse them again.
#pragma once

#include <memory>

#include "pipeline/ports/language.h"

namespace sluice::pipeline::github {

class RecentParses;

class GithubLanguage final : public Language {
 public:
  GithubLanguage();
  ~GithubLanguage() override;
  std::string_view name() const override { return "github"; }
  std::string_view version() const override { return "3"; }
  // .github/workflows/*.yml and *.yaml, wherever that folder is in the path.
  bool reads(std::string_view path) const override;
  std::vector<std::string> references(std::string_view path, std::string_view text) const override;
  std::unique_ptr<const ReadPipeline> read(const SourceFile& file) const override;

 private:
  std::unique_ptr<RecentParses> recent_;
};

}  // namespace sluice::pipeline::github
