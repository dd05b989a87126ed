#include "shell/window.hpp"

#include <GLFW/glfw3.h>
#include <atomic>
#include <backends/imgui_impl_glfw.h>
#include <backends/imgui_impl_opengl3.h>
#include <fmt/format.h>
#include <functional>
#include <string_view>
#include <utility>

#include "base/log.hpp"

namespace circuit::gui {
namespace {

std::atomic<bool> is_open = false;
std::atomic<bool> is_woken = false;

/// What GLFW last complained of.
std::string& complaint() {
  static std::string text;
  return text;
}

template <class T>
std::size_t bytes_of(const ImVector<T>& items) {
  return std::hash<std::string_view>()(
      {reinterpret_cast<const char*>(items.Data), static_cast<std::size_t>(items.size_in_bytes())});
}

/// A number that differs, as good as always, where two frames differ.
std::size_t picture_of(const ImDrawData& data) {
  std::size_t sum = 0;
  auto add = [&sum](std::size_t part) { sum = sum * 1'000'003 + part; };
  for (int i = 0; i < data.CmdListsCount; ++i) {
    const ImDrawList& list = *data.CmdLists[i];
    add(bytes_of(list.VtxBuffer));
    add(bytes_of(list.IdxBuffer));
    for (const ImDrawCmd& command : list.CmdBuffer) {
      add(std::hash<float>()(command.ClipRect.x + 3 * command.ClipRect.y + 5 * command.ClipRect.z +
                             7 * command.ClipRect.w));
      add(command.ElemCount);
    }
  }
  return sum;
}

Window& owner(GLFWwindow* window) { return *static_cast<Window*>(glfwGetWindowUserPointer(window)); }

}  // namespace

Result<std::unique_ptr<Window>> Window::open(Size size, const std::string& title) {
  glfwSetErrorCallback([](int, const char* text) { complaint() = text; });
  if (glfwInit() == GLFW_FALSE)
    return failure(
        ErrorKind::unreachable,
        fmt::format("there is no display for a window ({}); set DISPLAY, or use the page of `circuit up`",
                    complaint()));
  glfwWindowHint(GLFW_CONTEXT_VERSION_MAJOR, 3);
  glfwWindowHint(GLFW_CONTEXT_VERSION_MINOR, 2);
  glfwWindowHint(GLFW_OPENGL_PROFILE, GLFW_OPENGL_CORE_PROFILE);
  glfwWindowHintString(GLFW_X11_CLASS_NAME, "circuit-gui");
  GLFWwindow* window = glfwCreateWindow(size.width, size.height, title.c_str(), nullptr, nullptr);
  if (window == nullptr) {
    glfwTerminate();
    return failure(ErrorKind::unreachable,
                   fmt::format("the window cannot be opened ({}); it needs OpenGL 3.2", complaint()));
  }
  return std::unique_ptr<Window>(new Window(window));
}

Window::Window(GLFWwindow* window) : window_(window) {
  glfwSetWindowUserPointer(window_, this);
  glfwSetWindowSizeLimits(window_, 640, 400, GLFW_DONT_CARE, GLFW_DONT_CARE);
  glfwMakeContextCurrent(window_);
  glfwSwapInterval(1);
  ImGui::CreateContext();
  ImGuiIO& io = ImGui::GetIO();
  // Nothing is to be written into whatever directory this was started in.
  io.IniFilename = nullptr;
  // A caret that blinks would wake this up twice a second.
  io.ConfigInputTextCursorBlink = false;
  ImGui_ImplGlfw_InitForOpenGL(window_, false);
  map_keys(io);
  ImGui_ImplOpenGL3_Init("#version 150");
  listen();
  is_open = true;
}

Window::~Window() {
  is_open = false;
  ImGui_ImplOpenGL3_Shutdown();
  ImGui_ImplGlfw_Shutdown();
  ImGui::DestroyContext();
  glfwDestroyWindow(window_);
  glfwTerminate();
}

void Window::listen() {
  using Kind = InputEvent::Kind;
  glfwSetCursorPosCallback(window_, [](GLFWwindow* window, double x, double y) {
    owner(window).input_.push({Kind::move, static_cast<float>(x), static_cast<float>(y), 0, 0, false, 0});
  });
  glfwSetCursorEnterCallback(window_, [](GLFWwindow* window, int entered) {
    if (entered == GLFW_FALSE) owner(window).input_.push({Kind::leave, 0, 0, 0, 0, false, 0});
  });
  glfwSetMouseButtonCallback(window_, [](GLFWwindow* window, int button, int action, int modifiers) {
    owner(window).input_.push({Kind::button, 0, 0, button, modifiers, action == GLFW_PRESS, 0});
  });
  glfwSetScrollCallback(window_, [](GLFWwindow* window, double x, double y) {
    owner(window).input_.push({Kind::wheel, static_cast<float>(x), static_cast<float>(y), 0, 0, false, 0});
  });
  glfwSetKeyCallback(window_, [](GLFWwindow* window, int key, int, int action, int modifiers) {
    InputQueue& input = owner(window).input_;
    // ImGui repeats keys by itself, but our own commands do not.
    if (action == GLFW_REPEAT) input.push({Kind::key, 0, 0, key, modifiers, false, 0});
    input.push({Kind::key, 0, 0, key, modifiers, action != GLFW_RELEASE, 0});
  });
  glfwSetCharCallback(window_, [](GLFWwindow* window, unsigned character) {
    owner(window).input_.push({Kind::character, 0, 0, 0, 0, true, character});
  });
  glfwSetWindowRefreshCallback(window_, [](GLFWwindow* window) { owner(window).damaged_ = true; });
  glfwSetFramebufferSizeCallback(window_,
                                 [](GLFWwindow* window, int, int) { owner(window).damaged_ = true; });
  glfwSetWindowFocusCallback(window_, [](GLFWwindow* window, int) { owner(window).damaged_ = true; });
}

void Window::wake() {
  is_woken = true;
  if (is_open) glfwPostEmptyEvent();
}

void Window::wait(double seconds) {
  if (seconds > 0)
    glfwWaitEventsTimeout(seconds);
  else
    glfwPollEvents();
}

bool Window::should_close() const { return glfwWindowShouldClose(window_) != 0; }

void Window::hide() { glfwHideWindow(window_); }

bool Window::is_iconified() const { return glfwGetWindowAttrib(window_, GLFW_ICONIFIED) != 0; }

float Window::content_scale() const {
  float x = 1, y = 1;
  glfwGetWindowContentScale(window_, &x, &y);
  return x > 0 ? x : 1;
}

bool Window::take_wake() { return is_woken.exchange(false); }

bool Window::take_damage() { return std::exchange(damaged_, false); }

void Window::forget_font_texture() { ImGui_ImplOpenGL3_DestroyFontsTexture(); }

void Window::take_font_texture() { ImGui_ImplOpenGL3_CreateFontsTexture(); }

void Window::begin_frame() {
  ImGui_ImplOpenGL3_NewFrame();
  ImGui_ImplGlfw_NewFrame();
}

bool Window::end_frame(ImU32 background, bool always) {
  ImGui::Render();
  const PixelBox box = whole();
  const std::size_t picture = picture_of(*ImGui::GetDrawData());
  if (std::exchange(picture_, picture) == picture && !always) return false;
  glViewport(0, 0, box.width, box.height);
  const ImVec4 colour = ImGui::ColorConvertU32ToFloat4(background);
  glClearColor(colour.x, colour.y, colour.z, 1);
  glClear(GL_COLOR_BUFFER_BIT);
  ImGui_ImplOpenGL3_RenderDrawData(ImGui::GetDrawData());
  return true;
}

void Window::show_frame() { glfwSwapBuffers(window_); }

PixelBox Window::whole() const {
  PixelBox box;
  glfwGetFramebufferSize(window_, &box.width, &box.height);
  return box;
}

Result<void> Window::screenshot(const std::string& file, PixelBox box) const {
  const PixelBox all = whole();
  box.width = std::min(box.width, all.width - box.x);
  box.height = std::min(box.height, all.height - box.y);
  return write_screenshot(file, box, all.height);
}

}  // namespace circuit::gui
