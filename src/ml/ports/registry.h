// The model registry as the rest of sluice sees it: versions of named models, their approval,
// their aliases, and where they came from. Reading and writing are two ports.
//
// Thread-safe. A name, version or alias that is not there is NotFound; a step that the state or the
// verdict does not allow is FailedPrecondition. Every change is written together with its audit
// row.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/hash.h"
#include "base/result.h"
#include "base/time.h"

namespace sluice::ml {

inline constexpr std::string_view kChampionAlias = "champion";

enum class ApprovalState { PendingManualApproval, Approved, Rejected };

std::string_view to_string(ApprovalState state);

// Where a version came from. Texts are empty where nobody said. The digests name documents that
// RegistryReader::read_document gives back.
struct Lineage {
  std::string run_id;
  std::string commit;
  std::optional<Digest> data_profile;
  std::optional<Digest> evaluation;
  std::optional<Digest> verdict;  // the newest one presented for this version

  bool operator==(const Lineage&) const = default;
};

struct ModelVersion {
  std::string name;
  std::int64_t version = 0;  // 1, 2, 3 … per name
  Digest digest;             // of the model folder
  std::filesystem::path folder;
  ApprovalState state = ApprovalState::PendingManualApproval;
  Timestamp created{};
  Lineage lineage;
  std::vector<std::string> aliases;  // sorted
};

struct RegisteredModel {
  std::string name;
  Timestamp created{};
  std::int64_t latest_version = 0;
  std::map<std::string, std::int64_t> aliases;
};

// One line of the audit, as it concerns a version. `action` is one of registered, presented,
// approved, withdrawn (the approval, by a verdict that did not pass), rejected, alias_set,
// alias_removed.
struct HistoryEntry {
  Timestamp at{};
  std::string actor;
  std::string action;
  std::string comment;
};

class RegistryReader {
 public:
  virtual ~RegistryReader() = default;
  virtual Result<std::vector<RegisteredModel>> list_models() = 0;  // sorted by name
  virtual Result<std::vector<ModelVersion>> list_versions(
      std::string_view name) = 0;  // newest first
  virtual Result<ModelVersion> find_version(std::string_view name, std::int64_t version) = 0;
  virtual Result<ModelVersion> find_alias(std::string_view name, std::string_view alias) = 0;
  virtual Result<std::vector<HistoryEntry>> history(std::string_view name,
                                                    std::int64_t version) = 0;  // oldest first
  virtual Result<std::string> read_document(const Digest& digest) = 0;  // JSON text as presented
};

struct NewVersion {
  std::string name;
  std::filesystem::path folder;  // copied; the original is not needed afterwards
  std::string actor;
  std::string run_id;
  std::string commit;
  std::string data_profile;  // JSON texts; empty: none
  std::string evaluation;
  std::string verdict;
};

enum class Registration { Created, Existing };

// The gate that versions of a name must pass: `sluice.yml` names it, the registry keeps it.
struct RequiredGate {
  std::string file;               // as sluice.yml names it: gates/demand.yml
  Digest digest;                  // of its content
  std::optional<Digest> waivers;  // of waivers.yml beside it; unset: there is none
  std::string target;             // the column that it judges by; empty: it leaves that open
  std::string repository;         // whose sluice.yml it was: only that one may name another
  std::string revision;           // of that repository: "1a2b3c4", for people

  bool operator==(const RequiredGate&) const = default;
};

struct Registered {
  ModelVersion version;
  Registration registration = Registration::Created;
};

struct ApprovalRequest {
  std::string name;
  std::int64_t version = 0;
  std::string actor;
  std::string comment;
  // Approve without a verdict that passed. The reason is kept in the history; empty: no override.
  std::string override_reason;
};

class RegistryWriter {
 public:
  virtual ~RegistryWriter() = default;
  // The same name and digest give the version that is there already; a verdict or evaluation that
  // comes along is kept as its newest one. A verdict older than the one that is there is refused;
  // one that did not pass takes an approval back, except from the champion.
  virtual Result<Registered> register_version(const NewVersion& request) = 0;
  // Refused unless the version's verdict is signed by this home, names its digest, passed, is of a
  // gate for this name, by the required one where there is one, and (where the gate compares) was
  // against the present champion.
  virtual Result<ModelVersion> approve(const ApprovalRequest& request) = 0;
  // Refused for the champion: point the alias elsewhere first.
  virtual Result<ModelVersion> reject(const ApprovalRequest& request) = 0;
  // `champion` may point only to an approved version.
  virtual Result<ModelVersion> set_alias(std::string_view name, std::string_view alias,
                                         std::int64_t version, std::string_view actor) = 0;
  virtual Result<void> remove_alias(std::string_view name, std::string_view alias,
                                    std::string_view actor) = 0;
};

}  // namespace sluice::ml
