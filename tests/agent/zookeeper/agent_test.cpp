// An agent whose anchor tree lies in a real ZooKeeper, which comes and goes.
#include <csignal>
#include <gmock/gmock.h>
#include <sys/stat.h>

#include <circuit/circuit.hpp>

#include "agent/session_file.hpp"
#include "anchor/tree.hpp"
#include "anchor/zookeeper/session.hpp"
#include "runtime/seen.hpp"
#include "spawn/agent_interface.hpp"
#include "support/host.hpp"
#include "support/tcp_proxy.hpp"
#include "support/zookeeper_server.hpp"

namespace circuit::support {
namespace {

using anchor::zookeeper::Session;
using spawn::WorkerState;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

class AgentOverZookeeper : public Host {
 protected:
  AgentOverZookeeper() { use_zookeeper(proxy_.address() + chroot_); }

  /// What stands in the tree, seen by somebody else.
  std::vector<std::string> nodes(const std::string& below = "/anchor") {
    if (!witness_) {
      Session::Options options;
      options.where = {shared_zookeeper().address(), chroot_};
      auto session = Session::connect(options);
      if (!session) ADD_FAILURE() << session.error().text;
      witness_ = *session;
    }
    std::vector<std::string> all;
    auto children = witness_->children(below);
    if (!children) return all;
    for (const std::string& name : children->names) {
      const std::string node = below + "/" + name;
      if (WorkerId::parse(name)) all.push_back(node.substr(7));
      for (std::string& deeper : nodes(node)) all.push_back(std::move(deeper));
    }
    return all;
  }
  std::uint64_t owner_of(const std::string& file) {
    auto stat = witness_->exists("/anchor" + file);
    return stat && *stat ? (*stat)->ephemeral_owner : 0;
  }
  std::vector<std::string> files_of(WorkerId id) {
    return {"/host/localhost/" + id.string(), "/x/" + id.string()};
  }
  WorkerId spawn() { return console().spawn({"sleep", "[600]", {"/x"}}).address.id; }
  bool is_in_state(WorkerId id, WorkerState state) {
    auto worker = console().worker(id);
    return worker && worker->state == state;
  }

  const std::string chroot_ = own_chroot();
  TcpProxy proxy_{shared_zookeeper().port()};
  std::shared_ptr<anchor::Coordinator> witness_;
};

TEST_F(AgentOverZookeeper, RegistersAWorkerAndTakesItOutAgain) {
  start();
  const WorkerId id = spawn();
  EXPECT_EQ(nodes(), files_of(id));
  EXPECT_EQ(console().tree(), files_of(id));
  ASSERT_TRUE(console().kill(id, SIGKILL).has_value());
  EXPECT_TRUE(eventually([&] { return witness_->children("/anchor")->names.empty(); }))
      << "no empty directory stays";
}

TEST_F(AgentOverZookeeper, KeepsTheSessionWhenItIsReplaced) {
  start();
  const WorkerId id = spawn();
  ASSERT_EQ(nodes(), files_of(id));
  const std::uint64_t owner = owner_of("/x/" + id.string());
  struct stat mode {};
  ASSERT_EQ(::stat((directory() / "session").c_str(), &mode), 0);
  EXPECT_EQ(mode.st_mode & 0777, 0600u);
  for (int i = 0; i < (is_long() ? 20 : 2); ++i) {
    const pid_t former = agent_pid();
    ::kill(former, SIGKILL);
    await_agent(former);
    EXPECT_EQ(nodes(), files_of(id));
    EXPECT_EQ(owner_of("/x/" + id.string()), owner) << "the same nodes as before, of the same session";
  }
  const WorkerId next = spawn();
  EXPECT_EQ(owner_of("/x/" + next.string()), owner);
}

TEST_F(AgentOverZookeeper, LeavesNothingBehindAtItsOrderlyEnd) {
  start();
  spawn();
  spawn();
  ASSERT_EQ(nodes().size(), 4u);
  auto session = agent::read_session(directory() / "session");
  ASSERT_TRUE(session);
  const pid_t keeper = keeper_pid();
  ASSERT_TRUE(console().ask(spawn::agent_interface().shutdown, std::uint64_t{2000}).has_value());
  ASSERT_TRUE(eventually([&] { return !lives(keeper); }));
  EXPECT_THAT(witness_->children("/anchor")->names, IsEmpty());
  EXPECT_FALSE(std::filesystem::exists(directory() / "session"));
  Session::Options options;
  options.where = {shared_zookeeper().address(), ""};
  EXPECT_EQ(Session::connect(options, session).error().code, anchor::Code::session_expired)
      << "it was closed";
}

TEST_F(AgentOverZookeeper, GoesOnWithoutItAndSaysSo) {
  start();
  const WorkerId kept = spawn(), killed = spawn();
  ASSERT_EQ(nodes().size(), 4u);
  proxy_.refuse(true);
  Result<std::vector<spawn::DirectoryListing>> walk = std::vector<spawn::DirectoryListing>();
  ASSERT_TRUE(eventually([&] {
    walk = console().ask(spawn::agent_interface().walk, std::string("/"));
    return walk.has_error();
  }));
  EXPECT_EQ(walk.error().kind, ErrorKind::unreachable);
  EXPECT_THAT(walk.error().text, HasSubstr("ZooKeeper at " + proxy_.address()));
  const Outcome ls = circuit({"ls"});
  EXPECT_EQ(ls.status, 1);
  EXPECT_THAT(ls.err, HasSubstr("workers live on"));
  // Calls, the answers about workers, and kill need no tree.
  EXPECT_TRUE(console().ping(console().worker(kept)->address).has_value());
  ASSERT_TRUE(console().kill(killed, SIGKILL).has_value());
  EXPECT_TRUE(eventually([&] { return console().is_dead(killed); }));
  auto refused = console().start(circuit_command({}).front(), {"/y"});
  ASSERT_TRUE(refused.has_error());
  EXPECT_EQ(refused.error().kind, ErrorKind::unreachable);
  EXPECT_GT(proxy_.accepted(), 1u);

  proxy_.refuse(false);
  EXPECT_TRUE(eventually([&] { return nodes() == files_of(kept); }))
      << "who has died meanwhile goes, who was refused is not there, and who lives stays: "
      << ::testing::PrintToString(nodes());
  EXPECT_TRUE(eventually([&] { return console().tree() == files_of(kept); }));
  EXPECT_TRUE(console().is_live(kept));
}

TEST_F(AgentOverZookeeper, RegistersEveryWorkerAgainUnderANewSession) {
  start();
  const WorkerId one = spawn(), two = spawn();
  auto all = files_of(one);
  for (const std::string& file : files_of(two)) all.push_back(file);
  ASSERT_THAT(nodes(), ::testing::UnorderedElementsAreArray(all));
  for (int i = 0; i < (is_long() ? 100 : 3); ++i) {
    const std::uint64_t owner = owner_of("/x/" + one.string());
    auto session = agent::read_session(directory() / "session");
    ASSERT_TRUE(session);
    ASSERT_EQ(session->id, owner);
    const auto since = Steady::now();
    ASSERT_TRUE(anchor::zookeeper::end_session(shared_zookeeper().address(), *session, 20s));
    ASSERT_TRUE(eventually([&] {
      return owner_of("/x/" + one.string()) != 0 && owner_of("/x/" + one.string()) != owner &&
             owner_of("/x/" + two.string()) != 0;
    }));
    EXPECT_LT(Steady::now() - since, 30s);
    EXPECT_THAT(nodes(), ::testing::UnorderedElementsAreArray(all));
  }
  EXPECT_TRUE(eventually([&] { return console().is_live(one) && console().is_live(two); }));
}

/// The original's workers vanished from its listings with their session, and nobody put them back.
TEST_F(AgentOverZookeeper, NobodyLeavesAWatchWhenTheSessionEnds) {
  start();
  const WorkerId one = spawn();
  Runtime runtime(0, nullptr, {directory().string(), true});
  runtime.anchors().add("/x");
  Seen seen;
  AnchorWatch watch = runtime.anchors().watch_subtree("/x", seen.handler());
  const Seen::Files all{{"/x", one}, {"/x", runtime.address().id}};
  ASSERT_TRUE(seen.comes_to(all));
  ASSERT_FALSE(nodes().empty());
  for (int round = 0; round < 2; ++round) {
    const std::uint64_t owner = owner_of("/x/" + one.string());
    auto session = agent::read_session(directory() / "session");
    ASSERT_TRUE(session);
    ASSERT_TRUE(anchor::zookeeper::end_session(shared_zookeeper().address(), *session, 20s));
    ASSERT_TRUE(eventually([&] {
      const std::uint64_t now = owner_of("/x/" + one.string());
      return now != 0 && now != owner;
    }));
    // The watch goes on in the new session, and has been told nothing false by then.
    const WorkerId next = spawn();
    Seen::Files more = all;
    more.insert({"/x", next});
    ASSERT_TRUE(seen.comes_to(more)) << round;
    EXPECT_EQ(seen.left(), round);
    ASSERT_TRUE(console().kill(next, SIGKILL).has_value());
    ASSERT_TRUE(seen.comes_to(all)) << round;
  }
}

TEST_F(AgentOverZookeeper, ShowsAWorkerThatStandsNowhereAsUnregistered) {
  start();
  const WorkerId id = spawn();
  ASSERT_EQ(nodes(), files_of(id));
  proxy_.refuse(true);
  auto session = agent::read_session(directory() / "session");
  ASSERT_TRUE(session);
  ASSERT_TRUE(anchor::zookeeper::end_session(shared_zookeeper().address(), *session, 20s));
  EXPECT_THAT(nodes(), IsEmpty());
  EXPECT_TRUE(eventually([&] { return is_in_state(id, WorkerState::unregistered); }))
      << "when its session must be over";
  EXPECT_TRUE(console().ping(console().worker(id)->address).has_value());
  proxy_.refuse(false);
  EXPECT_TRUE(eventually([&] { return console().is_live(id); }));
  EXPECT_EQ(nodes(), files_of(id));
}

TEST_F(AgentOverZookeeper, StartsWithoutItAndRegistersWhenItComes) {
  start();
  const WorkerId id = spawn();
  ASSERT_EQ(nodes(), files_of(id));
  proxy_.refuse(true);
  const pid_t former = agent_pid();
  ::kill(former, SIGKILL);
  await_agent(former);
  EXPECT_TRUE(eventually([&] { return is_in_state(id, WorkerState::unregistered); }));
  EXPECT_TRUE(console().ping(console().worker(id)->address).has_value());
  proxy_.refuse(false);
  EXPECT_TRUE(eventually([&] { return console().is_live(id); }));
  EXPECT_EQ(nodes(), files_of(id));
}

TEST_F(AgentOverZookeeper, TakesAwayNothingOfAnotherAgent) {
  start();
  const WorkerId id = spawn();
  anchor::Entry other;
  other.address = {WorkerId{0x77}, 1, "localhost", 4711, 0x99, "unix:/nowhere"};
  ASSERT_EQ(nodes(), files_of(id));
  anchor::Tree tree(witness_, [](auto) {});
  ASSERT_TRUE(tree.add({anchor::Path::parse("/x").value()}, other).has_value());
  const pid_t former = agent_pid();
  ::kill(former, SIGKILL);
  await_agent(former);
  EXPECT_THAT(nodes(), UnorderedElementsAre("/host/localhost/" + id.string(), "/x/" + id.string(),
                                            "/x/" + WorkerId{0x77}.string()));
}

TEST_F(AgentOverZookeeper, RefusesAConfigurationThatMakesNoSense) {
  for (const char* garbage :
       {"", "{", "[]", "{\"zookeeper\": 7}", "{\"zokeeper\": \"h:1\"}", "{\"zookeeper\": \"\"}"}) {
    write_text(directory() / "config.json", garbage);
    const Outcome up = circuit({"up"});
    EXPECT_EQ(up.status, 1) << garbage;
    EXPECT_THAT(up.err, HasSubstr("config.json")) << garbage;
  }
  write_text(directory() / "config.json", std::string(1 << 20, '['));
  EXPECT_EQ(circuit({"up"}).status, 1);
}

}  // namespace
}  // namespace circuit::support
