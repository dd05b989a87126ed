#include "anchor/embedded/store.hpp"

#include <fstream>
#include <gmock/gmock.h>
#include <signal.h>
#include <sstream>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "anchor/embedded/database.hpp"
#include "anchor/fixtures.hpp"

namespace circuit::anchor::embedded {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::Heard;
using testing::StoreFixture;
using testing::TemporaryDirectory;

std::string content_of(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::stringstream out;
  out << in.rdbuf();
  return out.str();
}

void write_to(const std::filesystem::path& file, const std::string& content) {
  std::ofstream(file, std::ios::binary | std::ios::trunc) << content;
}

Failure failure_of(const std::filesystem::path& file) {
  auto opened = Store::open(file);
  EXPECT_FALSE(opened);
  return opened ? Failure{} : opened.error();
}

TEST(Store, KeepsItsTreeOverARestart) {
  StoreFixture fixture;
  Stat before;
  {
    auto coordinator = fixture.connect();
    ASSERT_TRUE(coordinator->create("/a", "data", Mode::persistent));
    ASSERT_TRUE(coordinator->create("/a/b", std::string("\0\xff", 2), Mode::persistent));
    ASSERT_TRUE(coordinator->set("/a", "new"));
    ASSERT_TRUE(coordinator->create("/gone", "", Mode::persistent));
    ASSERT_TRUE(coordinator->remove("/gone"));
    before = **coordinator->exists("/a");
  }
  fixture.reopen();
  auto coordinator = fixture.connect();
  EXPECT_EQ(coordinator->get("/a")->data, "new");
  EXPECT_EQ(coordinator->get("/a")->stat, before);
  EXPECT_EQ(coordinator->get("/a/b")->data, std::string("\0\xff", 2));
  EXPECT_THAT(coordinator->children("/")->names, ElementsAre("a"));
}

TEST(Store, NumbersChangesUpwardsOverARestart) {
  StoreFixture fixture;
  std::uint64_t last = 0;
  for (int i = 0; i < 4; ++i) {
    {
      auto coordinator = fixture.connect();
      auto created = coordinator->create("/a", "", Mode::persistent);
      ASSERT_TRUE(created);
      EXPECT_GT(created->czxid, last);
      ASSERT_TRUE(coordinator->remove("/a"));
      last = (*coordinator->exists("/"))->pzxid;
      EXPECT_GT(last, created->czxid);
    }
    fixture.reopen();
  }
}

TEST(Store, LetsSessionsComeBackAfterARestart) {
  StoreFixture fixture;
  auto coordinator = fixture.connect();
  auto credentials = coordinator->session();
  auto other = fixture.connect();
  ASSERT_TRUE(coordinator->create("/mine", "", Mode::ephemeral));
  ASSERT_TRUE(other->create("/other", "", Mode::ephemeral));
  coordinator.reset();
  other.reset();
  fixture.clock.advance(std::chrono::hours(1));
  fixture.reopen();
  EXPECT_EQ(fixture.store->expire_due(fixture.clock.now_ns()), 0u) << "the wait begins with the restart";
  coordinator = fixture.connect(credentials);
  ASSERT_TRUE(coordinator);
  EXPECT_EQ(fixture.expire(), 1u);
  EXPECT_THAT(coordinator->children("/")->names, ElementsAre("mine"));
}

TEST(Store, SaysWhenTheNextSessionEnds) {
  StoreFixture fixture;
  auto first = fixture.connect();
  EXPECT_FALSE(fixture.store->next_expiry_ns());
  auto credentials = first->session();
  first.reset();
  std::uint64_t due = fixture.clock.now_ns() + 5'000'000'000;
  EXPECT_EQ(fixture.store->next_expiry_ns(), due);
  EXPECT_EQ(fixture.store->expire_due(due - 1), 0u);
  first = fixture.connect(credentials);
  EXPECT_FALSE(fixture.store->next_expiry_ns());
  first.reset();
  EXPECT_EQ(fixture.store->expire_due(due), 1u);
  EXPECT_FALSE(fixture.store->next_expiry_ns());
}

TEST(Store, GivesASessionToWhoResumesIt) {
  StoreFixture fixture;
  auto events = std::make_shared<Heard<SessionEvent>>();
  auto first = *fixture.store->connect({}, [events](SessionEvent event) { events->add(event); });
  auto lost = std::make_shared<Heard<WatchEvent>>();
  ASSERT_TRUE(first->exists("/a", [lost](const WatchEvent& event) { lost->add(event); }));
  auto second = fixture.connect(first->session());
  EXPECT_EQ(events->wait_for(0), SessionEvent::suspended);
  EXPECT_EQ(lost->wait_for(0)->kind, WatchEventKind::lost);
  EXPECT_EQ(first->create("/a", "", Mode::ephemeral).error().code, Code::connection_loss);
  ASSERT_TRUE(second->create("/a", "", Mode::ephemeral));
  ASSERT_TRUE(second->close());
  EXPECT_EQ(events->wait_for(1), SessionEvent::expired);
  EXPECT_EQ(first->exists("/a").error().code, Code::session_expired);
}

TEST(Store, LetsACallbackAskAndChangeTheTree) {
  StoreFixture fixture;
  auto coordinator = fixture.connect();
  auto heard = std::make_shared<Heard<std::string>>();
  ASSERT_TRUE(coordinator->exists("/a", [&](const WatchEvent&) {
    ASSERT_TRUE(coordinator->exists("/b", [heard](const WatchEvent& event) { heard->add(event.path); }));
    ASSERT_TRUE(coordinator->create("/b", "", Mode::persistent));
  }));
  ASSERT_TRUE(coordinator->create("/a", "", Mode::persistent));
  EXPECT_EQ(heard->wait_for(0), "/b");
}

TEST(Store, LetsACallbackDropItsConnection) {
  StoreFixture fixture;
  auto owner = std::make_shared<std::shared_ptr<Coordinator>>(fixture.connect());
  Coordinator& coordinator = **owner;
  ASSERT_TRUE(coordinator.exists("/a", [owner](const WatchEvent&) { owner->reset(); }));
  ASSERT_TRUE(fixture.connect()->create("/a", "", Mode::persistent));
  EXPECT_EQ(*owner, nullptr);
}

TEST(Store, CallsNothingOnceAConnectionIsGone) {
  StoreFixture fixture;
  auto changer = fixture.connect();
  ASSERT_TRUE(changer->create("/a", "", Mode::persistent));
  for (int round = 0; round < 50; ++round) {
    auto coordinator = fixture.connect();
    std::atomic<bool> gone{false};
    std::atomic<bool> late{false};
    ASSERT_TRUE(coordinator->get("/a", [&](const WatchEvent&) { late = late || gone; }));
    std::thread change([&] { EXPECT_TRUE(changer->set("/a", "")); });
    coordinator.reset();
    gone = true;
    change.join();
    EXPECT_FALSE(late);
  }
}

TEST(Store, OpensACopyThatWasTakenInTheMiddleOfThings) {
  StoreFixture fixture;
  auto coordinator = fixture.connect();
  TemporaryDirectory copies;
  std::vector<std::filesystem::path> taken;
  for (int i = 0; i < 60; ++i) {
    ASSERT_TRUE(coordinator->create("/n" + std::to_string(i), std::string(2000, 'x'), Mode::persistent));
    if (i % 10 != 9) continue;
    auto copy = copies / std::to_string(i);
    std::filesystem::create_directory(copy);
    for (const auto& file : std::filesystem::directory_iterator(fixture.directory.path()))
      std::filesystem::copy(file.path(), copy / file.path().filename());
    taken.push_back(copy / "anchors.db");
  }
  std::size_t expected = 10;
  for (const auto& file : taken) {
    auto store = Store::open(file);
    ASSERT_TRUE(store) << store.error().text;
    EXPECT_EQ((*(*store)->connect())->children("/")->names.size(), expected);
    expected += 10;
  }
}

TEST(Store, LosesNothingThatWasAnsweredWhenItsProcessIsKilled) {
  TemporaryDirectory directory;
  auto file = directory / "anchors.db";
  pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    auto store = Store::open(file);
    auto coordinator = *(*store)->connect();
    for (int i = 0; i < 200; ++i)
      static_cast<void>(coordinator->create("/n" + std::to_string(i), "", Mode::ephemeral));
    ::kill(::getpid(), SIGKILL);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status));
  auto store = Store::open(file);
  ASSERT_TRUE(store) << store.error().text;
  auto coordinator = *(*store)->connect();
  EXPECT_EQ(coordinator->children("/")->names.size(), 200u);
  EXPECT_EQ((*store)->expire_due(SystemClock().now_ns() + 60'000'000'000), 1u);
  EXPECT_TRUE(coordinator->children("/")->names.empty());
}

TEST(Store, RefusesToShareItsFile) {
  StoreFixture fixture;
  EXPECT_THAT(failure_of(fixture.file()).text, HasSubstr("in use"));
  EXPECT_TRUE(fixture.connect()->create("/a", "", Mode::persistent));
}

TEST(Store, MakesAFileThatNobodyElseCanRead) {
  StoreFixture fixture;
  struct stat info {};
  ASSERT_EQ(::stat(fixture.file().c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777u, 0600u);
}

TEST(Store, NamesADirectoryThatIsNotThere) {
  TemporaryDirectory directory;
  EXPECT_THAT(failure_of(directory / "missing" / "anchors.db").text, HasSubstr("missing/anchors.db"));
}

TEST(Store, LeavesAForeignFileAlone) {
  TemporaryDirectory directory;
  auto file = directory / "anchors.db";
  for (std::string content : {std::string(), std::string("not a database"), std::string(5000, 'x')}) {
    write_to(file, content);
    Failure what = failure_of(file);
    EXPECT_EQ(what.kind, ErrorKind::invalid);
    EXPECT_THAT(what.text, HasSubstr(file.string()));
    EXPECT_THAT(what.text, HasSubstr("move it away"));
    EXPECT_EQ(content_of(file), content);
  }
}

TEST(Store, LeavesADatabaseOfAnotherProgramAlone) {
  TemporaryDirectory directory;
  auto file = directory / "50% of #1?.db";
  write_to(file, "");
  {
    auto database = Database::open(file, Database::Access::read_write);
    ASSERT_TRUE(database);
    ASSERT_TRUE(database->execute("CREATE TABLE node(x); INSERT INTO node VALUES(1)"));
  }
  std::string before = content_of(file);
  EXPECT_THAT(failure_of(file).text, HasSubstr("another program"));
  EXPECT_EQ(content_of(file), before);
}

TEST(Store, LeavesAFileOfANewerVersionAlone) {
  StoreFixture fixture;
  fixture.store.reset();
  {
    auto database = Database::open(fixture.file(), Database::Access::read_write);
    ASSERT_TRUE(database->execute("PRAGMA user_version=2"));
  }
  std::string before = content_of(fixture.file());
  Failure what = failure_of(fixture.file());
  EXPECT_EQ(what.kind, ErrorKind::refused);
  EXPECT_THAT(what.text, HasSubstr("newer version"));
  EXPECT_EQ(content_of(fixture.file()), before);
}

TEST(Store, LeavesADamagedFileAlone) {
  StoreFixture fixture;
  {
    auto coordinator = fixture.connect();
    for (int i = 0; i < 200; ++i)
      ASSERT_TRUE(coordinator->create("/n" + std::to_string(i), std::string(500, 'x'), Mode::persistent));
  }
  fixture.store.reset();
  std::string good = content_of(fixture.file());
  ASSERT_GT(good.size(), 20'000u);
  for (std::size_t at : {4096u, 8192u, 16384u}) {
    std::string bad = good;
    for (std::size_t i = at; i < at + 4096; ++i) bad[i] = static_cast<char>(i * 31);
    write_to(fixture.file(), bad);
    Failure what = failure_of(fixture.file());
    EXPECT_THAT(what.text, HasSubstr("damaged"));
    EXPECT_EQ(content_of(fixture.file()), bad);
  }
  write_to(fixture.file(), good.substr(0, good.size() / 2));
  EXPECT_THAT(failure_of(fixture.file()).text, HasSubstr("damaged"));
  write_to(fixture.file(), good);
  EXPECT_TRUE(Store::open(fixture.file()));
}

TEST(Store, RefusesContentThatMakesNoSense) {
  for (const char* sql : {"INSERT INTO node VALUES('/a/b', x'', 1, 1, 1, 0, 0, 0, 0, 0)",
                          "INSERT INTO node VALUES('nowhere', x'', 1, 1, 1, 0, 0, 0, 0, 0)",
                          "INSERT INTO node VALUES('/a', x'', -1, 1, 1, 0, 0, 0, 0, 0)",
                          "INSERT INTO node VALUES('/a', x'', 1, 1, 1, 0, 0, -7, 0, 0)",
                          "INSERT INTO node VALUES('/a', zeroblob(100000), 1, 1, 1, 0, 0, 0, 0, 0)",
                          "INSERT INTO node VALUES('/a', x'', 1, 1, 1, 0, 0, 0, 0, 42)",
                          "UPDATE epoch SET value = -1", "DROP TABLE session"}) {
    StoreFixture fixture;
    fixture.store.reset();
    {
      auto database = Database::open(fixture.file(), Database::Access::read_write);
      ASSERT_TRUE(database->execute(sql)) << sql;
    }
    EXPECT_FALSE(failure_of(fixture.file()).text.empty()) << sql;
  }
}

TEST(Store, ChangesNothingThatItCannotWrite) {
  StoreFixture fixture;
  auto coordinator = fixture.connect();
  ASSERT_TRUE(coordinator->create("/a", "old", Mode::persistent));
  auto before = coordinator->get("/a");
  // A limit on the size of files stands for a full disk.
  rlimit limit{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &limit), 0);
  auto handler = ::signal(SIGXFSZ, SIG_IGN);
  rlimit none{1, limit.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &none), 0);
  auto set = coordinator->set("/a", "new");
  auto create = coordinator->create("/a/b", "", Mode::persistent);
  auto session = fixture.store->connect();
  ::setrlimit(RLIMIT_FSIZE, &limit);
  ::signal(SIGXFSZ, handler);
  ASSERT_FALSE(set);
  EXPECT_EQ(set.error().code, Code::refused);
  EXPECT_FALSE(create);
  EXPECT_FALSE(session);
  EXPECT_EQ(coordinator->get("/a")->data, "old");
  EXPECT_EQ(coordinator->get("/a")->stat, before->stat);
  EXPECT_TRUE(coordinator->set("/a", "newer")) << "works again when there is space";
  coordinator.reset();
  fixture.reopen();
  EXPECT_EQ(fixture.connect()->get("/a")->data, "newer");
}

TEST(Store, IgnoresTheLeftoversOfAnInterruptedCreation) {
  TemporaryDirectory directory;
  auto file = directory / "anchors.db";
  write_to(directory / "anchors.db.new", "half of it");
  write_to(directory / "anchors.db-wal", "of a former life");
  EXPECT_TRUE(Store::open(file));
  EXPECT_FALSE(std::filesystem::exists(directory / "anchors.db.new"));
}

}  // namespace
}  // namespace circuit::anchor::embedded
