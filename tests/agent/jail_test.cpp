// Jails and sockets as files: what is kept of them, and what goes.
#include "agent/jail.hpp"

#include <fcntl.h>
#include <fstream>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.hpp"
#include "base/paths.hpp"
#include "link/unix_transport.hpp"
#include "support/temporary.hpp"

namespace circuit::agent {
namespace {

namespace fs = std::filesystem;
using support::read_text;
using support::TemporaryDirectory;
using support::write_text;

constexpr std::uint64_t limit_bytes = 1024 * 1024;

std::uint64_t bytes_on_disk(const fs::path& file) {
  struct stat found {};
  EXPECT_EQ(::stat(file.c_str(), &found), 0);
  return static_cast<std::uint64_t>(found.st_blocks) * 512;
}

TEST(TrimOutput, LeavesWhatIsWithinTheLimit) {
  TemporaryDirectory jail;
  const std::string text(limit_bytes / 2, 'x');
  write_text(jail.path() / "out", text);
  trim_output(jail.path(), limit_bytes);
  EXPECT_EQ(read_text(jail.path() / "out"), text);
}

TEST(TrimOutput, LetsTheOlderHalfGoAndKeepsThePlacesOfTheRest) {
  TemporaryDirectory jail;
  std::string text;
  for (int line = 0; text.size() < 3 * limit_bytes; ++line) text += std::to_string(line) + "\n";
  write_text(jail.path() / "err", text);
  trim_output(jail.path(), limit_bytes);
  EXPECT_LE(bytes_on_disk(jail.path() / "err"), limit_bytes);
  const std::string rest = read_text(jail.path() / "err");
  ASSERT_EQ(rest.size(), text.size());
  EXPECT_EQ(rest.substr(rest.size() - limit_bytes / 2), text.substr(text.size() - limit_bytes / 2));
  EXPECT_EQ(rest[0], '\0') << "what went reads as zeros";
}

TEST(TrimOutput, TouchesNothingThatALinkLeadsTo) {
  TemporaryDirectory jail;
  const std::string text(2 * limit_bytes, 'x');
  write_text(jail.path() / "elsewhere", text);
  fs::create_symlink(jail.path() / "elsewhere", jail.path() / "out");
  trim_output(jail.path(), limit_bytes);
  EXPECT_EQ(read_text(jail.path() / "elsewhere"), text);
}

/// A directory of an agent with its socket directory.
class Sockets : public ::testing::Test {
 protected:
  Sockets() { EXPECT_TRUE(make_private_directory(socket_directory(directory_.path())).has_value()); }
  ~Sockets() override { fs::remove_all(socket_directory(directory_.path())); }

  fs::path at(const std::string& name) const { return socket_directory(directory_.path()) / name; }
  UniqueFd bind(const std::string& name) {
    auto socket = link::bind_unix("unix:" + at(name).string());
    EXPECT_TRUE(socket.has_value());
    return socket.has_value() ? std::move(*socket) : UniqueFd();
  }
  /// Makes it as old as one that was bound a while ago.
  void age(const std::string& name) {
    fs::last_write_time(at(name), fs::file_time_type::clock::now() - 2 * limits::socket_settles);
  }

  TemporaryDirectory directory_;
};

TEST_F(Sockets, OfAProcessThatWasKilledBeforeItsAgentKnewItGoes) {
  bind("deserted").reset();
  age("deserted");
  ASSERT_TRUE(fs::exists(at("deserted")));
  remove_dead_sockets(directory_.path());
  EXPECT_FALSE(fs::exists(at("deserted")));
}

TEST_F(Sockets, ThatSomebodyListensAtStays) {
  const UniqueFd socket = bind("alive");
  age("alive");
  remove_dead_sockets(directory_.path());
  EXPECT_TRUE(fs::exists(at("alive")));
}

TEST_F(Sockets, ThatIsNewStays) {
  bind("new").reset();
  remove_dead_sockets(directory_.path());
  EXPECT_TRUE(fs::exists(at("new")));
}

}  // namespace
}  // namespace circuit::agent
