#include "exec/host_backend.h"

#include <map>

#include "base/strings.h"
#include "exec/file_walk.h"
#include "exec/host_leg.h"
#include "exec/supervisor_image.h"

namespace sluice::exec {

// What the public object hides: the threads and the legs, which live on the loop's thread.
class HostBackend::Io {
 public:
  Io(os::World world, store::BlobStore& blobs, HostSettings settings, std::unique_ptr<IoLoop> loop)
      : workers_(settings.workers),
        loop_(std::move(loop)),
        context_{world, blobs, std::move(settings), *loop_, workers_, {}} {}
  ~Io();

  const HostContext& context() const { return context_; }
  void post(std::function<void(Io&)> work) {
    loop_->post([this, work = std::move(work)] { work(*this); });
  }

  void hash(const LegAddress& leg, const pipeline::HashFiles& request,
            std::function<void(Result<std::string>)> done);
  Result<void> install();
  HostLeg& leg(const LegAddress& address);
  void forget(const LegAddress& address) { legs_.erase(address); }

 private:
  Result<void> link_executable();

  WorkerPool workers_;
  std::unique_ptr<IoLoop> loop_;
  HostContext context_;
  std::map<LegAddress, std::unique_ptr<HostLeg>> legs_;
  CancellationSource stopping_;
};

HostBackend::Io::~Io() {
  // Legs go on their own thread: that cancels built-in actions, whose workers end then.
  stopping_.cancel();
  loop_->post([this] { legs_.clear(); });
  workers_.stop();
  loop_->stop();
}

HostLeg& HostBackend::Io::leg(const LegAddress& address) {
  std::unique_ptr<HostLeg>& leg = legs_[address];
  if (!leg) leg = std::make_unique<HostLeg>(context_, address);
  return *leg;
}

void HostBackend::Io::hash(const LegAddress& address, const pipeline::HashFiles& request,
                           std::function<void(Result<std::string>)> done) {
  const os::Path workspace = leg_folder(context_.settings.home, address).workspace();
  workers_.post([this, workspace, request, done = std::move(done)] {
    const Links links = request.follow_symlinks ? Links::Follow : Links::Skip;
    const os::FileReader& files = context_.world.files;
    done(hash_of_files(files, workspace, request.patterns, links, stopping_.token()));
  });
}

// Once per backend: the supervisor's program and this program's name on PATH.
Result<void> HostBackend::Io::install() {
  if (!context_.supervisor.empty()) return success();
  const os::Path program = TRY(install_supervisor(context_.world.files, context_.settings.home));
  TRY(link_executable());
  context_.supervisor = program;
  return success();
}

Result<void> HostBackend::Io::link_executable() {
  if (context_.settings.executable.empty()) return success();
  os::Files& files = context_.world.files;
  const os::Path link = context_.settings.home / "bin" / "sluice";
  const Result<os::Path> target = files.read_link(link);
  if (target.ok() && target.value() == context_.settings.executable) return success();
  TRY(files.make_directories(link.parent_path()));
  TRY(files.remove_all(link));
  Result<void> linked = files.symlink(context_.settings.executable, link);
  if (!linked.ok() && linked.error().code() == ErrorCode::AlreadyExists) return success();
  return linked;
}

Result<std::unique_ptr<HostBackend>> HostBackend::open(os::World world, store::BlobStore& blobs,
                                                       HostSettings settings) {
  if (!settings.home.is_absolute())
    return invalid_input(cat("the home folder '", settings.home.string(), "' is not absolute"));
  std::unique_ptr<IoLoop> loop = TRY(IoLoop::start());
  return std::unique_ptr<HostBackend>(
      new HostBackend(std::make_unique<Io>(world, blobs, std::move(settings), std::move(loop))));
}

HostBackend::HostBackend(std::unique_ptr<Io> io) : io_(std::move(io)) {}

HostBackend::~HostBackend() = default;

pipeline::JobPlace HostBackend::place(const LegAddress& leg) const {
  const os::Path& home = io_->context().settings.home;
  const LegFolder folder = leg_folder(home, leg);
  pipeline::JobPlace place;
  place.workspace = folder.workspace();
  place.temp = folder.temp();
  place.tool_cache = folder.tools();
  place.home = home;
#if defined(__aarch64__)
  place.arch = "ARM64";
#endif
  return place;
}

os::Path HostBackend::log_path(const LegAddress& leg, int step) const {
  return leg_folder(io_->context().settings.home, leg).log(step);
}

void HostBackend::prepare(const LegSpec& spec, std::function<void(Result<void>)> done) {
  io_->post([spec, done = std::move(done)](Io& io) {
    const Result<void> installed = io.install();
    if (!installed.ok()) return done(installed);
    done(io.leg(spec.address).prepare(spec));
  });
}

void HostBackend::start(const LegAddress& leg, const pipeline::RunStep& step,
                        StepCallbacks callbacks) {
  io_->post([leg, step, callbacks = std::move(callbacks)](Io& io) {
    io.leg(leg).start(step, callbacks);
  });
}

void HostBackend::stop(const LegAddress& leg, const std::string& step_id) {
  io_->post([leg, step_id](Io& io) { io.leg(leg).stop(step_id); });
}

void HostBackend::hash_files(const LegAddress& leg, const pipeline::HashFiles& request,
                             std::function<void(Result<std::string>)> done) {
  io_->hash(leg, request, std::move(done));
}

void HostBackend::finish(const LegAddress& leg, std::function<void(Result<void>)> done) {
  io_->post([leg, done = std::move(done)](Io& io) {
    io.leg(leg).finish([&io, leg, done](Result<void> result) {
      done(std::move(result));
      io.post([leg](Io& later) { later.forget(leg); });
    });
  });
}

}  // namespace sluice::exec
