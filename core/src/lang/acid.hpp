// What the built-in service does.
#pragma once

#include <memory>

#include <circuit/acid.hpp>

namespace circuit::lang {

class Node;

/// Tells of `node`, which outlives every call.
std::shared_ptr<Acid> make_acid(Node& node);

}  // namespace circuit::lang
