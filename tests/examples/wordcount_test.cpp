// wordcount against the tools that have always counted words.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <map>
#include <set>
#include <sstream>
#include <sys/stat.h>

#include "spawn/agent_interface.hpp"
#include "support/host.hpp"

namespace circuit::support {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;

using Lines = std::vector<std::string>;

/// `COUNT WORD` per line, most frequent first, equal counts by word, as the shell's tools have it. A line
/// feed after each file keeps the last word of one and the first of the next apart.
Lines counted_by_tools(const fs::path& directory) {
  const std::string script =
      "find \"$0\" -type f -exec sh -c 'for f; do cat \"$f\" 2>/dev/null; echo; done' sh {} + "
      "| tr -cs A-Za-z '\\n' | tr A-Z a-z | grep . | sort | uniq -c | sort -k1,1nr -k2 | sed 's/^ *//'";
  const Outcome outcome = run({"/bin/sh", "-c", script, directory.string()}, {"LC_ALL=C"});
  Lines lines;
  std::istringstream stream(outcome.out);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

class WordCount : public Host {
 protected:
  static std::vector<std::string> command(const fs::path& directory, std::vector<std::string> options = {}) {
    std::vector<std::string> all{CIRCUIT_WORDCOUNT, directory.string(), "--mappers", "8", "--reducers", "4",
                                 "--top",           "100000000"};
    all.insert(all.end(), options.begin(), options.end());
    return all;
  }

  static Lines counted(const fs::path& directory) {
    const Outcome outcome = run(command(directory));
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    Lines lines;
    std::istringstream stream(outcome.out);
    for (std::string line; std::getline(stream, line);) lines.push_back(line);
    return lines;
  }

  void expect_no_worker() {
    EXPECT_TRUE(eventually([&] { return processes_of(directory()).size() == 2; }))
        << "more than keeper and agent: " << names_of(processes_of(directory()));
    EXPECT_TRUE(eventually([&] { return console().tree() == std::vector<std::string>(); }));
  }

  /// The workers under /wordcount, by directory.
  std::multimap<std::string, spawn::WorkerRecord> workers() {
    std::multimap<std::string, spawn::WorkerRecord> all;
    auto listings = console().ask(spawn::agent_interface().walk, std::string("/wordcount"));
    if (listings.has_error()) return all;
    for (const auto& listing : *listings)
      for (const auto& worker : listing.workers) all.emplace(listing.path, worker);
    return all;
  }

  /// Starts a run that takes long, and waits until all its workers stand in the tree.
  std::unique_ptr<Program> long_run(std::multimap<std::string, spawn::WorkerRecord>& running) {
    for (int i = 0; i < 800; ++i)
      write_text(many_files_.path() / std::to_string(i), "the quick brown fox jumps over the lazy dog");
    auto program = std::make_unique<Program>(command(many_files_.path(), {"--pace", "200"}));
    await_agent();
    EXPECT_TRUE(eventually([&] { return (running = workers()).size() == 12 || program->has_ended(); }));
    EXPECT_EQ(running.size(), 12u) << program->err();
    return program;
  }

 private:
  TemporaryDirectory many_files_;
};

TEST_F(WordCount, EqualsTheToolsOverRealText) {
  const Lines expected = counted_by_tools("/usr/share/common-licenses");
  ASSERT_GT(expected.size(), 1000u);
  const int rounds = is_long() ? 50 : 10;
  for (int round = 0; round < rounds && !HasFailure(); ++round)
    ASSERT_EQ(counted("/usr/share/common-licenses"), expected) << "in round " << round;
  expect_no_worker();
}

TEST_F(WordCount, EqualsTheToolsOverHostileFiles) {
  const TemporaryDirectory tree;
  const fs::path& top = tree.path();
  constexpr std::size_t chunk = 256 * 1024;
  write_text(top / "empty", "");
  write_text(top / "no newline", "alpha beta");
  write_text(top / "no newline, the next", "gamma delta");
  std::string binary;
  for (unsigned i = 0; i < 100'000; ++i) binary += static_cast<char>((i * 2654435761u) >> 13);
  write_text(top / "deep/er/binary", binary);
  for (std::size_t before : {chunk - 1, chunk - 3, chunk, chunk + 1})
    write_text(top / ("across " + std::to_string(before)),
               std::string(before, '.') + "Straddling" + std::string(chunk, ' ') + "end");
  write_text(top / "long word", std::string(3 * chunk, 'w'));
  write_text(top / "umlauts",
             "gr\xc3\xbc\xc3\x9f"
             "e GR\xc3\xbcSSE it's e-mail x1y2z3\r\n\r\nlast");
  write_text(top / "name\nwith a line feed and 'quotes'", "quoted");
  ASSERT_EQ(::mkfifo((top / "fifo").c_str(), 0600), 0);
  fs::create_symlink("no newline", top / "link");
  fs::create_directory_symlink(".", top / "deep/loop");
  write_text(top / "unreadable", "hidden");
  ASSERT_EQ(::chmod((top / "unreadable").c_str(), 0), 0);

  const Lines expected = counted_by_tools(top);
  ASSERT_THAT(expected, ::testing::Contains("4 straddling"));
  EXPECT_EQ(counted(top), expected);
  expect_no_worker();
}

TEST_F(WordCount, RunsInTwelveProcesses) {
  std::multimap<std::string, spawn::WorkerRecord> running;
  auto program = long_run(running);
  std::set<std::int32_t> pids;
  for (const auto& [path, worker] : running) {
    pids.insert(worker.address.pid);
    EXPECT_TRUE(lives(worker.address.pid));
  }
  EXPECT_EQ(pids.size(), 12u);
  EXPECT_EQ(running.count("/wordcount/mapper"), 8u);
  EXPECT_EQ(running.count("/wordcount/reducer"), 4u);
  program->signal(SIGKILL);
  expect_no_worker();
}

TEST_F(WordCount, EndsWithTheNameOfADeadReducer) {
  std::multimap<std::string, spawn::WorkerRecord> running;
  auto program = long_run(running);
  const auto reducer = running.find("/wordcount/reducer");
  ASSERT_NE(reducer, running.end());
  ASSERT_EQ(::kill(reducer->second.address.pid, SIGKILL), 0);
  const Outcome outcome = program->wait();
  EXPECT_NE(outcome.status, 0);
  EXPECT_THAT(outcome.err, AllOf(HasSubstr("dead"), HasSubstr(reducer->second.address.id.string())));
  expect_no_worker();
}

}  // namespace
}  // namespace circuit::support
