// Each test names a defect of Go'Circuit's garbage collector and language runtime that this one has not.
// Others are shown where the part itself is tested: a dead worker stays dead (peers_test), its failure is
// told from the callee's own (calls_test), a deadline for each call (deadline_test), channels (channel_test),
// one drop for each import (handover_test), dials that pin their service and swallow errors (service_test),
// permanent references without an owner in exported values (store_test), a function that is found to be missing
// only when its worker has started (function_test).
#include <map>
#include <optional>
#include <set>
#include <thread>

#include "lang/objects.hpp"

namespace lang_test {

/// Not to be compared or hashed, which the original's objects had to be.
struct Unhashable {
  int size() const { return static_cast<int>(parts.size()); }
  std::map<std::string, std::vector<std::function<void()>>> parts;
};

struct Registry {
  std::map<std::string, Ref<Counter>> swap(std::map<std::string, Ref<Counter>> given) {
    given.swap(counters);
    return given;
  }
  Ref<Unhashable> thing() { return unhashable; }
  std::map<std::string, Ref<Counter>> counters;
  Ref<Unhashable> unhashable;
};

}  // namespace lang_test

CIRCUIT_INTERFACE(lang_test::Unhashable, size);
CIRCUIT_INTERFACE(lang_test::Registry, swap, thing);

namespace circuit::lang::testing {
namespace {

using namespace lang_test;

// The original dropped a handle without a count: a drop that crossed a new export of the same value took that
// away as well ("reply: no exp handle").
TEST(OriginalDefects, ADropThatCrossesANewReferenceTakesNothingAwayFromIt) {
  Cluster cluster(2);
  auto broker = make_broker(cluster[1]);
  broker->kept = broker->make();
  auto there = cluster[0].published<Broker>(cluster[1], object_id);
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 3; ++thread)
    threads.emplace_back([&] {
      for (int i = 0; i < 300; ++i) {
        auto counter = there.call<&Broker::give>();
        EXPECT_GT(counter.call<&Counter::increment>(), 0);
      }
    });
  for (std::thread& thread : threads) thread.join();
  broker->kept = {};
  there = {};
  EXPECT_TRUE(broker->gone->wait_for(1));
  EXPECT_TRUE(cluster[0].wait_empty() && cluster[1].wait_empty());
}

// The original freed a handle when a finalizer happened to run, and had nothing to call.
TEST(OriginalDefects, AReferenceIsGivenBackAtTheMomentOfItsReset) {
  Cluster cluster(2);
  auto broker = make_broker(cluster[1]);
  auto counter = cluster[0].published<Broker>(cluster[1], object_id).call<&Broker::make>();
  EXPECT_EQ(cluster[1].node().exports().size(), 1u);
  counter.reset();
  EXPECT_TRUE(broker->gone->wait_for(1));
}

// The original rewrote maps in goroutines that shared their loop variable, and appended to one list from all
// of them.
TEST(OriginalDefects, ReferencesInAMapComeToTheKeysThatTheyStoodAt) {
  Cluster cluster(2);
  auto registry = std::make_shared<Registry>();
  cluster[1].publish(object_id, registry);
  auto there = cluster[0].published<Registry>(cluster[1], object_id);
  std::map<std::string, Ref<Counter>> counters;
  for (int i = 0; i < 200; ++i) {
    auto counter = std::make_shared<Counter>();
    counter->count = i;
    counters[std::to_string(i)] = cluster[0].ref(counter);
  }
  EXPECT_TRUE(there.call<&Registry::swap>(counters).empty());
  counters.clear();
  auto back = there.call<&Registry::swap>(counters);
  ASSERT_EQ(back.size(), 200u);
  for (auto& [key, counter] : back) EXPECT_EQ(counter.call<&Counter::increment>(), std::stoi(key) + 1);
}

// The original used the object as the key of a map, and crashed when it could not be one.
TEST(OriginalDefects, AnObjectNeedNotBeComparable) {
  Cluster cluster(2);
  auto registry = std::make_shared<Registry>();
  registry->unhashable = cluster[1].ref(std::make_shared<Unhashable>());
  cluster[1].publish(object_id, registry);
  auto there = cluster[0].published<Registry>(cluster[1], object_id);
  auto first = there.call<&Registry::thing>(), second = there.call<&Registry::thing>();
  EXPECT_EQ(first.call<&Unhashable::size>(), 0);
  EXPECT_EQ(first.target(), second.target());
}

// The original ran a collection of the whole heap when an importer died, and freed by what that found.
TEST(OriginalDefects, ADeadHolderTakesWithItWhatItHeldAndNothingElse) {
  Cluster cluster(3);
  auto broker = make_broker(cluster[1]);
  auto dying = cluster[0].published<Broker>(cluster[1], object_id);
  auto living = cluster[2].published<Broker>(cluster[1], object_id);
  broker->kept = broker->make();
  auto both = living.call<&Broker::give>(), also = dying.call<&Broker::give>();
  auto only = dying.call<&Broker::make>();
  broker->kept = {};
  cluster[0].kill();
  EXPECT_TRUE(broker->gone->wait_for(1));
  EXPECT_EQ(both.call<&Counter::increment>(), 1);
  EXPECT_EQ(broker->gone->value(), 1);
}

// The original's ids had 32 bits, no separators between names, and no name at all for pointers, lists and
// maps: different methods had the same id.
TEST(OriginalDefects, SignaturesThatDifferHaveDifferentIds) {
  const std::vector<std::string> signatures{
      canonical_descriptor("f", {descriptor_of<std::vector<int>>()}, "void"),
      canonical_descriptor("f", {descriptor_of<std::vector<std::string>>()}, "void"),
      canonical_descriptor("f", {descriptor_of<std::map<int, int>>()}, "void"),
      canonical_descriptor("f", {descriptor_of<std::optional<int>>()}, "void"),
      canonical_descriptor("f", {descriptor_of<int>()}, "void"),
      canonical_descriptor("f", {descriptor_of<int>(), descriptor_of<int>()}, "void"),
      canonical_descriptor("f", {}, descriptor_of<int>()),
      canonical_descriptor("fi", {}, "void"),
      canonical_descriptor("f", {descriptor_of<Ref<Counter>>()}, "void"),
      canonical_descriptor("f", {descriptor_of<Ref<Calculator>>()}, "void")};
  std::set<std::uint64_t> ids;
  for (const std::string& signature : signatures) ids.insert(signature_id(signature));
  EXPECT_EQ(ids.size(), signatures.size());
}

// The original printed half of its ids as negative numbers, which it could not read back.
TEST(OriginalDefects, EveryWorkerIdCanBeReadBack) {
  for (std::uint64_t id : {1ULL, 0x7fff'ffff'ffff'ffffULL, 0x8000'0000'0000'0000ULL, ~0ULL})
    EXPECT_EQ(WorkerId::parse(WorkerId{id}.string()), WorkerId{id});
}

}  // namespace
}  // namespace circuit::lang::testing
