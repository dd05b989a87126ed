#include "record/memory.hpp"

#include <cerrno>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

#include "base/paths.hpp"

namespace circuit::record {
namespace {

using layout::Header;
using layout::Shape;

static_assert((limits::recorded_finished_calls & (limits::recorded_finished_calls - 1)) == 0);
static_assert(limits::recorded_argument_bytes % 8 == 0);

// Shrinking or growing would turn a reader's next look into SIGBUS; nobody may take the seals off again
// either.
constexpr int seals = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL;

/// The first 64 bits of the kernel's boot id, or 0 where it cannot be read.
std::uint64_t this_boot() {
  const Result<std::string> text = read_file("/proc/sys/kernel/random/boot_id", 64);
  if (!text) return 0;
  std::uint64_t boot = 0;
  int digits = 0;
  for (const char c : *text) {
    const int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
    if (digit < 0) continue;
    boot = boot << 4 | static_cast<std::uint64_t>(digit);
    if (++digits == 16) break;
  }
  return boot;
}

Failure not_a_recorder(std::string_view why) {
  return failure(ErrorKind::invalid, fmt::format("this is not the memory of a flight recorder: {}", why));
}

/// The header as it was at one moment; the memory may be anything.
Result<Shape> read_shape(int fd) {
  // Only a memfd has seals; they come first, because the size means nothing as long as it may change.
  const int found = ::fcntl(fd, F_GET_SEALS);
  if (found < 0) return not_a_recorder("it cannot be sealed; hand over the memfd that the agent made");
  if ((found & seals) != seals) return not_a_recorder("its size is not sealed, so reading it could be fatal");
  struct stat status {};
  if (::fstat(fd, &status) != 0)
    return system_failure("cannot look at the memory of a flight recorder", errno);
  Shape shape;
  const ssize_t n = ::pread(fd, &shape, sizeof shape, 0);
  if (n != static_cast<ssize_t>(sizeof shape)) {
    return not_a_recorder(fmt::format("it has {} bytes, fewer than a header", status.st_size));
  }
  if (shape.magic != layout::magic) return not_a_recorder("the first bytes are others");
  if (shape.version != layout::version) {
    return failure(
        ErrorKind::invalid,
        fmt::format("the flight recorder has layout version {}, and this program reads {}; use the same "
                    "version of Circuit on both sides",
                    shape.version, layout::version));
  }
  if (shape.slots == 0 || shape.slots > limits::recorder_slots) {
    return not_a_recorder(
        fmt::format("it claims {} slots, and 1 to {} are possible", shape.slots, limits::recorder_slots));
  }
  // One version has one shape for a number of slots, so no offset and no count is ever believed.
  if (shape != Shape::of(shape.slots)) return not_a_recorder("its offsets and counts do not fit together");
  if (std::cmp_not_equal(status.st_size, shape.total_bytes)) {
    return not_a_recorder(
        fmt::format("it has {} bytes and should have {}", status.st_size, shape.total_bytes));
  }
  return shape;
}

}  // namespace

Shape layout::Shape::of(std::uint32_t slots) noexcept {
  Shape shape;
  shape.header_bytes = sizeof(Header);
  shape.slots = slots;
  shape.slot_bytes = sizeof(Slot);
  shape.finished = limits::recorded_finished_calls;
  shape.finished_bytes = sizeof(Finished);
  shape.names = limits::recorded_names;
  shape.name_bytes = sizeof(Name);
  shape.slots_at = sizeof(Header);
  shape.finished_at = shape.slots_at + std::uint64_t{2} * slots * sizeof(Slot);
  shape.methods_at = shape.finished_at + std::uint64_t{limits::recorded_finished_calls} * sizeof(Finished);
  shape.names_at = shape.methods_at + std::uint64_t{limits::recorded_names} * sizeof(Word);
  shape.total_bytes = shape.names_at + std::uint64_t{limits::recorded_names} * sizeof(Name);
  return shape;
}

Result<UniqueFd> Memory::make(std::uint64_t worker, std::uint32_t slots) {
  if (slots == 0 || slots > limits::recorder_slots) {
    return failure(ErrorKind::invalid,
                   fmt::format("a flight recorder has 1 to {} slots per direction, not {}",
                               limits::recorder_slots, slots));
  }
  const Shape shape = Shape::of(slots);
  UniqueFd fd{::memfd_create("circuit-record", MFD_CLOEXEC | MFD_ALLOW_SEALING)};
  if (!fd) return system_failure("cannot make the memory of a flight recorder", errno);
  if (::ftruncate(fd.get(), static_cast<off_t>(shape.total_bytes)) != 0) {
    return system_failure("cannot give the memory of a flight recorder its size", errno);
  }
  const std::uint64_t boot = this_boot();
  const auto write = [&](const auto& value, std::size_t at) {
    return ::pwrite(fd.get(), &value, sizeof value, static_cast<off_t>(at)) ==
           static_cast<ssize_t>(sizeof value);
  };
  if (!write(shape, 0) || !write(worker, offsetof(Header, worker)) || !write(boot, offsetof(Header, boot))) {
    return system_failure("cannot write the header of a flight recorder", errno);
  }
  if (::fcntl(fd.get(), F_ADD_SEALS, seals) != 0) {
    return system_failure("cannot seal the memory of a flight recorder", errno);
  }
  return fd;
}

Result<Memory> Memory::map(UniqueFd memory, Access access) {
  const Result<Shape> shape = read_shape(memory.get());
  if (!shape) return shape.error();
  const int protection = access == Access::write ? PROT_READ | PROT_WRITE : PROT_READ;
  void* base = ::mmap(nullptr, shape->total_bytes, protection, MAP_SHARED, memory.get(), 0);
  if (base == MAP_FAILED) return system_failure("cannot map the memory of a flight recorder", errno);
  if (access == Access::read) memory.reset();  // An agent reads thousands of recorders.
  return Memory(std::move(memory), static_cast<std::byte*>(base), *shape);
}

Memory::Memory(Memory&& other) noexcept
    : fd_(std::move(other.fd_)), base_(std::exchange(other.base_, nullptr)), shape_(other.shape_) {}

Memory& Memory::operator=(Memory&& other) noexcept {
  std::swap(fd_, other.fd_);
  std::swap(base_, other.base_);
  std::swap(shape_, other.shape_);
  return *this;
}

Memory::~Memory() {
  if (base_ != nullptr) ::munmap(base_, shape_.total_bytes);
}

}  // namespace circuit::record
