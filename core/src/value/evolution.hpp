// Which values can be read as a type that they were not written as.
#pragma once

#include <string_view>

#include "base/result.hpp"
#include "value/shape.hpp"

namespace circuit {

/// Whether values of the one type can be read as the other: described structs match by the names of their
/// fields, of plain ones the fields of one are the first of the other, and all else is alike. References
/// match whatever they are to: what each is to is checked when it is read.
bool readable_as(const Shape& written, const Shape& reader);

/// The same for descriptors, of which the first may have come from a stranger. Errors: `invalid`, with both
/// descriptors.
Result<void> check_readable(std::string_view written, std::string_view reader);

}  // namespace circuit
