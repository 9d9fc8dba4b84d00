// What must not appear in a log or an output when a secret must not: the secret itself, trimmed,
// each of its lines, and each of them in the encodings in which tools print it. The set is that of
// actions/runner (ValueEncoders.cs, Worker.cs), with base64 also in the URL alphabet. Pure.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::pipeline {

// Sorted, without repetitions and without empty texts; empty for a secret of white space only.
//   base64 at the three byte offsets (only the characters that do not depend on what stands beside
//   the secret; at least 4 of them) · JSON · URI · XML · expression quotes · command-line quotes ·
//   without surrounding double quotes (longer than 8) · PowerShell's `&` parts (from 6)
std::vector<std::string> mask_variants(std::string_view secret);
// Of several secrets together.
std::vector<std::string> mask_variants(std::span<const std::string> secrets);

// Whether masking with these variants would change the text.
bool would_mask(std::span<const std::string> variants, std::string_view text);
// The text with each occurrence as "***"; overlapping and touching occurrences become one.
std::string masked(std::span<const std::string> variants, std::string_view text);

}  // namespace sluice::pipeline
