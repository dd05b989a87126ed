#include "keeper/journal.hpp"

#include <algorithm>
#include <array>
#include <boost/crc.hpp>
#include <boost/endian/conversion.hpp>
#include <cerrno>
#include <fcntl.h>
#include <fmt/format.h>
#include <fstream>
#include <unistd.h>

#include "base/limits.hpp"
#include "base/log.hpp"
#include "base/paths.hpp"
#include "keeper/tagged.hpp"

namespace circuit::keeper {
namespace {

constexpr std::size_t header_bytes = 8;

std::uint32_t checksum(ByteView bytes) {
  boost::crc_32_type crc;
  crc.process_bytes(bytes.data(), bytes.size());
  return crc.checksum();
}

std::uint32_t number_at(const std::byte* bytes) {
  return boost::endian::load_little_u32(reinterpret_cast<const unsigned char*>(bytes));
}

void store_number(std::byte* bytes, std::size_t value) {
  boost::endian::store_little_u32(reinterpret_cast<unsigned char*>(bytes), static_cast<std::uint32_t>(value));
}

/// Reads exactly `size` bytes, or says that there are not as many.
bool read_bytes(std::istream& stream, std::byte* into, std::size_t size) {
  stream.read(reinterpret_cast<char*>(into), static_cast<std::streamsize>(size));
  return static_cast<std::size_t>(stream.gcount()) == size;
}

/// Adds one entry to what the earlier ones came to.
struct Follow {
  JournalContent& content;

  void operator()(BootEntry& entry) const { content.boot = std::move(entry.boot); }
  void operator()(LaunchedEntry& entry) const {
    const WorkerId id = entry.held.worker;
    content.workers[id] = JournalWorker{std::move(entry.held), entry.has_recorder, std::nullopt};
  }
  void operator()(UpdatedEntry& entry) const {
    if (auto found = content.workers.find(entry.worker); found != content.workers.end())
      found->second.held.record = std::move(entry.record);
  }
  void operator()(DiedEntry& entry) const {
    if (auto found = content.workers.find(entry.worker); found != content.workers.end())
      found->second.end = entry.end;
  }
  void operator()(AcknowledgedEntry& entry) const { content.workers.erase(entry.worker); }
  void operator()(AgentEntry& entry) const { content.agent = entry.agent; }
};

/// The whole of `bytes`, or an errno.
int write_all(int file, ByteView bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(file, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return 0;
}

}  // namespace

std::string boot_id() {
  auto text = read_file("/proc/sys/kernel/random/boot_id", 256);
  if (!text) return {};
  while (!text->empty() && text->back() == '\n') text->pop_back();
  return *text;
}

Buffer encode_entry(const JournalEntry& entry) {
  const Buffer payload = encode_tagged(entry);
  Buffer bytes;
  std::byte* header = bytes.extend(header_bytes);
  store_number(header, payload.size());
  store_number(header + 4, checksum(payload));
  bytes.append(payload);
  return bytes;
}

JournalContent read_journal(std::istream& stream) {
  JournalContent content;
  Buffer payload;
  for (;;) {
    std::array<std::byte, header_bytes> header{};
    if (!read_bytes(stream, header.data(), header.size())) return content;
    const std::size_t size = number_at(header.data());
    if (size == 0 || size > limits::keeper_message_bytes) {
      content.damaged = true;  // Where the next entry begins cannot be known.
      return content;
    }
    payload.clear();
    if (!read_bytes(stream, payload.extend(size), size)) return content;
    if (checksum(payload) != number_at(header.data() + 4)) {
      content.damaged = true;
      continue;
    }
    auto entry = decode_tagged<JournalEntry>(payload);
    if (entry)
      std::visit(Follow{content}, *entry);
    else
      content.damaged = true;
  }
}

JournalContent Journal::read() const {
  std::ifstream stream(path_, std::ios::binary);
  if (!stream) return {};
  JournalContent content = read_journal(stream);
  if (content.damaged) {
    std::filesystem::path aside = path_;
    aside += ".damaged";
    std::error_code error;
    std::filesystem::rename(path_, aside, error);
    log::warn("{} is damaged: {} workers could be read from it; it is kept as {}", path_.string(),
              content.workers.size(), aside.string());
  }
  return content;
}

Result<void> Journal::rewrite(const std::vector<const JournalWorker*>& workers, const JournalAgent& agent) {
  std::filesystem::path draft = path_;
  draft += ".draft";
  UniqueFd file(
      ::open(draft.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file) return system_failure(fmt::format("cannot write {}", draft.string()), errno);

  std::uint64_t size = 0;
  int error = 0;
  auto put = [&](const JournalEntry& entry) {
    if (error != 0) return;
    const Buffer bytes = encode_entry(entry);
    error = write_all(file.get(), bytes);
    size += bytes.size();
  };
  put(BootEntry{boot_id()});
  if (agent.pid != 0) put(AgentEntry{agent});
  for (const JournalWorker* worker : workers) {
    put(LaunchedEntry{worker->held, worker->has_recorder});
    if (worker->end) put(DiedEntry{worker->held.worker, *worker->end});
  }
  if (error == 0 && ::rename(draft.c_str(), path_.c_str()) != 0) error = errno;
  // Also after a failure, so that a full disk does not make each append try again.
  due_size_ = std::max(limits::journal_bytes, 2 * std::max(size, size_));
  if (error != 0) {
    ::unlink(draft.c_str());
    return system_failure(fmt::format("cannot rewrite {}", path_.string()), error);
  }
  file_ = std::move(file);
  size_ = size;
  due_size_ = std::max(limits::journal_bytes, 2 * size);
  return {};
}

void Journal::append(const JournalEntry& entry) {
  const Buffer bytes = encode_entry(entry);
  if (const int error = write_all(file_.get(), bytes); error != 0) {
    log::error("{}", system_failure(fmt::format("cannot write {}", path_.string()), error).text);
    // A part of an entry would hide all that follow it.
    if (::ftruncate(file_.get(), static_cast<off_t>(size_)) != 0) log::error("cannot cut {}", path_.string());
    return;
  }
  size_ += bytes.size();
}

}  // namespace circuit::keeper
