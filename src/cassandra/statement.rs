//! Statements, prepared once and strict, and how their answers are read.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use scylla::client::session::Session;
use scylla::errors::ExecutionError;
use scylla::response::query_result::{QueryResult, QueryRowsResult};
use scylla::response::{PagingState, PagingStateResponse};
use scylla::serialize::row::SerializeRow;
use scylla::statement::batch::{Batch, BatchStatement, BatchType};
use scylla::statement::prepared::PreparedStatement;

use super::call::Kind;
use super::error::{Failure, Outcome};
use super::route::Route;
use super::session::{CONSISTENCY, SERIAL};
use super::{OpenError, Store};

/// Rows that came, and where the next page begins.
pub(crate) type Page = (Answer, PagingStateResponse);

/// The rows of an answer.
pub(crate) struct Answer(Option<QueryRowsResult>);

impl Answer {
    fn of(result: QueryResult) -> Self {
        // A write that is not conditional answers no rows.
        Self(result.into_rows_result().ok())
    }

    /// Its rows.
    pub(crate) fn rows<R>(&self) -> Result<Vec<R>, Failure>
    where
        R: for<'a> scylla::deserialize::row::DeserializeRow<'a, 'a>,
    {
        let Some(rows) = &self.0 else { return Ok(Vec::new()) };
        let rows = rows.rows::<R>().map_err(Failure::unreadable)?;
        rows.collect::<Result<Vec<R>, _>>().map_err(Failure::unreadable)
    }

    /// Its first row.
    pub(crate) fn first<R>(&self) -> Result<Option<R>, Failure>
    where
        R: for<'a> scylla::deserialize::row::DeserializeRow<'a, 'a>,
    {
        Ok(self.rows::<R>()?.into_iter().next())
    }

    /// The first row of a conditional statement's answer, whose columns depend on whether it was applied; `None` if it
    /// was.
    pub(crate) fn refused(&self) -> Result<Option<Columns>, Failure> {
        let row =
            self.0.as_ref().ok_or_else(|| Failure::unreadable("a conditional write without an answer"))?;
        let names: Vec<String> = row.column_specs().iter().map(|spec| spec.name().to_owned()).collect();
        let values = row.first_row::<scylla::value::Row>().map_err(Failure::unreadable)?.columns;
        let columns = Columns(names.into_iter().zip(values).collect());
        let applied = columns.get("[applied]").and_then(scylla::value::CqlValue::as_boolean);
        match applied {
            Some(true) => Ok(None),
            Some(false) => Ok(Some(columns)),
            None => Err(Failure::unreadable("a conditional write that does not say whether it was applied")),
        }
    }
}

/// A row by the names of its columns.
#[derive(Debug)]
pub(crate) struct Columns(Vec<(String, Option<scylla::value::CqlValue>)>);

impl Columns {
    /// The value of a column; `None` if it is null or not there.
    pub(crate) fn get(&self, name: &str) -> Option<&scylla::value::CqlValue> {
        self.0.iter().find(|(column, _)| column == name).and_then(|(_, value)| value.as_ref())
    }
}

/// The value that `read` takes out of the column.
pub(crate) fn column<'a, T>(
    row: &'a Columns,
    name: &str,
    read: impl FnOnce(&'a scylla::value::CqlValue) -> Option<T>,
) -> Result<T, Failure> {
    row.get(name).and_then(read).ok_or_else(|| Failure::unreadable(format!("a row without its `{name}`")))
}

fn strict_batch(statements: Vec<PreparedStatement>) -> Batch {
    let statements = statements.into_iter().map(BatchStatement::PreparedStatement).collect();
    let mut batch = Batch::new_with_statements(BatchType::Unlogged, statements);
    batch.set_consistency(CONSISTENCY);
    batch.set_serial_consistency(Some(SERIAL));
    batch
}

/// Prepares a statement.
pub(super) async fn prepare(
    session: &Session,
    cql: &str,
) -> Result<PreparedStatement, scylla::errors::PrepareError> {
    let mut statement = session.prepare(cql).await?;
    statement.set_consistency(CONSISTENCY);
    statement.set_serial_consistency(Some(SERIAL));
    Ok(statement)
}

impl Store {
    /// Prepares a statement on tables of the keyspace.
    pub(crate) async fn prepare(&self, cql: &str) -> Result<PreparedStatement, OpenError> {
        prepare(self.session(), cql).await.map_err(|error| OpenError::Failed {
            store: self.name().to_owned(),
            failure: Failure { reason: error.to_string(), outcome: Outcome::NotDone, again: true },
        })
    }

    /// Several statements on one partition as one conditional batch.
    pub(crate) fn batch(statements: &[&PreparedStatement]) -> Batch {
        strict_batch(statements.iter().map(|statement| (*statement).clone()).collect())
    }

    /// Reads all that the statement finds; for what is known to be small.
    pub(crate) async fn read(
        &self,
        statement: &PreparedStatement,
        values: impl SerializeRow + Sync,
    ) -> Result<Answer, Failure> {
        self.execute(Kind::Read, statement, &values).await
    }

    /// Writes. May take place more than once, and later too: see [`Outcome`].
    pub(crate) async fn write(
        &self,
        statement: &PreparedStatement,
        values: impl SerializeRow + Sync,
    ) -> Result<Answer, Failure> {
        self.execute(Kind::Write, statement, &values).await
    }

    async fn execute<V: SerializeRow + Sync>(
        &self,
        kind: Kind,
        statement: &PreparedStatement,
        values: &V,
    ) -> Result<Answer, Failure> {
        self.call(kind, |route| {
            let statement = routed(statement, route);
            let ask: BoxFuture<'_, Result<QueryResult, ExecutionError>> =
                Box::pin(async move { self.session().execute_unpaged(&statement, values).await });
            ask
        })
        .await
        .map(Answer::of)
    }

    /// Reads a page of at most `rows` rows.
    pub(crate) async fn page(
        &self,
        statement: &PreparedStatement,
        values: impl SerializeRow + Sync,
        rows: i32,
        from: PagingState,
    ) -> Result<Page, Failure> {
        let (values, from) = (&values, &from);
        let (result, state) = self
            .call(Kind::Read, |route| {
                let mut statement = routed(statement, route);
                statement.set_page_size(rows);
                let ask: BoxFuture<'_, Result<(QueryResult, PagingStateResponse), ExecutionError>> =
                    Box::pin(async move {
                        self.session().execute_single_page(&statement, values, from.clone()).await
                    });
                ask
            })
            .await?;
        Ok((Answer::of(result), state))
    }

    /// Writes a batch.
    pub(crate) async fn write_batch<V: scylla::serialize::batch::BatchValues + Sync>(
        &self,
        batch: &Batch,
        values: V,
    ) -> Result<Answer, Failure> {
        let values = &values;
        self.call(Kind::Write, |route| {
            let mut batch = batch.clone();
            batch.set_load_balancing_policy(Some(route));
            let ask: BoxFuture<'_, Result<QueryResult, ExecutionError>> =
                Box::pin(async move { self.session().batch(&batch, values).await });
            ask
        })
        .await
        .map(Answer::of)
    }
}

fn routed(statement: &PreparedStatement, route: Arc<Route>) -> PreparedStatement {
    let mut statement = statement.clone();
    statement.set_load_balancing_policy(Some(route));
    statement
}

#[cfg(test)]
mod tests {
    use super::*;
    use scylla::frame::types::{Consistency, SerialConsistency};

    #[test]
    fn a_batch_is_as_strict_as_a_statement() {
        let batch = strict_batch(Vec::new());
        assert_eq!(batch.get_consistency(), Some(Consistency::Quorum));
        assert_eq!(batch.get_serial_consistency(), Some(SerialConsistency::Serial));
        assert_eq!(batch.get_type(), BatchType::Unlogged);
    }
}
