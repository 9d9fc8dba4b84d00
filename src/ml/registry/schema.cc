#include "ml/registry/schema.h"

#include <array>

namespace sluice::ml {
namespace {

constexpr std::string_view kTables = R"(
CREATE TABLE registered_models (
  name TEXT PRIMARY KEY,
  created INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE model_versions (
  name TEXT NOT NULL REFERENCES registered_models (name),
  version INTEGER NOT NULL,
  digest TEXT NOT NULL,
  state TEXT NOT NULL,
  created INTEGER NOT NULL,
  run_id TEXT NOT NULL,
  commit_sha TEXT NOT NULL,
  data_profile TEXT,
  evaluation TEXT,
  verdict TEXT,
  PRIMARY KEY (name, version),
  UNIQUE (name, digest)
) WITHOUT ROWID;
CREATE TABLE model_aliases (
  name TEXT NOT NULL,
  alias TEXT NOT NULL,
  version INTEGER NOT NULL,
  PRIMARY KEY (name, alias),
  FOREIGN KEY (name, version) REFERENCES model_versions (name, version)
) WITHOUT ROWID;
CREATE TABLE documents (
  digest TEXT PRIMARY KEY,
  body TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE audit (
  seq INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  action TEXT NOT NULL,
  subject TEXT NOT NULL,
  comment TEXT NOT NULL,
  previous_hash TEXT NOT NULL,
  hash TEXT NOT NULL
);
CREATE INDEX audit_by_subject ON audit (subject, seq);
)";

constexpr std::string_view kRequiredGates = R"(
CREATE TABLE required_gates (
  name TEXT PRIMARY KEY,
  file TEXT NOT NULL,
  digest TEXT NOT NULL,
  waivers TEXT,
  target TEXT NOT NULL,
  repository TEXT NOT NULL,
  revision TEXT NOT NULL
) WITHOUT ROWID;
)";

constexpr std::array kMigrations{store::Migration{1, kTables}, store::Migration{2, kRequiredGates}};

}  // namespace

std::span<const store::Migration> registry_migrations() {
  return kMigrations;
}

}  // namespace sluice::ml
