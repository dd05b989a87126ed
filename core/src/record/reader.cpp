#include "record/reader.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <optional>
#include <tuple>
#include <unordered_map>

namespace circuit::record {
namespace {

using layout::Progress;
using std::memory_order_acquire;
using std::memory_order_relaxed;

using NameTable = std::unordered_map<std::uint64_t, std::string>;

template <class T>
T get(const std::atomic<T>& from) noexcept {
  return from.load(memory_order_acquire);
}

/// How many slots of a side were ever used, as far as there are any.
std::uint32_t used_of(const Memory& memory, std::size_t side) noexcept {
  return std::min(get(memory.header().sides[side].used), memory.slots());
}

std::string read_name(const layout::Name& name) {
  std::array<std::uint64_t, layout::name_words> words;
  for (std::size_t i = 0; i < words.size(); ++i) words[i] = get(name.words[i]);
  const auto bytes = std::bit_cast<std::array<char, sizeof words>>(words);
  const std::size_t length = std::min<std::size_t>(static_cast<unsigned char>(bytes[0]), layout::name_bytes);
  std::string text(bytes.data() + 1, length);
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
  }
  return text;
}

NameTable read_names(const Memory& memory) {
  NameTable names;
  for (std::size_t i = 0; i < limits::recorded_names; ++i) {
    const std::uint64_t method = get(memory.method(i));
    if (method == 0) break;
    if (std::string text = read_name(memory.name(i)); !text.empty()) names.emplace(method, std::move(text));
  }
  return names;
}

std::string name_in(const NameTable& names, std::uint64_t method) {
  const auto found = names.find(method);
  return found == names.end() ? std::string() : found->second;
}

void read_arguments(const layout::Slot& slot, RecordedCall& call) {
  call.argument_bytes = get(slot.argument_bytes);
  std::array<std::uint64_t, layout::argument_words> words;
  const std::size_t kept = std::min<std::size_t>(call.argument_bytes, limits::recorded_argument_bytes);
  for (std::size_t i = 0; i < (kept + 7) / 8; ++i) words[i] = get(slot.arguments[i]);
  const auto* bytes = reinterpret_cast<const std::byte*>(words.data());
  call.arguments.assign(bytes, bytes + kept);
}

/// The call in a slot, or nothing where it is free or keeps changing.
std::optional<RecordedCall> read_slot(const Memory& memory, std::uint32_t index, Direction direction) {
  const layout::Slot& slot = memory.slot(index);
  RecordedCall call;
  call.direction = direction;
  for (int attempt = 0; attempt < limits::record_reading_tries; ++attempt) {
    const std::uint64_t before = get(slot.sequence);
    if (before % 2 != 0) continue;
    const Progress progress = Progress::of(get(slot.progress));
    if (progress.state != CallState::free) {
      call.state = progress.state;
      call.thread = progress.thread;
      call.queued_behind = progress.behind ? get(slot.queued_behind) : 0;
      call.call = get(slot.call);
      call.slot = SlotId{index, progress.generation}.call();
      call.parent = get(slot.parent);
      call.chain = get(slot.chain);
      call.object = get(slot.object);
      call.method = get(slot.method);
      call.peer = get(slot.peer);
      call.started_ns = get(slot.started_ns);
      call.deadline_ns = get(slot.deadline_ns);
      call.depth = get(slot.depth);
      read_arguments(slot, call);
    }
    if (slot.sequence.load(memory_order_relaxed) != before) continue;
    const bool known = progress.state == CallState::queued || progress.state == CallState::running ||
                       progress.state == CallState::waiting;
    if (!known) return std::nullopt;
    return call;
  }
  return std::nullopt;
}

/// The finished call with that ticket, unless it is being written, overwritten or garbled.
std::optional<FinishedCall> read_finished(const layout::Finished& record, std::uint64_t ticket) {
  const std::uint64_t done = 2 * ticket + 2;
  if (get(record.sequence) != done) return std::nullopt;
  std::array<std::uint64_t, 9> words;
  for (std::size_t i = 0; i < words.size(); ++i) words[i] = get(record.words[i]);
  const std::uint64_t check = get(record.check);
  if (record.sequence.load(memory_order_relaxed) != done || check != layout::check_of(done, words))
    return std::nullopt;
  const std::uint64_t kind = words[layout::kind];
  const auto direction = static_cast<std::uint8_t>(kind >> 8);
  const auto outcome = static_cast<std::uint8_t>(kind);
  if (direction < 1 || direction > 2 || outcome > 2) return std::nullopt;
  FinishedCall call;
  call.direction = static_cast<Direction>(direction);
  call.outcome = static_cast<Outcome>(outcome);
  call.call = words[layout::call];
  call.parent = words[layout::parent];
  call.chain = words[layout::chain];
  call.object = words[layout::object];
  call.method = words[layout::method];
  call.peer = words[layout::peer];
  call.started_ns = words[layout::started_ns];
  call.finished_ns = words[layout::finished_ns];
  call.depth = static_cast<std::uint32_t>(kind >> 32);
  return call;
}

}  // namespace

Result<Reader> Reader::open(UniqueFd fd) {
  Result<Memory> memory = Memory::map(std::move(fd), Memory::Access::read);
  if (!memory) return std::move(memory).error();
  return Reader(std::move(*memory));
}

std::vector<RecordedCall> Reader::calls() const {
  std::vector<RecordedCall> calls;
  for (const Direction direction : {Direction::outgoing, Direction::incoming}) {
    const std::size_t side = layout::side_of(direction);
    const std::uint32_t used = used_of(memory_, side);
    for (std::uint32_t place = 0; place < used; ++place) {
      const std::uint32_t index = static_cast<std::uint32_t>(side) * memory_.slots() + place;
      std::optional<RecordedCall> call = read_slot(memory_, index, direction);
      if (call) calls.push_back(std::move(*call));
    }
  }
  if (calls.empty()) return calls;
  const NameTable names = read_names(memory_);
  for (RecordedCall& call : calls) call.method_name = name_in(names, call.method);
  std::sort(calls.begin(), calls.end(), [](const RecordedCall& a, const RecordedCall& b) {
    return std::tie(a.started_ns, a.depth, a.call) < std::tie(b.started_ns, b.depth, b.call);
  });
  return calls;
}

std::vector<FinishedCall> Reader::finished(std::size_t at_most) const {
  std::vector<FinishedCall> calls;
  const std::uint64_t end = get(memory_.header().finished);
  const std::uint64_t kept = std::min<std::uint64_t>(end, limits::recorded_finished_calls);
  for (std::uint64_t back = 1; back <= kept && calls.size() < at_most; ++back) {
    std::optional<FinishedCall> call = read_finished(memory_.finished(end - back), end - back);
    if (call) calls.push_back(std::move(*call));
  }
  if (calls.empty()) return calls;
  const NameTable names = read_names(memory_);
  for (FinishedCall& call : calls) call.method_name = name_in(names, call.method);
  return calls;
}

Counters Reader::counters(Direction direction) const {
  Counters sum;
  const std::size_t side = layout::side_of(direction);
  const std::uint32_t used = used_of(memory_, side);
  for (std::uint32_t place = 0; place < used; ++place) {
    const layout::Slot& slot = memory_.slot(side * memory_.slots() + place);
    // A call begins before it ends: read in the reverse order, no more have ended than began.
    sum.answered += get(slot.ended[static_cast<std::size_t>(Outcome::answered)]);
    sum.failed += get(slot.ended[static_cast<std::size_t>(Outcome::failed)]);
    sum.abandoned += get(slot.ended[static_cast<std::size_t>(Outcome::abandoned)]);
    sum.started += get(slot.started);
  }
  sum.overflowed = get(memory_.header().sides[side].overflowed);
  return sum;
}

std::uint64_t Reader::heartbeat_ns() const noexcept { return get(memory_.header().heartbeat_ns); }

std::uint64_t Reader::worker() const noexcept { return get(memory_.header().worker); }

std::int32_t Reader::pid() const noexcept { return static_cast<std::int32_t>(get(memory_.header().pid)); }

std::uint64_t Reader::boot() const noexcept { return get(memory_.header().boot); }

}  // namespace circuit::record
