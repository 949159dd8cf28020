//! How hard pressed the process is, measured: what waits at its door, what appends take, how late a loop comes to its turn.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::stores::Stores;
use super::timed::Appends;
use crate::clock::SharedClock;
use crate::ingest::Admission;
use crate::overload::Pressure;
use crate::overload::pace::Foreground;
use crate::wire::status;

/// How often the loop that measures its own lateness comes to its turn.
const EVERY: Duration = Duration::from_millis(250);

/// What is measured.
#[derive(Clone)]
pub(super) struct Load {
    pub(super) appends: Appends,
    /// Of events.
    pub(super) admission: Admission,
    lag: watch::Receiver<Duration>,
}

impl Load {
    /// Measures until the shutdown.
    pub(super) fn measure(
        appends: Appends,
        admission: Admission,
        clock: SharedClock,
        shutdown: CancellationToken,
    ) -> Self {
        let (publish, lag) = watch::channel(Duration::ZERO);
        tokio::spawn(async move {
            while !shutdown.is_cancelled() {
                let began = clock.monotonic();
                clock.sleep(EVERY).await;
                let late = clock.monotonic().saturating_sub(began + EVERY);
                publish.send_replace(late);
            }
        });
        Self { appends, admission, lag }
    }

    pub(super) fn pressure(&self) -> Pressure {
        self.admission.pressure(*self.lag.borrow())
    }

    /// What scheduled work yields to.
    pub(super) fn foreground(&self) -> Foreground {
        let (recent, usual) = self.appends.slowest();
        Foreground { recent, usual, failing: self.appends.failing().is_some(), pressure: self.pressure() }
    }

    pub(super) fn told(&self) -> status::Load {
        let gauge = self.admission.gauge();
        let (recent, usual) = self.appends.slowest();
        status::Load {
            pressure: self.pressure().name().to_owned(),
            waiting: gauge.waiting as u64,
            waiting_max: gauge.max as u64,
            waiting_bytes: gauge.waiting_bytes as u64,
            waiting_bytes_max: gauge.bytes_max as u64,
            undone: gauge.undone as u64,
            undone_max: gauge.undone_max as u64,
            per_second: gauge.per_second,
            refused: gauge.refused,
            dropped: gauge.dropped,
            append_seconds: recent.map(|took| took.as_secs_f64()),
            usual_append_seconds: usual.map(|took| took.as_secs_f64()),
        }
    }
}

/// The same stores, with their appends timed.
pub(super) fn timed(stores: Stores, appends: &Appends) -> Stores {
    Stores {
        doors: appends.timed("doors", Arc::clone(&stores.doors)),
        incidents: appends.timed("incidents", Arc::clone(&stores.incidents)),
        notify: appends.timed("notify", Arc::clone(&stores.notify)),
        ..stores
    }
}
