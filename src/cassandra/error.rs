//! What can go wrong, and the one place that says of each error of the driver whether the statement may have been done.

use std::path::PathBuf;

use scylla::errors::{DbError, ExecutionError, RequestAttemptError};

/// Whether a failed statement may have been done.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// It was not, and will not be.
    NotDone,
    /// It may have been, or may still be.
    Unknown,
}

/// Why a statement was not answered.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{reason}")]
pub struct Failure {
    /// What the driver or the node said.
    pub reason: String,
    /// Whether it may have been done.
    pub outcome: Outcome,
    /// Whether trying again may help. If not, something is wrong with the statement or with our rights.
    pub again: bool,
}

/// Why a store cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// A file that the configuration names.
    #[error("cannot use {}: {reason}", path.display())]
    File {
        /// Which file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// No contact point answers, or they refuse us.
    #[error("cannot reach {store}: {reason}")]
    Unreachable {
        /// The store's address.
        store: String,
        /// What the driver said.
        reason: String,
    },
    /// The preferred datacenter has no node.
    #[error("{store} has no datacenter of this name; it has {}", known.join(", "))]
    NoDatacenter {
        /// The store's address.
        store: String,
        /// Those that there are.
        known: Vec<String>,
    },
    /// The keyspace or one of its tables is not there.
    #[error("{store} has no {missing}: run `pd store init`")]
    NoSchema {
        /// The store's address.
        store: String,
        /// What is missing.
        missing: String,
    },
    /// Tables of another release.
    #[error("{store}: {difference}")]
    OtherSchema {
        /// The store's address.
        store: String,
        /// What differs.
        difference: String,
    },
    /// A node that must not be relied on.
    #[error("{store}: node {node}: {risk}")]
    Node {
        /// The store's address.
        store: String,
        /// The node's address.
        node: String,
        /// What is wrong with it.
        risk: super::Risk,
    },
    /// A statement failed.
    #[error("{store}: {failure}")]
    Failed {
        /// The store's address.
        store: String,
        /// Why.
        failure: Failure,
    },
}

/// How an error is to be taken.
const REFUSED: (Outcome, bool) = (Outcome::NotDone, false);
const NOT_NOW: (Outcome, bool) = (Outcome::NotDone, true);
const WHO_KNOWS: (Outcome, bool) = (Outcome::Unknown, true);

/// What `error` means. Definite are only those that come before anything is sent to a replica; all else is unknown, what
/// a later driver may add too.
pub(super) fn classify(error: &ExecutionError) -> Failure {
    let (outcome, again) = match error {
        ExecutionError::BadQuery(_) | ExecutionError::UseKeyspaceError(_) => REFUSED,
        ExecutionError::EmptyPlan
        | ExecutionError::PrepareError(_)
        | ExecutionError::ConnectionPoolError(_) => NOT_NOW,
        ExecutionError::LastAttemptError(attempt) => judge(attempt),
        // The statement itself was done; what followed it was not. Or its answer did not come in time.
        ExecutionError::RequestTimeout(_)
        | ExecutionError::SchemaAgreementError(_)
        | ExecutionError::MetadataError(_) => WHO_KNOWS,
        _ => WHO_KNOWS,
    };
    Failure { reason: error.to_string(), outcome, again }
}

fn judge(attempt: &RequestAttemptError) -> (Outcome, bool) {
    match attempt {
        RequestAttemptError::SerializationError(_)
        | RequestAttemptError::CqlRequestSerialization(_)
        | RequestAttemptError::RepreparedIdChanged { .. }
        | RequestAttemptError::RepreparedIdMissingInBatch => REFUSED,
        RequestAttemptError::UnableToAllocStreamId => NOT_NOW,
        RequestAttemptError::DbError(error, _) => judge_answer(error),
        RequestAttemptError::BrokenConnectionError(_)
        | RequestAttemptError::BodyExtensionsParseError(_)
        | RequestAttemptError::CqlResultParseError(_)
        | RequestAttemptError::CqlErrorParseError(_)
        | RequestAttemptError::UnexpectedResponse(_)
        | RequestAttemptError::NonfinishedPagingState => WHO_KNOWS,
        _ => WHO_KNOWS,
    }
}

fn judge_answer(error: &DbError) -> (Outcome, bool) {
    match error {
        DbError::SyntaxError
        | DbError::Invalid
        | DbError::AlreadyExists { .. }
        | DbError::FunctionFailure { .. }
        | DbError::AuthenticationError
        | DbError::Unauthorized
        | DbError::ConfigError
        | DbError::ProtocolError
        | DbError::TruncateError => REFUSED,
        // A coordinator counts the living before it asks any of them, in every round of a conditional write; a round
        // whose proposal may have been taken ends in a time-out instead.
        DbError::Unavailable { .. } | DbError::IsBootstrapping | DbError::Unprepared { .. } => NOT_NOW,
        // A coordinator may say that it is overloaded after it has sent the write to some replicas.
        DbError::Overloaded
        | DbError::ReadTimeout { .. }
        | DbError::WriteTimeout { .. }
        | DbError::ReadFailure { .. }
        | DbError::WriteFailure { .. }
        | DbError::ServerError
        | DbError::RateLimitReached { .. }
        | DbError::Other(_) => WHO_KNOWS,
        _ => WHO_KNOWS,
    }
}

impl Failure {
    /// A row that is not as it was written, or not as the statement promises it.
    pub(crate) fn unreadable(reason: impl ToString) -> Self {
        Self { reason: reason.to_string(), outcome: Outcome::Unknown, again: false }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use scylla::errors::WriteType;
    use scylla::frame::types::Consistency;

    use super::*;

    #[test]
    fn only_what_was_never_sent_is_definite() {
        let answer = |error| {
            ExecutionError::LastAttemptError(RequestAttemptError::DbError(error, "as it says".to_owned()))
        };
        let consistency = Consistency::Quorum;
        for (error, outcome, again) in [
            (ExecutionError::EmptyPlan, Outcome::NotDone, true),
            (ExecutionError::RequestTimeout(Duration::from_secs(3)), Outcome::Unknown, true),
            (answer(DbError::Invalid), Outcome::NotDone, false),
            (answer(DbError::Unauthorized), Outcome::NotDone, false),
            (answer(DbError::Unavailable { consistency, required: 3, alive: 2 }), Outcome::NotDone, true),
            (answer(DbError::Overloaded), Outcome::Unknown, true),
            (answer(DbError::ServerError), Outcome::Unknown, true),
            (
                answer(DbError::WriteTimeout {
                    consistency,
                    received: 1,
                    required: 3,
                    write_type: WriteType::Cas,
                }),
                Outcome::Unknown,
                true,
            ),
            (
                ExecutionError::LastAttemptError(RequestAttemptError::UnableToAllocStreamId),
                Outcome::NotDone,
                true,
            ),
        ] {
            let failure = classify(&error);
            assert_eq!((failure.outcome, failure.again), (outcome, again), "{error}");
        }
    }
}
