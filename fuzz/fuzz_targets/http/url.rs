//! Addresses: what users write, and where redirects lead.

use sse_core::{
    Buffer, SliceBuffer,
    http::{Url, UrlError, normalize, resolve},
};

/// A normal form is normal, and no relative location leads to another host.
pub(crate) fn check(base: &str, location: &str) {
    let normal = appended(|out| normalize(base, out));
    assert_eq!(Url::parse(base).is_ok(), normal.as_deref() == Ok(base));
    let Ok(base) = normal else {
        return;
    };
    let base = Url::parse(&base).expect("a normal URL");
    assert_normal(base);

    for location in [location.as_bytes(), base.as_str().as_bytes()] {
        let Ok(text) = appended(|out| resolve(base, location, out)) else {
            continue;
        };
        let url = Url::parse(&text).expect("a normal URL");
        assert_normal(url);
        let slashes = |pair: &[u8]| pair.iter().all(|b| b"/\\".contains(b));
        if !location.windows(2).any(slashes) {
            assert!(url.same_origin(&base));
        }
    }
    assert_eq!(
        appended(|out| resolve(base, base.as_str().as_bytes(), out)).as_deref(),
        Ok(base.as_str())
    );
}

fn assert_normal(url: Url<'_>) {
    let again = appended(|out| normalize(url.as_str(), out));
    assert_eq!(again.as_deref(), Ok(url.as_str()));
    let scheme = if url.is_secure() { "https" } else { "http" };
    let parts = format!("{scheme}://{}{}", url.authority(), url.target());
    assert_eq!(url.as_str(), parts);
    assert!(url.authority().contains(url.host()) && !url.host().is_empty() && url.port() > 0);
    assert!(url.same_origin(&url));
    assert!(url.as_str().bytes().all(|b| b.is_ascii_graphic()));
}

/// What `write` appends. It is all or nothing, and leaves alone what is there.
fn appended(
    write: impl Fn(&mut SliceBuffer<'_>) -> Result<(), UrlError>,
) -> Result<String, UrlError> {
    let mut memory = [0; 16 * 1024];
    let mut out = SliceBuffer::new(&mut memory);
    out.push_slice(b"held").unwrap();
    let written = write(&mut out);
    let len = out.as_slice().len();
    let text = out.as_slice().strip_prefix(b"held").unwrap().to_owned();
    let text = String::from_utf8(text).unwrap();
    if written.is_err() {
        assert_eq!(text, "");
        written?;
    }

    for short in [0, 1, text.len() / 2] {
        let mut out = SliceBuffer::new(&mut memory[..len - short]);
        out.push_slice(b"held").unwrap();
        let written = write(&mut out);
        let appended = out.as_slice().strip_prefix(b"held").unwrap();
        match written {
            // What dot segments take away needs room until then.
            Err(error) => assert_eq!((error, appended), (UrlError::Full, &b""[..])),
            Ok(()) => assert_eq!((short, appended), (0, text.as_bytes())),
        }
    }
    Ok(text)
}
