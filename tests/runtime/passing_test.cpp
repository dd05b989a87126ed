#include <gmock/gmock.h>

#include "support/host.hpp"

namespace circuit::support {
namespace {

class Passing : public Host {
 protected:
  /// What the part prints; afterwards no worker may be left.
  std::string said(const std::string& part) {
    const Outcome outcome = run({CIRCUIT_PASSING, part});
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    EXPECT_TRUE(eventually([&] { return processes_of(directory()).size() == 2; }))
        << names_of(processes_of(directory()));
    return outcome.out;
  }
};

TEST_F(Passing, AReferenceToAnObjectInASpawnedWorker) {
  EXPECT_EQ(said("reference"), "from the start\nchanged\n1\n");
}

TEST_F(Passing, AReferenceToAnObjectOfTheApp) { EXPECT_EQ(said("own"), "written by a worker\n"); }

TEST_F(Passing, AReferenceFromOneWorkerToAnother) {
  EXPECT_EQ(said("third"), "from one worker to another\nfrom one worker to another\n");
}

TEST_F(Passing, AReferenceIntoAWorkersWorker) { EXPECT_EQ(said("grandchild"), "from a worker's worker\n"); }

TEST_F(Passing, AChannelThroughTwoWorkers) { EXPECT_EQ(said("channel"), "328350\n"); }

// The cell itself and acid, while the reference to it is held.
TEST_F(Passing, AServiceOfAWorker) { EXPECT_EQ(said("service"), "offered by a worker\n0\n2\n"); }

TEST_F(Passing, APermanentReferenceThroughBytesAndAfterTheEndOfItsWorker) {
  EXPECT_EQ(said("permanent"), "stored and read by a worker\ndead\n");
}

TEST_F(Passing, HereIsTheWorkerItself) { EXPECT_EQ(said("where"), "1\n"); }

}  // namespace
}  // namespace circuit::support
