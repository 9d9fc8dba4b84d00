#include "ml/train/follow_training.h"

namespace sluice::ml {
namespace {

// Short enough to look live, long enough to cost nothing.
constexpr Duration kTick = std::chrono::milliseconds(50);

Result<void> pass_on_log(TrainingBackend& backend, const std::string& name, std::uint64_t* offset,
                         const std::function<void(std::string_view)>& on_log) {
  for (;;) {
    const std::string piece = TRY(backend.logs(name, *offset));
    if (piece.empty()) return success();
    *offset += piece.size();
    on_log(piece);
  }
}

}  // namespace

Result<TrainingJob> run_training(TrainingBackend& backend, const TrainingJobSpec& spec,
                                 const std::function<void(std::string_view)>& on_log,
                                 const CancellationToken& cancel) {
  TRY(backend.submit(spec));
  std::uint64_t offset = 0;
  for (;;) {
    if (cancel.cancelled()) TRY(backend.stop(spec.name));
    TrainingJob job = TRY(backend.wait(spec.name, kTick));
    TRY(pass_on_log(backend, spec.name, &offset, on_log));
    if (is_final(job.status)) return job;
  }
}

}  // namespace sluice::ml
