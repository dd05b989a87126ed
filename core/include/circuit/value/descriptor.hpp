// Type descriptors: the canonical text of a type's structure, and the ids that are made of it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <circuit/value/value.hpp>

namespace circuit {

namespace detail {
/// Its address stands for T.
template <class T>
inline constexpr char type_key = 0;
}  // namespace detail

/// Collects the descriptor of a type: `struct{id:u64,tags:list<text>}`. It depends on the structure alone and
/// not on how a compiler spells the type. A struct within itself is written `^N`: the N-th struct outwards, 0
/// being the innermost. Thread safety: none; one owner.
class Descriptor {
 public:
  /// Appends `text` as it is. The words of the grammar and `<>{},:^` have their meaning; a codec of your own
  /// writes a word of letters, digits, `_` and `.`.
  void append(std::string_view text) { text_ += text; }

  /// Appends the descriptor of T (which may be void).
  template <class T>
  void type() {
    if constexpr (std::is_void_v<T>) {
      append("void");
    } else if constexpr (requires(Descriptor & out) { Codec<T>::describe(out); }) {
      Codec<T>::describe(*this);
    } else {
      static_cast<void>(sizeof(detail::MustBeAValue<T, false>));
    }
  }

  /// Opens the struct T and returns true; or, within T itself, writes the back reference and returns false.
  template <class T>
  bool begin_struct() {
    return begin_struct(&detail::type_key<T>);
  }
  /// One field of the struct that is open. Either all fields of a struct have names or none has.
  template <class T>
  void field(std::string_view name = {}) {
    begin_field(name);
    type<T>();
  }
  /// Closes the struct for which begin_struct() returned true.
  void end_struct();

  const std::string& text() const noexcept { return text_; }

 private:
  bool begin_struct(const void* key);
  void begin_field(std::string_view name);

  std::string text_;
  std::vector<const void*> enclosing_;
};

/// The descriptor of T, made at first use. Thread safety: any thread.
template <class T>
const std::string& descriptor_of() {
  static const std::string text = [] {
    Descriptor out;
    out.type<std::remove_cv_t<T>>();
    return out.text();
  }();
  return text;
}

/// The 64-bit id of a canonical text: FNV-1a with a final mix, so that texts that differ in their last
/// character do not have neighbouring ids. Never 0. The same on every machine, for ever (docs/wire.md).
std::uint64_t signature_id(std::string_view canonical) noexcept;

}  // namespace circuit
