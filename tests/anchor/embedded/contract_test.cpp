#include "anchor/coordinator_contract.hpp"

namespace circuit::anchor::testing {
namespace {

class EmbeddedHarness final : public CoordinatorHarness {
 public:
  Outcome<std::shared_ptr<Coordinator>> connect(std::optional<SessionCredentials> credentials,
                                                SessionListener listener) override {
    return fixture_.store->connect(std::move(credentials), std::move(listener));
  }
  void let_sessions_expire() override { fixture_.expire(); }
  std::string root() override { return ""; }

 private:
  StoreFixture fixture_;
};

std::unique_ptr<CoordinatorHarness> make_embedded_harness() { return std::make_unique<EmbeddedHarness>(); }

INSTANTIATE_TEST_SUITE_P(Embedded, CoordinatorContract, ::testing::Values(&make_embedded_harness),
                         [](const auto&) { return "Store"; });

}  // namespace
}  // namespace circuit::anchor::testing
