// The verdict of a gate: what was judged, by which checks, with which numbers, signed so that a
// registry can tell it from one that somebody wrote. Values and pure functions.
//
// The signature is HMAC-SHA256, with the key of the home, over the canonical JSON text (keys
// sorted) of everything but the member `signature` (docs/formats/verdict.md).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/hash.h"
#include "base/json.h"
#include "base/result.h"
#include "base/time.h"
#include "ml/evaluate/check_result.h"
#include "ml/evaluate/metric_values.h"
#include "ml/evaluate/verdict_key.h"

namespace sluice::ml {

struct NamedDigest {
  std::string name;
  Digest digest;
};

struct Verdict {
  NamedDigest model;
  NamedDigest gate;
  std::string gate_model;  // the registered name that the gate is for; may be empty
  NamedDigest data;
  std::optional<NamedDigest> champion;
  std::optional<NamedDigest> waivers;  // the file that was looked at
  std::string command;                 // that asked the models; empty: our own scorer did
  Digest predictions;
  std::string target;
  std::size_t rows = 0;
  std::vector<CheckResult> checks;
  // Every metric of the task, for the record; they decide nothing. Empty without a champion.
  std::vector<MetricValue> metrics;
  std::vector<MetricValue> champion_metrics;
  Timestamp time{};
  std::string run_id;
  std::string commit;

  bool passed() const;
};

Json signed_json(const Verdict& verdict, const VerdictKey& key);

struct WaivedCheck {
  std::string check;
  std::string who;
  std::string why;
  Timestamp end{};  // of the waiver
};

// What an approval needs to know of a verdict whose signature holds.
struct VerifiedVerdict {
  Digest model;
  NamedDigest data;
  NamedDigest gate;
  std::string gate_model;
  std::optional<Digest> champion;
  std::optional<Digest> waivers;
  std::string target;
  bool by_command = false;  // our own scorer need not be able to read the model
  bool compares = false;    // some check was against the champion, or allowed that there is none
  bool passed = false;
  Timestamp time{};
  std::vector<std::string> failed_checks;
  std::vector<WaivedCheck> waived_checks;
};

// InvalidInput when it is no verdict; FailedPrecondition when the signature is not of this key: the
// text was changed after signing, or another home signed it.
Result<VerifiedVerdict> verify_verdict(std::string_view text, const VerdictKey& key);

// The shape that scripts in the wild read as evaluation_results.json: job_name, metrics, baseline
// (the champion's, or null), approved, model_uri.
JsonObject results_json(const Verdict& verdict, std::string_view job_name);

std::string to_markdown(const Verdict& verdict);
std::string to_terminal_text(const Verdict& verdict);

}  // namespace sluice::ml
