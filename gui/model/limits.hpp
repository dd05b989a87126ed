// How much the desktop shows and keeps.
#pragma once

#include <cstddef>

namespace circuit::limits {

/// Bytes of one text as a cell shows it, and as the detail does: more than fits on a screen.
inline constexpr std::size_t gui_cell_bytes = 512;
inline constexpr std::size_t gui_detail_bytes = 8 * 1024;
/// What may be typed or pasted into one field.
inline constexpr std::size_t gui_field_bytes = 64 * 1024;
/// Calls of one worker that its detail lists.
inline constexpr std::size_t gui_detail_calls = 200;
/// Threads for what blocks (spawns may take their whole deadline), and pieces of such work at once.
inline constexpr std::size_t gui_errand_threads = 4;
inline constexpr std::size_t gui_errands = 64;
/// Outcomes of worker functions that are kept, and bytes of one.
inline constexpr std::size_t gui_outcomes = 256;
inline constexpr std::size_t gui_outcome_bytes = 64 * 1024;
/// Events of mouse and keyboard that wait for their frame.
inline constexpr std::size_t gui_input_events = 4096;
/// A script's file.
inline constexpr std::size_t gui_script_bytes = 1024 * 1024;

}  // namespace circuit::limits
