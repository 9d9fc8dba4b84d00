#include "ml/registry/gate_table.h"

namespace sluice::ml {
namespace {

Result<RequiredGate> gate_of(const store::Row& row) {
  RequiredGate gate;
  gate.file = row.text(0);
  gate.digest = TRY_CONTEXT(Digest::parse(row.text(1)), "required_gates");
  if (const auto waivers = row.text_or_null(2))
    gate.waivers = TRY_CONTEXT(Digest::parse(*waivers), "required_gates");
  gate.target = row.text(3);
  gate.repository = row.text(4);
  gate.revision = row.text(5);
  return gate;
}

}  // namespace

Result<std::optional<RequiredGate>> select_required_gate(store::Reader& reader,
                                                         std::string_view name) {
  std::optional<RequiredGate> gate;
  TRY(
      reader.query("SELECT file, digest, waivers, target, repository, revision FROM required_gates "
                   "WHERE name = ?",
                   {std::string(name)}, [&](const store::Row& row) -> Result<void> {
                     gate = TRY(gate_of(row));
                     return success();
                   }));
  return gate;
}

Result<void> upsert_required_gate(store::Transaction& transaction, std::string_view name,
                                  const RequiredGate& gate) {
  const store::Value waivers =
      gate.waivers ? store::Value(gate.waivers->to_string()) : store::Value();
  TRY(transaction.execute(
      "INSERT INTO required_gates (name, file, digest, waivers, target, repository, revision) "
      "VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (name) DO UPDATE SET file = excluded.file, "
      "digest = excluded.digest, waivers = excluded.waivers, target = excluded.target, "
      "repository = excluded.repository, revision = excluded.revision",
      {std::string(name), gate.file, gate.digest.to_string(), waivers, gate.target, gate.repository,
       gate.revision}));
  return success();
}

Result<void> delete_required_gate(store::Transaction& transaction, std::string_view name) {
  TRY(transaction.execute("DELETE FROM required_gates WHERE name = ?", {std::string(name)}));
  return success();
}

}  // namespace sluice::ml
