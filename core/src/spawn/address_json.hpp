// Addresses as JSON, for the files that the processes of a host read.
#pragma once

#include <boost/json/value.hpp>
#include <optional>

#include <circuit/identity.hpp>

namespace circuit::spawn {

boost::json::object to_json(const Address& address);
/// nullopt: a field is missing or makes no sense.
std::optional<Address> address_from_json(const boost::json::value& json);

}  // namespace circuit::spawn
