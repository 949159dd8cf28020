//! Schedules as people describe them, and who is on call.

use super::words::check;

const WEEK: (&str, &str) = ("2026-01-05 00:00", "2026-01-12 00:00");

#[test]
fn turns() {
    check(
        "Europe/Berlin; ann bob every 7d from 2026-01-05 09:00",
        "2026-01-05 00:00",
        "2026-01-26 00:00",
        "Mon 05 00:00 nobody
         Mon 05 09:00 ann
         Mon 12 09:00 bob
         Mon 19 09:00 ann",
    );
    check(
        "Europe/Berlin; ann bob cid every 12h from 2026-01-05 08:00",
        WEEK.0,
        "2026-01-07 00:00",
        "Mon 05 00:00 nobody
         Mon 05 08:00 ann
         Mon 05 20:00 bob
         Tue 06 08:00 cid
         Tue 06 20:00 ann",
    );
    // Somebody may have two turns in a row: one shift of two days.
    check(
        "Europe/Berlin; ann ann bob every 1d from 2026-01-05 00:00",
        WEEK.0,
        "2026-01-09 00:00",
        "Mon 05 00:00 ann
         Wed 07 00:00 bob
         Thu 08 00:00 ann",
    );
    // Turns are counted from the virtual start, which may lie after the layer's start.
    check(
        "Europe/Berlin; ann bob every 1d from 2026-01-05 00:00 counted-from 2026-01-08 06:00",
        WEEK.0,
        "2026-01-09 12:00",
        "Mon 05 00:00 ann
         Mon 05 06:00 bob
         Tue 06 06:00 ann
         Wed 07 06:00 bob
         Thu 08 06:00 ann
         Fri 09 06:00 bob",
    );
    check(
        "UTC; ann every 7d from 2026-01-06 00:00 until 2026-01-08 00:00",
        WEEK.0,
        WEEK.1,
        "Mon 05 00:00 nobody
         Tue 06 00:00 ann
         Thu 08 00:00 nobody",
    );
    check("UTC", WEEK.0, WEEK.1, "Mon 05 00:00 nobody");
}

#[test]
fn restrictions() {
    check(
        "Europe/Berlin; ann every 7d from 2026-01-01 00:00 Mon 09:00+8h Fri 22:00+2d",
        WEEK.0,
        WEEK.1,
        "Mon 05 00:00 nobody
         Mon 05 09:00 ann
         Mon 05 17:00 nobody
         Fri 09 22:00 ann
         Sun 11 22:00 nobody",
    );
    check(
        "Europe/Berlin; ann bob every 1d from 2026-01-01 00:00 daily 22:00+8h",
        WEEK.0,
        "2026-01-07 00:00",
        "Mon 05 00:00 ann
         Mon 05 06:00 nobody
         Mon 05 22:00 ann
         Tue 06 00:00 bob
         Tue 06 06:00 nobody
         Tue 06 22:00 bob",
    );
    // A whole day, and two that overlap, leave no gap.
    check(
        "Europe/Berlin; ann every 7d from 2026-01-01 00:00 daily 08:00+1d",
        WEEK.0,
        WEEK.1,
        "Mon 05 00:00 ann",
    );
    check(
        "Europe/Berlin; ann every 7d from 2026-01-01 00:00 daily 08:00+8h daily 12:00+8h",
        WEEK.0,
        "2026-01-06 00:00",
        "Mon 05 00:00 nobody
         Mon 05 08:00 ann
         Mon 05 20:00 nobody",
    );
}

#[test]
fn the_highest_layer_in_which_somebody_serves_wins() {
    check(
        "Europe/Berlin;
         ann bob every 7d from 2026-01-05 00:00;
         cid every 7d from 2026-01-01 00:00 daily 09:00+8h",
        WEEK.0,
        "2026-01-06 12:00",
        "Mon 05 00:00 ann
         Mon 05 09:00 cid
         Mon 05 17:00 ann
         Tue 06 09:00 cid",
    );
}

#[test]
fn an_override_wins_and_the_later_one_over_the_earlier() {
    check(
        "Europe/Berlin;
         ann every 7d from 2026-01-01 00:00;
         override bob 2026-01-05 12:00 + 6h;
         override cid 2026-01-05 14:00 + 1h",
        WEEK.0,
        "2026-01-06 00:00",
        "Mon 05 00:00 ann
         Mon 05 12:00 bob (override)
         Mon 05 14:00 cid (override)
         Mon 05 15:00 bob (override)
         Mon 05 18:00 ann",
    );
    // It fills a gap too.
    check(
        "UTC; override bob 2026-01-05 12:00 + 6h",
        WEEK.0,
        "2026-01-06 00:00",
        "Mon 05 00:00 nobody
         Mon 05 12:00 bob (override)
         Mon 05 18:00 nobody",
    );
}

#[test]
fn whoever_is_absent_is_stood_in_for() {
    // The next in the rotation stands in, and the turns of the others do not move.
    check(
        "Europe/Berlin; ann bob cid every 1d from 2026-01-05 00:00; away bob 2026-01-06 00:00 + 4d",
        WEEK.0,
        "2026-01-11 00:00",
        "Mon 05 00:00 ann
         Tue 06 00:00 cid for bob
         Wed 07 00:00 cid
         Thu 08 00:00 ann
         Fri 09 00:00 cid for bob
         Sat 10 00:00 cid",
    );
    // In the middle of a shift.
    check(
        "Europe/Berlin; ann bob every 7d from 2026-01-05 00:00; away ann 2026-01-06 12:00 + 12h",
        WEEK.0,
        "2026-01-08 00:00",
        "Mon 05 00:00 ann
         Tue 06 12:00 bob for ann
         Wed 07 00:00 ann",
    );
    // Nobody of the layer is there: the layer below serves.
    check(
        "Europe/Berlin;
         dan every 7d from 2026-01-01 00:00;
         ann bob every 7d from 2026-01-05 00:00;
         away ann 2026-01-06 00:00 + 1d; away bob 2026-01-06 00:00 + 1d",
        WEEK.0,
        "2026-01-08 00:00",
        "Mon 05 00:00 ann
         Tue 06 00:00 dan
         Wed 07 00:00 ann",
    );
    // Nobody at all is there: a calendar never makes a gap.
    check(
        "Europe/Berlin; ann bob every 7d from 2026-01-05 00:00; away ann 2026-01-06 00:00 + 1d;
         away bob 2026-01-06 00:00 + 2d",
        WEEK.0,
        "2026-01-08 00:00",
        "Mon 05 00:00 ann
         Tue 06 00:00 ann although absent
         Wed 07 00:00 ann",
    );
    check(
        "Europe/Berlin; ann bob every 7d from 2026-01-05 00:00; away ann 2026-01-05 00:00 + 1d;
         override ann 2026-01-05 06:00 + 1h",
        WEEK.0,
        "2026-01-06 00:00",
        "Mon 05 00:00 bob for ann
         Mon 05 06:00 ann (override)
         Mon 05 07:00 bob for ann",
    );
}

#[test]
fn handoffs_follow_the_clock_on_the_wall() {
    // A Sunday of 23 hours, and one of 25.
    for (from, until, day) in [
        ("2026-03-27 12:00", "2026-03-31 00:00", [27, 28, 29, 30]),
        ("2026-10-23 12:00", "2026-10-27 00:00", [23, 24, 25, 26]),
    ] {
        let [fri, sat, sun, mon] = day;
        check(
            "Europe/Berlin; ann bob every 1d from 2026-01-01 09:00",
            from,
            until,
            &format!("Fri {fri} 12:00 bob\nSat {sat} 09:00 ann\nSun {sun} 09:00 bob\nMon {mon} 09:00 ann"),
        );
    }
    // Twelve hours are twelve hours: from then on the handoff is an hour later.
    check(
        "Europe/Berlin; ann bob every 12h from 2026-03-28 08:00",
        "2026-03-28 08:00",
        "2026-03-30 00:00",
        "Sat 28 08:00 ann
         Sat 28 20:00 bob
         Sun 29 09:00 ann
         Sun 29 21:00 bob",
    );
    // The night shift ends at six whatever happens in the night.
    check(
        "Europe/Berlin; ann every 7d from 2026-01-01 00:00 daily 22:00+8h",
        "2026-03-28 12:00",
        "2026-03-29 12:00",
        "Sat 28 12:00 nobody
         Sat 28 22:00 ann
         Sun 29 06:00 nobody",
    );
}

#[test]
fn a_handoff_that_the_clocks_skip_is_at_the_change_and_one_that_comes_twice_at_the_first() {
    check(
        "Europe/Berlin; ann bob every 1d from 2026-03-27 02:30",
        "2026-03-28 00:00",
        "2026-03-31 00:00",
        "Sat 28 00:00 ann
         Sat 28 02:30 bob
         Sun 29 03:00 ann
         Mon 30 02:30 bob",
    );
    check(
        "Europe/Berlin; ann bob every 1d from 2026-10-24 02:30",
        "2026-10-24 12:00",
        "2026-10-26 12:00",
        "Sat 24 12:00 ann
         Sun 25 02:30 bob
         Mon 26 02:30 ann",
    );
    // A window that the clocks skip as a whole does not come.
    check(
        "Europe/Berlin; ann every 1d from 2026-03-27 00:00 daily 02:10+20m",
        "2026-03-28 00:00",
        "2026-03-31 00:00",
        "Sat 28 00:00 nobody
         Sat 28 02:10 ann
         Sat 28 02:30 nobody
         Mon 30 02:10 ann
         Mon 30 02:30 nobody",
    );
}
