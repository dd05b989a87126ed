// Codecs of containers. They are known by their interface, so their headers are not needed here, and a
// container of another library with the interface of a standard one works too.
#pragma once

#include <array>
#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include <circuit/value/descriptor.hpp>
#include <circuit/value/scalars.hpp>
#include <circuit/value/value.hpp>

namespace circuit {

namespace detail {

/// std::vector, std::deque, std::list.
template <class T>
concept SequenceLike = !requires {
  typename T::key_type;
}
&&requires(T& items, typename T::value_type item) {
  items.push_back(std::move(item));
  items.clear();
  items.size();
  items.begin();
  items.end();
};

/// std::map, std::unordered_map; not their multi forms, whose keys CBOR could not repeat.
template <class T>
concept MapLike = requires(T& items, typename T::key_type key, typename T::mapped_type value) {
  { items.try_emplace(std::move(key), std::move(value)).second } -> std::convertible_to<bool>;
  items.clear();
  items.size();
  items.begin();
};

/// std::set, std::unordered_set.
template <class T>
concept SetLike = !requires {
  typename T::mapped_type;
}
&&requires(T& items, typename T::key_type key) {
  { items.insert(std::move(key)).second } -> std::convertible_to<bool>;
  items.clear();
  items.size();
  items.begin();
};

/// Numbers that travel side by side as a typed array (RFC 8746), copied as they lie in memory.
template <class T>
concept Packed = Integer<T> || std::same_as<T, float> || std::same_as<T, double>;

static_assert(std::endian::native == std::endian::little, "typed arrays are written in the order of memory");

/// The tag of the little-endian typed array of T.
template <Packed T>
constexpr std::uint64_t typed_array_tag() {
  if constexpr (std::is_floating_point_v<T>) {
    return sizeof(T) == 4 ? 85 : 86;
  } else if constexpr (sizeof(T) == 1) {
    return std::is_signed_v<T> ? 72 : 64;
  } else {
    return (std::is_signed_v<T> ? 77U : 69U) + static_cast<unsigned>(std::countr_zero(sizeof(T))) - 1U;
  }
}

void encode_typed_array(Encoder& out, std::uint64_t tag, ByteView bytes);
/// Reads the typed array with the tag `tag` and whole items of `item_bytes`. Empty when it failed.
ByteView decode_typed_array(Decoder& in, std::uint64_t tag, std::size_t item_bytes);
void fail_count(Decoder& in, std::size_t wanted, std::uint64_t got);
void fail_duplicate(Decoder& in, const char* what);

/// What a container needs beside the element itself, roughly: it is for a limit, not for accounts.
inline constexpr std::size_t node_bytes = 32;

template <class T>
T decode_item(Decoder& in) {
  T item = blank<T>();
  circuit::decode(in, item);
  return item;
}

template <SequenceLike Sequence>
void encode_sequence(Encoder& out, const Sequence& items) {
  out.array(items.size());
  // The cast turns the proxies of std::vector<bool> into bool.
  for (const auto& item : items)
    circuit::encode(out, static_cast<const typename Sequence::value_type&>(item));
}

template <SequenceLike Sequence>
void decode_sequence(Decoder& in, Sequence& items) {
  using T = typename Sequence::value_type;
  items.clear();
  const std::uint64_t count = in.array();
  const Nested level(in);
  for (std::uint64_t i = 0; i < count && in.ok(); ++i) {
    if (!in.allocate(sizeof(T))) return;
    T item = decode_item<T>(in);
    if (in.ok()) items.push_back(std::move(item));
  }
}

template <class T>
void describe_one(Descriptor& out, std::string_view word) {
  out.append(word);
  out.append("<");
  out.type<T>();
  out.append(">");
}

}  // namespace detail

template <class T, class Allocator>
struct Codec<std::vector<T, Allocator>> {
  using Vector = std::vector<T, Allocator>;

  static void encode(Encoder& out, const Vector& items) {
    if constexpr (detail::Packed<T>) {
      detail::encode_typed_array(out, detail::typed_array_tag<T>(), std::as_bytes(std::span(items)));
    } else {
      detail::encode_sequence(out, items);
    }
  }
  static void decode(Decoder& in, Vector& items) {
    if constexpr (detail::Packed<T>) {
      if (in.peek() == Decoder::Type::tag) {
        const ByteView bytes = detail::decode_typed_array(in, detail::typed_array_tag<T>(), sizeof(T));
        items.resize(bytes.size() / sizeof(T));
        if (!bytes.empty()) std::memcpy(items.data(), bytes.data(), bytes.size());
        return;
      }
    }
    detail::decode_sequence(in, items);
  }
  static void describe(Descriptor& out) { detail::describe_one<T>(out, "list"); }
};

template <class T, std::size_t N>
struct Codec<std::array<T, N>> {
  static void encode(Encoder& out, const std::array<T, N>& items) {
    if constexpr (detail::Packed<T>) {
      detail::encode_typed_array(out, detail::typed_array_tag<T>(), std::as_bytes(std::span(items)));
    } else {
      out.array(N);
      for (const T& item : items) circuit::encode(out, item);
    }
  }
  static void decode(Decoder& in, std::array<T, N>& items) {
    if constexpr (detail::Packed<T>) {
      if (in.peek() == Decoder::Type::tag) {
        const ByteView bytes = detail::decode_typed_array(in, detail::typed_array_tag<T>(), sizeof(T));
        if (in.ok() && bytes.size() != N * sizeof(T)) detail::fail_count(in, N, bytes.size() / sizeof(T));
        if (in.ok() && N > 0) std::memcpy(items.data(), bytes.data(), bytes.size());
        return;
      }
    }
    const std::uint64_t count = in.array();
    if (in.ok() && count != N) detail::fail_count(in, N, count);
    const detail::Nested level(in);
    for (std::size_t i = 0; i < N && in.ok(); ++i) circuit::decode(in, items[i]);
  }
  static void describe(Descriptor& out) {
    out.append("array<");
    out.type<T>();
    out.append("," + std::to_string(N) + ">");
  }
};

template <detail::SequenceLike T>
struct Codec<T> {
  using Item = typename T::value_type;

  static void encode(Encoder& out, const T& items) { detail::encode_sequence(out, items); }
  static void decode(Decoder& in, T& items) {
    // Its sender may have had a vector.
    if constexpr (detail::Packed<Item>) {
      if (in.peek() == Decoder::Type::tag) {
        const ByteView bytes = detail::decode_typed_array(in, detail::typed_array_tag<Item>(), sizeof(Item));
        items.clear();
        if (!in.allocate(bytes.size() / sizeof(Item) * detail::node_bytes)) return;
        for (std::size_t at = 0; at < bytes.size(); at += sizeof(Item)) {
          Item item{};
          std::memcpy(&item, bytes.data() + at, sizeof(Item));
          items.push_back(item);
        }
        return;
      }
    }
    detail::decode_sequence(in, items);
  }
  static void describe(Descriptor& out) { detail::describe_one<Item>(out, "list"); }
};

template <detail::SetLike T>
struct Codec<T> {
  using Key = typename T::key_type;

  static void encode(Encoder& out, const T& items) {
    out.array(items.size());
    for (const Key& item : items) circuit::encode(out, item);
  }
  static void decode(Decoder& in, T& items) {
    items.clear();
    const std::uint64_t count = in.array();
    const detail::Nested level(in);
    for (std::uint64_t i = 0; i < count && in.ok(); ++i) {
      if (!in.allocate(sizeof(Key) + detail::node_bytes)) return;
      Key item = detail::decode_item<Key>(in);
      if (in.ok() && !items.insert(std::move(item)).second) detail::fail_duplicate(in, "item of a set");
    }
  }
  static void describe(Descriptor& out) { detail::describe_one<Key>(out, "set"); }
};

template <detail::MapLike T>
struct Codec<T> {
  using Key = typename T::key_type;
  using Mapped = typename T::mapped_type;

  static void encode(Encoder& out, const T& items) {
    out.map(items.size());
    for (const auto& [key, value] : items) {
      circuit::encode(out, key);
      circuit::encode(out, value);
    }
  }
  static void decode(Decoder& in, T& items) {
    items.clear();
    const std::uint64_t count = in.map();
    const detail::Nested level(in);
    for (std::uint64_t i = 0; i < count && in.ok(); ++i) {
      if (!in.allocate(sizeof(Key) + sizeof(Mapped) + detail::node_bytes)) return;
      Key key = detail::decode_item<Key>(in);
      Mapped value = detail::decode_item<Mapped>(in);
      if (in.ok() && !items.try_emplace(std::move(key), std::move(value)).second) {
        detail::fail_duplicate(in, "key of a map");
      }
    }
  }
  static void describe(Descriptor& out) {
    out.append("map<");
    out.type<Key>();
    out.append(",");
    out.type<Mapped>();
    out.append(">");
  }
};

}  // namespace circuit
