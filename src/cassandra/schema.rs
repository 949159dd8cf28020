//! The tables, in one place: what makes them, and what an existing one is compared with.
//!
//! Common to all: bodies are packed by us, so the default compression only adds the check sums that find a rotten disk.
//! Size-tiered compaction suits rows that are written once, read soon and dropped as whole segments; it looks for
//! tables worth compacting for their deletions alone, so that dropped segments leave the disk. A deletion is kept for
//! [`GRACE_S`], longer than hints are (3 h): what a node that was away for longer brings back is a row of a segment
//! that is sealed as truncated, which nobody reads. Read repair is blocking (the default), so that what one quorum read
//! has seen the next one sees too.

/// How long the marks of deletions are kept.
const GRACE_S: u32 = 3 * 24 * 60 * 60;

/// A table.
pub(super) struct Table {
    pub(super) name: &'static str,
    /// Columns with their types; the partition key in order.
    pub(super) partition: &'static [(&'static str, &'static str)],
    /// The clustering key in order, ascending.
    pub(super) clustering: &'static [(&'static str, &'static str)],
    pub(super) statics: &'static [(&'static str, &'static str)],
    pub(super) columns: &'static [(&'static str, &'static str)],
    pub(super) comment: &'static str,
}

/// All tables. Those up to `snapshots` have conditional writes only, the others none.
pub(super) const TABLES: &[Table] = &[
    Table {
        name: "journal",
        partition: &[("log", "text"), ("segment", "bigint")],
        // 0 to 255; 256 is the row that says how the segment has ended.
        clustering: &[("slot", "int")],
        statics: &[("sealed", "text")],
        columns: &[
            ("entry", "uuid"),
            ("writer", "uuid"),
            ("at", "bigint"),
            ("format", "int"),
            ("size", "int"),
            ("total", "bigint"),
            ("body", "blob"),
        ],
        comment: "entries of journals, a segment in each partition; conditional writes only",
    },
    Table {
        name: "journals",
        partition: &[("shelf", "int")],
        clustering: &[("log", "text")],
        statics: &[],
        columns: &[("first", "bigint"), ("tail", "bigint"), ("dropped", "boolean")],
        comment: "the names of journals and how far they were truncated; conditional writes only",
    },
    Table {
        name: "snapshots",
        partition: &[("log", "text")],
        clustering: &[],
        statics: &[],
        columns: &[("version", "bigint"), ("list", "text")],
        comment: "the snapshots of each journal, in one row that is overwritten; conditional writes only",
    },
    Table {
        name: "snapshot_parts",
        partition: &[("log", "text"), ("at", "bigint"), ("part", "int")],
        clustering: &[],
        statics: &[],
        columns: &[("body", "blob")],
        comment: "parts of snapshots; plain writes only, the same for the same key",
    },
    Table {
        name: "archived",
        partition: &[("put", "uuid"), ("number", "bigint")],
        clustering: &[],
        statics: &[],
        columns: &[("body", "blob")],
        comment: "closed incidents, each written once, under the entry of the index that names it",
    },
    Table {
        name: "archived_keys",
        partition: &[("key", "text")],
        clustering: &[("number", "bigint"), ("put", "uuid")],
        statics: &[],
        columns: &[],
        comment: "which archived incidents have a dedup key; plain writes, each row once",
    },
    Table {
        name: "kept_events",
        partition: &[("shelf", "int"), ("door", "uuid"), ("seq", "bigint")],
        clustering: &[("item", "int")],
        statics: &[],
        columns: &[("accepted_at", "bigint"), ("body", "blob")],
        comment: "events that were kept, by address; plain writes, each row once",
    },
    Table {
        name: "kept_events_by_day",
        partition: &[("shelf", "int"), ("day", "int")],
        clustering: &[("accepted_at", "bigint"), ("door", "uuid"), ("seq", "bigint"), ("item", "int")],
        statics: &[],
        columns: &[("kept", "boolean")],
        comment: "the addresses of kept events in order of acceptance, to expire them; plain writes, each row once",
    },
];

impl Table {
    /// The statement that makes the table.
    pub(super) fn create(&self, keyspace: &str) -> String {
        let column = |(name, kind): &(&str, &str)| format!("{name} {kind}");
        let mut columns: Vec<String> = self.partition.iter().chain(self.clustering).map(column).collect();
        columns.extend(self.statics.iter().map(|of| format!("{} static", column(of))));
        columns.extend(self.columns.iter().map(column));
        let names = |of: &[(&str, &str)]| of.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
        let key = match self.clustering {
            [] => format!("({})", names(self.partition)),
            clustering => format!("({}), {}", names(self.partition), names(clustering)),
        };
        format!(
            "CREATE TABLE IF NOT EXISTS {keyspace}.{} ({}, PRIMARY KEY ({key})) WITH comment = '{}' \
             AND gc_grace_seconds = {GRACE_S} AND read_repair = 'BLOCKING' AND compaction = \
             {{'class': 'SizeTieredCompactionStrategy', 'tombstone_threshold': '0.1', \
             'unchecked_tombstone_compaction': 'true'}}",
            self.name,
            columns.join(", "),
            self.comment,
        )
    }

    /// Its columns as the cluster lists them: name, kind, type; in order of name.
    pub(super) fn listed(&self) -> Vec<(String, String, String)> {
        let kinds = [
            (self.partition, "partition_key"),
            (self.clustering, "clustering"),
            (self.statics, "static"),
            (self.columns, "regular"),
        ];
        let mut listed: Vec<_> = kinds
            .into_iter()
            .flat_map(|(columns, kind)| {
                columns.iter().map(move |(name, of)| ((*name).to_owned(), kind.to_owned(), (*of).to_owned()))
            })
            .collect();
        listed.sort();
        listed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_made_as_it_is_listed() {
        let journal = &TABLES[0];
        let made = journal.create("pd");
        assert!(
            made.starts_with("CREATE TABLE IF NOT EXISTS pd.journal (log text, segment bigint, slot int, ")
        );
        assert!(made.contains("sealed text static, entry uuid"), "{made}");
        assert!(made.contains("PRIMARY KEY ((log, segment), slot))"), "{made}");
        assert_eq!(journal.listed().len(), 11);
        assert!(TABLES[2].create("pd").contains("PRIMARY KEY ((log)))"));
        assert!(TABLES.iter().all(|table| !table.comment.contains('\'')), "a quote would end the comment");
    }
}
