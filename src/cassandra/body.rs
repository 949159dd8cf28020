//! What is written of a body: one byte that says how it is packed, then the packed bytes.

use bytes::Bytes;

const PLAIN: u8 = 0;
const ZSTD: u8 = 1;

/// A level that keeps up with any intake; the events of one batch are much alike, so even this one finds most of it.
const LEVEL: i32 = 1;

/// Shorter bodies are not worth it.
const PACKED_MIN: usize = 128;

/// Packs `body`; what does not become shorter is kept as it is.
pub(crate) fn pack(body: &[u8]) -> Vec<u8> {
    if body.len() >= PACKED_MIN
        && let Ok(packed) = zstd::bulk::compress(body, LEVEL)
        && packed.len() < body.len()
    {
        return [&[ZSTD], packed.as_slice()].concat();
    }
    [&[PLAIN], body].concat()
}

/// What [`pack`] was given, at most `most` bytes.
///
/// # Errors
/// What is wrong with it.
pub(crate) fn unpack(packed: &[u8], most: usize) -> Result<Bytes, String> {
    match packed.split_first() {
        Some((&PLAIN, body)) if body.len() <= most => Ok(Bytes::copy_from_slice(body)),
        Some((&PLAIN, body)) => Err(format!("a body of {} bytes, more than {most}", body.len())),
        Some((&ZSTD, body)) => zstd::bulk::decompress(body, most)
            .map(Bytes::from)
            .map_err(|error| format!("a body that cannot be unpacked: {error}")),
        Some((other, _)) => Err(format!("a body packed in a way that is not known here ({other})")),
        None => Err("a body without its first byte".to_owned()),
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn bodies_come_back() {
        for body in [vec![], vec![1], b"the same again; ".repeat(100), (0..=255).collect(), vec![7; 1 << 20]]
        {
            let packed = pack(&body);
            assert!(packed.len() <= body.len() + 1);
            assert_eq!(unpack(&packed, 1 << 20).unwrap(), body);
        }
        assert!(pack(&b"the same again; ".repeat(100)).len() < 100);
    }

    #[test]
    fn what_is_no_body_is_refused() {
        for wrong in [&b""[..], b"\x01not packed", b"\x02later", b"\x00too long a body"] {
            assert!(unpack(wrong, 10).is_err(), "{wrong:?}");
        }
        assert!(unpack(&pack(&vec![7; 1000]), 999).is_err());
    }
}
