#include "keeper/journal.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <sstream>

#include "base/limits.hpp"

namespace circuit::keeper {
namespace {

std::string text(const JournalEntry& entry) {
  return std::string(text_of(encode_entry(entry)));
}

JournalEntry launched(std::uint64_t id) {
  return LaunchedEntry{HeldWorker{WorkerId{id}, 4711, 12, 13, Bytes(bytes_of("first"))}, true};
}

JournalContent read(const std::string& bytes) {
  std::istringstream stream(bytes);
  return read_journal(stream);
}

TEST(Journal, TellsWhatItsEntriesComeTo) {
  const JournalContent content =
      read(text(BootEntry{"boot"}) + text(AgentEntry{{99, 100}}) + text(launched(1)) + text(launched(2)) +
           text(launched(3)) + text(UpdatedEntry{WorkerId{1}, Bytes(bytes_of("second"))}) +
           text(DiedEntry{WorkerId{2}, End{true, 256}}) + text(DiedEntry{WorkerId{3}, End{}}) +
           text(AcknowledgedEntry{WorkerId{3}}));
  EXPECT_FALSE(content.damaged);
  EXPECT_EQ(content.boot, "boot");
  EXPECT_EQ(content.agent.pid, 99);
  ASSERT_EQ(content.workers.size(), 2U);
  EXPECT_EQ(content.workers.at(WorkerId{1}).held.record, Bytes(bytes_of("second")));
  EXPECT_TRUE(content.workers.at(WorkerId{1}).has_recorder);
  EXPECT_EQ(content.workers.at(WorkerId{2}).end->wait_status, 256);
}

TEST(Journal, ToleratesATailThatIsTornAnywhere) {
  const std::string whole = text(launched(1));
  const std::string torn = text(launched(2));
  for (std::size_t size = 0; size < torn.size(); ++size) {
    const JournalContent content = read(whole + torn.substr(0, size));
    EXPECT_FALSE(content.damaged) << size;
    EXPECT_EQ(content.workers.size(), 1U) << size;
  }
}

TEST(Journal, PassesOverAnEntryWhoseBytesHaveChanged) {
  std::string changed = text(launched(2));
  changed.back() = static_cast<char>(changed.back() ^ 1);
  const JournalContent content = read(text(launched(1)) + changed + text(launched(3)));
  EXPECT_TRUE(content.damaged);
  EXPECT_EQ(content.workers.size(), 2U);
  EXPECT_TRUE(content.workers.contains(WorkerId{3}));
}

TEST(Journal, TakesNothingFromGarbage) {
  EXPECT_TRUE(read("this is no journal, whatever its name says").damaged);
  EXPECT_TRUE(read(std::string(64, '\0')).damaged);
  EXPECT_TRUE(read(std::string(64, '\xff')).damaged);
}

class JournalFile : public ::testing::Test {
 protected:
  JournalFile() {
    std::string pattern = "/tmp/keeper-journal-XXXXXX";
    directory_ = ::mkdtemp(pattern.data());
  }
  ~JournalFile() override {
    std::error_code error;
    std::filesystem::remove_all(directory_, error);
  }
  std::filesystem::path directory_;
};

TEST_F(JournalFile, HoldsWhatWasRewrittenAndAppended) {
  Journal journal(directory_ / "journal");
  const JournalWorker dead{HeldWorker{WorkerId{1}, 5, 6, 7, {}}, false, End{true, 9}};
  ASSERT_TRUE(journal.rewrite({&dead}, {1, 2}).has_value());
  journal.append(launched(2));
  const JournalContent content = journal.read();
  EXPECT_EQ(content.boot, boot_id());
  EXPECT_EQ(content.agent.start_ticks, 2U);
  EXPECT_EQ(content.workers.at(WorkerId{1}).end->wait_status, 9);
  EXPECT_TRUE(content.workers.contains(WorkerId{2}));
}

TEST_F(JournalFile, IsDueWhenItHasGrownPastItsLimit) {
  Journal journal(directory_ / "journal");
  ASSERT_TRUE(journal.rewrite({}, {}).has_value());
  const UpdatedEntry entry{WorkerId{1}, Bytes(bytes_of(std::string(limits::keeper_record_bytes, 'x')))};
  for (std::uint64_t size = 0; size < limits::journal_bytes; size += limits::keeper_record_bytes) {
    EXPECT_FALSE(journal.is_due());
    journal.append(entry);
  }
  EXPECT_TRUE(journal.is_due());
  ASSERT_TRUE(journal.rewrite({}, {}).has_value());
  EXPECT_FALSE(journal.is_due());
}

TEST_F(JournalFile, IsKeptAsideWhenItIsDamaged) {
  std::ofstream(directory_ / "journal") << "no journal at all";
  EXPECT_TRUE(Journal(directory_ / "journal").read().workers.empty());
  EXPECT_TRUE(std::filesystem::exists(directory_ / "journal.damaged"));
}

}  // namespace
}  // namespace circuit::keeper
