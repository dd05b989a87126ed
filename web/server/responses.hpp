// What the endpoint answers, and the header fields that every answer carries.
#pragma once

#include <string>
#include <string_view>

#include <circuit/error.hpp>

#include "server/net.hpp"

namespace circuit::web {

struct Reply {
  http::status status = http::status::ok;
  /// JSON, unless content_type says otherwise.
  std::string body;
  std::string_view content_type = "application/json";
  /// With 405: the methods that do exist there.
  std::string allow = {};
};

Reply error_reply(http::status status, std::string_view kind, std::string_view text);
/// The failure of a call into the cluster, with the status that fits its kind.
Reply failure_reply(const Failure& failure);

/// The reply as it goes out. `head`: everything but the body. `close`: the connection ends with it.
http::response<http::string_body> respond(Reply reply, unsigned version, bool head, bool close);

/// The fields that keep browsers from doing with an answer anything but what the page needs.
void harden(http::fields& header);

}  // namespace circuit::web
