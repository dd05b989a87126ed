// What a runtime's anchors stand on: the agent, or a session of the program's own.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include <circuit/anchors.hpp>

namespace circuit::runtime {

class SubtreeWatch;

/// Paths are canonical. Blocking functions throw Error, as Anchors and Directory say it.
/// Thread safety: any thread, where nothing else is said.
class AnchorSource {
 public:
  virtual ~AnchorSource() = default;

  /// The runtime ends: whatever is asked from now on fails with `cancelled`.
  virtual void close() = 0;

  virtual AnchorListing open(const std::string& path) = 0;
  /// Without a timeout it waits as long as it takes.
  virtual AnchorListing change(const std::string& path, std::uint64_t since,
                               std::optional<std::chrono::milliseconds> timeout) = 0;
  virtual void add(const std::string& path) = 0;
  /// As add(), but `refused` where somebody else stands there or below it. Of two who claim it at once one is
  /// refused. When it has succeeded, the directory's revision has grown. After an error this process does not
  /// stand there, or will not soon.
  virtual void claim(const std::string& path) = 0;
  virtual void remove(const std::string& path) = 0;
  virtual std::shared_ptr<SubtreeWatch> watch(const std::string& path, AnchorHandler handler) = 0;

  // What a watch asks for.
  /// The watch is over.
  virtual void end(std::shared_ptr<SubtreeWatch> watch) = 0;
  /// A watch could not be told, and is to be told a little later.
  virtual void retry_later() = 0;
};

}  // namespace circuit::runtime
