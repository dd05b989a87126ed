// Linked into a test program, this makes all its hosts keep their anchor trees in one real ZooKeeper.
#include <cstdlib>
#include <gtest/gtest.h>

#include "support/zookeeper_server.hpp"

namespace circuit::support {
namespace {

class OverZookeeper final : public ::testing::Environment {
 public:
  void SetUp() override { ::setenv("CIRCUIT_TEST_ZOOKEEPER", shared_zookeeper().address().c_str(), 1); }
};

[[maybe_unused]] const ::testing::Environment* const environment =
    ::testing::AddGlobalTestEnvironment(new OverZookeeper);

}  // namespace
}  // namespace circuit::support
