//! Which columns are shown, and in which order the lines come.

use std::cmp::Ordering;

use serde_json::Value;

use super::super::error::Complaint;
use super::escape::escape;
use super::table::Column;
use super::time::Moment;
use crate::config::nearest;
use crate::domain::time::Timestamp;

/// The order of lines, as it was typed: a column, with `-` before it from the last to the first.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Sort {
    column: String,
    descending: bool,
}

impl Sort {
    /// Reads `COLUMN` or `-COLUMN`.
    ///
    /// # Errors
    /// What would be right.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let (column, descending) = match text.strip_prefix('-') {
            Some(column) => (column, true),
            None => (text, false),
        };
        if column.is_empty() {
            return Err("expected a column, or - and a column".to_owned());
        }
        Ok(Self { column: column.to_owned(), descending })
    }
}

/// The columns called `names`, in that order.
///
/// # Errors
/// A name that none has; the hint lists those that there are.
pub(super) fn choose<'c>(columns: &'c [Column], names: &[String]) -> Result<Vec<&'c Column>, Complaint> {
    names.iter().map(|name| find(columns, name)).collect()
}

/// Checks names before anything is done.
///
/// # Errors
/// As [`choose`].
pub(super) fn check(
    columns: &[Column],
    names: &[String],
    sort: Option<&Sort>,
    filter: &[(String, String)],
) -> Result<(), Complaint> {
    choose(columns, names)?;
    filter.iter().try_for_each(|(name, _)| find(columns, name).map(|_| ()))?;
    sort.map(|sort| find(columns, &sort.column)).transpose()?;
    Ok(())
}

/// `items` in the order that was asked for. Times and numbers sort as such; what is empty comes last either way.
///
/// # Errors
/// As [`choose`].
pub(super) fn sorted(
    items: &[Value],
    columns: &[Column],
    sort: &Sort,
    now: Timestamp,
) -> Result<Vec<Value>, Complaint> {
    let column = find(columns, &sort.column)?;
    // Exact, whatever is shown: `3m ago` does not sort.
    let moment = Moment { now, relative: false };
    let texts: Vec<String> = items.iter().map(|it| (column.cell)(it, &moment).to_string()).collect();
    let kind = Kind::of(&texts);
    let mut keyed: Vec<(Key, &Value)> = texts.iter().map(|text| kind.key(text)).zip(items).collect();
    keyed.sort_by(|(a, _), (b, _)| a.compare(b, sort.descending));
    Ok(keyed.into_iter().map(|(_, item)| item.clone()).collect())
}

/// Those of `items` whose columns have the texts, in any case of letters.
///
/// # Errors
/// As [`choose`].
pub(super) fn filtered(
    items: &[Value],
    columns: &[Column],
    filter: &[(String, String)],
    now: Timestamp,
) -> Result<Vec<Value>, Complaint> {
    let moment = Moment { now, relative: false };
    let mut left: Vec<&Value> = items.iter().collect();
    for (name, text) in filter {
        let column = find(columns, name)?;
        let text = text.to_lowercase();
        left.retain(|it| (column.cell)(it, &moment).to_string().to_lowercase().contains(&text));
    }
    Ok(left.into_iter().cloned().collect())
}

/// The fields called `names` of an object, as its columns: `service.summary` is one within another.
///
/// # Errors
/// A name that it does not have.
pub(super) fn fields(object: &Value, names: &[String]) -> Result<Vec<String>, Complaint> {
    let simple = |value: &Value| match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    };
    let field = |name: &String| {
        let found = name.split('.').try_fold(object, |at, part| at.get(part));
        found.map(simple).ok_or_else(|| {
            let known: Vec<&str> =
                object.as_object().into_iter().flatten().map(|(key, _)| key.as_str()).collect();
            unknown("field", name, &known)
        })
    };
    names.iter().map(field).collect()
}

fn find<'c>(columns: &'c [Column], name: &str) -> Result<&'c Column, Complaint> {
    let plain = name.replace(['_', ' '], "-");
    columns.iter().find(|column| column.name().eq_ignore_ascii_case(&plain)).ok_or_else(|| {
        let known: Vec<String> = columns.iter().map(Column::name).collect();
        unknown("column", name, &known.iter().map(String::as_str).collect::<Vec<_>>())
    })
}

fn unknown(what: &str, name: &str, known: &[&str]) -> Complaint {
    let list = known.join(", ");
    let message = format!("no {what} is called `{}`", escape(name));
    if known.is_empty() {
        return Complaint::usage(message, format!("there are no {what}s here"));
    }
    let hint = match nearest(name, known.iter().copied()) {
        Some(near) => format!("did you mean `{near}`? there are {list}"),
        None => format!("there are {list}"),
    };
    Complaint::usage(message, escape(&hint))
}

/// What a column holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Kind {
    Times,
    Numbers,
    Texts,
}

/// By what a line is sorted.
#[derive(PartialEq, Debug)]
enum Key {
    Time(Timestamp),
    Number(f64),
    Text(String),
    Empty,
}

impl Kind {
    /// A column is of times or numbers if all that is in it is.
    fn of(texts: &[String]) -> Self {
        let filled = || texts.iter().filter(|text| !text.is_empty());
        if filled().all(|text| Timestamp::parse(text).is_some()) {
            Self::Times
        } else if filled().all(|text| number(text).is_some()) {
            Self::Numbers
        } else {
            Self::Texts
        }
    }

    fn key(self, text: &str) -> Key {
        if text.is_empty() {
            return Key::Empty;
        }
        let text_key = || Key::Text(text.to_lowercase());
        match self {
            Self::Times => Timestamp::parse(text).map_or_else(text_key, Key::Time),
            Self::Numbers => number(text).map_or_else(text_key, Key::Number),
            Self::Texts => text_key(),
        }
    }
}

/// `#12`, `7`, `99.5 %`.
fn number(text: &str) -> Option<f64> {
    let digits = text.trim_start_matches('#').trim_end_matches('%').trim();
    digits.parse().ok().filter(|number: &f64| number.is_finite())
}

impl Key {
    fn compare(&self, other: &Self, descending: bool) -> Ordering {
        let order = match (self, other) {
            (Self::Empty, Self::Empty) => return Ordering::Equal,
            (Self::Empty, _) => return Ordering::Greater,
            (_, Self::Empty) => return Ordering::Less,
            (Self::Time(a), Self::Time(b)) => a.cmp(b),
            (Self::Number(a), Self::Number(b)) => a.total_cmp(b),
            (Self::Text(a), Self::Text(b)) => a.cmp(b),
            // One column has keys of one kind.
            (Self::Time(_) | Self::Number(_) | Self::Text(_), _) => Ordering::Equal,
        };
        if descending { order.reverse() } else { order }
    }
}

impl Column {
    /// What `--columns` calls it.
    pub(crate) fn name(&self) -> String {
        self.title.to_lowercase().replace(' ', "-")
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use proptest::prelude::*;
    use serde_json::json;

    use super::super::table::Cell;
    use super::*;

    fn cell(value: &Value) -> Cell {
        Cell::new(value.as_str().unwrap_or_default())
    }

    const COLUMNS: [Column; 2] = [
        Column { title: "THE ONE", wide: false, gives_way: false, cell: |it, _| cell(&it["one"]) },
        Column { title: "OTHER", wide: true, gives_way: false, cell: |it, _| cell(&it["other"]) },
    ];

    fn order(values: &[&str], sort: &str) -> Vec<String> {
        let items: Vec<_> = values.iter().map(|value| json!({"one": value})).collect();
        let sort = Sort::parse(&format!("{sort}the-one").replace("--", "-")).unwrap();
        let sorted = sorted(&items, &COLUMNS, &sort, Timestamp::EPOCH).unwrap();
        sorted.iter().map(|it| it["one"].as_str().unwrap().to_owned()).collect()
    }

    #[test]
    fn sorts_as_what_it_is() {
        for (values, up, down) in [
            (["#9", "", "#12", "#10"], ["#9", "#10", "#12", ""], ["#12", "#10", "#9", ""]),
            (["b", "A", "", "10"], ["10", "A", "b", ""], ["b", "A", "10", ""]),
            (
                ["2026-01-05T07:00:00Z", "", "2026-01-05T08:30:00+02:00", "2025-12-31T23:00:00Z"],
                ["2025-12-31T23:00:00Z", "2026-01-05T08:30:00+02:00", "2026-01-05T07:00:00Z", ""],
                ["2026-01-05T07:00:00Z", "2026-01-05T08:30:00+02:00", "2025-12-31T23:00:00Z", ""],
            ),
        ] {
            assert_eq!(order(&values, ""), up);
            assert_eq!(order(&values, "-"), down);
        }
    }

    #[test]
    fn columns_have_names() {
        let names = |given: &[&str]| -> Result<Vec<String>, String> {
            let given: Vec<_> = given.iter().map(|&name| name.to_owned()).collect();
            let chosen = choose(&COLUMNS, &given).map_err(|error| error.whole())?;
            Ok(chosen.iter().map(|column| column.name()).collect())
        };
        assert_eq!(names(&["OTHER", "the one", "The_One"]).unwrap(), ["other", "the-one", "the-one"]);
        assert_eq!(
            names(&["othr"]).unwrap_err(),
            "no column is called `othr`: did you mean `other`? there are the-one, other"
        );
        assert_eq!(names(&["help"]).unwrap_err(), "no column is called `help`: there are the-one, other");
    }

    #[test]
    fn filters_by_what_a_column_has() {
        let items: Vec<_> = ["Disk full", "disk slow", "net"].iter().map(|it| json!({"one": it})).collect();
        let filter = |text: &str| {
            let filter =
                vec![("the-one".to_owned(), text.to_owned()), ("the-one".to_owned(), "s".to_owned())];
            filtered(&items, &COLUMNS, &filter, Timestamp::EPOCH).unwrap().len()
        };
        assert_eq!((filter("DISK"), filter("slow"), filter("net")), (2, 1, 0));
        let nope = [("nope".to_owned(), String::new())];
        assert!(filtered(&items, &COLUMNS, &nope, Timestamp::EPOCH).is_err());
    }

    #[test]
    fn fields_are_found_by_path() {
        let object = json!({"id": "P1", "service": {"summary": "db"}, "count": 3, "none": null});
        let fields = |names: &[&str]| {
            fields(&object, &names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>())
                .map_err(|error| error.whole())
        };
        assert_eq!(fields(&["service.summary", "count", "none"]).unwrap(), ["db", "3", ""]);
        assert_eq!(
            fields(&["service.nam"]).unwrap_err(),
            "no field is called `service.nam`: there are count, id, none, service"
        );
    }

    proptest! {
        #[test]
        fn nothing_is_lost_by_sorting(mut values in prop::collection::vec("[#0-9a-c]{0,3}", 0..20), down: bool) {
            let given: Vec<&str> = values.iter().map(String::as_str).collect();
            let mut came = order(&given, if down { "-" } else { "" });
            came.sort();
            values.sort();
            prop_assert_eq!(came, values);
        }
    }
}
