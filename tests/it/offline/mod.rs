//! Backup, restore, recovery.
