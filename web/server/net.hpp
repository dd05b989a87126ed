// Short names for the two libraries that everything in this folder stands on.
#pragma once

#include <boost/asio.hpp>
#include <boost/beast.hpp>

namespace circuit::web {

namespace net = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
namespace websocket = boost::beast::websocket;
using tcp = boost::asio::ip::tcp;

}  // namespace circuit::web
