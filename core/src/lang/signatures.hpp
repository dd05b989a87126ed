// What callers mean by the ids of methods that this program, built from other sources, does not have.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include <circuit/function.hpp>
#include <circuit/interface.hpp>

namespace circuit::lang {

/// Whether a call of `called` can be answered by `own`, both of the form `name(T1,T2)->R`: the names are the
/// same, the arguments as the caller writes them can be read here, and the result there.
bool answers(std::string_view own, std::string_view called);

/// Peers say once on each link what a method that they call is. That is how one is found whose types have
/// grown, and so has another id. Thread safety: any thread.
class Signatures {
 public:
  /// `text` is what a peer calls `id`. It counts only where the id is its hash; else it is a name for people.
  void learn(std::uint64_t id, std::string text);
  /// Empty: nobody has said it.
  std::string text_of(std::uint64_t id) const;
  /// Whether the id is the hash of its text, and not one that a single build has given.
  bool is_lasting(std::uint64_t id) const;

  /// What a call of `id` runs here: the very method, or the one that answers for it. Null: there is none.
  const Method* method_of(const Interface& interface, std::uint64_t id);
  /// The same among the worker functions, also where several of one name would do: nothing is guessed.
  const Function* function_of(std::uint64_t id);

 private:
  struct Signature {
    std::string text;
    /// The id is the hash of the text; or that of a method whose class the caller does not know.
    bool lasting = false, without_class = false;
  };

  const Signature* find(std::uint64_t id) const;

  mutable std::mutex mutex_;
  std::unordered_map<std::uint64_t, Signature> told_;
  /// What has been looked for among them, as a search parses descriptors; null: in vain.
  std::map<std::pair<const Interface*, std::uint64_t>, const Method*> methods_;
  std::unordered_map<std::uint64_t, const Function*> functions_;
};

}  // namespace circuit::lang
