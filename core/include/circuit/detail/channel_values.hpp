// What a channel holds, of a type that only its creator knows.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <circuit/detail/invoke.hpp>

namespace circuit::lang {

/// A queue of values, each with the number of bytes that it took on the wire. Thread safety: one owner.
class ChannelValues {
 public:
  virtual ~ChannelValues() = default;
  virtual std::unique_ptr<ChannelValues> make_empty() const = 0;
  virtual std::size_t size() const noexcept = 0;
  /// Of all values together, as they came, and what the queue itself needs for each.
  virtual std::size_t bytes() const noexcept = 0;
  /// Appends the list at the decoder; where the decoder fails, the queue is of no use any more.
  virtual void decode(Decoder& decoder) = 0;
  /// Writes all values as a list, and forgets them.
  virtual void encode(Encoder& encoder) = 0;
  /// Moves up to `count` values from the front of `from`, a queue of the same type, to the back, and as many
  /// as `bytes` allow, but at least one. Returns how many.
  virtual std::size_t move_from(ChannelValues& from, std::size_t count, std::size_t bytes) = 0;
  /// Moves all of `from` to the front.
  virtual void put_back(ChannelValues& from) = 0;
};

template <class T>
class ValuesOf final : public ChannelValues {
 public:
  std::unique_ptr<ChannelValues> make_empty() const override { return std::make_unique<ValuesOf>(); }
  std::size_t size() const noexcept override { return items_.size() - first_; }
  std::size_t bytes() const noexcept override { return bytes_ + size() * sizeof(Item); }

  void decode(Decoder& decoder) override {
    if constexpr (detail::Packed<T>) {
      std::vector<T> values;
      circuit::decode(decoder, values);
      if (!decoder.allocate(values.size() * sizeof(Item))) return;
      for (T value : values) add({value, sizeof(T)});
    } else {
      const std::uint64_t count = decoder.array();
      for (std::uint64_t i = 0; i < count && decoder.ok(); ++i) {
        if (!decoder.allocate(sizeof(Item))) return;
        const std::size_t begin = decoder.position();
        T value = detail::decode_item<T>(decoder);
        if (decoder.ok()) add({std::move(value), decoder.position() - begin});
      }
    }
  }

  void encode(Encoder& encoder) override {
    std::vector<T> values;
    values.reserve(size());
    for (; size() > 0;) values.push_back(std::move(pop().value));
    circuit::encode(encoder, values);
  }

  std::size_t move_from(ChannelValues& other, std::size_t count, std::size_t bytes) override {
    auto& from = static_cast<ValuesOf&>(other);
    std::size_t moved = 0, taken = 0;
    while (moved < count && from.size() > 0 &&
           (moved == 0 || taken + from.items_[from.first_].bytes <= bytes)) {
      taken += from.items_[from.first_].bytes;
      add(from.pop());
      ++moved;
    }
    return moved;
  }

  void put_back(ChannelValues& other) override {
    auto& from = static_cast<ValuesOf&>(other);
    std::vector<Item> items(std::make_move_iterator(from.items_.begin() + from.begin_offset()),
                            std::make_move_iterator(from.items_.end()));
    items.insert(items.end(), std::make_move_iterator(items_.begin() + begin_offset()),
                 std::make_move_iterator(items_.end()));
    items_ = std::move(items);
    first_ = 0;
    bytes_ += from.bytes_;
    from.clear();
  }

 private:
  struct Item {
    T value;
    std::size_t bytes;
  };

  std::ptrdiff_t begin_offset() const noexcept { return static_cast<std::ptrdiff_t>(first_); }
  void add(Item item) {
    bytes_ += item.bytes;
    items_.push_back(std::move(item));
  }
  Item pop() {
    Item item = std::move(items_[first_++]);
    bytes_ -= item.bytes;
    // What has gone is cleared away when it is the larger part: each item is moved once more at most.
    if (first_ * 2 > items_.size()) {
      items_.erase(items_.begin(), items_.begin() + begin_offset());
      first_ = 0;
    }
    return item;
  }
  void clear() noexcept {
    items_.clear();
    first_ = bytes_ = 0;
  }

  std::vector<Item> items_;
  std::size_t first_ = 0;
  std::size_t bytes_ = 0;
};

/// A servant that keeps a queue of at most `capacity` values like `values`, which is empty; `interface` is
/// `channel<T>`.
std::shared_ptr<Servant> make_channel_servant(std::string interface, std::unique_ptr<ChannelValues> values,
                                              std::size_t capacity);
std::uint64_t channel_send_id() noexcept;
std::uint64_t channel_receive_id() noexcept;
std::uint64_t channel_put_back_id() noexcept;
std::uint64_t channel_close_id() noexcept;

template <class T>
const std::string& channel_interface() {
  static const std::string name = "channel<" + descriptor_of<T>() + ">";
  return name;
}

/// The capacity of a channel that takes values until its limit in bytes is reached.
inline constexpr std::size_t unbounded = SIZE_MAX;

template <class T>
std::shared_ptr<Servant> make_channel_servant(std::size_t capacity = unbounded) {
  return make_channel_servant(channel_interface<T>(), std::make_unique<ValuesOf<T>>(), capacity);
}

}  // namespace circuit::lang
