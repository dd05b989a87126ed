#include "client.hpp"

#include <sstream>

namespace circuit::web::testing {

namespace net = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using tcp = net::ip::tcp;

std::string Response::field(std::string_view name) const {
  std::istringstream lines(head);
  for (std::string line; std::getline(lines, line);) {
    std::size_t colon = line.find(':');
    if (colon == std::string::npos || !beast::iequals(line.substr(0, colon), name)) continue;
    std::string value = line.substr(colon + 1);
    value.erase(0, value.find_first_not_of(' '));
    value.erase(value.find_last_not_of("\r") + 1);
    return value;
  }
  return {};
}

std::string Response::error_kind() const {
  boost::system::error_code error;
  boost::json::value value = boost::json::parse(body, error);
  const auto* kind = error ? nullptr : value.find_pointer("/error/kind", error);
  return kind != nullptr && kind->is_string() ? std::string(kind->get_string()) : std::string{};
}

Bench::Bench(Server::Options options) : options_(std::move(options)) {}

void Bench::start() {
  server_ = std::make_unique<Server>(options_, cluster);
}

Response Bench::ask(std::string_view method, std::string_view target, std::string_view body,
                    std::string_view token, const std::vector<std::string>& lines) {
  std::ostringstream request;
  request << method << ' ' << target << " HTTP/1.1\r\nHost: " << host() << "\r\nConnection: close\r\n";
  if (!token.empty()) request << "Authorization: Bearer " << token << "\r\n";
  for (const std::string& line : lines) request << line << "\r\n";
  if (!body.empty()) request << "Content-Length: " << body.size() << "\r\n";
  request << "\r\n" << body;
  return raw(request.str(), method == "HEAD");
}

Response Bench::raw(std::string_view bytes, bool head) {
  net::io_context io;
  tcp::socket socket(io);
  socket.connect({net::ip::make_address("127.0.0.1"), server_->port()});
  beast::error_code error;
  // The server may refuse in the middle of it; its answer is what counts.
  net::write(socket, net::buffer(bytes), error);
  beast::flat_buffer buffer;
  http::response_parser<http::string_body> parser;
  parser.body_limit(boost::none);
  parser.skip(head);
  http::read(socket, buffer, parser, error);
  if (!parser.is_header_done()) return {};
  std::ostringstream lines;
  lines << parser.get().base();
  return {static_cast<int>(parser.get().result_int()), lines.str(), parser.get().body()};
}

StreamClient::StreamClient(Bench& bench, std::string origin, std::string host, std::string path)
    : socket_(io_) {
  socket_.next_layer().connect({net::ip::make_address("127.0.0.1"), bench.server().port()});
  if (origin.empty()) origin = "http://" + bench.host();
  if (host.empty()) host = bench.host();
  if (path.empty()) path = "/api/v1/stream";
  socket_.set_option(beast::websocket::stream_base::decorator([&](beast::websocket::request_type& request) {
    if (origin != "-") request.set(http::field::origin, origin);
  }));
  socket_.read_message_max(256 * 1024 * 1024);
  beast::websocket::response_type response;
  beast::error_code error;
  socket_.handshake(response, host, path, error);
  status_ = static_cast<int>(response.result_int());
}

void StreamClient::send(std::string_view text) {
  beast::error_code ignored;
  socket_.write(net::buffer(text), ignored);
}

void StreamClient::send_token(std::string_view token, std::string_view page) {
  boost::json::object opening{{"token", std::string(token)}};
  if (!page.empty()) opening["page"] = std::string(page);
  send(boost::json::serialize(opening));
}

std::optional<boost::json::object> StreamClient::receive() {
  beast::flat_buffer buffer;
  beast::error_code error;
  socket_.read(buffer, error);
  if (error) return std::nullopt;
  return boost::json::parse(beast::buffers_to_string(buffer.data())).as_object();
}

std::optional<boost::json::object> StreamClient::receive(std::string_view type) {
  for (;;) {
    auto message = receive();
    if (!message || message->at("type").as_string() == boost::json::string_view(type)) return message;
  }
}

int StreamClient::close_code() const {
  return socket_.reason().code;
}

}  // namespace circuit::web::testing
