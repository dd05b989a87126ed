// Codecs of structs: plain aggregates with no boilerplate (Boost.PFR), and structs whose fields have names
// (Boost.Describe).
#pragma once

#include <boost/describe/members.hpp>
#include <boost/describe/modifiers.hpp>
#include <boost/mp11/algorithm.hpp>
#include <boost/pfr/core.hpp>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>
#include <utility>

#include <circuit/value/containers.hpp>
#include <circuit/value/descriptor.hpp>
#include <circuit/value/value.hpp>

namespace circuit {

namespace detail {

// -- which structs
// -------------------------------------------------------------------------------------------

template <class T>
using DescribedFields = boost::describe::describe_members<T, boost::describe::mod_any_access>;
template <class T>
using DescribedFunctions =
    boost::describe::describe_members<T, boost::describe::mod_any_access | boost::describe::mod_function>;

/// Described, and for its data: a class of which only functions are described is an interface and not a
/// value.
template <class T>
concept Described = std::is_class_v<T> && boost::describe::has_describe_members<T>::value &&
    (boost::mp11::mp_size<DescribedFields<T>>::value > 0 ||
     boost::mp11::mp_size<DescribedFunctions<T>>::value == 0);

/// Stand for a value of any type where nothing is evaluated. The two overloads, and the two kinds, are what
/// makes std::optional and types that cannot be copied choose without ambiguity.
struct AnyLvalue {
  template <class T>
  operator T&() const& noexcept;
  template <class T>
  operator T&() const&& noexcept;
};
struct AnyRvalue {
  template <class T>
  operator T() const&& noexcept;
};
template <class T, std::size_t>
using AnyField = std::conditional_t<std::is_copy_constructible_v<T>, AnyLvalue, AnyRvalue>;

template <class Derived>
struct AnyBase {
  template <class T>
  requires(std::is_base_of_v<T, Derived> && !std::is_same_v<T, Derived>) operator T() const noexcept;
};

template <class T>
concept HasBase = requires {
  T{AnyBase<T>{}};
};

/// Whether T is initialised with as many values as `I...` has.
template <class T, std::size_t... I>
constexpr bool takes(std::index_sequence<I...>) {
  return requires {
    T{AnyField<T, I>{}...};
  };
}

/// The same with braces around one value after `Before...` and before `After...`.
template <class T, std::size_t... Before, std::size_t... After>
constexpr bool takes_braces(std::index_sequence<Before...>, std::index_sequence<After...>) {
  return requires {
    T{AnyField<T, Before>{}..., {AnyField<T, 0>{}}, AnyField<T, After>{}...};
  };
}

/// The most fields that Boost.PFR takes apart.
inline constexpr std::size_t most_fields = 100;

/// How many values T is initialised with. Boost.PFR would say it as well, but its way of asking crashes GCC
/// 12 on a std::array of structs that have default member initialisers.
template <class T, std::size_t n = 0>
constexpr std::size_t count_fields() {
  if constexpr (n > most_fields) {
    return n;
  } else if constexpr (takes<T>(std::make_index_sequence<n>()) &&
                       !takes<T>(std::make_index_sequence<n + 1>())) {
    return n;
  } else {
    return count_fields<T, n + 1>();
  }
}

/// Without braces a C array takes one initialiser for each of its elements, so that braces around the first
/// leave fewer fields than there are initialisers.
template <class T, std::size_t count>
constexpr bool has_c_array() {
  return []<std::size_t... I>(std::index_sequence<I...>) {
    return ((takes_braces<T>(std::make_index_sequence<I>(), std::index_sequence<>()) &&
             !takes_braces<T>(std::make_index_sequence<I>(), std::make_index_sequence<count - I - 1>())) ||
            ...);
  }
  (std::make_index_sequence<count>());
}

template <class T>
concept Plain =
    std::is_class_v<T> && std::is_aggregate_v<T> && !boost::describe::has_describe_members<T>::value &&
    !SequenceLike<T> && !SetLike<T> && !MapLike<T> && !HasBase<T>;

/// The fields of T, once it is certain that they can be told apart.
template <class T>
struct Fields {
  static constexpr std::size_t count = count_fields<T>();
  static_assert(
      count <= most_fields,
      "T (named in the lines around this one) has too many fields, or one that nothing can be copied or "
      "moved into: specialise circuit::Codec<T>");
  static constexpr bool distinct = count <= most_fields && !has_c_array<T, count>();
  static_assert(distinct || count > most_fields,
                "T (named in the lines around this one) has a C array as a field: make it a std::array");

  template <class U>
  static constexpr auto tie(U& value) noexcept {
    return boost::pfr::detail::tie_as_tuple(value, boost::pfr::detail::size_t_<count>{});
  }
  template <class U, class Visit>
  static constexpr void for_each(U& value, Visit visit) {
    if constexpr (distinct && count > 0) {
      const auto fields = tie(value);
      [&]<std::size_t... I>(std::index_sequence<I...>) {
        (visit(boost::pfr::detail::sequence_tuple::get<I>(fields)), ...);
      }
      (std::make_index_sequence<count>());
    }
  }
  template <class Visit>
  static constexpr void for_each_type(Visit visit) {
    if constexpr (distinct && count > 0) {
      using Tuple = decltype(tie(std::declval<T&>()));
      [&]<std::size_t... I>(std::index_sequence<I...>) {
        (visit.template operator()<std::remove_cvref_t<
             typename boost::pfr::detail::sequence_tuple::tuple_element<I, Tuple>::type>>(),
         ...);
      }
      (std::make_index_sequence<count>());
    }
  }
};

}  // namespace detail

/// A plain aggregate is an array of its fields. What a shorter array lacks keeps the value it has by default,
/// and what a longer one has beyond is skipped: fields may be added at the end.
template <detail::Plain T>
struct Codec<T> {
  using Fields = detail::Fields<T>;

  static void encode(Encoder& out, const T& value) {
    out.array(Fields::count);
    Fields::for_each(value, [&](const auto& field) { circuit::encode(out, field); });
  }
  static void decode(Decoder& in, T& value) {
    const std::uint64_t count = in.array();
    const detail::Nested level(in);
    std::uint64_t at = 0;
    Fields::for_each(value, [&](auto& field) {
      if (at++ < count && in.ok()) circuit::decode(in, field);
    });
    for (std::uint64_t i = Fields::count; i < count && in.ok(); ++i) in.skip();
  }
  static void describe(Descriptor& out) {
    if (!out.begin_struct<T>()) return;
    Fields::for_each_type([&]<class Field>() { out.field<Field>(); });
    out.end_struct();
  }
};

/// A described struct is a map of name to value. Names that are unknown here are skipped, and fields that the
/// map lacks keep the value they have by default: fields may be added, removed and reordered.
template <detail::Described T>
struct Codec<T> {
  using Members = detail::DescribedFields<T>;
  static_assert(!detail::HasBase<T>,
                "T (named in the lines around this one) has a base class: make it a field");

  static void encode(Encoder& out, const T& value) {
    out.map(boost::mp11::mp_size<Members>::value);
    boost::mp11::mp_for_each<Members>([&](auto member) {
      out.text(member.name);
      circuit::encode(out, value.*member.pointer);
    });
  }
  static void decode(Decoder& in, T& value) {
    const std::uint64_t count = in.map();
    const detail::Nested level(in);
    for (std::uint64_t i = 0; i < count && in.ok(); ++i) {
      const std::string_view name = in.text();
      bool known = false;
      boost::mp11::mp_for_each<Members>([&](auto member) {
        if (known || name != member.name) return;
        known = true;
        circuit::decode(in, value.*member.pointer);
      });
      if (!known) in.skip();
    }
  }
  static void describe(Descriptor& out) {
    if (!out.begin_struct<T>()) return;
    boost::mp11::mp_for_each<Members>([&](auto member) {
      using Field = std::remove_cvref_t<decltype(std::declval<T&>().*member.pointer)>;
      out.field<Field>(member.name);
    });
    out.end_struct();
  }
};

}  // namespace circuit
