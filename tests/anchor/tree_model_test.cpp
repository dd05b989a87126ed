// A thousand random changes, and after each the tree must be what the simplest possible model says.
#include <gtest/gtest.h>
#include <map>
#include <random>
#include <set>

#include "anchor/fixtures.hpp"
#include "anchor/tree.hpp"

namespace circuit::anchor::testing {
namespace {

/// Which workers stand where, and nothing else: directories follow from it.
class Model {
 public:
  void add(const std::vector<Path>& directories, std::uint64_t id) {
    for (const Path& directory : directories) files_[directory].insert(id);
  }
  void remove(const std::vector<Path>& directories, std::uint64_t id) {
    for (const Path& directory : directories) files_[directory].erase(id);
  }
  void remove_everywhere(std::uint64_t id) {
    for (auto& [directory, ids] : files_) ids.erase(id);
  }
  /// Directories with the workers in them, as a walk shows them.
  std::map<Path, std::set<std::uint64_t>> expected() const {
    std::map<Path, std::set<std::uint64_t>> out;
    out[Path()];
    for (const auto& [directory, ids] : files_) {
      if (ids.empty()) continue;
      out[directory] = ids;
      for (Path above = directory.parent(); !above.is_root(); above = above.parent()) out[above];
    }
    return out;
  }

 private:
  std::map<Path, std::set<std::uint64_t>> files_;
};

class TreeModel : public ::testing::TestWithParam<unsigned> {
 protected:
  std::vector<Path> some_directories() {
    std::vector<Path> out;
    for (std::size_t i = 0, n = 1 + random_() % 3; i < n; ++i) {
      std::string text = "/";
      for (std::size_t depth = random_() % 4; depth > 0; --depth)
        text += std::string("/") + "abc"[random_() % 3];
      out.push_back(path(text));
    }
    return out;
  }
  std::map<Path, std::set<std::uint64_t>> walked(const Tree& tree) {
    std::map<Path, std::set<std::uint64_t>> out;
    auto all = tree.walk(Path());
    EXPECT_TRUE(all);
    for (auto& [directory, listing] : *all) {
      auto there = ids(listing);
      out[directory] = {there.begin(), there.end()};
      for (const std::string& name : listing.directories) out[directory.child(name).value()];
    }
    return out;
  }

  std::mt19937 random_{GetParam()};
};

TEST_P(TreeModel, AgreesWithTheTreeAfterEachOfManyChanges) {
  const std::unique_ptr<Backend> backend = make_backend();
  Model model;
  auto coordinator = backend->connect();
  // Workers 11 to 14 have a session each, which may end under them.
  std::map<std::uint64_t, std::shared_ptr<Coordinator>> sessions;
  std::uint64_t last_revision = 0;
  for (int step = 0; step < backend->affordable(1000); ++step) {
    auto directories = some_directories();
    std::uint64_t id = 1 + random_() % 14;
    bool own = id > 10;
    if (own && !sessions.contains(id)) sessions[id] = backend->connect();
    Tree tree(own ? sessions[id] : coordinator, backend->post());
    auto action = random_() % 20;
    if (action < 10) {
      ASSERT_TRUE(tree.add(directories, worker(id)));
      model.add(directories, id);
    } else if (action < 16) {
      ASSERT_TRUE(tree.remove(directories, WorkerId{id}));
      model.remove(directories, id);
    } else if (action < 18 && own) {
      if (action == 16) {
        ASSERT_TRUE(sessions[id]->close());
      }
      sessions.erase(id);
      tree = Tree(coordinator, backend->post());
      backend->expire();
      model.remove_everywhere(id);
    } else if (action == 18) {
      ASSERT_TRUE(tree.sweep());
    } else if (step % 5 == 0) {
      std::map<std::uint64_t, SessionCredentials> credentials;
      for (auto& [owner, session] : sessions) credentials[owner] = session->session();
      auto shared = coordinator->session();
      sessions.clear();
      coordinator.reset();
      tree = Tree(nullptr, backend->post());
      backend->restart();
      coordinator = backend->connect(shared);
      for (auto& [owner, its] : credentials) sessions[owner] = backend->connect(its);
    }
    Tree reader(coordinator, backend->post());
    ASSERT_EQ(walked(reader), model.expected()) << "step " << step << ", seed " << GetParam();
    auto revision = reader.revision(Path());
    ASSERT_TRUE(revision);
    ASSERT_GE(*revision, last_revision);
    last_revision = *revision;
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, TreeModel, ::testing::Values(1u, 2u, 3u));

}  // namespace
}  // namespace circuit::anchor::testing
