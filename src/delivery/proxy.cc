#include "delivery/proxy.h"

#include <pthread.h>

#include <thread>

#include "delivery/proxy_loop.h"

namespace sluice::delivery {
namespace {

class EpollProxy final : public Proxy {
 public:
  explicit EpollProxy(std::unique_ptr<ProxyLoop> loop)
      : loop_(std::move(loop)), thread_([loop = loop_.get()] {
          ::pthread_setname_np(::pthread_self(), "proxy");
          loop->run();
        }) {}

  ~EpollProxy() override {
    loop_->stop();
    thread_.join();
  }

  http::Address address() const override { return loop_->address(); }
  void set_routing(Routing routing) override { loop_->set_routing(std::move(routing)); }
  bool drain(std::chrono::milliseconds deadline) override { return loop_->drain(deadline); }
  std::size_t open_clients() const override { return loop_->open_clients(); }

 private:
  std::unique_ptr<ProxyLoop> loop_;
  std::thread thread_;
};

}  // namespace

Result<std::unique_ptr<Proxy>> Proxy::start(const http::Address& address, Log& log,
                                            const ProxySettings& settings) {
  auto loop = std::make_unique<ProxyLoop>(TRY(http::listen_on(address)), log, settings);
  TRY(loop->open());
  std::unique_ptr<Proxy> proxy = std::make_unique<EpollProxy>(std::move(loop));
  return proxy;
}

}  // namespace sluice::delivery
