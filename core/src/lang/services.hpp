// Objects of this process that others find by name.
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "lang/servant.hpp"

namespace circuit::lang {

/// A service lives as long as it is listed here, and after that as long as somebody holds a reference that a
/// dial gave. It keeps no worker alive. Thread safety: any thread.
class Services {
 public:
  /// Errors: `invalid` for a name that is taken, empty or too long; `overloaded` when there are too many.
  Result<void> add(const std::string& name, ServantPointer servant);
  /// False: there is none of that name.
  bool remove(const std::string& name);
  /// Null: there is none.
  ServantPointer find(std::string_view name) const;
  /// The node ends: all go.
  void clear();

 private:
  mutable std::mutex mutex_;
  std::map<std::string, ServantPointer, std::less<>> services_;
};

/// The sentence for a dial that finds nothing.
std::string no_service(const Address& process, std::string_view name);

}  // namespace circuit::lang
