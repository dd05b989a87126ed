#include "record/recorder.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <unistd.h>

#include "base/secret_mark.hpp"

namespace circuit::record {
namespace {

using layout::Progress;
using layout::Slot;
using layout::Word;
using std::memory_order_acq_rel;
using std::memory_order_acquire;
using std::memory_order_relaxed;
using std::memory_order_release;

constexpr std::uint64_t first_mask = 0xffff;
constexpr std::uint64_t one_in_use = 0x1'0000;
constexpr std::uint64_t one_push = 0x1'0000'0000;
static_assert(limits::recorder_slots < first_mask);

/// A word of a guarded record: see layout.hpp for the order.
template <class T>
void put(std::atomic<T>& to, T value) noexcept {
  to.store(value, memory_order_release);
}

/// Adds where only one thread at a time may write.
void add_alone(Word& to) noexcept { put(to, to.load(memory_order_relaxed) + 1); }

/// What takes the place of a secret, and of all that follows: no CBOR item begins with it.
constexpr int hidden = 0xff;

void put_arguments(Slot& slot, ByteView arguments) noexcept {
  put(slot.argument_bytes, static_cast<std::uint32_t>(std::min<std::size_t>(
                               arguments.size(), std::numeric_limits<std::uint32_t>::max())));
  const std::size_t kept = std::min(arguments.size(), limits::recorded_argument_bytes);
  std::array<std::byte, limits::recorded_argument_bytes> shown;
  // A mark that the limit cuts off hides nothing: the secret behind it is not kept either.
  if (const std::size_t secret = find_secret(arguments.first(kept)); secret != kept) {
    std::memcpy(shown.data(), arguments.data(), secret);
    std::memset(shown.data() + secret, hidden, kept - secret);
    arguments = ByteView(shown).first(kept);
  }
  const std::size_t whole = kept / 8;
  for (std::size_t i = 0; i < whole; ++i) {
    std::uint64_t word;
    std::memcpy(&word, arguments.data() + 8 * i, 8);
    put(slot.arguments[i], word);
  }
  if (kept % 8 != 0) {
    std::uint64_t word = 0;
    std::memcpy(&word, arguments.data() + 8 * whole, kept % 8);
    put(slot.arguments[whole], word);
  }
}

/// `text` cut to what a name holds, not within a character.
std::string_view cut(std::string_view text) noexcept {
  if (text.size() <= layout::name_bytes) return text;
  std::size_t end = layout::name_bytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  return text.substr(0, end);
}

}  // namespace

Result<UniqueFd> Recorder::make_memory(std::uint64_t worker, std::uint32_t slots) {
  return Memory::make(worker, slots);
}

Result<std::unique_ptr<Recorder>> Recorder::create(std::uint64_t worker, std::uint32_t slots) {
  Result<UniqueFd> memory = Memory::make(worker, slots);
  if (!memory) return std::move(memory).error();
  return attach(std::move(*memory));
}

Result<std::unique_ptr<Recorder>> Recorder::attach(UniqueFd fd) {
  Result<Memory> memory = Memory::map(std::move(fd), Memory::Access::write);
  if (!memory) return std::move(memory).error();
  return std::unique_ptr<Recorder>(new Recorder(std::move(*memory)));
}

Recorder::Recorder(Memory memory)
    : memory_(std::move(memory)),
      slots_(memory_.slots()),
      entries_(std::make_unique<Entry[]>(2 * std::size_t{slots_})) {
  reset_side(0);
  reset_side(1);
  memory_.header().pid.store(static_cast<std::uint32_t>(::getpid()), memory_order_release);
}

void Recorder::reset_side(std::size_t side) {
  const auto base = static_cast<std::uint32_t>(side) * slots_;
  for (std::uint32_t place = 0; place < slots_; ++place) {
    entries_[base + place].next.store(place + 1 < slots_ ? place + 2 : 0, memory_order_relaxed);
  }
  free_[side].head.store(1, memory_order_release);
  const std::uint32_t used = std::min(memory_.header().sides[side].used.load(memory_order_acquire), slots_);
  for (std::uint32_t place = 0; place < used; ++place) {
    Slot& slot = memory_.slot(base + place);
    const std::uint64_t sequence = slot.sequence.load(memory_order_relaxed);
    if (Progress::of(slot.progress.load(memory_order_relaxed)).state != CallState::free) {
      add_alone(slot.ended[static_cast<std::size_t>(Outcome::abandoned)]);
    }
    put(slot.progress, Progress{}.word());
    if (sequence % 2 != 0) put(slot.sequence, sequence + 1);  // Its writer died while it wrote.
  }
}

std::optional<std::uint32_t> Recorder::pop(std::size_t side) noexcept {
  const auto base = static_cast<std::uint32_t>(side) * slots_;
  std::atomic<std::uint64_t>& head = free_[side].head;
  std::uint64_t seen = head.load(memory_order_acquire);
  while ((seen & first_mask) != 0) {
    const auto index = base + static_cast<std::uint32_t>(seen & first_mask) - 1;
    // Another thread may take this slot meanwhile, and `next` be out of date: then the head has changed as
    // well.
    const std::uint64_t next = entries_[index].next.load(memory_order_relaxed);
    const std::uint64_t wanted = ((seen & ~first_mask) + one_in_use) | next;
    if (head.compare_exchange_weak(seen, wanted, memory_order_acq_rel, memory_order_acquire)) return index;
  }
  return std::nullopt;
}

void Recorder::push(std::uint32_t index) noexcept {
  const std::size_t side = index < slots_ ? 0 : 1;
  const std::uint64_t place = index - static_cast<std::uint32_t>(side) * slots_;
  std::atomic<std::uint64_t>& head = free_[side].head;
  std::uint64_t seen = head.load(memory_order_relaxed);
  std::uint64_t wanted;
  do {
    entries_[index].next.store(static_cast<std::uint32_t>(seen & first_mask), memory_order_relaxed);
    wanted = ((seen & ~first_mask) - one_in_use + one_push) | (place + 1);
  } while (!head.compare_exchange_weak(seen, wanted, memory_order_acq_rel, memory_order_relaxed));
}

void Recorder::mark_used(std::size_t side, std::uint32_t place) noexcept {
  layout::HalfWord& used = memory_.header().sides[side].used;
  std::uint32_t seen = used.load(memory_order_relaxed);
  while (seen <= place &&
         !used.compare_exchange_weak(seen, place + 1, memory_order_release, memory_order_relaxed)) {
  }
}

std::optional<SlotId> Recorder::acquire(const CallFacts& facts) noexcept {
  const std::size_t side = layout::side_of(facts.direction);
  const std::optional<std::uint32_t> index = pop(side);
  if (!index) {
    memory_.header().sides[side].overflowed.fetch_add(1, memory_order_relaxed);
    return std::nullopt;
  }
  Entry& entry = entries_[*index];
  const SlotId id{*index, entry.generation.load(memory_order_relaxed) + 1};

  Slot& slot = memory_.slot(*index);
  const std::uint64_t writing = (slot.sequence.load(memory_order_relaxed) + 1) | 1;
  slot.sequence.store(writing, memory_order_relaxed);
  put(slot.call, facts.call != 0 ? facts.call : id.call());
  put(slot.parent, facts.parent);
  put(slot.chain, facts.chain);
  put(slot.object, facts.object);
  put(slot.method, facts.method);
  put(slot.peer, facts.peer);
  put(slot.started_ns, facts.started_ns);
  put(slot.deadline_ns, facts.deadline_ns);
  put(slot.depth, facts.depth);
  put_arguments(slot, facts.arguments);
  add_alone(slot.started);
  const CallState state = facts.state == CallState::free ? CallState::queued : facts.state;
  put(slot.progress, Progress{id.generation, state, false, 0}.word());
  put(slot.sequence, writing + 1);
  mark_used(side, *index - static_cast<std::uint32_t>(side) * slots_);

  entry.generation.store(id.generation, memory_order_release);
  return id;
}

bool Recorder::current(SlotId id) const noexcept {
  return id.generation % 2 != 0 && id.index < 2 * slots_ &&
         entries_[id.index].generation.load(memory_order_acquire) == id.generation;
}

template <class Change>
void Recorder::progress(SlotId id, Change change) noexcept {
  if (!current(id)) return;
  Slot& slot = memory_.slot(id.index);
  std::uint64_t seen = slot.progress.load(memory_order_acquire);
  while (true) {
    Progress now = Progress::of(seen);
    // The call may end, and another begin, right here; the generation in the word itself tells.
    if (now.generation != id.generation || now.state == CallState::free) return;
    change(slot, now);
    if (slot.progress.compare_exchange_weak(seen, now.word(), memory_order_acq_rel, memory_order_acquire))
      return;
  }
}

void Recorder::running(SlotId id, std::int32_t thread) noexcept {
  progress(id, [thread](Slot&, Progress& now) { now = {now.generation, CallState::running, false, thread}; });
}

void Recorder::waiting(SlotId id) noexcept {
  progress(id, [](Slot&, Progress& now) { now.state = CallState::waiting; });
}

void Recorder::queued_behind(SlotId id, std::uint64_t call) noexcept {
  progress(id, [call](Slot& slot, Progress& now) {
    put(slot.queued_behind, call);
    now.behind = call != 0;
  });
}

void Recorder::append(const std::array<std::uint64_t, 9>& words) noexcept {
  const std::uint64_t ticket = memory_.header().finished.fetch_add(1, memory_order_relaxed);
  layout::Finished& record = memory_.finished(ticket);
  record.sequence.store(2 * ticket + 1, memory_order_relaxed);
  for (std::size_t i = 0; i < words.size(); ++i) put(record.words[i], words[i]);
  put(record.check, layout::check_of(2 * ticket + 2, words));
  put(record.sequence, 2 * ticket + 2);
}

void Recorder::redirected(SlotId id, std::uint64_t object, std::uint64_t peer) noexcept {
  progress(id, [object, peer](Slot& slot, Progress&) {
    put(slot.object, object);
    put(slot.peer, peer);
  });
}

void Recorder::release(SlotId id, Outcome outcome, std::uint64_t now_ns) noexcept {
  if (!current(id)) return;
  std::uint32_t expected = id.generation;
  // Whoever moves the generation on is the one that releases; the others' ids have become stale.
  if (!entries_[id.index].generation.compare_exchange_strong(expected, id.generation + 1,
                                                             memory_order_acq_rel, memory_order_relaxed)) {
    return;
  }
  Slot& slot = memory_.slot(id.index);
  const auto get = [](const Word& word) { return word.load(memory_order_relaxed); };
  const auto direction =
      static_cast<std::uint8_t>(id.index < slots_ ? Direction::outgoing : Direction::incoming);
  const auto how = std::min<std::size_t>(static_cast<std::size_t>(outcome), slot.ended.size() - 1);
  const std::uint64_t depth = slot.depth.load(memory_order_relaxed);
  const std::array<std::uint64_t, 9> words{
      get(slot.call),       get(slot.parent), get(slot.chain),
      get(slot.object),     get(slot.method), get(slot.peer),
      get(slot.started_ns), now_ns,           depth << 32 | std::uint64_t{direction} << 8 | how};
  add_alone(slot.ended[how]);
  put(slot.progress, Progress{id.generation, CallState::free, false, 0}.word());
  push(id.index);
  // Last, because an atomic exchange waits for all stores before it, and these go to lines that are not in
  // the cache.
  append(words);
}

void Recorder::name(std::uint64_t method, std::string_view text) noexcept {
  if (method == 0 || text.empty()) return;
  for (std::size_t i = 0; i < limits::recorded_names; ++i) {
    std::uint64_t seen = memory_.method(i).load(memory_order_acquire);
    if (seen == method) return;
    if (seen != 0) continue;
    if (!memory_.method(i).compare_exchange_strong(seen, method, memory_order_acq_rel,
                                                   memory_order_acquire)) {
      if (seen == method) return;
      continue;
    }
    text = cut(text);
    std::array<char, layout::name_words * 8> bytes{static_cast<char>(text.size())};
    std::copy(text.begin(), text.end(), bytes.begin() + 1);
    const auto words = std::bit_cast<std::array<std::uint64_t, layout::name_words>>(bytes);
    // The word with the length comes last: until then there is no name.
    for (std::size_t word = layout::name_words; word-- > 0;) put(memory_.name(i).words[word], words[word]);
    return;
  }
}

void Recorder::beat(std::uint64_t now_ns) noexcept {
  memory_.header().heartbeat_ns.store(now_ns, memory_order_release);
}

std::uint32_t Recorder::in_flight(Direction direction) const noexcept {
  const std::uint64_t head = free_[layout::side_of(direction)].head.load(memory_order_acquire);
  return static_cast<std::uint32_t>(head >> 16 & 0xffff);
}

}  // namespace circuit::record
