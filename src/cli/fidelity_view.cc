#include "cli/fidelity_view.h"

#include <algorithm>

#include "base/strings.h"
#include "cli/style.h"
#include "pipeline/github/language_features.h"

namespace sluice::cli {
namespace {

using pipeline::github::Feature;
using pipeline::github::FeatureKind;
using pipeline::github::Fidelity;
using pipeline::github::LanguageFeature;
using pipeline::github::LanguagePart;
using pipeline::github::Rating;
using pipeline::github::rating_of;
using pipeline::github::rating_remark;

constexpr Rating kRatings[] = {Rating::Honoured, Rating::Approximated, Rating::NotHonoured};

Colour colour_of(Rating rating) {
  switch (rating) {
    case Rating::Honoured:
      return Colour::Green;
    case Rating::Approximated:
      return Colour::Yellow;
    case Rating::NotHonoured:
      return Colour::Red;
  }
  UNREACHABLE();
}

std::string place_of(const Feature& feature) {
  const auto& first = feature.places.front();
  return cat(first.file, ":", first.position.line, ":", first.position.column);
}

std::string group_table(const Fidelity& fidelity, FeatureKind group, TerminalKind kind) {
  std::vector<std::vector<std::string>> rows;
  for (const Feature& feature : fidelity.features) {
    if (feature.kind != group) continue;
    rows.push_back({feature.name, paint(kind, colour_of(feature.rating), to_string(feature.rating)),
                    cat(feature.places.size()), place_of(feature)});
    if (!feature.remark.empty()) rows.back().push_back(feature.remark);
  }
  if (rows.empty()) return {};
  return table(kind, {to_upper(to_string(group)), "RATING", "USES", "FIRST USE", "HOW"}, rows) +
         "\n";
}

std::string counts(const Fidelity& fidelity, FeatureKind group, TerminalKind kind) {
  std::vector<std::string> parts;
  for (const Rating rating : kRatings)
    if (const std::size_t n = fidelity.count(group, rating); n > 0)
      parts.push_back(paint(kind, colour_of(rating), cat(n, " ", to_string(rating))));
  return cat(plural(fidelity.count(group), to_string(group)), ": ", join(parts, ", "));
}

// A word of the language in Markdown: `|` would end the cell of a table.
std::string quoted(std::string_view name) {
  return cat("`", replace_all(std::string(name), "|", "\\|"), "`");
}

std::string name_of(const LanguageFeature& feature) {
  switch (feature.part) {
    case LanguagePart::ActionKey:
      return quoted(cat("action: ", feature.name));
    case LanguagePart::Event:
      return quoted(cat("on.", feature.name));
    case LanguagePart::Command:
      return quoted(cat("::", feature.name, "::"));
    case LanguagePart::Context:
      return cat("context ", quoted(feature.name));
    case LanguagePart::Runner:
      return cat("runner ", quoted(feature.name));
    case LanguagePart::Shell:
      return quoted(cat("shell: ", feature.name));
    default:
      return quoted(feature.name);
  }
}

// What of the language has this rating, alike things in one row. What is part of something that
// stands here is left out.
std::string short_table(const std::vector<LanguageFeature>& all, Rating rating) {
  std::vector<std::pair<std::string, std::string>> rows;  // remark, names
  for (const LanguageFeature& feature : all) {
    if (rating_of(feature.use) != rating || feature.inherited) continue;
    const std::string remark = rating_remark(feature.use, feature.remark);
    const auto same = std::find_if(rows.begin(), rows.end(),
                                   [&](const auto& row) { return row.first == remark; });
    if (same == rows.end())
      rows.emplace_back(remark, name_of(feature));
    else
      same->second += ", " + name_of(feature);
  }
  std::string text =
      cat("| what | ", rating == Rating::NotHonoured ? "what happens instead" : "how",
          " |\n|---|---|\n");
  for (const auto& [remark, names] : rows) text += cat("| ", names, " | ", remark, " |\n");
  return text;
}

std::string part_table(const std::vector<LanguageFeature>& all, LanguagePart part) {
  std::string text = cat("\n### ", to_string(part), "\n| name | rating | |\n|---|---|---|\n");
  for (const LanguageFeature& feature : all) {
    if (feature.part != part) continue;
    std::string remark = rating_remark(feature.use, feature.remark);
    if (remark.empty()) remark = feature.remark;
    const std::string between = remark.empty() || feature.summary.empty() ? "" : "; ";
    text += cat("| ", quoted(feature.name), " | ", to_string(rating_of(feature.use)), " | ",
                feature.summary, between, remark, " |\n");
  }
  return text;
}

constexpr std::string_view kIntroduction =
    R"(# What of GitHub Actions is honoured
This page is what `sluice fidelity --all` prints; a test compares the two. `sluice fidelity FILE…` says the same of what
given workflows use, with the place of the first use; with `--strict` it exits with 1 when anything is not honoured.

- **honoured**: does here what it does on GitHub.
- **approximated**: does it in another way, or in part. A key or a runner that is approximated is a note of `sluice lint` and `sluice plan`.
- **not honoured**, *noted*: is read and checked, has no effect here, and is said in the notes or in the log of the step.
- **not honoured**, *refused before the run*: a job that holds it is planned and shown, and is not started.

How things are honoured that need more words: [github_actions.md](github_actions.md).

)";

}  // namespace

std::string fidelity_text(const Fidelity& fidelity, TerminalKind kind) {
  std::string text;
  std::vector<std::string> summary;
  for (const FeatureKind group : {FeatureKind::Key, FeatureKind::Action, FeatureKind::Runner}) {
    text += group_table(fidelity, group, kind);
    if (fidelity.count(group) > 0) summary.push_back(counts(fidelity, group, kind));
  }
  return cat(text, summary.empty() ? "nothing is used" : join(summary, "; "), "\n");
}

std::string language_page() {
  const std::vector<LanguageFeature> all = pipeline::github::language_features();
  std::string text(kIntroduction);
  text += cat("## Not honoured yet\n", short_table(all, Rating::NotHonoured));
  text += cat("\n## Approximated\n", short_table(all, Rating::Approximated));
  text += "\n## Everything\n";
  for (std::size_t i = 0; i < all.size(); ++i)
    if (i == 0 || all[i].part != all[i - 1].part) text += part_table(all, all[i].part);
  return text;
}

Json language_json() {
  JsonArray features;
  for (const LanguageFeature& feature : pipeline::github::language_features()) {
    JsonObject object{{"part", to_string(feature.part)},
                      {"name", feature.name},
                      {"rating", to_string(rating_of(feature.use))}};
    const std::string remark = rating_remark(feature.use, feature.remark);
    if (!remark.empty()) object["remark"] = remark;
    if (!feature.summary.empty()) object["summary"] = feature.summary;
    features.push_back(std::move(object));
  }
  return features;
}

}  // namespace sluice::cli
