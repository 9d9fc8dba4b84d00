// `sluice data profile|merge|diff|show`: what data files are like, kept, brought together,
// compared.
#pragma once

#include <string_view>

#include "cli/command.h"
#include "ml/data/profile.h"

namespace sluice::cli {

void add_profile_commands(CLI::App& data, Chosen& chosen);

// Tells when a file's only column holds what separates fields elsewhere.
void warn_of_header(Context& context, const ml::DataProfile& profile);

// A profile by file, by the digest of a stored one, or made from the data files at the path.
Result<ml::DataProfile> find_profile(const Context& context, const std::string& word,
                                     const ml::ProfileOptions& options);

}  // namespace sluice::cli
