#include "anchor/coordinator_contract.hpp"
#include "anchor/zookeeper/harness.hpp"

namespace circuit::anchor::testing {
namespace {

std::unique_ptr<CoordinatorHarness> make_zookeeper_harness() { return std::make_unique<ZookeeperHarness>(); }

INSTANTIATE_TEST_SUITE_P(Zookeeper, CoordinatorContract, ::testing::Values(&make_zookeeper_harness),
                         [](const auto&) { return "Session"; });

}  // namespace
}  // namespace circuit::anchor::testing
