//! Which content coding a client would rather have (RFC 9110 12.5.3).

/// Whether a client would rather have gzip than no coding, by its `Accept-Encoding` headers.
///
/// One that names neither gzip nor everything (`*`) gets no coding, as does one that would rather
/// have `identity`. A weight that is none counts as a refusal.
///
/// ```
/// use sse_core::http::prefers_gzip;
///
/// assert!(prefers_gzip([&b"gzip, deflate, br"[..]]));
/// assert!(!prefers_gzip([&b"identity, gzip;q=0.5"[..]]));
/// assert!(!prefers_gzip([&b"br, gzip;q=0"[..]]));
/// ```
#[must_use]
pub fn prefers_gzip<'a>(values: impl IntoIterator<Item = &'a [u8]>) -> bool {
    let (mut gzip, mut identity, mut rest) = (None, None, None);
    for coding in values
        .into_iter()
        .flat_map(|value| value.split(|b| *b == b','))
    {
        let mut parts = coding.split(|b| *b == b';').map(<[u8]>::trim_ascii);
        let Some(name) = parts.next() else {
            continue;
        };
        let weight = parts.next().map_or(Some(1000), weight).unwrap_or(0);
        let weighed = if name.eq_ignore_ascii_case(b"gzip") || name.eq_ignore_ascii_case(b"x-gzip")
        {
            &mut gzip
        } else if name.eq_ignore_ascii_case(b"identity") {
            &mut identity
        } else if name == b"*" {
            &mut rest
        } else {
            continue;
        };
        weighed.get_or_insert(weight);
    }
    // What is not named counts as the rest; only `identity` is fine then without being so.
    let gzip = gzip.or(rest).unwrap_or(0);
    gzip > 0 && gzip >= identity.unwrap_or(0)
}

/// The thousandths in `q=0.5`.
fn weight(parameter: &[u8]) -> Option<u16> {
    let [b'q' | b'Q', b'=', digits @ ..] = parameter else {
        return None;
    };
    let (whole, thousandths) = match digits {
        [whole] => (whole, &[][..]),
        [whole, b'.', thousandths @ ..] if thousandths.len() <= 3 => (whole, thousandths),
        _ => return None,
    };
    let mut value = match whole {
        b'0' => 0,
        b'1' => 1,
        _ => return None,
    };
    for place in 0..3 {
        let digit = thousandths.get(place).unwrap_or(&b'0');
        if !digit.is_ascii_digit() {
            return None;
        }
        value = value * 10 + u16::from(digit - b'0');
    }
    (value <= 1000).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_client_chooses() {
        for (values, expected) in [
            (&[][..], false),
            (&[""], false),
            (&["gzip"], true),
            (&["GZip"], true),
            (&["x-gzip"], true),
            (&["deflate, br"], false),
            (&["deflate , gzip ; q=1.0 , br"], true),
            (&["gzip;q = 1"], false),
            (&["br", "gzip"], true),
            (&["gzip;q=0"], false),
            (&["gzip;q=0.000"], false),
            (&["gzip;q=0.001"], true),
            (&["*"], true),
            (&["*;q=0"], false),
            (&["*, gzip;q=0"], false),
            (&["identity"], false),
            (&["identity;q=0.5, gzip;q=0.4"], false),
            (&["identity;q=0.5, gzip;q=0.5"], true),
            (&["identity;q=0, *;q=0.1"], true),
            (&["identity;q=0"], false),
            (&["gzip;q=0.5, *;q=1"], true),
            (&["gzip;q=2"], false),
            (&["gzip;q=1.001"], false),
            (&["gzip;q=0.1234"], false),
            (&["gzip;q="], false),
            (&["gzip;quality=1"], false),
            (&["gzip;q=0, gzip"], false),
        ] {
            let header = values.iter().map(|value| value.as_bytes());
            assert_eq!(prefers_gzip(header), expected, "{values:?}");
        }
    }
}
