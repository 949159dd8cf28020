//! `/drills`: an addition of `pd`. They are this process's own: nothing of them is in the installation's state but the
//! incidents of their canaries.

use axum::extract::Path;

use super::body::Body;
use super::context::Context;
use super::error::{Error, Reply};
use super::parts::DrillRefused;
use super::reply;
use crate::wire::rest::drill::NewDrill;
use crate::wire::rest::envelope::One;

/// `GET /drills`, the newest first
pub(super) async fn list(cx: Context) -> Reply {
    let mut drills = cx.parts().drills.all();
    drills.reverse();
    reply::many(drills)
}

/// `GET /drills/kinds`
pub(super) async fn kinds(cx: Context) -> Reply {
    reply::many(cx.parts().drills.kinds().await.map_err(refused)?)
}

/// `GET /drills/{id}`
pub(super) async fn get(cx: Context, Path(id): Path<String>) -> Reply {
    let found = cx.parts().drills.all().into_iter().find(|drill| drill.id == id);
    reply::one(found.ok_or_else(|| Error::no_such("drill", &id))?)
}

/// `POST /drills`
pub(super) async fn create(cx: Context, Body(One(new)): Body<One<NewDrill>>) -> Reply {
    reply::created(cx.parts().drills.start(new).await.map_err(refused)?)
}

/// `PUT /drills/{id}/stop`
pub(super) async fn stop(cx: Context, Path(id): Path<String>) -> Reply {
    reply::one(cx.parts().drills.stop(id).await.map_err(refused)?)
}

fn refused(refused: DrillRefused) -> Error {
    match refused {
        DrillRefused::Invalid(reason) => Error::invalid(reason),
        DrillRefused::NotNow(reason) => Error::conflict(reason),
        DrillRefused::Unknown(id) => Error::no_such("drill", &id),
    }
}
