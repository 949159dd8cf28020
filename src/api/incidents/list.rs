//! `GET /incidents`: what is open and what is archived, in one order.

use futures_util::{StreamExt as _, TryStreamExt as _, stream};

use super::Found;
use super::filter::{Wanted, row, sort};
use crate::api::context::Context;
use crate::api::error::{Error, Reply};
use crate::api::merge::{Pick, is_live, merge};
use crate::api::reply;
use crate::archive::{Row, Sort};
use crate::wire::rest::envelope::Page;

/// How many archived incidents are read at a time.
const READS: usize = 8;

/// `GET /incidents`
pub(crate) async fn list(cx: Context) -> Reply {
    let (found, page) = page(&cx).await?;
    let incidents = found
        .iter()
        .map(|found| Ok(cx.view_of(found.closed())?.incident(found.incident())))
        .collect::<Result<Vec<_>, Error>>()?;
    reply::paged(incidents, page)
}

async fn page(cx: &Context) -> Result<(Vec<Found>, Page), Error> {
    let (ask, sort) = (cx.query.page()?, sort(&cx.query)?);
    let wanted = Wanted::of(&cx.query)?.of_teams(&cx.query, &cx.state)?;
    let live: Vec<Row> =
        cx.state.incidents.values().filter(|incident| wanted.matches(incident)).map(|it| row(it)).collect();
    let mut total = live.len() as u64;
    let archived = match wanted.archived() {
        None => Vec::new(),
        Some(filter) => {
            if ask.total {
                // An incident that is on its way into the archive at this moment counts twice; the page itself shows
                // it once.
                total += cx.parts().archive.count(&filter).await?;
            }
            archived_rows(cx, &filter, sort, &live, ask.end() + 1).await?
        }
    };
    let (picks, more) = merge(live, archived, sort, ask.offset as usize, ask.end());
    Ok((load(cx, picks).await?, ask.page(more, total)))
}

/// The first rows of the archive, so many of which are not live, or all.
async fn archived_rows(
    cx: &Context,
    filter: &crate::archive::Filter,
    sort: Sort,
    live: &[Row],
    wanted: usize,
) -> Result<Vec<Row>, Error> {
    let mut max = wanted;
    loop {
        let rows = cx.parts().archive.rows(filter, sort, max).await?;
        // Few: they are on their way into the archive at this moment.
        let live_too = rows.iter().filter(|row| is_live(live, row)).count();
        if rows.len() < max || rows.len() >= wanted + live_too {
            return Ok(rows);
        }
        max = wanted + live_too;
    }
}

/// Reads the incidents of a page. One that expired since its row was read is left out.
async fn load(cx: &Context, picks: Vec<Pick>) -> Result<Vec<Found>, Error> {
    let found: Vec<Option<Found>> = stream::iter(picks)
        .map(|pick| async move {
            match pick {
                Pick::Live(number) => Ok(cx.state.incidents.get(&number).cloned().map(Found::Live)),
                Pick::Archived(number) => {
                    let closed = cx.parts().archive.get(number).await?;
                    Ok::<_, Error>(closed.map(|closed| Found::Archived(Box::new(closed))))
                }
            }
        })
        .buffered(READS)
        .try_collect()
        .await?;
    Ok(found.into_iter().flatten().collect())
}
