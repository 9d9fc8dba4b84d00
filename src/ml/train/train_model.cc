#include "ml/train/train_model.h"

#include <array>

#include "base/ids.h"
#include "base/strings.h"
#include "ml/data/table.h"
#include "ml/model/model_folder.h"
#include "ml/train/follow_training.h"
#include "ml/train/training_contract.h"

namespace sluice::ml {
namespace {

std::string unique_name(const os::World& world, std::string_view stem) {
  std::array<std::uint8_t, 10> random{};
  world.random.fill(random);
  return cat(stem, "-", make_sortable_id(world.clock.now(), random));
}

Result<std::map<std::string, Digest>> resolve_channels(const os::World& world,
                                                       TrainingJobSpec* spec) {
  std::map<std::string, Digest> digests;
  for (TrainingChannel& channel : spec->channels) {
    const std::string what = cat("channel '", channel.name, "'");
    const os::Path path = TRY_CONTEXT(world.files.resolve(channel.path), what);
    const os::FileInfo info = TRY_CONTEXT(world.files.stat(path), what);
    if (info.kind == os::FileKind::Regular)
      digests[channel.name] = TRY_CONTEXT(data_digest(world.files, path), what);
    channel.path = path.string();
  }
  return digests;
}

std::optional<JsonObject> read_report(const os::FileReader& files, const TrainingJob& job) {
  const auto text = files.read(TrainingFolders(job.folder).output_data / "training.json", 1u << 20);
  auto document = text.ok() ? parse_json(*text) : Result<Json>(text.error());
  if (!document.ok() || !document->is_object()) return std::nullopt;
  return document->get_object();
}

Result<Digest> put_in_place(os::Files& files, TrainingBackend& backend, const TrainingJob& job,
                            const TrainingOutput& output) {
  const std::string stays = cat("the model stays in ", job.model_path);
  TRY_CONTEXT(check_replaceable(files, output), stays);
  const Digest digest = TRY_CONTEXT(model_digest(files, job.model_path), stays);
  TRY_CONTEXT(announce_output(files, output, digest), stays);
  TRY_CONTEXT(backend.collect(job.name, output.folder), stays);
  return digest;
}

}  // namespace

Result<TrainingOutcome> train_model(os::World world, TrainingBackend& backend, TrainingJobSpec spec,
                                    const TrainingOutput& output,
                                    const std::function<void(std::string_view)>& on_log,
                                    const CancellationToken& cancel) {
  TrainingOutcome outcome;
  TRY(check_replaceable(world.files, output));
  spec.name = unique_name(world, spec.name);
  outcome.data = TRY(resolve_channels(world, &spec));
  outcome.job = TRY(run_training(backend, spec, on_log, cancel));
  outcome.report = read_report(world.files, outcome.job);
  if (outcome.job.status != TrainingStatus::Completed) return outcome;
  outcome.model_digest = TRY(put_in_place(world.files, backend, outcome.job, output));
  outcome.model = output.folder;
  return outcome;
}

JsonObject to_json(const TrainingOutcome& outcome) {
  JsonObject data;
  for (const auto& [channel, digest] : outcome.data) data[channel] = digest.to_string();
  JsonObject result = to_json(outcome.job);
  result["data_digests"] = std::move(data);
  if (outcome.model) result["model"] = outcome.model->string();
  if (outcome.model_digest) result["model_digest"] = outcome.model_digest->to_string();
  if (outcome.report) result["training"] = *outcome.report;
  return result;
}

}  // namespace sluice::ml
