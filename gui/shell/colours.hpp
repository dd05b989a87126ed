// The tokens of one theme as ImGui takes colours.
#pragma once

#include <imgui.h>
#include <string_view>

namespace circuit::gui {

struct Colours {
  ImU32 bg, pane, raised, line, hover, sel, ink, ink2, ink3, accent, on_accent, ok, warn, bad, on_bad, call,
      io, mem;
  bool dark;
};

/// The colours of the dark theme or the light one.
Colours colours_of(bool dark);
/// The colour with so much of its opacity, from 0 to 1.
ImU32 faded(ImU32 colour, float opacity);
/// A colour between two: `share` of `a`, the rest of `b`.
ImU32 mixed(ImU32 a, ImU32 b, float share);
/// Sets sizes and colours of ImGui's own widgets, at `scale` pixels per point.
void apply_style(const Colours& colours, float scale);
/// Whether this desktop prefers dark windows, as GTK's settings say it; dark where nothing says anything.
bool system_is_dark();

}  // namespace circuit::gui
