#include "lang/simulation/simulation.hpp"

#include <algorithm>
#include <cstdlib>
#include <gtest/gtest.h>
#include <random>
#include <string_view>

namespace circuit::lang::simulation {
namespace {

/// What may go wrong under that seed.
Plan plan_of(std::uint64_t seed) {
  std::mt19937_64 random(seed);
  auto upto = [&](std::uint64_t most) { return static_cast<int>(random() % (most + 1)); };
  Plan plan;
  plan.nodes = 4 + static_cast<std::size_t>(upto(4));
  plan.operations = 20 + upto(100);
  // Some runs go without faults, some with one kind of them, and some with several.
  const int kind = upto(5);
  if (kind == 1 || kind >= 4) plan.quiet_cuts = upto(8);
  if (kind == 2 || kind >= 4) plan.crashes = upto(static_cast<std::uint64_t>(plan.nodes) - 2);
  if (kind == 3 || kind >= 4) plan.pauses = upto(3);
  if (kind == 5) plan.harsh_cuts = upto(6);
  return plan;
}

/// With $CIRCUIT_SEED only that one.
void run_seeds(std::uint64_t first, std::uint64_t count) {
  if (const char* one = std::getenv("CIRCUIT_SEED")) {
    first = std::strtoull(one, nullptr, 10);
    count = 1;
  }
  int failed = 0;
  for (std::uint64_t seed = first; seed < first + count && failed < 5; ++seed) {
    const std::string wrong = Simulation(seed, plan_of(seed)).run();
    if (wrong.empty()) continue;
    ++failed;
    ADD_FAILURE() << "CIRCUIT_SEED=" << seed << " build/dev/bin/lang_simulation_test\n" << wrong;
  }
}

TEST(Simulation, NothingIsFreedTooEarlyAndEverythingInTheEnd) {
  const char* text = std::getenv("CIRCUIT_LONG");
  const bool is_long = text != nullptr && *text != '\0' && std::string_view(text) != "0";
#if defined(__SANITIZE_THREAD__)
  constexpr std::uint64_t in_the_suite = 100;  // all of it is one thread: there is little to see
#else
  constexpr std::uint64_t in_the_suite = 1'000;
#endif
  run_seeds(1, is_long ? 100'000 : in_the_suite);
}

TEST(Simulation, GoesTheSameWayUnderTheSameSeed) {
  for (std::uint64_t seed : {7u, 8u, 9u}) {
    Simulation one(seed, plan_of(seed)), other(seed, plan_of(seed));
    EXPECT_EQ(one.run(), other.run());
    EXPECT_EQ(one.trace(), other.trace());
  }
}

}  // namespace
}  // namespace circuit::lang::simulation
