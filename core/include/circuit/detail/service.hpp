// What Runtime's services stand on.
#pragma once

#include <string>

#include <circuit/x.hpp>

namespace circuit::lang {

/// Offers an object of this process under a name. Throws Error{invalid} when the name is taken.
void listen(Node& node, const std::string& name, const TargetPointer& target);
/// Ends that. What others hold stays.
void unlisten(Node& node, const std::string& name);
/// A counted reference to a service of `process`. Throws Error, `refused` when there is none of that name.
X dial(Node& node, const Address& process, const std::string& name);
/// The same; empty when there is none of that name. All other errors are thrown.
X try_dial(Node& node, const Address& process, const std::string& name, CallOptions options = {});

}  // namespace circuit::lang
