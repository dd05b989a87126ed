#include "anchor/fixtures.hpp"

namespace circuit::anchor::testing {
namespace {

class EmbeddedBackend final : public Backend {
 public:
  std::shared_ptr<Coordinator> connect(std::optional<SessionCredentials> credentials) override {
    return fixture_.connect(std::move(credentials));
  }
  void expire() override { fixture_.expire(); }
  void restart() override { fixture_.reopen(); }
  Post post() override { return run_at_once; }
  void settle() override {}
  int affordable(int wanted) const override { return wanted; }

 private:
  StoreFixture fixture_;
};

}  // namespace

std::unique_ptr<Backend> make_backend() { return std::make_unique<EmbeddedBackend>(); }

}  // namespace circuit::anchor::testing
