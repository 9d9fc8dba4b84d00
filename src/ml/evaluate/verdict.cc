#include "ml/evaluate/verdict.h"

#include <algorithm>
#include <cmath>

#include "base/strings.h"
#include "ml/evaluate/evaluation.h"
#include "ml/evaluate/wording.h"

namespace sluice::ml {
namespace {

constexpr std::string_view kFormat = "sluice verdict 1";
constexpr std::string_view kAlgorithm = "hmac-sha256";

// JSON has no infinity; null would read as "not measured".
Json number_json(double value) {
  if (std::isfinite(value)) return value;
  return Json(std::isnan(value) ? "nan" : value < 0 ? "-infinity" : "infinity");
}

Json optional_json(const std::optional<double>& value) {
  return value ? number_json(*value) : Json(nullptr);
}

Json digest_json(const NamedDigest& named) {
  return JsonObject{{"name", named.name}, {"digest", named.digest.to_string()}};
}

Json check_json(const CheckResult& check) {
  JsonObject object;
  object["name"] = check.name;
  object["kind"] = check.kind;
  object["passed"] = check.status == CheckStatus::Passed;
  if (check.waiver)
    object["waived"] = JsonObject{{"who", check.waiver->who},
                                  {"why", check.waiver->why},
                                  {"expires", check.waiver->last_day},
                                  {"end", to_rfc3339(check.waiver->end)}};
  object["measured"] = optional_json(check.measured);
  object["limit"] = optional_json(check.limit);
  object["interval"] = nullptr;
  if (check.interval)
    object["interval"] =
        JsonArray{number_json(check.interval->low), number_json(check.interval->high)};
  object["rows"] = check.rows;
  object["sentence"] = check.sentence;
  object["notes"] = JsonArray(check.notes.begin(), check.notes.end());
  object["detail"] = check.detail;
  return object;
}

JsonObject body_json(const Verdict& verdict) {
  JsonObject object;
  object["format"] = kFormat;
  object["passed"] = verdict.passed();
  object["model"] = digest_json(verdict.model);
  object["gate"] = JsonObject{{"name", verdict.gate.name},
                              {"digest", verdict.gate.digest.to_string()},
                              {"model", verdict.gate_model}};
  object["data"] = digest_json(verdict.data);
  object["champion"] = verdict.champion ? digest_json(*verdict.champion) : Json(nullptr);
  object["waivers"] = verdict.waivers ? digest_json(*verdict.waivers) : Json(nullptr);
  object["command"] = verdict.command.empty() ? Json(nullptr) : Json(verdict.command);
  object["predictions"] = verdict.predictions.to_string();
  object["metrics"] = metrics_json(verdict.metrics);
  object["champion_metrics"] =
      verdict.champion ? Json(metrics_json(verdict.champion_metrics)) : Json(nullptr);
  object["target"] = verdict.target;
  object["rows"] = verdict.rows;
  object["time"] = to_rfc3339(verdict.time);
  object["run_id"] = verdict.run_id;
  object["commit"] = verdict.commit;
  JsonArray checks;
  for (const CheckResult& check : verdict.checks) checks.push_back(check_json(check));
  object["checks"] = std::move(checks);
  return object;
}

Result<NamedDigest> named_digest(const JsonObject& object, std::string_view key) {
  const JsonObject* named = TRY(get_object(object, key));
  const std::string text = TRY(get_string(*named, "digest"));
  const Digest digest = TRY_CONTEXT(Digest::parse(text), key);
  return NamedDigest{string_or(*named, "name", ""), digest};
}

Result<void> check_signature(const JsonObject& object, const VerdictKey& key) {
  if (find(object, "signature") == nullptr)
    return invalid_input("it is not signed: only `sluice gate --out` writes verdicts");
  const JsonObject* signature = TRY(get_object(object, "signature"));
  const std::string algorithm = TRY(get_string(*signature, "algorithm"));
  if (algorithm != kAlgorithm)
    return unsupported(cat("signature algorithm '", algorithm, "'; this is ", kAlgorithm));
  JsonObject body = object;
  body.erase("signature");
  const std::string expected = key.sign(to_canonical_text(body)).hex();
  const std::string value = TRY(get_string(*signature, "value"));
  if (!equal_constant_time(expected, value))
    return failed_precondition(
        "the signature does not hold: the verdict was changed after signing, or another home "
        "signed it; run `sluice gate` again here");
  return success();
}

Result<WaivedCheck> waived_check(const JsonObject& check, const JsonObject& waiver) {
  WaivedCheck waived;
  waived.check = TRY(get_string(check, "name"));
  waived.who = TRY(get_string(waiver, "who"));
  waived.why = TRY(get_string(waiver, "why"));
  const std::string end = TRY(get_string(waiver, "end"));
  const auto parsed = parse_rfc3339(end);
  if (!parsed) return invalid_input(cat("'end' is no time: ", end));
  waived.end = *parsed;
  return waived;
}

Result<void> read_checks(const JsonObject& object, VerifiedVerdict& verified) {
  const JsonArray* checks = TRY(get_array(object, "checks"));
  for (const Json& entry : *checks) {
    const JsonObject* check = TRY(as_object(entry, "a check"));
    const auto detail = get_object(*check, "detail");
    if (detail.ok() && find(**detail, kAgainstChampion) != nullptr) verified.compares = true;
    const auto passed = TRY(get_bool(*check, "passed"));
    if (passed) continue;
    if (find(*check, "waived") != nullptr)
      verified.waived_checks.push_back(
          TRY(waived_check(*check, *TRY(get_object(*check, "waived")))));
    else
      verified.failed_checks.push_back(TRY(get_string(*check, "name")));
  }
  return success();
}

Result<VerifiedVerdict> verify_object(const JsonObject& object, const VerdictKey& key) {
  if (string_or(object, "format", "") != kFormat)
    return invalid_input(cat("its 'format' is not '", kFormat, "'"));
  TRY(check_signature(object, key));
  VerifiedVerdict verified;
  const NamedDigest model = TRY(named_digest(object, "model"));
  verified.model = model.digest;
  verified.data = TRY(named_digest(object, "data"));
  verified.gate = TRY(named_digest(object, "gate"));
  verified.gate_model = string_or(*TRY(get_object(object, "gate")), "model", "");
  if (const Json* champion = find(object, "champion"); champion != nullptr && !champion->is_null())
    verified.champion = TRY(named_digest(object, "champion")).digest;
  if (const Json* waivers = find(object, "waivers"); waivers != nullptr && !waivers->is_null())
    verified.waivers = TRY(named_digest(object, "waivers")).digest;
  verified.target = string_or(object, "target", "");
  verified.by_command = !string_or(object, "command", "").empty();
  verified.passed = TRY(get_bool(object, "passed"));
  const std::string time = TRY(get_string(object, "time"));
  const auto parsed = parse_rfc3339(time);
  if (!parsed) return invalid_input(cat("'time' is no time: ", time));
  verified.time = *parsed;
  TRY(read_checks(object, verified));
  return verified;
}

std::size_t failures(const Verdict& verdict) {
  return static_cast<std::size_t>(
      std::count_if(verdict.checks.begin(), verdict.checks.end(),
                    [](const auto& check) { return check.status == CheckStatus::Failed; }));
}

std::string headline(const Verdict& verdict) {
  const std::size_t failed = failures(verdict);
  if (verdict.checks.size() == 1) {
    const CheckStatus status = verdict.checks.front().status;
    return status == CheckStatus::Failed   ? "closed: its only check failed"
           : status == CheckStatus::Waived ? "open: its only check is waived"
                                           : "open: its only check passed";
  }
  if (!verdict.passed())
    return cat("closed: ", failed, " of ", plural(verdict.checks.size(), "check"), " failed");
  const auto waived = static_cast<std::size_t>(std::ranges::count(
      verdict.checks, CheckStatus::Waived, [](const auto& check) { return check.status; }));
  if (waived == 0) return cat("open: all ", plural(verdict.checks.size(), "check"), " passed");
  return cat("open: ", verdict.checks.size() - waived, " of ",
             plural(verdict.checks.size(), "check"), " passed, ", waived, " waived");
}

std::string_view status_word(CheckStatus status) {
  switch (status) {
    case CheckStatus::Passed:
      return "passed";
    case CheckStatus::Waived:
      return "waived";
    case CheckStatus::Failed:
      return "FAILED";
  }
  UNREACHABLE();
}

}  // namespace

bool Verdict::passed() const {
  return !checks.empty() && failures(*this) == 0;
}

Json signed_json(const Verdict& verdict, const VerdictKey& key) {
  JsonObject object = body_json(verdict);
  const std::string value = key.sign(to_canonical_text(object)).hex();
  object["signature"] = JsonObject{{"algorithm", kAlgorithm}, {"value", value}};
  return object;
}

Result<VerifiedVerdict> verify_verdict(std::string_view text, const VerdictKey& key) {
  const Json json = TRY_CONTEXT(parse_json(text), "verdict");
  const JsonObject* object = TRY(as_object(json, "a verdict"));
  return TRY_CONTEXT(verify_object(*object, key), "verdict");
}

JsonObject results_json(const Verdict& verdict, std::string_view job_name) {
  return {
      {"job_name", job_name},
      {"metrics", metrics_json(verdict.metrics)},
      {"baseline", verdict.champion ? Json(metrics_json(verdict.champion_metrics)) : Json(nullptr)},
      {"approved", verdict.passed()},
      {"model_uri", verdict.model.name}};
}

std::string to_markdown(const Verdict& verdict) {
  std::string text = cat(
      "## Gate ", verdict.gate.name, " is ", headline(verdict), "\n\nModel ", verdict.model.name,
      ", champion ", verdict.champion ? verdict.champion->name : std::string("none"), ", ",
      row_count(verdict.rows), ".\n\n| check | result | finding |\n|---|---|---|\n");
  for (const CheckResult& check : verdict.checks) {
    std::string finding = check.sentence;
    for (const std::string& note : check.notes) finding += cat("<br>", note);
    text += cat("| ", check.name, " | ",
                check.status == CheckStatus::Failed ? "**failed**" : status_word(check.status),
                " | ", replace_all(finding, "|", "\\|"), " |\n");
  }
  return cat(text, "\nModel `", verdict.model.digest.to_string(), "`, data `",
             verdict.data.digest.to_string(), "`, gate file `", verdict.gate.digest.to_string(),
             "`.\n");
}

std::string to_terminal_text(const Verdict& verdict) {
  std::string text = cat("gate ", verdict.gate.name, " is ", headline(verdict), "\n");
  for (const CheckResult& check : verdict.checks) {
    text += cat("  ", status_word(check.status), "  ", check.name, ": ", check.sentence, "\n");
    for (const std::string& note : check.notes) text += cat("          ", note, "\n");
  }
  return text;
}

}  // namespace sluice::ml
