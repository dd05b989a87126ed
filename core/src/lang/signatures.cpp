#include "lang/signatures.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <optional>

#include "base/limits.hpp"
#include "value/evolution.hpp"

namespace circuit::lang {
namespace {

struct Parts {
  std::string_view name;
  /// As the descriptor of a tuple.
  std::string parameters;
  std::string_view result;
};

/// Nothing where it has not the form of a signature.
std::optional<Parts> parts_of(std::string_view signature) {
  const std::size_t open = signature.find('('), close = signature.rfind(")->");
  if (open == std::string_view::npos || close == std::string_view::npos || close < open) return std::nullopt;
  return Parts{signature.substr(0, open),
               fmt::format("tuple<{}>", signature.substr(open + 1, close - open - 1)),
               signature.substr(close + 3)};
}

/// `add(i32)->void` of `ns::Counter.add(i32)->void`.
std::string_view without_class(const Method& method) {
  const std::string_view whole = method.descriptor;
  return whole.substr(whole.find('(') - method.name.size());
}

}  // namespace

bool answers(std::string_view own, std::string_view called) {
  const auto here = parts_of(own), there = parts_of(called);
  return here && there && here->name == there->name &&
         check_readable(there->parameters, here->parameters).has_value() &&
         check_readable(here->result, there->result).has_value();
}

void Signatures::learn(std::uint64_t id, std::string text) {
  if (text.size() > limits::signature_bytes) return;
  const bool by_class = id == signature_id(text), by_name = id == id_by_name(text);
  std::lock_guard lock(mutex_);
  auto known = told_.find(id);
  if (known == told_.end() ? told_.size() >= limits::told_signatures : known->second.lasting) return;
  told_[id] = {std::move(text), by_class || by_name, by_name};
}

const Signatures::Signature* Signatures::find(std::uint64_t id) const {
  auto found = told_.find(id);
  return found == told_.end() ? nullptr : &found->second;
}

std::string Signatures::text_of(std::uint64_t id) const {
  std::lock_guard lock(mutex_);
  const Signature* told = find(id);
  return told == nullptr ? std::string() : told->text;
}

bool Signatures::is_lasting(std::uint64_t id) const {
  std::lock_guard lock(mutex_);
  const Signature* told = find(id);
  return told != nullptr && told->lasting;
}

const Method* Signatures::method_of(const Interface& interface, std::uint64_t id) {
  if (const Method* own = interface.find(id)) return own;
  std::lock_guard lock(mutex_);
  const Signature* told = find(id);
  if (told == nullptr || !told->lasting) return nullptr;
  auto [entry, is_new] = methods_.try_emplace({&interface, id}, nullptr);
  if (!is_new) return entry->second;
  // As in Interface::find(): of several that one name fits, that of the most derived class.
  auto found = std::find_if(interface.methods.rbegin(), interface.methods.rend(), [&](const Method& method) {
    return answers(told->without_class ? without_class(method) : method.descriptor, told->text);
  });
  return entry->second = found == interface.methods.rend() ? nullptr : &*found;
}

const Function* Signatures::function_of(std::uint64_t id) {
  if (const Function* own = find_function(id)) return own;
  std::lock_guard lock(mutex_);
  const Signature* told = find(id);
  if (told == nullptr || !told->lasting || told->without_class) return nullptr;
  auto [entry, is_new] = functions_.try_emplace(id, nullptr);
  if (!is_new) return entry->second;
  std::size_t fitting = 0;
  for (const Function* function : all_functions()) {
    if (function->unnamed || !answers(function->descriptor, told->text)) continue;
    entry->second = function;
    ++fitting;
  }
  if (fitting != 1) entry->second = nullptr;
  return entry->second;
}

}  // namespace circuit::lang
