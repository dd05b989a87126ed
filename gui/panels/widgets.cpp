#include "panels/widgets.hpp"

#include <algorithm>
#include <imgui_internal.h>
#include <imgui_stdlib.h>

#include "base/limits.hpp"
#include "model/worker_text.hpp"

namespace circuit::gui {
namespace {

constexpr std::string_view ellipsis = "\xE2\x80\xA6";

struct ButtonColours {
  ImU32 fill, edge, text;
};

ButtonColours button_colours(const Ui& ui, Look look, bool hovered) {
  const Colours& c = ui.colours;
  const ImU32 edge = hovered ? c.ink3 : c.line;
  switch (look) {
    case Look::plain: return {c.raised, edge, c.ink};
    case Look::quiet: return {hovered ? c.hover : faded(c.pane, 0), faded(c.line, 0), c.ink2};
    case Look::primary:
      return {hovered ? mixed(c.accent, c.ink, 0.88F) : c.accent, faded(c.line, 0), c.on_accent};
    case Look::danger: return {c.raised, edge, c.bad};
    case Look::solid_danger:
      return {hovered ? mixed(c.bad, c.ink, 0.88F) : c.bad, faded(c.line, 0), c.on_bad};
  }
  return {c.raised, edge, c.ink};
}

/// Typing must not make a field grow without bound.
void bound(std::string& text) {
  if (text.size() <= limits::gui_field_bytes) return;
  std::size_t end = limits::gui_field_bytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  text.resize(end);
}

}  // namespace

// -- text ---------------------------------------------------------------------------------------------------

float width_of(ImFont* font, std::string_view text) {
  return font->CalcTextSizeA(font->FontSize, FLT_MAX, 0, text.data(), text.data() + text.size()).x;
}

float text_in(const Ui&, ImFont* font, const Box& box, ImU32 colour, std::string_view text, Align align) {
  if (text.empty() || box.width() <= 0) return 0;
  const char *begin = text.data(), *end = begin + text.size();
  float width = width_of(font, text);
  const bool cut = width > box.width() + 0.5F;
  const float dots = cut ? width_of(font, ellipsis) : 0;
  if (cut) {
    const char* stop = begin;
    width = font->CalcTextSizeA(font->FontSize, std::max(box.width() - dots, 1.0F), 0, begin, end, &stop).x;
    end = stop;
  }
  float x = box.min.x;
  if (!cut && align == Align::right) x = box.max.x - width;
  if (!cut && align == Align::centre) x += (box.width() - width) / 2;
  const ImVec2 at(std::floor(x), std::floor(box.min.y + (box.height() - font->FontSize) / 2));
  ImDrawList& list = *ImGui::GetWindowDrawList();
  list.AddText(font, font->FontSize, at, colour, begin, end);
  if (cut)
    list.AddText(font, font->FontSize, {at.x + width, at.y}, colour, ellipsis.data(),
                 ellipsis.data() + ellipsis.size());
  return width + dots;
}

void paragraph(const Ui& ui, ImFont* font, ImU32 colour, std::string_view text, float width) {
  if (text.empty()) return;
  const char *begin = text.data(), *end = begin + text.size();
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const ImVec2 size = font->CalcTextSizeA(font->FontSize, FLT_MAX, width, begin, end);
  ImGui::GetWindowDrawList()->AddText(font, font->FontSize, at, colour, begin, end, width);
  ui.drawn.add(Drawn::Kind::text, text, at, {at.x + size.x, at.y + size.y});
  ImGui::Dummy({width, size.y});
}

// -- signs --------------------------------------------------------------------------------------------------

ImU32 state_colour(const Ui& ui, spawn::WorkerState state) {
  switch (state) {
    case spawn::WorkerState::starting: return ui.colours.call;
    case spawn::WorkerState::suspect:
    case spawn::WorkerState::unregistered: return ui.colours.warn;
    case spawn::WorkerState::dead: return ui.colours.bad;
    case spawn::WorkerState::live: break;
  }
  return ui.colours.ok;
}

void state_dot(const Ui& ui, ImVec2 centre, spawn::WorkerState state) {
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const ImU32 colour = state_colour(ui, state);
  const float radius = 4 * ui.scale;
  centre = {std::floor(centre.x) + 0.5F, std::floor(centre.y) + 0.5F};
  switch (state) {
    case spawn::WorkerState::live: list.AddCircleFilled(centre, radius, colour, 20); break;
    case spawn::WorkerState::starting:
    case spawn::WorkerState::suspect:
      list.AddCircle(centre, radius - ui.scale, colour, 20, 2 * ui.scale);
      break;
    case spawn::WorkerState::unregistered:
      list.AddCircle(centre, radius - ui.scale, colour, 20, ui.scale);
      list.AddCircleFilled(centre, 1.5F * ui.scale, colour, 12);
      break;
    case spawn::WorkerState::dead:
      list.AddRectFilled({centre.x - radius, centre.y - radius}, {centre.x + radius, centre.y + radius},
                         colour, ui.scale);
      break;
  }
}

float key_cap(const Ui& ui, const Box& box, float x, std::string_view key) {
  ImFont* font = ui.fonts.mono_small;
  const float width = std::ceil(width_of(font, key)) + ui.px(9), height = ui.px(16);
  const float y = std::floor(box.min.y + (box.height() - height) / 2);
  const Box cap{{std::floor(x), y}, {std::floor(x) + width, y + height}};
  ImGui::GetWindowDrawList()->AddRect(cap.min, cap.max, ui.colours.line, ui.px(3));
  text_in(ui, font, cap, ui.colours.ink2, key, Align::centre);
  return width;
}

// -- buttons ------------------------------------------------------------------------------------------------

float button_width(const Ui& ui, std::string_view label, const char* hint) {
  const float extra = hint != nullptr ? width_of(ui.fonts.medium, hint) + ui.px(7) : 0;
  return std::ceil(width_of(ui.fonts.medium, label) + extra) + ui.px(24);
}

bool button(const Ui& ui, const char* label, Look look, bool enabled, const char* hint) {
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const ImVec2 size(button_width(ui, label, hint), ui.px(28));
  ImGui::BeginDisabled(!enabled);
  ImGui::PushID(label);
  const bool pressed = ImGui::InvisibleButton("##button", size);
  const ImGuiID id = ImGui::GetItemID();
  const bool hovered = ImGui::IsItemHovered() && enabled;
  ImGui::PopID();
  ImGui::EndDisabled();
  const Box box{at, {at.x + size.x, at.y + size.y}};
  ButtonColours colours = button_colours(ui, look, hovered);
  if (!enabled)
    colours = {look == Look::quiet ? colours.fill : ui.colours.raised, ui.colours.line, ui.colours.ink3};
  ImDrawList& list = *ImGui::GetWindowDrawList();
  list.AddRectFilled(box.min, box.max, colours.fill, ui.px(4));
  list.AddRect(box.min, box.max, colours.edge, ui.px(4));
  ImGui::RenderNavHighlight({box.min, box.max}, id);
  const Box inner{{box.min.x + ui.px(12), box.min.y}, {box.max.x - ui.px(12), box.max.y}};
  text_in(ui, ui.fonts.medium, {inner.min, {inner.max.x + 2, inner.max.y}}, colours.text, label);
  if (hint != nullptr)
    text_in(ui, ui.fonts.medium, {inner.min, {inner.max.x + 1, inner.max.y}}, faded(colours.text, 0.7F), hint,
            Align::right);
  ui.drawn.add(Drawn::Kind::widget, label, box.min, box.max, enabled);
  return pressed && enabled;
}

bool link(const Ui& ui, const char* label) {
  const ImVec2 at = ImGui::GetCursorScreenPos();
  ImFont* font = ui.fonts.body;
  const ImVec2 size(std::ceil(width_of(font, label)), font->FontSize);
  const bool pressed = ImGui::InvisibleButton(label, size);
  if (ImGui::IsItemHovered()) ImGui::SetMouseCursor(ImGuiMouseCursor_Hand);
  ImDrawList& list = *ImGui::GetWindowDrawList();
  list.AddText(font, font->FontSize, at, ui.colours.accent, label);
  list.AddLine({at.x, at.y + size.y - 1}, {at.x + size.x, at.y + size.y - 1}, faded(ui.colours.accent, 0.6F));
  ui.drawn.add(Drawn::Kind::widget, label, at, {at.x + size.x, at.y + size.y});
  return pressed;
}

// -- fields -------------------------------------------------------------------------------------------------

bool field(const Ui& ui, const char* label, std::string& text, float width, const FieldLook& look) {
  ImGui::PushID(label);
  ImGui::PushFont(ui.fonts.mono);
  const float line = ImGui::GetTextLineHeight();
  const float height = look.lines > 1 ? line * static_cast<float>(look.lines) + ui.px(14) : ui.px(28);
  ImGui::PushStyleVar(ImGuiStyleVar_FramePadding, {ui.px(8), std::floor((ui.px(28) - line) / 2)});
  if (look.wrong) ImGui::PushStyleColor(ImGuiCol_Border, ui.colours.bad);
  ImGui::BeginDisabled(!look.enabled);
  if (look.focus) ImGui::SetKeyboardFocusHere();
  const ImVec2 at = ImGui::GetCursorScreenPos();
  bool changed = false;
  if (look.lines > 1) {
    changed = ImGui::InputTextMultiline("##field", &text, {width, height});
  } else {
    ImGui::SetNextItemWidth(width);
    const ImGuiInputTextFlags flags = look.hidden ? ImGuiInputTextFlags_Password : 0;
    changed = look.placeholder != nullptr
                  ? ImGui::InputTextWithHint("##field", look.placeholder, &text, flags)
                  : ImGui::InputText("##field", &text, flags);
  }
  const bool active = ImGui::IsItemActive();
  ImGui::EndDisabled();
  if (look.wrong) ImGui::PopStyleColor();
  ImGui::PopStyleVar();
  ImGui::PopFont();
  ImGui::PopID();
  const ImVec2 end(at.x + width, at.y + height);
  if (active && !look.wrong) ImGui::GetWindowDrawList()->AddRect(at, end, ui.colours.accent, ui.px(4));
  ui.drawn.add(Drawn::Kind::field, label, at, end, look.enabled);
  if (changed) bound(text);
  return changed;
}

bool checkbox(const Ui& ui, const char* label, bool& on) {
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float side = ui.px(16), height = ui.px(28);
  ImGui::PushID(label);
  const bool pressed = ImGui::InvisibleButton("##box", {side, height});
  const ImGuiID id = ImGui::GetItemID();
  ImGui::PopID();
  if (pressed) on = !on;
  const ImVec2 min(at.x, std::floor(at.y + (height - side) / 2)), max(min.x + side, min.y + side);
  ImDrawList& list = *ImGui::GetWindowDrawList();
  list.AddRectFilled(min, max, on ? ui.colours.accent : ui.colours.bg, ui.px(3));
  list.AddRect(min, max, on ? ui.colours.accent : ui.colours.line, ui.px(3));
  if (on)
    ImGui::RenderCheckMark(&list, {min.x + side * 0.2F, min.y + side * 0.2F}, ui.colours.on_accent,
                           side * 0.6F);
  ImGui::RenderNavHighlight({min, max}, id);
  ui.drawn.add(Drawn::Kind::widget, label, min, max);
  return pressed;
}

// -- boxes --------------------------------------------------------------------------------------------------

Notice::Notice(const Ui& ui, ImU32 edge, float width)
    : ui_(ui),
      edge_(edge),
      min_(ImGui::GetCursorScreenPos()),
      width_(width),
      inner_width_(width - ui.px(24)) {
  // The frame goes below what is drawn next, whose height is not known yet.
  ImGui::GetWindowDrawList()->ChannelsSplit(2);
  ImGui::GetWindowDrawList()->ChannelsSetCurrent(1);
  ImGui::SetCursorScreenPos({min_.x + ui.px(12), min_.y + ui.px(8)});
  ImGui::BeginGroup();
}

Notice::~Notice() {
  ImGui::EndGroup();
  const float bottom = ImGui::GetItemRectMax().y + ui_.px(8);
  ImDrawList& list = *ImGui::GetWindowDrawList();
  list.ChannelsSetCurrent(0);
  const ImVec2 max(min_.x + width_, bottom);
  list.AddRectFilled(min_, max, ui_.colours.pane, ui_.px(4));
  list.AddRect(min_, max, mixed(edge_, ui_.colours.line, 0.45F), ui_.px(4));
  list.AddRectFilled(min_, {min_.x + ui_.px(3), bottom}, edge_, ui_.px(4), ImDrawFlags_RoundCornersLeft);
  list.ChannelsMerge();
  ImGui::SetCursorScreenPos({min_.x, bottom});
  ImGui::Dummy({width_, ui_.px(6)});
}

bool begin_pane(const Ui& ui, const char* name, const Box& box, ImGuiWindowFlags flags) {
  ImGui::SetCursorScreenPos(box.min);
  const bool open =
      ImGui::BeginChild(name, {box.width(), box.height()}, false, flags | ImGuiWindowFlags_NoNav);
  ui.drawn.add(Drawn::Kind::panel, name, box.min, box.max);
  return open;
}

void end_pane(const Ui& ui, const Box& box, bool may_be_stale) {
  // Old news looks old.
  if (may_be_stale && !ui.state.connected() && !ui.state.waiting()) {
    // A window of its own, because what is in the pane may be in one too, and would lie above.
    ImGui::SetCursorScreenPos(box.min);
    ImGui::BeginChild("##veil", {box.width(), box.height()}, false,
                      ImGuiWindowFlags_NoInputs | ImGuiWindowFlags_NoBackground);
    ImGui::GetWindowDrawList()->AddRectFilled(box.min, box.max, faded(ui.colours.pane, 0.4F));
    ImGui::EndChild();
  }
  ImGui::EndChild();
}

// -- tables -------------------------------------------------------------------------------------------------

Box cell_box(const Ui& ui, float row_height) {
  ImGuiTable* table = ImGui::GetCurrentTable();
  const ImRect cell = ImGui::TableGetCellBgRect(table, table->CurrentColumn);
  const float pad = ui.px(8), first = table->CurrentColumn == 0 ? ui.px(4) : 0;
  return {{cell.Min.x + pad + first, cell.Min.y}, {cell.Max.x - pad, cell.Min.y + row_height}};
}

bool column_header(const Ui& ui, const char* title, Align align, int sorted) {
  const Box box = cell_box(ui, ui.px(28));
  ImGui::SetCursorScreenPos(box.min);
  ImGui::PushID(title);
  const bool pressed = ImGui::InvisibleButton("##head", {std::max(box.width(), 1.0F), ui.px(27)});
  const bool hovered = ImGui::IsItemHovered();
  ImGui::PopID();
  std::string text = title;
  if (sorted != 0) text += sorted > 0 ? " \xE2\x86\x91" : " \xE2\x86\x93";
  text_in(ui, ui.fonts.medium, box, hovered ? ui.colours.ink : ui.colours.ink2, text, align);
  ui.drawn.add(Drawn::Kind::widget, title, box.min, box.max);
  return pressed;
}

void begin_tooltip(const Ui& ui) {
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, {ui.px(10), ui.px(7)});
  ImGui::PushStyleColor(ImGuiCol_PopupBg, ui.colours.raised);
  ImGui::BeginTooltip();
}

void end_tooltip() {
  ImGui::EndTooltip();
  ImGui::PopStyleColor();
  ImGui::PopStyleVar();
}

void tooltip(const Ui& ui, std::string_view text) {
  begin_tooltip(ui);
  paragraph(ui, ui.fonts.body, ui.colours.ink, text, std::ceil(width_of(ui.fonts.body, text)) + 1);
  end_tooltip();
}

void empty_state(const Ui& ui, std::string_view title, std::string_view text) {
  const float width = std::min(ImGui::GetContentRegionAvail().x - ui.px(24), ui.px(440));
  ImGui::Dummy({1, std::floor(ImGui::GetContentRegionAvail().y * 0.16F)});
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float left = std::floor(at.x + (ImGui::GetContentRegionAvail().x - width) / 2);
  const Box line{{left, at.y}, {left + width, at.y + ui.px(24)}};
  text_in(ui, ui.fonts.title, line, ui.colours.ink, title, Align::centre);
  ui.drawn.add(Drawn::Kind::text, title, line.min, line.max);
  const float text_width = std::min(width, width_of(ui.fonts.body, text) + 1);
  ImGui::SetCursorScreenPos({std::floor(left + (width - text_width) / 2), at.y + ui.px(34)});
  paragraph(ui, ui.fonts.body, ui.colours.ink2, text, text_width);
  ImGui::Dummy({1, ui.px(8)});
}

}  // namespace circuit::gui
