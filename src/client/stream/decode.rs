//! Server-sent events out of the bytes of a connection, however these are cut. Pure.

/// What is kept of an event that has not ended yet is at most this.
pub const EVENT_MAX: usize = 16 << 20;
/// What may stand before the first line.
const BOM: &[u8] = "\u{feff}".as_bytes();

/// One event, as it was sent.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Sent {
    /// What it is called; `message` if it does not say.
    pub name: String,
    /// Its data, lines joined by line feeds.
    pub data: String,
    /// Its id, if it says one.
    pub id: Option<String>,
}

/// An event is longer than [`EVENT_MAX`].
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("an event is longer than {} MiB", EVENT_MAX >> 20)]
pub struct TooLong;

/// Reads one connection from its first byte on.
#[derive(Debug, Default)]
pub struct Decoder {
    /// The line that has not ended yet.
    line: Vec<u8>,
    /// A line ended with a carriage return: a line feed that follows belongs to it.
    after_return: bool,
    /// The first line has been read.
    begun: bool,
    name: String,
    data: Option<String>,
    id: Option<String>,
}

impl Decoder {
    /// Takes the next bytes, and puts the events that end in them behind those in `events`.
    ///
    /// # Errors
    /// When an event is too long; what follows would make no sense any more.
    pub fn take(&mut self, bytes: &[u8], events: &mut impl Extend<Sent>) -> Result<(), TooLong> {
        let mut rest = bytes;
        while !rest.is_empty() {
            if std::mem::take(&mut self.after_return) && rest[0] == b'\n' {
                rest = &rest[1..];
                continue;
            }
            let end = rest.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
            let (part, ended) = rest.split_at(end.unwrap_or(rest.len()));
            if self.kept() + part.len() > EVENT_MAX {
                return Err(TooLong);
            }
            self.line.extend_from_slice(part);
            let Some((end, after)) = ended.split_first() else { break };
            self.after_return = *end == b'\r';
            rest = after;
            events.extend(self.line_ended());
        }
        Ok(())
    }

    fn kept(&self) -> usize {
        self.line.len() + self.data.as_ref().map_or(0, String::len) + self.name.len()
    }

    /// Takes the line in; an empty one ends the event, if there is one.
    fn line_ended(&mut self) -> Option<Sent> {
        let bytes = std::mem::take(&mut self.line);
        let mut line = bytes.as_slice();
        if !std::mem::replace(&mut self.begun, true) {
            line = line.strip_prefix(BOM).unwrap_or(line);
        }
        if line.is_empty() {
            return self.event_ended();
        }
        let line = String::from_utf8_lossy(line);
        let (field, value) = line.split_once(':').unwrap_or((&line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "event" => value.clone_into(&mut self.name),
            "data" => match &mut self.data {
                Some(data) => {
                    data.push('\n');
                    data.push_str(value);
                }
                None => self.data = Some(value.to_owned()),
            },
            "id" if !value.contains('\0') => self.id = Some(value.to_owned()),
            // A comment has no name; `retry` and what is not known change nothing.
            _ => {}
        }
        None
    }

    /// What has no data is no event.
    fn event_ended(&mut self) -> Option<Sent> {
        let (name, id) = (std::mem::take(&mut self.name), self.id.take());
        let data = self.data.take()?;
        let name = if name.is_empty() { "message".to_owned() } else { name };
        Some(Sent { name, data, id })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use proptest::prelude::*;

    use super::*;

    fn decoded(parts: &[&[u8]]) -> Vec<Sent> {
        let mut decoder = Decoder::default();
        let mut events = Vec::new();
        for part in parts {
            decoder.take(part, &mut events).unwrap();
        }
        events
    }

    /// `name|data|id`, one after the other.
    fn shown(events: &[Sent]) -> String {
        let show =
            |event: &Sent| format!("{}|{}|{}", event.name, event.data, event.id.as_deref().unwrap_or("-"));
        events.iter().map(show).collect::<Vec<_>>().join(" & ")
    }

    #[test]
    fn understands_what_is_sent() {
        for (sent, expected) in [
            ("data: a\n\n", "message|a|-"),
            ("event: b\ndata: a\nid: 7\n\n", "b|a|7"),
            ("event:b\rdata:a\rid:7\r\r", "b|a|7"),
            ("event: b\r\ndata: a\r\n\r\ndata: c\r\n\r\n", "b|a|- & message|c|-"),
            ("data: a\r\rdata: b\n\n", "message|a|- & message|b|-"),
            ("\u{feff}data: a\n\n", "message|a|-"),
            ("\u{feff}\u{feff}data: a\n\n", ""),
            ("data: a\n\n\u{feff}data: b\n\n", "message|a|-"),
            ("data: a\ndata:\ndata:  b\n\n", "message|a\n\n b|-"),
            ("data\n\n", "message||-"),
            (": nothing\n\n:\n\ndata: a\n: between\n\n", "message|a|-"),
            ("event: b\n\ndata: a\n\n", "message|a|-"),
            ("id: 7\n\ndata: a\n\n", "message|a|-"),
            ("id: 7\nid\ndata: a\n\n", "message|a|"),
            ("id: 7\u{0}\ndata: a\n\n", "message|a|-"),
            ("retry: 5\nhuh: 1\ndata: a:b\n\n", "message|a:b|-"),
            ("data: a\n", ""),
            ("data: a", ""),
            ("\n\n\r\n\r", ""),
        ] {
            assert_eq!(shown(&decoded(&[sent.as_bytes()])), expected, "{sent:?}");
        }
    }

    #[test]
    fn what_is_no_text_is_replaced() {
        assert_eq!(shown(&decoded(&[b"data: a\xffb\n\n"])), "message|a\u{fffd}b|-");
    }

    #[test]
    fn an_event_without_end_is_given_up() {
        let mut decoder = Decoder::default();
        let mut events = Vec::new();
        let line = [b"data: ".as_slice(), &vec![b'x'; 1 << 20], b"\n"].concat();
        let taken = (0..20).take_while(|_| decoder.take(&line, &mut events).is_ok()).count();
        assert_eq!((taken, events.len()), (15, 0));
        let mut decoder = Decoder::default();
        assert_eq!(decoder.take(&vec![b'x'; EVENT_MAX + 1], &mut events), Err(TooLong));
    }

    fn piece() -> impl Strategy<Value = &'static str> {
        prop::sample::select(vec![
            "data: a", "data", "event: ", "event:b", "id: 7", "id", ":", "é", "\u{feff}", "\n", "\r", "\r\n",
            "\n\n", "\r\r", "\r\n\r\n", " ", "retry: 1",
        ])
    }

    proptest! {
        #[test]
        fn any_cut_gives_the_same_events(
            pieces in prop::collection::vec(piece(), 0..40),
            cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..10),
        ) {
            let bytes = pieces.concat().into_bytes();
            let mut at: Vec<_> = cuts.iter().map(|cut| cut.index(bytes.len() + 1)).collect();
            at.extend([0, bytes.len()]);
            at.sort_unstable();
            let parts: Vec<&[u8]> = at.windows(2).map(|ends| &bytes[ends[0]..ends[1]]).collect();
            prop_assert_eq!(decoded(&parts), decoded(&[&bytes]));
            let single: Vec<&[u8]> = bytes.chunks(1).collect();
            prop_assert_eq!(decoded(&single), decoded(&[&bytes]));
        }

        #[test]
        fn what_is_written_is_read(events in prop::collection::vec(("[a-z_]{1,8}", "[^\r\n]{0,20}", prop::option::of("[^\r\n\0]{0,9}")), 0..8)) {
            let mut text = String::new();
            for (name, data, id) in &events {
                text += &format!("event: {name}\ndata: {data}\n");
                text += &id.as_ref().map(|id| format!("id: {id}\n")).unwrap_or_default();
                text += "\n";
            }
            let expected: Vec<_> =
                events.into_iter().map(|(name, data, id)| Sent { name, data, id }).collect();
            prop_assert_eq!(decoded(&[text.as_bytes()]), expected);
        }
    }
}
