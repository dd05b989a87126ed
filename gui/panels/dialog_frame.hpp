// What the dialogs have in common: a window over everything, its title, its foot.
#pragma once

#include "panels/widgets.hpp"

namespace circuit::gui {

/// Begins the dialog when `true` is returned; end_dialog() is to be called then.
bool begin_dialog(Ui& ui, const char* id, const std::string& title, float width);
void end_dialog();

/// The width between the dialog's paddings.
float dialog_width(const Ui& ui);
/// Goes to the left padding of a new line, `gap` points below.
void dialog_line(const Ui& ui, float gap);
/// The label of a form's line at the left; the cursor stands where its widget begins. Returns the widget's
/// width.
float form_line(const Ui& ui, std::string_view label);
/// A remark below a form's widget.
void form_hint(const Ui& ui, std::string_view text, bool bad = false);
/// A rule, and the cursor where `buttons_width` pixels of buttons end at the right.
void dialog_foot(const Ui& ui, float buttons_width);

}  // namespace circuit::gui
