#include <random>

#include "lang/objects.hpp"

namespace circuit::lang::testing {
namespace {

using namespace lang_test;

// Whatever three processes do with references, in the end nothing is left over.
TEST(RandomOperations, EndWithNothingHeldAnywhere) {
  Cluster cluster(3);
  std::vector<std::shared_ptr<Broker>> brokers;
  for (std::size_t i = 0; i < 3; ++i) brokers.push_back(make_broker(cluster[i]));
  {
    std::vector<std::vector<Ref<Broker>>> doors(3);
    for (std::size_t from = 0; from < 3; ++from)
      for (std::size_t to = 0; to < 3; ++to)
        doors[from].push_back(from == to ? cluster[from].ref(brokers[to])
                                         : cluster[from].published<Broker>(cluster[to], object_id));
    std::vector<std::vector<Ref<Counter>>> held(3);
    std::mt19937_64 random(20240503);
    auto below = [&](std::size_t n) { return static_cast<std::size_t>(random() % n); };
    for (int i = 0; i < 1'000; ++i) {
      std::size_t from = below(3), to = below(3);
      auto& mine = held[from];
      const Ref<Broker>& door = doors[from][to];
      switch (below(6)) {
        case 0: mine.push_back(door.call<&Broker::make>()); break;
        case 1: mine.push_back(door.call<&Broker::give>()); break;
        case 2: door.call<&Broker::keep>(mine.empty() ? Ref<Counter>() : mine[below(mine.size())]); break;
        case 3: door.call<&Broker::drop>(); break;
        case 4:
          if (!mine.empty()) mine.erase(mine.begin() + static_cast<std::ptrdiff_t>(below(mine.size())));
          break;
        default:
          for (const auto& counter : mine)
            if (counter) counter.call<&Counter::increment>();
      }
    }
  }
  for (auto& broker : brokers) broker->kept = {};
  for (std::size_t i = 0; i < 3; ++i)
    EXPECT_TRUE(cluster[i].wait_empty()) << i << ": " << cluster[i].node().exports().size() << " exports, "
                                         << cluster[i].node().imports().size() << " imports, "
                                         << cluster[i].node().handovers().size() << " handovers";
}

}  // namespace
}  // namespace circuit::lang::testing
