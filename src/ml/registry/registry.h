// The registry inside a home: tables in `ml.db`, artifacts below `models/<name>/<version>/`.
//
// A version's files are copied and verified first and its row is written last, so that a crash
// leaves either the whole version or nothing that is seen; left-over files are swept by the next
// registration. Thread-safe, also between processes.
#pragma once

#include <memory>
#include <string_view>

#include "ml/evaluate/verdict_key.h"
#include "ml/ports/registry.h"
#include "os/world.h"
#include "store/ports/database.h"

namespace sluice::ml {

class StagedModel;
struct VerifiedVerdict;

class LocalRegistry final : public RegistryReader, public RegistryWriter {
 public:
  // Opens or creates `home`/ml.db and the key that verdicts are signed with.
  static Result<std::unique_ptr<LocalRegistry>> open(const os::World& world, const os::Path& home);
  // Over a database that the caller keeps; brings its tables up to date.
  static Result<std::unique_ptr<LocalRegistry>> open_over(const os::World& world,
                                                          store::Database& database,
                                                          const os::Path& home, VerdictKey key);

  Result<std::vector<RegisteredModel>> list_models() override;
  Result<std::vector<ModelVersion>> list_versions(std::string_view name) override;
  Result<ModelVersion> find_version(std::string_view name, std::int64_t version) override;
  Result<ModelVersion> find_alias(std::string_view name, std::string_view alias) override;
  Result<std::vector<HistoryEntry>> history(std::string_view name, std::int64_t version) override;
  Result<std::string> read_document(const Digest& digest) override;
  // What the audit knows of an alias that no version has any more, too: "demand/3" was the last to
  // get it; unset where none ever did.
  Result<std::optional<std::string>> last_under_alias(std::string_view name,
                                                      std::string_view alias);
  // The gate that versions of this name must pass; unset: any gate for the name will do.
  Result<std::optional<RequiredGate>> required_gate(std::string_view name);
  // What happened to it, oldest first.
  Result<std::vector<HistoryEntry>> gate_history(std::string_view name);
  // From now on approvals demand this gate. FailedPrecondition where another repository set another
  // one. The same again changes nothing.
  Result<void> require_gate(std::string_view name, const RequiredGate& gate,
                            std::string_view actor);
  // NotFound where there is none.
  Result<void> release_gate(std::string_view name, std::string_view actor);
  // Rows of the audit; Corrupt where its chain of hashes does not hold.
  Result<std::int64_t> check_audit();

  Result<Registered> register_version(const NewVersion& request) override;
  Result<ModelVersion> approve(const ApprovalRequest& request) override;
  Result<ModelVersion> reject(const ApprovalRequest& request) override;
  Result<ModelVersion> set_alias(std::string_view name, std::string_view alias,
                                 std::int64_t version, std::string_view actor) override;
  Result<void> remove_alias(std::string_view name, std::string_view alias,
                            std::string_view actor) override;

 private:
  LocalRegistry(const os::World& world, store::Database& database, os::Path models, VerdictKey key)
      : world_(world), database_(database), models_(std::move(models)), key_(std::move(key)) {}

  // `staged` may be null only when the version is there already.
  Result<Registered> write_version(store::Transaction& transaction, const NewVersion& request,
                                   const Digest& digest, StagedModel* staged);
  // On what an approval rests (gate, data, waivers), for the audit; FailedPrecondition: on nothing.
  Result<std::string> check_verdict(store::Reader& reader, const ModelVersion& version);
  Result<void> check_champion(store::Reader& reader, const ModelVersion& version,
                              const VerifiedVerdict& verdict);

  os::World world_;
  std::unique_ptr<store::Database> owned_;
  store::Database& database_;
  os::Path models_;
  VerdictKey key_;
};

}  // namespace sluice::ml
