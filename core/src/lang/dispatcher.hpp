// From an incoming call to the object that answers it.
#pragma once

#include <cstdint>
#include <mutex>
#include <unordered_map>

#include "lang/servant.hpp"

namespace circuit::lang {

class PromisedResult;

/// The objects with a fixed id, which need no reference to be called.
namespace fixed_object {
/// The worker functions: the method is the function's id.
inline constexpr std::uint64_t functions = 0;
/// The process itself: ping, claim, stop.
inline constexpr std::uint64_t process = 1;
/// What an agent offers.
inline constexpr std::uint64_t agent = 2;
/// What a worker offers to its agent and to its starter.
inline constexpr std::uint64_t worker = 3;
/// Ids below this one are fixed, and those of objects that are counted are not.
inline constexpr std::uint64_t end = 1024;
}  // namespace fixed_object

/// Thread safety: any thread.
class Dispatcher {
 public:
  explicit Dispatcher(Node& node) : node_(node) {}

  /// Offers `servant` under a fixed id; null takes it away.
  void publish(std::uint64_t object, ServantPointer servant);
  /// The node ends: takes all of them away.
  void clear();

  /// A call of `peer` (null: of this process itself). `body` is the whole body.
  void dispatch(const PeerPointer& peer, std::uint64_t call, Buffer body, bool references);

  /// What `peer` may call under that id; null: nothing.
  ServantPointer find(std::uint64_t object, const PeerPointer& peer) const;

 private:
  ServantPointer servant_for(const wire::CallHead& head, const PeerPointer& peer) const;
  /// `kept`: what stands for the call's result; may be null.
  void refuse(const PeerPointer& peer, std::uint64_t call, const Failure& failure,
              PromisedResult* kept = nullptr);

  Node& node_;
  mutable std::mutex mutex_;
  std::unordered_map<std::uint64_t, ServantPointer> published_;
};

}  // namespace circuit::lang
