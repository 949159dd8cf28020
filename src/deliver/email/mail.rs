//! A message as a mail: a text and an HTML part that say the same, and headers by which mail clients thread.

use std::fmt::Write;
use std::time::{Duration, SystemTime};

use askama::Template;
use lettre::message::header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue};
use lettre::message::{Body, Mailbox, MultiPart, SinglePart};

use super::session::Letter;
use crate::deliver::text::{lines, one_line};
use crate::domain::event::ellipsis;
use crate::domain::incident::{Alert, Incident};
use crate::domain::purpose::Purpose;
use crate::domain::time::Timestamp;
use crate::notify::transport::{About, Message};

/// How long a subject may be, in bytes.
const SUBJECT_BYTES_MAX: usize = 200;
/// How many alerts of an incident are listed.
const ALERTS_MAX: usize = 10;
/// How many incidents of a bundle are listed.
const INCIDENTS_MAX: usize = 1000;

/// Why a message cannot be made a mail.
#[derive(Debug, thiserror::Error)]
pub(super) enum Error {
    #[error("the contact method's address is not an e-mail address")]
    Address,
    #[error("the message is about nothing")]
    Nothing,
    #[error("the mail cannot be written: {0}")]
    Form(#[from] lettre::error::Error),
    #[error("the mail's HTML cannot be written: {0}")]
    Html(#[from] askama::Error),
}

/// The message as a mail from `from`.
pub(super) fn letter(message: &Message, from: &Mailbox) -> Result<Letter, Error> {
    let address = message.address.trim().parse().map_err(|_| Error::Address)?;
    let to = Mailbox::new(Some(one_line(&message.user_name)).filter(|name| !name.is_empty()), address);
    let first = message.about.first().ok_or(Error::Nothing)?;
    let page = Page::of(message);
    let domain = from.email.domain();
    let thread = format!("<pd-incident-{}@{domain}>", first.id);
    let mail = lettre::Message::builder()
        .date(date(message.at))
        .from(from.clone())
        .to(to)
        .subject(subject(message, first))
        .message_id(Some(message_id(message, domain)))
        .in_reply_to(thread.clone())
        .references(thread)
        .raw_header(HeaderValue::new(
            HeaderName::new_from_ascii_str("Auto-Submitted"),
            "auto-generated".to_owned(),
        ))
        // Quoted-printable never holds `=_`, so that no text can look like the boundary.
        .multipart(
            MultiPart::alternative()
                .boundary(format!("=_pd-{}", message.id))
                .singlepart(part(ContentType::TEXT_PLAIN, page.text()))
                .singlepart(part(ContentType::TEXT_HTML, page.render()?)),
        )?;
    Ok(Letter { envelope: mail.envelope().clone(), bytes: mail.formatted() })
}

/// A mail that is about no incident: plain text.
#[derive(Clone, Copy, Debug)]
pub struct Plain<'a> {
    /// Names it; the same on each attempt.
    pub id: &'a str,
    /// `ops@example.com` or `On call <ops@example.com>`.
    pub to: &'a str,
    /// One line.
    pub subject: &'a str,
    /// All of it.
    pub text: &'a str,
    /// When it is sent.
    pub at: Timestamp,
}

/// Such a mail from `from`.
pub(super) fn plain(plain: &Plain<'_>, from: &Mailbox) -> Result<Letter, Error> {
    let mail = lettre::Message::builder()
        .date(date(plain.at))
        .from(from.clone())
        .to(plain.to.trim().parse().map_err(|_| Error::Address)?)
        .subject(ellipsis(&one_line(plain.subject), SUBJECT_BYTES_MAX).as_ref())
        .message_id(Some(format!("<pd-{}@{}>", plain.id, from.email.domain())))
        .raw_header(HeaderValue::new(
            HeaderName::new_from_ascii_str("Auto-Submitted"),
            "auto-generated".to_owned(),
        ))
        .singlepart(part(ContentType::TEXT_PLAIN, plain.text.to_owned()))?;
    Ok(Letter { envelope: mail.envelope().clone(), bytes: mail.formatted() })
}

fn date(at: Timestamp) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_millis(u64::try_from(at.as_millis()).unwrap_or_default())
}

/// The same for each attempt. The oldest incident is part of it: mail clients drop a second mail of the same name, and
/// another installation, or this one founded anew, counts its messages from 1 as well.
fn message_id(message: &Message, domain: &str) -> String {
    let oldest = message.about.iter().min_by_key(|about| about.incident.number);
    let oldest = oldest.map(|about| about.id.as_str()).unwrap_or_default();
    format!("<pd-{}.{oldest}@{domain}>", message.id)
}

fn subject(message: &Message, about: &About) -> String {
    let first: &Incident = &about.incident;
    let more = match message.about.len() {
        0 | 1 => String::new(),
        several => format!(" (and {} more)", several - 1),
    };
    let kind = match about.purpose {
        Purpose::Responder => "Help wanted: ",
        Purpose::Reminder => "Reminder: ",
        Purpose::StatusUpdate { .. } => "Update: ",
        _ => "",
    };
    let named = format!("[#{}] {kind}{}", first.number, one_line(&first.title));
    format!("{}{more}", ellipsis(&named, SUBJECT_BYTES_MAX - more.len()))
}

fn part(kind: ContentType, text: String) -> SinglePart {
    let encoding = ContentTransferEncoding::QuotedPrintable;
    let body =
        Body::new_with_encoding(text, encoding).expect("every text can be written as quoted-printable");
    SinglePart::builder().header(kind).body(body)
}

/// What a mail says, ready to be laid out.
#[derive(Template)]
#[template(path = "mail.html")]
struct Page {
    may_repeat: bool,
    incidents: Vec<Section>,
    /// How many incidents are not listed.
    more: usize,
}

/// What a mail says about one incident.
struct Section {
    number: u64,
    title: String,
    facts: Vec<(&'static str, String)>,
    alerts: Vec<String>,
    details: String,
    link: String,
    /// What the reader most likely wants: its name and the command; both may be empty.
    act: (&'static str, String),
}

impl Page {
    fn of(message: &Message) -> Self {
        let listed = message.about.iter().take(INCIDENTS_MAX);
        Self {
            may_repeat: message.may_repeat,
            incidents: listed.map(Section::of).collect(),
            more: message.about.len().saturating_sub(INCIDENTS_MAX),
        }
    }

    /// The text part.
    fn text(&self) -> String {
        let mut text = String::new();
        self.write(&mut text).expect("a String takes all that is written");
        text
    }

    fn write(&self, text: &mut String) -> std::fmt::Result {
        if self.may_repeat {
            writeln!(text, "This may be a repeat: whether an earlier message reached you is not known.\n")?;
        }
        for section in &self.incidents {
            section.write(text)?;
        }
        if self.more > 0 {
            writeln!(text, "And {} more: run `pd list` to see them all.\n", self.more)?;
        }
        Ok(())
    }
}

impl Section {
    fn of(about: &About) -> Self {
        let incident = &about.incident;
        let assignees = about.assignees.iter().map(|(_, name)| one_line(name)).collect::<Vec<_>>().join(", ");
        let why = about.why.as_ref().map(|why| ("Why", one_line(why)));
        let mut facts: Vec<_> = why.into_iter().collect();
        facts.extend([
            ("Status", incident.status.as_str().to_owned()),
            ("Urgency", incident.urgency.as_str().to_owned()),
            ("Service", one_line(&about.service_name)),
            ("Policy", one_line(&about.policy_name)),
            ("Since", incident.created_at.to_iso()),
        ]);
        if !assignees.is_empty() {
            facts.push(("Assigned", assignees));
        }
        Self {
            number: incident.number.0,
            title: one_line(&incident.title),
            facts,
            alerts: alerts(&incident.alerts),
            details: incident.details.as_deref().map(lines).unwrap_or_default(),
            link: one_line(&about.html_url),
            act: act(about),
        }
    }

    fn write(&self, text: &mut String) -> std::fmt::Result {
        writeln!(text, "#{} {}\n", self.number, self.title)?;
        for (name, value) in &self.facts {
            writeln!(text, "{:<10}{value}", format!("{name}:"))?;
        }
        if !self.details.is_empty() {
            writeln!(text, "\n{}", self.details)?;
        }
        if !self.alerts.is_empty() {
            writeln!(text)?;
        }
        for alert in &self.alerts {
            writeln!(text, "- {alert}")?;
        }
        let (name, command) = &self.act;
        let act = if command.is_empty() { String::new() } else { format!("{name}: {command}\n") };
        writeln!(text, "\n{act}{}\n", self.link)
    }
}

/// What a reader who is told for this purpose most likely wants.
fn act(about: &About) -> (&'static str, String) {
    let number = about.incident.number;
    match about.purpose {
        Purpose::StatusUpdate { .. } => ("", String::new()),
        Purpose::Responder => ("Help", format!("pd responder join {number}")),
        Purpose::Reminder => ("Resolve", format!("pd resolve {number}")),
        _ => ("Acknowledge", format!("pd ack {number}")),
    }
}

/// A line per alert, and one for those that are not listed.
fn alerts(alerts: &[Alert]) -> Vec<String> {
    let alerts: Vec<_> = alerts.iter().filter(|alert| alert.moved.is_none()).collect();
    let mut listed: Vec<String> = alerts.iter().take(ALERTS_MAX).map(|it| alert(it)).collect();
    if alerts.len() > ALERTS_MAX {
        listed.push(format!("and {} more", alerts.len() - ALERTS_MAX));
    }
    listed
}

fn alert(alert: &Alert) -> String {
    let digest = &alert.digest;
    let parts =
        [Some(&digest.source), digest.component.as_ref(), digest.group.as_ref(), digest.class.as_ref()];
    let place: Vec<String> =
        parts.into_iter().flatten().map(|part| one_line(part)).filter(|part| !part.is_empty()).collect();
    format!("{}: {} ({})", digest.severity.as_str(), one_line(&digest.summary), place.join(", "))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test")]

    use super::*;
    use crate::deliver::fixture;

    fn sender() -> Mailbox {
        "On call <pd@example.com>".parse().unwrap()
    }

    fn raw(message: &Message) -> String {
        String::from_utf8(letter(message, &sender()).unwrap().bytes).unwrap().replace("\r\n", "\n")
    }

    fn header(message: &Message, name: &str) -> String {
        let raw = raw(message);
        let (head, _) = raw.split_once("\n\n").unwrap();
        let unfolded = head.replace("\n ", " ");
        let line = unfolded.lines().find_map(|line| line.strip_prefix(&format!("{name}: ")));
        line.unwrap_or_else(|| panic!("no {name} in {head}")).to_owned()
    }

    #[test]
    fn a_mail_says_it_in_text_and_in_html() {
        let message = fixture::message();
        insta::assert_snapshot!(raw(&message), @r##"
        Date: Mon, 05 Jan 2026 07:00:00 +0000
        From: "On call" <pd@example.com>
        To: =?utf-8?b?QW5uIMOFbmdzdHLDtm0=?= <ann@example.com>
        Subject: [#7] disk full on db1
        Message-ID: <pd-0-12-0.Q2QCLW7JVJBWFX@example.com>
        In-Reply-To: <pd-incident-Q2QCLW7JVJBWFX@example.com>
        References: <pd-incident-Q2QCLW7JVJBWFX@example.com>
        Auto-Submitted: auto-generated
        MIME-Version: 1.0
        Content-Type: multipart/alternative; boundary="=_pd-0-12-0"

        --=_pd-0-12-0
        Content-Type: text/plain; charset=utf-8
        Content-Transfer-Encoding: quoted-printable

        #7 disk full on db1

        Status:   triggered
        Urgency:  high
        Service:  Shop
        Policy:   default
        Since:    2026-01-05T07:00:00Z
        Assigned: Ann =C3=85ngstr=C3=B6m

        - critical: disk full on db1 (db1, postgres, disk)

        Acknowledge: pd ack 7
        https://pd.example.com/i/7?key=3Dabc&x=3D1


        --=_pd-0-12-0
        Content-Type: text/html; charset=utf-8
        Content-Transfer-Encoding: quoted-printable

        <!DOCTYPE html>
        <html lang=3D"en">
        <body style=3D"font-family: sans-serif">
        <h2 style=3D"font-size: 1.2em"><a href=3D"https://pd.example.com/i/7?key=3D=
        abc&#38;x=3D1">#7</a> disk full on db1</h2>
        <table>
        <tr><td style=3D"color: #666666; padding-right: 1em">Status</td><td>trigger=
        ed</td></tr>
        <tr><td style=3D"color: #666666; padding-right: 1em">Urgency</td><td>high</=
        td></tr>
        <tr><td style=3D"color: #666666; padding-right: 1em">Service</td><td>Shop</=
        td></tr>
        <tr><td style=3D"color: #666666; padding-right: 1em">Policy</td><td>default=
        </td></tr>
        <tr><td style=3D"color: #666666; padding-right: 1em">Since</td><td>2026-01-=
        05T07:00:00Z</td></tr>
        <tr><td style=3D"color: #666666; padding-right: 1em">Assigned</td><td>Ann =
        =C3=85ngstr=C3=B6m</td></tr>
        </table>
        <ul>
        <li>critical: disk full on db1 (db1, postgres, disk)</li>
        </ul>
        <p>Acknowledge: <code>pd ack 7</code> or <a href=3D"https://pd.example.com/=
        i/7?key=3Dabc&#38;x=3D1">open the incident</a></p>
        </body>
        </html>
        --=_pd-0-12-0--
        "##);
    }

    #[test]
    fn markup_is_escaped_and_line_breaks_are_not_obeyed() {
        let mut message = fixture::message();
        message.about =
            vec![fixture::about(7, "<script>alert(\"1\")</script>\r\nBcc: eve@example.com\u{1b}[2J")];
        let page = Page::of(&message);
        let html = page.render().unwrap();
        assert!(html.contains("&#60;script&#62;"), "{html}");
        assert!(!html.contains("<script>"), "{html}");
        assert!(page.text().contains("#7 <script>alert(\"1\")</script>  Bcc: eve@example.com[2J\n"));
        let raw = raw(&message);
        let (head, _) = raw.split_once("\n\n").unwrap();
        assert!(!head.lines().any(|line| line.starts_with("Bcc")), "{head}");
        assert_eq!(
            header(&message, "Subject"),
            "[#7] <script>alert(\"1\")</script>  Bcc: eve@example.com[2J"
        );
    }

    #[test]
    fn subjects_are_short_and_encoded() {
        let mut message = fixture::message();
        message.about = vec![fixture::about(7, "Füße")];
        assert_eq!(header(&message, "Subject"), "[#7] =?utf-8?b?RsO8w59l?=");
        let long = fixture::about(7, &"x".repeat(2000));
        assert_eq!(subject(&message, &long).len(), SUBJECT_BYTES_MAX);
    }

    #[test]
    fn a_bundle_lists_all() {
        let mut message = fixture::message();
        message.may_repeat = true;
        message.about = (7..10).map(|n| fixture::about(n, &format!("disk {n} full"))).collect();
        assert_eq!(subject(&message, &message.about[0]), "[#7] disk 7 full (and 2 more)");
        insta::assert_snapshot!(Page::of(&message).text(), @r##"
        This may be a repeat: whether an earlier message reached you is not known.

        #7 disk 7 full

        Status:   triggered
        Urgency:  high
        Service:  Shop
        Policy:   default
        Since:    2026-01-05T07:00:00Z
        Assigned: Ann Ångström

        - critical: disk 7 full (db1, postgres, disk)

        Acknowledge: pd ack 7
        https://pd.example.com/i/7?key=abc&x=1

        #8 disk 8 full

        Status:   triggered
        Urgency:  high
        Service:  Shop
        Policy:   default
        Since:    2026-01-05T07:00:00Z
        Assigned: Ann Ångström

        - critical: disk 8 full (db1, postgres, disk)

        Acknowledge: pd ack 8
        https://pd.example.com/i/8?key=abc&x=1

        #9 disk 9 full

        Status:   triggered
        Urgency:  high
        Service:  Shop
        Policy:   default
        Since:    2026-01-05T07:00:00Z
        Assigned: Ann Ångström

        - critical: disk 9 full (db1, postgres, disk)

        Acknowledge: pd ack 9
        https://pd.example.com/i/9?key=abc&x=1
        "##);
        let html = Page::of(&message).render().unwrap();
        for n in 7..10 {
            assert!(html.contains(&format!("disk {n} full")), "{html}");
        }
    }

    #[test]
    fn a_storm_is_listed_up_to_a_bound() {
        let mut message = fixture::message();
        let about = fixture::about(7, "storm");
        message.about = vec![about; INCIDENTS_MAX + 5];
        assert!(Page::of(&message).text().ends_with("And 5 more: run `pd list` to see them all.\n\n"));
    }

    #[test]
    fn names_stay_the_same_and_thread_by_incident() {
        let (first, mut again) = (fixture::message(), fixture::message());
        again.at = again.at.plus(Duration::from_secs(60));
        assert_eq!(header(&first, "Message-ID"), header(&again, "Message-ID"));
        again.id.n += 1;
        assert_ne!(header(&first, "Message-ID"), header(&again, "Message-ID"));
        assert_eq!(header(&first, "References"), header(&again, "References"));
    }

    #[test]
    fn what_cannot_be_addressed_is_refused_without_naming_it() {
        let mut message = fixture::message();
        message.address = "not an address".to_owned();
        let refused = letter(&message, &sender()).err().unwrap().to_string();
        assert_eq!(refused, "the contact method's address is not an e-mail address");
    }
}
