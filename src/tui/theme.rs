//! What things look like: a style for each role, in four themes. Nothing is told by colour alone.

#![allow(missing_docs, reason = "the names say what they are")]

use ratatui::style::{Color, Modifier, Style};

/// The name of a theme.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, clap::ValueEnum)]
pub enum Name {
    /// For dark terminals.
    #[default]
    Default,
    /// For light terminals.
    Light,
    /// Blue and orange, which everybody tells apart.
    #[value(alias = "colorblind", alias = "color-blind")]
    ColourBlind,
    /// No colour at all.
    Mono,
}

impl Name {
    pub const ALL: [Self; 4] = [Self::Default, Self::Light, Self::ColourBlind, Self::Mono];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::Light => "light",
            Self::ColourBlind => "colour-blind",
            Self::Mono => "mono",
        }
    }

    /// The theme called `text`.
    ///
    /// # Errors
    /// Which there are.
    pub fn parse(text: &str) -> Result<Self, String> {
        let known = Self::ALL.into_iter().find(|name| name.as_str() == text);
        known.ok_or_else(|| format!("expected {}", Self::ALL.map(Self::as_str).join(", ")))
    }
}

/// A colour that makes a context recognised, such as red for the real thing.
///
/// # Errors
/// What would be right.
pub fn accent(text: &str) -> Result<Color, String> {
    text.parse().map_err(|_| "expected a colour, such as \"red\" or \"#ff8800\"".to_owned())
}

/// A style for each role.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Theme {
    pub name: Name,
    pub plain: Style,
    /// What matters less.
    pub faint: Style,
    /// Headings of columns and panes.
    pub title: Style,
    /// Lines between panes.
    pub rule: Style,
    /// The name of the context.
    pub badge: Style,
    /// A key that can be pressed.
    pub key: Style,
    /// The row under the cursor, over the row's own style.
    pub cursor: Style,
    /// The row under the cursor while another pane has the keys.
    pub cursor_elsewhere: Style,
    /// A row that is selected.
    pub selected: Style,
    pub triggered: Style,
    pub acknowledged: Style,
    pub resolved: Style,
    pub held: Style,
    pub high: Style,
    pub low: Style,
    /// Offline, read-only, refused.
    pub banner: Style,
    pub good: Style,
    pub bad: Style,
    /// What may be out of date, over everything.
    pub stale: Style,
    /// Boxes over the screen.
    pub popup: Style,
}

impl Theme {
    pub fn of(name: Name) -> Self {
        match name {
            Name::Default => dark(),
            Name::Light => light(),
            Name::ColourBlind => colour_blind(),
            Name::Mono => mono(),
        }
    }

    /// With the context's own colour, unless there are none.
    pub fn with_accent(self, accent: Option<Color>) -> Self {
        match accent {
            Some(color) if self.name != Name::Mono => Self {
                badge: Style::new().fg(contrast(color)).bg(color).add_modifier(Modifier::BOLD),
                ..self
            },
            _ => self,
        }
    }
}

/// Black or white, whichever is read better on `color`.
fn contrast(color: Color) -> Color {
    match color {
        Color::Rgb(r, g, b) if u32::from(r) * 3 + u32::from(g) * 6 + u32::from(b) < 1400 => Color::White,
        Color::Black | Color::Red | Color::Blue | Color::Magenta | Color::DarkGray => Color::White,
        _ => Color::Black,
    }
}

fn fg(color: Color) -> Style {
    Style::new().fg(color)
}

fn dark() -> Theme {
    Theme {
        name: Name::Default,
        plain: Style::new(),
        faint: fg(Color::Indexed(245)),
        title: fg(Color::Cyan).add_modifier(Modifier::BOLD),
        rule: fg(Color::Indexed(240)),
        badge: Style::new().fg(Color::Black).bg(Color::Cyan).add_modifier(Modifier::BOLD),
        key: fg(Color::Cyan).add_modifier(Modifier::BOLD),
        cursor: Style::new().bg(Color::Indexed(238)).add_modifier(Modifier::BOLD),
        cursor_elsewhere: Style::new().bg(Color::Indexed(236)),
        selected: Style::new().bg(Color::Indexed(24)),
        triggered: fg(Color::LightRed).add_modifier(Modifier::BOLD),
        acknowledged: fg(Color::Yellow),
        resolved: fg(Color::Green),
        held: fg(Color::Gray),
        high: fg(Color::LightRed),
        low: fg(Color::Gray),
        banner: Style::new().fg(Color::Black).bg(Color::Yellow).add_modifier(Modifier::BOLD),
        good: fg(Color::Green),
        bad: fg(Color::LightRed).add_modifier(Modifier::BOLD),
        stale: Style::new().add_modifier(Modifier::DIM),
        popup: Style::new().bg(Color::Indexed(235)),
    }
}

fn light() -> Theme {
    Theme {
        name: Name::Light,
        faint: fg(Color::Indexed(242)),
        title: fg(Color::Blue).add_modifier(Modifier::BOLD),
        rule: fg(Color::Indexed(248)),
        badge: Style::new().fg(Color::White).bg(Color::Blue).add_modifier(Modifier::BOLD),
        key: fg(Color::Blue).add_modifier(Modifier::BOLD),
        cursor: Style::new().bg(Color::Indexed(252)).add_modifier(Modifier::BOLD),
        cursor_elsewhere: Style::new().bg(Color::Indexed(254)),
        selected: Style::new().bg(Color::Indexed(153)),
        triggered: fg(Color::Red).add_modifier(Modifier::BOLD),
        acknowledged: fg(Color::Indexed(130)),
        resolved: fg(Color::Indexed(28)),
        held: fg(Color::Indexed(242)),
        high: fg(Color::Red),
        low: fg(Color::Indexed(242)),
        banner: Style::new().fg(Color::Black).bg(Color::Indexed(220)).add_modifier(Modifier::BOLD),
        good: fg(Color::Indexed(28)),
        bad: fg(Color::Red).add_modifier(Modifier::BOLD),
        popup: Style::new().bg(Color::Indexed(255)),
        ..dark()
    }
}

fn colour_blind() -> Theme {
    let (orange, blue) = (Color::Indexed(208), Color::Indexed(75));
    Theme {
        name: Name::ColourBlind,
        triggered: fg(orange).add_modifier(Modifier::BOLD),
        acknowledged: fg(blue),
        resolved: fg(Color::Gray),
        high: fg(orange),
        banner: Style::new().fg(Color::Black).bg(orange).add_modifier(Modifier::BOLD),
        good: fg(blue),
        bad: fg(orange).add_modifier(Modifier::BOLD),
        ..dark()
    }
}

fn mono() -> Theme {
    let (plain, bold) = (Style::new(), Style::new().add_modifier(Modifier::BOLD));
    let dim = Style::new().add_modifier(Modifier::DIM);
    let reversed = Style::new().add_modifier(Modifier::REVERSED);
    Theme {
        name: Name::Mono,
        plain,
        faint: dim,
        title: bold.add_modifier(Modifier::UNDERLINED),
        rule: dim,
        badge: reversed.add_modifier(Modifier::BOLD),
        key: bold,
        cursor: reversed,
        cursor_elsewhere: Style::new().add_modifier(Modifier::UNDERLINED),
        selected: bold.add_modifier(Modifier::UNDERLINED),
        triggered: bold,
        acknowledged: plain,
        resolved: dim,
        held: dim,
        high: bold,
        low: plain,
        banner: reversed.add_modifier(Modifier::BOLD),
        good: plain,
        bad: bold,
        stale: dim,
        popup: plain,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn themes_have_names() {
        for name in Name::ALL {
            assert_eq!(Name::parse(name.as_str()), Ok(name));
            assert_eq!(Theme::of(name).name, name);
        }
        assert!(Name::parse("pink").unwrap_err().contains("colour-blind"));
        assert!(accent("red").is_ok() && accent("#112233").is_ok() && accent("reddish").is_err());
    }

    #[test]
    fn mono_has_no_colour() {
        let theme = Theme::of(Name::Mono).with_accent(Some(Color::Red));
        let text = format!("{theme:?}");
        assert!(!text.contains("fg(") && !text.contains("bg("), "{text}");
    }
}
