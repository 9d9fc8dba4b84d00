#include "store/migrations.h"

#include "base/strings.h"

namespace sluice::store {

namespace {

// 0 where the component has no tables yet.
Result<int> read_version(Reader& reader, std::string_view component) {
  std::int64_t tables = 0;
  TRY(reader.query("SELECT count(*) FROM sqlite_master WHERE name = 'schema_versions'", {},
                   [&](const Row& row) {
                     tables = row.integer(0);
                     return success();
                   }));
  if (tables == 0) return 0;
  int version = 0;
  TRY(reader.query("SELECT version FROM schema_versions WHERE component = ?",
                   {std::string(component)}, [&](const Row& row) {
                     version = static_cast<int>(row.integer(0));
                     return success();
                   }));
  return version;
}

Error newer(std::string_view component, int stored, int known) {
  return failed_precondition(cat("the tables of '", component, "' are of version ", stored,
                                 ", this sluice knows versions up to ", known,
                                 ": a newer sluice wrote them, use that one or a newer one"));
}

Result<void> apply_missing(Transaction& transaction, std::string_view component,
                           std::span<const Migration> migrations) {
  TRY(
      transaction.execute("CREATE TABLE IF NOT EXISTS schema_versions ("
                          "component TEXT PRIMARY KEY, version INTEGER NOT NULL) STRICT"));
  const int stored = TRY(read_version(transaction, component));
  const int newest = static_cast<int>(migrations.size());
  if (stored > newest) return newer(component, stored, newest);
  for (const Migration& migration : migrations.subspan(static_cast<std::size_t>(stored))) {
    TRY_CONTEXT(transaction.execute(migration.sql),
                cat("migrate '", component, "' to version ", migration.version));
  }
  TRY(
      transaction.execute("INSERT INTO schema_versions VALUES (?, ?) "
                          "ON CONFLICT (component) DO UPDATE SET version = excluded.version",
                          {std::string(component), std::int64_t{newest}}));
  return success();
}

}  // namespace

Result<void> migrate(Database& database, std::string_view component,
                     std::span<const Migration> migrations) {
  const int newest = static_cast<int>(migrations.size());
  for (int i = 0; i < newest; ++i) {
    CHECK(migrations[static_cast<std::size_t>(i)].version == i + 1);
  }
  // Looked at first without the writer's lock, since mostly there is nothing to do.
  int stored = 0;
  TRY(database.read([&](Reader& reader) -> Result<void> {
    stored = TRY(read_version(reader, component));
    return success();
  }));
  if (stored == newest) return success();
  if (stored > newest) return newer(component, stored, newest);
  return database.write(
      [&](Transaction& transaction) { return apply_missing(transaction, component, migrations); });
}

}  // namespace sluice::store
