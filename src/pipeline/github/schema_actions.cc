// The built-in actions: their inputs, and what becomes of each.
#include "base/strings.h"
#include "pipeline/github/schema.h"

namespace sluice::pipeline::github {
namespace {

constexpr KeyUse kHonoured = KeyUse::Honoured;
constexpr KeyUse kApproximated = KeyUse::Approximated;
constexpr KeyUse kInforms = KeyUse::Informs;
constexpr KeyUse kFails = KeyUse::Fails;
constexpr KeyUse kSilent = KeyUse::Silent;

constexpr std::string_view kAllHistory = "the clone has the whole history and all tags";
constexpr std::string_view kNoNetwork = "nothing is downloaded";
constexpr std::string_view kOwnClone = "not needed: the clone is of the repository at hand";
constexpr std::string_view kAsItIs = "contents are kept as they are";
constexpr std::string_view kKept = "recorded; an artifact stays as long as its run";

constexpr InputRule kCache[] = {
    {"path"},
    {"key"},
    {"restore-keys"},
    {"upload-chunk-size", kInforms, kAsItIs},
    {"enableCrossOsArchive", kApproximated, "there is one host, so nothing crosses", "false"},
    {"fail-on-cache-miss"},
    {"lookup-only"},
    {"save-always", kInforms, "write actions/cache/save with if: always()", "false"},
};
constexpr InputRule kRestore[] = {
    {"path"},
    {"key"},
    {"restore-keys"},
    {"enableCrossOsArchive", kApproximated, "there is one host, so nothing crosses", "false"},
    {"fail-on-cache-miss"},
    {"lookup-only"},
};
constexpr InputRule kSave[] = {
    {"path"},
    {"key"},
    {"upload-chunk-size", kInforms, kAsItIs},
    {"enableCrossOsArchive", kApproximated, "there is one host, so nothing crosses", "false"},
};
constexpr InputRule kCheckout[] = {
    {"repository", kFails, "only the repository at hand can be checked out",
     "${{ github.repository }}"},
    {"ref"},
    {"token", kApproximated, kOwnClone},
    {"ssh-key", kInforms, kOwnClone},
    {"ssh-known-hosts", kApproximated, kOwnClone},
    {"ssh-strict", kApproximated, kOwnClone},
    {"ssh-user", kApproximated, kOwnClone},
    {"persist-credentials", kApproximated, "there are none to keep: the workspace cannot push",
     "false"},
    {"path"},
    {"clean", kApproximated, "the folder is always emptied before", "true"},
    {"filter", kInforms, kAllHistory},
    {"sparse-checkout", kInforms, "all files are there"},
    {"sparse-checkout-cone-mode", kApproximated, "all files are there"},
    {"fetch-depth", kApproximated, kAllHistory, "0"},
    {"fetch-tags", kApproximated, kAllHistory, "true"},
    {"show-progress", kSilent},
    {"lfs", kFails, "run git lfs pull in a step", "false"},
    {"submodules", kFails, "run git submodule update in a step", "false"},
    {"set-safe-directory", kSilent},
    {"github-server-url", kApproximated, kOwnClone},
    {"allow-unsafe-pr-checkout", kSilent},
};
constexpr InputRule kUpload[] = {
    {"name"},
    {"path"},
    {"if-no-files-found"},
    {"retention-days", kApproximated, kKept},
    {"compression-level", kApproximated, kAsItIs},
    {"overwrite"},
    {"include-hidden-files"},
    {"archive"},
};
constexpr InputRule kMerge[] = {
    {"name"},
    {"pattern"},
    {"separate-directories"},
    {"delete-merged"},
    {"retention-days", kApproximated, kKept},
    {"compression-level", kApproximated, kAsItIs},
    {"overwrite"},
    {"include-hidden-files"},
};
constexpr InputRule kDownload[] = {
    {"name"},
    {"artifact-ids"},
    {"path"},
    {"pattern"},
    {"merge-multiple"},
    {"github-token", kApproximated, "not needed: the runs are those of this home"},
    {"repository", kFails, "only artifacts of this repository are here",
     "${{ github.repository }}"},
    {"run-id", kApproximated, "a run of this home"},
    {"skip-decompress", kInforms, kAsItIs},
    {"digest-mismatch", kInforms, "contents come out of the store of this home"},
};
constexpr InputRule kPython[] = {
    {"python-version"},
    {"python-version-file"},
    {"cache", kInforms, "pip's own cache of this machine serves"},
    {"architecture", kInforms, "that of this host"},
    {"check-latest", kInforms, kNoNetwork},
    {"token", kApproximated, kNoNetwork},
    {"cache-dependency-path", kInforms, "pip's own cache of this machine serves"},
    {"update-environment"},
    {"allow-prereleases", kInforms, "what is installed counts"},
    {"freethreaded", kInforms, "what is installed counts"},
    {"pip-version", kInforms, "pip is the installed one"},
    {"pip-install", kInforms, "install in a step"},
};
constexpr InputRule kNode[] = {
    {"node-version"},
    {"node-version-file"},
    {"version", kInforms, "write node-version"},
    {"architecture", kInforms, "that of this host"},
    {"check-latest", kInforms, kNoNetwork},
    {"registry-url", kInforms, "write an .npmrc"},
    {"scope", kInforms, "write an .npmrc"},
    {"token", kApproximated, kNoNetwork},
    {"cache", kInforms, "npm's own cache of this machine serves"},
    {"package-manager-cache", kInforms, "npm's own cache of this machine serves", "false"},
    {"cache-dependency-path", kInforms, "npm's own cache of this machine serves"},
    {"mirror", kInforms, kNoNetwork},
    {"mirror-token", kInforms, kNoNetwork},
    {"always-auth", kInforms, "write an .npmrc"},
};

constexpr std::string_view kHomeCaches = "caches of this home";
constexpr std::string_view kInstalled = "an installed version that fits; nothing is downloaded";

constexpr ActionRule kActions[] = {
    {"actions/cache", kCache, "path key", kApproximated, kHomeCaches, "success()"},
    {"actions/cache/restore", kRestore, "path key", kApproximated, kHomeCaches},
    {"actions/cache/save", kSave, "path key", kApproximated, kHomeCaches},
    {"actions/checkout", kCheckout, "", kHonoured, ""},
    {"actions/upload-artifact", kUpload, "path", kHonoured, ""},
    {"actions/upload-artifact/merge", kMerge, "", kHonoured, ""},
    {"actions/download-artifact", kDownload, "", kHonoured, ""},
    {"actions/setup-python", kPython, "", kApproximated, kInstalled},
    {"actions/setup-node", kNode, "", kApproximated, kInstalled},
};

}  // namespace

std::span<const ActionRule> built_in_actions() {
  return kActions;
}

const ActionRule* find_built_in_action(std::string_view name) {
  for (const ActionRule& rule : kActions)
    if (equal_ignoring_case(rule.name, name)) return &rule;
  return nullptr;
}

}  // namespace sluice::pipeline::github
