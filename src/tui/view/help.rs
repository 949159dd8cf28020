//! The help: the table of keys, as they are now.

use ratatui::text::{Line, Span};

use crate::tui::keys::{Group, TABLE};
use crate::tui::model::Model;
use crate::tui::screen_keys;

/// All lines.
pub fn lines(model: &Model) -> Vec<Line<'static>> {
    let theme = &model.settings.theme;
    let mut lines = Vec::new();
    for group in Group::ALL {
        if !lines.is_empty() {
            lines.push(Line::default());
        }
        lines.push(Line::from(Span::styled(group.title(), theme.title)));
        for entry in TABLE.iter().filter(|entry| entry.group == group) {
            let keys = model.settings.keymap.keys(entry.action);
            let keys = if keys.is_empty() { format!(":{}", entry.name) } else { keys.join(" ") };
            lines.push(Line::from(vec![
                Span::styled(format!("  {keys:<16} "), theme.key),
                Span::raw(entry.help),
            ]));
        }
    }
    lines.push(Line::default());
    lines.push(Line::from(Span::styled(screen_keys::TITLE, theme.title)));
    for (keys, help) in screen_keys::help(&model.settings.keymap) {
        lines.push(Line::from(vec![Span::styled(format!("  {keys:<16} "), theme.key), Span::raw(help)]));
    }
    lines.push(Line::default());
    lines.push(Line::from(Span::styled("Filters", theme.title)));
    for (what, means) in [
        ("/disk", "has the text; a|b either, a.*b one after the other, ^a at the start, a$ at the end"),
        ("/!disk", "has it not"),
        ("/-f dsk", "has these letters in this order"),
        ("/-l service=db", "service, urgency, status, assignee (me), policy, priority; several with commas"),
    ] {
        lines.push(Line::from(vec![Span::styled(format!("  {what:<16} "), theme.key), Span::raw(means)]));
    }
    lines
}
